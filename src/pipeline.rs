//! The run itself: sources → plans → build → baseline → mutants → scores. Owns the order of the stages and
//! what each hands to the next; every stage's own work is told in its module.

mod active;
mod assemble;
mod caged;
mod computed;
mod early;
mod examples;
mod facts;
mod former;
mod groups;
mod judges;
mod kept;
mod lane;
mod ledger;
mod marks;
mod new;
mod recalled;
mod slow;
mod suite;
mod surroundings;
mod switched;
mod witnesses;

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use camino::Utf8Path;

use crate::build::{Activity, Builder, Built, CargoArgs, Examples, FileToBuild, Lane, PlannedFile, Toolchain, Unit, digest};
use crate::coverage::{CoverageFile, KnownSource, Outside, read_files};
use crate::instrument::Slots;
use crate::policy::{Check, Policy};
use crate::progress::{Progress, Stage};
use crate::recall::Recall;
use crate::run::{Cage, MutantRun, Pool, ReachMap, Suite, Work, run_checks};
use crate::score::{Scores, Timings};
use crate::syntax::{CfgStack, Parsed};
use crate::workspace::{Source, SourceError, Texts, Workspace, const_use, load_sources};

pub use facts::Facts;
pub use former::FormerTests;
pub use new::NewSources;

use assemble::{Dynamic, Ran};
use early::Early;
use examples::Documenting;
use former::{Head, Held};
use new::Chosen;
use surroundings::Surroundings;

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
    /// Nothing is built.
    pub is_quick: bool,
    /// Coverage that was measured elsewhere: added to ours, or taken alone where nothing is built.
    pub coverage_files: &'a [CoverageFile],
    /// What is done with verdicts of earlier runs.
    pub memory: Memory,
    /// Whether mutants are wanted.
    pub with_mutants: bool,
    /// Whether the coverage of each single test is wanted.
    pub with_each_test: bool,
    /// The policy's own commands that are to be run.
    pub checks: &'a [&'a Check],
    /// What of the syntax somebody reads. A run that builds measures all of it.
    pub wanted: Wanted,
    /// Where the sources' texts come from.
    pub texts: &'a Texts,
    /// What is new since the base, in a run against one: only mutants of new code are run.
    pub new: Option<&'a NewSources>,
    /// The base's tests, where the change has others: what they say of this code is found out, too.
    pub former: Option<&'a FormerTests<'a>>,
}

/// What is done with verdicts of earlier runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Those that still hold are taken over, and this run's are kept.
    Used,
    /// Every mutant runs, and nothing is kept.
    LeftAlone,
}

/// Parts of the syntax that take time to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// All but the complexity: cognitive complexity, nesting, lines, parameters, panics, `unsafe` blocks.
    pub shape: bool,
    /// How many mutation sites there are.
    pub sites: bool,
    /// Every function. Without it, of those within all limits only the largest of a file are sure to be there.
    pub functions: bool,
}

impl Wanted {
    /// All of it.
    pub const ALL: Wanted = Wanted { shape: true, sites: true, functions: true };
}

/// Measure everything that was asked for. What could not be measured is among the problems of the scores. The
/// policy's own commands run beside all of it: they take other locks than our builds do, whose target directory is
/// their own.
pub fn measure(request: &Request<'_>, progress: &dyn Progress) -> anyhow::Result<(Scores, Timings)> {
    let start = Instant::now();
    let (measured, checks) = thread::scope(|scope| {
        let checks = (!request.checks.is_empty()).then(|| scope.spawn(|| run_checks(request.checks, &request.workspace.root)));
        let measured = measure_code(request, progress);
        if checks.is_some() {
            progress.stage(Stage::Checks, None);
        }
        (measured, checks.map(thread::ScopedJoinHandle::join))
    });
    let (mut scores, mut timings) = measured?;
    scores.checks = checks.transpose().map_err(|_| anyhow!("the thread of the checks panicked; please report it"))?.unwrap_or_default();
    timings.total = start.elapsed();
    Ok((scores, timings))
}

/// All that is measured of the code.
fn measure_code(request: &Request<'_>, progress: &dyn Progress) -> anyhow::Result<(Scores, Timings)> {
    progress.stage(Stage::Read, None);
    let facts = facts::Analysis::new(request)?;
    let mut timings = Timings::default();
    let analyse = |parsed: &Parsed<'_>, path: &Utf8Path, cfg: &CfgStack| {
        let mut facts_of_file = facts.of(parsed, path, cfg);
        (facts.keep(&mut facts_of_file), facts_of_file)
    };
    let (sources, read) = timed(|| load_sources(request.workspace, request.texts, facts.parse(), analyse));
    timings.read = read;
    let mut scores = match sources {
        Ok(sources) => {
            let marks = marks::of(&sources, request.policy.mutation.selection());
            let outside = outside(request, &sources);
            let scores = if request.is_quick {
                assemble::statically(sources, outside, request.wanted)
            } else {
                run(request, sources, outside, progress, &mut timings)
            };
            marks.told_in(scores)
        }
        Err(errors) => unreadable(&errors),
    };
    scores.warnings.extend(facts.warnings(&scores));
    Ok((scores, timings))
}

