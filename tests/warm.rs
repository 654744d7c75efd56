//! What a run takes over from earlier ones, and that it says the same as one that takes over nothing.

mod scratch;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use cargo_gate::report::json::layout::Run;
use scratch::Scratch;

fn run(scratch: &Scratch, more: &[&str]) -> Run {
    let manifest = scratch.root().join("Cargo.toml");
    let output = scratch.gate().arg("--manifest-path").arg(manifest).args(["--format", "json"]).args(more).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// What is said of the mutants, by id.
fn said(run: &Run) -> BTreeMap<String, (String, usize)> {
    run.mutants.list.iter().map(|mutant| (mutant.id.clone(), (mutant.status.clone(), mutant.reached_by))).collect()
}

fn replace(scratch: &Scratch, file: &str, old: &str, new: &str) {
    let path = scratch.root().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file} holds {old}");
    fs::write(&path, text.replace(old, new)).unwrap();
}

fn detected(run: &Run) -> usize {
    run.mutants.list.iter().filter(|mutant| mutant.status == "Killed").count()
}

#[test]
fn what_an_edit_does_not_touch_is_not_run_again() {
    let scratch = Scratch::fixture("witnesses");
    let cold = run(&scratch, &[]);
    assert_eq!((cold.timings.reused, cold.timings.rebuilt), (0, 4));
    let again = run(&scratch, &[]);
    assert_eq!((again.timings.reused, again.timings.rebuilt), (14, 0));
    assert_eq!(said(&again), said(&cold));

    replace(&scratch, "src/lib.rs", "n + n", "n  + n");
    let edited = run(&scratch, &[]);
    assert_eq!((edited.timings.reused, edited.timings.rebuilt), (6, 4), "the mutants of `fee` were not touched");
    assert_eq!(said(&edited), said(&run(&scratch, &["--no-cache"])));

    replace(&scratch, "tests/fees.rs", "fee(0), 0", "fee(100), 5");
    let tested = run(&scratch, &[]);
    assert_eq!((tested.timings.reused, tested.timings.rebuilt), (4, 4), "the mutants of `double` die of other tests");
    assert_eq!(detected(&tested), 14);
    assert_eq!(said(&tested), said(&run(&scratch, &["--no-cache"])));

    replace(&scratch, "src/lib.rs", "rate(3)", "rate(2 + 1)");
    assert_eq!(run(&scratch, &[]).timings.reused, 0, "a constant may matter to everything");
    assert_eq!(run(&scratch, &["--no-cache"]).timings.reused, 0);
}

/// When each file of cargo's was written that a compiler made.
fn compiled(scratch: &Scratch) -> BTreeMap<PathBuf, SystemTime> {
    let files = walkdir::WalkDir::new(scratch.output("target")).into_iter().map(Result::unwrap);
    let is_output =
        |file: &walkdir::DirEntry| file.file_type().is_file() && file.path().components().any(|part| part.as_os_str() == "deps");
    files.filter(is_output).map(|file| (file.path().to_owned(), file.metadata().unwrap().modified().unwrap())).collect()
}

#[test]
fn what_was_built_is_not_built_again() {
    let scratch = Scratch::fixture("witnesses");
    // The compiler refuses a `Name` of `Default::default()`, so the build takes two rounds.
    let library = fs::read_to_string(scratch.root().join("src/lib.rs")).unwrap();
    let scratch = scratch
        .with("src/lib.rs", &format!("{library}\npub struct Name(String);\npub fn name() -> Name {{\n    Name(String::new())\n}}\n"));
    let cold = run(&scratch, &[]);
    assert_eq!(cold.timings.build_rounds, 2, "the compiler was to refuse something");
    let first = compiled(&scratch);
    assert!(first.len() > 4, "{first:?}");
    run(&scratch, &[]);
    assert_eq!(compiled(&scratch), first);
}
