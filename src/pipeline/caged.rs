//! Tests that fail in the cage and pass outside it: found in the baseline, by name, with the line of `gates.toml` that
//! lets them live. What is tried is the unmutated code alone, which `cargo test` runs with all rights.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::WalkDir;

use crate::build::secrets;
use crate::policy::{Cage as CagePolicy, CageMode, Network};
use crate::run::{CageScore, Outcome, Pool, Suite, Worker, run_alone};

/// Tests that cannot live in the cage.
#[derive(Default)]
pub(super) struct Misfits {
    pub(super) tests: BTreeSet<usize>,
    /// What lets them live, each with the tests' names.
    pub(super) problems: Vec<String>,
}

/// So many names stand in a sentence.
const NAMES: usize = 5;

/// So many entries are looked at to see what a test wrote.
const ENTRIES: usize = 20_000;

/// Which of the tests that failed do so because of the cage.
pub(super) fn misfits(pool: &Pool, suite: &Suite, suspects: &[usize], target_dir: &Utf8Path) -> anyhow::Result<Misfits> {
    if suspects.is_empty() || !pool.cage().is_on() {
        return Ok(Misfits::default());
    }
    let mut trial = Trial { pool, suite, target_dir, workers: Vec::new(), works: Vec::new() };
    let mut found: Vec<(CagePolicy, Vec<usize>)> = Vec::new();
    for test in suspects {
        if let Some(policy) = trial.remedy(*test)? {
            match found.iter_mut().find(|(known, _)| *known == policy) {
                Some((_, tests)) => tests.push(*test),
                None => found.push((policy, vec![*test])),
            }
        }
    }
    let hopeful = found.iter().filter(|(policy, _)| policy.mode != CageMode::Off);
    let all = hopeful.fold(pool.cage().policy().clone(), |all, (policy, _)| joined(&all, policy));
    let advice = |policy: &CagePolicy, tests: &[usize]| match policy.mode {
        CageMode::Off => skipping(tests.iter().map(|test| suite.tests[*test].name.clone()).collect()),
        CageMode::On | CageMode::Required => advice(&all),
    };
    let problems = found.iter().map(|(policy, tests)| problem(suite, tests, &advice(policy, tests))).collect();
    Ok(Misfits { tests: found.into_iter().flat_map(|(_, tests)| tests).collect(), problems })
}

/// What a reader must know of a cage with holes: a problem where it has to be whole, else a warning.
pub(super) fn holes(score: &CageScore) -> (Vec<String>, Vec<String>) {
    let missing = score.missing();
    if missing.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let holes = missing.join("; ");
    match score.mode {
        CageMode::Required => (vec![format!("the cage is required and is not whole: {holes}")], Vec::new()),
        _ => (Vec::new(), vec![format!("the cage of tests is not whole: {holes}; `cage = \"required\"` makes a run without inconclusive")]),
    }
}

struct Trial<'a> {
    pool: &'a Pool,
    suite: &'a Suite,
    target_dir: &'a Utf8Path,
    workers: Vec<(CagePolicy, Worker)>,
    /// What has helped another test: mostly it is the same for all.
    works: Vec<CagePolicy>,
}

