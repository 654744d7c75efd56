//! Constants whose value a switch can choose after all: where only run-time code of the constant's own scope
//! uses it, each mutant can stand beside it as a constant of its own, and the switches stand at the uses.
//!
//! `const MAX: usize = 8; fn f(n: usize) -> bool { n < MAX }` → `n < MAX` with 8 or 9. Decided from one file, tests in it
//! included: a constant that others can name, or that any word of the file names in another way (a pattern, a length,
//! an import, what only a macro can read), is left to be rebuilt. One whose value takes calls or loops, or is a table, is not
//! repeated for each mutant: the program computes it again, see `companions`.

mod survey;

use super::companions::Companion;
use super::{CONST_CONTEXT, Shape, Site, Use};
use crate::syntax::{Parsed, Span};
use survey::{Constant, Survey, words};

/// Turn the sites in the values of such constants into [`Shape::Constant`], or give the constants that the program
/// computes again. What neither helps is to be rebuilt.
pub(super) fn switch_at_uses(parsed: &Parsed<'_>, sites: &mut [Site]) -> Vec<Companion> {
    let survey = Survey::of(parsed);
    let mut companions = Vec::new();
    if !survey.constants.is_empty() {
        let words = words(parsed.text);
        let constants: Vec<&Constant> = survey.constants.iter().filter(|constant| survey.is_private(constant, &words)).collect();
        let (soon, late): (Vec<&Constant>, Vec<&Constant>) = constants.into_iter().partition(|constant| survey.can_stand_beside(constant));
        for site in sites.iter_mut().filter(|site| is_rebuilt(site)) {
            if let Some(constant) = soon.iter().find(|constant| constant.holds(site)) {
                let uses = survey.uses_of(constant).map(|used| Use { span: used.span, names: vec![used.name_at] }).collect();
                site.shape = Shape::Constant { name: constant.name_at, end: constant.end, uses };
                site.in_value = false;
            }
        }
        companions = late.into_iter().filter_map(|constant| survey.companion(constant, sites)).collect();
    }
    for site in sites.iter_mut().filter(|site| site.in_value && !companions.iter().any(|companion| is_within(companion.value, site))) {
        site.in_value = false;
        if !matches!(site.shape, Shape::Ignored { .. } | Shape::Refused { .. }) {
            site.shape = Shape::Rebuild { reason: CONST_CONTEXT };
        }
    }
    companions
}

fn is_rebuilt(site: &Site) -> bool {
    match site.shape {
        Shape::Rebuild { .. } => true,
        Shape::Ignored { .. } | Shape::Refused { .. } => false,
        _ => site.in_value,
    }
}

fn is_within(value: Span, site: &Site) -> bool {
    site.mutants.iter().all(|mutant| value.contains(mutant.span))
}

#[cfg(test)]
mod tests {
    use super::super::{Namespace, Selection, sites};
    use crate::mutate::Shape;
    use crate::syntax::{CfgStack, parse};

    /// How often the constant `A` of the source is switched; nothing where it must be rebuilt.
    fn uses(source: &str) -> Option<usize> {
        let sites = sites(&parse(source).unwrap(), "f.rs", &Namespace::default(), &CfgStack::default(), Selection::all());
        sites.iter().find_map(|site| match &site.shape {
            Shape::Constant { name, uses, .. } => (name.of(source) == "A").then_some(uses.len()),
            _ => None,
        })
    }

    #[test]
    fn constants_of_run_time_code_are_switched_where_they_are_used() {
        let cases = [
            ("const A: u8 = 7; fn f(n: u8) -> bool { n < A }", 1),
            ("/// Much.\nconst A: u8 = 7; fn f(n: u8) -> bool { n < A && (|| n > A)() }", 2),
            ("fn f(n: u8) -> bool { const A: u8 = 7; if n < A { g() } else { n > A } }", 2),
            ("mod m { const A: u8 = 7; unsafe fn f() -> u8 { g(A) } } mod other;", 1),
            ("const A: &str = \"a\"; impl S { async fn f() { a.push_str(A); } }", 1),
            ("const A: u8 = 7; const B: u8 = 7; trait T { fn f() -> u8 { A } }", 1),
            ("const A: u8 = 7; fn f(x: u8) -> u8 { match x { y if y == A => 1, _ => 2 } }", 1),
            ("const A: u8 = 7; fn f(n: u8) -> bool { n < A } #[test] fn t() { f(A); }", 2),
            ("const A: u8 = 7; #[cfg(test)] mod tests { use super::*; #[test] fn t() { assert_eq!(A + 1, f(A), \"{}\", A); } }", 3),
            ("const A: u8 = 7; mod m { fn f() -> u8 { super::A } mod o { fn g() -> u8 { super::super::A } } }", 2),
            ("const A: u8 = 7; fn f() { format!(\"{a}{}\", A, a = A); matches!(A, 1); vec![A; 2] }", 4),
        ];
        for (source, expected) in cases {
            assert_eq!(uses(source), Some(expected), "{source}");
        }
    }

    /// How often the constant `A` of the source is asked for when the program computes it again; nothing where it is not.
    fn computed(source: &str) -> Option<(usize, String)> {
        let selection = Selection::all();
        let mutated = super::super::mutate(&parse(source).unwrap(), "f.rs", &Namespace::default(), &CfgStack::default(), selection);
        let held = mutated.sites.iter().filter(|site| site.in_value).count();
        assert!(held == 0 || !mutated.companions.is_empty(), "{source}");
        let companion = mutated.companions.iter().find(|companion| companion.name.of(source) == "A")?;
        Some((companion.uses.len(), companion.ty.clone()))
    }

