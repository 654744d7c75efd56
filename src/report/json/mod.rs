//! The report for programs: `--format json`. Owns the way from scores and verdict to the [`layout`];
//! refuses to leave anything out.

pub mod layout;

use std::io::{self, Write};
use std::time::Duration;

use super::{Report, outcome_word, shown_reason, shown_status, state_word, terminal};
use crate::coverage::{FileCoverage, Ratio, UsedFile};
use crate::judge::{Crap, Distance, Measured, Outside, Row, Waived};
use crate::measure::{Decision, DecisionKind};
use crate::policy::{Decimal, Limit, Origin};
use crate::run::{CageScore, Exit};
use crate::score::{CheckEnd, CheckScore, FileScore, FormerScore, FunctionScore, GroupCoverage, MutantScore, Scores, SkipScore, Status};
use crate::syntax::Span;

/// Write the report as one JSON document.
pub fn json(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", terminal::json(&serde_json::to_string_pretty(&run(report))?))
}

/// The report as values.
pub(in crate::report) fn run(report: &Report<'_>) -> layout::Run {
    let (scores, verdict) = (report.scores, report.verdict);
    layout::Run {
        version: layout::VERSION,
        tool: layout::Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        rules: super::RULES_VERSION,
        outcome: outcome_word(verdict.outcome).to_owned(),
        exit_code: verdict.outcome.exit_code(),
        policy: policy(report),
        gates: verdict.rows.iter().map(gate).collect(),
        findings: verdict.findings.iter().map(|found| finding(found, scores)).collect(),
        waived: verdict.waived.iter().map(|of| waived(of, report)).collect(),
        checks: scores.checks.iter().map(check).collect(),
        files: scores.files.iter().map(file).collect(),
        functions: scores.functions().map(|(file, score)| function(file, score)).collect(),
        mutants: layout::Mutants {
            run: scores.mutants_run,
            counts: counts(scores),
            list: scores.mutants().map(|(file, score)| mutant(scores, file, score)).collect(),
        },
        tests: tests(scores),
        base_tests: scores.former.as_ref().filter(|former| former.tests > 0).map(base_tests),
        cage: scores.cage.as_ref().map(cage),
        skips: scores.skips.iter().map(skip).collect(),
        targets: scores.by_target.iter().map(target).collect(),
        coverage_files: scores.coverage_files.used.iter().map(coverage_file).collect(),
        problems: verdict.problems.clone(),
        warnings: scores.warnings.clone(),
        timings: timings(report),
    }
}

fn policy(report: &Report<'_>) -> layout::Policy {
    layout::Policy {
        base: report.against.map(|against| layout::Base {
            asked: against.asked.clone(),
            commit: against.commit.clone(),
            has_policy: against.has_policy,
        }),
        file: report.policy.file.as_ref().map(ToString::to_string),
        baseline: report.policy.baseline.file.as_ref().map(ToString::to_string),
        operators: report.policy.mutation.operators.shown(),
        keep: report.policy.mutation.keep.iter().map(|rule| rule.name().to_owned()).collect(),
        exclude: report.policy.mutation.exclude.clone(),
        complexity: layout::Counting {
            question_mark: u32::from(report.policy.counting.question_mark),
            flat_match: if report.policy.counting.flat_match_is_one { "one" } else { "arms" }.to_owned(),
        },
    }
}

fn base_tests(former: &FormerScore) -> layout::BaseTests {
    layout::BaseTests {
        run: former.tests,
        rejudged: former.rejudged,
        failed: former.failed.iter().map(|failure| failure.name.clone()).collect(),
        no_longer_killed: former.lost.iter().map(|mutant| mutant.id.clone()).collect(),
    }
}

