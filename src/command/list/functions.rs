//! `cargo gate list functions`: every function with all that its syntax tells, and with the coverage and the
//! CRAP score of the last check where its file has not changed since.

use std::cmp::Reverse;
use std::io::{self, Write};

use crate::cli::{Format, List, SortKey};
use crate::command::last::{LastRun, key};
use crate::coverage::Ratio;
use crate::judge::one_line;
use crate::measure::Crap;
use crate::report::json::{function, layout};
use crate::score::{FileScore, FunctionScore, Scores};

/// A function and what it is sorted by besides its place.
pub(super) struct Row {
    function: layout::Function,
    crap: Option<Crap>,
}

const HEAD: [&str; 10] = ["complexity", "cognitive", "lines", "parameters", "nesting", "unsafe", "panics", "coverage", "crap", "function"];

/// Every function, sorted.
pub(super) fn found(scores: &Scores, last: &LastRun, sort: Option<SortKey>) -> Vec<Row> {
    let mut rows: Vec<Row> = scores.functions().map(|(file, score)| row(file, score, last)).collect();
    let by = |rows: &mut Vec<Row>, value: fn(&layout::Function) -> usize| rows.sort_by_key(|row| Reverse(value(&row.function)));
    match sort {
        None | Some(SortKey::Place) => {}
        Some(SortKey::Name) => rows.sort_by(|one, other| one.function.name.cmp(&other.function.name)),
        Some(SortKey::Complexity) => by(&mut rows, |function| function.complexity as usize),
        Some(SortKey::CognitiveComplexity) => by(&mut rows, |function| function.cognitive_complexity as usize),
        Some(SortKey::FunctionLines) => by(&mut rows, |function| function.lines as usize),
        Some(SortKey::Parameters) => by(&mut rows, |function| function.parameters as usize),
        Some(SortKey::NestingDepth) => by(&mut rows, |function| function.nesting_depth as usize),
        Some(SortKey::UnsafeBlocks) => by(&mut rows, |function| function.unsafe_blocks),
        Some(SortKey::Panics) => by(&mut rows, |function| function.panics),
        // What was not measured is no number: it comes last.
        Some(SortKey::LineCoverage) => rows.sort_by_key(|row| row.crap.map_or(u128::MAX, |crap| share(crap.coverage))),
        Some(SortKey::Crap) => rows.sort_by_key(|row| Reverse(row.crap.map(Crap::score))),
    }
    rows
}

/// A ratio to compare, in parts of 2⁶⁴.
fn share(ratio: Ratio) -> u128 {
    (u128::from(ratio.hit) << 64) / u128::from(ratio.of.max(1))
}

fn row(file: &FileScore, score: &FunctionScore, last: &LastRun) -> Row {
    let known = last.functions.get(&key(file.path.as_str(), &score.function.name)).filter(|_| last.knows(&file.path, &file.text));
    let coverage = known.and_then(|known| known.lines).map(|(hit, of)| Ratio { hit, of }).filter(|ratio| ratio.of > 0);
    let uncovered = known.map(|known| known.uncovered.clone()).unwrap_or_default();
    let score = FunctionScore { function: score.function.clone(), coverage, uncovered, inactive: score.inactive };
    let crap = coverage.map(|coverage| Crap { complexity: score.function.complexity.value(), coverage });
    Row { function: function(file, &score), crap }
}

/// Write the rows as a table or as JSON.
pub(super) fn write(list: &List, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    match list.format {
        Format::Human => table(rows, out),
        Format::Json => {
            let functions: Vec<_> = rows.iter().map(|row| &row.function).collect();
            writeln!(out, "{}", crate::report::terminal::json(&serde_json::to_string_pretty(&functions)?))
        }
    }?;
    out.flush()
}

fn table(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<[String; 10]> = rows.iter().map(cells).collect();
    let widths: [usize; 10] = std::array::from_fn(|column| {
        let longest = cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        longest.max(HEAD[column].len())
    });
    let line = |cells: &[String; 10]| {
        let (name, numbers) = cells.split_last().expect("ten columns");
        let numbers: Vec<String> = numbers.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        format!("{}  {name}", numbers.join("  "))
    };
    writeln!(out, "{}", line(&HEAD.map(str::to_owned)))?;
    cells.iter().try_for_each(|row| writeln!(out, "{}", line(row)))
}

fn cells(row: &Row) -> [String; 10] {
    let Row { function, crap } = row;
    let measured = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    [
        function.complexity.to_string(),
        function.cognitive_complexity.to_string(),
        function.lines.to_string(),
        function.parameters.to_string(),
        function.nesting_depth.to_string(),
        function.unsafe_blocks.to_string(),
        function.panics.to_string(),
        measured(crap.map(|crap| crate::judge::Measured::Ratio(crap.coverage).shown(None))),
        measured(crap.map(|crap| crate::judge::Measured::Crap(crap).shown(None))),
        format!("{} {}:{}", one_line(&function.name), one_line(&function.path), function.line),
    ]
}
