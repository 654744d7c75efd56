//! Coverage by test target and by test: what the tests of one group reach. From the same marks as the whole;
//! coverage files know nothing of tests and are not among it.

use std::collections::BTreeMap;

use super::Facts;
use super::assemble::{Dynamic, coverage};
use super::suite::Measured;
use crate::score::GroupCoverage;
use crate::workspace::Source;

/// How the group of documentation examples is called.
const EXAMPLES: &str = "documentation examples";

/// One group for each executable's name, and one for the examples; sorted by name.
pub(super) fn by_target(sources: &[Source<Facts>], dynamic: &Dynamic, measured: &Measured) -> Vec<GroupCoverage> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (test, known) in measured.suite.tests.iter().enumerate() {
        let target = if known.is_executable() { known.name.split("::").next().unwrap_or_default() } else { EXAMPLES };
        groups.entry(target).or_default().push(test);
    }
    groups.into_iter().map(|(name, tests)| group(name, &tests, sources, dynamic, measured)).collect()
}

/// One group for each test, in the order of their names.
pub(super) fn by_test(sources: &[Source<Facts>], dynamic: &Dynamic, measured: &Measured) -> Vec<GroupCoverage> {
    let names: BTreeMap<&str, usize> = measured.suite.tests.iter().zip(0..).map(|(test, index)| (test.name.as_str(), index)).collect();
    names.into_iter().map(|(name, test)| group(name, &[test], sources, dynamic, measured)).collect()
}

fn group(name: &str, tests: &[usize], sources: &[Source<Facts>], dynamic: &Dynamic, measured: &Measured) -> GroupCoverage {
    let reached = measured.reach.reached_by(tests);
    let files = sources.iter().zip(&dynamic.slots).map(|(source, slots)| {
        let plan = source.facts.plan.as_ref().filter(|_| !source.is_build_time)?;
        Some(coverage(&source.path, plan, *slots, dynamic, |slot| reached.contains(slot as usize)))
    });
    GroupCoverage { name: name.to_owned(), tests: u32::try_from(tests.len()).unwrap_or(u32::MAX), files: files.collect() }
}
