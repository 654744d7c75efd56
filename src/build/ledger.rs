//! What the compilations of one build know of the compiler's refusals, kept in files that they share. Owns
//! the locking, and the rule that a refused edit is written out of the shadow tree together with the note of
//! it. Refuses to call the compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::time::SystemTime;

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::apart::lies_beside;
use super::attempt::DENIED_LINTS;
use super::layout::Layout;
use super::plan::{BuildPlan, Doubt, Refusals, digest};
use super::reinitialized::{deleted, jumps};
use super::shadow::write_if_changed;
use super::withdraw::{BORROW_ERRORS, Blame, Complaint, Diagnostic, Instrumented, blame, denied};
use crate::instrument::{FilePlan, Part, Withdrawn, apart, render};
use crate::syntax::{CfgStack, Namespace, Span, functions, parse};
use crate::workspace::normalized;

/// What is said so often was blamed on others before.
const STUBBORN: u32 = 3;

/// The refusals known when a compilation started, by file.
pub(super) type Known = BTreeMap<Utf8PathBuf, Refusals>;

/// What is left out of texts, by file.
pub(super) type LeftOut = BTreeMap<Utf8PathBuf, Withdrawn>;

/// The refusals of one build.
pub(super) struct Ledger<'a> {
    pub(super) layout: &'a Layout,
    pub(super) plan: &'a BuildPlan,
}

