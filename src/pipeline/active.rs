//! Which mutants a run can switch on, and what is settled about the others before any test runs.

use std::collections::BTreeSet;

use crate::build::Refusals;
use crate::guard::budget;
use crate::instrument::FilePlan;
use crate::mutate::{CONST_CONTEXT, Shape, Site};
use crate::run::{MutantRun, ReachMap, Target};
use crate::score::Status;
use crate::syntax::ConstUse;
use crate::workspace::Source;

use super::Facts;
use super::assemble::Dynamic;
use super::computed::Computed;
use super::lane::Place;
use super::new::Chosen;

/// What is known of a mutant.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// A false cfg keeps it out of this build.
    Inactive,
    /// A mark in the code leaves it alone: why.
    Ignored(String),
    /// It lies outside of the change that is judged.
    Elsewhere,
    /// Settled by the compiler.
    Refused(String),
    /// It runs: the index among the targets.
    Switched(usize),
    /// No switch can make it: why.
    Alone(String),
    /// It ran.
    Ran(MutantRun),
}

/// The fates of all mutants, by file and index, and the targets of those that run.
pub(super) struct Planned {
    pub(super) fates: Vec<Vec<Fate>>,
    pub(super) targets: Vec<Target>,
    /// Of each target, the slots that tell which constants were computed that it may spoil.
    pub(super) constants: Vec<Vec<u32>>,
    /// What the compiler alone runs.
    const_use: ConstUse,
}

impl Planned {
    /// Take over what became of the targets. Some must be made for real after all.
    pub(super) fn settle(&mut self, mut runs: Vec<Option<MutantRun>>) {
        for fate in self.fates.iter_mut().flatten() {
            if let Fate::Switched(target) = fate
                && let Some(run) = runs.get_mut(*target).and_then(Option::take)
            {
                *fate = match run {
                    MutantRun { status: Status::Pending, reason, .. } => Fate::Alone(reason.unwrap_or_default()),
                    run => Fate::Ran(run),
                };
            }
        }
    }
}

impl Planned {
    /// Take over what the single lane settled.
    pub(super) fn take(&mut self, settled: Vec<(Place, Fate)>) {
        for ((file, mutant), fate) in settled {
            self.fates[file][mutant as usize] = fate;
        }
    }
}

/// Sort the mutants of all files.
pub(super) fn plan(sources: &[Source<Facts>], dynamic: &Dynamic, reach: &ReachMap, chosen: Chosen<'_>) -> Planned {
    let computed = Computed::of(sources, dynamic, reach);
    let called_by_compiler = computed.const_use().callable();
    let (targets, constants) = (Vec::new(), Vec::new());
    let mut planned = Planned { fates: Vec::new(), targets, constants, const_use: computed.const_use().clone() };
    let mut group = 0;
    for (file, source) in sources.iter().enumerate() {
        let mut fates = Vec::new();
        if let Some(plan) = &source.facts.plan {
            let mut function = None;
            for site in &plan.sites {
                let next = site.mutants.first().and_then(|mutant| mutant.function.as_deref());
                group += u32::from(next != function || fates.is_empty());
                function = next;
                let first = u32::try_from(fates.len()).unwrap_or(u32::MAX);
                sort_site(
                    &SiteOf {
                        source,
                        plan,
                        site,
                        first,
                        file,
                        group,
                        called_by_compiler: &called_by_compiler,
                        computed: &computed,
                        chosen,
                    },
                    dynamic,
                    &mut fates,
                    &mut planned,
                );
            }
        }
        planned.fates.push(fates);
    }
    planned
}

/// The targets on which nothing depends but what tests do: no constant takes their code.
pub(super) fn plain_targets(sources: &[Source<Facts>], planned: &Planned) -> Vec<Target> {
    let of_file = |(source, fates): (&Source<Facts>, &Vec<Fate>)| {
        let sites = source.facts.plan.iter().flat_map(|plan| &plan.sites);
        let is_plain = sites.flat_map(|site| site.mutants.iter().map(|_| !site.in_const_fn && !site.in_value));
        let plain = is_plain.zip(fates).filter(|(is_plain, _)| *is_plain);
        let targets = plain.filter_map(|(_, fate)| if let Fate::Switched(target) = fate { Some(*target) } else { None });
        targets.map(|target| planned.targets[target]).collect::<Vec<_>>()
    };
    sources.iter().zip(&planned.fates).flat_map(of_file).collect()
}