fn gate(row: &Row) -> layout::Gate {
    let limit = row.gate.as_ref().map(|gate| gate.limit);
    layout::Gate {
        gate: row.name.clone(),
        state: state_word(row.state).to_owned(),
        measured: row.measured.map(|value| measured(value, limit)),
        limit: limit.map(shown_limit),
        set_in: row.gate.as_ref().and_then(|gate| set_in(&gate.origin)),
        findings: row.findings,
        distance: row.distance().map(distance),
        paths: row.population.paths.clone(),
        reason: row.population.reason.clone(),
        new: row.population.is_new,
        waived: row.population.excused.waived,
        recorded: row.population.excused.recorded,
    }
}

fn measured(value: Measured, limit: Option<Limit>) -> layout::Measured {
    match value {
        Measured::Tests { passed, failed } => layout::Measured::Tests { passed, failed },
        Measured::Ratio(ratio) => layout::Measured::Ratio { hit: ratio.hit, of: ratio.of, percent: shown(value, limit) },
        Measured::Whole(value) => layout::Measured::Whole { value },
        Measured::Check(exit) => {
            layout::Measured::Check { exit: if let Exit::Code(code) = exit { Some(code) } else { None }, ended: value.shown(None) }
        }
        Measured::Crap(crap) => {
            layout::Measured::Crap { complexity: crap.complexity, hit: crap.coverage.hit, of: crap.coverage.of, score: shown(value, limit) }
        }
    }
}

/// The number that the table shows.
fn shown(value: Measured, limit: Option<Limit>) -> f64 {
    float(value.shown(limit).trim_end_matches(" %"))
}

fn shown_limit(limit: Limit) -> layout::Limit {
    let value = |limit: Decimal| float(&limit.to_string());
    match limit {
        Limit::All => layout::Limit::All,
        Limit::Min(limit) => layout::Limit::Min(value(limit)),
        Limit::Max(limit) => layout::Limit::Max(value(limit)),
    }
}

/// The number that prints as `digits`: a few decimal digits survive the way through a float.
fn float(digits: &str) -> f64 {
    digits.parse().expect("digits of our own making")
}

fn set_in(origin: &Origin) -> Option<layout::Place> {
    match origin {
        Origin::Default => None,
        Origin::File { path, line } => Some(layout::Place { path: path.to_string(), line: *line }),
    }
}

fn finding(found: &crate::judge::Finding, scores: &Scores) -> layout::Finding {
    let file = found.file.and_then(|file| scores.files.get(file));
    layout::Finding {
        gate: found.metric.name().to_owned(),
        code: found.code.to_owned(),
        failure: found.is_failure,
        path: file.map(|file| file.path.to_string()).or_else(|| Some(found.outside.as_ref()?.path.to_string())),
        span: file.zip(found.span).map(|(file, span)| stretch(file, span)).or_else(|| line_outside(found.outside.as_ref()?)),
        title: found.title.clone(),
        label: found.label.clone(),
        help: found.help.clone(),
        mutant: found.mutant.clone(),
        symbol: found.symbol.clone(),
        measured: found.measured.map(|value| measured(value, found.limit)),
        limit: found.limit.map(shown_limit),
        distance: found.distance().map(distance),
        fingerprint: found.fingerprint.clone(),
    }
}

fn waived(of: &Waived, report: &Report<'_>) -> layout::Waived {
    let waiver = &report.policy.waivers[of.waiver];
    layout::Waived {
        finding: finding(&of.finding, report.scores),
        item: waiver.item.clone(),
        reason: waiver.reason.clone(),
        expires: waiver.expires.to_string(),
        line: waiver.line,
    }
}

fn check(score: &CheckScore) -> layout::Check {
    let (exit, problem) = match &score.end {
        CheckEnd::Exit(exit) => (Some(Measured::Check(*exit).shown(None)), None),
        CheckEnd::NotStarted(why) => (None, Some(why.clone())),
    };
    layout::Check { name: score.name.clone(), ended: exit, problem, output: score.output.clone() }
}

/// Over with the digits that are shown.
fn distance(distance: Distance) -> layout::Distance {
    match distance {
        Distance::Short(n) => layout::Distance::Short(n),
        Distance::Over(_) => layout::Distance::Over(float(distance.to_string().trim_start_matches("over by "))),
    }
}

