//! Scores × policy → [`Verdict`]. Owns comparison, which is exact; refuses to measure, to print and to
//! read anything.
//!
//! What could not be measured never passes: a gate whose population is empty is inconclusive, unless the
//! code itself shows that there is nothing of that kind (no branch in code whose lines were measured, no
//! mutation site in any file); then it is not applicable, which holds and is said.

mod codes;
mod distance;
mod findings;
mod identity;
mod marks;
mod reading;
mod shown;
mod text;

pub use crate::measure::Crap;
pub use codes::{AboutCode, CODES, GATE_FAILS, INCONCLUSIVE, about_code};
pub use distance::Distance;
pub use findings::EXAMPLE;
#[cfg(test)]
pub(crate) use identity::identify;
pub use text::one_line;

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use crate::coverage::Ratio;
use crate::policy::{Gate, Limit, Metric, Override, Policy};
use crate::score::{Part, Scores};
use crate::syntax::Span;

/// Which metrics a run was asked to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(BTreeSet<Metric>);

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
        Self(metrics.into_iter().collect())
    }

    /// Whether `metric` is to be judged, if the policy has a gate on it.
    pub fn contains(&self, metric: Metric) -> bool {
        self.0.contains(&metric)
    }
}

/// Judge `scores` by the gates of `policy` that `scope` asks for.
pub fn judge(scores: &Scores, policy: &Policy, scope: &Scope) -> Verdict {
    let mut problems = scores.problems.clone();
    let mut rows = Vec::new();
    let mut findings = Vec::new();
    for metric in Metric::ALL {
        for (gate, population) in populations(scores, policy, metric) {
            let part = population.of(scores);
            let (reading, state, problem) = stand(part, metric, gate, scope);
            let name = metric.name().to_owned();
            let mut row =
                Row { metric, name, gate: gate.cloned(), measured: reading, state, findings: 0, population: Population::default() };
            let found = findings::findings(part, &row);
            row.findings = found.len();
            row.population = population;
            findings.extend(found);
            rows.push(row);
            problems.extend(problem.filter(|problem| !problems.contains(problem)));
        }
    }
    if !rows.iter().any(|row| row.state.is_judged()) {
        problems.push("no gate was judged: the policy sets none of those asked for; choose others, or add them to it".to_owned());
    }
    identity::identify(&mut findings, scores);
    marks::mark(&mut findings, scores);
    Verdict { outcome: outcome(&rows, &problems), rows, findings, problems }
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
        (Some(gate), Population { paths: set.paths.clone(), reason: Some(set.reason.clone()), files: files(Some(index)) })
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
    /// One row per metric in the order of [`Metric::ALL`], those without a gate included; behind it one for each
    /// override of the metric.
    pub rows: Vec<Row>,
    /// What to act on, worst first within a metric, metrics in order.
    pub findings: Vec<Finding>,
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
}

impl Population {
    /// Its files among the measured ones.
    pub fn of<'s>(&'s self, scores: &'s Scores) -> Part<'s> {
        self.files.as_ref().map_or(scores.whole(), |files| scores.part(files))
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
        let [title, label, fingerprint] = <[String; 3]>::default();
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
    /// What separates the gate from holding; `None` when it holds or nothing was measured.
    pub fn distance(&self) -> Option<Distance> {
        self.measured?.distance(self.gate.as_ref()?.limit)
    }
}

#[cfg(test)]
mod tests;
