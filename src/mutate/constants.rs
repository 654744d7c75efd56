//! Constants whose value a switch can choose after all: where only run-time code of the constant's own scope
//! uses it, each mutant can stand beside it as a constant of its own, and the switches stand at the uses.
//!
//! `const MAX: usize = 8; fn f(n: usize) -> bool { n < MAX }` → `n < MAX` with 8 or 9. Decided from one file:
//! a constant that others can name, or that any word of the file names in another way (a pattern, a length,
//! a macro's argument, a test), is left to be rebuilt. One whose value takes calls or loops, or is a table, is not
//! repeated for each mutant: the program computes it again, see `companions`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Ident, Pat, Signature, Type, Visibility};

use super::companions::{Companion, Recipe};
use super::consumers::is_constant_name;
use super::{CONST_CONTEXT, Shape, Site, Use};
use crate::syntax::{Parsed, Span, is_test_code, outer_attributes};

/// Turn the sites in the values of such constants into [`Shape::Constant`], or give the constants that the program
/// computes again. What neither helps is to be rebuilt.
pub(super) fn switch_at_uses(parsed: &Parsed<'_>, sites: &mut [Site]) -> Vec<Companion> {
    let survey = Survey::of(parsed);
    let mut companions = Vec::new();
    if !survey.constants.is_empty() {
        let words = words(parsed.text);
        let constants: Vec<&Constant> = survey.constants.iter().filter(|constant| survey.is_private(constant, &words)).collect();
        let (soon, late): (Vec<&Constant>, Vec<&Constant>) = constants.into_iter().partition(|constant| survey.can_stand_beside(constant));
        for site in sites.iter_mut().filter(|site| is_rebuilt(site)) {
            if let Some(constant) = soon.iter().find(|constant| constant.holds(site)) {
                let uses = survey.uses_of(constant).map(|used| Use { span: used.span, names: vec![used.span] }).collect();
                site.shape = Shape::Constant { name: constant.name_at, end: constant.end, uses };
                site.in_value = false;
            }
        }
        companions = late.into_iter().filter_map(|constant| survey.companion(constant, sites)).collect();
    }
    for site in sites.iter_mut().filter(|site| site.in_value && !companions.iter().any(|companion| is_within(companion.value, site))) {
        site.in_value = false;
        if !matches!(site.shape, Shape::Ignored { .. } | Shape::Refused { .. }) {
            site.shape = Shape::Rebuild { reason: CONST_CONTEXT };
        }
    }
    companions
}

fn is_rebuilt(site: &Site) -> bool {
    match site.shape {
        Shape::Rebuild { .. } => true,
        Shape::Ignored { .. } | Shape::Refused { .. } => false,
        _ => site.in_value,
    }
}

fn is_within(value: Span, site: &Site) -> bool {
    site.mutants.iter().all(|mutant| value.contains(mutant.span))
}

struct Constant {
    name: String,
    name_at: Span,
    value: Span,
    end: u32,
    scope: Vec<Scope>,
    /// Whether a constant with a changed value can stand beside it.
    can_be_repeated: bool,
    /// How the program computes it again, if it can.
    recipe: Option<Recipe>,
}

impl Constant {
    fn holds(&self, site: &Site) -> bool {
        is_within(self.value, site)
    }
}

struct Used {
    name: String,
    span: Span,
    /// A reference to a constant may live for ever; one to what a switch gives may not.
    is_referenced: bool,
    scope: Vec<Scope>,
}

/// A module or a block, by its number in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Module(usize),
    Block(usize),
}

/// One way through a file.
struct Survey<'p, 't> {
    parsed: &'p Parsed<'t>,
    scope: Vec<Scope>,
    scopes: usize,
    /// Whether the program runs the code here, and not the compiler.
    is_run_time: bool,
    /// Whether a reference is taken to what is visited.
    is_referenced: bool,
    constants: Vec<Constant>,
    const_fns: BTreeSet<String>,
    uses: Vec<Used>,
    /// Scopes that hold a module of another file, which may name what stands around it.
    open: Vec<Vec<Scope>>,
}

impl<'p, 't> Survey<'p, 't> {
    fn of(parsed: &'p Parsed<'t>) -> Self {
        let (scope, constants, uses, open) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (is_run_time, is_referenced, const_fns) = (false, false, BTreeSet::new());
        let mut survey = Survey { parsed, scope, scopes: 0, is_run_time, is_referenced, constants, const_fns, uses, open };
        survey.visit_file(&parsed.tree);
        survey
    }

    fn uses_of(&self, constant: &Constant) -> impl Iterator<Item = &Used> {
        self.uses.iter().filter(|used| used.name == constant.name)
    }

