//! From the text of `gates.toml` to a [`Policy`], collecting all that is wrong on the way. Owns the walk
//! over the file and every table that has no file of its own.

use std::borrow::Cow;
use std::ops::Range;

use camino::Utf8Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Policy;
use super::error::{PolicyError, Problem, line_at};
use super::keys::Table;

/// A value with its place.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;
pub(super) type Key<'i> = Spanned<Cow<'i, str>>;

/// The file and what is wrong with it so far.
pub(super) struct Reader<'t> {
    text: &'t str,
    /// What origins call the file.
    pub(super) path: &'t Utf8Path,
    problems: Vec<Problem>,
}

/// The policy that `text` spells.
pub(super) fn read(text: &str, path: &Utf8Path) -> Result<Policy, PolicyError> {
    // With the method itself in its place the compiler finds one lifetime where there have to be two.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "a closure is general enough, the method is not")]
    read_with(text, path, |reader, document| reader.document(document))
}

/// What `of_document` makes of the file, unless something is wrong with it.
pub(super) fn read_with<T>(
    text: &str,
    path: &Utf8Path,
    of_document: impl FnOnce(&mut Reader<'_>, &DeTable<'_>) -> T,
) -> Result<T, PolicyError> {
    let mut reader = Reader { text, path, problems: Vec::new() };
    let found = match DeTable::parse(text) {
        Ok(document) => Some(of_document(&mut reader, document.get_ref())),
        Err(error) => {
            let title = format!("not valid TOML: {}", error.message().replace('\n', ", "));
            reader.problem(error.span().unwrap_or(0..0), &title, "", "mend the syntax; see https://toml.io");
            None
        }
    };
    match found {
        Some(found) if reader.problems.is_empty() => Ok(found),
        _ => Err(PolicyError::new(text, path, reader.problems)),
    }
}

impl Reader<'_> {
    fn document(&mut self, document: &DeTable<'_>) -> Policy {
        let mut policy = Policy { gates: Vec::new(), file: Some(self.path.to_owned()), ..Policy::default() };
        for (key, value) in document {
            let is_known = self.judging(&mut policy, key, value) || self.measuring(&mut policy, key, value);
            match key.get_ref().as_ref() {
                _ if is_known => {}
                "version" => self.version(value),
                _ => self.unknown_key(Table::Top, key),
            }
        }
        self.require(document, "version", "`version` is missing", "write `version = 1` first");
        self.require(document, "gates", "no gate is set", "add a `[gates]` table; without a file the defaults apply");
        policy
    }

    /// Read a table that says what is judged; false when it is another.
    fn judging(&mut self, policy: &mut Policy, key: &Key<'_>, value: &Value<'_>) -> bool {
        match key.get_ref().as_ref() {
            "gates" => policy.gates = self.gates(key, value),
            "override" => policy.overrides = self.overrides(key, value),
            "waiver" => policy.waivers = self.waivers(key, value),
            "check" => policy.checks = self.checks(key, value),
            "attempts" => policy.attempts = self.attempts(key, value),
            "new" => policy.new = self.new_code(key, value),
            "scope" => policy.scope = self.scope(key, value),
            "integrity" => policy.levels = self.levels(key, value),
            _ => return false,
        }
        true
    }

    /// Read a table that says how something is measured; false when it is another.
    fn measuring(&mut self, policy: &mut Policy, key: &Key<'_>, value: &Value<'_>) -> bool {
        match key.get_ref().as_ref() {
            "complexity" => policy.counting = self.counting(key, value),
            "mutation" => policy.mutation = self.mutation(key, value),
            "coverage" => policy.coverage = self.coverage(key, value),
            "cage" => policy.cage = self.cage(key, value),
            _ => return false,
        }
        true
    }

    pub(super) fn require(&mut self, document: &DeTable<'_>, key: &str, title: &str, help: &str) {
        if !document.contains_key(key) {
            self.problem(0..0, title, "", help);
        }
    }

    pub(super) fn version(&mut self, value: &Value<'_>) {
        if value.get_ref().as_integer().is_none_or(|version| version.as_str() != "1") {
            let found = &self.text[value.span()];
            let title = format!("version `{}` is not known", found.escape_debug());
            self.problem(value.span(), &title, "this version of cargo gate reads version 1", "write `version = 1`, or update cargo gate");
        }
    }

    /// The files that the table under `key` names. `lcov` means the same as `files`: what a file is, it says itself.
    fn coverage(&mut self, key: &Key<'_>, value: &Value<'_>) -> Vec<String> {
        let mut files = Vec::new();
        for (key, value) in self.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                name @ ("files" | "lcov") => files.extend(self.coverage_files(name, value)),
                _ => self.unknown_key(Table::Coverage, key),
            }
        }
        files
    }

    fn coverage_files(&mut self, name: &str, value: &Value<'_>) -> Vec<String> {
        let files = self.strings(name, value, &format!("write the paths of coverage files, such as `{name} = [\"target/coverage.info\"]`"));
        for (_, span) in files.iter().filter(|(path, _)| path.trim().is_empty()) {
            self.problem(span.clone(), "this names no file", "an empty path", "write the path of a coverage file, or leave it out");
        }
        files.into_iter().map(|(path, _)| path).collect()
    }

    /// The table under `key`, or a problem.
    pub(super) fn table<'v, 'i>(&mut self, key: &Key<'_>, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        let name = key.get_ref();
        self.wrong_type(name, "a table", value, &format!("write `[{name}]` on a line of its own"));
        None
    }

    /// `name` has a value of another type than `wanted`.
    pub(super) fn wrong_type(&mut self, name: &str, wanted: &str, value: &Value<'_>, help: &str) {
        self.problem(value.span(), &format!("`{name}` has to be {wanted}"), &format!("this is {}", type_name(value)), help);
    }

    /// A key that `table` does not have.
    pub(super) fn unknown_key(&mut self, table: Table, key: &Key<'_>) {
        let title = format!("unknown key `{}`", key.get_ref().escape_debug());
        self.problem(key.span(), &title, &format!("not a key of {}", table.name()), &table.advice(key.get_ref()));
    }

    /// Something is wrong at `span`.
    pub(super) fn problem(&mut self, span: Range<usize>, title: &str, label: &str, help: &str) {
        let (title, label, help) = (title.to_owned(), label.to_owned(), help.to_owned());
        self.problems.push(Problem { span, title, label, help });
    }

    /// The 1-based line of byte `at`.
    pub(super) fn line(&self, at: usize) -> u32 {
        line_at(self.text, at)
    }
}

/// What a value is, with its article.
pub(super) fn type_name(value: &Value<'_>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests;
