//! The way through a file to the operators: what is left out (test code, unsafe functions, macros, and what
//! rules leave out) and in which surroundings a node stands (names, cfg, const contexts). Owns no rule of
//! what is changed into what.

mod contexts;
mod further;

use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Ident, Pat, Path, Signature, Stmt};

use super::{Draft, Evaluated, Found, Place, Scope, Shape, binary, fn_value, match_arm, struct_field, unary};
use crate::mutate::{CONST_CONTEXT, Operator, Rule, Selection};
use crate::syntax::{CfgStack, Namespace, Parsed, is_test_code, outer_attributes as attributes};
use contexts::LITERALS;

/// The sites of `parsed` in the order of the walk, ids yet to be given.
pub(super) fn drafts(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack, selection: Selection, with_ids: bool) -> Vec<Draft> {
    let scope = Scope {
        parsed,
        namespace: namespace.clone(),
        cfg: cfg.clone(),
        function: None,
        item: namespace.as_str().into(),
        in_const_fn: false,
        evaluated: Evaluated::ByProgram,
        place: Place::default(),
        selection,
        with_ids,
    };
    let mut walk = Walk { scope, drafts: Vec::new(), memory: further::Memory::default() };
    walk.under(&parsed.tree.attrs, |walk| visit::visit_file(walk, &parsed.tree));
    walk.drafts
}

struct Walk<'p, 't> {
    scope: Scope<'p, 't>,
    drafts: Vec<Draft>,
    memory: further::Memory,
}

impl<'p, 't> Walk<'p, 't> {
    /// Keep what an operator found here.
    fn keep(&mut self, found: impl IntoIterator<Item = Found>) {
        for mut found in found {
            found.changes.retain(|change| self.scope.selection.has(change.operator) && !self.scope.place.is_without(change.operator));
            if found.changes.is_empty() {
                continue;
            }
            let in_value = self.scope.evaluated == Evaluated::AsValue;
            match self.scope.evaluated {
                _ if matches!(found.shape, Shape::Refused { .. }) => {}
                Evaluated::ByCompiler => found.shape = Shape::Rebuild { reason: CONST_CONTEXT },
                Evaluated::InPattern(whole) => found.shape = Shape::Match(whole),
                Evaluated::ByProgram | Evaluated::AsValue => {}
            }
            let function = self.scope.function.clone();
            let owner = function.clone().unwrap_or_else(|| self.scope.item.clone());
            self.drafts.push(Draft { found, in_const_fn: self.scope.in_const_fn, in_value, owner, function });
        }
    }

    /// Visit what `attrs` govern, unless it is test code.
    fn under(&mut self, attrs: &[Attribute], visit: impl FnOnce(&mut Self)) {
        if attrs.is_empty() {
            return visit(self);
        }
        if is_test_code(attrs) {
            return;
        }
        let inner = self.scope.cfg.with(attrs);
        let outer = std::mem::replace(&mut self.scope.cfg, inner);
        visit(self);
        self.scope.cfg = outer;
    }

    fn within(&mut self, scope: Scope<'p, 't>, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.scope, scope);
        visit(self);
        self.scope = outer;
    }

    /// Visit what lies in a module, an `impl` or a `trait`.
    fn inside(&mut self, namespace: Namespace, visit: impl FnOnce(&mut Self)) {
        let item = namespace.as_str().into();
        self.within(Scope { namespace, item, ..self.scope.clone() }, visit);
    }

    /// Visit an item that ids name, but that is no part of the names of functions.
    fn named(&mut self, ident: &Ident, visit: impl FnOnce(&mut Self)) {
        let item = self.scope.namespace.child(&ident.to_string()).as_str().into();
        let outer = std::mem::replace(&mut self.scope.item, item);
        visit(self);
        self.scope.item = outer;
    }

    /// Visit with another place.
    fn at(&mut self, change: impl FnOnce(&mut Place), visit: impl FnOnce(&mut Self)) {
        let outer = self.scope.place;
        change(&mut self.scope.place);
        visit(self);
        self.scope.place = outer;
    }

    /// Visit a function with a body. Undefined behaviour lies one wrong value away in an unsafe one; an
    /// empty one has nothing to change.
    fn function(&mut self, signature: &Signature, block: &Block) {
        if matches!(signature.safety, syn::Safety::Unsafe(_)) || block.stmts.is_empty() {
            return;
        }
        let namespace = self.scope.namespace.child(&signature.ident.to_string());
        let scope = Scope {
            function: Some(namespace.as_str().into()),
            namespace,
            in_const_fn: signature.constness.is_some(),
            evaluated: Evaluated::ByProgram,
            place: Place::default(),
            ..self.scope.clone()
        };
        self.within(scope, |walk| {
            if further::is_formatting(signature) && walk.scope.leaves_out(Rule::Formatting) {
                walk.scope.place.leave_out(&[Operator::QuestionMark]);
            }
            let value = fn_value::site(&walk.scope, signature, block);
            walk.spare_body(block, value.as_ref());
            walk.keep(value);
            walk.visit_signature(signature);
            walk.visit_block(block);
        });
    }
}

