//! What verdicts can depend on, each with its hash. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::Digest;
use crate::syntax::Piece;

/// Today's functions and tests, and everything else.
#[derive(Debug, Default)]
pub struct Keys {
    /// Everything but functions and tests.
    pub(super) ground: Digest,
    pub(super) functions: Vec<(String, Digest)>,
    pub(super) slots: Vec<u32>,
    /// In the order of the suite.
    pub(super) tests: Vec<(String, Digest)>,
    numbers: BTreeMap<String, usize>,
    test_numbers: BTreeMap<String, usize>,
}

impl Keys {
    /// Keys over `ground`.
    pub fn new(ground: Digest) -> Keys {
        Keys { ground, ..Keys::default() }
    }

    /// Add a function of the file at `path` that marks `slot` when it is entered.
    pub fn add_function(&mut self, path: &str, piece: &Piece<'_>, slot: u32) {
        let name = numbered(format!("{path} {}", piece.name), |name| self.numbers.contains_key(name));
        self.numbers.insert(name.clone(), self.functions.len());
        self.functions.push((name, hash([piece.text])));
        self.slots.push(slot);
    }

    /// Add the next test of the suite.
    pub fn add_test(&mut self, name: &str, digest: Digest) {
        let name = numbered(name.to_owned(), |name| self.test_numbers.contains_key(name));
        self.test_numbers.insert(name.clone(), self.tests.len());
        self.tests.push((name, digest));
    }

    /// The number of the function of that name, when its text is the same.
    pub(super) fn function(&self, name: &str, digest: &Digest) -> Option<usize> {
        self.numbers.get(name).copied().filter(|at| self.functions[*at].1 == *digest)
    }

    /// The number of the test of that name, when it is the same.
    pub(super) fn test(&self, name: &str, digest: &Digest) -> Option<usize> {
        self.test_numbers.get(name).copied().filter(|at| self.tests[*at].1 == *digest)
    }

    /// One hash of everything. Documentation examples come in the order in which rustdoc was done with them, which is
    /// another in each run.
    pub(super) fn whole(&self) -> Digest {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.ground);
        for (name, digest) in self.functions.iter().chain(BTreeSet::from_iter(&self.tests)) {
            hasher.update(name.as_bytes()).update(&[0]).update(digest);
        }
        *hasher.finalize().as_bytes()
    }
}

/// Namesakes under other cfgs are told apart by their order.
fn numbered(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    let mut candidates = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name} #{n}")));
    candidates.find(|candidate| !is_taken(candidate)).unwrap_or(name)
}

/// The test code of one executable.
#[derive(Debug, Default)]
pub struct TestCode {
    tests: BTreeMap<String, Vec<Digest>>,
    rest: BTreeSet<Digest>,
}

impl TestCode {
    /// Take in a file: its tests, and its other test code.
    pub fn add(&mut self, path: &str, tests: &[Piece<'_>], rest: &str) {
        for test in tests {
            self.tests.entry(test.name.clone()).or_default().push(hash([test.text]));
        }
        self.rest.insert(hash([path, rest]));
    }

    /// What the test called `selector` depends on: its own text, where it is one of those that stand apart, else
    /// all of it.
    pub fn digest(&self, selector: &str) -> Digest {
        let own = self.tests.get(selector.rsplit("::").next().unwrap_or(selector));
        let texts: Vec<&Digest> = own.map_or_else(|| self.tests.values().flatten().collect(), |own| own.iter().collect());
        let mut hasher = blake3::Hasher::new();
        for digest in self.rest.iter().chain(texts) {
            hasher.update(digest);
        }
        *hasher.finalize().as_bytes()
    }
}

/// The hash of texts, each told apart from the next.
pub(super) fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}
