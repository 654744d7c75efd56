//! Arrays of tables such as `[[waiver]]`, and the kinds of values that several of them have.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::reader::{Key, Reader, Value};

/// One table of an array of tables.
pub(super) struct Entry<'v, 'i> {
    pub(super) table: &'v DeTable<'i>,
    /// Where to point at when something is missing in it: its first key.
    pub(super) at: Range<usize>,
}

impl Reader<'_> {
    /// The tables of the array under `key`.
    pub(super) fn entries<'v, 'i>(&mut self, key: &Key<'_>, value: &'v Value<'i>) -> Vec<Entry<'v, 'i>> {
        let name = key.get_ref();
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(name, "an array of tables", value, &format!("write `[[{name}]]` on a line of its own"));
            return Vec::new();
        };
        let mut found = Vec::new();
        for element in array {
            let Some(table) = self.table(key, element) else { continue };
            let first = table.keys().map(|key| key.span().start).min();
            // A table that a header opens has no place of its own.
            let whole = if element.span().is_empty() { key.span() } else { element.span() };
            found.push(Entry { table, at: first.map_or(whole, |start| start..start + 1) });
        }
        found
    }

    /// A problem for each of `keys`, with its help, that an entry does not have.
    pub(super) fn required(&mut self, what: &str, entry: &Entry<'_, '_>, keys: &[(&str, &str)]) {
        for (key, help) in keys.iter().filter(|(key, _)| !entry.table.contains_key(*key)) {
            self.problem(entry.at.clone(), &format!("{what} without `{key}`"), "this one", help);
        }
    }

    /// A string that says something, or a problem.
    pub(super) fn words(&mut self, name: &str, value: &Value<'_>, help: &str) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => return Some(text.trim().to_owned()),
            DeValue::String(_) => self.problem(value.span(), &format!("`{name}` says nothing"), "an empty text", help),
            _ => self.wrong_type(name, "a string", value, help),
        }
        None
    }

    /// A whole number from 1 on, or a problem.
    pub(super) fn count(&mut self, name: &str, value: &Value<'_>, help: &str) -> Option<u32> {
        let number = value.get_ref().as_integer().filter(|number| number.radix() == 10);
        let number = number.and_then(|number| number.as_str().parse().ok()).filter(|number| *number > 0);
        if number.is_none() {
            self.problem(value.span(), &format!("`{name}` has to be a whole number from 1 on"), "not one", help);
        }
        number
    }
}
