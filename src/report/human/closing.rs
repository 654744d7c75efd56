//! The last line: the outcome, how many gates it stands on, and where the time went.

use std::io::{self, Write};
use std::time::Duration;

use super::{BAD, GOOD, Style, UNKNOWN};
use crate::coverage::UsedFile;
use crate::judge::{Outcome, State};
use crate::policy::{CageMode, Metric};
use crate::report::items::{Item, waived_items};
use crate::report::{Report, Timings, terminal};
use crate::run::CageScore;
use crate::score::{FormerScore, SkipScore};

/// Write the last line, and before it what a reader must know of the policy.
pub(super) fn write(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    notes(report, out)?;
    if let Some(line) = report.scores.cage.as_ref().and_then(|cage| shut_in(cage, style.is_verbose)) {
        writeln!(out, "{line}")?;
    }
    if let Some(line) = where_the_time_went(report.timings).filter(|_| style.is_verbose) {
        writeln!(out, "{line}")?;
    }
    let paint = match report.verdict.outcome {
        Outcome::Pass => GOOD,
        Outcome::Fail => BAD,
        Outcome::Inconclusive => UNKNOWN,
    };
    writeln!(out, "{} {} in {}", style.paint(paint, word(report.verdict.outcome)), gates(report), times(report.timings))
}

/// What a reader must know of the policy.
pub(in crate::report) fn notes(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(line) = policy(report) {
        writeln!(out, "{line}")?;
    }
    if let Some(line) = report.scores.former.as_ref().and_then(former) {
        writeln!(out, "{line}")?;
    }
    for file in &report.scores.coverage_files.used {
        writeln!(out, "{}", coverage_file(file, report.scores.coverage_files.are_alone))?;
    }
    if let Some(line) = skips(&report.scores.skips) {
        writeln!(out, "{line}")?;
    }
    for item in waived_items(report) {
        writeln!(out, "{}", waived(&item))?;
    }
    Ok(())
}

/// What was held back from the tests: told where nothing was, and to who wants to know.
fn shut_in(cage: &CageScore, is_verbose: bool) -> Option<String> {
    if cage.mode == CageMode::Off {
        return Some("The tests ran without a cage: gates.toml says so.".to_owned());
    }
    let network = format!("network ({})", cage.network.name());
    let active = cage.active().into_iter().map(|wall| if wall == "network" { &*network } else { wall });
    is_verbose.then(|| format!("The tests ran in a cage: {}.", active.collect::<Vec<_>>().join(", ")))
}

/// Where the policy comes from, where that is not the gates.toml that everybody sees.
pub(in crate::report) fn policy(report: &Report<'_>) -> Option<String> {
    let Some(against) = report.against else {
        return report.policy.file.is_none().then(|| "There is no gates.toml: the built-in defaults were judged.".to_owned());
    };
    let base = format!("Compared with {} ({})", terminal::line(&against.asked), terminal::line(&against.commit));
    Some(if against.has_policy {
        format!("{base} and judged by the policy there; what is stricter here applies, too.")
    } else {
        format!("{base}, which has no gates.toml: the built-in defaults were judged, and what is stricter here.")
    })
}

/// The outcome in capitals.
pub(in crate::report) const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "PASS",
        Outcome::Fail => "FAIL",
        Outcome::Inconclusive => "INCONCLUSIVE",
    }
}

/// `4 tests of the base ran on this code; 25 mutants that they kill were judged again here.`
fn former(former: &FormerScore) -> Option<String> {
    let tests = if former.tests == 1 { "1 test of the base".to_owned() } else { format!("{} tests of the base", former.tests) };
    (former.tests > 0).then(|| match former.rejudged {
        0 => format!("{tests} ran on this code."),
        1 => format!("{tests} ran on this code; 1 mutant that they kill was judged again here."),
        n => format!("{tests} ran on this code; {n} mutants that they kill were judged again here."),
    })
}

/// Where numbers come from that this run did not measure itself.
fn coverage_file(file: &UsedFile, is_alone: bool) -> String {
    let sources = if file.sources == 1 { "source file" } else { "source files" };
    let what = if is_alone { "Coverage is that of" } else { "Coverage was added from" };
    format!("{what} {} ({}, {} {sources}).", terminal::line(&file.shown), file.format.name(), file.sources)
}

