//! Which functions the compiler itself may call: the names that stand in const contexts, and those that a
//! `const fn` so called calls in turn. By names alone, so it may name too many, and never too few of this
//! file's. Test code counts: it is compiled, too. What macros and documentation examples hide is suspected
//! only.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Macro, Signature};

use super::{Parsed, Span};
use hidden::{Documentation, Hidden};

mod hidden;

/// The names used in const contexts and in the bodies of `const fn`s.
#[derive(Clone, Debug, Default)]
pub struct ConstUse {
    in_contexts: BTreeSet<String>,
    in_const_fns: BTreeMap<String, BTreeSet<String>>,
    hidden: Hidden,
}

impl ConstUse {
    /// The names of one file.
    pub fn of(parsed: &Parsed<'_>) -> ConstUse {
        ConstUse::of_part(|collector| collector.visit_file(&parsed.tree))
    }

    /// The names of one item.
    pub fn of_item(item: &syn::Item) -> ConstUse {
        ConstUse::of_part(|collector| collector.visit_item(item))
    }

    /// The names of one member of an impl.
    pub fn of_member(item: &syn::ImplItem) -> ConstUse {
        ConstUse::of_part(|collector| collector.visit_impl_item(item))
    }

    /// The names of one member of a trait.
    pub fn of_default(item: &syn::TraitItem) -> ConstUse {
        ConstUse::of_part(|collector| collector.visit_trait_item(item))
    }

    /// The names of one file without those in the values of some constants, and those in each of these values.
    pub fn apart(parsed: &Parsed<'_>, values: &[Span]) -> (ConstUse, Vec<ConstUse>) {
        let mut collector = Collector { apart: Some((parsed, values)), ..Collector::default() };
        collector.visit_file(&parsed.tree);
        let mut of_values = collector.of_values;
        (collector.used, values.iter().map(|value| of_values.remove(value).unwrap_or_default()).collect())
    }

    fn of_part(visit: impl FnOnce(&mut Collector<'_, '_>)) -> ConstUse {
        let mut collector = Collector::default();
        visit(&mut collector);
        collector.used
    }

    /// A file that cannot be read: it may name anything.
    pub fn unreadable() -> ConstUse {
        ConstUse { hidden: Hidden::Anything, ..ConstUse::default() }
    }

    /// These names and those of another file.
    pub fn add(&mut self, other: ConstUse) {
        self.in_contexts.extend(other.in_contexts);
        self.hidden.add(other.hidden);
        for (name, called) in other.in_const_fns {
            self.in_const_fns.entry(name).or_default().extend(called);
        }
    }

    /// The names of functions that a const context calls, however far from it.
    pub fn callable(&self) -> BTreeSet<String> {
        self.reached_from(self.in_contexts.clone())
    }

    /// Those that one may call which a macro or a documentation example hides, too; nothing when that may be any.
    pub fn suspected(&self) -> Option<BTreeSet<String>> {
        match &self.hidden {
            Hidden::Names(names) => Some(self.reached_from(self.in_contexts.union(names).cloned().collect())),
            Hidden::Anything => None,
        }
    }

    /// Those that one value of [`ConstUse::apart`] calls, macros included; nothing when that may be any.
    pub fn called_by(&self, value: &ConstUse) -> Option<BTreeSet<String>> {
        match &value.hidden {
            Hidden::Names(names) => Some(self.reached_from(value.in_contexts.union(names).cloned().collect())),
            Hidden::Anything => None,
        }
    }

    fn reached_from(&self, mut callable: BTreeSet<String>) -> BTreeSet<String> {
        let mut new: Vec<String> = callable.iter().cloned().collect();
        while let Some(name) = new.pop() {
            let called = self.in_const_fns.get(&name).into_iter().flatten();
            new.extend(called.filter(|called| callable.insert((*called).clone())).cloned());
        }
        callable
    }
}

/// What kind of code is being visited.
#[derive(Clone, Default)]
enum Place {
    #[default]
    RunTime,
    Context,
    ConstFn(String),
}

#[derive(Default)]
struct Collector<'p, 't> {
    place: Place,
    documentation: Documentation,
    used: ConstUse,
    /// The file, and the values that are looked at apart.
    apart: Option<(&'p Parsed<'t>, &'p [Span])>,
    of_values: BTreeMap<Span, ConstUse>,
}

impl Collector<'_, '_> {
    /// The value of a constant.
    fn value(&mut self, value: &Expr) {
        let span = self.apart.map(|(parsed, values)| (parsed.span_of(value), values));
        let Some((span, _)) = span.filter(|(span, values)| values.contains(span)) else { return self.context(value) };
        let around = std::mem::take(&mut self.used);
        self.context(value);
        let own = std::mem::replace(&mut self.used, around);
        self.of_values.insert(span, own);
    }

    fn inside(&mut self, place: Place, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.place, place);
        visit(self);
        self.place = outer;
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            self.visit_attribute(attribute);
        }
    }

    fn context(&mut self, expr: &Expr) {
        self.inside(Place::Context, |this| this.visit_expr(expr));
    }

    fn name(&mut self, name: String) {
        match &self.place {
            Place::RunTime => {}
            Place::Context => drop(self.used.in_contexts.insert(name)),
            Place::ConstFn(function) => drop(self.used.in_const_fns.entry(function.clone()).or_default().insert(name)),
        }
    }

    fn body(&mut self, signature: &Signature, block: &Block) {
        let place = if signature.constness.is_some() { Place::ConstFn(signature.ident.to_string()) } else { Place::RunTime };
        self.inside(place, |this| visit::visit_block(this, block));
    }
}

