//! What manifests and the configuration of test runners say about which tests run, and how.
//!
//! | code | after |
//! |---|---|
//! | `test-cut-off` | `autotests = false`, `test = false`, `harness = false`, `doctest = false`, `required-features` on a `[[test]]`, a member taken out of the workspace |
//! | `checks-off` | `overflow-checks = false`, `debug-assertions = false` in the profile that tests are built with |
//! | `runner-loosened` | nextest's `default-filter`, more `retries`; a `runner` in `.cargo/config.toml` |
//! | `allow-added` | a lint set to a lower level in `[lints]` |
//!
//! No accusation: what the base had as well; a package that is new or gone; `autotests = false` with a `[[test]]`
//! for every file that has tests.

mod members;
mod runner;

use camino::{Utf8Path, Utf8PathBuf};
use toml::{Table, Value};

use super::expand::Others;
use super::{Accusation, Pair};
use crate::syntax::{Lines, Span};

/// Accuse the manifests among `changed`.
pub(super) fn accuse(changed: &[Pair], others: &Others<'_>) -> Vec<Accusation> {
    let mut found = Vec::new();
    for pair in changed {
        let (Some(base), Some(head)) = (table(pair.base.as_deref()), table(pair.head.as_deref())) else { continue };
        let file = Manifest {
            path: &pair.path,
            text: pair.head.as_deref().unwrap_or_default(),
            base_text: pair.base.as_deref().unwrap_or_default(),
            base: &base,
            head: &head,
        };
        match pair.path.file_name() {
            Some("Cargo.toml") => found.extend(file.package(changed, others)),
            Some("nextest.toml") => found.extend(file.nextest()),
            Some("config.toml") if pair.path.parent().is_some_and(|parent| parent.file_name() == Some(".cargo")) => {
                found.extend(file.cargo());
            }
            _ => {}
        }
    }
    found
}

/// A file that is not there says nothing; one that is no TOML is refused by whoever reads it.
fn table(text: Option<&str>) -> Option<Table> {
    text.map_or_else(|| Some(Table::new()), |text| text.parse::<Table>().ok())
}

struct Manifest<'m> {
    path: &'m Utf8Path,
    text: &'m str,
    base_text: &'m str,
    base: &'m Table,
    head: &'m Table,
}

/// The value at a path of keys.
fn at<'v>(table: &'v Table, path: &[&str]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

/// The targets of a kind, each with its name.
fn targets<'v>(table: &'v Table, kind: &str) -> Vec<(&'v str, &'v Table)> {
    let list = match table.get(kind) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_table).collect(),
        Some(Value::Table(one)) => vec![one],
        _ => Vec::new(),
    };
    list.into_iter().map(|target| (target.get("name").and_then(Value::as_str).unwrap_or(""), target)).collect()
}

fn is_false(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool) == Some(false)
}

