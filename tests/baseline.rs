//! The record of old code, as a person keeps it: written, tightened, merged by git, loosened only on request.

mod scratch;

use std::fs;
use std::process::Command as Process;

use scratch::{Scratch, said};

const MANIFEST: &str = "[package]\nname = \"old\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
const POLICY: &str = "version = 1\n\n[gates]\ncomplexity = { max = 2 }\n";

/// A function with so many decisions.
fn function(name: &str, decisions: u32) -> String {
    let ifs: Vec<String> = (0..decisions).map(|n| format!("    if n == {n} {{\n        return {};\n    }}\n", n + 7)).collect();
    format!("/// Old.\npub fn {name}(n: u32) -> u32 {{\n{}    n\n}}\n", ifs.concat())
}

fn package(functions: &[(&str, u32)]) -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    scratch.with("Cargo.toml", MANIFEST).with("gates.toml", POLICY).with("src/lib.rs", &source(functions))
}

fn source(functions: &[(&str, u32)]) -> String {
    functions.iter().map(|(name, decisions)| function(name, *decisions)).collect::<Vec<_>>().join("\n")
}

/// Run `cargo gate ARGS`; expect the exit code and every text on stdout or stderr. Gives both.
fn gate(scratch: &Scratch, args: &[&str], exit: i32, texts: &[&str]) -> String {
    said(scratch.gate().args(args), exit, texts)
}

fn baseline(scratch: &Scratch) -> String {
    fs::read_to_string(scratch.root().join("gates.baseline.toml")).unwrap()
}

#[test]
fn old_code_passes_as_it_is_and_may_not_grow() {
    let scratch = package(&[("a", 5), ("b", 3), ("c", 1)]);
    gate(&scratch, &["--quick"], 1, &["`a` is too complex", "`b` is too complex"]);
    gate(&scratch, &["baseline", "--quick"], 2, &["there is no gates.baseline.toml to tighten; `cargo gate init --ratchet` writes one"]);
    let texts =
        ["  complexity of src/lib.rs a: 6\n", "gates.baseline.toml written: 2 on record, 0 tighter or taken out, 2 added or looser"];
    gate(&scratch, &["baseline", "--accept", "--quick"], 0, &texts);
    let text = baseline(&scratch);
    assert!(text.contains("\ncomplexity = [\n    { at = \"src/lib.rs a\", max = 6, body = \""), "{text}");
    gate(&scratch, &["--quick"], 0, &["complexity  2         <= 2   gates.toml:4  ok            2 on record"]);

    // Moved by lines, and by name: the same code.
    let moved = format!("//! More.\n\n\n{}", source(&[("c", 1), ("renamed", 5), ("b", 3)]));
    let scratch = scratch.with("src/lib.rs", &moved);
    gate(&scratch, &["--quick"], 0, &["2 on record"]);

    // A file with nothing to quote beside it, and the code in another file.
    let scratch = scratch.with("src/lib.rs", "pub mod moved;\n").with("src/moved.rs", &source(&[("a", 5), ("b", 3), ("c", 1)]));
    gate(&scratch, &["--quick"], 0, &["2 on record"]);
    let grown = POLICY.replace("max = 2", "max = 9");
    gate(&scratch.with("gates.toml", &grown), &["--quick"], 0, &["PASS 1 gate"]);
    let scratch = package(&[("a", 5), ("b", 3)]).with("gates.baseline.toml", &text);

    let scratch = scratch.with("src/lib.rs", &source(&[("a", 6), ("b", 2), ("c", 1), ("new", 3)]));
    let texts =
        ["`a` is too complex", "complexity 7, at most 2: 6 if; gates.baseline.toml lets 6 pass", "`new` is too complex", "1 on record"];
    gate(&scratch, &["--quick"], 1, &texts);
    // What became better is taken in, what became worse is not.
    let texts = ["  complexity of src/lib.rs b: 4 -> 3\n", "2 on record, 1 tighter or taken out, 0 added or looser"];
    gate(&scratch, &["baseline", "--quick"], 0, &texts);
    gate(&scratch, &["baseline", "--quick"], 0, &["gates.baseline.toml unchanged"]);
    let text = baseline(&scratch);
    assert!(text.contains("lib.rs a\", max = 6") && text.contains("lib.rs b\", max = 3") && !text.contains("new"), "{text}");

    let scratch = scratch.with("src/lib.rs", &source(&[("a", 1)]));
    gate(&scratch, &["baseline", "--quick"], 0, &["complexity of src/lib.rs a: 6, taken out"]);
    assert!(!baseline(&scratch).contains("complexity"));
}

