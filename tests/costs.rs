//! What tests cost: suites that take long, tests that take memory, profiles that optimize. The verdicts are those of
//! cheap tests.

mod scratch;

use std::fs;

use cargo_gate::report::json::layout::Run;

use scratch::Scratch;

fn package(profile: &str, text: &str) -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    let manifest = format!("[package]\nname = \"costly\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n\n{profile}");
    let policy = "version = 1\n[gates]\ntests = true\nmutation-score = { min = 1 }\n[mutation]\noperators = \"cargo-mutants\"\n";
    scratch.with("Cargo.toml", &manifest).with("gates.toml", policy).with("src/lib.rs", text)
}

fn passed(run: &Run) -> u32 {
    run.tests.as_ref().unwrap().passed
}

/// Every mutant: its line, what it makes of the code, what became of it and why.
fn told(run: &Run) -> Vec<String> {
    let mutants = run.mutants.list.iter();
    mutants
        .map(|mutant| {
            let reason = mutant.reason.as_deref().unwrap_or("-");
            format!("{} {} {} {reason}", mutant.span.line, mutant.replacement, mutant.status)
        })
        .collect()
}

/// Of what `noise` gives nobody looks at more than the parity, and that of a sum of even numbers: many mutants survive,
/// after a test that takes a second when it is not optimized.
fn slow() -> String {
    let sum = (0..24).map(|part| format!("        + ((x + {part}) << 1)\n")).collect::<Vec<_>>().concat();
    format!(
        "pub fn noise(x: u64) -> u64 {{\n    0\n{sum}}}\npub fn even(rounds: u64) -> bool {{\n    (0..rounds).all(|x| noise(x & 7) % 2 == 0)\n}}\n\
        pub fn quick(x: u64) -> u64 {{\n    x * 2\n}}\n#[test]\nfn slow() {{\n    assert!(even(6_000_000));\n}}\n\
        #[test]\nfn fast() {{\n    assert_eq!(quick(3), 6);\n}}\n"
    )
}

#[test]
#[cfg(unix)]
fn what_only_slow_tests_can_notice_runs_optimized() {
    let scratch = package("", &slow());
    let output = scratch.gate().args(["--format", "json"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the tests are slow: compiling them once more, optimized"), "{said}");
    let run: Run = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(passed(&run), 2);
    let told = told(&run);
    let count = |status: &str| told.iter().filter(|mutant| mutant.contains(status)).count();
    // `(x + 1) << 1` is even whatever stands for `+` between `x` and the number, and odd for some `x` when it is `>> 1`.
    assert!(count("Survived") > 40 && count("Killed") > 20, "{told:#?}");
    assert_eq!(count("Survived") + count("Killed") + count("CompileError"), told.len(), "{told:#?}");
    let again = scratch.measured(&[]);
    assert_eq!(self::told(&again), told, "what was found out with optimized tests holds");
    let plain = scratch.measured(&["--no-cache"]);
    assert_eq!(self::told(&plain), told);
}

/// Many tests of some milliseconds, each of which notices every change of `noise`.
fn many_quick(rounds: u64) -> String {
    let sum = (1..=24).map(|part| format!("        + ((x + {part}) << 1)\n")).collect::<Vec<_>>().concat();
    let test = |number| {
        // Over eight rounds `x` is 0 to 7, and `noise` 48 `x` and 600: 768 a round.
        let all = 768 * rounds;
        format!("#[test]\nfn t{number}() {{\n    assert_eq!((0..{rounds}).map(|x| noise(x & 7)).sum::<u64>(), {all});\n}}\n")
    };
    format!("pub fn noise(x: u64) -> u64 {{\n    0\n{sum}}}\n") + &(0..80).map(test).collect::<Vec<_>>().concat()
}

#[test]
#[cfg(unix)]
fn many_quick_tests_run_optimized_for_many_mutants() {
    let gate = |rounds| {
        let output = package("", &many_quick(rounds)).gate().args(["--format", "json", "-j1"]).output().unwrap();
        let is_built_again = String::from_utf8_lossy(&output.stderr).contains("compiling them once more, optimized");
        (is_built_again, serde_json::from_slice::<Run>(&output.stdout).unwrap())
    };
    let ((dear_is_built_again, dear), (cheap_is_built_again, cheap)) = (gate(64_000), gate(8));
    assert!(dear_is_built_again && !cheap_is_built_again);
    assert_eq!(told(&dear), told(&cheap));
    assert_eq!(passed(&dear), 80);
    assert!(dear.mutants.counts.killed > 100 && dear.mutants.counts.survived == 0, "{:?}", told(&dear));
}

#[test]
#[cfg(target_os = "linux")]
fn a_mutant_has_not_all_the_memory_that_a_test_may_have() {
    let code = "pub fn blocks(all: usize, size: usize) -> usize {\n    all / size\n}\n\
        #[test]\nfn fill() {\n    let blocks = vec![1_u8; blocks(1 << 20, 1 << 11)];\n    assert!(blocks.len() > 1);\n}\n";
    let told = told(&package("", code).measured(&[]));
    // Two GiB: less than what tests may have, much more than the original's 512 bytes.
    assert!(told.contains(&"2 * Killed ended by signal 6".to_owned()), "{told:#?}");
    let large = code.replace("1 << 20, 1 << 11", "1 << 30, 1 << 1").replace("blocks.len() > 1", "blocks.len() > 1 << 28");
    let told = self::told(&package("", &large).measured(&[]));
    assert!(told.contains(&"2 % Killed -".to_owned()), "what the test itself needs it has: {told:#?}");
}

#[test]
fn profiles_that_optimize_change_no_verdict() {
    let code = "pub const fn twice(x: u32) -> u32 {\n    x * 2\n}\npub fn sum(all: &[u32]) -> Option<u32> {\n    let mut sum = 0_u32;\n    \
        for x in all {\n        if *x < 9 {\n            sum = sum.checked_add(twice(*x))?;\n        }\n    }\n    Some(sum)\n}\n\
        /// ```\n/// assert_eq!(costly::twice(2), 4);\n/// ```\npub fn documented() {}\n\
        #[test]\nfn some() {\n    assert_eq!(sum(&[1, 2, 10]), Some(6));\n}\n";
    let plain = package("", code).measured(&[]);
    let optimized = package("[profile.test]\nopt-level = 3\n\n[profile.dev]\nopt-level = 1\n", code).measured(&[]);
    assert_eq!(told(&optimized), told(&plain));
    assert_eq!((passed(&optimized), passed(&plain)), (2, 2));
    let lines = |run: &Run| run.files.iter().map(|file| format!("{} {:?}", file.path, file.coverage)).collect::<Vec<_>>();
    assert_eq!(lines(&optimized), lines(&plain));
}

/// The length of an array is nothing that a switch could choose, and only an example sees that the loop ends.
const ENDLESS: &str = "/// ```
/// assert_eq!(costly::wait(), 3);
/// ```
pub fn wait() -> usize {
    while [0_u8; 2 + 1].len() != 3 {}
    3
}
";

#[test]
fn an_example_that_does_not_end_is_not_waited_for_as_long_as_rustdoc() {
    let run = package("", ENDLESS).measured(&[]);
    let endless = |told: &&String| told.starts_with("5 - ") || told.starts_with("5 * ");
    let told = told(&run);
    assert_eq!(
        told.iter().filter(endless).collect::<Vec<_>>(),
        ["5 - Timeout ran past its time limit", "5 * Timeout ran past its time limit"]
    );
    assert_eq!(run.timings.rebuilt, 2);
}