    /// Whether nothing but the uses found names the constant, and all of them mean this one.
    fn is_private(&self, constant: &Constant, words: &BTreeMap<String, usize>) -> bool {
        let is_closed = !self.open.iter().any(|scope| scope.starts_with(&constant.scope));
        let is_seen = |used: &Used| {
            let inside = used.scope.strip_prefix(constant.scope.as_slice());
            inside.is_some_and(|inside| inside.iter().all(|scope| matches!(scope, Scope::Block(_))))
        };
        let uses = self.uses_of(constant).count();
        is_closed && words.get(&constant.name) == Some(&(1 + uses)) && self.uses_of(constant).all(is_seen)
    }

    /// Whether the switches at the uses can choose between values that are constants themselves.
    fn can_stand_beside(&self, constant: &Constant) -> bool {
        constant.can_be_repeated && !self.uses_of(constant).any(|used| used.is_referenced)
    }

    /// How the program computes the constant again, where that is of use to anyone.
    fn companion(&self, constant: &Constant, sites: &[Site]) -> Option<Companion> {
        let recipe = constant.recipe.as_ref()?;
        let is_of_use = recipe.calls(&self.const_fns) || sites.iter().any(|site| site.in_value && constant.holds(site));
        let uses: Vec<Span> = self.uses_of(constant).map(|used| used.span).collect();
        let Recipe { ty, loops, .. } = recipe;
        let companion = || Companion { name: constant.name_at, ty: ty.clone(), value: constant.value, uses, loops: loops.clone() };
        is_of_use.then(companion).filter(|companion| !companion.uses.is_empty())
    }

    /// Note a constant, if it is what its tokens say: nobody else's and always there.
    fn constant(&mut self, item: Item<'_>) {
        let is_documentation = |attribute: &Attribute| attribute.path().is_ident("doc");
        let is_own = matches!(item.vis, Visibility::Inherited) && item.ident != "_";
        if !is_own || !item.attrs.iter().all(is_documentation) {
            return;
        }
        self.constants.push(Constant {
            name: item.ident.to_string(),
            name_at: self.parsed.span_of(item.ident),
            value: self.parsed.span_of(item.value),
            end: self.parsed.span(item.end).end,
            scope: self.scope.clone(),
            can_be_repeated: !item.is_static && !matches!(item.ty, Type::Array(_)) && is_soon_known(item.value),
            recipe: Recipe::of(self.parsed, item.ty, item.value),
        });
    }

    fn within(&mut self, scope: fn(usize) -> Scope, visit: impl FnOnce(&mut Self)) {
        self.scopes += 1;
        self.scope.push(scope(self.scopes));
        visit(self);
        self.scope.pop();
    }

    fn evaluated(&mut self, by_the_program: bool, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.is_run_time, by_the_program);
        visit(self);
        self.is_run_time = outer;
    }

    /// What a `const fn` makes of a constant may be asked by the compiler.
    fn body(&mut self, signature: &Signature, block: &Block) {
        if signature.constness.is_some() {
            self.const_fns.insert(signature.ident.to_string());
        }
        self.evaluated(signature.constness.is_none(), |survey| survey.visit_block(block));
    }
}

/// What a `const` and a `static` have in common.
#[derive(Clone, Copy)]
struct Item<'a> {
    attrs: &'a [Attribute],
    vis: &'a Visibility,
    ident: &'a Ident,
    ty: &'a Type,
    value: &'a Expr,
    end: proc_macro2::Span,
    is_static: bool,
}

/// Whether the compiler is done with the value, whatever becomes of its parts. A loop or a function that no longer
/// ends would keep it for ever in our own build, where the lint that stops it is silenced; rebuilt alone it is not.
fn is_soon_known(value: &Expr) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            self.0 |=
                matches!(expr, Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) | Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_));
            visit::visit_expr(self, expr);
        }

        fn visit_stmt_macro(&mut self, _: &'ast syn::StmtMacro) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr(value);
    !finder.0
}

