//! How often a change may fail, as who works on it sees it.
#![cfg(target_os = "linux")]

mod scratch;

use std::fs;

use scratch::{Scratch, said};

const SOURCE: &str = "/// One.\npub fn f(a: bool) -> u8 {\n    if a { 1 } else { 2 }\n}\n";

fn package(limit: u32, max: u32) -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir_all(scratch.root().join("src")).unwrap();
    fs::create_dir_all(scratch.root().join(".git")).unwrap();
    let manifest = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    policy(scratch.with("Cargo.toml", manifest).with("src/lib.rs", SOURCE).with(".git/HEAD", "ref: refs/heads/topic\n"), limit, max)
}

fn policy(scratch: Scratch, limit: u32, max: u32) -> Scratch {
    scratch.with("gates.toml", &format!("version = 1\n[gates]\ncomplexity = {{ max = {limit} }}\n[attempts]\nmax = {max}\n"))
}

/// Run `cargo gate --quick`; expect the exit code and every text.
fn check(scratch: &Scratch, args: &[&str], exit: i32, texts: &[&str]) -> String {
    said(scratch.gate().env("XDG_STATE_HOME", scratch.output("state")).arg("--quick").args(args), exit, texts)
}

#[test]
fn past_so_many_failing_runs_a_person_has_to_look() {
    let scratch = package(1, 2);
    let before = scratch.tree();
    check(&scratch, &[], 1, &["  attempts    1         <= 2   gates.toml:5  ok\n", "FAIL 1 of 2 gates"]);
    check(&scratch, &[], 1, &["  attempts    2         <= 2   gates.toml:5  ok\n"]);
    let texts =
        ["error[attempts-exceeded]: a person has to look: this change has failed 3 times in a row", "at most 2 failing runs on `topic`"];
    check(&scratch, &[], 1, &texts);
    let agent = check(&scratch, &["--format", "agent"], 1, &["E1 attempts-exceeded gates.toml:5: at most 2 failing runs on `topic`"]);
    assert!(agent.contains("NEXT cargo gate --quick --format agent"), "{agent}");
    assert_eq!(scratch.tree(), before, "the count lies elsewhere");

    // Another branch is another change, and a run that passes starts again.
    let scratch = scratch.with(".git/HEAD", "ref: refs/heads/other\n");
    check(&scratch, &[], 1, &["  attempts    1 "]);
    let scratch = policy(scratch.with(".git/HEAD", "ref: refs/heads/topic\n"), 5, 2);
    check(&scratch, &[], 0, &["  attempts    0 "]);
    check(&policy(scratch, 1, 2), &[], 1, &["  attempts    1 "]);
}

#[test]
fn what_cannot_be_counted_is_said_and_who_does_not_ask_is_not_counted() {
    let scratch = package(5, 2);
    fs::write(scratch.output("state"), "a file where a folder has to be").unwrap();
    check(&scratch, &[], 3, &["failing runs cannot be counted: cannot remove ", "leave `[attempts]` out"]);
    let scratch = scratch.with("gates.toml", "version = 1\n[gates]\ncomplexity = { max = 5 }\n");
    let said = check(&scratch, &[], 0, &[]);
    assert!(!said.contains("attempts"), "{said}");
}
