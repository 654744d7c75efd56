//! The table of gates: measured, limit, where the limit was set, verdict. Owns its columns; refuses to
//! judge and to round.

use std::io::{self, Write};

use annotate_snippets::renderer::Style as Paint;

use super::{BAD, GOOD, QUIET, Style, UNKNOWN};
use crate::judge::{Measured, Row, State};
use crate::policy::{Limit, Metric, Origin};
use crate::report::{Report, shown_status, terminal};
use crate::score::{Part, Scores, Status, TestScore};

const HEAD: [&str; 4] = ["gate", "measured", "limit", "set in"];

/// Columns of the verdict's word.
const WORD: usize = 12;

/// Write the table and an empty line. Where the terminal is too narrow, remarks stand on lines of their own,
/// and where a limit was set is left out.
pub(in crate::report) fn write(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<&Row> = report.verdict.rows.iter().filter(|row| is_worth_a_row(row)).collect();
    let mut cells: Vec<[String; 4]> = rows.iter().map(|row| cells(row)).collect();
    let mut head = HEAD;
    if taken(widths(&cells, head)) > style.width {
        for row in &mut cells {
            row[3].clear();
        }
        head[3] = "";
    }
    let widths = widths(&cells, head);
    writeln!(out, "  {}", style.paint(QUIET, aligned(&head.map(str::to_owned), widths).trim_end()))?;
    for (row, cells) in rows.iter().zip(&cells) {
        let (paint, word) = verdict(row.state);
        let remark = remark(row, report.scores);
        let fits = taken(widths) + 2 + remark.chars().count() <= style.width;
        let gap = if fits || remark.is_empty() { "  " } else { "\n      " };
        let line = format!("  {}  {}", aligned(cells, widths), style.paint(paint, word) + &" ".repeat(WORD.saturating_sub(word.len())));
        let line = if gap.starts_with('\n') { line.trim_end() } else { &line };
        writeln!(out, "{}", format!("{line}{gap}{remark}").trim_end())?;
    }
    writeln!(out)
}

/// Columns of a row without its remark.
fn taken(widths: [usize; 4]) -> usize {
    2 + widths.iter().map(|width| width + 2).sum::<usize>() + WORD
}

/// A metric that was neither asked for nor measured has nothing to say; one that no default judges is shown to
/// those who judge it.
pub(in crate::report) fn is_worth_a_row(row: &Row) -> bool {
    row.gate.is_some() || (row.measured.is_some() && !row.metric.is_shown_to_who_judges_it())
}

pub(in crate::report) fn cells(row: &Row) -> [String; 4] {
    let limit = row.gate.as_ref().map(|gate| gate.limit);
    let measured = row.measured.map_or_else(|| "-".to_owned(), |measured| measured.shown(limit));
    let set_in = row.gate.as_ref().map_or_else(String::new, |gate| origin(&gate.origin));
    [terminal::line(&row.name), measured, limit_text(row.metric, limit), set_in]
}

pub(in crate::report) fn limit_text(metric: Metric, limit: Option<Limit>) -> String {
    let unit = if metric.is_percentage() { " %" } else { "" };
    match limit {
        Some(Limit::All) if metric == Metric::Checks => "exit 0".to_owned(),
        Some(Limit::All) => "all".to_owned(),
        Some(Limit::Min(limit)) => format!(">= {limit}{unit}"),
        Some(Limit::Max(limit)) => format!("<= {limit}{unit}"),
        None => String::new(),
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::File { path, line } => format!("{}:{line}", terminal::line(path.as_str())),
    }
}

const fn verdict(state: State) -> (Paint, &'static str) {
    match state {
        State::Pass => (GOOD, "ok"),
        State::Fail => (BAD, "FAIL"),
        State::Inconclusive => (UNKNOWN, "inconclusive"),
        State::NotApplicable => (QUIET, "n/a"),
        State::NotRun => (QUIET, "not run"),
        State::NoLimit => (QUIET, "no limit"),
    }
}

/// The paths that the row is about, and what the number was counted over where that says more than the number.
pub(in crate::report) fn remark(row: &Row, scores: &Scores) -> String {
    let paths = terminal::line(&row.population.paths.join(", "));
    let excused = &row.population.excused;
    let excused = [(excused.waived, "waived"), (excused.recorded, "on record")];
    let excused = excused.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}"));
    let counted =
        Some(counted(row, scores)).filter(|counted| !counted.is_empty()).into_iter().chain(excused).collect::<Vec<_>>().join(", ");
    if paths.is_empty() || counted.is_empty() { paths + &counted } else { format!("{paths}: {counted}") }
}

/// Tests that do not run, and those that do not judge.
fn left_out(tests: &TestScore) -> String {
    let counts = [(tests.ignored, "ignored"), (tests.skipped, "judge no mutants")];
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    counts.collect::<Vec<_>>().join(", ")
}

fn counted(row: &Row, scores: &Scores) -> String {
    match (row.metric, row.measured) {
        (Metric::MutationScore, Some(_)) => mutants(row.population.of(scores)),
        (metric, Some(Measured::Ratio(ratio))) => format!("{} of {} {}", ratio.hit, ratio.of, population(metric)),
        (Metric::Tests, _) => scores.tests.as_ref().map_or_else(String::new, left_out),
        (Metric::Checks | Metric::Attempts, _) => String::new(),
        (Metric::Waivers, _) if row.findings > 0 => plural(row.findings, "findings"),
        (metric, Some(_)) if row.findings > 0 => plural(row.findings, population(metric)),
        _ => String::new(),
    }
}

pub(in crate::report) const fn population(metric: Metric) -> &'static str {
    match metric {
        Metric::Tests => "tests",
        Metric::LineCoverage => "lines",
        Metric::BranchCoverage => "branch outcomes",
        Metric::MutationScore | Metric::SurvivingMutants => "mutants",
        Metric::Policy | Metric::Scope | Metric::Integrity => "findings",
        Metric::MutationSites | Metric::FileLines | Metric::UnsafeBlocks | Metric::Panics => "files",
        _ => "functions",
    }
}

/// `212 of 220 mutants: 5 survived, 3 not reached`.
fn mutants(part: Part<'_>) -> String {
    let ratio = part.mutation_ratio();
    let count = |status| part.mutants().filter(|(_, mutant)| !mutant.inactive && shown_status(part.scores, mutant) == status).count();
    let undetected =
        [(count(Status::Survived), "survived"), (count(Status::NoCoverage), "not reached"), (count(Status::RuntimeError), "unjudged")];
    let parts: Vec<String> = undetected.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let whole = format!("{} of {} mutants", ratio.hit, ratio.of);
    if parts.is_empty() { whole } else { format!("{whole}: {}", parts.join(", ")) }
}

/// `1 function`, `2 functions`.
pub(in crate::report) fn plural(count: usize, words: &str) -> String {
    if count == 1 { format!("1 {}", words.trim_end_matches('s')) } else { format!("{count} {words}") }
}

fn widths(cells: &[[String; 4]], head: [&str; 4]) -> [usize; 4] {
    std::array::from_fn(|column| {
        let longest = cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        longest.max(head[column].len())
    })
}

fn aligned(cells: &[String; 4], widths: [usize; 4]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join("  ")
}
