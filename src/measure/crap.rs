//! The CRAP score, `complexity² · (1 − coverage)³ + complexity`, kept exact, and the ways down from it.
//! Owns the formula; refuses to know where limits come from and how findings are worded.
//!
//! At full coverage the score is the complexity, so a limit also caps the complexity. The formula is that
//! of the Crap4j project (Savoia and Evans, 2007).

use crate::coverage::Ratio;
use crate::policy::Decimal;

/// A CRAP score as what it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crap {
    /// Cyclomatic complexity.
    pub complexity: u32,
    /// Covered of coverable lines, `of` > 0.
    pub coverage: Ratio,
}

/// What would bring a score within a limit: both parts together suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WayOut {
    /// The complexity to come down to; `None` when it can stay.
    pub complexity: Option<u32>,
    /// The whole percent of lines to cover; `None` when the coverage can stay.
    pub coverage: Option<u32>,
}

impl Crap {
    /// The score, rounded up to millionths. A limit has no finer digits, so `score() <= limit` holds
    /// exactly when the unrounded score is within the limit.
    pub fn score(self) -> Decimal {
        // Past 128 bits (a complexity beyond 60,000 in a function of a million lines), and without a
        // coverable line, the score is the largest number there is.
        Decimal { millionths: self.millionths().and_then(|score| u64::try_from(score).ok()).unwrap_or(u64::MAX) }
    }

    fn millionths(self) -> Option<u128> {
        let (complexity, of) = (u128::from(self.complexity), u128::from(self.coverage.of));
        let missed = u128::from(self.coverage.of.saturating_sub(self.coverage.hit));
        let divisor = of.checked_pow(3).filter(|&divisor| divisor > 0)?;
        let uncovered = complexity.pow(2).checked_mul(missed.checked_pow(3)?)?;
        let scaled = uncovered.checked_mul(1_000_000)?;
        Some(scaled.div_ceil(divisor) + complexity * 1_000_000)
    }

    /// Whether the score is at most `limit`, exactly.
    pub fn is_within(self, limit: Decimal) -> bool {
        self.score() <= limit
    }

    /// The cheapest way to come within `limit`: tests alone where they can do it, else a split alone where
    /// one down to just under the limit does it, else a split to one point under the limit and the
    /// coverage that this needs. `None` when the score is within, or when `limit` is under 1 and no
    /// function can hold it.
    pub fn way_out(self, limit: Decimal) -> Option<WayOut> {
        if self.is_within(limit) {
            return None;
        }
        if let Some(percent) = least_coverage(self.complexity, limit) {
            return Some(WayOut { complexity: None, coverage: Some(percent) });
        }
        let target = u32::try_from(limit.millionths / 1_000_000).unwrap_or(u32::MAX).saturating_sub(1).max(1);
        match self.largest_complexity(limit) {
            Some(complexity) if complexity >= target => Some(WayOut { complexity: Some(complexity), coverage: None }),
            _ => least_coverage(target, limit).map(|percent| WayOut { complexity: Some(target), coverage: Some(percent) }),
        }
    }

    /// The largest complexity that is within `limit` at this coverage.
    fn largest_complexity(self, limit: Decimal) -> Option<u32> {
        (1..self.complexity).rev().find(|&complexity| Crap { complexity, ..self }.is_within(limit))
    }
}

/// The least whole percent of covered lines at which `complexity` is within `limit`.
fn least_coverage(complexity: u32, limit: Decimal) -> Option<u32> {
    (0..=100).find(|&percent| Crap { complexity, coverage: Ratio { hit: percent.into(), of: 100 } }.is_within(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crap(complexity: u32, hit: u64, of: u64) -> Crap {
        Crap { complexity, coverage: Ratio { hit, of } }
    }

    fn limit(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn scores_by_hand() {
        let cases = [
            (crap(1, 0, 1), "2"),
            (crap(1, 1, 1), "1"),
            (crap(5, 0, 7), "30"),
            (crap(8, 3, 3), "8"),
            (crap(9, 40, 100), "26.496"),
            (crap(14, 71, 100), "18.780244"),
            (crap(1, 2, 3), "1.037038"),
            (crap(7, 5, 10), "13.125"),
        ];
        for (crap, score) in cases {
            assert_eq!(crap.score().to_string(), score, "{crap:?}");
        }
    }

    #[test]
    fn a_limit_is_inclusive_and_a_hair_above_it_is_not_within() {
        assert!(crap(8, 3, 3).is_within(limit("8")));
        assert!(crap(7, 5, 10).is_within(limit("13.125")));
        assert!(!crap(7, 5, 10).is_within(limit("13.124999")));
        // 1 + 1/27 = 1.037037037...: six digits cannot tell it from the limit, the comparison can.
        assert!(!crap(1, 2, 3).is_within(limit("1.037037")));
        assert!(crap(1, 2, 3).is_within(limit("1.037038")));
        assert!(!crap(8, 999_999, 1_000_000).is_within(limit("8")));
    }

    #[test]
    fn a_score_past_all_arithmetic_is_within_no_limit() {
        assert_eq!(crap(u32::MAX, 0, u64::MAX).score().millionths, u64::MAX);
        assert_eq!(crap(u32::MAX, 0, 1 << 40).score().millionths, u64::MAX);
        assert_eq!(crap(1, 0, 0).score().millionths, u64::MAX);
        assert!(!crap(u32::MAX, 1, 2).is_within(limit("1000000")));
    }

    /// A score over 8, and the way back.
    #[test]
    fn the_way_out_in_numbers() {
        let cases = [
            (crap(8, 3, 3), None, None),
            (crap(5, 0, 10), None, Some(51)),
            (crap(8, 9, 10), None, Some(100)),
            (crap(14, 71, 100), Some(7), Some(73)),
            (crap(9, 40, 100), Some(7), Some(73)),
            (crap(14, 10, 10), Some(8), None),
            (crap(14, 80, 100), Some(7), None),
        ];
        for (crap, complexity, coverage) in cases {
            let expected = (complexity.is_some() || coverage.is_some()).then_some(WayOut { complexity, coverage });
            assert_eq!(crap.way_out(limit("8")), expected, "{crap:?}");
        }
    }

    #[test]
    fn the_way_out_leads_out_and_none_is_promised_under_one() {
        for complexity in 1..40 {
            for percent in 0..=100 {
                for limit in ["1", "1.5", "2", "8", "30"].map(limit) {
                    let from = crap(complexity, percent, 100);
                    let Some(way) = from.way_out(limit) else {
                        assert!(from.is_within(limit));
                        continue;
                    };
                    let to = crap(way.complexity.unwrap_or(complexity), way.coverage.map_or(percent, u64::from), 100);
                    assert!(to.is_within(limit) && !from.is_within(limit), "{from:?} to {to:?}, at most {limit}");
                    assert!(to.complexity <= complexity && to.coverage.hit >= percent, "{from:?} to {to:?}");
                }
            }
        }
        assert_eq!(crap(3, 1, 2).way_out(limit("0.5")), None);
    }
}
