//! Our complexity beside that of the tools that compute it, function by function. Each difference is taken apart
//! into the rules in which a tool counts otherwise; what is left over is a difference that nobody has explained.

mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::{output, root, spelled};
use crate::corpus::{self, Entry};
use crate::gate;
use rules::{Function, OURS, PEERS, Peer};

/// What a tool says of functions: by file, last line and simple name.
type Said = BTreeMap<(String, u64, String), u64>;

/// Compare on the named crates of the corpus, or on all that are one crate; whether all is explained.
pub(crate) fn run(names: &[&str]) -> Result<bool> {
    let program = gate::build()?;
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    for entry in corpus::select(names)?.into_iter().filter(|entry| entry.version.is_some() || !names.is_empty()) {
        for (peer, total) in compare(&program, &entry)? {
            totals.entry(peer).or_default().add(total);
        }
    }
    for (peer, total) in &totals {
        println!(
            "\n{peer}: {} functions, {} equal, {} differ by a rule, {} unexplained",
            total.all, total.equal, total.explained, total.open
        );
        for (rule, (functions, points)) in &total.rules {
            println!("  {rule:<72} {functions:>5} functions {points:>+6} points");
        }
    }
    Ok(!totals.is_empty() && totals.values().all(|total| total.open == 0 && total.all > 0))
}

/// What came of one tool.
#[derive(Default)]
struct Total {
    all: usize,
    equal: usize,
    explained: usize,
    open: usize,
    /// Per rule the functions and the points.
    rules: BTreeMap<&'static str, (usize, i64)>,
}

impl Total {
    fn add(&mut self, other: Total) {
        self.all += other.all;
        self.equal += other.equal;
        self.explained += other.explained;
        self.open += other.open;
        for (rule, (functions, points)) in other.rules {
            let sum = self.rules.entry(rule).or_default();
            *sum = (sum.0 + functions, sum.1 + points);
        }
    }
}

fn compare(program: &Path, entry: &Entry) -> Result<Vec<(&'static str, Total)>> {
    let folder = corpus::fetch(entry)?;
    let ours = ours(program, &folder)?;
    let files: BTreeSet<&String> = ours.keys().map(|(file, ..)| file).collect();
    let mut functions = Vec::new();
    for file in files {
        let text = fs::read_to_string(folder.join(file)).with_context(|| format!("cannot read {file} of {}", entry.id()))?;
        functions.extend(rules::functions(file, &text)?);
    }
    let mut done = Vec::new();
    for peer in &PEERS {
        let Some(theirs) = theirs(peer.name, &folder, &functions)? else {
            println!("{} is not on the path, so it is left out", peer.name);
            continue;
        };
        done.push((peer.name, against(peer, entry, &functions, &ours, &theirs)));
    }
    Ok(done)
}

fn against(peer: &Peer, entry: &Entry, functions: &[Function], ours: &Said, theirs: &Said) -> Total {
    let mut total = Total::default();
    for function in functions {
        let (Some(our), Some(their)) = (ours.get(&function.key()), theirs.get(&function.key())) else { continue };
        total.all += 1;
        if our == their {
            total.equal += 1;
            continue;
        }
        let steps = peer.steps(function);
        let is_explained = function.count(&OURS) == *our && function.count(&peer.rules) == *their;
        let why: Vec<String> = steps.iter().map(|(rule, points)| format!("{points:+} {rule}")).collect();
        let why = if is_explained { why.join(", ") } else { format!("UNEXPLAINED ({})", why.join(", ")) };
        println!("{} {}:{} {}: {our}, {} {their}: {why}", entry.id(), function.file, function.line, function.name, peer.name);
        if is_explained {
            total.explained += 1;
            for (rule, points) in steps {
                let sum = total.rules.entry(rule).or_default();
                *sum = (sum.0 + 1, sum.1 + points);
            }
        } else {
            total.open += 1;
        }
    }
    total
}

