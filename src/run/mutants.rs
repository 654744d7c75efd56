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
use super::table::DATA_LIMIT;
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

impl MutantRun {
    /// One that the compiler refuses, and what it says.
    pub fn refused(message: String) -> MutantRun {
        MutantRun::without_killer(Status::CompileError, Some(message), TestSet::default())
    }

    /// One that is settled, and by no test.
    pub fn without_killer(status: Status, reason: Option<String>, covered_by: TestSet) -> MutantRun {
        MutantRun { status, reason, killed_by: None, covered_by, evidence: None }
    }
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

/// What quick tests left over takes longer.
const PIECE_OF_THE_REST: usize = 3;

/// Steps that every run may take, however few its tests took in the baseline.
const STEP_FLOOR: u64 = 1_000_000;

/// And so many times the baseline's on top.
const STEP_FACTOR: u64 = 8;

/// Memory that every run may have, however little its tests had in the baseline, and so many times the baseline's on top.
/// To fill all that a test may have takes seconds.
const DATA_FLOOR: u64 = 1 << 30;
const DATA_FACTOR: u64 = 4;

/// Time that every process may take, and so many times the baseline's on top: for loops without edits.
const WALL_FLOOR: Duration = Duration::from_secs(10);
const WALL_FACTOR: u32 = 20;

/// The same of the processor's time, which ends such loops sooner: it does not depend on the machine's load.
const PROCESSOR_FLOOR: Duration = Duration::from_secs(1);

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
    /// What [`begin_mutants`] said of each when there were no examples yet; shorter where nobody asked it.
    pub begun: &'a [Option<Begun>],
    /// The slots that tell which functions were entered.
    pub functions: &'a [u32],
}

/// What the quick tests of executables say of a mutant. The others come after them: slow tests, and documentation
/// examples, which are there later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// They settle it.
    Settled(MutantRun),
    /// They do not notice it, or none of them reaches it.
    Passed {
        /// The tests that ran.
        tests: TestSet,
        /// Whether the mutant was active in any of them.
        was_active: bool,
        /// The functions that they entered, by index among those that were asked for.
        functions: FixedBitSet,
    },
}

/// Run all targets, in two goes whatever is known when: so the same tests kill the same mutants. Results in their order;
/// nothing where the budget was used up before.
pub fn run_mutants(
    pool: &Pool,
    suite: &Suite,
    reach: &ReachMap,
    work: Work<'_>,
    on_done: impl Fn(usize, &MutantRun) + Sync,
) -> anyhow::Result<Vec<Option<MutantRun>>> {
    let begun = begin_mutants(pool, suite, reach, work, &on_done)?;
    finish_mutants(pool, suite, reach, Work { begun: &begun, ..work }, on_done)
}

/// Run all targets against the quick tests of executables alone. Results in their order; nothing where a target is known
/// or the budget was used up before. `on_settled` is told of those that need no other tests.
pub fn begin_mutants(
    pool: &Pool,
    suite: &Suite,
    reach: &ReachMap,
    work: Work<'_>,
    on_settled: impl Fn(usize, &MutantRun) + Sync,
) -> anyhow::Result<Vec<Option<Begun>>> {
    let settled = |index: usize| match work.begun.get(index).and_then(Option::as_ref) {
        _ if work.known[index].is_some() => Some(None),
        Some(Begun::Settled(run)) => {
            let run = MutantRun { covered_by: reach.tests(work.targets[index].mark), ..run.clone() };
            on_settled(index, &run);
            Some(Some(Begun::Settled(run)))
        }
        begun => begun.cloned().map(Some),
    };
    let killer = |begun: &Option<Begun>| if let Some(Begun::Settled(run)) = begun { run.killed_by } else { None };
    let begun = in_pieces(pool, pieces(work.targets, PIECE), settled, killer, |worker, index, killer| {
        let begun = Attempt::at(worker, suite, reach, work, index).begin(killer)?;
        if let Begun::Settled(run) = &begun {
            on_settled(index, run);
        }
        Ok(Some(begun))
    })?;
    Ok(begun.into_iter().map(Option::flatten).collect())
}

