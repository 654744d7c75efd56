//! Verdicts as they lie on disk: one file, read whole and written whole. Names stand in it once, sets of tests and
//! of functions once each. Owns the form; refuses to know when a verdict holds. A file that cannot be read is as
//! good as none: it is a memory, not a source.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::{Digest, Keys};
use crate::build::write_durably;
use crate::run::MutantRun;
use crate::score::Status;

/// Raised whenever the form or the meaning of what is kept changes.
const VERSION: u32 = 1;

/// A memory of more verdicts than this starts anew.
const MOST: usize = 500_000;

/// Verdicts and what they depend on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Store {
    version: u32,
    /// Everything but functions and tests.
    pub(super) ground: Digest,
    /// Everything.
    pub(super) whole: Digest,
    pub(super) functions: Vec<(String, Digest)>,
    pub(super) tests: Vec<(String, Digest)>,
    pub(super) sets: Vec<Vec<u32>>,
    pub(super) verdicts: BTreeMap<String, Kept>,
}

/// One verdict.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) killed_by: Option<u32>,
    /// For what was built alone: the set of tests that can see it. Others are asked of the reach map.
    pub(super) covered_by: u32,
    /// The sets of tests that ran and of functions that they entered; nothing when it is all there was.
    pub(super) evidence: Option<(u32, u32)>,
}

impl Store {
    /// What lies at `path`; nothing when there is none, or one that is damaged or of another version.
    pub fn load(path: &Utf8Path) -> Store {
        fs::read(path).map(|bytes| Store::read(&bytes)).unwrap_or_default()
    }

    /// What these bytes say; nothing when they are damaged or of another version.
    pub fn read(bytes: &[u8]) -> Store {
        let store = serde_json::from_slice(bytes).ok();
        store.filter(|store: &Store| store.version == VERSION && store.is_sound()).unwrap_or_default()
    }

    /// Replace what lies at `path`.
    pub fn save(&self, path: &Utf8Path) -> anyhow::Result<()> {
        write_durably(path, &serde_json::to_vec(self)?)
    }

    /// Whether every number in it names something.
    fn is_sound(&self) -> bool {
        let is_set = |set: u32, of: usize| self.sets.get(set as usize).is_some_and(|set| set.iter().all(|at| (*at as usize) < of));
        self.verdicts.values().all(|kept| {
            let (tests, functions) = kept.evidence.unwrap_or((kept.covered_by, kept.covered_by));
            is_set(kept.covered_by, self.tests.len())
                && is_set(tests, self.tests.len())
                && (kept.evidence.is_none() || is_set(functions, self.functions.len()))
                && kept.killed_by.is_none_or(|test| (test as usize) < self.tests.len())
        })
    }
}

/// Makes a store.
pub(super) struct Writer {
    store: Store,
    sets: HashMap<Vec<u32>, u32>,
}

impl Writer {
    pub(super) fn new(keys: &Keys) -> Writer {
        let (functions, tests) = (keys.functions.clone(), keys.tests.clone());
        let store = Store { version: VERSION, ground: keys.ground, whole: keys.whole(), functions, tests, ..Store::default() };
        Writer { store, sets: HashMap::new() }
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.store.verdicts.contains_key(id)
    }

    pub(super) fn add(&mut self, id: &str, run: &MutantRun) {
        let evidence = run.evidence.as_ref().map(|evidence| {
            let tests = self.set(evidence.tests.iter());
            (tests, self.set(evidence.functions.ones()))
        });
        let covered_by = self.set(run.covered_by.iter().filter(|_| evidence.is_none()));
        let killed_by = run.killed_by.map(number);
        self.store.verdicts.insert(id.to_owned(), Kept { status: run.status, reason: run.reason.clone(), killed_by, covered_by, evidence });
    }

    fn set(&mut self, members: impl Iterator<Item = usize>) -> u32 {
        let members: Vec<u32> = members.map(number).collect();
        let next = number(self.store.sets.len());
        *self.sets.entry(members).or_insert_with_key(|members| {
            self.store.sets.push(members.clone());
            next
        })
    }

    pub(super) fn finish(mut self) -> Store {
        if self.store.verdicts.len() > MOST {
            self.store.verdicts.clear();
        }
        self.store
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("fewer than 2^32 tests and functions")
}
