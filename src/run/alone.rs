//! Tests of the single lane's builds: executables of their own, in which the mutant is not switched but
//! there. Without steps to count only time ends a hang.

use std::time::Duration;

use camino::Utf8Path;

use super::child::Exit;
use super::mutants::{MutantRun, TOO_MANY_PROCESSES, processor_limit, wall_limit};
use super::printed::{failed_examples, is_refused};
use super::process::{Invocation, Limits, Worker};
use super::reach::ReachMap;
use super::suite::Suite;
use super::test_set::TestSet;
use crate::score::Status;

/// What tests say of a mutant that is really there.
#[derive(Clone, Debug)]
pub enum LaneRun {
    /// They do not notice it.
    Passed,
    /// They do.
    Noticed(MutantRun),
}

/// So many names fit on any command line.
const NAMES: usize = 1000;

/// Run `tests`, which share an executable, in the lane's own build of it.
pub fn run_lane(worker: &mut Worker, suite: &Suite, reach: &ReachMap, tests: &[usize], program: &Utf8Path) -> anyhow::Result<LaneRun> {
    for chunk in chunks(suite, reach, tests) {
        let invocation = Invocation { program, can_be_copied: false, ..suite.invocation(chunk) };
        let took = chunk.iter().map(|test| reach.duration(*test)).sum();
        let exit = run(worker, &invocation, took)?;
        if !suite.is_expected_exit(chunk, exit) {
            let killed_by = suite.failed_of(chunk, &worker.stdout());
            return Ok(LaneRun::Noticed(noticed(exit, killed_by)));
        }
    }
    Ok(LaneRun::Passed)
}

/// Run rustdoc's own test of all examples. `examples` are the baseline's, for names and times.
pub fn run_lane_documentation(worker: &mut Worker, suite: &Suite, invocation: &Invocation<'_>) -> anyhow::Result<LaneRun> {
    // Rustdoc compiles every example first: that takes seconds, and minutes in large crates.
    let mut exit = run(worker, invocation, Duration::from_secs(30))?;
    if matches!(exit, Exit::Code(_)) && is_refused(&worker.stdout()) {
        // The mutant's doing, or the compiler was killed: that happens once.
        exit = run(worker, invocation, Duration::from_secs(30))?;
    }
    if exit == Exit::Code(0) {
        return Ok(LaneRun::Passed);
    }
    let stdout = worker.stdout();
    let killed_by = failed_examples(&stdout).find_map(|name| suite.named(name));
    Ok(LaneRun::Noticed(noticed(exit, killed_by)))
}

fn chunks<'t>(suite: &Suite, reach: &ReachMap, tests: &'t [usize]) -> std::slice::Chunks<'t, usize> {
    tests.chunks(if suite.can_batch(tests[0]) && !reach.runs_alone(tests[0]) { NAMES } else { 1 })
}

fn run(worker: &mut Worker, invocation: &Invocation<'_>, took: Duration) -> anyhow::Result<Exit> {
    let limits = Limits { processor: Some(processor_limit(took)), ..Limits::of_original(wall_limit(took)) };
    Ok(worker.run_through(invocation, limits)?.exit)
}

fn noticed(exit: Exit, killed_by: Option<usize>) -> MutantRun {
    let (status, reason) = match exit {
        Exit::TimeLimit => (Status::Timeout, Some("ran past its time limit".to_owned())),
        Exit::ProcessLimit => (Status::Timeout, Some(TOO_MANY_PROCESSES.to_owned())),
        Exit::Signal(signal) if exit.is_from_outside() => {
            (Status::RuntimeError, Some(format!("its process was ended from outside by signal {signal}")))
        }
        Exit::Signal(signal) => (Status::Killed, Some(format!("ended by signal {signal}"))),
        Exit::Code(_) => (Status::Killed, None),
    };
    MutantRun { status, reason, killed_by, covered_by: TestSet::default(), evidence: None }
}