impl Ledger<'_> {
    fn lock(&self) -> anyhow::Result<File> {
        locked(&self.layout.state_lock())
    }

    /// What is known now.
    pub(super) fn known(&self) -> anyhow::Result<Known> {
        let _lock = self.lock()?;
        Ok(self.load_known())
    }

    fn load_known(&self) -> Known {
        let files = self.plan.files.iter();
        files.map(|(path, file)| (path.clone(), Refusals::load(self.layout, path, &file.digest))).collect()
    }

    /// Take back what the errors blame. Says whether the next attempt will differ from this one.
    pub(super) fn withdraw(&self, errors: &[Diagnostic], known: &Known) -> anyhow::Result<bool> {
        let _lock = self.lock()?;
        let mut now = self.load_known();
        if now != *known {
            // Another compilation of the same files took something back meanwhile: the places in these
            // errors are those of a text that is gone.
            return Ok(true);
        }
        blame_all(errors, &mut InstrumentedFiles::new(self, known), &mut now)?;
        let changed: Vec<&Utf8PathBuf> =
            now.iter().filter(|(path, refusals)| known.get(*path) != Some(refusals)).map(|(path, _)| path).collect();
        for path in &changed {
            self.rewrite(path, &now[*path])?;
        }
        Ok(!changed.is_empty())
    }

    /// Take back what errors in the texts blame that were only checked, of the files `asked` among others.
    pub(super) fn learn(&self, errors: &[Diagnostic], asked: &[Utf8PathBuf]) -> anyhow::Result<()> {
        let _lock = self.lock()?;
        let before = self.load_known();
        let mut now = before.clone();
        let nothing = self.plan.apart.keys().map(|path| (path.clone(), Refusals::default())).collect();
        blame_all(errors, &mut InstrumentedFiles { is_apart: true, ..InstrumentedFiles::new(self, &nothing) }, &mut now)?;
        for (path, refusals) in now.iter().filter(|(path, refusals)| before.get(*path) != Some(refusals)) {
            self.rewrite(path, refusals)?;
        }
        asked.iter().try_for_each(|path| now.get(path).map_or(Ok(()), |refusals| refusals.store(self.layout, path)))
    }

    /// Take this back.
    pub(super) fn withdraw_these(&self, these: LeftOut) -> anyhow::Result<()> {
        let _lock = self.lock()?;
        let mut now = self.load_known();
        for (path, these) in these {
            let Some(refusals) = now.get_mut(&path) else { continue };
            refusals.withdrawn.extend(these);
            self.rewrite(&path, refusals)?;
        }
        Ok(())
    }

    /// What the compiler keeps saying of functions in files beside this root and below, whatever is taken back for it.
    pub(super) fn stubborn(&self, root: &Utf8Path) -> anyhow::Result<Vec<Complaint>> {
        let known = self.known()?.into_iter().filter(|(path, _)| lies_beside(path, root));
        let doubts = known.flat_map(|(_, refusals)| refusals.doubts);
        let stubborn = doubts.filter(|doubt| doubt.times >= STUBBORN && !doubt.is_settled);
        Ok(stubborn.map(|doubt| doubt.complaint).collect())
    }

    /// Put into the text again what was taken back for that, once. Gives what it was, and what is known then.
    pub(super) fn put_back(&self, complaint: &Complaint) -> anyhow::Result<Option<(Withdrawn, Known)>> {
        let _lock = self.lock()?;
        let mut now = self.load_known();
        let is_it = |doubt: &&mut Doubt| doubt.complaint == *complaint && !doubt.is_settled;
        let Some(refusals) = now.get_mut(&complaint.path) else { return Ok(None) };
        let Some(doubt) = refusals.doubts.iter_mut().find(is_it) else { return Ok(None) };
        doubt.is_settled = true;
        let taken = doubt.taken.clone();
        refusals.withdrawn.put_back(&taken);
        self.rewrite(&complaint.path, &now[&complaint.path])?;
        Ok(Some((taken, now)))
    }

    /// The last resort: the crate as the user wrote it compiles and no edit explains the errors.
    pub(super) fn withdraw_all(&self) -> anyhow::Result<()> {
        let all = self.plan.files.keys().map(|path| {
            let (plan, _, _) = self.plan_file(path)?;
            let edits = (0..u32::try_from(plan.edits.len())?).collect();
            Ok((path.clone(), Withdrawn { edits, ..Withdrawn::default() }))
        });
        self.withdraw_these(all.collect::<anyhow::Result<_>>()?)
    }

    fn rewrite(&self, path: &Utf8Path, refusals: &Refusals) -> anyhow::Result<()> {
        let (plan, text, _) = self.plan_file(path)?;
        let rendered = render(&text, &plan.edits, self.plan.files[path].slots, &refusals.withdrawn);
        write_if_changed(&self.layout.shadow().join(path), rendered.text.as_bytes())?;
        refusals.store(self.layout, path)
    }

    /// Plan a file again, from the user's text.
    pub(super) fn plan_file(&self, path: &Utf8Path) -> anyhow::Result<(FilePlan, String, Vec<Span>)> {
        let file = self.plan.files.get(path).with_context(|| format!("{path} is not in the plan"))?;
        let at = self.plan.workspace.join(path);
        let text = fs::read_to_string(&at).with_context(|| format!("cannot read {at}"))?;
        if digest(&text) != file.digest {
            bail!("{path} was changed while the gate ran; run it again");
        }
        let parsed = parse(&text).with_context(|| path.to_string())?;
        let plan = FilePlan::new(&parsed, path.as_str(), &CfgStack::default(), file.context);
        let functions = functions(&parsed, &Namespace::default(), &CfgStack::default()).iter().map(|function| function.span).collect();
        drop(parsed);
        Ok((plan, text, functions))
    }

    /// What was compiled is the text of `known`: if nothing was taken back since, files that were rewritten after
    /// cargo had started become as old as the plan, or cargo would take every compilation of them for out of date.
    pub(super) fn mark_as_planned(&self, known: &Known) -> anyhow::Result<()> {
        let planned = modified(&self.layout.plan())?;
        let mut rewritten = Vec::new();
        for path in self.plan.files.keys().map(|path| self.layout.shadow().join(path)) {
            if modified(&path)? > planned {
                rewritten.push(path);
            }
        }
        if rewritten.is_empty() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let is_compiled = |(path, now): (&Utf8PathBuf, &Refusals)| known.get(path).is_some_and(|then| then.withdrawn == now.withdrawn);
        if !self.load_known().iter().all(is_compiled) {
            return Ok(());
        }
        rewritten.iter().try_for_each(|path| {
            let file = File::options().write(true).open(path);
            file.and_then(|file| file.set_modified(planned)).with_context(|| format!("cannot set the time of {path}"))
        })
    }

    /// Remember the mutants that a real edit's lints would refuse.
    pub(super) fn remember_denied(&self, lints: &[Diagnostic]) -> anyhow::Result<()> {
        let lints: Vec<&Diagnostic> = lints.iter().filter(|lint| DENIED_LINTS.contains(&lint.code())).collect();
        if lints.is_empty() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let mut known = self.load_known();
        let mut files = InstrumentedFiles::new(self, &known);
        let mut found = Vec::new();
        for lint in lints {
            files.load_places(lint)?;
            found.extend(
                denied(lint, |path| files.get(path)).map(|(path, mutant)| (normalized(Utf8Path::new(path)), mutant, lint.message.clone())),
            );
        }
        let paths: BTreeSet<Utf8PathBuf> = found.iter().map(|(path, _, _)| path.clone()).collect();
        for (path, mutant, message) in found {
            known.entry(path).or_default().denied.insert(mutant, message);
        }
        paths.iter().try_for_each(|path| known[path].store(self.layout, path))
    }
}

/// The file, which nobody else holds until it is dropped.
pub(super) fn locked(path: &Utf8Path) -> anyhow::Result<File> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory).with_context(|| format!("cannot create {directory}"))?;
    let file = File::create(path).with_context(|| format!("cannot open {path}"))?;
    file.lock().with_context(|| format!("cannot lock {path}"))?;
    Ok(file)
}

fn modified(path: &Utf8Path) -> anyhow::Result<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).with_context(|| format!("cannot read the time of {path}"))
}

