//! Dependencies that the user's own builds have compiled: an instrumented build begins with them. Refuses to know
//! whether they fit; cargo looks at each by its fingerprint, and compiles what does not.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::Toolchain;
use super::seed::{self, Members};

/// A file in a target directory that says that its dependencies are the user's own.
const MARK: &str = "dependencies-are-the-users";

/// The profile that dependencies are compiled by is part of what cargo knows them by. Whether the target directory has the
/// user's own, so that nothing may be changed about it.
pub(super) fn has_inherited(target: &Utf8Path) -> bool {
    target.join(MARK).exists()
}

/// Give the target directory `to`, if it is not there yet, what the user's target directory `from` has of dependencies,
/// where the same compiler made them and nobody is building there. Without it they are compiled again, so nothing here is
/// an error.
pub(super) fn inherit(from: &Utf8Path, to: &Utf8Path, flags: &[String], members: &Members, toolchain: &Toolchain) {
    if to.exists() || !is_of(from, toolchain) {
        return;
    }
    let places = places(from, profile_folder(flags));
    let taken = places.iter().map(|place| take(&from.join(place), &to.join(place), members)).collect::<io::Result<Vec<bool>>>();
    let marked = match taken {
        Ok(taken) if taken.contains(&true) => File::create(to.join(MARK)).map(drop),
        Ok(_) => return,
        Err(error) => Err(error),
    };
    if marked.is_err() {
        let _ = fs::remove_dir_all(to);
    }
}

/// The folder of a profile, below the target directory or below the folder of a target triple.
fn profile_folder(flags: &[String]) -> &str {
    let named = flags.windows(2).filter(|pair| pair[0] == "--profile").map(|pair| pair[1].as_str()).next_back();
    match named {
        None if flags.iter().any(|flag| flag == "--release") => "release",
        None | Some("dev" | "test") => "debug",
        Some("bench") => "release",
        Some(other) => other,
    }
}

/// What cargo keeps of the compiler's answers.
#[derive(Deserialize)]
struct CompilerInfo {
    outputs: BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
struct Answer {
    stdout: String,
}

/// Whether cargo last asked the same compiler there: artifacts of another one are of no use.
fn is_of(target: &Utf8Path, toolchain: &Toolchain) -> bool {
    let text = fs::read(target.join(".rustc_info.json")).unwrap_or_default();
    let info = serde_json::from_slice::<CompilerInfo>(&text);
    info.is_ok_and(|info| info.outputs.values().any(|answer| answer.stdout == toolchain.version))
}

/// Where artifacts of the profile lie below the target directory: for the host, and for target triples.
fn places(target: &Utf8Path, profile: &str) -> Vec<Utf8PathBuf> {
    let folders = target.read_dir_utf8().into_iter().flatten().flatten();
    let triples = folders.map(|entry| Utf8PathBuf::from(entry.file_name()).join(profile));
    let all = std::iter::once(Utf8PathBuf::from(profile)).chain(triples);
    all.filter(|place| ["deps", ".fingerprint"].iter().all(|folder| target.join(place).join(folder).is_dir())).collect()
}

/// Take one profile's artifacts; whether there was any library.
fn take(from: &Utf8Path, to: &Utf8Path, members: &Members) -> io::Result<bool> {
    // Cargo holds it while it builds, and what is half written is not taken.
    let lock = File::open(from.join(".cargo-lock"))?;
    if lock.try_lock_shared().is_err() {
        return Ok(false);
    }
    seed::copy_profile(from, to, members)?;
    let has_library = |entry: &camino::Utf8DirEntry| entry.path().extension() == Some("rlib");
    Ok(to.join("deps").read_dir_utf8()?.flatten().any(|entry| has_library(&entry)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toolchain(version: &str) -> Toolchain {
        Toolchain { host: String::new(), version: version.to_owned(), cfgs: String::new() }
    }

    /// A target directory in which cargo has built with a compiler.
    fn built(root: &Utf8Path, files: &[&str]) -> Utf8PathBuf {
        let target = root.join("target");
        for file in files {
            let at = target.join(file);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, file).unwrap();
        }
        let info = r#"{"rustc_fingerprint":1,"outputs":{"7":{"success":true,"status":"","code":0,"stdout":"rustc 1.95.0\n","stderr":""}}}"#;
        fs::write(target.join(".rustc_info.json"), info).unwrap();
        target
    }

    const FILES: [&str; 7] = [
        "debug/.cargo-lock",
        "debug/.fingerprint/dep-1/lib-dep",
        "debug/deps/libdep-1.rlib",
        "debug/deps/dep-1.d",
        "debug/deps/program-2",
        "x86_64-unknown-none/debug/deps/libdep-3.rlib",
        "release/deps/libdep-4.rlib",
    ];

    #[test]
    fn dependencies_of_the_same_compiler_and_profile_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let (from, to) = (built(root, &FILES), root.join("to"));
        inherit(&from, &to, &[], &Members::default(), &toolchain("rustc 1.96.0\n"));
        assert!(!to.exists());
        inherit(&from, &to, &["--release".to_owned()], &Members::default(), &toolchain("rustc 1.95.0\n"));
        assert!(!to.exists(), "there are no fingerprints");
        inherit(&from, &to, &[], &Members::default(), &toolchain("rustc 1.95.0\n"));
        assert!(has_inherited(&to));
        // The compiler writes into what it told of the files before, so that must not be the user's.
        let found: Vec<&str> = FILES.into_iter().filter(|file| to.join(file).exists()).collect();
        assert_eq!(found, ["debug/.fingerprint/dep-1/lib-dep", "debug/deps/libdep-1.rlib"]);
    }

    #[test]
    fn nothing_is_taken_while_somebody_builds_there() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let (from, to) = (built(root, &FILES), root.join("to"));
        let lock = File::open(from.join("debug/.cargo-lock")).unwrap();
        lock.lock().unwrap();
        inherit(&from, &to, &[], &Members::default(), &toolchain("rustc 1.95.0\n"));
        assert!(!has_inherited(&to) && !to.exists());
        drop(lock);
        inherit(&from, &to, &[], &Members::default(), &toolchain("rustc 1.95.0\n"));
        assert!(has_inherited(&to));
    }

    #[test]
    fn a_profile_has_a_folder() {
        let folder = |flags: &str| profile_folder(&flags.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).to_owned();
        let cases = [
            ("", "debug"),
            ("--locked --release", "release"),
            ("--profile test", "debug"),
            ("--profile dev", "debug"),
            ("--profile bench", "release"),
            ("-p a --profile ci", "ci"),
        ];
        for (flags, expected) in cases {
            assert_eq!(folder(flags), expected, "{flags}");
        }
    }
}
