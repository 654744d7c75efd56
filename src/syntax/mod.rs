//! Rust source as a tree: the only place that calls `syn` on a whole file. One parse per file feeds
//! everything else. Owns spans in bytes, lines, test code, cfg predicates and the names of functions;
//! refuses to know what is measured or mutated, and to read files.

mod attrs;
mod code_lines;
mod comments;
mod const_use;
mod functions;
mod lines;
pub mod macros;
mod mentions;
mod names;
pub mod outer_attributes;
mod pieces;
mod runnable;
mod scan;
mod span;
mod sparse;
mod test_code;
mod tokens;

pub use attrs::{CfgStack, has_skip_marker, is_test_code};
pub use code_lines::CodeLines;
pub use comments::Layout;
pub use const_use::ConstUse;
pub use functions::{FunctionNode, Owner, functions};
pub use lines::{Lines, Position};
pub use mentions::{Mention, MentionKind, captured, mentions, words};
pub use names::{Namespace, pretty};
pub use pieces::{Piece, Pieces, pieces, test_pieces};
pub use runnable::Runnable;
pub use span::Span;
pub use test_code::test_code;
pub use tokens::tokens_hash;

/// A parsed source text.
pub struct Parsed<'t> {
    /// The text as it lies on disk, byte-order mark and shebang included.
    pub text: &'t str,
    /// The tree. Its token positions are relative to the text without byte-order mark and shebang:
    /// ask [`Parsed::span`], never the tokens.
    pub tree: syn::File,
    /// The lines of the text.
    pub lines: Lines,
    offset: u32,
    is_ascii: bool,
}

/// Why a text is no Rust source file.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What the parser says.
    pub message: String,
    /// Where, in the text as it lies on disk.
    pub position: Position,
}

/// Parse a whole source file, byte-order mark and shebang allowed.
pub fn parse(text: &str) -> Result<Parsed<'_>, SyntaxError> {
    let offset = prefix_len(text);
    parse_behind(text, offset, &text[offset..])
}

/// Parse without documentation and without the insides of `#[cfg(test)] mod tests { .. }`, which takes less time. All
/// places are those of the text; what is wrong in what was left out is not noticed.
pub fn parse_sparsely(text: &str) -> Result<Parsed<'_>, SyntaxError> {
    let offset = prefix_len(text);
    parse_behind(text, offset, &sparse::sparse(text, offset))
}

/// Parse `code`, which stands for `text` from byte `offset` on.
fn parse_behind<'t>(text: &'t str, offset: usize, code: &str) -> Result<Parsed<'t>, SyntaxError> {
    match syn::parse_str::<syn::File>(code) {
        Ok(tree) => {
            Ok(Parsed { text, tree, lines: Lines::new(text), offset: u32::try_from(offset).unwrap_or(u32::MAX), is_ascii: text.is_ascii() })
        }
        Err(error) => {
            let range = error.span().byte_range();
            let at = u32::try_from(offset + range.start).unwrap_or(u32::MAX).min(u32::try_from(text.len()).unwrap_or(u32::MAX));
            Err(SyntaxError { message: error.to_string(), position: Lines::new(text).position(text, at) })
        }
    }
}

impl Parsed<'_> {
    /// The bytes of a token or of a joined range of tokens.
    pub fn span(&self, span: proc_macro2::Span) -> Span {
        if self.is_ascii {
            return Span::new(self.start(span), self.end(span));
        }
        let range = span.byte_range();
        let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX) + self.offset;
        Span::new(at(range.start), at(range.end))
    }

    /// The first byte of a token.
    pub fn start(&self, span: proc_macro2::Span) -> u32 {
        if self.is_ascii { self.byte(span.start()) } else { self.span(span).start }
    }

    /// The byte behind a token.
    pub fn end(&self, span: proc_macro2::Span) -> u32 {
        if self.is_ascii { self.byte(span.end()) } else { self.span(span).end }
    }

    /// Where characters are bytes, a line and a column are found sooner than a byte, for which the tokens' owner
    /// counts characters.
    fn byte(&self, place: proc_macro2::LineColumn) -> u32 {
        let line = u32::try_from(place.line).unwrap_or(u32::MAX);
        // What stands before the first token's line is not known to the tokens.
        let before = if line == 1 { self.offset } else { 0 };
        self.lines.span(line).start + u32::try_from(place.column).unwrap_or(u32::MAX) + before
    }

    /// The bytes of a node, from its first token to its last.
    pub fn span_of(&self, node: &impl syn::spanned::Spanned) -> Span {
        self.span(node.span())
    }

    /// The text of a node as it was written.
    pub fn source(&self, node: &impl syn::spanned::Spanned) -> &str {
        self.span_of(node).of(self.text)
    }
}

/// Bytes of the byte-order mark and of a shebang line; `#![attribute]` is no shebang.
fn prefix_len(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    let is_shebang = rest.strip_prefix("#!").is_some_and(|after| !after.trim_start().starts_with('['));
    let shebang = if is_shebang { rest.find('\n').unwrap_or(rest.len()) } else { 0 };
    mark + shebang
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_bytes_of_the_file_behind_mark_shebang_and_wide_characters() {
        let text = "\u{feff}#!/usr/bin/env run\n/* ç */ fn é() {}\n";
        let parsed = parse(text).unwrap();
        assert_eq!(parsed.source(&parsed.tree.items[0]), "fn é() {}");
        let plain = parse("#![allow(x)]\nfn f() {}").unwrap();
        assert_eq!(plain.tree.attrs.len(), 1);
    }

    #[test]
    fn places_are_the_same_whether_characters_are_bytes_or_not() {
        let ascii = "\u{feff}#!/usr/bin/env run\nfn f() {\r\n    a()\n}\n\nfn g() {}";
        let wide = format!("{ascii} // é");
        for text in [ascii, &wide, &ascii[3..], &ascii[ascii.find("fn").unwrap()..]] {
            let parsed = parse(text).unwrap();
            let found: Vec<&str> = parsed.tree.items.iter().map(|item| parsed.source(item)).collect();
            assert_eq!(found, ["fn f() {\r\n    a()\n}", "fn g() {}"], "{text}");
            let call = syn::spanned::Spanned::span(&parsed.tree.items[0]);
            assert_eq!(Span::new(parsed.start(call), parsed.end(call)), parsed.span(call));
        }
    }

    #[test]
    fn an_error_names_its_line_and_column() {
        let error = parse("fn a() {}\nfn b() { let }\n").err().unwrap();
        assert_eq!(error.position.line, 2, "{error}");
    }
}