impl Trial<'_> {
    /// The least that lets the test pass; nothing when the cage is not why it fails.
    fn remedy(&mut self, test: usize) -> anyhow::Result<Option<CagePolicy>> {
        let now = self.pool.cage().policy().clone();
        let off = CagePolicy { mode: CageMode::Off, ..now.clone() };
        // What it makes where it may shows in the place that holds it: from before it may for the first time.
        let start = SystemTime::now();
        if self.passes(test, &now)? || !self.passes(test, &off)? {
            return Ok(None);
        }
        for policy in self.works.clone().into_iter().chain(self.candidates(test, &now)) {
            if self.passes(test, &policy)? {
                let policy = self.narrower(test, &now, policy, start)?;
                // That would be no cage any more, for mutants either.
                if policy.write.contains(&"/".to_owned()) {
                    break;
                }
                self.works.push(policy.clone());
                return Ok(Some(policy));
            }
        }
        Ok(Some(off))
    }

    fn passes(&mut self, test: usize, policy: &CagePolicy) -> anyhow::Result<bool> {
        if !self.workers.iter().any(|(known, _)| known == policy) {
            let cage = if policy.mode == CageMode::Off { self.pool.cage().lifted() } else { self.pool.cage().under(policy.clone()) };
            let worker = self.pool.worker_under(&cage, self.workers.len())?;
            self.workers.push((policy.clone(), worker));
        }
        let Some((_, worker)) = self.workers.iter_mut().find(|(known, _)| known == policy) else { return Ok(false) };
        Ok(run_alone(worker, self.suite, test)?.outcome == Outcome::Passed)
    }

    /// Other rights to try, one after the other, the most frequent and the narrowest first.
    fn candidates(&self, test: usize, now: &CagePolicy) -> Vec<CagePolicy> {
        let writing =
            |paths: &[&str]| joined(now, &CagePolicy { write: paths.iter().map(|&path| path.to_owned()).collect(), ..now.clone() });
        let invocation = self.suite.invocation(&[test]);
        let package = shown(self.pool.cage().root(), invocation.directory);
        let target = shown(self.pool.cage().root(), self.target_dir);
        let temporary = std::env::temp_dir().to_string_lossy().into_owned();
        let mut candidates: Vec<CagePolicy> =
            [&*package, &target, "~/", &temporary, "/tmp", "/dev/shm", "."].into_iter().map(|path| writing(&[path])).collect();
        let names: Vec<String> = secrets().into_keys().collect();
        let one = |name: &String| CagePolicy { env: [now.env.clone(), vec![name.clone()]].concat(), ..now.clone() };
        candidates.extend(names.iter().map(one));
        let wider = [Network::Loopback, Network::Any].into_iter().filter(|network| *network < now.network);
        candidates.extend(wider.map(|network| CagePolicy { network, ..now.clone() }));
        candidates.push(writing(&["/"]));
        candidates.push(CagePolicy { network: Network::Any, env: names, ..writing(&["/"]) });
        candidates
    }

    /// Of a whole directory only what the test really wrote to, if that is enough.
    fn narrower(&mut self, test: usize, now: &CagePolicy, policy: CagePolicy, start: SystemTime) -> anyhow::Result<CagePolicy> {
        let root = self.pool.cage().root().to_owned();
        let added: Vec<&String> = policy.write.iter().filter(|path| !now.write.contains(path)).collect();
        let [path] = added.as_slice() else { return Ok(policy) };
        let top = self.pool.cage().located(path);
        let changed = changed(&top, start, self.target_dir);
        let in_home = |changed: &Utf8PathBuf| changed.strip_prefix(&top).ok().map(|below| format!("~/{below}"));
        let name = |changed: &Utf8PathBuf| if *path == "~/" { in_home(changed) } else { Some(shown(&root, changed)) };
        let write: Vec<String> = changed.iter().filter_map(name).collect();
        if write.is_empty() || write.len() > NAMES || write.contains(path) {
            return Ok(policy);
        }
        let narrow = CagePolicy { write: [now.write.clone(), write].concat(), ..policy.clone() };
        Ok(if self.passes(test, &narrow)? { narrow } else { policy })
    }
}

/// What is there was made when somebody looked: its times tell nothing of who wrote to it.
const OF_THE_KERNEL: [&str; 2] = ["/proc", "/sys"];

/// The directories below `top` in which something came or went since `start`, and those of other files that changed:
/// a file may be gone in the next checkout, where it cannot be allowed.
fn changed(top: &Utf8Path, start: SystemTime, target_dir: &Utf8Path) -> Vec<Utf8PathBuf> {
    // The clock of files is not as fine.
    let since = start.checked_sub(Duration::from_millis(20)).unwrap_or(start);
    let is_other = |path: &std::path::Path| {
        path.ends_with(".git") || path.starts_with(target_dir.join("gate")) || OF_THE_KERNEL.iter().any(|top| path.starts_with(top))
    };
    let entries = WalkDir::new(top).into_iter().filter_entry(|entry| !is_other(entry.path())).take(ENTRIES).flatten();
    let is_changed = |entry: &walkdir::DirEntry| entry.metadata().ok().and_then(|it| it.modified().ok()).is_some_and(|time| time >= since);
    let changed = entries.filter(is_changed).filter_map(|entry| Utf8PathBuf::try_from(entry.into_path()).ok());
    let mut tops: Vec<Utf8PathBuf> = Vec::new();
    for path in changed.map(|path| if path.is_dir() { path } else { path.parent().unwrap_or(top).to_owned() }) {
        // A directory comes before what is in it.
        if !tops.iter().any(|top| path.starts_with(top)) {
            tops.push(path);
        }
    }
    tops
}

/// A path as `gates.toml` would name it.
fn shown(root: &Utf8Path, path: &Utf8Path) -> String {
    match path.strip_prefix(root) {
        Ok(below) if below.as_str().is_empty() => ".".to_owned(),
        Ok(below) => below.to_string(),
        Err(_) => path.to_string(),
    }
}

/// Everything that either allows.
fn joined(one: &CagePolicy, other: &CagePolicy) -> CagePolicy {
    let both = |one: &[String], other: &[String]| {
        let more = other.iter().filter(|entry| !one.contains(entry));
        one.iter().chain(more).cloned().collect()
    };
    CagePolicy {
        mode: one.mode.min(other.mode),
        network: one.network.min(other.network),
        write: both(&one.write, &other.write),
        env: both(&one.env, &other.env),
        origin: one.origin.clone(),
    }
}

