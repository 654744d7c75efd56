//! What the tests of the operators share: sites as text, and the proof that a switch makes the same
//! program as the edit.

use std::fmt::{Debug, Write};

use syn::visit::{self, Visit};

use super::super::{Mutant, Operator, Selection, Shape, Site, sites};
use crate::syntax::{CfgStack, Namespace, Span, parse};

/// Check the sites of one family in `source`, a whole file: one line each, as [`render`] writes it.
pub(super) fn check(operator: Operator, source: &str, expect: &[&str]) {
    check_among(Selection::cargo_mutants(), operator, source, expect);
}

/// The same in the set `default`.
pub(super) fn check_family(operator: Operator, source: &str, expect: &[&str]) {
    check_among(Selection::default(), operator, source, expect);
}

/// Check all the sites of `selection` in `source`.
pub(super) fn check_with(selection: Selection, source: &str, expect: &[&str]) {
    let found = sites_with(selection, source);
    faithful(source, &found);
    let lines: Vec<_> = found.iter().map(|site| render(source, site)).collect();
    assert_eq!(lines, expect, "{source}");
}

fn check_among(selection: Selection, operator: Operator, source: &str, expect: &[&str]) {
    let found = sites_with(selection, source);
    faithful(source, &found);
    let family = found.iter().filter(|site| site.mutants[0].operator == operator);
    let lines: Vec<_> = family.map(|site| render(source, site)).collect();
    assert_eq!(lines, expect, "{source}");
}

/// The same for statements.
pub(super) fn check_in_fn(operator: Operator, statements: &str, expect: &[&str]) {
    check(operator, &in_fn(statements), expect);
}

/// Statements as a function that has no value to be replaced by.
pub(super) fn in_fn(statements: &str) -> String {
    format!("fn f() -> ! {{ {statements} }}")
}

/// Each change of `source` as "a with b".
pub(super) fn changes(source: &str) -> Vec<String> {
    let made = sites_of(source).into_iter().filter(|site| !matches!(site.shape, Shape::Ignored { .. }));
    let mutants = made.flat_map(|site| site.mutants);
    mutants.map(|mutant| format!("{} with {}", mutant.span.of(source), mutant.replacement)).collect()
}

/// Each site of `source` as its function, `!` for a const context, `=` for a constant's value, `c` for a const fn, `[cfg]`. A site
/// outside of functions is known by its owner in the ids, which only the drafts tell.
pub(super) fn surroundings(source: &str) -> Vec<String> {
    let parsed = parse(source).unwrap();
    let mut drafts = super::walk::drafts(&parsed, &Namespace::default(), &CfgStack::default(), Selection::cargo_mutants(), true);
    drafts.sort_by_key(|draft| draft.found.changes[0].span.start);
    let line = |draft: &super::Draft| {
        let mut line = draft.owner.to_string();
        line += if matches!(draft.found.shape, Shape::Rebuild { .. }) { " !" } else { "" };
        line += if draft.in_value { " =" } else { "" };
        line += if draft.in_const_fn { " c" } else { "" };
        let cfg: Vec<_> = draft.found.changes[0].cfg.iter().collect();
        if cfg.is_empty() { line } else { format!("{line} [{}]", cfg.join(" ")) }
    };
    drafts.iter().map(line).collect()
}

/// Prove every switch of `source` to be faithful; the number of changes looked at.
pub(super) fn prove(source: &str) -> usize {
    made(Selection::all(), source);
    made(Selection::cargo_mutants(), source)
}

/// How many changes `selection` makes of `source`, each proved to be faithful.
pub(super) fn made(selection: Selection, source: &str) -> usize {
    let found = sites_with(selection, source);
    faithful(source, &found);
    found.iter().map(|site| site.mutants.len()).sum()
}

fn sites_of(source: &str) -> Vec<Site> {
    sites_with(Selection::cargo_mutants(), source)
}

