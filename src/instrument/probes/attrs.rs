//! The attributes of expressions and statements: a `#[cfg]` on one of them governs the probes inside, and
//! must stand on a probe inserted beside it.

use syn::{Attribute, Expr, Stmt};

use crate::syntax::pretty;

/// The attributes of a statement. Those of `#[x] a = b` are found on `a`, where the parser puts them.
pub(super) fn of_statement(stmt: &Stmt) -> &[Attribute] {
    match stmt {
        Stmt::Local(local) => &local.attrs,
        Stmt::Expr(expr, _) => leading(expr),
        Stmt::Macro(mac) => &mac.attrs,
        Stmt::Item(_) => &[],
    }
}

fn leading(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::Assign(assign) => leading(&assign.left),
        Expr::Binary(binary) => leading(&binary.left),
        Expr::Cast(cast) => leading(&cast.expr),
        other => of_expression(other),
    }
}

/// The `#[cfg]`s among `attrs` as text that can stand before an inserted statement, a space behind each.
pub(super) fn cfg_text(attrs: &[Attribute]) -> String {
    let cfgs = attrs.iter().filter(|attr| is_cfg(attr));
    cfgs.flat_map(|attr| ["#[".to_owned(), pretty(&attr.meta), "] ".to_owned()]).collect()
}

/// Whether a `#[cfg]` is among `attrs`.
pub(super) fn has_cfg(attrs: &[Attribute]) -> bool {
    attrs.iter().any(is_cfg)
}

fn is_cfg(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
}

/// The attributes of an expression.
#[rustfmt::skip]
pub(super) fn of_expression(expr: &Expr) -> &[Attribute] {
    use syn::{
        ExprArray, ExprAssign, ExprAsync, ExprAwait, ExprBinary, ExprBlock, ExprBreak, ExprCall, ExprCast, ExprClosure, ExprConst,
        ExprContinue, ExprField, ExprForLoop, ExprGroup, ExprIf, ExprIndex, ExprInfer, ExprLet, ExprLit, ExprLoop, ExprMacro,
        ExprMatch, ExprMethodCall, ExprParen, ExprPath, ExprRange, ExprRawAddr, ExprReference, ExprRepeat, ExprReturn, ExprStruct,
        ExprTry, ExprTryBlock, ExprTuple, ExprUnary, ExprUnsafe, ExprWhile, ExprYield,
    };
    match expr {
        Expr::Array(ExprArray { attrs, .. }) | Expr::Assign(ExprAssign { attrs, .. }) | Expr::Async(ExprAsync { attrs, .. })
        | Expr::Await(ExprAwait { attrs, .. }) | Expr::Binary(ExprBinary { attrs, .. }) | Expr::Block(ExprBlock { attrs, .. })
        | Expr::Break(ExprBreak { attrs, .. }) | Expr::Call(ExprCall { attrs, .. }) | Expr::Cast(ExprCast { attrs, .. })
        | Expr::Closure(ExprClosure { attrs, .. }) | Expr::Const(ExprConst { attrs, .. }) | Expr::Continue(ExprContinue { attrs, .. })
        | Expr::Field(ExprField { attrs, .. }) | Expr::ForLoop(ExprForLoop { attrs, .. }) | Expr::Group(ExprGroup { attrs, .. })
        | Expr::If(ExprIf { attrs, .. }) | Expr::Index(ExprIndex { attrs, .. }) | Expr::Infer(ExprInfer { attrs, .. })
        | Expr::Let(ExprLet { attrs, .. }) | Expr::Lit(ExprLit { attrs, .. }) | Expr::Loop(ExprLoop { attrs, .. })
        | Expr::Macro(ExprMacro { attrs, .. }) | Expr::Match(ExprMatch { attrs, .. }) | Expr::MethodCall(ExprMethodCall { attrs, .. })
        | Expr::Paren(ExprParen { attrs, .. }) | Expr::Path(ExprPath { attrs, .. }) | Expr::Range(ExprRange { attrs, .. })
        | Expr::RawAddr(ExprRawAddr { attrs, .. }) | Expr::Reference(ExprReference { attrs, .. })
        | Expr::Repeat(ExprRepeat { attrs, .. }) | Expr::Return(ExprReturn { attrs, .. }) | Expr::Struct(ExprStruct { attrs, .. })
        | Expr::Try(ExprTry { attrs, .. }) | Expr::TryBlock(ExprTryBlock { attrs, .. }) | Expr::Tuple(ExprTuple { attrs, .. })
        | Expr::Unary(ExprUnary { attrs, .. }) | Expr::Unsafe(ExprUnsafe { attrs, .. }) | Expr::While(ExprWhile { attrs, .. })
        | Expr::Yield(ExprYield { attrs, .. }) => attrs,
        _ => &[],
    }
}
