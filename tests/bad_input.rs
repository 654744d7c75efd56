//! What a user gets for input that cannot be gated: one clear message with a place and a next step, the
//! promised exit code, an untouched tree, and never a panic.

mod scratch;

use predicates::prelude::*;

use scratch::Scratch;

/// A crate that would pass, with another policy.
fn with_policy(policy: &str) -> Scratch {
    Scratch::fixture("all-pass").with("gates.toml", policy)
}

/// Run the command; expect the exit code and every text, on stdout or stderr.
fn check(scratch: &Scratch, args: &[&str], exit: i32, texts: &[&str]) {
    let before = scratch.tree();
    let output = scratch.gate().args(args).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let said = format!("{}{stderr}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.code(), Some(exit), "{said}");
    for text in texts {
        assert!(predicate::str::contains(*text).eval(&said), "`{text}` is not in: {said}");
    }
    // Findings, which quote panics of the user's tests, are on stdout.
    assert!(!stderr.contains("panicked"), "{said}");
    assert_eq!(scratch.tree(), before, "the tree is as it was");
}

#[test]
fn no_manifest() {
    check(&Scratch::empty(), &[], 2, &["Cargo.toml"]);
    check(&Scratch::empty(), &["--manifest-path", "nowhere/Cargo.toml"], 2, &["nowhere/Cargo.toml"]);
}

#[test]
fn a_manifest_that_is_no_toml() {
    check(&Scratch::fixture("all-pass").with("Cargo.toml", "[package\n"), &[], 2, &["Cargo.toml"]);
}

#[test]
fn a_source_file_that_does_not_parse() {
    check(&Scratch::fixture("does-not-parse"), &[], 3, &["src/lib.rs:4", "INCONCLUSIVE"]);
}

#[test]
fn a_source_file_that_does_not_parse_when_nothing_is_compiled() {
    check(&Scratch::fixture("does-not-parse"), &["--quick"], 3, &["src/lib.rs:4", "INCONCLUSIVE"]);
}

#[test]
fn code_that_does_not_compile() {
    check(&Scratch::fixture("does-not-compile"), &[], 3, &["src/lib.rs:5", "mismatched types", "INCONCLUSIVE"]);
}

#[test]
fn a_red_test() {
    check(&Scratch::fixture("tests-fail"), &[], 1, &["tests::a_red_one", "FAIL 1 of 2 gates"]);
}

#[test]
fn an_empty_package() {
    check(&Scratch::fixture("empty-package"), &[], 3, &["INCONCLUSIVE"]);
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let policy = "version = 1\n\n[gates]\nline-coverag = { min = 90 }\n";
    check(&with_policy(policy), &[], 2, &["gates.toml:4", "line-coverag", "`line-coverage`"]);
    check(&with_policy("version = 1\n\n[gate]\ntests = true\n"), &[], 2, &["gates.toml:3", "`gates`"]);
}

#[test]
fn a_wrong_type_names_its_place() {
    check(&with_policy("version = 1\n\n[gates]\ncomplexity = \"ten\"\n"), &[], 2, &["gates.toml:4", "complexity"]);
    check(&with_policy("version = 1\n\n[gates]\ncomplexity = { max = \"ten\" }\n"), &[], 2, &["gates.toml:4", "max"]);
}

#[test]
fn a_policy_that_is_no_toml_or_of_another_version() {
    check(&with_policy("version = 1\n[gates\n"), &[], 2, &["gates.toml:2"]);
    check(&with_policy("version = 2\n[gates]\ntests = true\n"), &[], 2, &["gates.toml:1", "version"]);
}

#[test]
fn a_limit_that_can_never_bind_or_is_of_the_wrong_kind() {
    check(&with_policy("version = 1\n[gates]\nline-coverage = { min = 0 }\n"), &[], 2, &["gates.toml:3", "line-coverage"]);
    check(&with_policy("version = 1\n[gates]\ncrap = { min = 8 }\n"), &[], 2, &["gates.toml:3", "max"]);
}

#[test]
fn an_unknown_flag_or_format() {
    check(&Scratch::fixture("all-pass"), &["--qick"], 2, &["--qick"]);
    check(&Scratch::fixture("all-pass"), &["--format", "nonsense"], 2, &["nonsense"]);
}

#[test]
fn a_linker_that_fails_is_not_taken_for_a_mutant() {
    let scratch = Scratch::fixture("all-pass");
    let output = scratch.gate().args(["--quiet"]).env("RUSTFLAGS", "-Clinker=no-such-linker").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("no-such-linker"), "{said}");
}
