//! How gates stand, and the verdict that comes of it.

use super::*;
use crate::score::FailedTest;

#[test]
fn all_is_well() {
    let verdict = judged(&good(vec![good_file()]));
    let states: Vec<_> = verdict.rows.iter().map(|row| (row.metric, row.state, row.findings)).collect();
    let state = |metric: Metric| match metric {
        Metric::BranchCoverage => State::NotApplicable,
        metric if metric.is_optional() => State::NoLimit,
        _ => State::Pass,
    };
    let with_a_row = Metric::ALL.into_iter().filter(|metric| *metric != Metric::SurvivingMutants);
    let expected: Vec<_> = with_a_row.map(|metric| (metric, state(metric), 0)).collect();
    assert_eq!(states, expected);
    assert_eq!((verdict.outcome, verdict.problems.len(), verdict.findings.len()), (Outcome::Pass, 0, 0));
    let measured: Vec<_> = verdict.rows.iter().map(|row| row.measured.map(|value| value.shown(None)).unwrap_or_default()).collect();
    assert_eq!(measured, ["3 passed", "100 %", "", "100 %", "5", "5", "100 %", "1", "5", "9", "2", "1", "12", "0", "0"]);
}

#[test]
fn outcomes_are_exit_codes() {
    assert_eq!([Outcome::Pass, Outcome::Fail, Outcome::Inconclusive].map(Outcome::exit_code), [0, 1, 3]);
}