/// What coverage files say of the sources.
fn outside(request: &Request<'_>, sources: &[Source<Facts>]) -> Outside {
    let known = sources.iter().filter_map(|source| Some(KnownSource { path: &source.path, runnable: source.facts.runnable.as_ref()? }));
    read_files(request.coverage_files, &request.workspace.root, &known.collect::<Vec<_>>())
}

/// Nothing can be said of files that cannot be read.
fn unreadable(errors: &[SourceError]) -> Scores {
    let problems = errors.iter().map(|error| format!("{error}; mend the file and run again")).collect();
    Scores { problems, ..assemble::statically(Vec::new(), Outside::default(), Wanted::ALL) }
}

/// The part that needs a build. When it cannot be had, what the syntax alone tells is still there.
fn run(request: &Request<'_>, sources: Vec<Source<Facts>>, outside: Outside, progress: &dyn Progress, timings: &mut Timings) -> Scores {
    match run_stages(request, &sources, progress, timings) {
        Ok(ran) => assemble::with_runs(sources, outside, ran),
        Err(error) => {
            let mut scores = assemble::statically(sources, Outside::default(), Wanted::ALL);
            scores.problems.push(format!("{error:#}"));
            scores
        }
    }
}

fn run_stages(request: &Request<'_>, sources: &[Source<Facts>], progress: &dyn Progress, timings: &mut Timings) -> anyhow::Result<Ran> {
    let building = Instant::now();
    progress.stage(Stage::Build, None);
    let toolchain = Toolchain::ask(request.workspace)?;
    let builder =
        Builder::new(request.workspace, &toolchain, request.cargo, || progress.note("waiting for another `cargo gate` in this workspace"))?;
    let slots = number(sources);
    let built = build(request, &builder, sources, &slots)?;
    timings.build = building.elapsed();
    timings.rounds = built.units.iter().map(|unit| unit.rounds).max().unwrap_or(0);

    let testing = Instant::now();
    let end = slots.last().map_or(1, |slots| slots.end());
    let scratch = builder.test_scratch(&built.units)?;
    let cage = Cage::new(&request.policy.cage, &request.workspace.root, scratch);
    let pool = Pool::new(&builder.layout.scratch(), request.jobs, end, cage)?;
    let (workspace, flags) = (request.workspace, &request.cargo.flags);
    let surroundings = Surroundings { workspace, toolchain: &toolchain, units: &built.units, flags };
    let is_kept = request.memory == Memory::Used;
    let document = |how: Examples| {
        let key = is_kept.then(|| surroundings.of_documentation(&built, sources, &slots)).flatten();
        builder.build_documentation(key.as_deref(), how)
    };
    let second = slow::Build { builder: &builder, built: &built, took: timings.build };
    let can_begin = early::is_possible(request, &builder.layout.verdicts());
    let mut early = Early::default();
    let mut meanwhile = |suite: &Suite, reach: &ReachMap| {
        if can_begin {
            let dynamic = dynamic_of(&toolchain, &builder, &built, &built.units, sources, &slots);
            early = early::run(sources, &dynamic, &pool, &second, suite, reach)?;
        }
        Ok(())
    };
    let mut measured = thread::scope(|scope| {
        let has_doctests = request.workspace.packages.iter().any(|package| package.has_doctests);
        let documentation = has_doctests.then_some(&mut meanwhile).map(|meanwhile| {
            let building = scope.spawn(|| document(examples::how(sources)));
            Documenting { building, build: &document, meanwhile }
        });
        let tests = suite::Choice::new(&|_| true, &request.policy.mutation.skip_tests)?;
        suite::baseline(&builder, &pool, &built, documentation, end, &tests, progress)
    })?;
    timings.tests = testing.elapsed().saturating_sub(early.took);
    timings.mutants = early.took;
    timings.examples = measured.examples;

    let comparing = Instant::now();
    let former = former::run(request, &toolchain, &builder, (&built.units, &measured), progress)?;
    timings.former = if former.is_some() { comparing.elapsed() } else { Duration::ZERO };

    let mutating = Instant::now();
    let units = builder.units_with_documentation(&built.units, &measured.rustdoc_calls)?;
    let dynamic = dynamic_of(&toolchain, &builder, &built, &units, sources, &slots);
    let besides = former.as_ref().map(Held::killed).unwrap_or_default();
    let chosen = if request.new.is_some() { Chosen::New(&besides) } else { Chosen::All };
    let mut planned = active::plan(sources, &dynamic, &measured.reach, chosen);
    measured.warnings.extend(active::warnings(sources, &planned));
    if request.with_mutants && measured.is_green() {
        let lane = Lane::new(&builder.layout, request.workspace, &units);
        let today =
            recalled::Today { surroundings: &surroundings, policy: request.policy, sources, dynamic: &dynamic, measured: &measured };
        let at = builder.layout.verdicts();
        let recall = if request.memory == Memory::Used { recalled::recall(&today, &at) } else { None };
        let ledger = ledger::Ledger::new(recall.as_ref(), at.clone());
        let context = lane::Context {
            lane: &lane,
            sources,
            dynamic: &dynamic,
            measured: &measured,
            pool: &pool,
            recall: recall.as_ref(),
            ledger: &ledger,
        };
        let alone = run_mutants_of(&context, &second, &mut planned, early, progress, timings)?;
        if let Some(recall) = &recall {
            let saved = recalled::store(recall, sources, &planned, &alone).save(&at);
            measured.warnings.extend(saved.err().map(|error| format!("the next run starts anew, for verdicts are not kept: {error:#}")));
        }
    }
    let head = Head { sources, dynamic: &dynamic, planned: &planned, measured: &measured, pool: &pool };
    let former = former.map(|held| held.score(&head, request)).transpose()?;
    measured.warnings.extend(former.iter().flat_map(|score| score.notes.iter().cloned()));
    timings.mutants += mutating.elapsed();
    let late = active::late(&planned);
    Ok(Ran { dynamic, measured, planned, with_mutants: request.with_mutants, with_each_test: request.with_each_test, former, late })
}

