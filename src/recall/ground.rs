//! The ground: everything that a verdict depends on besides functions and tests, as one hash. Looks at the
//! workspace's files by their size and time, for tests may read any of them.

use std::fs;
use std::time::UNIX_EPOCH;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

use super::Digest;
use super::keys::hash;

/// A workspace of more files than this is not looked through.
const MOST_FILES: usize = 50_000;

/// One hash of `facts` (toolchain, command line, what of the sources is neither a function nor a test) and of the
/// files below `root` that are none of `texts`. Nothing when they cannot be looked through.
pub fn ground(root: &Utf8Path, target_dir: &Utf8Path, facts: &[String], texts: &dyn Fn(&Utf8Path) -> bool) -> Option<Digest> {
    let files = files(root, target_dir, texts)?;
    Some(hash(facts.iter().chain(&files).map(String::as_str)))
}

fn files(root: &Utf8Path, target_dir: &Utf8Path, texts: &dyn Fn(&Utf8Path) -> bool) -> Option<Vec<String>> {
    let is_hidden =
        |entry: &DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.') && entry.file_type().is_dir();
    let enters = |entry: &DirEntry| entry.path() != target_dir.as_std_path() && !is_hidden(entry);
    let mut found = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(enters) {
        let entry = entry.ok()?;
        let path = Utf8PathBuf::try_from(entry.path().strip_prefix(root).ok()?.to_owned()).ok()?;
        if entry.file_type().is_dir() || texts(&path) || is_ours(&path) {
            continue;
        }
        found.push(stamp(&root.join(&path))?);
        if found.len() > MOST_FILES {
            return None;
        }
    }
    Some(found)
}

/// Policies and records of ours: they judge what is measured and do not change it.
fn is_ours(path: &Utf8Path) -> bool {
    matches!(path.as_str(), "gates.toml" | "gates.baseline.toml")
}

/// A file by its size and time, that of the file which a link names; nothing where there is none.
pub fn stamp(path: &Utf8Path) -> Option<String> {
    let metadata = fs::metadata(path).or_else(|_| fs::symlink_metadata(path)).ok()?;
    let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{path} {} {}", metadata.len(), time.as_nanos()))
}
