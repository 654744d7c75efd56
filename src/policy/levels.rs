//! The table `[integrity]`: how much each thing weighs that a change must not do to what judges it. Owns the
//! codes with their levels; what they mean is told by [`crate::judge::CODES`].

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::Metric;
use super::keys::Table;
use super::reader::{Key, Reader, Value};
use crate::nearest::nearest;

/// How much a code weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is not reported.
    Allow,
    /// It is reported and fails nothing.
    Warn,
    /// The run fails.
    Deny,
}

/// A code with the row that it belongs to and its level where the policy says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AboutLevel {
    /// The code, a key of `[integrity]`.
    pub code: &'static str,
    /// One of [`Metric::OF_A_CHANGE`].
    pub metric: Metric,
    /// Its level by default.
    pub default: Level,
}

const fn about(code: &'static str, metric: Metric, default: Level) -> AboutLevel {
    AboutLevel { code, metric, default }
}

/// Every code that has a level, in the order of the rows.
pub const LEVELS: &[AboutLevel] = &[
    about("policy-loosened", Metric::Policy, Level::Deny),
    about("new-override", Metric::Policy, Level::Deny),
    about("new-exclude", Metric::Policy, Level::Deny),
    about("new-waiver", Metric::Policy, Level::Deny),
    about("baseline-loosened", Metric::Policy, Level::Deny),
    about("out-of-scope", Metric::Scope, Level::Deny),
    about("protected-path", Metric::Scope, Level::Warn),
    about("new-skip", Metric::Integrity, Level::Deny),
    about("test-removed", Metric::Integrity, Level::Deny),
    about("test-cut-off", Metric::Integrity, Level::Deny),
    about("test-ignored", Metric::Integrity, Level::Deny),
    about("test-emptied", Metric::Integrity, Level::Deny),
    about("should-panic-added", Metric::Integrity, Level::Deny),
    about("test-returns-early", Metric::Integrity, Level::Deny),
    about("panic-swallowed", Metric::Integrity, Level::Deny),
    about("process-exit-in-test", Metric::Integrity, Level::Deny),
    about("assertion-removed", Metric::Integrity, Level::Deny),
    about("assertion-trivial", Metric::Integrity, Level::Deny),
    about("assertion-conditional", Metric::Integrity, Level::Deny),
    about("assertion-weakened", Metric::Integrity, Level::Deny),
    about("result-discarded", Metric::Integrity, Level::Deny),
    about("vacuous-test", Metric::Integrity, Level::Deny),
    about("checks-off", Metric::Integrity, Level::Deny),
    about("runner-loosened", Metric::Integrity, Level::Deny),
    about("production-asks-for-test", Metric::Integrity, Level::Deny),
    about("production-knows-test", Metric::Integrity, Level::Deny),
    about("always-equal", Metric::Integrity, Level::Deny),
    about("assertion-off", Metric::Integrity, Level::Deny),
    about("mutant-no-longer-killed", Metric::Integrity, Level::Deny),
    about("base-test-fails", Metric::Integrity, Level::Deny),
    about("expected-value-rewritten", Metric::Integrity, Level::Warn),
    about("allow-added", Metric::Integrity, Level::Warn),
    about("moved-into-macro", Metric::Integrity, Level::Warn),
];

impl Level {
    const ALL: [(&'static str, Level); 3] = [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];

    /// Its name in `gates.toml`.
    pub const fn name(self) -> &'static str {
        Level::ALL[self as usize].0
    }
}

/// The levels that a policy sets; what it does not set has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    pub(super) set: BTreeMap<&'static str, Level>,
}

impl Levels {
    /// The level of `code`; one without a default denies.
    pub fn of(&self, code: &str) -> Level {
        let default = LEVELS.iter().find(|about| about.code == code).map_or(Level::Deny, |about| about.default);
        self.set.get(code).copied().unwrap_or(default)
    }
}

impl Reader<'_> {
    /// What the table under `key` says.
    pub(super) fn levels(&mut self, key: &Key<'_>, value: &Value<'_>) -> Levels {
        let mut levels = Levels::default();
        for (key, value) in self.table(key, value).into_iter().flatten() {
            let Some(about) = LEVELS.iter().find(|about| about.code == key.get_ref()) else {
                self.unknown_key(Table::Integrity, key);
                continue;
            };
            levels.set.extend(self.level(about.code, value).map(|level| (about.code, level)));
        }
        levels
    }

    fn level(&mut self, code: &str, value: &Value<'_>) -> Option<Level> {
        let help = format!("write `{code} = \"deny\"`, `\"warn\"` or `\"allow\"`");
        let DeValue::String(name) = value.get_ref() else {
            self.wrong_type(code, "a string", value, &help);
            return None;
        };
        let found = Level::ALL.into_iter().find(|(known, _)| *known == name.as_ref());
        if found.is_none() {
            let near = nearest(name, &Level::ALL.map(|(name, _)| name)).map_or(help, |near| format!("did you mean `{near}`?"));
            self.problem(value.span(), &format!("unknown level `{}`", name.escape_debug()), "no such level", &near);
        }
        found.map(|(_, level)| level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn a_code_has_its_level_or_its_default() {
        let policy = |text: &str| Policy::parse(&format!("version = 1\ngates.tests = true\n[integrity]\n{text}"), "gates.toml".into());
        let levels = policy("new-skip = \"warn\"\nprotected-path = \"deny\"\nout-of-scope = \"allow\"").unwrap().levels;
        let found = ["new-skip", "protected-path", "out-of-scope", "policy-loosened", "unheard-of"].map(|code| levels.of(code).name());
        assert_eq!(found, ["warn", "deny", "allow", "deny", "deny"]);
        for (text, expected) in [
            ("new-skips = \"warn\"", "did you mean `new-skip`?"),
            ("new-skip = \"forbid\"", "unknown level `forbid`"),
            ("new-skip = \"wran\"", "did you mean `warn`?"),
            ("new-skip = true", "`new-skip` has to be a string"),
        ] {
            let error = policy(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn levels_are_ordered_and_their_codes_are_described() {
        assert!(Level::ALL.iter().enumerate().all(|(index, (_, level))| *level as usize == index));
        for about in LEVELS {
            assert!(crate::judge::about_code(about.code).is_some(), "{}", about.code);
            assert!(Metric::OF_A_CHANGE.contains(&about.metric), "{}", about.code);
        }
    }
}
