//! One way through a file: its constants, and who names them how. Owns which constants nobody else can name, and what
//! can be put in their place where they are named. Refuses to turn any site.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Ident, Pat, Signature, Type, UseTree, Visibility};

use super::is_within;
use crate::mutate::Site;
use crate::mutate::companions::{Companion, Recipe};
use crate::mutate::consumers::is_constant_name;
use crate::syntax::macros::{Arguments, arguments};
use crate::syntax::{Parsed, Span, captured};

pub(super) struct Constant {
    name: String,
    pub(super) name_at: Span,
    value: Span,
    pub(super) end: u32,
    scope: Vec<Scope>,
    /// Whether a constant with a changed value can stand beside it.
    can_be_repeated: bool,
    /// How the program computes it again, if it can.
    recipe: Option<Recipe>,
}

impl Constant {
    pub(super) fn holds(&self, site: &Site) -> bool {
        is_within(self.value, site)
    }
}

pub(super) struct Used {
    name: String,
    /// The name, and all that leads to it: `super::A`.
    pub(super) name_at: Span,
    pub(super) span: Span,
    /// How many modules further out it is looked for.
    outward: usize,
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
pub(super) struct Survey<'p, 't> {
    parsed: &'p Parsed<'t>,
    scope: Vec<Scope>,
    scopes: usize,
    /// Whether the program runs the code here, and not the compiler.
    is_run_time: bool,
    /// Whether a reference is taken to what is visited.
    is_referenced: bool,
    pub(super) constants: Vec<Constant>,
    const_fns: BTreeSet<String>,
    uses: Vec<Used>,
    /// Scopes that hold a module of another file, which may name what stands around it.
    open: Vec<Vec<Scope>>,
    /// Modules that see all that the module around them sees.
    seeing: Vec<Vec<Scope>>,
}

impl<'p, 't> Survey<'p, 't> {
    pub(super) fn of(parsed: &'p Parsed<'t>) -> Self {
        let (scope, constants, uses, open, seeing) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (is_run_time, is_referenced, const_fns) = (false, false, BTreeSet::new());
        let mut survey = Survey { parsed, scope, scopes: 0, is_run_time, is_referenced, constants, const_fns, uses, open, seeing };
        survey.visit_file(&parsed.tree);
        survey
    }

    pub(super) fn uses_of(&self, constant: &Constant) -> impl Iterator<Item = &Used> {
        self.uses.iter().filter(|used| used.name == constant.name)
    }

    /// Whether nothing but the uses found names the constant, and all of them mean this one.
    pub(super) fn is_private(&self, constant: &Constant, words: &BTreeMap<String, usize>) -> bool {
        let is_closed = !self.open.iter().any(|scope| scope.starts_with(&constant.scope));
        let is_seen = |used: &Used| used.scope.starts_with(&constant.scope) && self.means(used, constant.scope.len());
        let uses = self.uses_of(constant).count();
        is_closed && words.get(&constant.name) == Some(&(1 + uses)) && self.uses_of(constant).all(is_seen)
    }

    /// Whether the name leads to the scope of this depth that the use lies in.
    fn means(&self, used: &Used, depth: usize) -> bool {
        let modules =
            (depth + 1..=used.scope.len()).map(|end| &used.scope[..end]).filter(|scope| matches!(scope.last(), Some(Scope::Module(_))));
        match used.outward {
            0 => modules.into_iter().all(|module| self.seeing.iter().any(|seeing| seeing == module)),
            outward => modules.count() == outward && !matches!(used.scope.get(depth.wrapping_sub(1)), Some(Scope::Block(_))),
        }
    }

    /// Whether the switches at the uses can choose between values that are constants themselves.
    pub(super) fn can_stand_beside(&self, constant: &Constant) -> bool {
        constant.can_be_repeated && !self.uses_of(constant).any(|used| used.is_referenced)
    }

    /// How the program computes the constant again, where that is of use to anyone.
    pub(super) fn companion(&self, constant: &Constant, sites: &[Site]) -> Option<Companion> {
        let recipe = constant.recipe.as_ref()?;
        let is_of_use = recipe.calls(&self.const_fns) || sites.iter().any(|site| site.in_value && constant.holds(site));
        if self.uses_of(constant).any(|used| used.outward > 0) {
            return None;
        }
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
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if sees_all_around(&item.tree) {
            self.seeing.push(self.scope.clone());
        }
    }

    /// The program evaluates the arguments, whatever else the macro makes of them.
    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        for argument in arguments(mac).iter().flat_map(Arguments::expressions) {
            Survey::visit_expr(self, argument);
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
        if let Some((last, before)) = names(&node.path)
            && self.is_run_time
            && node.qself.is_none()
            && before.iter().all(|name| *name == "super")
            && is_constant_name(&last.to_string())
        {
            let (name_at, span, scope) = (self.parsed.span_of(last), self.parsed.span_of(node), self.scope.clone());
            let (name, is_referenced) = (last.to_string(), self.is_referenced);
            self.uses.push(Used { name, name_at, span, outward: before.len(), is_referenced, scope });
        }
    }
}

/// The last name of a path and those before it, if there is nothing else to it.
fn names(path: &syn::Path) -> Option<(&Ident, Vec<&Ident>)> {
    let is_plain = path.leading_colon.is_none() && path.segments.iter().all(|segment| segment.arguments.is_none());
    let mut names: Vec<&Ident> = path.segments.iter().map(|segment| &segment.ident).collect();
    let last = names.pop().filter(|_| is_plain)?;
    Some((last, names))
}

/// `super::*`
fn sees_all_around(tree: &UseTree) -> bool {
    matches!(tree, UseTree::Path(path) if path.ident == "super" && matches!(*path.tree, UseTree::Glob(_)))
}

/// How often each word stands in the text, comments aside.
pub(super) fn words(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    count(text.trim_start_matches('\u{feff}').parse().unwrap_or_default(), &mut counts);
    counts
}

fn count(tokens: TokenStream, counts: &mut BTreeMap<String, usize>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => *counts.entry(word.to_string()).or_insert(0) += 1,
            TokenTree::Group(group) => count(group.stream(), counts),
            TokenTree::Literal(literal) => {
                captured(&literal.to_string()).for_each(|word| *counts.entry(word.to_owned()).or_insert(0) += 1);
            }
            TokenTree::Punct(_) => {}
        }
    }
}
