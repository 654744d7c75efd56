//! What one parse of a file gives: functions, sites, and for a build the plan of its edits.

use std::collections::BTreeSet;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobSet, GlobSetBuilder};

use super::Request;
use crate::instrument::{FileContext, FilePlan};
use crate::measure::{Counting, Measures, measure};
use crate::mutate::{Mutated, Selection, Shape, Site, mutate};
use crate::policy::{Override, glob};
use crate::score::Scores;
use crate::syntax::{CfgStack, ConstUse, Namespace, Parsed};

/// Everything that is kept of a file's parse.
#[derive(Debug)]
pub struct Facts {
    /// Its functions, lines, panics and `unsafe` blocks.
    pub measures: Measures,
    /// How many mutation sites it has.
    pub site_count: u32,
    /// Its mutants, when they are listed and nothing is built, and its marks.
    pub mutated: Mutated,
    /// The plan of its edits, when it is built.
    pub plan: Option<FilePlan>,
    /// What its const contexts call, when it is built.
    pub const_use: ConstUse,
    /// What its surroundings say about it.
    pub context: FileContext,
}

/// How files are analysed in this run.
pub(super) struct Analysis {
    is_quick: bool,
    with_mutants: bool,
    excluded: GlobSet,
    globs: Vec<String>,
    overrides: Vec<Override>,
    counting: Counting,
    selection: Selection,
    roots_of_2015: BTreeSet<Utf8PathBuf>,
}

impl Analysis {
    pub(super) fn new(request: &Request<'_>) -> anyhow::Result<Analysis> {
        let globs = &request.policy.mutation.exclude;
        let mut excluded = GlobSetBuilder::new();
        for text in globs {
            excluded.add(glob(text).with_context(|| format!("`{text}` in [mutation] exclude is no glob"))?);
        }
        let targets = request.workspace.packages.iter().flat_map(|package| &package.targets);
        let old = targets.filter(|target| target.edition == "2015");
        Ok(Analysis {
            is_quick: request.is_quick,
            with_mutants: request.with_mutants,
            excluded: excluded.build()?,
            globs: globs.clone(),
            overrides: request.policy.overrides.clone(),
            counting: request.policy.counting,
            selection: request.policy.mutation.selection(),
            roots_of_2015: old.filter_map(|target| target.root.strip_prefix(&request.workspace.root).ok()).map(ToOwned::to_owned).collect(),
        })
    }

    pub(super) fn of(&self, parsed: &Parsed<'_>, path: &Utf8Path, cfg: &CfgStack) -> Facts {
        let context = FileContext {
            is_root_of_2015: self.roots_of_2015.contains(path),
            without_mutants: self.excluded.is_match(path.as_std_path()),
            selection: self.selection,
        };
        let measures = measure(parsed, &Namespace::default(), cfg, self.counting);
        if self.is_quick {
            let mut mutated = if context.without_mutants {
                Mutated::default()
            } else {
                mutate(parsed, path.as_str(), &Namespace::default(), cfg, self.selection)
            };
            let site_count = count(&mutated.sites);
            if !self.with_mutants {
                mutated.sites.clear();
            }
            return Facts { measures, site_count, mutated, plan: None, const_use: ConstUse::default(), context };
        }
        let mut plan = FilePlan::new(parsed, path.as_str(), cfg, context);
        let mutated = std::mem::take(&mut plan.marks);
        Facts { measures, site_count: count(&plan.sites), mutated, plan: Some(plan), const_use: ConstUse::of(parsed), context }
    }

    /// What is worth saying about the policy's paths.
    pub(super) fn warnings(&self, scores: &Scores) -> Vec<String> {
        let files = || scores.files.iter().map(|file| &file.path);
        let matches = |text: &&String| {
            let glob = glob(text).map(|glob| glob.compile_matcher());
            glob.is_ok_and(|glob| files().any(|path| glob.is_match(path.as_std_path())))
        };
        let unused = self.globs.iter().filter(|glob| !matches(glob));
        let unused = unused.map(|glob| format!("`{glob}` in [mutation] exclude matches no source file; remove it or mend it"));
        let idle = self.overrides.iter().filter(|set| !files().any(|path| set.specificity(path).is_some()));
        let idle = idle.map(|set| {
            format!("the override on line {} matches no source file: `{}`; remove it or mend its paths", set.line, set.paths.join("`, `"))
        });
        unused.chain(idle).collect()
    }
}

/// What is marked to be left alone is no site.
fn count(sites: &[Site]) -> u32 {
    let counted = sites.iter().filter(|site| !matches!(site.shape, Shape::Ignored { .. }));
    u32::try_from(counted.count()).unwrap_or(u32::MAX)
}
