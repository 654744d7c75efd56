//! Scores × policy → [`Verdict`]. Owns comparison, which is exact; refuses to measure, to print and to
//! read anything.
//!
//! What could not be measured never passes: a gate whose population is empty is inconclusive, unless the
//! code itself shows that there is nothing of that kind (no branch in code whose lines were measured, no
//! mutation site in any file); then it is not applicable, which holds and is said.

pub mod accuse;
mod against;
mod attempts;
mod checks;
mod codes;
mod distance;
mod excuse;
mod findings;
mod identity;
mod marks;
mod ratchet;
mod reading;
mod shown;
mod text;
mod untaken;
mod waivers;

pub use crate::measure::Crap;
pub use against::{Accusation, Against};
pub use codes::{AboutCode, CODES, GATE_FAILS, INCONCLUSIVE, about_code};
pub use distance::Distance;
pub use excuse::{Waived, body_of, place_of};
pub use findings::EXAMPLE;
#[cfg(test)]
pub(crate) use identity::identify;
pub use ratchet::{Change, Ratchet, ratchet};
pub use text::one_line;

use std::collections::{BTreeSet, HashMap};

use camino::Utf8PathBuf;
use chrono::NaiveDate;

use crate::coverage::Ratio;
use crate::policy::{Gate, Limit, Metric, Override, Policy};
use crate::run::Exit;
use crate::score::{Excused, Part, Scores};
use crate::syntax::Span;

use excuse::Held;

/// What a run was asked to judge, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    metrics: BTreeSet<Metric>,
    /// The day, on which it depends what is waived. Without one nothing is.
    pub today: NaiveDate,
    /// Whether the run looks at every package of the workspace, so that what it does not find is not there.
    pub is_whole: bool,
}

impl Scope {
    /// All of them.
    pub fn all() -> Self {
        Self::only(Metric::ALL)
    }

    /// Those that need no compilation.
    pub fn quick() -> Self {
        Self::only(Metric::ALL.into_iter().filter(|metric| metric.is_static()))
    }

    /// The given ones.
    pub fn only(metrics: impl IntoIterator<Item = Metric>) -> Self {
        Self { metrics: metrics.into_iter().collect(), today: NaiveDate::MIN, is_whole: true }
    }

    /// The same on the day `today`, in a run that looks at every package or not.
    #[must_use]
    pub fn on(self, today: NaiveDate, is_whole: bool) -> Self {
        Self { today, is_whole, ..self }
    }

    /// Whether `metric` is to be judged, if the policy has a gate on it.
    pub fn contains(&self, metric: Metric) -> bool {
        self.metrics.contains(&metric)
    }
}

/// Judge `scores` by the gates of `policy` that `scope` asks for.
pub fn judge(scores: &Scores, policy: &Policy, scope: &Scope) -> Verdict {
    judge_against(scores, policy, scope, None)
}

/// The same for a change: what is new is judged by gates of its own, and what is held against the change is judged
/// whatever was asked for. Of the mutants only those of the change were run, so no row speaks of all.
pub fn judge_against(scores: &Scores, policy: &Policy, scope: &Scope, against: Option<&Against>) -> Verdict {
    let (problems, told) = (scores.problems.clone(), Told::default());
    let mut bench = Bench { scores, policy, scope, has_base: against.is_some(), rows: Vec::new(), told, waived: Vec::new(), problems };
    for metric in Metric::ALL {
        bench.judge_all(metric);
    }
    for judged in checks::rows(scores, policy) {
        bench.add(judged.row, judged.finding);
        bench.problems.extend(judged.problem);
    }
    for (row, findings) in against.iter().flat_map(|against| against::judge(against, &policy.levels, scores)) {
        bench.add(row, findings);
    }
    if bench.problems.is_empty() && !bench.rows.iter().any(|row| row.state.is_judged()) {
        bench.problems.push("no gate was judged: the policy sets none of those asked for; choose others, or add them to it".to_owned());
    }
    if let Some((row, findings)) = waivers::row(scores, policy, scope, &bench.rows, &bench.waived) {
        bench.add(row, findings);
    }
    let Bench { rows, told, waived, problems, .. } = bench;
    let mut findings = told.findings();
    identity::identify(&mut findings, scores);
    marks::mark(&mut findings, scores);
    Verdict { outcome: outcome(&rows, &problems), rows, findings, waived, problems }
}

