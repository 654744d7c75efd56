//! The report for coding agents: the verdict, the worst findings with one action each, what passed, the rules
//! and the command that checks only these again. The same run gives the same bytes: no times, no colour.
//! Owns what is said and what is left out for brevity; refuses to rank and to judge.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use super::human::closing;
use super::human::table::{cells, limit_text};
use super::items::{Item, distance_text, items, waived_items};
use super::{Report, terminal};
use crate::judge::{EXAMPLE, GATE_FAILS, Outcome, Row, State};
use crate::mutate::Operator;
use crate::policy::Metric;
use crate::score::{FileScore, MutantScore};

/// Findings that are shown when nothing else was asked for.
const FINDINGS: usize = 5;

/// Characters of findings that are shown when nothing else was asked for; the first is always shown. With the
/// lines around them this stays under 400 tokens.
const BUDGET: usize = 800;

/// Characters of one text in a line.
const TEXT: usize = 150;

/// Tests that are named for a survivor.
const TESTS: usize = 2;

/// What an agent must not do to pass.
const RULES: &str =
    "RULES change code or add tests, not gates.toml, skips or assertions; if a finding is wrong or impossible, stop and say why";

/// Write the report for coding agents.
pub fn agent(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let items = items(report);
    writeln!(out, "{}", head(report))?;
    if let Some(line) = failed(report) {
        writeln!(out, "{line}")?;
    }
    findings(report, &items, out)?;
    for line in passed(report).into_iter().chain(not_run(report)).chain(waived(report)).chain(warnings(report)) {
        writeln!(out, "{line}")?;
    }
    if report.verdict.outcome == Outcome::Pass {
        return Ok(());
    }
    writeln!(out, "{RULES}")?;
    writeln!(out, "{}", next(report))
}

/// `GATE FAIL 2 of 8 gates | policy gates.toml`.
fn head(report: &Report<'_>) -> String {
    let policy = report.policy.file.as_ref().map_or_else(|| "built-in defaults".to_owned(), |path| terminal::line(path.as_str()));
    let policy = match report.against {
        Some(against) if against.has_policy => format!("base {} | policy from base", terminal::line(&against.commit)),
        Some(against) => format!("base {} | policy built-in defaults, the base has none", terminal::line(&against.commit)),
        None => format!("policy {policy}"),
    };
    format!("GATE {} {} | {policy}", closing::word(report.verdict.outcome), closing::gates(report))
}

/// `FAIL line-coverage 89.9 %, needs >= 90 %, short by 1 line; crap 18.8, needs <= 8, over by 10.8`.
fn failed(report: &Report<'_>) -> Option<String> {
    let failing = report.verdict.rows.iter().filter(|row| row.state == State::Fail);
    let words = |row: &Row| {
        let [gate, measured, limit, _] = cells(row);
        let distance = row.distance().map_or(String::new(), |distance| format!(", {}", distance_text(distance, row.metric)));
        format!("{gate} {measured}, needs {limit}{distance}")
    };
    let words: Vec<String> = failing.map(words).collect();
    (!words.is_empty()).then(|| format!("FAIL {}", words.join("; ")))
}

/// The worst that keep the run from passing, those that one action answers as one, and how many more there are.
fn findings(report: &Report<'_>, items: &[Item<'_>], out: &mut dyn Write) -> io::Result<()> {
    let (wanted, mut budget) = report.call.max_findings.map_or((FINDINGS, BUDGET), |most| (most, usize::MAX));
    let groups = groups(items);
    let mut shown = 0;
    for (item, alike) in groups.iter().take(wanted) {
        let text = finding(item, *alike, shown + 1);
        if text.chars().count() > budget && shown > 0 {
            break;
        }
        budget = budget.saturating_sub(text.chars().count());
        shown += 1;
        writeln!(out, "{text}")?;
    }
    let more = &groups[shown..];
    if more.is_empty() {
        return Ok(());
    }
    let mut counts: BTreeMap<Option<Metric>, usize> = BTreeMap::new();
    for (item, _) in more {
        *counts.entry(item.metric).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(metric, n)| format!("{} {n}", metric.map_or("inconclusive", Metric::name))).collect();
    writeln!(out, "MORE {} not shown ({}); --max-findings {} shows them", more.len(), counts.join(", "), groups.len())
}

