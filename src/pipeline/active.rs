//! Which mutants a run can switch on, and what is settled about the others before any test runs.

use std::collections::BTreeSet;

use crate::instrument::FilePlan;
use crate::mutate::{Shape, Site};
use crate::run::{MutantRun, Target};
use crate::score::Status;
use crate::syntax::ConstUse;
use crate::workspace::Source;

use super::Facts;
use super::assemble::Dynamic;
use super::lane::Place;

/// What is known of a mutant.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// A false cfg keeps it out of this build.
    Inactive,
    /// A mark in the code leaves it alone: why.
    Ignored(String),
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
}

impl Planned {
    /// Take over what became of the targets.
    pub(super) fn settle(&mut self, runs: Vec<MutantRun>) {
        let mut runs: Vec<Option<MutantRun>> = runs.into_iter().map(Some).collect();
        for fate in self.fates.iter_mut().flatten() {
            if let Fate::Switched(target) = fate
                && let Some(run) = runs.get_mut(*target).and_then(Option::take)
            {
                *fate = Fate::Ran(run);
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
pub(super) fn plan(sources: &[Source<Facts>], dynamic: &Dynamic) -> Planned {
    let mut planned = Planned { fates: Vec::new(), targets: Vec::new() };
    let called_by_compiler = called_by_compiler(sources);
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
                    &SiteOf { source, plan, site, first, file, group, called_by_compiler: &called_by_compiler },
                    dynamic,
                    &mut fates,
                    &mut planned.targets,
                );
            }
        }
        planned.fates.push(fates);
    }
    planned
}

struct SiteOf<'a> {
    source: &'a Source<Facts>,
    plan: &'a FilePlan,
    site: &'a Site,
    first: u32,
    file: usize,
    group: u32,
    called_by_compiler: &'a BTreeSet<String>,
}

impl SiteOf<'_> {
    /// Whether a const context may run the code while the crate is compiled, where no switch can be seen.
    fn is_run_by_compiler(&self) -> bool {
        let function = self.site.mutants.first().and_then(|mutant| mutant.function.as_deref()).unwrap_or_default();
        let name = function.rsplit("::").next().unwrap_or_default();
        self.site.in_const_fn && self.called_by_compiler.contains(name)
    }
}

/// The names of functions that const contexts of the selected sources may call.
fn called_by_compiler(sources: &[Source<Facts>]) -> BTreeSet<String> {
    let mut all = ConstUse::default();
    for source in sources {
        all.add(source.facts.const_use.clone());
    }
    all.callable()
}

fn sort_site(at: &SiteOf<'_>, dynamic: &Dynamic, fates: &mut Vec<Fate>, targets: &mut Vec<Target>) {
    if let Shape::Ignored { reason } = &at.site.shape {
        fates.extend(at.site.mutants.iter().map(|_| Fate::Ignored(reason.to_string())));
        return;
    }
    for (mutant, index) in at.site.mutants.iter().zip(at.first..) {
        let fate =
            if dynamic.activity.is_active(&at.source.path, &mutant.cfg) { sort_mutant(at, index, dynamic) } else { Some(Fate::Inactive) };
        fates.push(fate.unwrap_or_else(|| {
            let slots = dynamic.slots[at.file];
            targets.push(Target { slot: slots.mutant(index), mark: slots.mutant(at.first), group: at.group });
            Fate::Switched(targets.len() - 1)
        }));
    }
}

/// What the compiler says of an alternative that only the switch wants to be of the original's type.
const OUR_DEMAND: &str = "E0308: `match` arms have incompatible types";

/// What is settled about a mutant that was compiled; nothing when it runs.
fn sort_mutant(at: &SiteOf<'_>, index: u32, dynamic: &Dynamic) -> Option<Fate> {
    if at.source.is_build_time {
        return Some(Fate::Alone("a procedural macro runs inside the compiler".to_owned()));
    }
    let refusals = dynamic.refusals.get(&at.source.path);
    let refused = refusals.and_then(|refusals| refusals.withdrawn.arms.get(&index).or_else(|| refusals.denied.get(&index)));
    if let Some(message) = refused {
        if message.starts_with(OUR_DEMAND) {
            return Some(Fate::Alone("the change is of another type than the original".to_owned()));
        }
        return Some(Fate::Refused(message.clone()));
    }
    if at.is_run_by_compiler() {
        return Some(Fate::Alone("a const context calls this `const fn`".to_owned()));
    }
    let Some(edit) = at.plan.switch_of(index) else {
        let why = match at.site.shape {
            Shape::Rebuild { reason } => reason,
            _ => "a literal over several lines",
        };
        return Some(Fate::Alone(why.to_owned()));
    };
    let is_withdrawn = refusals.is_some_and(|refusals| refusals.withdrawn.edits.contains(&edit));
    is_withdrawn.then(|| Fate::Alone("the compiler refuses a switch here".to_owned()))
}

/// Tests, examples and other crates may call a `const fn` in const contexts that were not looked at: a mutant
/// of one that no test noticed is made for real as well.
pub(super) fn doubt_const_fns(sources: &[Source<Facts>], planned: &mut Planned) {
    for (source, fates) in sources.iter().zip(&mut planned.fates) {
        let sites = source.facts.plan.iter().flat_map(|plan| &plan.sites);
        let in_const_fn = sites.flat_map(|site| site.mutants.iter().map(|_| site.in_const_fn));
        for (fate, _) in fates.iter_mut().zip(in_const_fn).filter(|(_, in_const_fn)| *in_const_fn) {
            if let Fate::Ran(MutantRun { status: Status::Survived | Status::NoCoverage, .. }) = fate {
                *fate = Fate::Alone("a const context may call this `const fn`".to_owned());
            }
        }
    }
}

/// The status of a mutant that was not run.
pub(super) fn status_of(fate: &Fate) -> (Status, Option<String>) {
    match fate {
        Fate::Inactive => (Status::NoCoverage, Some("not compiled in this configuration".to_owned())),
        Fate::Ignored(reason) => (Status::Ignored, Some(reason.clone())),
        Fate::Refused(message) => (Status::CompileError, Some(message.clone())),
        Fate::Switched(_) => (Status::Pending, None),
        Fate::Alone(why) => (Status::Pending, Some(why.clone())),
        Fate::Ran(run) => (run.status, run.reason.clone()),
    }
}
