//! Errors that name no place of ours: of which edits do they come? The compiler is asked again with half of the edits,
//! and half of those, until one is found without which it is silent. Owns the search; refuses to call the compiler.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::apart::lies_beside;
use super::ledger::{Known, Ledger};
use super::withdraw::twins;
use crate::instrument::{Cause, Edit, Slots, Withdrawn, render};

/// More edits than this are not looked for one after the other.
const MOST: usize = 12;

/// The edits that are still in the text of a compilation, each of which may be to blame.
pub(super) struct Suspects {
    files: Vec<File>,
    /// File and edit, in order.
    edits: Vec<(usize, u32)>,
}

struct File {
    path: Utf8PathBuf,
    text: String,
    edits: Vec<Edit>,
    slots: Slots,
    withdrawn: Withdrawn,
}

impl Suspects {
    /// Those of the files beside the root of a compilation and below.
    pub(super) fn new(ledger: &Ledger<'_>, known: &Known, root: &Utf8Path) -> anyhow::Result<Suspects> {
        let (mut files, mut edits) = (Vec::new(), Vec::new());
        for (path, refusals) in known.iter().filter(|(path, _)| lies_beside(path, root)) {
            let (plan, text, _) = ledger.plan_file(path)?;
            let withdrawn = refusals.withdrawn.clone();
            let left = (0_u32..).zip(&plan.edits).filter(|(index, edit)| !withdrawn.edits.contains(index) && edit.cause != Cause::Support);
            edits.extend(left.map(|(index, _)| (files.len(), index)));
            files.push(File { path: path.clone(), text, edits: plan.edits, slots: ledger.plan.files[path].slots, withdrawn });
        }
        Ok(Suspects { files, edits })
    }

    /// The edits without which the compiler is silent, by file; nothing when it never is or when they are many. `speaks`
    /// says whether the error comes of these texts.
    pub(super) fn to_blame(
        &self,
        speaks: impl Fn(&BTreeMap<Utf8PathBuf, String>) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Option<BTreeMap<Utf8PathBuf, BTreeSet<u32>>>> {
        let found = culprits(self.edits.len(), |first, without| speaks(&self.texts(first, without)), |one| self.twins(one))?;
        Ok(found.filter(|found| !found.is_empty()).map(|found| {
            let mut blamed: BTreeMap<Utf8PathBuf, BTreeSet<u32>> = BTreeMap::new();
            for (file, edit) in found.into_iter().map(|one| self.edits[one]) {
                blamed.entry(self.files[file].path.clone()).or_default().insert(edit);
            }
            blamed
        }))
    }

    /// Every file with the `first` suspects of all, but not those in `without`.
    fn texts(&self, first: usize, without: &BTreeSet<usize>) -> BTreeMap<Utf8PathBuf, String> {
        let mut left_out: Vec<BTreeSet<u32>> = self.files.iter().map(|file| file.withdrawn.edits.clone()).collect();
        for (_, (file, edit)) in self.edits.iter().enumerate().filter(|(one, _)| *one >= first || without.contains(one)) {
            left_out[*file].insert(*edit);
        }
        let text = |(file, edits): (&File, BTreeSet<u32>)| {
            let withdrawn = Withdrawn { edits, arms: file.withdrawn.arms.clone() };
            (file.path.clone(), render(&file.text, &file.edits, file.slots, &withdrawn).text)
        };
        self.files.iter().zip(left_out).map(text).collect()
    }

    /// The suspect and those that stand and fall with it.
    fn twins(&self, one: usize) -> Vec<usize> {
        let (file, edit) = self.edits[one];
        let others = twins(&self.files[file].edits, edit).filter_map(|twin| self.edits.binary_search(&(file, twin)).ok());
        others.chain([one]).collect()
    }
}

/// Which of `all` make `is_bad` true, each by itself: `is_bad` is asked of the first so many of them without some. Nothing
/// when it is true without any, or when they are more than [`MOST`].
fn culprits(
    all: usize,
    is_bad: impl Fn(usize, &BTreeSet<usize>) -> anyhow::Result<bool>,
    twins: impl Fn(usize) -> Vec<usize>,
) -> anyhow::Result<Option<BTreeSet<usize>>> {
    let mut found = BTreeSet::new();
    if is_bad(0, &found)? {
        return Ok(None);
    }
    let (mut good, mut times) = (0, 0);
    while is_bad(all, &found)? {
        if times == MOST {
            return Ok(None);
        }
        times += 1;
        let mut bad = all;
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if is_bad(middle, &found)? { bad = middle } else { good = middle }
        }
        found.extend(twins(bad - 1));
        good = bad;
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is found where each of `guilty` is bad by itself, and how often was asked.
    fn found(all: usize, guilty: &BTreeSet<usize>) -> (Option<BTreeSet<usize>>, usize) {
        let asked = std::cell::Cell::new(0);
        let is_bad = |first: usize, without: &BTreeSet<usize>| {
            asked.set(asked.get() + 1);
            Ok(guilty.iter().any(|one| *one < first && !without.contains(one)))
        };
        let found = culprits(all, is_bad, |one| vec![one]).unwrap();
        (found, asked.get())
    }

    proptest! {
        #[test]
        fn whoever_is_guilty_is_found_and_nobody_else(guilty in proptest::collection::btree_set(0_usize..500, 0..=MOST)) {
            let (found, asked) = found(500, &guilty);
            prop_assert!(asked <= 2 + guilty.len() * 10, "{asked} questions for {}", guilty.len());
            prop_assert_eq!(found, Some(guilty));
        }
    }

    #[test]
    fn too_many_and_none_that_helps_are_nobody() {
        assert_eq!(found(500, &(0..=MOST).collect()).0, None);
        let always = culprits(9, |_, _| Ok(true), |one| vec![one]).unwrap();
        assert_eq!(always, None);
        let with_twins = culprits(9, |first, without| Ok(first > 3 && !without.contains(&3)), |one| vec![one, 7]).unwrap();
        assert_eq!(with_twins, Some(BTreeSet::from([3, 7])));
    }
}
