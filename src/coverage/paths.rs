//! Paths of a coverage file → our sources. The file may have been written in a container, on Windows, or in
//! a package's own folder: what stands in front of our paths is found out from all of its paths together.
//! Refuses to guess: what could be meant in two ways is an error.
//!
//! A *mapping* takes some folders off the front of a path, or puts some in front. It explains a path when that
//! becomes one of our sources. The mapping that explains most is taken; among equals the one that leads to most
//! files that are there, then the one with the longest suffixes in common, then the workspace's own root.

use std::collections::{BTreeMap, BTreeSet};

/// Where our sources are.
pub struct Ours<'a> {
    /// Their paths, relative to the workspace root; absolute outside of it.
    pub sources: Vec<&'a str>,
    /// The workspace root, absolute.
    pub root: &'a str,
    /// Whether a path relative to the root is that of a file.
    pub is_file: &'a dyn Fn(&str) -> bool,
}

/// Which of our sources each path means.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// Path of the coverage file → our source.
    pub sources: BTreeMap<String, String>,
    /// Paths that could be sources of ours but lie elsewhere than the rest, each with that source.
    pub stray: Vec<(String, String)>,
}

/// Why paths cannot be mapped.
#[derive(Debug, PartialEq, Eq)]
pub enum Unmapped {
    /// No path is that of a source of ours.
    Foreign,
    /// A path could be two of them.
    Ambiguous {
        /// The path.
        path: String,
        /// What it could be.
        sources: [String; 2],
    },
}

/// Folders to take off the front of a path, or to put there; at least one of both is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mapping<'a> {
    off: Vec<&'a str>,
    on: Vec<&'a str>,
}

/// Folders in which no project has its own sources.
const ELSEWHERE: [&str; 4] = ["/registry/src/", "/git/checkouts/", "/rustc/", "/.rustup/toolchains/"];

/// How many paths are looked for on the disk when mappings explain equally many: they may be thousands.
const ENOUGH: usize = 100;

/// Find the sources that `paths` mean: plain paths with forward slashes.
pub fn remap(paths: &[&str], ours: &Ours<'_>) -> Result<Mapped, Unmapped> {
    let root = ours.root.replace('\\', "/");
    let is_elsewhere = |path: &str| !path.starts_with(&root) && ELSEWHERE.iter().any(|folder| path.contains(folder));
    let paths: Vec<&str> = paths.iter().copied().filter(|path| !is_elsewhere(path)).collect();
    let found = mappings(&paths, &ours.sources);
    let best = best(&found, &paths, &root, ours)?;
    let sources: BTreeMap<String, String> = found[&best].iter().map(|(path, source)| ((*path).to_owned(), (*source).to_owned())).collect();
    let explained: BTreeSet<&str> = found[&best].iter().map(|(_, source)| *source).collect();
    let others = found.iter().filter(|(mapping, _)| **mapping != best).flat_map(|(_, pairs)| pairs);
    let stray = others.filter(|(path, source)| !sources.contains_key(*path) && !explained.contains(source) && !is_there(&best, path, ours));
    let stray: BTreeMap<&str, &str> = stray.copied().collect();
    Ok(Mapped { stray: stray.into_iter().map(|(path, source)| (path.to_owned(), source.to_owned())).collect(), sources })
}

type Found<'a> = BTreeMap<Mapping<'a>, Vec<(&'a str, &'a str)>>;

/// Every mapping with the paths that it explains and the sources that they become.
fn mappings<'a>(paths: &[&'a str], sources: &[&'a str]) -> Found<'a> {
    let mut by_name: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    for source in sources {
        by_name.entry(source.rsplit('/').next().unwrap_or_default()).or_default().push(source);
    }
    let mut found = Found::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or_default();
        for source in by_name.get(name).into_iter().flatten() {
            if let Some(mapping) = mapping(path, source) {
                found.entry(mapping).or_default().push((path, source));
            }
        }
    }
    found
}

/// What makes `path` become `source`: one of both must end with the other.
fn mapping<'a>(path: &'a str, source: &'a str) -> Option<Mapping<'a>> {
    let (path, source): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), source.split('/').collect());
    let same = path.iter().rev().zip(source.iter().rev()).take_while(|(one, other)| one == other).count();
    (same == path.len().min(source.len()))
        .then(|| Mapping { off: path[..path.len() - same].to_vec(), on: source[..source.len() - same].to_vec() })
}

