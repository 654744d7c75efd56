//! The run itself: sources → plans → build → baseline → mutants → scores. Owns the order of the stages and
//! what each hands to the next; every stage's own work is told in its module.

mod active;
mod assemble;
mod facts;
mod suite;

use std::thread;
use std::time::Instant;

use anyhow::bail;

use crate::build::{Activity, Builder, Built, CargoArgs, FileToBuild, PlannedFile, Toolchain, digest};
use crate::instrument::Slots;
use crate::policy::Policy;
use crate::progress::{Progress, Stage};
use crate::run::{MutantRun, Pool, ReachMap, run_mutants};
use crate::score::{Scores, Timings};
use crate::workspace::{Source, Workspace, load_sources};

pub use facts::Facts;

use assemble::Dynamic;
use suite::Measured;

/// What a run is asked for.
pub struct Request<'a> {
    /// Where.
    pub workspace: &'a Workspace,
    /// What cargo is told besides.
    pub cargo: &'a CargoArgs,
    /// Which mutants, and what is judged.
    pub policy: &'a Policy,
    /// How many test processes run at once.
    pub jobs: usize,
    /// Only what needs no compilation.
    pub is_quick: bool,
    /// Whether mutants are wanted.
    pub with_mutants: bool,
}

/// Measure everything that was asked for. Fails when the sources cannot be read or the code does not
/// compile; what merely could not be measured is among the problems of the scores.
pub fn measure(request: &Request<'_>, progress: &dyn Progress) -> anyhow::Result<(Scores, Timings)> {
    let start = Instant::now();
    progress.stage(Stage::Read, None);
    let facts = facts::Analysis::new(request)?;
    let sources = match load_sources(request.workspace, |parsed, path, cfg| facts.of(parsed, path, cfg)) {
        Ok(sources) => sources,
        Err(errors) => bail!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    };
    let mut timings = Timings::default();
    let mut scores = if request.is_quick { assemble::statically(sources) } else { run(request, sources, progress, &mut timings)? };
    scores.warnings.extend(facts.warnings(&scores));
    timings.total = start.elapsed();
    Ok((scores, timings))
}

/// The part that needs a build.
fn run(request: &Request<'_>, sources: Vec<Source<Facts>>, progress: &dyn Progress, timings: &mut Timings) -> anyhow::Result<Scores> {
    let building = Instant::now();
    progress.stage(Stage::Build, None);
    let toolchain = Toolchain::ask(request.workspace)?;
    let builder = Builder::new(request.workspace, &toolchain, request.cargo)?;
    let slots = number(&sources);
    let built = build(request, &builder, &sources, &slots)?;
    timings.build = building.elapsed();

    let testing = Instant::now();
    let end = slots.last().map_or(1, |slots| slots.end());
    let pool = Pool::new(&builder.layout.scratch(), request.jobs, end)?;
    let measured = thread::scope(|scope| {
        let has_doctests = request.workspace.packages.iter().any(|package| package.has_doctests);
        let documentation = has_doctests.then(|| scope.spawn(|| builder.build_documentation()));
        suite::baseline(request, &builder, &pool, &built, documentation, end, progress)
    })?;
    timings.tests = testing.elapsed();

    let mutating = Instant::now();
    let activity = Activity::new(&builder.layout, &built.units, &toolchain.cfgs, sources.iter().map(|source| &source.path));
    let dynamic = Dynamic { slots, refusals: &built.refusals, activity };
    let scores = judge_mutants(request, sources, &dynamic, measured, &pool, progress)?;
    timings.mutants = mutating.elapsed();
    Ok(scores)
}

/// Give every file its slots in the table. Files start at round numbers, so that a change in one does not
/// renumber all others.
fn number(sources: &[Source<Facts>]) -> Vec<Slots> {
    let mut next = 1;
    let number = |source: &Source<Facts>| {
        let slots = source.facts.plan.as_ref().map(|plan| plan.slots(next)).unwrap_or(Slots { base: next, mutants: 0, probes: 0 });
        next = (slots.end() + 1).next_multiple_of(64);
        slots
    };
    sources.iter().map(number).collect()
}

fn build(request: &Request<'_>, builder: &Builder<'_>, sources: &[Source<Facts>], slots: &[Slots]) -> anyhow::Result<Built> {
    let files: Vec<FileToBuild<'_>> = sources
        .iter()
        .zip(slots)
        .filter(|(source, _)| source.path.is_relative())
        .filter_map(|(source, slots)| {
            let plan = source.facts.plan.as_ref()?;
            let planned = PlannedFile { digest: digest(&source.text), slots: *slots, context: source.facts.context };
            Some(FileToBuild { path: &source.path, text: &source.text, plan, planned })
        })
        .collect();
    let targets = request.workspace.packages.iter().flat_map(|package| &package.targets).filter(|target| !target.is_proc_macro);
    let roots = targets.filter_map(|target| target.root.strip_prefix(&request.workspace.root).ok()).map(ToOwned::to_owned).collect();
    builder.build(&files, roots)
}

fn judge_mutants(
    request: &Request<'_>,
    sources: Vec<Source<Facts>>,
    dynamic: &Dynamic<'_>,
    measured: Measured,
    pool: &Pool,
    progress: &dyn Progress,
) -> anyhow::Result<Scores> {
    let are_run = request.with_mutants && measured.is_green();
    let mut planned = active::plan(&sources, dynamic);
    let runs = if are_run { run_targets(&planned.targets, &measured, pool, progress)? } else { Vec::new() };
    planned.settle(runs);
    Ok(assemble::with_runs(sources, dynamic, measured, planned, are_run))
}

fn run_targets(
    targets: &[crate::run::Target],
    measured: &Measured,
    pool: &Pool,
    progress: &dyn Progress,
) -> anyhow::Result<Vec<MutantRun>> {
    let reach: &ReachMap = &measured.reach;
    progress.stage(Stage::Mutants, Some(targets.len() as u64));
    run_mutants(pool, &measured.suite, reach, targets, || progress.advance(1))
}