/// What is being judged and what has come of it so far.
struct Bench<'a> {
    scores: &'a Scores,
    policy: &'a Policy,
    scope: &'a Scope,
    /// Whether it is a run against a base.
    has_base: bool,
    rows: Vec<Row>,
    told: Told,
    waived: Vec<Waived>,
    problems: Vec<String>,
}

impl Bench<'_> {
    /// Judge everything that the policy says of `metric`.
    fn judge_all(&mut self, metric: Metric) {
        let (scores, policy) = (self.scores, self.policy);
        let held = Held::new(scores, policy, metric, self.scope);
        // A number for those who set a limit on it.
        let is_wanted = metric != Metric::SurvivingMutants || policy.has_gate(metric);
        for (gate, population) in populations(scores, policy, metric).into_iter().filter(|_| is_wanted) {
            self.judge(metric, gate, population, &held);
        }
        for gate in policy.new.gates_to_judge(policy, self.has_base, metric) {
            self.judge(metric, Some(&gate), Population { is_new: true, ..Population::default() }, &Held::default());
        }
    }

    /// Judge one population by one gate.
    fn judge(&mut self, metric: Metric, gate: Option<&Gate>, mut population: Population, held: &Held<'_>) {
        // What is new has to hold the full limit.
        let gate = gate.map(|gate| if population.is_new { gate.clone() } else { excuse::with_floor(gate, &population, self.policy) });
        if let Some(gate) = gate.as_ref().filter(|_| self.scope.contains(metric)) {
            let (excused, waived) = excuse::excuse(population.of(self.scores), gate, held, self.policy, self.scope);
            population.excused = excused;
            self.waived.extend(waived);
        }
        let part = population.of(self.scores);
        let is_known = population.is_new == self.has_base || (!population.is_new && !metric.needs_mutants());
        let (reading, state, problem) = if is_known { stand(part, metric, gate.as_ref(), self.scope) } else { unknown(gate.as_ref()) };
        let name = population.name(metric);
        let mut row = Row { metric, name, gate, measured: reading, state, findings: 0, population: Population::default() };
        let mut found = findings::findings(part, &row);
        held.tell_grown(&mut found, self.scores);
        row.findings = found.len();
        row.population = population;
        self.add(row, found);
        let problem = problem.filter(|problem| !self.problems.contains(problem));
        self.problems.extend(problem);
    }

    fn add(&mut self, row: Row, findings: impl IntoIterator<Item = Finding>) {
        self.rows.push(row);
        self.told.add(findings);
    }
}

/// Who is judged on `metric`: the files of each override that decides about it for some, and all others.
fn populations<'p>(scores: &Scores, policy: &'p Policy, metric: Metric) -> Vec<(Option<&'p Gate>, Population)> {
    let setting = policy.overrides.iter().enumerate().filter_map(|(index, set)| Some((index, set, set.gate(metric)?)));
    let setting: Vec<_> = setting.collect();
    if setting.is_empty() {
        return vec![(policy.gate(metric), Population::default())];
    }
    let decides: Vec<Option<usize>> = scores.files.iter().map(|file| policy.override_of(metric, &file.path)).collect();
    let files = |index: Option<usize>| Some((0..decides.len()).filter(|file| decides[*file] == index).collect());
    let rest = (policy.gate(metric), Population { files: files(None), ..Population::default() });
    let of_override = |(index, set, gate): (usize, &Override, &'p Gate)| {
        let (paths, reason, files) = (set.paths.clone(), Some(set.reason.clone()), files(Some(index)));
        (Some(gate), Population { paths, reason, files, ..Population::default() })
    };
    std::iter::once(rest).chain(setting.into_iter().map(of_override)).collect()
}

/// What was measured of `metric`, how it stands, and why it is inconclusive if it is and nothing else says so.
fn stand(part: Part<'_>, metric: Metric, gate: Option<&Gate>, scope: &Scope) -> (Option<Measured>, State, Option<String>) {
    let Some(set) = gate else {
        return (reading::read(part, metric).measured(), State::NoLimit, None);
    };
    if !scope.contains(metric) {
        return (None, State::NotRun, None);
    }
    let reading = reading::read(part, metric);
    (reading.measured(), reading.state(set.limit), reading.problem())
}