fn problem(suite: &Suite, tests: &[usize], advice: &str) -> String {
    let names: Vec<String> = tests.iter().take(NAMES).map(|test| format!("`{}`", suite.tests[*test].name)).collect();
    let more = if tests.len() > NAMES { format!(" and {} more", tests.len() - NAMES) } else { String::new() };
    let (subject, they, it) = if tests.len() == 1 { ("test", "it passes", "the test") } else { ("tests", "they pass", "the tests") };
    format!("{subject} {}{more} cannot live in the cage, {they} outside; {advice}, or mend {it}", names.join(", "))
}

/// The lines of `gates.toml`.
fn advice(policy: &CagePolicy) -> String {
    let list = |key: &str, entries: &[String]| (!entries.is_empty()).then(|| format!("{key} = {}", toml::Value::from(entries.to_vec())));
    let named = |key: &str, is_set: bool, name: &str| is_set.then(|| format!("{key} = \"{name}\""));
    let lines = [
        named("mode", policy.mode != CageMode::default(), policy.mode.name()),
        named("network", policy.network != Network::default(), policy.network.name()),
        list("write", &policy.write),
        list("env", &policy.env),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().map(|line| format!("`{line}`")).collect();
    format!("write {} below `[cage]` in gates.toml", lines.join(" and "))
}

/// The line of `gates.toml` that leaves tests out of judging, for nothing less helps them.
fn skipping(names: Vec<String>) -> String {
    format!("no line below `[cage]` lets them; write `skip-tests = {}` below `[mutation]` in gates.toml", toml::Value::from(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn times_of_the_kernel_s_own_files_tell_nothing() {
        assert!(changed("/proc/self".into(), SystemTime::UNIX_EPOCH, "/target".into()).is_empty());
    }

    #[test]
    fn the_advice_is_what_gates_toml_takes() {
        let policy = CagePolicy {
            network: Network::Any,
            write: vec!["tests/a b".to_owned(), "~/x\"y".to_owned()],
            env: vec!["T_TOKEN".to_owned()],
            ..CagePolicy::default()
        };
        let said = advice(&policy);
        let lines: Vec<&str> = said.split('`').skip(1).step_by(2).filter(|line| line.contains('=')).collect();
        let text = format!("version = 1\n[gates]\ntests = true\n[cage]\n{}\n", lines.join("\n"));
        let read = crate::policy::Policy::parse(&text, "gates.toml".into()).unwrap().cage;
        assert_eq!(CagePolicy { origin: None, ..read }, policy);
        let skipping = skipping(vec!["a::b".to_owned(), "src/lib.rs - c (line 3)".to_owned()]);
        let line = skipping.split('`').find(|line| line.starts_with("skip-tests")).unwrap();
        let text = format!("version = 1\n[gates]\ntests = true\n[mutation]\n{line}\n");
        let read = crate::policy::Policy::parse(&text, "gates.toml".into()).unwrap().mutation;
        assert_eq!(read.skip_tests, ["a::b", "src/lib.rs - c (line 3)"]);
    }

    #[test]
    fn the_top_of_what_changed_is_told() {
        let place = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(place.path()).unwrap();
        for directory in ["src", "tests/old", "target/gate"] {
            std::fs::create_dir_all(root.join(directory)).unwrap();
        }
        std::fs::write(root.join("src/lib.rs"), "").unwrap();
        let old = SystemTime::now() - Duration::from_secs(100);
        for path in ["src/lib.rs", "src", "tests/old", "tests", "target/gate", "target", "."] {
            std::fs::File::open(root.join(path)).unwrap().set_modified(old).unwrap();
        }
        let start = SystemTime::now();
        std::fs::create_dir(root.join("tests/new")).unwrap();
        std::fs::write(root.join("tests/new/a"), "").unwrap();
        std::fs::write(root.join("target/gate/x"), "b").unwrap();
        let mut found: Vec<String> = changed(root, start, &root.join("target")).iter().map(|path| shown(root, path)).collect();
        found.sort();
        assert_eq!(found, ["tests"]);
        assert_eq!(shown(root, root), ".");
        std::fs::write(root.join("src/lib.rs"), "b").unwrap();
        assert!(changed(root, start, &root.join("target")).contains(&root.join("src")));
    }

    #[test]
    fn a_hole_is_a_problem_only_where_the_cage_is_required() {
        let score = |mode| CageScore { mode, network: Network::Loopback, walls: crate::run::Walls { landlock: 0, network: Network::Any } };
        let count = |mode| {
            let (problems, warnings) = holes(&score(mode));
            (problems.len(), warnings.len())
        };
        assert_eq!((count(CageMode::Off), count(CageMode::On), count(CageMode::Required)), ((0, 0), (0, 1), (1, 0)));
    }
}