impl<'ast> Visit<'ast> for Survey<'_, '_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test_code(outer_attributes::of_item(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        if !is_test_code(outer_attributes::of_impl_item(item)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_none() {
            self.open.push(self.scope.clone());
        }
        self.within(Scope::Module, |survey| visit::visit_item_mod(survey, item));
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.within(Scope::Block, |survey| visit::visit_block(survey, block));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.body(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.body(&item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.body(&item.sig, block);
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let syn::ItemConst { attrs, vis, ident, ty, expr, .. } = item;
        self.constant(Item { attrs, vis, ident, ty, value: expr, end: item.semi_token.span, is_static: false });
        self.evaluated(false, |survey| visit::visit_item_const(survey, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let syn::ItemStatic { attrs, vis, ident, ty, expr, .. } = item;
        if matches!(item.mutability, syn::StaticMutability::None) {
            self.constant(Item { attrs, vis, ident, ty, value: expr, end: item.semi_token.span, is_static: true });
        }
        self.evaluated(false, |survey| visit::visit_item_static(survey, item));
    }

    fn visit_type(&mut self, ty: &'ast Type) {
        self.evaluated(false, |survey| visit::visit_type(survey, ty));
    }

    fn visit_generic_argument(&mut self, argument: &'ast syn::GenericArgument) {
        self.evaluated(false, |survey| visit::visit_generic_argument(survey, argument));
    }

    fn visit_expr_repeat(&mut self, node: &'ast syn::ExprRepeat) {
        self.visit_expr(&node.expr);
        self.evaluated(false, |survey| survey.visit_expr(&node.len));
    }

    fn visit_expr_const(&mut self, node: &'ast syn::ExprConst) {
        self.evaluated(false, |survey| visit::visit_expr_const(survey, node));
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        if let Pat::Guard(guarded) = pat {
            self.visit_pat(&guarded.pat);
            self.visit_expr(&guarded.guard);
        } else {
            self.evaluated(false, |survey| visit::visit_pat(survey, pat));
        }
    }

    fn visit_expr_reference(&mut self, node: &'ast syn::ExprReference) {
        let is_name = matches!(&*node.expr, Expr::Path(_));
        let outer = std::mem::replace(&mut self.is_referenced, is_name);
        self.evaluated(self.is_run_time && !(is_name && node.mutability.is_some()), |survey| visit::visit_expr_reference(survey, node));
        self.is_referenced = outer;
    }

    fn visit_expr_path(&mut self, node: &'ast syn::ExprPath) {
        if let Some(name) = node.path.get_ident().map(ToString::to_string)
            && self.is_run_time
            && is_constant_name(&name)
        {
            let (span, scope) = (self.parsed.span_of(node), self.scope.clone());
            self.uses.push(Used { name, span, is_referenced: self.is_referenced, scope });
        }
    }
}

/// How often each word stands in the text, comments aside.
fn words(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    count(text.trim_start_matches('\u{feff}').parse().unwrap_or_default(), &mut counts);
    counts
}

fn count(tokens: TokenStream, counts: &mut BTreeMap<String, usize>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => *counts.entry(word.to_string()).or_insert(0) += 1,
            TokenTree::Group(group) => count(group.stream(), counts),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Namespace, Selection, sites};
    use crate::mutate::Shape;
    use crate::syntax::{CfgStack, parse};

    /// How often the constant `A` of the source is switched; nothing where it must be rebuilt.
    fn uses(source: &str) -> Option<usize> {
        let sites = sites(&parse(source).unwrap(), "f.rs", &Namespace::default(), &CfgStack::default(), Selection::all());
        sites.iter().find_map(|site| match &site.shape {
            Shape::Constant { name, uses, .. } => (name.of(source) == "A").then_some(uses.len()),
            _ => None,
        })
    }

    #[test]
    fn constants_of_run_time_code_are_switched_where_they_are_used() {
        let cases = [
            ("const A: u8 = 7; fn f(n: u8) -> bool { n < A }", 1),
            ("/// Much.\nconst A: u8 = 7; fn f(n: u8) -> bool { n < A && (|| n > A)() }", 2),
            ("fn f(n: u8) -> bool { const A: u8 = 7; if n < A { g() } else { n > A } }", 2),
            ("mod m { const A: u8 = 7; unsafe fn f() -> u8 { g(A) } } mod other;", 1),
            ("const A: &str = \"a\"; impl S { async fn f() { a.push_str(A); } }", 1),
            ("const A: u8 = 7; const B: u8 = 7; trait T { fn f() -> u8 { A } }", 1),
            ("const A: u8 = 7; fn f(x: u8) -> u8 { match x { y if y == A => 1, _ => 2 } }", 1),
        ];
        for (source, expected) in cases {
            assert_eq!(uses(source), Some(expected), "{source}");
        }
    }

    /// How often the constant `A` of the source is asked for when the program computes it again; nothing where it is not.
    fn computed(source: &str) -> Option<(usize, String)> {
        let selection = Selection::all();
        let mutated = super::super::mutate(&parse(source).unwrap(), "f.rs", &Namespace::default(), &CfgStack::default(), selection);
        let held = mutated.sites.iter().filter(|site| site.in_value).count();
        assert!(held == 0 || !mutated.companions.is_empty(), "{source}");
        let companion = mutated.companions.iter().find(|companion| companion.name.of(source) == "A")?;
        Some((companion.uses.len(), companion.ty.clone()))
    }

    #[test]
    fn what_takes_calls_and_loops_or_is_a_table_is_computed_again() {
        let cases = [
            ("const A: u8 = { let mut n = 7; while n < 9 { n += 1; } n }; fn f(n: u8) -> bool { n < A }", 1, "u8"),
            ("const A: u8 = sum_to(x); fn f(n: u8) -> bool { n < A && n > A }", 2, "u8"),
            ("const fn g() {} const A: u8 = S::g(); fn f(n: u8) -> bool { n < A }", 1, "u8"),
            ("const A: u8 = x.sum_to(7); fn f(n: u8) -> bool { n < A }", 1, "u8"),
            ("const A: [u8; 1] = [1 + 2]; fn f(n: u8) -> bool { n < A[0] }", 1, "[u8 ; 1]"),
            ("const A: &str = \"a\"; fn f() { g(&A) }", 1, "& 'static str"),
            ("static A: T<&u8> = T::new(7); fn f() { A.g() }", 1, "T < & 'static u8 >"),
            ("fn f<T>() -> u8 { const A: u8 = crate::g(); A }", 1, "u8"),
        ];
        for (source, uses, ty) in cases {
            assert_eq!(computed(source), Some((uses, ty.to_owned())), "{source}");
        }
    }

    #[test]
    fn what_would_not_be_the_same_or_is_seen_elsewhere_is_not() {
        let cases = [
            "pub const A: u8 = sum_to(7); fn f(n: u8) -> bool { n < A }",
            "const A: u8 = sum_to(7); fn f(n: u8) -> bool { matches!(n, A) }",
            "const A: u8 = sum_to(7); const fn f(n: u8) -> bool { n < A }",
            "const A: u8 = sum_to(7); fn f() { g(&mut A) }",
            "const A: u8 = sum_to(7);",
            "const A: fn(u8) -> u8 = g(|x| x + 7); fn f() { A(1) }",
            "const A: u8 = { const fn g() -> u8 { 7 } g() }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = unsafe { g(7) }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = const { g(7) }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = g([7; h()]); fn f(n: u8) -> bool { n < A }",
            "static mut A: u8 = g(7); fn f(n: u8) -> bool { n < A }",
            "static A: M<T> = M::new(T::Default()); fn f() { A.lock() }",
            "impl S { const A: u8 = g(7); fn f() -> u8 { Self::A } }",
        ];
        for source in cases {
            assert_eq!(computed(source), None, "{source}");
        }
    }

    #[test]
    fn others_are_rebuilt() {
        let cases = [
            "pub const A: u8 = 7; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = { let mut n = 7; while n < 9 { n += 1; } n }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = loop { break 7; }; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = sum_to(7); fn f(n: u8) -> bool { n < A }",
            "const A: u8 = 7_u8.sum_to(); fn f(n: u8) -> bool { n < A }",
            "const A: u8 = { sum_to!(7); 7 }; fn f(n: u8) -> bool { n < A }",
            "#[cfg(unix)] const A: u8 = 7; fn f(n: u8) -> bool { n < A }",
            "const A: [u8; 1] = [7]; fn f(n: u8) -> bool { n < A[0] }",
            "const A: usize = 7; fn f(n: [u8; A]) -> bool { n.len() < A }",
            "const A: usize = 7; fn f() -> bool { g([0; A]) }",
            "const A: usize = 7; fn f() -> bool { g::<A>() && h::<{ A }>() && const { A } }",
            "const A: u8 = 7; const B: u8 = A; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = 7; static B: u8 = A;",
            "const A: u8 = 7; const fn f() -> u8 { A }",
            "const A: u8 = 7; fn f(n: u8) -> bool { matches!(n, A) }",
            "const A: u8 = 7; fn f(n: u8) -> bool { match n { A => true, _ => false } }",
            "const A: u8 = 7; mod m { use super::*; fn f(n: u8) -> bool { n < A } }",
            "const A: u8 = 7; mod m; fn f(n: u8) -> bool { n < A }",
            "const A: u8 = 7; fn f(n: u8) -> bool { n < A } #[cfg(test)] mod tests { fn t() { A; } }",
            "const A: u8 = 7; fn f(n: u8) -> bool { n < A } #[test] fn t() { f(A); }",
            "const A: u8 = 7; fn f() -> &'static u8 { &A }",
            "fn f() -> u8 { { const A: u8 = 7; } A }",
            "impl S { const A: u8 = 7; fn f() -> u8 { Self::A } }",
        ];
        for source in cases {
            assert_eq!(uses(source), None, "{source}");
        }
    }
}
