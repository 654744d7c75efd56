//! What a policy file may say and what it may not: each case is a file, and what comes of it.

use proptest::prelude::*;

use crate::measure::Counting;
use crate::mutate::{Operator, Rule};
use crate::policy::{Decimal, Limit, Metric, Operators, Origin, Policy, PolicyError};

fn parse(text: &str) -> Result<Policy, PolicyError> {
    Policy::parse(text, "ci/gates.toml".into())
}

#[test]
fn a_whole_file() {
    let text = "version = 1\n\n[gates]\nmutation-sites = { max = 0 }\ntests = true # all\n\
        line-coverage = { min = 92.50 }\n[gates.crap]\nmax = 1_000\n\
        [mutation]\noperators = \"cargo-mutants\"\nexclude = [\"src/gen/**\", 'b*']\nskip-tests = ['end::*']\n[coverage]\nfiles = [\"a.info\"]\nlcov = [\"b.xml\"]\n";
    let policy = parse(text).unwrap();
    let line = |line| Origin::File { path: "ci/gates.toml".into(), line };
    let gates: Vec<_> = policy.gates.iter().map(|gate| (gate.metric, gate.limit, gate.origin.clone())).collect();
    let expected = [
        (Metric::Tests, Limit::All, line(5)),
        (Metric::LineCoverage, Limit::Min(Decimal::parse("92.5").unwrap()), line(6)),
        (Metric::Crap, Limit::Max(Decimal::whole(1000)), line(8)),
        (Metric::MutationSites, Limit::Max(Decimal::whole(0)), line(4)),
    ];
    assert_eq!(gates, expected);
    assert_eq!(
        (policy.mutation.operators, policy.mutation.exclude, policy.mutation.skip_tests),
        (Operators::CargoMutants, vec!["src/gen/**".to_owned(), "b*".to_owned()], vec!["end::*".to_owned()])
    );
    assert_eq!(policy.coverage, ["a.info", "b.xml"]);
    assert_eq!(policy.file.unwrap(), "ci/gates.toml");
}

#[test]
fn operators_are_a_set_or_a_list_and_rules_can_be_switched_off() {
    let mutation = |table: &str| parse(&format!("version = 1\ngates.tests = true\n[mutation]\n{table}")).unwrap().mutation;
    assert_eq!(mutation("operators = \"all\"").operators, Operators::All);
    let list = mutation("operators = [\"Statement\", \"FnValue\"]\nkeep = [\"logging\"]");
    assert_eq!(list.operators, Operators::List(vec![Operator::Statement, Operator::FnValue]));
    assert_eq!(list.keep, [Rule::Logging]);
    assert_eq!(list.operators.shown(), "Statement, FnValue");
    assert!(list.selection().has(Operator::FnValue) && !list.selection().leaves_out(Rule::Logging));
}

#[test]
fn the_most_specific_path_decides() {
    let text = "version = 1\n[gates]\ncomplexity = { max = 10 }\n\
        [[override]]\npaths = [\"src/**\"]\nreason = \"a\"\ngates = { complexity = { max = 11 }, crap = { max = 20 } }\n\
        [[override]]\npaths = [\"src/a/**\", \"build.rs\"]\nreason = \" b \"\ngates.complexity.max = 12\n\
        [[override]]\npaths = [\"src/*/c.rs\"]\nreason = \"c\"\ngates = { complexity = { max = 13 } }\n";
    let policy = parse(text).unwrap();
    let lines: Vec<u32> = policy.overrides.iter().map(|set| set.line).collect();
    assert_eq!((lines, policy.overrides[1].reason.as_str()), (vec![5, 9, 13], "b"));
    let origin = Origin::File { path: "ci/gates.toml".into(), line: 11 };
    assert_eq!(policy.overrides[1].gate(Metric::Complexity).unwrap().origin, origin);
    let cases = [
        ("src/lib.rs", Some(0), Some(0)),
        ("src/a/b.rs", Some(1), Some(0)),
        ("src/a/c.rs", Some(1), Some(0)),
        ("src/b/c.rs", Some(2), Some(0)),
        ("src/b/d/c.rs", Some(0), Some(0)),
        ("build.rs", Some(1), None),
        ("tests/src/a/b.rs", None, None),
    ];
    for (path, complexity, crap) in cases {
        let found = (policy.override_of(Metric::Complexity, path.into()), policy.override_of(Metric::Crap, path.into()));
        assert_eq!(found, (complexity, crap), "{path}");
    }
    assert!(policy.has_gate(Metric::Crap) && !policy.has_gate(Metric::Panics));
}

