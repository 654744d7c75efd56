//! From what the stages found to the scores: functions joined with lines, mutants with their fates. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::active::{Fate, Planned, status_of};
use super::groups;
use super::suite::Measured;
use super::{Facts, Wanted};
use crate::build::{Activity, Refusals};
use crate::coverage::{Elsewhere, Extent, FileCoverage, Outside, Ratio, file_coverage};
use crate::instrument::{Cause, FilePlan, Slots};
use crate::measure::Function;
use crate::mutate::{Mutant, Shape, Site};
use crate::run::TestSet;
use crate::score::{CoverageFiles, Covered, FileScore, FormerScore, FunctionScore, MutantScore, Scores, Status};
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
    /// Whether the program computes constants as the compiler does.
    pub(super) computes_alike: bool,
}

/// What came of the stages that build and run.
pub(super) struct Ran {
    /// What the budget left undone.
    pub(super) late: Option<String>,
    pub(super) dynamic: Dynamic,
    pub(super) measured: Measured,
    pub(super) planned: Planned,
    pub(super) with_mutants: bool,
    pub(super) with_each_test: bool,
    pub(super) former: Option<FormerScore>,
}

/// Scores of a run that built nothing. Coverage is what coverage files tell, if there are any.
pub(super) fn statically(sources: Vec<Source<Facts>>, outside: Outside, wanted: Wanted) -> Scores {
    let mut not_spoken_of = 0;
    let mut file = |source: Source<Facts>| {
        let lines = &source.lines;
        let coverage = elsewhere(&source, &outside);
        // Nothing was compiled, so nobody knows which cfgs hold; what a file leaves out under one is taken as
        // not compiled there.
        let is_inactive = |function: &Function| !outside.used.is_empty() && !function.cfg.is_empty();
        let functions = &source.facts.measures.functions;
        let scored = functions.iter().map(|function| function_score(function, functions, lines, coverage.as_ref(), is_inactive(function)));
        let functions: Vec<FunctionScore> = scored.collect();
        not_spoken_of += functions.iter().filter(|function| function.inactive).count();
        let planned = source.facts.plan.into_iter().flat_map(|plan| plan.sites);
        let mutants = source.facts.mutated.sites.into_iter().chain(planned).flat_map(unrun).collect();
        FileScore {
            path: source.path,
            lines: source.lines,
            text: source.text,
            sites: source.facts.site_count,
            code_lines: source.facts.measures.lines,
            danger: source.facts.measures.danger,
            functions,
            mutants,
            coverage,
            new: source.facts.new,
        }
    };
    let files = sources.into_iter().map(&mut file).collect();
    let mut warnings = outside.warnings;
    if not_spoken_of > 0 {
        warnings.push(format!("coverage files say nothing of {not_spoken_of} functions under a `#[cfg]`: they are taken as not compiled"));
    }
    Scores {
        files,
        cage: None,
        tests: None,
        coverage_measured: !outside.used.is_empty() && outside.rejected.is_empty(),
        shape_measured: wanted.shape,
        sites_counted: wanted.sites,
        mutants_run: false,
        skips: Vec::new(),
        problems: outside.rejected.clone(),
        warnings,
        checks: Vec::new(),
        coverage_files: CoverageFiles { used: outside.used, rejected: outside.rejected, are_alone: true },
        by_target: Vec::new(),
        by_test: Vec::new(),
        former: None,
    }
}

/// The coverage of a source as coverage files tell it.
fn elsewhere(source: &Source<Facts>, outside: &Outside) -> Option<FileCoverage> {
    let elsewhere = outside.sources.get(&source.path)?;
    Some(elsewhere.coverage(source.facts.runnable.as_ref()?, &extents(&source.facts.measures.functions, &source.lines)))
}

fn extents(functions: &[Function], lines: &Lines) -> Vec<Extent> {
    let extent = |function: &Function| Extent {
        start: function.span.start,
        signature: lines.line(function.span.start)..=lines.line(function.body.start),
        lines: line_range(function, lines),
    };
    functions.iter().map(extent).collect()
}

/// The lines of a function.
fn line_range(function: &Function, lines: &Lines) -> std::ops::RangeInclusive<u32> {
    lines.line(function.span.start)..=lines.line(function.span.end.saturating_sub(1))
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
        covered_by: Covered::default(),
        killed_by: None,
        inactive: false,
    };
    site.mutants.into_iter().map(score)
}

