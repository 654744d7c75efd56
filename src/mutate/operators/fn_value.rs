//! A function's body is replaced by a value of its return type.
//!
//! `fn f() -> bool { a }` → `{ true }`, `{ false }`; the values for each type are in
//! [`return_values`](super::return_values).
//!
//! What is left alone: its row in `about`; whole functions are left out by [`walk`](super::walk).
//!
//! The switch returns the value at once, before the first statement. An early `return` would fix the
//! hidden type of an `impl Trait`: for an `impl Iterator` the switch stands around the body and makes one type of both,
//! and others are rebuilt alone.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Block, ExprAsync, ExprClosure, ExprReturn, ExprTry, Item, Macro, ReturnType, Signature, Stmt, Type, TypeImplTrait, TypeParamBound,
};

use super::{Change, Found, Scope, Shape, extent, return_values};
use crate::mutate::Operator;
use crate::syntax::{Span, pretty};

/// What one of two iterators is when both are.
const KEPT_BOUNDS: [&str; 8] = ["Iterator", "DoubleEndedIterator", "ExactSizeIterator", "FusedIterator", "Clone", "Send", "Sync", "Unpin"];

/// The site of a function, if its return type has values.
pub(super) fn site(scope: &Scope<'_, '_>, signature: &Signature, block: &Block) -> Option<Found> {
    let values = return_values::of(&signature.output);
    let longest = values.iter().map(String::len).max()?;
    let body = body(scope, block)?;
    let written = written_value(scope.parsed.text, block, body, longest);
    // The function's name in the id says enough: its mutants keep their ids while its body changes.
    let change = |value: String| scope.change(Operator::FnValue, body, &value, String::new());
    let values = values.into_iter().filter(|value| Some(packed(value)) != written);
    let changes: Vec<Change> = values.map(change).collect();
    if changes.is_empty() {
        return None;
    }
    let shape = if is_hidden_iterator(signature) && leaves_at_its_end(block) {
        Shape::IteratorBody(body)
    } else if has_impl_trait(&signature.output) {
        Shape::Rebuild { reason: "`impl Trait` in the return type" }
    } else {
        Shape::Body { block: scope.parsed.span(block.brace_token.span.join()), entry: body.start }
    };
    Some(Found { shape, changes })
}

/// From the first statement to the last, inner attributes left out.
fn body(scope: &Scope<'_, '_>, block: &Block) -> Option<Span> {
    let span = |stmt: &Stmt| extent::of_statement(scope.parsed, stmt);
    match block.stmts.as_slice() {
        [] => None,
        [only] => Some(span(only)),
        [first, .., last] => Some(span(first).join(span(last))),
    }
}

/// The tokens of a body that may be a value and nothing else.
fn written_value(text: &str, block: &Block, body: Span, longest: usize) -> Option<String> {
    // Bytes.
    const LONGEST: u32 = 1000;
    let [only] = block.stmts.as_slice() else { return None };
    if body.end - body.start > LONGEST {
        return None;
    }
    // Listing the tokens of every body would take its time, and most are longer than any value. A comment in it is
    // none of its tokens.
    let written = body.of(text);
    let is_short = || written.bytes().filter(|byte| !byte.is_ascii_whitespace()).take(longest + 1).count() <= longest;
    (written.contains("//") || written.contains("/*") || is_short()).then(|| packed(&pretty(only)))
}

/// Code without its spacing, to tell whether two texts are the same tokens. No value holds two words in
/// a row that could be taken for one.
fn packed(code: &str) -> String {
    code.split_whitespace().collect()
}

fn has_impl_trait(output: &ReturnType) -> bool {
    struct Search(bool);
    impl<'ast> Visit<'ast> for Search {
        fn visit_type_impl_trait(&mut self, _: &'ast TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut search = Search(false);
    visit::visit_return_type(&mut search, output);
    search.0
}

/// Whether the function gives `impl Iterator` with no more bounds than one of two iterators can fulfil.
fn is_hidden_iterator(signature: &Signature) -> bool {
    let ReturnType::Type(_, output) = &signature.output else { return false };
    let Type::ImplTrait(hidden) = &**output else { return false };
    let is_known = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| KEPT_BOUNDS.iter().any(|kept| last.ident == kept)),
        _ => true,
    };
    let is_plain = signature.asyncness.is_none() && signature.constness.is_none();
    is_plain && hidden.bounds.iter().all(is_known)
}