/// What keeps the run from passing, each with how many others in the same function ask for the same. A gate
/// without a place to blame has its own line above.
fn groups<'i, 'a>(items: &'i [Item<'a>]) -> Vec<(&'i Item<'a>, usize)> {
    let mut groups: Vec<(&Item<'_>, usize)> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for item in items.iter().filter(|item| item.is_failure && item.code != GATE_FAILS) {
        let path = item.place.as_ref().map(|place| place.path.as_str());
        match known.entry((item.code, path, &item.symbol, &item.help, item.mutant.is_none().then_some(&item.fingerprint))) {
            Entry::Occupied(index) => groups[*index.get()].1 += 1,
            Entry::Vacant(free) => {
                free.insert(groups.len());
                groups.push((item, 0));
            }
        }
    }
    groups
}

/// Two lines: what and where in numbers, and what to do.
fn finding(item: &Item<'_>, alike: usize, number: usize) -> String {
    let place = item.place.as_ref().map_or(String::new(), |place| format!(" {}:{}", terminal::line(&place.path), place.line()));
    let symbol = item.symbol.as_ref().map_or(String::new(), |symbol| format!(" {}", short(symbol, 80)));
    let numbers = match item.mutant {
        Some((file, score)) => survivor(file, score),
        None if item.label.is_empty() => item.title.clone(),
        None => item.label.clone(),
    };
    let alike = if alike == 0 { String::new() } else { format!(" (+{alike} alike)") };
    let line = format!("E{number} {}{place}{symbol}: {}{alike}", item.code, short(&numbers, TEXT));
    // The tests of a survivor stand in the line above.
    let help = item.help.as_deref().map(|help| if item.mutant.is_some() { help.split(EXAMPLE).next().unwrap_or(help) } else { help });
    help.map_or(line.clone(), |help| format!("{line}\n   do: {}", short(help, TEXT)))
}

/// ``change `>` to `>=`; reached by `a`, `b` and 3 more, none fails``.
fn survivor(file: &FileScore, score: &MutantScore) -> String {
    let mutant = &score.mutant;
    let original = terminal::brief(mutant.span.of(&file.text));
    let replacement = terminal::brief(&mutant.replacement);
    let change = match mutant.operator {
        Operator::FnValue => format!("body to `{replacement}`"),
        _ if replacement.is_empty() => format!("`{original}` deleted"),
        _ => format!("`{original}` to `{replacement}`"),
    };
    let last = |name: &str| format!("`{}`", short(&terminal::line(name.rsplit("::").next().unwrap_or(name)), 40));
    let names: Vec<String> = score.covered_by.iter().take(TESTS).map(last).collect();
    match (names.is_empty(), score.covered_by.len().saturating_sub(TESTS)) {
        (true, _) => format!("{change}; {}", score.reason.as_deref().unwrap_or("no test comes here")),
        (false, 0) => format!("{change}; reached by {}, no test fails", names.join(", ")),
        (false, more) => format!("{change}; reached by {} and {more} more, no test fails", names.join(", ")),
    }
}

/// `OK tests 412 passed; complexity 9`.
fn passed(report: &Report<'_>) -> Option<String> {
    let passing = report.verdict.rows.iter().filter(|row| matches!(row.state, State::Pass | State::NotApplicable));
    let words = |row: &Row| {
        let [gate, measured, ..] = cells(row);
        if row.state == State::NotApplicable { format!("{gate} n/a") } else { format!("{gate} {measured}") }
    };
    let words: Vec<String> = passing.map(words).collect();
    (!words.is_empty()).then(|| format!("OK {}", words.join("; ")))
}

fn not_run(report: &Report<'_>) -> Option<String> {
    let unjudged = report.verdict.rows.iter().filter(|row| matches!(row.state, State::NotRun | State::Inconclusive));
    let words = |row: &Row| {
        let limit = limit_text(row.metric, row.gate.as_ref().map(|gate| gate.limit));
        let state = if row.state == State::NotRun { "not run" } else { "not measured" };
        format!("{} {state}, needs {limit}", terminal::line(&row.name))
    };
    let words: Vec<String> = unjudged.map(words).collect();
    (!words.is_empty()).then(|| format!("OPEN {}", words.join("; ")))
}

/// `WAIVED crap src/parse.rs:88 until 2027-03-31; mutation-score src/price.rs:3 until 2027-01-01`.
fn waived(report: &Report<'_>) -> Option<String> {
    let words = |item: &Item<'_>| {
        let gate = item.metric.map_or(item.code, Metric::name);
        let place = item.place.as_ref().map_or(String::new(), |place| format!(" {}:{}", terminal::line(&place.path), place.line()));
        let until = item.waived.as_deref().and_then(|until| until.split(':').next()).unwrap_or_default();
        format!("{gate}{place} {until}")
    };
    let words: Vec<String> = waived_items(report).iter().map(words).collect();
    (!words.is_empty()).then(|| format!("WAIVED {}", words.join("; ")))
}

