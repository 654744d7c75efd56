//! What else to point at in a finding's function: the decisions that gave the points, the lines that did not
//! run, the conditions with an outcome that was not taken. Owns the choice of a few; refuses to know how they
//! are drawn.

use super::untaken::untaken;
use super::{Finding, Mark};
use crate::policy::Metric;
use crate::score::{FileScore, FunctionScore, Scores};
use crate::syntax::Span;

/// Decisions that are pointed at; those with the most points when there are more.
const DECISIONS: usize = 12;

/// Stretches of lines that are pointed at; the longest when there are more.
const STRETCHES: usize = 4;

/// Give the findings on functions their marks.
pub(super) fn mark(findings: &mut [Finding], scores: &Scores) {
    for finding in findings {
        let file = finding.file.and_then(|file| scores.files.get(file));
        let function = file.and_then(|file| file.functions.iter().find(|score| Some(score.function.ident) == finding.span));
        if let (Some(file), Some(score)) = (file, function) {
            finding.marks = marks(finding.metric, file, score);
        }
    }
}

fn marks(metric: Metric, file: &FileScore, score: &FunctionScore) -> Vec<Mark> {
    match metric {
        Metric::Complexity => decisions(score),
        Metric::Crap | Metric::LineCoverage => uncovered(file, score),
        Metric::BranchCoverage => decided(file, score),
        _ => Vec::new(),
    }
}

fn decisions(score: &FunctionScore) -> Vec<Mark> {
    let mut decisions: Vec<_> = score.function.complexity.decisions.iter().collect();
    decisions.sort_by_key(|decision| std::cmp::Reverse(decision.points));
    decisions.truncate(DECISIONS);
    in_place(decisions.into_iter().map(|decision| Mark { span: decision.span, label: format!("+{}", decision.points) }).collect())
}

/// The lines that did not run, where others did: of a function that was never called there is nothing to add.
fn uncovered(file: &FileScore, score: &FunctionScore) -> Vec<Mark> {
    if score.coverage.is_none_or(|coverage| coverage.hit == 0) {
        return Vec::new();
    }
    let lines = file.coverage.as_ref().map(|coverage| &coverage.lines);
    let is_covered_between = |from: u32, to: u32| lines.is_none_or(|lines| lines.range(from + 1..to).any(|(_, ran)| *ran));
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    for &line in &score.uncovered {
        match stretches.last_mut() {
            Some((_, end)) if line == *end + 1 || !is_covered_between(*end, line) => *end = line,
            _ => stretches.push((line, line)),
        }
    }
    stretches.sort_by_key(|(start, end)| (std::cmp::Reverse(end - start), *start));
    stretches.truncate(STRETCHES);
    let label = |(start, end): (u32, u32)| if start == end { "not covered".to_owned() } else { format!("not covered, to line {end}") };
    in_place(stretches.into_iter().map(|stretch| Mark { span: text_of(file, stretch.0), label: label(stretch) }).collect())
}

fn decided(file: &FileScore, score: &FunctionScore) -> Vec<Mark> {
    let branches = file.coverage.iter().flat_map(|coverage| &coverage.branches);
    let mut marks = untaken(file, branches.filter(|branch| score.function.span.contains(text_of(file, branch.line))));
    marks.truncate(STRETCHES);
    marks
}

/// A line without the white space around its text.
pub(super) fn text_of(file: &FileScore, line: u32) -> Span {
    let whole = file.lines.span(line);
    let text = whole.of(&file.text);
    let bytes = |text: &str| u32::try_from(text.len()).unwrap_or(0);
    let start = whole.start + bytes(text) - bytes(text.trim_start());
    Span::new(start, start + bytes(text.trim()))
}

fn in_place(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by_key(|mark| mark.span);
    marks
}
