//! What findings say: the words, the numbers and the places.

use super::*;
use crate::mutate::Operator::{BinaryOperator, FnValue, MatchArm, MatchArmGuard, StructField, UnaryOperator};
use crate::score::FailedTest;
use crate::score::Status::{Killed, NoCoverage, Survived};

#[test]
fn complex_functions_say_where_their_points_come_from() {
    let text = "fn two() { if a { x!() } }\nfn f() {\n if a {}\n if b {}\n match c { 1 => 2, 3 => 4, _ => 5 }\n \
        match d { x if y => { z(); 1 } _ => 2 }\n let Some(x) = e else { return };\n while f && g {}\n for x in h {}\n}\n";
    let scores = good(vec![file("a.rs", "fn g() { if a {} if b {} }"), file("b.rs", text)]);
    let verdict = judge(&scores, &gates(&[(Metric::Complexity, most(1))]), &Scope::all());
    let labels = [
        "complexity: `f` is too complex | complexity 11, at most 1: 3 further match arms, 2 if, 1 match guard, 1 && or ||, 1 let-else, 1 while, \
         1 for; 2 points from flat matches | move 10 decisions or more into functions of their own; by line: 3 if, 4 if, 5 match 2, 6 match + guard, 7 let-else, 8 while + &&, 9 for",
        "complexity: `g` is too complex | complexity 3, at most 1: 2 if | move 2 decisions or more into functions of their own; by line: 1 if + if",
        "complexity: `two` is too complex | complexity 2, at most 1: 1 if; 1 macro not looked into | move 1 decision or more into functions of \
         their own; by line: 1 if",
    ];
    let said = said(&verdict);
    let survivors = said.len() - labels.len();
    assert_eq!(said[..labels.len()], labels);
    assert_eq!(survivors, 0);
    let first = &verdict.findings[0];
    assert_eq!((first.file, first.span.unwrap().of(text), first.is_failure), (Some(1), "f", true));
    assert_eq!(verdict.rows[4].findings, 3);
}

#[test]
fn crap_comes_with_the_way_out_and_the_lines() {
    let policy = |limit: &str| gates(&[(Metric::Crap, Limit::Max(Decimal::parse(limit).unwrap()))]);
    let missed = |lines: &[u32], limit: &str| {
        let verdict = judge(&good(vec![covered("a.rs", SOURCE, lines)]), &policy(limit), &Scope::all());
        said(&verdict)
    };
    let cases = [
        (
            missed(&[4, 5, 6, 8, 9, 10, 11, 12, 13], "5"),
            "under-tested for its complexity | crap 30, at most 5: complexity 5, coverage 0 % | cover all of it; not covered: 4-13",
        ),
        (
            missed(&[5, 6, 8, 9], "5.5"),
            "under-tested for its complexity | crap 7.2, at most 5.5: complexity 5, coverage 55.5 % | cover 73 % or more; not covered: 5-9",
        ),
        (
            missed(&[6, 9], "3"),
            "complex and under-tested | crap 5.3, at most 3: complexity 5, coverage 77.7 % | split to complexity 2 or less, covered as it is; not covered: 6, 9",
        ),
        (
            missed(&[4, 5, 6, 8, 9, 10, 11, 12, 13], "3"),
            "complex and under-tested | crap 30, at most 3: complexity 5, coverage 0 % | split to complexity 2 or less and cover 38 % or more; not covered: 4-13",
        ),
        (
            missed(&[], "3"),
            "too complex, however well tested | crap 5, at most 3: complexity 5, coverage 100 % | split to complexity 3 or less, covered as it is",
        ),
    ];
    for (said, expected) in cases {
        assert_eq!(said, [format!("crap: `branchy` is {expected}")]);
    }
    assert_eq!(missed(&[], "5"), [""; 0]);
    let impossible = missed(&[], "0.5");
    assert!(impossible[0].ends_with("no function can hold this limit; raise it"), "{impossible:?}");
}

#[test]
fn functions_without_a_score_stand_behind_those_over_the_limit() {
    let mut scores = good(vec![covered("a.rs", SOURCE, &[4, 5, 6, 8, 9])]);
    scores.files[0].functions[0].coverage = None;
    let verdict = judge(&scores, &gates(&[(Metric::Crap, most(8))]), &Scope::all());
    let codes: Vec<_> = verdict.findings.iter().map(|finding| (finding.code, finding.is_failure)).collect();
    assert_eq!(codes, [("crap", true), ("unmeasured", true)]);
    assert!(verdict.findings[1].title.starts_with("`simple` was not measured"));
    scores.coverage_measured = false;
    scores.files[0].functions[1].coverage = None;
    assert_eq!(judge(&scores, &gates(&[(Metric::Crap, most(8))]), &Scope::all()).findings.len(), 0);
}

