//! How often a change may fail: the row and the finding. Refuses to count.

use super::identity::identify;
use super::text::{count, one_line};
use super::{Finding, Measured, Row, State, Verdict};
use crate::policy::{Attempts, Decimal, Gate, Limit, Metric, Origin, Policy};
use crate::score::Scores;

use super::excuse::line_of_policy;

impl Verdict {
    /// The same after `failed` failing runs, this one counted, for the change on `branch`. It fails for nothing but
    /// itself: past the limit, what fails already also says that a person has to look.
    #[must_use]
    pub fn after_attempts(mut self, failed: u32, branch: &str, attempts: &Attempts, policy: &Policy, scores: &Scores) -> Verdict {
        let gate = Gate { metric: Metric::Attempts, limit: Limit::Max(Decimal::whole(attempts.max)), origin: attempts.origin.clone() };
        let measured = Some(Measured::Whole(failed));
        let is_over = failed > attempts.max;
        let state = if is_over { State::Fail } else { State::Pass };
        self.rows.push(Row { measured, findings: usize::from(is_over), ..Row::of(&gate, state) });
        if is_over {
            let branch = if branch.is_empty() { String::new() } else { format!(" on `{}`", one_line(branch)) };
            let outside = if let Origin::File { line, .. } = &attempts.origin { line_of_policy(policy, *line) } else { None };
            let mut finding = [Finding {
                outside,
                title: format!("a person has to look: this change has failed {} in a row", count(failed.into(), "time")),
                label: format!("at most {}{branch}", count(attempts.max.into(), "failing run")),
                help: Some("stop here, say what was tried and what is in the way, and let a person look".to_owned()),
                measured,
                limit: Some(gate.limit),
                ..Finding::new(Metric::Attempts, "attempts-exceeded")
            }];
            identify(&mut finding, scores);
            self.findings.extend(finding);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn past_the_limit_a_person_has_to_look() {
        let attempts = Attempts { max: 2, origin: Origin::File { path: "gates.toml".into(), line: 9 } };
        for (failed, state, codes) in [(0, State::Pass, 0), (2, State::Pass, 0), (3, State::Fail, 1)] {
            let sample = sample::failing();
            let verdict = sample.verdict.after_attempts(failed, "topic", &attempts, &sample.policy, &sample.scores);
            let row = verdict.rows.last().unwrap();
            assert_eq!((row.metric, row.state, row.measured), (Metric::Attempts, state, Some(Measured::Whole(failed))));
            let found: Vec<_> = verdict.findings.iter().filter(|finding| finding.code == "attempts-exceeded").collect();
            assert_eq!(found.len(), codes, "{failed}");
            if let [finding] = found[..] {
                assert_eq!(finding.label, "at most 2 failing runs on `topic`");
                assert_eq!((finding.outside.as_ref().unwrap().line, finding.fingerprint.len()), (Some(9), 16));
            }
        }
    }
}
