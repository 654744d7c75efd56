//! The single lane: mutants that no switch can make are made for real, one at a time. First the cheap
//! question, whether the change changes anything: mutants of constants are told apart by their values.
//! Then, for one mutant of each value, the fewest builds and tests that can notice it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Context as _;
use camino::Utf8Path;
use rayon::prelude::*;

use super::Facts;
use super::active::{Fate, Planned};
use super::assemble::Dynamic;
use super::judges::{Examples, Judges};
use super::ledger::Ledger;
use super::recalled;
use super::suite::Measured;
use super::witnesses::{Index, Witnesses};
use crate::build::{Diagnostic, Edit, Lane, LaneBuild, Wanted};
use crate::guard::budget;
use crate::instrument::{ConstantProbes, Probed, probe_constants, value_told};
use crate::mutate::{CONST_CONTEXT, Mutant};
use crate::recall::Recall;
use crate::run::{MutantRun, Pool, TestSet};
use crate::score::Status;
use crate::syntax::parse;
use crate::workspace::Source;

/// More programs than this for each worker are many: what the compiler remembers of the last pays for the next.
const MANY: usize = 2;

/// Tests that take longer are compiled to run faster.
const WORTH_OPTIMIZING: Duration = Duration::from_secs(5);

/// What the lane needs of the run.
pub(super) struct Context<'a> {
    pub(super) lane: &'a Lane<'a>,
    pub(super) sources: &'a [Source<Facts>],
    pub(super) dynamic: &'a Dynamic,
    pub(super) measured: &'a Measured,
    pub(super) pool: &'a Pool,
    pub(super) recall: Option<&'a Recall>,
    pub(super) ledger: &'a Ledger<'a>,
}

/// A mutant in the lane: the file and the mutant's index in it.
pub(super) type Place = (usize, u32);

/// Mutants that give the same program: the first one stands for all.
struct Group {
    places: Vec<Place>,
}

/// A mutant's place and what became of it.
pub(super) type Settled = (Place, Fate);

/// What the lane settled, and how many programs it built for that.
pub(super) struct Lanes {
    pub(super) settled: Vec<Settled>,
    pub(super) rebuilt: u32,
    /// How many were known already.
    pub(super) reused: u32,
}

/// Settle every mutant that must be made alone.
pub(super) fn run(context: &Context<'_>, planned: &Planned, on_done: impl Fn(u64) + Sync) -> anyhow::Result<Lanes> {
    let known = recalled::alone(context.recall, context.sources, planned);
    let (groups, mut settled) = match context.pool.spread(|| group(context, planned, &known)) {
        // The compiler was ended in the middle of it: they stay undone, and what else was settled counts.
        Err(_) if budget::is_over() => Default::default(),
        sorted => sorted?,
    };
    let reused = u32::try_from(known.len()).unwrap_or(u32::MAX);
    settled.extend(known.into_iter().map(|(place, run)| (place, Fate::Ran(run))));
    on_done(settled.len() as u64);
    if groups.is_empty() {
        return Ok(Lanes { settled, rebuilt: 0, reused });
    }
    let rebuilt = u32::try_from(groups.len()).unwrap_or(u32::MAX);
    let are_many = groups.len() > MANY * context.pool.size();
    let mut judged: Vec<(usize, Option<MutantRun>)> = context.pool.spread(|| {
        let witnesses = Index::new(context);
        let judge = |(index, group): (usize, &Group)| {
            if budget::is_over() {
                return Ok((index, None));
            }
            let run = match judge(context, &witnesses, are_many, group.places[0]) {
                Err(_) if budget::is_over() => return Ok((index, None)),
                run => run?,
            };
            for place in &group.places {
                context.ledger.alone(id(context, *place), &run);
            }
            on_done(group.places.len() as u64);
            anyhow::Ok((index, Some(run)))
        };
        // One after the other from the front, where a parallel iterator would begin in the middle, too.
        groups.iter().enumerate().par_bridge().map(judge).collect::<anyhow::Result<_>>()
    })?;
    judged.sort_by_key(|(index, _)| *index);
    let fates = groups.into_iter().zip(judged);
    let fates = fates.filter_map(|(group, (_, run))| Some((group, run?)));
    let fates = fates.flat_map(|(group, run)| group.places.into_iter().map(move |place| (place, Fate::Ran(run.clone()))));
    Ok(Lanes { settled: fates.chain(settled).collect(), rebuilt, reused })
}

/// How many mutants wait for the lane.
pub(super) fn waiting(planned: &Planned) -> u64 {
    planned.fates.iter().flatten().filter(|fate| matches!(fate, Fate::Alone(_))).count() as u64
}

