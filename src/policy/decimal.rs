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
