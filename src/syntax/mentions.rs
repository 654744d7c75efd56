//! The items of a file and the names that each of them mentions: by this it is known what a changed constant
//! or `const fn` can change besides itself. By names alone, so it may find too much, and never too little of
//! what is written. Refuses to resolve names, and to look into what a composed name (`paste!`) may mean.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Block, ImplItem, Item, Signature, TraitItem, UseTree};

use super::{ConstUse, Parsed, Span, is_test_code};

/// One item without items of its own: a function, a constant, a type.
#[derive(Clone, Debug)]
pub struct Mention {
    /// The whole item.
    pub span: Span,
    /// The body of a function whose type says all that callers can know of it; none for what returns an
    /// unnamed type (`impl Trait`, `async`).
    pub body: Option<Span>,
    /// What others call it; none where it makes names that are not written here.
    pub name: Option<String>,
    /// What it is.
    pub kind: MentionKind,
    /// Every name in it, that of the surrounding impl's header included.
    pub words: BTreeSet<String>,
    /// Whether it is test code.
    pub is_test: bool,
}

/// What mentioning a name makes of an item.
#[derive(Clone, Debug)]
pub enum MentionKind {
    /// A function that runs: the names that its const contexts may call; none when that may be any.
    Function(Option<BTreeSet<String>>),
    /// A `const fn`: it may be called where nothing runs.
    ConstFn,
    /// Known by its name alone: a constant, a type, a macro, another name for one.
    Value,
}

/// The items of a file.
pub fn mentions(parsed: &Parsed<'_>) -> Vec<Mention> {
    let mut collector = Collector { parsed, is_test: is_test_code(&parsed.tree.attrs), found: Vec::new() };
    collector.items(&parsed.tree.items);
    collector.found
}

/// The names in tokens, those in groups and those that texts capture included.
pub fn words(tokens: TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(tokens, &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => drop(found.insert(word.to_string())),
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => found.extend(captured(&literal.to_string()).map(str::to_owned)),
            TokenTree::Punct(_) => {}
        }
    }
}

/// The words of a literal in which a macro may find names: `"{NAME}"`, `"{:>WIDTH$}"`. A few too many.
pub fn captured(literal: &str) -> impl Iterator<Item = &str> {
    let words = literal.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| literal.contains('{') && !word.is_empty())
}

struct Collector<'p, 't> {
    parsed: &'p Parsed<'t>,
    is_test: bool,
    found: Vec<Mention>,
}

impl Collector<'_, '_> {
    fn under(&mut self, attrs: &[Attribute], visit: impl FnOnce(&mut Self)) {
        let outer = self.is_test;
        self.is_test |= is_test_code(attrs);
        visit(self);
        self.is_test = outer;
    }

    fn add(&mut self, node: &impl ToTokens, body: Option<Span>, name: Option<String>, kind: MentionKind) {
        let tokens = node.to_token_stream();
        let span = self.parsed.span_of(&tokens);
        self.found.push(Mention { span, body, name, kind, words: words(tokens), is_test: self.is_test });
    }

    fn value(&mut self, node: &impl ToTokens, name: &impl ToString) {
        self.add(node, None, Some(name.to_string()), MentionKind::Value);
    }

    fn unnamed(&mut self, node: &impl ToTokens) {
        self.add(node, None, None, MentionKind::Value);
    }

    fn function(&mut self, node: &impl ToTokens, signature: &Signature, body: Option<&Block>, called: impl FnOnce() -> ConstUse) {
        let is_const = signature.constness.is_some();
        let kind = if is_const { MentionKind::ConstFn } else { MentionKind::Function(called().suspected()) };
        let is_opaque = signature.asyncness.is_some() || words(signature.output.to_token_stream()).contains("impl");
        let body = body.filter(|_| !is_opaque).map(|body| self.parsed.span_of(body));
        self.add(node, body, Some(signature.ident.to_string()), kind);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.under(attributes(item), |this| this.item(item));
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Mod(module) => self.items(module.content.as_ref().map(|(_, items)| &**items).unwrap_or_default()),
            Item::Fn(function) => self.function(function, &function.sig, Some(&function.block), || ConstUse::of_item(item)),
            Item::Impl(block) => self.members(&header(block), &block.items),
            Item::Trait(block) => self.defaults(&block.ident, &block.items),
            Item::Use(it) => self.renames(&it.tree),
            Item::ExternCrate(_) => {}
            _ => self.add(item, None, name_of(item).map(ToString::to_string), MentionKind::Value),
        }
    }

    fn members(&mut self, header: &BTreeSet<String>, items: &[ImplItem]) {
        let before = self.found.len();
        for item in items {
            match item {
                ImplItem::Fn(it) => self.under(&it.attrs, |this| this.function(it, &it.sig, Some(&it.block), || ConstUse::of_member(item))),
                ImplItem::Const(it) => self.value(it, &it.ident),
                ImplItem::Type(it) => self.value(it, &it.ident),
                _ => self.unnamed(item),
            }
        }
        self.found[before..].iter_mut().for_each(|found| found.words.extend(header.iter().cloned()));
    }

    fn defaults(&mut self, name: &syn::Ident, items: &[TraitItem]) {
        for item in items {
            match item {
                TraitItem::Fn(it) => self.function(it, &it.sig, it.default.as_ref(), || ConstUse::of_default(item)),
                TraitItem::Const(it) => self.value(it, &it.ident),
                TraitItem::Type(it) => self.value(it, &it.ident),
                _ => self.value(item, name),
            }
        }
    }

    fn renames(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.renames(&path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.renames(tree)),
            UseTree::Rename(rename) => self.value(rename, &rename.rename),
            _ => {}
        }
    }
}

