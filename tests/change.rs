//! Runs against a base, as typed, in real repositories: what is judged, by whose policy, and what is said where the
//! base cannot be had.

mod scratch;

use std::fs;
use std::process::Command;

use scratch::Scratch;

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

const LIB: &str = "//! A shop.\npub mod price;\n\n/// Old code that no test looks at.\npub fn untested(a: u32) -> u32 {\n    if a > 3 {\n        a * 2\n    } else {\n        a + 1\n    }\n}\n";

const PRICE: &str = "/// What it costs.\npub fn price(quantity: u32, each: u32) -> u32 {\n    quantity * each\n}\n\n\
    #[cfg(test)]\nmod tests {\n    #[test]\n    fn three_cost_three_times_as_much() {\n        assert_eq!(super::price(3, 5), 15);\n    }\n}\n";

const GATES: &str = "version = 1\n\n[gates]\ntests = true\ncomplexity = { max = 10 }\nmutation-score = { min = 50 }\n\n\
    [new.gates]\nline-coverage = { min = 100 }\nsurviving-mutants = { max = 0 }\n";

fn git(scratch: &Scratch, args: &[&str]) {
    let fixed = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
    let output = Command::new("git").args(fixed).args(args).current_dir(scratch.root()).output().expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A crate with one commit on `main`.
fn shop() -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    let scratch = scratch.with("Cargo.toml", MANIFEST).with("src/lib.rs", LIB).with("src/price.rs", PRICE).with("gates.toml", GATES);
    git(&scratch, &["init", "--quiet", "--initial-branch", "main"]);
    let scratch = scratch.with(".gitignore", "Cargo.lock\n");
    git(&scratch, &["add", "--all"]);
    git(&scratch, &["commit", "--quiet", "--message", "base"]);
    scratch
}

