//! One side of a change: its tests, the functions beside them, its production functions, its macros and the
//! modules it declares. Owns where they are and what governs them; refuses to judge.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Item, Signature};

use super::bag::Counts;
use crate::syntax::{CfgStack, Parsed, Span, SyntaxError, is_test_code, parse, pretty, test_code};

/// A parsed file.
pub(super) struct File<'t> {
    /// Relative to the workspace root.
    pub path: Utf8PathBuf,
    /// Its one parse.
    pub parsed: Parsed<'t>,
    test_code: Vec<Span>,
}

impl<'t> File<'t> {
    /// Parse `text`.
    pub(super) fn of(path: &Utf8Path, text: &'t str) -> Result<File<'t>, SyntaxError> {
        let parsed = parse(text)?;
        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let test_code = if is_test_path(path) { vec![whole] } else { test_code(&parsed) };
        Ok(File { path: path.to_owned(), parsed, test_code })
    }

    /// Whether only tests have what lies at `span`.
    pub(super) fn is_test(&self, span: Span) -> bool {
        self.test_code.iter().any(|test| test.contains(span))
    }

    /// The same file as a module that only tests have.
    pub(super) fn into_test_module(mut self) -> File<'t> {
        self.test_code = vec![Span::new(0, u32::try_from(self.parsed.text.len()).unwrap_or(u32::MAX))];
        self
    }

    /// Whether nothing in it is production code.
    pub(super) fn is_all_test(&self) -> bool {
        self.is_test(Span::new(0, u32::try_from(self.parsed.text.len()).unwrap_or(u32::MAX)))
    }
}

/// Whether a file is test code by where it is: `tests/`, `benches/`, or a file for the tests of a module.
pub(super) fn is_test_path(path: &Utf8Path) -> bool {
    let is_test = |name: &str| matches!(name, "tests" | "test" | "benches") || name.ends_with("_tests") || name.ends_with("_test");
    path.parent().is_some_and(|parent| parent.components().any(|part| is_test(part.as_str()))) || path.file_stem().is_some_and(is_test)
}

/// A test.
#[derive(Clone)]
pub(super) struct Test {
    /// Index of its file.
    pub file: usize,
    /// The modules of its file that it is in, joined by `::`.
    pub module: String,
    /// Its function's name.
    pub name: String,
    /// The name's token.
    pub ident: Span,
    /// The cfg predicates that govern it, those of its modules included, `test` left out.
    pub cfgs: Vec<String>,
    /// `#[ignore]`, plainly or under a condition.
    pub ignored: Option<Span>,
    /// `#[should_panic]`, with what the message must contain.
    pub should_panic: Option<(Span, Option<String>)>,
    /// Its body.
    pub block: Block,
    /// Its tokens, whatever their layout.
    pub text: String,
    /// The words of its body and of its attributes, which may hold cases.
    pub words: Counts,
    /// The macro whose argument it is.
    pub in_macro: Option<String>,
}

impl Test {
    /// `module::name`.
    pub(super) fn path(&self) -> String {
        if self.module.is_empty() { self.name.clone() } else { format!("{}::{}", self.module, self.name) }
    }
}

/// A function that is no test.
#[derive(Clone)]
pub(super) struct Function {
    /// Index of its file.
    pub file: usize,
    /// Its name, without where it is.
    pub name: String,
    /// Whether only tests have it.
    pub is_test_code: bool,
    /// Its body.
    pub block: Block,
    /// The name's token.
    pub ident: Span,
    /// The cfg predicates that govern it.
    pub cfgs: Vec<String>,
    /// The words of its body.
    pub words: Counts,
}

/// A use or a definition of a macro where items stand, a constant or a static of test code: it may hold cases.
#[derive(Clone)]
pub(super) struct Table {
    /// Index of its file.
    pub file: usize,
    /// The macro, or the constant.
    pub name: String,
    /// What kind it is.
    pub kind: TableKind,
    /// Where it is.
    pub span: Span,
    /// Its words.
    pub words: Counts,
    /// Whether only tests have it.
    pub is_test_code: bool,
}

/// What holds cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableKind {
    /// `macro_rules! name { .. }`
    Definition,
    /// `name! { .. }`
    Use,
    /// `const NAME`, `static NAME`.
    Constant,
}

