//! A crate in a temporary folder and the command run on it. The target directory lies beside the crate, not
//! in it, so that whatever changes in the crate's folder was changed by the command.
#![allow(dead_code, reason = "every test binary uses its own part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use cargo_gate::report::json::layout::Run;
use predicates::Predicate;
use predicates::prelude::predicate;

/// Where the fixtures are.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A crate of its own.
pub(crate) struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    /// A copy of a fixture.
    pub(crate) fn fixture(name: &str) -> Scratch {
        let scratch = Scratch::empty();
        copy(&fixtures().join(name), &scratch.root());
        scratch
    }

    /// A folder with nothing in it.
    pub(crate) fn empty() -> Scratch {
        let scratch = Scratch { folder: tempfile::tempdir().expect("a temporary folder") };
        fs::create_dir(scratch.root()).unwrap();
        scratch
    }

    /// The folder of the crate.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("crate")
    }

    /// A place for outputs, outside the crate.
    pub(crate) fn output(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Write a file of the crate.
    #[must_use]
    pub(crate) fn with(self, path: &str, text: &str) -> Scratch {
        fs::write(self.root().join(path), text).unwrap();
        self
    }

    /// `cargo-gate gate`, in the folder of the crate, freed from what the surrounding `cargo test` has set.
    pub(crate) fn gate(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-gate"));
        command.arg("gate").current_dir(self.root());
        command.env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        for name in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_TERM_COLOR", "CARGO_MANIFEST_DIR"] {
            command.env_remove(name);
        }
        command
    }

    /// What `cargo-gate gate --format json` says, with `more` arguments.
    pub(crate) fn measured(&self, more: &[&str]) -> Run {
        let output = self.gate().args(["--format", "json"]).args(more).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Every file of the crate with its bytes, to be compared with itself later.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = walkdir::WalkDir::new(self.root()).into_iter().map(Result::unwrap).filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect()
    }
}

/// Run `command`; expect the exit code and every text on stdout or stderr. Gives both.
pub(crate) fn said(command: &mut Command, exit: i32, texts: &[&str]) -> String {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{said}");
    for text in texts {
        assert!(predicate::str::contains(*text).eval(&said), "`{text}` is not in: {said}");
    }
    said
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).min_depth(1).into_iter().map(Result::unwrap) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Wait until it holds; not for ever.
pub(crate) fn until(holds: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > Duration::from_secs(60) {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}
