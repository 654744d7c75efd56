//! Our verdicts on a crate against those obtained by really editing its source, mutant by mutant. A mutant is
//! matched by file, line, column and replacement, white space aside.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::command::root;
use crate::{corpus, gate};

#[derive(Deserialize)]
struct Truth {
    mutants: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    line: u64,
    column: u64,
    function: String,
    genre: String,
    replacement: String,
    status: String,
}

/// File, line, column, replacement without white space.
type Key = (String, u64, u64, String);

/// Gate the crate and compare; whether every mutant was found and agrees.
pub(crate) fn run(name: &str) -> Result<bool> {
    let entry = corpus::select(&[name])?.remove(0);
    let truth = root().join("fixtures/truth").join(format!("{}.json", entry.id()));
    let text =
        fs::read_to_string(&truth).with_context(|| format!("there is no truth for {}: cannot read {}", entry.id(), truth.display()))?;
    let truth: Truth = serde_json::from_str(&text).with_context(|| format!("{} is no truth file", truth.display()))?;
    let folder = corpus::fetch(&entry)?;
    let work = root().join("target/compare").join(entry.id());
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    let report = work.join("mutation-report.json");
    gate::run(&mut gate::command(&gate::build()?, &folder, &work.join("target"), &report))?;
    let comparison = compare(&statuses(&gate::read(&report)?), &truth.mutants);
    for line in &comparison.differences {
        println!("{line}");
    }
    println!("{}: {}", entry.id(), comparison.summary());
    Ok(comparison.differences.is_empty() && comparison.found > 0)
}

struct Comparison {
    differences: Vec<String>,
    all: usize,
    found: usize,
    agree: usize,
    more: usize,
}

impl Comparison {
    fn summary(&self) -> String {
        let Self { all, found, agree, more, .. } = self;
        format!("found {found} of {all}, agree {agree} of {found}, {more} mutants more than the truth has")
    }
}

fn compare(ours: &BTreeMap<Key, String>, truth: &[Expected]) -> Comparison {
    let mut comparison = Comparison { differences: Vec::new(), all: truth.len(), found: 0, agree: 0, more: 0 };
    for expected in truth {
        let key = (expected.file.clone(), expected.line, expected.column, squash(&expected.replacement));
        let status = ours.get(&key);
        comparison.found += usize::from(status.is_some());
        let difference = match status {
            Some(status) if kind(status) == kind(&expected.status) => None,
            Some(status) => Some(format!("differs  {}: truth {}, report {status}", expected.place(), expected.status)),
            None => Some(format!("missing  {} ({})", expected.place(), expected.status)),
        };
        comparison.agree += usize::from(difference.is_none());
        comparison.differences.extend(difference);
    }
    comparison.more = ours.len() - comparison.found;
    comparison
}

impl Expected {
    fn place(&self) -> String {
        let Self { file, line, column, genre, replacement, function, .. } = self;
        format!("{file}:{line}:{column} {genre} -> {replacement:?} in {function}")
    }
}

/// What a status says of the tests: a hang that is a timeout there may be a kill here.
pub(crate) fn kind(status: &str) -> &str {
    match status {
        "Killed" | "Timeout" | "RuntimeError" => "detected",
        "Survived" | "NoCoverage" => "undetected",
        other => other,
    }
}

fn squash(replacement: &str) -> String {
    replacement.split_whitespace().collect()
}

/// Every mutant of a report in the mutation-testing report schema with its status.
fn statuses(report: &Value) -> BTreeMap<Key, String> {
    let files = report["files"].as_object().into_iter().flatten();
    let mutants = files.flat_map(|(path, file)| file["mutants"].as_array().into_iter().flatten().map(move |mutant| (path, mutant)));
    let read = |(path, mutant): (&String, &Value)| {
        let start = &mutant["location"]["start"];
        let number = |name: &str| start[name].as_u64().unwrap_or(0);
        let replacement = squash(mutant["replacement"].as_str().unwrap_or_default());
        let key = (path.trim_start_matches("./").to_owned(), number("line"), number("column"), replacement);
        (key, mutant["status"].as_str().unwrap_or_default().to_owned())
    };
    mutants.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(line: u64, replacement: &str, status: &str) -> Expected {
        Expected {
            file: "src/lib.rs".to_owned(),
            line,
            column: 5,
            function: "f".to_owned(),
            genre: "FnValue".to_owned(),
            replacement: replacement.to_owned(),
            status: status.to_owned(),
        }
    }

    #[test]
    fn mutants_are_matched_by_place_and_text_and_judged_by_kind() {
        let mutant = |line: u64, replacement: &str, status: &str| serde_json::json!({"location": {"start": {"line": line, "column": 5}}, "replacement": replacement, "status": status});
        let mutants = [mutant(1, "Ok (())", "Killed"), mutant(2, "", "NoCoverage"), mutant(3, "0", "Survived"), mutant(9, "1", "Killed")];
        let ours = statuses(&serde_json::json!({"files": {"src/lib.rs": {"mutants": mutants}}}));
        let truth = [expected(1, "Ok(())", "Timeout"), expected(2, "", "Survived"), expected(3, "0", "Killed"), expected(4, "0", "Killed")];
        let comparison = compare(&ours, &truth);
        assert_eq!(comparison.summary(), "found 3 of 4, agree 2 of 3, 1 mutants more than the truth has");
        assert_eq!(comparison.differences[0], "differs  src/lib.rs:3:5 FnValue -> \"0\" in f: truth Killed, report Survived");
        assert!(comparison.differences[1].starts_with("missing  src/lib.rs:4:5"));
    }
}