/// `mod name;`
#[derive(Clone, Debug)]
pub(super) struct Declared {
    /// Index of the declaring file.
    pub file: usize,
    /// Where.
    pub span: Span,
    /// Its name.
    pub name: String,
    /// Where its file may be.
    pub candidates: Vec<Utf8PathBuf>,
    /// The cfg predicates that govern it, `test` left out.
    pub cfgs: Vec<String>,
    /// Whether only tests have it.
    pub is_test_code: bool,
}

/// Everything that is counted.
#[derive(Default)]
pub(super) struct Census {
    /// The tests in source order.
    pub tests: Vec<Test>,
    /// All other functions with a body.
    pub functions: Vec<Function>,
    /// Those of them that are test code, seen as tests: what they assert is asserted by whoever calls them.
    pub helpers: Vec<Test>,
    /// What may hold cases.
    pub tables: Vec<Table>,
    /// The modules in files of their own.
    pub declared: Vec<Declared>,
    /// Every name that stands anywhere.
    pub names: BTreeSet<String>,
    /// Every name that stands outside of test code.
    pub production_names: BTreeSet<String>,
}

impl Census {
    /// Count `files`.
    pub(super) fn of(files: &[&File<'_>]) -> Census {
        let mut census = Census::default();
        for (index, file) in files.iter().enumerate() {
            census.names.extend(Counts::of(file.parsed.tree.to_token_stream()).names.into_keys());
            for item in file.parsed.tree.items.iter().filter(|item| !file.is_test(file.parsed.span_of(item))) {
                census.production_names.extend(Counts::of(item.to_token_stream()).names.into_keys());
            }
            let mut counter = Counter { census: &mut census, file, index, modules: Vec::new(), cfgs: CfgStack::default() };
            counter.cfgs = counter.cfgs.with(&file.parsed.tree.attrs);
            counter.visit_file(&file.parsed.tree);
        }
        census
    }
}

struct Counter<'c, 'f, 't> {
    census: &'c mut Census,
    file: &'f File<'t>,
    index: usize,
    modules: Vec<String>,
    cfgs: CfgStack,
}

