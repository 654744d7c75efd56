//! How often the change at hand has failed, counted outside the tree that is judged: in the user's state directory, one
//! small file for each workspace, branch and base. A run that passes starts the count again; one that could not measure
//! leaves it as it is. Files that nobody has touched for three months are taken away.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use camino::Utf8Path;
use etcetera::BaseStrategy as _;

use crate::judge::{Outcome, Verdict};
use crate::policy::Policy;
use crate::report::write_file;
use crate::score::Scores;
use crate::workspace::branch;

/// Untouched for so long, a count is of no change that anybody works on.
const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Count this run, where the policy asks for it, and tell in the verdict. A count that cannot be kept is a problem: it
/// would never reach its limit.
pub(super) fn counted(verdict: Verdict, policy: &Policy, scores: &Scores, root: &Utf8Path, base: &str) -> Verdict {
    let Some(attempts) = &policy.attempts else { return verdict };
    let branch = branch(root).unwrap_or_default();
    let failed = folder().and_then(|folder| count(&folder.join(key(root, &branch, base)), verdict.outcome));
    match failed {
        Ok(failed) => verdict.after_attempts(failed, &branch, attempts, policy, scores),
        Err(error) => {
            let problem = format!("failing runs cannot be counted: {error:#}; see to it, or leave `[attempts]` out");
            let problems = [verdict.problems, vec![problem]].concat();
            let outcome = if verdict.outcome == Outcome::Pass { Outcome::Inconclusive } else { verdict.outcome };
            Verdict { outcome, problems, ..verdict }
        }
    }
}

/// Where the counts lie.
fn folder() -> anyhow::Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy().context("there is no home directory")?;
    let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Ok(state.join("cargo-gate").join("attempts"))
}

/// The file's name: nothing in it tells whose it is.
fn key(root: &Utf8Path, branch: &str, base: &str) -> String {
    let root = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
    let mut hasher = blake3::Hasher::new();
    for part in [root.as_str(), branch, base] {
        hasher.update(part.as_bytes()).update(&[0xff]);
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// How many runs have failed, this one counted.
fn count(path: &Path, outcome: Outcome) -> anyhow::Result<u32> {
    match outcome {
        Outcome::Pass => match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", path.display()))
            }
            _ => Ok(0),
        },
        Outcome::Inconclusive => read(path),
        Outcome::Fail => {
            let failed = read(path)?.saturating_add(1);
            write_file(path, |out| writeln!(out, "{failed}"))?;
            clear(path.parent().unwrap_or(path));
            Ok(failed)
        }
    }
}

/// What is on file. Text that is no number is none of ours: it counts as nothing was ever counted, and is written anew.
fn read(path: &Path) -> anyhow::Result<u32> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        file => file.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let mut text = String::new();
    let read = file.take(32).read_to_string(&mut text);
    Ok(read.ok().and_then(|_| text.trim().parse().ok()).unwrap_or(0))
}

/// Take old counts away. They do no harm: what cannot be taken away stays.
fn clear(folder: &Path) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_old = |file: &fs::DirEntry| {
        let age = file.metadata().and_then(|metadata| metadata.modified()).map(|modified| modified.elapsed().unwrap_or_default());
        age.is_ok_and(|age| age > KEPT)
    };
    for file in files.filter(is_old) {
        let _ = fs::remove_file(file.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_add_up_until_a_run_passes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("count");
        let mut after = |outcome| count(&path, outcome).unwrap();
        let outcomes = [
            Outcome::Inconclusive,
            Outcome::Fail,
            Outcome::Fail,
            Outcome::Inconclusive,
            Outcome::Fail,
            Outcome::Pass,
            Outcome::Pass,
            Outcome::Fail,
        ];
        assert_eq!(outcomes.map(&mut after), [0, 1, 2, 2, 3, 0, 0, 1]);
        fs::write(&path, "odd \u{fffd}").unwrap();
        assert_eq!(count(&path, Outcome::Fail).unwrap(), 1);
        fs::write(&path, u32::MAX.to_string()).unwrap();
        assert_eq!(count(&path, Outcome::Fail).unwrap(), u32::MAX);
    }

    #[test]
    fn old_counts_go_when_one_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old");
        fs::write(&old, "3").unwrap();
        fs::File::open(&old).unwrap().set_modified(std::time::SystemTime::now() - KEPT - Duration::from_secs(60)).unwrap();
        let young = folder.path().join("young");
        fs::write(&young, "3").unwrap();
        count(&folder.path().join("this"), Outcome::Fail).unwrap();
        assert!(!old.exists() && young.exists());
    }

    #[test]
    fn each_branch_and_base_has_its_own() {
        let key = |root: &str, branch, base| key(Utf8Path::new(root), branch, base);
        let keys = [key("/a", "b", "c"), key("/a", "bc", ""), key("/a", "b", "d"), key("/ab", "", "c")];
        assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), keys.len());
    }
}
