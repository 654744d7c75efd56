//! What is held against a change, in words: what it does to the policy, where it is made, which mutants it leaves
//! alone. Pure; refuses to find out what changed.

mod former;

pub use former::former;

use camino::{Utf8Path, Utf8PathBuf};

use super::Accusation;
use super::text::shortened;
use crate::change::{ChangedFile, NewMark};
use crate::policy::{Allowed, BASELINE_FILE, Difference, Direction};

/// Who may accept what a change may not do to its own judges.
const WHO: &str = "a person who merges it into the base by itself accepts it";

/// What a change makes looser in the policy at `path` and in the record of old code.
pub fn policy(path: &Utf8Path, differences: &[Difference]) -> Vec<Accusation> {
    let looser = differences.iter().filter(|difference| difference.direction == Direction::Looser);
    let file = |difference: &Difference| if difference.code == "baseline-loosened" { Utf8Path::new(BASELINE_FILE) } else { path };
    looser.map(|difference| loosened(file(difference), difference)).collect()
}

fn loosened(path: &Utf8Path, difference: &Difference) -> Accusation {
    let Difference { key, base, head, code, line, .. } = difference;
    let label = match (base.as_str(), head.as_str()) {
        ("", head) => format!("`{key}` gets {head}"),
        (base, "") => format!("`{key}` loses {base}"),
        (base, head) => format!("`{key}` goes from {base} to {head}"),
    };
    let title = match *code {
        "new-override" => "the change adds an override that is looser than the base's limits",
        "new-waiver" => "the change waives a finding",
        "baseline-loosened" => "the change lets more pass for old code",
        "new-exclude" => "the change takes files out of what is mutated",
        _ => "the change makes the policy looser",
    };
    Accusation {
        code,
        path: Some(path.to_owned()),
        line: *line,
        symbol: Some(key.clone()),
        mutant: None,
        title: title.to_owned(),
        label: format!("{}; it has no effect here", shortened(&label, 120)),
        help: format!("take it back: {WHO}"),
    }
}

/// The policy at `path` is gone.
pub fn policy_gone(path: &Utf8Path) -> Accusation {
    Accusation {
        code: "policy-loosened",
        path: Some(path.to_owned()),
        line: None,
        symbol: None,
        mutant: None,
        title: "the change removes the policy".to_owned(),
        label: "the base's still judges here".to_owned(),
        help: format!("put it back: {WHO}"),
    }
}

/// Changed paths outside of what `allowed` has, each of which has to contain them; then those that are protected.
/// `policy` is judged by its content.
pub fn paths(
    files: &[ChangedFile],
    allowed: &[(&Allowed, &str)],
    policy: &Utf8Path,
    in_repository: impl Fn(&Utf8Path) -> Utf8PathBuf,
) -> Vec<Accusation> {
    let touched = || files.iter().flat_map(|file| std::iter::once(&file.path).chain(&file.old_path));
    let mut found = Vec::new();
    for path in touched() {
        let outside = allowed.iter().find(|(allowed, _)| !allowed.contains(path));
        found.extend(outside.map(|(allowed, set_in)| out_of_scope(path, allowed, set_in)));
    }
    let protected = touched().filter(|path| path.as_path() != policy).filter_map(|path| Some((path, why_protected(&in_repository(path))?)));
    found.extend(protected.map(|(path, why)| protected_path(path, why)));
    found
}

fn out_of_scope(path: &Utf8Path, allowed: &Allowed, set_in: &str) -> Accusation {
    Accusation {
        code: "out-of-scope",
        path: Some(path.to_owned()),
        line: None,
        symbol: None,
        mutant: None,
        title: format!("the change touches `{path}`, which is out of its scope"),
        label: format!("{set_in} allows {}", shortened(&allowed.globs.join(", "), 120)),
        help: "take the change of this file back; or let whoever declared the scope widen it".to_owned(),
    }
}

