//! Configuration of what starts the tests: nextest, and cargo's `runner`.

use toml::{Table, Value};

use super::Manifest;
use crate::integrity::Accusation;

impl Manifest<'_> {
    pub(super) fn nextest(&self) -> Vec<Accusation> {
        let profiles = |table: &Table| table.get("profile").and_then(Value::as_table).cloned().unwrap_or_default();
        let before = profiles(self.base);
        let mut found = Vec::new();
        for (name, profile) in profiles(self.head) {
            let old = before.get(&name);
            let symbol = |key: &str| format!("profile.{name}.{key}");
            let filter = profile.get("default-filter");
            if filter.is_some() && filter != old.and_then(|old| old.get("default-filter")) {
                let title = "the test runner leaves out some tests by default now".to_owned();
                found.push(self.accused(
                    "runner-loosened",
                    &symbol("default-filter"),
                    "default-filter",
                    title,
                    "take the filter away, or name it where the tests are run",
                ));
            }
            let counts = |profile: Option<&Value>| profile.map_or(0, retries);
            if counts(Some(&profile)) > counts(old) {
                let title = "a failing test is run again until it passes now".to_owned();
                found.push(self.accused(
                    "runner-loosened",
                    &symbol("retries"),
                    "retries",
                    title,
                    "mend the test that does not always pass",
                ));
            }
        }
        found
    }

    pub(super) fn cargo(&self) -> Vec<Accusation> {
        let runners = |table: &Table| -> Vec<(String, Value)> {
            let targets = table.get("target").and_then(Value::as_table).cloned().unwrap_or_default();
            targets.into_iter().filter_map(|(name, target)| Some((name, target.get("runner")?.clone()))).collect()
        };
        let before = runners(self.base);
        let fresh = runners(self.head).into_iter().filter(|runner| !before.contains(runner));
        let accuse = |(target, _): (String, Value)| {
            let title = format!("tests for `{target}` are started by another program now");
            self.accused(
                "runner-loosened",
                &format!("target.{target}.runner"),
                "runner",
                title,
                "take the runner away, or let a person merge it by itself",
            )
        };
        fresh.map(accuse).collect()
    }
}

/// How often a test is run again, overrides included.
fn retries(profile: &Value) -> i64 {
    let of = |value: Option<&Value>| match value {
        Some(Value::Integer(count)) => *count,
        Some(Value::Table(table)) => table.get("count").and_then(Value::as_integer).unwrap_or(0),
        _ => 0,
    };
    let overrides = profile.get("overrides").and_then(Value::as_array);
    of(profile.get("retries")) + overrides.map_or(0, |list| list.iter().map(|one| of(one.get("retries"))).sum())
}
