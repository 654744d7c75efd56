//! Which of all possible mutants are made: the operators, and the rules that leave out places and
//! replacements of little use. Plain data that travels to the rustc wrapper, so that both plan the same.
//!
//! | set | operators | left out |
//! |---|---|---|
//! | `cargo-mutants` | the six of cargo-mutants 27.1 | what cargo-mutants leaves out |
//! | `default` | all | all that [`RULES`] lists |
//! | `all` | all | nothing that a rule could keep |
//! | a list | those | as `default` |

use serde::{Deserialize, Serialize};

use super::Operator;

/// A reason to leave mutants out. Each can be switched off by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Replacements that tell nothing once the others at the place are told.
    Redundant,
    /// Hints about memory.
    Capacity,
    /// Calls that log.
    Logging,
    /// `impl Debug`.
    DebugImpls,
    /// `impl Default`.
    DefaultImpls,
    /// Functions called `new`.
    Constructors,
    /// Texts of panics.
    Messages,
    /// Literals of types, patterns and tables.
    Constants,
    /// `?` in functions that format.
    Formatting,
}

/// A rule with its name and what it leaves out.
#[derive(Clone, Copy, Debug)]
pub struct AboutRule {
    /// The rule.
    pub rule: Rule,
    /// Its name in `keep = [..]`.
    pub name: &'static str,
    /// What it leaves out, and why.
    pub leaves_out: &'static str,
}

/// Every rule.
pub const RULES: [AboutRule; 9] = [
    AboutRule {
        rule: Rule::Redundant,
        name: "redundant",
        leaves_out: "a change that is noticed whenever another one at its place is: of `<` all but `<=`, `!=` and `false`; a negated \
            condition where its operator is negated anyway; what gives the same program as another change",
    },
    AboutRule {
        rule: Rule::Capacity,
        name: "capacity",
        leaves_out: "arguments and calls of `with_capacity`, `reserve`, `shrink_to_fit` and the like",
    },
    AboutRule { rule: Rule::Logging, name: "logging", leaves_out: "calls into `log`, `tracing` and the like" },
    AboutRule { rule: Rule::DebugImpls, name: "debug-impls", leaves_out: "`impl Debug`: what developers read, no program" },
    AboutRule { rule: Rule::DefaultImpls, name: "default-impls", leaves_out: "`impl Default`: no other default suggests itself" },
    AboutRule { rule: Rule::Constructors, name: "constructors", leaves_out: "methods called `new`: there is rarely another good value" },
    AboutRule { rule: Rule::Messages, name: "messages", leaves_out: "texts of `expect` and `expect_err`: what a panic says" },
    AboutRule {
        rule: Rule::Constants,
        name: "constants",
        leaves_out: "literals in types, patterns, discriminants and constant arrays, most of which need a build of their own; and in arrays of more than eight",
    },
    AboutRule {
        rule: Rule::Formatting,
        name: "formatting",
        leaves_out: "`?` in functions that give `fmt::Result`: writing to a string does not fail",
    },
];

impl Rule {
    /// Its name in `keep = [..]`.
    pub const fn name(self) -> &'static str {
        RULES[self as usize].name
    }

    /// The rule of this name.
    pub fn named(name: &str) -> Option<Rule> {
        RULES.iter().map(|about| about.rule).find(|rule| rule.name() == name)
    }
}

/// Which mutants are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// A bit for each operator.
    operators: u32,
    /// A bit for each rule that holds.
    rules: u32,
    /// Whether replacements and places are exactly those of cargo-mutants.
    as_cargo_mutants: bool,
}

/// How many of the operators, the first ones, cargo-mutants has.
const OF_CARGO_MUTANTS: u32 = 6;

impl Default for Selection {
    fn default() -> Self {
        Self { operators: u32::MAX, rules: u32::MAX, as_cargo_mutants: false }
    }
}

impl Selection {
    /// What cargo-mutants 27.1 makes, at the same places.
    pub fn cargo_mutants() -> Self {
        let rules = bit(Rule::Capacity as u32) | bit(Rule::DefaultImpls as u32) | bit(Rule::Constructors as u32);
        Self { operators: bit(OF_CARGO_MUTANTS) - 1, rules, as_cargo_mutants: true }
    }

    /// Everything.
    pub fn all() -> Self {
        Self { rules: 0, ..Self::default() }
    }

    /// These operators, otherwise as by default.
    pub fn of(operators: &[Operator]) -> Self {
        let operators = operators.iter().fold(0, |bits, operator| bits | bit(*operator as u32));
        Self { operators, ..Self::default() }
    }

    /// This selection without `rules`: what they leave out is made.
    #[must_use]
    pub fn keeping(self, rules: &[Rule]) -> Self {
        let kept = rules.iter().fold(0, |bits, rule| bits | bit(*rule as u32));
        Self { rules: self.rules & !kept, ..self }
    }

    /// Whether mutants of `operator` are made.
    pub const fn has(self, operator: Operator) -> bool {
        self.operators & bit(operator as u32) != 0
    }

    /// Whether what `rule` speaks of is left out.
    pub const fn leaves_out(self, rule: Rule) -> bool {
        self.rules & bit(rule as u32) != 0
    }

    /// Whether replacements are exactly those of cargo-mutants.
    pub const fn is_as_cargo_mutants(self) -> bool {
        self.as_cargo_mutants
    }
}

const fn bit(number: u32) -> u32 {
    1 << number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_has_its_operators_and_rules() {
        let (classic, default, all) = (Selection::cargo_mutants(), Selection::default(), Selection::all());
        assert!(classic.has(Operator::StructField) && !classic.has(Operator::IfCondition) && default.has(Operator::MethodCall));
        assert!(classic.leaves_out(Rule::Constructors) && !classic.leaves_out(Rule::Redundant));
        assert!(RULES.iter().all(|about| default.leaves_out(about.rule) && !all.leaves_out(about.rule)));
        let kept = Selection::of(&[Operator::Statement]).keeping(&[Rule::Logging]);
        assert!(kept.has(Operator::Statement) && !kept.has(Operator::FnValue));
        assert!(!kept.leaves_out(Rule::Logging) && kept.leaves_out(Rule::Messages));
    }

    #[test]
    fn rules_stand_in_the_table_in_the_order_of_their_numbers() {
        for (index, about) in RULES.iter().enumerate() {
            assert_eq!((about.rule as usize, Rule::named(about.name)), (index, Some(about.rule)));
        }
    }
}
