//! The order in which a mutant's tests run, and how many share a process. Owns what is likely to kill soonest and what
//! costs least; refuses to run them.

use std::time::Duration;

use crate::run::{ReachMap, Suite, TestSet};

/// Tests that take longer run alone, and last.
const SLOW: Duration = Duration::from_millis(40);

/// Batches grow up to so many tests.
const BATCH: usize = 64;

/// And to all of an executable, where they take so long together: what kills among them is noticed when all are done.
const TOGETHER: Duration = Duration::from_millis(250);

/// What the order depends on.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) suite: &'a Suite,
    pub(super) reach: &'a ReachMap,
}

impl Order<'_> {
    /// The tests in the order in which they run, cut into processes: one test alone (the likely killer, else
    /// the one that reaches least), then batches that grow, slow tests alone and last.
    pub(super) fn chunks(self, tests: &TestSet, likely_killer: Option<usize>) -> Vec<Vec<usize>> {
        let rank = |test: usize| (self.is_slow(test), self.reach.width(test), test);
        let first = likely_killer.filter(|killer| tests.contains(*killer)).or_else(|| tests.iter().min_by_key(|test| rank(*test)));
        let mut rest: Vec<usize> = tests.iter().filter(|test| Some(*test) != first).collect();
        rest.sort_by_key(|test| (self.is_slow(*test), self.suite.binary(*test), self.reach.width(*test), *test));
        let mut chunks: Vec<Vec<usize>> = first.into_iter().map(|test| vec![test]).collect();
        let mut room = 4;
        for sharing in rest.chunk_by(|one, next| self.can_share(*one, *next)) {
            let mut left = sharing;
            while !left.is_empty() {
                if room == BATCH && left.len() > BATCH && self.expected(sharing) <= TOGETHER {
                    // Those that have passed already complete what one word chooses.
                    let again = first.filter(|first| self.can_share(*first, sharing[0]));
                    chunks.push(sharing.iter().copied().chain(again).collect());
                    break;
                }
                let (batch, others) = left.split_at(left.len().min(room));
                chunks.push(batch.to_vec());
                left = others;
                room = (room * 4).min(BATCH);
            }
        }
        chunks
    }

    /// How long tests of one executable take in one process: what it takes to start it counts once.
    pub(super) fn expected(self, tests: &[usize]) -> Duration {
        let start = tests.first().map_or(Duration::ZERO, |test| self.suite.start(*test));
        tests.iter().map(|test| self.reach.duration(*test).saturating_sub(start)).sum::<Duration>() + start
    }

    fn is_slow(self, test: usize) -> bool {
        self.reach.duration(test) > SLOW
    }

    fn can_share(self, one: usize, other: usize) -> bool {
        let is_free = |test| self.suite.can_batch(test) && !self.reach.runs_alone(test) && !self.is_slow(test);
        is_free(one) && is_free(other) && self.suite.binary(one) == self.suite.binary(other)
    }
}

#[cfg(test)]
mod tests {
    use crate::run::baseline::{Outcome, TestRun};
    use crate::run::suite::tests::suite;
    use fixedbitset::FixedBitSet;

    use super::*;

    /// The sizes of the processes in which a survivor's tests run, which take these milliseconds each.
    fn sizes(times: &[u64]) -> Vec<usize> {
        let names: Vec<String> = (0..times.len()).map(|test| format!("m::t{test}")).collect();
        let run = |time: &u64| TestRun {
            outcome: Outcome::Passed,
            reach: FixedBitSet::with_capacity(1),
            steps: 0,
            duration: Duration::from_millis(*time),
        };
        let reach = ReachMap::new(times.iter().map(run).collect(), &[], 1);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let chunks = Order { suite: &suite(&names), reach: &reach }.chunks(&(0..times.len()).collect(), None);
        assert!((0..times.len()).all(|test| chunks.iter().any(|chunk| chunk.contains(&test))));
        chunks.iter().map(Vec::len).collect()
    }

    #[test]
    fn batches_grow_and_what_is_left_runs_together_where_that_is_soon_done() {
        assert_eq!(sizes(&[1; 3]), [1, 2]);
        assert_eq!(sizes(&[5; 85]), [1, 4, 16, 64]);
        assert_eq!(sizes(&[5; 86]), [1, 4, 16, 86]);
        assert_eq!(sizes(&[5; 900]), [1, 4, 16, 900]);
        // More of their own than is worth waiting for.
        assert_eq!(sizes(&[7; 213]), [1, 4, 16, 64, 64, 64]);
        assert_eq!(sizes(&[1, 90, 1, 90]), [1, 1, 1, 1]);
    }
}
