//! What a finding points at besides its function's name.

use super::*;

/// `source|label` for each mark of the first finding.
fn marked(scores: &Scores, metric: Metric, limit: Limit) -> Vec<String> {
    let verdict = judge(scores, &gates(&[(metric, limit)]), &Scope::all());
    let finding = &verdict.findings[0];
    let text = &scores.files[finding.file.unwrap()].text;
    finding.marks.iter().map(|mark| format!("{}|{}", mark.span.of(text), mark.label)).collect()
}

#[test]
fn each_decision_with_its_points() {
    let scores = good(vec![good_file()]);
    assert_eq!(marked(&scores, Metric::Complexity, most(1)), ["if|+1", "&&|+1", "if|+1", "|||+1"]);
    let many = format!("fn f() {{\n    match a {{ 1 => b, 2 => c, _ => d }}\n{}}}\n", "    if x {}\n".repeat(20));
    let scores = good(vec![file("src/lib.rs", &many)]);
    let marks = marked(&scores, Metric::Complexity, most(1));
    assert_eq!((marks.len(), marks[0].as_str(), marks[11].as_str()), (12, "match|+2", "if|+1"));
}

#[test]
fn stretches_of_lines_that_did_not_run() {
    let scores = good(vec![covered("src/lib.rs", SOURCE, &[6, 8, 9, 11])]);
    let stretches = ["1|not covered, to line 9", "3|not covered"];
    assert_eq!(marked(&scores, Metric::LineCoverage, least(100)), stretches);
    assert_eq!(marked(&scores, Metric::Crap, most(5)), stretches);
    let never = good(vec![covered("src/lib.rs", SOURCE, &[4, 5, 6, 8, 9, 10, 11, 12, 13])]);
    assert_eq!(marked(&never, Metric::LineCoverage, least(100)), [""; 0]);
}

#[test]
fn conditions_with_an_outcome_that_was_not_taken() {
    let mut scores = good(vec![good_file()]);
    coverage(&mut scores).branches = vec![branch(5, 0, false), branch(5, 1, false), branch(8, 0, true), branch(8, 1, false)];
    let expected = ["if a && b {|an outcome is not taken", "} else if a || b {|an outcome is not taken"];
    assert_eq!(marked(&scores, Metric::BranchCoverage, least(100)), expected);
}
