//! A function's body is replaced by a value of its return type.
//!
//! `fn f() -> bool { a }` → `{ true }`, `{ false }`; the values for each type are in
//! [`return_values`](super::return_values).
//!
//! What is left alone: its row in `about`; whole functions are left out by [`walk`](super::walk).
//!
//! The switch returns the value at once, before the first statement. An early `return` would fix the
//! hidden type of an `impl Trait`, so those are rebuilt alone.

use syn::visit::{self, Visit};
use syn::{Block, ReturnType, Signature, Stmt, TypeImplTrait};

use super::{Change, Found, Scope, Shape, extent, return_values};
use crate::mutate::Operator;
use crate::syntax::{Span, pretty};

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
    let shape = if has_impl_trait(&signature.output) {
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
        check("fn f() -> impl Iterator<Item = ()> { a }", &[&format!("{reason}: a -> {empty}; a -> {once}")]);
        check("fn f() -> Box<[impl T; 2]> { a }", &[]);
        check("fn f() -> Vec<impl T> { a }", &[&format!("{reason}: a -> vec![]")]);
    }
}
