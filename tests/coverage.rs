//! Coverage in files: what is written for other tools, what is read from them, and what is said of a file that
//! cannot be used. Never a silent 0 or 100.

mod scratch;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cargo_gate::report::json::layout::{self, Run};

use scratch::{Scratch, fixtures, said};

/// Two functions; the second decides.
const SOURCE: &str = "\
//! Doc.

/// Doc.
pub fn one() -> u32 {
    1
}

pub fn two(n: u32) -> u32 {
    if n > 1 {
        return 2;
    }
    n
}

#[cfg(test)]
mod tests {
    #[test]
    fn t() {
        assert_eq!(super::one(), 1);
    }
}
";

/// What a run of its test gives, in LCOV, with the test's own lines.
const LCOV: &str = "SF:src/lib.rs\nFN:4,one\nFN:8,two\nFN:18,t\nFNDA:1,one\nFNDA:0,two\nFNDA:1,t\nDA:4,1\nDA:5,1\nDA:6,1\nDA:8,0\n\
    DA:9,0\nDA:10,0\nDA:12,0\nDA:13,0\nDA:18,1\nDA:19,1\nDA:20,1\nBRDA:9,0,0,-\nBRDA:9,0,1,-\nLF:1\nLH:1\nend_of_record\n";

const POLICY: &str = "version = 1\n[gates]\ntests = true\nline-coverage = { min = 30 }\nfunction-coverage = { min = 50 }\n\
    crap = { max = 8 }\nmutation-score = { min = 80 }\n";

/// A package of `SOURCE`; nothing of it is ever built.
fn package() -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    let manifest = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    scratch.with("Cargo.toml", manifest).with("gates.toml", POLICY).with("src/lib.rs", SOURCE)
}

/// Write a coverage file outside of the crate.
fn file(scratch: &Scratch, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = scratch.output(name);
    fs::write(&path, text).unwrap();
    path
}

/// Judge by the files alone; the exit code, the report, and what was said besides.
fn alone(scratch: &Scratch, files: &[&Path]) -> (i32, Run) {
    let mut command = scratch.gate();
    command.args(["--no-run", "--format", "json"]);
    for file in files {
        command.arg("--lcov").arg(file);
    }
    let output = command.output().unwrap();
    let run = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code().unwrap(), run)
}

fn state<'r>(run: &'r Run, gate: &str) -> &'r str {
    &run.gates.iter().find(|row| row.gate == gate).unwrap().state
}

fn measured(run: &Run, gate: &str) -> Option<(u64, u64)> {
    match run.gates.iter().find(|row| row.gate == gate).unwrap().measured {
        Some(layout::Measured::Ratio { hit, of, .. }) => Some((hit, of)),
        _ => None,
    }
}

/// Expect that the text cannot be used, and why.
fn unusable(text: impl AsRef<[u8]>, why: &str) {
    let scratch = package();
    let (exit, run) = alone(&scratch, &[&file(&scratch, "x.cov", text)]);
    refused(exit, &run, why);
}

fn refused(exit: i32, run: &Run, why: &str) {
    assert_eq!((exit, run.outcome.as_str()), (3, "inconclusive"), "{why}: {:?}", run.problems);
    assert!(run.problems.iter().any(|problem| problem.contains(why)), "`{why}` is not in {:?}", run.problems);
    for gate in ["line-coverage", "function-coverage", "crap"] {
        assert_eq!((state(run, gate), measured(run, gate)), ("inconclusive", None), "{why}: {gate}");
    }
}

#[test]
fn files_alone_are_judged_without_a_build() {
    let scratch = package();
    let before = scratch.tree();
    let (exit, run) = alone(&scratch, &[&file(&scratch, "a.info", LCOV)]);
    // Lines by `DA` and not by `LF`, those of the test left out.
    assert_eq!(measured(&run, "line-coverage"), Some((3, 8)));
    assert_eq!(measured(&run, "branch-coverage"), Some((0, 2)));
    assert_eq!(measured(&run, "function-coverage"), Some((1, 2)));
    assert_eq!((state(&run, "tests"), state(&run, "mutation-score"), state(&run, "line-coverage")), ("not-run", "not-run", "pass"));
    // complexity 2, nothing covered: 2² + 2.
    assert_eq!(run.functions[1].crap, Some(6.0));
    assert_eq!((exit, run.coverage_files[0].format.as_str(), run.coverage_files[0].sources), (0, "lcov", 1));
    assert!(!scratch.output("target").exists(), "nothing was built");
    assert_eq!(scratch.tree(), before);
}

