//! What a reader has to act on, one by one, the worst first: what could not be measured, gates that fail
//! without a place to blame, findings. Owns that order and the places in the repository; refuses to know
//! formats.

use std::collections::HashMap;

use super::human::table::{cells, plural, population};
use super::{Report, terminal};
use crate::judge::{Distance, Finding, GATE_FAILS, INCONCLUSIVE, Row, State, Waived};
use crate::policy::{Metric, Origin};
use crate::score::{FileScore, MutantScore};
use crate::syntax::Position;

/// One of them. Texts are of one line and safe to print.
pub(super) struct Item<'a> {
    /// One of [`crate::judge::CODES`].
    pub(super) code: &'static str,
    /// Its gate; `None` for what could not be measured.
    pub(super) metric: Option<Metric>,
    /// Whether the run does not pass because of it.
    pub(super) is_failure: bool,
    /// Where; `None` for what has no place of its own.
    pub(super) place: Option<Place>,
    /// The function or test that it is about.
    pub(super) symbol: Option<String>,
    /// What is wrong.
    pub(super) title: String,
    /// The numbers.
    pub(super) label: String,
    /// The cheapest way out.
    pub(super) help: Option<String>,
    /// How far it is from passing.
    pub(super) distance: Option<String>,
    /// The surviving mutant that it is.
    pub(super) mutant: Option<(&'a FileScore, &'a MutantScore)>,
    /// What it is known by in another run.
    pub(super) fingerprint: String,
    /// What a command printed, where it is about one: several lines, safe to print.
    pub(super) output: String,
    /// Until when and why it is waived, where it is: it fails nothing.
    pub(super) waived: Option<String>,
}

/// A place in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Relative to the root of the repository, with forward slashes.
    pub(super) path: String,
    /// From the first character to behind the last; `None` for the whole file.
    pub(super) span: Option<(Position, Position)>,
}

impl Place {
    /// The line to show; the first for a whole file.
    pub(super) fn line(&self) -> u32 {
        self.span.map_or(1, |(start, _)| start.line)
    }
}

/// `until 2027-03-31: a table`.
fn of_waived<'a>(report: &Report<'a>, of: &Waived, mutants: &Mutants<'a>) -> Item<'a> {
    let waiver = &report.policy.waivers[of.waiver];
    let until = format!("until {}: {}", waiver.expires, terminal::line(&waiver.reason));
    let item = of_finding(report, &of.finding, mutants);
    Item { label: format!("{}; waived {until}", item.label), help: None, waived: Some(until), ..item }
}

/// The findings that are waived, one by one.
pub(super) fn waived_items<'a>(report: &Report<'a>) -> Vec<Item<'a>> {
    if report.verdict.waived.is_empty() {
        return Vec::new();
    }
    let mutants = mutants(report);
    report.verdict.waived.iter().map(|one| of_waived(report, one, &mutants)).collect()
}

type Mutants<'a> = HashMap<&'a str, (&'a FileScore, &'a MutantScore)>;

fn mutants<'a>(report: &Report<'a>) -> Mutants<'a> {
    report.scores.mutants().map(|(file, score)| (score.mutant.id.as_str(), (file, score))).collect()
}

/// All of them: first what could not be measured, then that a person has to look, then failing tests, for nothing else can be trusted before
/// these; then the worst of each failing gate, then the second of each; behind them what fails no gate, and what is
/// waived.
pub(super) fn items<'a>(report: &Report<'a>) -> Vec<Item<'a>> {
    let mutants = mutants(report);
    let mut ranks: HashMap<(Metric, bool), usize> = HashMap::new();
    let mut found: Vec<(usize, Item<'a>)> = report
        .verdict
        .findings
        .iter()
        .map(|finding| {
            let rank = ranks.entry((finding.metric, finding.is_failure)).or_default();
            *rank += 1;
            let rank = match finding.metric {
                Metric::Attempts => 0,
                Metric::Tests => 1,
                _ => *rank + 1,
            };
            (rank, of_finding(report, finding, &mutants))
        })
        .collect();
    found.extend(report.verdict.rows.iter().filter(|row| has_no_finding(report, row)).map(|row| (2, of_gate(row))));
    found.sort_by_key(|(rank, item)| (!item.is_failure, *rank, item.metric));
    let problems = report.verdict.problems.iter().map(|problem| of_problem(problem));
    problems.chain(found.into_iter().map(|(_, item)| item)).chain(waived_items(report)).collect()
}

