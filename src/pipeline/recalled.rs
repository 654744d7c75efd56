//! What of this run earlier runs have settled: the keys of today's sources and tests, and which mutants need no run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::Facts;
use super::active::{Fate, Planned};
use super::assemble::{Dynamic, withdrawn_probes};
use super::lane::Place;
use super::suite::Measured;
use super::surroundings::Surroundings;
use crate::mutate::Mutant;
use crate::policy::{Cage, Policy};
use crate::recall::{Keys, Recall, Store, TestCode, ground, stamp};
use crate::run::MutantRun;
use crate::score::Status;
use crate::syntax::{Piece, parse, pieces, test_pieces};
use crate::workspace::{Source, Workspace};

/// What the keys are made of.
pub(super) struct Today<'a> {
    pub(super) surroundings: &'a Surroundings<'a>,
    pub(super) policy: &'a Policy,
    pub(super) sources: &'a [Source<Facts>],
    pub(super) dynamic: &'a Dynamic,
    pub(super) measured: &'a Measured,
}

/// What is still known; nothing when it cannot be told what verdicts depend on.
pub(super) fn recall(today: &Today<'_>, at: &Utf8Path) -> Option<Recall> {
    let workspace = today.surroundings.workspace;
    let Cage { mode, network, write, env, origin: _ } = &today.policy.cage;
    let mut facts = today.surroundings.facts();
    facts.push(format!("{mode:?} {network:?} {write:?} {env:?} {:?}", today.measured.cage.walls));
    facts.push(format!("{:?}", today.policy.mutation.skip_tests));
    let mut code = Code::default();
    let mut functions = Vec::new();
    for (index, source) in today.sources.iter().enumerate() {
        let parsed = parse(&source.text).ok()?;
        let plan = source.facts.plan.as_ref().filter(|_| !source.is_build_time && source.path.is_relative());
        let probes: BTreeMap<u32, u32> = plan.map_or_else(BTreeMap::new, |plan| {
            let withdrawn = withdrawn_probes(plan, today.dynamic.refusals.get(&source.path));
            let functions = plan.probes.functions.iter().filter(|function| !withdrawn.contains(&function.probe));
            functions.map(|function| (function.start, today.dynamic.slots[index].probe(function.probe))).collect()
        });
        let cut = pieces(&parsed, |start| probes.contains_key(&start));
        facts.extend([source.path.to_string(), cut.rest]);
        code.add(&source.path, &today.dynamic.activity.compilations(&source.path), &cut.tests, &cut.test_rest);
        functions.extend(cut.functions.iter().map(|piece| (index, owned(piece), probes[&piece.start])));
    }
    for (path, stems) in today.dynamic.activity.others() {
        match readable(workspace, path) {
            Some(text) => {
                let parsed = parse(&text).ok()?;
                let (tests, rest) = test_pieces(&parsed);
                code.add(path, stems, &tests, &rest);
            }
            None => facts.push(stamp(&workspace.root.join(path))?),
        }
    }
    let texts = |path: &Utf8Path| today.sources.iter().any(|source| source.path == path) || code.files.contains(path);
    let ground = ground(&workspace.root, &workspace.target_dir, &facts, &texts)?;
    let mut keys = Keys::new(ground);
    for (source, (name, text), slot) in &functions {
        let piece = Piece { name: name.clone(), start: 0, text };
        keys.add_function(today.sources[*source].path.as_str(), &piece, *slot);
    }
    code.add_tests(today, &mut keys);
    Some(Recall::new(keys, Store::load(at)))
}

fn owned(piece: &Piece<'_>) -> (String, String) {
    (piece.name.clone(), piece.text.to_owned())
}

/// The test code of every executable.
#[derive(Default)]
struct Code {
    by_stem: BTreeMap<String, TestCode>,
    files: BTreeSet<Utf8PathBuf>,
}

