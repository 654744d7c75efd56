//! LCOV's tracefile. An outcome of a decision that was never evaluated is `-`.

use std::io::{self, Write};

use super::{decisions, functions, measured};
use crate::coverage::{FileCoverage, OUR_LCOV_NAME, Ratio};
use crate::score::{FileScore, Scores};

/// Write lines, functions and branches of every file.
pub fn lcov(scores: &Scores, out: &mut dyn Write) -> io::Result<()> {
    measured(scores).try_for_each(|(file, coverage)| section(file, coverage, out))
}

fn section(file: &FileScore, coverage: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    // The name tells our own reader that outcomes are numbered as ours.
    writeln!(out, "TN:{OUR_LCOV_NAME}\nSF:{}", file.path)?;
    let functions = functions(file, coverage);
    for function in &functions {
        writeln!(out, "FN:{},{}", function.line, function.name)?;
    }
    for function in &functions {
        writeln!(out, "FNDA:{},{}", u8::from(function.entered), function.name)?;
    }
    found(out, "FN", coverage.function_ratio())?;
    for decision in decisions(coverage) {
        let was_evaluated = decision.iter().any(|branch| branch.taken);
        for branch in decision {
            let taken = if was_evaluated { u8::from(branch.taken).to_string() } else { "-".to_owned() };
            writeln!(out, "BRDA:{},{},{},{taken}", branch.line, branch.decision, branch.outcome)?;
        }
    }
    found(out, "BR", coverage.branch_ratio())?;
    for (line, ran) in &coverage.lines {
        writeln!(out, "DA:{line},{}", u8::from(*ran))?;
    }
    found(out, "L", coverage.line_ratio())?;
    writeln!(out, "end_of_record")
}

fn found(out: &mut dyn Write, what: &str, ratio: Ratio) -> io::Result<()> {
    writeln!(out, "{what}F:{}\n{what}H:{}", ratio.of, ratio.hit)
}
