//! Suites that cost much: what the tests take is asked of them again and again, once for each mutant that they reach. Where
//! that is much more than to compile the tests once more, they run optimized. Owns when that pays; refuses to use a build in
//! which any of them does not pass.

use std::time::Duration;

use super::active::Planned;
use crate::build::{Builder, Built, Level};
use crate::progress::Progress;
use crate::run::{Begun, Outcome, Pool, ReachMap, Suite, Target, TestRun, run_each};

/// Runs that take no longer are not worth a build.
const WORTH_A_BUILD: Duration = Duration::from_secs(10);

/// Optimized code takes longer to compile, and it is not faster without end.
const TIMES_THE_BUILD: u32 = 4;

/// To optimize much takes up to ten times as long as to optimize some, and makes code a third faster.
const TIMES_FOR_MUCH: u32 = 100;

/// The part of what quick tests would take for all mutants that they do take: a mutant that is noticed is noticed soon. On
/// three crates it was a quarter to a third.
const ONE_IN: u32 = 4;

/// What a run needs to build once more.
pub(super) struct Build<'a> {
    pub(super) builder: &'a Builder<'a>,
    pub(super) built: &'a Built,
    /// How long the first build took.
    pub(super) took: Duration,
}

/// How often each test of an executable is asked by what is still to be run.
struct Asked<'a> {
    suite: &'a Suite,
    reach: &'a ReachMap,
    times: Vec<u32>,
}

impl<'a> Asked<'a> {
    fn nobody(suite: &'a Suite, reach: &'a ReachMap) -> Asked<'a> {
        Asked { suite, reach, times: vec![0; suite.tests.len()] }
    }

    fn by(&mut self, target: &Target, is_asked: impl Fn(usize) -> bool) {
        let tests = self.reach.tests(target.mark);
        let asked = tests.iter().filter(|test| self.suite.tests[*test].is_executable() && is_asked(*test));
        asked.for_each(|test| self.times[test] += 1);
    }

    /// What they do for that besides their processes, one after the other.
    fn time(&self) -> Duration {
        self.times.iter().enumerate().map(|(test, times)| self.reach.own_time(test) * *times).sum()
    }

    fn tests(&self) -> Vec<usize> {
        (0..self.times.len()).filter(|test| self.times[*test] > 0).collect()
    }
}

/// Whether the quick tests alone take so long that nothing should begin before they are optimized.
pub(super) fn are_dear<'t>(
    build: &Build<'_>,
    pool: &Pool,
    (suite, reach): (&Suite, &ReachMap),
    targets: impl Iterator<Item = &'t Target>,
) -> bool {
    build.level_of_quick(pool, (suite, reach), targets).is_some()
}

/// The suite and its reach with optimized executables, where that pays for the quick tests of `targets`.
pub(super) fn optimized<'t>(
    build: &Build<'_>,
    pool: &Pool,
    (suite, reach): (&Suite, &ReachMap),
    targets: impl Iterator<Item = &'t Target> + Clone,
    progress: &dyn Progress,
) -> anyhow::Result<Option<(Suite, ReachMap)>> {
    let Some(level) = build.level_of_quick(pool, (suite, reach), targets.clone()) else { return Ok(None) };
    let mut asked = Asked::nobody(suite, reach);
    targets.for_each(|target| asked.by(target, |_| true));
    build.again(pool, level, &asked, progress)
}

/// The same for the slow tests, where that pays for what the quick tests left over.
pub(super) fn optimized_for_the_rest(
    build: &Build<'_>,
    pool: &Pool,
    (suite, reach): (&Suite, &ReachMap),
    planned: &Planned,
    (known, begun): (&[bool], &[Option<Begun>]),
    progress: &dyn Progress,
) -> anyhow::Result<Option<(Suite, ReachMap)>> {
    let mut asked = Asked::nobody(suite, reach);
    for (target, (is_known, begun)) in planned.targets.iter().zip(known.iter().zip(begun)) {
        if let (false, Some(Begun::Passed { tests, .. })) = (is_known, begun) {
            asked.by(target, |test| !tests.contains(test));
        }
    }
    let Some(level) = build.level(pool, asked.time()) else { return Ok(None) };
    build.again(pool, level, &asked, progress)
}

impl Build<'_> {
    /// How to build once more for what the quick tests are expected to take.
    fn level_of_quick<'t>(&self, pool: &Pool, tests: (&Suite, &ReachMap), targets: impl Iterator<Item = &'t Target>) -> Option<Level> {
        let (suite, reach) = tests;
        let mut asked = Asked::nobody(suite, reach);
        targets.for_each(|target| asked.by(target, |test| !reach.is_slow(test)));
        self.level(pool, asked.time() / ONE_IN)
    }

    /// How to build once more for runs that take so long one after the other; nothing where they are not worth it.
    fn level(&self, pool: &Pool, runs: Duration) -> Option<Level> {
        let expected = runs / u32::try_from(pool.size()).unwrap_or(1);
        worth(expected, self.took).filter(|_| self.builder.can_optimize(self.built))
    }

    /// Build the tests optimized and see what those that are asked cost now. What cannot be had is only slower.
    fn again(&self, pool: &Pool, level: Level, asked: &Asked<'_>, progress: &dyn Progress) -> anyhow::Result<Option<(Suite, ReachMap)>> {
        progress.note("the tests are slow: compiling them once more, optimized");
        let faster = self.builder.build_optimized(level).ok().and_then(|executables| asked.suite.built_as(executables));
        let Some(faster) = faster else { return Ok(None) };
        let tests = asked.tests();
        let runs: Vec<TestRun> = run_each(pool, &faster, &tests, || ())?;
        let pass = runs.iter().all(|run| run.outcome == Outcome::Passed);
        Ok(pass.then(|| (faster, asked.reach.at_the_cost_of(tests.into_iter().zip(runs)))))
    }
}

/// How much is to be optimized for runs that are expected to take so long, where a build took so long.
fn worth(expected: Duration, build: Duration) -> Option<Level> {
    let level = if expected >= build * TIMES_FOR_MUCH { Level::Much } else { Level::Some };
    (expected >= WORTH_A_BUILD.max(build * TIMES_THE_BUILD)).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_worth_what_takes_much_longer() {
        let worth = |expected, build| worth(Duration::from_secs(expected), Duration::from_secs(build));
        assert_eq!(worth(9, 0), None);
        assert_eq!(worth(10, 2), Some(Level::Some));
        assert_eq!(worth(39, 10), None);
        assert_eq!(worth(40, 10), Some(Level::Some));
        assert_eq!(worth(999, 10), Some(Level::Some));
        assert_eq!(worth(1000, 10), Some(Level::Much));
    }
}
