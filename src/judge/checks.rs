//! The rows of the policy's own commands: each holds when its command exits with 0 in time. One that could not be
//! started, or that somebody ended from outside, says nothing.

use super::excuse::line_of_policy;
use super::text::{one_line, shortened};
use super::{Finding, Measured, Row, State};
use crate::policy::{Check, Gate, Limit, Metric, Origin, Policy};
use crate::run::Exit;
use crate::score::{CheckEnd, CheckScore, Scores};

/// One check, judged.
pub(super) struct Judged {
    pub(super) row: Row,
    pub(super) finding: Option<Finding>,
    pub(super) problem: Option<String>,
}

/// A row for each check of the policy.
pub(super) fn rows(scores: &Scores, policy: &Policy) -> Vec<Judged> {
    policy.checks.iter().map(|check| judged(check, scores.checks.iter().find(|score| score.name == check.name), policy)).collect()
}

fn judged(check: &Check, score: Option<&CheckScore>, policy: &Policy) -> Judged {
    let gate = Gate { metric: Metric::Checks, limit: Limit::All, origin: check.origin.clone() };
    let name = check.gate_name();
    let row = |state| Row { name: name.clone(), ..Row::of(&gate, state) };
    let Some(score) = score else { return Judged { row: row(State::NotRun), finding: None, problem: None } };
    let unknown = |why: String| Judged { row: row(State::Inconclusive), finding: None, problem: Some(why) };
    match &score.end {
        CheckEnd::NotStarted(why) => {
            unknown(format!("the check `{}` could not be run: {}; install it, or mend `run`", check.name, one_line(why)))
        }
        CheckEnd::Exit(exit) if exit.is_from_outside() => {
            unknown(format!("the check `{}` was ended from outside ({}); run again", check.name, Measured::Check(*exit).shown(None)))
        }
        CheckEnd::Exit(exit) => {
            let measured = Measured::Check(*exit);
            let state = if measured.holds(gate.limit) { State::Pass } else { State::Fail };
            let finding = (state == State::Fail).then(|| failed(check, *exit, score, policy));
            let row = Row { measured: Some(measured), findings: usize::from(finding.is_some()), ..row(state) };
            Judged { row, finding, problem: None }
        }
    }
}

fn failed(check: &Check, exit: Exit, score: &CheckScore, policy: &Policy) -> Finding {
    let command = one_line(&shlex::try_join(check.run.iter().map(String::as_str)).unwrap_or_else(|_| check.run.join(" ")));
    let ended = match exit {
        Exit::TimeLimit => format!("not done after {} s", check.timeout.as_secs()),
        exit => Measured::Check(exit).shown(None),
    };
    let line = match &check.origin {
        Origin::File { line, .. } => line_of_policy(policy, *line),
        Origin::Default => None,
    };
    let essence = essence(&score.output).map_or(String::new(), |line| format!(": {line}"));
    Finding {
        outside: line,
        title: format!("the check `{}` fails", check.name),
        label: format!("{ended}{essence}"),
        help: Some(format!("mend what `{command}` reports")),
        symbol: Some(check.name.clone()),
        measured: Some(Measured::Check(exit)),
        limit: Some(Limit::All),
        output: score.output.clone(),
        ..Finding::new(Metric::Checks, "check-fails")
    }
}

/// The line that says most: the first that speaks of an error, else the last.
fn essence(output: &str) -> Option<String> {
    let mut lines = output.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().find(|line| line.to_ascii_lowercase().starts_with("error"));
    first.or_else(|| lines.next_back()).map(|line| shortened(&one_line(line), 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_what_a_reader_needs() {
        assert_eq!(essence("a\n  error[E0308]: b\nerror: c\n").as_deref(), Some("error[E0308]: b"));
        assert_eq!(essence("a\nb\u{1b}[1m\n \n").as_deref(), Some("b\\u{1b}[1m"));
        assert_eq!(essence(" \n"), None);
    }
}