/// Run what quick tests did not settle against all other tests. `work.begun` is what [`begin_mutants`] said. `on_done` is
/// told of what was not settled by then.
pub fn finish_mutants(
    pool: &Pool,
    suite: &Suite,
    reach: &ReachMap,
    work: Work<'_>,
    on_done: impl Fn(usize, &MutantRun) + Sync,
) -> anyhow::Result<Vec<Option<MutantRun>>> {
    let begun = |index: usize| work.begun.get(index).and_then(Option::as_ref);
    let settled = |index: usize| match (&work.known[index], begun(index)) {
        (Some(known), _) => {
            on_done(index, known);
            Some(known.clone())
        }
        (None, Some(Begun::Settled(run))) => Some(run.clone()),
        (None, _) => None,
    };
    in_pieces(
        pool,
        pieces(work.targets, PIECE_OF_THE_REST),
        settled,
        |run| run.killed_by,
        |worker, index, killer| {
            let run = Attempt::at(worker, suite, reach, work, index).run(killer, begun(index))?;
            on_done(index, &run);
            Ok(run)
        },
    )
}

/// Do something with every target that is not `settled`, pieces of them at once. It is told the last killer in its piece;
/// `killer` says who that is. Nothing comes where the budget was used up before.
fn in_pieces<T: Send>(
    pool: &Pool,
    pieces: Vec<Vec<usize>>,
    settled: impl Fn(usize) -> Option<T> + Sync,
    killer: impl Fn(&T) -> Option<usize> + Sync,
    run: impl Fn(&mut Worker, usize, Option<usize>) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<Option<T>>> {
    let run_piece = |worker: &mut Worker, piece: &Vec<usize>| -> anyhow::Result<Vec<Option<T>>> {
        let mut likely_killer = None;
        let run_one = |index: &usize| {
            let result = match settled(*index) {
                Some(settled) => settled,
                None if budget::is_over() => return Ok(None),
                None => match run(worker, *index, likely_killer) {
                    Err(_) if budget::is_over() => return Ok(None),
                    result => result?,
                },
            };
            likely_killer = killer(&result).or(likely_killer);
            Ok(Some(result))
        };
        piece.iter().map(run_one).collect()
    };
    let done: Vec<Vec<Option<T>>> = pool.map(&pieces, run_piece).into_iter().collect::<anyhow::Result<_>>()?;
    let mut results: Vec<(usize, Option<T>)> = pieces.into_iter().flatten().zip(done.into_iter().flatten()).collect();
    results.sort_by_key(|(target, _)| *target);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Indices of targets, neighbours of one group together, at most `most`.
fn pieces(targets: &[Target], most: usize) -> Vec<Vec<usize>> {
    let mut pieces: Vec<Vec<usize>> = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        match pieces.last_mut() {
            Some(piece) if piece.len() < most && targets[piece[0]].group == target.group => piece.push(index),
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

/// What tests say of a mutant, one process after the other.
struct Passing {
    was_active: bool,
    functions: FixedBitSet,
}

impl<'a> Attempt<'a> {
    fn at(worker: &'a mut Worker, suite: &'a Suite, reach: &'a ReachMap, work: Work<'a>, index: usize) -> Attempt<'a> {
        let constants = work.constants.get(index).map_or(&[][..], Vec::as_slice);
        Attempt { worker, suite, reach, functions: work.functions, constants, target: work.targets[index] }
    }

    /// Ask the quick tests of executables.
    fn begin(mut self, likely_killer: Option<usize>) -> anyhow::Result<Begun> {
        let covered_by = self.reach.tests(self.target.mark);
        let is_asked = |test: &usize| self.suite.tests[*test].is_executable() && !self.reach.is_slow(*test);
        let tests: TestSet = covered_by.iter().filter(is_asked).collect();
        let mut passing = self.nothing_yet();
        let settled = self.ask(&tests, likely_killer, &mut passing, &covered_by)?;
        let Passing { was_active, functions } = passing;
        Ok(settled.map_or_else(|| Begun::Passed { tests, was_active, functions }, Begun::Settled))
    }

    /// Ask all tests, those that were asked already once at least.
    fn run(mut self, likely_killer: Option<usize>, begun: Option<&Begun>) -> anyhow::Result<MutantRun> {
        let covered_by = self.reach.tests(self.target.mark);
        if covered_by.is_empty() {
            let reason = self.reach.is_marked(self.target.mark).then(|| "reached only by tests that judge no mutants".to_owned());
            return Ok(MutantRun::without_killer(Status::NoCoverage, reason, covered_by));
        }
        let (mut left, mut passing) = match begun {
            Some(Begun::Passed { tests, was_active, functions }) => {
                let left = covered_by.iter().filter(|test| !tests.contains(*test)).collect();
                (left, Passing { was_active: *was_active, functions: functions.clone() })
            }
            _ => (covered_by.clone(), self.nothing_yet()),
        };
        // Tests that draw random numbers may come here in one run and not in the next.
        for _ in 0..ATTEMPTS {
            if let Some(run) = self.ask(&left, likely_killer, &mut passing, &covered_by)? {
                return Ok(run);
            }
            if passing.was_active {
                let evidence = Some(Evidence { tests: covered_by.clone(), functions: passing.functions });
                return Ok(MutantRun { evidence, ..MutantRun::without_killer(Status::Survived, None, covered_by) });
            }
            left = covered_by.clone();
        }
        let reason = format!("reached in the baseline and not in {ATTEMPTS} later runs: its tests are not deterministic");
        Ok(MutantRun::without_killer(Status::NoCoverage, Some(reason), covered_by))
    }

    fn nothing_yet(&self) -> Passing {
        Passing { was_active: false, functions: FixedBitSet::with_capacity(self.functions.len()) }
    }

    /// Run `tests` until one settles what becomes of the mutant.
    fn ask(
        &mut self,
        tests: &TestSet,
        likely_killer: Option<usize>,
        passing: &mut Passing,
        covered_by: &TestSet,
    ) -> anyhow::Result<Option<MutantRun>> {
        let run = |status, reason| MutantRun::without_killer(status, reason, covered_by.clone());
        for chunk in self.order().chunks(tests, likely_killer) {
            match self.settle(&chunk)? {
                Told::Passed { was_active } => passing.was_active |= was_active,
                Told::Settled { status, reason, killed_by, comes_again } => {
                    let evidence = comes_again.then(|| Evidence { tests: chunk.iter().copied().collect(), functions: self.entered() });
                    return self.confirm(MutantRun { killed_by, evidence, ..run(status, reason) }).map(Some);
                }
                Told::Unsettled(reason) => return Ok(Some(run(Status::Pending, Some(reason)))),
                Told::Nothing(reason) => return Ok(Some(run(Status::RuntimeError, Some(reason)))),
            }
            passing.functions.union_with(&self.entered());
        }
        Ok(None)
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
        let data = data_limit(tests.iter().map(|test| self.reach.data(*test)));
        let limits = Limits { active: self.target.slot, steps, data, wall: wall_limit(took), processor: Some(processor_limit(took)) };
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

/// How much memory a process may have whose tests came to have `data` in the baseline: as much as they where that is not
/// known of one.
fn data_limit(data: impl Iterator<Item = Option<u64>>) -> u64 {
    let all = data.sum::<Option<u64>>();
    all.map_or(DATA_LIMIT, |all| DATA_FLOOR.saturating_add(all.saturating_mul(DATA_FACTOR)).min(DATA_LIMIT))
}

/// How long a process may take whose tests took `took` in the baseline.
pub(super) fn wall_limit(took: Duration) -> Duration {
    WALL_FLOOR + took * WALL_FACTOR
}

/// How much of the processor's time.
pub(super) fn processor_limit(took: Duration) -> Duration {
    PROCESSOR_FLOOR + took * WALL_FACTOR
}
