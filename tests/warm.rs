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
    scratch.measured(&[&["--manifest-path", manifest.to_str().unwrap()], more].concat())
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

/// When each file in folders of that name below the target directory was written.
fn written(scratch: &Scratch, folder: &str) -> BTreeMap<PathBuf, SystemTime> {
    let files = walkdir::WalkDir::new(scratch.output("target")).into_iter().map(Result::unwrap);
    let is_there = |file: &walkdir::DirEntry| file.file_type().is_file() && file.path().components().any(|part| part.as_os_str() == folder);
    files.filter(is_there).map(|file| (file.path().to_owned(), file.metadata().unwrap().modified().unwrap())).collect()
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
    let first = written(&scratch, "deps");
    assert!(first.len() > 4, "{first:?}");
    run(&scratch, &[]);
    assert_eq!(written(&scratch, "deps"), first);
}

const WITH_EXAMPLE: &str = "#![doc = include_str!(\"../README.md\")]\n\n/// ```\n/// assert_eq!(shelf::double(2), 4);\n/// ```\npub fn double(n: u32) -> u32 {\n    n + n\n}\n";

#[test]
fn the_compiler_remembers_what_is_made_again_and_says_the_same() {
    let scratch = Scratch::fixture("witnesses");
    run(&scratch, &[]);
    assert!(written(&scratch, "incremental").is_empty(), "a first build is faster without");
    let library = fs::read_to_string(scratch.root().join("src/lib.rs")).unwrap();
    let scratch = scratch.with("src/lib.rs", &format!("{library}\npub fn more(a: u8) -> u8 {{\n    a / 3\n}}\n"));
    let warm = run(&scratch, &[]);
    assert!(!written(&scratch, "incremental").is_empty());
    fs::remove_dir_all(scratch.output("target")).unwrap();
    assert_eq!(said(&run(&scratch, &[])), said(&warm));
}

#[test]
fn examples_are_built_again_when_anything_they_show_changes() {
    let manifest = "[package]\nname = \"shelf\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let scratch = Scratch::empty().with("Cargo.toml", manifest).with("README.md", "Shelf.\n\n```\nassert_eq!(shelf::double(3), 6);\n```\n");
    fs::create_dir(scratch.root().join("src")).unwrap();
    let scratch = scratch.with("src/lib.rs", WITH_EXAMPLE).with("gates.toml", "version = 1\n\n[gates]\nmutation-score = { min = 50 }\n");
    let cold = run(&scratch, &[]);
    assert_eq!(cold.tests.as_ref().map(|tests| (tests.passed, tests.failed.len())), Some((2, 0)));
    let first = written(&scratch, "doctests");
    assert_eq!(first.len(), 2, "{first:?}");

    let again = run(&scratch, &[]);
    assert_eq!((written(&scratch, "doctests"), said(&again)), (first.clone(), said(&cold)));
    assert_ne!(run(&scratch, &["--no-cache"]).mutants.list.len(), 0);
    assert_ne!(written(&scratch, "doctests"), first);

    let kept = run(&scratch, &[]);
    assert_eq!(kept.tests.map(|tests| tests.passed), Some(2));
    replace(&scratch, "README.md", "double(3), 6", "double(3), 7");
    let broken = run(&scratch, &[]);
    assert_eq!(broken.tests.map(|tests| (tests.passed, tests.failed.len())), Some((1, 1)));

    replace(&scratch, "README.md", "double(3), 7", "double(3), 6");
    replace(&scratch, "src/lib.rs", "n + n", "n + n + 1");
    assert_eq!(run(&scratch, &[]).tests.map(|tests| (tests.passed, tests.failed.len())), Some((0, 2)));
}
