//! From where to where an expression or a statement reaches. Walks down its edges instead of
//! listing all its tokens, as asking `syn` would: a chain of operators is asked once per operator.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    AttrStyle, Expr, ExprAssign, ExprAwait, ExprBinary, ExprBreak, ExprCall, ExprCast, ExprClosure, ExprField, ExprIndex, ExprLet,
    ExprMethodCall, ExprRange, ExprRawAddr, ExprReference, ExprReturn, ExprTry, ExprUnary, ExprYield, Stmt,
};

use crate::syntax::{Parsed, Span, outer_attributes as attributes};

/// The span of `expr`. Attributes before it govern more than an expression can hold in its place
/// (`#[cfg(unix)] a += b;`), so they stay outside.
pub(super) fn of(parsed: &Parsed<'_>, expr: &Expr) -> Span {
    between(parsed, expr, expr)
}

/// The span from the first token of `left` to the last of `right`.
pub(super) fn between(parsed: &Parsed<'_>, left: &Expr, right: &Expr) -> Span {
    // Not the join: the last token may be known only as the end of a node with its attributes.
    Span::new(parsed.start(first_token(left)), parsed.end(last_token(right)))
}

/// The span of a statement, its attributes and semicolon included.
pub(super) fn of_statement(parsed: &Parsed<'_>, stmt: &Stmt) -> Span {
    let Stmt::Expr(expr, semicolon) = stmt else { return parsed.span_of(stmt) };
    let mut attrs = attributes::of_expr(expr).iter().chain(attributes::of_statement(expr));
    // Blocks keep their inner attributes in the same list.
    let attr = attrs.find(|attr| matches!(attr.style, AttrStyle::Outer));
    let span = of(parsed, expr);
    let start = attr.map_or(span.start, |attr| parsed.start(attr.pound_token.span));
    let end = semicolon.map_or(span.end, |semicolon| parsed.end(semicolon.span));
    Span::new(start, end)
}

/// The expression whose first token is the first token of `expr`: the `a` of `a.b() + c`.
pub(super) fn leftmost(mut expr: &Expr) -> &Expr {
    while let Some(child) = left_child(expr) {
        expr = child;
    }
    expr
}

/// The expression whose last token is the last token of `expr`: the `c.d()` of `a + &c.d()`.
pub(super) fn rightmost(mut expr: &Expr) -> &Expr {
    while let Some(child) = right_child(expr) {
        expr = child;
    }
    expr
}

fn left_child(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Assign(ExprAssign { left: child, .. })
        | Expr::Await(ExprAwait { base: child, .. })
        | Expr::Binary(ExprBinary { left: child, .. })
        | Expr::Call(ExprCall { func: child, .. })
        | Expr::Cast(ExprCast { expr: child, .. })
        | Expr::Field(ExprField { base: child, .. })
        | Expr::Index(ExprIndex { expr: child, .. })
        | Expr::MethodCall(ExprMethodCall { receiver: child, .. })
        | Expr::Range(ExprRange { start: Some(child), .. })
        | Expr::Try(ExprTry { expr: child, .. }) => Some(child),
        _ => None,
    }
}

fn right_child(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Assign(ExprAssign { right: child, .. })
        | Expr::Binary(ExprBinary { right: child, .. })
        | Expr::Break(ExprBreak { expr: Some(child), .. })
        | Expr::Closure(ExprClosure { body: child, .. })
        | Expr::Let(ExprLet { expr: child, .. })
        | Expr::Range(ExprRange { end: Some(child), .. })
        | Expr::RawAddr(ExprRawAddr { expr: child, .. })
        | Expr::Reference(ExprReference { expr: child, .. })
        | Expr::Return(ExprReturn { expr: Some(child), .. })
        | Expr::Unary(ExprUnary { expr: child, .. })
        | Expr::Yield(ExprYield { expr: Some(child), .. }) => Some(child),
        _ => None,
    }
}

/// The first token behind outer attributes.
fn first_token(expr: &Expr) -> proc_macro2::Span {
    match leftmost(expr) {
        Expr::Paren(expr) => expr.paren_token.span.open(),
        Expr::Reference(expr) => expr.and_token.span,
        Expr::Unary(expr) => expr.op.span(),
        Expr::Macro(expr) => expr.mac.path.span(),
        other => behind_attributes(other),
    }
}

/// The last token. The cases are those in which all tokens could be many.
fn last_token(expr: &Expr) -> proc_macro2::Span {
    match rightmost(expr) {
        Expr::Call(expr) => expr.paren_token.span.close(),
        Expr::MethodCall(expr) => expr.paren_token.span.close(),
        Expr::Paren(expr) => expr.paren_token.span.close(),
        Expr::Index(expr) => expr.bracket_token.span.close(),
        Expr::Match(expr) => expr.brace_token.span.close(),
        Expr::Block(expr) => expr.block.brace_token.span.close(),
        Expr::Struct(expr) => expr.brace_token.span.close(),
        Expr::Field(expr) => expr.member.span(),
        other => other.span(),
    }
}

fn behind_attributes(expr: &Expr) -> proc_macro2::Span {
    let mut tokens = expr.to_token_stream().into_iter();
    let mut token = tokens.next();
    // No expression begins with `#`: each is an attribute, `#` and its brackets.
    while matches!(&token, Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == '#') {
        tokens.next();
        token = tokens.next();
    }
    token.map_or_else(|| expr.span(), |token| token.span())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    const CASES: [&str; 10] = [
        "a.b(c)? + &d[e].f",
        "(a)(b) && !matches!(c, d)",
        "<T as U>::v() - x.0.1",
        "-1.5..=*b",
        "a = match b { _ => c }",
        "S { a: 1, ..b }.c += |d| { d }",
        "x as *const Vec<u8>",
        "a || return b",
        "unsafe { a }.await",
        "'a: loop { break 'a 1 }",
    ];

    /// What `reach` says of the first statement of a body.
    fn check(body: &str, expect: &str, reach: fn(&Parsed<'_>, &Stmt) -> Span) {
        let text = format!("fn f() {{ {body} }}");
        let parsed = parse(&text).unwrap();
        let syn::Item::Fn(item) = &parsed.tree.items[0] else { panic!("{text}") };
        assert_eq!(reach(&parsed, &item.block.stmts[0]).of(&text), expect, "{text}");
    }

    fn of_its_expression(parsed: &Parsed<'_>, stmt: &Stmt) -> Span {
        match stmt {
            Stmt::Local(local) => of(parsed, &local.init.as_ref().unwrap().expr),
            Stmt::Expr(expr, _) => of(parsed, expr),
            _ => panic!("{stmt:?}"),
        }
    }

    #[test]
    fn an_expression_reaches_from_its_first_token_to_its_last_without_attributes() {
        for case in CASES {
            check(&format!("let v = {case} ;"), case, of_its_expression);
            check(&format!("#[x] #[y(z)] {case} ;"), case, of_its_expression);
        }
    }

    #[test]
    fn a_statement_reaches_over_attributes_and_semicolon() {
        for case in CASES {
            for stmt in [format!("#[x] #[y(z)] {case} ;"), format!("let v = {case};"), case.to_owned()] {
                check(&stmt, &stmt, of_statement);
            }
        }
        check("{ #![x] b } d", "{ #![x] b }", of_statement);
        check("#[x] m! { a } b", "#[x] m! { a }", of_statement);
        check("#[x] use a; b", "#[x] use a;", of_statement);
    }
}
