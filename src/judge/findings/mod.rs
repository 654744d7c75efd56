//! What to act on: per metric the places that keep its gate from holding, worst first, each with its
//! numbers and the cheapest way out. Refuses to decide how a gate stands.

mod coverage;
mod limits;
mod mutants;
mod shape;
mod suite;

use super::{Finding, Row, State};
use crate::policy::{Decimal, Limit, Metric};
use crate::score::{FileScore, FunctionScore, Part};
use crate::syntax::Span;

/// The findings of one row, worst first.
pub(super) fn findings(part: Part<'_>, row: &Row) -> Vec<Finding> {
    if row.state == State::NotRun {
        return Vec::new();
    }
    let fails = row.state == State::Fail;
    match row.metric {
        Metric::Tests => suite::failing_tests(part, fails),
        Metric::MutationScore => mutants::survivors(part, fails),
        Metric::LineCoverage | Metric::BranchCoverage | Metric::FunctionCoverage if !fails => Vec::new(),
        Metric::LineCoverage => coverage::uncovered_lines(part, row),
        Metric::BranchCoverage => coverage::uncovered_branches(part),
        Metric::FunctionCoverage => coverage::uncovered_functions(part),
        _ => over_limit(part, row),
    }
}

fn over_limit(part: Part<'_>, row: &Row) -> Vec<Finding> {
    let Some(Limit::Max(limit)) = row.gate.as_ref().map(|gate| gate.limit) else {
        return Vec::new();
    };
    match row.metric {
        Metric::Complexity => limits::complex_functions(part, limit),
        Metric::Crap => limits::crappy_functions(part, limit),
        Metric::MutationSites => limits::crowded_files(part, limit),
        Metric::FileLines | Metric::UnsafeBlocks | Metric::Panics => shape::files(part, row.metric, limit),
        _ => shape::functions(part, row.metric, limit),
    }
}

/// A function, where it is, and how bad it is.
struct Ranked<'s, K> {
    file: usize,
    score: &'s FunctionScore,
    key: K,
}

/// The functions for which `key` gives something, the largest first, equal ones in source order.
fn ranked<'s, K: Ord>(part: Part<'s>, key: impl Fn(&FileScore, &FunctionScore) -> Option<K>) -> Vec<Ranked<'s, K>> {
    let mut found = Vec::new();
    for (file, file_score) in part.files() {
        let keyed = file_score.functions.iter().filter_map(|score| Some(Ranked { file, score, key: key(file_score, score)? }));
        found.extend(keyed);
    }
    found.sort_by(|one, other| other.key.cmp(&one.key));
    found
}

/// A finding on a function's name that keeps its gate from holding.
fn on_function(metric: Metric, code: &'static str, file: usize, at: Span, texts: Texts) -> Finding {
    let Texts { title, label, help } = texts;
    Finding { metric, code, is_failure: true, file: Some(file), span: Some(at), title, label, help: Some(help), mutant: None }
}

/// The words of a finding.
struct Texts {
    title: String,
    label: String,
    help: String,
}

/// How many more of `of` have to be hit for `least` percent.
fn still_needed(hit: u64, of: u64, least: Decimal) -> u64 {
    let needed = (u128::from(least.millionths) * u128::from(of)).div_ceil(100_000_000);
    u64::try_from(needed).unwrap_or(u64::MAX).saturating_sub(hit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_to_a_percentage_is_in_whole_ones() {
        let needed = |hit, of, least: &str| still_needed(hit, of, Decimal::parse(least).unwrap());
        assert_eq!(needed(5, 10, "90"), 4);
        assert_eq!(needed(5, 10, "90.000001"), 5);
        assert_eq!(needed(9, 10, "90"), 0);
        assert_eq!(needed(10, 10, "90"), 0);
    }
}