impl Counter<'_, '_, '_> {
    fn inside(&mut self, attrs: &[Attribute], visit: impl FnOnce(&mut Self)) {
        let inner = self.cfgs.with(attrs);
        let outer = std::mem::replace(&mut self.cfgs, inner);
        visit(self);
        self.cfgs = outer;
    }

    /// The cfgs that govern an item with `attrs` here.
    fn cfgs(&self, attrs: &[Attribute]) -> Vec<String> {
        let mut cfgs: Vec<String> = self.cfgs.with(attrs).iter().filter(|predicate| *predicate != "test").map(str::to_owned).collect();
        cfgs.sort();
        cfgs
    }

    fn function(&mut self, attrs: &[Attribute], signature: &Signature, block: &Block) {
        let ident = self.file.parsed.span(signature.ident.span());
        let name = signature.ident.to_string();
        if attrs.iter().any(is_test_attribute) {
            self.test(attrs, ident, name, block.clone(), None);
            return;
        }
        if self.file.is_test(ident) {
            self.test(attrs, ident, name.clone(), block.clone(), None);
            self.census.helpers.extend(self.census.tests.pop());
        }
        let (cfgs, words) = (self.cfgs(attrs), Counts::of(block.to_token_stream()));
        let is_test_code = self.file.is_test(ident) || is_test_code(attrs);
        let file = self.index;
        self.census.functions.push(Function { file, name, is_test_code, block: block.clone(), ident, cfgs, words });
    }

    fn test(&mut self, attrs: &[Attribute], ident: Span, name: String, block: Block, in_macro: Option<String>) {
        let mut words = Counts::of(block.to_token_stream());
        for attr in attrs {
            words.add(attr.to_token_stream());
        }
        let place = |attr: &Attribute| self.file.parsed.span_of(attr);
        let test = Test {
            file: self.index,
            module: self.modules.join("::"),
            name,
            ident,
            cfgs: self.cfgs(attrs),
            ignored: attrs.iter().find(|attr| has_meta(attr, "ignore")).map(place),
            should_panic: attrs.iter().find(|attr| has_meta(attr, "should_panic")).map(|attr| (place(attr), expected(attr))),
            text: block.to_token_stream().to_string(),
            block,
            words,
            in_macro,
        };
        self.census.tests.push(test);
    }

    fn table(&mut self, kind: TableKind, name: String, span: Span, tokens: TokenStream) {
        let is_test_code = self.file.is_test(span);
        self.census.tables.push(Table { file: self.index, name, kind, span, words: Counts::of(tokens), is_test_code });
    }

    /// The tests among the tokens of a macro; whether there are any.
    fn tests_in(&mut self, name: &str, tokens: TokenStream) -> bool {
        let (mut attrs, mut function, mut has_any) = (TokenStream::new(), None, false);
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    attrs.extend([TokenTree::Punct(punct)]);
                    attrs.extend(tokens.next());
                }
                TokenTree::Ident(ident) if ident == "fn" => {
                    function = tokens.next().and_then(|token| if let TokenTree::Ident(ident) = token { Some(ident) } else { None });
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let attrs = std::mem::take(&mut attrs);
                    has_any |= match function.take() {
                        Some(ident) => self.test_in(name, attrs, &ident, group),
                        None => self.tests_in(name, group.stream()),
                    };
                }
                _ => {}
            }
        }
        has_any
    }

    /// Whether the function `ident` in a macro's tokens is a test.
    fn test_in(&mut self, name: &str, attrs: TokenStream, ident: &proc_macro2::Ident, body: proc_macro2::Group) -> bool {
        let attrs = Attribute::parse_outer.parse2(attrs).unwrap_or_default();
        let block = syn::parse2::<Block>(TokenTree::Group(body).into());
        let Some(block) = block.ok().filter(|_| attrs.iter().any(is_test_attribute)) else { return false };
        let span = self.file.parsed.span(ident.span());
        self.test(&attrs, span, ident.to_string(), block, Some(name.to_owned()));
        true
    }

    fn declared(&mut self, item: &syn::ItemMod) {
        let redirected = item.attrs.iter().find_map(|attr| match &attr.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => Some(text_of(&pair.value)),
            _ => None,
        });
        let parent = self.file.path.parent().unwrap_or(Utf8Path::new(""));
        let stem = self.file.path.file_stem().unwrap_or_default();
        let is_root = matches!(stem, "mod" | "lib" | "main") || parent.file_name().is_some_and(|name| matches!(name, "tests" | "bin"));
        let own = if is_root { parent.to_owned() } else { parent.join(stem) };
        let folder = self.modules.iter().fold(own, |folder, module| folder.join(module));
        let name = item.ident.to_string();
        let candidates = match redirected {
            Some(path) => vec![crate::workspace::normalized(&parent.join(path))],
            None => vec![folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")],
        };
        let (span, cfgs) = (self.file.parsed.span_of(item), self.cfgs(&item.attrs));
        let is_test_code = self.file.is_test(span);
        self.census.declared.push(Declared { file: self.index, span, name, candidates, cfgs, is_test_code });
    }
}