/// A place that services accept for what has none of its own: where its gate's limit was set, else the
/// policy, else the manifest.
pub(super) fn place_or_policy(report: &Report<'_>, item: &Item<'_>) -> Place {
    if let Some(place) = &item.place {
        return place.clone();
    }
    let row = report.verdict.rows.iter().find(|row| item.metric == Some(row.metric));
    let (path, line) = match row.and_then(|row| row.gate.as_ref()).map(|gate| &gate.origin) {
        Some(Origin::File { path, line }) => (path.as_str(), *line),
        _ => (report.policy.file.as_ref().map_or("Cargo.toml", |path| path.as_str()), 1),
    };
    let start = Position { line, column: 1 };
    Place { path: in_repository(report, path), span: Some((start, start)) }
}

fn in_repository(report: &Report<'_>, path: &str) -> String {
    report.call.below.join(path).as_str().replace('\\', "/")
}

fn has_no_finding(report: &Report<'_>, row: &Row) -> bool {
    row.state == State::Fail && !report.verdict.findings.iter().any(|finding| finding.metric == row.metric && finding.is_failure)
}

fn of_finding<'a>(report: &Report<'a>, finding: &Finding, mutants: &Mutants<'a>) -> Item<'a> {
    let file = finding.file.and_then(|file| report.scores.files.get(file));
    let place = file.map(|file| Place {
        path: in_repository(report, file.path.as_str()),
        span: finding.span.map(|span| (file.lines.position(&file.text, span.start), file.lines.position(&file.text, span.end))),
    });
    let outside = finding.outside.as_ref().map(|outside| {
        let start = outside.line.map(|line| Position { line, column: 1 });
        Place { path: in_repository(report, outside.path.as_str()), span: start.map(|start| (start, start)) }
    });
    Item {
        code: finding.code,
        metric: Some(finding.metric),
        is_failure: finding.is_failure,
        place: place.or(outside),
        symbol: finding.symbol.as_deref().map(terminal::line),
        title: terminal::line(&finding.title),
        label: terminal::line(&finding.label),
        help: finding.help.as_deref().map(terminal::line),
        distance: finding.distance().map(|distance| distance_text(distance, finding.metric)),
        mutant: finding.mutant.as_deref().and_then(|id| mutants.get(id).copied()),
        fingerprint: finding.fingerprint.clone(),
        output: terminal::block(&finding.output),
        waived: None,
    }
}

fn of_gate(row: &Row) -> Item<'static> {
    let [gate, measured, limit, _] = cells(row);
    let distance = row.distance().map(|distance| distance_text(distance, row.metric));
    Item {
        code: GATE_FAILS,
        metric: Some(row.metric),
        is_failure: true,
        place: None,
        symbol: None,
        title: format!("the gate `{gate}` does not hold"),
        label: [Some(format!("{measured}, needs {limit}")), distance.clone()].into_iter().flatten().collect::<Vec<_>>().join(": "),
        help: None,
        distance,
        mutant: None,
        fingerprint: fingerprint(GATE_FAILS, &gate),
        output: String::new(),
        waived: None,
    }
}

/// A problem says what is wrong in its first line, or before its first semicolon, and behind it what to do.
fn of_problem(problem: &str) -> Item<'static> {
    let (what, rest) = problem.split_once('\n').or_else(|| problem.split_once("; ")).unwrap_or((problem, ""));
    let rest = rest.trim();
    Item {
        code: INCONCLUSIVE,
        metric: None,
        is_failure: true,
        place: None,
        symbol: None,
        title: terminal::line(what),
        label: String::new(),
        help: (!rest.is_empty()).then(|| terminal::line(&rest.lines().map(str::trim).collect::<Vec<_>>().join("; "))),
        distance: None,
        mutant: None,
        fingerprint: fingerprint(INCONCLUSIVE, what),
        output: String::new(),
        waived: None,
    }
}

