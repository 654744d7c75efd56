//! Coverage alone, in the formats that coverage viewers and services read. Paths are relative to the workspace
//! root, and nothing in a report depends on the machine or the clock: the same run gives the same bytes. A line
//! or an outcome counts 1 when it ran, however often. Files of which nothing was measured are not in them.

mod cobertura;
mod lcov;
mod llvm;

#[cfg(test)]
mod tests;

pub use cobertura::cobertura;
pub use lcov::{lcov, lcov_tests};
pub use llvm::llvm_cov_json;

use std::collections::BTreeMap;

use crate::coverage::{Branch, FileCoverage};
use crate::score::{FileScore, FunctionScore, Scores};

/// The files with coverage.
fn measured(scores: &Scores) -> impl Iterator<Item = (&FileScore, &FileCoverage)> {
    let with_coverage = scores.files.iter().filter_map(|file| Some((file, file.coverage.as_ref()?)));
    with_coverage.filter(|(_, coverage)| has_code(coverage))
}

fn has_code(coverage: &FileCoverage) -> bool {
    !coverage.lines.is_empty() || !coverage.functions.is_empty()
}

/// A measured function.
struct Measured<'a> {
    /// Unique in its file: where two have the same name, the line makes the difference.
    name: String,
    line: u32,
    entered: bool,
    score: &'a FunctionScore,
}

/// The measured functions of a file, in source order.
fn functions<'a>(file: &'a FileScore, coverage: &FileCoverage) -> Vec<Measured<'a>> {
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    for score in &file.functions {
        *count.entry(&score.function.name).or_default() += 1;
    }
    let measured = |score: &'a FunctionScore| {
        let name = &score.function.name;
        let line = file.lines.line(score.function.span.start);
        let entered = *coverage.functions.get(&score.function.span.start)?;
        let name = if count[name.as_str()] > 1 { format!("{name} (line {line})") } else { name.clone() };
        Some(Measured { name, line, entered, score })
    };
    file.functions.iter().filter_map(measured).collect()
}

/// The outcomes of each decision, decisions in the order of their places.
fn decisions(coverage: &FileCoverage) -> Vec<Vec<&Branch>> {
    let mut decisions: BTreeMap<(u32, u32, u32), Vec<&Branch>> = BTreeMap::new();
    for branch in &coverage.branches {
        decisions.entry((branch.line, branch.column, branch.decision)).or_default().push(branch);
    }
    decisions.into_values().collect()
}
