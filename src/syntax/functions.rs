//! Every function of a file that is not test code, nested ones too, with its name and surroundings.
//! Refuses to look inside bodies for anything but further functions.

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Signature, Visibility};

use super::{CfgStack, Namespace, Parsed, Span, is_test_code};

/// What a function belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A module, or the body of another function.
    Module,
    /// A type, by an inherent impl.
    Type,
    /// A trait, as a default method.
    Trait,
    /// A type, by an impl of a trait.
    TraitOfType,
}

/// A function, method or trait default method with a body, outside test code.
pub struct FunctionNode<'ast> {
    /// `module::<impl Trait for Type>::name`; a nested function carries its outer function's name.
    pub name: String,
    /// What it belongs to.
    pub owner: Owner,
    /// Its signature.
    pub signature: &'ast Signature,
    /// Its body, braces included.
    pub block: &'ast Block,
    /// From the first token of the signature (attributes and visibility left out) to the closing brace.
    pub span: Span,
    /// The body, braces included.
    pub body: Span,
    /// The name's token.
    pub ident: Span,
    /// The cfg predicates that govern it, those of enclosing items included.
    pub cfg: CfgStack,
}

/// The functions of `parsed` in source order, test code left out. `namespace` and `cfg` are those of the
/// file's module.
pub fn functions<'ast>(parsed: &'ast Parsed<'_>, namespace: &Namespace, cfg: &CfgStack) -> Vec<FunctionNode<'ast>> {
    if is_test_code(&parsed.tree.attrs) {
        return Vec::new();
    }
    let cfg = cfg.with(&parsed.tree.attrs);
    let mut collector = Collector { parsed, namespace: namespace.clone(), cfg, is_trait_impl: false, found: Vec::new() };
    collector.visit_file(&parsed.tree);
    collector.found
}

struct Collector<'ast, 'p, 't> {
    parsed: &'p Parsed<'t>,
    namespace: Namespace,
    cfg: CfgStack,
    /// Whether the innermost impl is one of a trait.
    is_trait_impl: bool,
    found: Vec<FunctionNode<'ast>>,
}

impl<'ast> Collector<'ast, '_, '_> {
    /// Visit what lies under an item: not at all when it is test code, else inside its name and cfg.
    fn inside(&mut self, attrs: &[Attribute], namespace: Namespace, visit: impl FnOnce(&mut Self)) {
        if is_test_code(attrs) {
            return;
        }
        let outer_cfg = std::mem::take(&mut self.cfg);
        self.cfg = outer_cfg.with(attrs);
        let outer_namespace = std::mem::replace(&mut self.namespace, namespace);
        visit(self);
        self.namespace = outer_namespace;
        self.cfg = outer_cfg;
    }

    fn function(&mut self, owner: Owner, attrs: &[Attribute], signature: &'ast Signature, block: &'ast Block) {
        let namespace = self.namespace.child(&signature.ident.to_string());
        self.inside(attrs, namespace, |this| {
            let body = this.parsed.span(block.brace_token.span.join());
            this.found.push(FunctionNode {
                name: this.namespace.as_str().to_owned(),
                owner,
                signature,
                block,
                span: Span::new(this.parsed.start(first_token(signature)), body.end),
                body,
                ident: this.parsed.span(signature.ident.span()),
                cfg: this.cfg.clone(),
            });
            visit::visit_block(this, block);
        });
    }
}

/// Where a signature begins; sooner than by listing its tokens.
fn first_token(signature: &Signature) -> proc_macro2::Span {
    let constness = signature.constness.as_ref().map(|token| token.span);
    let asyncness = signature.asyncness.as_ref().map(|token| token.span);
    let safety = || match &signature.safety {
        syn::Safety::Unsafe(token) => Some(token.span),
        syn::Safety::Safe(token) => Some(token.span),
        syn::Safety::Default => None,
    };
    let abi = || signature.abi.as_ref().map(|abi| abi.extern_token.span);
    constness.or(asyncness).or_else(safety).or_else(abi).unwrap_or(signature.fn_token.span)
}

impl<'ast> Visit<'ast> for Collector<'ast, '_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(Owner::Module, &item.attrs, &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let owner = if self.is_trait_impl { Owner::TraitOfType } else { Owner::Type };
        self.function(owner, &item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(Owner::Trait, &item.attrs, &item.sig, block);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let outer = std::mem::replace(&mut self.is_trait_impl, item.trait_.is_some());
        self.inside(&item.attrs, self.namespace.of_impl(item), |this| visit::visit_item_impl(this, item));
        self.is_trait_impl = outer;
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.inside(&item.attrs, self.namespace.child(&item.ident.to_string()), |this| visit::visit_item_trait(this, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.inside(&item.attrs, self.namespace.child(&item.ident.to_string()), |this| visit::visit_item_mod(this, item));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.inside(&item.attrs, self.namespace.clone(), |this| visit::visit_item_const(this, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.inside(&item.attrs, self.namespace.clone(), |this| visit::visit_item_static(this, item));
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    #[test]
    fn a_function_begins_with_the_first_word_before_fn() {
        for text in ["fn f() {}", "const unsafe extern \"C\" fn f() {}", "async fn f() {}", "unsafe fn f() {}", "extern fn f() {}"] {
            let whole = format!("#[inline] pub(crate) {text}");
            let found = functions(&parse(&whole).unwrap(), &Namespace::default(), &CfgStack::default())[0].span;
            assert_eq!(found.of(&whole), text);
        }
    }

    #[test]
    fn names_spans_and_cfgs_of_all_but_test_code() {
        let text = "mod m { impl<T> A<T> { pub fn a(&self) { fn inner() {} } } }\n\
            #[cfg(unix)] trait T { fn no(); fn d() {} }\n\
            impl T for B { #[cfg(x)] fn d() {} }\n\
            #[test] fn t() {}\n\
            #[cfg(test)] mod tests { fn helper() {} }";
        let parsed = parse(text).unwrap();
        let found = functions(&parsed, &Namespace::default(), &CfgStack::default());
        let names: Vec<_> = found.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["m::A<T>::a", "m::A<T>::a::inner", "T::d", "<impl T for B>::d"]);
        assert_eq!(found[0].span.of(text), "fn a(&self) { fn inner() {} }");
        assert_eq!(found[0].body.of(text), "{ fn inner() {} }");
        assert_eq!(found[2].cfg.iter().collect::<Vec<_>>(), ["unix"]);
        assert_eq!(found[3].cfg.iter().collect::<Vec<_>>(), ["x"]);
    }
}
