//! Which lines hold code: a token, not only white space and comments. Owns the count; refuses
//! to know what the code is.

use fixedbitset::FixedBitSet;

use super::Parsed;
use super::scan::{Kind, Pieces};

/// The lines of a text that hold code. Documentation comments are comments; a line within a string is code,
/// unless it is blank.
#[derive(Clone, Debug)]
pub struct CodeLines(FixedBitSet);

impl CodeLines {
    /// Those of a file, its byte-order mark and its shebang left out.
    pub fn of(parsed: &Parsed<'_>) -> CodeLines {
        let (mut line, mut found) = (0, FixedBitSet::with_capacity(parsed.lines.count() as usize));
        for piece in Pieces::from(parsed.text, parsed.offset as usize) {
            let is_code = matches!(piece.kind, Kind::Code | Kind::Quoted);
            for byte in parsed.text[piece.start..piece.end].bytes() {
                match byte {
                    b'\n' => line += 1,
                    byte if is_code && !byte.is_ascii_whitespace() => found.insert(line),
                    _ => {}
                }
            }
        }
        CodeLines(found)
    }

    /// How many of the 1-based `lines` hold code.
    pub fn count(&self, lines: std::ops::RangeInclusive<u32>) -> u32 {
        let end = (*lines.end() as usize).min(self.0.len());
        let start = (*lines.start() as usize).saturating_sub(1).min(end);
        u32::try_from(self.0.count_ones(start..end)).unwrap_or(u32::MAX)
    }

    /// How many lines hold code.
    pub fn total(&self) -> u32 {
        self.count(1..=u32::MAX)
    }

    /// Take the 1-based `lines` out.
    pub fn remove(&mut self, lines: std::ops::RangeInclusive<u32>) {
        let end = (*lines.end() as usize).min(self.0.len());
        let start = (*lines.start() as usize).saturating_sub(1).min(end);
        self.0.remove_range(start..end);
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;
    use std::collections::BTreeSet;

    use super::*;
    use crate::syntax::{Layout, Lines, Span, parse};

    fn code_lines(text: &str) -> Vec<u32> {
        let lines = CodeLines::of(&parse(text).unwrap());
        (1..=Lines::new(text).count()).filter(|line| lines.count(*line..=*line) == 1).collect()
    }

    /// The same from the tokens: every line that a token touches and that is not blank, documentation aside.
    fn token_lines(text: &str) -> Vec<u32> {
        let parsed = parse(text).unwrap();
        let lines = Lines::new(text);
        let tokens = Layout::of(&parsed).tokens;
        // The tokens that a documentation comment stands for are all within its first one, the `#`.
        let is_documentation = |token: &&Span| token.of(text).starts_with("//") || token.of(text).starts_with("/*");
        let documentation: Vec<Span> = tokens.iter().filter(is_documentation).copied().collect();
        let within = |token: &Span| {
            documentation.binary_search_by(
                |comment| {
                    if comment.contains(*token) { Ordering::Equal } else { comment.start.cmp(&token.start) }
                },
            )
        };
        let tokens = tokens.iter().filter(|token| within(token).is_err());
        let touched: BTreeSet<u32> = tokens.flat_map(|token| lines.line(token.start)..=lines.line(token.end - 1)).collect();
        touched.into_iter().filter(|line| !lines.span(*line).of(text).trim().is_empty()).collect()
    }

    #[test]
    fn comments_and_blanks_are_no_code_and_strings_are() {
        let cases: &[(&str, &[u32])] = &[
            ("", &[]),
            ("\n// a\n/* b\n\n c */\n/// d\nfn f() {}\n", &[7]),
            ("/* a /* b */\n c */ fn f() {} // d\n", &[2]),
            ("const A: &str = \"// no\n\n  b \\\" /*\";\n// */\n", &[1, 3]),
            ("const A: &str = r#\"\n \" // \\\n\"#;\n// b\n", &[1, 2, 3]),
            ("fn f<'a>(b: &'a u8) { let c = '\"'; }\n// d\nconst E: char = '\\'';\n/* f */", &[1, 3]),
            ("const A: char = 'é'; // \"\n// b", &[1]),
            ("const A: &[u8] = br##\"\"#\n\"##; fn r#type() {}\n//", &[1, 2]),
            ("#[doc = \"a\"]\nfn f() {}", &[1, 2]),
            ("\u{feff}#!/usr/bin/env run\nfn f() {}", &[2]),
        ];
        for (text, expected) in cases {
            assert_eq!(code_lines(text), *expected, "{text}");
            assert_eq!(token_lines(text), *expected, "{text}");
        }
    }

    #[test]
    fn our_own_sources_have_the_lines_that_their_tokens_say() {
        let sources = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).into_iter().map(Result::unwrap);
        let mut checked = 0;
        for source in sources.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs")) {
            let text = std::fs::read_to_string(source.path()).unwrap();
            assert_eq!(code_lines(&text), token_lines(&text), "{}", source.path().display());
            checked += 1;
        }
        assert!(checked > 100, "{checked}");
    }

    #[test]
    fn lines_are_counted_and_taken_out() {
        let mut lines = CodeLines::of(&parse("fn a()\n{\n\n}\nfn b() {}\n").unwrap());
        assert_eq!((lines.total(), lines.count(2..=4), lines.count(9..=12)), (4, 2, 0));
        lines.remove(2..=4);
        assert_eq!((lines.total(), lines.count(1..=1)), (2, 1));
    }
}
