//! Verdicts by hand: scores made up from small sources, what they are judged to be, and what is said.

mod findings;
mod identity;
mod marks;
mod overrides;
mod ratchet;
mod shape;
mod states;
mod waivers;

use super::*;
use crate::coverage::{Branch, FileCoverage};
use crate::measure::{Counting, measure};
use crate::mutate::{Mutant, Operator};
use crate::policy::{Decimal, Limit, Origin};
use crate::score::{CoverageFiles, Covered, FileScore, FunctionScore, MutantScore, Status, TestScore};
use crate::syntax::{CfgStack, Lines, Namespace, parse};

const SOURCE: &str = "fn simple() -> u8 {\n    1\n}\n\
    fn branchy(a: bool, b: bool) -> u8 {\n    if a && b {\n        1\n\n    } else if a || b {\n        2\n    } else {\n        3\n    }\n}\n";

/// A file in which nothing was measured.
fn file(path: &str, text: &str) -> FileScore {
    let parsed = parse(text).unwrap();
    let measures = measure(&parsed, &Namespace::default(), &CfgStack::default(), Counting::default());
    let unmeasured = |function| FunctionScore { function, coverage: None, uncovered: Vec::new(), inactive: false };
    FileScore {
        path: path.into(),
        text: text.to_owned(),
        lines: Lines::new(text),
        sites: 0,
        code_lines: measures.lines,
        danger: measures.danger,
        functions: measures.functions.into_iter().map(unmeasured).collect(),
        mutants: Vec::new(),
        coverage: None,
        new: None,
    }
}

/// A file in which each line of a function that is not blank is coverable and all but `missed` ran.
fn covered(path: &str, text: &str, missed: &[u32]) -> FileScore {
    let mut file = file(path, text);
    let mut coverage = FileCoverage::default();
    for score in &mut file.functions {
        let span = score.function.span;
        let of_function = file.lines.line(span.start)..=file.lines.line(span.end - 1);
        let coverable: Vec<u32> = of_function.filter(|line| !file.lines.span(*line).of(text).trim().is_empty()).collect();
        score.uncovered = coverable.iter().copied().filter(|line| missed.contains(line)).collect();
        let hit = coverable.len() - score.uncovered.len();
        score.coverage = Some(Ratio { hit: hit as u64, of: coverable.len() as u64 });
        coverage.functions.insert(span.start, hit > 0);
        coverage.lines.extend(coverable.iter().map(|line| (*line, !missed.contains(line))));
    }
    file.coverage = Some(coverage);
    file
}

fn branch(line: u32, outcome: u32, taken: bool) -> Branch {
    Branch { line, column: 1, decision: line, outcome, taken }
}

/// A mutant of the first `source` in the file.
fn mutant(file: &FileScore, operator: Operator, source: &str, replacement: &str, status: Status) -> MutantScore {
    let at = u32::try_from(file.text.find(source).unwrap()).unwrap();
    let mutant = Mutant {
        id: format!("id-{at}"),
        operator,
        span: Span::new(at, at + u32::try_from(source.len()).unwrap()),
        replacement: replacement.to_owned(),
        function: Some("branchy".to_owned()),
        cfg: CfgStack::default(),
    };
    MutantScore { mutant, status, reason: None, covered_by: Covered::default(), killed_by: None, inactive: false }
}

/// Scores of a run in which all was measured and all is well.
fn good(mut files: Vec<FileScore>) -> Scores {
    for file in files.iter_mut().filter(|file| file.text.contains("&&")) {
        file.sites = 1;
        file.mutants.push(mutant(file, Operator::BinaryOperator, "&&", "||", Status::Killed));
    }
    let tests = Some(TestScore { passed: 3, ..TestScore::default() });
    Scores {
        cage: None,
        files,
        tests,
        coverage_measured: true,
        shape_measured: true,
        sites_counted: true,
        mutants_run: true,
        skips: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
        checks: Vec::new(),
        coverage_files: CoverageFiles::default(),
        by_target: Vec::new(),
        by_test: Vec::new(),
        former: None,
    }
}

fn good_file() -> FileScore {
    covered("src/lib.rs", SOURCE, &[])
}

/// The coverage of the first file.
fn coverage(scores: &mut Scores) -> &mut FileCoverage {
    scores.files[0].coverage.as_mut().unwrap()
}

fn gates(gates: &[(Metric, Limit)]) -> Policy {
    let gate = |(metric, limit): &(Metric, Limit)| Gate { metric: *metric, limit: *limit, origin: Origin::Default };
    Policy { gates: gates.iter().map(gate).collect(), ..Policy::default() }
}

fn least(percent: u32) -> Limit {
    Limit::Min(Decimal::whole(percent))
}

fn most(value: u32) -> Limit {
    Limit::Max(Decimal::whole(value))
}

fn state(verdict: &Verdict, metric: Metric) -> State {
    verdict.rows.iter().find(|row| row.metric == metric).unwrap().state
}

/// Judge by the default policy.
fn judged(scores: &Scores) -> Verdict {
    judge(scores, &Policy::default(), &Scope::all())
}

/// `code: title | label | help`.
fn said(verdict: &Verdict) -> Vec<String> {
    let help = |finding: &Finding| finding.help.clone().unwrap_or_default();
    verdict.findings.iter().map(|finding| format!("{}: {} | {} | {}", finding.code, finding.title, finding.label, help(finding))).collect()
}
