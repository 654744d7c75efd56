//! Line comments and where tokens begin. Comments are not in the tree: what lies between two tokens is white
//! space and comments and nothing else, so no string, lifetime or raw string can be taken for one.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use super::{Parsed, Span};

/// The tokens and the line comments of a file, in source order. Documentation comments are attributes, not
/// comments.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The spans of all tokens; a group's delimiters are two.
    pub tokens: Vec<Span>,
    /// The spans of line comments, slashes included, without the line's end.
    pub comments: Vec<Span>,
}

impl Layout {
    /// That of a file.
    pub fn of(parsed: &Parsed<'_>) -> Layout {
        let mut layout = Layout::default();
        let text = &parsed.text[parsed.offset as usize..];
        layout.add_tokens(parsed, TokenStream::from_str(text).unwrap_or_default());
        let mut end = parsed.offset;
        for token in &layout.tokens {
            add_comments(parsed.text, Span::new(end, token.start), &mut layout.comments);
            end = token.end.max(end);
        }
        add_comments(parsed.text, Span::new(end, u32::try_from(parsed.text.len()).unwrap_or(u32::MAX)), &mut layout.comments);
        layout
    }

    fn add_tokens(&mut self, parsed: &Parsed<'_>, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    self.tokens.push(parsed.span(group.span_open()));
                    self.add_tokens(parsed, group.stream());
                    self.tokens.push(parsed.span(group.span_close()));
                }
                other => self.tokens.push(parsed.span(other.span())),
            }
        }
    }

    /// The first token that begins at byte `at` or later.
    pub fn token_from(&self, at: u32) -> Option<Span> {
        self.tokens.get(self.tokens.partition_point(|token| token.start < at)).copied()
    }
}

/// The line comments in a gap between tokens.
fn add_comments(text: &str, gap: Span, comments: &mut Vec<Span>) {
    let mut at = gap.start;
    while at < gap.end {
        let rest = Span::new(at, gap.end).of(text);
        let Some(slash) = rest.find('/') else { return };
        let comment = &rest[slash..];
        let length = if comment.starts_with("//") { comment.find('\n').unwrap_or(comment.len()) } else { block_length(comment) };
        let (start, length) = (at + short(slash), short(length));
        if comment.starts_with("//") {
            let visible = Span::new(start, start + length).of(text).trim_end();
            comments.push(Span::new(start, start + short(visible.len())));
        }
        at = start + length.max(1);
    }
}

/// The length of the block comment that `text` begins with; block comments nest.
fn block_length(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        let step = match rest {
            [b'/', b'*', ..] => 1,
            [b'*', b'/', ..] => -1,
            _ => 0,
        };
        depth += step;
        at += if step == 0 { 1 } else { 2 };
        if depth == 0 && step != 0 {
            break;
        }
    }
    at
}

fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn check(text: &str, expect: &[&str]) {
        let layout = Layout::of(&parse(text).unwrap());
        let comments: Vec<&str> = layout.comments.iter().map(|comment| comment.of(text)).collect();
        assert_eq!(comments, expect, "{text}");
    }

    #[test]
    fn comments_are_told_from_all_that_looks_like_them() {
        check("fn f() {} // a\n//b  \n// c", &["// a", "//b", "// c"]);
        check("const A: &str = \"// no\"; // yes", &["// yes"]);
        check("const A: &str = r#\"\n\" // no \"#; const B: char = '/'; // yes", &["// yes"]);
        check("/* // no /* // no */ // no */ // yes\nfn f<'a>(a: &'a u8) {} // and\n", &["// yes", "// and"]);
        check("/// no\n//! no\nfn f() { /*/ // no */ a / b // yes\n / c }".replace("//! no\n", "").as_str(), &["// yes"]);
        check("\u{feff}#!/usr/bin/env run\n// yes\r\nfn ç() {} // é\r\n", &["// yes", "// é"]);
        check("m! { // in a macro\n a }", &["// in a macro"]);
        check("", &[]);
    }

    #[test]
    fn tokens_are_found_by_their_first_byte() {
        let text = "fn f() { a(b) }";
        let layout = Layout::of(&parse(text).unwrap());
        let found: Vec<_> = [0, 1, 9, 10, 15].iter().map(|at| layout.token_from(*at).map(|token| token.of(text))).collect();
        assert_eq!(found, [Some("fn"), Some("f"), Some("a"), Some("("), None]);
    }
}
