//! The record of old code after a run: what became better is tightened, what is gone is taken out. Only on request is
//! something added or let go further. Owns what is recorded; refuses to write it.

use std::collections::BTreeMap;

use super::excuse::{Held, body_of, place_of, text_of, value_of};
use super::reading::{Reading, read};
use super::shown::percent;
use super::{Measured, Population, Scope, populations};
use crate::policy::{Baseline, Decimal, Gate, Metric, Policy, Recorded};
use crate::score::{Part, Scores};

/// A new record and how it differs from the old one.
#[derive(Debug)]
pub struct Ratchet {
    /// The record.
    pub baseline: Baseline,
    /// Every difference, by metric and place.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub metric: Metric,
    /// The place of the entry.
    pub at: String,
    /// What was on record.
    pub from: Option<Decimal>,
    /// What is now.
    pub to: Option<Decimal>,
}

impl Change {
    /// Whether more is let pass than before.
    pub fn is_looser(&self) -> bool {
        match (self.from, self.to) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(from), Some(to)) if self.metric.is_percentage() => to < from,
            (Some(from), Some(to)) => to > from,
        }
    }
}

/// The record after a run. Without `accept` it is nowhere looser than before. What the run did not measure stays as it
/// was.
pub fn ratchet(scores: &Scores, policy: &Policy, scope: &Scope, accept: bool) -> Ratchet {
    let mut entries = BTreeMap::new();
    for metric in Metric::ALL.into_iter().filter(|metric| *metric != Metric::Tests) {
        let old = policy.baseline.entries.get(&metric).map_or(&[][..], Vec::as_slice);
        let mut bench = Bench { scores, policy, metric, accept, old: Held::new(scores, policy, metric, scope), found: Vec::new() };
        let is_measured = scope.contains(metric) && policy.has_gate(metric) && bench.measure();
        let elsewhere = old.iter().filter(|entry| !is_measured || (!scope.is_whole && !is_in(scores, metric, &entry.at)));
        let mut found: Vec<Recorded> = if is_measured { one_for_each_place(bench.found) } else { Vec::new() };
        found.extend(elsewhere.cloned());
        found.sort();
        entries.insert(metric, found);
    }
    entries.retain(|_, found| !found.is_empty());
    let baseline = Baseline { file: policy.baseline.file.clone(), entries };
    Ratchet { changes: changes(&policy.baseline, &baseline), baseline }
}

/// Of several functions of one name, each for another `cfg`, the largest.
fn one_for_each_place(mut found: Vec<Recorded>) -> Vec<Recorded> {
    found.sort_by(|one, other| one.at.cmp(&other.at).then(other.value.cmp(&one.value)));
    found.dedup_by(|one, other| one.at == other.at);
    found
}

/// Whether the run has looked at the place of an entry.
fn is_in(scores: &Scores, metric: Metric, at: &str) -> bool {
    metric.is_percentage()
        || scores.files.iter().any(|file| at.strip_prefix(file.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

/// One metric.
struct Bench<'a> {
    scores: &'a Scores,
    policy: &'a Policy,
    metric: Metric,
    accept: bool,
    old: Held<'a>,
    found: Vec<Recorded>,
}

impl Bench<'_> {
    /// Record every population of the metric. False when something of it was not measured.
    fn measure(&mut self) -> bool {
        let populations = populations(self.scores, self.policy, self.metric);
        let of_gates = populations.iter().filter_map(|(gate, population)| Some((*gate.as_ref()?, population)));
        for (gate, population) in of_gates.collect::<Vec<_>>() {
            let part = population.of(self.scores);
            match read(part, self.metric) {
                Reading::Whole(measured) => self.record(gate, population, part, measured),
                Reading::Nothing => {}
                Reading::Part { .. } | Reading::Missing(_) => return false,
            }
        }
        true
    }

    fn record(&mut self, gate: &Gate, population: &Population, part: Part<'_>, measured: Measured) {
        if self.metric.is_percentage() {
            let at = population.paths.join(", ");
            let old = self.policy.baseline.entry(self.metric, &at).cloned();
            self.push(gate, measured, old.as_ref(), at, || None);
        } else if self.metric.is_of_files() {
            for (index, file) in part.files() {
                let old = self.old.of_file(index).cloned();
                let value = Measured::Whole(file.value(self.metric));
                self.push(gate, value, old.as_ref(), file.path.to_string(), || text_of(file));
            }
        } else {
            for (index, score) in part.indexed_functions() {
                let file = &self.scores.files[index];
                let old = self.old.of_function(index, score).cloned();
                if let Some(value) = value_of(self.metric, score) {
                    self.push(gate, value, old.as_ref(), place_of(file, score), || body_of(file, score));
                }
            }
        }
    }

    /// What holds needs no record; what does not has one if it had one, or if it may.
    fn push(&mut self, gate: &Gate, measured: Measured, old: Option<&Recorded>, at: String, body: impl FnOnce() -> Option<String>) {
        if measured.holds(gate.limit) || (old.is_none() && !self.accept) {
            return;
        }
        let now = recordable(measured);
        let value = match old.map(|old| old.value) {
            Some(old) if !self.accept && self.metric.is_percentage() => old.max(now),
            Some(old) if !self.accept => old.min(now),
            _ => now,
        };
        self.found.push(Recorded { at, value, body: body(), line: 0 });
    }
}

/// A value as it is written: with two digits behind the point, rounded so that it still holds.
fn recordable(measured: Measured) -> Decimal {
    const STEP: u64 = 10_000;
    match measured {
        Measured::Ratio(ratio) => Decimal { millionths: percent(ratio).millionths / STEP * STEP },
        Measured::Crap(crap) => Decimal { millionths: crap.score().millionths.div_ceil(STEP) * STEP },
        Measured::Whole(value) => Decimal::whole(value),
        Measured::Tests { .. } | Measured::Check(_) => Decimal::whole(0),
    }
}

fn changes(old: &Baseline, new: &Baseline) -> Vec<Change> {
    let mut changes = Vec::new();
    for metric in Metric::ALL {
        let places = [old, new].into_iter().flat_map(|baseline| baseline.entries.get(&metric).into_iter().flatten());
        let places: std::collections::BTreeSet<&str> = places.map(|entry| entry.at.as_str()).collect();
        for at in places {
            let value = |of: &Baseline| of.entry(metric, at).map(|entry| entry.value);
            let change = Change { metric, at: at.to_owned(), from: value(old), to: value(new) };
            changes.extend(Some(change).filter(|change| change.from != change.to));
        }
    }
    changes
}
