//! Where the test code of a file stands. Owns the places; what makes an item test code is told in `attrs`.

use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, TraitItem};

use super::{Parsed, Span, is_test_code, outer_attributes};

/// The spans of items that are test code, attributes included, outermost ones only; for a file that is all test
/// code the whole text.
pub fn test_code(parsed: &Parsed<'_>) -> Vec<Span> {
    if is_test_code(&parsed.tree.attrs) {
        return vec![Span::new(0, u32::try_from(parsed.text.len()).unwrap_or(u32::MAX))];
    }
    let mut finder = Finder { parsed, found: Vec::new() };
    finder.visit_file(&parsed.tree);
    finder.found
}

struct Finder<'p, 't> {
    parsed: &'p Parsed<'t>,
    found: Vec<Span>,
}

impl Finder<'_, '_> {
    fn item(&mut self, attrs: &[Attribute], span: impl FnOnce(&Parsed<'_>) -> Span, visit: impl FnOnce(&mut Self)) {
        if is_test_code(attrs) {
            self.found.push(span(self.parsed));
        } else {
            visit(self);
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.item(outer_attributes::of_item(item), |parsed| parsed.span_of(item), |finder| visit::visit_item(finder, item));
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        self.item(outer_attributes::of_impl_item(item), |parsed| parsed.span_of(item), |finder| visit::visit_impl_item(finder, item));
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        self.item(outer_attributes::of_trait_item(item), |parsed| parsed.span_of(item), |finder| visit::visit_trait_item(finder, item));
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    #[test]
    fn test_code_is_found_with_its_attributes_wherever_it_stands() {
        let text = "fn a() { #[cfg(test)] fn b() {} }\n/// doc\n#[test] fn c() {}\nimpl D { #[cfg(test)] fn e() {} fn f() {} }\n\
            #[cfg(test)] mod tests { #[test] fn g() {} }\n#[cfg(unix)] mod h { #[cfg(test)] use i; }";
        let found: Vec<&str> = test_code(&parse(text).unwrap()).into_iter().map(|span| span.of(text)).collect();
        let expected = [
            "#[cfg(test)] fn b() {}",
            "/// doc\n#[test] fn c() {}",
            "#[cfg(test)] fn e() {}",
            "#[cfg(test)] mod tests { #[test] fn g() {} }",
            "#[cfg(test)] use i;",
        ];
        assert_eq!(found, expected);
        assert_eq!(test_code(&parse("#![cfg(test)]\nfn a() {}").unwrap()), [Span::new(0, 23)]);
    }
}
