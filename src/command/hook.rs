//! `cargo gate hook`: a check whose verdict is told to a coding agent in its own words. Owns reading the event and
//! remembering the last answer; what is answered is `agent`'s.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

use anyhow::Context;
use camino::Utf8PathBuf;

use super::{resolve, with_report};
use crate::agent::{Answer, Decision, Event, Memory, answer, decide};
use crate::build::{read_json, write_json};
use crate::cli::{Check, Hook, OutputFormat};
use crate::judge::Outcome;
use crate::report::agent as report;

/// Bytes of an event that are read: it may hold what the agent said last.
const EVENT: u64 = 16 << 20;

pub(super) fn run(hook: &Hook) -> anyhow::Result<ExitCode> {
    let event = event()?;
    let decision = if event.is_broken_off() { Decision::Pass } else { decision(hook, &event) };
    tell(&answer(hook.agent, &decision))
}

/// The event on standard input; at a terminal none.
fn event() -> anyhow::Result<Event> {
    let mut text = String::new();
    if !io::stdin().is_terminal() {
        io::stdin().take(EVENT).read_to_string(&mut text).context("cannot read the event on standard input")?;
    }
    Event::parse(&text).context("standard input is no event of a coding agent: expected a JSON object")
}

/// What could not be judged does not hold, either.
fn decision(hook: &Hook, event: &Event) -> Decision {
    let check = Check { format: OutputFormat::Agent, ..hook.check.clone() };
    let reason = match reason(&check) {
        Ok(None) => return Decision::Pass,
        Ok(Some(reason)) => reason,
        Err(error) => format!("cargo gate: {error:#}\nIf you cannot mend this, stop and say so."),
    };
    let memory = memory(&check);
    let last = memory.as_ref().filter(|path| path.exists()).and_then(|path| read_json(path).ok()).unwrap_or_default();
    let (decision, next): (Decision, Memory) = decide(event, &last, &reason);
    // Without a memory the next answer lets the agent go.
    if let Some(path) = memory {
        let _ = write_json(&path, &next);
    }
    decision
}

/// The report of a check that does not pass.
fn reason(check: &Check) -> anyhow::Result<Option<String>> {
    with_report(check, |shown| {
        let mut text = Vec::new();
        report(shown, &mut text)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok((shown.verdict.outcome != Outcome::Pass).then_some(text))
    })
}

/// Where the last answer is kept.
fn memory(check: &Check) -> Option<Utf8PathBuf> {
    let workspace = resolve::workspace(&check.packages).ok()?;
    Some(workspace.target_dir.join("gate/hook.json"))
}

fn tell(answer: &Answer) -> anyhow::Result<ExitCode> {
    super::tell::print(&answer.stdout)?;
    io::stderr().write_all(answer.stderr.as_bytes())?;
    Ok(ExitCode::from(answer.code))
}
