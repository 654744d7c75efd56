//! A statement is deleted.
//!
//! `a.push(b); c` → `c`: calls, method calls (also with `?` or `.await` behind) and assignments, simple or
//! compound, that end in `;`.
//!
//! What is left alone: its row in `about`.
//!
//! One difference to a real edit is known: where the statement alone tells the type of a variable (`let mut
//! a = Vec::new(); a.push(1); a.len()`), the edit does not compile, and the switch does.

use syn::{BinOp, Block, Expr, Pat, Stmt};

use super::{Found, Scope, Shape, extent};
use crate::mutate::Operator;

/// Functions that give up a value, and functions that never return.
const LEFT_ALONE: [&str; 8] = ["drop", "forget", "drop_in_place", "exit", "abort", "panic_any", "resume_unwind", "unreachable_unchecked"];

/// The deletion of `stmt`. `deferred` says which variables are declared without a value.
pub(super) fn site(scope: &Scope<'_, '_>, stmt: &Stmt, deferred: impl Fn(&str) -> bool) -> Option<Found> {
    let Stmt::Expr(expr, Some(_)) = stmt else { return None };
    if !is_deletable(expr, deferred) {
        return None;
    }
    let span = extent::of_statement(scope.parsed, stmt);
    let change = scope.change(Operator::Statement, span, "", scope.original(expr));
    Some(Found { shape: Shape::Statement(span), changes: vec![change] })
}

fn is_deletable(expr: &Expr, deferred: impl Fn(&str) -> bool) -> bool {
    match expr {
        Expr::Try(attempt) => is_deletable(&attempt.expr, deferred),
        Expr::Await(future) => is_deletable(&future.base, deferred),
        Expr::Call(call) => !matches!(&*call.func, Expr::Path(function) if is_left_alone(&function.path)),
        Expr::MethodCall(_) => true,
        Expr::Assign(assign) => !names_any(&assign.left, deferred),
        Expr::Binary(binary) => is_assignment(binary.op),
        _ => false,
    }
}

fn is_left_alone(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| LEFT_ALONE.iter().any(|name| last.ident == name))
}

/// Whether the place assigned to is one of the variables, or a pattern with one of them.
fn names_any(place: &Expr, deferred: impl Fn(&str) -> bool) -> bool {
    let mut places = vec![place];
    while let Some(place) = places.pop() {
        match place {
            Expr::Tuple(tuple) => places.extend(&tuple.elems),
            Expr::Path(path) if path.path.get_ident().is_some_and(|name| deferred(&name.to_string())) => return true,
            _ => {}
        }
    }
    false
}

fn is_assignment(operator: BinOp) -> bool {
    matches!(
        operator,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

/// The variables that `local` declares without a value.
pub(super) fn deferred_variables(local: &syn::Local) -> Vec<String> {
    let mut names = Vec::new();
    let mut patterns = if local.init.is_none() { vec![&local.pat] } else { Vec::new() };
    while let Some(pattern) = patterns.pop() {
        match pattern {
            Pat::Type(typed) => patterns.push(&typed.pat),
            Pat::Tuple(tuple) => patterns.extend(&tuple.elems),
            Pat::Ident(name) => names.push(name.ident.to_string()),
            _ => {}
        }
    }
    names
}

/// The first byte of a block's only statement.
pub(super) fn only_statement(scope: &Scope<'_, '_>, block: &Block) -> Option<u32> {
    let [only] = block.stmts.as_slice() else { return None };
    Some(extent::of_statement(scope.parsed, only).start)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_family, in_fn};
    use super::*;

    fn check(statements: &str, expect: &[&str]) {
        check_family(Operator::Statement, &in_fn(statements), expect);
    }

    #[test]
    fn calls_and_assignments_are_deleted() {
        check("a(); b.c(); d", &["delete a();", "delete b.c();"]);
        check("a = b; *c += 1; d[0].e = f; g <<= 1; h", &["delete a = b;", "delete *c += 1;", "delete d[0].e = f;", "delete g <<= 1;"]);
        check("a()?; b().await; c.d()?.await?; e", &["delete a()?;", "delete b().await;", "delete c.d()?.await?;"]);
        check("#[cfg(x)] /* y */ a(); b", &["delete #[cfg(x)] /* y */ a();"]);
        check("loop { a(); }", &["delete a();"]);
        check("g(|| { a(); b(); });", &["delete g(|| { a(); b(); });", "delete a();", "delete b();"]);
    }

    #[test]
    fn others_are_not() {
        check("let a = b(); m!(c); m! { d } a; a + b; return c; e()", &[]);
        check("if a {} match b { _ => {} } loop { break; }", &[]);
        check("drop(a); std::mem::forget(b); std::process::exit(1); c", &[]);
        check("let a; let b: u8; if c() { a = 1; b = 2; } else { (a, b) = d; } e", &[]);
        check("let (mut a, (b, c)): (A, _); if d() { (a, b) = e; c = f; } else { (a, b, c) = g; } h", &[]);
        check("unsafe { a(); b = c; } d", &[]);
    }

    #[test]
    fn what_other_changes_leave_out_is_redundant() {
        check_family(
            Operator::Statement,
            "fn f() { a(); } fn g() -> ! { a(); } fn h() { a(); b(); }",
            &["delete a();", "delete a();", "delete b();"],
        );
        check("if a { b(); } c", &[]);
        check("if a { b(); } else { c(); } if let D = e { f(); } g", &["delete b();", "delete c();", "delete f();"]);
    }
}