/// What is done to good scores, the metric that it concerns, how that then stands, and a part of the
/// problem that is reported for it.
type Case = (fn(&mut Scores), Metric, State, &'static str);

const NOT_MEASURED: &[Case] = &[
    (|scores| scores.tests = None, Metric::Tests, State::Inconclusive, "the tests were not run"),
    (|scores| scores.tests = Some(TestScore::default()), Metric::Tests, State::Inconclusive, "no test was found; write one"),
    (|scores| scores.tests = Some(TestScore { ignored: 2, ..TestScore::default() }), Metric::Tests, State::Inconclusive, "2 tests ignored"),
    (|scores| scores.coverage_measured = false, Metric::LineCoverage, State::Inconclusive, "coverage was not measured"),
    (|scores| scores.coverage_measured = false, Metric::BranchCoverage, State::Inconclusive, "coverage was not measured"),
    (|scores| scores.coverage_measured = false, Metric::Crap, State::Inconclusive, "coverage was not measured"),
    (|scores| scores.mutants_run = false, Metric::MutationScore, State::Inconclusive, "the mutants were not run"),
    (|scores| coverage(scores).lines.clear(), Metric::LineCoverage, State::Inconclusive, "no coverable code"),
    (|scores| coverage(scores).lines.clear(), Metric::BranchCoverage, State::Inconclusive, "no coverable code"),
    (|scores| coverage(scores).functions.clear(), Metric::FunctionCoverage, State::Inconclusive, "no coverable code"),
    (
        |scores| scores.files.push(file("src/b.rs", "fn b() {}")),
        Metric::LineCoverage,
        State::Inconclusive,
        "coverage of `src/b.rs` was not",
    ),
    (
        |scores| scores.files.extend([file("src/b.rs", "fn b() {}"), file("src/c.rs", "fn c() {}")]),
        Metric::BranchCoverage,
        State::Inconclusive,
        "of `src/b.rs` and of 1 further file was not",
    ),
    (|scores| scores.files[0].functions[0].coverage = None, Metric::Crap, State::Inconclusive, "of 1 function was not measured"),
    (
        |scores| scores.files[0].functions[0].coverage = Some(Ratio::default()),
        Metric::Crap,
        State::Inconclusive,
        "of 1 function was not measured",
    ),
    (
        |scores| scores.files[0].functions.iter_mut().for_each(|function| function.coverage = None),
        Metric::Crap,
        State::Inconclusive,
        "of 2 functions was not measured",
    ),
    (
        |scores| scores.files[0].functions.iter_mut().for_each(|function| function.inactive = true),
        Metric::Crap,
        State::Inconclusive,
        "a cfg keeps every function out",
    ),
    (|scores| scores.files.clear(), Metric::Complexity, State::Inconclusive, "no source file was found"),
    (|scores| scores.files.clear(), Metric::MutationSites, State::Inconclusive, "no source file was found"),
    (|scores| scores.files.clear(), Metric::MutationScore, State::Inconclusive, "no source file was found"),
    (|scores| scores.files[0].mutants.clear(), Metric::MutationScore, State::Inconclusive, "no mutant could be judged"),
    (|scores| status(scores, Status::CompileError), Metric::MutationScore, State::Inconclusive, "1 do not compile"),
    (|scores| status(scores, Status::Ignored), Metric::MutationScore, State::Inconclusive, "1 are ignored"),
    (|scores| scores.files[0].mutants[0].inactive = true, Metric::MutationScore, State::Inconclusive, "keeps 1 out of this build"),
    (|scores| status(scores, Status::Pending), Metric::MutationScore, State::Inconclusive, "1 mutant could not be judged"),
    (|scores| second(scores, Status::RuntimeError, "by \n"), Metric::MutationScore, State::Inconclusive, "because: by \\n; run again"),
    (|scores| second(scores, Status::Pending, ""), Metric::MutationScore, State::Inconclusive, "1 mutant could not be judged"),
];

const MEASURED: &[Case] = &[
    (|scores| status(scores, Status::Timeout), Metric::MutationScore, State::Pass, ""),
    (|scores| status(scores, Status::Survived), Metric::MutationScore, State::Fail, ""),
    (|scores| status(scores, Status::NoCoverage), Metric::MutationScore, State::Fail, ""),
    (|scores| second(scores, Status::CompileError, ""), Metric::MutationScore, State::Pass, ""),
    (
        |scores| {
            second(scores, Status::RuntimeError, "");
            scores.files[0].mutants[1].inactive = true;
        },
        Metric::MutationScore,
        State::Pass,
        "",
    ),
    (|scores| scores.files = vec![covered("src/lib.rs", SOURCE, &[1, 2, 3])], Metric::FunctionCoverage, State::Fail, ""),
    (|scores| scores.files = vec![covered("src/lib.rs", SOURCE, &[2])], Metric::LineCoverage, State::Pass, ""),
    (|scores| scores.files = vec![covered("src/lib.rs", SOURCE, &[2, 6])], Metric::LineCoverage, State::Fail, ""),
    (|scores| scores.files = vec![covered("src/lib.rs", SOURCE, &[4, 5, 6, 7])], Metric::Crap, State::Pass, ""),
    (|scores| scores.files = vec![covered("src/lib.rs", SOURCE, &[4, 5, 6, 8, 9])], Metric::Crap, State::Fail, ""),
    (|scores| coverage(scores).branches.extend([branch(5, 0, true), branch(5, 1, false)]), Metric::BranchCoverage, State::Fail, ""),
    (|scores| coverage(scores).branches.push(branch(5, 0, true)), Metric::BranchCoverage, State::Pass, ""),
    (|scores| scores.files.push(file("src/types.rs", "struct S;")), Metric::LineCoverage, State::Pass, ""),
    (|scores| scores.files[0].sites = 100, Metric::MutationSites, State::Pass, ""),
    (|scores| scores.files[0].sites = 101, Metric::MutationSites, State::Fail, ""),
    (
        |scores| {
            scores.files.push(file("src/other.rs", "fn other() {}"));
            scores.files[1].functions[0].inactive = true;
        },
        Metric::LineCoverage,
        State::Pass,
        "",
    ),
    (
        |scores| {
            scores.files[0].sites = 0;
            scores.files[0].mutants.clear();
        },
        Metric::MutationScore,
        State::NotApplicable,
        "",
    ),
];

fn status(scores: &mut Scores, status: Status) {
    scores.files[0].mutants[0].status = status;
}

/// Add a mutant of another status.
fn second(scores: &mut Scores, status: Status, reason: &str) {
    let mut second = mutant(&scores.files[0], Operator::BinaryOperator, "||", "&&", status);
    second.reason = (!reason.is_empty()).then(|| reason.to_owned());
    scores.files[0].mutants.push(second);
}

#[test]
fn what_was_not_measured_never_passes_and_the_next_step_is_said() {
    for (number, (change, metric, expected, problem)) in NOT_MEASURED.iter().enumerate() {
        let mut scores = good(vec![good_file()]);
        change(&mut scores);
        let verdict = judged(&scores);
        assert_eq!(state(&verdict, *metric), *expected, "case {number}: {metric:?}");
        assert_eq!(verdict.outcome, Outcome::Inconclusive, "case {number}: {metric:?}");
        let found = verdict.problems.iter().filter(|text| text.contains(problem)).count();
        assert_eq!(found, 1, "case {number}: `{problem}` in {:?}", verdict.problems);
    }
}

#[test]
fn what_was_measured_is_compared_with_its_limit() {
    for (number, (change, metric, expected, _)) in MEASURED.iter().enumerate() {
        let mut scores = good(vec![good_file()]);
        change(&mut scores);
        let verdict = judge(&scores, &Policy::default(), &Scope::only([*metric]));
        assert_eq!(state(&verdict, *metric), *expected, "case {number}: {metric:?}");
        let outcome = if *expected == State::Fail { Outcome::Fail } else { Outcome::Pass };
        assert_eq!((verdict.outcome, verdict.problems.len()), (outcome, 0), "case {number}: {metric:?}");
    }
}

#[test]
fn code_without_functions_is_measured_by_what_it_has() {
    let verdict = judged(&good(vec![file("src/lib.rs", "pub struct S;")]));
    let states = [Metric::Complexity, Metric::Crap, Metric::MutationScore, Metric::MutationSites].map(|metric| state(&verdict, metric));
    assert_eq!(states, [State::NotApplicable, State::NotApplicable, State::NotApplicable, State::Pass]);
    assert_eq!(state(&verdict, Metric::LineCoverage), State::Inconclusive);
}

#[test]
fn a_failure_outranks_what_is_open() {
    let mut scores = good(vec![good_file()]);
    scores.problems.push("the build of `b` failed; mend it".to_owned());
    assert_eq!(judged(&scores).outcome, Outcome::Inconclusive);
    scores.tests.as_mut().unwrap().failed.push(FailedTest { name: "t".to_owned(), output: String::new() });
    let verdict = judged(&scores);
    assert_eq!((verdict.outcome, verdict.problems.len()), (Outcome::Fail, 1));
}

#[test]
fn a_gate_that_fails_at_best_fails_whatever_is_open() {
    let mut scores = good(vec![good_file()]);
    status(&mut scores, Status::Survived);
    second(&mut scores, Status::Pending, "");
    assert_eq!(state(&judged(&scores), Metric::MutationScore), State::Fail);
    // Two of three detected at best: over 60 % if the open one is detected, under it if not.
    second(&mut scores, Status::Killed, "");
    let verdict = judge(&scores, &gates(&[(Metric::MutationScore, least(60))]), &Scope::all());
    assert_eq!(state(&verdict, Metric::MutationScore), State::Inconclusive);

    let mut scores = good(vec![covered("src/lib.rs", SOURCE, &[4, 5, 6, 8, 9])]);
    scores.files[0].functions[0].coverage = None;
    assert_eq!(state(&judged(&scores), Metric::Crap), State::Fail);
}

#[test]
fn a_step_that_was_left_out_is_explained_once() {
    let mut scores = good(vec![good_file()]);
    (scores.tests, scores.coverage_measured, scores.mutants_run) = (None, false, false);
    assert_eq!(judged(&scores).problems.len(), 3);
    scores.problems.push("the build failed; mend it".to_owned());
    let verdict = judged(&scores);
    assert_eq!(verdict.problems, ["the build failed; mend it"]);
    assert_eq!(state(&verdict, Metric::Tests), State::Inconclusive);
}

#[test]
fn what_was_not_asked_for_is_not_run_and_never_passed() {
    let mut scores = good(vec![good_file()]);
    (scores.tests, scores.coverage_measured, scores.mutants_run) = (None, false, false);
    let verdict = judge(&scores, &Policy::default(), &Scope::quick());
    for row in &verdict.rows {
        let expected = match row.metric {
            metric if metric.is_optional() => State::NoLimit,
            metric if metric.is_static() => State::Pass,
            _ => State::NotRun,
        };
        assert_eq!((row.state, row.measured.is_some()), (expected, row.metric.is_static()), "{:?}", row.metric);
    }
    assert_eq!((verdict.outcome, verdict.problems), (Outcome::Pass, Vec::new()));
}

#[test]
fn without_a_gate_a_value_is_shown_and_nothing_is_judged() {
    let scores = good(vec![good_file()]);
    let verdict = judge(&scores, &gates(&[(Metric::Tests, Limit::All)]), &Scope::all());
    assert_eq!(state(&verdict, Metric::Crap), State::NoLimit);
    assert!(verdict.rows[5].measured.is_some() && verdict.rows[5].gate.is_none());
    assert_eq!(verdict.outcome, Outcome::Pass);

    for (policy, scope) in [(gates(&[]), Scope::all()), (gates(&[(Metric::Tests, Limit::All)]), Scope::quick())] {
        let verdict = judge(&scores, &policy, &scope);
        assert_eq!(verdict.outcome, Outcome::Inconclusive);
        assert!(verdict.problems[0].contains("no gate was judged"), "{:?}", verdict.problems);
    }
}
