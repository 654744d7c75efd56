//! Calls and macros behind which control may not go on, and what of a macro runs only then.

use syn::punctuated::Punctuated;
use syn::{Block, Expr, Stmt, Token};

/// The standard library's macros that give a value or do their work, and go on. All others may hide a
/// `return`, a `?` or a panic: assertions do.
const GOING_ON: [&str; 24] = [
    "addr_of",
    "addr_of_mut",
    "cfg",
    "column",
    "concat",
    "dbg",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "line",
    "matches",
    "module_path",
    "option_env",
    "print",
    "println",
    "stringify",
    "vec",
    "write",
    "writeln",
];

/// Functions that never return, by the last name of their path.
const NEVER_RETURNING: [&str; 5] = ["abort", "exit", "panic_any", "resume_unwind", "unreachable_unchecked"];

/// Whether a macro may end its caller or jump.
pub(super) fn macro_may_leave(mac: &syn::Macro) -> bool {
    last_name(&mac.path).is_none_or(|name| !GOING_ON.iter().any(|known| name == known))
}

/// What an assertion evaluates only when it fails, to say so.
pub(super) fn failure_message(mac: &syn::Macro) -> Vec<Expr> {
    let asserted = match last_name(&mac.path).map(ToString::to_string).as_deref() {
        Some("assert" | "debug_assert") => 1,
        Some("assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne") => 2,
        _ => return Vec::new(),
    };
    let arguments = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated).unwrap_or_default();
    arguments.into_iter().skip(asserted).collect()
}

/// Whether a call is one of a function that never returns.
pub(super) fn call_leaves(call: &syn::ExprCall) -> bool {
    let Expr::Path(function) = &*call.func else { return false };
    last_name(&function.path).is_some_and(|name| NEVER_RETURNING.iter().any(|known| name == known))
}

/// The standard library's macros that never go on.
const ENDING: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];

/// Whether control certainly never passes a statement.
pub(super) fn statement_leaves(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(expr, _) => expression_leaves(expr),
        Stmt::Macro(stmt) => macro_ends(&stmt.mac),
        Stmt::Local(_) | Stmt::Item(_) => false,
    }
}

fn expression_leaves(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Macro(expr) => macro_ends(&expr.mac),
        Expr::Call(call) => call_leaves(call),
        _ => false,
    }
}

fn macro_ends(mac: &syn::Macro) -> bool {
    last_name(&mac.path).is_some_and(|name| ENDING.iter().any(|known| name == known))
}

/// Whether a body is that of a naked function: one `naked_asm!`, and no room for statements.
pub(super) fn is_naked(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match stmt {
        Stmt::Macro(stmt) => is_naked_asm(&stmt.mac),
        Stmt::Expr(Expr::Macro(expr), _) => is_naked_asm(&expr.mac),
        _ => false,
    })
}

fn is_naked_asm(mac: &syn::Macro) -> bool {
    last_name(&mac.path).is_some_and(|name| name == "naked_asm")
}

fn last_name(path: &syn::Path) -> Option<&syn::Ident> {
    path.segments.last().map(|segment| &segment.ident)
}
