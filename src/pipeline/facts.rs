//! What one parse of a file gives: functions, sites, and for a build the plan of its edits.

use std::collections::BTreeSet;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobSet, GlobSetBuilder};

use super::{FormerTests, NewSources, Request, Wanted, kept};
use crate::change::NewCode;
use crate::instrument::{FileContext, FilePlan};
use crate::measure::{Counting, Measures, measure, measure_complexity};
use crate::mutate::{Counted, Mutated, Selection, Shape, Site, count as count_sites, mutate};
use crate::policy::{Decimal, Metric, Override, glob};
use crate::score::Scores;
use crate::syntax::{CfgStack, ConstUse, Namespace, Parsed, Runnable, Span, parse, parse_sparsely};
use crate::workspace::{Kept, Parse};

/// Everything that is kept of a file's parse.
#[derive(Clone, Debug)]
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
    /// What the values of the constants call that the program computes again, which `const_use` leaves out.
    pub computed: Vec<ConstUse>,
    /// What its surroundings say about it.
    pub context: FileContext,
    /// What its lines can hold, when coverage files speak of them.
    pub runnable: Option<Runnable>,
    /// What is new in it, in a run against a base.
    pub new: Option<NewCode>,
}

/// How files are analysed in this run.
#[expect(clippy::struct_excessive_bools, reason = "each says of one thing whether the run wants it")]
pub(super) struct Analysis<'a> {
    new: Option<&'a NewSources>,
    /// Mutants of old code may be run, too.
    rejudges: bool,
    is_quick: bool,
    with_mutants: bool,
    wanted: Wanted,
    /// The limits on metrics whose findings quote source.
    limits: Vec<(Metric, Decimal)>,
    /// Whether nobody asks for a file that is within the limits.
    wants_limits_alone: bool,
    excluded: GlobSet,
    globs: Vec<String>,
    overrides: Vec<Override>,
    counting: Counting,
    selection: Selection,
    roots_of_2015: BTreeSet<Utf8PathBuf>,
    with_coverage_files: bool,
}

impl<'a> Analysis<'a> {
    pub(super) fn new(request: &Request<'a>) -> anyhow::Result<Analysis<'a>> {
        let globs = &request.policy.mutation.exclude;
        let mut excluded = GlobSetBuilder::new();
        for text in globs {
            excluded.add(glob(text).with_context(|| format!("`{text}` in [mutation] exclude is no glob"))?);
        }
        let targets = request.workspace.packages.iter().flat_map(|package| &package.targets);
        let policy = request.policy;
        let old = targets.filter(|target| target.edition == "2015");
        Ok(Analysis {
            new: request.new,
            rejudges: request.former.is_some_and(FormerTests::rejudges) && request.with_mutants,
            is_quick: request.is_quick,
            with_mutants: request.with_mutants,
            wanted: request.wanted,
            limits: kept::quoting_limits(policy),
            wants_limits_alone: kept::wants_limits_alone(request),
            excluded: excluded.build()?,
            globs: globs.clone(),
            overrides: request.policy.overrides.clone(),
            counting: request.policy.counting,
            selection: request.policy.mutation.selection(),
            with_coverage_files: !request.coverage_files.is_empty(),
            roots_of_2015: old.filter_map(|target| target.root.strip_prefix(&request.workspace.root).ok()).map(ToOwned::to_owned).collect(),
        })
    }

    /// How files are parsed. Mutants are edits of the text as it is, and their places begin with documentation.
    pub(super) fn parse(&self) -> Parse {
        if self.is_quick && !self.with_mutants { parse_sparsely } else { parse }
    }

    pub(super) fn of(&self, parsed: &Parsed<'_>, path: &Utf8Path, cfg: &CfgStack) -> Facts {
        let new = self.new.and_then(|new| new.in_file(path));
        let is_excluded = self.excluded.is_match(path.as_std_path());
        let is_elsewhere = self.new.is_some() && new.is_none() && !self.rejudges;
        let context = FileContext {
            is_root_of_2015: self.roots_of_2015.contains(path),
            without_mutants: is_excluded || (is_elsewhere && !self.is_quick),
            selection: self.selection,
        };
        let namespace = Namespace::default();
        let measures = if self.wanted.shape {
            measure(parsed, &namespace, cfg, self.counting)
        } else {
            measure_complexity(parsed, &namespace, cfg, self.counting)
        };
        let runnable = self.with_coverage_files.then(|| Runnable::of(parsed));
        if self.is_quick {
            let (site_count, mutated) = self.quickly(parsed, path, cfg, context);
            return Facts {
                measures,
                site_count,
                mutated,
                plan: None,
                const_use: ConstUse::default(),
                computed: Vec::new(),
                context,
                runnable,
                new,
            };
        }
        let mut plan = FilePlan::new(parsed, path.as_str(), cfg, context);
        let (site_count, mutated) =
            if is_elsewhere && !is_excluded { self.counted(parsed, cfg) } else { (count(&plan.sites), std::mem::take(&mut plan.marks)) };
        let values: Vec<Span> = plan.companions.iter().map(|companion| companion.value).collect();
        let (const_use, computed) = ConstUse::apart(parsed, &values);
        Facts { measures, site_count, mutated, plan: Some(plan), const_use, computed, context, runnable, new }
    }

    /// The number of sites and the marks, without a mutant.
    fn counted(&self, parsed: &Parsed<'_>, cfg: &CfgStack) -> (u32, Mutated) {
        let Counted { sites, skips, complaints } = count_sites(parsed, &Namespace::default(), cfg, self.selection);
        (sites, Mutated { sites: Vec::new(), companions: Vec::new(), skips, complaints })
    }

    /// The sites, and the mutants if they are listed, of a file that is not built.
    fn quickly(&self, parsed: &Parsed<'_>, path: &Utf8Path, cfg: &CfgStack, context: FileContext) -> (u32, Mutated) {
        if context.without_mutants || !(self.wanted.sites || self.with_mutants) {
            return (0, Mutated::default());
        }
        if self.with_mutants {
            let mutated = mutate(parsed, path.as_str(), &Namespace::default(), cfg, self.selection);
            return (count(&mutated.sites), mutated);
        }
        self.counted(parsed, cfg)
    }

    /// What is kept of a file for its findings.
    pub(super) fn keep(&self, facts: &mut Facts) -> Kept {
        if self.wants_limits_alone { kept::by(&self.limits, &mut facts.measures) } else { Kept::Text }
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