struct SiteOf<'a> {
    source: &'a Source<Facts>,
    plan: &'a FilePlan,
    site: &'a Site,
    first: u32,
    file: usize,
    group: u32,
    called_by_compiler: &'a BTreeSet<String>,
    computed: &'a Computed,
    /// Which mutants are run.
    chosen: Chosen<'a>,
}

impl SiteOf<'_> {
    /// Whether a const context may run the code while the crate is compiled, where no switch can be seen.
    fn is_run_by_compiler(&self) -> bool {
        self.site.in_const_fn && self.called_by_compiler.contains(function_name(self.site))
    }

    /// Whether it is part of a constant's value that the compiler alone computes.
    fn is_lost_in_constant(&self) -> bool {
        let is_computed = || self.plan.companion_of(self.site).is_some_and(|companion| self.computed.is_living(self.file, companion));
        self.site.in_value && !is_computed()
    }

    /// The slots of the constants that its mutants may spoil besides the one that it is part of.
    fn constants(&self) -> Vec<u32> {
        if self.site.in_const_fn { self.computed.taking(function_name(self.site)) } else { Vec::new() }
    }
}

/// The last part of the name of the function that a site lies in.
fn function_name(site: &Site) -> &str {
    let function = site.mutants.first().and_then(|mutant| mutant.function.as_deref()).unwrap_or_default();
    function.rsplit("::").next().unwrap_or_default()
}

fn sort_site(at: &SiteOf<'_>, dynamic: &Dynamic, fates: &mut Vec<Fate>, planned: &mut Planned) {
    if let Shape::Ignored { reason } = &at.site.shape {
        fates.extend(at.site.mutants.iter().map(|_| Fate::Ignored(reason.to_string())));
        return;
    }
    for (mutant, index) in at.site.mutants.iter().zip(at.first..) {
        let fate =
            if dynamic.activity.is_active(&at.source.path, &mutant.cfg) { sort_mutant(at, index, dynamic) } else { Some(Fate::Inactive) };
        fates.push(fate.unwrap_or_else(|| {
            let slots = dynamic.slots[at.file];
            planned.targets.push(Target { slot: slots.mutant(index), mark: slots.mutant(at.first), group: at.group });
            planned.constants.push(at.constants());
            Fate::Switched(planned.targets.len() - 1)
        }));
    }
}

/// What the compiler says of an alternative that only the switch wants to be of the original's type.
const OUR_DEMAND: &str = "E0308: `match` arms have incompatible types";

/// What is settled about a mutant that was compiled; nothing when it runs.
fn sort_mutant(at: &SiteOf<'_>, index: u32, dynamic: &Dynamic) -> Option<Fate> {
    let mutant = at.site.mutants.get((index - at.first) as usize);
    if !mutant.is_some_and(|mutant| at.chosen.has(at.source, mutant)) {
        return Some(Fate::Elsewhere);
    }
    if at.source.is_build_time {
        return Some(Fate::Alone("a procedural macro runs inside the compiler".to_owned()));
    }
    let refusals = dynamic.refusals.get(&at.source.path);
    if let Some(fate) = refusals.and_then(|refusals| left_out(refusals, index)) {
        return Some(fate);
    }
    if let Shape::Refused { message } = at.site.shape {
        return Some(Fate::Refused(message.to_owned()));
    }
    if at.is_run_by_compiler() {
        return Some(Fate::Alone("a const context calls this `const fn`".to_owned()));
    }
    if at.is_lost_in_constant() {
        return Some(Fate::Alone(CONST_CONTEXT.to_owned()));
    }
    let Some(edit) = at.plan.switch_of(index) else {
        let why = match at.site.shape {
            Shape::Rebuild { reason } => reason,
            _ => "a literal over several lines",
        };
        return Some(Fate::Alone(why.to_owned()));
    };
    let is_withdrawn = refusals.is_some_and(|refusals| refusals.withdrawn.edits.contains(&edit));
    is_withdrawn.then(|| Fate::Alone(NO_SWITCH_HERE.to_owned()))
}

