//! Loops: whether the body was entered, and one step of the hang budget for each time it is.

use syn::visit::Visit;
use syn::{Block, ExprForLoop, ExprWhile};

use super::draft::text;
use super::logic::binds;
use super::walk::{Flow, Walker};
use crate::instrument::Part;
use crate::syntax::Span;

impl Walker<'_, '_> {
    /// A loop's body, which marks `owner` each time. What is behind the loop needs a probe of its own: the
    /// loop may not end.
    pub(super) fn loop_body(&mut self, owner: u32, body: &Block) {
        self.mark_entry(body, "enter", owner);
        let span = self.block_span(body);
        let before = self.flow;
        self.branch(owner, span, |this| this.visit_block(body));
        self.flow = Flow { owner: before.owner, broken: true };
    }

    pub(super) fn while_loop(&mut self, while_: &ExprWhile) {
        let leaves = self.draft.pair(&self.cfg);
        let keyword = self.parsed.span(while_.while_token.span);
        let wrapped = self.wrappable(&while_.cond).filter(|_| !binds(&while_.cond));
        if let Some(span) = wrapped {
            self.draft.wrap(span, "::gate_rt::branch(", (leaves, 2), ", ", ")");
        } else {
            // What the compiler makes of any `while`; the label, if any, stays in front.
            let end = self.block_span(&while_.body).end;
            let parts = vec![
                text("loop { if"),
                Part::Source(Span::new(keyword.end, end)),
                text(" else { ::gate_rt::hit("),
                Part::Slot(leaves),
                text("); break } }"),
            ];
            self.draft.edit(Span::new(keyword.start, end), parts, leaves, 1);
        }
        self.visit_expr(&while_.cond);
        self.draft.decision(keyword.start, vec![leaves, leaves + 1]);
        self.loop_body(leaves + 1, &while_.body);
    }

    /// `for`: a flag tells behind the loop whether the body ran. Temporaries of the iterated expression die at the
    /// end of the statement that the loop becomes; before edition 2024 those of a loop at the end of a block
    /// would have outlived the block's variables.
    pub(super) fn for_loop(&mut self, for_: &ExprForLoop) {
        self.visit_expr(&for_.expr);
        let idle = self.draft.pair(&self.cfg);
        let keyword = self.start_of(for_.for_token.span);
        let start = for_.label.as_ref().map_or(keyword, |label| self.parsed.span_of(label).start);
        let span = Span::new(start, self.block_span(&for_.body).end);
        let entry = self.entry(&for_.body);
        let parts = vec![
            text("{ let mut __gate_idle = true; "),
            Part::Source(Span::new(start, entry)),
            text("__gate_idle = false; "),
            Part::Source(Span::new(entry, span.end)),
            text(" if __gate_idle { ::gate_rt::hit("),
            Part::Slot(idle),
            text("); } }"),
        ];
        self.draft.edit(span, parts, idle, 1);
        self.draft.decision(keyword, vec![idle, idle + 1]);
        self.loop_body(idle + 1, &for_.body);
    }
}
