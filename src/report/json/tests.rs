//! The layout as it is written, and that its counts add up.

use super::*;
use crate::report::sample::{self, Sample};

fn read(sample: &Sample) -> layout::Run {
    let mut out = Vec::new();
    json(&sample.report(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn the_head_and_the_gates() {
    let mut run = read(&sample::failing());
    assert_eq!((run.version, run.rules, run.outcome.as_str(), run.exit_code), (1, 1, "fail", 1));
    assert_eq!(read(&sample::passing()).exit_code, 0);
    assert_eq!(read(&sample::nothing_measured()).exit_code, 3);
    run.gates.truncate(3);
    insta::assert_snapshot!(pretty(&run.gates), @r#"
    [
      {
        "gate": "tests",
        "state": "pass",
        "measured": {
          "passed": 412,
          "failed": 0
        },
        "limit": "all",
        "set_in": {
          "path": "gates.toml",
          "line": 4
        },
        "findings": 0,
        "paths": [],
        "reason": null
      },
      {
        "gate": "line-coverage",
        "state": "fail",
        "measured": {
          "hit": 8999,
          "of": 10000,
          "percent": 89.9
        },
        "limit": {
          "min": 90.0
        },
        "set_in": {
          "path": "gates.toml",
          "line": 5
        },
        "findings": 0,
        "paths": [],
        "reason": null
      },
      {
        "gate": "branch-coverage",
        "state": "no-limit",
        "measured": {
          "hit": 1,
          "of": 2,
          "percent": 50.0
        },
        "limit": null,
        "set_in": null,
        "findings": 0,
        "paths": [],
        "reason": null
      }
    ]
    "#);
    let crap = read(&sample::failing()).gates.swap_remove(5);
    assert_eq!(crap.measured, Some(layout::Measured::Crap { complexity: 14, hit: 71, of: 100, score: 18.8 }));
    assert_eq!(crap.limit, Some(layout::Limit::Max(8.0)));
}

#[test]
fn findings_files_functions_and_times() {
    let run = read(&sample::failing());
    insta::assert_snapshot!(pretty(&(&run.findings[1], &run.files, &run.functions[0], &run.timings)), @r#"
    [
      {
        "gate": "mutation-score",
        "code": "surviving-mutant",
        "failure": false,
        "path": "src/price.rs",
        "span": {
          "line": 3,
          "column": 17,
          "end_line": 3,
          "end_column": 18
        },
        "title": "no test notices `>` replaced by `>=`",
        "label": "2 tests come here, none fails",
        "help": "assert the price at quantity == 10, for example in `discount_large`",
        "mutant": "1f0c9a2e77b1"
      },
      [
        {
          "path": "src/price.rs",
          "sites": 5,
          "code_lines": 0,
          "unsafe_blocks": [],
          "panics": [],
          "coverage": {
            "lines": {
              "hit": 2,
              "of": 3
            },
            "branches": {
              "hit": 1,
              "of": 2
            },
            "functions": {
              "hit": 1,
              "of": 1
            },
            "covered_lines": [
              3,
              6
            ],
            "uncovered_lines": [
              4
            ],
            "untaken_branches": [
              {
                "line": 3,
                "decision": 0,
                "outcome": 0
              }
            ]
          }
        }
      ],
      {
        "path": "src/price.rs",
        "name": "discount",
        "line": 2,
        "end_line": 7,
        "complexity": 3,
        "decisions": [
          {
            "line": 2,
            "kind": "if",
            "points": 2
          }
        ],
        "opaque_macros": 0,
        "cognitive_complexity": 0,
        "lines": 6,
        "parameters": 2,
        "nesting_depth": 0,
        "unsafe_blocks": 0,
        "panics": 0,
        "coverage": {
          "hit": 3,
          "of": 4
        },
        "uncovered": [
          4
        ],
        "crap": 3.2,
        "inactive": false
      },
      {
        "total_ms": 6940,
        "build_ms": 5100,
        "tests_ms": 300,
        "mutants_ms": 1400,
        "build_rounds": 2
      }
    ]
    "#);
    assert!(run.functions[1].inactive && run.functions[1].crap.is_none());
}

#[test]
fn counts_add_up_and_the_inactive_are_apart() {
    let run = read(&sample::failing());
    let counts = run.mutants.counts;
    insta::assert_snapshot!(pretty(&run.mutants.list[4]), @r#"
    {
      "id": "0000000000c4",
      "path": "src/price.rs",
      "line": 11,
      "column": 5,
      "end_line": 11,
      "end_column": 9,
      "operator": "BinaryOperator",
      "original": "true",
      "replacement": "false",
      "function": "discount",
      "status": "NoCoverage",
      "reason": "not compiled in this configuration",
      "reached_by": 0,
      "killed_by": null,
      "inactive": true
    }
    "#);
    let parts = [counts.killed, counts.survived, counts.no_coverage, counts.timeout, counts.compile_error];
    let rest = [counts.runtime_error, counts.ignored, counts.pending, counts.inactive];
    assert_eq!((parts, rest), ([1, 1, 0, 1, 1], [0, 0, 0, 1]));
    assert_eq!(counts.total, run.mutants.list.len());
    assert_eq!(counts.total, parts.iter().chain(&rest).sum::<usize>());
}

#[test]
fn mutants_that_were_not_run_are_pending() {
    let mut sample = sample::failing();
    sample.scores.mutants_run = false;
    let run = read(&sample);
    assert_eq!(run.mutants.counts, layout::Counts { total: 5, pending: 5, ..layout::Counts::default() });
    assert!(run.mutants.list.iter().all(|mutant| mutant.status == "Pending"));
}
