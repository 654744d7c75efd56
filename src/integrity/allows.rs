//! `allow-added`: `#[allow(..)]`, `#[expect(..)]`, `#![allow(..)]` or `#[coverage(off)]` where the base has none.
//!
//! No accusation: moved ones; as many of a lint as the base has in the changed files.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::visit::Visit;
use syn::{Attribute, Meta};

use super::census::File;
use super::{Accusation, Sides, accused};
use crate::syntax::Span;

/// Accuse the head.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in sides.base.files.iter().flat_map(|file| allowed(file)) {
        *known.entry(name).or_default() += 1;
    }
    let mut found = Vec::new();
    for file in sides.head.files {
        for (name, span) in allowed(file) {
            if let Some(left) = known.get_mut(&name).filter(|left| **left > 0) {
                *left -= 1;
                continue;
            }
            let title = format!("`{name}` is allowed here now");
            let help = "mend what the lint says; where it is wrong, `#[expect(.., reason = \"..\")]` says why to the person who looks";
            found.push(accused("allow-added", file, span, &name, title, "the base has no such exemption".to_owned(), help.to_owned()));
        }
    }
    found
}

struct Attributes<'ast>(Vec<&'ast Attribute>);

impl<'ast> Visit<'ast> for Attributes<'ast> {
    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        self.0.push(attr);
    }
}

/// What is allowed, by name.
fn allowed(file: &File<'_>) -> Vec<(String, Span)> {
    let mut attributes = Attributes(Vec::new());
    attributes.visit_file(&file.parsed.tree);
    let mut found = Vec::new();
    for attr in attributes.0 {
        let span = file.parsed.span_of(attr);
        let Meta::List(metas) = &attr.meta else { continue };
        if metas.path.is_ident("allow") || metas.path.is_ident("expect") {
            let lints = attr.parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated).unwrap_or_default();
            let named = lints.iter().filter(|meta| !meta.path().is_ident("reason"));
            found.extend(named.map(|meta| (crate::syntax::pretty(meta.path()), span)));
        } else if metas.to_token_stream().to_string().replace(' ', "").contains("coverage(off)") {
            found.push(("coverage(off)".to_owned(), span));
        }
    }
    found
}
