//! From what the stages found to the scores: functions joined with lines, mutants with their fates. Pure.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::active::{Fate, Planned, status_of};
use super::suite::Measured;
use super::{Facts, Wanted};
use crate::build::{Activity, Refusals};
use crate::coverage::{FileCoverage, Ratio, file_coverage};
use crate::instrument::{Cause, FilePlan, Slots};
use crate::measure::Function;
use crate::mutate::{Mutant, Shape, Site};
use crate::run::ReachMap;
use crate::score::{FileScore, FunctionScore, MutantScore, Scores, Status};
use crate::syntax::Lines;
use crate::workspace::Source;

/// What a build found, besides the marks.
pub(super) struct Dynamic {
    /// The slots of each file.
    pub(super) slots: Vec<Slots>,
    /// What the compiler refused in each file.
    pub(super) refusals: BTreeMap<Utf8PathBuf, Refusals>,
    /// What was compiled.
    pub(super) activity: Activity,
}

/// What came of the stages that build and run.
pub(super) struct Ran {
    pub(super) dynamic: Dynamic,
    pub(super) measured: Measured,
    pub(super) planned: Planned,
    pub(super) with_mutants: bool,
}

/// Scores of a run that built nothing.
pub(super) fn statically(sources: Vec<Source<Facts>>, wanted: Wanted) -> Scores {
    let file = |source: Source<Facts>| {
        let measures = source.facts.measures;
        let functions = measures.functions.into_iter();
        let functions =
            functions.map(|function| FunctionScore { function, coverage: None, uncovered: Vec::new(), inactive: false }).collect();
        let planned = source.facts.plan.into_iter().flat_map(|plan| plan.sites);
        let mutants = source.facts.mutated.sites.into_iter().chain(planned).flat_map(unrun).collect();
        FileScore {
            path: source.path,
            lines: source.lines,
            text: source.text,
            sites: source.facts.site_count,
            code_lines: measures.lines,
            danger: measures.danger,
            functions,
            mutants,
            coverage: None,
        }
    };
    let files = sources.into_iter().map(file).collect();
    Scores {
        files,
        tests: None,
        coverage_measured: false,
        shape_measured: wanted.shape,
        sites_counted: wanted.sites,
        mutants_run: false,
        skips: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    }
}

/// The mutants of a site that nothing is known of but the text.
fn unrun(site: Site) -> impl Iterator<Item = MutantScore> {
    let (status, reason) = match &site.shape {
        Shape::Ignored { reason } => (Status::Ignored, Some(reason.to_string())),
        _ => (Status::Pending, None),
    };
    let score = move |mutant: Mutant| MutantScore {
        mutant,
        status,
        reason: reason.clone(),
        covered_by: Vec::new(),
        killed_by: None,
        inactive: false,
    };
    site.mutants.into_iter().map(score)
}

/// Scores of a run that built and ran.
pub(super) fn with_runs(sources: Vec<Source<Facts>>, ran: Ran) -> Scores {
    let Ran { dynamic, measured, planned, with_mutants } = ran;
    let mut problems = problems(&sources, &dynamic);
    if with_mutants && !measured.tests.failed.is_empty() {
        problems.push("the tests are red: no mutant was run; mend the tests and run again".to_owned());
    }
    let mutants_run = with_mutants && measured.is_green();
    let files = sources.into_iter().zip(planned.fates).zip(&dynamic.slots);
    let files = files.map(|((source, fates), slots)| file_score(source, fates, *slots, &dynamic, &measured)).collect();
    Scores {
        files,
        tests: Some(measured.tests),
        coverage_measured: true,
        shape_measured: true,
        sites_counted: true,
        mutants_run,
        skips: Vec::new(),
        problems,
        warnings: measured.warnings,
    }
}

/// What the build could not instrument though it was asked for.
fn problems(sources: &[Source<Facts>], dynamic: &Dynamic) -> Vec<String> {
    let outside = sources.iter().filter(|source| source.path.is_absolute());
    let outside = outside.map(|source| format!("{} lies outside the workspace and cannot be instrumented", source.path));
    let is_compiled = sources.iter().any(|source| dynamic.activity.is_compiled(&source.path));
    let nothing =
        (!is_compiled && !sources.is_empty()).then(|| "no source file of the selected packages was compiled by this build".to_owned());
    outside.chain(nothing).collect()
}

