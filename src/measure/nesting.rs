//! Nesting depth: how deep `if`, `match`, `while`, `for`, `loop` and the block of a `let .. else` stand inside
//! one another. Owns what nests; refuses to know limits.
//!
//! An `else if` is as deep as its `if`, and what an `else` holds as what the `if` holds. Conditions and
//! scrutinees stand outside of what they steer. Closures, plain blocks and `async`, `unsafe` and `const` blocks
//! do not nest; nested functions have rows of their own. The constructs are those of `SonarSource`'s rule S134
//! ("control flow statements should not be nested too deeply"), `let .. else` added.

use proc_macro2::Span as TokenSpan;
use syn::Expr;
use syn::visit::{self, Visit};

use crate::syntax::macros::{Arguments, arguments};
use crate::syntax::{Parsed, Span};

/// How deep a function is nested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nesting {
    /// 0 for straight-line code.
    pub depth: u32,
    /// The keyword of the first construct that is so deep; empty at depth 0.
    pub deepest: Span,
}

/// The nesting of a function's body.
pub(super) fn nesting(parsed: &Parsed<'_>, block: &syn::Block) -> Nesting {
    let mut walk = Walk { parsed, depth: 0, found: Nesting::default() };
    walk.visit_block(block);
    walk.found
}

struct Walk<'p, 't> {
    parsed: &'p Parsed<'t>,
    depth: u32,
    found: Nesting,
}

impl Walk<'_, '_> {
    fn inside(&mut self, keyword: TokenSpan, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        if self.depth > self.found.depth {
            self.found = Nesting { depth: self.depth, deepest: self.parsed.span(keyword) };
        }
        visit(self);
        self.depth -= 1;
    }
}

impl<'ast> Visit<'ast> for Walk<'_, '_> {
    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        self.visit_expr(&node.cond);
        self.inside(node.if_token.span, |walk| walk.visit_block(&node.then_branch));
        match node.else_branch.as_ref().map(|(token, other)| (token, &**other)) {
            Some((_, Expr::If(further))) => self.visit_expr_if(further),
            Some((token, other)) => self.inside(token.span, |walk| walk.visit_expr(other)),
            None => {}
        }
    }

    fn visit_local_init(&mut self, node: &'ast syn::LocalInit) {
        self.visit_expr(&node.expr);
        if let Some((token, block)) = &node.diverge {
            self.inside(token.span, |walk| walk.visit_expr(block));
        }
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.visit_expr(&node.cond);
        self.inside(node.while_token.span, |walk| walk.visit_block(&node.body));
    }

    fn visit_expr_for_loop(&mut self, node: &'ast syn::ExprForLoop) {
        self.visit_expr(&node.expr);
        self.inside(node.for_token.span, |walk| walk.visit_block(&node.body));
    }

    fn visit_expr_loop(&mut self, node: &'ast syn::ExprLoop) {
        self.inside(node.loop_token.span, |walk| walk.visit_block(&node.body));
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        self.visit_expr(&node.expr);
        self.inside(node.match_token.span, |walk| node.arms.iter().for_each(|arm| walk.visit_arm(arm)));
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        for expr in arguments(node).iter().flat_map(Arguments::expressions) {
            self.visit_expr(expr);
        }
    }

    fn visit_pat(&mut self, node: &'ast syn::Pat) {
        if !matches!(node, syn::Pat::Macro(_)) {
            visit::visit_pat(self, node);
        }
    }

    fn visit_type_macro(&mut self, _: &'ast syn::TypeMacro) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

#[cfg(test)]
mod tests {
    use super::super::testing::only_function;

    #[test]
    fn each_construct_by_hand() {
        let cases: &[(&str, u32, &str)] = &[
            ("a(); { b(); }", 0, ""),
            ("if a {} else if b {} else {}", 1, "if"),
            ("if a {} else { for x in b {} }", 2, "for"),
            ("if a {} else if b { while c {} }", 2, "while"),
            ("while let Some(x) = a { match x { 1 => b, _ => loop { c() } } }", 3, "loop"),
            ("for x in if a { b } else { c } {}", 1, "if"),
            ("match if a { b } else { c } { _ => d }", 1, "if"),
            ("let Some(x) = a else { if b {} return };", 2, "if"),
            ("let c = || { if a {} };", 1, "if"),
            ("unsafe { async { const { if a {} } } }", 1, "if"),
            ("assert!(if a { if b { c } else { d } } else { e });", 2, "if"),
            ("other!(if a { b });", 0, ""),
            ("fn inner() { if a { if b {} } } loop {}", 1, "loop"),
            ("match a { x if { if b { c } else { d } } => e, _ => f }", 2, "if"),
        ];
        for (body, depth, keyword) in cases {
            let (function, text) = only_function(body);
            let found = function.nesting;
            assert_eq!((found.depth, found.deepest.of(&text)), (*depth, *keyword), "{body}");
        }
    }
}