/// The first warning, and how many there are.
fn warnings(report: &Report<'_>) -> Option<String> {
    let warnings = &report.scores.warnings;
    let first = short(&terminal::line(warnings.first()?), TEXT);
    let more = warnings.len() - 1;
    Some(if more == 0 { format!("NOTE {first}") } else { format!("NOTE {first} (and {more} more: --format human)") })
}

/// The command that checks again what does not hold, and then the whole.
fn next(report: &Report<'_>) -> String {
    let call = report.call;
    let command = |gates: &[String]| {
        let words: Vec<String> = call.build.iter().chain(gates).map(|word| terminal::shell_word(word)).collect();
        terminal::line(&[&["cargo gate".to_owned()], words.as_slice(), &["--format agent".to_owned()]].concat().join(" "))
    };
    let open = |row: &&Row| matches!(row.state, State::Fail | State::Inconclusive);
    // What no `--only` can name is judged with anything else.
    let with = |wanted: &dyn Fn(&Row) -> bool| {
        let rows =
            report.verdict.rows.iter().filter(|row| (row.metric == Metric::Checks || Metric::ALL.contains(&row.metric)) && wanted(row));
        rows.map(|row| (row.metric, row.name.as_str())).collect::<BTreeSet<_>>()
    };
    let open = with(&|row| open(&row));
    let judged = with(&|row| row.state.is_judged());
    let whole = command(&call.gates);
    if open.is_empty() || open == judged {
        return format!("NEXT {whole}");
    }
    // A row over what is new is asked for by its metric.
    let names: BTreeSet<(Metric, &str)> =
        open.iter().map(|(metric, name)| (*metric, if Metric::ALL.contains(metric) { metric.name() } else { *name })).collect();
    let names: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
    format!("NEXT {} ; when it passes: {whole}", command(&["--only".to_owned(), names.join(",")]))
}

