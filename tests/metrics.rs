//! The metrics that no default judges, limits for some paths, and the list of functions, as a person types them.

mod scratch;

use std::fs;

use serde_json::Value;

use scratch::{Scratch, said};

const SOURCE: &str = "//! Shapes.

/// Deep, and it can panic.
pub fn deep(list: &[Option<u8>], limit: u8, _unused: u8) -> u8 {
    let mut sum = 0;
    for item in list {
        if let Some(value) = item {
            if *value > limit {
                sum += value.checked_mul(2).unwrap();
            }
        }
    }
    sum
}

/// Flat.
pub fn flat(n: u8) -> &'static str {
    match n {
        1 => \"one\",
        2 => \"two\",
        3 => \"three\",
        _ => \"many\",
    }
}

pub mod table;

#[cfg(test)]
mod tests {
    #[test]
    fn both() {
        assert_eq!(super::deep(&[Some(3), None], 2, 0), 6);
        assert_eq!(super::flat(1), Some(\"one\").unwrap());
    }
}
";

const TABLE: &str = "/// From a number that may be wrong.
pub fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
    let one: u8 = text.parse()?;
    let other: u8 = text.trim().parse()?;
    Ok(if one > other && other > 3 { one } else { other })
}
";

fn package(policy: &str) -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    let manifest = "[package]\nname = \"shapes\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    let scratch = scratch.with("Cargo.toml", manifest).with("src/lib.rs", SOURCE).with("src/table.rs", TABLE);
    scratch.with("gates.toml", &format!("version = 1\n{policy}"))
}

/// Run `cargo gate ARGS`; expect the exit code and every text on stdout or stderr. Gives both.
fn check(scratch: &Scratch, args: &[&str], exit: i32, texts: &[&str]) -> String {
    said(scratch.gate().args(args), exit, texts)
}

#[test]
fn every_shape_is_judged_when_the_policy_asks_for_it() {
    let limits = "[gates]\ncognitive-complexity = { max = 5 }\nfunction-lines = { max = 11 }\nparameters = { max = 2 }\n\
        nesting-depth = { max = 2 }\nfile-lines = { max = 19 }\nunsafe-blocks = { max = 0 }\npanics = { max = 0 }\n";
    let texts = [
        "error[cognitive-complexity]: `deep` is hard to follow",
        "cognitive complexity 6, at most 5",
        "by line: 6 for, 7 if 2, 8 if 3",
        "error[parameters]: `deep` takes too many parameters",
        "error[nesting-depth]: `deep` is nested too deeply",
        "move what stands on line 8 into a function of its own",
        "error[file-lines]: `src/lib.rs` has too many lines",
        "20 lines of code, at most 19",
        "error[panics]: `src/lib.rs` can panic in too many places",
        "  function-lines        11        <= 11  gates.toml:4  ok",
        "  unsafe-blocks         0         <= 0   gates.toml:8  ok",
        "FAIL 5 of 7 gates",
    ];
    check(&package(limits), &["--quick"], 1, &texts);
}

