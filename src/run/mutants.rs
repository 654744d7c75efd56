//! Mutants against the tests that reach them, in parallel, until the first failure. Owns the order of the
//! mutants, their budgets, and what their ends mean. The order depends on the baseline alone: the same run
//! gives the same verdicts and the same killers, whatever the number of workers.

mod constants;
mod order;

use std::time::Duration;

use fixedbitset::FixedBitSet;

use super::child::Exit;
use super::pool::Pool;
use super::process::{Ended, Limits, Worker};
use super::reach::ReachMap;
use super::suite::Suite;
use super::test_set::TestSet;
use crate::guard::budget;
use crate::score::Status;
use constants::End;
use order::Order;

/// A mutant to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its slot: the number by which it is activated.
    pub slot: u32,
    /// The slot that its site marks.
    pub mark: u32,
    /// Mutants of one group are likely to be killed by the same test.
    pub group: u32,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutantRun {
    /// Killed, Survived, `NoCoverage`, Timeout, `RuntimeError`; `CompileError` where a constant cannot be computed, and
    /// Pending where only the real edit can tell.
    pub status: Status,
    /// Why, where the status alone does not say it.
    pub reason: Option<String>,
    /// The test that noticed it.
    pub killed_by: Option<usize>,
    /// The tests that reach it.
    pub covered_by: TestSet,
    /// What decided, where that is known and would come out again.
    pub evidence: Option<Evidence>,
}

/// What decided about a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The tests that ran.
    pub tests: TestSet,
    /// The functions that they entered, by index among those that were asked for.
    pub functions: FixedBitSet,
}

/// A group is cut into pieces of so many mutants, so that the workers end together.
const PIECE: usize = 12;

/// Steps that every run may take, however few its tests took in the baseline.
const STEP_FLOOR: u64 = 1_000_000;

/// And so many times the baseline's on top.
const STEP_FACTOR: u64 = 8;

/// Time that every process may take, and so many times the baseline's on top: for loops without edits.
const WALL_FLOOR: Duration = Duration::from_secs(10);
const WALL_FACTOR: u32 = 20;

/// The same of the processor's time, which ends such loops sooner: it does not depend on the machine's load.
const PROCESSOR_FLOOR: Duration = Duration::from_secs(3);

/// A run that says nothing (ended from outside, failed without the mutant) is repeated so often.
const ATTEMPTS: u32 = 3;

/// Why a mutant that starts processes without end counts as one that does not end.
pub(super) const TOO_MANY_PROCESSES: &str = "started too many processes";

/// What the runs of mutants need besides the tests.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// The mutants.
    pub targets: &'a [Target],
    /// The slots that tell of each target which constants were computed that may be spoiled by it; shorter where nobody asks.
    pub constants: &'a [Vec<u32>],
    /// What is known of each already: it is not run, and its killer is tried on its neighbours.
    pub known: &'a [Option<MutantRun>],
    /// The slots that tell which functions were entered.
    pub functions: &'a [u32],
}

/// Run all targets. Results in their order; nothing where the budget was used up before.
pub fn run_mutants(
    pool: &Pool,
    suite: &Suite,
    reach: &ReachMap,
    work: Work<'_>,
    on_done: impl Fn(usize, &MutantRun) + Sync,
) -> anyhow::Result<Vec<Option<MutantRun>>> {
    let pieces = pieces(work.targets);
    let run_piece = |worker: &mut Worker, piece: &Vec<usize>| -> anyhow::Result<Vec<Option<MutantRun>>> {
        let mut killer = None;
        let run_one = |index: &usize| {
            let target = work.targets[*index];
            let run = match &work.known[*index] {
                Some(known) => Ok(known.clone()),
                None if budget::is_over() => return Ok(None),
                None => {
                    let constants = work.constants.get(*index).map_or(&[][..], Vec::as_slice);
                    Attempt { worker, suite, reach, functions: work.functions, constants, target }.run(killer)
                }
            };
            let run = match run {
                Err(_) if budget::is_over() => return Ok(None),
                run => run?,
            };
            killer = run.killed_by.or(killer);
            on_done(*index, &run);
            Ok(Some(run))
        };
        piece.iter().map(run_one).collect()
    };
    let done: Vec<Vec<Option<MutantRun>>> = pool.map(&pieces, run_piece).into_iter().collect::<anyhow::Result<_>>()?;
    let mut runs: Vec<(usize, Option<MutantRun>)> = pieces.into_iter().flatten().zip(done.into_iter().flatten()).collect();
    runs.sort_by_key(|(target, _)| *target);
    Ok(runs.into_iter().map(|(_, run)| run).collect())
}

/// Indices of targets, neighbours of one group together.
fn pieces(targets: &[Target]) -> Vec<Vec<usize>> {
    let mut pieces: Vec<Vec<usize>> = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        match pieces.last_mut() {
            Some(piece) if piece.len() < PIECE && targets[piece[0]].group == target.group => piece.push(index),
            _ => pieces.push(vec![index]),
        }
    }
    pieces
}

struct Attempt<'a> {
    worker: &'a mut Worker,
    suite: &'a Suite,
    reach: &'a ReachMap,
    functions: &'a [u32],
    constants: &'a [u32],
    target: Target,
}

