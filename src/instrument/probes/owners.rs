//! Who owns which bytes of a file, and which lines that makes coverable. Outer code is painted first and
//! inner code over it.
//!
//! A line is coverable by a probe when a token that the probe owns touches it. A closing or opening
//! delimiter, `;`, `,`, `.`, `?` and `else` alone make no line coverable, nor do attributes and comments: the ends
//! of blocks are told by the walk (`Draft::end`). A literal that
//! spans lines touches all of them.

use std::collections::HashSet;
use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

use crate::syntax::{Lines, Parsed, Span};

const NOBODY: u32 = u32::MAX;

/// The owner of each byte.
pub(super) struct Owners {
    of_byte: Vec<u32>,
    pairs: HashSet<u32>,
}

impl Owners {
    pub(super) fn new(text: &str) -> Self {
        Self { of_byte: vec![NOBODY; text.len()], pairs: HashSet::new() }
    }

    /// Give the bytes of `span` to `probe`, whoever had them.
    pub(super) fn give(&mut self, span: Span, probe: u32) {
        self.of_byte[span.range()].fill(probe);
    }

    /// Take the bytes of `span` from whoever had them.
    pub(super) fn free(&mut self, span: Span) {
        self.give(span, NOBODY);
    }

    /// What `probe` owns, the next probe owns too.
    pub(super) fn either(&mut self, probe: u32) {
        self.pairs.insert(probe);
    }

    /// Each coverable line with each probe that owns a token on it, sorted.
    pub(super) fn lines(&self, parsed: &Parsed<'_>, lines: &Lines) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        self.collect(parsed, lines, parsed.tree.to_token_stream(), &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect(&self, parsed: &Parsed<'_>, lines: &Lines, tokens: TokenStream, found: &mut Vec<(u32, u32)>) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => skip_attribute(&mut tokens),
                TokenTree::Group(group) => self.collect(parsed, lines, group.stream(), found),
                token if makes_coverable(&token) => self.touch(parsed.span(token.span()), lines, found),
                _ => {}
            }
        }
    }

    fn touch(&self, span: Span, lines: &Lines, found: &mut Vec<(u32, u32)>) {
        let owner = if span.is_empty() { NOBODY } else { self.of_byte[span.start as usize] };
        if owner == NOBODY {
            return;
        }
        let last = if self.pairs.contains(&owner) { owner + 1 } else { owner };
        for line in lines.line(span.start)..=lines.line(span.end - 1) {
            found.extend((owner..=last).map(|probe| (line, probe)));
        }
    }
}

/// Go past `[..]` or `![..]`: what stands behind the `#` of an attribute.
fn skip_attribute(tokens: &mut Peekable<IntoIter>) {
    tokens.next_if(|next| matches!(next, TokenTree::Punct(bang) if bang.as_char() == '!'));
    tokens.next_if(|next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket));
}

fn makes_coverable(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => !matches!(punct.as_char(), ';' | ',' | '.' | '?'),
        TokenTree::Ident(ident) => ident != "else",
        _ => true,
    }
}
