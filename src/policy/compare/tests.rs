//! Each case is two policies and what is said of every difference; behind it, that the result is never looser
//! than the base.

use super::*;
use crate::policy::Baseline;

fn policy(text: &str) -> Policy {
    Policy::parse(&format!("version = 1\n{text}"), "gates.toml".into()).unwrap_or_else(|error| panic!("{error}"))
}

/// `Looser gates.crap: max = 8 -> max = 9`.
fn said(found: &Reconciled) -> Vec<String> {
    let code = |difference: &Difference| if difference.code == LOOSENED { String::new() } else { format!(" [{}]", difference.code) };
    found.differences.iter().map(|one| format!("{:?} {}: {} -> {}{}", one.direction, one.key, one.base, one.head, code(one))).collect()
}

fn check(base: &str, head: &str, expected: &[&str]) -> Policy {
    let found = reconcile(&policy(base), &policy(head));
    assert_eq!(said(&found), expected, "{base} => {head}");
    // What is judged by is at least as strict as the base: there is nothing looser in it.
    let again = reconcile(&policy(base), &found.policy);
    assert!(again.differences.iter().all(|one| one.direction == Direction::Stricter), "{base} => {head}: {:?}", said(&again));
    found.policy
}

const GATES: &str = "[gates]\nline-coverage = { min = 90 }\ncomplexity = { max = 10 }\n";

#[test]
fn the_same_policy_has_no_difference() {
    let text = format!(
        "{GATES}[new]\nbase = \"main\"\n[new.gates]\ncrap = {{ max = 3 }}\n[[override]]\npaths = [\"a\"]\nreason = \"b\"\ngates.crap.max = 9\n\
        [scope]\nallow = [\"src/**\"]\n[integrity]\nnew-skip = \"warn\"\n[mutation]\nexclude = [\"x\"]\n[coverage]\nfiles = [\"c\"]\n[complexity]\nquestion-mark = 1\n"
    );
    check(&text, &text, &[]);
}

