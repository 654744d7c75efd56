//! `cargo gate baseline`, and what `cargo gate init --ratchet` does besides: the record of old code is measured and
//! written. A record of half a measurement is none: when something could not be measured, nothing is written.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::resolve::Plan;
use super::tell;
use crate::cli::{Baseline as Asked, Check, Packages};
use crate::guard;
use crate::judge::{Change, Outcome, Ratchet, Verdict, judge, ratchet};
use crate::pipeline::measure;
use crate::policy::{BASELINE_FILE, Metric};
use crate::report::{terminal, write_file};
use crate::score::Scores;
use crate::workspace::Texts;

/// Lines of differences that are shown.
const SHOWN: usize = 40;

/// Tighten the record, or with `--accept` write it as the tree stands.
pub(super) fn run(asked: &Asked) -> anyhow::Result<ExitCode> {
    let check = Check {
        packages: asked.packages.clone(),
        build: asked.build.clone(),
        quick: asked.quick,
        only: asked.only.clone(),
        terminal: asked.terminal,
        ..Check::default()
    };
    let plan = Plan::resolve(&check)?;
    if plan.policy.baseline.file.is_none() && !asked.accept {
        bail!("there is no {BASELINE_FILE} to tighten; `cargo gate init --ratchet` writes one");
    }
    write(&check, &plan, asked.accept)
}

/// The record of a tree that has none.
pub(super) fn first(packages: &Packages) -> anyhow::Result<ExitCode> {
    let check = Check { packages: packages.clone(), ..Check::default() };
    write(&check, &Plan::resolve(&check)?, true)
}

/// Measure, and write the record.
fn write(check: &Check, plan: &Plan, accept: bool) -> anyhow::Result<ExitCode> {
    let (scores, verdict) = measured(check, plan)?;
    let red = scores.tests.as_ref().map_or(0, |tests| tests.failed.len());
    if red > 0 || !verdict.problems.is_empty() {
        return Ok(refused(red, &verdict));
    }
    let new = ratchet(&scores, &plan.policy, &plan.scope, accept);
    let text = new.baseline.write();
    let path = plan.workspace.root.join(BASELINE_FILE);
    let is_new = std::fs::read_to_string(&path).map_or(true, |old| old != text);
    if is_new {
        write_file(path.as_std_path(), |out| out.write_all(text.as_bytes())).with_context(|| format!("{BASELINE_FILE} stays as it was"))?;
    }
    tell::print(&told(&new, is_new))?;
    Ok(ExitCode::SUCCESS)
}

fn measured(check: &Check, plan: &Plan) -> anyhow::Result<(Scores, Verdict)> {
    let progress = tell::progress(check);
    if !plan.is_quick {
        guard::start()?;
    }
    let (scores, _) = measure(&plan.request(&Texts::default()), &*progress)?;
    let verdict = judge(&scores, &plan.policy, &plan.scope);
    Ok((scores, verdict))
}

/// Say why nothing was written.
fn refused(red: usize, verdict: &Verdict) -> ExitCode {
    if red > 0 {
        eprintln!("error: {red} of the tests fail: nothing can be recorded of red tests; mend them first");
    }
    for problem in &verdict.problems {
        eprintln!("error: {}", terminal::block(problem));
    }
    eprintln!("note: {BASELINE_FILE} stays as it was");
    let outcome = if red > 0 { Outcome::Fail } else { Outcome::Inconclusive };
    ExitCode::from(outcome.exit_code())
}

/// What became of the record.
fn told(new: &Ratchet, is_new: bool) -> String {
    let mut text = String::new();
    for change in new.changes.iter().take(SHOWN) {
        let _ = writeln!(text, "  {}", line(change));
    }
    if new.changes.len() > SHOWN {
        let _ = writeln!(text, "  and {} more", new.changes.len() - SHOWN);
    }
    let entries: usize = new.baseline.entries.values().map(Vec::len).sum();
    let looser = new.changes.iter().filter(|change| change.is_looser()).count();
    let tighter = new.changes.len() - looser;
    let what = if is_new { "written" } else { "unchanged" };
    let _ = writeln!(text, "{BASELINE_FILE} {what}: {entries} on record, {tighter} tighter or taken out, {looser} added or looser");
    text
}

/// `complexity of src/a.rs f: 14 -> 12`.
fn line(change: &Change) -> String {
    let unit = if change.metric.is_percentage() { " %" } else { "" };
    let at = if change.at.is_empty() { String::new() } else { format!(" of {}", terminal::line(&change.at)) };
    let name = Metric::name(change.metric);
    match (change.from, change.to) {
        (Some(from), Some(to)) => format!("{name}{at}: {from}{unit} -> {to}{unit}"),
        (None, Some(to)) => format!("{name}{at}: {to}{unit}"),
        (Some(from), None) => format!("{name}{at}: {from}{unit}, taken out"),
        (None, None) => format!("{name}{at}"),
    }
}
