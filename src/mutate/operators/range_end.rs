//! A range loses its end, or gets it.
//!
//! `..` ↔ `..=`: `&a[b..c]` → `&a[b..=c]`, `for i in 0..n` → `for i in 0..=n`.
//!
//! The two are of different types, so there is a switch only around what uses the range at once: an index
//! with the `&` or the method that takes it, a call with the range as an argument, a `for` loop, a method of
//! the range itself (where that may be one of iterators, both ranges go on as one type of iterator).
//!
//! What is left alone: its row in `about`.

use syn::{Expr, ExprRange, RangeLimits};

use super::{Found, Scope, Shape, extent};
use crate::mutate::Operator;
use crate::syntax::Span;

/// Methods of ranges that are not those of iterators.
const OWN: [&str; 4] = ["contains", "is_empty", "start_bound", "end_bound"];

/// The range of `for _ in a..b` or of `(a..b).rev()`.
pub(super) fn iterated(scope: &Scope<'_, '_>, expr: &Expr) -> Option<Found> {
    let range = range_of(expr)?;
    let span = extent::of(scope.parsed, expr);
    change(scope, range, Shape::Iterator(span))
}

/// The ranges among the parts of a call: its arguments, and its receiver's index.
pub(super) fn in_call<'a>(scope: &Scope<'_, '_>, whole: &Expr, parts: impl IntoIterator<Item = &'a Expr>) -> Vec<Found> {
    let span = extent::of(scope.parsed, whole);
    parts.into_iter().filter_map(|part| change(scope, range_of(part)?, Shape::Expression(span))).collect()
}

/// The range of a method call's receiver.
pub(super) fn of_receiver(scope: &Scope<'_, '_>, whole: &Expr, receiver: &Expr, method: &str) -> Option<Found> {
    if let Expr::Index(index) = without_parentheses(receiver) {
        return indexed(scope, extent::of(scope.parsed, whole), &index.index);
    }
    if OWN.contains(&method) {
        return change(scope, range_of(receiver)?, Shape::Expression(extent::of(scope.parsed, whole)));
    }
    iterated(scope, receiver)
}

/// The range of `&a[b..c]`.
pub(super) fn of_reference(scope: &Scope<'_, '_>, whole: &Expr, operand: &Expr) -> Option<Found> {
    let Expr::Index(index) = without_parentheses(operand) else { return None };
    indexed(scope, extent::of(scope.parsed, whole), &index.index)
}

fn indexed(scope: &Scope<'_, '_>, whole: Span, index: &Expr) -> Option<Found> {
    change(scope, range_of(index)?, Shape::Expression(whole))
}

fn range_of(expr: &Expr) -> Option<&ExprRange> {
    if let Expr::Range(range) = without_parentheses(expr) { Some(range) } else { None }
}

fn change(scope: &Scope<'_, '_>, range: &ExprRange, shape: Shape) -> Option<Found> {
    range.end.as_ref()?;
    let (token, with) = match &range.limits {
        RangeLimits::HalfOpen(token) => (scope.parsed.span_of(token), "..="),
        RangeLimits::Closed(token) => (scope.parsed.span_of(token), ".."),
    };
    Some(Found { shape, changes: vec![scope.change(Operator::RangeEnd, token, with, scope.original(range))] })
}

fn without_parentheses(mut expr: &Expr) -> &Expr {
    while let Expr::Paren(inner) = expr {
        expr = &inner.expr;
    }
    expr
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_family, in_fn};
    use super::*;

    fn check(statements: &str, expect: &[&str]) {
        check_family(Operator::RangeEnd, &in_fn(statements), expect);
    }

    #[test]
    fn ranges_change_where_they_are_used() {
        check("g(&a[..b], &mut c[d..=e])", &["&a[..b] => &a[..=b]", "&mut c[d..=e] => &mut c[d..e]"]);
        check("a[b..c].d().e", &["a[b..c].d() => a[b..=c].d()"]);
        check("a.drain(b..c).d()", &["a.drain(b..c) => a.drain(b..=c)"]);
        check("g(0..1, 2)", &["g(0..1, 2) => g(0..=1, 2)"]);
        check("(a..b).contains(&c)", &["(a..b).contains(&c) => (a..=b).contains(&c)"]);
    }

    #[test]
    fn iterated_ranges_go_on_as_iterators() {
        check("for a in b..c {}", &["iterator b..c => b..=c"]);
        check("for a in (b..=c).rev() {}", &["iterator (b..=c) => (b..c)"]);
    }

    #[test]
    fn others_are_left_alone() {
        check("let a = b..c; S { d: e..f }; for g in h.. {} &i[j..]; k[..]; match l { 1..=2 => {} _ => {} }", &[]);
        check("a[b..c] = d", &[]);
    }
}
