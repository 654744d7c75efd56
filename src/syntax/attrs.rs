//! What attributes say about the code under them: is it test code, does a cfg govern it, is it marked
//! to be skipped. Refuses to evaluate cfg predicates: only a build knows its configuration.

use std::sync::Arc;

use quote::ToTokens;
use syn::{Attribute, Meta, Token, punctuated::Punctuated};

/// The cfg predicates that govern a piece of code, outermost first, as written: `feature = "std"`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CfgStack(Option<Arc<Node>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Node {
    parent: CfgStack,
    predicate: String,
}

impl CfgStack {
    /// This stack and the predicates of `attrs` on top.
    #[must_use]
    pub fn with(&self, attrs: &[Attribute]) -> CfgStack {
        let mut stack = self.clone();
        for attr in attrs {
            if let Some(predicate) = cfg_predicate(attr) {
                stack = stack.push(predicate.to_token_stream().to_string());
            }
        }
        stack
    }

    /// This stack and one predicate on top.
    #[must_use]
    pub fn push(&self, predicate: String) -> CfgStack {
        CfgStack(Some(Arc::new(Node { parent: self.clone(), predicate })))
    }

    /// The predicates, innermost first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(self.0.as_deref(), |node| node.parent.0.as_deref()).map(|node| node.predicate.as_str())
    }

    /// Whether no predicate governs the code.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

/// Whether `attrs` make what they stand on test code: `#[test]`, `#[bench]`, a path that ends in `test`
/// (`#[tokio::test]`), `#[rstest]` and its like, or a cfg that needs `test`.
pub fn is_test_code(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| is_test_attribute(attr) || cfg_predicate(attr).is_some_and(|meta| needs_test(&meta)))
}

/// Whether `attrs` carry `#[mutants::skip]`, plainly or under `cfg_attr`.
pub fn has_skip_marker(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| is_skip_path(attr.path()) || conditional_metas(attr).iter().any(|meta| is_skip_path(meta.path())))
}

const TEST_ATTRIBUTES: [&str; 5] = ["test", "bench", "rstest", "test_case", "quickcheck"];

fn is_test_attribute(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| TEST_ATTRIBUTES.iter().any(|name| last.ident == name))
}

fn is_skip_path(path: &syn::Path) -> bool {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names == ["mutants", "skip"]
}

/// The predicate of a `#[cfg(..)]`.
fn cfg_predicate(attr: &Attribute) -> Option<Meta> {
    if !attr.path().is_ident("cfg") {
        return None;
    }
    attr.parse_args::<Meta>().ok()
}

/// What a `#[cfg_attr(predicate, ..)]` would add.
fn conditional_metas(attr: &Attribute) -> Vec<Meta> {
    if !attr.path().is_ident("cfg_attr") {
        return Vec::new();
    }
    let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    metas.map(|metas| metas.into_iter().skip(1).collect()).unwrap_or_default()
}

/// Whether a cfg predicate can hold only when `test` is set.
fn needs_test(predicate: &Meta) -> bool {
    if predicate.path().is_ident("test") {
        return matches!(predicate, Meta::Path(_));
    }
    let Meta::List(list) = predicate else { return false };
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
    if list.path.is_ident("all") {
        parts.iter().any(needs_test)
    } else {
        list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(needs_test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attrs_of(source: &str) -> Vec<Attribute> {
        let item: syn::ItemFn = syn::parse_str(&format!("{source} fn f() {{}}")).unwrap();
        item.attrs
    }

    #[test]
    fn test_code_is_what_only_a_test_build_has() {
        for source in ["#[test]", "#[tokio::test(flavor = \"x\")]", "#[cfg(test)]", "#[cfg(all(unix, test))]", "#[bench]", "#[rstest]"] {
            assert!(is_test_code(&attrs_of(source)), "{source}");
        }
        for source in ["", "#[cfg(not(test))]", "#[cfg(any(test, unix))]", "#[cfg(feature = \"test\")]", "#[inline]", "#[cfg(any())]"] {
            assert!(!is_test_code(&attrs_of(source)), "{source}");
        }
    }

    #[test]
    fn the_skip_marker_counts_under_cfg_attr_too() {
        assert!(has_skip_marker(&attrs_of("#[mutants::skip]")));
        assert!(has_skip_marker(&attrs_of("#[cfg_attr(test, mutants::skip)]")));
        assert!(!has_skip_marker(&attrs_of("#[cfg_attr(test, inline)] #[skip]")));
    }

    #[test]
    fn predicates_stack_innermost_first() {
        let outer = CfgStack::default().with(&attrs_of("#[cfg(unix)]"));
        let inner = outer.with(&attrs_of("#[inline] #[cfg(feature = \"std\")]"));
        assert_eq!(inner.iter().collect::<Vec<_>>(), ["feature = \"std\"", "unix"]);
        assert!(!outer.is_empty() && CfgStack::default().is_empty());
    }
}
