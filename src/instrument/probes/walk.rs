//! The way through a function's body in the order in which it runs. At each point one probe *owns* the
//! code: its mark tells that control was here. Owns the rules of that flow and the constructs that do not
//! decide anything; what decides is told in the files beside.

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr};

use super::draft::Draft;
use super::{attrs, leaving};
use crate::syntax::{CfgStack, FunctionNode, Parsed, Span, is_test_code};

pub(super) struct Walker<'a, 't> {
    pub(super) parsed: &'a Parsed<'t>,
    pub(super) draft: &'a mut Draft,
    /// The cfg predicates that govern the code at this point.
    pub(super) cfg: CfgStack,
    pub(super) flow: Flow,
    /// The end of the innermost code with an owner of its own: as far as a change of owner reaches.
    pub(super) limit: u32,
    /// Whether a `?` here leaves a function and can be wrapped in a call that is not `const`.
    pub(super) can_attempt: bool,
    /// Whether a `return` or a `?` was seen in this function, closure or async block.
    pub(super) has_left: bool,
}

/// What is known where control stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Flow {
    /// The probe whose mark tells that control was here.
    pub(super) owner: u32,
    /// Control may have left between that mark and here: the next statement needs a probe of its own.
    pub(super) broken: bool,
}

/// Plan one function; functions inside it are planned on their own.
pub(super) fn function(parsed: &Parsed<'_>, draft: &mut Draft, node: &FunctionNode<'_>) {
    let owner = draft.probe(&node.cfg);
    draft.function(node.span.start, owner);
    draft.owners.give(node.ident, owner);
    let flow = Flow { owner, broken: false };
    let can_attempt = node.signature.constness.is_none();
    let mut walker = Walker { parsed, draft, cfg: node.cfg.clone(), flow, limit: node.body.end, can_attempt, has_left: false };
    walker.mark_entry(node.block, "enter", owner);
    walker.visit_block(node.block);
    if !matches!(&node.signature.output, syn::ReturnType::Type(_, of) if matches!(**of, syn::Type::Never(_))) {
        walker.end_of_body(node.block, owner);
    }
}

impl Walker<'_, '_> {
    /// A probe for the code at this point.
    pub(super) fn probe(&mut self) -> u32 {
        self.draft.probe(&self.cfg)
    }

    /// Mark `probe` by the call `name` before the block's first statement.
    pub(super) fn mark_entry(&mut self, block: &Block, name: &str, probe: u32) {
        let at = self.entry(block);
        self.draft.insert(at, "", name, probe, " ");
    }

    /// The end of a body is passed when control falls out of it and when it returns from anywhere in it. What
    /// may leave otherwise is taken to come back, unless the body ends in what never does.
    fn end_of_body(&mut self, block: &Block, entry: u32) {
        let close = self.start_of(block.brace_token.span.close());
        if !self.flow.broken {
            self.draft.end(close, self.flow.owner);
        }
        let never_falls_out = block.stmts.last().is_some_and(leaving::statement_leaves);
        if self.has_left || (self.flow.broken && !never_falls_out) {
            self.draft.end(close, entry);
        }
    }

    /// Where a first statement can be inserted: before the first that is there, which lies behind all inner
    /// attributes, else before the closing brace.
    pub(super) fn entry(&self, block: &Block) -> u32 {
        match block.stmts.first() {
            Some(stmt) => self.parsed.span_of(stmt).start,
            None => self.parsed.span(block.brace_token.span.close()).start,
        }
    }

    pub(super) fn start_of(&self, token: proc_macro2::Span) -> u32 {
        self.parsed.span(token).start
    }

    /// The span of an expression that can be put in parentheses: not one behind attributes, which must
    /// stay at its front.
    pub(super) fn wrappable(&self, expr: &Expr) -> Option<Span> {
        let span = self.parsed.span_of(expr);
        (!span.of(self.parsed.text).starts_with('#')).then_some(span)
    }

