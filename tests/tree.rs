//! The user's tree belongs to the user: the same bytes and a clean `git status` after a run, after a failed
//! run and after a run that was killed.

mod scratch;

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use scratch::Scratch;

/// A fixture under version control.
fn committed(name: &str) -> Scratch {
    let scratch = Scratch::fixture(name);
    git(&scratch, &["init", "--quiet"]);
    git(&scratch, &["add", "--all"]);
    git(&scratch, &["-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "all"]);
    scratch
}

fn git(scratch: &Scratch, args: &[&str]) -> String {
    let output = Command::new("git").args(args).current_dir(scratch.root()).output().expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The sources, without git's own files, which `git status` may refresh.
fn sources(scratch: &Scratch) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let tree = scratch.tree();
    tree.into_iter().filter(|(path, _)| !path.components().any(|part| part.as_os_str() == ".git")).collect()
}

#[test]
fn a_run_a_failed_run_and_a_run_that_measures_nothing_leave_no_trace() {
    for name in ["all-pass", "tests-fail", "does-not-compile", "workspace"] {
        let scratch = committed(name);
        let before = sources(&scratch);
        scratch.gate().output().unwrap();
        assert_eq!(sources(&scratch), before, "{name}");
        assert_eq!(git(&scratch, &["status", "--porcelain"]), "", "{name}");
    }
}

#[test]
fn a_killed_run_leaves_no_trace_whenever_it_dies() {
    for milliseconds in [50, 300, 800, 1500] {
        let scratch = committed("hang");
        let before = sources(&scratch);
        let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-gate"))
            .arg("gate")
            .current_dir(scratch.root())
            .env("CARGO_TARGET_DIR", scratch.output("target"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        // It may have ended by then, which is no concern of this test.
        let _ = child.kill();
        child.wait().unwrap();
        assert_eq!(sources(&scratch), before, "killed after {milliseconds} ms");
        assert_eq!(git(&scratch, &["status", "--porcelain"]), "", "killed after {milliseconds} ms");
    }
}
