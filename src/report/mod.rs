//! What a run found, told to people and programs: one file per format. Owns wording, layout and escaping;
//! refuses to decide anything, to measure and to know how a run is carried out.
//!
//! | format | for | file |
//! |---|---|---|
//! | human | a terminal | [`human`] |
//! | agent | coding agents: short, ranked, no line that varies | [`agent`] |
//! | github | annotations in a workflow's log | [`github`] |
//! | markdown | a comment on a pull request | [`markdown`] |
//! | sarif | code scanning | [`sarif`] |
//! | junit | test reports of CI systems | [`junit`] |
//! | gitlab | code quality in a merge request | [`gitlab`] |
//! | html | a page to look at | [`html`] |
//! | json | programs, every number exact | [`json`] |
//! | mutation-report | viewers of the mutation-testing report schema | [`mutation_report`] |
//! | lcov, lcov-tests, cobertura, llvm-cov-json | coverage viewers and services | [`coverage`] |

pub mod agent;
pub mod coverage;
mod file;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
mod items;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod mutation_report;
#[cfg(test)]
pub(crate) mod sample;
pub mod sarif;
pub(crate) mod terminal;

pub use agent::agent;
pub use file::write_file;
pub use github::github;
pub use gitlab::gitlab;
pub use html::html;
pub use human::human;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use mutation_report::mutation_report;
pub use sarif::sarif;

use camino::Utf8PathBuf;

use crate::judge::{Against, Outcome, State, Verdict};
use crate::policy::Policy;
pub use crate::score::Timings;
use crate::score::{FileScore, MutantScore, Scores, Status};

/// The version of the counting rules, which every report records: numbers of different versions are not
/// to be compared.
pub const RULES_VERSION: u32 = 1;

/// Everything that a report can tell.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What was measured.
    pub scores: &'a Scores,
    /// How it stands against the policy.
    pub verdict: &'a Verdict,
    /// The policy.
    pub policy: &'a Policy,
    /// How long it took.
    pub timings: &'a Timings,
    /// How the command was called.
    pub call: &'a Call,
    /// What the run was compared with; `None` without a base.
    pub against: Option<&'a Against>,
}

/// How the command was called, for what a reader has to type again and for where paths lie.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The workspace's root as seen from the root of the repository; empty when they are the same. Paths in
    /// reports for people start at the workspace, those for services at the repository.
    pub below: Utf8PathBuf,
    /// The words that choose packages, features and the build.
    pub build: Vec<String>,
    /// The words that choose gates: `--quick`, `--only ..`.
    pub gates: Vec<String>,
    /// How many findings are to be shown, where that was said.
    pub max_findings: Option<usize>,
}

/// The word for an outcome in reports.
pub(crate) const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Inconclusive => "inconclusive",
    }
}

/// The word for a gate's state in reports.
pub(crate) const fn state_word(state: State) -> &'static str {
    match state {
        State::Pass => "pass",
        State::Fail => "fail",
        State::Inconclusive => "inconclusive",
        State::NotApplicable => "not-applicable",
        State::NotRun => "not-run",
        State::NoLimit => "no-limit",
    }
}

/// What stands in reports for a mutant: a status means something only after its run, and code that was
/// not compiled is covered by nothing.
pub(crate) fn shown_status(scores: &Scores, score: &MutantScore) -> Status {
    match score.status {
        Status::Ignored => Status::Ignored,
        _ if !scores.mutants_run => Status::Pending,
        _ if score.inactive => Status::NoCoverage,
        status => status,
    }
}

/// Why a mutant has its status, where there is more to say than the status.
pub(crate) fn shown_reason(scores: &Scores, score: &MutantScore) -> Option<String> {
    let is_inactive = score.inactive && shown_status(scores, score) == Status::NoCoverage;
    if is_inactive { Some("not compiled in this configuration".to_owned()) } else { score.reason.clone() }
}

/// A change in words: ``replace `>` with `>=` in `discount` ``.
pub(crate) fn describe(file: &FileScore, score: &MutantScore) -> String {
    let mutant = &score.mutant;
    let original = terminal::brief(file.text.get(mutant.span.range()).unwrap_or_default());
    let change = if mutant.replacement.is_empty() {
        format!("delete `{original}`")
    } else {
        format!("replace `{original}` with `{}`", terminal::brief(&mutant.replacement))
    };
    match &mutant.function {
        Some(function) => format!("{change} in `{function}`"),
        None => change,
    }
}