/// At most `most` characters.
fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Finding;
    use crate::report::sample::{self, Sample};

    fn shown(sample: &Sample) -> String {
        let mut out = Vec::new();
        agent(&sample.report(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_failing_run() {
        let mut sample = sample::failing();
        sample.verdict.rows[6].state = State::Fail;
        sample.verdict.findings[1].is_failure = true;
        insta::assert_snapshot!(shown(&sample), @r"
        GATE FAIL 3 of 6 gates | policy gates.toml
        FAIL line-coverage 89.9 %, needs >= 90 %, short by 1 line; crap 18.8, needs <= 8, over by 10.8; mutation-score 66.6 %, needs >= 60 %
        E1 crap src/price.rs:2 discount: crap 18.8, at most 8: complexity 14, coverage 71 %
           do: split to complexity 7 or less and cover 73 % or more; not covered: 97, 103-109, 120
        E2 surviving-mutant src/price.rs:3 discount: `>` to `>=`; reached by `discount_small`, `discount_large`, no test fails
           do: assert the price at quantity == 10
        OK tests 412 passed; complexity 14; mutation-sites 5
        NOTE the test `shop::tests::clock` fails only when instrumented and was set aside
        RULES change code or add tests, not gates.toml, skips or assertions; if a finding is wrong or impossible, stop and say why
        NEXT cargo gate --only line-coverage,crap,mutation-score --format agent ; when it passes: cargo gate --format agent
        ");
    }

    #[test]
    fn a_passing_run_says_so_and_asks_for_nothing() {
        insta::assert_snapshot!(shown(&sample::passing()), @r"
        GATE PASS 2 gates | policy built-in defaults
        OK tests 3 passed; mutation-score 100 %
        ");
    }

    #[test]
    fn a_run_that_could_not_measure() {
        insta::assert_snapshot!(shown(&sample::nothing_measured()), @r"
        GATE INCONCLUSIVE 2 of 3 gates not measured | policy gates.toml
        E1 inconclusive: src/lib.rs:3:5: cannot find value `x`
           do: mend what `cargo test --no-run` reports, then run the gate again
        OK complexity 2
        OPEN tests not measured, needs all; line-coverage not measured, needs >= 90 %
        RULES change code or add tests, not gates.toml, skips or assertions; if a finding is wrong or impossible, stop and say why
        NEXT cargo gate --only tests,line-coverage --format agent ; when it passes: cargo gate --format agent
        ");
    }

    /// 300 findings, each with an action of its own.
    fn distinct(findings: &[Finding]) -> Vec<Finding> {
        let own = |(index, finding): (usize, &Finding)| {
            let help = finding.help.as_ref().map(|help| format!("{index:03} {help}"));
            Finding { help, fingerprint: index.to_string(), ..finding.clone() }
        };
        findings.iter().cycle().take(300).enumerate().map(own).collect()
    }

    #[test]
    fn survivors_that_one_assertion_kills_are_one_finding() {
        let mut sample = sample::failing();
        let survivor = Finding { is_failure: true, ..sample.verdict.findings[1].clone() };
        let other = Finding { help: Some("assert another thing".to_owned()), ..survivor.clone() };
        sample.verdict.findings = vec![survivor.clone(), survivor.clone(), other, survivor];
        let text = shown(&sample);
        assert_eq!(text.lines().filter(|line| line.starts_with('E')).count(), 2, "{text}");
        assert!(text.contains("no test fails (+2 alike)\n   do: assert the price"), "{text}");
    }

    /// As long as names, numbers and texts come: 300 findings of every kind in a deep tree.
    fn long() -> Sample {
        let mut sample = sample::failing();
        sample.scores.files[0].path = format!("crates/{}/src/lib.rs", "long-name/".repeat(6)).into();
        for finding in &mut sample.verdict.findings {
            finding.symbol = Some("module::Type::".repeat(9));
            finding.label = "a number and another ".repeat(20);
            finding.help = Some("do one thing and then another ".repeat(20));
            finding.is_failure = true;
        }
        sample.verdict.findings = distinct(&sample.verdict.findings);
        sample.verdict.rows.iter_mut().for_each(|row| row.state = State::Fail);
        sample.verdict.problems = vec!["what could not be measured ".repeat(30)];
        sample.scores.warnings = vec!["something to know ".repeat(30); 40];
        sample
    }

    /// Such text has 3.35 characters for each token (a real run's 934 characters were 279 tokens of cl100k and
    /// 275 of o200k), so 400 tokens are 1,340 characters.
    #[test]
    fn it_stays_short_by_default_and_says_how_much_is_left_out() {
        let mut sample = sample::failing();
        sample.verdict.findings = distinct(&sample.verdict.findings);
        sample.verdict.findings.iter_mut().for_each(|finding| finding.is_failure = true);
        sample.verdict.rows[6].state = State::Fail;
        let text = shown(&sample);
        assert!(text.chars().count() < 1340, "{} characters\n{text}", text.chars().count());
        assert_eq!(text.lines().filter(|line| line.starts_with('E')).count(), 4, "{text}");
        assert!(text.contains("\nMORE 296 not shown (crap 148, mutation-score 148); --max-findings 300 shows them\n"), "{text}");
    }

    /// Whatever the names and the texts: a few times as long, never without bound.
    #[test]
    fn names_and_texts_beyond_measure_are_cut() {
        let text = shown(&long());
        assert!(text.chars().count() < 2600, "{} characters\n{text}", text.chars().count());
        assert!(text.contains("E1 inconclusive") && text.contains("E2 ") && text.contains("\nMORE 29"), "{text}");
    }

    #[test]
    fn as_many_findings_as_were_asked_for() {
        let mut sample = long();
        for (most, shown_findings) in [(1, 1), (40, 40), (1000, 301)] {
            sample.call.max_findings = Some(most);
            let text = shown(&sample);
            assert_eq!(text.lines().filter(|line| line.starts_with('E')).count(), shown_findings);
            assert_eq!(text.contains("MORE"), most < 301);
        }
    }

    #[test]
    fn the_next_command_is_what_was_typed_and_only_what_is_open() {
        let mut sample = sample::failing();
        sample.call.build = ["-p", "my crate", "--features", "a,b"].map(str::to_owned).to_vec();
        sample.call.gates = ["--only", "tests,crap,line-coverage"].map(str::to_owned).to_vec();
        let text = shown(&sample);
        let expected = "NEXT cargo gate -p 'my crate' --features a,b --only line-coverage,crap --format agent ; when it passes: \
            cargo gate -p 'my crate' --features a,b --only tests,crap,line-coverage --format agent";
        assert_eq!(text.lines().last(), Some(expected));
    }

    #[test]
    fn nothing_leaves_its_line_or_reaches_a_terminal() {
        let mut sample = sample::failing();
        sample.scores.files[0].path = "src/\u{1b}[1m\n.rs".into();
        sample.verdict.findings[0] = Finding {
            symbol: Some("f\nE9 fake".to_owned()),
            label: "a\nE9 fake \u{202e}".to_owned(),
            help: Some("b\nNEXT rm -rf".to_owned()),
            ..sample.verdict.findings[0].clone()
        };
        let text = shown(&sample);
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("E9") || line.starts_with("NEXT rm")), "{text}");
    }
}