/// What the command says in JSON, and its exit code.
fn run(scratch: &Scratch, args: &[&str]) -> (serde_json::Value, i32) {
    let output = scratch.gate().args(args).args(["--format", "json", "--quiet"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    (serde_json::from_str(&text).unwrap_or_else(|_| panic!("{args:?}: {text}{error}")), output.status.code().unwrap())
}

/// `line-coverage (new) fail`.
fn states(run: &serde_json::Value) -> Vec<String> {
    let gates = run["gates"].as_array().unwrap().iter().filter(|gate| gate["state"] != "no-limit");
    gates.map(|gate| format!("{} {}", gate["gate"].as_str().unwrap(), gate["state"].as_str().unwrap())).collect()
}

/// `policy-loosened gates.toml deny`, sorted.
fn findings(run: &serde_json::Value) -> Vec<String> {
    let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let level = |finding: &serde_json::Value| if finding["failure"] == true { "deny" } else { "warn" };
    let said = |finding: &serde_json::Value| format!("{} {} {}", word(&finding["code"]), word(&finding["path"]), level(finding));
    let mut found: Vec<String> = run["findings"].as_array().unwrap().iter().map(said).collect();
    found.sort();
    found.dedup();
    found
}

/// The same for a run in which nothing is built.
fn quickly(scratch: &Scratch, args: &[&str]) -> (Vec<String>, i32) {
    let (run, code) = run(scratch, &[&["--quick"], args].concat());
    (findings(&run), code)
}

#[test]
fn new_code_is_judged_and_old_code_is_left_alone() {
    let scratch = shop();
    // Nothing is new: nothing of it can be measured, and that is no failure.
    let (same, code) = run(&scratch, &["--base", "main"]);
    let expected = [
        "tests pass",
        "line-coverage (new) not-applicable",
        "complexity pass",
        "mutation-score not-run",
        "surviving-mutants (new) not-applicable",
        "policy pass",
        "scope pass",
        "integrity pass",
    ];
    assert_eq!((states(&same).as_slice(), code), (expected.map(str::to_owned).as_slice(), 0));

    let price = PRICE
        .replace("    quantity * each\n", "    if quantity > 10 {\n        return quantity * each * 9 / 10;\n    }\n    quantity * each\n");
    let scratch = scratch.with("src/price.rs", &price);
    let (bad, code) = run(&scratch, &["--base", "main"]);
    assert_eq!(code, 1);
    assert_eq!(findings(&bad), ["surviving-mutant src/price.rs deny", "uncovered-lines src/price.rs deny"]);
    assert_eq!((bad["policy"]["base"]["asked"].as_str(), bad["policy"]["base"]["has_policy"].as_bool()), (Some("main"), Some(true)));
    let mutants = bad["mutants"]["list"].as_array().unwrap();
    assert!(mutants.iter().all(|mutant| mutant["path"] == "src/price.rs"), "only files of the change are mutated");
    let agent = scratch.gate().args(["--base", "main", "--format", "agent"]).output().unwrap();
    let shown = String::from_utf8_lossy(&agent.stdout).into_owned();
    assert!(shown.starts_with("GATE FAIL 2 of 8 gates, 1 not run | base ") && shown.contains(" | policy from base\n"), "{shown}");
    let next = "NEXT cargo gate --base main --only line-coverage,surviving-mutants --format agent ; when it passes: cargo gate --base main";
    assert!(shown.contains(next), "{shown}");
    // Coverage is that of the whole tree, as ever.
    let line = bad["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == "line-coverage").unwrap();
    assert!(line["measured"]["of"].as_u64().unwrap() > 8, "{line}");

    let test = "    #[test]\n    fn many_are_cheaper() {\n        assert_eq!([10, 11, 20].map(|n| super::price(n, 10)), [100, 99, 180]);\n    }\n}\n";
    let scratch = scratch.with("src/price.rs", &format!("{}{test}", price.trim_end().trim_end_matches('}')));
    let (good, code) = run(&scratch, &["--base", "main"]);
    assert_eq!(code, 0, "{:?} {:?}", findings(&good), states(&good));
    assert!(states(&good).contains(&"surviving-mutants (new) pass".to_owned()), "{:?}", states(&good));
}

#[test]
fn what_was_only_reformatted_or_moved_is_not_new() {
    let scratch = shop();
    let lib = LIB.replace("if a > 3 {\n        a * 2\n    } else {\n        a + 1\n    }", "// more\n    if a>3 { a*2 }\n    else { a+1 }");
    let scratch = scratch.with("src/lib.rs", &lib.replace("pub mod price;", "pub mod cost;\npub use cost as price;"));
    fs::rename(scratch.root().join("src/price.rs"), scratch.root().join("src/cost.rs")).unwrap();
    let (run, code) = run(&scratch, &["--base", "main"]);
    assert_eq!((findings(&run), code), (Vec::new(), 0), "{:?}", states(&run));
    assert!(states(&run).contains(&"surviving-mutants (new) not-applicable".to_owned()), "{:?}", states(&run));
}

#[test]
fn a_change_cannot_loosen_what_it_is_judged_by() {
    let complex = format!("{LIB}/// Two decisions.\npub fn two(a: bool, b: bool) -> bool {{\n    a && b || a\n}}\n");
    let tight = GATES.replace("max = 10", "max = 2");
    for (base, head, expected, code) in [
        // Looser: no effect, and a finding.
        (tight.as_str(), GATES, vec!["complexity src/lib.rs deny", "policy-loosened gates.toml deny"], 1),
        // Stricter: at once, and none.
        (GATES, tight.as_str(), vec!["complexity src/lib.rs deny"], 1),
        (
            GATES,
            &format!("{GATES}\n[[override]]\npaths = [\"src/lib.rs\"]\nreason = \"odd\"\ngates.complexity.max = 99\n"),
            vec!["new-override gates.toml deny"],
            1,
        ),
        (GATES, &format!("{GATES}\n[mutation]\nexclude = [\"src/price.rs\"]\n"), vec!["new-exclude gates.toml deny"], 1),
        (GATES, &format!("# A comment.\n{GATES}"), vec![], 0),
        (
            &format!("{GATES}\n[integrity]\npolicy-loosened = \"warn\"\n"),
            &format!("{}\n[integrity]\npolicy-loosened = \"allow\"\n", GATES.replace("min = 50", "min = 40")),
            vec!["policy-loosened gates.toml warn"],
            0,
        ),
    ] {
        let scratch = shop().with("gates.toml", base);
        git(&scratch, &["commit", "--quiet", "--all", "--allow-empty", "--message", "policy"]);
        let scratch = scratch.with("src/lib.rs", &complex).with("gates.toml", head);
        assert_eq!(quickly(&scratch, &["--base", "main"]), (expected.into_iter().map(str::to_owned).collect(), code), "{head}");
    }
    let scratch = shop();
    fs::remove_file(scratch.root().join("gates.toml")).unwrap();
    let (gone, code) = run(&scratch, &["--quick", "--base", "main"]);
    assert_eq!((findings(&gone), code), (vec!["policy-loosened gates.toml deny".to_owned()], 1));
    assert!(states(&gone).contains(&"complexity pass".to_owned()));
}

#[test]
fn marks_paths_and_scopes_are_held_against_a_change() {
    let scratch = shop();
    fs::create_dir_all(scratch.root().join(".github/workflows")).unwrap();
    let scratch = scratch.with(".github/workflows/ci.yml", "on: push\n").with("build.rs", "fn main() {}\n");
    let scratch = scratch.with("src/lib.rs", &LIB.replace("pub fn untested", "// gate: skip nobody looks\npub fn untested"));
    let protected = ["protected-path .github/workflows/ci.yml warn", "protected-path build.rs warn"].map(str::to_owned);
    let expected = [&["new-skip src/lib.rs deny".to_owned()], protected.as_slice()].concat();
    assert_eq!(quickly(&scratch, &["--base", "main"]), (expected.clone(), 1));
    fs::write(scratch.output("task.txt"), "src/**\nbuild.rs\n").unwrap();
    let task = scratch.output("task.txt");
    let (found, code) = quickly(&scratch, &["--base", "main", "--scope", task.to_str().unwrap()]);
    assert_eq!((found[1].as_str(), found.len(), code), ("out-of-scope .github/workflows/ci.yml deny", 4, 1));
    let allowed = "[scope]\nallow = [\"src/**\"]\n[integrity]\nprotected-path = \"deny\"\nnew-skip = \"allow\"\n";
    let scratch = scratch.with("gates.toml", &format!("{GATES}{allowed}"));
    git(&scratch, &["add", "gates.toml"]);
    git(&scratch, &["commit", "--quiet", "--message", "policy"]);
    let expected = [
        "out-of-scope .github/workflows/ci.yml deny",
        "out-of-scope build.rs deny",
        "protected-path .github/workflows/ci.yml deny",
        "protected-path build.rs deny",
    ];
    assert_eq!(quickly(&scratch, &["--base", "main"]), (expected.map(str::to_owned).into(), 1));
}

#[test]
fn what_is_staged_is_judged_as_it_is_staged() {
    let scratch = shop();
    let bad = format!("{LIB}pub fn many(a: u32) -> u32 {{ {} }}\n", "if a > 1 { return 1; } ".repeat(11) + "a");
    let scratch = scratch.with("src/lib.rs", &bad);
    assert_eq!(quickly(&scratch, &["--staged"]), (Vec::new(), 0));
    git(&scratch, &["add", "src/lib.rs"]);
    let scratch = scratch.with("src/lib.rs", LIB);
    assert_eq!(quickly(&scratch, &["--staged"]), (vec!["complexity src/lib.rs deny".to_owned()], 1));
    let agent = scratch.gate().args(["--quick", "--staged", "--format", "agent"]).output().unwrap();
    let text = String::from_utf8_lossy(&agent.stdout).into_owned();
    assert!(text.ends_with("\nNEXT cargo gate --staged --quick --format agent\n"), "{text}");
    let output = scratch.gate().args(["--staged"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("`src/lib.rs` is not staged as it is there; stage or stash it, or add --quick"), "{error}");
}

#[test]
fn the_name_of_the_base_may_stand_in_the_policy() {
    let scratch = shop();
    let output = scratch.gate().args(["--quick", "--base"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && error.contains("has no `[new] base`"), "{error}");
    let scratch = scratch.with("gates.toml", &GATES.replace("[new.gates]", "[new]\nbase = \"main\"\n[new.gates]"));
    let (run, code) = run(&scratch, &["--quick", "--base"]);
    assert_eq!((run["policy"]["base"]["asked"].as_str(), code), (Some("main"), 0));
}

#[test]
fn a_base_that_cannot_be_had_is_inconclusive_in_every_format() {
    let scratch = shop();
    let (unknown, code) = run(&scratch, &["--base", "origin/main"]);
    assert_eq!(code, 3);
    let problem = unknown["problems"][0].as_str().unwrap();
    assert!(problem.starts_with("the base `origin/main` is not known here; "), "{problem}");
    assert_eq!(unknown["problems"].as_array().unwrap().len(), 1);
    assert!(states(&unknown).iter().all(|state| state.ends_with("not-run")), "{:?}", states(&unknown));
    let agent = scratch.gate().args(["--base", "origin/main", "--format", "agent"]).output().unwrap();
    let text = String::from_utf8_lossy(&agent.stdout).into_owned();
    assert!(text.contains("E1 inconclusive: the base `origin/main` is not known here"), "{text}");
    // A policy there that nobody can read.
    let scratch = scratch.with("gates.toml", "version = 9\n");
    git(&scratch, &["commit", "--quiet", "--all", "--message", "broken"]);
    let (broken, code) = run(&scratch.with("gates.toml", GATES), &["--base", "main"]);
    assert_eq!(code, 3);
    assert!(broken["problems"][0].as_str().unwrap().starts_with("the policy at the base "), "{broken}");
    // Where no repository is, the command line makes no sense.
    let outside = Scratch::fixture("all-pass").gate().args(["--base", "main"]).output().unwrap();
    let error = String::from_utf8_lossy(&outside.stderr).into_owned();
    assert!(outside.status.code() == Some(2) && error.contains("is in no git repository"), "{error}");
    let alone = Scratch::fixture("all-pass").gate().args(["--scope", "x"]).output().unwrap();
    assert_eq!(alone.status.code(), Some(2));
}

#[test]
fn coverage_from_before_the_change_is_no_evidence() {
    let scratch = shop();
    let report = "TN:\nSF:src/price.rs\nDA:2,1\nDA:3,1\nDA:4,1\nend_of_record\n";
    let path = scratch.output("before.info");
    fs::write(&path, report).unwrap();
    let earlier = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    fs::File::options().write(true).open(&path).unwrap().set_modified(earlier).unwrap();
    let scratch = scratch.with("src/price.rs", &PRICE.replace("quantity * each", "each * quantity"));
    let (stale, code) = run(&scratch, &["--base", "main", "--no-run", "--coverage", path.to_str().unwrap()]);
    assert_eq!(code, 3);
    let problem = stale["problems"][0].as_str().unwrap();
    assert!(problem.contains("it is older than `src/price.rs`, of which it speaks; measure again"), "{problem}");
    assert!(states(&stale).contains(&"line-coverage (new) inconclusive".to_owned()), "{:?}", states(&stale));
}

#[test]
fn before_the_first_commit_only_what_is_staged_can_be_judged() {
    let scratch = Scratch::fixture("all-pass");
    git(&scratch, &["init", "--quiet", "--initial-branch", "main"]);
    let (none, code) = run(&scratch, &["--quick", "--base", "main"]);
    let problem = none["problems"][0].as_str().unwrap();
    assert_eq!(
        (problem, code),
        ("there is no commit yet, so nothing can be compared with `main`; commit first, or judge what is staged with --staged", 3)
    );
    git(&scratch, &["add", "--all"]);
    let (staged, code) = run(&scratch, &["--quick", "--staged"]);
    assert_eq!((staged["policy"]["base"]["commit"].as_str(), code), (Some("nothing"), 0), "{:?}", findings(&staged));
}

#[test]
fn what_git_cannot_tell_is_said_on_the_command_line() {
    // An unfinished merge.
    let scratch = shop();
    git(&scratch, &["checkout", "--quiet", "-b", "work"]);
    for (branch, text) in [("work", "pub fn a() {}\n"), ("main", "pub fn b() {}\n")] {
        git(&scratch, &["checkout", "--quiet", branch]);
        fs::write(scratch.root().join("src/price.rs"), text).unwrap();
        git(&scratch, &["commit", "--quiet", "--all", "--message", "more"]);
    }
    let mut merge = Command::new("git");
    merge.args(["-c", "user.name=t", "-c", "user.email=t@localhost", "merge", "--quiet", "work"]).current_dir(scratch.root());
    assert!(!merge.output().unwrap().status.success());
    let (conflict, code) = run(&scratch, &["--quick", "--base", "main"]);
    let expected = "`src/price.rs` has merge conflicts (1 in all); resolve them and `git add` what is resolved";
    assert_eq!((conflict["problems"][0].as_str(), code), (Some(expected), 3));

    // A clone without the history: the base's name is there and what both have in common is not.
    let scratch = shop();
    for message in ["one", "two"] {
        git(&scratch, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }
    git(&scratch, &["branch", "old", "HEAD~2"]);
    let url = format!("file://{}", scratch.root().display());
    let clone = scratch.output("clone");
    let fetched = Command::new("git").args(["clone", "--quiet", "--depth", "1", "--no-single-branch", &url]).arg(&clone).output().unwrap();
    assert!(fetched.status.success());
    let output =
        scratch.gate().current_dir(&clone).args(["--quick", "--base", "origin/old", "--format", "json", "--quiet"]).output().unwrap();
    let shallow: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problem = shallow["problems"][0].as_str().unwrap();
    assert!(problem.contains("this clone is shallow") && problem.contains("`git fetch --unshallow`"), "{problem}");
    assert_eq!(output.status.code(), Some(3));

    // A detached head in a worktree of its own, where a submodule moved: judged like any other.
    let inner = scratch.output("inner");
    let made = Command::new("git").args(["clone", "--quiet", &url]).arg(&inner).output().unwrap();
    assert!(made.status.success());
    git(&scratch, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.to_str().unwrap(), "vendored"]);
    git(&scratch, &["commit", "--quiet", "--all", "--message", "submodule"]);
    let tree = scratch.output("tree");
    git(&scratch, &["worktree", "add", "--quiet", "--detach", tree.to_str().unwrap()]);
    fs::write(tree.join("src/lib.rs"), format!("{LIB}// More.\n")).unwrap();
    let output = scratch.gate().current_dir(&tree).args(["--quick", "--base", "main", "--format", "json", "--quiet"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[cfg(target_os = "linux")]
#[test]
fn a_changed_path_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt as _;
    let scratch = shop();
    fs::write(scratch.root().join(std::ffi::OsStr::from_bytes(b"src/\xff.rs")), "").unwrap();
    let (odd, code) = run(&scratch, &["--quick", "--base", "main"]);
    assert_eq!((odd["problems"][0].as_str(), code), (Some("the changed path `src/\\xff.rs` is not UTF-8; rename it"), 3));
}
