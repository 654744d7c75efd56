//! `[[check]]`: any other command that has to exit with 0. Owns what a check may say; refuses to run one.

use std::time::Duration;

use toml::de::DeValue;

use super::Origin;
use super::entries::Entry;
use super::keys::Table;
use super::reader::{Key, Reader, Value};

/// A command that is judged as a gate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name: unlike all others, of letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// The program and its arguments; never empty.
    pub run: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// Whether it runs with `--quick`, too.
    pub quick: bool,
    /// Where it was set.
    pub origin: Origin,
}

/// How long a check may take that does not say it: half an hour.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

const NAME: &str = "write a name of letters, digits, `-`, `_` and `.`, such as `name = \"clippy\"`";
const RUN: &str = "write the program and its arguments, such as `run = [\"cargo\", \"clippy\"]`";
const SECONDS: &str = "write how many seconds it may take, such as `timeout = 600`";

impl Check {
    /// What rows, reports and `--only` call it.
    pub fn gate_name(&self) -> String {
        format!("check:{}", self.name)
    }
}

impl Reader<'_> {
    /// What the array of tables under `key` says.
    pub(super) fn checks(&mut self, key: &Key<'_>, value: &Value<'_>) -> Vec<Check> {
        let mut found: Vec<Check> = Vec::new();
        for entry in self.entries(key, value) {
            let Some(check) = self.check(&entry) else { continue };
            if found.iter().any(|other| other.name == check.name) {
                let title = format!("there are two checks named `{}`", check.name);
                self.problem(entry.at.clone(), &title, "the second", "give each a name of its own");
            }
            found.push(check);
        }
        found
    }

    fn check(&mut self, entry: &Entry<'_, '_>) -> Option<Check> {
        let (mut name, mut run, mut timeout, mut quick) = (None, None, Some(TIMEOUT), false);
        for (key, value) in entry.table {
            match key.get_ref().as_ref() {
                "name" => name = self.check_name(value),
                "run" => run = self.command(value),
                "timeout" => timeout = self.count("timeout", value, SECONDS).map(|seconds| Duration::from_secs(seconds.into())),
                "quick" => quick = self.switch("quick", value),
                _ => self.unknown_key(Table::Check, key),
            }
        }
        self.required("a check", entry, &[("name", NAME), ("run", RUN)]);
        let origin = Origin::File { path: self.path.to_owned(), line: self.line(entry.at.start) };
        Some(Check { name: name?, run: run?, timeout: timeout?, quick, origin })
    }

    fn check_name(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self.words("name", value, NAME)?;
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !is_plain {
            self.problem(value.span(), "not a name for a check", "it is typed on the command line", NAME);
        }
        is_plain.then_some(name)
    }

    fn command(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let is_array = value.get_ref().is_array();
        let words: Vec<String> = self.strings("run", value, RUN).into_iter().map(|(word, _)| word).collect();
        let names_a_program = words.first().is_some_and(|program| !program.trim().is_empty());
        if is_array && !names_a_program {
            self.problem(value.span(), "`run` names no program", "nothing to start", RUN);
        }
        if words.iter().any(|word| word.contains('\0')) {
            self.problem(value.span(), "a word of `run` has a zero byte in it", "no system takes that", RUN);
        }
        names_a_program.then_some(words)
    }

    fn switch(&mut self, name: &str, value: &Value<'_>) -> bool {
        if let DeValue::Boolean(is_on) = value.get_ref() {
            return *is_on;
        }
        self.wrong_type(name, "`true` or `false`", value, &format!("write `{name} = true`, or leave it out"));
        false
    }
}
