//! What a gate passes over because a person has accepted it: findings that are waived, and values on record in the
//! baseline that have not grown. Refuses to look at the clock and to know where the record lies.

use std::collections::{HashMap, HashSet};

use super::findings::findings;
use super::identity::identify;
use super::reading::crap_of;
use super::{Finding, Measured, Outside, Population, Row, Scope, State};
use crate::policy::{BASELINE_FILE, Gate, Limit, Metric, Origin, Policy, Recorded, Standing};
use crate::score::{Excused, FileScore, FunctionScore, Part, Scores};
use crate::syntax::tokens_hash;

/// A finding that is waived.
#[derive(Clone, Debug)]
pub struct Waived {
    /// The finding; it fails nothing.
    pub finding: Finding,
    /// Which of the policy's waivers it is.
    pub waiver: usize,
}

/// The entries of one metric with what they are about.
#[derive(Default)]
pub(super) struct Held<'p> {
    functions: HashMap<(usize, u32), &'p Recorded>,
    files: HashMap<usize, &'p Recorded>,
}

/// What a function is on record as.
pub fn place_of(file: &FileScore, function: &FunctionScore) -> String {
    format!("{} {}", file.path, function.function.name)
}

/// The hash of a function's body: what it is known by where its name is gone. `None` where the text was not kept.
pub fn body_of(file: &FileScore, score: &FunctionScore) -> Option<String> {
    let (body, ident) = (file.text.get(score.function.body.range())?, file.text.get(score.function.ident.range())?);
    Some(tokens_hash(body, ident))
}

/// The same of a whole file.
pub(super) fn text_of(file: &FileScore) -> Option<String> {
    (!file.text.is_empty()).then(|| tokens_hash(&file.text, ""))
}

impl<'p> Held<'p> {
    /// The entry of everything of `metric` that has one: the one for its place, else one whose own place is gone and
    /// whose text is this. Each is used once, or code could be copied under it.
    pub(super) fn new(scores: &Scores, policy: &'p Policy, metric: Metric, scope: &Scope) -> Held<'p> {
        let Some(entries) = policy.baseline.entries.get(&metric) else { return Held::default() };
        // In a part of the workspace nobody knows what is gone.
        let mut gone = if scope.is_whole { gone(scores, metric, entries) } else { HashMap::new() };
        let mut moved = |body: &dyn Fn() -> Option<String>| if gone.is_empty() { None } else { gone.remove(body()?.as_str()) };
        let known = |at: &str| policy.baseline.entry(metric, at);
        let mut held = Held::default();
        for (index, file) in scores.files.iter().enumerate() {
            if metric.is_of_files() {
                let entry = known(file.path.as_str()).or_else(|| moved(&|| text_of(file)));
                held.files.extend(entry.map(|entry| (index, entry)));
            }
            for score in file.functions.iter().filter(|_| metric.is_of_functions()) {
                let entry = known(&place_of(file, score)).or_else(|| moved(&|| body_of(file, score)));
                held.functions.extend(entry.map(|entry| ((index, score.function.ident.start), entry)));
            }
        }
        held
    }

    pub(super) fn of_function(&self, file: usize, score: &FunctionScore) -> Option<&'p Recorded> {
        self.functions.get(&(file, score.function.ident.start)).copied()
    }

    pub(super) fn of_file(&self, file: usize) -> Option<&'p Recorded> {
        self.files.get(&file).copied()
    }

    /// What is over `most` and not over its entry.
    fn excuse(&self, part: Part<'_>, metric: Metric, limit: Limit, excused: &mut Excused) {
        let is_held = |value: Option<Measured>, entry: Option<&Recorded>| {
            value.zip(entry).is_some_and(|(value, entry)| !value.holds(limit) && value.holds(Limit::Max(entry.value)))
        };
        let functions = part.indexed_functions().filter(|(file, score)| is_held(value_of(metric, score), self.of_function(*file, score)));
        excused.functions.extend(functions.map(|(file, score)| (file, score.function.ident.start)));
        let files = part.files().filter(|(index, file)| is_held(Some(Measured::Whole(file.value(metric))), self.of_file(*index)));
        excused.files.extend(files.map(|(index, _)| index));
        excused.recorded = excused.functions.len() + excused.files.len();
    }

    /// What grew past its entry is measured against that.
    pub(super) fn tell_grown(&self, findings: &mut [Finding], scores: &Scores) {
        for finding in findings {
            let Some(index) = finding.file else { continue };
            let function = scores.files[index].functions.iter().find(|score| Some(score.function.ident) == finding.span);
            let entry = function.map_or_else(|| self.of_file(index), |score| self.of_function(index, score));
            if let Some(entry) = entry.filter(|_| finding.limit.is_some()) {
                finding.limit = Some(Limit::Max(entry.value));
                finding.label = format!("{}; {BASELINE_FILE} lets {} pass", finding.label, entry.value);
            }
        }
    }
}

