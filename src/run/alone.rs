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

/// What rustdoc says of an example that was [`super::limited()`].
const PAST_LIMIT: &str = "(SIGXCPU)";

/// So many names fit on any command line.
const NAMES: usize = 1000;

/// Tests that took longer together have a process each: what does not end is ended by the clock, which runs for many tests
/// as long as for all of them.
const TOGETHER: Duration = Duration::from_millis(50);

/// Run `tests`, which share an executable, in the lane's own build of it.
pub fn run_lane(worker: &mut Worker, suite: &Suite, reach: &ReachMap, tests: &[usize], program: &Utf8Path) -> anyhow::Result<LaneRun> {
    for chunk in &chunks(suite, reach, tests) {
        let invocation = Invocation { program, can_be_copied: false, ..suite.invocation(chunk) };
        let took = suite.start(chunk[0]) + chunk.iter().map(|test| reach.own_time(*test)).sum::<Duration>();
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
    let exit = if stdout.contains(PAST_LIMIT) { Exit::TimeLimit } else { exit };
    Ok(LaneRun::Noticed(noticed(exit, killed_by)))
}

/// The tests that share a process, which all are tests of one executable.
fn chunks(suite: &Suite, reach: &ReachMap, tests: &[usize]) -> Vec<Vec<usize>> {
    let can_share = |test: usize| suite.can_batch(test) && !reach.runs_alone(test);
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut took = Duration::ZERO;
    for test in tests.iter().copied() {
        took += reach.own_time(test);
        match chunks.last_mut() {
            Some(chunk) if took <= TOGETHER && chunk.len() < NAMES && can_share(test) && can_share(chunk[0]) => chunk.push(test),
            _ => {
                took = reach.own_time(test);
                chunks.push(vec![test]);
            }
        }
    }
    chunks
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

#[cfg(test)]
mod tests {
    use super::super::reach::tests::run;
    use super::super::suite::tests::suite;
    use super::*;
    use crate::run::WholeRun;

    #[test]
    fn tests_share_a_process_as_long_as_their_end_can_be_waited_for() {
        let suite = suite(&["a", "b", "c", "d", "e"]);
        let took = |milliseconds: [u64; 5]| {
            let whole = WholeRun {
                tests: (0..5).collect(),
                reach: fixedbitset::FixedBitSet::with_capacity(1),
                duration: Duration::from_secs(9),
                has_passed: true,
                failed: vec![],
            };
            let reach = ReachMap::new(milliseconds.into_iter().map(run).collect(), &[whole], 1);
            chunks(&suite, &reach, &[0, 1, 2, 3, 4])
        };
        assert_eq!(took([30, 20, 1, 300, 2]), [vec![0, 1], vec![2], vec![3], vec![4]]);
        assert_eq!(took([1, 1, 1, 1, 1]), [vec![0, 1, 2, 3, 4]]);
    }
}
