//! Conditions: `&&` and `||`, and whether a `let` stands among them.

use syn::visit::{self, Visit};
use syn::{BinOp, Expr, ExprBinary};

use super::attrs;
use super::walk::Walker;

impl Walker<'_, '_> {
    /// `a && b && c`: every operand but the last decides whether the next one is evaluated. One after a `let`
    /// belongs to whoever owned the `let`: nothing marks that a pattern matched before all of them did.
    pub(super) fn operands(&mut self, binary: &ExprBinary) {
        let Some(when_goes_on) = goes_on_when(binary.op) else { return visit::visit_expr_binary(self, binary) };
        let (first, rest) = chain(binary);
        self.visit_expr(first);
        self.decide_operands(first, &rest, when_goes_on);
    }

    fn decide_operands(&mut self, left: &Expr, rest: &[(BinOp, &Expr)], when_goes_on: u32) {
        let Some(((op, right), rest)) = rest.split_first() else { return };
        let owner = self.decide_operand(left, *op, when_goes_on);
        let end = rest.last().map_or(*right, |(_, last)| last);
        let span = self.parsed.span_of(*right).join(self.parsed.span_of(end));
        self.branch(owner, span, |this| {
            this.visit_expr(right);
            this.decide_operands(right, rest, when_goes_on);
        });
    }

    /// Wrap one left operand; gives the owner of what its operator guards.
    fn decide_operand(&mut self, left: &Expr, op: BinOp, when_goes_on: u32) -> u32 {
        let span = self.wrappable(left).filter(|_| !matches!(left, Expr::Let(_)));
        let Some(span) = span else { return self.flow.owner };
        let no = self.draft.pair(&self.cfg);
        self.draft.wrap(span, "::gate_rt::branch(", (no, 2), ", ", ")");
        let at = self.parsed.span_of(&op).start;
        self.draft.decision(at, vec![no, no + 1]);
        no + when_goes_on
    }
}

/// Whether a condition binds by `let`, so that it cannot stand in parentheses.
pub(super) fn binds(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => binds(&binary.left) || binds(&binary.right),
        _ => false,
    }
}

/// The outcome of its left operand, 0 or 1, with which a lazy operator goes on to the right one.
fn goes_on_when(op: BinOp) -> Option<u32> {
    match op {
        BinOp::And(_) => Some(1),
        BinOp::Or(_) => Some(0),
        _ => None,
    }
}

/// `a && b && c` as `a` and `[(&&, b), (&&, c)]`.
fn chain(binary: &ExprBinary) -> (&Expr, Vec<(BinOp, &Expr)>) {
    let mut rest = vec![(binary.op, &*binary.right)];
    let mut first = &*binary.left;
    while let Expr::Binary(left) = first {
        if goes_on_when(left.op) != goes_on_when(binary.op) || !attrs::of_expression(first).is_empty() {
            break;
        }
        rest.push((left.op, &*left.right));
        first = &*left.left;
    }
    rest.reverse();
    (first, rest)
}
