//! What single pieces of a test's code mean for whether it can fail. Owns no order and no surroundings: those are
//! `body`'s.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr};

use super::assertion::asserts_by_name;

/// Names that a pattern binds.
pub(super) struct Bound(pub(super) Vec<String>);

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.0.push(pattern.ident.to_string());
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
}

/// Whether a branch asserts something, or panics.
pub(super) fn checks(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            let name = ident.to_string();
            matches!(name.as_str(), "panic" | "unreachable" | "todo" | "unimplemented" | "unwrap" | "expect" | "Err")
                || asserts_by_name(&name)
        }
        TokenTree::Group(group) => checks(&group.stream()),
        _ => false,
    })
}

/// Whether the value of a statement is lost: it is called for and not unwrapped.
pub(super) fn throws_away(expr: &Expr) -> bool {
    match expr {
        Expr::Call(_) => true,
        Expr::MethodCall(call) => !matches!(call.method.to_string().as_str(), "unwrap" | "expect" | "unwrap_err" | "expect_err"),
        _ => false,
    }
}

pub(super) fn has_cfg(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("cfg"))
}

/// `process::exit`, or a name alone, which is then an imported one.
pub(super) fn is_of_process(path: &syn::Path) -> bool {
    path.segments.len() == 1 || path.segments.iter().any(|segment| segment.ident == "process" || segment.ident == "libc")
}

/// Whether a loop over `expr` never runs.
pub(super) fn is_empty(expr: &Expr) -> bool {
    let text: String = expr.to_token_stream().to_string().split_whitespace().collect();
    matches!(text.as_str(), "[]" | "0..0" | "vec![]" | "&[]" | "std::iter::empty::<()>()")
}

pub(super) fn has_call(expr: &Expr) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_expr_call(&mut self, _: &'ast syn::ExprCall) {
            self.0 = true;
        }
        fn visit_expr_method_call(&mut self, _: &'ast syn::ExprMethodCall) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr(expr);
    finder.0
}

/// `catch_unwind`, `spawn` with a closure, `join`, as methods.
pub(super) fn is_of_threads(call: &syn::ExprMethodCall) -> bool {
    let takes_code = || call.args.iter().any(|argument| matches!(argument, Expr::Closure(_)));
    call.method == "join" || call.method == "catch_unwind" || (call.method == "spawn" && takes_code())
}

/// Whether a method of that name asserts something about its value.
pub(super) fn method_asserts(name: &str) -> bool {
    matches!(name, "success" | "failure" | "stdout" | "stderr" | "code") || asserts_by_name(name)
}