/// ``Waived until 2027-03-31: crap of `parse` (src/parse.rs:88): a table``.
fn waived(item: &Item<'_>) -> String {
    let gate = item.metric.map_or(item.code, Metric::name);
    let place = item.place.as_ref().map_or(String::new(), |place| format!(" ({}:{})", terminal::line(&place.path), place.line()));
    format!("Waived {}: {gate}, {}{place}", item.waived.as_deref().unwrap_or_default(), item.title)
}

/// `3 mutants are left alone by 2 skips in the code`; nothing when there is no skip.
fn skips(skips: &[SkipScore]) -> Option<String> {
    let governed: u32 = skips.iter().map(|skip| skip.governs).sum();
    let mutants = if governed == 1 { "mutant is" } else { "mutants are" };
    let marks = if skips.len() == 1 { "skip" } else { "skips" };
    (!skips.is_empty())
        .then(|| format!("{governed} {mutants} left alone by {} {marks} in the code; `--format json` lists them", skips.len()))
}

/// `8 gates`, `1 of 8 gates, 2 not run`: how many of the judged gates make the outcome.
pub(in crate::report) fn gates(report: &Report<'_>) -> String {
    let count = |state| report.verdict.rows.iter().filter(|row| row.gate.is_some() && row.state == state).count();
    let all = report.verdict.rows.iter().filter(|row| row.gate.is_some()).count();
    let (failed, unknown, not_run) = (count(State::Fail), count(State::Inconclusive), count(State::NotRun));
    let gates = if all == 1 { "gate" } else { "gates" };
    let mut parts = vec![match report.verdict.outcome {
        Outcome::Pass => judged(all, not_run, gates),
        Outcome::Fail => format!("{failed} of {all} {gates}"),
        Outcome::Inconclusive if unknown == 0 => "no gate judged".to_owned(),
        Outcome::Inconclusive => format!("{unknown} of {all} {gates} not measured"),
    }];
    if report.verdict.outcome == Outcome::Fail && unknown > 0 {
        parts.push(format!("{unknown} not measured"));
    }
    if not_run > 0 {
        parts.push(format!("{not_run} not run"));
    }
    parts.join(", ")
}

/// `8 gates`, `2 of 8 gates`.
fn judged(all: usize, not_run: usize, gates: &str) -> String {
    if not_run > 0 { format!("{} of {all} {gates}", all - not_run) } else { format!("{all} {gates}") }
}

/// `6.9 s (build 5.1, tests 0.3, mutants 1.4)`; stages that took no time are left out.
fn times(timings: &Timings) -> String {
    let stages = [("build", timings.build), ("tests", timings.tests), ("base's tests", timings.former), ("mutants", timings.mutants)];
    let shown: Vec<String> =
        stages.iter().filter(|(_, time)| !time.is_zero()).map(|(name, time)| format!("{name} {}", seconds(*time))).collect();
    let total = if timings.total < Duration::from_secs(1) {
        format!("{} ms", timings.total.as_millis())
    } else {
        format!("{} s", seconds(timings.total))
    };
    if shown.is_empty() { total } else { format!("{total} ({})", shown.join(", ")) }
}

/// The same in more parts, for who wants to know; nothing when nothing was built.
fn where_the_time_went(timings: &Timings) -> Option<String> {
    if timings.build.is_zero() {
        return None;
    }
    let precisely = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let calls = if timings.rounds == 1 { "1 call" } else { &*format!("{} calls", timings.rounds) };
    Some(format!(
        "Time: sources {}; build {}, at most {calls} of the compiler for a crate; tests {}, of which documentation examples {}; mutants {}, \
         beside them {} programs rebuilt in {}; {} verdicts kept from earlier runs.",
        precisely(timings.read),
        precisely(timings.build),
        precisely(timings.tests),
        precisely(timings.examples),
        precisely(timings.mutants),
        timings.rebuilt,
        precisely(timings.alone),
        timings.reused
    ))
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}