fn ours(program: &Path, folder: &Path) -> Result<Said> {
    let mut command = Command::new(program);
    command.args(["gate", "list", "functions", "--format", "json", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    command.env("CARGO_TARGET_DIR", root().join("target/peers"));
    let rows: Vec<Value> = serde_json::from_slice(&output(&mut command)?).with_context(|| format!("`{}`", spelled(&command)))?;
    let key = |row: &Value| Some((row["path"].as_str()?.to_owned(), row["end_line"].as_u64()?, simple(row["name"].as_str()?)));
    Ok(rows.iter().filter_map(|row| Some((key(row)?, row["complexity"].as_u64()?))).collect())
}

/// The last part of a name.
fn simple(name: &str) -> String {
    name.rsplit("::").next().unwrap_or(name).trim_start_matches("r#").to_owned()
}

/// What a tool says; nothing when it is not installed.
fn theirs(name: &str, folder: &Path, functions: &[Function]) -> Result<Option<Said>> {
    let is_there = Command::new(name).arg("--version").output().is_ok();
    if !is_there {
        return Ok(None);
    }
    let said = match name {
        "rust-code-analysis-cli" => rust_code_analysis(folder, functions)?,
        "cargo-crap" => cargo_crap(folder, functions)?,
        _ => crap4rs(folder)?,
    };
    Ok(Some(said))
}

fn rust_code_analysis(folder: &Path, functions: &[Function]) -> Result<Said> {
    let files: BTreeSet<&str> = functions.iter().map(|function| function.file.as_str()).collect();
    let mut said = Said::new();
    for file in files {
        let mut command = Command::new("rust-code-analysis-cli");
        command.args(["--metrics", "--output-format", "json", "--paths", file]).current_dir(folder);
        let text = output(&mut command)?;
        let unit: Value = serde_json::from_slice(&text).with_context(|| format!("`{}` prints no JSON", spelled(&command)))?;
        spaces(file, &unit, &mut said);
    }
    Ok(said)
}

/// Of a space its own points: the sum less those of the spaces in it, closures included.
fn spaces(file: &str, space: &Value, said: &mut Said) {
    let sum = |space: &Value| space["metrics"]["cyclomatic"]["sum"].as_f64().unwrap_or(0.0);
    let inner: Vec<&Value> = space["spaces"].as_array().into_iter().flatten().collect();
    if let (Some("function"), Some(name), Some(end)) = (space["kind"].as_str(), space["name"].as_str(), space["end_line"].as_u64()) {
        let own = sum(space) - inner.iter().map(|space| sum(space)).sum::<f64>();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count that is written with a fraction")]
        said.insert((file.to_owned(), end, simple(name)), own as u64);
    }
    for space in inner {
        spaces(file, space, said);
    }
}

fn cargo_crap(folder: &Path, functions: &[Function]) -> Result<Said> {
    let mut command = Command::new("cargo-crap");
    command.args(["crap", "--no-cache", "--format", "json", "--path", "."]).current_dir(folder);
    let report: Value =
        serde_json::from_slice(&output(&mut command)?).with_context(|| format!("`{}` prints no JSON", spelled(&command)))?;
    let mut said = Said::new();
    for row in report["entries"].as_array().into_iter().flatten() {
        let (Some(file), Some(line), Some(name)) = (row["file"].as_str(), row["line"].as_u64(), row["function"].as_str()) else { continue };
        let is_it =
            |function: &&Function| function.file == file.trim_start_matches("./") && function.line == line && function.name == simple(name);
        if let (Some(function), Some(value)) = (functions.iter().find(is_it), row["cyclomatic"].as_f64()) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count that is written with a fraction")]
            said.insert(function.key(), value as u64);
        }
    }
    Ok(said)
}

fn crap4rs(folder: &Path) -> Result<Said> {
    let lcov = root().join("target/peers/none.info");
    fs::create_dir_all(root().join("target/peers"))?;
    fs::write(&lcov, "TN:\nSF:none.rs\nDA:1,1\nend_of_record\n")?;
    let mut command = Command::new("crap4rs");
    command.args(["--metric", "cyclomatic", "--no-fail", "--format", "json", "--src", ".", "--coverage"]).arg(&lcov).current_dir(folder);
    let report: Value =
        serde_json::from_slice(&output(&mut command)?).with_context(|| format!("`{}` prints no JSON", spelled(&command)))?;
    let mut said = Said::new();
    for row in report["result"]["functions"].as_array().into_iter().flatten() {
        let (identity, value) = (&row["scored"]["identity"], row["scored"]["complexity"].as_u64());
        let place = identity["file_path"].as_str().zip(identity["span"]["end_line"].as_u64()).zip(identity["qualified_name"].as_str());
        if let (Some(((file, end), name)), Some(value)) = (place, value) {
            said.insert((file.trim_start_matches("./").to_owned(), end, simple(name)), value);
        }
    }
    Ok(said)
}
