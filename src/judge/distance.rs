//! How far a value is from its limit, in whole things where they are counted. Owns the subtraction, which is
//! exact; refuses to know what the things are.

use super::Measured;
use crate::coverage::Ratio;
use crate::policy::{Decimal, Limit};

/// What separates a value from its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// So many more have to be hit.
    Short(u64),
    /// So much is too much.
    Over(Decimal),
}

impl Measured {
    /// The distance to `limit`; `None` when it holds or is of another kind.
    pub fn distance(self, limit: Limit) -> Option<Distance> {
        let over = |value: Decimal, most: Decimal| Distance::Over(Decimal { millionths: value.millionths.saturating_sub(most.millionths) });
        let distance = match (self, limit) {
            (Measured::Tests { failed, .. }, Limit::All) => over(Decimal::whole(failed), Decimal::whole(0)),
            (Measured::Ratio(ratio), Limit::Min(least)) => Distance::Short(still_needed(ratio, least)),
            (Measured::Whole(value), Limit::Max(most)) => over(Decimal::whole(value), Decimal { millionths: floor(most) }),
            (Measured::Crap(crap), Limit::Max(most)) => over(crap.score(), most),
            _ => return None,
        };
        (!self.holds(limit)).then_some(distance)
    }
}

/// How many more of all have to be hit for `least` percent.
pub(super) fn still_needed(ratio: Ratio, least: Decimal) -> u64 {
    let needed = (u128::from(least.millionths) * u128::from(ratio.of)).div_ceil(100_000_000);
    u64::try_from(needed).unwrap_or(u64::MAX).saturating_sub(ratio.hit)
}

/// A count has no fraction, so a limit of 10.5 is one of 10.
const fn floor(limit: Decimal) -> u64 {
    limit.millionths / 1_000_000 * 1_000_000
}

impl std::fmt::Display for Distance {
    /// `short by 5`, `over by 10.8`: fractions are raised to one digit.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Distance::Short(n) => write!(f, "short by {n}"),
            Distance::Over(by) if by.is_whole() => write!(f, "over by {by}"),
            Distance::Over(by) => {
                let tenths = by.millionths.div_ceil(100_000);
                write!(f, "over by {}.{}", tenths / 10, tenths % 10)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Crap;

    #[test]
    fn the_distance_to_a_percentage_is_in_whole_ones() {
        let needed = |hit, of, least: &str| still_needed(Ratio { hit, of }, Decimal::parse(least).unwrap());
        assert_eq!(needed(5, 10, "90"), 4);
        assert_eq!(needed(5, 10, "90.000001"), 5);
        assert_eq!(needed(9, 10, "90"), 0);
        assert_eq!(needed(10, 10, "90"), 0);
    }

    #[test]
    fn each_kind_of_value_has_a_distance_and_none_when_it_holds() {
        let crap = |hit| Measured::Crap(Crap { complexity: 14, coverage: Ratio { hit, of: 100 } });
        let cases = [
            (Measured::Tests { passed: 3, failed: 2 }, Limit::All, Some("over by 2")),
            (Measured::Ratio(Ratio { hit: 5, of: 10 }), Limit::Min(Decimal::whole(90)), Some("short by 4")),
            (Measured::Ratio(Ratio { hit: 9, of: 10 }), Limit::Min(Decimal::whole(90)), None),
            (Measured::Whole(14), Limit::Max(Decimal::parse("10.5").unwrap()), Some("over by 4")),
            (Measured::Whole(10), Limit::Max(Decimal::whole(10)), None),
            (crap(71), Limit::Max(Decimal::whole(8)), Some("over by 10.8")),
            (crap(100), Limit::Max(Decimal::whole(14)), None),
            (crap(71), Limit::Min(Decimal::whole(8)), None),
        ];
        for (measured, limit, expected) in cases {
            let distance = measured.distance(limit).map(|distance| distance.to_string());
            assert_eq!(distance.as_deref(), expected, "{measured:?} {limit:?}");
        }
        assert_eq!(Distance::Over(Decimal { millionths: 999_999 }).to_string(), "over by 1.0");
    }
}
