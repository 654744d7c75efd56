//! What a test does: its assertions, and everything by which it can pass without them. Follows local names to
//! what they were bound to. Owns no opinion.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprIf, ExprMatch, Local, Macro, Pat, Stmt};

use super::assertion::{Assertion, Strength, of_macro};
use super::bag::{Bag, PART};
use super::census::File;
use super::ways::{Bound, checks, has_call, has_cfg, is_empty, is_of_process, is_of_threads, method_asserts, throws_away};
use crate::syntax::{Span, outer_attributes, pretty};

/// A call of a function by its name.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The last part of its path.
    pub name: String,
    /// The words of its arguments.
    pub bag: Bag,
    /// Where.
    pub span: Span,
    /// Whether a test can pass without coming here.
    pub is_conditional: bool,
    /// Whether it is a macro.
    pub is_macro: bool,
}

/// What a body does.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// In source order.
    pub assertions: Vec<Assertion>,
    /// Calls by name, in source order.
    pub calls: Vec<Call>,
    /// `return` outside of closures.
    pub returns: Vec<Span>,
    /// `process::exit` and its like.
    pub exits: Vec<Span>,
    /// `catch_unwind`, and threads that nobody joins.
    pub catches: Vec<Span>,
    /// Statements whose value nobody looks at.
    pub thrown: Vec<Span>,
    /// `let _ = f();`, `f().ok();`, with the words of what is thrown away.
    pub discards: Vec<(Span, Bag)>,
    /// `unwrap`, `expect`, `?`, and explicit panics.
    pub survives: u32,
    /// Whether there is any statement.
    pub has_statements: bool,
    /// Whether constants or other items stand in it, which have to compile.
    pub has_items: bool,
}

/// What the body of a function in `file` does; `known` are constants.
pub(super) fn facts(file: &File<'_>, block: &Block, known: &BTreeMap<String, Bag>) -> Facts {
    let mut walker =
        Walker { file, known: known.clone(), closures: BTreeMap::new(), conditional: 0, in_closure: 0, facts: Facts::default() };
    walker.facts.has_statements = !block.stmts.is_empty();
    walker.visit_block(block);
    if walker.facts.calls.iter().any(|call| call.name == "join") {
        walker
            .facts
            .catches
            .retain(|span| !span.of(file.parsed.text).starts_with("spawn") && !span.of(file.parsed.text).contains("spawn("));
    }
    walker.facts
}

struct Walker<'f, 't> {
    file: &'f File<'t>,
    /// Local names and the words of what they were bound to.
    known: BTreeMap<String, Bag>,
    /// Closures by name, and what they assert.
    closures: BTreeMap<String, Vec<Assertion>>,
    conditional: u32,
    in_closure: u32,
    facts: Facts,
}

impl Walker<'_, '_> {
    fn span(&self, node: &impl Spanned) -> Span {
        self.file.parsed.span_of(node)
    }

    fn bag(&self, node: &impl ToTokens) -> Bag {
        Bag::of(node.to_token_stream(), &self.known)
    }

    fn conditionally(&mut self, is_conditional: bool, visit: impl FnOnce(&mut Self)) {
        self.conditional += u32::from(is_conditional);
        visit(self);
        self.conditional -= u32::from(is_conditional);
    }

    fn bind(&mut self, pattern: &Pat, bag: &Bag) {
        let mut names = Bound(Vec::new());
        names.visit_pat(pattern);
        let is_one = names.0.len() < 2;
        for name in names.0 {
            let mut bag = bag.clone();
            // Two parts of one value are not the same value.
            bag.names.extend((!is_one).then(|| format!("{name}{PART}")));
            self.known.insert(name, bag);
        }
    }

    fn assertions(&mut self, made: Vec<Assertion>) {
        let is_conditional = self.conditional > 0;
        self.facts.assertions.extend(made.into_iter().map(|one| Assertion { is_conditional: is_conditional || one.is_conditional, ..one }));
    }

    /// What a closure asserts counts where it is called.
    fn closure(&mut self, name: String, closure: &syn::ExprClosure) {
        let (before, conditional) = (self.facts.assertions.len(), std::mem::take(&mut self.conditional));
        self.visit_expr_closure(closure);
        self.conditional = conditional;
        let made = self.facts.assertions.split_off(before);
        self.closures.insert(name, made);
    }

    fn call(&mut self, path: &syn::Path, arguments: Bag, span: Span, is_macro: bool) {
        let Some(last) = path.segments.last() else { return };
        let name = last.ident.to_string();
        if let Some(made) = self.closures.get(&name).filter(|_| path.segments.len() == 1).cloned() {
            let here = made.into_iter().map(|one| one.called(&arguments, span));
            self.assertions(here.collect());
            return;
        }
        let is_conditional = self.conditional > 0;
        match name.as_str() {
            "exit" | "abort" | "_exit" | "quick_exit" if is_of_process(path) => self.facts.exits.push(span),
            "catch_unwind" | "spawn" => self.facts.catches.push(span),
            _ => {}
        }
        self.facts.calls.push(Call { name, bag: arguments, span, is_conditional, is_macro });
    }