/// What becomes of a mutant whose alternative the compiler has not accepted.
fn left_out(refusals: &Refusals, index: u32) -> Option<Fate> {
    let Refusals { withdrawn, denied, .. } = refusals;
    let fate = match withdrawn.arms.get(&index).or_else(|| denied.get(&index)) {
        Some(message) if message.starts_with(OUR_DEMAND) => Fate::Alone("the change is of another type than the original".to_owned()),
        Some(message) => Fate::Refused(message.clone()),
        None if withdrawn.doubted.contains(&index) => Fate::Alone("the compiler refuses it beside others".to_owned()),
        None => return None,
    };
    Some(fate)
}

const NO_SWITCH_HERE: &str = "the compiler refuses a switch here";

/// So many withdrawn switches of one file are no accident.
const TOO_MANY: usize = 50;

/// Files whose mutants are built one at a time because the instrumented text did not compile: slow, and our
/// mistake.
pub(super) fn warnings(sources: &[Source<Facts>], planned: &Planned) -> Vec<String> {
    let count = |fates: &[Fate]| fates.iter().filter(|fate| matches!(fate, Fate::Alone(why) if why == NO_SWITCH_HERE)).count();
    let counts = sources.iter().zip(&planned.fates).map(|(source, fates)| (&source.path, count(fates)));
    let telling = counts.filter(|(_, count)| *count > TOO_MANY);
    telling
        .map(|(path, count)| {
            format!("{path}: the compiler refuses {count} switches, so these mutants are built one at a time; please report this file")
        })
        .collect()
}

/// Tests, examples and what macros and documentation hide may call a `const fn` in const contexts: a mutant of
/// one that no test noticed is made for real as well. `outside` are the files that were compiled and are no
/// sources.
pub(super) fn doubt_const_fns(sources: &[Source<Facts>], outside: impl FnOnce() -> ConstUse, planned: &mut Planned) {
    let mut doubtful = doubtful(sources, &mut planned.fates).peekable();
    if doubtful.peek().is_none() {
        return;
    }
    let mut used = planned.const_use.clone();
    used.add(outside());
    let suspected = used.suspected();
    for (fate, name) in doubtful {
        if suspected.as_ref().is_none_or(|suspected| suspected.contains(name)) {
            *fate = Fate::Alone("a const context may call this `const fn`".to_owned());
        }
    }
}

/// The mutants of `const fn`s that no test noticed, with the functions' names.
fn doubtful<'a>(sources: &'a [Source<Facts>], fates: &'a mut [Vec<Fate>]) -> impl Iterator<Item = (&'a mut Fate, &'a str)> {
    let of_file = |(source, fates): (&'a Source<Facts>, &'a mut Vec<Fate>)| {
        let sites = source.facts.plan.iter().flat_map(|plan| &plan.sites);
        let functions = sites.flat_map(|site| site.mutants.iter().map(move |_| site.in_const_fn.then(|| function_name(site))));
        fates.iter_mut().zip(functions)
    };
    let unnoticed = |fate: &Fate| matches!(fate, Fate::Ran(MutantRun { status: Status::Survived | Status::NoCoverage, .. }));
    let all = sources.iter().zip(fates).flat_map(of_file);
    all.filter_map(move |(fate, name)| Some((fate, name?)).filter(|(fate, _)| unnoticed(fate)))
}

/// What the budget left undone; nothing when it was enough.
pub(super) fn late(planned: &Planned) -> Option<String> {
    let left = planned.fates.iter().flatten().filter(|fate| matches!(fate, Fate::Switched(_) | Fate::Alone(_))).count();
    let mutants = if left == 1 { "1 mutant was".to_owned() } else { format!("{left} mutants were") };
    let is_late = left > 0 && budget::is_over();
    is_late.then(|| format!("{}: {mutants} not run; run again to go on where this run ended", budget::used_up()))
}

/// The status of a mutant that was not run.
pub(super) fn status_of(fate: &Fate) -> (Status, Option<String>) {
    match fate {
        Fate::Inactive => (Status::NoCoverage, Some("not compiled in this configuration".to_owned())),
        Fate::Ignored(reason) => (Status::Ignored, Some(reason.clone())),
        Fate::Refused(message) => (Status::CompileError, Some(message.clone())),
        Fate::Elsewhere => (Status::Pending, Some("not in the change".to_owned())),
        Fate::Switched(_) => (Status::Pending, None),
        Fate::Alone(why) => (Status::Pending, Some(why.clone())),
        Fate::Ran(run) => (run.status, run.reason.clone()),
    }
}