impl Manifest<'_> {
    fn package(&self, changed: &[Pair], others: &Others<'_>) -> Vec<Accusation> {
        if self.base.is_empty() {
            return Vec::new();
        }
        let mut found = self.targets();
        found.extend(self.autotests(changed, others));
        found.extend(self.members(changed, others));
        for profile in ["test", "dev"] {
            for key in ["overflow-checks", "debug-assertions"] {
                let of = |table| is_false(at(table, &["profile", profile, key]));
                if of(self.head) && !of(self.base) {
                    let title = format!("tests are built without {key} now");
                    let help = "take the line away: a test has to see an overflow and a failing debug assertion";
                    found.push(self.accused("checks-off", &format!("profile.{profile}.{key}"), key, title, help));
                }
            }
        }
        found.extend(self.lints());
        found
    }

    fn accused(&self, code: &'static str, symbol: &str, key: &str, title: String, help: &str) -> Accusation {
        let lines = Lines::new(self.text);
        let text = |line: u32| lines.span(line).of(self.text).trim();
        let is_of_key = |line: &u32| {
            let rest = text(*line).trim_start_matches('"').strip_prefix(key);
            rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_'))
        };
        let named: Vec<u32> = (1..=lines.count()).filter(is_of_key).collect();
        let is_fresh = |line: &&u32| !self.base_text.lines().any(|known| known.trim() == text(**line));
        let line = named.iter().find(is_fresh).or(named.last()).copied();
        let span = line.map(|line| lines.span(line)).map(|span| {
            let text = span.of(self.text);
            let start = span.start + u32::try_from(text.len() - text.trim_start().len()).unwrap_or(0);
            Span::new(start, start + u32::try_from(text.trim().len()).unwrap_or(0))
        });
        Accusation {
            code,
            path: self.path.to_owned(),
            is_of_base: false,
            span,
            line: line.unwrap_or(1),
            symbol: symbol.to_owned(),
            title,
            label: "the base does not have it".to_owned(),
            help: help.to_owned(),
        }
    }

    fn targets(&self) -> Vec<Accusation> {
        let mut found = Vec::new();
        for kind in ["lib", "test", "bin", "example"] {
            let old = targets(self.base, kind);
            for (name, target) in targets(self.head, kind) {
                let before = old.iter().find(|(other, _)| *other == name).map(|(_, before)| *before);
                let symbol = if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") };
                for key in ["test", "harness", "doctest"] {
                    // Examples are built and not tested unless they ask for it.
                    let is_known = is_false(before.and_then(|before| before.get(key))) || (kind, key) == ("example", "test");
                    if is_false(target.get(key)) && !is_known {
                        let title = format!("`{key} = false` takes the tests of {symbol} out of the build or of the harness");
                        found.push(self.accused(
                            "test-cut-off",
                            &symbol,
                            key,
                            title,
                            "take the line away; the tests run with the harness as before",
                        ));
                    }
                }
                found.extend(self.features(kind, &symbol, target, before));
            }
        }
        found
    }

    fn features(&self, kind: &str, symbol: &str, target: &Table, before: Option<&Table>) -> Option<Accusation> {
        let features = |table: &Table| table.get("required-features").and_then(Value::as_array).map_or(0, Vec::len);
        let needs_more = kind == "test" && features(target) > before.map_or(0, features);
        needs_more.then(|| {
            let title = format!("{symbol} is built only with features that nobody has to ask for");
            let help = "put what needs the feature into a test file of its own";
            self.accused("test-cut-off", symbol, "required-features", title, help)
        })
    }

    /// `autotests = false` cuts off the files that no `[[test]]` names.
    fn autotests(&self, changed: &[Pair], others: &Others<'_>) -> Option<Accusation> {
        let of = |table| is_false(at(table, &["package", "autotests"]));
        let lists = |table| targets(table, "test").len();
        let is_off = of(self.head) && (!of(self.base) || lists(self.head) < lists(self.base));
        let folder = self.path.parent().unwrap_or(Utf8Path::new("")).join("tests");
        let named: Vec<Utf8PathBuf> = targets(self.head, "test")
            .into_iter()
            .map(|(name, target)| target.get("path").and_then(Value::as_str).map_or(format!("tests/{name}.rs"), str::to_owned))
            .map(|path| self.path.parent().unwrap_or(Utf8Path::new("")).join(path))
            .collect();
        let is_left = |path: &Utf8PathBuf| path.parent() == Some(&folder) && path.extension() == Some("rs") && !named.contains(path);
        let left = is_off.then(|| files(changed, others).into_iter().find(is_left)).flatten()?;
        let title = format!("`autotests = false` takes {left} out of the build");
        Some(self.accused("test-cut-off", "autotests", "autotests", title, "take the line away, or name every test file in a `[[test]]`"))
    }

    fn lints(&self) -> Vec<Accusation> {
        let levels = |table: &Table| -> Vec<(String, u32)> {
            let groups = [at(table, &["lints"]), at(table, &["workspace", "lints"])];
            let tools = groups.into_iter().flatten().filter_map(Value::as_table).flatten();
            let lints = tools.filter_map(|(tool, lints)| Some((tool, lints.as_table()?)));
            lints.flat_map(|(tool, lints)| lints.iter().map(move |(lint, level)| (format!("{tool}::{lint}"), rank(level)))).collect()
        };
        let before = levels(self.base);
        let mut found = Vec::new();
        for (lint, level) in levels(self.head) {
            let was = before.iter().find(|(other, _)| *other == lint).map(|(_, level)| *level);
            if was.map_or(level == 0, |was| level < was) {
                let key = lint.rsplit("::").next().unwrap_or_default().to_owned();
                let title = format!("the lint `{lint}` is at a lower level now");
                found.push(self.accused("allow-added", &lint, &key, title, "mend what the lint says"));
            }
        }
        found
    }
}

