//! Every fixture, run as a user runs the command, against the truth that a person wrote beside it.

mod scratch;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cargo_gate::report::json::layout;
use rayon::prelude::*;
use serde::Deserialize;

use scratch::{Scratch, fixtures};

/// What must come out of a fixture.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    exit: i32,
    outcome: String,
    mutants: Vec<Mutant>,
    gates: BTreeMap<String, String>,
    #[serde(default)]
    coverage: BTreeMap<String, Coverage>,
    #[serde(default)]
    functions: BTreeMap<String, (u64, u64)>,
    #[serde(default)]
    targets: BTreeMap<String, (u64, u64, u64)>,
    rebuilt: Option<u32>,
    #[serde(default)]
    reached_by: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Mutant {
    path: String,
    line: u32,
    operator: String,
    replacement: String,
    status: String,
    #[serde(default)]
    inactive: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coverage {
    covered: Vec<u32>,
    uncovered: Vec<u32>,
    #[serde(default)]
    inactive: Vec<u32>,
    #[serde(default)]
    complete: bool,
    untaken: Option<BTreeSet<(u32, u32)>>,
    branches: Option<(u64, u64)>,
    functions: Option<(u64, u64)>,
}

#[test]
fn every_fixture_comes_out_as_its_truth_says() {
    let names: Vec<String> = names().into_iter().collect();
    let tell = |name: &String| run(name).into_iter().map(move |difference| format!("{name}: {difference}")).collect::<Vec<_>>();
    let differences: Vec<String> = names.par_iter().flat_map_iter(tell).collect();
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_fixture_has_a_truth() {
    let folders: BTreeSet<String> = crates().collect();
    assert_eq!(folders, names());
}

#[test]
fn every_fixture_says_what_it_is_for_and_stands_alone() {
    assert!(names().len() >= 19);
    for name in names() {
        let read = |path: &str| fs::read_to_string(fixtures().join(&name).join(path)).unwrap_or_default();
        let has_purpose =
            ["src/lib.rs", "src/main.rs", "README.md"].iter().any(|path| read(path).trim_start_matches("//! ").starts_with("Purpose: "));
        assert!(has_purpose, "{name}: the first comment begins with `Purpose: `");
        assert!(read("Cargo.toml").contains("[workspace]"), "{name}: its own workspace root");
        assert!(!read("Cargo.lock").is_empty(), "{name}: its Cargo.lock is committed");
        assert!(!read("gates.toml").is_empty(), "{name}: it has a policy");
    }
}

/// The folders that hold a crate or a workspace.
fn crates() -> impl Iterator<Item = String> {
    let folders = fs::read_dir(fixtures()).unwrap().map(Result::unwrap).filter(|entry| entry.path().join("Cargo.toml").exists());
    folders.map(|entry| entry.file_name().into_string().unwrap())
}

/// The folders that have a truth.
fn names() -> BTreeSet<String> {
    let folders = fs::read_dir(fixtures()).unwrap().map(Result::unwrap).filter(|entry| entry.path().join("truth.toml").exists());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Run a fixture and tell every difference from its truth.
fn run(name: &str) -> Vec<String> {
    let scratch = Scratch::fixture(name);
    let truth: Truth = toml::from_str(&fs::read_to_string(scratch.root().join("truth.toml")).unwrap()).unwrap();
    let before = scratch.tree();
    let report = scratch.output("mutants.json");
    let manifest = scratch.root().join("Cargo.toml");
    let mut command = scratch.gate();
    command.arg("--manifest-path").arg(manifest).args(["--format", "json"]);
    let output = command.arg("--output").arg(format!("mutation-report={}", report.display())).output().unwrap();
    let mut differences = Vec::new();
    if scratch.tree() != before {
        differences.push("the tree is not as it was".to_owned());
    }
    if output.status.code() != Some(truth.exit) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        differences.push(format!("exit {:?}, not {}; stderr: {}", output.status.code(), truth.exit, stderr.trim()));
    }
    let run: layout::Run = match serde_json::from_slice(&output.stdout) {
        Ok(run) => run,
        Err(error) => return [differences, vec![format!("stdout is no report: {error}")]].concat(),
    };
    differences.extend(invalid(&output.stdout));
    differences.extend(gates(&run, &truth));
    differences.extend(mutants("json", json_mutants(&run), &truth.mutants));
    differences.extend(coverage(&run, &truth));
    differences.extend(functions(&run, &truth));
    differences.extend(targets(&run, &truth));
    differences.extend(rebuilt(&run, &truth));
    match fs::read_to_string(&report) {
        Ok(text) => differences.extend(mutants("mutation-report", schema_mutants(&text), &without_inactive(&truth.mutants))),
        Err(error) => differences.push(format!("no mutation report: {error}")),
    }
    differences
}

/// What the published schema says of a report.
fn invalid(report: &[u8]) -> Vec<String> {
    let schema = fs::read_to_string(fixtures().join("schema/cargo-gate-report-1.json")).unwrap();
    let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    let report = serde_json::from_slice(report).unwrap();
    validator.iter_errors(&report).map(|error| format!("not valid in the schema: {error} at {}", error.instance_path())).collect()
}

fn gates(run: &layout::Run, truth: &Truth) -> Vec<String> {
    let mut differences = Vec::new();
    if (run.outcome.as_str(), i32::from(run.exit_code)) != (truth.outcome.as_str(), truth.exit) {
        differences.push(format!("outcome {} ({}), not {} ({})", run.outcome, run.exit_code, truth.outcome, truth.exit));
    }
    for (gate, state) in &truth.gates {
        let found = run.gates.iter().find(|row| row.gate == *gate);
        let found_state = found.map(|row| row.state.as_str());
        if found_state != Some(state.as_str()) {
            let measured = found.and_then(|row| row.measured.as_ref());
            differences.push(format!("gate {gate} is {found_state:?} with {measured:?}, not {state}"));
        }
    }
    differences
}

/// How many programs were built for single mutants, and how many tests judged them.
fn rebuilt(run: &layout::Run, truth: &Truth) -> Vec<String> {
    let built = run.timings.rebuilt;
    let expected = truth.rebuilt.filter(|expected| *expected != built);
    let mut differences: Vec<String> =
        expected.iter().map(|expected| format!("{built} programs were built for single mutants, not {expected}")).collect();
    for mutant in &run.mutants.list {
        let place = format!("{}:{}", mutant.path, mutant.span.line);
        if truth.reached_by.get(&place).is_some_and(|tests| *tests != mutant.reached_by) {
            differences.push(format!("{place}: {} is judged by {} tests", mutant.replacement, mutant.reached_by));
        }
    }
    differences
}

/// What is missing and what is too much, both lists being complete.
fn mutants(source: &str, mut found: Vec<Mutant>, expected: &[Mutant]) -> Vec<String> {
    let mut differences = Vec::new();
    for mutant in expected {
        match found.iter().position(|other| other == mutant) {
            Some(at) => drop(found.swap_remove(at)),
            None => differences.push(format!("{source}: missing {mutant:?}")),
        }
    }
    differences.extend(found.iter().map(|mutant| format!("{source}: unexpected {mutant:?}")));
    differences
}

fn json_mutants(run: &layout::Run) -> Vec<Mutant> {
    let mutants = run.mutants.list.iter().map(|mutant| Mutant {
        path: mutant.path.clone(),
        line: mutant.span.line,
        operator: mutant.operator.clone(),
        replacement: mutant.replacement.clone(),
        status: mutant.status.clone(),
        inactive: mutant.inactive,
    });
    mutants.collect()
}

/// The schema has no word for inactive: it is in the reason of the status.
fn without_inactive(mutants: &[Mutant]) -> Vec<Mutant> {
    mutants.iter().map(|mutant| Mutant { inactive: false, ..mutant.clone() }).collect()
}

fn schema_mutants(text: &str) -> Vec<Mutant> {
    let report: serde_json::Value = serde_json::from_str(text).unwrap();
    let files = report["files"].as_object().unwrap().iter();
    let mutants = files.flat_map(|(path, file)| file["mutants"].as_array().unwrap().iter().map(move |mutant| (path, mutant)));
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let read = |(path, mutant): (&String, &serde_json::Value)| Mutant {
        path: path.clone(),
        line: u32::try_from(mutant["location"]["start"]["line"].as_u64().unwrap()).unwrap(),
        operator: word(&mutant["mutatorName"]),
        replacement: word(&mutant["replacement"]),
        status: word(&mutant["status"]),
        inactive: false,
    };
    mutants.map(read).collect()
}

fn coverage(run: &layout::Run, truth: &Truth) -> Vec<String> {
    let mut differences = Vec::new();
    for (path, expected) in &truth.coverage {
        let measured = run.files.iter().find(|file| file.path == *path).and_then(|file| file.coverage.as_ref());
        let Some(measured) = measured else {
            differences.push(format!("{path} has no coverage"));
            continue;
        };
        for (line, state) in claims(expected) {
            let found = (measured.covered_lines.contains(&line), measured.uncovered_lines.contains(&line));
            if found != state {
                differences.push(format!("{path}:{line} is (covered, uncovered) {found:?}, not {state:?}"));
            }
        }
        differences.extend(totals(measured, expected).into_iter().map(|difference| format!("{path}: {difference}")));
    }
    differences
}

/// What a truth says of a file as a whole.
fn totals(measured: &layout::Coverage, expected: &Coverage) -> Vec<String> {
    let mut differences = Vec::new();
    let lines = expected.covered.len() + expected.uncovered.len();
    if expected.complete && measured.lines.of != lines as u64 {
        let found = measured.covered_lines.iter().chain(&measured.uncovered_lines);
        let more: Vec<&u32> = found.filter(|line| !expected.covered.contains(line) && !expected.uncovered.contains(line)).collect();
        differences.push(format!("{} coverable lines, not {lines}; more than the truth has: {more:?}", measured.lines.of));
    }
    let untaken: BTreeSet<(u32, u32)> = measured.untaken_branches.iter().map(|outcome| (outcome.line, outcome.outcome)).collect();
    if expected.untaken.as_ref().is_some_and(|expected| *expected != untaken) {
        differences.push(format!("outcomes not taken (line, outcome): {untaken:?}, not {:?}", expected.untaken));
    }
    for (what, found, expected) in
        [("branches", measured.branches, expected.branches), ("functions", measured.functions, expected.functions)]
    {
        if expected.is_some_and(|expected| expected != (found.hit, found.of)) {
            differences.push(format!("{what} {found:?}, not {expected:?}"));
        }
    }
    differences
}

fn targets(run: &layout::Run, truth: &Truth) -> Vec<String> {
    let found = |target: &layout::Target| (target.name.clone(), (target.lines.hit, target.branches.hit, target.functions.hit));
    let found: BTreeMap<_, _> = run.targets.iter().map(found).collect();
    let differs = !truth.targets.is_empty() && found != truth.targets;
    differs.then(|| format!("targets {found:?}, not {:?}", truth.targets)).into_iter().collect()
}

fn functions(run: &layout::Run, truth: &Truth) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, expected) in &truth.functions {
        let found = run.functions.iter().find(|function| function.name == *name).and_then(|function| function.coverage);
        if found.map(|found| (found.hit, found.of)) != Some(*expected) {
            differences.push(format!("function {name} has {found:?}, not {expected:?}"));
        }
    }
    differences
}

/// Each line with whether it must be among the covered and among the uncovered.
fn claims(expected: &Coverage) -> impl Iterator<Item = (u32, (bool, bool))> + '_ {
    let with = |lines: &[u32], state| lines.iter().map(|line| (*line, state)).collect::<Vec<_>>();
    [with(&expected.covered, (true, false)), with(&expected.uncovered, (false, true)), with(&expected.inactive, (false, false))]
        .into_iter()
        .flatten()
}
