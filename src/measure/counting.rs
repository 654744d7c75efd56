//! The two answers of the counting table that a policy may change. Owns nothing but the choice.

/// How complexity is counted where people differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counting {
    /// Whether each `?` is a decision. Off: it is Rust's way to pass an error on, and no tool counts the
    /// throws of other languages.
    pub question_mark: bool,
    /// Whether a match whose arms are all leaves is one decision, however many arms it has.
    pub flat_match_is_one: bool,
}
