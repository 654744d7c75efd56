//! Verdicts of earlier runs that still hold. Owns what a verdict depends on: the functions that its runs entered,
//! the tests that gave it, and the *ground*, which is everything else. Refuses to settle what differs in any of
//! it, and to remember what would not come out again (time limits, flaky tests).
//!
//! | changed since | runs again |
//! |---|---|
//! | the body of a function | the mutants whose deciding runs entered it |
//! | a test, by its text | what it killed, and survivors that it reaches |
//! | a new test | survivors that it reaches |
//! | other test code of an executable | all that its tests decided |
//! | anything else: types, constants, signatures, macros, dependencies, toolchain, data files | everything |
//!
//! A mutant that was built alone was not measured while it ran: it is remembered until anything at all changes.

mod ground;
mod keys;
mod store;

use fixedbitset::FixedBitSet;

use crate::run::{Evidence, MutantRun, ReachMap, TestSet};
use crate::score::Status;

pub use ground::{ground, stamp};
pub use keys::{Keys, TestCode};
use store::Kept;
pub use store::Store;

/// A hash.
pub type Digest = [u8; 32];

/// What is known from earlier runs, held against today's keys.
#[derive(Debug)]
pub struct Recall {
    keys: Keys,
    known: Store,
    /// Today's numbers of what the store names, where it is the same.
    functions: Vec<Option<usize>>,
    tests: Vec<Option<usize>>,
}

impl Recall {
    /// What `known` still says under `keys`.
    pub fn new(keys: Keys, known: Store) -> Recall {
        let known = if known.ground == keys.ground { known } else { Store::default() };
        let functions = known.functions.iter().map(|(name, digest)| keys.function(name, digest)).collect();
        let tests = known.tests.iter().map(|(name, digest)| keys.test(name, digest)).collect();
        Recall { keys, known, functions, tests }
    }

    /// The slots by which functions tell that they are entered, by which evidence counts them.
    pub fn slots(&self) -> &[u32] {
        &self.keys.slots
    }

    /// What became of a mutant that a switch makes, reached by the tests `covered_by`, if that is certain.
    pub fn switched(&self, id: &str, covered_by: TestSet, reach: &ReachMap) -> Option<MutantRun> {
        let kept = self.known.verdicts.get(id)?;
        let evidence = self.evidence(kept)?;
        let is_certain = match kept.status {
            Status::Survived => covered_by.is_subset(&evidence.tests),
            Status::Killed | Status::Timeout | Status::CompileError => evidence.tests.iter().all(|test| reach.may_judge(test)),
            _ => false,
        };
        (is_certain && !covered_by.is_empty()).then(|| self.run(kept, covered_by, Some(evidence)))
    }

    /// What became of a mutant that was built alone, if nothing at all changed.
    pub fn alone(&self, id: &str) -> Option<MutantRun> {
        let kept = self.known.verdicts.get(id).filter(|kept| kept.evidence.is_none())?;
        let covered_by = self.known.sets[kept.covered_by as usize].iter().map(|test| self.tests[*test as usize]).collect::<Option<_>>()?;
        (self.known.whole == self.keys.whole()).then(|| self.run(kept, covered_by, None))
    }

    fn run(&self, kept: &Kept, covered_by: TestSet, evidence: Option<Evidence>) -> MutantRun {
        let killed_by = kept.killed_by.and_then(|test| self.tests[test as usize]);
        MutantRun { status: kept.status, reason: kept.reason.clone(), killed_by, covered_by, evidence }
    }

    /// The evidence in today's numbers; nothing when any of it is gone or another.
    fn evidence(&self, kept: &Kept) -> Option<Evidence> {
        let (tests, functions) = kept.evidence?;
        let mut entered = FixedBitSet::with_capacity(self.keys.slots.len());
        for function in &self.known.sets[functions as usize] {
            entered.insert(self.functions[*function as usize]?);
        }
        let tests = self.known.sets[tests as usize].iter().map(|test| self.tests[*test as usize]).collect::<Option<_>>()?;
        Some(Evidence { tests, functions: entered })
    }

    /// Everything that is known after this run: what it settled, by id, and of what it did not run what still
    /// holds.
    pub fn store<'r>(&self, settled: impl Iterator<Item = (&'r str, &'r MutantRun)>) -> Store {
        let mut writer = store::Writer::new(&self.keys);
        for (id, run) in settled {
            writer.add(id, run);
        }
        for (id, kept) in &self.known.verdicts {
            let holds =
                || self.evidence(kept).map(|evidence| self.run(kept, TestSet::default(), Some(evidence))).or_else(|| self.alone(id));
            if let Some(run) = (!writer.contains(id)).then(holds).flatten() {
                writer.add(id, &run);
            }
        }
        writer.finish()
    }
}

#[cfg(test)]
mod tests;
