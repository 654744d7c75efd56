//! A till: orders are parsed, discounted and printed as receipts.

pub mod discount;
pub mod order;
pub mod receipt;

pub use discount::discount;
pub use order::{Order, ParseError, parse};
pub use receipt::{Total, receipt};
