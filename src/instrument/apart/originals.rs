//! The functions of a file that can have copies, and the text of a copy. Pure.

use std::collections::BTreeSet;

use quote::{ToTokens, format_ident};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, GenericParam, Ident, ImplItem, ItemImpl, Meta, Signature, Token, Type};

use crate::instrument::edit::Part;
use crate::mutate::Mutant;
use crate::syntax::{Parsed, Span};

/// Attributes that a copy does without.
const HARMLESS: [&str; 14] = [
    "allow",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "inline",
    "must_use",
    "no_mangle",
    "rustfmt",
    "track_caller",
    "warn",
];

/// What stands in the place of a copy's number.
const NUMBER: &str = "NumberOfMutant";

/// The functions of which there can be copies, in source order.
pub(super) fn originals(parsed: &Parsed<'_>) -> Vec<Original> {
    let mut types = Types::default();
    types.visit_file(&parsed.tree);
    let mut finder = Finder { parsed, types: types.0, found: Vec::new() };
    finder.visit_file(&parsed.tree);
    finder.found
}

/// A function of which there can be copies.
pub(super) struct Original {
    /// Its body, braces included.
    pub(super) body: Span,
    /// What stands before a copy's body: the signature with a name that ends in [`NUMBER`].
    head: String,
    /// What stands behind it.
    tail: &'static str,
    /// Where copies can stand.
    pub(super) at: u32,
}

impl Original {
    /// A copy for each of the mutants, which are numbered from `first`.
    pub(super) fn copies(&self, mutants: &[Mutant], first: u32) -> Vec<Part> {
        let (before, after) = self.head.split_once(NUMBER).unwrap_or((&self.head, ""));
        let glue = |text: &str| Part::Text(text.to_owned());
        let copy = |(mutant, index): (&Mutant, u32)| {
            let body = Part::Arm { mutant: index, text: format!("{{ {} }}", mutant.replacement) };
            [glue(&format!(" {before}")), Part::MutantSlot(index), glue(&format!("{after} ")), body, glue(self.tail)]
        };
        mutants.iter().zip(first..).flat_map(copy).collect()
    }
}

/// Finds the functions of which there can be copies, in source order.
struct Finder<'p, 't> {
    parsed: &'p Parsed<'t>,
    /// The types of the file, which can have methods of ours.
    types: BTreeSet<String>,
    found: Vec<Original>,
}

impl Finder<'_, '_> {
    /// A function, and the implementation in which its copy stands if that is one of its own, with where it ends.
    fn add(&mut self, attrs: &[Attribute], signature: &Signature, block: &syn::Block, of_trait: Option<(&str, u32)>) {
        if !are_harmless(attrs) || signature.variadic.is_some() {
            return;
        }
        let name = format_ident!("{}_gate_{NUMBER}", signature.ident.to_string().trim_start_matches("r#"));
        let signature = Signature { ident: name, ..signature.clone() };
        let body = self.parsed.span(block.brace_token.span.join());
        let (outer, at) = of_trait.unwrap_or(("", body.end));
        let head = format!("{outer}{}{}", cfgs(attrs), signature.to_token_stream());
        self.found.push(Original { body, head, tail: if of_trait.is_some() { " }" } else { "" }, at });
    }

    /// The head of an implementation without a trait in which methods of this one of a trait can stand.
    fn plain_impl(&self, item: &ItemImpl) -> Option<String> {
        let Type::Path(of) = &*item.self_ty else { return None };
        let is_of_file = of.path.segments.last().is_some_and(|last| self.types.contains(&last.ident.to_string()));
        let ty = of.to_token_stream();
        let names: BTreeSet<String> = ty.to_string().split_whitespace().map(str::to_owned).collect();
        let params = item.generics.params.iter().filter_map(|param| match param {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
        });
        if !is_of_file || params.into_iter().any(|param| !names.contains(&param.to_string())) {
            return None;
        }
        let (generics, _, wheres) = item.generics.split_for_impl();
        Some(format!("{}impl {} {ty} {} {{ ", cfgs(&item.attrs), generics.to_token_stream(), wheres.to_token_stream()))
    }

    fn methods(&mut self, item: &ItemImpl) {
        let outer = if item.trait_.is_some() { self.plain_impl(item) } else { None };
        let end = self.parsed.end(item.brace_token.span.close());
        let of_trait = outer.as_deref().map(|outer| (outer, end));
        let mut types = TypesOfImpl::of(item);
        for member in &item.items {
            if let ImplItem::Fn(function) = member
                && are_harmless(&item.attrs)
                && (of_trait.is_some() || item.trait_.is_none())
            {
                let mut signature = function.sig.clone();
                types.is_left = false;
                types.visit_signature_mut(&mut signature);
                if item.trait_.is_none() || !types.is_left {
                    self.add(&function.attrs, &signature, &function.block, of_trait);
                }
            }
            self.visit_impl_item(member);
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.attrs, &item.sig, &item.block, None);
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        self.methods(item);
    }
}

/// Writes out the types that an implementation of a trait gives to the trait's names: without the trait `Self::Item`
/// means nothing.
struct TypesOfImpl<'a> {
    types: Vec<(&'a Ident, &'a Type)>,
    /// Whether a name was met that the implementation gives no type.
    is_left: bool,
}

impl<'a> TypesOfImpl<'a> {
    fn of(item: &'a ItemImpl) -> Self {
        let types = item.items.iter().filter_map(|member| match member {
            ImplItem::Type(given) if given.generics.params.is_empty() => Some((&given.ident, &given.ty)),
            _ => None,
        });
        TypesOfImpl { types: types.collect(), is_left: false }
    }
}

impl VisitMut for TypesOfImpl<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = &*ty
            && path.qself.is_none()
            && let [first, second] = path.path.segments.iter().collect::<Vec<_>>()[..]
            && first.ident == "Self"
            && let Some((_, given)) = self.types.iter().find(|(name, _)| **name == second.ident)
        {
            *ty = (*given).clone();
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        self.is_left |= path.segments.len() > 1 && path.segments[0].ident == "Self";
        visit_mut::visit_path_mut(self, path);
    }
}

/// The names of the types that a file defines.
#[derive(Default)]
struct Types(BTreeSet<String>);

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.0.insert(item.ident.to_string());
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.0.insert(item.ident.to_string());
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.0.insert(item.ident.to_string());
    }
}

fn cfgs(attrs: &[Attribute]) -> String {
    attrs.iter().filter(|attr| is_cfg(attr)).flat_map(|attr| [attr.to_token_stream().to_string(), " ".to_owned()]).collect()
}

fn are_harmless(attrs: &[Attribute]) -> bool {
    attrs.iter().all(|attr| is_cfg(attr) || is_harmless(attr))
}

fn is_cfg(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
}

fn is_harmless(attr: &Attribute) -> bool {
    let names_harmless = |path: &syn::Path| path.segments.first().is_some_and(|first| HARMLESS.iter().any(|name| first.ident == name));
    if !attr.path().is_ident("cfg_attr") {
        return names_harmless(attr.path());
    }
    let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    metas.is_ok_and(|metas| metas.iter().skip(1).all(|meta| names_harmless(meta.path())))
}
