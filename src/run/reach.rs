//! The reach map: which tests can see which slot, from the baseline. A slot that a test did not mark cannot
//! be noticed by it; where the baseline itself differed between runs, every test of the executable counts.

use std::time::Duration;

use fixedbitset::FixedBitSet;

use super::baseline::{Outcome, TestRun, WholeRun};
use super::test_set::TestSet;

/// Tests that take longer are slow: they run alone, and last.
const SLOW: Duration = Duration::from_millis(40);

/// What the tests that may judge mutants reach.
#[derive(Clone, Debug)]
pub struct ReachMap {
    tests: Vec<Known>,
    all: FixedBitSet,
}

#[derive(Clone, Debug)]
struct Known {
    reach: FixedBitSet,
    width: usize,
    steps: u64,
    data: u64,
    duration: Duration,
    own: Duration,
    may_judge: bool,
    runs_alone: bool,
}

impl ReachMap {
    /// From the baseline. Tests that failed, and those that fail among others, may not judge.
    pub fn new(runs: Vec<TestRun>, whole: &[WholeRun], slots: u32) -> ReachMap {
        let mut all = FixedBitSet::with_capacity(slots as usize);
        let known = |run: TestRun| {
            all.union_with(&run.reach);
            let may_judge = run.outcome == Outcome::Passed;
            Known {
                width: run.reach.count_ones(..),
                reach: run.reach,
                steps: run.steps,
                data: run.data,
                duration: run.duration,
                own: run.duration,
                may_judge,
                runs_alone: false,
            }
        };
        let mut tests: Vec<Known> = runs.into_iter().map(known).collect();
        for run in whole {
            // What was marked, and by none of its tests alone.
            let mut hidden = run.reach.clone();
            run.tests.iter().for_each(|test| hidden.difference_with(&tests[*test].reach));
            all.union_with(&hidden);
            run.tests.iter().for_each(|test| tests[*test].reach.union_with(&hidden));
            for (failed, _) in &run.failed {
                tests[*failed].may_judge = false;
            }
            let alone: Duration = run.tests.iter().map(|test| tests[*test].duration).sum();
            let share = if alone.is_zero() { 1.0 } else { run.duration.div_duration_f64(alone).min(1.0) };
            for test in &run.tests {
                // Alone each of them pays for a process, too.
                tests[*test].own = tests[*test].duration.mul_f64(share);
                // Together they fail without a mutant: what they say together is worth nothing.
                tests[*test].runs_alone = !run.has_passed;
            }
        }
        ReachMap { tests, all }
    }

    /// The same where `tests` judge no mutants.
    #[must_use]
    pub fn without_the_say_of(mut self, tests: &[usize]) -> ReachMap {
        for test in tests {
            self.tests[*test].may_judge = false;
        }
        self
    }

    /// Whether any test marked the slot, judging or not: this is coverage.
    pub fn is_marked(&self, slot: u32) -> bool {
        self.all.contains(slot as usize)
    }

    /// Every slot that at least one of `tests` marked.
    pub fn reached_by(&self, tests: &[usize]) -> FixedBitSet {
        let mut reached = FixedBitSet::with_capacity(self.all.len());
        for test in tests {
            reached.union_with(&self.tests[*test].reach);
        }
        reached
    }

    /// The tests that may judge a mutant whose site marks `slot`, in order.
    pub fn tests(&self, slot: u32) -> TestSet {
        let reaches = |known: &Known| known.may_judge && known.reach.contains(slot as usize);
        self.tests.iter().enumerate().filter(|(_, known)| reaches(known)).map(|(test, _)| test).collect()
    }

    /// The same where one test alone may judge mutants.
    #[must_use]
    pub fn only(&self, test: usize) -> ReachMap {
        let mut only = self.clone();
        only.tests.iter_mut().enumerate().for_each(|(index, known)| known.may_judge &= index == test);
        only
    }

    /// The same where `runs` are what tests cost.
    #[must_use]
    pub fn at_the_cost_of(&self, runs: impl IntoIterator<Item = (usize, TestRun)>) -> ReachMap {
        let mut map = self.clone();
        for (test, TestRun { steps, data, duration, .. }) in runs {
            map.tests[test] = Known { steps, data, duration, own: duration, ..map.tests[test].clone() };
        }
        map
    }

    /// Whether the test may judge mutants.
    pub fn may_judge(&self, test: usize) -> bool {
        self.tests[test].may_judge
    }

    /// Whether the test tells the truth only in a process of its own.
    pub fn runs_alone(&self, test: usize) -> bool {
        self.tests[test].runs_alone
    }

    /// How many slots the test marked: the fewer, the more specific it is.
    pub fn width(&self, test: usize) -> usize {
        self.tests[test].width
    }

    /// Steps the test took alone.
    pub fn steps(&self, test: usize) -> u64 {
        self.tests[test].steps
    }

    /// How much memory of its own the test came to have alone, in bytes; nothing where that is not known.
    pub fn data(&self, test: usize) -> Option<u64> {
        Some(self.tests[test].data).filter(|data| *data > 0)
    }

    /// Whether it takes so long that others are better asked first.
    pub fn is_slow(&self, test: usize) -> bool {
        self.duration(test) > SLOW
    }

    /// How long the test itself took, without the process that it has alone.
    pub fn own_time(&self, test: usize) -> Duration {
        self.tests[test].own
    }

    /// How long the test took alone.
    pub fn duration(&self, test: usize) -> Duration {
        self.tests[test].duration
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn run(milliseconds: u64) -> TestRun {
        let reach = FixedBitSet::with_capacity(1);
        TestRun { outcome: Outcome::Passed, reach, steps: 0, data: 0, duration: Duration::from_millis(milliseconds) }
    }

    #[test]
    fn what_tests_take_together_is_their_own_time() {
        let own = |together: u64| {
            let duration = Duration::from_millis(together);
            let whole = WholeRun { tests: vec![0, 1], reach: FixedBitSet::with_capacity(1), duration, has_passed: true, failed: vec![] };
            let map = ReachMap::new(vec![run(4), run(12), run(7)], &[whole], 1);
            [0, 1, 2].map(|test| map.own_time(test).as_millis())
        };
        assert_eq!(own(8), [2, 6, 7], "the third was not among them");
        assert_eq!(own(20), [4, 12, 7], "no test takes longer than alone");
    }
}
