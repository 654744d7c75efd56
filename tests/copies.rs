//! Test processes are copies of one that was started before: they cannot tell, and it is of no consequence what each does.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod scratch;

use std::fs;

use cargo_gate::report::json::layout::Run;
use scratch::Scratch;

const MANIFEST: &str = "[package]\nname = \"copied\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
const POLICY: &str = "version = 1\n\n[gates]\ntests = true\nmutation-score = { min = 10 }\n";

/// Tests that know whether their process is a copy, and what a copy has.
const WHAT_A_COPY_HAS: &str = r#"
/// ```
/// assert_eq!(copied::next(2), 7);
/// let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
/// let parent = stat.rsplit_once(") ").unwrap().1.split(' ').nth(1).unwrap().to_owned();
/// assert_eq!(std::fs::read_link(format!("/proc/{parent}/exe")).unwrap(), std::env::current_exe().unwrap());
/// assert_eq!(std::env::args().count(), 1);
/// ```
///
/// ```
/// assert_eq!(copied::next(3), 10);
/// ```
pub fn next(n: u32) -> u32 {
    n * 3 + 1
}

#[cfg(test)]
mod tests {
    fn parent() -> String {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        stat.rsplit_once(") ").unwrap().1.split(' ').nth(1).unwrap().to_owned()
    }

    fn pipes(process: &str) -> usize {
        let open = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
        let open = open.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
        open.filter(|file| file.to_string_lossy().starts_with("pipe:")).count()
    }

    #[test]
    fn it_is_a_copy() {
        assert_eq!(super::next(2), 7);
        let program = std::fs::read_link(format!("/proc/{}/exe", parent())).unwrap();
        assert_eq!(program, std::env::current_exe().unwrap());
    }

    #[test]
    fn it_has_its_own_arguments_and_nothing_of_ours() {
        assert_eq!(super::next(2), 7);
        let args: Vec<String> = std::env::args().skip(1).collect();
        assert!(args.iter().any(|arg| arg.ends_with("nothing_of_ours")) && !args.contains(&String::new()), "{args:?}");
        assert_eq!(std::env::var_os("CARGO_GATE_STARTER"), None);
        assert_eq!(pipes(&parent()) - pipes("self"), 2, "they are closed in a copy");
    }

    #[test]
    fn what_it_starts_is_no_copy() {
        assert_eq!(super::next(2), 7);
        if std::env::var_os("AGAIN").is_none() {
            let mut again = std::process::Command::new(std::env::current_exe().unwrap());
            again.args(["--exact", "tests::what_it_starts_is_no_copy"]).env("AGAIN", "1");
            assert!(again.status().unwrap().success());
        }
    }
}
"#;

fn with_library(text: &str, edition: &str) -> Scratch {
    let scratch = Scratch::empty().with("Cargo.toml", &MANIFEST.replace("2024", edition)).with("gates.toml", POLICY);
    fs::create_dir(scratch.root().join("src")).unwrap();
    scratch.with("src/lib.rs", text)
}

fn all_pass(run: &Run, tests: u32) {
    assert!(run.warnings.is_empty() && run.problems.is_empty(), "{:?} {:?} {:?}", run.warnings, run.problems, run.tests);
    assert_eq!(run.tests.as_ref().map(|tests| (tests.passed, tests.failed.len())), Some((tests, 0)));
    let of_next: Vec<&str> =
        run.mutants.list.iter().filter(|mutant| mutant.function.as_deref() == Some("next")).map(|mutant| &*mutant.status).collect();
    assert!(of_next.len() > 2 && of_next.iter().all(|status| *status == "Killed"), "{of_next:?}");
}

#[test]
fn a_copy_is_like_a_process_that_was_started() {
    // One executable of all examples, and one each.
    for edition in ["2024", "2021"] {
        all_pass(&with_library(WHAT_A_COPY_HAS, edition).measured(&[]), 5);
    }
}

/// A copy has one thread only: what was started before `main` would be missing in it.
const A_THREAD_BEFORE_MAIN: &str = r#"
use std::sync::atomic::{AtomicU32, Ordering};

static BEATS: AtomicU32 = AtomicU32::new(0);

extern "C" fn start() {
    std::thread::spawn(|| {
        loop {
            BEATS.fetch_add(1, Ordering::SeqCst);
            std::thread::yield_now();
        }
    });
}

#[used]
#[unsafe(link_section = "SECTION")]
static START: extern "C" fn() = start;

pub fn next(n: u32) -> u32 {
    n * 3 + 1
}

#[test]
fn the_thread_lives() {
    assert_eq!(next(2), 7);
    let before = BEATS.load(Ordering::SeqCst);
    while BEATS.load(Ordering::SeqCst) == before {
        std::thread::yield_now();
    }
}
"#;

#[test]
fn a_thread_that_was_there_before_main_is_there_in_every_test() {
    // Before ours, and behind it.
    for section in [".init_array.00100", ".init_array"] {
        all_pass(&with_library(&A_THREAD_BEFORE_MAIN.replace("SECTION", section), "2024").measured(&[]), 1);
    }
}
