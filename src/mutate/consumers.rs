//! A switch whose alternatives are all constant moves out to the operator that consumes it.
//!
//! `x >> (BITS - 1)`: with `+` for `-` the compiler refuses the real edit, for it sees that the shift
//! overflows (`arithmetic_overflow`, `unconditional_panic`). It would not see it through a switch around
//! `BITS - 1` alone. Around the whole shift it does, in the alternative of that one mutant.

use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

use super::{Shape, Site, Use};
use crate::syntax::macros::{Arguments, arguments};
use crate::syntax::{Parsed, Span};

/// Move the switches of `sites` out of constant operands.
pub(super) fn widen(parsed: &Parsed<'_>, sites: &mut [Site]) {
    let mut finder = Finder { parsed, found: Vec::new(), named: Vec::new() };
    finder.visit_file(&parsed.tree);
    for site in sites {
        match &mut site.shape {
            Shape::Expression(span) => widen_one(span, &finder.found),
            Shape::Constant { uses, .. } => {
                for used in uses.iter_mut() {
                    widen_one(&mut used.span, &finder.named);
                }
                merge(uses);
            }
            _ => {}
        }
    }
}

fn widen_one(span: &mut Span, operands: &[(Span, Span)]) {
    while let Some(consumer) = consumer(*span, operands) {
        *span = consumer;
    }
}

/// The innermost consumer of a constant operand that holds `span`.
fn consumer(span: Span, operands: &[(Span, Span)]) -> Option<Span> {
    let around = operands.iter().filter(|(operand, _)| operand.contains(span));
    around.min_by_key(|(operand, _)| operand.end - operand.start).map(|(_, consumer)| *consumer)
}

/// Uses inside of others become one with them: one switch changes all names in it.
fn merge(uses: &mut Vec<Use>) {
    uses.sort_by_key(|used| (used.span.start, std::cmp::Reverse(used.span.end)));
    uses.dedup_by(|inner, outer| {
        let is_inside = outer.span.contains(inner.span);
        outer.names.extend(inner.names.iter().copied().filter(|_| is_inside));
        is_inside
    });
}

struct Finder<'p, 't> {
    parsed: &'p Parsed<'t>,
    /// Constant operands that may hold a site, each with the expression that consumes it.
    found: Vec<(Span, Span)>,
    /// The same for operands that may name a constant with a site of its own.
    named: Vec<(Span, Span)>,
}

impl Finder<'_, '_> {
    /// A bare name holds no site, and a literal more or less matters to the compiler where it computes all
    /// of the consumer, and for shifts. The value that a name stands for may become anything.
    fn add(&mut self, operand: &Expr, consumer: Span, is_computed: bool, may_panic_alone: bool) {
        if !is_constant(operand) {
            return;
        }
        let span = self.parsed.span_of(operand);
        let holds_site = match operand {
            Expr::Path(_) => false,
            Expr::Lit(_) => is_computed,
            _ => true,
        };
        self.found.extend(holds_site.then_some((span, consumer)));
        self.named.extend((is_computed || may_panic_alone).then_some((span, consumer)));
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        if is_arithmetic(&node.op) && (is_constant(&node.left) || is_constant(&node.right)) {
            let consumer = self.parsed.span_of(node);
            let is_computed = matches!(node.op, BinOp::Shl(_) | BinOp::Shr(_)) || is_constant(&node.left) && is_constant(&node.right);
            self.add(&node.left, consumer, is_computed, false);
            self.add(&node.right, consumer, is_computed, matches!(node.op, BinOp::Div(_) | BinOp::Rem(_)));
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        for argument in arguments(mac).iter().flat_map(Arguments::expressions) {
            Finder::visit_expr(self, argument);
        }
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

/// Whether a name is written as those of constants are.
pub(super) fn is_constant_name(name: &str) -> bool {
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