#[cfg(target_os = "linux")]
#[test]
fn percentages_are_held_to_where_they_stood() {
    let tests = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn one() {\n        assert_eq!(super::a(0), 7);\n    }\n}\n";
    let scratch = package(&[]).with("src/lib.rs", &format!("{}{tests}", source(&[("a", 5), ("b", 3)])));
    let policy = "version = 1\n\n[gates]\ntests = true\nline-coverage = { min = 90 }\ncrap = { max = 8 }\nmutation-score = { min = 80 }\n";
    let scratch = scratch.with("gates.toml", policy);
    gate(&scratch, &[], 1, &["error[crap]"]);
    gate(&scratch, &["baseline", "--accept", "-q"], 0, &["gates.baseline.toml written"]);
    let text = baseline(&scratch);
    for part in ["line-coverage = [\n    { min = ", "crap = [\n    { at = \"src/lib.rs a\", max = ", "mutation-score = [\n    { min = "] {
        assert!(text.contains(part), "{text}");
    }
    gate(&scratch, &["-q"], 0, &["PASS 4 gates", "gates.baseline.toml:6", "2 on record"]);
    let red = scratch.with("src/lib.rs", &format!("{}{}", source(&[("a", 5), ("b", 3)]), tests.replace(", 7", ", 8")));
    gate(&red, &["baseline", "-q"], 1, &["1 of the tests fail", "gates.baseline.toml stays as it was"]);
    let broken = red.with("src/lib.rs", "pub fn a() -> u8 { x }\n");
    gate(&broken, &["baseline", "-q"], 3, &["gates.baseline.toml stays as it was"]);
    assert_eq!(baseline(&broken), text);
}

#[test]
fn mistakes_in_the_record_are_shown_in_their_place() {
    let scratch =
        package(&[("a", 5)]).with("gates.baseline.toml", "version = 1\ncomplexity = [\n    { at = \"src/lib.rs a\", mx = 3 },\n]\n");
    gate(&scratch, &["--quick"], 2, &["gates.baseline.toml:3", "unknown key `mx`"]);
}

fn git(scratch: &Scratch, args: &[&str]) -> bool {
    let mut git = Process::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false"]);
    git.args(args).current_dir(scratch.root()).output().unwrap().status.success()
}

#[test]
fn two_branches_that_improve_different_code_merge() {
    let old = [("a", 5), ("b", 5), ("c", 5), ("d", 5), ("e", 5)];
    let scratch = package(&old);
    gate(&scratch, &["baseline", "--accept", "--quick"], 0, &[]);
    let scratch = scratch.with(".gitattributes", "gates.baseline.toml merge=union\n").with(".gitignore", "Cargo.lock\n");
    assert!(git(&scratch, &["init"]) && git(&scratch, &["add", "-A"]) && git(&scratch, &["commit", "-m", "old"]));
    assert!(git(&scratch, &["switch", "-c", "other"]));
    let better = |name: &str| source(&old.map(|(known, decisions)| (known, if known == name { 3 } else { decisions })));
    let scratch = scratch.with("src/lib.rs", &better("a"));
    gate(&scratch, &["baseline", "--quick"], 0, &["a: 6 -> 4"]);
    assert!(git(&scratch, &["commit", "-am", "a"]) && git(&scratch, &["switch", "main"]));
    let scratch = scratch.with("src/lib.rs", &better("b"));
    gate(&scratch, &["baseline", "--quick"], 0, &["b: 6 -> 4"]);
    assert!(git(&scratch, &["commit", "-am", "b"]));
    assert!(git(&scratch, &["merge", "other", "-m", "both"]), "even neighbouring lines");
    gate(&scratch, &["--quick"], 0, &["5 on record"]);
    // Lines that the merge doubled are gone the next time.
    gate(&scratch, &["baseline", "--quick"], 0, &[]);
    let text = baseline(&scratch);
    assert_eq!((text.matches("max = 4").count(), text.matches("max = 6").count()), (2, 3), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn init_records_a_project_that_has_no_policy_and_then_it_passes() {
    let tests = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn one() {\n        assert_eq!(super::a(0), 7);\n    }\n}\n";
    let scratch = package(&[]).with("src/lib.rs", &format!("{}{tests}", source(&[("a", 12), ("b", 3)])));
    fs::remove_file(scratch.root().join("gates.toml")).unwrap();
    gate(&scratch, &["-q"], 1, &["error[complexity]", "error[crap]"]);
    gate(&scratch, &["init", "--ratchet"], 0, &["gates.toml", "gates.baseline.toml written: ", "line-coverage: "]);
    gate(&scratch, &["-q"], 0, &["PASS 8 gates", "1 on record"]);
    let text = baseline(&scratch);
    gate(&scratch, &["init", "--ratchet"], 0, &["gates.baseline.toml"]);
    assert_eq!(baseline(&scratch), text);
}
