//! The condition of an `if` or `while` is made constant or negated.
//!
//! `if a() {}` → `if true {}`, `if false {}`, `if !(a()) {}`; `while a() {}` → `while false {}`.
//!
//! What is left alone: their rows in `about`, the orderings as redundant. Redundant, too:
//! - the negation where it is another mutant already: of `a == b`, `!a`, `a.is_some()` and their like;
//! - `while true`, which is noticed as a hang whatever the tests look at, and a negated `while`, which for
//!   every test that enters the loop is `while false`.

use syn::{BinOp, Expr, ExprIf, ExprWhile, UnOp};

use super::{Found, Scope, Shape, comparison, extent, match_arm, method};
use crate::mutate::{Operator, Rule};

/// The site of an `if`.
pub(super) fn of_if(scope: &Scope<'_, '_>, node: &ExprIf) -> Option<Found> {
    let is_negated = scope.leaves_out(Rule::Redundant) && has_negation(scope, &node.cond);
    let forms: &[Form] = if is_negated { &[Form::True, Form::False] } else { &[Form::True, Form::False, Form::Negated] };
    site(scope, Operator::IfCondition, &node.cond, forms)
}

/// The site of a `while`.
pub(super) fn of_while(scope: &Scope<'_, '_>, node: &ExprWhile) -> Option<Found> {
    let forms: &[Form] = if scope.leaves_out(Rule::Redundant) { &[Form::False] } else { &[Form::True, Form::False, Form::Negated] };
    site(scope, Operator::WhileCondition, &node.cond, forms)
}

/// Whether the statements under the condition are left out by some mutant of it, or by one that tells more.
pub(super) fn can_be_false(scope: &Scope<'_, '_>, condition: &Expr) -> bool {
    scope.selection.has(Operator::IfCondition) && !is_left_alone(condition)
}

enum Form {
    True,
    False,
    Negated,
}

fn site(scope: &Scope<'_, '_>, operator: Operator, condition: &Expr, forms: &[Form]) -> Option<Found> {
    if is_left_alone(condition) || is_told_by_comparison(scope, condition) {
        return None;
    }
    let span = extent::of(scope.parsed, condition);
    let original = scope.original(condition);
    let change = |form: &Form| match form {
        Form::True => scope.change(operator, span, "true", original.clone()),
        Form::False => scope.change(operator, span, "false", original.clone()),
        Form::Negated => {
            let negated = scope.change(operator, span, &format!("!({})", span.of(scope.parsed.text)), original.clone());
            super::Change { known_as: Some("!"), ..negated }
        }
    };
    Some(Found { shape: Shape::Expression(span), changes: forms.iter().map(change).collect() })
}

fn is_left_alone(condition: &Expr) -> bool {
    match without_parentheses(condition) {
        Expr::Lit(_) => true,
        Expr::Macro(call) => call.mac.path.is_ident("cfg"),
        other => match_arm::has_let(other),
    }
}

fn is_told_by_comparison(scope: &Scope<'_, '_>, condition: &Expr) -> bool {
    scope.leaves_out(Rule::Redundant)
        && matches!(without_parentheses(condition), Expr::Binary(binary) if comparison::says_all(scope, binary))
}

/// Whether another operator negates the whole condition.
fn has_negation(scope: &Scope<'_, '_>, condition: &Expr) -> bool {
    let (operator, negates) = match without_parentheses(condition) {
        Expr::Binary(binary) => (Operator::BinaryOperator, matches!(binary.op, BinOp::Eq(_) | BinOp::Ne(_))),
        Expr::Unary(unary) => (Operator::UnaryOperator, matches!(unary.op, UnOp::Not(_))),
        Expr::MethodCall(call) => (Operator::MethodCall, method::negates(call)),
        _ => return false,
    };
    negates && scope.selection.has(operator)
}

fn without_parentheses(mut condition: &Expr) -> &Expr {
    while let Expr::Paren(inner) = condition {
        condition = &inner.expr;
    }
    condition
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_family, check_with, in_fn};
    use super::*;
    use crate::mutate::Selection;

    fn check(statements: &str, expect: &[&str]) {
        check_family(Operator::IfCondition, &in_fn(statements), expect);
    }

    fn check_while(statements: &str, expect: &[&str]) {
        check_family(Operator::WhileCondition, &in_fn(statements), expect);
    }

    #[test]
    fn conditions_become_constant_and_negated() {
        check("if a() {}", &["a() => true; false; !(a())"]);
        check("if a && b {} else if c.d {}", &["a && b => true; false; !(a && b)", "c.d => true; false; !(c.d)"]);
        check("if(a){} x(if b { c } else { d })", &["(a) =>  true;  false; !((a))", "b => true; false; !(b)"]);
        check_while("while a() {}", &["a() => false"]);
        check_while("while a != b {}", &["a != b => false"]);
    }

    #[test]
    fn what_the_operator_of_the_condition_tells_is_left_out() {
        for condition in ["a == b", "(a != b)", "!a", "a.is_some()", "a.is_err()"] {
            check(&format!("if {condition} {{}}"), &[&format!("{condition} => true; false")]);
        }
        check("if a < b {} if (a >= b) {}", &[]);
        check_while("while a < b {}", &[]);
        let alone = Selection::of(&[Operator::IfCondition]);
        check_with(alone, &in_fn("if a < b {} if !c {}"), &["a < b => true; false; !(a < b)", "!c => true; false; !(!c)"]);
        check_with(
            Selection::of(&[Operator::WhileCondition]).keeping(&[Rule::Redundant]),
            &in_fn("while a {}"),
            &["a => true; false; !(a)"],
        );
    }

    #[test]
    fn bindings_configuration_and_literals_are_left_alone() {
        check("if let A = b {} if c && let D = e {} if cfg!(unix) {} if true {}", &[]);
        check_while("while let A = b {}", &[]);
    }
}