/// What the build tells of the sources, `units` being its compilations.
fn dynamic_of(
    toolchain: &Toolchain,
    builder: &Builder<'_>,
    built: &Built,
    units: &[Unit],
    sources: &[Source<Facts>],
    slots: &[Slots],
) -> Dynamic {
    let activity = Activity::new(&builder.layout, units, &toolchain.cfgs, sources.iter().map(|source| &source.path));
    let computes_alike = computed::computes_alike(units, sources);
    Dynamic { slots: slots.to_vec(), refusals: built.refusals.clone(), activity, computes_alike }
}

/// The switched mutants and, beside them, those that must be made alone: the compiler's work and the tests'
/// share the workers. What a const context may call without our noticing is looked at again for real when no
/// test noticed it. What earlier runs have settled needs none. Gives the mutants that were made for real.
fn run_mutants_of(
    context: &lane::Context<'_>,
    build: &slow::Build<'_>,
    planned: &mut active::Planned,
    early: Early,
    progress: &dyn Progress,
    timings: &mut Timings,
) -> anyhow::Result<BTreeSet<lane::Place>> {
    progress.stage(Stage::Mutants, Some(planned.targets.len() as u64 + lane::waiting(planned)));
    let measured = context.measured;
    let known = recalled::targets(context.recall, context.sources, planned, measured);
    let functions = context.recall.map(Recall::slots).unwrap_or_default();
    let ids = recalled::ids(context.sources, planned);
    let begun = early.of(planned, functions);
    let work = Work { targets: &planned.targets, constants: &planned.constants, known: &known, begun: &begun, functions };
    let (runs, settled) = thread::scope(|scope| {
        let alone = scope.spawn(|| timed(|| lane::run(context, planned, |n| progress.advance(n))));
        let on_done = |target: usize, run: &MutantRun| {
            context.ledger.switched(ids[target], run);
            progress.advance(1);
        };
        let runs = switched::run(build, context.pool, measured, planned, work, progress, on_done)?;
        let (settled, took) = alone.join().map_err(|_| anyhow!("the single lane panicked; please report it"))?;
        timings.alone = took;
        anyhow::Ok((runs, settled?))
    })?;
    planned.settle(runs);
    let outside = || const_use(context.lane.root(), context.dynamic.activity.others().keys());
    // Before what was made for real is taken over: of that nothing is doubtful.
    active::doubt_const_fns(context.sources, outside, planned);
    let mut alone: BTreeSet<lane::Place> = settled.settled.iter().map(|(place, _)| *place).collect();
    planned.take(settled.settled);
    let (doubtful, took) = timed(|| lane::run(context, planned, |n| progress.advance(n)));
    timings.alone += took;
    let doubtful = doubtful?;
    alone.extend(doubtful.settled.iter().map(|(place, _)| *place));
    planned.take(doubtful.settled);
    timings.rebuilt = settled.rebuilt + doubtful.rebuilt;
    let reused = u32::try_from(known.iter().flatten().count()).unwrap_or(u32::MAX);
    timings.reused = reused + settled.reused + doubtful.reused;
    Ok(alone)
}

/// What `work` gives, and how long it took.
fn timed<R>(work: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Give every file its slots in the table. Files start at round numbers, so that a change in one does not
/// renumber all others.
fn number(sources: &[Source<Facts>]) -> Vec<Slots> {
    let mut next = 1;
    let number = |source: &Source<Facts>| {
        let slots = source.facts.plan.as_ref().map_or(Slots { base: next, mutants: 0, probes: 0 }, |plan| plan.slots(next));
        next = (slots.end() + 1).next_multiple_of(64);
        slots
    };
    sources.iter().map(number).collect()
}

fn build(request: &Request<'_>, builder: &Builder<'_>, sources: &[Source<Facts>], slots: &[Slots]) -> anyhow::Result<Built> {
    let files: Vec<FileToBuild<'_>> = sources
        .iter()
        .zip(slots)
        .filter(|(source, _)| source.path.is_relative() && !source.is_build_time)
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