    /// A value that is bound to nothing.
    fn lost(&mut self, local: &Local, bag: &Bag) {
        let is_unnamed = matches!(local.pat, Pat::Wild(_));
        let span = self.span(local);
        if is_unnamed || matches!(&local.pat, Pat::Ident(name) if name.ident.to_string().starts_with('_')) {
            self.facts.thrown.push(span);
        }
        if is_unnamed && local.init.as_ref().is_some_and(|init| has_call(&init.expr)) {
            self.facts.discards.push((span, bag.clone()));
        }
    }

    /// Assertions among tokens that are no Rust: those of a macro with its own syntax.
    fn loose(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut path: Option<proc_macro2::Ident> = None;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) => path = Some(ident),
                TokenTree::Punct(punct) if punct.as_char() == '!' => {
                    let (Some(ident), Some(TokenTree::Group(group))) = (path.take(), tokens.peek()) else { continue };
                    let call: TokenStream =
                        [TokenTree::Ident(ident), TokenTree::Punct(punct), TokenTree::Group(group.clone())].into_iter().collect();
                    if let Ok(mac) = syn::parse2::<Macro>(call) {
                        self.visit_macro(&mac);
                        tokens.next();
                    }
                }
                TokenTree::Group(group) => self.loose(group.stream()),
                _ => path = None,
            }
        }
    }
}

