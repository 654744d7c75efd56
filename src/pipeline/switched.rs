//! The mutants that switches make, in two goes: quick tests first, then what they left over. Owns on which build of the
//! tests each go is run; refuses to know mutants that are made for real.

use super::active::Planned;
use super::slow;
use super::suite::Measured;
use crate::progress::Progress;
use crate::run::{MutantRun, Pool, Work, begin_mutants, finish_mutants};

/// Run all that is not known. Results in the order of the targets; nothing where the budget was used up before.
pub(super) fn run(
    build: &slow::Build<'_>,
    pool: &Pool,
    measured: &Measured,
    planned: &Planned,
    work: Work<'_>,
    progress: &dyn Progress,
    on_done: impl Fn(usize, &MutantRun) + Sync,
) -> anyhow::Result<Vec<Option<MutantRun>>> {
    let first = (&measured.suite, &measured.reach);
    let is_known: Vec<bool> = work.known.iter().map(Option::is_some).collect();
    let waits = |target: &usize| !is_known[*target] && work.begun.get(*target).is_none_or(Option::is_none);
    let waiting = (0..planned.targets.len()).filter(waits).map(|target| &planned.targets[target]);
    let dear = slow::optimized(build, pool, first, waiting, progress)?;
    let (suite, reach) = dear.as_ref().map_or(first, |(suite, reach)| (suite, reach));
    let begun = begin_mutants(pool, suite, reach, work, &on_done)?;
    let left =
        if dear.is_some() { None } else { slow::optimized_for_the_rest(build, pool, first, planned, (&is_known, &begun), progress)? };
    let (suite, reach) = left.as_ref().map_or((suite, reach), |(suite, reach)| (suite, reach));
    finish_mutants(pool, suite, reach, Work { begun: &begun, ..work }, on_done)
}
