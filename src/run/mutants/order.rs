//! The order in which a mutant's tests run, and how many share a process. Owns what is likely to kill soonest and what
//! costs least; refuses to run them.

use std::time::Duration;

use crate::run::{ReachMap, Suite, TestSet};

/// Batches grow up to so many tests, however long they take.
const BATCH: usize = 64;

/// And beyond that as long as they take no more time than this.
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
        let rank = |test: usize| (self.reach.is_slow(test), self.reach.width(test), test);
        let first = likely_killer.filter(|killer| tests.contains(*killer)).or_else(|| tests.iter().min_by_key(|test| rank(*test)));
        let mut rest: Vec<usize> = tests.iter().filter(|test| Some(*test) != first).collect();
        rest.sort_by_key(|test| (self.reach.is_slow(*test), self.suite.binary(*test), self.reach.width(*test), *test));
        let mut chunks: Vec<Vec<usize>> = first.into_iter().map(|test| vec![test]).collect();
        let mut room = 4;
        for sharing in rest.chunk_by(|one, next| self.can_share(*one, *next)) {
            let mut left = sharing;
            while !left.is_empty() {
                let (batch, others) = left.split_at(self.fitting(left, room));
                chunks.push(batch.to_vec());
                left = others;
                room = room.saturating_mul(4);
            }
        }
        chunks
    }

    /// How many of the tests run next: a failure among them is noticed when all are done, so that many must be quick.
    fn fitting(self, tests: &[usize], room: usize) -> usize {
        let most = tests.len().min(room);
        let mut own = Duration::ZERO;
        let is_soon_done = |test: &&usize| {
            own += self.own_time(**test);
            own <= TOGETHER
        };
        most.min(tests.iter().take_while(is_soon_done).count().max(BATCH))
    }

    /// How long tests of one executable take in one process: what it takes to start it counts once.
    pub(super) fn expected(self, tests: &[usize]) -> Duration {
        let start = tests.first().map_or(Duration::ZERO, |test| self.suite.start(*test));
        tests.iter().map(|test| self.own_time(*test)).sum::<Duration>() + start
    }

    /// How long a test takes besides the start of its process.
    fn own_time(self, test: usize) -> Duration {
        self.reach.duration(test).saturating_sub(self.suite.start(test))
    }

    fn can_share(self, one: usize, other: usize) -> bool {
        let is_free = |test| self.suite.can_batch(test) && !self.reach.runs_alone(test) && !self.reach.is_slow(test);
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
            data: 0,
            duration: Duration::from_millis(*time),
        };
        let reach = ReachMap::new(times.iter().map(run).collect(), &[], 1);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let chunks = Order { suite: &suite(&names), reach: &reach }.chunks(&(0..times.len()).collect(), None);
        assert!((0..times.len()).all(|test| chunks.iter().any(|chunk| chunk.contains(&test))));
        chunks.iter().map(Vec::len).collect()
    }

    #[test]
    fn batches_grow_and_large_ones_are_soon_done() {
        assert_eq!(sizes(&[1; 3]), [1, 2]);
        assert_eq!(sizes(&[5; 900]), [1, 4, 16, 64, 256, 559]);
        // 2 ms of their own.
        assert_eq!(sizes(&[7; 300]), [1, 4, 16, 64, 125, 90]);
        assert_eq!(sizes(&[39; 213]), [1, 4, 16, 64, 64, 64]);
        assert_eq!(sizes(&[1, 90, 1, 90]), [1, 1, 1, 1]);
        assert_eq!(sizes(&[90; 50]), [1; 50]);
    }
}
