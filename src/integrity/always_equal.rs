//! `always-equal`: a comparison written by hand that does not look at both values, so that assertions on them hold
//! whatever they are.
//!
//! `#[derive(PartialEq)] struct Total(u32);` → `impl PartialEq for Total { fn eq(&self, _: &Self) -> bool { true } }`
//!
//! No accusation: a type without fields; what the base had as well.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Fields, FnArg, ImplItem, ItemImpl, Pat};

use super::bag::Counts;
use super::census::File;
use super::{Accusation, Sides, accused};

/// Accuse the head.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let known: BTreeSet<String> = sides.base.files.iter().flat_map(|file| blind(file)).map(|(of, ..)| of).collect();
    let empty: BTreeSet<String> = sides.head.files.iter().flat_map(|file| without_fields(file)).collect();
    let mut found = Vec::new();
    for file in sides.head.files {
        for (of, name, span) in blind(file) {
            if known.contains(&of) || empty.contains(&name) {
                continue;
            }
            let title = format!("`{of}` does not look at both values");
            let help = "compare the fields, or derive the trait".to_owned();
            found.push(accused("always-equal", file, span, &name, title, "every assertion on them holds".to_owned(), help));
        }
    }
    found
}

struct Impls<'ast>(Vec<&'ast ItemImpl>);

impl<'ast> Visit<'ast> for Impls<'ast> {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        self.0.push(item);
        visit::visit_item_impl(self, item);
    }
}

/// Comparisons that do not look at both sides: `PartialEq for Total`, `Total`, where.
fn blind(file: &File<'_>) -> Vec<(String, String, crate::syntax::Span)> {
    let mut impls = Impls(Vec::new());
    impls.visit_file(&file.parsed.tree);
    let mut found = Vec::new();
    for item in impls.0 {
        let Some((path, _)) = &item.trait_ else { continue };
        let name = path.segments.last().map_or(String::new(), |last| last.ident.to_string());
        let method = match name.as_str() {
            "PartialEq" => "eq",
            "PartialOrd" => "partial_cmp",
            "Ord" => "cmp",
            _ => continue,
        };
        for part in &item.items {
            if let ImplItem::Fn(function) = part
                && function.sig.ident == method
                && is_blind(function)
            {
                let of = format!("{name} for {}", crate::syntax::pretty(&item.self_ty));
                found.push((of, type_name(&item.self_ty), file.parsed.span(function.sig.ident.span())));
            }
        }
    }
    found
}

fn is_blind(function: &syn::ImplItemFn) -> bool {
    let words = Counts::of(function.block.to_token_stream());
    let body: String = function.block.to_token_stream().to_string().split_whitespace().collect();
    let is_seen = |argument: &FnArg| match argument {
        FnArg::Receiver(_) => words.names.contains_key("self"),
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => words.names.contains_key(&name.ident.to_string()),
            _ => false,
        },
    };
    let panics = ["unreachable", "todo", "unimplemented", "panic"].iter().any(|name| words.names.contains_key(*name));
    (!function.sig.inputs.iter().all(is_seen) && !panics) || body.ends_with("||true}") || body.starts_with("{true||")
}

fn type_name(of: &syn::Type) -> String {
    match of {
        syn::Type::Path(path) => path.path.segments.last().map_or(String::new(), |last| last.ident.to_string()),
        other => crate::syntax::pretty(other),
    }
}

/// Types that have nothing to compare.
fn without_fields(file: &File<'_>) -> Vec<String> {
    struct Types(Vec<String>);
    impl<'ast> Visit<'ast> for Types {
        fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
            let is_mark = |field: &syn::Field| field.ty.to_token_stream().to_string().contains("PhantomData");
            if matches!(item.fields, Fields::Unit) || item.fields.iter().all(is_mark) {
                self.0.push(item.ident.to_string());
            }
        }
        fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
            if item.variants.len() < 2 && item.variants.iter().all(|variant| variant.fields.is_empty()) {
                self.0.push(item.ident.to_string());
            }
        }
    }
    let mut types = Types(Vec::new());
    types.visit_file(&file.parsed.tree);
    types.0
}
