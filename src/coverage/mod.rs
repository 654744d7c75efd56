//! What ran: per file the lines, branch outcomes and functions that a run reached, whether we measured it or
//! a coverage file tells it. Owns the arithmetic of coverage; refuses to know limits, formats of reports and
//! how marks were collected.
//!
//! | step, for coverage measured elsewhere | file |
//! |---|---|
//! | find out the format and read what concerns us | `read` → `claims` |
//! | find the sources that its paths mean | `paths` |
//! | refuse what is older than they are or was measured on another text | `files`, `merge` |
//! | make coverage of it, or add it to ours | `merge` |

mod claims;
mod files;
mod marks;
mod merge;
mod paths;
mod read;

use std::collections::BTreeMap;

pub use files::{CoverageFile, KnownSource, Outside, UsedFile, read_files};
pub use marks::file_coverage;
pub use merge::{Elsewhere, Extent};
pub use read::Format;
pub(crate) use read::{LLVM_EXPORT, OUR_LCOV_NAME};

/// A part of a whole, exact; rounding is for those who print it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ratio {
    /// How many have the property.
    pub hit: u64,
    /// How many there are. 0 means that nothing was measured, which is never 100 %.
    pub of: u64,
}

impl std::ops::AddAssign for Ratio {
    fn add_assign(&mut self, other: Ratio) {
        self.hit += other.hit;
        self.of += other.of;
    }
}

/// The coverage of one source file; cfg-inactive code is absent from all three.
#[derive(Clone, Debug, Default)]
pub struct FileCoverage {
    /// Coverable 1-based lines, and whether each ran.
    pub lines: BTreeMap<u32, bool>,
    /// Branch outcomes in source order.
    pub branches: Vec<Branch>,
    /// Functions by the byte at which their span starts, and whether each was entered.
    pub functions: BTreeMap<u32, bool>,
}

/// One outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// 1-based line of the deciding token.
    pub line: u32,
    /// 1-based column of that token, in characters; 1 where a coverage file does not tell it.
    pub column: u32,
    /// Which decision of the file, in source order: outcomes of one decision share it. In a coverage file, which
    /// decision of the line.
    pub decision: u32,
    /// Which outcome of the decision.
    pub outcome: u32,
    /// Whether it was taken.
    pub taken: bool,
}

impl FileCoverage {
    /// Covered lines of coverable lines.
    pub fn line_ratio(&self) -> Ratio {
        ratio(self.lines.values().copied())
    }

    /// Taken outcomes of all outcomes.
    pub fn branch_ratio(&self) -> Ratio {
        ratio(self.branches.iter().map(|branch| branch.taken))
    }

    /// Entered functions of all functions.
    pub fn function_ratio(&self) -> Ratio {
        ratio(self.functions.values().copied())
    }
}

fn ratio(states: impl Iterator<Item = bool>) -> Ratio {
    states.fold(Ratio::default(), |sum, hit| Ratio { hit: sum.hit + u64::from(hit), of: sum.of + 1 })
}