/// The sites of `source`.
pub(super) fn sites_with(selection: Selection, source: &str) -> Vec<Site> {
    sites(&parse(source).unwrap(), "src/lib.rs", &Namespace::default(), &CfgStack::default(), selection)
}

/// A site on one line:
/// - `a - b => a + b; a / b`: the switched expression and its mutated texts,
/// - `f {|a } => 0; 1`: a function, where its entry is, and its values,
/// - `arm A| => b,`: an arm and where its pattern ends,
/// - `delete a();`: a statement that a mutant leaves out,
/// - `copy a => b`: a `match` and its copies,
/// - `iterator a => b`: as an expression, both as one type of iterator,
/// - `items of a => b`: a body and the iterators in its place,
/// - `refused (message): a -> b`: what is no Rust,
/// - `ignored (reason): a -> b`, `rebuild (reason): a -> b`: what is replaced by what.
fn render(text: &str, site: &Site) -> String {
    let of_each = |line: &dyn Fn(&Mutant) -> String| site.mutants.iter().map(line).collect::<Vec<_>>().join("; ");
    let replaced = || of_each(&|mutant| format!("{} -> {}", mutant.span.of(text), mutant.replacement));
    match &site.shape {
        &Shape::Statement(span) => format!("delete {}", span.of(text)),
        &Shape::Iterator(span) => format!("iterator {} => {}", span.of(text), of_each(&|mutant| edited(text, span, mutant))),
        &Shape::Match(span) => format!("copy {} => {}", span.of(text), of_each(&|mutant| edited(text, span, mutant))),
        Shape::Ignored { reason } => format!("ignored ({reason}): {}", replaced()),
        &Shape::Expression(span) => format!("{} => {}", span.of(text), of_each(&|mutant| edited(text, span, mutant))),
        &Shape::Body { block, entry } => {
            let name = site.mutants[0].function.as_ref().unwrap();
            let head = Span::new(block.start, entry).of(text).trim_end();
            format!("{name} {head}|{} => {}", Span::new(entry, block.end).of(text), of_each(&|mutant| mutant.replacement.clone()))
        }
        &Shape::Arm { arm, pattern_end } => {
            format!("arm {}|{}", Span::new(arm.start, pattern_end).of(text), Span::new(pattern_end, arm.end).of(text))
        }
        Shape::Constant { uses, .. } => format!("constant, {} uses: {}", uses.len(), replaced()),
        &Shape::IteratorBody(span) => {
            format!("items of {} => {}", span.of(text), of_each(&|mutant| mutant.replacement.clone()))
        }
        Shape::Refused { message } => format!("refused ({message}): {}", replaced()),
        Shape::Rebuild { reason } => format!("rebuild ({reason}): {}", replaced()),
    }
}

/// The part `span` of `text` with the change made.
fn edited(text: &str, span: Span, mutant: &Mutant) -> String {
    let head = Span::new(span.start, mutant.span.start).of(text);
    format!("{head}{}{}", mutant.replacement, Span::new(mutant.span.end, span.end).of(text))
}

/// Every change that a switch can make is the change that the edit makes.
fn faithful(text: &str, sites: &[Site]) {
    for site in sites {
        for mutant in &site.mutants {
            match site.shape {
                Shape::Match(span) => is_match(text, span, mutant),
                Shape::Expression(span) | Shape::Iterator(span) | Shape::IteratorBody(span) => same_tree(text, span, mutant),
                Shape::Statement(span) => without(text, span, mutant),
                Shape::Body { entry, .. } => drop(tree(&inserted(text, entry, &format!("return {};", mutant.replacement)))),
                Shape::Arm { pattern_end, .. } => drop(tree(&inserted(text, pattern_end, " if switch()"))),
                Shape::Constant { .. } | Shape::Refused { .. } | Shape::Rebuild { .. } | Shape::Ignored { .. } => {}
            }
        }
    }
}