fn protected_path(path: &Utf8Path, why: &str) -> Accusation {
    Accusation {
        code: "protected-path",
        path: Some(path.to_owned()),
        line: None,
        symbol: None,
        mutant: None,
        title: format!("the change touches `{path}`, which can change what every check says"),
        label: why.to_owned(),
        help: "if it is meant, let a person look at this file; else take it back".to_owned(),
    }
}

/// Paths from the root of the repository that begin so, and why they are protected.
const CI: [&str; 12] = [
    ".github/workflows/",
    ".github/actions/",
    ".gitlab-ci",
    ".gitlab/ci/",
    ".circleci/",
    ".buildkite/",
    ".woodpecker",
    ".forgejo/workflows/",
    "azure-pipelines",
    "Jenkinsfile",
    ".travis.yml",
    ".pre-commit-config.yaml",
];

/// Why a path of the repository is protected, if it is.
fn why_protected(path: &Utf8Path) -> Option<&'static str> {
    let name = path.file_name().unwrap_or_default();
    let is_below = |folder: &str| path.components().any(|part| part.as_str() == folder);
    match name {
        _ if CI.iter().any(|start| path.as_str().starts_with(start)) => Some("it decides which checks run"),
        _ if is_below(".cargo") => Some("it decides how cargo builds and runs tests"),
        "nextest.toml" if is_below(".config") => Some("it decides which tests run"),
        "build.rs" if !is_below("src") => Some("it runs before the code is compiled"),
        "rust-toolchain" | "rust-toolchain.toml" => Some("it decides which compiler builds"),
        _ => None,
    }
}

/// Marks that leave mutants alone and that the base does not have.
pub fn marks(marks: &[NewMark]) -> Vec<Accusation> {
    let accuse = |mark: &NewMark| Accusation {
        code: "new-skip",
        path: Some(mark.path.clone()),
        line: Some(mark.line),
        symbol: None,
        mutant: None,
        title: "the change leaves mutants alone by a mark in the code".to_owned(),
        label: format!("its reason: {}", shortened(&mark.reason, 120)),
        help: format!("write the test that notices them; or take it back: {WHO}"),
    };
    marks.iter().map(accuse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Status;

    fn file(path: &str, old: Option<&str>) -> ChangedFile {
        let old_path = old.map(Into::into);
        ChangedFile { path: path.into(), old_path, status: Status::Modified, base: None, head: None, lines: Vec::new() }
    }

    #[test]
    fn every_path_of_a_change_has_to_be_allowed_by_all() {
        let allowed = |glob: &str| Allowed { globs: vec![glob.to_owned()] };
        let files = [file("src/a.rs", None), file("src/b.rs", Some("lib/b.rs")), file("gates.toml", None)];
        let found =
            paths(&files, &[(&allowed("src/**"), "[scope]"), (&allowed("src/a*"), "--scope")], "gates.toml".into(), Utf8Path::to_owned);
        let said: Vec<(&str, &str)> = found.iter().map(|one| (one.path.as_ref().unwrap().as_str(), one.label.as_str())).collect();
        let expected =
            [("src/b.rs", "--scope allows src/a*"), ("lib/b.rs", "[scope] allows src/**"), ("gates.toml", "[scope] allows src/**")];
        assert_eq!(said, expected);
        assert_eq!(paths(&files, &[(&Allowed::default(), "")], "gates.toml".into(), Utf8Path::to_owned), []);
    }

    #[test]
    fn what_decides_how_code_is_judged_is_protected() {
        let is_protected = |path: &str| why_protected(path.into()).is_some();
        for path in [
            ".github/workflows/ci.yml",
            ".gitlab-ci.yml",
            "build.rs",
            "crates/a/build.rs",
            ".cargo/config.toml",
            "a/.cargo/config",
            "rust-toolchain.toml",
            "rust-toolchain",
            "Jenkinsfile",
            ".config/nextest.toml",
        ] {
            assert!(is_protected(path), "{path}");
        }
        for path in ["src/build.rs", "src/lib.rs", "Cargo.toml", ".github/CODEOWNERS.md", "docs/build.rs.md", "cargo/config.toml"] {
            assert!(!is_protected(path), "{path}");
        }
    }
}
