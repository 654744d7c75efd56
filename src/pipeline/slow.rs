//! Slow suites: what quick tests do not notice has to be shown to slow ones, again and again. Where that takes much longer
//! than to compile the tests once more, they run optimized. Owns when that pays; refuses to use a build in which any of
//! them does not pass.

use std::time::Duration;

use super::active::Planned;
use super::suite::Measured;
use crate::build::{Builder, Built};
use crate::progress::Progress;
use crate::run::{Begun, Outcome, Pool, ReachMap, Suite, TestRun, run_each};

/// Runs that take no longer are not worth a build.
const WORTH_A_BUILD: Duration = Duration::from_secs(20);

/// Optimized code takes longer to compile, and it is not faster without end.
const TIMES_THE_BUILD: u32 = 4;

/// What a run needs to build once more.
pub(super) struct Build<'a> {
    pub(super) builder: &'a Builder<'a>,
    pub(super) built: &'a Built,
    /// How long the first build took.
    pub(super) took: Duration,
}

/// The suite and its reach with optimized executables, where that pays for what the quick tests left over. `known` tells
/// which targets need no run.
pub(super) fn optimized(
    build: &Build<'_>,
    pool: &Pool,
    measured: &Measured,
    planned: &Planned,
    (known, begun): (&[bool], &[Option<Begun>]),
    progress: &dyn Progress,
) -> anyhow::Result<Option<(Suite, ReachMap)>> {
    let Measured { suite, reach, .. } = measured;
    let mut left = vec![0_u32; suite.tests.len()];
    for (target, (is_known, begun)) in planned.targets.iter().zip(known.iter().zip(begun)) {
        if let (false, Some(Begun::Passed { tests, .. })) = (is_known, begun) {
            let others = reach.tests(target.mark);
            others.iter().filter(|test| !tests.contains(*test) && suite.tests[*test].is_executable()).for_each(|test| left[test] += 1);
        }
    }
    let own_time = |test: usize| reach.duration(test).saturating_sub(suite.start(test));
    let all: Duration = left.iter().enumerate().map(|(test, times)| own_time(test) * *times).sum();
    let expected = all / u32::try_from(pool.size()).unwrap_or(1);
    if expected < WORTH_A_BUILD.max(build.took * TIMES_THE_BUILD) || !build.builder.can_optimize(build.built) {
        return Ok(None);
    }
    progress.note("the tests are slow: compiling them once more, optimized");
    // What cannot be had is only slower.
    let Some(faster) = build.builder.build_optimized().ok().and_then(|executables| suite.built_as(executables)) else { return Ok(None) };
    let slow: Vec<usize> = (0..left.len()).filter(|test| left[*test] > 0).collect();
    let runs: Vec<TestRun> = run_each(pool, &faster, &slow, || ())?;
    let pass = runs.iter().all(|run| run.outcome == Outcome::Passed);
    Ok(pass.then(|| (faster, reach.at_the_cost_of(slow.into_iter().zip(runs)))))
}
