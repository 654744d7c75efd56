//! Cognitive complexity: what a reader has to keep in mind. Owns which constructs weigh and how much; refuses
//! to know limits.
//!
//! The rules are those of G. Ann Campbell, "Cognitive Complexity: a new way of measuring understandability"
//! (`SonarSource`, version 1.7, 2023), appendix B:
//!
//! | construct | points | nests what it holds |
//! |---|---|---|
//! | `if`, `match`, `for`, `while`, `loop`, the `else` of a `let .. else` | 1 + nesting | yes |
//! | `else if`, `else` | 1 | yes |
//! | match guard | 1 | |
//! | each run of `&&` or of `\|\|` in one expression; a negated group begins a new one | 1 | |
//! | `break` and `continue` with a label | 1 | |
//! | a function that calls itself, once | 1 | |
//! | closure | 0 | yes |
//! | match arm, `?`, `return`, `break` and `continue` without a label, `async`, `unsafe` and `const` block | 0 | |
//! | nested function | 0: a row of its own | |
//!
//! A condition and a scrutinee stand outside of what they steer. The arguments of the standard library's macros
//! are looked into; `matches!` itself is a test like another. `SonarSource`'s analyzer for Rust (2025) counts `let .. else`, guards and recursion nowhere and
//! does not nest in closures; the paper has `catch`, conditions of its own and recursion count, and lambdas nest.
//! Recursion is seen by name: a plain call in a free function, `self.name()` or `Self::name()` in an inherent
//! impl or a trait. In an impl of a trait the same words mostly mean the type's own method of that name.

use proc_macro2::Span as TokenSpan;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

use crate::syntax::macros::{Arguments, arguments};
use crate::syntax::{FunctionNode, Owner, Parsed, Span};

/// The cognitive complexity of one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cognitive {
    /// What each point comes from, in source order.
    pub increments: Vec<Increment>,
}

/// One construct that weighs on a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Increment {
    /// Its keyword or operator.
    pub span: Span,
    /// How many points; never 0.
    pub points: u32,
}

impl Cognitive {
    /// The sum; 0 for straight-line code.
    pub fn value(&self) -> u32 {
        self.increments.iter().map(|increment| increment.points).sum()
    }
}

/// The cognitive complexity of a function; nested functions are left to their own rows.
pub(super) fn cognitive(parsed: &Parsed<'_>, node: &FunctionNode<'_>) -> Cognitive {
    let mut walk =
        Walk { parsed, name: &node.signature.ident, owner: node.owner, is_recursive: false, nesting: 0, found: Cognitive::default() };
    walk.visit_block(node.block);
    walk.found
}

struct Walk<'p, 't> {
    parsed: &'p Parsed<'t>,
    name: &'p syn::Ident,
    owner: Owner,
    /// Whether a call of itself was seen: it counts once.
    is_recursive: bool,
    nesting: u32,
    found: Cognitive,
}

impl Walk<'_, '_> {
    fn add(&mut self, token: TokenSpan, points: u32) {
        self.found.increments.push(Increment { span: self.parsed.span(token), points });
    }