impl<'ast> Visit<'ast> for Counter<'_, '_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        self.inside(&item.attrs, |this| visit::visit_block(this, &item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.attrs, &item.sig, block);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.inside(&item.attrs, |this| visit::visit_item_impl(this, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_none() {
            self.declared(item);
            return;
        }
        self.modules.push(item.ident.to_string());
        self.inside(&item.attrs, |this| visit::visit_item_mod(this, item));
        self.modules.pop();
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let span = self.file.parsed.span_of(item);
        if let Some(ident) = &item.ident {
            self.table(TableKind::Definition, ident.to_string(), span, item.mac.tokens.clone());
            return;
        }
        let name = item.mac.path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        if !self.tests_in(&name, item.mac.tokens.clone()) {
            self.table(TableKind::Use, name, span, item.mac.tokens.clone());
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let span = self.file.parsed.span_of(item);
        match item {
            Item::Const(constant) => self.table(TableKind::Constant, constant.ident.to_string(), span, constant.expr.to_token_stream()),
            Item::Static(constant) => self.table(TableKind::Constant, constant.ident.to_string(), span, constant.expr.to_token_stream()),
            _ => visit::visit_item(self, item),
        }
    }
}

/// Whether an attribute makes a function a test.
fn is_test_attribute(attr: &Attribute) -> bool {
    const NAMES: [&str; 7] = ["test", "rstest", "test_case", "quickcheck", "wasm_bindgen_test", "proptest", "parameterized"];
    attr.path().segments.last().is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
}

/// Whether an attribute is `name`, or adds it under a condition.
fn has_meta(attr: &Attribute, name: &str) -> bool {
    if attr.path().is_ident(name) {
        return true;
    }
    attr.path().is_ident("cfg_attr") && {
        let metas = attr.parse_args_with(syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated);
        let applies = |metas: &syn::punctuated::Punctuated<syn::Meta, syn::Token![,]>| {
            metas.first().is_some_and(|condition| super::cfg::holds(&condition.to_token_stream().to_string(), &[]) != Some(false))
        };
        metas.is_ok_and(|metas| applies(&metas) && metas.iter().skip(1).any(|meta| meta.path().is_ident(name)))
    }
}

/// What the message of a panic has to contain.
fn expected(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        syn::Meta::NameValue(pair) => Some(text_of(&pair.value)),
        syn::Meta::List(list) => {
            let pair = list.parse_args::<syn::MetaNameValue>().ok().filter(|pair| pair.path.is_ident("expected"))?;
            Some(text_of(&pair.value))
        }
        syn::Meta::Path(_) => None,
    }
}

fn text_of(value: &syn::Expr) -> String {
    match value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => text.value(),
        other => pretty(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(path: &str, text: &str) -> Census {
        Census::of(&[&File::of(path.into(), text).unwrap()])
    }

    #[test]
    fn tests_are_found_in_modules_and_in_macros() {
        let text = "#[cfg(test)] mod tests { #[cfg(unix)] mod deep { #[test] #[ignore] fn a() {} } }\n\
            proptest! { #[test] #[cfg_attr(feature = \"x\", ignore)] fn b(x in 0..3) { assert!(x < 3) } }\n\
            #[should_panic(expected = \"far\")] #[tokio::test] async fn c() {}\n fn d() {}";
        let found = census("src/lib.rs", text);
        let lines: Vec<String> = found
            .tests
            .iter()
            .map(|test| {
                format!(
                    "{} {:?} {:?} {:?} {:?}",
                    test.path(),
                    test.cfgs,
                    test.ignored.is_some(),
                    test.should_panic.as_ref().map(|(_, text)| text),
                    test.in_macro
                )
            })
            .collect();
        let expected =
            ["tests::deep::a [\"unix\"] true None None", "b [] true None Some(\"proptest\")", "c [] false Some(Some(\"far\")) None"];
        assert_eq!(lines, expected);
        assert_eq!(found.functions.iter().map(|function| function.name.as_str()).collect::<Vec<_>>(), ["d"]);
    }

    #[test]
    fn a_declared_module_may_be_in_two_places_or_where_it_says() {
        let candidates = |path: &str, text: &str| census(path, text).declared[0].candidates.clone();
        assert_eq!(candidates("src/lib.rs", "mod tests;"), ["src/tests.rs", "src/tests/mod.rs"]);
        assert_eq!(candidates("src/a.rs", "mod b { mod tests; }"), ["src/a/b/tests.rs", "src/a/b/tests/mod.rs"]);
        assert_eq!(candidates("src/a/mod.rs", "#[path = \"../c.rs\"] mod tests;"), ["src/c.rs"]);
        assert_eq!(candidates("tests/all.rs", "mod one;"), ["tests/one.rs", "tests/one/mod.rs"]);
    }

    #[test]
    fn test_code_is_known_by_its_path_too() {
        for path in ["tests/a.rs", "crates/x/tests/deep/b.rs", "src/a/tests.rs", "src/a_test.rs", "benches/x.rs"] {
            assert!(is_test_path(path.into()), "{path}");
        }
        for path in ["src/lib.rs", "src/testing.rs", "src/contest/a.rs"] {
            assert!(!is_test_path(path.into()), "{path}");
        }
    }
}