/// The mutated text is an expression, and in parentheses at the place of the switch it gives the tree of
/// the edited file.
fn same_tree(text: &str, span: Span, mutant: &Mutant) {
    assert!(span.contains(mutant.span), "{mutant:?}");
    let arm = edited(text, span, mutant);
    assert!(syn::parse_str::<syn::Expr>(&arm).is_ok(), "{arm}");
    let switched = format!("{}({arm}){}", &text[..span.start as usize], &text[span.end as usize..]);
    assert_eq!(tree(&switched), tree(&mutant.apply(text)), "{arm} in {text}");
}

/// The switch stands around a `match`, and the mutated text is one.
fn is_match(text: &str, span: Span, mutant: &Mutant) {
    assert!(span.contains(mutant.span), "{mutant:?}");
    for copy in [span.of(text), &edited(text, span, mutant)] {
        assert!(syn::parse_str::<syn::ExprMatch>(copy).is_ok(), "{copy} in {text}");
    }
}

/// A statement can stand in a block of its own, and with an empty block in its place the tree is that of the
/// edited file, the empty block left out.
fn without(text: &str, span: Span, mutant: &Mutant) {
    assert_eq!((mutant.span, mutant.replacement.trim()), (span, ""), "{mutant:?}");
    let (head, tail) = (&text[..span.start as usize], &text[span.end as usize..]);
    drop(tree(&format!("{head}if switch() {{ {} }}{tail}", span.of(text))));
    assert_eq!(tree(&format!("{head}use x;{tail}")).replacen(&tree_of_use(), "", 1), tree(&mutant.apply(text)), "{mutant:?} in {text}");
}

fn tree_of_use() -> String {
    let whole = tree("fn f() { use x; }");
    let without = tree("fn f() { }");
    let head = whole.bytes().zip(without.bytes()).take_while(|(one, other)| one == other).count();
    whole[head..whole.len() - (without.len() - head)].to_owned()
}

fn inserted(text: &str, at: u32, code: &str) -> String {
    format!("{}{code}{}", &text[..at as usize], &text[at as usize..])
}

/// The tree of a file as text, all of its grouping spelled out, parentheses and attributes left out.
fn tree(text: &str) -> String {
    let mut outline = Outline(String::new());
    outline.visit_file(&syn::parse_str(text).unwrap_or_else(|error| panic!("{error}: {text}")));
    outline.0
}

struct Outline(String);

impl Outline {
    fn token(&mut self, token: &impl Debug) {
        write!(self.0, "{token:?} ").expect("writing to a string");
    }

    fn node(&mut self, kind: &impl Debug, visit: impl FnOnce(&mut Self)) {
        self.token(kind);
        self.0 += "(";
        visit(self);
        self.0 += ")";
    }
}

impl<'ast> Visit<'ast> for Outline {
    fn visit_expr(&mut self, expr: &'ast syn::Expr) {
        if let syn::Expr::Paren(inner) = expr {
            return self.visit_expr(&inner.expr);
        }
        self.node(&std::mem::discriminant(expr), |outline| visit::visit_expr(outline, expr));
    }

    fn visit_stmt(&mut self, stmt: &'ast syn::Stmt) {
        self.node(&std::mem::discriminant(stmt), |outline| visit::visit_stmt(outline, stmt));
    }

    fn visit_pat(&mut self, pat: &'ast syn::Pat) {
        self.node(&std::mem::discriminant(pat), |outline| visit::visit_pat(outline, pat));
    }

    fn visit_type(&mut self, ty: &'ast syn::Type) {
        self.node(&std::mem::discriminant(ty), |outline| visit::visit_type(outline, ty));
    }

    fn visit_bin_op(&mut self, op: &'ast syn::BinOp) {
        self.token(op);
    }

    fn visit_un_op(&mut self, op: &'ast syn::UnOp) {
        self.token(op);
    }

    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.token(&format_args!("{ident}"));
    }

    fn visit_lit(&mut self, lit: &'ast syn::Lit) {
        self.token(lit);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.0 += &mac.tokens.to_string();
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}
