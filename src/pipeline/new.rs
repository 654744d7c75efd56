//! What of the sources is new since the base, and which mutants are run because of it. Owns that choice; refuses to
//! know git.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Facts;
use crate::change::{Change, ChangeError, NewCode, new_code};
use crate::mutate::Mutant;
use crate::workspace::Source;

/// What is new since the base.
#[derive(Debug, Default)]
pub struct NewSources {
    code: BTreeMap<Utf8PathBuf, NewCode>,
    base: BTreeSet<Utf8PathBuf>,
}

impl NewSources {
    /// What is new in a change.
    pub fn of(change: &Change) -> Result<NewSources, ChangeError> {
        Ok(NewSources { code: new_code(&change.files), base: change.base_files()?.into_iter().collect() })
    }

    /// What is new in the file at `path`. A file that git does not look at and the base does not have is new, too.
    pub(super) fn in_file(&self, path: &Utf8Path) -> Option<NewCode> {
        let known = self.code.get(path).cloned();
        let unknown = || (!self.base.contains(path)).then(NewCode::whole);
        known.or_else(unknown).filter(|new| !new.is_empty())
    }
}

/// Which mutants are run.
#[derive(Clone, Copy)]
pub(super) enum Chosen<'a> {
    /// All.
    All,
    /// In a run against a base: those of new code, and by their ids those that the base's tests kill.
    New(&'a BTreeSet<String>),
}

impl Chosen<'_> {
    /// Whether the mutant is run.
    pub(super) fn has(self, source: &Source<Facts>, mutant: &Mutant) -> bool {
        let Chosen::New(besides) = self else { return true };
        let functions = source.facts.measures.functions.iter().map(|function| function.span);
        let is_new = source.facts.new.as_ref().is_some_and(|new| new.has(mutant.span, functions, &source.lines));
        is_new || besides.contains(&mutant.id)
    }
}
