//! The reports as their readers get them: the same bytes whatever the number of workers, nothing that does not
//! belong there, commands that do what they say.

mod scratch;

use std::collections::BTreeMap;
use std::fs;

use cargo_gate::cli::OutputFormat;
use clap::ValueEnum;
use rayon::prelude::*;
use serde_json::Value;

use scratch::Scratch;

/// The names of all formats.
fn formats() -> Vec<String> {
    OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value).map(|value| value.get_name().to_owned()).collect()
}

/// Every report of one run, by format.
fn reports(fixture: &str, jobs: &str, threads: &str) -> BTreeMap<String, String> {
    let scratch = Scratch::fixture(fixture);
    let mut command = scratch.gate();
    command.args(["--quiet", "--jobs", jobs]).env("RAYON_NUM_THREADS", threads);
    for format in formats() {
        command.arg("--output").arg(format!("{format}={}", scratch.output(&format).display()));
    }
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{fixture}: {stderr}");
    formats()
        .into_iter()
        .map(|format| (format.clone(), without_times(&format, &fs::read_to_string(scratch.output(&format)).unwrap())))
        .collect()
}

/// Wall-clock time is in two places: the last line for people and one field of the JSON. Nothing else may vary.
fn without_times(format: &str, text: &str) -> String {
    match format {
        "human" => {
            let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
            format!("{before}\n{}", last.split(" in ").next().unwrap())
        }
        "json" => {
            let mut run: Value = serde_json::from_str(text).unwrap();
            assert!(run.as_object_mut().unwrap().remove("timings").is_some());
            run.to_string()
        }
        _ => text.to_owned(),
    }
}

#[test]
fn reports_are_the_same_bytes_whatever_the_number_of_workers() {
    let differences: Vec<String> = ["workspace", "mutation-score-fails", "operators", "tests-fail"]
        .par_iter()
        .flat_map_iter(|fixture| {
            let (one, more) = (reports(fixture, "1", "1"), reports(fixture, "3", "4"));
            formats()
                .into_iter()
                .filter(|format| one[format] != more[format])
                .map(|format| format!("{fixture}: {format}\n{}\n---\n{}", one[&format], more[&format]))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_format_can_be_had_on_standard_output() {
    let scratch = Scratch::fixture("complexity-fails");
    for format in formats() {
        let output = scratch.gate().args(["--quiet", "--format", &format]).env("GITHUB_STEP_SUMMARY", "").output().unwrap();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), false), "{format}");
        assert!(!output.stdout.contains(&0x1b), "{format}: colour without a terminal");
    }
}

#[test]
fn an_agent_hears_nothing_but_the_report_and_its_next_command_checks_the_same() {
    let scratch = Scratch::fixture("crap-fails");
    let first = scratch.gate().args(["--format", "agent"]).output().unwrap();
    assert_eq!((first.status.code(), first.stderr.as_slice()), (Some(1), &b""[..]));
    let said = String::from_utf8(first.stdout).unwrap();
    let next = said.lines().find_map(|line| line.strip_prefix("NEXT cargo gate ")).unwrap();
    let words = next.split(" ; ").next().unwrap().split(' ');
    let second = scratch.gate().args(words).output().unwrap();
    let findings =
        |text: &str| text.lines().filter(|line| line.starts_with('E') || line.starts_with("   do:")).map(str::to_owned).collect::<Vec<_>>();
    let again = String::from_utf8(second.stdout).unwrap();
    assert_eq!(second.status.code(), Some(1), "{again}");
    assert!(!findings(&said).is_empty(), "{said}");
    assert_eq!(findings(&said), findings(&again));
}

#[test]
fn the_summary_of_a_job_is_added_to_what_is_there() {
    let scratch = Scratch::fixture("complexity-fails");
    let summary = scratch.output("summary.md");
    fs::write(&summary, "before\n").unwrap();
    let run = |format: &str| scratch.gate().args(["--quick", "--format", format]).env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
    assert_eq!(run("human").status.code(), Some(1));
    assert_eq!(fs::read_to_string(&summary).unwrap(), "before\n");
    let output = run("github");
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(log.starts_with("::error file=src/lib.rs,line="), "{log}");
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("before\n<!-- cargo-gate -->\n") && text.contains("**complexity**"), "{text}");
}

#[test]
fn a_summary_that_cannot_be_written_is_said_and_changes_nothing() {
    let scratch = Scratch::fixture("complexity-fails");
    let output = scratch.gate().args(["--quick", "--format", "github"]).env("GITHUB_STEP_SUMMARY", scratch.root()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot add to the summary of the job"));
}
