//! Exact numbers turned into digits, once, at the end. Owns the rule that a display never lets a failing
//! number look like a passing one, nor the other way round: percentages are cut off and CRAP scores are
//! raised at a precision that the limit can be told apart at. Refuses to compare.

use crate::coverage::Ratio;
use crate::judge::{Crap, Measured};
use crate::policy::{Decimal, Limit};

/// The digits behind the point that tell a value from `limit`: one, or as many as the limit has.
///
/// With a limit of d digits, cutting `v < limit` off at d digits stays below it, and cutting `v >= limit`
/// off does not fall below it; raising works likewise for upper limits.
pub(crate) fn digits(limit: Option<Limit>) -> u32 {
    match limit {
        Some(Limit::Min(limit) | Limit::Max(limit)) => (1..6).find(|digits| fits(limit, *digits)).unwrap_or(6),
        Some(Limit::All) | None => 1,
    }
}

fn fits(limit: Decimal, digits: u32) -> bool {
    limit.millionths.is_multiple_of(10_u64.pow(6 - digits))
}

/// A percentage cut off behind `digits` digits: `96.2`; `None` of an empty whole, which is no 100 %.
pub(crate) fn percent(ratio: Ratio, digits: u32) -> Option<String> {
    let scaled = u128::from(ratio.hit) * 100 * 10_u128.pow(digits);
    Some(point(scaled.checked_div(u128::from(ratio.of))?, digits))
}

/// A CRAP score raised at `digits` digits: `18.8`; `None` where no line was measured.
///
/// `c² · (1 − hit/of)³ + c = (c² · (of − hit)³ + c · of³) / of³`, in integers. 128 bits hold it for
/// complexities and lines of code up to a million.
pub(crate) fn crap(crap: Crap, digits: u32) -> Option<String> {
    let complexity = u128::from(crap.complexity);
    let (hit, of) = (u128::from(crap.coverage.hit), u128::from(crap.coverage.of));
    if of == 0 {
        return None;
    }
    let numerator = complexity * complexity * of.saturating_sub(hit).pow(3) + complexity * of.pow(3);
    Some(point((numerator * 10_u128.pow(digits)).div_ceil(of.pow(3)), digits))
}

/// What a gate measured, for its row: `96.2 %`, `412 passed`, `18.8`.
pub(crate) fn measured(measured: Measured, limit: Option<Limit>) -> String {
    let nothing = || "nothing to measure".to_owned();
    match measured {
        Measured::Tests { passed, failed: 0 } => format!("{passed} passed"),
        Measured::Tests { passed, failed } => format!("{passed} passed, {failed} failed"),
        Measured::Ratio(ratio) => percent(ratio, digits(limit)).map_or_else(nothing, |percent| format!("{percent} %")),
        Measured::Whole(value) => value.to_string(),
        Measured::Crap(value) => crap(value, digits(limit)).unwrap_or_else(nothing),
    }
}

fn point(scaled: u128, digits: u32) -> String {
    let (whole, rest) = (scaled / 10_u128.pow(digits), scaled % 10_u128.pow(digits));
    let width = digits as usize;
    format!("{whole}.{rest:0width$}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limit(text: &str) -> Limit {
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let millionths = format!("{whole}{rest:0<6}").parse().unwrap();
        Limit::Min(Decimal { millionths })
    }

    #[test]
    fn a_failing_number_is_never_shown_at_its_limit() {
        let shown = |hit, of, text| measured(Measured::Ratio(Ratio { hit, of }), Some(limit(text)));
        assert_eq!(shown(8999, 10_000, "90"), "89.9 %");
        assert_eq!(shown(89_999_999, 100_000_000, "90"), "89.9 %");
        assert_eq!(shown(8995, 10_000, "89.95"), "89.95 %");
        assert_eq!(shown(89_949, 100_000, "89.95"), "89.94 %");
        assert_eq!(shown(1, 1, "90"), "100.0 %");
        assert_eq!(shown(0, 0, "90"), "nothing to measure");
        let crap = |complexity, hit, of| measured(Measured::Crap(Crap { complexity, coverage: Ratio { hit, of } }), None);
        assert_eq!(crap(14, 71, 100), "18.8");
        assert_eq!(crap(8, 999, 1000), "8.1");
        assert_eq!(crap(8, 1000, 1000), "8.0");
    }

    proptest! {
        #[test]
        fn what_is_shown_stands_to_the_limit_as_what_was_measured(of in 1_u64..2000, part in 0_u64..2000, millionths in 0_u64..100_000_000) {
            let ratio = Ratio { hit: part.min(of), of };
            let limit = Limit::Min(Decimal { millionths });
            let holds = u128::from(ratio.hit) * 100_000_000 >= u128::from(millionths) * u128::from(of);
            let shown = percent(ratio, digits(Some(limit))).unwrap();
            let Limit::Min(read) = self::limit(&shown) else { unreachable!() };
            prop_assert_eq!(read.millionths >= millionths, holds);
        }
    }
}
