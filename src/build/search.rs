//! Errors that no edit explains, and those that stay although all is taken back that they were blamed on: the compiler is
//! asked of halves of the edits, see [`super::halving`]. Owns when that is asked and what becomes of the answer. Refuses to
//! blame by what an error says.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::halving::{Suspects, Texts};
use super::ledger::{Known, LeftOut};
use super::shadow::mirror;
use super::withdraw::Diagnostic;
use super::wrapper::Compilation;

impl Compilation {
    /// Take back what errors come of that no edit explains.
    pub(super) fn find(&self, errors: &[Diagnostic], known: &Known) -> anyhow::Result<()> {
        let Some(root) = &self.unit.root else { return self.ledger().withdraw_all() };
        let codes: BTreeSet<&str> = errors.iter().filter(|error| error.is_error()).map(Diagnostic::code).collect();
        let suspects = Suspects::new(&self.ledger(), known, root, None)?;
        match self.halve(&suspects, |error, _| codes.contains(error.code()))? {
            Some(found) => self.ledger().withdraw_these(found),
            None => self.ledger().withdraw_all(),
        }
    }

    /// Take back what the compiler's complaints come of that stay, instead of what was taken back for them so far.
    pub(super) fn find_instead(&self) -> anyhow::Result<()> {
        let Some(root) = &self.unit.root else { return Ok(()) };
        for complaint in self.ledger().stubborn(root)? {
            let Some((taken, known)) = self.ledger().put_back(&complaint)? else { continue };
            let suspects = Suspects::new(&self.ledger(), &known, root, Some(&complaint))?;
            let found = self.halve(&suspects, |error, texts| texts.complaint(error).as_ref() == Some(&complaint))?;
            self.ledger().withdraw_these(found.unwrap_or_else(|| BTreeMap::from([(complaint.path, taken)])))?;
        }
        Ok(())
    }

    /// Who of the suspects makes the compiler say an error that `is_it`.
    fn halve(&self, suspects: &Suspects, is_it: impl Fn(&Diagnostic, &Texts) -> bool) -> anyhow::Result<Option<LeftOut>> {
        let tree = self.layout.scratch().join(format!("halves-{}", self.unit.file_stem()));
        let target: Vec<Utf8PathBuf> = self.layout.root().ancestors().nth(2).map(Utf8Path::to_owned).into_iter().collect();
        let args = self.instrumented(&tree);
        let found = suspects.to_blame(|texts| {
            mirror(&self.plan.workspace, &tree, &texts.all(), &target)?;
            let said = Diagnostic::all(&self.check("halved", &args)?.stderr);
            Ok(said.iter().any(|error| error.is_error() && is_it(error, texts)))
        })?;
        std::fs::remove_dir_all(&tree)?;
        Ok(found)
    }
}
