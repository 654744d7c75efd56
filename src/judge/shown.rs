//! Measured values as numbers to compare and as text to read. Owns rounding: always against the code
//! (percentages down, scores up), and with as many digits as it takes not to contradict the verdict.

use super::Measured;
use crate::coverage::Ratio;
use crate::policy::{Decimal, Limit};
use crate::run::Exit;

/// How many percent `ratio` is, rounded down to millionths. A limit has no finer digits, so
/// `percent(ratio) >= limit` holds exactly when the unrounded percentage is at least the limit.
/// 0 of 0 is 0 %.
pub(super) fn percent(ratio: Ratio) -> Decimal {
    let millionths = (u128::from(ratio.hit) * 100_000_000).checked_div(u128::from(ratio.of)).unwrap_or(0);
    Decimal { millionths: u64::try_from(millionths).unwrap_or(u64::MAX) }
}

impl Measured {
    /// Whether this is within `limit`, exactly; never for a limit of another kind.
    pub fn holds(self, limit: Limit) -> bool {
        match (self, limit) {
            (Measured::Tests { failed, .. }, Limit::All) => failed == 0,
            (Measured::Ratio(ratio), Limit::Min(least)) => percent(ratio) >= least,
            (Measured::Whole(value), Limit::Max(most)) => Decimal::whole(value) <= most,
            (Measured::Crap(crap), Limit::Max(most)) => crap.is_within(most),
            (Measured::Check(exit), Limit::All) => exit == Exit::Code(0),
            _ => false,
        }
    }

    /// For people: `412 passed`, `96.2 %`, `18.8`. One digit behind the point, more where one would put the
    /// value on the wrong side of `limit`; 100 % is only all of them.
    pub fn shown(self, limit: Option<Limit>) -> String {
        match self {
            Measured::Tests { passed, failed: 0 } => format!("{passed} passed"),
            Measured::Tests { passed, failed } => format!("{failed} failed, {passed} passed"),
            Measured::Ratio(ratio) => {
                let least = if let Some(Limit::Min(least)) = limit { least } else { Decimal::whole(0) };
                format!("{} %", rounded(percent(ratio), |value, step| value / step, |value| value >= least))
            }
            Measured::Whole(value) => value.to_string(),
            Measured::Check(exit) => end(exit),
            Measured::Crap(crap) => {
                let most = if let Some(Limit::Max(most)) = limit { most } else { Decimal { millionths: u64::MAX } };
                rounded(crap.score(), u64::div_ceil, |value| value <= most)
            }
        }
    }
}

fn end(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit {code}"),
        Exit::Signal(signal) => format!("signal {signal}"),
        Exit::TimeLimit => "too slow".to_owned(),
        Exit::ProcessLimit => "too many processes".to_owned(),
    }
}

