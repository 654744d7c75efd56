//! Ways to cheat, each caught by the code that names it, and honest changes, of which none is accused. Every case
//! is a file below `tests/cheats/`; adding one is adding a file. What the files say is told there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use cargo_gate::integrity::{Pair, Tree, accuse};

/// A tree of files.
type Files = BTreeMap<String, String>;

struct Case {
    name: String,
    /// `deny CODE` or `warn CODE`.
    expect: Option<String>,
    base: Files,
    head: Files,
    /// New path → old path.
    moved: BTreeMap<String, String>,
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
    let mut case = Case { expect: None, base: base(), head: Files::new(), moved: BTreeMap::new(), name };
    let steps = steps(&text);
    for step in steps.iter().filter(|step| step.is_base) {
        step.apply(&mut case.base, &mut BTreeMap::new(), &case.name);
    }
    case.head = case.base.clone();
    for step in steps.iter().filter(|step| !step.is_base) {
        step.apply(&mut case.head, &mut case.moved, &case.name);
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
    fn apply(&self, files: &mut Files, moved: &mut BTreeMap<String, String>, name: &str) {
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
                moved.insert(self.paths[1].to_owned(), path);
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
            *(if is_new { new } else { old }) += &format!("{}\n", &line[1..]);
            was_new = is_new;
        }
        found
    }
}

fn accused(case: &Case) -> Vec<String> {
    let mut changed = Vec::new();
    let paths: std::collections::BTreeSet<&String> = case.base.keys().chain(case.head.keys()).collect();
    for path in paths {
        let old = case.moved.get(path).unwrap_or(path);
        if case.moved.values().any(|moved| moved == path) {
            continue;
        }
        let (base, head) = (case.base.get(old), case.head.get(path));
        if base != head || old != path {
            changed.push(Pair { path: path.into(), base: base.cloned(), head: head.cloned() });
        }
    }
    let unchanged = || {
        let same = case.head.iter().filter(|(path, text)| path.ends_with(".rs") && case.base.get(*path) == Some(text));
        same.map(|(path, text)| (Utf8PathBuf::from(path), text.clone())).collect()
    };
    accuse(&Tree { changed: &changed, unchanged: &unchanged })
        .into_iter()
        .map(|one| format!("{} {} {}:{} {}", one.code, one.symbol, one.path, one.line, one.title))
        .collect()
}

#[test]
fn every_way_to_cheat_is_named() {
    let mut missed = Vec::new();
    for case in cases("cheats") {
        let found = accused(&case);
        println!("{}: {found:#?}", case.name);
        let code = case.expect.as_deref().unwrap().split(' ').nth(1).unwrap();
        if !found.iter().any(|line| line.split(' ').next() == Some(code)) {
            missed.push(format!("{}: {code}: {found:#?}", case.name));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn no_honest_change_is_accused() {
    let mut accusations = Vec::new();
    for case in cases("honest") {
        let found = accused(&case);
        if !found.is_empty() {
            accusations.push(format!("{}: {found:#?}", case.name));
        }
    }
    assert!(accusations.is_empty(), "{}", accusations.join("\n"));
}