#[test]
fn a_limit_is_set_once_for_a_path() {
    let text = "version = 1\n[gates]\ntests = true\n\
        [[override]]\npaths = [\"a\", \"b\"]\nreason = \"a\"\ngates = { crap = { max = 20 } }\n\
        [[override]]\npaths = [\"b\"]\nreason = \"b\"\ngates = { crap = { max = 30 } }\n";
    let error = parse(text).unwrap_err().to_string();
    assert!(error.contains("`crap` is set twice for `b`") && error.contains("override on line 5"), "{error}");
}

#[test]
fn complexity_may_be_counted_otherwise() {
    let counting = |table: &str| parse(&format!("version = 1\ngates.tests = true\n[complexity]\n{table}")).unwrap().counting;
    assert_eq!(counting(""), Counting::default());
    assert_eq!(counting("question-mark = 0\nflat-match = \"arms\""), Counting::default());
    assert_eq!(counting("question-mark = 1\nflat-match = \"one\""), Counting { question_mark: true, flat_match_is_one: true });
}

/// A policy with a table besides.
fn with_table(table: &str) -> Result<Policy, PolicyError> {
    parse(&format!("version = 1\ngates.tests = true\n{table}"))
}

#[test]
fn waivers_checks_and_attempts() {
    let policy = with_table(
        "[[waiver]]\ngate = \"crap\"\nitem = \"0123456789abcdef\"\nreason = \" a \"\nexpires = 2027-03-31\n\
        [[check]]\nname = \"clippy\"\nrun = [\"cargo\", \"clippy\"]\n[[check]]\nname = \"a.b\"\nrun = [\"x\"]\ntimeout = 7\nquick = true\n\
        [attempts]\nmax = 5\n",
    )
    .unwrap();
    let waiver = &policy.waivers[0];
    assert_eq!((waiver.gate, waiver.reason.as_str(), waiver.line), (Metric::Crap, "a", 4));
    assert_eq!(waiver.expires.to_string(), "2027-03-31");
    let checks: Vec<_> =
        policy.checks.iter().map(|check| (check.gate_name(), check.run.join(" "), check.timeout.as_secs(), check.quick)).collect();
    let check = |name: &str, run: &str, seconds, quick| (name.to_owned(), run.to_owned(), seconds, quick);
    assert_eq!(checks, [check("check:clippy", "cargo clippy", 1800, false), check("check:a.b", "x", 7, true)]);
    let attempts = policy.attempts.unwrap();
    assert_eq!((attempts.max, attempts.origin), (5, Origin::File { path: "ci/gates.toml".into(), line: 17 }));
}

