//! What a user sees when something breaks, and the exit code: each row of the table in the README is a test here. In
//! every case the next run, with nothing broken, comes to the verdict that an undisturbed one has; nothing that was
//! started lives on, and no file is left in halves.

// Disks are filled and frozen in a mount namespace; who lives on is read from `/proc`.
#![cfg(target_os = "linux")]

mod scratch;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::Duration;

use cargo_gate::report::json::layout;
use rustix::process::{Pid, Signal, kill_process};

use scratch::{Scratch, until};

/// The rows of the table: the fault, and the exit code as a shell tells it.
const ROWS: [(&str, &str); 13] = [
    ("Ctrl-C", "130"),
    ("SIGTERM", "143"),
    ("SIGKILL, of the gate alone", "137"),
    ("the budget is used up", "3"),
    ("a second run in the same tree", "as it would be"),
    ("the disk is full", "3"),
    ("the target directory cannot be written", "3"),
    ("the tree cannot be written", "as it would be"),
    ("the target directory vanishes", "3"),
    ("a process that starts tests is killed", "as it would be"),
    ("the compiler is killed", "3"),
    ("what an earlier run kept is damaged", "as it would be"),
    ("the clock is set back", "as it would be"),
];

#[test]
fn every_row_of_the_table_is_tested() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let table = readme.split("| fault | what you see | exit code |").nth(1).expect("README.md has the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let told: BTreeSet<(String, String)> = rows.map(cells).map(|cells| (cells[1].clone(), cells[3].clone())).collect();
    let tested = ROWS.map(|(fault, code)| (fault.to_owned(), code.to_owned()));
    assert_eq!(told, tested.into());
}

/// A crate whose 120 mutants take some seconds: each of its tests takes its time.
fn slow() -> Scratch {
    let mut text = "//! Slow.\n".to_owned();
    let mut tests = String::new();
    for n in 0..24 {
        writeln!(text, "/// Adds.\npub fn f{n}(x: u32) -> u32 {{\n    x + {}\n}}", n + 3).unwrap();
        let nap = "std::thread::sleep(std::time::Duration::from_millis(40))";
        writeln!(tests, "    #[test]\n    fn t{n}() {{\n        {nap};\n        assert_eq!(crate::f{n}(5), {});\n    }}", n + 8).unwrap();
    }
    write!(text, "#[cfg(test)]\nmod tests {{\n{tests}}}\n").unwrap();
    let gates = "version = 1\n[gates]\ntests = true\nmutation-score = { min = 80 }\n[mutation]\noperators = \"cargo-mutants\"\n";
    Scratch::fixture("all-pass").with("src/lib.rs", &text).with("gates.toml", gates)
}

