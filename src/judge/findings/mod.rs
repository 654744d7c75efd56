//! What to act on: per metric the places that keep its gate from holding, worst first, each with its
//! numbers and the cheapest way out. Refuses to decide how a gate stands.

mod advice;
mod coverage;
mod limits;
mod mutants;
mod shape;
mod suite;

pub(super) use coverage::misses;
pub use mutants::EXAMPLE;
pub(super) use mutants::place;
pub(super) use suite::essence;

use super::{Finding, Row, State};
use crate::policy::{Limit, Metric};
use crate::score::{FileScore, FunctionScore, Part};
use crate::syntax::Span;

/// The findings of one row, worst first. Those without a value of their own have the row's.
pub(super) fn findings(part: Part<'_>, row: &Row) -> Vec<Finding> {
    let mut found = if row.state == State::NotRun { Vec::new() } else { of_metric(part, row) };
    for finding in found.iter_mut().filter(|finding| finding.measured.is_none()) {
        finding.measured = row.measured;
        finding.limit = row.gate.as_ref().map(|gate| gate.limit);
    }
    found
}

fn of_metric(part: Part<'_>, row: &Row) -> Vec<Finding> {
    let fails = row.state == State::Fail;
    match row.metric {
        Metric::Tests => suite::failing_tests(part, fails),
        metric if metric.needs_mutants() => mutants::survivors(part, metric, fails),
        metric if metric.is_percentage() && !fails => Vec::new(),
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
fn ranked<K: Ord>(part: Part<'_>, key: impl Fn(&FileScore, &FunctionScore) -> Option<K>) -> Vec<Ranked<'_, K>> {
    let file_of = |file: usize| &part.scores.files[file];
    let keyed = part.indexed_functions().filter_map(|(file, score)| Some(Ranked { file, score, key: key(file_of(file), score)? }));
    let mut found: Vec<_> = keyed.collect();
    found.sort_by(|one, other| other.key.cmp(&one.key));
    found
}

/// A finding on a function's name that keeps its gate from holding.
fn on_function(metric: Metric, code: &'static str, file: usize, at: Span, texts: Texts) -> Finding {
    let Texts { title, label, help } = texts;
    Finding { file: Some(file), span: Some(at), title, label, help: Some(help), ..Finding::new(metric, code) }
}

/// The words of a finding.
struct Texts {
    title: String,
    label: String,
    help: String,
}