#[test]
fn no_default_judges_them_and_no_table_is_full_of_them() {
    let scratch = package("[gates]\ncomplexity = { max = 10 }\n");
    let said = check(&scratch, &["--quick"], 0, &["complexity", "PASS 1 gate"]);
    assert!(!said.contains("nesting-depth"), "{said}");
    let json = scratch.gate().args(["--quick", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let nesting = report["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == "nesting-depth").unwrap();
    assert_eq!((nesting["state"].as_str(), nesting["measured"]["value"].as_u64()), (Some("no-limit"), Some(3)));
}

#[test]
fn complexity_is_counted_as_the_policy_says_and_each_point_has_its_line() {
    let strict = package("[gates]\ncomplexity = { max = 3 }\n[complexity]\nquestion-mark = 1\n");
    let texts = ["complexity 5, at most 3: 2 ?, 1 if, 1 && or ||", "by line: 3 ?, 4 ?, 5 if + &&"];
    check(&strict, &["--quick"], 1, &texts);
    let plain = package("[gates]\ncomplexity = { max = 3 }\n");
    check(&plain, &["--quick"], 1, &["complexity 4, at most 3: 3 further match arms; 3 points from flat matches", "by line: 18 match 3"]);
    let flat = package("[gates]\ncomplexity = { max = 3 }\n[complexity]\nflat-match = \"one\"\n");
    let said = check(&flat, &["--quick"], 1, &["`deep` is too complex"]);
    assert!(!said.contains("`flat`"), "{said}");
    check(&package("[gates]\ncomplexity = { max = 3 }\n[complexity]\nflat-match = \"two\"\n"), &["--quick"], 2, &["gates.toml:5"]);
}

#[test]
fn an_override_is_a_row_of_its_own_that_names_its_line() {
    let policy = "[gates]\ncomplexity = { max = 3 }\n\n[[override]]\npaths = [\"src/lib.rs\"]\nreason = \"a table\"\n\
        gates = { complexity = { max = 4 }, panics = { max = 0 } }\n";
    let texts = [
        "  complexity  3         <= 3   gates.toml:3  ok\n",
        "  complexity  4         <= 4   gates.toml:8  ok            src/lib.rs\n",
        "  panics      1         <= 0   gates.toml:8  FAIL          src/lib.rs: 1 file\n",
        "FAIL 1 of 3 gates",
    ];
    let said = check(&package(policy), &["--quick"], 1, &texts);
    assert!(!said.contains("warning"), "{said}");
    let idle = policy.replace("src/lib.rs", "src/gone/*.rs");
    check(&package(&idle), &["--quick"], 1, &["warning: the override on line 6 matches no source file: `src/gone/*.rs`", "n/a"]);
    check(&package(&policy.replace("reason", "reasn")), &["--quick"], 2, &["gates.toml:7", "did you mean `reason`?"]);
    check(&package(&policy.replace("max = 4", "max = 0")), &["--quick"], 2, &["gates.toml:8", "can never hold"]);
}

#[test]
fn functions_are_listed_with_all_that_is_known() {
    let scratch = package("[gates]\ntests = true\n");
    let said = check(
        &scratch,
        &["list", "functions"],
        0,
        &["complexity  cognitive  lines  parameters  nesting  unsafe  panics  coverage  crap  function\n"],
    );
    let lines: Vec<Vec<&str>> = said.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    let expected =
        ["4 6 11 3 3 0 1 - - deep src/lib.rs:4", "4 1 8 1 1 0 0 - - flat src/lib.rs:17", "3 3 5 1 1 0 0 - - parse src/table.rs:2"];
    assert_eq!(lines, expected.map(|line| line.split(' ').collect::<Vec<_>>()));

    let names = |key: &str| {
        let output = scratch.gate().args(["list", "functions", "--format", "json", "--sort", key]).output().unwrap();
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        [names("name"), names("cognitive-complexity"), names("function-lines")],
        ["deep flat parse", "deep parse flat", "deep flat parse"]
    );
    check(&scratch, &["list", "sites", "--sort", "crap"], 2, &["--sort goes with `list functions`"]);

    check(&scratch, &["--quiet", "--only", "tests"], 0, &[]);
    let said = check(&scratch, &["list", "functions", "--sort", "crap"], 0, &[]);
    let lines: Vec<Vec<&str>> = said.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], "3 3 5 1 1 0 0 0 % 12 parse src/table.rs:2".split(' ').collect::<Vec<_>>());
    let output = scratch.gate().args(["list", "functions", "--format", "json"]).output().unwrap();
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows[2]["decisions"].as_array().unwrap().iter().map(|point| point["line"].as_u64().unwrap()).collect::<Vec<_>>(), [5, 5]);
    assert_eq!(rows[2]["uncovered"].as_array().unwrap().len(), 5);

    // What was measured of another text says nothing of this one.
    let changed = scratch.with("src/table.rs", &format!("// New.\n{TABLE}"));
    check(&changed, &["list", "functions"], 0, &["-     -  parse src/table.rs:3"]);
}
