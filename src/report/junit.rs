//! The XML of `JUnit`, as CI systems read it: one test case per gate, and one for whether all could be measured. The
//! findings are the text of the failure. Owns that translation; escaping is `quick_junit`'s.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::human::table::cells;
use super::items::{Item, items};
use super::{Report, terminal};
use crate::judge::{INCONCLUSIVE, Row, State};

/// The name of the suite.
const SUITE: &str = "cargo gate";

/// Findings in the text of one failure; the rest is counted.
const FINDINGS: usize = 200;

/// Write the report.
pub fn junit(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let items = items(report);
    let mut suite = TestSuite::new(SUITE);
    suite.add_test_case(case("measured", measured(&items)));
    let waived: Vec<&Item<'_>> = items.iter().filter(|item| item.waived.is_some()).collect();
    if !waived.is_empty() {
        suite.set_system_out(text(&waived));
    }
    for row in report.verdict.rows.iter().filter(|row| row.gate.is_some()) {
        let found: Vec<&Item<'_>> = items.iter().filter(|item| is_of(row, item, report)).collect();
        suite.add_test_case(case(&name(row), status(row, &found)));
    }
    let mut document = quick_junit::Report::new(SUITE);
    document.add_test_suite(suite);
    let text = document.to_string().map_err(io::Error::other)?;
    // The schema of Jenkins has this count on each suite, not on all of them together.
    let total = format!(" skipped=\"{}\"", document.test_suites.iter().map(|suite| suite.skipped).sum::<usize>());
    writeln!(out, "{}", text.replacen(&total, "", 1))
}

/// A name of its own: the rows of an override are told apart by their paths.
fn name(row: &Row) -> String {
    let [name, ..] = cells(row);
    let paths = terminal::line(&row.population.paths.join(", "));
    if paths.is_empty() { name } else { format!("{name} ({paths})") }
}

/// Whether `item` keeps this row from holding. What has no place counts for every row of its metric.
fn is_of(row: &Row, item: &Item<'_>, report: &Report<'_>) -> bool {
    let is_among =
        |files: &Vec<usize>, path: &str| files.iter().any(|file| report.call.below.join(&report.scores.files[*file].path) == path);
    let is_here = match (&row.population.files, &item.place) {
        (Some(files), Some(place)) => is_among(files, &place.path),
        _ => true,
    };
    is_here && item.is_failure && item.metric == Some(row.metric)
}

fn case(name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(SUITE);
    case
}