#[test]
fn a_reader_is_told_where_numbers_come_from() {
    let scratch = package();
    let file = file(&scratch, "a.info", LCOV);
    let told = |source: &str| format!("{source} {} (lcov, 1 source file).", file.display());
    let both = |args: &[&str]| said(scratch.gate().args(args).arg("--lcov").arg(&file), 0, &[]);
    let alone = both(&["--no-run"]);
    assert!(alone.contains(&told("Coverage is that of")), "{alone}");
    let added = both(&["--only", "line-coverage"]);
    assert!(added.contains(&told("Coverage was added from")), "{added}");
}

#[test]
fn no_run_needs_a_file_and_quick_takes_none() {
    let scratch = package();
    for (args, text) in [
        (&["--no-run"][..], "give --coverage PATH"),
        (&["--no-run", "--quick"], "cannot be used with"),
        (&["--quick", "--output", "lcov=x.info"], "--quick measures no coverage"),
    ] {
        let output = scratch.gate().args(args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(text), "{said}");
    }
}

#[test]
fn the_policy_can_name_files_and_several_are_added_up() {
    let policy = format!("{POLICY}[coverage]\nfiles = [\"a.info\"]\n");
    let scratch = package().with("gates.toml", &policy).with("a.info", LCOV);
    let more = file(&scratch, "b.info", "SF:src/lib.rs\nDA:8,4\nDA:9,1\nDA:10,0\nDA:12,2\nFN:8,two\nFNDA:4,two\nend_of_record\n");
    let (_, run) = alone(&scratch, &[&more]);
    assert_eq!(measured(&run, "line-coverage"), Some((6, 8)));
    assert_eq!(measured(&run, "function-coverage"), Some((2, 2)));
    assert_eq!(run.coverage_files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a.info", more.to_str().unwrap()]);
}

#[test]
fn a_file_that_is_empty_broken_or_none_at_all() {
    unusable("", "it is empty");
    unusable("  \n", "it is empty");
    unusable(&LCOV[..LCOV.len() - 20], "line 21: it ends within the record of `src/lib.rs`");
    unusable(&LCOV[..60], "it is not complete");
    unusable(&LCOV[..46], "is the file complete?");
    unusable("<html></html>", "begins with `<html>`");
    unusable("<coverage><packages>", "it ends within `<packages>`");
    unusable("{\"data\": [", "it ends early");
    unusable("TN:\nSF:src/lib.rs\nend_of_record\n", "it says nothing of any line");
    unusable("SF:src/lib.rs\nDA:19,1\nend_of_record\n", "it says nothing of any line");
    unusable(b"\x1f\x8b\x08\x00", "it is compressed");
    let scratch = package();
    let (exit, run) = alone(&scratch, &[&scratch.output("nowhere.info")]);
    refused(exit, &run, "check its path");
    let (exit, run) = alone(&scratch, &[&scratch.root()]);
    refused(exit, &run, "it is a folder");
}

#[test]
fn one_of_two_files_that_cannot_be_used_is_enough() {
    let scratch = package();
    let (exit, run) = alone(&scratch, &[&file(&scratch, "a.info", LCOV), &file(&scratch, "b.info", "")]);
    refused(exit, &run, "b.info` cannot be used: it is empty");
}

#[test]
fn another_project_s_file() {
    unusable(
        "SF:/x/src/main.rs\nDA:1,1\nend_of_record\n",
        "none of its paths is that of a source file of the selected packages, not `/x/src/main.rs`",
    );
    unusable("SF:/root/.cargo/registry/src/i/d-1.0.0/src/lib.rs\nDA:4,1\nend_of_record\n", "none of its paths");
}

#[test]
fn a_file_that_was_measured_on_another_text() {
    unusable("SF:src/lib.rs\nDA:4,1\nDA:99,1\nend_of_record\n", "speaks of line 99 of `src/lib.rs`, which has 22");
    // One line too early: the documentation would have run.
    unusable("SF:src/lib.rs\nDA:3,1\nDA:4,1\nend_of_record\n", "speaks of line 3 of `src/lib.rs`, where there is no code");
    unusable("SF:src/lib.rs\nDA:4,1\nDA:0,1\nend_of_record\n", "speaks of line 0");
}

#[test]
fn a_file_that_is_older_than_a_source_it_speaks_of() {
    let scratch = package();
    let path = file(&scratch, "a.info", LCOV);
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options().write(true).open(&path).unwrap().set_modified(an_hour_ago).unwrap();
    let (exit, run) = alone(&scratch, &[&path]);
    refused(exit, &run, "it is older than `src/lib.rs`, of which it speaks; measure again");
    // Other sources may be younger.
    fs::File::options().write(true).open(scratch.root().join("src/lib.rs")).unwrap().set_modified(an_hour_ago).unwrap();
    assert_eq!(alone(&scratch, &[&path]).0, 0);
}

#[test]
fn paths_of_a_container_of_windows_and_of_dependencies() {
    for path in ["/builds/group/p/src/lib.rs", "C:\\work\\p\\src\\lib.rs", ".\\src\\lib.rs", "/a/../app/./src/lib.rs"] {
        let scratch = package();
        let dependency = "SF:/root/.cargo/registry/src/i/d-1.0.0/src/lib.rs\nDA:1,1\nDA:900,1\nend_of_record\n";
        let text = format!("{dependency}{}", LCOV.replace("src/lib.rs", path));
        let (exit, run) = alone(&scratch, &[&file(&scratch, "a.info", text)]);
        assert_eq!((exit, measured(&run, "line-coverage")), (0, Some((3, 8))), "{path}: {:?}", run.problems);
    }
}

#[test]
fn a_path_that_could_be_two_sources() {
    let scratch = Scratch::fixture("workspace");
    let members: Vec<String> =
        fs::read_dir(scratch.root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(members.len() > 2, "{members:?}");
    let text = "SF:src/lib.rs\nDA:1,1\nend_of_record\n";
    let output = scratch.gate().args(["--workspace", "--no-run", "--lcov"]).arg(file(&scratch, "a.info", text)).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("its path `src/lib.rs` could be `"), "{said}");
}

#[test]
fn branches_that_no_file_speaks_of_are_not_taken_for_none() {
    let policy = "version = 1\n[gates]\nbranch-coverage = { min = 80 }\n";
    let scratch = package().with("gates.toml", policy);
    let text: String = LCOV.split_inclusive('\n').filter(|line| !line.starts_with("BRDA")).collect();
    let (exit, run) = alone(&scratch, &[&file(&scratch, "a.info", text)]);
    assert_eq!((exit, state(&run, "branch-coverage")), (3, "inconclusive"));
    assert!(run.problems[0].contains("the coverage files say nothing of branches"), "{:?}", run.problems);
}

#[test]
fn a_source_that_no_file_speaks_of_is_not_measured() {
    let scratch = package().with("src/other.rs", "pub fn other() {}\n").with("src/lib.rs", &format!("{SOURCE}mod other;\n"));
    let (exit, run) = alone(&scratch, &[&file(&scratch, "a.info", LCOV)]);
    assert_eq!((exit, state(&run, "line-coverage"), state(&run, "crap")), (3, "inconclusive", "inconclusive"));
    assert!(run.problems[0].contains("the coverage of `src/other.rs` was not measured"), "{:?}", run.problems);
}

#[test]
fn what_ran_elsewhere_is_added_to_our_own_build() {
    let scratch = package().with("gates.toml", "version = 1\n[gates]\nline-coverage = { min = 60 }\n");
    let run = |args: &[&str]| -> Run {
        let output = scratch.gate().args(["--quiet", "--format", "json"]).args(args).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    // Our rules call 4 to 6 and 8 to 13 coverable; the first three ran.
    let ours = run(&[]);
    assert_eq!((measured(&ours, "line-coverage"), ours.exit_code), (Some((3, 9)), 1));
    let text = "SF:src/lib.rs\nDA:8,1\nDA:9,1\nDA:10,1\nDA:11,1\nDA:12,0\nDA:13,1\nend_of_record\n";
    let path = file(&scratch, "a.info", text);
    let both = run(&["--coverage", path.to_str().unwrap()]);
    assert_eq!((measured(&both, "line-coverage"), measured(&both, "function-coverage"), both.exit_code), (Some((8, 9)), Some((2, 2)), 0));
    // One that cannot be used leaves the gate open, though our own build was measured.
    let bad = file(&scratch, "b.info", "");
    let open = run(&["--lcov", bad.to_str().unwrap()]);
    assert_eq!((state(&open, "line-coverage"), measured(&open, "line-coverage"), open.exit_code), ("inconclusive", Some((3, 9)), 3));
}

#[test]
fn code_that_a_cfg_keeps_out_here_counts_as_it_was_measured_elsewhere() {
    let scratch = Scratch::fixture("cfg-inactive").with("gates.toml", "version = 1\n[gates]\nline-coverage = { min = 100 }\n");
    let path = file(&scratch, "a.info", "SF:src/lib.rs\nDA:11,0\nDA:12,0\nend_of_record\n");
    let output = scratch.gate().args(["--quiet", "--format", "json", "--coverage"]).arg(path).output().unwrap();
    let run: Run = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((measured(&run, "line-coverage"), run.exit_code), (Some((3, 5)), 1));
    assert!(run.functions.iter().all(|function| !function.inactive));
}

/// What `cargo llvm-cov` wrote of the same crate in three formats.
#[test]
fn real_files_of_three_formats_say_the_same() {
    let told: Vec<_> = ["constructs.info", "constructs.json", "constructs.xml"]
        .into_iter()
        .map(|name| {
            let scratch = Scratch::fixture("constructs");
            let path = file(&scratch, name, fs::read(fixtures().join("coverage").join(name)).unwrap());
            let (_, run) = alone(&scratch, &[&path]);
            assert_eq!(run.problems.iter().filter(|problem| problem.contains("cannot be used")).count(), 0, "{:?}", run.problems);
            let lines: Vec<_> = run
                .files
                .iter()
                .filter_map(|file| file.coverage.as_ref())
                .map(|coverage| (coverage.covered_lines.clone(), coverage.uncovered_lines.clone()))
                .collect();
            (name, lines, measured(&run, "function-coverage"))
        })
        .collect();
    let [(_, lines, functions), others @ ..] = told.as_slice() else { panic!() };
    assert_eq!(lines.len(), 5);
    for (name, other_lines, other_functions) in others {
        assert_eq!((other_lines, other_functions), (lines, functions), "{name}");
    }
}

/// Our own reports, read again: nothing is lost on the way but how LLVM sees a `match`.
#[test]
fn what_is_written_is_read_again() {
    let scratch = Scratch::fixture("constructs");
    let reports = ["lcov", "cobertura", "llvm-cov-json"].map(|format| (format, scratch.output(format)));
    let mut command = scratch.gate();
    command.args(["--quiet", "--format", "json"]);
    for (format, path) in &reports {
        command.arg("--output").arg(format!("{format}={}", path.display()));
    }
    let written: Run = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    for (format, path) in &reports {
        let (_, read) = alone(&scratch, &[path]);
        for gate in ["line-coverage", "function-coverage", "branch-coverage"] {
            if (*format, gate) != ("llvm-cov-json", "branch-coverage") {
                assert_eq!(measured(&read, gate), measured(&written, gate), "{format}: {gate}");
            }
        }
        for (one, other) in written.files.iter().zip(&read.files) {
            let lines = |file: &layout::File| {
                file.coverage.as_ref().map(|coverage| (coverage.covered_lines.clone(), coverage.uncovered_lines.clone()))
            };
            assert_eq!(lines(one), lines(other), "{format}: {}", one.path);
        }
    }
    // Two-way decisions are as they are; two matches of 3 and 4 arms become 2 and 3 of them.
    let (_, read) = alone(&scratch, &[&reports[2].1]);
    let (hit, of) = measured(&written, "branch-coverage").unwrap();
    let from_matches = 2 * (2 + 3) - (3 + 4);
    assert_eq!(measured(&read, "branch-coverage").unwrap().1, of + from_matches);
    assert!(measured(&read, "branch-coverage").unwrap().0 >= hit);
}

#[test]
fn each_test_has_its_own_sections() {
    let scratch = Scratch::fixture("constructs");
    let path = scratch.output("tests.info");
    let output = scratch.gate().arg("--quiet").arg("--output").arg(format!("lcov-tests={}", path.display())).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = fs::read_to_string(&path).unwrap();
    let section = |test: &str, file: &str| {
        text.split("TN:").find(|section| section.starts_with(&format!("{test}\nSF:{file}\n"))).map(ToOwned::to_owned)
    };
    // `question` goes on in one test and leaves in the other.
    let (good, bad) = ("constructs__exits__tests__one_way", "constructs__exits__tests__the_error_way");
    assert!(section(good, "src/exits.rs").unwrap().contains("BRDA:4,0,0,0\nBRDA:4,0,1,1\n"), "{text}");
    assert!(section(bad, "src/exits.rs").unwrap().contains("BRDA:4,0,0,1\nBRDA:4,0,1,0\n"), "{text}");
    assert!(section(bad, "src/exits.rs").unwrap().contains("DA:4,1\nDA:5,0\n"), "{text}");
    assert_eq!(section(bad, "src/forms.rs"), None);
    assert!(section("program__one_argument", "src/main.rs").unwrap().contains("DA:4,1\n"), "{text}");
    assert_eq!(text.matches("DA:16,1\n").count(), 2, "the example alone runs line 16 of src/lib.rs, a test that of src/forms.rs: {text}");
    // Added up they are the whole.
    let (_, read) = alone(&scratch, &[&path]);
    assert_eq!((measured(&read, "line-coverage"), measured(&read, "function-coverage")), (Some((127, 158)), Some((23, 26))));
}

#[test]
fn a_run_that_measures_nothing_writes_no_coverage() {
    let scratch = Scratch::fixture("does-not-compile");
    let path = scratch.output("a.info");
    let output = scratch.gate().arg("--output").arg(format!("lcov={}", path.display())).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!path.exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no coverage was measured"));
}
