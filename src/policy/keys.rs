//! The keys that a policy file may have, and the one that a mistyped key was meant to be. Owns names;
//! refuses to know values.

use super::{LEVELS, Metric};
use crate::nearest::nearest;

/// A table of the file with its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// What stands above all headers.
    Top,
    /// `[gates]`.
    Gates,
    /// `[complexity]`.
    Complexity,
    /// `[mutation]`.
    Mutation,
    /// `[coverage]`.
    Coverage,
    /// `[[override]]`.
    Override,
    /// `[new]`.
    New,
    /// `[scope]`.
    Scope,
    /// `[integrity]`.
    Integrity,
    /// `[[waiver]]`.
    Waiver,
    /// `[[check]]`.
    Check,
    /// `[attempts]`.
    Attempts,
    /// `[cage]`.
    Cage,
}

impl Table {
    const ALL: [Table; 13] = [
        Table::Top,
        Table::Gates,
        Table::Complexity,
        Table::Mutation,
        Table::Coverage,
        Table::Override,
        Table::New,
        Table::Scope,
        Table::Integrity,
        Table::Waiver,
        Table::Check,
        Table::Attempts,
        Table::Cage,
    ];

    /// The keys that may stand in it.
    fn keys(self) -> Vec<&'static str> {
        match self {
            Table::Top => vec![
                "version",
                "gates",
                "override",
                "complexity",
                "mutation",
                "coverage",
                "waiver",
                "check",
                "attempts",
                "cage",
                "new",
                "scope",
                "integrity",
            ],
            Table::Gates => Metric::ALL.map(Metric::name).to_vec(),
            Table::Complexity => vec!["question-mark", "flat-match"],
            Table::Override => vec!["paths", "reason", "gates"],
            Table::Mutation => vec!["operators", "keep", "exclude", "skip-tests"],
            Table::Coverage => vec!["files", "lcov"],
            Table::New => vec!["base", "gates"],
            Table::Scope => vec!["allow"],
            Table::Integrity => LEVELS.iter().map(|about| about.code).collect(),
            Table::Waiver => vec!["gate", "item", "reason", "expires"],
            Table::Check => vec!["name", "run", "timeout", "quick"],
            Table::Attempts => vec!["max"],
            Table::Cage => vec!["mode", "network", "write", "env"],
        }
    }

    /// How a sentence names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Table::Top => "the top level",
            Table::Gates => "`[gates]`",
            Table::Complexity => "`[complexity]`",
            Table::Mutation => "`[mutation]`",
            Table::Coverage => "`[coverage]`",
            Table::Override => "`[[override]]`",
            Table::New => "`[new]`",
            Table::Scope => "`[scope]`",
            Table::Integrity => "`[integrity]`",
            Table::Waiver => "`[[waiver]]`",
            Table::Check => "`[[check]]`",
            Table::Attempts => "`[attempts]`",
            Table::Cage => "`[cage]`",
        }
    }

    /// The next step for a `key` that this table does not have.
    pub(super) fn advice(self, key: &str) -> String {
        let keys = self.keys();
        let home = Table::ALL.into_iter().find(|table| table.keys().contains(&key));
        match (home, nearest(key, &keys)) {
            // A table is more likely to be meant here than one of its keys.
            (_, Some(name)) if self == Table::Top => format!("did you mean `{name}`?"),
            (Some(Table::Top), _) => "it belongs above all tables".to_owned(),
            (Some(home), _) => format!("it belongs in {}", home.name()),
            (None, Some(name)) => format!("did you mean `{name}`?"),
            (None, None) => format!("known here: {}", keys.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_key_finds_the_nearest_and_a_misplaced_one_its_table() {
        let cases = [
            (Table::Gates, "line-covrage", "did you mean `line-coverage`?"),
            (Table::Gates, "line_coverage", "did you mean `line-coverage`?"),
            (Table::Gates, "mutation-site", "did you mean `mutation-sites`?"),
            (Table::Gates, "version", "it belongs above all tables"),
            (Table::Top, "crap", "it belongs in `[gates]`"),
            (Table::Top, "gate", "did you mean `gates`?"),
            (Table::Mutation, "excludes", "did you mean `exclude`?"),
            (Table::Mutation, "zzz", "known here: operators, keep, exclude, skip-tests"),
            (Table::Coverage, "exclude", "it belongs in `[mutation]`"),
            (Table::Override, "path", "did you mean `paths`?"),
            (Table::Override, "crap", "it belongs in `[gates]`"),
            (Table::Top, "flat-match", "it belongs in `[complexity]`"),
            (Table::Complexity, "question-marks", "did you mean `question-mark`?"),
        ];
        for (table, key, advice) in cases {
            assert_eq!(table.advice(key), advice);
        }
    }
}
