//! Mutants against the tests that are there while documentation examples are still being built, which occupies one
//! processor at most. Owns which mutants can begin so soon: those of which no earlier run knows anything, and whose
//! verdicts depend on tests alone. Refuses to wait for anything.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use fixedbitset::FixedBitSet;

use super::active::{self, Planned};
use super::assemble::{Dynamic, withdrawn_probes};
use super::new::Chosen;
use super::slow;
use super::{Facts, Memory, Request};
use crate::run::{Begun, Pool, ReachMap, Suite, Work, begin_mutants};
use crate::workspace::Source;

/// What the tests of executables said of mutants before the examples were there.
#[derive(Default)]
pub(super) struct Early {
    /// By the slot that activates the mutant.
    begun: BTreeMap<u32, Begun>,
    /// The slots that tell which functions were entered.
    functions: Vec<u32>,
    /// How long it took.
    pub(super) took: Duration,
}

/// Whether mutants can begin before the examples are there: what earlier runs settled is known only behind them.
pub(super) fn is_possible(request: &Request<'_>, verdicts: &Utf8Path) -> bool {
    let has_memory = request.memory == Memory::Used && verdicts.exists();
    request.with_mutants && request.new.is_none() && !has_memory
}

/// Run what can begin, unless the tests are to be optimized first.
pub(super) fn run(
    sources: &[Source<Facts>],
    dynamic: &Dynamic,
    pool: &Pool,
    build: &slow::Build<'_>,
    suite: &Suite,
    reach: &ReachMap,
) -> anyhow::Result<Early> {
    let start = Instant::now();
    let planned = active::plan(sources, dynamic, reach, Chosen::All);
    let targets = active::plain_targets(sources, &planned);
    if slow::are_dear(build, pool, (suite, reach), targets.iter()) {
        return Ok(Early::default());
    }
    let functions = functions(sources, dynamic);
    let known = vec![None; targets.len()];
    let work = Work { targets: &targets, constants: &[], known: &known, begun: &[], functions: &functions };
    let begun = begin_mutants(pool, suite, reach, work, |_, _| ())?;
    let begun = targets.iter().zip(begun).filter_map(|(target, begun)| Some((target.slot, begun?))).collect();
    Ok(Early { begun, functions, took: start.elapsed() })
}

/// The slots of all functions that tell when they are entered.
fn functions(sources: &[Source<Facts>], dynamic: &Dynamic) -> Vec<u32> {
    let of_file = |(source, slots): (&Source<Facts>, &crate::instrument::Slots)| {
        let plan = source.facts.plan.as_ref()?;
        let withdrawn = withdrawn_probes(plan, dynamic.refusals.get(&source.path));
        let functions = plan.probes.functions.iter().filter(|function| !withdrawn.contains(&function.probe));
        Some(functions.map(|function| slots.probe(function.probe)).collect::<Vec<u32>>())
    };
    sources.iter().zip(&dynamic.slots).filter_map(of_file).flatten().collect()
}

impl Early {
    /// What is begun of the targets, in their order, where `functions` are the slots of those that are asked for now.
    pub(super) fn of(mut self, planned: &Planned, functions: &[u32]) -> Vec<Option<Begun>> {
        if self.begun.is_empty() {
            return Vec::new();
        }
        let places: HashMap<u32, usize> = functions.iter().copied().zip(0..).collect();
        let places: Vec<Option<usize>> = self.functions.iter().map(|slot| places.get(slot).copied()).collect();
        let today = |entered: &mut FixedBitSet| {
            let mut there = FixedBitSet::with_capacity(functions.len());
            entered.ones().filter_map(|function| places[function]).for_each(|function| there.insert(function));
            *entered = there;
        };
        for begun in self.begun.values_mut() {
            match begun {
                Begun::Settled(run) => run.evidence.iter_mut().for_each(|evidence| today(&mut evidence.functions)),
                Begun::Passed { functions, .. } => today(functions),
            }
        }
        planned.targets.iter().map(|target| self.begun.remove(&target.slot)).collect()
    }
}
