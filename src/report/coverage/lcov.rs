//! LCOV's tracefile. An outcome of a decision that was never evaluated is `-`. Readers end a function's name at a
//! comma: in a name it is written as `;`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{decisions, functions, has_code, measured};
use crate::coverage::{FileCoverage, OUR_LCOV_NAME, Ratio};
use crate::score::{FileScore, Scores};

/// Write lines, functions and branches of every file.
pub fn lcov(scores: &Scores, out: &mut dyn Write) -> io::Result<()> {
    // The name tells our own reader that outcomes are numbered as ours.
    measured(scores).try_for_each(|(file, coverage)| section(OUR_LCOV_NAME, file, coverage, out))
}

/// Write for every test what it reaches, in sections of its name: viewers show them apart or add them up. Files
/// that a test does not come to are left out of its sections.
pub fn lcov_tests(scores: &Scores, out: &mut dyn Write) -> io::Result<()> {
    let mut names = BTreeMap::new();
    for test in &scores.by_test {
        let name = plain_name(&test.name, &mut names);
        let files = scores.files.iter().zip(&test.files).filter_map(|(file, coverage)| Some((file, coverage.as_ref()?)));
        let is_reached =
            |coverage: &FileCoverage| has_code(coverage) && coverage.functions.values().chain(coverage.lines.values()).any(|ran| *ran);
        files.filter(|(_, coverage)| is_reached(coverage)).try_for_each(|(file, coverage)| section(&name, file, coverage, out))?;
    }
    Ok(())
}

/// LCOV's names have letters, digits and `_` alone; the second of a name has a number.
fn plain_name(name: &str, known: &mut BTreeMap<String, u32>) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let count = known.entry(plain.clone()).or_default();
    *count += 1;
    if *count == 1 { plain } else { format!("{plain}_{count}") }
}

fn section(test: &str, file: &FileScore, coverage: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TN:{test}\nSF:{}", file.path)?;
    let functions = functions(file, coverage);
    for function in &functions {
        writeln!(out, "FN:{},{}", function.line, without_commas(&function.name))?;
    }
    for function in &functions {
        writeln!(out, "FNDA:{},{}", u8::from(function.entered), without_commas(&function.name))?;
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

fn without_commas(name: &str) -> String {
    name.replace(',', ";")
}

fn found(out: &mut dyn Write, what: &str, ratio: Ratio) -> io::Result<()> {
    writeln!(out, "{what}F:{}\n{what}H:{}", ratio.of, ratio.hit)
}
