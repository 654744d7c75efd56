//! Dependencies are compiled once: a second target directory starts with what the first has of them. What belongs to
//! workspace members is left out, for there the two differ.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::unit::Unit;

/// Cargo's scratch space for tests in a target directory.
const SCRATCH: &str = "tmp";

/// Give the target directory `to`, if nothing was built there yet, what `from` has of dependencies. Without it they are
/// only compiled again, so nothing here is an error.
pub(super) fn seed(from: &Utf8Path, to: &Utf8Path, units: &[Unit]) {
    if !built(to).is_empty() || !from.exists() {
        return;
    }
    let stems = units.iter().map(Unit::file_stem).collect();
    let packages = units.iter().filter_map(|unit| unit.environment.get("CARGO_PKG_NAME").cloned()).collect();
    let done = copy(from, to, &Members { stems, packages }, 0);
    if done.is_err() {
        // A part of it could be taken for the whole.
        for path in built(to) {
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

/// What lies in a target directory besides the scratch space of tests, which is there before anything is built.
fn built(target: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = target.read_dir_utf8().into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name() != SCRATCH).map(|entry| entry.path().to_owned()).collect()
}

/// Do the same for the artifacts of one profile that are not ours: what the compiler may write into is left there.
pub(super) fn copy_profile(from: &Utf8Path, to: &Utf8Path, members: &Members) -> io::Result<()> {
    for folder in ["deps", ".fingerprint", "build"].into_iter().filter(|folder| from.join(folder).exists()) {
        copy(&from.join(folder), &to.join(folder), members, 2)?;
    }
    Ok(())
}

/// What workspace members are called.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Their artifacts, `name-hash`.
    pub(super) stems: BTreeSet<String>,
    /// Their packages.
    pub(super) packages: BTreeSet<String>,
}

impl Members {
    /// Whether a file or folder of the target directory is a member's: `deps/libname-hash.rlib`,
    /// `.fingerprint/package-hash`, `build/package-hash`.
    fn has(&self, folder: &str, name: &str) -> bool {
        let stem = name.split('.').next().unwrap_or(name);
        match folder {
            "deps" => self.stems.contains(stem) || stem.strip_prefix("lib").is_some_and(|stem| self.stems.contains(stem)),
            ".fingerprint" | "build" => name.rsplit_once('-').is_some_and(|(package, _)| self.packages.contains(package)),
            _ => false,
        }
    }
}

/// Artifacts that others build on: the compiler writes them anew, never into what is there.
const LIBRARIES: [&str; 5] = ["rlib", "rmeta", "so", "dylib", "dll"];

/// Folders that dependencies have nothing in.
const NOT_NEEDED: [&str; 3] = ["incremental", "examples", SCRATCH];

/// `depth` is that of `from` below the target directory: in the folders of profiles lie results of members.
fn copy(from: &Utf8Path, to: &Utf8Path, members: &Members, depth: u32) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let folder = from.file_name().unwrap_or_default();
    let is_profile = depth > 0 && from.join("deps").exists();
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let (name, there) = (entry.file_name(), to.join(entry.file_name()));
        if members.has(folder, name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            if !NOT_NEEDED.contains(&name) {
                copy(entry.path(), &there, members, depth + 1)?;
            }
        } else if folder == "deps" {
            if entry.path().extension().is_some_and(|extension| LIBRARIES.contains(&extension)) {
                fs::hard_link(entry.path(), &there).or_else(|_| with_time(entry.path(), &there))?;
            }
        } else if !is_profile {
            with_time(entry.path(), &there)?;
        }
    }
    Ok(())
}

/// Copy a file with the time by which cargo knows that it is fresh.
fn with_time(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    let modified = fs::metadata(from)?.modified()?;
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(modified)
}

#[cfg(test)]
mod tests {
    use super::super::unit::tests::unit;
    use super::*;

    #[test]
    fn dependencies_are_taken_with_their_times_and_members_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let (from, to) = (root.join("from"), root.join("to"));
        let files = [
            "debug/deps/libdep-1.rlib",
            "debug/deps/dep-1.d",
            "debug/deps/libmine-2.rmeta",
            "debug/deps/mine-2.d",
            "debug/.fingerprint/dep-1/lib-dep",
            "debug/.fingerprint/my-pkg-3/lib-mine",
            "debug/build/dep-4/out/made.rs",
            "debug/build/my-pkg-5/output",
            "debug/libmine.rlib",
            "debug/incremental/x/y",
            "CACHEDIR.TAG",
        ];
        for file in files {
            fs::create_dir_all(from.join(file).parent().unwrap()).unwrap();
            fs::write(from.join(file), file).unwrap();
        }
        let mut mine = unit("--crate-name mine src/lib.rs -C extra-filename=-2");
        mine.environment.insert("CARGO_PKG_NAME".to_owned(), "my-pkg".to_owned());
        fs::create_dir_all(to.join("tmp")).unwrap();
        seed(&from, &to, std::slice::from_ref(&mine));
        let expected = [0, 4, 6, 10].map(|index| files[index]);
        let found = files.into_iter().filter(|file| to.join(file).exists()).collect::<Vec<_>>();
        assert_eq!(found, expected);
        for file in found {
            let time = |root: &Utf8Path| fs::metadata(root.join(file)).unwrap().modified().unwrap();
            assert_eq!(time(&from), time(&to), "{file}");
        }
        // What is there already is left as it is.
        fs::write(from.join("debug/deps/new-6.d"), "").unwrap();
        seed(&from, &to, &[mine]);
        assert!(!to.join("debug/deps/new-6.d").exists());
    }
}
