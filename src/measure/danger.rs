//! Places that can end the program or that the compiler does not check: panics and `unsafe` blocks, per file,
//! test code left out. Owns what counts as one; refuses to know limits.
//!
//! - An `unsafe` block is `unsafe { .. }`, in functions and in initialisers. `unsafe fn`, `unsafe impl` and
//!   `unsafe trait` are promises asked of others, not blocks.
//! - A panic is a call of the method `unwrap` or `unwrap_err` without arguments, `expect` or `expect_err` with
//!   one, and the macros `panic!`, `todo!`, `unimplemented!`, `unreachable!`. Types are not known: any method of
//!   such a name and such arguments counts. Assertions, indexing and arithmetic are not counted.
//!
//! The arguments of the standard library's macros are looked into; other macros are opaque.

use syn::visit::{self, Visit};
use syn::{ImplItem, Item, Stmt, TraitItem};

use crate::syntax::macros::{Arguments, arguments, std_name};
use crate::syntax::{Parsed, Span, is_test_code, outer_attributes};

/// The dangerous places of a file, each list in source order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Danger {
    /// The `unsafe` of each block.
    pub unsafe_blocks: Vec<Span>,
    /// The name of each panicking method or macro.
    pub panics: Vec<Span>,
}

/// The dangerous places of a file.
pub(super) fn danger(parsed: &Parsed<'_>) -> Danger {
    let mut walk = Walk { parsed, found: Danger::default() };
    if !is_test_code(&parsed.tree.attrs) {
        walk.visit_file(&parsed.tree);
    }
    walk.found
}

const MACROS: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];

/// Methods with the number of their arguments.
const METHODS: [(&str, usize); 4] = [("unwrap", 0), ("unwrap_err", 0), ("expect", 1), ("expect_err", 1)];

struct Walk<'p, 't> {
    parsed: &'p Parsed<'t>,
    found: Danger,
}

impl<'ast> Visit<'ast> for Walk<'_, '_> {
    fn visit_expr_unsafe(&mut self, node: &'ast syn::ExprUnsafe) {
        self.found.unsafe_blocks.push(self.parsed.span(node.unsafe_token.span));
        visit::visit_expr_unsafe(self, node);
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        self.visit_expr(&node.receiver);
        if METHODS.iter().any(|(name, arguments)| node.method == name && node.args.len() == *arguments) {
            self.found.panics.push(self.parsed.span(node.method.span()));
        }
        node.args.iter().for_each(|argument| self.visit_expr(argument));
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        if let Some(last) = node.path.segments.last()
            && std_name(&node.path).is_some_and(|name| MACROS.contains(&name.as_str()))
        {
            self.found.panics.push(self.parsed.span(last.ident.span()));
        }
        for expr in arguments(node).iter().flat_map(Arguments::expressions) {
            self.visit_expr(expr);
        }
    }

    fn visit_item(&mut self, node: &'ast Item) {
        if !is_test_code(outer_attributes::of_item(node)) && !matches!(node, Item::Macro(_)) {
            visit::visit_item(self, node);
        }
    }

    fn visit_impl_item(&mut self, node: &'ast ImplItem) {
        if !is_test_code(outer_attributes::of_impl_item(node)) {
            visit::visit_impl_item(self, node);
        }
    }

    fn visit_trait_item(&mut self, node: &'ast TraitItem) {
        if !is_test_code(outer_attributes::of_trait_item(node)) {
            visit::visit_trait_item(self, node);
        }
    }

    fn visit_stmt(&mut self, node: &'ast Stmt) {
        let is_test = match node {
            Stmt::Local(local) => is_test_code(&local.attrs),
            Stmt::Macro(node) => is_test_code(&node.attrs),
            Stmt::Expr(expr, _) => is_test_code(outer_attributes::of_expr(expr)) || is_test_code(outer_attributes::of_statement(expr)),
            // Asked in `visit_item`.
            Stmt::Item(_) => false,
        };
        if !is_test {
            visit::visit_stmt(self, node);
        }
    }

    fn visit_pat(&mut self, node: &'ast syn::Pat) {
        if !matches!(node, syn::Pat::Macro(_)) {
            visit::visit_pat(self, node);
        }
    }

    fn visit_type_macro(&mut self, _: &'ast syn::TypeMacro) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// The text of each place and its line.
    fn check(text: &str, unsafe_blocks: &[u32], panics: &[&str]) {
        let parsed = parse(text).unwrap();
        let found = danger(&parsed);
        let lines = crate::syntax::Lines::new(text);
        let blocks: Vec<u32> = found.unsafe_blocks.iter().map(|span| lines.line(span.start)).collect();
        let names: Vec<String> = found.panics.iter().map(|span| format!("{}:{}", lines.line(span.start), span.of(text))).collect();
        assert_eq!((blocks.as_slice(), names.iter().map(String::as_str).collect::<Vec<_>>().as_slice()), (unsafe_blocks, panics), "{text}");
    }

    #[test]
    fn unsafe_blocks_are_blocks() {
        check("unsafe fn f() {}\nunsafe impl T for A {}\nfn g() { unsafe { unsafe { h() } } }", &[3, 3], &[]);
        check("const C: u8 =\n unsafe { f() };\nstatic S: u8 = { unsafe { f() } };", &[2, 3], &[]);
    }

    #[test]
    fn panics_are_told_by_name_and_arguments() {
        check(
            "fn f() {\n a.unwrap().expect(\"b\");\n c.expect_err(\"d\").unwrap_err();\n}",
            &[],
            &["2:unwrap", "2:expect", "3:expect_err", "3:unwrap_err"],
        );
        check("fn f() { p.expect(Token::Plus, 1)?; a.unwrap_or(b); unwrap(c); x.expect() }", &[], &[]);
        check(
            "fn f() { todo!(); std::panic!(\"a\"); core::unreachable!(); mine::panic!(); assert!(a); }",
            &[],
            &["1:todo", "1:panic", "1:unreachable"],
        );
        check(
            "fn f() { println!(\"{}\", a.unwrap()); panic!(\"{}\", b.unwrap()); other!(c.unwrap()); }",
            &[],
            &["1:unwrap", "1:panic", "1:unwrap"],
        );
        check("static S: L = L::new(|| a().unwrap());", &[], &["1:unwrap"]);
        check("macro_rules! m { () => { a.unwrap() } }", &[], &[]);
    }

    #[test]
    fn test_code_is_left_out() {
        check("#[test] fn t() { a.unwrap() }\n#[cfg(test)] mod tests { fn h() { unsafe { b.unwrap() } } }", &[], &[]);
        check(
            "impl A { #[cfg(test)] fn h() { a.unwrap() } }\nfn f() { #[cfg(test)] a.unwrap(); #[cfg(test)] let b = c.unwrap(); }",
            &[],
            &[],
        );
        check("#![cfg(test)]\nfn f() { a.unwrap() }", &[], &[]);
        check("#[cfg(not(test))] fn f() { a.unwrap() }", &[], &["1:unwrap"]);
    }
}
