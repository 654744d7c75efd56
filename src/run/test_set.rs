//! Some tests of a suite. A mutant of a large crate is reached by thousands: a set is as many bits as there are tests,
//! whatever it holds, and those who pass it on share it.

use std::sync::Arc;

use fixedbitset::FixedBitSet;

/// Tests by their index, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TestSet(Arc<FixedBitSet>);

impl TestSet {
    /// Each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.ones()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.count_ones(..)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_clear()
    }

    /// Whether the test is one of them.
    pub fn contains(&self, test: usize) -> bool {
        self.0.contains(test)
    }

    /// Whether each of them is in the other.
    pub fn is_subset(&self, other: &TestSet) -> bool {
        self.0.is_subset(&other.0)
    }
}

impl FromIterator<usize> for TestSet {
    fn from_iter<I: IntoIterator<Item = usize>>(tests: I) -> TestSet {
        TestSet(Arc::new(tests.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_knows_what_is_in_it() {
        let set: TestSet = [7, 2, 7].into_iter().collect();
        assert_eq!((set.iter().collect::<Vec<_>>(), set.len(), set.is_empty()), (vec![2, 7], 2, false));
        assert!(set.contains(2) && !set.contains(3) && !set.contains(7000));
        assert!(TestSet::default().is_empty() && TestSet::default().is_subset(&set));
        let wider: TestSet = [2, 7, 90].into_iter().collect();
        assert!(set.is_subset(&wider) && !wider.is_subset(&set));
    }
}
