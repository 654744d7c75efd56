//! Which lines of a file can hold code that runs, and which of them are test code: what a coverage file says
//! of a source is held against it. From the syntax alone; refuses to say which lines are coverable.

use std::ops::RangeInclusive;

use fixedbitset::FixedBitSet;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, Stmt, TraitItem};

use super::{Lines, Parsed, is_test_code};

/// What can be said of the lines of one file.
#[derive(Clone, Debug, Default)]
pub struct Runnable {
    count: u32,
    idle: FixedBitSet,
    tests: Vec<RangeInclusive<u32>>,
}

impl Runnable {
    /// Of a parsed file.
    pub fn of(parsed: &Parsed<'_>) -> Runnable {
        let lines = Lines::new(parsed.text);
        let mut finder = Finder { parsed, lines: &lines, tests: Vec::new(), bodies: Vec::new() };
        if is_test_code(&parsed.tree.attrs) {
            finder.tests.push(1..=lines.count());
        }
        finder.visit_file(&parsed.tree);
        let Finder { tests, bodies, .. } = finder;
        let mut idle = FixedBitSet::with_capacity(lines.count() as usize + 1);
        for (text, line) in parsed.text.split('\n').zip(1u32..) {
            let text = text.trim();
            idle.set(line as usize, text.is_empty() || text.starts_with("//"));
        }
        for range in bodies {
            range.for_each(|line| idle.set(line as usize, false));
        }
        Runnable { count: lines.count(), idle, tests }
    }

    /// How many lines the file has.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Whether the 1-based line belongs to test code.
    pub fn is_test(&self, line: u32) -> bool {
        self.tests.iter().any(|range| range.contains(&line))
    }

    /// Whether code on this line can run: it is there, and it is no blank line or comment outside of all that
    /// runs. Inside a body tools may well speak of a comment, for they give ranges.
    pub fn may_run(&self, line: u32) -> bool {
        (1..=self.count).contains(&line) && !self.idle.contains(line as usize)
    }
}

struct Finder<'p, 't> {
    parsed: &'p Parsed<'t>,
    lines: &'p Lines,
    tests: Vec<RangeInclusive<u32>>,
    bodies: Vec<RangeInclusive<u32>>,
}

impl Finder<'_, '_> {
    fn range(&self, node: &impl syn::spanned::Spanned) -> RangeInclusive<u32> {
        let span = self.parsed.span_of(node);
        self.lines.line(span.start)..=self.lines.line(span.end.saturating_sub(1).max(span.start))
    }

    /// Whatever `node` is, it is test code when its attributes say so.
    fn note_test(&mut self, attrs: &[Attribute], node: &impl syn::spanned::Spanned) {
        if is_test_code(attrs) {
            let range = self.range(node);
            self.tests.push(range);
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let first = self.range(signature);
        let last = self.range(block);
        self.bodies.push(*first.start()..=*last.end());
    }

    fn body(&mut self, node: &impl syn::spanned::Spanned) {
        let range = self.range(node);
        self.bodies.push(range);
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.note_test(attributes(item), item);
        match item {
            Item::Const(_) | Item::Static(_) | Item::Macro(_) => self.body(item),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    // A function begins with its signature: what documents it cannot run.
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        match item {
            ImplItem::Fn(function) => self.note_test(&function.attrs, item),
            ImplItem::Const(constant) => self.note_test(&constant.attrs, item),
            _ => {}
        }
        if matches!(item, ImplItem::Const(_) | ImplItem::Macro(_)) {
            self.body(item);
        }
        visit::visit_impl_item(self, item);
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        if let TraitItem::Fn(function) = item {
            self.note_test(&function.attrs, item);
        }
        if matches!(item, TraitItem::Const(_) | TraitItem::Macro(_)) {
            self.body(item);
        }
        visit::visit_trait_item(self, item);
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        match stmt {
            Stmt::Local(local) => self.note_test(&local.attrs, stmt),
            Stmt::Macro(mac) => self.note_test(&mac.attrs, stmt),
            Stmt::Item(_) | Stmt::Expr(..) => {}
        }
        visit::visit_stmt(self, stmt);
    }

    fn visit_expr_block(&mut self, block: &'ast syn::ExprBlock) {
        self.note_test(&block.attrs, block);
        visit::visit_expr_block(self, block);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// `t` for test code, `.` where nothing can run, `x` for the rest.
    fn drawn(text: &str) -> String {
        let runnable = Runnable::of(&parse(text).unwrap());
        let letter = |line| match (runnable.is_test(line), runnable.may_run(line)) {
            (true, _) => 't',
            (false, false) => '.',
            (false, true) => 'x',
        };
        (1..=runnable.count()).map(letter).collect()
    }

    #[test]
    fn comments_and_blank_lines_run_only_inside_what_runs() {
        let text = "//! Doc.\n\nuse a::b;\n/// Doc.\nfn f() {\n\n    // inside\n}\n// outside\nimpl A {\n\n    fn g() {}\n}\nthread_local! {\n    // opaque\n}\n";
        assert_eq!(drawn(text), "..x.xxxx.x.xxxxx.");
    }

    #[test]
    fn test_code_is_known_by_its_lines() {
        let text = "fn f() {\n    #[cfg(test)]\n    let a = 1;\n}\n#[cfg(test)]\nmod tests {\n    fn helper() {}\n}\n#[test]\nfn t() {}\nfn g() {}";
        assert_eq!(drawn(text), "xttxttttttx");
        assert_eq!(drawn("#![cfg(test)]\nfn f() {}"), "tt");
    }
}
