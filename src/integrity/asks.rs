//! `production-asks-for-test`: production code that behaves in another way when tests watch it.
//!
//! `cfg!(test)`; `#[cfg(test)]` or `#[cfg(not(test))]` inside of a function; a function that exists twice, once for
//! tests; environment variables that only test runners set; the name of the thread.
//!
//! No accusation: what the base had as well; items only tests need (`#[cfg(test)] fn`, `mod tests`); `cfg_attr`;
//! build scripts.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, Lit, Macro};

use super::census::File;
use super::{Accusation, Sides, accused};
use crate::syntax::Span;

/// Accuse the head.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for question in sides.base.files.iter().flat_map(|file| questions(file)) {
        *known.entry(question.text).or_default() += 1;
    }
    let mut found = Vec::new();
    for file in sides.head.files {
        for question in questions(file) {
            match known.get_mut(&question.text).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => found.push(accusation(file, &question)),
            }
        }
    }
    found
}

struct Question {
    span: Span,
    text: String,
    function: String,
}

fn accusation(file: &File<'_>, question: &Question) -> Accusation {
    let title = format!("production code asks whether it is under test: {}", crate::judge::one_line(&question.text));
    let help = "give the code the same behaviour always; what a test needs in another way is passed in as a value or a trait";
    let label = "tests see other code than users".to_owned();
    accused("production-asks-for-test", file, question.span, &question.function, title, label, help.to_owned())
}

fn questions(file: &File<'_>) -> Vec<Question> {
    if file.path.file_name() == Some("build.rs") || file.is_all_test() {
        return Vec::new();
    }
    let mut finder = Finder { file, functions: Vec::new(), found: Vec::new(), only_test: twins(file) };
    finder.visit_file(&file.parsed.tree);
    finder.found
}

/// The names of functions that are there for tests only.
fn twins(file: &File<'_>) -> Vec<String> {
    struct Names(Vec<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
            self.take(&item.attrs, &item.sig);
        }
        fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
            self.take(&item.attrs, &item.sig);
        }
    }
    impl Names {
        fn take(&mut self, attrs: &[Attribute], signature: &syn::Signature) {
            if attrs.iter().any(|attr| attr.path().is_ident("cfg") && names_test(attr.to_token_stream())) {
                self.0.push(signature.ident.to_string());
            }
        }
    }
    let mut names = Names(Vec::new());
    names.visit_file(&file.parsed.tree);
    names.0
}

/// Whether `test` stands among the tokens as a word of its own.
fn names_test(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "test",
        TokenTree::Group(group) => names_test(group.stream()),
        _ => false,
    })
}

/// Variables that only a test runner, a coverage tool or this tool sets.
fn is_of_tests(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    ["TEST", "LLVM_PROFILE", "LLVM_COV", "TARPAULIN", "CARGO_GATE", "MUTANT"].iter().any(|part| name.contains(part))
}

struct Finder<'f, 't> {
    file: &'f File<'t>,
    functions: Vec<String>,
    found: Vec<Question>,
    only_test: Vec<String>,
}

impl Finder<'_, '_> {
    fn ask(&mut self, node: &(impl ToTokens + syn::spanned::Spanned)) {
        let span = self.file.parsed.span_of(node);
        if !self.file.is_test(span) {
            let function = self.functions.last().cloned().unwrap_or_default();
            self.found.push(Question { span, text: crate::syntax::pretty(node), function });
        }
    }

    fn function(&mut self, attrs: &[Attribute], signature: &syn::Signature, visit: impl FnOnce(&mut Self)) {
        let name = signature.ident.to_string();
        let is_twin = self.only_test.iter().filter(|twin| **twin == name).count() > 1;
        for attr in attrs.iter().filter(|attr| is_twin && attr.path().is_ident("cfg") && names_test(attr.to_token_stream())) {
            self.ask(attr);
        }
        self.functions.push(name);
        visit(self);
        self.functions.pop();
    }

    fn literal(&mut self, call: &impl ToTokens, node: &(impl ToTokens + syn::spanned::Spanned), is_suspect: fn(&str) -> bool) {
        if texts(call.to_token_stream()).iter().any(|text| is_suspect(text)) {
            self.ask(node);
        }
    }
}

/// The string literals among the tokens.
fn texts(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(texts(group.stream())),
            TokenTree::Literal(literal) => {
                if let Lit::Str(text) = Lit::new(literal) {
                    found.push(text.value());
                }
            }
            _ => {}
        }
    }
    found
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, |this| visit::visit_block(this, &item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, |this| visit::visit_block(this, &item.block));
    }

    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        if !self.functions.is_empty() && attr.path().is_ident("cfg") && names_test(attr.to_token_stream()) {
            self.ask(attr);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if mac.path.is_ident("cfg") && names_test(mac.tokens.clone()) {
            self.ask(mac);
        } else if mac.path.is_ident("option_env") {
            self.literal(&mac.tokens, mac, is_of_tests);
        }
        // Conditions stand in the arguments of macros, too.
        if let Ok(arguments) = mac.parse_body_with(syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated) {
            arguments.iter().for_each(|argument| self.visit_expr(argument));
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
            && matches!(last.ident.to_string().as_str(), "var" | "var_os")
        {
            self.literal(&call.args, call, |name| is_of_tests(name) || name == "CARGO_MANIFEST_DIR");
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let receiver = call.receiver.to_token_stream().to_string();
        if call.method == "name" && receiver.replace(' ', "").ends_with("thread::current()") {
            self.ask(call);
        }
        visit::visit_expr_method_call(self, call);
    }
}