impl<'ast> Visit<'ast> for Collector<'_, '_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        visit::visit_file(self, file);
        self.used.hidden.add(self.documentation.end());
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.used.hidden.add_macro(call, matches!(self.place, Place::Context));
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.used.hidden.add(self.documentation.add(attribute));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.attributes(&item.attrs);
        visit::visit_signature(self, &item.sig);
        self.body(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.attributes(&item.attrs);
        visit::visit_signature(self, &item.sig);
        self.body(&item.sig, &item.block);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.attributes(&item.attrs);
        self.visit_type(&item.ty);
        self.value(&item.expr);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.attributes(&item.attrs);
        self.visit_type(&item.ty);
        self.value(&item.expr);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.visit_type(&item.ty);
        self.inside(Place::Context, |this| visit::visit_impl_item_const(this, item));
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.inside(Place::Context, |this| visit::visit_trait_item_const(this, item));
    }

    fn visit_type_array(&mut self, array: &'ast syn::TypeArray) {
        self.visit_type(&array.elem);
        self.context(&array.len);
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
        self.context(&repeat.len);
    }

    fn visit_expr_const(&mut self, block: &'ast syn::ExprConst) {
        self.inside(Place::Context, |this| visit::visit_expr_const(this, block));
    }

    fn visit_generic_argument(&mut self, argument: &'ast syn::GenericArgument) {
        if let syn::GenericArgument::Const(expr) = argument {
            self.context(expr);
        } else {
            visit::visit_generic_argument(self, argument);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.attributes(&variant.attrs);
        visit::visit_fields(self, &variant.fields);
        if let Some((_, discriminant)) = &variant.discriminant {
            self.context(discriminant);
        }
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(last) = path.path.segments.last() {
            self.name(last.ident.to_string());
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.name(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    #[test]
    fn what_a_const_context_may_call_is_named_however_far() {
        let text = "const A: u32 = a(1) + B; const fn a(x: u32) -> u32 { b(x) } const fn b(x: u32) -> u32 { x } const fn c() { d() }\n\
            struct S([u8; len()]); fn run() { let x = [0; many()]; e(); g::<{ h() }>(); const { i() } }\n\
            enum E { A = value() } impl T for U { const C: u8 = u.method(); }";
        let used = ConstUse::of(&parse(text).unwrap());
        let names: Vec<String> = used.callable().into_iter().collect();
        assert_eq!(names, ["B", "a", "b", "h", "i", "len", "many", "method", "u", "value", "x"]);
    }

    #[test]
    fn values_are_looked_at_apart() {
        let text = "const A: u32 = a() + m!(c); static B: u32 = b(); const fn a() { d() } const C: u32 = c();";
        let parsed = parse(text).unwrap();
        let span = |value: &str| {
            let start = u32::try_from(text.find(value).unwrap()).unwrap();
            Span::new(start, start + u32::try_from(value.len()).unwrap())
        };
        let (rest, values) = ConstUse::apart(&parsed, &[span("b()"), span("a() + m!(c)")]);
        let names = |used: BTreeSet<String>| used.into_iter().collect::<Vec<_>>();
        assert_eq!(names(rest.callable()), ["c"]);
        assert_eq!(names(rest.called_by(&values[0]).unwrap()), ["b"]);
        assert_eq!(names(rest.called_by(&values[1]).unwrap()), ["a", "c", "d"]);
        let mut all = rest;
        all.add(values[1].clone());
        assert_eq!(names(all.callable()), ["a", "c", "d"]);
    }

    fn suspected(text: &str) -> Option<Vec<String>> {
        Some(ConstUse::of(&parse(text).unwrap()).suspected()?.into_iter().collect())
    }

    #[test]
    fn what_macros_and_examples_hide_is_suspected() {
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(suspected("fn f() { assert_eq!(a(1), b()); c!(d); println!(\"{}\", [0; e()].len()); }"), names(&["d", "e", "len"]));
        assert_eq!(suspected("m! { const X: u8 = f(); } const fn f() -> u8 { g() }"), names(&["X", "const", "f", "g", "u8"]));
        assert_eq!(
            suspected("/// Calls `f`.\nfn f() {}\n\n/// ```\n/// const A: u8 = g();\n/// ```\nfn g() {}"),
            names(&["A", "const", "g", "u8"])
        );
        assert_eq!(suspected("/// let x = [0; f()];\nfn f() {}"), names(&["0", "f", "let", "x"]));
        assert_eq!(suspected("/// f::<{ g() }>()\nfn f() {}"), names(&["f", "g"]));
        assert_eq!(suspected("#[doc(hidden)] fn f() {}"), names(&[]));
        assert_eq!(suspected("#![doc = include_str!(\"x.md\")]"), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_may_name_anything() {
        let mut all = ConstUse::of(&parse("const A: u8 = a();").unwrap());
        assert!(all.suspected().is_some());
        all.add(ConstUse::unreadable());
        all.add(ConstUse::default());
        assert_eq!(all.suspected(), None);
    }
}
