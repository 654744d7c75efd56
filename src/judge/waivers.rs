//! The row of the waivers: it fails when one is past its last day or reaches too far ahead; one that is about
//! nothing any more is told. Nothing is said to be about nothing that this run did not measure.

use std::collections::BTreeSet;

use super::excuse::{Waived, line_of_policy};
use super::text::{count, one_line};
use super::{Finding, Measured, Row, Scope, State};
use crate::policy::{Decimal, Gate, Limit, Metric, Origin, Policy, Standing, Waiver};
use crate::score::{Scores, Status};

/// The row and its findings, where the policy has waivers.
pub(super) fn row(scores: &Scores, policy: &Policy, scope: &Scope, rows: &[Row], waived: &[Waived]) -> Option<(Row, Vec<Finding>)> {
    let used: BTreeSet<usize> = waived.iter().map(|waived| waived.waiver).collect();
    let mut findings = Vec::new();
    for (index, waiver) in policy.waivers.iter().enumerate() {
        let finding = match waiver.standing(scope.today) {
            Standing::Expired => Some(expired(waiver)),
            Standing::TooFar => Some(too_far(waiver, scope)),
            Standing::InForce if used.contains(&index) => None,
            Standing::InForce => is_known_to_be_idle(waiver, scores, scope, rows).then(|| unmatched(waiver)),
        };
        findings.extend(finding.map(|finding| Finding { outside: line_of_policy(policy, waiver.line), ..finding }));
    }
    let bad: Vec<&Finding> = findings.iter().filter(|finding| finding.is_failure).collect();
    let first = bad.first().and_then(|finding| finding.outside.as_ref()?.line).or(policy.waivers.first().map(|waiver| waiver.line))?;
    let origin = policy.file.clone().map_or(Origin::Default, |path| Origin::File { path, line: first });
    let gate = Gate { metric: Metric::Waivers, limit: Limit::Max(Decimal::whole(0)), origin };
    let state = if bad.is_empty() { State::Pass } else { State::Fail };
    let measured = Some(Measured::Whole(u32::try_from(bad.len()).unwrap_or(u32::MAX)));
    let row = Row { measured, findings: findings.len(), ..Row::of(&gate, state) };
    Some((row, findings))
}

fn about(waiver: &Waiver) -> String {
    format!("`{}` of `{}`", waiver.item, waiver.gate.name())
}

fn expired(waiver: &Waiver) -> Finding {
    Finding {
        title: format!("the waiver for {} has expired", about(waiver)),
        label: format!("its last day was {}: {}", waiver.expires, one_line(&waiver.reason)),
        help: Some("mend what it was for and take it out, or let a person give it another day".to_owned()),
        symbol: Some(waiver.item.clone()),
        ..Finding::new(Metric::Waivers, "waiver-expired")
    }
}

fn too_far(waiver: &Waiver, scope: &Scope) -> Finding {
    let days = waiver.expires.signed_duration_since(scope.today).num_days();
    let over = u64::try_from(days).unwrap_or(0).saturating_sub(Waiver::MOST_DAYS);
    Finding {
        title: format!("the waiver for {} reaches too far ahead", about(waiver)),
        label: format!("{} is {} too far: it waives nothing", waiver.expires, count(over, "day")),
        help: Some(format!("choose a day at most {} days ahead", Waiver::MOST_DAYS)),
        symbol: Some(waiver.item.clone()),
        ..Finding::new(Metric::Waivers, "waiver-too-far")
    }
}

fn unmatched(waiver: &Waiver) -> Finding {
    Finding {
        is_failure: false,
        title: format!("the waiver for {} is about nothing", about(waiver)),
        label: "there is no such finding".to_owned(),
        help: Some("take it out of the policy".to_owned()),
        symbol: Some(waiver.item.clone()),
        ..Finding::new(Metric::Waivers, "waiver-unmatched")
    }
}

/// Whether this run measured all that a waiver can be about, and not only what is new, so that what it did not find is not there.
fn is_known_to_be_idle(waiver: &Waiver, scores: &Scores, scope: &Scope, rows: &[Row]) -> bool {
    let mut judged = rows.iter().filter(|row| row.metric == waiver.gate && row.gate.is_some()).peekable();
    let is_judged = judged.peek().is_some()
        && judged.all(|row| !row.population.is_new && matches!(row.state, State::Pass | State::Fail | State::NotApplicable));
    let is_settled = waiver.mutant().is_none_or(|id| {
        let known = scores.mutants().map(|(_, score)| score).find(|score| score.mutant.id == id);
        known.is_none_or(|score| !score.inactive && !matches!(score.status, Status::Pending | Status::RuntimeError))
    });
    scope.is_whole && is_judged && is_settled
}