#[test]
fn mistakes_in_waivers_checks_and_attempts_say_what_to_write() {
    const WAIVER: &str = "gate = \"crap\"\nitem = \"0123456789abcdef\"\nreason = \"a\"\nexpires = 2027-03-31\n";
    let waiver = |from: &str, to: &str| format!("[[waiver]]\n{}", WAIVER.replace(from, to));
    let check = |text: &str| format!("[[check]]\n{text}\n");
    let cases = [
        (waiver("gate = \"crap\"\n", ""), "a waiver without `gate`", 4),
        (waiver("expires = 2027-03-31\n", ""), "a waiver without `expires`", 4),
        (waiver("expires", "expire"), "did you mean `expires`?", 4),
        (waiver("2027-03-31", "\"2027-03-31\""), "`expires` has to be a date", 7),
        (waiver("2027-03-31", "2027-03-31T00:00:00"), "`expires` has to be a day", 7),
        (waiver("crap", "crapp"), "did you mean `crap`?", 4),
        (waiver("crap", "tests"), "a failing test cannot be waived", 4),
        (waiver("\"a\"", "\" \""), "`reason` says nothing", 6),
        (waiver("0123456789abcdef", "src/lib.rs"), "not the id of a finding", 5),
        (waiver("0123456789abcdef", "mutant:012345"), "not the id of a finding", 5),
        (waiver("0123456789abcdef", "mutant:0123456789ab"), "`crap` has no mutants", 4),
        (format!("{}{}", waiver("", ""), waiver("", "")), "waived twice", 9),
        ("[waiver]\n".to_owned(), "write `[[waiver]]`", 3),
        (check("name = \"a\""), "a check without `run`", 4),
        (check("run = [\"a\"]"), "a check without `name`", 4),
        (check("name = \"a b\"\nrun = [\"a\"]"), "not a name for a check", 4),
        (check("name = \"a\"\nrun = \"cargo clippy\""), "write the program and its arguments", 5),
        (check("name = \"a\"\nrun = []"), "`run` names no program", 5),
        (check("name = \"a\"\nrun = [\"a\"]\ntimeout = 0"), "`timeout` has to be a whole number from 1 on", 6),
        (check("name = \"a\"\nrun = [\"a\"]\nquick = 1"), "`quick` has to be `true` or `false`", 6),
        (check("name = \"a\"\nrun = [\"a\"]\nquik = true"), "did you mean `quick`?", 6),
        (format!("{0}{0}", check("name = \"a\"\nrun = [\"a\"]")), "two checks named `a`", 7),
        ("[attempts]\n".to_owned(), "`[attempts]` without `max`", 3),
        ("[attempts]\nmax = -1\n".to_owned(), "`max` has to be a whole number from 1 on", 4),
        ("[attempts]\nmax = 99999999999\n".to_owned(), "`max` has to be a whole number", 4),
        ("[attempts]\nmin = 1\n".to_owned(), "unknown key `min`", 3),
        ("[[chek]]\n".to_owned(), "did you mean `check`?", 3),
        ("[waivers]\n".to_owned(), "did you mean `waiver`?", 3),
    ];
    for (table, part, line) in cases {
        let error = with_table(&table).expect_err(&table);
        assert!(error.to_string().contains(part), "{table}: `{part}` is not in\n{error}");
        assert_eq!(error.line(), Some(line), "{table}\n{error}");
    }
}

#[test]
fn small_files_are_enough() {
    for text in [
        "version=1\ngates.tests=true",
        "\u{feff}version = 1\r\n[gates]\r\ntests = true\r\n[mutation]\r\noperators = \"default\"\r\n[coverage]\r\n",
        "version = 1\n[gates]\nline-coverage = { min = 100 }",
        "version = 1\n[gates]\nmutation-score = { min = 0.000001 }",
        "version = 1\n[gates]\ncomplexity = { max = 1 }\ncrap = { max = 1.0 }",
    ] {
        assert!(parse(text).is_ok(), "{text}: {}", parse(text).unwrap_err());
    }
}