#[test]
fn coverage_findings_are_those_of_a_gate_that_fails() {
    let mut scores = good(vec![covered("a.rs", SOURCE, &[1, 2, 3, 6, 9])]);
    coverage(&mut scores).branches =
        vec![branch(8, 0, false), branch(5, 0, true), branch(5, 1, false), branch(8, 1, false), branch(2, 0, true)];
    let strict = gates(&[(Metric::LineCoverage, least(90)), (Metric::BranchCoverage, least(90)), (Metric::FunctionCoverage, least(90))]);
    let expected = [
        "uncovered-lines: `simple` has 3 lines that no test runs | not covered: 1-3 | cover 4 more lines here or elsewhere to hold the gate",
        "uncovered-lines: `branchy` has 2 lines that no test runs | not covered: 6, 9 | cover 4 more lines here or elsewhere to hold the gate",
        "uncovered-branches: `branchy` has 3 branch outcomes that no test takes | not taken on: 5, 8 | write a test for each outcome of these \
         conditions",
        "uncovered-function: no test calls `simple` | never entered; complexity 1 | write a test that calls it, or remove it",
    ];
    assert_eq!(said(&judge(&scores, &strict, &Scope::all())), expected);
    let loose = gates(&[(Metric::LineCoverage, least(50)), (Metric::BranchCoverage, least(40)), (Metric::FunctionCoverage, least(50))]);
    assert_eq!(said(&judge(&scores, &loose, &Scope::all())), [""; 0]);
}

#[test]
fn a_branch_belongs_to_the_innermost_function_of_its_line() {
    let text = "fn outer() {\n    fn inner() {\n        if a {}\n    }\n    if b {}\n}\nfn next() {}\n";
    let mut scores = good(vec![covered("a.rs", text, &[])]);
    coverage(&mut scores).branches = vec![branch(3, 0, false), branch(3, 1, false), branch(5, 0, false), branch(5, 1, true)];
    let verdict = judge(&scores, &gates(&[(Metric::BranchCoverage, least(90))]), &Scope::all());
    let titles: Vec<_> = verdict.findings.iter().map(|finding| finding.title.as_str()).collect();
    let expected = ["`outer::inner` has 2 branch outcomes that no test takes", "`outer` has 1 branch outcome that no test takes"];
    assert_eq!(titles, expected);
}

#[test]
fn crowded_files_are_named_the_fullest_first() {
    let mut scores = good(vec![file("a.rs", "fn a() {}"), file("b.rs", "fn b() {}"), file("c.rs", "fn c() {}")]);
    (scores.files[0].sites, scores.files[1].sites, scores.files[2].sites) = (101, 137, 100);
    let verdict = judge(&scores, &gates(&[(Metric::MutationSites, most(100))]), &Scope::all());
    let expected = [
        "mutation-sites: `b.rs` has too many mutation sites | 137 mutation sites, at most 100 | split the file: 37 or more have to move",
        "mutation-sites: `a.rs` has too many mutation sites | 101 mutation sites, at most 100 | split the file: 1 or more have to move",
    ];
    assert_eq!(said(&verdict), expected);
    assert_eq!((verdict.findings[0].file, verdict.findings[0].span), (Some(1), None));
}

#[test]
fn failing_tests_say_what_they_print() {
    let mut scores = good(vec![good_file()]);
    let failed = |name: &str| FailedTest { name: name.to_owned(), output: "x\nthread panicked at a.rs:\nboom".to_owned() };
    scores.tests.as_mut().unwrap().failed = vec![failed("lib::a"), failed("lib::b\u{1b}")];
    let verdict = judged(&scores);
    let help = "make it pass first: coverage and mutants are measured with tests that pass";
    let expected = [
        format!("failing-test: test `lib::a` fails | thread panicked at a.rs: boom | {help}"),
        format!("failing-test: test `lib::b\\u{{1b}}` fails | thread panicked at a.rs: boom | {help}"),
    ];
    assert_eq!(said(&verdict), expected);
    assert_eq!((verdict.outcome, verdict.rows[0].findings), (Outcome::Fail, 2));
    assert_eq!(verdict.rows[0].measured, Some(Measured::Tests { passed: 3, failed: 2 }));
}

