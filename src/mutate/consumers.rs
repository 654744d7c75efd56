//! A switch whose alternatives are all constant moves out to the operator that consumes it.
//!
//! `x >> (BITS - 1)`: with `+` for `-` the compiler refuses the real edit, for it sees that the shift
//! overflows (`arithmetic_overflow`, `unconditional_panic`). It would not see it through a switch around
//! `BITS - 1` alone. Around the whole shift it does, in the alternative of that one mutant.

use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

use super::{Shape, Site};
use crate::syntax::{Parsed, Span};

/// Move the switches of `sites` out of constant operands.
pub(super) fn widen(parsed: &Parsed<'_>, sites: &mut [Site]) {
    let mut finder = Finder { parsed, found: Vec::new() };
    finder.visit_file(&parsed.tree);
    for site in sites {
        if let Shape::Expression(span) = &mut site.shape {
            while let Some(consumer) = finder.consumer(*span) {
                *span = consumer;
            }
        }
    }
}

struct Finder<'p, 't> {
    parsed: &'p Parsed<'t>,
    /// Constant operands, each with the expression that consumes it.
    found: Vec<(Span, Span)>,
}

impl Finder<'_, '_> {
    /// The innermost consumer of a constant operand that holds `span`.
    fn consumer(&self, span: Span) -> Option<Span> {
        let around = self.found.iter().filter(|(operand, _)| operand.contains(span));
        around.min_by_key(|(operand, _)| operand.end - operand.start).map(|(_, consumer)| *consumer)
    }

    /// A bare name holds no site, and a literal more or less matters to the compiler where it computes all
    /// of the consumer, and for shifts.
    fn add(&mut self, operand: &Expr, consumer: Span, is_computed: bool) {
        let holds_site = match operand {
            Expr::Path(_) => false,
            Expr::Lit(_) => is_computed,
            _ => true,
        };
        if holds_site && is_constant(operand) {
            self.found.push((self.parsed.span_of(operand), consumer));
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        if is_arithmetic(&node.op) && (is_constant(&node.left) || is_constant(&node.right)) {
            let consumer = self.parsed.span_of(node);
            let is_computed = matches!(node.op, BinOp::Shl(_) | BinOp::Shr(_)) || is_constant(&node.left) && is_constant(&node.right);
            self.add(&node.left, consumer, is_computed);
            self.add(&node.right, consumer, is_computed);
        }
        visit::visit_expr_binary(self, node);
    }
}

/// Operators that panic on some values.
fn is_arithmetic(op: &BinOp) -> bool {
    matches!(op, BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_) | BinOp::Shl(_) | BinOp::Shr(_))
}

/// Whether the expression is made of literals and constants alone, as far as their names tell.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) => true,
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| is_constant_name(&last.ident.to_string())),
        Expr::Paren(inner) => is_constant(&inner.expr),
        Expr::Cast(inner) => is_constant(&inner.expr),
        Expr::Unary(inner) => !matches!(inner.op, syn::UnOp::Deref(_)) && is_constant(&inner.expr),
        Expr::Binary(inner) => is_constant(&inner.left) && is_constant(&inner.right),
        _ => false,
    }
}

fn is_constant_name(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_uppercase()) && !name.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::{Namespace, Operator, Selection, sites};
    use super::*;
    use crate::syntax::{CfgStack, parse};

    fn check(expression: &str, expect: &[&str]) {
        check_with(Selection::cargo_mutants(), expression, expect);
    }

    fn check_with(selection: Selection, expression: &str, expect: &[&str]) {
        let text = format!("fn f() -> ! {{ {expression} }}");
        let sites = sites(&parse(&text).unwrap(), "f.rs", &Namespace::default(), &CfgStack::default(), selection);
        let spans: Vec<&str> =
            sites.iter().map(|site| if let Shape::Expression(span) = site.shape { span.of(&text) } else { "" }).collect();
        assert_eq!(spans, expect, "{expression}");
    }

    #[test]
    fn constant_operands_are_switched_with_what_consumes_them() {
        check(
            "x >> (BITS * 8 - 1) == 0",
            &["x >> (BITS * 8 - 1)", "x >> (BITS * 8 - 1)", "x >> (BITS * 8 - 1)", "x >> (BITS * 8 - 1) == 0"],
        );
        // An index expression may be a place, which a switch around it would copy.
        check("a[N - 1]", &["N - 1"]);
        check("x / -1", &["x / -1", "x / -1"]);
        check("x + (y - 1)", &["x + (y - 1)", "y - 1"]);
        check("f(A - 1)", &["A - 1"]);
        check("x < A - 1", &["x < A - 1", "A - 1"]);
    }

    #[test]
    fn so_are_literals_where_the_compiler_computes_with_them() {
        let literals = Selection::of(&[Operator::IntLiteral]);
        check_with(literals, "x << 7", &["x << 7"]);
        check_with(literals, "N + 7", &["N + 7"]);
        check_with(literals, "x + 7", &["7"]);
    }
}