    #[test]
    fn what_takes_calls_and_loops_or_is_a_table_is_computed_again() {
        let cases = [
            ("const A: u8 = { let mut n = 7; while n < 9 { n += 1; } n }; fn f(n: u8) -> bool { n < A }", 1, "u8"),
            ("const A: u8 = sum_to(x); fn f(n: u8) -> bool { n < A && n > A }", 2, "u8"),
            ("const fn g() {} const A: u8 = S::g(); fn f(n: u8) -> bool { n < A }", 1, "u8"),
            ("const A: u8 = x.sum_to(7); fn f(n: u8) -> bool { n < A }", 1, "u8"),
            ("const A: [u8; 1] = [1 + 2]; fn f(n: u8) -> bool { n < A[0] }", 1, "[u8 ; 1]"),
            ("const A: &str = \"a\"; fn f() { g(&A) }", 1, "& 'static str"),
            ("static A: T<&u8> = T::new(7); fn f() { A.g() }", 1, "T < & 'static u8 >"),
            ("fn f<T>() -> u8 { const A: u8 = crate::g(); A }", 1, "u8"),
        ];
        for (source, uses, ty) in cases {
            assert_eq!(computed(source), Some((uses, ty.to_owned())), "{source}");
        }
    }

    #[test]
    fn what_would_not_be_the_same_or_is_seen_elsewhere_is_not() {
        let cases = [
            "pub const A: u8 = sum_to(7); fn f(n: u8) -> bool { n < A }",
            "const A: u8 = sum_to(7); fn f(n: u8) -> bool { matches!(n, A) }",
            "const A: u8 = sum_to(7); const fn f(n: u8) -> bool { n < A }",
            "const A: u8 = sum_to(7); fn f() { g(&mut A) }",
            "const A: u8 = sum_to(7);",
            "const A: fn(u8) -> u8 = g(|x| x + 7); fn f() { A(1) }",
            "const A: u8 = { const fn g() -> u8 { 7 } g() }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = unsafe { g(7) }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = const { g(7) }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = g([7; h()]); fn f(n: u8) -> bool { n < A }",
            "static mut A: u8 = g(7); fn f(n: u8) -> bool { n < A }",
            "static A: M<T> = M::new(T::Default()); fn f() { A.lock() }",
            "impl S { const A: u8 = g(7); fn f() -> u8 { Self::A } }",
        ];
        for source in cases {
            assert_eq!(computed(source), None, "{source}");
        }
    }

    #[test]
    fn others_are_rebuilt() {
        let cases = [
            "pub const A: u8 = 7; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = { let mut n = 7; while n < 9 { n += 1; } n }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = loop { break 7; }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = sum_to(7); fn f(n: u8) -> bool { n < A }",
            "const A: u8 = 7_u8.sum_to(); fn f(n: u8) -> bool { n < A }",
            "const A: u8 = { sum_to!(7); 7 }; fn f(n: u8) -> bool { n < A }",
            "#[cfg(unix)] const A: u8 = 7; fn f(n: u8) -> bool { n < A }",
            "const A: [u8; 1] = [7]; fn f(n: u8) -> bool { n < A[0] }",
            "const A: usize = 7; fn f(n: [u8; A]) -> bool { n.len() < A }",
            "const A: usize = 7; fn f() -> bool { g([0; A]) }",
            "const A: usize = 7; fn f() -> bool { g::<A>() && h::<{ A }>() && const { A } }",
            "const A: u8 = 7; const B: u8 = A; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = 7; static B: u8 = A;",
            "const A: u8 = 7; const fn f() -> u8 { A }",
            "const A: u8 = 7; fn f(n: u8) -> bool { matches!(n, A) }",
            "const A: u8 = 7; fn f(n: u8) -> bool { match n { A => true, _ => false } }",
            "const A: u8 = 7; mod m { fn f(n: u8) -> bool { n < A } }",
            "const A: u8 = 7; mod m { use super::*; mod o { fn f(n: u8) -> bool { n < A } } }",
            "const A: u8 = 7; mod m { mod o { fn f(n: u8) -> bool { n < super::A } } }",
            "const A: u8 = 7; mod m { use super::A; fn f(n: u8) -> bool { n < A } }",
            "const A: u8 = 7; fn f() -> u8 { mod m { fn g() -> u8 { super::super::A } } 1 }",
            "const A: u8 = 7; fn f(n: u8) -> bool { println!(\"{A}\"); n < A }",
            "const A: u8 = 7; fn f(n: u8) -> bool { println!(\"{n:>A$}\"); n < A }",
            "const A: u8 = 7; fn f(n: u8) -> bool { other!(A); n < A }",
            "const A: u8 = 7; mod m; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = 7; fn f(n: u8) -> bool { n < A } #[cfg(test)] mod tests { fn t() { A; } }",
            "const A: u8 = 7; fn f() -> &'static u8 { &A }",
            "fn f() -> u8 { { const A: u8 = 7; } A }",
            "impl S { const A: u8 = 7; fn f() -> u8 { Self::A } }",
        ];
        for source in cases {
            assert_eq!(uses(source), None, "{source}");
        }
    }
}
