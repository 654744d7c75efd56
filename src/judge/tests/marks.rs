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

/// The marks of a function with these outcomes of decisions: column, outcome, whether it was taken.
fn untaken(source: &str, outcomes: &[(u32, u32, bool)]) -> Vec<String> {
    let mut scores = good(vec![covered("src/lib.rs", source, &[])]);
    let branch = |(column, outcome, taken): &(u32, u32, bool)| Branch {
        line: 1,
        column: *column,
        decision: *column,
        outcome: *outcome,
        taken: *taken,
    };
    coverage(&mut scores).branches = outcomes.iter().map(branch).collect();
    marked(&scores, Metric::BranchCoverage, least(100))
}

#[test]
fn which_way_of_a_decision_was_not_taken() {
    let both = |column, first, second| [(column, 0, first), (column, 1, second)];
    assert_eq!(untaken("fn f() { if a {} }", &both(10, true, false)), ["if|never true"]);
    assert_eq!(untaken("fn f() { if a {} }", &both(10, false, true)), ["if|never false"]);
    assert_eq!(untaken("fn f() { if a {} }", &both(10, false, false)), ["if|never comes here"]);
    assert_eq!(untaken("fn f() { a()?; }", &both(13, false, true)), ["?|never leaves here"]);
    assert_eq!(untaken("fn f() { for a in b {} }", &both(10, false, true)), ["for|never without an item"]);
    assert_eq!(untaken("fn f() { while a {} }", &both(10, true, false)), ["while|never entered"]);
    assert_eq!(untaken("fn f() { a && b }", &both(12, false, true)), ["&&|the left side is never false"]);
    assert_eq!(untaken("fn f() { let Some(a) = b else { c }; }", &both(10, false, true)), ["let|never takes the `else`"]);
    let arms = [(10, 0, true), (10, 1, false), (10, 2, true)];
    assert_eq!(untaken("fn f() { match a { 1 => b, 2 => c, _ => d } }", &arms), ["match|arm 2 is never taken"]);
    let arms = [(10, 0, true), (10, 1, false), (10, 2, false)];
    assert_eq!(untaken("fn f() { match a { 1 => b, 2 => c, _ => d } }", &arms), ["match|2 arms are never taken"]);
}

#[test]
fn a_decision_that_only_its_line_tells() {
    let mut scores = good(vec![good_file()]);
    coverage(&mut scores).branches = vec![branch(5, 0, true), branch(5, 1, false), branch(8, 0, true), branch(8, 1, false)];
    let expected = ["if a && b {|an outcome is not taken", "} else if a || b {|an outcome is not taken"];
    assert_eq!(marked(&scores, Metric::BranchCoverage, least(100)), expected);
}
