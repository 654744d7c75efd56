//! Statements: which of them share a probe, and where a new one begins.

use syn::visit::{self, Visit};
use syn::{Block, Expr, Stmt};

use super::draft::closes_only;
use super::walk::{Flow, Walker};
use super::{attrs, leaving};
use crate::syntax::Span;

impl Walker<'_, '_> {
    /// The statements of a block, in a row. Code behind the block in the same statement goes on with the
    /// owner that its end has.
    pub(super) fn statements(&mut self, block: &Block) {
        let owner = self.flow.owner;
        for stmt in block.stmts.iter().filter(|stmt| !is_nothing(stmt)) {
            self.statement(stmt);
        }
        self.end_of_block(block);
        if self.flow.owner != owner {
            let end = self.parsed.span(block.brace_token.span.close()).end;
            self.pass(end, self.flow.owner);
        }
    }

    /// A block without a value: its end is passed when control falls out of it. One with a value ends where
    /// that does.
    fn end_of_block(&mut self, block: &Block) {
        let last = block.stmts.iter().rfind(|stmt| !is_nothing(stmt));
        if last.is_some_and(is_value) || last.is_some_and(leaving::statement_leaves) {
            return;
        }
        let close = self.start_of(block.brace_token.span.close());
        if self.flow.broken && closes_only(self.parsed.text, close) {
            let owner = self.probe();
            self.draft.insert(close, "", "hit", owner, " ");
            self.flow = Flow { owner, broken: false };
        }
        if !self.flow.broken {
            self.draft.end(close, self.flow.owner);
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        let span = self.parsed.span_of(stmt);
        if let Stmt::Item(_) = stmt {
            self.draft.owners.free(span);
            return;
        }
        let attrs = attrs::of_statement(stmt);
        self.under(
            attrs,
            |_| span,
            |this| {
                let before = this.flow;
                // A statement under a `#[cfg]` may not be there, so the group before it cannot own it.
                let alone = attrs::has_cfg(attrs);
                if this.flow.broken || alone {
                    let owner = this.probe();
                    // With the `#[cfg]` on it the probe never becomes the tail in place of another one.
                    this.draft.insert(span.start, &attrs::cfg_text(attrs), "hit", owner, " ");
                    this.flow = Flow { owner, broken: false };
                }
                let start = this.flow;
                this.group_member(stmt, span);
                if alone && this.flow == start {
                    this.flow = before;
                }
            },
        );
    }

    fn group_member(&mut self, stmt: &Stmt, span: Span) {
        self.draft.owners.give(span, self.flow.owner);
        let outer = std::mem::replace(&mut self.limit, span.end);
        match stmt {
            // Its attributes are dealt with: not `visit_expr`, which would look at them again.
            Stmt::Expr(expr, _) => visit::visit_expr(self, expr),
            other => visit::visit_stmt(self, other),
        }
        self.limit = outer;
    }

    /// `let`; with `else` it decides.
    pub(super) fn binding(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else { return };
        self.visit_expr(&init.expr);
        let Some((_, diverge)) = &init.diverge else { return };
        let Expr::Block(diverge) = &**diverge else { return };
        let otherwise = self.draft.pair(&self.cfg);
        let bound = otherwise + 1;
        self.mark_entry(&diverge.block, "hit", otherwise);
        let end = self.parsed.span(local.semi_token.span).end;
        self.draft.insert(end, &format!(" {}", attrs::cfg_text(&local.attrs)), "hit", bound, "");
        self.draft.decision(self.start_of(local.let_token.span), vec![otherwise, bound]);
        let span = self.block_span(&diverge.block);
        self.branch(otherwise, span, |this| this.visit_block(&diverge.block));
        self.flow = Flow { owner: bound, broken: false };
    }
}

/// Whether a block that ends with the statement has its value.
fn is_value(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(_, semicolon) => semicolon.is_none(),
        Stmt::Macro(stmt) => stmt.semi_token.is_none(),
        Stmt::Local(_) | Stmt::Item(_) => false,
    }
}

/// Whether a statement is a lone `;`.
fn is_nothing(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(Expr::Verbatim(tokens), _) if tokens.is_empty())
}