/// The name of an item that is known by it alone; of macros only definitions have one.
fn name_of(item: &Item) -> Option<&syn::Ident> {
    match item {
        Item::Const(it) => Some(&it.ident),
        Item::Static(it) => Some(&it.ident),
        Item::Struct(it) => Some(&it.ident),
        Item::Enum(it) => Some(&it.ident),
        Item::Union(it) => Some(&it.ident),
        Item::Type(it) => Some(&it.ident),
        Item::TraitAlias(it) => Some(&it.ident),
        Item::Macro(it) => it.ident.as_ref(),
        _ => None,
    }
}

/// What an impl says before its members.
fn header(block: &syn::ItemImpl) -> BTreeSet<String> {
    let mut names = words(block.generics.to_token_stream());
    names.extend(words(block.generics.where_clause.to_token_stream()));
    names.extend(words(block.self_ty.to_token_stream()));
    names.extend(block.trait_.iter().flat_map(|(path, _)| words(path.to_token_stream())));
    names
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Const(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// `name kind: words`, an item a line.
    fn told(text: &str) -> Vec<String> {
        let tell = |mention: Mention| {
            let kind = match &mention.kind {
                MentionKind::Function(called) => {
                    format!(
                        "runs, calls {}",
                        called.as_ref().map_or("anything".to_owned(), |names| names.iter().cloned().collect::<Vec<_>>().join(" "))
                    )
                }
                MentionKind::ConstFn => "const fn".to_owned(),
                MentionKind::Value => "value".to_owned(),
            };
            let of_test = if mention.is_test { " test" } else { "" };
            let body = mention.body.map_or("", |span| span.of(text));
            let words: Vec<String> = mention.words.into_iter().collect();
            format!("{}{of_test} {kind}: {} {body}", mention.name.as_deref().unwrap_or("-"), words.join(" ")).trim_end().to_owned()
        };
        mentions(&parse(text).unwrap()).into_iter().map(tell).collect()
    }

    #[test]
    fn every_kind_of_item_is_told_with_its_names() {
        assert_eq!(told("pub const A: [u8; B] = f();"), ["A value: A B const f pub u8"]);
        assert_eq!(told("static S: u8 = 1; struct T([u8; N]);"), ["S value: S static u8", "T value: N T struct u8"]);
        assert_eq!(told("const fn f() -> u8 { g() }"), ["f const fn: const f fn g u8 { g() }"]);
        assert_eq!(told("fn f() { g(); let x = [0; h()]; }"), ["f runs, calls h: f fn g h let x { g(); let x = [0; h()]; }"]);
        assert_eq!(told("macro_rules! m { () => { X } }"), ["m value: X m macro_rules"]);
        assert_eq!(told("m! { X }"), ["- value: X m"]);
        assert_eq!(told("use a::{B as C, D};"), ["C value: B C as"]);
    }

    #[test]
    fn members_mention_what_the_header_does() {
        assert_eq!(
            told("impl T for V<{ N }> { const C: u8 = 1; type A = B; fn f(&self) {} }"),
            ["C value: C N T V const u8", "A value: A B N T V type", "f runs, calls : N T V f fn self {}"]
        );
        assert_eq!(told("trait T { const C: u8 = X; fn f() { g() } fn h(); }").len(), 3);
    }

    #[test]
    fn a_body_of_an_unnamed_type_is_seen_from_outside() {
        assert_eq!(
            told("fn f() -> impl Iterator { g() } async fn h() {}"),
            ["f runs, calls : Iterator f fn g impl", "h runs, calls : async fn h"]
        );
    }

    #[test]
    fn what_a_text_captures_is_mentioned() {
        let captured = words("m!(\"{A} {b:>C$}\", r\"{D:?}\", \"E\")".parse().unwrap());
        assert_eq!(captured.iter().map(String::as_str).collect::<Vec<_>>(), ["A", "C", "D", "b", "m", "r"]);
    }

    #[test]
    fn test_code_is_told_apart() {
        assert_eq!(told("#[cfg(test)] mod tests { const A: u8 = 1; }"), ["A test value: A const u8"]);
    }
}
