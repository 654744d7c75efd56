//! `if` and `match`: which way was taken.

use syn::visit::Visit;
use syn::{Arm, Block, Expr, ExprIf, ExprMatch, Pat};

use super::draft::text;
use super::logic::binds;
use super::walk::{Walker, plain_block};
use crate::instrument::Part;
use crate::syntax::Span;

impl Walker<'_, '_> {
    /// `if`. Where the condition can be wrapped its two outcomes own the two blocks, else each block marks
    /// itself.
    pub(super) fn choice(&mut self, choice: &ExprIf) {
        let span = self.wrappable(&choice.cond).filter(|_| !binds(&choice.cond));
        let otherwise = self.draft.pair(&self.cfg);
        let then = otherwise + 1;
        if let Some(span) = span {
            self.draft.wrap(span, "::gate_rt::branch(", (otherwise, 2), ", ", ")");
        }
        self.visit_expr(&choice.cond);
        if span.is_none() {
            self.mark_entry(&choice.then_branch, "hit", then);
            self.mark_otherwise(choice, otherwise);
        }
        self.draft.decision(self.start_of(choice.if_token.span), vec![otherwise, then]);
        let span = self.block_span(&choice.then_branch);
        self.branch(then, span, |this| this.visit_block(&choice.then_branch));
        if choice.else_branch.is_none() {
            // Control passes the end of the block, too, when it does not go into it.
            self.draft.end(self.start_of(choice.then_branch.brace_token.span.close()), otherwise);
        }
        if let Some((_, alternative)) = &choice.else_branch {
            let span = self.parsed.span_of(alternative);
            self.branch(otherwise, span, |this| this.visit_expr(alternative));
        }
    }

    /// Mark that the `then` block was not taken. A temporary of a following `if let` dies at the same point
    /// in a block of its own: the alternative of an `if` ends its temporaries in every edition.
    fn mark_otherwise(&mut self, choice: &ExprIf, otherwise: u32) {
        match choice.else_branch.as_ref().map(|(_, alternative)| &**alternative) {
            Some(Expr::Block(block)) => self.mark_entry(&block.block, "hit", otherwise),
            Some(alternative) => {
                let span = self.parsed.span_of(alternative);
                self.draft.wrap(span, "{ ::gate_rt::hit(", (otherwise, 1), "); ", " }");
            }
            None => {
                let span = self.block_span(&choice.then_branch);
                let parts = vec![Part::Source(span), text(" else { ::gate_rt::hit("), Part::Slot(otherwise), text("); }")];
                self.draft.edit(span, parts, otherwise, 1);
            }
        }
    }

    /// `match`. One arm alone decides nothing and goes on with the owner before it.
    pub(super) fn arms(&mut self, decision: &ExprMatch) {
        self.visit_expr(&decision.expr);
        let alone = decision.arms.len() == 1;
        let mut outcomes = Vec::new();
        for arm in &decision.arms {
            self.under(
                &arm.attrs,
                |this| this.parsed.span_of(arm),
                |this| {
                    if alone && arm.attrs.is_empty() {
                        this.arm(arm);
                    } else {
                        this.decided_arm(arm, &mut outcomes);
                    }
                },
            );
        }
        self.draft.decision(self.start_of(decision.match_token.span), outcomes);
    }

    fn decided_arm(&mut self, arm: &Arm, outcomes: &mut Vec<u32>) {
        let owner = self.mark_arm(&arm.body);
        outcomes.extend(owner);
        let owner = owner.unwrap_or(self.flow.owner);
        let span = self.parsed.span_of(arm);
        self.branch(owner, span, |this| this.arm(arm));
    }

    fn arm(&mut self, arm: &Arm) {
        if let Pat::Guard(guarded) = &arm.pat {
            self.guard(&guarded.guard);
        }
        self.visit_expr(&arm.body);
    }

    /// Mark an arm at its body; `None` where its body starts with an attribute.
    fn mark_arm(&mut self, body: &Expr) -> Option<u32> {
        if let Some(block) = plain_block(body) {
            let owner = self.probe();
            self.mark_entry(block, "hit", owner);
            return Some(owner);
        }
        let span = self.wrappable(body)?;
        let owner = self.probe();
        self.draft.wrap(span, "{ ::gate_rt::hit(", (owner, 1), "); (", ") }");
        Some(owner)
    }

    pub(super) fn block_span(&self, block: &Block) -> Span {
        self.parsed.span(block.brace_token.span.join())
    }
}
