//! The tests that reach a mutant, by name. A run has one list of names, which all its mutants share.

use std::sync::Arc;

use crate::run::TestSet;

/// Names of tests.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    names: Arc<[String]>,
    tests: TestSet,
}

impl FromIterator<String> for Covered {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Covered {
        let names: Arc<[String]> = names.into_iter().collect();
        Covered { tests: (0..names.len()).collect(), names }
    }
}

impl Covered {
    /// Those of `tests`, which index `names`.
    pub fn new(names: &Arc<[String]>, tests: TestSet) -> Covered {
        Covered { names: Arc::clone(names), tests }
    }

    /// Each name, in the order of the suite.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.tests.iter().map(|test| &*self.names[test])
    }

    /// The first name.
    pub fn first(&self) -> Option<&str> {
        self.iter().next()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tests.len()
    }

    /// Whether no test is known to reach the mutant.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Every name of the run.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What it is by: the same tests are the same set.
    pub fn tests(&self) -> &TestSet {
        &self.tests
    }
}
