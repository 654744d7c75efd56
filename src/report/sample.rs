//! Hand-built runs for the tests of every format: one that fails, one that passes, one in which nothing
//! could be measured.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Call, Report, Timings};
use crate::coverage::{Branch, FileCoverage, Ratio};
use crate::judge::{Against, Crap, Finding, Measured, Outcome, Population, Row, State, Verdict, identify};
use crate::measure::{Cognitive, Complexity, Danger, Function, Nesting};
use crate::mutate::{Mutant, Operator};
use crate::policy::{Decimal, Gate, Limit, Metric, Origin, Policy};
use crate::score::{CoverageFiles, FileScore, FunctionScore, MutantScore, Scores, Status, TestScore};
use crate::syntax::{CfgStack, Lines, Span};

/// A run, owned.
pub(crate) struct Sample {
    pub(crate) scores: Scores,
    pub(crate) verdict: Verdict,
    pub(crate) policy: Policy,
    pub(crate) timings: Timings,
    pub(crate) call: Call,
    pub(crate) against: Option<Against>,
}

impl Sample {
    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            scores: &self.scores,
            verdict: &self.verdict,
            policy: &self.policy,
            timings: &self.timings,
            call: &self.call,
            against: self.against.as_ref(),
        }
    }
}

const PRICE: &str = "\
/// What a basket costs.
pub fn discount(quantity: u32, price: u32) -> u32 {
    if quantity > 10 {
        return price * 9 / 10;
    }
    price
}

#[cfg(windows)]
fn on_windows() -> bool {
    true
}
";

/// One CRAP finding, one survivor under a passing score, one inactive function.
pub(crate) fn failing() -> Sample {
    let mut file = file("src/price.rs", PRICE);
    file.functions = vec![function(PRICE, "discount", 3, Some(Ratio { hit: 3, of: 4 })), inactive(function(PRICE, "on_windows", 1, None))];
    file.mutants = vec![
        mutant(PRICE, " > ", ">=", Status::Survived, &["shop::tests::discount_small", "shop::tests::discount_large"]),
        killed(mutant(PRICE, "*", "+", Status::Killed, &["shop::tests::discount_small"])),
        mutant(PRICE, "/", "%", Status::Timeout, &["shop::tests::discount_small"]),
        MutantScore { reason: Some("E0308: mismatched types".to_owned()), ..mutant(PRICE, "\n    price\n", "", Status::CompileError, &[]) },
        MutantScore { inactive: true, ..mutant(PRICE, "true", "false", Status::NoCoverage, &[]) },
    ];
    let lines = BTreeMap::from([(3, true), (4, false), (6, true)]);
    let branches = vec![branch(0, false), branch(1, true)];
    file.coverage = Some(FileCoverage { lines, branches, functions: BTreeMap::from([(at(PRICE, "fn discount").start, true)]) });
    let crap = Crap { complexity: 14, coverage: Ratio { hit: 71, of: 100 } };
    let rows = vec![
        row(Metric::Tests, Some((Limit::All, 4)), Measured::Tests { passed: 412, failed: 0 }, State::Pass, 0),
        row(Metric::LineCoverage, Some((min(90), 5)), Measured::Ratio(Ratio { hit: 8999, of: 10_000 }), State::Fail, 0),
        row(Metric::BranchCoverage, None, Measured::Ratio(Ratio { hit: 1, of: 2 }), State::NoLimit, 0),
        Row { measured: None, ..row(Metric::FunctionCoverage, None, Measured::Whole(0), State::NoLimit, 0) },
        row(Metric::Complexity, Some((max(15), 6)), Measured::Whole(14), State::Pass, 0),
        row(Metric::Crap, Some((max(8), 8)), Measured::Crap(crap), State::Fail, 1),
        row(Metric::MutationScore, Some((min(60), 9)), Measured::Ratio(Ratio { hit: 2, of: 3 }), State::Pass, 1),
        row(Metric::MutationSites, Some((max(100), 10)), Measured::Whole(5), State::Pass, 0),
    ];
    let findings = vec![
        Finding {
            help: Some("split to complexity 7 or less and cover 73 % or more; not covered: 97, 103-109, 120".to_owned()),
            measured: Some(Measured::Crap(crap)),
            limit: Some(max(8)),
            ..finding(
                Metric::Crap,
                "crap",
                "`discount` is complex and under-tested",
                "crap 18.8, at most 8: complexity 14, coverage 71 %",
                at(PRICE, "discount"),
            )
        },
        Finding {
            is_failure: false,
            help: Some("assert the price at quantity == 10, for example in `discount_large`".to_owned()),
            mutant: Some("00000000005d".to_owned()),
            measured: Some(Measured::Ratio(Ratio { hit: 2, of: 3 })),
            limit: Some(min(60)),
            ..finding(
                Metric::MutationScore,
                "surviving-mutant",
                "no test notices `>` replaced by `>=`",
                "2 tests come here, none fails",
                at(PRICE, " > "),
            )
        },
    ];
    let verdict = Verdict { outcome: Outcome::Fail, rows, findings, waived: Vec::new(), problems: Vec::new() };
    let warnings = vec!["the test `shop::tests::clock` fails only when instrumented and was set aside".to_owned()];
    sample(Scores { warnings, ..scores(vec![file]) }, verdict)
}