impl<'ast> Visit<'ast> for Walker<'_, '_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.facts.has_items = true;
        if let syn::Item::Const(constant) = item {
            let bag = self.bag(&constant.expr);
            self.known.insert(constant.ident.to_string(), bag);
        }
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let Some(init) = &local.init else { return };
        if let (Pat::Ident(name), Expr::Closure(closure)) = (&local.pat, &*init.expr) {
            self.closure(name.ident.to_string(), closure);
            return;
        }
        let is_conditional = has_cfg(&local.attrs);
        self.conditionally(is_conditional, |this| this.visit_expr(&init.expr));
        let bag = self.bag(&init.expr);
        if let Some((_, otherwise)) = &init.diverge {
            self.conditionally(true, |this| this.visit_expr(otherwise));
        }
        self.lost(local, &bag);
        self.bind(&local.pat, &bag);
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        let attrs = match stmt {
            Stmt::Macro(mac) => &mac.attrs,
            Stmt::Expr(expr, _) => outer_attributes::of_expr(expr),
            _ => &[],
        };
        let is_conditional = has_cfg(attrs);
        if let Stmt::Expr(Expr::MethodCall(call), Some(_)) = stmt
            && call.method == "ok"
        {
            let (span, bag) = (self.span(stmt), self.bag(call));
            self.facts.discards.push((span, bag));
        }
        if let Stmt::Expr(expr, Some(_)) = stmt
            && throws_away(expr)
        {
            let span = self.span(stmt);
            self.facts.thrown.push(span);
        }
        self.conditionally(is_conditional, |this| visit::visit_stmt(this, stmt));
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let span = self.span(mac);
        if let Some(made) = of_macro(mac, span, &self.known) {
            self.assertions(made);
            return;
        }
        let name = mac.path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        if matches!(name.as_str(), "panic" | "unreachable" | "todo" | "unimplemented") {
            self.facts.survives += 1;
            return;
        }
        self.call(&mac.path, Bag::of(mac.tokens.clone(), &self.known), span, true);
        match mac.parse_body_with(Block::parse_within) {
            Ok(stmts) if matches!(name.as_str(), "block_on" | "proptest" | "select" | "join") => {
                for stmt in &stmts {
                    self.visit_stmt(stmt);
                }
            }
            _ => self.loose(mac.tokens.clone()),
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        visit::visit_expr_call(self, call);
        if let Expr::Path(path) = &*call.func {
            let (bag, span) = (self.bag(&call.args), self.span(call));
            self.call(&path.path, bag, span, false);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        visit::visit_expr_method_call(self, call);
        let name = call.method.to_string();
        if matches!(name.as_str(), "unwrap" | "expect" | "unwrap_err" | "expect_err") {
            self.facts.survives += 1;
        } else if method_asserts(&name) {
            let (bag, span, text) = (self.bag(call), self.span(call), pretty(call));
            self.assertions(vec![Assertion {
                strength: Strength::Exact,
                bag,
                shown: text.clone(),
                text,
                via: Vec::new(),
                span,
                is_conditional: false,
                is_circular: false,
            }]);
        } else if is_of_threads(call) {
            let (bag, span) = (self.bag(&call.args), self.span(call));
            self.call(&call.method.clone().into(), bag, span, false);
        }
    }

    fn visit_expr_try(&mut self, expr: &'ast syn::ExprTry) {
        self.facts.survives += 1;
        visit::visit_expr_try(self, expr);
    }

    fn visit_expr_return(&mut self, expr: &'ast syn::ExprReturn) {
        let is_error = expr
            .expr
            .as_ref()
            .is_some_and(|value| matches!(&**value, Expr::Call(call) if call.func.to_token_stream().to_string() == "Err"));
        if self.in_closure == 0 && !is_error {
            let span = self.span(expr);
            self.facts.returns.push(span);
        }
        visit::visit_expr_return(self, expr);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        let hidden = self.known.clone();
        closure.inputs.iter().for_each(|input| self.bind(input, &Bag::default()));
        self.in_closure += 1;
        self.visit_expr(&closure.body);
        self.in_closure -= 1;
        self.known = hidden;
    }

    fn visit_expr_if(&mut self, expr: &'ast ExprIf) {
        self.visit_expr(&expr.cond);
        let bag = self.bag(&expr.cond);
        let mut bound = Bound(Vec::new());
        bound.visit_expr(&expr.cond);
        for name in bound.0 {
            self.known.insert(name, bag.clone());
        }
        let otherwise = expr.else_branch.as_ref().map(|(_, branch)| &**branch);
        let is_safe = checks(&expr.then_branch.to_token_stream()) && otherwise.is_some_and(|branch| checks(&branch.to_token_stream()));
        self.conditionally(!is_safe, |this| {
            this.visit_block(&expr.then_branch);
            if let Some(branch) = otherwise {
                this.visit_expr(branch);
            }
        });
    }

    fn visit_expr_match(&mut self, expr: &'ast ExprMatch) {
        self.visit_expr(&expr.expr);
        let bag = self.bag(&expr.expr);
        let is_safe = expr.arms.iter().all(|arm| checks(&arm.body.to_token_stream()));
        for arm in &expr.arms {
            self.bind(&arm.pat, &bag);
            self.conditionally(!is_safe, |this| this.visit_expr(&arm.body));
        }
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.visit_expr(&expr.expr);
        let bag = self.bag(&expr.expr);
        self.bind(&expr.pat, &bag);
        self.conditionally(is_empty(&expr.expr), |this| this.visit_block(&expr.body));
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.visit_expr(&expr.cond);
        let never = expr.cond.to_token_stream().to_string() == "false";
        self.conditionally(never, |this| this.visit_block(&expr.body));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Facts {
        let text = format!("#[test] fn t() {{ {body} }}");
        let file = File::of("tests/a.rs".into(), &text).unwrap();
        let syn::Item::Fn(function) = &file.parsed.tree.items[0] else { panic!() };
        facts(&file, &function.block, &BTreeMap::new())
    }

    fn conditional(body: &str) -> Vec<bool> {
        of(body).assertions.iter().map(|one| one.is_conditional).collect()
    }

    #[test]
    fn local_names_stand_for_what_they_were_bound_to() {
        let found = of("let input = \"a\"; let got = parse(input); for (x, y) in [(1, 2)] { assert_eq!(got, x + y); }");
        let bag = &found.assertions[0].bag;
        assert_eq!(bag.names.iter().collect::<Vec<_>>(), ["parse"]);
        assert_eq!(bag.literals.iter().collect::<Vec<_>>(), ["\"a\"", "1", "2"]);
    }

    #[test]
    fn an_assertion_counts_where_its_closure_is_called() {
        let found = of("let check = |a, b| assert_eq!(f(a), b); check(1, 2); check(3, 4);");
        let literals: Vec<Vec<&String>> = found.assertions.iter().map(|one| one.bag.literals.iter().collect()).collect();
        assert_eq!(literals, [["1", "2"], ["3", "4"]]);
    }

    #[test]
    fn what_a_test_can_pass_by_is_conditional() {
        assert_eq!(conditional("if let Ok(x) = f() { assert_eq!(x, 1); }"), [true]);
        assert_eq!(conditional("if let Ok(x) = f() { assert_eq!(x, 1); } else { panic!() }"), [false]);
        assert_eq!(conditional("match f() { Ok(x) => assert_eq!(x, 1), Err(e) => panic!(\"{e}\") }"), [false]);
        assert_eq!(conditional("match f() { Ok(x) => assert_eq!(x, 1), Err(_) => {} }"), [true]);
        assert_eq!(
            conditional("for _ in 0..0 { assert!(f()); } while false { assert!(f()); } for x in list() { assert!(g(x)); }"),
            [true, true, false]
        );
        assert_eq!(conditional("#[cfg(any())] assert!(f()); #[cfg(any())] { assert!(f()); }"), [true, true]);
    }

    #[test]
    fn ways_out_are_seen() {
        let found = of(
            "if x() { return; } std::process::exit(0); let _ = f(1); g().ok(); std::panic::catch_unwind(|| assert!(h())); call(|| { return; });",
        );
        let counts = (found.returns.len(), found.exits.len(), found.discards.len(), found.catches.len(), found.assertions.len());
        assert_eq!(counts, (1, 1, 2, 1, 1));
        assert_eq!(of("std::thread::spawn(|| assert!(f())).join().unwrap();").catches.len(), 0);
        assert_eq!(of("std::thread::spawn(|| assert!(f()));").catches.len(), 1);
    }

    #[test]
    fn assertions_in_foreign_syntax_are_found() {
        let found = of("block_on! { assert_eq!(f(1), 2); } odd! { a => assert!(g(3)) }");
        assert_eq!(found.assertions.len(), 2);
    }
}
