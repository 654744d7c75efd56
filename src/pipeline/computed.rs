//! The constants that the program computes again: which of them do in this build, what that leaves of the code that
//! only the compiler runs, and which of them a mutant of a `const fn` may spoil.

use std::collections::BTreeSet;

use super::Facts;
use super::assemble::Dynamic;
use crate::build::Unit;
use crate::run::ReachMap;
use crate::syntax::ConstUse;
use crate::workspace::Source;

/// The lint that ends the compiler's computations. Where the code speaks of it, they may take as long as they like.
const LINT: &str = "long_running_const_eval";

/// Whether the program computes what the compiler does and the compiler refuses what goes wrong: overflow is
/// checked, and the lint that ends long computations is as it comes.
pub(super) fn computes_alike(units: &[Unit], sources: &[Source<Facts>]) -> bool {
    let is_said = units.iter().flat_map(|unit| &unit.args).any(|arg| arg.contains(LINT)) || sources.iter().any(|it| it.text.contains(LINT));
    !is_said && units.iter().filter(|unit| unit.is_instrumented).all(checks_overflow)
}

fn checks_overflow(unit: &Unit) -> bool {
    let is_on = |value: &str| matches!(value, "y" | "yes" | "on" | "true");
    let said = ["overflow-checks", "debug-assertions"].into_iter().find_map(|key| unit.codegen(key));
    said.map_or_else(|| unit.codegen("opt-level").is_none_or(|level| level == "0"), is_on)
}

/// The constants that the program computes again, once a build and its baseline are there.
pub(super) struct Computed {
    living: Vec<Living>,
    /// What the compiler alone runs.
    const_use: ConstUse,
}

/// One of them, which a test that judges mutants had computed.
struct Living {
    file: usize,
    companion: u32,
    slot: u32,
    /// The functions that its value takes, by name; nothing when it may be any.
    called: Option<BTreeSet<String>>,
}

impl Computed {
    pub(super) fn of(sources: &[Source<Facts>], dynamic: &Dynamic, reach: &ReachMap) -> Computed {
        let mut computed = Computed { living: Vec::new(), const_use: ConstUse::default() };
        let mut values = Vec::new();
        for (file, source) in sources.iter().enumerate() {
            computed.const_use.add(source.facts.const_use.clone());
            for (used, companion) in source.facts.computed.iter().zip(0..) {
                match slot(source, dynamic, file, companion).filter(|slot| !reach.tests(*slot).is_empty()) {
                    Some(slot) => {
                        computed.living.push(Living { file, companion, slot, called: None });
                        values.push(used);
                    }
                    None => computed.const_use.add(used.clone()),
                }
            }
        }
        for (living, used) in computed.living.iter_mut().zip(values) {
            living.called = computed.const_use.called_by(used);
        }
        computed
    }

    /// Whether switches in the constant's value work.
    pub(super) fn is_living(&self, file: usize, companion: u32) -> bool {
        self.living.iter().any(|living| (living.file, living.companion) == (file, companion))
    }

    /// The slots of the constants that take a function of this name.
    pub(super) fn taking(&self, function: &str) -> Vec<u32> {
        let takes = |living: &&Living| living.called.as_ref().is_none_or(|called| called.contains(function));
        self.living.iter().filter(takes).map(|living| living.slot).collect()
    }

    pub(super) fn const_use(&self) -> &ConstUse {
        &self.const_use
    }
}

/// The slot that tells when a companion is computed; nothing where the build is without it.
fn slot(source: &Source<Facts>, dynamic: &Dynamic, file: usize, companion: u32) -> Option<u32> {
    let plan = source.facts.plan.as_ref().filter(|_| dynamic.computes_alike && !source.is_build_time)?;
    let edit = plan.edit_of(companion)?;
    let is_withdrawn = dynamic.refusals.get(&source.path).is_some_and(|refusals| refusals.withdrawn.edits.contains(&edit));
    (!is_withdrawn).then(|| dynamic.slots[file].probe(plan.probe_of(companion)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_is_checked_where_the_command_line_says_so() {
        let checks = |line: &str| {
            let args = line.split(' ').map(str::to_owned).collect();
            let unit = Unit {
                rustc: String::new(),
                args,
                directory: "/w".into(),
                environment: std::collections::BTreeMap::new(),
                root: None,
                is_instrumented: true,
                rounds: 0,
            };
            computes_alike(&[unit], &[])
        };
        assert!(checks("--crate-name a") && checks("-C opt-level=0") && checks("-C opt-level=3 -C debug-assertions=on"));
        assert!(!checks("-C opt-level=1") && !checks("-C overflow-checks=off") && !checks("-C debug-assertions=off"));
        assert!(checks("-C opt-level=3 -C overflow-checks=on -C debug-assertions=off"));
        assert!(!checks("--allow=long_running_const_eval"));
    }
}
