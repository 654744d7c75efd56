//! A file cut into what can change by itself: functions that matter only when they are entered, tests, and the
//! rest. By this it is known what an edit can and cannot touch. Where a function could matter in another way,
//! it stays with the rest.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Item};

use super::{CfgStack, Namespace, Parsed, Span, functions, outer_attributes, test_code};

/// A part of a file that others see by its name alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    /// The function's name with its module; of a test the last part alone.
    pub name: String,
    /// Where its span starts.
    pub start: u32,
    /// Its text.
    pub text: &'t str,
}

/// A file in pieces.
#[derive(Debug)]
pub struct Pieces<'t> {
    /// Functions that matter only when they are entered.
    pub functions: Vec<Piece<'t>>,
    /// Tests that nothing else mentions.
    pub tests: Vec<Piece<'t>>,
    /// The other test code.
    pub test_rest: String,
    /// Everything else.
    pub rest: String,
}

/// Cut a file that is measured. `is_measured` says of a function by where its span starts whether it tells when
/// it is entered.
pub fn pieces<'t>(parsed: &Parsed<'t>, is_measured: impl Fn(u32) -> bool) -> Pieces<'t> {
    let nodes = functions(parsed, &Namespace::default(), &CfgStack::default());
    let plain = plain_functions(parsed);
    let apart = nodes.iter().filter(|node| {
        let is_plain = plain.contains(&node.body.start);
        node.signature.constness.is_none() && is_plain && is_measured(node.span.start) && !reaches_out(node.block)
    });
    let functions: Vec<(Piece<'t>, Span)> =
        apart.map(|node| (Piece { name: node.name.clone(), start: node.span.start, text: node.span.of(parsed.text) }, node.body)).collect();
    let of_tests = test_code(parsed);
    let tests = tests(parsed);
    let bodies: Vec<Span> = functions.iter().map(|(_, body)| *body).chain(of_tests.iter().copied()).collect();
    let test_spans: Vec<Span> = tests.iter().map(|(_, span)| *span).collect();
    Pieces {
        rest: without(parsed.text, bodies),
        test_rest: of_tests.iter().map(|span| within(parsed.text, *span, &test_spans)).collect::<Vec<_>>().join("\n"),
        functions: functions.into_iter().map(|(piece, _)| piece).collect(),
        tests: tests.into_iter().map(|(piece, _)| piece).collect(),
    }
}

/// Cut a file that is compiled and not measured: tests and the rest.
pub fn test_pieces<'t>(parsed: &Parsed<'t>) -> (Vec<Piece<'t>>, String) {
    let tests = tests(parsed);
    let spans = tests.iter().map(|(_, span)| *span).collect();
    (tests.into_iter().map(|(piece, _)| piece).collect(), without(parsed.text, spans))
}

/// The text without `spans`, which may lie in each other; a mark stands for each.
fn without(text: &str, mut spans: Vec<Span>) -> String {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let (mut kept, mut at) = (String::new(), 0);
    for span in spans {
        if span.start >= at {
            kept.push_str(Span::new(at, span.start).of(text));
            kept.push('\u{1}');
            at = span.end;
        }
    }
    kept.push_str(&text[at as usize..]);
    kept
}

/// One span of the text without those of `spans` that lie in it.
fn within(text: &str, whole: Span, spans: &[Span]) -> String {
    let inner = spans.iter().filter(|span| whole.contains(**span));
    let moved = inner.map(|span| Span::new(span.start - whole.start, span.end - whole.start)).collect();
    without(whole.of(text), moved)
}

/// Test functions with their attributes. One whose name stands anywhere else in the file may be called there.
fn tests<'t>(parsed: &Parsed<'t>) -> Vec<(Piece<'t>, Span)> {
    let mut finder = Tests { parsed, found: Vec::new() };
    finder.visit_file(&parsed.tree);
    let mut words: BTreeMap<&str, u32> = BTreeMap::new();
    for word in parsed.text.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
        *words.entry(word).or_default() += 1;
    }
    let (found, text) = (finder.found, parsed.text);
    let is_alone = |(name, _): &(String, Span)| words.get(name.as_str()) == Some(&1);
    found.into_iter().filter(is_alone).map(|(name, span)| (Piece { name, start: span.start, text: span.of(text) }, span)).collect()
}

struct Tests<'p, 't> {
    parsed: &'p Parsed<'t>,
    found: Vec<(String, Span)>,
}

impl<'ast> Visit<'ast> for Tests<'_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Fn(function) if outer_attributes::of_item(item).iter().any(|attribute| attribute.path().is_ident("test")) => {
                self.found.push((function.sig.ident.to_string(), self.parsed.span_of(item)));
            }
            Item::Mod(_) => visit::visit_item(self, item),
            _ => {}
        }
    }
}

