//! One change of the text of a file, and what it is for. Owns the shape of edits; how they are nested and
//! rendered is told beside.

use crate::syntax::Span;

/// A change of the text that can be withdrawn alone. Edits of one file nest or are disjoint; they never
/// overlap partly. An edit with an empty span is an insertion between statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What it replaces; empty for an insertion.
    pub span: Span,
    /// What stands there instead.
    pub parts: Vec<Part>,
    /// What it is for.
    pub cause: Cause,
}

/// A piece of an edit's text. No piece may contain a line end that the original did not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text of ours.
    Text(String),
    /// The original text of a span inside the edit, with the edits inside it applied.
    Source(Span),
    /// The number of a probe: the index is turned into its slot in the table.
    Slot(u32),
    /// The number of a mutant of this file: the index is turned into its slot in the table.
    MutantSlot(u32),
    /// The k-th alternative of a switch: a mutant, by its index in the file, and its plain text.
    Arm {
        /// Index of the mutant in the file.
        mutant: u32,
        /// What stands before the arm's body: `, 2 => `.
        text: String,
    },
}

/// What an edit is for: whose numbers are lost when it is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// It marks the probes `first..first + count`.
    Probes {
        /// Index of the first probe in the file.
        first: u32,
        /// How many it marks.
        count: u32,
    },
    /// It switches the mutants `first..first + count`.
    Switch {
        /// Index of the first mutant in the file.
        first: u32,
        /// How many it switches.
        count: u32,
    },
    /// It has the program compute a constant again: the file's companion with this index.
    Companion(u32),
    /// It makes the other edits possible (an `extern crate`).
    Support,
}
