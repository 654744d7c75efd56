//! `gates.baseline.toml`: where old code stood when its gates were set. Owns the file's layout, both ways; refuses to
//! know what is measured now.
//!
//! One entry is one line, sorted by place, without line numbers: a change elsewhere moves nothing. Of two entries for
//! one place, which a merge may leave behind, the stricter one counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use toml::de::DeTable;

use super::entries::Entry as Table;
use super::reader::{Key, Reader, Value};
use super::{Decimal, Metric, PolicyError};

/// What is on record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The file it was read from, relative to the workspace root.
    pub file: Option<Utf8PathBuf>,
    /// By metric, sorted by place.
    pub entries: BTreeMap<Metric, Vec<Recorded>>,
}

/// One value on record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recorded {
    /// A function as `path name`, a file as its path, the globs of an override, or nothing for the whole tree.
    pub at: String,
    /// The largest value that is let pass; of a percentage the smallest.
    pub value: Decimal,
    /// What is known of the text, so that it can move: see [`crate::syntax::tokens_hash`].
    pub body: Option<String>,
    /// Its 1-based line.
    pub line: u32,
}

/// The name of the file, beside the policy.
pub const BASELINE_FILE: &str = "gates.baseline.toml";

const HEAD: &str = "\
# Where the tree stood when its gates were set; everything that is not listed is held to gates.toml. Written by
# `cargo gate init --ratchet`; `cargo gate baseline` takes out what has become better.
";

const ENTRY: &str = "have `cargo gate baseline` write this file";

impl Baseline {
    /// What `text` says. Fails on what [`Baseline::write`] does not write, and names the line.
    pub fn parse(text: &str, display_path: &Utf8Path) -> Result<Baseline, PolicyError> {
        super::reader::read_with(text, display_path, |reader, document| Baseline {
            file: Some(display_path.to_owned()),
            entries: reader.baseline(document),
        })
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let mut text = format!("{HEAD}version = 1\n");
        for (metric, entries) in self.entries.iter().filter(|(_, entries)| !entries.is_empty()) {
            let _ = writeln!(text, "\n{} = [", metric.name());
            for entry in entries {
                let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
                let at = if entry.at.is_empty() { String::new() } else { format!("at = {}, ", quoted(&entry.at)) };
                let body = entry.body.as_ref().map_or(String::new(), |body| format!(", body = {}", quoted(body)));
                let _ = writeln!(text, "    {{ {at}{} = {}{body} }},", bound(*metric), entry.value);
            }
            text += "]\n";
        }
        text
    }

    /// The strictest entry of `metric` for the place `at`.
    pub fn entry(&self, metric: Metric, at: &str) -> Option<&Recorded> {
        let entries = self.entries.get(&metric)?.iter().filter(|entry| entry.at == at);
        entries.reduce(|one, other| if is_stricter(metric, other.value, one.value) { other } else { one })
    }

    /// Whether nothing is on record.
    pub fn is_empty(&self) -> bool {
        self.entries.values().all(Vec::is_empty)
    }

    /// What `self`, a change's own copy, lets pass that `base` does not: metric, entry, and what `base` has.
    pub fn looser_than<'s>(&'s self, base: &'s Baseline) -> Vec<(Metric, &'s Recorded, Option<&'s Recorded>)> {
        let mut looser = Vec::new();
        for (&metric, entries) in &self.entries {
            for entry in entries {
                let known = base.entry(metric, &entry.at).or_else(|| base.moved(metric, entry, self));
                if known.is_none_or(|known| is_stricter(metric, known.value, entry.value)) {
                    looser.push((metric, entry, known));
                }
            }
        }
        looser
    }

    /// The entry that `entry` of the newer file `now` was before its code moved: the same text, and no longer there.
    fn moved(&self, metric: Metric, entry: &Recorded, now: &Baseline) -> Option<&Recorded> {
        let mut gone = self.entries.get(&metric)?.iter().filter(|old| now.entry(metric, &old.at).is_none());
        gone.find(|old| old.body.is_some() && old.body == entry.body)
    }
}

/// Whether a value lets less pass than another.
fn is_stricter(metric: Metric, one: Decimal, other: Decimal) -> bool {
    if metric.is_percentage() { one > other } else { one < other }
}

const fn bound(metric: Metric) -> &'static str {
    if metric.is_percentage() { "min" } else { "max" }
}

