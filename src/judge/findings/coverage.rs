//! What no test runs, when a coverage gate fails: lines and branch outcomes per function, functions.

use std::cmp::Reverse;

use super::{Ranked, Texts, on_function, ranked};
use crate::coverage::Branch;
use crate::judge::distance::still_needed;
use crate::judge::text::{count, line_ranges, one_line};
use crate::judge::{Finding, Measured, Row};
use crate::policy::{Limit, Metric};
use crate::score::{FileScore, FunctionScore, Part};

/// How many lines, branch outcomes or calls a function lacks for full coverage.
pub(in crate::judge) fn misses(metric: Metric, file: &FileScore, score: &FunctionScore) -> usize {
    match metric {
        Metric::LineCoverage => score.uncovered.len(),
        Metric::BranchCoverage => missed_branches(file, score).len(),
        _ => usize::from(was_entered(file, score) == Some(false)),
    }
}

/// Whether a function was entered; `None` when that was not measured.
fn was_entered(file: &FileScore, score: &FunctionScore) -> Option<bool> {
    file.coverage.as_ref()?.functions.get(&score.function.span.start).copied()
}

/// Functions with lines that did not run, those with the most first.
pub(super) fn uncovered_lines(part: Part<'_>, row: &Row) -> Vec<Finding> {
    let distance = match (row.measured, row.gate.as_ref().map(|gate| gate.limit)) {
        (Some(Measured::Ratio(ratio)), Some(Limit::Min(least))) => still_needed(ratio, least),
        _ => 0,
    };
    let help = format!("cover {} here or elsewhere to hold the gate", count(distance, "more line"));
    let finding = |Ranked { file, score, key }: Ranked<'_, usize>| {
        let coverable = part.scores.files[file].coverage.as_ref().map(|coverage| &coverage.lines);
        let texts = Texts {
            title: format!("`{}` has {} that no test runs", one_line(&score.function.name), count(key as u64, "line")),
            label: format!("not covered: {}", line_ranges(&uncovered(part, &part.scores.files[file], score), coverable)),
            help: help.clone(),
        };
        on_function(Metric::LineCoverage, "uncovered-lines", file, score.function.ident, texts)
    };
    let found = ranked(part, |file, score| Some(uncovered(part, file, score).len()).filter(|lines| *lines > 0));
    found.into_iter().map(finding).collect()
}

/// The lines of a function that did not run and belong to the population.
fn uncovered(part: Part<'_>, file: &FileScore, score: &FunctionScore) -> Vec<u32> {
    score.uncovered.iter().copied().filter(|line| part.has_line(file, *line)).collect()
}

/// Functions with branch outcomes that were not taken, those with the most first.
pub(super) fn uncovered_branches(part: Part<'_>) -> Vec<Finding> {
    let found = ranked(part, |file, score| {
        let missed: Vec<u32> = missed_branches(file, score).into_iter().filter(|line| part.has_line(file, *line)).collect();
        if missed.is_empty() { None } else { Some((missed.len(), Reverse(missed))) }
    });
    let finding = |Ranked { file, score, key: (missed, Reverse(lines)) }: Ranked<'_, (usize, Reverse<Vec<u32>>)>| {
        let mut lines = lines;
        lines.dedup();
        let texts = Texts {
            title: format!("`{}` has {} that no test takes", one_line(&score.function.name), count(missed as u64, "branch outcome")),
            label: format!("not taken on: {}", line_ranges(&lines, None)),
            help: "write a test for each outcome of these conditions".to_owned(),
        };
        on_function(Metric::BranchCoverage, "uncovered-branches", file, score.function.ident, texts)
    };
    found.into_iter().map(finding).collect()
}

/// The lines of the outcomes that were not taken and belong to `score`, one per outcome, sorted.
fn missed_branches(file: &FileScore, score: &FunctionScore) -> Vec<u32> {
    let missed = file.coverage.iter().flat_map(|coverage| &coverage.branches).filter(|branch| !branch.taken);
    let own = missed.filter(|branch| innermost(file, branch).is_some_and(|function| std::ptr::eq(function, score)));
    let mut lines: Vec<u32> = own.map(|branch| branch.line).collect();
    lines.sort_unstable();
    lines
}

/// The innermost function on the line of `branch`: of those that span it, the one that starts last.
fn innermost<'s>(file: &'s FileScore, branch: &Branch) -> Option<&'s FunctionScore> {
    let spans_it = |score: &&FunctionScore| {
        let span = score.function.span;
        (file.lines.line(span.start)..=file.lines.line(span.end)).contains(&branch.line)
    };
    file.functions.iter().filter(spans_it).max_by_key(|score| score.function.span.start)
}

/// Functions that were not entered, the most complex first.
pub(super) fn uncovered_functions(part: Part<'_>) -> Vec<Finding> {
    let found = ranked(part, |file, score| {
        let entered = was_entered(file, score)?;
        (!entered).then(|| score.function.complexity.value())
    });
    let finding = |Ranked { file, score, key }: Ranked<'_, u32>| {
        let texts = Texts {
            title: format!("no test calls `{}`", one_line(&score.function.name)),
            label: format!("never entered; complexity {key}"),
            help: "write a test that calls it, or remove it".to_owned(),
        };
        on_function(Metric::FunctionCoverage, "uncovered-function", file, score.function.ident, texts)
    };
    found.into_iter().map(finding).collect()
}