    /// Code that runs when `owner` is marked and that control may or may not pass: a branch, an arm, an
    /// operand. Behind it the flow is as before, but broken when control may have left inside.
    pub(super) fn branch(&mut self, owner: u32, span: Span, walk: impl FnOnce(&mut Self)) {
        let inside = self.isolated(owner, span, walk);
        self.flow.broken |= inside != Flow { owner, broken: false };
    }

    /// Code whose ways out do not concern what is around it: a closure, an async block. Gives the flow at
    /// its end.
    pub(super) fn isolated(&mut self, owner: u32, span: Span, walk: impl FnOnce(&mut Self)) -> Flow {
        self.draft.owners.give(span, owner);
        let outer = (self.flow, self.limit);
        self.flow = Flow { owner, broken: false };
        self.limit = span.end;
        walk(self);
        let inside = self.flow;
        (self.flow, self.limit) = outer;
        inside
    }

    /// From byte `at` on control is known to pass by the mark of `owner`.
    pub(super) fn pass(&mut self, at: u32, owner: u32) {
        self.flow.owner = owner;
        self.draft.owners.give(Span::new(at, self.limit.max(at)), owner);
    }

    /// Code under attributes: test code is left out; what is under a `#[cfg]` owns its probes, and what is
    /// behind it cannot rely on them.
    pub(super) fn under(&mut self, attrs: &[Attribute], span: impl FnOnce(&Self) -> Span, walk: impl FnOnce(&mut Self)) {
        if is_test_code(attrs) {
            let span = span(self);
            self.draft.owners.free(span);
        } else if attrs::has_cfg(attrs) {
            let outer_cfg = self.cfg.clone();
            self.cfg = outer_cfg.with(attrs);
            let outer = self.flow;
            walk(self);
            let moved = self.flow != outer;
            self.flow = Flow { owner: outer.owner, broken: outer.broken || moved };
            self.cfg = outer_cfg;
        } else {
            walk(self);
        }
    }

    /// A part of an expression under attributes. No probe can be inserted for it, so under a `#[cfg]` its
    /// own lines are nobody's: they may not be there.
    fn part_under(&mut self, attrs: &[Attribute], node: &impl syn::spanned::Spanned, walk: impl FnOnce(&mut Self)) {
        if attrs::has_cfg(attrs) {
            let span = self.parsed.span_of(node);
            self.draft.owners.free(span);
        }
        self.under(attrs, |this| this.parsed.span_of(node), walk);
    }

    fn async_block(&mut self, block: &Block) {
        let owner = self.probe();
        self.mark_entry(block, "hit", owner);
        let span = self.block_span(block);
        self.body(owner, span, Some(block), |this| this.visit_block(block));
    }

    fn closure(&mut self, closure: &syn::ExprClosure) {
        if let Some(block) = plain_block(&closure.body) {
            let owner = self.probe();
            self.mark_entry(block, "enter", owner);
            self.closure_body(owner, &closure.body);
        } else if let Some(span) = self.wrappable(&closure.body) {
            let owner = self.probe();
            // The parentheses keep `match x {} + 1` one expression.
            self.draft.wrap(span, "{ ::gate_rt::enter(", (owner, 1), "); (", ") }");
            self.closure_body(owner, &closure.body);
        } else {
            self.closure_body(self.flow.owner, &closure.body);
        }
    }

    fn closure_body(&mut self, owner: u32, body: &Expr) {
        let span = self.parsed.span_of(body);
        self.body(owner, span, plain_block(body), |this| this.visit_expr(body));
    }

    /// Code that a `return` or a `?` inside leaves and nothing else: a closure's, an async block's.
    fn body(&mut self, owner: u32, span: Span, block: Option<&Block>, walk: impl FnOnce(&mut Self)) {
        let outer = (std::mem::replace(&mut self.can_attempt, true), std::mem::replace(&mut self.has_left, false));
        self.isolated(owner, span, |this| {
            walk(this);
            if let Some(block) = block {
                this.end_of_body(block, owner);
            }
        });
        (self.can_attempt, self.has_left) = outer;
    }