impl Code {
    fn add(&mut self, path: &Utf8Path, stems: &BTreeSet<String>, tests: &[Piece<'_>], rest: &str) {
        self.files.insert(path.to_owned());
        for stem in stems {
            self.by_stem.entry(stem.clone()).or_default().add(path.as_str(), tests, rest);
        }
    }

    /// Every test of the suite. Documentation examples are part of the ground; their lines are not.
    fn add_tests(&self, today: &Today<'_>, keys: &mut Keys) {
        let none = TestCode::default();
        for (index, test) in today.measured.suite.tests.iter().enumerate() {
            match today.measured.suite.program(index).and_then(Utf8Path::file_stem) {
                Some(stem) => keys.add_test(&test.name, self.by_stem.get(stem).unwrap_or(&none).digest(&test.name)),
                None => keys.add_test(test.name.rsplit_once(" (line ").map_or(&test.name, |(name, _)| name), none.digest("")),
            }
        }
    }
}

/// The text of compiled Rust code below the workspace that is no source.
fn readable(workspace: &Workspace, path: &Utf8Path) -> Option<String> {
    let is_ours = path.is_relative() && path.extension() == Some("rs") && !workspace.root.join(path).starts_with(&workspace.target_dir);
    is_ours.then(|| fs::read_to_string(workspace.root.join(path)).ok())?
}

/// The ids of the targets, by index.
pub(super) fn ids<'a>(sources: &'a [Source<Facts>], planned: &Planned) -> Vec<&'a str> {
    let mut ids = vec![""; planned.targets.len()];
    for (_, mutant, fate) in all(sources, planned) {
        if let Fate::Switched(target) = fate {
            ids[*target] = &mutant.id;
        }
    }
    ids
}

/// What became of the targets that need no run, by index.
pub(super) fn targets(
    recall: Option<&Recall>,
    sources: &[Source<Facts>],
    planned: &Planned,
    measured: &Measured,
) -> Vec<Option<MutantRun>> {
    let mut known = vec![None; planned.targets.len()];
    for (_, mutant, fate) in recall.into_iter().flat_map(|_| all(sources, planned)) {
        if let (Fate::Switched(target), Some(recall)) = (fate, recall) {
            let covered_by = measured.reach.tests(planned.targets[*target].mark);
            known[*target] = recall.switched(&mutant.id, covered_by, &measured.reach);
        }
    }
    known
}

/// What became of the mutants that are built alone and need no build.
pub(super) fn alone(recall: Option<&Recall>, sources: &[Source<Facts>], planned: &Planned) -> BTreeMap<Place, MutantRun> {
    let of = |(place, mutant, fate): (Place, &Mutant, &Fate)| match fate {
        Fate::Alone(_) => Some((place, recall?.alone(&mutant.id)?)),
        _ => None,
    };
    all(sources, planned).filter_map(of).collect()
}

/// Everything that is known after this run. `alone` are the mutants that were built alone.
pub(super) fn store(recall: &Recall, sources: &[Source<Facts>], planned: &Planned, alone: &BTreeSet<Place>) -> Store {
    let settled: Vec<(&str, MutantRun)> = all(sources, planned)
        .filter_map(|(place, mutant, fate)| {
            let run = match fate {
                Fate::Ran(run) if run.evidence.is_some() => run.clone(),
                Fate::Ran(run) if alone.contains(&place) && comes_again(run) => run.clone(),
                Fate::Refused(message) if alone.contains(&place) => MutantRun::refused(message.clone()),
                _ => return None,
            };
            Some((mutant.id.as_str(), run))
        })
        .collect();
    recall.store(settled.iter().map(|(id, run)| (*id, run)))
}

/// Whether what became of a mutant that was made for real would come out again.
pub(super) fn comes_again(run: &MutantRun) -> bool {
    !matches!(run.status, Status::Timeout | Status::RuntimeError)
}

/// Every mutant with its place and fate.
fn all<'a, 'p>(sources: &'a [Source<Facts>], planned: &'p Planned) -> impl Iterator<Item = (Place, &'a Mutant, &'p Fate)> {
    sources.iter().zip(&planned.fates).enumerate().flat_map(|(file, (source, fates))| {
        let mutants = source.facts.plan.iter().flat_map(|plan| &plan.sites).flat_map(|site| &site.mutants);
        (0..).zip(mutants).zip(fates).map(move |((index, mutant), fate)| ((file, index), mutant, fate))
    })
}
