//! The table `[complexity]`: how the points are counted where people differ.

use toml::de::DeValue;

use super::keys::Table;
use super::reader::{Key, Reader, Value};
use crate::measure::Counting;

impl Reader<'_> {
    /// What the table under `key` says.
    pub(super) fn counting(&mut self, key: &Key<'_>, value: &Value<'_>) -> Counting {
        let mut counting = Counting::default();
        for (key, value) in self.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "question-mark" => counting.question_mark = self.question_mark(value),
                "flat-match" => counting.flat_match_is_one = self.flat_match(value),
                _ => self.unknown_key(Table::Complexity, key),
            }
        }
        counting
    }

    fn question_mark(&mut self, value: &Value<'_>) -> bool {
        match value.get_ref().as_integer().map(toml::de::DeInteger::as_str) {
            Some("0") => false,
            Some("1") => true,
            _ => {
                let help = "write `question-mark = 1` to count each `?`, or leave it out";
                self.problem(value.span(), "`question-mark` has to be 0 or 1", "points for each `?`", help);
                false
            }
        }
    }

    fn flat_match(&mut self, value: &Value<'_>) -> bool {
        match value.get_ref() {
            DeValue::String(name) if name == "one" => true,
            DeValue::String(name) if name == "arms" => false,
            _ => {
                let help = "write `flat-match = \"one\"` to count a match of leaf arms as one decision, or leave it out";
                self.problem(value.span(), "`flat-match` has to be \"arms\" or \"one\"", "what a flat match counts", help);
                false
            }
        }
    }
}
