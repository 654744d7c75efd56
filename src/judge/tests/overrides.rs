//! Limits for some paths: who is judged by which, and that nothing is judged twice or not at all.

use super::*;

/// A policy from its text behind the version.
fn policy(text: &str) -> Policy {
    Policy::parse(&format!("version = 1\n{text}"), "gates.toml".into()).unwrap_or_else(|error| panic!("{error}"))
}

/// Metric, paths, what was measured, how it stands.
fn rows(verdict: &Verdict, metric: Metric) -> Vec<(String, String, State)> {
    let of_metric = verdict.rows.iter().filter(|row| row.metric == metric);
    let shown = |row: &Row| row.measured.map_or("-".to_owned(), |value| value.shown(row.gate.as_ref().map(|gate| gate.limit)));
    of_metric.map(|row| (row.population.paths.join(" "), shown(row), row.state)).collect()
}

fn check(verdict: &Verdict, metric: Metric, expected: &[(&str, &str, State)]) {
    let expected: Vec<_> = expected.iter().map(|(paths, shown, state)| ((*paths).to_owned(), (*shown).to_owned(), *state)).collect();
    assert_eq!(rows(verdict, metric), expected);
}

const SIMPLE: &str = "fn simple() -> u8 {\n    1\n}\n";

#[test]
fn a_function_is_judged_by_the_limit_of_its_path_alone() {
    let scores = good(vec![covered("src/a/lib.rs", SOURCE, &[]), covered("src/lib.rs", SIMPLE, &[])]);
    let overrides =
        "[gates]\ncomplexity = { max = 1 }\n[[override]]\npaths = [\"src/a/**\"]\nreason = \"a table\"\ngates.complexity.max = ";
    let verdict = judge(&scores, &policy(&format!("{overrides}5")), &Scope::all());
    check(&verdict, Metric::Complexity, &[("", "1", State::Pass), ("src/a/**", "5", State::Pass)]);
    assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 0));
    let row = verdict.rows.iter().find(|row| !row.population.paths.is_empty()).unwrap();
    assert_eq!(row.population.reason.as_deref(), Some("a table"));
    assert_eq!(row.gate.as_ref().unwrap().origin, Origin::File { path: "gates.toml".into(), line: 7 });

    let verdict = judge(&scores, &policy(&format!("{overrides}4")), &Scope::all());
    check(&verdict, Metric::Complexity, &[("", "1", State::Pass), ("src/a/**", "5", State::Fail)]);
    assert_eq!((verdict.outcome, verdict.findings.len(), verdict.findings[0].file), (Outcome::Fail, 1, Some(0)));
}

#[test]
fn a_percentage_over_paths_is_one_of_their_own_lines_and_leaves_the_whole() {
    let scores = good(vec![covered("src/a.rs", SIMPLE, &[1, 2, 3]), covered("src/lib.rs", SIMPLE, &[3])]);
    let text = "[gates]\nline-coverage = { min = 60 }\n";
    check(&judge(&scores, &policy(text), &Scope::all()), Metric::LineCoverage, &[("", "33.3 %", State::Fail)]);
    let text = format!("{text}[[override]]\npaths = [\"src/a.rs\"]\nreason = \"b\"\ngates.line-coverage.min = 1\n");
    let verdict = judge(&scores, &policy(&text), &Scope::all());
    check(&verdict, Metric::LineCoverage, &[("", "66.6 %", State::Pass), ("src/a.rs", "0 %", State::Fail)]);
    assert_eq!(verdict.findings.iter().map(|finding| finding.file).collect::<Vec<_>>(), [Some(0)]);
}

#[test]
fn mutants_count_where_their_file_counts() {
    let mut scores = good(vec![covered("src/a.rs", SOURCE, &[]), covered("src/b.rs", SOURCE, &[])]);
    scores.files[0].mutants[0].status = Status::Survived;
    let text =
        "[gates]\nmutation-score = { min = 100 }\n[[override]]\npaths = [\"src/a.rs\"]\nreason = \"b\"\ngates.mutation-score.min = 50\n";
    let verdict = judge(&scores, &policy(text), &Scope::all());
    check(&verdict, Metric::MutationScore, &[("", "100 %", State::Pass), ("src/a.rs", "0 %", State::Fail)]);
}

