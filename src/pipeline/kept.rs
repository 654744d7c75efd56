//! What is kept of a file when only the limits decide what is spoken of: the memory of such a run grows with what is
//! wrong, not with the code. Refuses to judge.

use std::collections::BTreeSet;

use super::Request;
use crate::measure::{Function, Measures};
use crate::policy::{Decimal, Limit, Metric, Policy};
use crate::score::value;
use crate::syntax::Span;
use crate::workspace::Kept;

/// Whether the limits alone decide which functions are ever spoken of. Reports may tell all; old code is known by
/// its text where it has moved, and a waiver's by its name.
pub(super) fn wants_limits_alone(request: &Request<'_>) -> bool {
    let Request { policy, is_quick, wanted, with_mutants, coverage_files, new, .. } = request;
    let knows_old_code = new.is_some() || policy.baseline.file.is_some() || !policy.waivers.is_empty();
    *is_quick && !(wanted.functions || knows_old_code || *with_mutants) && coverage_files.is_empty()
}

/// The limits, those of overrides too, on metrics of the syntax whose findings quote source.
pub(super) fn quoting_limits(policy: &Policy) -> Vec<(Metric, Decimal)> {
    let gates = policy.gates.iter().chain(policy.overrides.iter().flat_map(|set| &set.gates));
    let quoting = gates.filter(|gate| gate.metric.is_static() && !matches!(gate.metric, Metric::MutationSites | Metric::FileLines));
    let limits = quoting.filter_map(|gate| if let Limit::Max(limit) = gate.limit { Some((gate.metric, limit)) } else { None });
    limits.collect()
}

/// Functions within all limits go, but for the largest by each metric, which tell how the gates stand. Text and lines
/// stay where a finding will quote them.
pub(super) fn by(limits: &[(Metric, Decimal)], measures: &mut Measures) -> Kept {
    let count = |places: &[Span]| Decimal::whole(u32::try_from(places.len()).unwrap_or(u32::MAX));
    let is_dangerous = limits.iter().any(|(metric, limit)| match metric {
        Metric::UnsafeBlocks => count(&measures.danger.unsafe_blocks) > *limit,
        Metric::Panics => count(&measures.danger.panics) > *limit,
        _ => false,
    });
    if is_dangerous {
        return Kept::Text;
    }
    let limits = || limits.iter().filter(|(metric, _)| metric.is_of_functions());
    let is_over = |function: &Function| limits().any(|(metric, limit)| Decimal::whole(value(function, *metric)) > *limit);
    let functions = &mut measures.functions;
    let mut largest = BTreeSet::new();
    for (metric, _) in limits() {
        let within = functions.iter().enumerate().filter(|(_, function)| !is_over(function));
        largest.extend(within.max_by_key(|(_, function)| value(function, *metric)).map(|(index, _)| index));
    }
    let is_kept: Vec<bool> = functions.iter().enumerate().map(|(index, function)| is_over(function) || largest.contains(&index)).collect();
    let mut is_kept = is_kept.into_iter();
    functions.retain(|_| is_kept.next().unwrap_or(true));
    if functions.iter().any(is_over) { Kept::Text } else { Kept::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Counting, measure};
    use crate::syntax::{CfgStack, Namespace, parse};

    const TEXT: &str = "fn one() {}
fn two(a: u8) { if a > 0 {} }
fn many(a: u8, b: u8, c: u8) { unsafe { a; b; c; } }
fn three(a: u8) { if a > 0 {} if a > 1 {} }
fn two_again(a: u8) { if a > 0 {} }
";

    fn kept(limits: &[(Metric, u32)]) -> (String, Kept) {
        let mut measures = measure(&parse(TEXT).unwrap(), &Namespace::default(), &CfgStack::default(), Counting::default());
        let limits: Vec<_> = limits.iter().map(|(metric, limit)| (*metric, Decimal::whole(*limit))).collect();
        let kept = by(&limits, &mut measures);
        let names: Vec<&str> = measures.functions.iter().map(|function| function.name.as_str()).collect();
        (names.join(" "), kept)
    }

    #[test]
    fn what_is_over_a_limit_stays_and_the_largest_of_the_rest() {
        assert_eq!(kept(&[(Metric::Complexity, 3)]), ("three".into(), Kept::Nothing));
        assert_eq!(kept(&[(Metric::Complexity, 2)]), ("three two_again".into(), Kept::Text));
        assert_eq!(kept(&[(Metric::Complexity, 1)]), ("two many three two_again".into(), Kept::Text));
        assert_eq!(kept(&[(Metric::Complexity, 3), (Metric::Parameters, 3)]), ("many three".into(), Kept::Nothing));
        assert_eq!(kept(&[(Metric::Complexity, 3), (Metric::Parameters, 2)]), ("many three two_again".into(), Kept::Text));
    }

    #[test]
    fn places_are_told_with_the_functions_around_them() {
        assert_eq!(kept(&[(Metric::UnsafeBlocks, 0)]), ("one two many three two_again".into(), Kept::Text));
        assert_eq!(kept(&[(Metric::UnsafeBlocks, 1), (Metric::Complexity, 3)]), ("three".into(), Kept::Nothing));
    }
}