/// What is wrong: a gate or a further table, the line of the error, and parts of its text.
const GATE_MISTAKES: &[(&str, &[&str])] = &[
    ("tests = false", &["`tests = false` can never bind", "leave `tests` out"]),
    ("tests = 1", &["`tests` has to be `true`", "this is an integer"]),
    ("tests = { min = 1 }", &["`tests` has to be `true`", "this is a table"]),
    ("line-coverage = 90", &["`line-coverage` has to be a table", "write `line-coverage = { min = 90 }`"]),
    ("crap = 8.5", &["`crap` has to be a table", "this is a number", "write `crap = { max = 8.5 }`"]),
    ("crap = -8.5", &["write `crap = { max = 10 }`"]),
    ("crap = true", &["`crap` has to be a table", "this is a boolean"]),
    ("crap = \"8\"", &["this is a string"]),
    ("crap = [8]", &["this is an array"]),
    ("crap = 2020-01-01", &["this is a date"]),
    ("line-coverage = { max = 90 }", &["`line-coverage` takes `min`, not `max`"]),
    ("line-coverage = { min = 90, max = 95 }", &["takes `min`, not `max`"]),
    ("complexity = { min = 3 }", &["`complexity` takes `max`, not `min`"]),
    ("complexity = { max = 3, mix = 3 }", &["unknown key `mix`", "takes `max` alone"]),
    ("complexity = {}", &["`complexity` has no limit", "write `complexity = { max = 10 }`"]),
    ("mutation-score = {}", &["write `mutation-score = { min = 90 }`"]),
    ("line-coverage = { min = 0 }", &["`line-coverage` can never bind", "0 % always holds"]),
    ("branch-coverage = { min = 0.0 }", &["can never bind"]),
    ("function-coverage = { min = 100.000001 }", &["can never hold", "at most 100"]),
    ("mutation-score = { min = 101 }", &["can never hold"]),
    ("complexity = { max = 0 }", &["can never hold", "the simplest function has 1"]),
    ("crap = { max = 0.999999 }", &["can never hold"]),
    ("complexity = { max = 10.5 }", &["has to be a whole number"]),
    ("mutation-sites = { max = 10.5 }", &["has to be a whole number"]),
    ("cognitive-complexity = { min = 3 }", &["`cognitive-complexity` takes `max`, not `min`"]),
    ("function-lines = { max = 0 }", &["can never hold", "the shortest function has 1"]),
    ("file-lines = { max = 0 }", &["can never hold", "the shortest file with code has 1"]),
    ("nesting-depth = { max = 2.5 }", &["has to be a whole number"]),
    ("nesting = { max = 2 }", &["did you mean `nesting-depth`?"]),
    ("crap = { max = 8.1234567 }", &["not a limit for `crap`", "at most six digits"]),
    ("crap = { max = -8 }", &["plain decimal number"]),
    ("crap = { max = 8e0 }", &["plain decimal number"]),
    ("crap = { max = inf }", &["plain decimal number"]),
    ("crap = { max = 0x10 }", &["plain decimal number"]),
    ("crap = { max = \"8\" }", &["plain decimal number"]),
    ("crap = { max = 99999999999999999999 }", &["at most 18446744073709"]),
    ("line-covrage = { min = 90 }", &["unknown key `line-covrage`", "not a key of `[gates]`", "did you mean `line-coverage`?"]),
    ("lcov = []", &["it belongs in `[coverage]`"]),
    ("\"a\\nb\" = 1", &["unknown key `a\\nb`", "known here: tests, line-coverage"]),
    ("crap = { max = 8 }\ncrap = { max = 80 }", &["not valid TOML", "duplicate key"]),
];

