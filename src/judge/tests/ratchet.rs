//! The record after a run: it only gets tighter, unless it is asked for more.

use super::*;
use crate::judge::ratchet as ratchet_of;
use crate::policy::Baseline;

const GATES: &str = "line-coverage = { min = 95 }\ncomplexity = { max = 3 }\nmutation-sites = { max = 100 }";

fn policy(baseline: &str) -> Policy {
    let policy = Policy::parse(&format!("version = 1\n[gates]\n{GATES}\n"), "gates.toml".into()).unwrap();
    let baseline = Baseline::parse(&format!("version = 1\n{baseline}"), "gates.baseline.toml".into()).unwrap_or_else(|e| panic!("{e}"));
    Policy { baseline, ..policy }
}

/// 91.66 % of the lines, a function of complexity 5, a file of 120 sites.
fn poor() -> Scores {
    let mut scores = good(vec![covered("src/lib.rs", SOURCE, &[2])]);
    scores.files[0].sites = 120;
    scores
}

fn written(scores: &Scores, policy: &Policy, scope: &Scope, accept: bool) -> Vec<String> {
    let text = ratchet_of(scores, policy, scope, accept).baseline.write();
    let entries = text.lines().filter_map(|line| line.trim().strip_prefix("{ ")?.strip_suffix(" },"));
    entries.map(|entry| entry.split(", body").next().unwrap().to_owned()).collect()
}

fn changes(scores: &Scores, policy: &Policy, accept: bool) -> Vec<String> {
    let shown = |value: Option<Decimal>| value.map_or("-".to_owned(), |value| value.to_string());
    let changes = ratchet_of(scores, policy, &Scope::all(), accept).changes;
    let line = |change: &Change| {
        let looser = if change.is_looser() { " looser" } else { "" };
        format!("{} {} {} {}{looser}", change.metric.name(), change.at, shown(change.from), shown(change.to))
    };
    changes.iter().map(line).collect()
}

const FULL: [&str; 3] = ["min = 91.66", "at = \"src/lib.rs branchy\", max = 5", "at = \"src/lib.rs\", max = 120"];

#[test]
fn what_does_not_hold_is_recorded_on_request_and_then_it_holds() {
    let scores = poor();
    assert_eq!(written(&scores, &policy(""), &Scope::all(), false), [""; 0]);
    assert_eq!(written(&scores, &policy(""), &Scope::all(), true), FULL);
    let text = ratchet_of(&scores, &policy(""), &Scope::all(), true).baseline.write();
    let baseline = Baseline::parse(&text, "gates.baseline.toml".into()).unwrap();
    let held = Policy { baseline, ..policy("") };
    assert_eq!(judge(&scores, &held, &Scope::all()).outcome, Outcome::Pass);
    // A second time nothing changes.
    assert_eq!(ratchet_of(&scores, &held, &Scope::all(), false).baseline.write(), text);
    assert_eq!(ratchet_of(&scores, &held, &Scope::all(), true).changes, []);
}

#[test]
fn it_follows_what_becomes_better_and_not_what_becomes_worse() {
    let loose = "line-coverage = [{ min = 50 }]\ncomplexity = [{ at = \"src/lib.rs branchy\", max = 9 }, { at = \"src/lib.rs gone\", max = 9 }]\n\
        mutation-sites = [{ at = \"src/lib.rs\", max = 110 }]";
    let policy = policy(loose);
    let expected = ["line-coverage  50 91.66", "complexity src/lib.rs branchy 9 5", "complexity src/lib.rs gone 9 -"];
    assert_eq!(changes(&poor(), &policy, false), expected);
    let accepted = [&expected[..], &["mutation-sites src/lib.rs 110 120 looser"]].concat();
    assert_eq!(changes(&poor(), &policy, true), accepted);
    let better = good(vec![covered("src/lib.rs", "fn branchy() {}\n", &[])]);
    assert_eq!(written(&better, &policy, &Scope::all(), true), [""; 0]);
}

#[test]
fn what_was_not_measured_stays_as_it_was() {
    let old = "crap = [{ at = \"src/lib.rs branchy\", max = 9 }]\nline-coverage = [{ min = 50 }]\n\
        complexity = [{ at = \"src/lib.rs branchy\", max = 9 }, { at = \"src/other.rs f\", max = 8 }, { at = \"src/lib.rs.rs f\", max = 8 }]";
    let quick = written(&poor(), &policy(old), &Scope::quick(), false);
    assert_eq!(quick, ["min = 50", "at = \"src/lib.rs branchy\", max = 5", "at = \"src/lib.rs branchy\", max = 9"]);
    let part = written(&poor(), &policy(old), &Scope::only([Metric::Complexity]).on(NaiveDate::MIN, false), false);
    let complexity: Vec<&str> = part[1..4].iter().map(String::as_str).collect();
    assert_eq!(
        complexity,
        ["at = \"src/lib.rs branchy\", max = 5", "at = \"src/lib.rs.rs f\", max = 8", "at = \"src/other.rs f\", max = 8"]
    );
    let unmeasured = Scores { coverage_measured: false, ..poor() };
    assert_eq!(written(&unmeasured, &policy(old), &Scope::all(), true)[0], "min = 50");
}

#[test]
fn a_record_moves_with_its_code() {
    let text = ratchet_of(&poor(), &policy(""), &Scope::all(), true).baseline.write();
    let held = Policy { baseline: Baseline::parse(&text, "gates.baseline.toml".into()).unwrap(), ..policy("") };
    let mut moved = good(vec![covered("src/new.rs", &SOURCE.replace("branchy", "renamed"), &[2])]);
    moved.files[0].sites = 120;
    let written = written(&moved, &held, &Scope::all(), false);
    // The file's own text has changed: its record is gone, and it has to hold the full limit.
    assert_eq!(written, ["min = 91.66", "at = \"src/new.rs renamed\", max = 5"]);
}

#[test]
fn of_several_functions_of_a_name_the_largest_is_recorded() {
    let two = "#[cfg(a)]\nfn f(a: u8) -> u8 {\n    if a > 1 { 1 } else if a > 2 { 2 } else if a > 3 { 3 } else { 4 }\n}\n\
        #[cfg(b)]\nfn f(a: u8) -> u8 {\n    if a > 1 { 1 } else if a > 2 { 2 } else if a > 3 { 3 } else if a > 4 { 4 } else { 5 }\n}\n";
    let scores = good(vec![covered("src/lib.rs", two, &[])]);
    assert_eq!(written(&scores, &policy(""), &Scope::all(), true), ["at = \"src/lib.rs f\", max = 5"]);
}
