//! Every test once, alone, on the unmutated code: whether it passes, how long it takes, and what it
//! reaches. Then every executable whole, without its long tests: what a process of its own hides (once-only state,
//! order) shows as a difference.

use std::time::Duration;

use anyhow::bail;
use fixedbitset::FixedBitSet;

use super::child::Exit;
use super::pool::Pool;
use super::process::{Ended, Limits, Worker};
use super::suite::Suite;
use super::table::Trace;
use crate::guard::budget;

/// A baseline process may take this long; tests that need more are slower than any gate should wait for.
const WALL_LIMIT: Duration = Duration::from_secs(300);

/// A test that takes longer never shares a process: that would save nothing, and to run it once more costs much.
const LONG: Duration = Duration::from_millis(100);

/// What the baseline learned of one test.
#[derive(Clone, Debug)]
pub struct TestRun {
    /// How it ended.
    pub outcome: Outcome,
    /// The slots it marked.
    pub reach: FixedBitSet,
    /// Steps it took.
    pub steps: u64,
    /// How much memory of its own it came to have, in bytes; 0 where that is not known.
    pub data: u64,
    /// How long its process took.
    pub duration: Duration,
}

/// How a test ended on the unmutated code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// It did not; with what it printed.
    Failed(String),
}

/// What the baseline learned of an executable run whole.
#[derive(Clone, Debug)]
pub struct WholeRun {
    /// The tests it holds.
    pub tests: Vec<usize>,
    /// The slots that they marked.
    pub reach: FixedBitSet,
    /// How long they took.
    pub duration: Duration,
    /// Whether all of them passed, those in `failed` left out.
    pub has_passed: bool,
    /// The tests that failed though they pass alone, and what that tells of them.
    pub failed: Vec<(usize, Doubt)>,
}

impl WholeRun {
    /// Whether the test passed among the others.
    pub fn passed(&self, test: usize) -> bool {
        self.has_passed && self.tests.contains(&test) && self.failed.iter().all(|(failed, _)| *failed != test)
    }
}

/// Why a test that passes alone may not judge mutants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It fails after the same tests every time.
    Order,
    /// It fails now and then.
    Flaky,
}

/// Run each of `tests` alone; results in their order.
pub fn run_each(pool: &Pool, suite: &Suite, tests: &[usize], on_done: impl Fn() + Sync) -> anyhow::Result<Vec<TestRun>> {
    let run = |worker: &mut Worker, test: &usize| {
        if budget::is_over() {
            bail!("{}", budget::used_up_early());
        }
        let result = run_alone(worker, suite, *test);
        on_done();
        result
    };
    pool.map(tests, run).into_iter().collect()
}

/// Run one test alone on the unmutated code.
pub fn run_alone(worker: &mut Worker, suite: &Suite, test: usize) -> anyhow::Result<TestRun> {
    worker.table().clear_marks();
    let ended = worker.run_through(&suite.invocation(&[test]), Limits::of_original(WALL_LIMIT))?;
    let stdout = worker.stdout();
    let outcome = if suite.is_pass(&[test], &ended, &stdout) {
        Outcome::Passed
    } else {
        Outcome::Failed(failure_text(&ended, &stdout, &worker.stderr()))
    };
    let Trace { steps, data, .. } = ended.trace;
    Ok(TestRun { outcome, reach: worker.table().marks(), steps, data, duration: ended.duration })
}

/// What a person needs of a failed test: how it ended and what it printed.
fn failure_text(ended: &Ended, stdout: &str, stderr: &str) -> String {
    let end = match ended.exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => format!("ended by signal {signal}"),
        Exit::ProcessLimit => "started too many processes; `skip-tests` is for tests that need so many".to_owned(),
        Exit::TimeLimit => format!("still running after {} s", WALL_LIMIT.as_secs()),
    };
    let printed: Vec<&str> = [stdout, stderr].into_iter().map(str::trim).filter(|text| !text.is_empty()).collect();
    format!("{end}\n{}", printed.join("\n"))
}

impl TestRun {
    /// Whether it may share a process with others.
    pub fn is_sociable(&self) -> bool {
        self.outcome == Outcome::Passed && self.duration <= LONG
    }
}

/// Run every executable whose tests can share a process, with those of its tests that `takes_part` lets.
pub fn run_whole(pool: &Pool, suite: &Suite, takes_part: impl Fn(usize) -> bool) -> anyhow::Result<Vec<WholeRun>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for test in (0..suite.tests.len()).filter(|test| suite.can_batch(*test) && takes_part(*test)) {
        match batches.last_mut() {
            Some(batch) if suite.binary(batch[0]) == suite.binary(test) => batch.push(test),
            _ => batches.push(vec![test]),
        }
    }
    batches.retain(|batch| batch.len() > 1);
    pool.map(&batches, |worker, batch| run_batch(worker, suite, batch)).into_iter().collect()
}

fn run_batch(worker: &mut Worker, suite: &Suite, batch: &[usize]) -> anyhow::Result<WholeRun> {
    worker.table().clear_marks();
    let mut left = batch.to_vec();
    let mut failed = Vec::new();
    let mut end = run_together(worker, suite, &left)?;
    while let Some(test) = end.failed {
        let again = run_together(worker, suite, &left)?;
        failed.push((test, if again.failed == Some(test) { Doubt::Order } else { Doubt::Flaky }));
        left.retain(|other| *other != test);
        if left.is_empty() {
            break;
        }
        end = run_together(worker, suite, &left)?;
    }
    let reach = worker.table().marks();
    Ok(WholeRun { tests: batch.to_vec(), reach, duration: end.duration, has_passed: left.is_empty() || end.has_passed, failed })
}

/// How tests that share a process end.
struct Together {
    duration: Duration,
    has_passed: bool,
    failed: Option<usize>,
}

fn run_together(worker: &mut Worker, suite: &Suite, batch: &[usize]) -> anyhow::Result<Together> {
    let ended = worker.run_through(&suite.invocation(batch), Limits::of_original(WALL_LIMIT))?;
    let stdout = worker.stdout();
    let has_passed = suite.is_pass(batch, &ended, &stdout);
    Ok(Together { duration: ended.duration, has_passed, failed: if has_passed { None } else { suite.failed_of(batch, &stdout) } })
}
