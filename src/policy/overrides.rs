//! `[[override]]`: other limits for some paths. Owns which paths are meant and which override is the more
//! specific one; refuses to judge.

use camino::Utf8Path;
use globset::{Glob, GlobBuilder, GlobMatcher};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::Table;
use super::reader::{Key, Reader, Value};
use super::{Gate, Metric};

/// Other limits for some paths.
#[derive(Clone, Debug)]
pub struct Override {
    /// Globs of files, relative to the workspace root, as written; never empty.
    pub paths: Vec<String>,
    /// Why, in the words of the policy's author.
    pub reason: String,
    /// Its gates, in the order of [`Metric::ALL`]; never empty.
    pub gates: Vec<Gate>,
    /// The 1-based line of its first key.
    pub line: u32,
    matchers: Vec<GlobMatcher>,
}

/// How closely a glob describes the paths that it matches: the length of what stands before its first
/// wildcard, then how many other characters are not wildcards.
pub type Specificity = (usize, usize);

/// The glob that `text` spells: `*` and `?` stay within one folder, `**` does not.
pub fn glob(text: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).build()
}

impl Override {
    /// Its gate on `metric`, if it has one.
    pub fn gate(&self, metric: Metric) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.metric == metric)
    }

    /// How closely it describes `path`; `None` when it does not match.
    pub fn specificity(&self, path: &Utf8Path) -> Option<Specificity> {
        let matching = self.matchers.iter().filter(|matcher| matcher.is_match(path.as_std_path()));
        matching.map(|matcher| specificity(matcher.glob().glob())).max()
    }
}

fn specificity(glob: &str) -> Specificity {
    let is_wildcard = |c: char| "*?[]{}".contains(c);
    let literal = glob.find(is_wildcard).unwrap_or(glob.len());
    (literal, glob.chars().filter(|c| !is_wildcard(*c)).count())
}

impl Reader<'_> {
    /// What the array of tables under `key` says.
    pub(super) fn overrides(&mut self, key: &Key<'_>, value: &Value<'_>) -> Vec<Override> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type("override", "an array of tables", value, "write `[[override]]` on a line of its own");
            return Vec::new();
        };
        let mut found: Vec<Override> = Vec::new();
        for element in array {
            let Some(table) = self.table(key, element) else { continue };
            if let Some(set) = self.one_override(key, element, table) {
                self.set_before(&found, &set, element);
                found.push(set);
            }
        }
        found
    }

    fn one_override(&mut self, key: &Key<'_>, element: &Value<'_>, table: &DeTable<'_>) -> Option<Override> {
        let (mut paths, mut reason, mut gates) = (None, None, None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "paths" => paths = Some(self.paths(value)),
                "reason" => reason = Some(self.reason(value)),
                "gates" => gates = Some(self.gates_of_paths(key, value)),
                _ => self.unknown_key(Table::Override, key),
            }
        }
        let first = table.keys().map(|key| key.span().start).min();
        let at = first.map_or_else(|| if array_header(element) { key.span() } else { element.span() }, |start| start..start + 1);
        let missing = [("paths", paths.is_none(), PATHS), ("reason", reason.is_none(), REASON), ("gates", gates.is_none(), GATES)];
        for (name, _, help) in missing.iter().filter(|(_, is_missing, _)| *is_missing) {
            self.problem(at.clone(), &format!("an override without `{name}`"), "this one", help);
        }
        let paths = paths?;
        let matchers = paths.iter().filter_map(|path| Some(glob(path).ok()?.compile_matcher())).collect();
        Some(Override { paths, reason: reason?, gates: gates?, line: self.line(at.start), matchers })
    }

    fn paths(&mut self, value: &Value<'_>) -> Vec<String> {
        let paths = self.globs("paths", value, PATHS);
        if paths.is_empty() && value.get_ref().as_array().is_some_and(|array| array.is_empty()) {
            self.problem(value.span(), "an override without a path", "it is over nothing", PATHS);
        }
        paths
    }

    fn reason(&mut self, value: &Value<'_>) -> String {
        match value.get_ref() {
            DeValue::String(reason) if !reason.trim().is_empty() => return reason.trim().to_owned(),
            DeValue::String(_) => self.problem(value.span(), "an override without a reason", "nothing is said", REASON),
            _ => self.wrong_type("reason", "a string", value, REASON),
        }
        String::new()
    }

    fn gates_of_paths(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) -> Vec<Gate> {
        let gates = self.gates(key, value);
        if let (DeValue::Table(table), true) = (value.get_ref(), gates.iter().any(|gate| gate.metric == Metric::Tests)) {
            let span = table.keys().find(|key| key.get_ref() == Metric::Tests.name()).map_or(value.span(), Spanned::span);
            self.problem(span, "`tests` has no paths", "tests are judged over the whole tree", "move it to `[gates]`");
        }
        gates
    }

    /// Two limits for the same paths: one of them would never decide.
    fn set_before(&mut self, before: &[Override], set: &Override, element: &Value<'_>) {
        for earlier in before {
            let path = set.paths.iter().find(|path| earlier.paths.contains(path));
            let gate = set.gates.iter().find(|gate| earlier.gate(gate.metric).is_some());
            if let (Some(path), Some(gate)) = (path, gate) {
                let title = format!("`{}` is set twice for `{path}`", gate.metric.name());
                let label = format!("set before by the override on line {}", earlier.line);
                self.problem(element.span(), &title, &label, "keep one of them");
            }
        }
    }
}

/// Whether a table was opened by a header, which has no place of its own in its span.
fn array_header(element: &Value<'_>) -> bool {
    element.span().is_empty()
}

const PATHS: &str = "write globs of files, such as `paths = [\"src/parser/**\"]`";
const REASON: &str = "say why, such as `reason = \"a table-driven state machine\"`";
const GATES: &str = "set a limit, such as `gates = { complexity = { max = 15 } }`";
