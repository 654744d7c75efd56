//! What is waived fails nothing, for as long as it may; what is on record may not grow.

use super::*;
use crate::policy::Baseline;

const TODAY: &str = "2026-11-21";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A policy with a waiver.
fn policy(gates: &str, gate: &str, item: &str, expires: &str) -> Policy {
    let text =
        format!("version = 1\n[gates]\n{gates}\n[[waiver]]\ngate = \"{gate}\"\nitem = \"{item}\"\nreason = \"why\"\nexpires = {expires}\n");
    Policy::parse(&text, "gates.toml".into()).unwrap_or_else(|error| panic!("{error}"))
}

fn judged_on(scores: &Scores, policy: &Policy, today: &str) -> Verdict {
    judge(scores, policy, &Scope::all().on(day(today), true))
}

/// The fingerprint of the first finding of a gate.
fn fingerprint(scores: &Scores, gates: &str) -> String {
    let policy = Policy::parse(&format!("version = 1\n[gates]\n{gates}\n"), "gates.toml".into()).unwrap();
    judge(scores, &policy, &Scope::all()).findings[0].fingerprint.clone()
}

fn shown(verdict: &Verdict, metric: Metric) -> (String, State) {
    let row = verdict.rows.iter().find(|row| row.metric == metric).unwrap();
    (row.measured.map_or("-".to_owned(), |value| value.shown(row.gate.as_ref().map(|gate| gate.limit))), row.state)
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_waived_function_fails_nothing_and_the_others_still_do() {
    let scores = good(vec![good_file(), covered("src/other.rs", SOURCE, &[])]);
    let gates = "complexity = { max = 3 }";
    let waived = policy(gates, "complexity", &fingerprint(&scores, gates), "2027-01-01");
    let verdict = judged_on(&scores, &waived, TODAY);
    assert_eq!((shown(&verdict, Metric::Complexity), verdict.outcome), (("5".to_owned(), State::Fail), Outcome::Fail));
    assert_eq!((codes(&verdict), verdict.findings[0].file), (vec!["complexity"], Some(1)));
    assert_eq!((verdict.waived.len(), verdict.waived[0].finding.file, verdict.waived[0].finding.is_failure), (1, Some(0), false));

    let scores = good(vec![good_file()]);
    let verdict = judged_on(&scores, &waived, TODAY);
    // The worst of what is left.
    assert_eq!((shown(&verdict, Metric::Complexity), verdict.outcome), (("1".to_owned(), State::Pass), Outcome::Pass));
    assert_eq!(shown(&verdict, Metric::Waivers), ("0".to_owned(), State::Pass));
}

#[test]
fn a_waived_mutant_is_in_no_score() {
    let mut file = good_file();
    file.mutants.push(mutant(&file, Operator::BinaryOperator, "||", "&&", Status::Survived));
    let id = "0123456789ab".to_owned();
    file.mutants[0].mutant.id.clone_from(&id);
    let scores = good(vec![file]);
    for gate in ["mutation-score", "surviving-mutants"] {
        let waived = policy("mutation-score = { min = 100 }", gate, &format!("mutant:{id}"), "2027-01-01");
        let verdict = judged_on(&scores, &waived, TODAY);
        assert_eq!((shown(&verdict, Metric::MutationScore), verdict.outcome), (("100 %".to_owned(), State::Pass), Outcome::Pass));
        assert_eq!(verdict.rows.iter().find(|row| row.metric == Metric::MutationScore).unwrap().population.excused.waived, 1);
    }
}

#[test]
fn what_coverage_lacks_leaves_the_whole() {
    let scores = good(vec![covered("src/lib.rs", SOURCE, &[2, 6, 9])]);
    let gates = "line-coverage = { min = 100 }";
    let waived = policy(gates, "line-coverage", &fingerprint(&scores, gates), "2027-01-01");
    let verdict = judged_on(&scores, &waived, TODAY);
    let Some(Measured::Ratio(ratio)) = verdict.rows.iter().find(|row| row.metric == Metric::LineCoverage).unwrap().measured else {
        panic!()
    };
    // Of 12 lines 3 did not run, and the two of the waived function are left out.
    assert_eq!((ratio.hit, ratio.of, codes(&verdict)), (9, 10, vec!["uncovered-lines"]));
}

#[test]
fn a_day_makes_the_difference() {
    let scores = good(vec![good_file()]);
    let gates = "complexity = { max = 3 }";
    let waived = policy(gates, "complexity", &fingerprint(&scores, gates), "2027-01-01");
    let cases = [
        ("2027-01-01", Outcome::Pass, vec![]),
        ("2027-01-02", Outcome::Fail, vec!["complexity", "waiver-expired"]),
        ("2026-07-05", Outcome::Pass, vec![]),
        ("2026-07-04", Outcome::Fail, vec!["complexity", "waiver-too-far"]),
    ];
    for (today, outcome, expected) in cases {
        let verdict = judged_on(&scores, &waived, today);
        assert_eq!((verdict.outcome, codes(&verdict)), (outcome, expected), "{today}");
    }
    let verdict = judged_on(&scores, &waived, "2027-01-02");
    assert_eq!(shown(&verdict, Metric::Waivers), ("1".to_owned(), State::Fail));
    assert_eq!(verdict.findings[1].outside, Some(Outside { path: "gates.toml".into(), line: Some(5) }));
    // Whoever forgets the day waives nothing.
    assert_eq!(judge(&scores, &waived, &Scope::all()).outcome, Outcome::Fail);
}

#[test]
fn only_what_was_measured_can_be_said_not_to_be_there() {
    let scores = good(vec![good_file()]);
    let gates = "complexity = { max = 30 }\nmutation-score = { min = 1 }";
    let unmatched = |policy: &Policy, scope: Scope| codes(&judge(&scores, policy, &scope)).contains(&"waiver-unmatched");
    let scope = || Scope::all().on(day(TODAY), true);
    let complexity = policy(gates, "complexity", "0123456789abcdef", "2027-01-01");
    assert!(unmatched(&complexity, scope()));
    assert_eq!(judge(&scores, &complexity, &scope()).outcome, Outcome::Pass, "it fails nothing");
    assert!(!unmatched(&complexity, Scope::all().on(day(TODAY), false)), "a part of the workspace");
    assert!(!unmatched(&complexity, Scope::only([Metric::MutationScore]).on(day(TODAY), true)), "not judged");
    assert!(!unmatched(&policy(gates, "panics", "0123456789abcdef", "2027-01-01"), scope()), "no such gate");

    let mutant = policy(gates, "mutation-score", "mutant:0123456789ab", "2027-01-01");
    assert!(unmatched(&mutant, scope()));
    let mut scores = good(vec![good_file()]);
    scores.files[0].mutants[0].mutant.id = "0123456789ab".to_owned();
    assert!(codes(&judge(&scores, &mutant, &scope())).contains(&"waiver-unmatched"), "killed");
    scores.files[0].mutants[0].inactive = true;
    assert!(!codes(&judge(&scores, &mutant, &scope())).contains(&"waiver-unmatched"), "not compiled here");
    scores.mutants_run = false;
    scores.files[0].mutants[0].mutant.id = "another".to_owned();
    assert!(!codes(&judge(&scores, &mutant, &scope())).contains(&"waiver-unmatched"), "not run");
}

fn recorded(gates: &str, baseline: &str) -> Policy {
    let policy = Policy::parse(&format!("version = 1\n[gates]\n{gates}\n"), "gates.toml".into()).unwrap();
    let baseline = Baseline::parse(&format!("version = 1\n{baseline}"), "gates.baseline.toml".into()).unwrap_or_else(|e| panic!("{e}"));
    Policy { baseline, ..policy }
}

#[test]
fn what_is_on_record_may_not_grow() {
    let scores = good(vec![covered("src/lib.rs", SOURCE, &[])]);
    let verdict = |max: u32| {
        let baseline = format!("complexity = [{{ at = \"src/lib.rs branchy\", max = {max} }}]");
        judged_on(&scores, &recorded("complexity = { max = 3 }", &baseline), TODAY)
    };
    let held = verdict(5);
    assert_eq!((shown(&held, Metric::Complexity), held.outcome), (("1".to_owned(), State::Pass), Outcome::Pass));
    assert_eq!(held.rows.iter().find(|row| row.metric == Metric::Complexity).unwrap().population.excused.recorded, 1);
    let grown = verdict(4);
    assert_eq!((shown(&grown, Metric::Complexity), grown.outcome), (("5".to_owned(), State::Fail), Outcome::Fail));
    assert!(grown.findings[0].label.ends_with("; gates.baseline.toml lets 4 pass"), "{}", grown.findings[0].label);
    assert_eq!(grown.findings[0].distance().unwrap().to_string(), "over by 1");
}

#[test]
fn code_that_moves_keeps_its_record_and_a_copy_has_none() {
    let moved = SOURCE.replace("branchy", "renamed");
    let body = {
        let file = good_file();
        body_of(&file, &file.functions[1]).unwrap()
    };
    let baseline = format!("complexity = [{{ at = \"src/lib.rs branchy\", max = 5, body = \"{body}\" }}]");
    let policy = recorded("complexity = { max = 3 }", &baseline);
    let outcome = |files: Vec<FileScore>, is_whole| judge(&good(files), &policy, &Scope::all().on(day(TODAY), is_whole)).outcome;
    let file = |path: &str, text: &str| covered(path, text, &[]);
    assert_eq!(outcome(vec![file("src/new.rs", &moved)], true), Outcome::Pass);
    assert_eq!(outcome(vec![file("src/new.rs", &moved.replace("2\n", "4\n"))], true), Outcome::Fail, "changed besides");
    assert_eq!(outcome(vec![good_file(), file("src/new.rs", &moved)], true), Outcome::Fail, "a copy");
    assert_eq!(outcome(vec![file("src/a.rs", &moved), file("src/b.rs", &moved)], true), Outcome::Fail, "one of two");
    assert_eq!(outcome(vec![file("src/new.rs", &moved)], false), Outcome::Fail, "nobody knows what is gone");
}

#[test]
fn a_file_and_a_percentage_have_their_record() {
    let mut scores = good(vec![covered("src/lib.rs", SOURCE, &[2])]);
    scores.files[0].sites = 120;
    let gates = "line-coverage = { min = 95 }\nmutation-sites = { max = 100 }";
    let verdict = |min: &str, max: u32| {
        let baseline = format!("line-coverage = [{{ min = {min} }}]\nmutation-sites = [{{ at = \"src/lib.rs\", max = {max} }}]");
        judged_on(&scores, &recorded(gates, &baseline), TODAY)
    };
    // 11 of 12 lines.
    let held = verdict("91.66", 120);
    assert_eq!((held.outcome, shown(&held, Metric::MutationSites).1), (Outcome::Pass, State::NotApplicable));
    let gate = held.rows.iter().find(|row| row.metric == Metric::LineCoverage).unwrap().gate.clone().unwrap();
    assert_eq!(gate.origin, Origin::File { path: "gates.baseline.toml".into(), line: 2 });
    assert_eq!(codes(&verdict("91.67", 120)), ["uncovered-lines"]);
    assert_eq!(codes(&verdict("91.66", 119)), ["mutation-sites"]);
    // A record does not raise the limit.
    assert_eq!(shown(&verdict("99", 120), Metric::LineCoverage).1, State::Fail);
    let policy =
        recorded(&gates.replace("95", "90"), "line-coverage = [{ min = 99 }]\nmutation-sites = [{ at = \"src/lib.rs\", max = 120 }]");
    assert_eq!(judged_on(&scores, &policy, TODAY).outcome, Outcome::Pass);
}