/// `value` with the fewest digits at which `holds` says of the shown number what it says of `value`.
/// `divide` rounds the way that the value has to be rounded.
fn rounded(value: Decimal, divide: fn(u64, u64) -> u64, holds: impl Fn(Decimal) -> bool) -> String {
    if value.is_whole() {
        return value.to_string();
    }
    let candidates = (1..=6).map(|digits: u32| {
        let step = 10_u64.pow(6 - digits);
        (digits as usize, divide(value.millionths, step).saturating_mul(step))
    });
    let agrees = |(_, millionths): &(usize, u64)| holds(Decimal { millionths: *millionths }) == holds(value);
    let (digits, millionths) = candidates.into_iter().find(agrees).unwrap_or((6, value.millionths));
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    text[..text.len() - 6 + digits].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Crap;
    use proptest::prelude::*;

    fn ratio(hit: u64, of: u64) -> Measured {
        Measured::Ratio(Ratio { hit, of })
    }

    fn crap(complexity: u32, hit: u64, of: u64) -> Measured {
        Measured::Crap(Crap { complexity, coverage: Ratio { hit, of } })
    }

    fn least(text: &str) -> Limit {
        Limit::Min(Decimal::parse(text).unwrap())
    }

    fn most(text: &str) -> Limit {
        Limit::Max(Decimal::parse(text).unwrap())
    }

    #[test]
    fn limits_are_inclusive_and_compared_before_rounding() {
        let cases = [
            (ratio(9, 10), least("90"), true),
            (ratio(899_999_999, 1_000_000_000), least("90"), false),
            (ratio(2, 3), least("66.666666"), true),
            (ratio(2, 3), least("66.666667"), false),
            (ratio(u64::MAX, u64::MAX), least("100"), true),
            (ratio(u64::MAX - 1, u64::MAX), least("100"), false),
            (ratio(0, 0), least("0.000001"), false),
            (Measured::Whole(10), most("10"), true),
            (Measured::Whole(11), most("10"), false),
            (crap(8, 1, 1), most("8"), true),
            (crap(8, 999, 1000), most("8"), false),
            (Measured::Tests { passed: 0, failed: 0 }, Limit::All, true),
            (Measured::Tests { passed: 9, failed: 1 }, Limit::All, false),
            (ratio(1, 1), Limit::All, false),
            (ratio(1, 1), most("100"), false),
            (Measured::Whole(1), least("1"), false),
        ];
        for (measured, limit, holds) in cases {
            assert_eq!(measured.holds(limit), holds, "{measured:?} {limit:?}");
        }
    }

    #[test]
    fn values_are_shown_rounded_against_the_code_and_never_against_the_verdict() {
        let cases = [
            (ratio(9, 10), None, "90 %"),
            (ratio(1, 1), None, "100 %"),
            (ratio(9_999, 10_000), None, "99.9 %"),
            (ratio(962, 1000), Some(least("90")), "96.2 %"),
            (ratio(8_999, 10_000), Some(least("90")), "89.9 %"),
            (ratio(9_001, 10_000), Some(least("90")), "90.0 %"),
            (ratio(9_257, 10_000), Some(least("92.55")), "92.57 %"),
            (ratio(2, 3), Some(least("66.666666")), "66.666666 %"),
            (crap(14, 71, 100), Some(most("8")), "18.8"),
            (crap(8, 999, 1000), Some(most("8")), "8.1"),
            (crap(7, 5, 10), Some(most("13.13")), "13.13"),
            (crap(7, 5, 10), None, "13.2"),
            (crap(3, 1, 1), None, "3"),
            (Measured::Whole(14), Some(most("10")), "14"),
            (Measured::Tests { passed: 412, failed: 0 }, Some(Limit::All), "412 passed"),
            (Measured::Tests { passed: 4, failed: 2 }, None, "2 failed, 4 passed"),
        ];
        for (measured, limit, shown) in cases {
            assert_eq!(measured.shown(limit), shown, "{measured:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_shown_is_on_the_side_of_the_limit_that_the_verdict_is(hit in 0u64..300, missed in 0u64..300, complexity in 1u32..40, at in 1u64..100_000_000) {
            let limit = Decimal { millionths: at };
            let coverage = Ratio { hit, of: hit + missed.max(1) };
            let shown = |measured: Measured, limit| Decimal::parse(measured.shown(Some(limit)).trim_end_matches(" %")).unwrap();
            let ratio = Measured::Ratio(coverage);
            prop_assert_eq!(shown(ratio, Limit::Min(limit)) >= limit, ratio.holds(Limit::Min(limit)));
            let crap = Measured::Crap(Crap { complexity, coverage });
            prop_assert_eq!(shown(crap, Limit::Max(limit)) <= limit, crap.holds(Limit::Max(limit)));
        }

        #[test]
        fn a_percentage_is_compared_as_the_fraction_it_is(hit in 0u64..100_000, missed in 0u64..100_000, limit in 1u64..=100_000_000) {
            let of = hit + missed + 1;
            let exact = u128::from(hit) * 100 * 1_000_000 >= u128::from(limit) * u128::from(of);
            let measured = Measured::Ratio(Ratio { hit, of });
            prop_assert_eq!(measured.holds(Limit::Min(Decimal { millionths: limit })), exact);
        }
    }
}