    fn add_nested(&mut self, token: TokenSpan) {
        self.add(token, 1 + self.nesting);
    }

    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.nesting += 1;
        visit(self);
        self.nesting -= 1;
    }

    /// The parts of an `if` whose own point is counted.
    fn branches(&mut self, node: &syn::ExprIf) {
        self.visit_expr(&node.cond);
        self.inside(|walk| walk.visit_block(&node.then_branch));
        match node.else_branch.as_ref().map(|(token, other)| (token, &**other)) {
            Some((_, Expr::If(further))) => {
                self.add(further.if_token.span, 1);
                self.branches(further);
            }
            Some((token, other)) => {
                self.add(token.span, 1);
                self.inside(|walk| walk.visit_expr(other));
            }
            None => {}
        }
    }

    /// The operands of a chain of `&&` and `||`, with a point where the operator changes; `last` is the operator
    /// before, parentheses aside.
    fn chain(&mut self, expr: &Expr, last: &mut Option<bool>) {
        match without_parentheses(expr) {
            Expr::Binary(node) if is_logical(node.op) => {
                self.chain(&node.left, last);
                let is_and = matches!(node.op, BinOp::And(_));
                if last.replace(is_and) != Some(is_and) {
                    self.add(syn::spanned::Spanned::span(&node.op), 1);
                }
                self.chain(&node.right, last);
            }
            operand => self.visit_expr(operand),
        }
    }

    fn recursion(&mut self, token: TokenSpan) {
        if !std::mem::replace(&mut self.is_recursive, true) {
            self.add(token, 1);
        }
    }

    /// Whether a called path is this function's own name.
    fn is_own_path(&self, path: &syn::Path) -> bool {
        let mut segments = path.segments.iter();
        match (self.owner, segments.next(), segments.next(), segments.next()) {
            (Owner::Module, Some(only), None, None) => only.ident == *self.name,
            (Owner::Type | Owner::Trait, Some(first), Some(last), None) => first.ident == "Self" && last.ident == *self.name,
            _ => false,
        }
    }
}

fn is_logical(op: BinOp) -> bool {
    matches!(op, BinOp::And(_) | BinOp::Or(_))
}

fn without_parentheses(mut expr: &Expr) -> &Expr {
    while let Expr::Paren(syn::ExprParen { expr: inner, .. }) | Expr::Group(syn::ExprGroup { expr: inner, .. }) = expr {
        expr = inner;
    }
    expr
}

