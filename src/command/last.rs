//! What the last check found, kept below the target directory for `cargo gate show`. Owns its file;
//! refuses to be judged by: a verdict comes from a run.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::build::{digest, read_json, write_json};
use crate::score::{FunctionScore, MutantScore, Scores};
use crate::workspace::Workspace;

/// So many tests that reach a mutant are kept.
const TESTS: usize = 10;

/// The last check.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct LastRun {
    /// Hashes of the texts that were measured, by path.
    pub(super) digests: BTreeMap<Utf8PathBuf, String>,
    /// Every test's name.
    tests: Vec<String>,
    /// What became of each mutant, by id.
    pub(super) mutants: BTreeMap<String, LastMutant>,
    /// What was measured of each function, by path and name.
    pub(super) functions: BTreeMap<String, LastFunction>,
}

/// What became of a mutant.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LastMutant {
    pub(super) status: String,
    pub(super) reason: Option<String>,
    pub(super) killed_by: Option<String>,
    /// The first tests that reach it, by their place among all.
    first_tests: Vec<usize>,
    /// How many tests reach it.
    pub(super) covered_by: usize,
}

/// What was measured of a function.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LastFunction {
    /// Covered and coverable lines; `None` when nothing was measured.
    pub(super) lines: Option<(u64, u64)>,
    /// The lines that did not run.
    pub(super) uncovered: Vec<u32>,
}

impl LastRun {
    /// Keep what a check found.
    pub(super) fn store(workspace: &Workspace, scores: &Scores) -> anyhow::Result<()> {
        let mutants = scores.mutants().map(|(_, score)| (score.mutant.id.clone(), LastMutant::of(score)));
        let functions = scores.functions().map(|(file, score)| (key(file.path.as_str(), &score.function.name), LastFunction::of(score)));
        let names = scores.mutants().find(|(_, score)| !score.covered_by.is_empty()).map(|(_, score)| score.covered_by.names());
        let last = LastRun {
            tests: names.unwrap_or_default().to_vec(),
            digests: scores.files.iter().map(|file| (file.path.clone(), digest(&file.text))).collect(),
            mutants: mutants.collect(),
            functions: functions.collect(),
        };
        write_json(&path(workspace), &last)
    }

    /// What the last check found; nothing when there was none, or another version of ours made it.
    pub(super) fn load(workspace: &Workspace) -> LastRun {
        read_json(&path(workspace)).unwrap_or_default()
    }

    /// The first of the tests that reach the mutant.
    pub(super) fn first_tests(&self, mutant: &LastMutant) -> impl Iterator<Item = &str> {
        mutant.first_tests.iter().filter_map(|test| self.tests.get(*test)).map(String::as_str)
    }

    /// Whether the file is as it was.
    pub(super) fn knows(&self, path: &Utf8PathBuf, text: &str) -> bool {
        self.digests.get(path).is_some_and(|known| *known == digest(text))
    }
}

/// What a function is known by.
pub(super) fn key(path: &str, name: &str) -> String {
    format!("{path} {name}")
}

fn path(workspace: &Workspace) -> Utf8PathBuf {
    workspace.target_dir.join("gate").join("last.json")
}

impl LastMutant {
    fn of(score: &MutantScore) -> LastMutant {
        LastMutant {
            status: score.status.name().to_owned(),
            reason: score.reason.clone(),
            killed_by: score.killed_by.clone(),
            first_tests: score.covered_by.tests().iter().take(TESTS).collect(),
            covered_by: score.covered_by.len(),
        }
    }
}

impl LastFunction {
    fn of(score: &FunctionScore) -> LastFunction {
        LastFunction { lines: score.coverage.map(|ratio| (ratio.hit, ratio.of)), uncovered: score.uncovered.clone() }
    }
}
