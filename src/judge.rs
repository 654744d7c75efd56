//! Scores × policy → [`Verdict`]. Owns comparison, which is exact; refuses to measure, to print and to
//! read anything. (Types first; the judgement is to come.)

use crate::coverage::Ratio;
pub use crate::measure::Crap;
use crate::policy::{Gate, Metric};
use crate::syntax::Span;

/// The answer of a run.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The whole.
    pub outcome: Outcome,
    /// One row per metric in the order of [`Metric::ALL`], those without a gate included.
    pub rows: Vec<Row>,
    /// What to act on, worst first within a metric, metrics in order.
    pub findings: Vec<Finding>,
    /// Why the run is inconclusive, each with the next step; empty unless it is.
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

/// One metric: what was measured, against what, and how it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is measured.
    pub metric: Metric,
    /// The gate; `None` when the policy sets none.
    pub gate: Option<Gate>,
    /// What was measured; `None` when nothing was.
    pub measured: Option<Measured>,
    /// How it stands.
    pub state: State,
    /// How many findings it has.
    pub findings: usize,
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
    /// Left out on request (`--quick`, `--only`): neither a pass nor a fail.
    NotRun,
    /// The policy sets no limit.
    NoLimit,
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
    /// Its stable code: `complexity`, `crap`, `unmeasured`, `surviving-mutant`, `uncovered-lines`,
    /// `mutation-sites`, `failing-test`.
    pub code: &'static str,
    /// Whether the gate fails because of it (a survivor under a passing mutation score does not).
    pub is_failure: bool,
    /// Index into [`crate::score::Scores::files`]; `None` for findings without a place.
    pub file: Option<usize>,
    /// What to point at.
    pub span: Option<Span>,
    /// One line, without place: ``no test notices `>` replaced by `>=` ``.
    pub title: String,
    /// The numbers, to stand under the marked code.
    pub label: String,
    /// The cheapest way to hold the gate.
    pub help: Option<String>,
    /// The stable id of the mutant, where it is one.
    pub mutant: Option<String>,
}