/// An error for what could not be measured: a run without it is no pass.
fn measured(items: &[Item<'_>]) -> TestCaseStatus {
    let problems: Vec<&Item<'_>> = items.iter().filter(|item| item.code == INCONCLUSIVE).collect();
    match problems.first() {
        None => TestCaseStatus::success(),
        Some(first) => non_success(NonSuccessKind::Error, INCONCLUSIVE, &first.title, &text(&problems)),
    }
}

fn status(row: &Row, found: &[&Item<'_>]) -> TestCaseStatus {
    let [_, measured, limit, _] = cells(row);
    match row.state {
        State::Fail => {
            let code = found.first().map_or("", |item| item.code);
            non_success(NonSuccessKind::Failure, code, &format!("{measured}, needs {limit}"), &text(found))
        }
        State::Inconclusive => non_success(NonSuccessKind::Error, INCONCLUSIVE, &format!("not measured, needs {limit}"), ""),
        State::NotRun => skipped("not run"),
        State::NotApplicable => skipped("n/a: the code has nothing of the kind"),
        State::Pass | State::NoLimit => TestCaseStatus::success(),
    }
}

fn non_success(kind: NonSuccessKind, code: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(code).set_message(message).set_description(text);
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}

/// A few lines per finding.
fn text(items: &[&Item<'_>]) -> String {
    let mut lines: Vec<String> = items.iter().take(FINDINGS).flat_map(|item| lines(item)).collect();
    let more = items.len().saturating_sub(FINDINGS);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

fn lines(item: &Item<'_>) -> Vec<String> {
    let place = item.place.as_ref().map_or(String::new(), |place| format!("{}:{}: ", terminal::line(&place.path), place.line()));
    let output = item.output.lines().map(|line| format!("    | {line}"));
    let mut lines = vec![format!("{place}{}", item.title)];
    lines.extend(
        [Some(&item.label), item.help.as_ref()].into_iter().flatten().filter(|text| !text.is_empty()).map(|text| format!("    {text}")),
    );
    lines.extend(output);
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::judge::Population;
    use crate::policy::Metric;
    use crate::report::sample::{self, Sample};

    fn shown(sample: &Sample) -> String {
        let mut out = Vec::new();
        junit(&sample.report(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!(shown(&sample::failing()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="cargo gate" tests="7" failures="2" errors="0">
            <testsuite name="cargo gate" tests="7" skipped="0" errors="0" failures="2">
                <testcase name="measured" classname="cargo gate"/>
                <testcase name="tests" classname="cargo gate"/>
                <testcase name="line-coverage" classname="cargo gate">
                    <failure message="89.9 %, needs &gt;= 90 %" type="gate-fails">the gate `line-coverage` does not hold
            89.9 %, needs &gt;= 90 %: short by 1 line</failure>
                </testcase>
                <testcase name="complexity" classname="cargo gate"/>
                <testcase name="crap" classname="cargo gate">
                    <failure message="18.8, needs &lt;= 8" type="crap">src/price.rs:2: `discount` is complex and under-tested
            crap 18.8, at most 8: complexity 14, coverage 71 %
            split to complexity 7 or less and cover 73 % or more; not covered: 97, 103-109, 120</failure>
                </testcase>
                <testcase name="mutation-score" classname="cargo gate"/>
                <testcase name="mutation-sites" classname="cargo gate"/>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn rows_of_an_override_are_cases_of_their_own_with_their_own_findings() {
        let mut sample = sample::failing();
        let crap = sample.verdict.rows.iter().position(|row| row.metric == Metric::Crap).unwrap();
        let mut row = sample.verdict.rows[crap].clone();
        sample.verdict.rows[crap].population.files = Some(Vec::new());
        row.population = Population { paths: vec!["src/**".to_owned()], files: Some(vec![0]), ..Population::default() };
        sample.verdict.rows.push(row);
        let text = shown(&sample);
        let document = roxmltree::Document::parse(&text).unwrap();
        let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
        let names: BTreeSet<_> = cases.iter().map(|case| case.attribute("name").unwrap()).collect();
        assert_eq!(names.len(), cases.len(), "{text}");
        let said = |name: &str| {
            let case = cases.iter().find(|case| case.attribute("name") == Some(name)).unwrap();
            case.first_element_child().and_then(|failure| failure.text()).unwrap_or_default().to_owned()
        };
        assert!(said("crap (src/**)").contains("`discount`") && !said("crap").contains("`discount`"), "{text}");
    }

    /// Counts, names and states as a reader of XML sees them.
    #[test]
    fn the_counts_are_those_of_the_cases() {
        let expect = [(sample::failing(), [7, 2, 0]), (sample::passing(), [3, 0, 0]), (sample::nothing_measured(), [4, 0, 3])];
        for (sample, expected) in expect {
            let text = shown(&sample);
            let document = roxmltree::Document::parse(&text).unwrap();
            let suite = document.root_element().first_element_child().unwrap();
            let counted = |tag: &str| suite.descendants().filter(|node| node.has_tag_name(tag)).count();
            let said = |name: &str| suite.attribute(name).unwrap().parse::<usize>().unwrap();
            assert_eq!([said("tests"), said("failures"), said("errors")], expected, "{text}");
            assert_eq!([counted("testcase"), counted("failure"), counted("error")], expected, "{text}");
        }
    }

    /// The attributes of `junit-10.xsd`, by which Jenkins reads.
    #[test]
    fn elements_have_the_attributes_of_the_schema_of_jenkins() {
        let known = [
            ("testsuites", "name time tests failures disabled errors"),
            ("testsuite", "name tests failures errors group time skipped timestamp hostname id package file log url version"),
            ("testcase", "name time classname group"),
            ("failure", "type message"),
            ("error", "type message"),
            ("skipped", "type message"),
        ];
        let mut not_run = sample::failing();
        not_run.verdict.rows[0].state = State::NotRun;
        for sample in [not_run, sample::nothing_measured()] {
            let text = shown(&sample);
            let document = roxmltree::Document::parse(&text).unwrap();
            for node in document.descendants().filter(roxmltree::Node::is_element) {
                let (_, attributes) = known.iter().find(|(name, _)| node.has_tag_name(*name)).unwrap_or_else(|| panic!("{text}"));
                assert!(node.attributes().all(|attribute| attributes.split(' ').any(|known| known == attribute.name())), "{text}");
            }
        }
    }

    #[test]
    fn markup_and_control_characters_stay_text() {
        let mut sample = sample::failing();
        sample.verdict.findings[0].title = "`a < b && c]]>\u{1b}[1m\u{0}`".to_owned();
        let text = shown(&sample);
        let document = roxmltree::Document::parse(&text).unwrap();
        let failure =
            document.descendants().filter(|node| node.has_tag_name("failure")).find(|node| node.attribute("type") == Some("crap")).unwrap();
        assert!(failure.text().unwrap().starts_with("src/price.rs:2: `a < b && c]]>\\u{1b}[1m\\u{0}`\n    crap 18.8"), "{text}");
    }
}
