//! Lines and columns of a source text. Owns the conversion from byte offsets; nothing else counts lines.

use serde::{Deserialize, Serialize};

use super::Span;

/// A place for people: both numbers are 1-based, the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
}

/// Where each line of a text starts.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
    len: u32,
}

impl Lines {
    /// Index `text` (at most 4 GiB). A line ends after `\n`.
    pub fn new(text: &str) -> Self {
        let after_newlines = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, at)| at);
        Self { starts: std::iter::once(0).chain(after_newlines).collect(), len: offset(text.len()) }
    }

    /// The 1-based line that holds byte `at`.
    pub fn line(&self, at: u32) -> u32 {
        offset(self.starts.partition_point(|start| *start <= at))
    }

    /// The 1-based line and character column of byte `at` of `text`, the text this index was made from.
    pub fn position(&self, text: &str, at: u32) -> Position {
        let line = self.line(at);
        let start = self.starts[line as usize - 1];
        let column = text[start as usize..at as usize].chars().count() + 1;
        Position { line, column: offset(column) }
    }

    /// The bytes of 1-based `line`, line end included; empty past the last line.
    pub fn span(&self, line: u32) -> Span {
        let at = |index: usize| self.starts.get(index).copied().unwrap_or(self.len);
        Span::new(at(line as usize - 1), at(line as usize))
    }

    /// How many lines the text has; a last line without `\n` counts.
    pub fn count(&self) -> u32 {
        offset(self.starts.len())
    }
}

/// Sources are parsed by `syn`, whose own positions are 32-bit: a longer text never gets this far.
fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a source text under 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let text = "ab\nçd\r\n\nx";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 4);
        let at = |byte: u32| {
            let position = lines.position(text, byte);
            (position.line, position.column)
        };
        assert_eq!([at(0), at(2), at(3), at(5), at(8), at(9)], [(1, 1), (1, 3), (2, 1), (2, 2), (3, 1), (4, 1)]);
        assert_eq!(lines.span(2).of(text), "çd\r\n");
        assert_eq!(lines.span(4).of(text), "x");
        assert!(lines.span(9).is_empty());
    }
}
