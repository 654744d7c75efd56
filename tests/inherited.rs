//! What the user's own builds have compiled of dependencies is not compiled again, and stays as it is.
#![cfg(unix)]

mod scratch;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

use cargo_gate::report::json::layout::Run;
use scratch::Scratch;

/// A crate with a dependency that lies outside of its workspace and has a build script.
fn with_dependency() -> Scratch {
    let scratch = Scratch::empty();
    for (path, text) in [
        ("dep/Cargo.toml", "[package]\nname = \"dep\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("dep/build.rs", "fn main() {\n    println!(\"cargo::rustc-env=RATE=3\");\n}\n"),
        ("dep/src/lib.rs", "pub fn rate() -> &'static str {\n    env!(\"RATE\")\n}\n"),
        (
            "crate/Cargo.toml",
            "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\ndep = { path = \"../dep\" }\n",
        ),
        (
            "crate/src/lib.rs",
            "pub fn rate(n: usize) -> usize {\n    dep::rate().len() + n\n}\n\n#[test]\nfn it_adds() {\n    assert_eq!(rate(2), 3);\n}\n",
        ),
        ("crate/gates.toml", "version = 1\n\n[gates]\nmutation-score = { min = 50 }\n"),
    ] {
        let at = scratch.output(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, text).unwrap();
    }
    scratch
}

fn verdicts(run: &Run) -> BTreeMap<&str, &str> {
    run.mutants.list.iter().map(|mutant| (mutant.id.as_str(), mutant.status.as_str())).collect()
}

/// The user's own `cargo test`.
fn cargo_test(scratch: &Scratch, flags: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--no-run"]).args(flags).current_dir(scratch.root()).env("CARGO_TARGET_DIR", scratch.output("target"));
    let output = cargo.env_remove("RUSTFLAGS").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The files below the target directory, ours or the user's, with their numbers in the file system and their bytes.
fn files(scratch: &Scratch, are_ours: bool) -> BTreeMap<PathBuf, (u64, Vec<u8>)> {
    let target = scratch.output("target");
    let all = walkdir::WalkDir::new(&target).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    let wanted = all.filter(|entry| entry.path().starts_with(target.join("gate")) == are_ours);
    wanted.map(|entry| (entry.path().to_owned(), (entry.metadata().unwrap().ino(), fs::read(entry.path()).unwrap()))).collect()
}

/// The numbers of the libraries of the dependency.
fn libraries(files: &BTreeMap<PathBuf, (u64, Vec<u8>)>) -> Vec<u64> {
    let is_library = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        name.starts_with("libdep-") && path.extension().is_some_and(|extension| extension == "rlib")
    };
    let of_dependency = files.iter().filter(|(path, _)| is_library(path));
    of_dependency.map(|(_, (number, _))| *number).collect()
}

fn is_inherited(scratch: &Scratch, flags: &[&str]) {
    cargo_test(scratch, flags);
    let before = files(scratch, false);
    let run = scratch.measured(flags);
    assert_eq!(files(scratch, false), before, "the user's own files are as they were");
    assert_eq!(libraries(&files(scratch, true)), libraries(&before));
    assert_eq!(libraries(&before).len(), 1);
    fs::remove_dir_all(scratch.output("target")).unwrap();
    let cold = scratch.measured(flags);
    assert_eq!((verdicts(&run), run.tests.as_ref().map(|tests| tests.passed)), (verdicts(&cold), Some(1)));
    assert_eq!(libraries(&files(scratch, true)).len(), 1);
}

#[test]
fn dependencies_of_the_users_own_builds_are_used() {
    is_inherited(&with_dependency(), &[]);
}

#[test]
fn each_profile_has_its_own() {
    let scratch = with_dependency();
    is_inherited(&scratch, &["--profile", "release"]);
    fs::remove_dir_all(scratch.output("target")).unwrap();
    cargo_test(&scratch, &["--release"]);
    let before = files(&scratch, false);
    scratch.measured(&[]);
    let ours = libraries(&files(&scratch, true));
    assert!(ours.len() == 1 && !libraries(&before).contains(&ours[0]), "what is optimized is no part of the profile for tests");
}

#[test]
fn what_has_changed_since_is_compiled_again() {
    let scratch = with_dependency();
    cargo_test(&scratch, &[]);
    fs::write(scratch.output("dep/build.rs"), "fn main() {\n    println!(\"cargo::rustc-env=RATE=30\");\n}\n").unwrap();
    let before = files(&scratch, false);
    let run = scratch.measured(&[]);
    assert_eq!(run.tests.map(|tests| tests.failed.len()), Some(1), "two digits are not one");
    assert_eq!(files(&scratch, false), before, "the user's own files are as they were");
}