/// What one process tells of the mutant.
enum Told {
    /// Its tests do not notice it; whether it was active at all.
    Passed { was_active: bool },
    /// It is settled. What the clock said may not come out again.
    Settled { status: Status, reason: Option<String>, killed_by: Option<usize>, comes_again: bool },
    /// Only the real edit can tell; why.
    Unsettled(String),
    /// Nothing; why.
    Nothing(String),
}

impl Attempt<'_> {
    fn run(mut self, likely_killer: Option<usize>) -> anyhow::Result<MutantRun> {
        let covered_by = self.reach.tests(self.target.mark);
        let run = |status, reason, covered_by| MutantRun { status, reason, killed_by: None, covered_by, evidence: None };
        if covered_by.is_empty() {
            let reason = self.reach.is_marked(self.target.mark).then(|| "reached only by tests that judge no mutants".to_owned());
            return Ok(run(Status::NoCoverage, reason, covered_by));
        }
        let chunks = self.order().chunks(&covered_by, likely_killer);
        // Tests that draw random numbers may come here in one run and not in the next.
        for _ in 0..ATTEMPTS {
            let mut was_ever_active = false;
            let mut entered = FixedBitSet::with_capacity(self.functions.len());
            for chunk in &chunks {
                match self.settle(chunk)? {
                    Told::Passed { was_active } => was_ever_active |= was_active,
                    Told::Settled { status, reason, killed_by, comes_again } => {
                        let evidence = comes_again.then(|| Evidence { tests: chunk.iter().copied().collect(), functions: self.entered() });
                        return self.confirm(MutantRun { killed_by, evidence, ..run(status, reason, covered_by) });
                    }
                    Told::Unsettled(reason) => return Ok(run(Status::Pending, Some(reason), covered_by)),
                    Told::Nothing(reason) => return Ok(run(Status::RuntimeError, Some(reason), covered_by)),
                }
                entered.union_with(&self.entered());
            }
            if was_ever_active {
                let evidence = Some(Evidence { tests: covered_by.clone(), functions: entered });
                return Ok(MutantRun { evidence, ..run(Status::Survived, None, covered_by) });
            }
        }
        let reason = format!("reached in the baseline and not in {ATTEMPTS} later runs: its tests are not deterministic");
        Ok(run(Status::NoCoverage, Some(reason), covered_by))
    }

    fn order(&self) -> Order<'_> {
        Order { suite: self.suite, reach: self.reach }
    }

    /// The functions that the last process entered.
    fn entered(&mut self) -> FixedBitSet {
        let table = self.worker.table();
        (0..self.functions.len()).filter(|function| table.is_marked(self.functions[*function])).collect()
    }

    fn settle(&mut self, tests: &[usize]) -> anyhow::Result<Told> {
        let mut told = self.once(tests)?;
        for _ in 1..ATTEMPTS {
            if !matches!(told, Told::Nothing(_)) {
                break;
            }
            told = self.once(tests)?;
        }
        Ok(told)
    }

    /// Run these tests in one process.
    fn process(&mut self, tests: &[usize]) -> anyhow::Result<Ended> {
        let steps = tests.iter().map(|test| self.reach.steps(*test)).sum::<u64>();
        let took = self.order().expected(tests);
        let steps = STEP_FLOOR + steps.saturating_mul(STEP_FACTOR);
        let limits = Limits { active: self.target.slot, steps, wall: wall_limit(took), processor: Some(processor_limit(took)) };
        if !(self.functions.is_empty() && self.constants.is_empty()) {
            self.worker.table().clear_marks();
        }
        self.worker.run(&self.suite.invocation(tests), limits)
    }

    fn once(&mut self, tests: &[usize]) -> anyhow::Result<Told> {
        let ended = self.process(tests)?;
        if ended.trace.is_in_constant {
            return Ok(End::of(&ended).told());
        }
        if self.suite.is_expected_exit(tests, ended.exit) && !ended.trace.is_exhausted {
            return Ok(Told::Passed { was_active: ended.trace.is_activated });
        }
        Ok(self.read_failure(tests, &ended))
    }

    fn read_failure(&self, tests: &[usize], ended: &Ended) -> Told {
        if !ended.trace.is_activated {
            return Told::Nothing("fails without the mutant being active: the test is flaky".to_owned());
        }
        let by = || self.suite.failed_of(tests, &self.worker.stdout());
        let settled = |status, reason, comes_again| Told::Settled { status, reason, killed_by: by(), comes_again };
        if ended.trace.is_exhausted {
            return settled(Status::Timeout, Some("ran past its step budget".to_owned()), true);
        }
        match ended.exit {
            Exit::Signal(signal) if ended.exit.is_from_outside() => {
                Told::Nothing(format!("its process was ended from outside by signal {signal}"))
            }
            Exit::Signal(signal) => settled(Status::Killed, Some(format!("ended by signal {signal}")), true),
            Exit::TimeLimit => settled(Status::Timeout, Some("ran past its time limit".to_owned()), false),
            Exit::ProcessLimit => settled(Status::Timeout, Some(TOO_MANY_PROCESSES.to_owned()), false),
            Exit::Code(_) => settled(Status::Killed, None, true),
        }
    }
}

/// How long a process may take whose tests took `took` in the baseline.
pub(super) fn wall_limit(took: Duration) -> Duration {
    WALL_FLOOR + took * WALL_FACTOR
}

/// How much of the processor's time.
pub(super) fn processor_limit(took: Duration) -> Duration {
    PROCESSOR_FLOOR + took * WALL_FACTOR
}