#[test]
fn a_gate_may_stand_over_paths_alone() {
    let scores = good(vec![covered("src/a.rs", SOURCE, &[]), covered("src/lib.rs", SOURCE, &[])]);
    let text = "[gates]\ntests = true\n[[override]]\npaths = [\"src/a.rs\"]\nreason = \"b\"\ngates.nesting-depth.max = 1\n";
    let verdict = judge(&scores, &policy(text), &Scope::all());
    check(&verdict, Metric::NestingDepth, &[("", "1", State::NoLimit), ("src/a.rs", "1", State::Pass)]);
    let verdict = judge(&scores, &policy(text), &Scope::only([Metric::Tests]));
    check(&verdict, Metric::NestingDepth, &[("", "1", State::NoLimit), ("src/a.rs", "-", State::NotRun)]);
}

#[test]
fn what_has_no_file_is_not_applicable_and_what_was_not_measured_is_inconclusive() {
    let text = "[gates]\nline-coverage = { min = 60 }\ncomplexity = { max = 9 }\n\
        [[override]]\npaths = [\"gone/**\"]\nreason = \"b\"\ngates = { complexity = { max = 3 }, line-coverage = { min = 50 } }\n";
    let mut scores = good(vec![good_file()]);
    let verdict = judge(&scores, &policy(text), &Scope::all());
    check(&verdict, Metric::Complexity, &[("", "5", State::Pass), ("gone/**", "-", State::NotApplicable)]);
    check(&verdict, Metric::LineCoverage, &[("", "100 %", State::Pass), ("gone/**", "-", State::NotApplicable)]);

    let all = text.replace("gone/**", "src/**");
    let verdict = judge(&scores, &policy(&all), &Scope::all());
    check(&verdict, Metric::LineCoverage, &[("", "-", State::NotApplicable), ("src/**", "100 %", State::Pass)]);

    // A file of types alone has nothing to cover; one that was not built has, and nobody knows what.
    scores.files.push(file("src/types.rs", "struct S;"));
    scores.files.push(file("src/other.rs", SIMPLE));
    let types = judge(&scores, &policy(&text.replace("gone/**", "src/types.rs")), &Scope::all());
    check(&types, Metric::LineCoverage, &[("", "100 %", State::Inconclusive), ("src/types.rs", "-", State::NotApplicable)]);
    let other = judge(&scores, &policy(&text.replace("gone/**", "src/other.rs")), &Scope::all());
    check(&other, Metric::LineCoverage, &[("", "100 %", State::Pass), ("src/other.rs", "0 %", State::Inconclusive)]);

    scores.coverage_measured = false;
    scores.problems.push("the build failed; mend it".to_owned());
    let verdict = judge(&scores, &policy(&all), &Scope::all());
    check(&verdict, Metric::LineCoverage, &[("", "-", State::NotApplicable), ("src/**", "-", State::Inconclusive)]);
}

#[test]
fn the_whole_and_the_parts_are_all_there_is() {
    let scores = good(vec![covered("a/x.rs", SOURCE, &[]), covered("a/b/y.rs", SOURCE, &[]), covered("z.rs", SOURCE, &[])]);
    let text = "[gates]\ncomplexity = { max = 9 }\n[[override]]\npaths = [\"a/**\"]\nreason = \"b\"\ngates.complexity.max = 5\n\
        [[override]]\npaths = [\"a/b/*\", \"q\"]\nreason = \"b\"\ngates.complexity.max = 6\n";
    let verdict = judge(&scores, &policy(text), &Scope::all());
    let rows = verdict.rows.iter().filter(|row| row.metric == Metric::Complexity);
    let files: Vec<_> = rows.map(|row| row.population.files.clone().unwrap()).collect();
    assert_eq!(files, [vec![2], vec![0], vec![1]]);
}