/// The start of a line of a file whose text is not known.
fn line_outside(outside: &Outside) -> Option<layout::Stretch> {
    let line = outside.line?;
    Some(layout::Stretch { line, column: 1, end_line: line, end_column: 1 })
}

fn stretch(file: &FileScore, span: Span) -> layout::Stretch {
    let start = file.lines.position(&file.text, span.start);
    let end = file.lines.position(&file.text, span.end);
    layout::Stretch { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}

fn file(file: &FileScore) -> layout::File {
    let lines = |places: &[Span]| places.iter().map(|span| file.lines.line(span.start)).collect();
    layout::File {
        path: file.path.to_string(),
        sites: file.sites,
        code_lines: file.code_lines,
        unsafe_blocks: lines(&file.danger.unsafe_blocks),
        panics: lines(&file.danger.panics),
        coverage: file.coverage.as_ref().map(coverage),
    }
}

fn coverage(coverage: &FileCoverage) -> layout::Coverage {
    let lines = |ran| coverage.lines.iter().filter(move |(_, hit)| **hit == ran).map(|(line, _)| *line).collect();
    let untaken = coverage.branches.iter().filter(|branch| !branch.taken);
    layout::Coverage {
        lines: ratio(coverage.line_ratio()),
        branches: ratio(coverage.branch_ratio()),
        functions: ratio(coverage.function_ratio()),
        covered_lines: lines(true),
        uncovered_lines: lines(false),
        untaken_branches: untaken
            .map(|branch| layout::Outcome { line: branch.line, decision: branch.decision, outcome: branch.outcome })
            .collect(),
    }
}

const fn ratio(ratio: Ratio) -> layout::Ratio {
    layout::Ratio { hit: ratio.hit, of: ratio.of }
}

/// Everything about a function.
pub(crate) fn function(file: &FileScore, score: &FunctionScore) -> layout::Function {
    let function = &score.function;
    let complexity = function.complexity.value();
    let crap = score.coverage.filter(|coverage| coverage.of > 0).map(|coverage| Measured::Crap(Crap { complexity, coverage }));
    layout::Function {
        path: file.path.to_string(),
        name: function.name.clone(),
        line: file.lines.line(function.span.start),
        end_line: file.lines.line(function.span.end.saturating_sub(1)),
        complexity,
        decisions: function.complexity.decisions.iter().map(|found| decision(file, *found)).collect(),
        opaque_macros: function.complexity.opaque.len(),
        cognitive_complexity: function.cognitive.value(),
        lines: function.lines,
        parameters: function.parameters,
        nesting_depth: function.nesting.depth,
        unsafe_blocks: file.own(function, &file.danger.unsafe_blocks),
        panics: file.own(function, &file.danger.panics),
        coverage: score.coverage.map(ratio),
        uncovered: score.uncovered.clone(),
        crap: crap.map(|crap| shown(crap, None)),
        inactive: score.inactive,
    }
}

fn decision(file: &FileScore, decision: Decision) -> layout::Decision {
    layout::Decision {
        line: file.lines.line(decision.span.start),
        kind: decision.kind.name().to_owned(),
        points: decision.points,
        flat: decision.kind == DecisionKind::Match { flat: true },
    }
}

fn counts(scores: &Scores) -> layout::Counts {
    let mut counts = layout::Counts::default();
    for (_, score) in scores.mutants() {
        counts.total += 1;
        *slot(&mut counts, shown_status(scores, score), score.inactive) += 1;
    }
    counts
}

const fn slot(counts: &mut layout::Counts, status: Status, inactive: bool) -> &mut usize {
    match status {
        Status::Killed => &mut counts.killed,
        Status::Survived => &mut counts.survived,
        Status::NoCoverage if inactive => &mut counts.inactive,
        Status::NoCoverage => &mut counts.no_coverage,
        Status::Timeout => &mut counts.timeout,
        Status::CompileError => &mut counts.compile_error,
        Status::RuntimeError => &mut counts.runtime_error,
        Status::Ignored => &mut counts.ignored,
        Status::Pending => &mut counts.pending,
    }
}

fn mutant(scores: &Scores, file: &FileScore, score: &MutantScore) -> layout::Mutant {
    let mutant = &score.mutant;
    layout::Mutant {
        id: mutant.id.clone(),
        path: file.path.to_string(),
        span: stretch(file, mutant.span),
        operator: mutant.operator.name().to_owned(),
        original: mutant.span.of(&file.text).to_owned(),
        replacement: mutant.replacement.clone(),
        function: mutant.function.clone(),
        status: shown_status(scores, score).name().to_owned(),
        reason: shown_reason(scores, score),
        reached_by: score.covered_by.len(),
        killed_by: score.killed_by.clone(),
        inactive: score.inactive,
    }
}

fn skip(skip: &SkipScore) -> layout::Skip {
    layout::Skip {
        path: skip.path.to_string(),
        line: skip.line,
        reason: skip.reason.clone(),
        operators: skip.operators.iter().map(|operator| operator.name().to_owned()).collect(),
        governs: skip.governs,
    }
}

fn target(group: &GroupCoverage) -> layout::Target {
    layout::Target {
        name: group.name.clone(),
        tests: group.tests,
        lines: ratio(group.ratio(FileCoverage::line_ratio)),
        branches: ratio(group.ratio(FileCoverage::branch_ratio)),
        functions: ratio(group.ratio(FileCoverage::function_ratio)),
    }
}

fn coverage_file(file: &UsedFile) -> layout::CoverageFile {
    layout::CoverageFile { path: file.shown.clone(), format: file.format.name().to_owned(), sources: file.sources }
}

fn tests(scores: &Scores) -> Option<layout::Tests> {
    let tests = scores.tests.as_ref()?;
    let failed = tests.failed.iter().map(|test| layout::FailedTest { name: test.name.clone(), output: without_what_varies(&test.output) });
    Some(layout::Tests { passed: tests.passed, failed: failed.collect(), ignored: tests.ignored, skipped: tests.skipped })
}

fn cage(score: &CageScore) -> layout::Cage {
    layout::Cage {
        mode: score.mode.name().to_owned(),
        network: score.network.name().to_owned(),
        active: score.active().into_iter().map(str::to_owned).collect(),
        missing: score.missing(),
        landlock: score.walls.landlock,
    }
}

/// What a test printed, without what is another one in each run: the number of a thread that panics, the time
/// in the test harness's last line.
fn without_what_varies(output: &str) -> String {
    output.split_inclusive('\n').map(|line| without_time(&without_thread_number(line))).collect()
}

/// `thread 'a' (27474) panicked at …` as `thread 'a' panicked at …`.
fn without_thread_number(line: &str) -> String {
    let thread = line.split_once("' (").filter(|(before, _)| before.starts_with("thread '"));
    let parts = thread.and_then(|(before, rest)| Some((before, rest.split_once(") panicked at ")?)));
    match parts {
        Some((before, (number, after))) if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("{before}' panicked at {after}"),
        _ => line.to_owned(),
    }
}

fn without_time(line: &str) -> String {
    match line.split_once("; finished in ") {
        Some((before, time)) if line.starts_with("test result: ") => format!("{before}{}", &time[time.trim_end().len()..]),
        _ => line.to_owned(),
    }
}

fn timings(report: &Report<'_>) -> layout::Timings {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let timings = report.timings;
    layout::Timings {
        total_ms: ms(timings.total),
        read_ms: ms(timings.read),
        build_ms: ms(timings.build),
        tests_ms: ms(timings.tests),
        examples_ms: ms(timings.examples),
        mutants_ms: ms(timings.mutants),
        base_tests_ms: ms(timings.former),
        build_rounds: timings.rounds,
        rebuilt_ms: ms(timings.alone),
        rebuilt: timings.rebuilt,
        reused: timings.reused,
    }
}

#[cfg(test)]
mod tests;
