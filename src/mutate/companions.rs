//! Constants that the program can compute again: beside `const TABLE: [u32; 256] = table();` a function is put that
//! gives the value once more, and the uses ask for what it gives. Switches work there, in the value itself and in every
//! `const fn` that it calls, where the compiler's own computation sees none.
//!
//! Owns which values can be computed so. Refuses what would not be the same a second time: items, closures and futures
//! inside of the value (two of them would be two things), `unsafe` (the compiler refuses a wrong access, the program
//! makes it), and const contexts in it that call something.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Lifetime, Type};

use crate::syntax::{Parsed, Span};

/// A constant (or a `static`) that the program can compute again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Its name in its item.
    pub name: Span,
    /// Its type, every lifetime written out.
    pub ty: String,
    /// Its value.
    pub value: Span,
    /// Every use of its name, in source order.
    pub uses: Vec<Span>,
    /// Bytes at which a first statement can stand in the bodies of the value's loops.
    pub loops: Vec<u32>,
}

/// How a value is computed again.
pub(super) struct Recipe {
    pub(super) ty: String,
    pub(super) loops: Vec<u32>,
    called: BTreeSet<String>,
    calls_neighbour: bool,
}

impl Recipe {
    /// Nothing where the value cannot be computed twice.
    pub(super) fn of(parsed: &Parsed<'_>, ty: &Type, value: &Expr) -> Option<Recipe> {
        let mut reader =
            Reader { parsed, loops: Vec::new(), called: BTreeSet::new(), calls_neighbour: false, refuses: false, deeper: false };
        reader.visit_expr(value);
        let Reader { loops, called, calls_neighbour, refuses, .. } = reader;
        (!refuses).then(|| Recipe { ty: lasting(ty), loops, called, calls_neighbour })
    }

    /// Whether the value may be the work of one of the `const fn`s of these names, or of others of the crate.
    pub(super) fn calls(&self, const_fns: &BTreeSet<String>) -> bool {
        self.calls_neighbour || !self.called.is_disjoint(const_fns)
    }
}

/// The type as a function has to name it: a constant's elided lifetimes are `'static`.
fn lasting(ty: &Type) -> String {
    struct Lifetimes;
    impl VisitMut for Lifetimes {
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            reference.lifetime.get_or_insert_with(|| Lifetime::new("'static", proc_macro2::Span::call_site()));
            visit_mut::visit_type_reference_mut(self, reference);
        }

        // Those of a function's own arguments are its own.
        fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
        fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}
    }
    let mut ty = ty.clone();
    Lifetimes.visit_type_mut(&mut ty);
    ty.to_token_stream().to_string()
}

struct Reader<'p, 't> {
    parsed: &'p Parsed<'t>,
    loops: Vec<u32>,
    /// The last parts of the names that are called.
    called: BTreeSet<String>,
    /// Whether a function of the crate is called by a name that says so.
    calls_neighbour: bool,
    refuses: bool,
    /// Whether this is a const context inside of the value.
    deeper: bool,
}

impl Reader<'_, '_> {
    fn deeper(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.deeper, true);
        visit(self);
        self.deeper = outer;
    }

    fn body(&mut self, body: &Block) {
        let first = body.stmts.first().map(|stmt| self.parsed.span_of(stmt).start);
        self.loops.push(first.unwrap_or_else(|| self.parsed.span(body.brace_token.span.close()).start));
    }

    fn call(&mut self, callee: &Expr) {
        let Expr::Path(path) = callee else { return };
        let segments = &path.path.segments;
        let Some((first, last)) = segments.first().zip(segments.last()) else { return };
        let is_function = last.ident.to_string().starts_with(|letter: char| letter.is_lowercase() || letter == '_');
        let is_near = segments.len() == 1 || ["crate", "self", "super", "Self"].iter().any(|here| first.ident == here);
        if is_function {
            self.calls_neighbour |= is_near;
            self.called.insert(last.ident.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_, '_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) | Expr::Unsafe(_) | Expr::Verbatim(_) => self.refuses = true,
            Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_) => self.refuses |= self.deeper,
            Expr::While(node) => self.body(&node.body),
            Expr::Loop(node) => self.body(&node.body),
            Expr::ForLoop(node) => self.body(&node.body),
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.call(&call.func);
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.called.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
        self.deeper(|reader| reader.visit_expr(&repeat.len));
    }

    fn visit_type(&mut self, ty: &'ast Type) {
        self.deeper(|reader| visit::visit_type(reader, ty));
    }

    fn visit_generic_argument(&mut self, argument: &'ast syn::GenericArgument) {
        self.deeper(|reader| visit::visit_generic_argument(reader, argument));
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.refuses |= !matches!(item, syn::Item::Use(_));
    }
}