/// A row that this run cannot measure by its nature.
fn unknown(gate: Option<&Gate>) -> (Option<Measured>, State, Option<String>) {
    (None, if gate.is_some() { State::NotRun } else { State::NoLimit }, None)
}

/// Findings, each told once: what fails the whole tree fails what is new in it, too, and a mutant may fail two
/// gates. One that fails a gate stands for one that does not.
#[derive(Default)]
struct Told {
    findings: Vec<Option<Finding>>,
    known: HashMap<Key, usize>,
}

/// What a finding is about.
type Key = (&'static str, Option<usize>, Option<Span>, Option<String>, Option<String>);

impl Told {
    fn add(&mut self, found: impl IntoIterator<Item = Finding>) {
        let first = self.findings.len();
        for finding in found {
            let key = (finding.code, finding.file, finding.span, finding.mutant.clone(), finding.symbol.clone());
            // Those of one row are different things, however alike they are.
            let known = self.known.get(&key).copied().filter(|at| *at < first);
            let is_told = |at: usize| self.findings[at].as_ref().is_some_and(|known| known.is_failure || !finding.is_failure);
            if known.is_some_and(is_told) {
                continue;
            }
            if let Some(at) = known {
                self.findings[at] = None;
            }
            self.known.insert(key, self.findings.len());
            self.findings.push(Some(finding));
        }
    }

    fn findings(self) -> Vec<Finding> {
        self.findings.into_iter().flatten().collect()
    }
}

fn outcome(rows: &[Row], problems: &[String]) -> Outcome {
    let any = |state| rows.iter().any(|row| row.state == state);
    if any(State::Fail) {
        Outcome::Fail
    } else if any(State::Inconclusive) || !problems.is_empty() {
        Outcome::Inconclusive
    } else {
        Outcome::Pass
    }
}

/// The answer of a run.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The whole.
    pub outcome: Outcome,
    /// One row per metric in the order of [`Metric::ALL`], those without a gate included (but `surviving-mutants`);
    /// behind it one for each override of the metric, and one for what is new. Last what is held against a change.
    pub rows: Vec<Row>,
    /// What to act on, worst first within a metric, metrics in order.
    pub findings: Vec<Finding>,
    /// Findings that a waiver in force is about: they are in no row.
    pub waived: Vec<Waived>,
    /// What had to be measured and could not be, each with the next step. Where there is one, the run is at
    /// best inconclusive; a gate that fails besides makes it fail.
    pub problems: Vec<String>,
}

/// The verdict over all gates. A failure outranks what could not be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every gate holds.
    Pass,
    /// At least one gate was measured and does not hold.
    Fail,
    /// Something that had to be measured could not be.
    Inconclusive,
}

impl Outcome {
    /// The exit code of the process.
    pub const fn exit_code(self) -> u8 {
        match self {
            Outcome::Pass => 0,
            Outcome::Fail => 1,
            Outcome::Inconclusive => 3,
        }
    }
}

/// One metric: what was measured, against what, and how it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is measured.
    pub metric: Metric,
    /// What reports call it: the metric's name, or one that says more where a metric has several rows.
    pub name: String,
    /// The gate; `None` when the policy sets none.
    pub gate: Option<Gate>,
    /// What was measured; `None` when nothing was.
    pub measured: Option<Measured>,
    /// How it stands.
    pub state: State,
    /// How many findings it has.
    pub findings: usize,
    /// Which files it is about.
    pub population: Population,
}

/// The files that a row is about. A file is in one row of each metric: in that of the override that decides
/// about it, else in the first.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// The globs of the override; none for all files that no override takes out.
    pub paths: Vec<String>,
    /// Why they have a limit of their own, in the words of the policy's author.
    pub reason: Option<String>,
    /// Sorted indices into [`Scores::files`]; `None` for all.
    pub files: Option<Vec<usize>>,
    /// Whether it is only about what is new since the base.
    pub is_new: bool,
    /// What of them is passed over.
    pub excused: Excused,
}

impl Population {
    /// Its files among the measured ones, without what is passed over.
    pub fn of<'s>(&'s self, scores: &'s Scores) -> Part<'s> {
        let part = match &self.files {
            _ if self.is_new => scores.new_code(),
            Some(files) => scores.part(files),
            None => scores.whole(),
        };
        part.without(&self.excused)
    }