/// Scores of a run that built and ran.
pub(super) fn with_runs(sources: Vec<Source<Facts>>, outside: Outside, ran: Ran) -> Scores {
    let Ran { late, dynamic, measured, planned, with_mutants, with_each_test, former } = ran;
    let mut problems = problems(&sources, &dynamic);
    if with_mutants && !measured.tests.failed.is_empty() {
        problems.push("the tests are red: no mutant was run; mend the tests and run again".to_owned());
    }
    problems.extend(measured.problems.iter().cloned());
    problems.extend(late);
    problems.extend(outside.rejected.iter().cloned());
    let cage = Some(measured.cage.clone());
    let mutants_run = with_mutants && measured.is_green();
    let by_target = groups::by_target(&sources, &dynamic, &measured);
    let by_test = if with_each_test { groups::by_test(&sources, &dynamic, &measured) } else { Vec::new() };
    let files = sources.into_iter().zip(planned.fates).zip(&dynamic.slots);
    let names: Arc<[String]> = measured.suite.tests.iter().map(|test| test.name.clone()).collect();
    let files = files.map(|((source, fates), slots)| file_score(source, fates, *slots, &dynamic, &measured, &outside, &names)).collect();
    let mut warnings = measured.warnings;
    warnings.extend(outside.warnings);
    Scores {
        files,
        cage,
        tests: Some(measured.tests),
        coverage_measured: true,
        shape_measured: true,
        sites_counted: true,
        mutants_run,
        skips: Vec::new(),
        problems,
        warnings,
        checks: Vec::new(),
        coverage_files: CoverageFiles { used: outside.used, rejected: outside.rejected, are_alone: false },
        by_target,
        by_test,
        former,
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

fn file_score(
    source: Source<Facts>,
    fates: Vec<Fate>,
    slots: Slots,
    dynamic: &Dynamic,
    measured: &Measured,
    outside: &Outside,
    names: &Arc<[String]>,
) -> FileScore {
    let instrumented = source.facts.plan.as_ref().filter(|_| !source.is_build_time);
    let coverage = match instrumented {
        Some(plan) => {
            let mut coverage = coverage(&source.path, plan, slots, dynamic, |slot| measured.reach.is_marked(slot));
            if let Some(elsewhere) = outside.sources.get(&source.path) {
                add(elsewhere, &mut coverage, plan, &source.facts.measures.functions, &source.lines);
            }
            Some(coverage)
        }
        None => elsewhere(&source, outside),
    };
    let functions = &source.facts.measures.functions;
    let is_active = |function: &Function| dynamic.activity.is_active(&source.path, &function.cfg);
    let functions =
        functions.iter().map(|function| function_score(function, functions, &source.lines, coverage.as_ref(), !is_active(function)));
    let functions = functions.collect();
    let sites = source.facts.plan.map(|plan| plan.sites).unwrap_or_default();
    FileScore {
        path: source.path,
        text: source.text,
        lines: source.lines,
        sites: source.facts.site_count,
        code_lines: source.facts.measures.lines,
        danger: source.facts.measures.danger,
        functions,
        mutants: mutant_scores(sites, fates, names),
        coverage,
        new: source.facts.new,
    }
}

/// Add what coverage files tell to what our own build measured.
fn add(elsewhere: &Elsewhere, coverage: &mut FileCoverage, plan: &FilePlan, functions: &[Function], lines: &Lines) {
    let coverable = plan.probes.lines.iter().map(|(line, _)| *line).collect();
    elsewhere.add_to(coverage, &coverable, &extents(functions, lines));
}

/// The coverage that marks tell of a file of this build.
pub(super) fn coverage(
    path: &Utf8PathBuf,
    plan: &FilePlan,
    slots: Slots,
    dynamic: &Dynamic,
    is_marked: impl Fn(u32) -> bool,
) -> FileCoverage {
    let withdrawn = withdrawn_probes(plan, dynamic.refusals.get(path));
    let is_active = |probe: u32| !withdrawn.contains(&probe) && dynamic.activity.is_active(path, &plan.probes.probes[probe as usize].cfg);
    file_coverage(&plan.probes, |probe| is_marked(slots.probe(probe)), is_active)
}

/// The probes whose edits the compiler refused: what they tell is not known.
pub(super) fn withdrawn_probes(plan: &FilePlan, refusals: Option<&Refusals>) -> BTreeSet<u32> {
    let edits = refusals.iter().flat_map(|refusals| &refusals.withdrawn.edits);
    let probes = |edit: &u32| match plan.edits[*edit as usize].cause {
        Cause::Probes { first, count } => first..first + count,
        Cause::Switch { .. } | Cause::Companion(_) | Cause::Support => 0..0,
    };
    edits.flat_map(probes).collect()
}

/// A function's lines: those of its span, without those of functions nested in it. What coverage files tell
/// of was compiled somewhere, whatever this build's cfgs say.
fn function_score(function: &Function, all: &[Function], lines: &Lines, coverage: Option<&FileCoverage>, inactive: bool) -> FunctionScore {
    let nested: Vec<_> = all
        .iter()
        .filter(|other| other.span != function.span && function.span.contains(other.span))
        .map(|other| line_range(other, lines))
        .collect();
    let is_own = |line: &u32| !nested.iter().any(|range| range.contains(line));
    let states = coverage.iter().flat_map(|coverage| coverage.lines.range(line_range(function, lines))).filter(|(line, _)| is_own(line));
    let states: Vec<(u32, bool)> = states.map(|(line, ran)| (*line, *ran)).collect();
    let ratio = Ratio { hit: states.iter().filter(|(_, ran)| *ran).count() as u64, of: states.len() as u64 };
    FunctionScore {
        function: function.clone(),
        coverage: (ratio.of > 0).then_some(ratio),
        uncovered: states.iter().filter(|(_, ran)| !ran).map(|(line, _)| *line).collect(),
        inactive: inactive && ratio.of == 0,
    }
}

fn mutant_scores(sites: Vec<Site>, fates: Vec<Fate>, names: &Arc<[String]>) -> Vec<MutantScore> {
    let mutants = sites.into_iter().flat_map(|site| site.mutants);
    mutants.zip(fates).map(|(mutant, fate)| mutant_score(mutant, fate, names)).collect()
}

fn mutant_score(mutant: Mutant, fate: Fate, names: &Arc<[String]>) -> MutantScore {
    let (status, reason) = status_of(&fate);
    let inactive = matches!(fate, Fate::Inactive);
    let (covered_by, killed_by) = match fate {
        Fate::Ran(run) => (run.covered_by, run.killed_by),
        _ => (TestSet::default(), None),
    };
    MutantScore {
        mutant,
        status,
        reason,
        covered_by: Covered::new(names, covered_by),
        killed_by: killed_by.map(|test| names[test].clone()),
        inactive,
    }
}