/// Whether nothing in the body leaves it early. What a macro's arguments hold may be code of it.
fn leaves_at_its_end(block: &Block) -> bool {
    struct Search(bool);
    impl<'ast> Visit<'ast> for Search {
        fn visit_expr_return(&mut self, _: &'ast ExprReturn) {
            self.0 = true;
        }

        fn visit_expr_try(&mut self, _: &'ast ExprTry) {
            self.0 = true;
        }

        fn visit_macro(&mut self, call: &'ast Macro) {
            self.0 |= may_leave(&call.tokens);
        }

        fn visit_item(&mut self, _: &'ast Item) {}

        fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}

        fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    }
    let mut search = Search(false);
    search.visit_block(block);
    !search.0
}

fn may_leave(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => may_leave(&group.stream()),
        TokenTree::Ident(word) => word == "return",
        TokenTree::Punct(mark) => mark.as_char() == '?',
        TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(source: &str, expect: &[&str]) {
        testing::check(Operator::FnValue, source, expect);
    }

    #[test]
    fn the_body_becomes_each_value() {
        check("fn f() -> bool { a }", &["f {|a } => true; false"]);
        check("impl A { async fn f() { b.await; c } }", &["A::f {|b.await; c } => ()"]);
        check("fn f() -> u8 { #![allow(x)] /* y */ #[z] a; b }", &["f { #![allow(x)] /* y */|#[z] a; b } => 0; 1"]);
        check("trait T { fn f() -> u8 { a } fn g() -> u8; }", &["T::f {|a } => 0; 1"]);
    }

    #[test]
    fn a_value_that_is_there_already_is_skipped() {
        check("fn f() -> Option<bool> { None }", &["f {|None } => Some(true); Some(false)"]);
        check("fn f() -> Vec<u8> { vec ! [ 0 ] }", &["f {|vec ! [ 0 ] } => vec![]; vec![1]"]);
        check("fn f() -> i8 { - 1 }", &["f {|- 1 } => 0; 1"]);
        check("fn f() { () }", &[]);
        check("fn f() -> &str { \"\" } fn g() {}", &["f {|\"\" } => \"xyzzy\""]);
        check("fn f() -> Result<(), E> { Ok(()) }", &[]);
        check("fn f() -> Result<(), E> { return Ok(()) }", &["f {|return Ok(()) } => Ok(())"]);
    }

    #[test]
    fn a_type_without_values_has_no_site() {
        check("fn f() -> ! { loop {} }", &[]);
        check("fn f() -> impl Fn() { a }", &[]);
        check("fn f() -> Result<!, E> { a }", &[]);
    }

    #[test]
    fn impl_trait_in_the_return_type_is_rebuilt() {
        let reason = "rebuild (`impl Trait` in the return type)";
        let (empty, once) = ("::std::iter::empty()", "::std::iter::once(())");
        for kept in [
            "fn f() -> impl Iterator<Item = ()> { a }",
            "fn f() -> impl DoubleEndedIterator + Iterator<Item = ()> + 'a + Send { a }",
            "fn f() -> impl Iterator<Item = ()> + use<'a> { a }",
        ] {
            check(kept, &[&format!("items of a => {empty}; {once}")]);
        }
        for rebuilt in ["fn f() -> impl Debug + Iterator<Item = ()> { a }", "async fn f() -> impl Iterator<Item = ()> { a }"] {
            check(rebuilt, &[&format!("{reason}: a -> {empty}; a -> {once}")]);
        }
        for early in ["return a", "{ a?; b }", "vec![a?]", "{ if a { return b } c }", "m!({ return b })"] {
            check(
                &format!("fn f() -> impl Iterator<Item = ()> {{ {early} }}"),
                &[&format!("{reason}: {early} -> {empty}; {early} -> {once}")],
            );
        }
        for later in ["|| return a", "a(move |b| b?)", "{ fn g() -> ! { return } a }", "a(async { b? })"] {
            check(&format!("fn f() -> impl Iterator<Item = ()> {{ {later} }}"), &[&format!("items of {later} => {empty}; {once}")]);
        }
        check("fn f() -> Box<[impl T; 2]> { a }", &[]);
        check("fn f() -> Vec<impl T> { a }", &[&format!("{reason}: a -> vec![]")]);
    }
}