/// The Rust files of the head.
fn files(changed: &[Pair], others: &Others<'_>) -> Vec<Utf8PathBuf> {
    let changed = changed.iter().filter(|pair| pair.head.is_some()).map(|pair| pair.path.clone());
    changed.chain(others.texts().iter().map(|(path, _)| path.clone())).collect()
}

fn rank(level: &Value) -> u32 {
    let name = level.as_str().or_else(|| level.get("level").and_then(Value::as_str)).unwrap_or_default();
    ["allow", "warn", "deny", "forbid"].iter().position(|known| *known == name).and_then(|at| u32::try_from(at).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, base: &str, head: &str, expect: &[&str]) {
        let pairs = [Pair { path: path.into(), old_path: None, base: Some(base.to_owned()), head: Some(head.to_owned()) }];
        let files = || ["tests/a.rs", "tests/b.rs", "crates/x/src/lib.rs"].map(|path| (Utf8PathBuf::from(path), String::new())).to_vec();
        let found = accuse(&pairs, &Others::new(&files));
        let lines: Vec<String> = found.iter().map(|one| format!("{} {}:{}", one.code, one.symbol, one.line)).collect();
        assert_eq!(lines, expect, "{head}");
    }

    #[test]
    fn a_manifest_that_takes_tests_out_is_accused() {
        let base = "[package]\nname = \"x\"\n[lib]\nname = \"x\"\n[[test]]\nname = \"a\"\n";
        let with = |more: &str| format!("{base}{more}");
        check("Cargo.toml", base, base, &[]);
        check("Cargo.toml", base, &with("harness = false\n"), &["test-cut-off test a:7"]);
        check("Cargo.toml", base, &with("required-features = [\"slow\"]\n"), &["test-cut-off test a:7"]);
        check(
            "Cargo.toml",
            base,
            &base.replace("[lib]\n", "[lib]\ntest = false\ndoctest = false\n"),
            &["test-cut-off lib x:4", "test-cut-off lib x:5"],
        );
        check("Cargo.toml", base, &base.replace("[lib]", "autotests = false\n[lib]"), &["test-cut-off autotests:3"]);
        let all = base.replace("[lib]", "autotests = false\n[lib]") + "[[test]]\nname = \"second\"\npath = \"tests/b.rs\"\n";
        check("Cargo.toml", base, &all, &[]);
        check("Cargo.toml", base, &with("[profile.test]\noverflow-checks = false\n"), &["checks-off profile.test.overflow-checks:8"]);
        check("Cargo.toml", base, &with("[dependencies]\nserde = \"2\"\n"), &[]);
    }

    #[test]
    fn a_member_that_is_still_there_has_to_be_a_member() {
        let base = "[workspace]\nmembers = [\"crates/*\"]\n";
        check("Cargo.toml", base, "[workspace]\nmembers = []\n", &["test-cut-off crates/x:2"]);
        check("Cargo.toml", base, "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"crates/x\"]\n", &["test-cut-off crates/x:3"]);
        check("Cargo.toml", base, "[workspace]\nmembers = [\"crates/x\"]\n", &[]);
    }

    #[test]
    fn runners_and_lints() {
        check(
            ".config/nextest.toml",
            "",
            "[profile.default]\nretries = 3\ndefault-filter = \"not test(slow)\"\n",
            &["runner-loosened profile.default.default-filter:3", "runner-loosened profile.default.retries:2"],
        );
        check(".config/nextest.toml", "[profile.default]\nretries = 3\n", "[profile.default]\nretries = 1\n", &[]);
        check(
            ".cargo/config.toml",
            "",
            "[target.x86_64-unknown-linux-gnu]\nrunner = \"true\"\n",
            &["runner-loosened target.x86_64-unknown-linux-gnu.runner:2"],
        );
        let base = "[package]\nname = \"x\"\n[lints.clippy]\nall = \"deny\"\n";
        check("Cargo.toml", base, &base.replace("deny", "warn"), &["allow-added clippy::all:4"]);
        check("Cargo.toml", base, &base.replace("deny", "forbid"), &[]);
    }
}
