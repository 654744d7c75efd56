//! The user's tree belongs to the user: the same bytes and a clean `git status` after a run, after a failed
//! run and after a run that was ended midway; and nothing that a run started outlives it.

// Who lives on is read from `/proc`.
#![cfg(target_os = "linux")]

mod scratch;

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use scratch::{Scratch, until};

/// A test that waits for ever, in a process of its own that does, too.
const WAITING: &str = "#[test]
fn it_waits() {
    let mut child = std::process::Command::new(\"sleep\").arg(\"1000\").spawn().unwrap();
    child.wait().unwrap();
}
";

/// A fixture under version control.
fn committed(scratch: Scratch) -> Scratch {
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

/// Expect that `change` leaves no trace in the tree.
fn check(what: &str, scratch: &Scratch, change: impl FnOnce()) {
    let before = sources(scratch);
    change();
    assert_eq!(sources(scratch), before, "{what}");
    assert_eq!(git(scratch, &["status", "--porcelain"]), "", "{what}");
}

#[test]
fn a_run_a_failed_run_and_a_run_that_measures_nothing_leave_no_trace() {
    for name in ["all-pass", "tests-fail", "does-not-compile", "workspace"] {
        let scratch = committed(Scratch::fixture(name));
        check(name, &scratch, || drop(scratch.gate().output().unwrap()));
    }
}

#[test]
fn a_lock_file_is_neither_made_nor_mended() {
    let absent = Scratch::fixture("workspace");
    fs::remove_file(absent.root().join("Cargo.lock")).unwrap();
    let stale = Scratch::fixture("workspace").with("Cargo.lock", "version = 4\n\n[[package]]\nname = \"gone\"\nversion = \"0.0.0\"\n");
    for (what, scratch) in [("absent", absent), ("stale", stale)] {
        let scratch = committed(scratch);
        check(what, &scratch, || assert_eq!(scratch.gate().output().unwrap().status.code(), Some(0), "{what}"));
    }
}

#[test]
fn a_killed_run_leaves_no_trace_whenever_it_dies() {
    for milliseconds in [50, 300, 800, 1500] {
        let scratch = Scratch::fixture("hang");
        fs::remove_file(scratch.root().join("Cargo.lock")).unwrap();
        let scratch = committed(scratch);
        check(&format!("killed after {milliseconds} ms"), &scratch, || {
            let mut run = start(&scratch);
            thread::sleep(Duration::from_millis(milliseconds));
            // It may have ended by then, which is no concern of this test.
            let _ = run.kill();
            run.wait().unwrap();
            assert!(until(|| processes(&scratch).is_empty()), "killed after {milliseconds} ms: {:?} live on", processes(&scratch));
        });
    }
}

#[test]
fn a_run_that_is_asked_to_end_ends_what_it_started_first() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let scratch = Scratch::fixture("all-pass").with("Cargo.lock", "version = 4\n");
        fs::create_dir(scratch.root().join("tests")).unwrap();
        let scratch = committed(scratch.with("tests/waiting.rs", WAITING));
        check(&format!("{signal:?}"), &scratch, || {
            let mut run = start(&scratch);
            assert!(until(|| processes(&scratch).iter().any(|name| name == "sleep")), "the test never ran");
            rustix::process::kill_process(rustix::process::Pid::from_child(&run), signal).unwrap();
            assert_eq!(run.wait().unwrap().code(), Some(code));
            assert_eq!(processes(&scratch), [""; 0], "{signal:?}");
        });
    }
}

#[test]
fn a_killed_run_takes_its_tests_with_it() {
    let scratch = Scratch::fixture("all-pass");
    fs::create_dir(scratch.root().join("tests")).unwrap();
    let scratch = committed(scratch.with("tests/waiting.rs", WAITING));
    check("killed", &scratch, || {
        let mut run = start(&scratch);
        assert!(until(|| processes(&scratch).iter().any(|name| name == "sleep")), "the test never ran");
        run.kill().unwrap();
        run.wait().unwrap();
        assert!(until(|| processes(&scratch).is_empty()), "{:?} live on", processes(&scratch));
    });
}

fn start(scratch: &Scratch) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-gate"));
    command.arg("gate").current_dir(scratch.root()).env("CARGO_TARGET_DIR", scratch.output("target"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The names of the processes that a run in the scratch started, itself included: they have its target
/// directory in their environment, or work there.
fn processes(scratch: &Scratch) -> Vec<String> {
    let folder = scratch.output("target").into_os_string().into_string().unwrap();
    let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_ours = |number: &String| {
        let environment = fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        String::from_utf8_lossy(&environment).contains(&folder)
    };
    let ours = numbers.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).filter(is_ours);
    ours.filter_map(|number| Some(fs::read_to_string(format!("/proc/{number}/comm")).ok()?.trim().to_owned())).collect()
}