/// Sort the lane's mutants into programs, and settle those that are settled by that.
fn group(context: &Context<'_>, planned: &Planned, known: &BTreeMap<Place, MutantRun>) -> anyhow::Result<(Vec<Group>, Vec<Settled>)> {
    let unknown = |file: usize| alone(context, planned, file).into_iter().filter(move |(mutant, _)| !known.contains_key(&(file, *mutant)));
    let files = (0..context.sources.len()).map(|file| (file, unknown(file).collect()));
    let files: Vec<(usize, Vec<(u32, &Mutant)>)> = files.filter(|(_, mutants): &(_, Vec<_>)| !mutants.is_empty()).collect();
    let values = values(context, &files)?;
    let nothing = Values::default();
    let (mut groups, mut settled) = (Vec::new(), Vec::new());
    for (file, mutants) in files {
        let values = values.get(&file).unwrap_or(&nothing);
        let mut by_value: BTreeMap<(usize, u64), Group> = BTreeMap::new();
        for (index, _) in mutants {
            match values.of(index) {
                Told::Nothing => groups.push(Group { places: vec![(file, index)] }),
                Told::Error(message) => settled.push(((file, index), Fate::Refused(message))),
                Told::Same => settled.push(((file, index), Fate::Ran(same_value()))),
                Told::Value(constant, value) => {
                    by_value.entry((constant, value)).or_insert_with(|| Group { places: Vec::new() }).places.push((file, index));
                }
            }
        }
        groups.extend(by_value.into_values());
    }
    // The compiler may be at a constant for long whose loop no longer ends, so those begin.
    let is_constant = |(file, mutant): Place| matches!(&planned.fates[file][mutant as usize], Fate::Alone(why) if why == CONST_CONTEXT);
    groups.sort_by_key(|group| !is_constant(group.places[0]));
    Ok((groups, settled))
}

/// A mutant that changes no value is a survivor without a run: the program is the same.
fn same_value() -> MutantRun {
    let reason = Some("the constant keeps its value in this build".to_owned());
    MutantRun::without_killer(Status::Survived, reason, TestSet::default())
}

fn alone<'a>(context: &Context<'a>, planned: &Planned, file: usize) -> Vec<(u32, &'a Mutant)> {
    let plan = context.sources[file].facts.plan.iter();
    let mutants = plan.flat_map(|plan| &plan.sites).flat_map(|site| &site.mutants);
    let with_fates = (0..).zip(mutants).zip(&planned.fates[file]);
    with_fates.filter(|(_, fate)| matches!(fate, Fate::Alone(_))).map(|(numbered, _)| numbered).collect()
}

/// What the compiler tells of the constants' values in a file.
#[derive(Default)]
struct Values {
    told: BTreeMap<Probed, Result<u64, String>>,
}

/// What is known of one mutant's value.
enum Told {
    Nothing,
    Error(String),
    Same,
    Value(usize, u64),
}

impl Values {
    fn of(&self, mutant: u32) -> Told {
        let Some((who, told)) = self.told.iter().find(|(who, _)| who.mutant == Some(mutant)) else { return Told::Nothing };
        let original = self.told.get(&Probed { constant: who.constant, mutant: None });
        match (told, original) {
            (Err(message), Some(Ok(_))) => Told::Error(message.clone()),
            (Ok(value), Some(Ok(original))) if value == original => Told::Same,
            (Ok(value), Some(Ok(_))) => Told::Value(who.constant, *value),
            (_, Some(Err(_)) | None) => Told::Nothing,
        }
    }
}

/// A file whose constants are asked for.
struct Asked {
    file: usize,
    probes: ConstantProbes,
}

/// The values of the constants with mutants, by file. All files of a compilation are asked in one go: to check a large
/// crate takes long. Of what is not told then the reason may be another file, so that those are asked alone.
fn values(context: &Context<'_>, files: &[(usize, Vec<(u32, &Mutant)>)]) -> anyhow::Result<BTreeMap<usize, Values>> {
    let mut by_compilation: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    for (stem, asked) in files.par_iter().filter_map(|(file, mutants)| ask(context, *file, mutants)).collect::<Vec<_>>() {
        by_compilation.entry(stem).or_default().push(asked);
    }
    let mut told = BTreeMap::new();
    let mut silent: Vec<(&String, &Asked)> = Vec::new();
    for (stem, asked) in &by_compilation {
        let together = values_of(context, stem, asked)?;
        silent.extend(asked.iter().filter(|one| asked.len() > 1 && together[&one.file].told.is_empty()).map(|one| (stem, one)));
        told.extend(together);
    }
    let alone = silent.into_par_iter().map(|(stem, asked)| values_of(context, stem, std::slice::from_ref(asked)));
    told.extend(alone.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten());
    Ok(told)
}

/// The file with its probes, and the compilation to ask; nothing where there is nothing to ask.
fn ask(context: &Context<'_>, file: usize, mutants: &[(u32, &Mutant)]) -> Option<(String, Asked)> {
    let source = &context.sources[file];
    let probes = probe_constants(&parse(&source.text).ok()?, mutants);
    // Code under different cfgs has different values: only one configuration can be asked.
    let stem = context.dynamic.activity.compilations(&source.path).into_iter().next()?;
    (!probes.probes.is_empty()).then_some((stem, Asked { file, probes }))
}

