//! A named field is deleted from a struct literal that takes the rest from a base.
//!
//! `A { b: 1, c: 2, ..d }` → `A { c: 2, ..d }` and `A { b: 1, ..d }`.
//!
//! What is left alone: its row in `about`. All deletions of a literal share one switch around it.

use syn::{ExprStruct, FieldValue, Member, Token};

use super::{Change, Found, Scope, Shape};
use crate::mutate::Operator;
use crate::syntax::{is_test_code, pretty};

/// The site of `node`, if it has a base and a field to delete.
pub(super) fn site(scope: &Scope<'_, '_>, node: &ExprStruct) -> Option<Found> {
    node.rest.as_ref()?;
    let path = pretty(&node.path);
    let changes: Vec<Change> = node.fields.pairs().filter_map(|pair| change(scope, &path, pair.value(), pair.punct().copied())).collect();
    if changes.is_empty() {
        return None;
    }
    let start = node.qself.as_ref().map_or_else(|| scope.parsed.span_of(&node.path), |qself| scope.parsed.span(qself.lt_token.span));
    let shape = Shape::Expression(start.join(scope.parsed.span(node.brace_token.span.close())));
    Some(Found { shape, changes })
}

fn change(scope: &Scope<'_, '_>, path: &str, field: &FieldValue, comma: Option<&Token![,]>) -> Option<Change> {
    let Member::Named(name) = &field.member else { return None };
    if is_test_code(&field.attrs) {
        return None;
    }
    let field_span = scope.parsed.span_of(field);
    let span = comma.map_or(field_span, |comma| field_span.join(scope.parsed.span(comma.span)));
    let change = scope.change(Operator::StructField, span, "", format!("{path}.{name}"));
    Some(Change { cfg: scope.cfg.with(&field.attrs), ..change })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(source: &str, expect: &[&str]) {
        testing::check_in_fn(Operator::StructField, source, expect);
    }

    #[test]
    fn fields_before_a_base_are_deleted() {
        check("A { b: 1, c, ..d }", &["A { b: 1, c, ..d } => A {  c, ..d }; A { b: 1,  ..d }"]);
        check("x(&a::B::<C> { d: 1 , ..e }).f", &["a::B::<C> { d: 1 , ..e } => a::B::<C> {  ..e }"]);
        check("A { #[cfg(x)] b: 1, ..c }", &["A { #[cfg(x)] b: 1, ..c } => A {  ..c }"]);
        check("A { b: B { c: 1, ..d }, ..e }", &["A { b: B { c: 1, ..d }, ..e } => A {  ..e }", "B { c: 1, ..d } => B {  ..d }"]);
    }

    #[test]
    fn others_are_not() {
        check("A { b: 1, c: 2 }", &[]);
        check("A { b, .. } = c", &[]);
        check("A { 0: b, ..c }", &[]);
        check("A { ..b }", &[]);
    }
}
