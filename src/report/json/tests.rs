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
        "distance": null,
        "paths": [],
        "reason": null,
        "new": false
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
        "distance": {
          "short": 1
        },
        "paths": [],
        "reason": null,
        "new": false
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
        "distance": null,
        "paths": [],
        "reason": null,
        "new": false
      }
    ]
    "#);
    let crap = read(&sample::failing()).gates.swap_remove(5);
    assert_eq!(crap.measured, Some(layout::Measured::Crap { complexity: 14, hit: 71, of: 100, score: 18.8 }));
    assert_eq!(crap.limit, Some(layout::Limit::Max(8.0)));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot")]
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
        "mutant": "00000000005d",
        "symbol": "discount",
        "measured": {
          "hit": 2,
          "of": 3,
          "percent": 66.6
        },
        "limit": {
          "min": 60.0
        },
        "distance": null,
        "fingerprint": "453396f50b64a9dd"
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
        "read_ms": 40,
        "build_ms": 5100,
        "tests_ms": 300,
        "examples_ms": 120,
        "mutants_ms": 1400,
        "base_tests_ms": 0,
        "build_rounds": 2,
        "rebuilt_ms": 900,
        "rebuilt": 3,
        "reused": 4
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

/// The published schema, made from the types.
fn schema() -> String {
    let schema = schemars::schema_for!(layout::Run);
    let mut value = serde_json::to_value(&schema).unwrap();
    value["$id"] = format!("urn:cargo-gate:report:{}", layout::VERSION).into();
    value["title"] = format!("cargo gate --format json, version {}", layout::VERSION).into();
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

/// `CARGO_GATE_WRITE_SCHEMA=1 cargo test --lib the_published_schema` writes it anew.
#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/schema/cargo-gate-report-1.json");
    if std::env::var_os("CARGO_GATE_WRITE_SCHEMA").is_some() {
        std::fs::write(path, schema()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert!(published == schema(), "{path} is not current: run this test with CARGO_GATE_WRITE_SCHEMA=1 and look at what changed");
}

#[test]
fn reports_are_valid_in_the_schema_and_others_are_not() {
    let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema()).unwrap()).unwrap();
    for sample in [sample::failing(), sample::passing(), sample::nothing_measured()] {
        let mut out = Vec::new();
        json(&sample.report(), &mut out).unwrap();
        let mut document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        document["outcome"] = "green".into();
        assert!(!validator.is_valid(&document), "an outcome of another name");
        document["outcome"] = "pass".into();
        document["gates"][0].as_object_mut().unwrap().remove("state");
        assert!(!validator.is_valid(&document), "a gate without a state");
    }
}

#[test]
fn what_varies_in_the_output_of_tests_is_left_out() {
    let cases = [
        ("thread 'a' (27474) panicked at x:1:2:\r\nboom\n", "thread 'a' panicked at x:1:2:\r\nboom\n"),
        ("thread 'a' panicked at x", "thread 'a' panicked at x"),
        ("said: thread 'a' (1) panicked at x", "said: thread 'a' (1) panicked at x"),
        ("thread 'a' (b) panicked at x", "thread 'a' (b) panicked at x"),
        ("test result: FAILED. 0 passed; finished in 0.01s\n", "test result: FAILED. 0 passed\n"),
        ("he; finished in 0.01s", "he; finished in 0.01s"),
    ];
    for (output, expected) in cases {
        assert_eq!(without_what_varies(output), expected);
    }
}
