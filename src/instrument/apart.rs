//! Values in functions of their own. The compiler says of a body one thing after the other: while a value in it is of a
//! wrong type it is silent on types that cannot be told, on calls that a `const fn` may not make and on borrows. In a text
//! that is only checked, each value stands in a copy of its function beside it, which is its real edit:
//!
//! ```text
//! fn f(a: A) -> T { match select(1, 2) { 1 => return b, 2 => return c, _ => {} } d }
//! fn f(a: A) -> T { match select(1, 2) { _ => {} } d } fn f_gate_1(a: A) -> T { b } fn f_gate_2(a: A) -> T { c }
//! ```
//!
//! The items of traits are fixed: a copy of one that a type of the file implements stands in an `impl` of its own. Owns
//! which functions can have copies: not those of other types, nor those with attributes that may mean anything. Pure.

mod originals;

use super::FilePlan;
use super::edit::{Cause, Edit, Part};
use crate::mutate::{Shape, Site};
use crate::syntax::{Parsed, Span};
use originals::{Original, originals};

/// The edits with the values of functions in copies beside them; an edit keeps its index, and copies come last. `None`
/// where no value is in doubt: then the text tells nothing that the other does not.
pub fn apart(parsed: &Parsed<'_>, plan: &FilePlan) -> Option<Vec<Edit>> {
    let originals = originals(parsed);
    let mut edits = plan.edits.clone();
    let mut first = 0;
    for site in &plan.sites {
        let count = u32::try_from(site.mutants.len()).ok()?;
        if let Some(original) = original(&originals, site)
            && let Some(switch) = edits.iter_mut().find(|edit| edit.cause == (Cause::Switch { first, count }))
        {
            switch.parts.retain(|part| !matches!(part, Part::Arm { .. }));
            let (parts, cause) = (original.copies(&site.mutants, first), Cause::Switch { first, count });
            edits.push(Edit { span: Span::empty(original.at), parts, cause });
        }
        first += count;
    }
    (edits.len() > plan.edits.len()).then_some(edits)
}

/// Where the values of the site are in doubt, its function.
fn original<'a>(originals: &'a [Original], site: &Site) -> Option<&'a Original> {
    let Shape::Body { block, .. } = site.shape else { return None };
    let is_doubtful = site.mutants.iter().any(|mutant| !is_sure(&mutant.replacement));
    let at = originals.binary_search_by_key(&block.start, |original| original.body.start).ok()?;
    is_doubtful.then(|| &originals[at])
}

/// Whether a value fits its type for sure, by the table of values.
fn is_sure(value: &str) -> bool {
    !value.replace("String::new()", "").contains("::")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::{FileContext, Slots, Withdrawn, render};
    use crate::syntax::{CfgStack, parse};

    fn check(text: &str, expect: Option<&str>) {
        let parsed = parse(text).unwrap();
        let mut plan = FilePlan::new(&parsed, "f.rs", &CfgStack::default(), FileContext::default());
        plan.edits.retain(|edit| matches!(edit.cause, Cause::Switch { .. }));
        let found = apart(&parsed, &plan);
        let rendered = found.map(|edits| render(text, &edits, Slots { base: 1, mutants: 9, probes: 0 }, &Withdrawn::default()).text);
        assert_eq!(rendered.as_deref(), expect, "{text}");
    }

    #[test]
    fn values_in_doubt_stand_in_copies() {
        check(
            "#[cfg(a)] #[inline] const fn f<A: B>(a: A) -> T where A: C { a.b() }",
            Some(
                "#[cfg(a)] #[inline] const fn f<A: B>(a: A) -> T where A: C { match ::gate_rt::select(1, 1) { _ => {} } a.b() } \
                 # [cfg (a)] const fn f_gate_1 < A : B > (a : A) -> T where A : C { Default::default() }",
            ),
        );
        check(
            "impl<A> T<A> { pub fn r#in(&self) -> T<A> { T } }",
            Some(
                "impl<A> T<A> { pub fn r#in(&self) -> T<A> { match ::gate_rt::select(1, 4) { _ => {} } T } fn in_gate_1 (& self) -> T < A > { T::new() } \
                 fn in_gate_2 (& self) -> T < A > { T::from_iter([Default::default()]) } \
                 fn in_gate_3 (& self) -> T < A > { T::new(Default::default()) } \
                 fn in_gate_4 (& self) -> T < A > { T::from(Default::default()) } }",
            ),
        );
    }

    #[test]
    fn copies_of_a_traits_items_stand_in_an_impl_of_their_own() {
        check(
            "struct S<A>(A); #[cfg(a)] impl<'a, A: B> I<'a> for S<A> where A: C { type T = U<A>; fn f(&self) -> Option<Self::T> { b() } }",
            Some(
                "struct S<A>(A); #[cfg(a)] impl<'a, A: B> I<'a> for S<A> where A: C { type T = U<A>; \
                 fn f(&self) -> Option<Self::T> { match ::gate_rt::select(1, 2) { _ => {} } b() } } \
                 # [cfg (a)] impl < 'a , A : B > S < A > where A : C { fn f_gate_1 (& self) -> Option < U < A > > { None } } \
                 # [cfg (a)] impl < 'a , A : B > S < A > where A : C { fn f_gate_2 (& self) -> Option < U < A > > { Some(Default::default()) } }",
            ),
        );
        check("struct S; impl I for S { fn f(&self) -> Option<Self::T> { b() } }", None);
        // What the type does not tell could not be told at all.
        check("struct S; impl<A> I<A> for S { fn f(&self) -> T { b() } }", None);
    }

    #[test]
    fn values_that_fit_and_functions_that_cannot_be_copied_stay() {
        for text in [
            "fn f() -> bool { a() }",
            "fn f() -> String { a() }",
            "impl A for B { fn f() -> T { a() } }",
            "trait A { fn f() -> T { a() } }",
            "#[wrap] fn f() -> T { a() }",
            "#[cfg_attr(a, wrap)] fn f() -> T { a() }",
            "#[wrap] impl A { fn f() -> T { a() } }",
        ] {
            check(text, None);
        }
    }
}