impl Reader<'_> {
    fn baseline(&mut self, document: &DeTable<'_>) -> BTreeMap<Metric, Vec<Recorded>> {
        let mut found: BTreeMap<Metric, Vec<Recorded>> = BTreeMap::new();
        for (key, value) in document {
            let metric = Metric::ALL.into_iter().filter(|metric| *metric != Metric::Tests).find(|metric| metric.name() == key.get_ref());
            match (key.get_ref().as_ref(), metric) {
                ("version", _) => self.version(value),
                (_, Some(metric)) => found.entry(metric).or_default().extend(self.recorded(metric, key, value)),
                _ => {
                    let title = format!("unknown key `{}`", key.get_ref().escape_debug());
                    self.problem(key.span(), &title, "not a gate of this version", "take it out, or update cargo gate");
                }
            }
        }
        self.require(document, "version", "`version` is missing", "write `version = 1` first");
        for entries in found.values_mut() {
            entries.sort();
        }
        found
    }

    fn recorded(&mut self, metric: Metric, key: &Key<'_>, value: &Value<'_>) -> Vec<Recorded> {
        let tables = self.entries(key, value);
        tables.iter().filter_map(|table| self.one_recorded(metric, table)).collect()
    }

    fn one_recorded(&mut self, metric: Metric, entry: &Table<'_, '_>) -> Option<Recorded> {
        let (mut at, mut limit, mut body) = (String::new(), None, None);
        for (key, value) in entry.table {
            match key.get_ref().as_ref() {
                "at" => at = self.words("at", value, ENTRY)?,
                "body" => body = Some(self.words("body", value, ENTRY)?),
                name if name == bound(metric) => limit = self.number(metric, value),
                _ => {
                    let title = format!("unknown key `{}`", key.get_ref().escape_debug());
                    self.problem(key.span(), &title, "not a key of an entry", ENTRY);
                }
            }
        }
        self.required("an entry", entry, &[(bound(metric), ENTRY)]);
        if at.is_empty() && !metric.is_percentage() {
            self.problem(entry.at.clone(), "an entry without `at`", "of nothing", ENTRY);
        }
        Some(Recorded { at, value: limit?, body, line: self.line(entry.at.start) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Baseline, PolicyError> {
        Baseline::parse(text, BASELINE_FILE.into())
    }

    const TEXT: &str = "version = 1\n\ncomplexity = [\n    { at = \"src/a.rs <impl A<'b> for C>::d\", max = 14, body = \"0a\" },\n    \
        { at = \"src/b.rs c\", max = 12 },\n]\n\nline-coverage = [\n    { min = 71.23 },\n    { at = \"src/b/**\", min = 95 },\n]\n";

    #[test]
    fn what_is_written_is_what_is_read() {
        let read = parse(TEXT).unwrap();
        assert_eq!(read.entry(Metric::Complexity, "src/b.rs c").unwrap().value, Decimal::whole(12));
        assert_eq!(read.entry(Metric::LineCoverage, "").unwrap().value, Decimal::parse("71.23").unwrap());
        assert_eq!(read.entry(Metric::Complexity, "src/b.rs d"), None);
        // In the order of the gates, under a head that says what it is.
        let text = read.write();
        assert_eq!(parse(&text).unwrap().write(), text);
        assert!(text.starts_with("# Where the tree stood"), "{text}");
        let (coverage, complexity) = (text.find("line-coverage = [\n    { min = 71.23 },\n    { at = "), text.find("complexity = ["));
        assert!(coverage.is_some() && coverage < complexity, "{text}");
    }

    #[test]
    fn of_two_entries_the_stricter_one_counts() {
        let text =
            "version = 1\ncrap = [{ at = \"a b\", max = 9 }, { at = \"a b\", max = 8 }]\nmutation-score = [{ min = 5 }, { min = 6 }]\n";
        let read = parse(text).unwrap();
        let value = |metric, at| read.entry(metric, at).unwrap().value.to_string();
        assert_eq!((value(Metric::Crap, "a b"), value(Metric::MutationScore, "")), ("8".to_owned(), "6".to_owned()));
    }

    #[test]
    fn what_lets_more_pass_is_found_and_what_moved_is_not() {
        let base = parse(TEXT).unwrap();
        let looser = |from: &str, to: &str| {
            let head = parse(&TEXT.replace(from, to)).unwrap();
            let looser = head.looser_than(&base);
            looser.iter().map(|(metric, entry, known)| format!("{} {} {}", metric.name(), entry.at, known.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(looser("max = 14", "max = 13"), [""; 0]);
        assert_eq!(looser("max = 14", "max = 15"), ["complexity src/a.rs <impl A<'b> for C>::d true"]);
        assert_eq!(looser("71.23", "71.24"), [""; 0]);
        assert_eq!(looser("71.23", "71.22"), ["line-coverage  true"]);
        assert_eq!(looser("src/a.rs <", "src/moved.rs <"), [""; 0]);
        assert_eq!(looser("src/b.rs c", "src/b.rs d"), ["complexity src/b.rs d false"]);
        assert_eq!(looser("\"src/b.rs c\", max = 12", "\"src/copy.rs\", max = 12, body = \"0a\""), ["complexity src/copy.rs false"]);
    }

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            ("complexity = [{ at = \"a b\", min = 3 }]", "unknown key `min`"),
            ("complexity = [{ at = \"a b\" }]", "an entry without `max`"),
            ("complexity = [{ max = 3 }]", "an entry without `at`"),
            ("complexity = 3", "has to be an array of tables"),
            ("complexty = []", "unknown key `complexty`"),
            ("tests = []", "unknown key `tests`"),
            ("crap = [{ at = \"\", max = 3 }]", "`at` says nothing"),
            ("crap = [{ at = \"a\", max = \"3\" }]", "not a limit for `crap`"),
        ];
        for (text, part) in cases {
            let error = parse(&format!("version = 1\n{text}\n")).unwrap_err();
            assert_eq!(error.line(), Some(2), "{error}");
            assert!(error.to_string().contains(part) && error.to_string().contains("gates.baseline.toml:2"), "{text}: {error}");
        }
        assert!(parse("complexity = []").unwrap_err().to_string().contains("`version` is missing"));
        assert!(parse("version = [").unwrap_err().to_string().contains("not valid TOML"));
    }
}