/// Two gates that hold, by the built-in defaults.
pub(crate) fn passing() -> Sample {
    let rows = vec![
        row(Metric::Tests, Some((Limit::All, 0)), Measured::Tests { passed: 3, failed: 0 }, State::Pass, 0),
        row(Metric::MutationScore, Some((min(80), 0)), Measured::Ratio(Ratio { hit: 1, of: 1 }), State::Pass, 0),
    ];
    let mut file = file("src/price.rs", PRICE);
    file.mutants = vec![killed(mutant(PRICE, "*", "+", Status::Killed, &["shop::tests::discount_small"]))];
    let verdict = Verdict { outcome: Outcome::Pass, rows, findings: Vec::new(), waived: Vec::new(), problems: Vec::new() };
    let mut sample = sample(scores(vec![file]), verdict);
    sample.policy.file = None;
    sample
}

/// The code does not compile.
pub(crate) fn nothing_measured() -> Sample {
    let problem = "src/lib.rs:3:5: cannot find value `x`\nmend what `cargo test --no-run` reports, then run the gate again";
    let unmeasured =
        |metric, limit, line| Row { measured: None, ..row(metric, Some((limit, line)), Measured::Whole(0), State::Inconclusive, 0) };
    let rows = vec![
        unmeasured(Metric::Tests, Limit::All, 3),
        unmeasured(Metric::LineCoverage, min(90), 4),
        row(Metric::Complexity, Some((max(10), 5)), Measured::Whole(2), State::Pass, 0),
    ];
    let verdict =
        Verdict { outcome: Outcome::Inconclusive, rows, findings: Vec::new(), waived: Vec::new(), problems: vec![problem.to_owned()] };
    let unmeasured =
        Scores { tests: None, coverage_measured: false, mutants_run: false, problems: vec![problem.to_owned()], ..scores(Vec::new()) };
    let mut sample = sample(unmeasured, verdict);
    sample.timings = Timings { total: Duration::from_millis(380), ..Timings::default() };
    sample
}

fn sample(scores: Scores, mut verdict: Verdict) -> Sample {
    identify(&mut verdict.findings, &scores);
    let gates = verdict.rows.iter().filter_map(|row| row.gate.clone()).collect();
    let policy = Policy { gates, file: Some("gates.toml".into()), ..Policy::default() };
    let timings = Timings {
        total: Duration::from_millis(6_940),
        read: Duration::from_millis(40),
        build: Duration::from_millis(5_100),
        tests: Duration::from_millis(300),
        examples: Duration::from_millis(120),
        former: Duration::ZERO,
        mutants: Duration::from_millis(1_400),
        rounds: 2,
        alone: Duration::from_millis(900),
        rebuilt: 3,
        reused: 4,
    };
    Sample { scores, verdict, policy, timings, call: Call::default(), against: None }
}

