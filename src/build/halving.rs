//! Of which edits do errors come whose places do not tell? The compiler is asked again with half of the edits, and half of
//! those, until one is found without which it is silent. Owns the search; refuses to call the compiler.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::apart::lies_beside;
use super::ledger::{Known, Ledger, LeftOut};
use super::withdraw::{Complaint, Diagnostic, Instrumented, twins};
use crate::instrument::{Cause, Edit, Slots, Withdrawn, render};
use crate::syntax::Span;
use crate::workspace::normalized;

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
    functions: Vec<Span>,
    slots: Slots,
    withdrawn: Withdrawn,
}

/// A text of every file.
pub(super) struct Texts(BTreeMap<Utf8PathBuf, Instrumented>);

impl Texts {
    /// Every file's text.
    pub(super) fn all(&self) -> BTreeMap<Utf8PathBuf, &str> {
        self.0.iter().map(|(path, file)| (path.clone(), &*file.rendered.text)).collect()
    }

    /// What an error in these texts complains of.
    pub(super) fn complaint(&self, error: &Diagnostic) -> Option<Complaint> {
        Complaint::of(error, |path| self.0.get(&normalized(Utf8Path::new(path))))
    }
}

impl Suspects {
    /// Those of the files beside the root of a compilation and below; with a complaint those of its function.
    pub(super) fn new(ledger: &Ledger<'_>, known: &Known, root: &Utf8Path, of: Option<&Complaint>) -> anyhow::Result<Suspects> {
        let (mut files, mut edits) = (Vec::new(), Vec::new());
        for (path, refusals) in known.iter().filter(|(path, _)| lies_beside(path, root)) {
            let (plan, text, functions) = ledger.plan_file(path)?;
            let withdrawn = refusals.withdrawn.clone();
            let may_be = |edit: &Edit| {
                let is_there = of.is_none_or(|of| of.path == *path && of.function.contains(edit.span));
                is_there && edit.cause != Cause::Support
            };
            let left = (0_u32..).zip(&plan.edits).filter(|(index, edit)| !withdrawn.edits.contains(index) && may_be(edit));
            edits.extend(left.map(|(index, _)| (files.len(), index)));
            let slots = ledger.plan.files[path].slots;
            files.push(File { path: path.clone(), text, edits: plan.edits, functions, slots, withdrawn });
        }
        Ok(Suspects { files, edits })
    }

    /// The edits without which the compiler is silent, by file; nothing when it never is or when they are many. `speaks`
    /// says whether the error comes of these texts.
    pub(super) fn to_blame(&self, speaks: impl Fn(&Texts) -> anyhow::Result<bool>) -> anyhow::Result<Option<LeftOut>> {
        let found = culprits(self.edits.len(), |first, without| speaks(&self.texts(first, without)), |one| self.twins(one))?;
        Ok(found.filter(|found| !found.is_empty()).map(|found| {
            let mut blamed = LeftOut::new();
            for (file, edit) in found.into_iter().map(|one| self.edits[one]) {
                blamed.entry(self.files[file].path.clone()).or_default().edits.insert(edit);
            }
            blamed
        }))
    }

    /// Every file with the `first` suspects of all, but not those in `without`.
    fn texts(&self, first: usize, without: &BTreeSet<usize>) -> Texts {
        let mut left_out: Vec<Withdrawn> = self.files.iter().map(|file| file.withdrawn.clone()).collect();
        for (_, (file, edit)) in self.edits.iter().enumerate().filter(|(one, _)| *one >= first || without.contains(one)) {
            left_out[*file].edits.insert(*edit);
        }
        let text = |(file, withdrawn): (&File, Withdrawn)| {
            let rendered = render(&file.text, &file.edits, file.slots, &withdrawn);
            (file.path.clone(), Instrumented { rendered, edits: file.edits.clone(), functions: file.functions.clone() })
        };
        Texts(self.files.iter().zip(left_out).map(text).collect())
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
