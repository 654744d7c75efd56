//! `[attempts]`: after how many failing runs a person has to look. Off unless it is there.

use super::Origin;
use super::keys::Table;
use super::reader::{Key, Reader, Value};

/// How often a change may fail before a person has to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// So many failing runs, at least 1.
    pub max: u32,
    /// Where that was set.
    pub origin: Origin,
}

const MAX: &str = "write how many runs may fail, such as `max = 5`";

impl Reader<'_> {
    /// What the table under `key` says.
    pub(super) fn attempts(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<Attempts> {
        let table = self.table(key, value)?;
        let mut attempts = None;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "max" => {
                    let origin = Origin::File { path: self.path.to_owned(), line: self.line(value.span().start) };
                    attempts = self.count("max", value, MAX).map(|max| Attempts { max, origin });
                }
                _ => self.unknown_key(Table::Attempts, key),
            }
        }
        if !table.contains_key("max") {
            self.problem(key.span(), "`[attempts]` without `max`", "no number", MAX);
        }
        attempts
    }
}