fn values_of(context: &Context<'_>, stem: &str, asked: &[Asked]) -> anyhow::Result<BTreeMap<usize, Values>> {
    let path = |asked: &Asked| &context.sources[asked.file].path;
    let texts = asked.iter().map(|asked| (path(asked).clone(), asked.probes.text.clone())).collect();
    let said = context.lane.seat().check(&texts, stem)?;
    Ok(asked.iter().map(|asked| (asked.file, read_values(path(asked), &asked.probes, &said))).collect())
}

/// Every probe has an error by design. One without any was hidden by another error of its kind: nothing is
/// known of it.
fn read_values(path: &Utf8Path, probes: &ConstantProbes, said: &[Diagnostic]) -> Values {
    let mut told = BTreeMap::new();
    for error in said.iter().filter(|said| said.is_error()) {
        for place in error.spans.iter().filter(|place| place.is_primary && place.file_name == path.as_str()) {
            let who = probes.probes.iter().find(|(span, _)| span.contains(place.span())).map(|(_, who)| *who);
            let value = place.label.as_deref().and_then(value_told);
            if let Some(who) = who {
                told.insert(who, value.ok_or_else(|| error.summary()));
            }
        }
    }
    Values { told }
}

/// The id of a mutant.
fn id<'a>(context: &Context<'a>, (file, mutant): Place) -> &'a str {
    let plan = context.sources[file].facts.plan.iter();
    plan.flat_map(|plan| &plan.sites).flat_map(|site| &site.mutants).nth(mutant as usize).map_or("", |mutant| &mutant.id)
}

/// Build and run one mutant for real.
fn judge(context: &Context<'_>, witnesses: &Index<'_>, is_one_of_many: bool, (file, mutant): Place) -> anyhow::Result<MutantRun> {
    let source = &context.sources[file];
    let plan = source.facts.plan.iter();
    let change = plan.flat_map(|plan| &plan.sites).flat_map(|site| &site.mutants).nth(mutant as usize);
    let change = change.context("a mutant of the plan")?;
    let witnesses = witnesses.of(file, change);
    let executables = witnesses.as_ref().map(|witnesses| programs(context, witnesses));
    let examples = Examples::of(context, witnesses.as_ref());
    let is_optimized = time_of(context, witnesses.as_ref()) > WORTH_OPTIMIZING;
    let later = if is_one_of_many { only_run(context, witnesses.as_ref()) } else { BTreeSet::new() };
    let documentation = examples.are_wanted();
    let wanted = Wanted { executables: executables.as_ref(), later: &later, documentation, is_one_of_many, is_optimized };
    let (text, direct) = (change.apply(&source.text), context.dynamic.activity.compilations(&source.path));
    let seat = context.lane.seat();
    let run = match seat.build(Edit { path: &source.path, text: &text, direct: &direct }, wanted)? {
        // A procedural macro is tested by compiling: code that uses it and no longer does has noticed the change.
        LaneBuild::Breaks(user, message) if source.is_build_time => {
            let reason = Some(format!("`{user}` no longer compiles: {message}"));
            MutantRun::without_killer(Status::Killed, reason, TestSet::default())
        }
        LaneBuild::Refused(message) | LaneBuild::Breaks(_, message) => MutantRun::refused(message),
        LaneBuild::Built(artifacts) => {
            let witnesses = witnesses.as_ref();
            Judges { context, seat: &seat, wanted, witnesses, examples: &examples }.ask(artifacts)?
        }
    };
    Ok(run)
}

/// How long all tests take that may notice a mutant.
fn time_of(context: &Context<'_>, witnesses: Option<&Witnesses>) -> Duration {
    let Measured { suite, reach, .. } = context.measured;
    let is_witness = |test: &usize| witnesses.is_none_or(|witnesses| witnesses.contains(*test, suite.program(*test)));
    let judging = (0..suite.tests.len()).filter(|test| suite.tests[*test].is_executable() && reach.may_judge(*test));
    judging.filter(is_witness).map(|test| reach.duration(test)).sum()
}

/// The executables that are built to judge a mutant: those of its witnesses.
fn programs(context: &Context<'_>, witnesses: &Witnesses) -> BTreeSet<String> {
    let programs = witnesses.tests.iter().filter_map(|test| context.measured.suite.program(*test)?.file_stem());
    programs.map(str::to_owned).chain(witnesses.stems.iter().cloned()).collect()
}

/// The executables that only run what the mutant changes and mention nothing of it: whether they compile does not hang on
/// it, and they are made when it is their turn to judge.
fn only_run(context: &Context<'_>, witnesses: Option<&Witnesses>) -> BTreeSet<String> {
    witnesses.map(|witnesses| &programs(context, witnesses) - &witnesses.stems).unwrap_or_default()
}