impl<'ast> Visit<'ast> for Walk<'_, '_> {
    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        self.add_nested(node.if_token.span);
        self.branches(node);
    }

    fn visit_local_init(&mut self, node: &'ast syn::LocalInit) {
        self.visit_expr(&node.expr);
        if let Some((token, block)) = &node.diverge {
            self.add_nested(token.span);
            self.inside(|walk| walk.visit_expr(block));
        }
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.add_nested(node.while_token.span);
        self.visit_expr(&node.cond);
        self.inside(|walk| walk.visit_block(&node.body));
    }

    fn visit_expr_for_loop(&mut self, node: &'ast syn::ExprForLoop) {
        self.add_nested(node.for_token.span);
        self.visit_expr(&node.expr);
        self.inside(|walk| walk.visit_block(&node.body));
    }

    fn visit_expr_loop(&mut self, node: &'ast syn::ExprLoop) {
        self.add_nested(node.loop_token.span);
        self.inside(|walk| walk.visit_block(&node.body));
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        self.add_nested(node.match_token.span);
        self.visit_expr(&node.expr);
        self.inside(|walk| node.arms.iter().for_each(|arm| walk.visit_arm(arm)));
    }

    fn visit_pat_guard(&mut self, node: &'ast syn::PatGuard) {
        self.visit_pat(&node.pat);
        self.add(node.if_token.span, 1);
        self.visit_expr(&node.guard);
    }

    fn visit_expr_closure(&mut self, node: &'ast syn::ExprClosure) {
        self.inside(|walk| walk.visit_expr(&node.body));
    }

    fn visit_expr_break(&mut self, node: &'ast syn::ExprBreak) {
        if node.label.is_some() {
            self.add(node.break_token.span, 1);
        }
        visit::visit_expr_break(self, node);
    }

    fn visit_expr_continue(&mut self, node: &'ast syn::ExprContinue) {
        if node.label.is_some() {
            self.add(node.continue_token.span, 1);
        }
    }

    fn visit_expr_call(&mut self, node: &'ast syn::ExprCall) {
        if let Expr::Path(called) = &*node.func
            && called.qself.is_none()
            && self.is_own_path(&called.path)
        {
            self.recursion(syn::spanned::Spanned::span(&called.path.segments.last().map_or(self.name, |last| &last.ident)));
        }
        visit::visit_expr_call(self, node);
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        let is_on_self = matches!(&*node.receiver, Expr::Path(path) if path.path.is_ident("self"));
        if is_on_self && matches!(self.owner, Owner::Type | Owner::Trait) && node.method == *self.name {
            self.recursion(node.method.span());
        }
        visit::visit_expr_method_call(self, node);
    }

    fn visit_expr(&mut self, node: &'ast Expr) {
        match node {
            Expr::Binary(binary) if is_logical(binary.op) => self.chain(node, &mut None),
            _ => visit::visit_expr(self, node),
        }
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
    use super::super::testing::{functions_of, only_function};

    /// The weighing tokens of a body with their points, in the order found.
    fn increments(body: &str) -> Vec<String> {
        let (function, text) = only_function(body);
        function.cognitive.increments.iter().map(|found| format!("{}{}", found.span.of(&text), found.points)).collect()
    }

    /// One case per rule: the body of a function, and what weighs in it.
    #[test]
    fn each_rule_by_hand() {
        let cases: &[(&str, &[&str])] = &[
            ("a(); b()?; return c;", &[]),
            ("if a {} else if b {} else {}", &["if1", "if1", "else1"]),
            ("if a { if b {} else { if c {} } }", &["if1", "if2", "else1", "if3"]),
            ("match a { 1 => b, 2 => if c {}, _ => d }", &["match1", "if2"]),
            ("match a { x if x > 1 && b => c, _ => d }", &["match1", "if1", "&&1"]),
            ("for x in a { while b { loop { break; } } }", &["for1", "while2", "loop3"]),
            ("while let Some(x) = a { continue; }", &["while1"]),
            ("'o: loop { loop { if a { break 'o; } continue 'o; } }", &["loop1", "loop2", "if3", "break1", "continue1"]),
            ("let Some(x) = a else { if b {} return };", &["else1", "if2"]),
            ("let x = a && b && c;", &["&&1"]),
            ("let x = a && b || c && d;", &["&&1", "||1", "&&1"]),
            ("let x = a || (b || c);", &["||1"]),
            ("let x = a && !(b && c);", &["&&1", "&&1"]),
            ("let x = g(a && b) && c;", &["&&1", "&&1"]),
            ("if let Some(x) = a && b && c || d {}", &["if1", "&&1", "||1"]),
            ("let c = || if a { b } else { d };", &["if2", "else1"]),
            ("let c = async { unsafe { if a {} } };", &["if1"]),
            ("fn inner() { if a {} }", &[]),
            ("assert!(a && b); other!(a && b);", &["&&1"]),
            ("let m = matches!(a, Some(x) if x || b);", &["||1"]),
            ("f(1); f(2); self.f(); Self::f();", &["f1"]),
            ("g::f(1); let f = 3;", &[]),
        ];
        for (body, expected) in cases {
            assert_eq!(&increments(body), expected, "{body}");
        }
    }

    /// The two examples of the paper: the same cyclomatic complexity, and not the same effort.
    #[test]
    fn the_examples_of_the_paper() {
        let primes = "let mut total = 0; 'out: for i in 1..=max { for j in 2..i { if i % j == 0 { continue 'out; } } total += i; } total";
        let words = "match number { 1 => \"one\", 2 => \"a couple\", 3 => \"a few\", _ => \"lots\" }";
        let value = |body: &str| {
            let (function, _) = only_function(body);
            (function.cognitive.value(), function.complexity.value())
        };
        assert_eq!((value(primes), value(words)), ((7, 4), (1, 4)));
    }

    #[test]
    fn who_calls_itself_is_told_by_where_it_stands() {
        let text = "fn f() { f() } impl A { fn f(&self) { self.f(); f() } fn g() { Self::g() } fn h(&self) { self.0.h() } }\n\
            impl T for A { fn f(&self) { self.f() } } trait T { fn f(&self) { self.f() } }";
        let found: Vec<_> = functions_of(text).iter().map(|function| (function.name.clone(), function.cognitive.value())).collect();
        let expected = [("f", 1), ("A::f", 1), ("A::g", 1), ("A::h", 0), ("<impl T for A>::f", 0), ("T::f", 1)];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    }
}