/// A program in the folder of the crate, in the environment that [`Scratch::gate`] gives: what runs keep holds only there.
fn command(scratch: &Scratch, program: &str) -> Command {
    let gate = scratch.gate();
    let mut command = Command::new(program);
    command.current_dir(scratch.root());
    for (name, value) in gate.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// A run that goes on.
fn start(scratch: &Scratch) -> Child {
    let mut command = command(scratch, env!("CARGO_BIN_EXE_cargo-gate"));
    command.args(["gate", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn undisturbed(scratch: &Scratch) -> layout::Run {
    let output = scratch.gate().args(["--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// How a shell tells the end of a process.
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap())
}

/// What must hold after every fault: nothing lives on, no file is in halves, and the next run passes.
fn recovers(what: &str, scratch: &Scratch) -> layout::Run {
    assert!(until(|| processes(scratch).is_empty()), "{what}: {:?} live on", processes(scratch));
    // What cargo keeps it checks itself.
    let is_ours = |entry: &walkdir::DirEntry| !matches!(entry.file_name().to_str(), Some("build" | "plain"));
    for entry in walkdir::WalkDir::new(scratch.output("target")).into_iter().filter_entry(is_ours).flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "json") {
            let text = fs::read(entry.path()).unwrap();
            assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok(), "{what}: {} is in halves", entry.path().display());
        }
    }
    let run = undisturbed(scratch);
    assert_eq!((run.outcome.as_str(), run.problems.as_slice()), ("pass", [].as_slice()), "{what}");
    run
}

/// Numbers and command lines of the processes that belong to runs in the scratch.
fn processes(scratch: &Scratch) -> Vec<(i32, String)> {
    let folder = scratch.output("target").into_os_string().into_string().unwrap();
    let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let read = |number: i32, file: &str| {
        let bytes = fs::read(format!("/proc/{number}/{file}")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\0', " ")
    };
    let ours = numbers.filter(|number| read(*number, "environ").contains(&folder));
    ours.map(|number| (number, read(number, "cmdline"))).filter(|(_, line)| !line.is_empty()).collect()
}

/// Wait until verdicts are being saved.
fn until_mutants_run(scratch: &Scratch) {
    let is_there = || {
        let files = walkdir::WalkDir::new(scratch.output("target/gate")).max_depth(2).into_iter().flatten();
        files.into_iter().any(|entry| entry.file_name() == "verdicts.json")
    };
    assert!(until(is_there), "no verdict was ever saved");
}

/// End a run in the middle of its mutants; the next one goes on from there.
fn interrupted(fault: &str, signal: Signal) {
    let scratch = slow();
    let mut run = start(&scratch);
    until_mutants_run(&scratch);
    kill_process(Pid::from_child(&run), signal).unwrap();
    let status = run.wait().unwrap();
    let expected = ROWS.iter().find(|(row, _)| *row == fault).unwrap().1;
    assert_eq!(code(status).to_string(), expected);
    assert!(recovers(fault, &scratch).timings.reused > 0, "{fault}: nothing was kept");
}

#[test]
fn ctrl_c() {
    interrupted("Ctrl-C", Signal::INT);
}

#[test]
fn a_polite_end() {
    interrupted("SIGTERM", Signal::TERM);
}

#[test]
fn a_rude_end() {
    interrupted("SIGKILL, of the gate alone", Signal::KILL);
}

#[test]
fn a_budget_ends_with_what_is_left_and_the_next_run_goes_on() {
    let scratch = slow();
    // Built before, so that the time goes into mutants.
    scratch.gate().args(["--only", "tests"]).output().unwrap();
    let output = scratch.gate().args(["--budget", "3s", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let run: layout::Run = serde_json::from_slice(&output.stdout).unwrap();
    let said = run.problems.join("\n");
    assert!(said.contains("the budget of 3s is used up: ") && said.contains("run again to go on"), "{said}");
    assert!(run.mutants.counts.pending > 0 && run.mutants.counts.killed > 0, "{:?}", run.mutants.counts);
    let reused = recovers("budget", &scratch).timings.reused;
    assert!(usize::try_from(reused).unwrap() >= run.mutants.counts.killed);
}

#[test]
fn a_budget_that_ends_in_the_compiler_keeps_what_tests_said() {
    let scratch = slow();
    let text = fs::read_to_string(scratch.root().join("src/lib.rs")).unwrap();
    // The compiler is at the mutants of the loop for seconds.
    let endless = fs::read_to_string(scratch::fixtures().join("loop-in-constant/src/lib.rs")).unwrap();
    let constant = &endless[endless.find("const").unwrap()..endless.find("#[cfg(test)]").unwrap()];
    let scratch = scratch.with("src/lib.rs", &text.replace("#[cfg(test)]", &format!("{constant}\n#[cfg(test)]")));
    scratch.gate().args(["--only", "tests"]).output().unwrap();
    let output = scratch.gate().args(["--budget", "4s", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let run: layout::Run = serde_json::from_slice(&output.stdout).unwrap();
    assert!(run.mutants.counts.pending > 0 && run.mutants.counts.killed > 0, "{:?}\n{:?}", run.mutants.counts, run.problems);
}

#[test]
fn a_budget_for_less_than_the_build_says_so() {
    let scratch = slow();
    let output = scratch.gate().args(["--budget", "60ms"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(both(&output).contains("the budget of 60ms is used up before the first mutant ran"), "{}", both(&output));
    recovers("short budget", &scratch);
}

#[test]
fn a_second_run_waits_for_the_first() {
    let scratch = slow();
    let runs = [start(&scratch), start(&scratch)];
    let outputs = runs.map(|run| run.wait_with_output().unwrap());
    assert!(outputs.iter().all(|output| output.status.code() == Some(0)), "{}", outputs.each_ref().map(both).join("\n"));
    let said = outputs.each_ref().map(both).join("\n");
    assert_eq!(said.matches("waiting for another `cargo gate` in this workspace").count(), 1, "{said}");
    recovers("second run", &scratch);
}

/// Run the gate where `mounts` was done before, in a namespace of its own.
fn with_mounts(scratch: &Scratch, mounts: &str) -> Output {
    let gate = env!("CARGO_BIN_EXE_cargo-gate");
    let script = format!("set -e; {mounts}; cd {}; exec {gate} gate --format json", scratch.root().display());
    command(scratch, "unshare").args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).output().unwrap()
}

/// Expect an inconclusive run that says `parts`, and that the next one passes.
fn breaks(what: &str, scratch: &Scratch, output: &Output, parts: &[&str]) {
    let said = both(output);
    assert_eq!(output.status.code(), Some(3), "{what}: {said}");
    let run: layout::Run = serde_json::from_slice(&output.stdout).unwrap();
    assert!(parts.iter().any(|part| run.problems.join("\n").contains(part)), "{what}: {said}");
    recovers(what, scratch);
}

#[test]
fn a_full_disk_is_called_one() {
    // Of the second crate the tests find room, the example does not.
    let cases = ["48k", "200k", "500k", "1m"].map(|size| ("all-pass", size));
    for (name, size) in cases.into_iter().chain([("doctest-kill", "1800k"), ("doctest-kill", "2600k")]) {
        let scratch = Scratch::fixture(name);
        let target = scratch.output("target");
        fs::create_dir(&target).unwrap();
        let output = with_mounts(&scratch, &format!("mount -t tmpfs -o size={size} none {}", target.display()));
        breaks(size, &scratch, &output, &["the disk is full", "No space left on device"]);
    }
}

#[test]
fn a_frozen_target_directory_is_named() {
    let scratch = Scratch::fixture("all-pass");
    let target = scratch.output("target");
    fs::create_dir(&target).unwrap();
    let at = target.display();
    let output = with_mounts(&scratch, &format!("mount --bind {at} {at}; mount -o remount,bind,ro {at}"));
    breaks("frozen target", &scratch, &output, &["Read-only file system"]);
    assert!(both(&output).contains(&format!("cannot create {at}")), "{}", both(&output));
}

#[test]
fn a_frozen_tree_is_gated_as_any() {
    let scratch = Scratch::fixture("all-pass");
    let at = scratch.root().display().to_string();
    let output = with_mounts(&scratch, &format!("mount --bind {at} {at}; mount -o remount,bind,ro {at}"));
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    recovers("frozen tree", &scratch);
}

#[test]
fn a_target_directory_that_vanishes_is_no_verdict() {
    let scratch = slow();
    let run = start(&scratch);
    until_mutants_run(&scratch);
    // The run may write into it while it goes.
    assert!(until(|| fs::remove_dir_all(scratch.output("target")).is_ok() || !scratch.output("target").exists()));
    let output = run.wait_with_output().unwrap();
    breaks("vanished", &scratch, &output, &["No such file or directory"]);
}

#[test]
fn a_gate_that_is_killed_with_all_its_keepers_leaves_nothing() {
    let scratch = slow();
    let mut run = start(&scratch);
    until_mutants_run(&scratch);
    let all = processes(&scratch).into_iter();
    for (number, _) in all.filter(|(_, line)| line.contains("__keeper") || line.contains("cargo-gate gate")) {
        let _ = kill_process(Pid::from_raw(number).unwrap(), Signal::KILL);
    }
    run.wait().unwrap();
    recovers("killed all", &scratch);
}

#[test]
fn a_keeper_that_is_killed_is_replaced() {
    let scratch = slow();
    let run = start(&scratch);
    until_mutants_run(&scratch);
    for _ in 0..3 {
        let keepers = processes(&scratch).into_iter().filter(|(_, line)| line.contains("__keeper"));
        for (number, _) in keepers {
            let _ = kill_process(Pid::from_raw(number).unwrap(), Signal::KILL);
        }
        thread::sleep(Duration::from_millis(100));
    }
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let run: layout::Run = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((run.mutants.counts.runtime_error, run.mutants.counts.survived), (0, 0));
    recovers("killed keeper", &scratch);
}

#[test]
fn a_test_that_is_killed_from_outside_runs_again() {
    let kill = "std::process::Command::new(\"kill\").args([\"-9\", &std::process::id().to_string()]).status().unwrap();";
    let first = "std::fs::create_dir(concat!(env!(\"CARGO_TARGET_TMPDIR\"), \"/once\")).is_ok()";
    let text = format!("#[test]\nfn unlucky() {{\n    if {first} {{\n        {kill}\n    }}\n}}\n#[test]\nfn other() {{}}\n");
    let scratch = Scratch::fixture("all-pass");
    fs::create_dir(scratch.root().join("tests")).unwrap();
    let scratch = scratch.with("tests/t.rs", &text);
    let run = undisturbed(&scratch);
    let once = walkdir::WalkDir::new(scratch.output("target")).into_iter().flatten().any(|entry| entry.file_name() == "once");
    assert!(once && run.warnings.is_empty(), "{once} {:?}", run.warnings);
    assert_eq!(run.tests.unwrap().passed, 4);
}

/// A tool of the compiler's that kills itself the first time that it is called with `part` in its arguments, and else
/// does what it should with `args` before its own.
fn killed_once(scratch: &Scratch, tool: &str, part: &str, args: &str) -> PathBuf {
    let sysroot = String::from_utf8(Command::new("rustc").arg("--print=sysroot").output().unwrap().stdout).unwrap();
    let (script, once) = (scratch.output(tool), scratch.output("once"));
    let kill = format!("case \"$*\" in *'{part}'*) mkdir {} 2>/dev/null && kill -9 $$;; esac", once.display());
    fs::write(&script, format!("#!/bin/sh\n{kill}\nexec {}/bin/{tool} {args} \"$@\"\n", sysroot.trim())).unwrap();
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    script
}

#[test]
fn a_compiler_that_is_killed_is_not_the_codes_fault() {
    // Cargo's call, our own for a mutant that has to be built alone, and that of what compiles the examples.
    let calls =
        [("all-pass", "rustc", "--crate-name all_pass"), ("const-fn", "rustc", "/built --emit"), ("doctest-kill", "rustdoc", "--test ")];
    for (fixture, tool, part) in calls {
        let scratch = Scratch::fixture(fixture);
        let killed = killed_once(&scratch, tool, part, "");
        let output = scratch.gate().args(["--format", "json"]).env(tool.to_uppercase(), &killed).output().unwrap();
        breaks(&format!("killed {tool} {part}"), &scratch, &output, &["the compiler was killed or found no memory"]);
    }
}

#[test]
fn a_compiler_that_is_killed_at_an_example_is_asked_again() {
    let scratch = Scratch::fixture("doctest-kill");
    let rustc = killed_once(&scratch, "rustc", "rust_out", "");
    // Rustdoc does not go by `RUSTC`.
    let rustdoc = killed_once(&scratch, "rustdoc", "no call has this", &format!("-Zunstable-options --test-builder={}", rustc.display()));
    let output = scratch.gate().args(["--format", "json"]).env("RUSTDOC", &rustdoc).env("RUSTC_BOOTSTRAP", "1").output().unwrap();
    let run: layout::Run = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", both(&output)));
    assert!(scratch.output("once").exists(), "no example's compiler was killed");
    assert_eq!((&*run.outcome, run.tests.map(|tests| tests.passed)), ("pass", Some(2)), "{}", both(&output));
}

#[test]
fn a_damaged_memory_is_none() {
    let scratch = slow();
    let before = undisturbed(&scratch);
    let files: Vec<_> = walkdir::WalkDir::new(scratch.output("target/gate")).max_depth(2).into_iter().flatten().collect();
    let stores: Vec<_> = files.iter().filter(|entry| matches!(entry.file_name().to_str(), Some("verdicts.json" | "last.json"))).collect();
    assert_eq!(stores.len(), 2);
    for damage in [&b""[..], b"{", b"\xff\xfe\x00", b"[[[[[[[[", b"{\"version\":1}"] {
        for store in &stores {
            fs::write(store.path(), damage).unwrap();
        }
        let after = undisturbed(&scratch);
        assert_eq!((after.mutants.counts.killed, after.timings.reused), (before.mutants.counts.killed, 0), "{damage:?}");
    }
}

#[test]
fn what_was_built_in_the_future_is_built_again() {
    let scratch = Scratch::fixture("all-pass");
    let built = undisturbed(&scratch);
    for entry in walkdir::WalkDir::new(scratch.output("target")).into_iter().flatten().filter(|entry| !entry.file_type().is_symlink()) {
        let time = entry.metadata().unwrap().modified().unwrap();
        fs::File::open(entry.path()).unwrap().set_modified(time + Duration::from_secs(100_000)).unwrap();
    }
    let source = fs::read_to_string(scratch.root().join("src/lib.rs")).unwrap();
    let scratch = scratch.with("src/lib.rs", &source.replace("> 10", "> 11"));
    let output = scratch.gate().args(["--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", both(&output));
    let scratch = scratch.with("src/lib.rs", &source);
    assert_eq!(undisturbed(&scratch).mutants.counts.killed, built.mutants.counts.killed);
}