    fn visit_try(&mut self, attempt: &syn::ExprTry) {
        self.visit_expr(&attempt.expr);
        self.has_left = true;
        let question = self.parsed.span(attempt.question_token.span);
        match self.wrappable(&attempt.expr) {
            Some(span) if self.can_attempt => {
                let leaves = self.draft.pair(&self.cfg);
                self.draft.wrap(span, "::gate_rt::attempt(", (leaves, 2), ", ", ")");
                self.draft.decision(question.start, vec![leaves, leaves + 1]);
                self.pass(question.end, leaves + 1);
            }
            _ => self.flow.broken = true,
        }
    }
}

/// The block of an expression that is nothing else: no label, no attribute, `unsafe` allowed.
pub(super) fn plain_block(expr: &Expr) -> Option<&Block> {
    match expr {
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => Some(&block.block),
        Expr::Unsafe(block) if block.attrs.is_empty() => Some(&block.block),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Walker<'_, '_> {
    fn visit_block(&mut self, block: &'ast Block) {
        self.statements(block);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        self.binding(local);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        let attrs = attrs::of_expression(expr);
        if attrs.is_empty() {
            visit::visit_expr(self, expr);
        } else {
            self.part_under(attrs, expr, |this| visit::visit_expr(this, expr));
        }
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        self.part_under(&field.attrs, field, |this| this.visit_expr(&field.expr));
    }

    fn visit_expr_if(&mut self, decision: &'ast syn::ExprIf) {
        self.choice(decision);
    }

    fn visit_expr_match(&mut self, decision: &'ast syn::ExprMatch) {
        self.arms(decision);
    }

    fn visit_expr_while(&mut self, loop_: &'ast syn::ExprWhile) {
        self.while_loop(loop_);
    }

    fn visit_expr_for_loop(&mut self, loop_: &'ast syn::ExprForLoop) {
        self.for_loop(loop_);
    }

    fn visit_expr_loop(&mut self, loop_: &'ast syn::ExprLoop) {
        let owner = self.probe();
        self.loop_body(owner, &loop_.body);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        self.operands(binary);
    }

    fn visit_expr_try(&mut self, attempt: &'ast syn::ExprTry) {
        self.visit_try(attempt);
    }

    fn visit_expr_try_block(&mut self, block: &'ast syn::ExprTryBlock) {
        let outer = std::mem::replace(&mut self.can_attempt, false);
        let owner = self.flow.owner;
        let span = self.block_span(&block.block);
        self.branch(owner, span, |this| this.visit_block(&block.block));
        self.can_attempt = outer;
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.closure(closure);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.async_block(&block.block);
    }

    fn visit_expr_block(&mut self, block: &'ast syn::ExprBlock) {
        let before = self.flow;
        self.visit_block(&block.block);
        if block.label.is_some() {
            // Whatever marks were passed inside, a `break` may have come by none of them.
            self.flow = Flow { owner: before.owner, broken: true };
        }
    }

    fn visit_expr_return(&mut self, leave: &'ast syn::ExprReturn) {
        visit::visit_expr_return(self, leave);
        self.has_left = true;
        self.flow.broken = true;
    }

    fn visit_expr_break(&mut self, leave: &'ast syn::ExprBreak) {
        visit::visit_expr_break(self, leave);
        self.flow.broken = true;
    }

    fn visit_expr_continue(&mut self, _: &'ast syn::ExprContinue) {
        self.flow.broken = true;
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        visit::visit_expr_call(self, call);
        self.flow.broken |= leaving::call_leaves(call);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        for part in leaving::failure_message(mac) {
            self.draft.owners.free(self.parsed.span_of(&part));
        }
        self.flow.broken |= leaving::macro_may_leave(mac);
    }

    fn visit_expr_const(&mut self, block: &'ast syn::ExprConst) {
        // The compiler runs it, not the program.
        let span = self.block_span(&block.block);
        self.draft.owners.free(span);
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    // Constants stand in items, types, patterns and generic arguments, and nothing that runs.
    fn visit_item(&mut self, _: &'ast syn::Item) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_path(&mut self, _: &'ast syn::Path) {}
    fn visit_angle_bracketed_generic_arguments(&mut self, _: &'ast syn::AngleBracketedGenericArguments) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}