fn ends_with(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// From the outside in: items, what of them the compiler evaluates, statements, expressions.
impl<'ast> Visit<'ast> for Walk<'_, '_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.under(attributes::of_item(item), |walk| visit::visit_item(walk, item));
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        self.under(attributes::of_impl_item(item), |walk| visit::visit_impl_item(walk, item));
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        self.under(attributes::of_trait_item(item), |walk| visit::visit_trait_item(walk, item));
    }

    fn visit_foreign_item(&mut self, item: &'ast syn::ForeignItem) {
        self.under(attributes::of_foreign_item(item), |walk| visit::visit_foreign_item(walk, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.inside(self.scope.namespace.child(&item.ident.to_string()), |walk| visit::visit_item_mod(walk, item));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.inside(self.scope.namespace.child(&item.ident.to_string()), |walk| visit::visit_item_trait(walk, item));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if !item.trait_.as_ref().is_some_and(|(path, _)| self.leaves_out_impl(path)) {
            self.inside(self.scope.namespace.of_impl(item), |walk| visit::visit_item_impl(walk, item));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !self.leaves_out_method(&item.sig) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if !self.leaves_out_method(&item.sig)
            && let Some(block) = &item.default
        {
            self.function(&item.sig, block);
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(&item.ident, |walk| visit::visit_item_const(walk, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(&item.ident, |walk| visit::visit_item_static(walk, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(&item.ident, |walk| visit::visit_impl_item_const(walk, item));
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.constant(&item.ident, |walk| visit::visit_trait_item_const(walk, item));
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.named(&item.ident, |walk| visit::visit_item_enum(walk, item));
    }

    /// All of a variant that can be an expression is const: lengths in the types of fields, and its value.
    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.under(&variant.attrs, |walk| walk.evaluated(true, |walk| visit::visit_variant(walk, variant)));
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.under(&field.attrs, |walk| visit::visit_field(walk, field));
    }

    fn visit_type_array(&mut self, array: &'ast syn::TypeArray) {
        self.visit_type(&array.elem);
        self.evaluated(true, |walk| walk.visit_expr(&array.len));
    }

    /// Const arguments are const; in types, all that is an expression is, too.
    fn visit_generic_argument(&mut self, argument: &'ast syn::GenericArgument) {
        self.evaluated(true, |walk| visit::visit_generic_argument(walk, argument));
    }

    fn visit_const_param(&mut self, param: &'ast syn::ConstParam) {
        self.evaluated(true, |walk| visit::visit_const_param(walk, param));
    }

    /// Values of attributes are no code of the program.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    /// What a macro makes of its tokens is for the compiler to know.
    fn visit_macro(&mut self, _: &'ast syn::Macro) {}

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        let attrs = if let Stmt::Expr(expr, _) = stmt { attributes::of_statement(expr) } else { &[] };
        self.under(attrs, |walk| {
            walk.statement(stmt);
            visit::visit_stmt(walk, stmt);
        });
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        self.memory.declare(local);
        self.under(&local.attrs, |walk| visit::visit_local(walk, local));
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        self.under(&field.attrs, |walk| visit::visit_field_value(walk, field));
    }

    /// The expressions of a pattern are const; a guard is none of them.
    fn visit_pat(&mut self, pat: &'ast Pat) {
        if let Pat::Guard(guarded) = pat {
            self.visit_pat(&guarded.pat);
            self.visit_expr(&guarded.guard);
        } else {
            self.pattern(pat);
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.under(attributes::of_expr(expr), |walk| {
            if !walk.leaves_out_call(expr) {
                walk.further(expr);
                visit::visit_expr(walk, expr);
            }
        });
    }

    fn visit_expr_binary(&mut self, root: &'ast syn::ExprBinary) {
        let tree = binary::Tree::of(self.scope.parsed, root);
        self.spare_literals(tree.expressions());
        self.keep(tree.sites(&self.scope));
        for operand in tree.operands {
            self.visit_expr(operand);
        }
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        self.keep(unary::site(&self.scope, node));
        self.visit_expr(&node.expr);
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        self.visit_expr(&node.expr);
        let fallback = match_arm::Fallback::of(&node.arms);
        let copied = match_arm::copied(&self.scope, node);
        for arm in &node.arms {
            self.under(&arm.attrs, |walk| {
                walk.keep(match_arm::deletion(&walk.scope, arm, fallback, copied));
                walk.keep(match_arm::guard(&walk.scope, arm, copied));
                let of_pattern = copied.map_or(Evaluated::ByCompiler, Evaluated::InPattern);
                walk.evaluated_as(of_pattern, |walk| walk.visit_pat(match_arm::unguarded(arm)));
                if let Some(guard) = match_arm::guard_of(arm) {
                    walk.visit_expr(guard);
                }
                walk.visit_expr(&arm.body);
            });
        }
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        self.keep(struct_field::site(&self.scope, node));
        visit::visit_expr_struct(self, node);
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        self.visit_expr(&node.receiver);
        let is_message = (node.method == "expect" || node.method == "expect_err") && self.scope.leaves_out(Rule::Messages);
        let left_out: &[Operator] = if is_message { &[Operator::StrLiteral] } else { &[] };
        self.at(|place| place.leave_out(left_out), |walk| node.args.iter().for_each(|argument| walk.visit_expr(argument)));
        if let Some(generics) = &node.turbofish {
            self.visit_angle_bracketed_generic_arguments(generics);
        }
    }

    fn visit_expr_lit(&mut self, node: &'ast syn::ExprLit) {
        self.literal(&node.lit);
    }

    /// A table is data: there is no end of changes to it, and few of them tell anything.
    fn visit_expr_array(&mut self, node: &'ast syn::ExprArray) {
        const LONGEST: usize = 8;
        let is_table = self.scope.leaves_out(Rule::Constants) && (self.scope.evaluated.is_const() || node.elems.len() > LONGEST);
        let left_out: &[Operator] = if is_table { &LITERALS } else { &[] };
        self.at(|place| place.leave_out(left_out), |walk| visit::visit_expr_array(walk, node));
    }

    fn visit_expr_unsafe(&mut self, node: &'ast syn::ExprUnsafe) {
        self.at(|place| place.leave_out(&[Operator::Statement]), |walk| visit::visit_expr_unsafe(walk, node));
    }

    fn visit_expr_try_block(&mut self, node: &'ast syn::ExprTryBlock) {
        self.at(|place| place.leave_out(&[Operator::QuestionMark]), |walk| visit::visit_expr_try_block(walk, node));
    }

    fn visit_expr_block(&mut self, node: &'ast syn::ExprBlock) {
        self.memory.labels.extend(node.label.as_ref().map(|label| label.name.ident.to_string()));
        visit::visit_expr_block(self, node);
        if node.label.is_some() {
            self.memory.labels.pop();
        }
    }

    fn visit_expr_repeat(&mut self, node: &'ast syn::ExprRepeat) {
        self.visit_expr(&node.expr);
        self.evaluated(true, |walk| walk.visit_expr(&node.len));
    }

    fn visit_expr_const(&mut self, node: &'ast syn::ExprConst) {
        self.evaluated(true, |walk| visit::visit_expr_const(walk, node));
    }

    /// A closure may stand in a const context (`LazyLock::new(|| ..)`), but the compiler never calls it.
    fn visit_expr_closure(&mut self, node: &'ast syn::ExprClosure) {
        let called_by_the_compiler = self.scope.evaluated.is_const() && node.constness.is_some();
        self.evaluated(called_by_the_compiler, |walk| visit::visit_expr_closure(walk, node));
    }

    /// Nor does it poll a future.
    fn visit_expr_async(&mut self, node: &'ast syn::ExprAsync) {
        self.evaluated(false, |walk| visit::visit_expr_async(walk, node));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, surroundings};

    #[test]
    fn these_are_left_out() {
        let cases = [
            "#![cfg(test)] fn f() -> u8 { 1 + 2 }",
            "#[cfg(test)] mod tests { fn f() -> u8 { 1 + 2 } }",
            "#[tokio::test] async fn t() { assert(1 + 2) }",
            "#[cfg(test)] const A: u8 = 1 + 2;",
            "#[mutants::skip] fn f() -> u8 { 1 + 2 }",
            "#[cfg_attr(test, mutants::skip)] impl A { fn f() -> u8 { 1 + 2 } }",
            "impl A { #[mutants::skip] fn f() -> u8 { 1 + 2 } fn new() -> A { a(1 + 2) } }",
            "trait T { fn new() -> u8 { 1 + 2 } fn g(a: [u8; 1 + 2]); }",
            "impl core::default::Default for A { fn default() -> A { a(1 + 2) } }",
            "unsafe fn f() -> u8 { fn g() -> u8 { 1 + 2 } g() }",
            "fn f(a: [u8; 1 + 2]) -> u8 {}",
            "macro_rules! m { () => { 1 + 2 } } m!(1 + 2);",
            "fn f() -> ! { a(m!(1 + 2)); m!{ 1 + 2 } }",
            "fn f() -> ! { Vec::<u8>::with_capacity(1 + 2); a(1 + 2).with_capacity(1 + 2) }",
            "fn f() -> ! { #[cfg(test)] a(1 + 2); #[cfg(test)] let b = 1 + 2; }",
            "fn f() -> ! { #[cfg(test)] { 1 + 2 } #[cfg(test)] c += 1; }",
            "fn f() -> ! { S { #[cfg(test)] a: 1 + 2 } }",
            "fn f() -> ! { match a { #[cfg(test)] B if c == d => -1, _ => 0 } }",
            "#[doc = -1] fn f() -> ! { g() }",
        ];
        for case in cases {
            assert_eq!(changes(case), Vec::<String>::new(), "{case}");
        }
    }

    #[test]
    fn these_are_not() {
        let cases = [
            "fn new() -> ! { 1 << 2 }",
            "impl A { #[cfg(not(test))] fn f() -> ! { 1 << 2 } }",
            "fn f() -> ! { unsafe { 1 << 2 } }",
            "unsafe impl A for B { fn f() -> ! { 1 << 2 } }",
            "fn f() -> ! { a[1 << 2].new(|b| c) }",
            "extern \"C\" { fn f(a: [u8; 1 << 2]); }",
        ];
        for case in cases {
            assert_eq!(changes(case), ["<< with >>"], "{case}");
        }
    }

    /// Each `a << b` of the source as "function or item [cfg]", `!` where it is a const context, `=` where it is a
    /// constant's value and `c` where it is in a const fn.
    #[test]
    fn names_cfg_and_constness_are_those_of_the_place() {
        let cases: [(&str, &[&str]); 13] = [
            ("mod m { impl<T> A for B<T> { fn f() -> ! { a << b } } }", &["m::<impl A for B<T>>::f"]),
            ("trait T { fn f() -> ! { fn g() -> ! { a << b } c << d } }", &["T::f::g", "T::f"]),
            ("const A: u8 = a << b; impl S { const B: u8 = a << b; }", &["A =", "S::B ="]),
            ("static A: u8 = { const fn f() -> ! { a << b } c << d };", &["f c", "A ="]),
            ("static A: L = L::new(|| a << b); const B: L = L(async { a << b });", &["A", "B"]),
            ("enum E { A = a << b, B([u8; a << b]) }", &["E !", "E !"]),
            ("struct S<const N: usize = { a << b }>([u8; a << b], T<{ a << b }>);", &[" !", " !", " !"]),
            ("fn f(a: [u8; a << b]) -> ! { [c << d; a << b]; x::<{ a << b }>(); const { a << b } }", &["f !", "f", "f !", "f !", "f !"]),
            ("const fn f() -> ! { a << b; const X: u8 = c << d; || e << f }", &["f c", "f = c", "f c"]),
            ("const A: T<{ a << b }> = [c << d; e << f];", &["A !", "A =", "A !"]),
            ("fn f() -> ! { match x { const { a << b } if c << d => e << f } }", &["f !", "f", "f", "f"]),
            ("#[cfg(a)] mod m { #[cfg(b)] fn f() -> ! { #[cfg(c)] { d << e } } }", &["m::f [c b a]"]),
            (
                "fn f() -> ! { #[cfg(a)] let x = b << c; #[cfg(d)] y <<= 1; S { #[cfg(e)] f: g << h }; match z { #[cfg(i)] J => k << l } }",
                &["f [a]", "f [d]", "f [e]", "f [i]"],
            ),
        ];
        for (case, expected) in cases {
            assert_eq!(surroundings(case), expected, "{case}");
        }
    }
}