/// The entries whose place is gone, by their text.
fn gone<'p>(scores: &Scores, metric: Metric, entries: &'p [Recorded]) -> HashMap<&'p str, &'p Recorded> {
    let places: HashSet<String> = if metric.is_of_files() {
        scores.files.iter().map(|file| file.path.to_string()).collect()
    } else {
        scores.functions().map(|(file, score)| place_of(file, score)).collect()
    };
    let gone = entries.iter().filter(|entry| !places.contains(&entry.at));
    gone.filter_map(|entry| Some((entry.body.as_deref()?, entry))).collect()
}

/// The value of a function; `None` where nothing was measured.
pub(super) fn value_of(metric: Metric, score: &FunctionScore) -> Option<Measured> {
    if metric == Metric::Crap { crap_of(score).map(Measured::Crap) } else { Some(Measured::Whole(score.value(metric))) }
}

/// The limit that a percentage is held to: that of its gate, or where the tree stood when that is less.
pub(super) fn with_floor(gate: &Gate, population: &Population, policy: &Policy) -> Gate {
    let entry = policy.baseline.entry(gate.metric, &population.paths.join(", "));
    match (entry, gate.limit) {
        (Some(entry), Limit::Min(least)) if entry.value < least => {
            let path = policy.baseline.file.clone().unwrap_or_else(|| BASELINE_FILE.into());
            Gate { limit: Limit::Min(entry.value), origin: Origin::File { path, line: entry.line }, ..gate.clone() }
        }
        _ => gate.clone(),
    }
}

/// What `gate` passes over in `part`, and the findings that are waived.
pub(super) fn excuse(part: Part<'_>, gate: &Gate, held: &Held<'_>, policy: &Policy, scope: &Scope) -> (Excused, Vec<Waived>) {
    let mut excused = Excused::default();
    held.excuse(part, gate.metric, gate.limit, &mut excused);
    let waived = waived(part, gate, policy, scope);
    for Waived { finding, .. } in &waived {
        let Some(index) = finding.file else { continue };
        let function = part.scores.files[index].functions.iter().find(|score| Some(score.function.ident) == finding.span);
        match (&finding.mutant, function) {
            (Some(id), _) => drop(excused.mutants.insert(id.clone())),
            (None, Some(found)) => drop(excused.functions.insert((index, found.function.ident.start))),
            (None, None) => drop(excused.files.insert(index)),
        }
    }
    excused.waived = waived.len();
    (excused, waived)
}

/// The findings that the gate would have, were it to fail, and that a waiver in force is about.
fn waived(part: Part<'_>, gate: &Gate, policy: &Policy, scope: &Scope) -> Vec<Waived> {
    let in_force =
        |(_, waiver): &(usize, &crate::policy::Waiver)| waiver.gate == gate.metric && waiver.standing(scope.today) == Standing::InForce;
    let waivers: Vec<_> = policy.waivers.iter().enumerate().filter(in_force).collect();
    if waivers.is_empty() {
        return Vec::new();
    }
    let mut candidates = findings(part, &Row::of(gate, State::Fail));
    identify(&mut candidates, part.scores);
    let waived = candidates.into_iter().filter_map(|finding| {
        let (waiver, _) = waivers.iter().find(|(_, waiver)| waiver.is_about(&finding.fingerprint, finding.mutant.as_deref()))?;
        Some(Waived { finding: Finding { is_failure: false, ..finding }, waiver: *waiver })
    });
    waived.collect()
}

/// Where in the policy's file a waiver stands.
pub(super) fn line_of_policy(policy: &Policy, line: u32) -> Option<Outside> {
    Some(Outside { path: policy.file.clone()?, line: Some(line) })
}