fn scores(files: Vec<FileScore>) -> Scores {
    let tests = TestScore { passed: 412, failed: Vec::new(), ignored: 2, skipped: 0 };
    Scores {
        cage: None,
        files,
        tests: Some(tests),
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

/// A file with nothing measured but its text.
pub(crate) fn file(path: &str, text: &str) -> FileScore {
    FileScore {
        path: path.into(),
        text: text.to_owned(),
        lines: Lines::new(text),
        sites: 5,
        code_lines: 0,
        danger: Danger::default(),
        functions: Vec::new(),
        mutants: Vec::new(),
        coverage: None,
        new: None,
    }
}

/// The first place of `needle`; spaces around it help to find it and are left out.
pub(crate) fn at(text: &str, needle: &str) -> Span {
    let start = text.find(needle).expect("the sample has it") + needle.len() - needle.trim_start().len();
    Span::new(u32::try_from(start).unwrap(), u32::try_from(start + needle.trim().len()).unwrap())
}

/// A failing finding in the first file.
pub(crate) fn finding(metric: Metric, code: &'static str, title: &str, label: &str, span: Span) -> Finding {
    Finding { file: Some(0), span: Some(span), title: title.to_owned(), label: label.to_owned(), ..Finding::new(metric, code) }
}

fn function(text: &str, name: &str, points: u32, coverage: Option<Ratio>) -> FunctionScore {
    let ident = at(text, name);
    let end = ident.start + u32::try_from(text[ident.range().start..].find("\n}").unwrap()).unwrap() + 2;
    let span = Span::new(ident.start - 3, end);
    let decision = crate::measure::Decision { span: ident, kind: crate::measure::DecisionKind::If, points: points - 1 };
    let decisions = if points > 1 { vec![decision] } else { Vec::new() };
    let function = Function {
        name: name.to_owned(),
        span,
        body: span,
        ident,
        cfg: CfgStack::default(),
        complexity: Complexity { decisions, ..Complexity::default() },
        cognitive: Cognitive::default(),
        nesting: Nesting::default(),
        lines: 6,
        parameters: 2,
    };
    FunctionScore { function, coverage, uncovered: vec![4], inactive: false }
}

fn inactive(score: FunctionScore) -> FunctionScore {
    FunctionScore { inactive: true, uncovered: Vec::new(), ..score }
}

fn mutant(text: &str, original: &str, replacement: &str, status: Status, covered_by: &[&str]) -> MutantScore {
    let span = at(text, original);
    let mutant = Mutant {
        id: format!("{:012x}", span.start),
        operator: Operator::BinaryOperator,
        span,
        replacement: replacement.to_owned(),
        function: Some("discount".to_owned()),
        cfg: CfgStack::default(),
    };
    let covered_by = covered_by.iter().map(ToString::to_string).collect();
    MutantScore { mutant, status, reason: None, covered_by, killed_by: None, inactive: false }
}

fn killed(score: MutantScore) -> MutantScore {
    MutantScore { killed_by: score.covered_by.first().map(ToOwned::to_owned), ..score }
}

fn branch(outcome: u32, taken: bool) -> Branch {
    Branch { line: 3, column: 5, decision: 0, outcome, taken }
}

/// Line 0 stands for a built-in default.
fn row(metric: Metric, limit: Option<(Limit, u32)>, measured: Measured, state: State, findings: usize) -> Row {
    let gate = limit.map(|(limit, line)| {
        let origin = if line == 0 { Origin::Default } else { Origin::File { path: "gates.toml".into(), line } };
        Gate { metric, limit, origin }
    });
    let name = metric.name().to_owned();
    Row { metric, name, gate, measured: Some(measured), state, findings, population: Population::default() }
}

const fn min(percent: u32) -> Limit {
    Limit::Min(Decimal::whole(percent))
}

const fn max(value: u32) -> Limit {
    Limit::Max(Decimal::whole(value))
}