const TABLE_MISTAKES: &[(&str, &[&str])] = &[
    ("[new]\n#\nbase = 1", &["`base` has to be a string"]),
    ("[new.gates]\n#\nx = 1", &["unknown key `x`"]),
    ("[override]\npaths = []", &["`override` has to be an array of tables", "write `[[override]]`"]),
    ("[[override]]\n#\npaths = []\nreason = \"a\"\ngates = { crap = { max = 9 } }", &["an override without a path"]),
    ("[[override]]\n#\npaths = [\"a[\"]\nreason = \"a\"\ngates = { crap = { max = 9 } }", &["not a glob"]),
    (
        "[[override]]\n#\npath = [\"a\"]\npaths = [\"a\"]\nreason = \"a\"\ngates = { crap = { max = 9 } }",
        &["unknown key `path`", "did you mean `paths`?"],
    ),
    ("[[override]]\n#\nreason = \" \"\npaths = [\"a\"]\ngates = { crap = { max = 9 } }", &["an override without a reason"]),
    ("[[override]]\n#\npaths = [\"a\"]\ngates = { crap = { max = 9 } }", &["an override without `reason`", "say why"]),
    ("[[override]]\n#\npaths = [\"a\"]\nreason = \"b\"", &["an override without `gates`"]),
    ("[[override]]\n#\ngates = { tests = true }\nreason = \"b\"\npaths = [\"a\"]", &["`tests` has no paths", "move it to `[gates]`"]),
    ("[[override]]\n#\ngates = { line-coverage = { min = 0 } }\nreason = \"b\"\npaths = [\"a\"]", &["can never bind"]),
    ("[[override]]\n#\ngates = { line-covrage = { min = 9 } }\nreason = \"b\"\npaths = [\"a\"]", &["did you mean `line-coverage`?"]),
    ("[[override]]\n#\ngates = {}\nreason = \"b\"\npaths = [\"a\"]", &["no gate is set"]),
    ("[complexity]\n#\nquestion-mark = 2", &["`question-mark` has to be 0 or 1"]),
    ("[complexity]\n#\nquestion-mark = true", &["`question-mark` has to be 0 or 1"]),
    ("[complexity]\n#\nflat-match = \"two\"", &["`flat-match` has to be \"arms\" or \"one\""]),
    ("[complexity]\n#\nflatmatch = \"one\"", &["did you mean `flat-match`?"]),
    ("[mutations]", &["unknown key `mutations`", "not a key of the top level", "did you mean `mutation`?"]),
    ("[crap]\nmax = 3", &["it belongs in `[gates]`"]),
    ("[[mutation]]", &["`mutation` has to be a table", "this is an array"]),
    ("[mutation]\n#\nexcludes = []", &["did you mean `exclude`?"]),
    ("[mutation]\n#\noperators = \"al\"", &["unknown operator set `al`", "did you mean `all`?"]),
    ("[mutation]\n#\noperators = \"zzz\"", &["unknown operator set `zzz`", "write `default`, `cargo-mutants`, `all` or a list"]),
    ("[mutation]\n#\noperators = \"Statement\"", &["write `operators = [\"Statement\"]`"]),
    ("[mutation]\n#\noperators = []", &["no operator is named"]),
    ("[mutation]\n#\noperators = [\"FnValue\", \"IfConditions\"]", &["unknown operator `IfConditions`", "did you mean `IfCondition`?"]),
    ("[mutation]\n#\noperators = [\"FnValue\", 3]", &["`operators` has to be an array of strings"]),
    ("[mutation]\n#\nkeep = [\"debug-impl\"]", &["unknown rule `debug-impl`", "did you mean `debug-impls`?"]),
    ("[mutation]\n#\nkeep = [\"zzz\"]", &["unknown rule `zzz`", "known are: redundant, capacity"]),
    ("[mutation]\n#\nkeep = true", &["`keep` has to be an array of strings"]),
    ("[mutation]\n#\noperators = \"cargo_mutants\"", &["did you mean `cargo-mutants`?"]),
    ("[mutation]\n#\noperators = 3", &["`operators` has to be a string or an array"]),
    ("[mutation]\n#\nexclude = \"a\"", &["`exclude` has to be an array of strings", "this is a string"]),
    ("[mutation]\n#\nexclude = [\"a\", 3]", &["`exclude` has to be an array of strings", "this is an integer"]),
    ("[mutation]\n#\nexclude = [\"a[\"]", &["not a glob: "]),
    ("[mutation]\n#\nskip-tests = \"a\"", &["`skip-tests` has to be an array of strings", "skip-tests = [\"end_to_end::*\"]"]),
    ("[mutation]\n#\nskip-test = []", &["did you mean `skip-tests`?"]),
    ("[coverage]\n#\nlcov = \"x.info\"", &["`lcov` has to be an array of strings"]),
    ("[coverage]\n#\nfiles = [3]", &["`files` has to be an array of strings", "this is an integer"]),
    ("[coverage]\n#\nfiles = [\" \"]", &["this names no file"]),
    ("[coverage]\n#\ncobertura = []", &["unknown key `cobertura`", "not a key of `[coverage]`"]),
];

