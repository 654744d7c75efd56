//! The JSON of `llvm-cov export`, version 2.0.1: files with segments, branches and a summary, functions with
//! regions. Each coverable line is a region of its own, from its first character to its last, so that readers
//! of lines find ours. LLVM knows decisions with two outcomes only: a `match` of n arms becomes n - 1 of them,
//! as the same chain of `if`s would.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::{Measured, decisions, functions, measured};
use crate::coverage::{Branch, FileCoverage, LLVM_EXPORT, Ratio};
use crate::report::terminal;
use crate::score::{FileScore, Scores};

/// Write files and functions.
pub fn llvm_cov_json(scores: &Scores, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<_> = measured(scores).collect();
    let document = json!({
        "type": LLVM_EXPORT,
        "version": "2.0.1",
        "data": [{
            "files": all.iter().map(|(file, coverage)| export(file, coverage)).collect::<Vec<_>>(),
            "functions": all.iter().flat_map(|(file, coverage)| functions_of(file, coverage)).collect::<Vec<_>>(),
            "totals": summary(all.iter().map(|(_, coverage)| *coverage)),
        }],
    });
    writeln!(out, "{}", terminal::json(&document.to_string()))
}

fn export(file: &FileScore, coverage: &FileCoverage) -> Value {
    json!({
        "filename": file.path,
        "segments": coverage.lines.iter().flat_map(|(line, ran)| segments(file, *line, *ran)).collect::<Vec<_>>(),
        "branches": branches(coverage),
        "expansions": [],
        "summary": summary([coverage]),
    })
}

/// `[line, column, count, has count, is region entry, is gap region]`: where a line's code begins and ends.
type Segment = (u32, u32, u8, bool, bool, bool);

fn segments(file: &FileScore, line: u32, ran: bool) -> [Segment; 2] {
    let (first, end) = columns(file, line);
    [(line, first, u8::from(ran), true, true, false), (line, end, 0, false, false, false)]
}

/// Where the code of a line begins, and the column behind it.
fn columns(file: &FileScore, line: u32) -> (u32, u32) {
    let text = file.lines.span(line).of(&file.text);
    let before = text.chars().take_while(|c| c.is_whitespace()).count();
    let end = text.trim_end().chars().count().max(before + 1);
    let column = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    (column(before), column(end))
}

/// A branch: `[line, column, end line, end column, times true, times false, file, expanded file, kind]`.
type TwoWay = (u32, u32, u32, u32, u8, u8, u8, u8, u8);

/// LLVM's number for a branch region.
const BRANCH: u8 = 4;

fn branches(coverage: &FileCoverage) -> Vec<TwoWay> {
    decisions(coverage).iter().flat_map(|outcomes| two_ways(outcomes)).collect()
}

/// A decision of two outcomes is false, then true; one of more is a chain: this one, or one of those after it.
/// Readers know a branch by its place: each of a chain stands one column further than the one before.
fn two_ways(outcomes: &[&Branch]) -> Vec<TwoWay> {
    let branch = |at: &Branch, further: u32, yes: bool, no: bool| {
        let column = at.column + further;
        (at.line, column, at.line, column + 1, u8::from(yes), u8::from(no), 0, 0, BRANCH)
    };
    if let [no, yes] = outcomes {
        return vec![branch(yes, 0, yes.taken, no.taken)];
    }
    let is_taken = |outcomes: &[&Branch]| outcomes.iter().any(|outcome| outcome.taken);
    let chain = (0u32..).zip(1..outcomes.len());
    chain.map(|(further, next)| branch(outcomes[next - 1], further, outcomes[next - 1].taken, is_taken(&outcomes[next..]))).collect()
}

fn functions_of(file: &FileScore, coverage: &FileCoverage) -> Vec<Value> {
    let functions = functions(file, coverage);
    let function = |function: &Measured<'_>| {
        let first = (function.line, 1, function.line, columns(file, function.line).1, u8::from(function.entered), 0, 0, 0);
        let (start, end) = (function.line, file.lines.line(function.score.function.span.end.saturating_sub(1)));
        let is_nested = |line: u32| functions.iter().any(|other| is_inside(other, function) && holds(file, other, line));
        let lines = coverage.lines.range(start..=end).filter(|(line, _)| **line != start && !is_nested(**line));
        let rest = lines.map(|(line, ran)| {
            let (first, end) = columns(file, *line);
            (*line, first, *line, end, u8::from(*ran), 0, 0, 0)
        });
        let regions: Vec<_> = std::iter::once(first).chain(rest).collect();
        json!({
            "name": function.name,
            "count": u8::from(function.entered),
            "regions": regions,
            "branches": [],
            "filenames": [file.path],
        })
    };
    functions.iter().map(function).collect()
}

fn is_inside(inner: &Measured<'_>, outer: &Measured<'_>) -> bool {
    let (inner, outer) = (inner.score.function.span, outer.score.function.span);
    inner != outer && outer.contains(inner)
}

fn holds(file: &FileScore, function: &Measured<'_>, line: u32) -> bool {
    let span = function.score.function.span;
    (file.lines.line(span.start)..=file.lines.line(span.end.saturating_sub(1))).contains(&line)
}

#[derive(Serialize)]
struct Share {
    count: u64,
    covered: u64,
    percent: f64,
}

/// For display, cut off at the shown digits: what is not all is never 100.
fn share(ratio: Ratio) -> Share {
    let hundredths = u32::try_from(ratio.hit * 10_000 / ratio.of.max(1)).unwrap_or(u32::MAX);
    Share { count: ratio.of, covered: ratio.hit, percent: f64::from(hundredths) / 100.0 }
}

fn summary<'a>(coverage: impl IntoIterator<Item = &'a FileCoverage>) -> Value {
    let (mut lines, mut functions, mut two_way) = (Ratio::default(), Ratio::default(), Ratio::default());
    for file in coverage {
        lines += file.line_ratio();
        functions += file.function_ratio();
        for branch in branches(file) {
            two_way += Ratio { hit: u64::from(branch.4) + u64::from(branch.5), of: 2 };
        }
    }
    json!({
        "lines": share(lines),
        "functions": share(functions),
        "instantiations": share(functions),
        "regions": share(lines),
        "branches": share(two_way),
    })
}
