//! A stretch of code without its formatting: what rustfmt may do to it changes nothing. Comments and white space
//! are no tokens; commas before a closing delimiter and the braces around the one expression of a match arm are
//! taken away. Pure.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The same for two stretches exactly when they differ in formatting alone; `None` for what is no code.
pub(super) fn fingerprint(code: &str) -> Option<blake3::Hash> {
    let tokens: TokenStream = code.parse().ok()?;
    let mut hasher = blake3::Hasher::new();
    write(tokens, false, &mut |word| {
        // No token holds the byte that ends it, for UTF-8 does not.
        hasher.update(word.as_bytes()).update(&[0xff]);
    });
    Some(hasher.finalize())
}

type Sink<'s> = dyn FnMut(&str) + 's;

/// Tokens of a group; `keeps_comma` when a comma before its end means something.
fn write(tokens: TokenStream, keeps_comma: bool, out: &mut Sink<'_>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Group(group) => {
                let is_arm = group.delimiter() == Delimiter::Brace && is_behind_arrow(&tokens, at - 1);
                write_group(group, is_arm, tokens.get(at.wrapping_sub(2)), out);
                if is_arm {
                    at = end_arm(&tokens, at, out);
                }
            }
            comma if is_comma(comma) && at == tokens.len() && !keeps_comma => {}
            other => out(&other.to_string()),
        }
    }
}

/// `A => { .. }` and `A => { .. },` are the same arm: its comma, unless nothing follows, and what is next.
fn end_arm(tokens: &[TokenTree], at: usize, out: &mut Sink<'_>) -> usize {
    let next = at + usize::from(tokens.get(at).is_some_and(is_comma));
    if next < tokens.len() {
        out(",");
    }
    next
}

/// A group behind the token `before`; the braces of an arm that hold one expression mean nothing.
fn write_group(group: &Group, is_arm: bool, before: Option<&TokenTree>, out: &mut Sink<'_>) {
    if is_arm && is_one_expression(group) {
        return write(group.stream(), false, out);
    }
    let (open, close) = delimiters(group.delimiter());
    let is_tuple = group.delimiter() == Delimiter::Parenthesis && !is_call(before);
    out(open);
    write(group.stream(), is_tuple && commas(group) == 1, out);
    out(close);
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Whether `=>` stands before the token at `at`.
fn is_behind_arrow(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && is_punct(tokens.get(at - 1), '>') && is_punct(tokens.get(at - 2), '=')
}

/// Whether a block holds one expression and nothing else: no statement, no item, no `let`.
fn is_one_expression(group: &Group) -> bool {
    let mut tokens = group.stream().into_iter().peekable();
    let is_empty = tokens.peek().is_none();
    let is_statement = |token: TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(word) => matches!(word.to_string().as_str(), "let" | "fn" | "struct" | "use"),
        _ => false,
    };
    group.delimiter() == Delimiter::Brace && !is_empty && !tokens.any(is_statement)
}

/// Words before parentheses that do not make them a call.
const NO_CALL: [&str; 14] = ["return", "match", "in", "if", "while", "break", "else", "for", "let", "mut", "ref", "move", "as", "yield"];

/// Whether parentheses behind this token hold arguments or parameters, where a last comma means nothing.
fn is_call(before: Option<&TokenTree>) -> bool {
    match before {
        Some(TokenTree::Ident(word)) => !NO_CALL.contains(&word.to_string().as_str()),
        Some(TokenTree::Group(_)) => true,
        Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), '!' | '>' | '?'),
        _ => false,
    }
}

fn commas(group: &Group) -> usize {
    group.stream().into_iter().filter(is_comma).count()
}

const fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_changes_nothing_and_anything_else_does() {
        let same = [
            ("fn f(a: u8) -> u8 { a+1 }", "fn f(\n    a: u8,\n) -> u8 {\n    // more\n    a + 1\n}"),
            ("x=-1;", "x = -1;"),
            ("f(a, b)", "f(\n a,\n b,\n)"),
            ("vec![1,2]", "vec![\n1, 2,\n]"),
            ("match a { A => b(), B => { c() } }", "match a {\n A => {\n b()\n }\n B => c(),\n}"),
            ("match a { A => { b(); } B => {} }", "match a { A => { b(); }, B => {}, }"),
            ("S { a, b }", "S { a, b, }"),
            ("a.b(c).d(e)", "a\n .b(c)\n .d(e,)"),
        ];
        for (one, other) in same {
            assert_eq!(fingerprint(one), fingerprint(other), "{one} {other}");
        }
        let different = [
            ("a + b", "a - b"),
            ("(a,)", "(a)"),
            ("return (a,)", "return (a)"),
            ("[1, -1]", "[1 - 1]"),
            ("\"a b\"", "\"a  b\""),
            ("{ a; }", "{ a }"),
            ("match a { A => { b(); } B => c() }", "match a { A => b(), B => c() }"),
            ("f(a)", "f[a]"),
            ("ab c", "a bc"),
            ("match a { A => b, C => d }", "match a { A => b }"),
        ];
        for (one, other) in different {
            assert_ne!(fingerprint(one), fingerprint(other), "{one} {other}");
        }
        assert_eq!(fingerprint("fn ("), None);
    }
}