#[test]
fn gates_are_stricter_or_looser_by_their_kind() {
    let cases: [(&str, &str, &[&str]); 6] = [
        ("line-coverage = { min = 90 }", "line-coverage = { min = 89.9 }", &["Looser gates.line-coverage: min = 90 -> min = 89.9"]),
        ("line-coverage = { min = 90 }", "line-coverage = { min = 91 }", &["Stricter gates.line-coverage: min = 90 -> min = 91"]),
        ("crap = { max = 8 }", "crap = { max = 8.5 }", &["Looser gates.crap: max = 8 -> max = 8.5"]),
        ("crap = { max = 8 }", "crap = { max = 7 }", &["Stricter gates.crap: max = 8 -> max = 7"]),
        ("crap = { max = 8 }\ntests = true", "crap = { max = 8.0 }", &["Looser gates.tests: true -> "]),
        ("tests = true", "tests = true\npanics = { max = 0 }", &["Stricter gates.panics:  -> max = 0"]),
    ];
    for (base, head, expected) in cases {
        check(&format!("[gates]\n{base}"), &format!("[gates]\n{head}"), expected);
        if !base.contains("tests") {
            let expected: Vec<String> = expected.iter().map(|text| text.replace("gates.", "new.gates.")).collect();
            let of_new = |gates: &str| format!("[gates]\ntests = true\n[new.gates]\n{gates}");
            check(&of_new(base), &of_new(head), &expected.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
    let merged = check(
        "[gates]\ncrap = { max = 8 }\ncomplexity = { max = 10 }",
        "[gates]\ncrap = { max = 9 }\ncomplexity = { max = 9 }",
        &["Stricter gates.complexity: max = 10 -> max = 9", "Looser gates.crap: max = 8 -> max = 9"],
    );
    let limits: Vec<String> = merged.gates.iter().map(|gate| shown(gate.limit)).collect();
    assert_eq!(limits, ["max = 9", "max = 8"]);
}

#[test]
fn an_override_is_looser_unless_no_limit_of_the_base_is_stricter() {
    let with = |gates: &str| format!("{GATES}[[override]]\npaths = [\"src/p/**\"]\nreason = \"r\"\ngates = {{ {gates} }}\n");
    let loose = check(
        GATES,
        &with("complexity = { max = 15 }, line-coverage = { min = 95 }"),
        &[
            "Stricter override[src/p/**].line-coverage:  -> min = 95 [new-override]",
            "Looser override[src/p/**].complexity:  -> max = 15 [new-override]",
        ],
    );
    assert_eq!(loose.overrides.iter().map(|set| set.gates.len()).collect::<Vec<_>>(), [1]);
    // A gate where there was none.
    check(GATES, &with("panics = { max = 3 }"), &["Stricter override[src/p/**].panics:  -> max = 3 [new-override]"]);
    // Stricter than the whole, and looser than another override that it could outdo.
    let base = format!("{GATES}[[override]]\npaths = [\"src/**\"]\nreason = \"r\"\ngates.complexity.max = 5\n");
    let head = format!("{base}[[override]]\npaths = [\"src/p/**\"]\nreason = \"r\"\ngates.complexity.max = 8\n");
    check(&base, &head, &["Looser override[src/p/**].complexity:  -> max = 8 [new-override]"]);
    check(
        &with("complexity = { max = 15 }"),
        &with("complexity = { max = 16 }"),
        &["Looser override[src/p/**].complexity: max = 15 -> max = 16"],
    );
    check(
        &with("complexity = { max = 15 }"),
        &with("complexity = { max = 14 }"),
        &["Stricter override[src/p/**].complexity: max = 15 -> max = 14"],
    );
    // Gone: the whole is stricter, or it is looser, or nothing is left.
    assert!(
        check(&with("complexity = { max = 15 }"), GATES, &["Stricter override[src/p/**].complexity: max = 15 -> "]).overrides.is_empty()
    );
    assert_eq!(check(&with("complexity = { max = 5 }"), GATES, &["Looser override[src/p/**].complexity: max = 5 -> "]).overrides.len(), 1);
    check(&with("panics = { max = 5 }"), GATES, &["Looser override[src/p/**].panics: max = 5 -> "]);
    // A reason and the order of paths change nothing.
    check(&with("panics = { max = 5 }"), &with("panics = { max = 5 }").replace("\"r\"", "\"another\""), &[]);
}

#[test]
fn what_is_left_out_of_measuring_is_looser() {
    let with = |text: &str| format!("{GATES}{text}");
    let cases: [(&str, &str, &[&str]); 15] = [
        ("", "[mutation]\nexclude = [\"a\"]", &["Looser mutation.exclude:  -> a [new-exclude]"]),
        ("", "[mutation]\nskip-tests = [\"a\"]", &["Looser mutation.skip-tests:  -> a"]),
        ("[mutation]\nskip-tests = [\"a\"]", "", &["Stricter mutation.skip-tests: a -> "]),
        ("[mutation]\nexclude = [\"a\", \"b\"]", "[mutation]\nexclude = [\"b\"]", &["Stricter mutation.exclude: a -> "]),
        ("", "[mutation]\noperators = [\"FnValue\"]", &["Looser mutation.operators: default -> FnValue"]),
        ("", "[mutation]\noperators = \"cargo-mutants\"", &["Looser mutation.operators: default -> cargo-mutants"]),
        ("", "[mutation]\noperators = \"all\"", &["Other mutation.operators: default -> all"]),
        ("", "[mutation]\nkeep = [\"logging\"]", &["Other mutation.operators: default -> default, keep logging"]),
        ("[mutation]\nkeep = [\"logging\"]", "", &["Looser mutation.operators: default, keep logging -> default"]),
        ("", "[coverage]\nfiles = [\"a\"]", &["Looser coverage.files:  -> a"]),
        ("[coverage]\nfiles = [\"a\"]", "", &["Stricter coverage.files: a -> "]),
        ("", "[complexity]\nflat-match = \"one\"", &["Looser complexity.flat-match: arms -> one"]),
        ("[complexity]\nflat-match = \"one\"", "", &["Stricter complexity.flat-match: one -> arms"]),
        ("", "[complexity]\nquestion-mark = 1", &["Stricter complexity.question-mark: 0 -> 1"]),
        ("[complexity]\nquestion-mark = 1", "", &["Looser complexity.question-mark: 1 -> 0"]),
    ];
    for (base, head, expected) in cases {
        check(&with(base), &with(head), expected);
    }
}

#[test]
fn base_scope_and_levels() {
    let with = |text: &str| format!("{GATES}{text}");
    let cases: [(&str, &str, &[&str]); 9] = [
        ("", "[new]\nbase = \"main\"", &["Other new.base:  -> main"]),
        ("[new]\nbase = \"main\"", "[new]\nbase = \"HEAD\"", &["Looser new.base: main -> HEAD"]),
        ("", "[scope]\nallow = [\"src/**\"]", &["Stricter scope.allow:  -> src/**"]),
        ("[scope]\nallow = [\"src/**\"]", "", &["Looser scope.allow: src/** -> "]),
        (
            "[scope]\nallow = [\"a\", \"b\"]",
            "[scope]\nallow = [\"b\", \"c\"]",
            &["Looser scope.allow:  -> c", "Stricter scope.allow: a -> "],
        ),
        ("[scope]\nallow = [\"a\"]", "[scope]\nallow = [\"c\"]", &["Looser scope.allow:  -> c", "Stricter scope.allow: a -> "]),
        ("", "[integrity]\nnew-skip = \"warn\"", &["Looser integrity.new-skip: deny -> warn"]),
        ("", "[integrity]\nnew-skip = \"deny\"\nprotected-path = \"deny\"", &["Stricter integrity.protected-path: warn -> deny"]),
        ("[integrity]\nnew-skip = \"allow\"", "[integrity]\nnew-skip = \"warn\"", &["Stricter integrity.new-skip: allow -> warn"]),
    ];
    for (base, head, expected) in cases {
        check(&with(base), &with(head), expected);
    }
    assert_eq!(check(&with(cases[5].0), &with(cases[5].1), cases[5].2).scope.globs, ["a"]);
    assert_eq!(check(&with(cases[4].0), &with(cases[4].1), cases[4].2).scope.globs, ["b"]);
}

#[test]
fn lines_are_those_of_the_head() {
    let found = reconcile(&policy(GATES), &policy("\n[gates]\ncomplexity = { max = 12 }\n"));
    assert_eq!(found.differences.iter().map(|one| one.line).collect::<Vec<_>>(), [None, Some(4)]);
}

#[test]
fn what_a_person_accepts_is_accepted_in_the_base() {
    let with = |text: &str| format!("{GATES}{text}");
    let waiver = |day: &str| format!("[[waiver]]\ngate = \"complexity\"\nitem = \"0123456789abcdef\"\nreason = \"r\"\nexpires = {day}\n");
    let check = |text: &str| format!("[[check]]\nname = \"lint\"\nrun = [\"cargo\", \"clippy\"]\n{text}");
    let cases = [
        (String::new(), waiver("2026-12-01"), "Looser waiver[complexity].0123456789abcdef:  -> until 2026-12-01 [new-waiver]"),
        (
            waiver("2026-12-01"),
            waiver("2026-12-02"),
            "Looser waiver[complexity].0123456789abcdef: until 2026-12-01 -> until 2026-12-02 [new-waiver]",
        ),
        (
            waiver("2026-12-02"),
            waiver("2026-12-01"),
            "Stricter waiver[complexity].0123456789abcdef: until 2026-12-02 -> until 2026-12-01 [new-waiver]",
        ),
        (waiver("2026-12-02"), String::new(), "Stricter waiver[complexity].0123456789abcdef: until 2026-12-02 -> "),
        (check(""), String::new(), "Looser check:lint: cargo clippy (timeout 1800 s) -> "),
        (
            check(""),
            check("").replace("clippy", "check"),
            "Looser check:lint: cargo clippy (timeout 1800 s) -> cargo check (timeout 1800 s)",
        ),
        (check("quick = true"), check(""), "Looser check:lint: cargo clippy (timeout 1800 s, quick) -> cargo clippy (timeout 1800 s)"),
        (String::new(), check(""), "Stricter check:lint:  -> cargo clippy (timeout 1800 s)"),
        (String::new(), "[attempts]\nmax = 3".to_owned(), "Stricter attempts.max:  -> 3"),
        ("[attempts]\nmax = 3".to_owned(), "[attempts]\nmax = 4".to_owned(), "Looser attempts.max: 3 -> 4"),
        ("[attempts]\nmax = 3".to_owned(), String::new(), "Looser attempts.max: 3 -> "),
        (String::new(), "[cage]\nmode = \"off\"".to_owned(), "Looser cage.mode: on -> off"),
        ("[cage]\nmode = \"off\"".to_owned(), "[cage]\nmode = \"required\"".to_owned(), "Stricter cage.mode: off -> required"),
        (String::new(), "[cage]\nnetwork = \"any\"".to_owned(), "Looser cage.network: loopback -> any"),
        (String::new(), "[cage]\nnetwork = \"none\"".to_owned(), "Stricter cage.network: loopback -> none"),
        (String::new(), "[cage]\nwrite = [\"a\"]".to_owned(), "Looser cage.write:  -> a"),
        ("[cage]\nenv = [\"a\"]".to_owned(), String::new(), "Stricter cage.env: a -> "),
    ];
    for (base, head, expected) in cases {
        differ(&with(&base), &with(&head), expected);
    }
}

#[test]
fn the_record_of_old_code_may_shrink_and_move() {
    let policy = |entries: &str| Policy {
        baseline: Baseline::parse(&format!("version = 1\n{entries}"), "gates.baseline.toml".into())
            .unwrap_or_else(|error| panic!("{error}")),
        ..policy(GATES)
    };
    let functions = |entries: &str| policy(&format!("complexity = [\n{entries}]\n"));
    let cases: [(Policy, Policy, &[&str]); 6] = [
        (
            functions("{ at = \"a f\", max = 12 },\n"),
            functions("{ at = \"a f\", max = 13 },\n"),
            &["Looser baseline.complexity a f: 12 -> 13 [baseline-loosened]"],
        ),
        (
            functions("{ at = \"a f\", max = 12 },\n"),
            functions("{ at = \"a f\", max = 11 },\n"),
            &["Stricter baseline.complexity a f: 12 -> 11"],
        ),
        (functions("{ at = \"a f\", max = 12 },\n"), policy(""), &["Stricter baseline.complexity a f: 12 -> "]),
        (policy(""), functions("{ at = \"a f\", max = 12 },\n"), &["Looser baseline.complexity a f:  -> 12 [baseline-loosened]"]),
        (
            functions("{ at = \"a f\", max = 12, body = \"0123456789abcdef\" },\n"),
            functions("{ at = \"b f\", max = 12, body = \"0123456789abcdef\" },\n"),
            &[],
        ),
        (
            policy("line-coverage = [\n{ min = 50 },\n]\n"),
            policy("line-coverage = [\n{ min = 49 },\n]\n"),
            &["Looser baseline.line-coverage: 50 -> 49 [baseline-loosened]"],
        ),
    ];
    for (base, head, expected) in cases {
        let found = reconcile(&base, &head);
        assert_eq!(said(&found), expected);
        assert!(reconcile(&base, &found.policy).differences.iter().all(|one| one.direction == Direction::Stricter));
    }
}

fn differ(base: &str, head: &str, expected: &str) {
    check(base, head, &[expected]);
}