fn fingerprint(code: &str, what: &str) -> String {
    blake3::hash(format!("{code}\0{what}").as_bytes()).to_hex()[..16].to_owned()
}

/// `short by 5 lines`, `over by 10.8`, `2 to mend`.
pub(super) fn distance_text(distance: Distance, metric: Metric) -> String {
    match distance {
        Distance::Over(failing) if metric == Metric::Tests => format!("{failing} to mend"),
        Distance::Short(n) => format!("short by {}", plural(usize::try_from(n).unwrap_or(usize::MAX), population(metric))),
        Distance::Over(_) => distance.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Outside;
    use crate::report::sample;

    #[test]
    fn the_worst_of_each_gate_comes_before_the_second_of_any() {
        let mut run = sample::failing();
        let [crap, survivor] = &run.verdict.findings[..] else { panic!() };
        let failing = Finding { is_failure: true, ..survivor.clone() };
        let test = Finding { symbol: Some("t".to_owned()), ..Finding::new(Metric::Tests, "failing-test") };
        run.verdict.findings = vec![crap.clone(), crap.clone(), failing.clone(), survivor.clone(), failing, test.clone(), test];
        run.verdict.problems = vec!["src/lib.rs is odd\nmend it\nthen run".to_owned(), "no tests; write one".to_owned()];
        let report = run.report();
        let said: Vec<String> = items(&report).iter().map(|item| format!("{} {}", item.code, item.is_failure)).collect();
        let expected = [
            "inconclusive true",
            "inconclusive true",
            "failing-test true",
            "failing-test true",
            "gate-fails true",
            "crap true",
            "surviving-mutant true",
            "crap true",
            "surviving-mutant true",
            "surviving-mutant false",
        ];
        assert_eq!(said, expected);
        let [first, second, ..] = &items(&report)[..] else { panic!() };
        assert_eq!((first.title.as_str(), first.help.as_deref()), ("src/lib.rs is odd", Some("mend it; then run")));
        assert_eq!((second.title.as_str(), second.help.as_deref()), ("no tests", Some("write one")));
    }

    #[test]
    fn places_start_at_the_repository_and_services_get_one_for_each() {
        let mut run = sample::failing();
        run.call.below = "crates/shop".into();
        run.verdict.problems = vec!["odd".to_owned()];
        let report = run.report();
        let places: Vec<String> = items(&report)
            .iter()
            .map(|item| place_or_policy(&report, item))
            .map(|place| format!("{}:{}", place.path, place.line()))
            .collect();
        let expected = ["crates/shop/gates.toml:1", "crates/shop/gates.toml:5", "crates/shop/src/price.rs:2", "crates/shop/src/price.rs:3"];
        assert_eq!(places, expected);
        run.policy.file = None;
        let report = run.report();
        assert_eq!(place_or_policy(&report, &items(&report)[0]).path, "crates/shop/Cargo.toml");
    }

    #[test]
    fn a_line_of_another_file_is_a_place() {
        let mut run = sample::failing();
        run.call.below = "shop".into();
        let outside = Outside { path: "gates.toml".into(), line: Some(7) };
        run.verdict.findings = vec![Finding { outside: Some(outside), ..Finding::new(Metric::Crap, "crap") }];
        let report = run.report();
        let place = items(&report).remove(1).place.unwrap();
        assert_eq!((place.path.as_str(), place.line()), ("shop/gates.toml", 7));
    }

    #[test]
    fn distances_name_what_they_count() {
        let run = sample::failing();
        let distances: Vec<_> = items(&run.report()).into_iter().map(|item| item.distance).collect();
        assert_eq!(distances, [Some("short by 1 line".to_owned()), Some("over by 10.8".to_owned()), None]);
    }
}