#[test]
fn a_failing_test_is_where_its_panic_came_from() {
    let mut scores = good(vec![file("src/lib.rs", "fn a() {\n    é(b);\n}\n")]);
    let failed = |at: &str| FailedTest { name: "t".to_owned(), output: format!("thread 't' (7) panicked at {at}:\nboom") };
    let places = ["src/lib.rs:2:6", "src/lib.rs:2:99", "src/lib.rs:9:1", "src/lib.rs:0:0", "tests/other.rs:2:6"];
    scores.tests.as_mut().unwrap().failed = places.iter().map(|at| failed(at)).collect();
    let verdict = judge(&scores, &gates(&[(Metric::Tests, Limit::All)]), &Scope::all());
    let found: Vec<_> = verdict.findings.iter().map(|finding| finding.span.map(|span| span.of(&scores.files[0].text))).collect();
    assert_eq!(found, [Some("(b);"), None, None, None, None]);
    assert_eq!((verdict.findings[0].file, verdict.findings[4].file), (Some(0), None));
    assert_eq!(verdict.findings[0].label, "panicked at src/lib.rs:2:6: boom");
}

#[test]
fn survivors_are_worded_by_what_changed_and_who_came_by() {
    let text = "fn branchy(a: S) -> u8 {\n    match a {\n        S::A(x) if x > 1 => !x,\n        _ => f(S { b: 1, ..c }),\n    }\n}\n";
    let mut file = covered("a.rs", text, &[]);
    let add = |file: &mut FileScore, operator, source, replacement, status, tests: &[&str]| {
        let mut score = mutant(file, operator, source, replacement, status);
        score.covered_by = tests.iter().map(|&test| test.to_owned()).collect();
        file.mutants.push(score);
    };
    add(&mut file, UnaryOperator, "!", "", NoCoverage, &[]);
    add(&mut file, BinaryOperator, ">", ">=", Survived, &["t::one", "t::two", "t::three"]);
    add(&mut file, MatchArm, "S::A(x) if x > 1 => !x,", "", Survived, &["t::one"]);
    add(&mut file, MatchArmGuard, "x > 1", "true", Survived, &[]);
    add(&mut file, StructField, "b: 1,", "", Survived, &[]);
    let body = &text[text.find("match").unwrap()..text.len() - 3];
    add(&mut file, FnValue, body, "String::new()", Survived, &["t"]);
    add(&mut file, FnValue, body, "()", NoCoverage, &[]);
    add(&mut file, FnValue, body, "1", Killed, &["t"]);
    let mut scores = good(vec![file]);
    let verdict = judged(&scores);
    let expected = [
        "`branchy` could return `String::new()` and no test would notice | 1 test comes here and does not fail | assert what `branchy` returns, \
         for example in `t`",
        "no test notices `>` replaced by `>=` | 3 tests come here, none fails | assert the result where both sides of `>` are equal, for example in `t::one`",
        "no test notices match arm `S::A(x) if x > 1` deleted | 1 test comes here and does not fail | assert the result for a \
         value that this arm takes, for example in `t::one`",
        "no test notices match guard `x > 1` replaced by `true` | tests come here, none fails | assert the result where this guard is false",
        "no test notices field `b: 1` deleted | tests come here, none fails | assert the value of this field",
        "no test runs `branchy`: it could do nothing | no test comes here | write a test that comes here, and assert something that this function \
         does",
        "no test runs this code: `!` could be deleted | no test comes here | write a test that comes here, and assert something that this \
         `!` changes",
    ];
    let expected: Vec<_> = expected.iter().map(|text| format!("surviving-mutant: {text}")).collect();
    assert_eq!(said(&verdict), expected);
    let places: Vec<_> = verdict.findings.iter().map(|finding| finding.span.unwrap().of(text)).collect();
    assert_eq!(places, ["branchy", ">", "S::A(x) if x > 1 => !x,", "x > 1", "b: 1,", "branchy", "!"]);
    assert!(verdict.findings.iter().all(|finding| finding.is_failure && finding.mutant.as_ref().is_some_and(|id| id.starts_with("id-"))));

    let loose = judge(&scores, &gates(&[(Metric::MutationScore, least(1))]), &Scope::all());
    assert!(loose.findings.len() == 7 && loose.findings.iter().all(|finding| !finding.is_failure));
    let unlimited = judge(&scores, &gates(&[(Metric::Tests, Limit::All)]), &Scope::all());
    assert_eq!((unlimited.findings.len(), unlimited.outcome), (7, Outcome::Pass));
    scores.files[0].mutants[0].inactive = true;
    assert_eq!(judged(&scores).findings.len(), 6);
    scores.mutants_run = false;
    assert_eq!(judged(&scores).findings.len(), 0);
}