#[test]
fn each_mistake_is_shown_with_its_place_and_the_next_step() {
    let gates = GATE_MISTAKES.iter().map(|(gate, parts)| (format!("version = 1\n[gates]\n{gate}\n"), 3 + lines_before_last(gate), parts));
    let tables = TABLE_MISTAKES.iter().map(|(table, parts)| {
        // Three lines stand in front; a mistake inside a table stands on the table's third line.
        let line = if table.contains("\n#\n") { 6 } else { 4 };
        (format!("version = 1\n[gates]\ntests = true\n{table}\n"), line, parts)
    });
    for (text, line, parts) in gates.chain(tables) {
        let error = parse(&text).map(|policy| panic!("{text}: {policy:?}")).unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.line(), Some(line), "{text}\n{shown}");
        assert!(shown.contains(&format!(" ci/gates.toml:{line}:")), "{text}\n{shown}");
        assert!(shown.contains("= help: "), "{text}\n{shown}");
        for part in *parts {
            assert!(shown.contains(part), "`{part}` is not in\n{shown}");
        }
    }
}

fn lines_before_last(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap()
}

#[test]
fn what_is_missing_is_said() {
    for (text, line, part) in [
        ("", 1, "`version` is missing"),
        ("[gates]\ntests = true", 1, "`version` is missing"),
        ("version = 1", 1, "no gate is set"),
        ("version = 1\n[gates]", 2, "no gate is set"),
        ("version = 2\n[gates]\ntests = true", 1, "version `2` is not known"),
        ("version = \"1\"\n[gates]\ntests = true", 1, "version `\\\"1\\\"` is not known"),
        ("version = 1\ngates = true", 2, "`gates` has to be a table"),
        ("version = 1\noverride = [3]\ngates.tests = true", 2, "`override` has to be a table"),
        ("version = 1\n[gates\n", 2, "not valid TOML"),
        ("version = 1\n[gates]\ntests = \u{7}true\n", 3, "not valid TOML"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.line(), Some(line), "{text}\n{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_mistake_looks_like_a_compiler_s() {
    let error = parse("version = 1\n\n[gates]\n  line-covrage = { min = 90 }\ncrap = { max = 0 }\n").unwrap_err();
    let expected = "\
error: unknown key `line-covrage`
 --> ci/gates.toml:4:3
  |
4 |   line-covrage = { min = 90 }
  |   ^^^^^^^^^^^^ not a key of `[gates]`
  |
  = help: did you mean `line-coverage`?

error: the limit of `crap` can never hold
 --> ci/gates.toml:5:16
  |
5 | crap = { max = 0 }
  |                ^ the simplest function has 1
  |
  = help: choose another limit, or leave `crap` out";
    assert_eq!(error.to_string(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_with_a_line_of_it(text in "(version|gates|crap|max|min|tests|[\\[\\]{}=.,#\"\\n 0-9é\\t\\x01])*") {
        if let Err(error) = parse(&text) {
            let lines = u32::try_from(text.split('\n').count()).unwrap();
            prop_assert!(error.line().is_some_and(|line| (1..=lines).contains(&line)), "{}", error);
        }
    }

    #[test]
    fn a_limit_is_what_was_written(whole in 1u32..=99, fraction in "[0-9]{1,6}") {
        let policy = parse(&format!("version = 1\n[gates]\nline-coverage = {{ min = {whole}.{fraction} }}")).unwrap();
        let millionths = u64::from(whole) * 1_000_000 + format!("{fraction:0<6}").parse::<u64>().unwrap();
        prop_assert_eq!(policy.gates[0].limit, Limit::Min(Decimal { millionths }));
    }
}