/// Attributes that give a function no life of its own.
const PLAIN: [&str; 11] = ["doc", "inline", "must_use", "allow", "expect", "warn", "deny", "cold", "track_caller", "deprecated", "cfg"];

fn is_plain(attributes: &[Attribute]) -> bool {
    attributes.iter().all(|attribute| PLAIN.iter().any(|name| attribute.path().is_ident(name)))
}

/// Where the bodies of functions start that carry only attributes of no consequence.
fn plain_functions(parsed: &Parsed<'_>) -> BTreeSet<u32> {
    let mut finder = Plain { parsed, found: BTreeSet::new() };
    finder.visit_file(&parsed.tree);
    finder.found
}

struct Plain<'p, 't> {
    parsed: &'p Parsed<'t>,
    found: BTreeSet<u32>,
}

impl Plain<'_, '_> {
    fn function(&mut self, attributes: &[Attribute], block: &Block) {
        if is_plain(attributes) {
            self.found.insert(self.parsed.start(block.brace_token.span.open()));
        }
    }
}

impl<'ast> Visit<'ast> for Plain<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.attrs, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// Whether a body holds what is seen from outside without the function being entered.
fn reaches_out(block: &Block) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_item(&mut self, item: &'ast Item) {
            self.0 |= !matches!(item, Item::Fn(_) | Item::Use(_));
            visit::visit_item(self, item);
        }
    }
    let mut finder = Finder(false);
    finder.visit_block(block);
    finder.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn cut(text: &str) -> (Vec<String>, Vec<String>, String, String) {
        let parsed = parse(text).unwrap();
        let pieces = pieces(&parsed, |_| true);
        let told = |pieces: Vec<Piece<'_>>| pieces.iter().map(|piece| format!("{} = {}", piece.name, piece.text)).collect::<Vec<_>>();
        let mark = |text: String| text.replace('\u{1}', "#");
        (told(pieces.functions), told(pieces.tests), mark(pieces.test_rest), mark(pieces.rest))
    }

    #[test]
    fn bodies_stand_apart_from_what_is_seen_of_them() {
        let (functions, _, _, rest) = cut("/// Doc.\npub fn f(x: u8) -> u8 { x }\nimpl T { #[inline] fn g(&self) {} }\nconst C: u8 = 1;");
        assert_eq!(functions, ["f = fn f(x: u8) -> u8 { x }", "T::g = fn g(&self) {}"]);
        assert_eq!(rest, "/// Doc.\npub fn f(x: u8) -> u8 #\nimpl T { #[inline] fn g(&self) # }\nconst C: u8 = 1;");
    }

    #[test]
    fn what_may_matter_without_being_entered_stays_with_the_rest() {
        for text in [
            "const fn f() { 1 }",
            "#[ctor] fn f() { 1 }",
            "#[unsafe(no_mangle)] fn f() { 1 }",
            "fn f() { impl A for B {} }",
            "fn f() { static X: u8 = 1; }",
            "fn f() { macro_rules! m { () => {} } }",
        ] {
            let (functions, _, _, rest) = cut(text);
            assert_eq!((functions.len(), rest.as_str()), (0, text));
        }
        assert_eq!(pieces(&parse("fn f() {}").unwrap(), |_| false).functions, []);
    }

    #[test]
    fn a_test_stands_apart_unless_something_else_names_it() {
        let (_, tests, test_rest, rest) = cut(
            "fn f() {}\n#[cfg(test)]\nmod tests {\n fn help() {}\n #[test]\n fn one() { help() }\n #[test]\n fn two() { three() }\n #[test]\n fn three() {}\n}\n",
        );
        assert_eq!(tests, ["one = #[test]\n fn one() { help() }", "two = #[test]\n fn two() { three() }"]);
        assert_eq!(test_rest, "#[cfg(test)]\nmod tests {\n fn help() {}\n #\n #\n #[test]\n fn three() {}\n}");
        assert_eq!(rest, "fn f() #\n#\n");
    }

    #[test]
    fn in_a_file_of_tests_all_but_the_tests_is_one() {
        let parsed = parse("mod common;\nfn help() {}\n#[test]\nfn one() {}\n").unwrap();
        let (tests, rest) = test_pieces(&parsed);
        assert_eq!((tests.len(), rest.as_str()), (1, "mod common;\nfn help() {}\n\u{1}\n"));
    }

    #[test]
    fn nested_functions_are_pieces_of_their_own_and_of_the_outer_one() {
        let (functions, _, _, rest) = cut("fn f() { fn g() { 1 } g() }");
        assert_eq!(functions, ["f = fn f() { fn g() { 1 } g() }", "f::g = fn g() { 1 }"]);
        assert_eq!(rest, "fn f() #");
    }
}
