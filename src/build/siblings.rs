//! Refusals that the compiler tells one at a time. Of several expressions in one body whose type it cannot
//! tell it names the first only, so alternatives that differ elsewhere would each cost a build: this finds
//! those that the same words refuse. Pure.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprTuple};

use super::withdraw::Instrumented;
use crate::instrument::Role;
use crate::syntax::Span;

/// "Type annotations needed": a body's second such error is not told.
const ONE_AT_A_TIME: [&str; 4] = ["E0282", "E0283", "E0284", "E0790"];

/// Whether more errors of the kind may hide behind one.
pub(super) fn hides_others(code: &str) -> bool {
    ONE_AT_A_TIME.contains(&code)
}

/// The other alternatives of the switch that holds `span` (of the edited text) in one of its alternatives,
/// which have the same expression there and differ in other elements of a tuple at most: those have types of
/// their own and help nothing to tell this one's.
pub(super) fn alike(file: &Instrumented, span: Span) -> Vec<u32> {
    let Some(refused) = file.rendered.around(span).first().copied() else { return Vec::new() };
    let value = |of: Span| value(of, &file.rendered.text);
    let expression = value(refused.span);
    let at = span.start.saturating_sub(expression.start);
    let Some((key, path)) = key(expression.of(&file.rendered.text), at) else { return Vec::new() };
    let siblings = file.rendered.regions.iter().filter(|region| region.edit == refused.edit && region.span != refused.span);
    let is_alike = |region: &Span| key_of(value(*region).of(&file.rendered.text), &path).as_ref() == Some(&key);
    siblings.filter(|region| is_alike(&region.span)).filter_map(|region| role(region.role)).collect()
}

/// What an alternative gives, without what stands around it in its switch: the `(a)` of `, 1 => (a)`, the `return a` of
/// `1 => return a, `.
fn value(alternative: Span, text: &str) -> Span {
    const ARROW: &str = "=> ";
    let text = alternative.of(text);
    let start = text.find(ARROW).map_or(0, |at| at + ARROW.len());
    let end = text.trim_end_matches([',', ' ']).len();
    let byte = |at: usize| alternative.start + u32::try_from(at).unwrap_or_default();
    Span::new(byte(start), byte(end.max(start)))
}

fn role(role: Role) -> Option<u32> {
    match role {
        Role::Arm(mutant) => Some(mutant),
        Role::Whole | Role::Source => None,
    }
}

/// The expression without what stands beside byte `at` in tuples, and the way there.
fn key(text: &str, at: u32) -> Option<(String, Vec<usize>)> {
    let mut expr: Expr = syn::parse_str(text).ok()?;
    let mut way = Way { at: usize::try_from(at).ok()?, path: Vec::new() };
    way.visit_expr_mut(&mut expr);
    let key = key_of(text, &way.path)?;
    Some((key, way.path))
}

/// The expression without what stands beside a way in tuples.
fn key_of(text: &str, path: &[usize]) -> Option<String> {
    let mut expr: Expr = syn::parse_str(text).ok()?;
    Beside { path: path.iter() }.visit_expr_mut(&mut expr);
    Some(expr.to_token_stream().to_string())
}

/// Finds the elements of tuples, from the outside in, that hold a place.
struct Way {
    at: usize,
    path: Vec<usize>,
}

impl VisitMut for Way {
    fn visit_expr_tuple_mut(&mut self, tuple: &mut ExprTuple) {
        let holds = |expr: &Expr| {
            let tokens: Vec<_> = expr.to_token_stream().into_iter().map(|token| token.span().byte_range()).collect();
            let ends = tokens.first().zip(tokens.last());
            ends.is_some_and(|(first, last)| first.start <= self.at && self.at < last.end)
        };
        self.path.extend(tuple.elems.iter().position(holds));
        visit_mut::visit_expr_tuple_mut(self, tuple);
    }
}

/// Blanks what stands beside a way.
struct Beside<'a> {
    path: std::slice::Iter<'a, usize>,
}

impl VisitMut for Beside<'_> {
    fn visit_expr_tuple_mut(&mut self, tuple: &mut ExprTuple) {
        let Some(kept) = self.path.next() else { return };
        for (index, element) in tuple.elems.iter_mut().enumerate() {
            if index == *kept {
                self.visit_expr_mut(element);
            } else {
                *element = syn::parse_quote!(_);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::{Slots, Withdrawn, plan_switches, render};
    use crate::mutate::{Mutant, Operator, Shape, Site};
    use crate::syntax::CfgStack;

    /// Whether what refuses `text` at the first byte of `word` refuses `other`.
    fn refuses(text: &str, word: &str, other: &str) -> bool {
        let (found, path) = key(text, u32::try_from(text.find(word).unwrap()).unwrap()).unwrap();
        key_of(other, &path) == Some(found)
    }

    #[test]
    fn what_differs_in_other_elements_of_a_tuple_is_alike() {
        assert!(refuses("Ok((N::from(Default::default()), 0))", "N::from", "Ok((N::from(Default::default()), 1))"));
        assert!(refuses("(0, (N::new(), \"\"))", "N::new", "(1, (N::new(), \"xyzzy\"))"));
    }

    /// A function whose body has these values, rendered, and which of them go together with the first.
    fn alike_the_first(values: &[&str], word: &str) -> Vec<u32> {
        let text = "fn f() -> T { a }";
        let mutant = |value: &&str| Mutant {
            id: String::new(),
            operator: Operator::FnValue,
            span: Span::new(14, 15),
            replacement: (*value).to_owned(),
            function: None,
            cfg: CfgStack::default(),
        };
        let site = Site {
            shape: Shape::Body { block: Span::new(12, 17), entry: 14 },
            in_const_fn: false,
            in_value: false,
            mutants: values.iter().map(mutant).collect(),
        };
        let edits = plan_switches(text, &[site]);
        let slots = Slots { base: 1, mutants: u32::try_from(values.len()).unwrap(), probes: 0 };
        let rendered = render(text, &edits, slots, &Withdrawn::default());
        let at = u32::try_from(rendered.text.find(word).unwrap()).unwrap();
        alike(&Instrumented { rendered, edits, functions: vec![] }, Span::new(at, at + 1))
    }

    #[test]
    fn the_values_of_a_body_are_compared_as_they_stand_in_its_switch() {
        assert_eq!(alike_the_first(&["(N::from(d()), 0)", "(N::from(d()), 1)", "(N::new(), 1)", "(N::from(d()), 2)"], "N"), [1, 3]);
        assert_eq!(alike_the_first(&["N::from(d())", "N::new()"], "N"), [0; 0]);
    }

    #[test]
    fn what_differs_at_the_place_or_around_it_is_not() {
        assert!(!refuses("(N::from(Default::default()), 0)", "N::from", "(N::from(0), 0)"));
        assert!(!refuses("Ok((N::new(), 0))", "N::new", "Some((N::new(), 0))"));
        assert!(!refuses("(0, N::new())", "N::new", "(N::new(), 0)"));
        assert!(!refuses("N::from(iter::empty())", "iter", "N::from(iter::once(0))"));
        assert!(!refuses("f(N::new(), 0)", "N::new", "f(N::new(), 1)"));
    }
}
