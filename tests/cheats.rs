//! Ways to cheat, each caught by the code that names it, and honest changes, of which none is accused. Every case
//! is a file below `tests/cheats/`; adding one is adding a file. What the files say is told there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

/// A tree of files.
type Files = BTreeMap<String, String>;

struct Case {
    name: String,
    /// `deny CODE` or `warn CODE`.
    expect: Option<String>,
    base: Files,
    head: Files,
    /// Whether it is built, rather than decided by `--quick`.
    is_built: bool,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cheats")
}

fn base() -> Files {
    let root = folder().join("base");
    let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn cases(kind: &str) -> Vec<Case> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder().join(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| case(path)).collect()
}

fn case(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut case = Case { expect: None, base: base(), head: Files::new(), is_built: text.lines().any(|line| line == "build"), name };
    let steps = steps(&text);
    for step in steps.iter().filter(|step| step.is_base) {
        step.apply(&mut case.base, &case.name);
    }
    case.head = case.base.clone();
    for step in steps.iter().filter(|step| !step.is_base) {
        step.apply(&mut case.head, &case.name);
    }
    case.expect = text.lines().find_map(|line| line.strip_prefix("expect ")).map(str::to_owned);
    case
}

/// `edit`, `write`, `move` or `delete`, and the lines below.
struct Step<'t> {
    is_base: bool,
    verb: &'t str,
    paths: Vec<&'t str>,
    lines: Vec<&'t str>,
}

fn steps(text: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in text.lines() {
        let (is_base, rest) = line.strip_prefix("base ").map_or((false, line), |rest| (true, rest));
        let words: Vec<&str> = rest.split(' ').collect();
        if matches!(words[0], "edit" | "write" | "move" | "delete") {
            steps.push(Step { is_base, verb: words[0], paths: words[1..].to_vec(), lines: Vec::new() });
        } else if line.is_empty() || line.starts_with(['-', '+']) {
            steps.last_mut().into_iter().for_each(|step| step.lines.push(line));
        }
    }
    steps
}

impl Step<'_> {
    fn apply(&self, files: &mut Files, name: &str) {
        let path = self.paths[0].to_owned();
        match self.verb {
            "write" => {
                let text = self.lines.iter().filter_map(|line| Some(format!("{}\n", line.get(1..)?))).collect();
                files.insert(path, text);
            }
            "delete" => drop(files.remove(&path).unwrap_or_else(|| panic!("{name}: no {path}"))),
            "move" => {
                let text = files.remove(&path).unwrap_or_else(|| panic!("{name}: no {path}"));
                files.insert(self.paths[1].to_owned(), text);
            }
            _ => {
                let text = files.get_mut(&path).unwrap_or_else(|| panic!("{name}: no {path}"));
                for (old, new) in self.replacements() {
                    assert_eq!(text.matches(&old).count(), 1, "{name}: {path} has this once:\n{old}");
                    *text = text.replacen(&old, &new, 1);
                }
            }
        }
    }

    /// Each run of `-` lines with the `+` lines behind it; an empty line ends both.
    fn replacements(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut was_new = true;
        for line in &self.lines {
            if line.is_empty() {
                was_new = true;
                continue;
            }
            let is_new = line.starts_with('+');
            if !is_new && was_new {
                found.push((String::new(), String::new()));
            }
            let (old, new) = found.last_mut().expect("a `-` before a `+`");
            let side = if is_new { new } else { old };
            side.push_str(&line[1..]);
            side.push('\n');
            was_new = is_new;
        }
        found
    }
}

impl Case {
    /// The repository of the case and what the gate says of it. The head is committed on a branch, or lies there
    /// uncommitted.
    fn run(&self, is_committed: bool) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("till");
        write(&root, &self.base, &Files::new());
        git(&root, &["init", "--quiet", "--initial-branch", "main"]);
        commit(&root);
        git(&root, &["checkout", "--quiet", "-b", "work"]);
        write(&root, &self.head, &self.base);
        if is_committed {
            commit(&root);
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-gate"));
        command.current_dir(&root).args(["gate", "--base", "main", "--format", "json", "--offline"]);
        command.args((!self.is_built).then_some("--quick"));
        // The dependencies of all cases are the same, the crate's own files are told apart by their content.
        command.env("CARGO_TARGET_DIR", folder.path().join("target"));
        for name in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_TERM_COLOR", "CARGO_MANIFEST_DIR"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let report: Value =
            serde_json::from_str(&said).unwrap_or_else(|_| panic!("{}: {said}{}", self.name, String::from_utf8_lossy(&output.stderr)));
        let of_change = |finding: &&Value| ["policy", "scope", "integrity"].iter().any(|gate| finding["gate"] == *gate);
        let findings = report["findings"].as_array().unwrap().iter().filter(of_change).map(|finding| {
            let level = if finding["failure"] == true { "deny" } else { "warn" };
            format!(
                "{level} {} {}: {}",
                finding["code"].as_str().unwrap(),
                finding["path"].as_str().unwrap_or("-"),
                finding["title"].as_str().unwrap()
            )
        });
        Run { exit: output.status.code(), findings: findings.collect(), problems: report["problems"].to_string() }
    }
}

/// What the gate said.
struct Run {
    exit: Option<i32>,
    /// `deny CODE PATH: TITLE`
    findings: Vec<String>,
    problems: String,
}

/// Make the tree at `root` that of `files`, where that of `before` is.
fn write(root: &Path, files: &Files, before: &Files) {
    for path in before.keys().filter(|path| !files.contains_key(*path)) {
        fs::remove_file(root.join(path)).unwrap();
    }
    for (path, text) in files.iter().filter(|(path, text)| before.get(*path) != Some(text)) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn commit(root: &Path) {
    git(root, &["add", "--all"]);
    git(
        root,
        &["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "x"],
    );
}

fn git(root: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    let output = command.args(args).current_dir(root).output().expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Run all cases of a kind, a few at a time; what `wrong` finds wrong about each.
fn check_all(kind: &str, wrong: impl Fn(&Case, &Run) -> Option<String> + Sync) {
    let cases = cases(kind);
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = case.run(case.name.len() % 2 == 0);
                    let problem = wrong(case, &run)
                        .map(|what| format!("{}: {what}\n  {:?} {} {:#?}", case.name, run.exit, run.problems, run.findings));
                    found.lock().unwrap().extend(problem);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
    println!("{} cases", cases.len());
}

#[test]
fn every_way_to_cheat_is_caught_by_the_code_that_names_it() {
    assert!(cases("cheats").len() >= 30);
    check_all("cheats", |case, run| {
        let expect = case.expect.as_deref().expect("what is expected");
        let exit = i32::from(expect.starts_with("deny"));
        let is_caught = run.findings.iter().any(|finding| finding.starts_with(&format!("{expect} ")));
        (!is_caught || run.exit != Some(exit)).then(|| format!("not caught by `{expect}` with exit {exit}"))
    });
}

#[test]
fn no_honest_change_is_accused() {
    assert!(cases("honest").len() >= 15);
    check_all("honest", |_, run| (!run.findings.is_empty() || run.exit != Some(0)).then(|| "accused, or does not pass".to_owned()));
}
