//! Which lines hold code: a token, not only white space and comments. Owns the scan over strings and comments;
//! refuses to know what the code is.

use fixedbitset::FixedBitSet;

use super::Parsed;

/// The lines of a text that hold code. Documentation comments are comments; a line within a string is code,
/// unless it is blank.
#[derive(Clone, Debug)]
pub struct CodeLines(FixedBitSet);

impl CodeLines {
    /// Those of a file, its byte-order mark and its shebang left out.
    pub fn of(parsed: &Parsed<'_>) -> CodeLines {
        let text = parsed.text.as_bytes();
        let lines = 1 + text.iter().filter(|byte| **byte == b'\n').count();
        let mut scan = Scan { text, at: parsed.offset as usize, line: 0, found: FixedBitSet::with_capacity(lines) };
        scan.run();
        CodeLines(scan.found)
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

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    /// 0-based.
    line: usize,
    found: FixedBitSet,
}

impl Scan<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'/')) => self.skip_line(),
                (b'/', Some(b'*')) => self.block_comment(),
                (b'"', _) => self.string(),
                (b'\'', _) => self.quote(),
                (byte, _) if byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80 => self.word(),
                _ => self.step(),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    /// Past one byte of code or white space.
    fn step(&mut self) {
        match self.text[self.at] {
            b'\n' => self.line += 1,
            byte if !byte.is_ascii_whitespace() => self.found.insert(self.line),
            _ => {}
        }
        self.at += 1;
    }

    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            let change = match (byte, self.peek(1)) {
                (b'/', Some(b'*')) => 1,
                (b'*', Some(b'/')) => -1,
                _ => 0,
            };
            self.line += usize::from(byte == b'\n');
            self.at += if change == 0 { 1 } else { 2 };
            depth = depth.saturating_add_signed(change);
            if depth == 0 {
                return;
            }
        }
    }

    /// A string that obeys backslashes, from its quote on.
    fn string(&mut self) {
        self.step();
        while let Some(byte) = self.peek(0) {
            self.step();
            match byte {
                b'"' => return,
                b'\\' if self.peek(0).is_some() => self.step(),
                _ => {}
            }
        }
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        self.step();
        let first = self.peek(0);
        if first == Some(b'\\') {
            self.step();
            self.step_if_any();
        } else {
            // `'a'` closes behind one character; `'a` does not.
            let length = first.map_or(0, utf8_length);
            if self.peek(length) != Some(b'\'') {
                return;
            }
        }
        while let Some(byte) = self.peek(0) {
            self.step();
            if byte == b'\'' {
                return;
            }
        }
    }

    fn step_if_any(&mut self) {
        if self.peek(0).is_some() {
            self.step();
        }
    }

    /// A name or a number; with `r`, `br` or `cr` before a quote, a raw string.
    fn word(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(|byte| byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80) {
            self.step();
        }
        let hashes = self.text[self.at..].iter().take_while(|byte| **byte == b'#').count();
        if matches!(&self.text[start..self.at], b"r" | b"br" | b"cr") && self.peek(hashes) == Some(b'"') {
            self.raw_string(hashes);
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        (0..=hashes).for_each(|_| self.step());
        while let Some(byte) = self.peek(0) {
            self.step();
            let closing = self.text[self.at..].iter().take(hashes).filter(|byte| **byte == b'#').count();
            if byte == b'"' && closing == hashes {
                return;
            }
        }
    }
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
