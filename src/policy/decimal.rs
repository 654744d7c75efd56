//! A limit as it was written: a decimal number kept in integers, so that comparisons are exact.

use std::fmt;

/// A non-negative decimal with at most six fractional digits, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal {
    /// The value times one million.
    pub millionths: u64,
}

impl Decimal {
    /// The whole number `n`.
    pub const fn whole(n: u32) -> Self {
        Self { millionths: n as u64 * 1_000_000 }
    }

    /// The number that `text` spells: digits and perhaps a fraction of at most six digits, of which
    /// trailing zeros do not count. The error says what is wrong with it, to follow "a limit".
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return Err("is a plain decimal number such as 90 or 92.5");
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 6 {
            return Err("has at most six digits behind the point");
        }
        let padded = format!("{fraction:0<6}");
        let millionths = whole.parse().ok().zip(padded.parse().ok());
        let value = millionths.and_then(|(whole, rest): (u64, u64)| whole.checked_mul(1_000_000)?.checked_add(rest));
        value.map(|millionths| Self { millionths }).ok_or("is at most 18446744073709")
    }

    /// Whether nothing stands behind the point.
    pub const fn is_whole(self) -> bool {
        self.millionths.is_multiple_of(1_000_000)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.millionths / 1_000_000, self.millionths % 1_000_000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{rest:06}").trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_kept() {
        let cases = [
            ("0", 0, "0"),
            ("90", 90_000_000, "90"),
            ("92.5", 92_500_000, "92.5"),
            ("0.000001", 1, "0.000001"),
            ("7.0500000000", 7_050_000, "7.05"),
            ("18446744073709.551615", u64::MAX, "18446744073709.551615"),
        ];
        for (text, millionths, shown) in cases {
            assert_eq!(Decimal::parse(text), Ok(Decimal { millionths }), "{text}");
            assert_eq!(Decimal { millionths }.to_string(), shown);
        }
        assert_eq!(Decimal::whole(7), Decimal::parse("7").unwrap());
        assert!(Decimal::whole(7).is_whole() && !Decimal::parse("7.5").unwrap().is_whole());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", ".5", "5.", "-1", "+1", "1e2", "1_000", "0x10", "inf", "nan", "1.2.3", "١"] {
            assert!(Decimal::parse(text).is_err_and(|why| why.contains("plain")), "{text}");
        }
        assert!(Decimal::parse("1.0000001").is_err_and(|why| why.contains("six")));
        for text in ["18446744073709.551616", "18446744073710", "99999999999999999999"] {
            assert!(Decimal::parse(text).is_err_and(|why| why.contains("at most 18446744073709")), "{text}");
        }
    }
}
