//! What an ordering becomes, and the comparison as a whole made constant.
//!
//! `a < b` → `a <= b`, `a != b`, `false`; `a <= b` → `a < b`, `a == b`, `true`; likewise `>` and `>=`.
//!
//! These three are enough: the three outcomes of a comparison (less, equal, greater) make each other
//! change a weaker form of one of them, so tests that notice the three notice all (Kaminski, Ammann and
//! Offutt, "Improving logic-based testing", 2013). The rule `redundant` leaves the others out. `==` and
//! `!=` keep only each other: what they compare need not have an order.
//!
//! `a > 0` does not become `a != 0`, nor `0 < a`: of an unsigned number that is the same. (The rule
//! `redundant` again.) And an integer literal stays where the next one is the same as another change:
//! `a < 8` is `a <= 7`.
//!
//! Skipped: all of this for the set `cargo-mutants`, which has its own replacements.

use syn::{Expr, ExprBinary, ExprLit, Lit};

use super::{Found, Scope, Shape, extent};
use crate::mutate::{Operator, Rule};

/// An ordering: what is enough, what else there is, and the constant that belongs to it.
struct Row(&'static str, &'static [&'static str], &'static [&'static str], &'static str);

const ORDERINGS: [Row; 4] = [
    Row("<", &["<=", "!="], &["<=", "!=", "==", ">"], "false"),
    Row(">", &[">=", "!="], &[">=", "!=", "==", "<"], "false"),
    Row("<=", &["<", "=="], &["<", "==", ">"], "true"),
    Row(">=", &[">", "=="], &[">", "==", "<"], "true"),
];

fn row(scope: &Scope<'_, '_>, operator: &str) -> Option<&'static Row> {
    if scope.selection.is_as_cargo_mutants() { None } else { ORDERINGS.iter().find(|row| row.0 == operator) }
}

/// What the operator becomes, if it is an ordering and the set is not that of cargo-mutants.
pub(super) fn replacements(scope: &Scope<'_, '_>, comparison: &ExprBinary) -> Option<&'static [&'static str]> {
    let row = row(scope, operator_of(scope, comparison))?;
    Some(match row.0 {
        _ if !scope.leaves_out(Rule::Redundant) => row.2,
        ">" if is_zero(&comparison.right) => &row.1[..1],
        "<" if is_zero(&comparison.left) => &row.1[..1],
        _ => row.1,
    })
}

/// The operand that is an integer whose next one gives the comparison that another change gives.
pub(super) fn told_literal<'a>(scope: &Scope<'_, '_>, comparison: &'a ExprBinary) -> Option<&'a Lit> {
    if !says_all(scope, comparison) || !scope.leaves_out(Rule::Redundant) {
        return None;
    }
    let operand = match operator_of(scope, comparison) {
        "<" | ">=" => &comparison.right,
        _ => &comparison.left,
    };
    if let Expr::Lit(literal) = &**operand { Some(&literal.lit) } else { None }
}

fn is_zero(operand: &Expr) -> bool {
    matches!(operand, Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if int.base10_digits() == "0")
}

/// Whether an ordering, in this set, says all that changes of a condition could say.
pub(super) fn says_all(scope: &Scope<'_, '_>, comparison: &ExprBinary) -> bool {
    scope.selection.has(Operator::BinaryOperator) && row(scope, operator_of(scope, comparison)).is_some()
}

/// The comparison as a whole made constant.
pub(super) fn constant(scope: &Scope<'_, '_>, comparison: &ExprBinary, original: &str) -> Option<Found> {
    let row = row(scope, operator_of(scope, comparison))?;
    let span = extent::between(scope.parsed, &comparison.left, &comparison.right);
    let change = scope.change(Operator::BinaryOperator, span, row.3, original.to_owned());
    Some(Found { shape: Shape::Expression(span), changes: vec![change] })
}

fn operator_of<'t>(scope: &Scope<'_, 't>, comparison: &ExprBinary) -> &'t str {
    scope.parsed.span_of(&comparison.op).of(scope.parsed.text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_with, in_fn, made};
    use crate::mutate::{Operator, Rule, Selection};

    fn check(statements: &str, expect: &[&str]) {
        check_with(Selection::of(&[Operator::BinaryOperator]), &in_fn(statements), expect);
    }

    #[test]
    fn three_changes_of_an_ordering_are_enough() {
        check("g(a < b)", &["a < b => false", "a < b => a <= b; a != b"]);
        check("g(a > b)", &["a > b => false", "a > b => a >= b; a != b"]);
        check("g(a <= b)", &["a <= b => true", "a <= b => a < b; a == b"]);
        check("g(a >= b)", &["a >= b => true", "a >= b => a > b; a == b"]);
        check("g(a == b)", &["a == b => a != b"]);
    }

    #[test]
    fn the_constant_stands_for_the_comparison_and_no_more() {
        check(
            "a + b < c && d",
            &["a + b < c => false", "a + b => a - b; a * b", "a + b < c => a + b <= c; a + b != c", "a + b < c && d => a + b < c || d"],
        );
        check(
            "if let A = b && c < d {}",
            &["refused (`||` operators are not supported in let chain conditions): && -> ||", "c < d => false", "c < d => c <= d; c != d"],
        );
    }

    #[test]
    fn what_is_the_same_for_whole_numbers_is_left_out() {
        check(
            "g(a > 0, 0 < b, c < 0)",
            &["a > 0 => false", "a > 0 => a >= 0", "0 < b => false", "0 < b => 0 <= b", "c < 0 => false", "c < 0 => c <= 0; c != 0"],
        );
        let both = Selection::of(&[Operator::BinaryOperator, Operator::IntLiteral]);
        for (comparison, expect) in
            [("a < 8", 3), ("a >= 8", 3), ("8 > a", 3), ("8 <= a", 3), ("a > 8", 4), ("a <= 8", 4), ("8 < a", 4), ("a == 8", 2)]
        {
            assert_eq!(made(both, &in_fn(&format!("g({comparison})"))), expect, "{comparison}");
        }
    }

    #[test]
    fn the_redundant_ones_can_be_kept() {
        let selection = Selection::of(&[Operator::BinaryOperator]).keeping(&[Rule::Redundant]);
        check_with(selection, &in_fn("g(a < b)"), &["a < b => false", "a < b => a <= b; a != b; a == b; a > b"]);
    }
}
