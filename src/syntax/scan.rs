//! A text as a row of pieces, told apart without making tokens: code, literals in quotes, comments,
//! documentation. Owns where strings and comments begin and end; refuses to know what code means.

/// One piece of a text. The pieces of a text follow each other without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names, numbers, punctuation and white space.
    Code,
    /// A string, a character, a byte string and the like, from the first quote to the last.
    Quoted,
    /// A comment that is not documentation, without the line's end.
    Comment,
    /// `///`, `//!`, `/** */`, `/*! */`.
    Documentation,
}

/// The pieces of a text that parses, in order.
pub(super) struct Pieces<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Pieces<'t> {
    /// Those of `text` from byte `at` on.
    pub(super) const fn from(text: &'t str, at: usize) -> Self {
        Self { text: text.as_bytes(), at }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// Behind the code that begins at `at`.
    fn code(&self, mut at: usize) -> usize {
        while let Some(byte) = self.byte(at) {
            match byte {
                _ if self.ends_code(byte, at) => break,
                byte if is_word(byte) => {
                    let end = self.word(at);
                    if self.raw_string(at, end).is_some() {
                        break;
                    }
                    at = end;
                }
                _ => at += 1,
            }
        }
        at
    }

    /// Whether a string, a comment or a character begins with the byte at `at`.
    fn ends_code(&self, byte: u8, at: usize) -> bool {
        match byte {
            b'"' => true,
            b'/' => matches!(self.byte(at + 1), Some(b'/' | b'*')),
            b'\'' => self.character(at).is_some(),
            _ => false,
        }
    }

    fn word(&self, at: usize) -> usize {
        let rest = self.text[at..].iter().position(|byte| !is_word(*byte));
        rest.map_or(self.text.len(), |length| at + length)
    }

    /// Behind the character that a quote at `at` begins; `None` for a lifetime.
    fn character(&self, at: usize) -> Option<usize> {
        let first = self.byte(at + 1)?;
        let behind = if first == b'\\' {
            // What is escaped may itself be a quote.
            at + 3
        } else {
            // `'a'` closes behind one character; `'a` does not.
            let length = utf8_length(first);
            (self.byte(at + 1 + length)? == b'\'').then_some(at + 1 + length)?
        };
        let close = self.text.get(behind..)?.iter().position(|byte| *byte == b'\'')?;
        Some(behind + close + 1)
    }

    /// Behind the raw string that the word from `at` to `end` begins, if it begins one.
    fn raw_string(&self, at: usize, end: usize) -> Option<usize> {
        if !matches!(&self.text[at..end], b"r" | b"br" | b"cr") {
            return None;
        }
        let hashes = self.text[end..].iter().take_while(|byte| **byte == b'#').count();
        if self.byte(end + hashes)? != b'"' {
            return None;
        }
        let mut close = end + hashes + 1;
        while let Some(length) = self.text[close..].iter().position(|byte| *byte == b'"') {
            close += length + 1;
            if self.text[close..].iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes {
                return Some(close + hashes);
            }
        }
        Some(self.text.len())
    }

    /// Behind the string that a quote at `at` begins.
    fn string(&self, at: usize) -> usize {
        let mut at = at + 1;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'"' => return at + 1,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    fn block_comment(&self, at: usize) -> usize {
        let (mut at, mut depth) = (at, 0_usize);
        while let Some(byte) = self.byte(at) {
            let change = match (byte, self.byte(at + 1)) {
                (b'/', Some(b'*')) => 1,
                (b'*', Some(b'/')) => -1,
                _ => 0,
            };
            at += if change == 0 { 1 } else { 2 };
            depth = depth.saturating_add_signed(change);
            if depth == 0 {
                break;
            }
        }
        at
    }

    fn comment(&self, at: usize) -> (Kind, usize) {
        let start = &self.text[at..];
        let is_documentation = match start {
            [b'/', b'/', b'/', rest @ ..] => rest.first() != Some(&b'/'),
            [b'/', b'*', b'*', rest @ ..] => !matches!(rest.first(), Some(b'*' | b'/')),
            [b'/', b'/' | b'*', b'!', ..] => true,
            _ => false,
        };
        let end = if start[1] == b'/' {
            start.iter().position(|byte| *byte == b'\n').map_or(self.text.len(), |length| at + length)
        } else {
            self.block_comment(at)
        };
        (if is_documentation { Kind::Documentation } else { Kind::Comment }, end)
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        let first = self.byte(start)?;
        let (kind, end) = match first {
            b'"' => (Kind::Quoted, self.string(start)),
            b'/' if matches!(self.byte(start + 1), Some(b'/' | b'*')) => self.comment(start),
            b'\'' => match self.character(start) {
                Some(end) => (Kind::Quoted, end),
                None => (Kind::Code, self.code(start + 1)),
            },
            byte if is_word(byte) => match self.raw_string(start, self.word(start)) {
                Some(end) => (Kind::Quoted, end),
                None => (Kind::Code, self.code(start)),
            },
            _ => (Kind::Code, self.code(start)),
        };
        self.at = end.min(self.text.len());
        Some(Piece { kind, start, end: self.at })
    }
}

const fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

const fn utf8_length(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(Kind, &str)]) {
        let pieces: Vec<_> = Pieces::from(text, 0).map(|piece| (piece.kind, &text[piece.start..piece.end])).collect();
        assert_eq!(pieces, expect, "{text}");
    }

    #[test]
    fn pieces_are_told_apart_and_leave_no_gap() {
        use Kind::{Code, Comment, Documentation, Quoted};
        check("a / b", &[(Code, "a / b")]);
        check("a // b\nc", &[(Code, "a "), (Comment, "// b"), (Code, "\nc")]);
        check(
            "/// a\n//! b\n//// c\n//",
            &[
                (Documentation, "/// a"),
                (Code, "\n"),
                (Documentation, "//! b"),
                (Code, "\n"),
                (Comment, "//// c"),
                (Code, "\n"),
                (Comment, "//"),
            ],
        );
        check(
            "/** a /* b */ c */d/**//*** e *//*! f */",
            &[(Documentation, "/** a /* b */ c */"), (Code, "d"), (Comment, "/**/"), (Comment, "/*** e */"), (Documentation, "/*! f */")],
        );
        check("a(\"b \\\" // \\\\\", c)", &[(Code, "a("), (Quoted, "\"b \\\" // \\\\\""), (Code, ", c)")]);
        check("r#\"a\" // \"#;br\"\\\" r#b", &[(Quoted, "r#\"a\" // \"#"), (Code, ";"), (Quoted, "br\"\\\""), (Code, " r#b")]);
        check(
            "b'{' '\\'' '\"' 'é' '\\u{7d}'",
            &[
                (Code, "b"),
                (Quoted, "'{'"),
                (Code, " "),
                (Quoted, "'\\''"),
                (Code, " "),
                (Quoted, "'\"'"),
                (Code, " "),
                (Quoted, "'é'"),
                (Code, " "),
                (Quoted, "'\\u{7d}'"),
            ],
        );
        check("&'a str + 'b: c<'_>", &[(Code, "&'a str + 'b: c<'_>")]);
        check("'a'b", &[(Quoted, "'a'"), (Code, "b")]);
        check("", &[]);
        check("\"a", &[(Quoted, "\"a")]);
    }
}