/// Take back in `now` what the errors blame.
fn blame_all(errors: &[Diagnostic], files: &mut InstrumentedFiles<'_>, now: &mut Known) -> anyhow::Result<()> {
    errors.iter().try_for_each(|error| files.load_places(error))?;
    // One assignment that might be skipped makes errors of many uses: those come again if they are others'.
    let is_of_deletion = |error: &Diagnostic| deleted(error, |path| files.get(path)).is_some();
    let has_cause = errors.iter().any(is_of_deletion);
    let is_consequence = |error: &Diagnostic| has_cause && error.code() == "E0382" && !is_of_deletion(error);
    let mut doubts: BTreeMap<Complaint, Withdrawn> = BTreeMap::new();
    for error in errors.iter().filter(|error| error.is_error() && !is_consequence(error)) {
        // Beside a deletion a jump may be to blame for the same error, which would come again.
        let jumps = jumps(error, |path| files.get(path)).map(|(path, edits)| (path, Blame::Edits(edits)));
        for (path, blame) in blame(error, |path| files.get(path)).into_iter().chain(jumps) {
            let file = normalized(Utf8Path::new(path));
            let Some(refusals) = now.get_mut(&file).filter(|_| !files.is_of_copies(path, &blame, error)) else { continue };
            let taken = files.taken(path, blame, error);
            if let Some(complaint) = Complaint::of(error, |path| files.get(path)).filter(|it| it.path == file && taken.arms.is_empty()) {
                doubts.entry(complaint).or_default().extend(taken.clone());
            }
            refusals.withdrawn.extend(taken);
        }
    }
    for (complaint, taken) in doubts {
        now.entry(complaint.path.clone()).and_modify(|refusals| refusals.doubt(complaint, taken));
    }
    Ok(())
}

/// The instrumented files that diagnostics name, made again on demand.
struct InstrumentedFiles<'a> {
    ledger: &'a Ledger<'a>,
    known: &'a Known,
    /// Whether the text is the one with values in functions of their own, whose edits come last.
    is_apart: bool,
    files: BTreeMap<String, Instrumented>,
    /// How many edits the files have without those of copies.
    originals: BTreeMap<String, usize>,
}

impl<'a> InstrumentedFiles<'a> {
    fn new(ledger: &'a Ledger<'a>, known: &'a Known) -> Self {
        Self { ledger, known, is_apart: false, files: BTreeMap::new(), originals: BTreeMap::new() }
    }

    fn get(&self, path: &str) -> Option<&Instrumented> {
        self.files.get(path)
    }

    /// Whether the blame of this error says nothing of the instrumented text: where values have functions of their own, an
    /// edit is to blame for what it does to borrows alone, and no copy of a function is.
    fn is_of_copies(&self, path: &str, blame: &Blame, error: &Diagnostic) -> bool {
        let is_copy = |edit: &u32| self.originals.get(path).is_some_and(|originals| *edit as usize >= *originals);
        let is_other = |edits: &[u32]| !BORROW_ERRORS.contains(&error.code()) || edits.iter().any(is_copy);
        self.is_apart && matches!(blame, Blame::Edits(edits) if is_other(edits))
    }

    /// Whether the mutants are values in functions of their own.
    fn are_copied(&self, path: &str, mutants: &[u32]) -> bool {
        let Some(copies) = self.files.get(path).zip(self.originals.get(path)).map(|(file, originals)| &file.edits[*originals..]) else {
            return false;
        };
        let is_one = |part: &Part| matches!(part, Part::Arm { mutant, .. } if mutants.contains(mutant));
        copies.iter().any(|edit| edit.parts.iter().any(is_one))
    }

    /// What is taken back by that. A value in a function of its own is refused for what it is itself.
    fn taken(&self, path: &str, blame: Blame, error: &Diagnostic) -> Withdrawn {
        let refused = |mutants: Vec<u32>| mutants.into_iter().map(|mutant| (mutant, error.summary())).collect();
        match blame {
            Blame::Edits(edits) => Withdrawn { edits: edits.into_iter().collect(), ..Withdrawn::default() },
            Blame::Doubted(mutants) if !self.are_copied(path, &mutants) => {
                Withdrawn { doubted: mutants.into_iter().collect(), ..Withdrawn::default() }
            }
            Blame::Mutants(mutants) | Blame::Doubted(mutants) => Withdrawn { arms: refused(mutants), ..Withdrawn::default() },
        }
    }

    fn load_places(&mut self, diagnostic: &Diagnostic) -> anyhow::Result<()> {
        for path in diagnostic.files() {
            let file = normalized(Utf8Path::new(path));
            let Some(refusals) = self.known.get(&file) else { continue };
            if !self.files.contains_key(path) {
                let (plan, text, functions) = self.ledger.plan_file(&file)?;
                let slots = self.ledger.plan.files[&file].slots;
                self.originals.insert(path.to_owned(), plan.edits.len());
                let copies = if self.is_apart { apart(&parse(&text)?, &plan) } else { None };
                let edits = copies.unwrap_or(plan.edits);
                let rendered = render(&text, &edits, slots, &refusals.withdrawn);
                self.files.insert(path.to_owned(), Instrumented { rendered, edits, functions });
            }
        }
        Ok(())
    }
}