fn best<'a>(found: &Found<'a>, paths: &[&str], root: &str, ours: &Ours<'_>) -> Result<Mapping<'a>, Unmapped> {
    let explained = |mapping: &Mapping<'_>| found[mapping].len();
    let of = paths.len().min(ENOUGH);
    let there = |mapping: &Mapping<'_>| paths[..of].iter().filter(|path| is_there(mapping, path, ours)).count();
    let in_common = |mapping: &Mapping<'_>| found[mapping].iter().map(|(path, source)| path.len().min(source.len())).sum();
    let is_root = |mapping: &Mapping<'_>| usize::from(mapping.on.is_empty() && (mapping.off.is_empty() || mapping.off.join("/") == root));
    let keys: [&dyn Fn(&Mapping<'_>) -> usize; 4] = [&explained, &there, &in_common, &is_root];
    let mut left: Vec<&Mapping<'a>> = found.keys().collect();
    for key in keys {
        if left.len() > 1 {
            let most = left.iter().map(|mapping| key(mapping)).max().unwrap_or(0);
            left.retain(|mapping| key(mapping) == most);
        }
    }
    match left.as_slice() {
        [] => Err(Unmapped::Foreign),
        [only] => Ok((*only).clone()),
        [one, other, ..] => Err(ambiguous(&found[*one], &found[*other])),
    }
}

/// Whether the mapping leads from `path` to a file of the workspace.
fn is_there(mapping: &Mapping<'_>, path: &str, ours: &Ours<'_>) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    parts.strip_prefix(mapping.off.as_slice()).is_some_and(|rest| (ours.is_file)(&[mapping.on.as_slice(), rest].concat().join("/")))
}

/// A path that two mappings explain differently, or else a source that they find in two places.
fn ambiguous(one: &[(&str, &str)], other: &[(&str, &str)]) -> Unmapped {
    let (path, first) = one[0];
    let second = other
        .iter()
        .find(|(also, _)| *also == path)
        .map_or_else(|| format!("{} (as {})", other[0].1, other[0].0), |pair| pair.1.to_owned());
    Unmapped::Ambiguous { path: path.to_owned(), sources: [first.to_owned(), second] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [&str; 5] = ["src/lib.rs", "src/parse.rs", "crates/a/src/lib.rs", "crates/b/src/lib.rs", "crates/b/src/deep/mod.rs"];

    fn mapped(paths: &[&str], sources: &[&str]) -> Result<Mapped, Unmapped> {
        let is_file = |path: &str| sources.contains(&path) || path == "tests/it.rs";
        remap(paths, &Ours { sources: sources.to_vec(), root: "/home/me/work", is_file: &is_file })
    }

    fn check(paths: &[&str], expect: &[(&str, &str)]) {
        let found = mapped(paths, &SOURCES).unwrap_or_else(|error| panic!("{paths:?}: {error:?}"));
        let found: Vec<(&str, &str)> = found.sources.iter().map(|(path, source)| (path.as_str(), source.as_str())).collect();
        assert_eq!(found, expect, "{paths:?}");
    }

    #[test]
    fn whatever_stands_in_front_is_taken_off() {
        check(&["src/lib.rs", "src/parse.rs"], &[("src/lib.rs", "src/lib.rs"), ("src/parse.rs", "src/parse.rs")]);
        check(&["/home/me/work/src/lib.rs"], &[("/home/me/work/src/lib.rs", "src/lib.rs")]);
        check(&["/app/src/parse.rs"], &[("/app/src/parse.rs", "src/parse.rs")]);
        check(&["/x/crates/a/src/lib.rs"], &[("/x/crates/a/src/lib.rs", "crates/a/src/lib.rs")]);
        check(&["C:/work/src/parse.rs"], &[("C:/work/src/parse.rs", "src/parse.rs")]);
        check(
            &["/builds/x/crates/a/src/lib.rs", "/builds/x/crates/b/src/lib.rs"],
            &[("/builds/x/crates/a/src/lib.rs", "crates/a/src/lib.rs"), ("/builds/x/crates/b/src/lib.rs", "crates/b/src/lib.rs")],
        );
    }

    #[test]
    fn a_package_s_own_folder_is_put_in_front() {
        check(&["src/deep/mod.rs"], &[("src/deep/mod.rs", "crates/b/src/deep/mod.rs")]);
        check(&["b/src/lib.rs"], &[("b/src/lib.rs", "crates/b/src/lib.rs")]);
        check(
            &["src/lib.rs", "src/deep/mod.rs"],
            &[("src/deep/mod.rs", "crates/b/src/deep/mod.rs"), ("src/lib.rs", "crates/b/src/lib.rs")],
        );
    }

    #[test]
    fn dependencies_are_not_taken_for_ours() {
        let registry = "/root/.cargo/registry/src/index/dep-1.0.0/src/lib.rs";
        check(&[registry, "/app/src/lib.rs"], &[("/app/src/lib.rs", "src/lib.rs")]);
        assert_eq!(mapped(&[registry], &SOURCES), Err(Unmapped::Foreign));
        // A vendored one has a test beside it that we do not have.
        check(&["/vendor/dep/src/lib.rs", "/app/src/lib.rs", "/app/tests/it.rs"], &[("/app/src/lib.rs", "src/lib.rs")]);
    }

    #[test]
    fn a_project_that_is_not_ours_and_one_that_could_be_two() {
        assert_eq!(mapped(&["/x/src/main.rs", "src/other.rs"], &SOURCES), Err(Unmapped::Foreign));
        let two = ["crates/a/src/lib.rs", "crates/b/src/lib.rs"];
        let sources = two.map(str::to_owned);
        assert_eq!(mapped(&["src/lib.rs"], &two), Err(Unmapped::Ambiguous { path: "src/lib.rs".to_owned(), sources }));
        let Err(Unmapped::Ambiguous { path, .. }) = mapped(&["/one/src/lib.rs", "/two/src/lib.rs"], &["src/lib.rs"]) else { panic!() };
        assert_eq!(path, "/one/src/lib.rs");
    }

    #[test]
    fn what_lies_elsewhere_than_the_rest_is_told() {
        let found = mapped(&["/a/src/lib.rs", "/a/crates/a/src/lib.rs", "/b/src/parse.rs"], &SOURCES).unwrap();
        assert_eq!(found.sources.len(), 2);
        assert_eq!(found.stray, [("/b/src/parse.rs".to_owned(), "src/parse.rs".to_owned())]);
    }
}
