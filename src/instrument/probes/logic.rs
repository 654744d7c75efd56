//! Conditions: `&&` and `||`, and whether a `let` stands among them.

use syn::visit::{self, Visit};
use syn::{BinOp, Expr, ExprBinary};

use super::attrs;
use super::walk::Walker;
use crate::syntax::Span;

impl Walker<'_, '_> {
    /// `a && b && c`: every operand but the last decides whether the next one is evaluated. Nothing tells
    /// apart two `let`s in a row: the second one's lines belong to whoever owns the first's.
    pub(super) fn operands(&mut self, binary: &ExprBinary) {
        let Some(goes_on) = goes_on_when(binary.op) else { return visit::visit_expr_binary(self, binary) };
        let (first, rest) = chain(binary);
        let next = self.operand(first, rest.first().map(|(op, _)| *op), goes_on, None);
        self.right_operands(next, first, &rest, goes_on);
    }

    /// What stands behind `left`, which ran when `owner` is marked.
    fn right_operands(&mut self, owner: u32, left: &Expr, rest: &[(BinOp, &Expr)], goes_on: u32) {
        let [(op, right), rest @ ..] = rest else { return };
        let end = rest.last().map_or(*right, |(_, last)| last);
        let span = self.parsed.span_of(op).join(self.parsed.span_of(end));
        let behind_let = matches!(left, Expr::Let(_)).then(|| self.parsed.span_of(op));
        self.branch(owner, span, |this| {
            let next = this.operand(right, rest.first().map(|(op, _)| *op), goes_on, behind_let);
            this.right_operands(next, right, rest, goes_on);
        });
    }

    /// One operand with the operator behind it, if any; gives the owner of what that operator guards. The
    /// operator between a `let` and this operand, if it is there, runs with the operand.
    fn operand(&mut self, operand: &Expr, op: Option<BinOp>, goes_on: u32, behind_let: Option<Span>) -> u32 {
        let span = self.wrappable(operand).filter(|_| !matches!(operand, Expr::Let(_)) && (op.is_some() || behind_let.is_some()));
        let Some(span) = span else {
            self.visit_expr(operand);
            return self.flow.owner;
        };
        let no = self.draft.pair(&self.cfg);
        self.draft.wrap(span, "::gate_rt::branch(", (no, 2), ", ", ")");
        if let Some(op) = op {
            let at = self.parsed.span_of(&op).start;
            self.draft.decision(at, vec![no, no + 1]);
        }
        match behind_let {
            Some(operator) => self.evaluated(no, operator.join(span), operand),
            None => self.visit_expr(operand),
        }
        no + goes_on
    }

    /// A match guard: whether it holds is told by its arm; that it ran, by its own two outcomes.
    pub(super) fn guard(&mut self, guard: &Expr) {
        match self.wrappable(guard).filter(|_| !binds(guard)) {
            Some(span) => {
                let no = self.draft.pair(&self.cfg);
                self.draft.wrap(span, "::gate_rt::branch(", (no, 2), ", ", ")");
                self.evaluated(no, span, guard);
            }
            None => self.visit_expr(guard),
        }
    }

    /// A wrapped condition that ran when either of its outcomes is marked.
    fn evaluated(&mut self, no: u32, span: Span, condition: &Expr) {
        self.draft.owners.either(no);
        self.branch(no, span, |this| this.visit_expr(condition));
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