    /// What a row of `metric` over it is called.
    fn name(&self, metric: Metric) -> String {
        if self.is_new { format!("{} (new)", metric.name()) } else { metric.name().to_owned() }
    }
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It had to be measured and could not be.
    Inconclusive,
    /// It holds because the code has nothing of the kind: no branch, no function, no mutation site. To be
    /// shown as "n/a", never as a measured pass.
    NotApplicable,
    /// Left out on request (`--quick`, `--only`): neither a pass nor a fail.
    NotRun,
    /// The policy sets no limit.
    NoLimit,
}

impl State {
    /// Whether a gate was judged at all.
    pub const fn is_judged(self) -> bool {
        !matches!(self, State::NotRun | State::NoLimit)
    }
}

/// A measured value, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Passed tests and failed ones.
    Tests {
        /// How many passed.
        passed: u32,
        /// How many failed.
        failed: u32,
    },
    /// Hit of all, for percentages.
    Ratio(Ratio),
    /// The largest value of a whole-number metric.
    Whole(u32),
    /// The largest CRAP score.
    Crap(Crap),
    /// How a command ended.
    Check(Exit),
}

/// Something that keeps a gate from holding, or a survivor worth reading.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The gate it belongs to.
    pub metric: Metric,
    /// Its stable code, one of [`CODES`].
    pub code: &'static str,
    /// Whether it keeps the gate from holding (a survivor under a passing mutation score does not).
    pub is_failure: bool,
    /// Index into [`crate::score::Scores::files`]; `None` for findings without a place.
    pub file: Option<usize>,
    /// What to point at.
    pub span: Option<Span>,
    /// Where, for findings on what is no measured source: a policy, a manifest, a file that is gone.
    pub outside: Option<Outside>,
    /// What to point at besides, in the same file, in order.
    pub marks: Vec<Mark>,
    // All texts are of one line, with control characters escaped.
    /// Without place: ``no test notices `>` replaced by `>=` ``.
    pub title: String,
    /// The numbers, to stand under the marked code.
    pub label: String,
    /// The cheapest way to hold the gate.
    pub help: Option<String>,
    /// What a command printed, the end of it, where it is about one: several lines, as they are.
    pub output: String,
    /// The stable id of the mutant, where it is one.
    pub mutant: Option<String>,
    /// What it is about, by name: a function, a test. Without one, the innermost function around the span.
    pub symbol: Option<String>,
    /// What was measured of it; where it has no value of its own, that of its gate.
    pub measured: Option<Measured>,
    /// What that must hold.
    pub limit: Option<Limit>,
    /// 16 hex digits by which the same finding is known in another run: no line number and no value is in
    /// them. Given by [`judge`].
    pub fingerprint: String,
}

/// A line of a file that is not among the measured ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Relative to the workspace root.
    pub path: Utf8PathBuf,
    /// 1-based; `None` for the whole file.
    pub line: Option<u32>,
}

/// A place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub span: Span,
    /// What it has to do with it, in a few words.
    pub label: String,
}

impl Finding {
    /// A finding of `metric` with nothing said yet. `code` has to have a row in [`CODES`].
    pub fn new(metric: Metric, code: &'static str) -> Self {
        let [title, label, fingerprint, output] = <[String; 4]>::default();
        let (file, span, help, mutant, symbol, measured, limit) = (None, None, None, None, None, None, None);
        let (marks, outside) = (Vec::new(), None);
        Self {
            metric,
            code,
            is_failure: true,
            file,
            span,
            outside,
            marks,
            title,
            label,
            help,
            output,
            mutant,
            symbol,
            measured,
            limit,
            fingerprint,
        }
    }

    /// What separates it from passing; `None` when it does not keep its gate from holding.
    pub fn distance(&self) -> Option<Distance> {
        let (measured, limit) = (self.measured?, self.limit?);
        measured.distance(limit).filter(|_| self.is_failure)
    }
}

impl Row {
    /// A row of `gate` over all files in which nothing was measured yet.
    pub fn of(gate: &Gate, state: State) -> Row {
        let (metric, population) = (gate.metric, Population::default());
        Row { metric, name: metric.name().to_owned(), gate: Some(gate.clone()), measured: None, state, findings: 0, population }
    }

    /// What separates the gate from holding; `None` when it holds or nothing was measured.
    pub fn distance(&self) -> Option<Distance> {
        self.measured?.distance(self.gate.as_ref()?.limit)
    }
}

#[cfg(test)]
mod tests;