fn file_score(source: Source<Facts>, fates: Vec<Fate>, slots: Slots, dynamic: &Dynamic, measured: &Measured) -> FileScore {
    let lines = source.lines;
    let instrumented = source.facts.plan.as_ref().filter(|_| !source.is_build_time);
    let coverage = instrumented.map(|plan| coverage(&source.path, plan, slots, dynamic, &measured.reach));
    let functions = &source.facts.measures.functions;
    let is_active = |function: &Function| dynamic.activity.is_active(&source.path, &function.cfg);
    let functions = functions.iter().map(|function| function_score(function, functions, &lines, coverage.as_ref(), !is_active(function)));
    let functions = functions.collect();
    let sites = source.facts.plan.map(|plan| plan.sites).unwrap_or_default();
    FileScore {
        path: source.path,
        text: source.text,
        lines,
        sites: source.facts.site_count,
        code_lines: source.facts.measures.lines,
        danger: source.facts.measures.danger,
        functions,
        mutants: mutant_scores(sites, fates, measured),
        coverage,
    }
}

fn coverage(path: &Utf8PathBuf, plan: &FilePlan, slots: Slots, dynamic: &Dynamic, reach: &ReachMap) -> FileCoverage {
    let withdrawn = withdrawn_probes(plan, dynamic.refusals.get(path));
    let is_active = |probe: u32| !withdrawn.contains(&probe) && dynamic.activity.is_active(path, &plan.probes.probes[probe as usize].cfg);
    file_coverage(&plan.probes, |probe| reach.is_marked(slots.probe(probe)), is_active)
}

/// The probes whose edits the compiler refused: what they tell is not known.
fn withdrawn_probes(plan: &FilePlan, refusals: Option<&Refusals>) -> BTreeSet<u32> {
    let edits = refusals.iter().flat_map(|refusals| &refusals.withdrawn.edits);
    let probes = |edit: &u32| match plan.edits[*edit as usize].cause {
        Cause::Probes { first, count } => first..first + count,
        Cause::Switch { .. } | Cause::Support => 0..0,
    };
    edits.flat_map(probes).collect()
}

/// A function's lines: those of its span, without those of functions nested in it.
fn function_score(function: &Function, all: &[Function], lines: &Lines, coverage: Option<&FileCoverage>, inactive: bool) -> FunctionScore {
    let line_range = |function: &Function| lines.line(function.span.start)..=lines.line(function.span.end.saturating_sub(1));
    let nested: Vec<_> =
        all.iter().filter(|other| other.span != function.span && function.span.contains(other.span)).map(line_range).collect();
    let is_own = |line: &u32| !nested.iter().any(|range| range.contains(line));
    let states = coverage.iter().flat_map(|coverage| coverage.lines.range(line_range(function))).filter(|(line, _)| is_own(line));
    let states: Vec<(u32, bool)> = states.map(|(line, ran)| (*line, *ran)).collect();
    let ratio = Ratio { hit: states.iter().filter(|(_, ran)| *ran).count() as u64, of: states.len() as u64 };
    FunctionScore {
        function: function.clone(),
        coverage: (ratio.of > 0 && !inactive).then_some(ratio),
        uncovered: states.iter().filter(|(_, ran)| !ran).map(|(line, _)| *line).collect(),
        inactive,
    }
}

fn mutant_scores(sites: Vec<Site>, fates: Vec<Fate>, measured: &Measured) -> Vec<MutantScore> {
    let mutants = sites.into_iter().flat_map(|site| site.mutants);
    mutants.zip(fates).map(|(mutant, fate)| mutant_score(mutant, &fate, measured)).collect()
}

fn mutant_score(mutant: Mutant, fate: &Fate, measured: &Measured) -> MutantScore {
    let (status, reason) = status_of(fate);
    let (covered_by, killed_by) = match fate {
        Fate::Ran(run) => (run.covered_by.as_slice(), run.killed_by),
        _ => (&[][..], None),
    };
    MutantScore {
        mutant,
        status,
        reason,
        covered_by: covered_by.iter().map(|test| measured.name(*test)).collect(),
        killed_by: killed_by.map(|test| measured.name(test)),
        inactive: matches!(fate, Fate::Inactive),
    }
}
