//! `!` and unary `-` are deleted.
//!
//! `!a` → `a`; `-1` → `1`; also in `!!a`, each of them. A dereference stays. Not in patterns, where `-1` is
//! one literal.
//!
//! The operand binds no less than the whole, so the switch stands around the operator and its operand.
//! Only a block-like operand is rebuilt alone: without its operator `!match a { .. } && b` begins a
//! statement, and the statement ends at the brace.

use syn::spanned::Spanned;
use syn::{Expr, ExprUnary, MacroDelimiter, UnOp};

use super::{Found, Scope, Shape, extent};
use crate::mutate::Operator;

/// The site of `node`, if its operator is one that is deleted.
pub(super) fn site(scope: &Scope<'_, '_>, node: &ExprUnary) -> Option<Found> {
    if !matches!(node.op, UnOp::Not(_) | UnOp::Neg(_)) {
        return None;
    }
    let operator = scope.parsed.span(node.op.span());
    let shape = if is_block_like(extent::leftmost(&node.expr)) {
        Shape::Rebuild { reason: "without the operator a block may end the statement" }
    } else {
        Shape::Expression(operator.join(extent::of(scope.parsed, &node.expr)))
    };
    let original = format!("{} {}", scope.original(&node.op), scope.original(innermost(&node.expr)));
    Some(Found { shape, changes: vec![scope.change(Operator::UnaryOperator, operator, "", original)] })
}

/// What operators in a row stand before: the `a` of `!!a`.
fn innermost(mut operand: &Expr) -> &Expr {
    while let Expr::Unary(inner) = operand {
        operand = &inner.expr;
    }
    operand
}

/// Whether an expression at the start of a statement is the whole statement.
fn is_block_like(expr: &Expr) -> bool {
    match expr {
        Expr::Macro(expr) => matches!(expr.mac.delimiter, MacroDelimiter::Brace(_)),
        Expr::Block(_)
        | Expr::Const(_)
        | Expr::ForLoop(_)
        | Expr::If(_)
        | Expr::Loop(_)
        | Expr::Match(_)
        | Expr::TryBlock(_)
        | Expr::Unsafe(_)
        | Expr::While(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(source: &str, expect: &[&str]) {
        testing::check_in_fn(Operator::UnaryOperator, source, expect);
    }

    #[test]
    fn negations_are_deleted() {
        check("!a", &["!a => a"]);
        check("-1", &["-1 => 1"]);
        check("- a.b().c + d", &["- a.b().c =>  a.b().c"]);
        check("!!a", &["!!a => !a", "!a => a"]);
        check("-a as u8", &["-a => a"]);
        check("*a; &a; a - b; a != b", &[]);
        check("match a { -1 => b, -3..=-2 => c, _ => -4 }", &["-4 => 4"]);
    }

    #[test]
    fn what_stood_apart_by_it_still_does() {
        check("return!a", &["!a =>  a"]);
        check("a &!&b", &["!&b =>  &b"]);
    }

    #[test]
    fn a_block_like_operand_is_rebuilt() {
        for source in ["!match a { _ => b } && c", "-unsafe { a }.b()", "!if a { b } else { c }", "!m! { a }"] {
            let operator = &source[..1];
            check(source, &[&format!("rebuild (without the operator a block may end the statement): {operator} -> ")]);
        }
        check("!m!(a) && b", &["!m!(a) => m!(a)"]);
        check("if !a {}", &["!a => a"]);
    }
}
