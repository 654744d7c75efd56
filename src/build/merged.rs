//! Documentation examples merged into one executable before edition 2024, too: one compilation in the place of one
//! for each. Rustdoc can do it, with an option that it calls unstable. Owns what makes it do so, and that nothing but
//! rustdoc and its own merged code learns of that; refuses to merge by itself.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::Toolchain;
use super::compiler::exit_code;
use super::layout::Layout;
use super::runner::ended;
use super::rustdoc::{is_called, link_to_us};

/// Set for rustdoc when it is to merge.
const MERGE_VARIABLE: &str = "CARGO_GATE_MERGE";

/// What makes rustdoc know options that are not stable.
const BOOTSTRAP_VARIABLE: &str = "RUSTC_BOOTSTRAP";

/// What the user has in [`BOOTSTRAP_VARIABLE`].
const USERS_BOOTSTRAP_VARIABLE: &str = "CARGO_GATE_USERS_BOOTSTRAP";

/// The name under which this executable stands between rustdoc and the compiler of examples.
const NAME: &str = "gate-example";

/// How rustdoc's file begins that holds merged examples; the edition follows.
const BUNDLE: &str = "doctest_bundle_";

/// And the one that runs them.
const RUNNER: &str = "doctest_runner_";

/// What rustdoc adds to the compiler's arguments when it has been given an unstable option.
const UNSTABLE: &str = "-Zunstable-options";

/// The first release whose rustdoc has the option.
const FIRST_RELEASE: (u32, u32) = (1, 95);

/// The first edition whose examples rustdoc merges by itself.
const MERGING_EDITION: u32 = 2024;

/// Whether the toolchain's rustdoc knows how to; of one that the user put in its place nothing is known.
pub(super) fn can_merge(toolchain: &Toolchain) -> bool {
    std::env::var_os("RUSTDOC").is_none() && release(&toolchain.version).is_some_and(|release| release >= FIRST_RELEASE)
}

/// The release in what `rustc -vV` says.
fn release(version: &str) -> Option<(u32, u32)> {
    let release = version.lines().find_map(|line| line.strip_prefix("release: "))?;
    let mut numbers = release.split('.').map(|number| number.parse().ok());
    numbers.next().flatten().zip(numbers.next().flatten())
}

/// What tells our role of rustdoc to merge. Fails when a link cannot be made.
pub(super) fn variable(layout: &Layout) -> anyhow::Result<(&'static str, OsString)> {
    Ok((MERGE_VARIABLE, link_to_us(layout, NAME)?))
}

/// What makes a call of rustdoc one that merges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merging {
    /// What stands between rustdoc and the compiler.
    link: Utf8PathBuf,
    /// What the user has in [`BOOTSTRAP_VARIABLE`].
    users_bootstrap: String,
}

impl Merging {
    /// For a call of rustdoc for tests, with `args`, if that was asked for.
    pub(super) fn wanted(args: &[String]) -> Option<Merging> {
        let link = Utf8PathBuf::from(std::env::var(MERGE_VARIABLE).ok()?);
        let edition = args.iter().find_map(|arg| arg.strip_prefix("--edition="));
        if edition.and_then(|edition| edition.parse().ok()).is_some_and(|edition: u32| edition >= MERGING_EDITION) {
            return None;
        }
        Some(Merging { link, users_bootstrap: std::env::var(BOOTSTRAP_VARIABLE).unwrap_or_default() })
    }

    /// More arguments.
    pub(super) fn args(&self) -> [&str; 4] {
        [UNSTABLE, "--merge-doctests=auto", "--test-builder-wrapper", self.link.as_str()]
    }

    /// More variables.
    pub fn environment(&self) -> [(&'static str, &str); 2] {
        [(USERS_BOOTSTRAP_VARIABLE, &self.users_bootstrap), (BOOTSTRAP_VARIABLE, "1")]
    }

    /// Whether what it needs is still where it was: this program may have moved since.
    pub(super) fn is_possible(&self) -> bool {
        self.link.exists()
    }
}

/// Give an environment below a merging rustdoc the user's own value back.
pub(super) fn restore(environment: &mut BTreeMap<String, String>) {
    let Ok(users) = std::env::var(USERS_BOOTSTRAP_VARIABLE) else { return };
    environment.remove(BOOTSTRAP_VARIABLE);
    if !users.is_empty() {
        environment.insert(BOOTSTRAP_VARIABLE.to_owned(), users);
    }
}

/// Rustdoc's source of what runs merged examples, beside their executable; nothing where it holds one example alone.
pub(super) fn runner_beside(program: &Utf8Path) -> anyhow::Result<Option<Utf8PathBuf>> {
    let directory = program.parent().context("an example's executable lies in a directory")?;
    let entries = directory.read_dir_utf8().with_context(|| format!("cannot list {directory}"))?;
    let paths = entries.map(|entry| Ok(entry?.into_path())).collect::<std::io::Result<Vec<_>>>();
    let paths = paths.with_context(|| format!("cannot list {directory}"))?;
    Ok(paths.into_iter().find(|path| is_source(path, RUNNER)))
}

/// Whether it is rustdoc's file whose name begins so.
fn is_source(path: &Utf8Path, start: &str) -> bool {
    path.extension() == Some("rs") && path.file_name().is_some_and(|name| name.starts_with(start))
}

/// Whether this process was started between rustdoc and the compiler of an example.
pub fn is_example_compiler(args: &[OsString]) -> bool {
    is_called(args, NAME) && std::env::var_os(USERS_BOOTSTRAP_VARIABLE).is_some()
}

/// Compile as rustdoc asks in `args` (the compiler first). Only rustdoc's own merged code may use what is not stable: an
/// example that does is refused, as `cargo test` refuses it.
pub fn run_example_compiler(args: &[OsString]) -> ExitCode {
    ended(compile(args))
}

fn compile(args: &[OsString]) -> anyhow::Result<ExitCode> {
    let (compiler, args) = args.split_first().context("rustdoc names the compiler")?;
    let mut command = Command::new(compiler);
    if args.iter().any(|arg| is_merged_code(arg)) {
        command.args(args);
    } else {
        match std::env::var_os(USERS_BOOTSTRAP_VARIABLE).filter(|users| !users.is_empty()) {
            Some(users) => command.env(BOOTSTRAP_VARIABLE, users),
            None => command.env_remove(BOOTSTRAP_VARIABLE),
        };
        command.args(stable(args)?);
    }
    Ok(exit_code(command.status().with_context(|| format!("cannot run {}", compiler.display()))?))
}

/// Whether the argument is one of the two files that rustdoc writes for many examples: the examples, what runs them.
fn is_merged_code(arg: &OsStr) -> bool {
    Utf8Path::from_path(Path::new(arg)).is_some_and(|path| [BUNDLE, RUNNER].iter().any(|start| is_source(path, start)))
}

/// The arguments without the one that came with ours, those that stand in a file spelled out.
fn stable(args: &[OsString]) -> anyhow::Result<Vec<OsString>> {
    let mut all = Vec::new();
    for arg in args {
        match arg.to_str().and_then(|arg| arg.strip_prefix('@')) {
            Some(file) => {
                let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
                all.extend(text.lines().map(OsString::from));
            }
            None => all.push(arg.clone()),
        }
    }
    if let Some(ours) = all.iter().rposition(|arg| arg == UNSTABLE) {
        all.remove(ours);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read_from_what_the_compiler_says() {
        assert_eq!(release("rustc 1.95.0 (x)\nhost: h\nrelease: 1.95.0\n"), Some((1, 95)));
        assert_eq!(release("release: 2.0.0-nightly"), Some((2, 0)));
        assert_eq!(release("release: odd"), None);
        assert_eq!(release(""), None);
    }

    #[test]
    fn only_rustdocs_own_files_are_merged_code() {
        let is_one = |arg: &str| is_merged_code(OsStr::new(arg));
        assert!(is_one("/t/rustdoctest1/doctest_bundle_2021.rs") && is_one("/t/doctest_runner_2018.rs"));
        assert!(!is_one("-") && !is_one("/t/doctest_bundle_2021") && !is_one("/t/my_doctest_bundle_.rs"));
    }

    #[test]
    fn an_example_that_is_not_merged_is_compiled_without_our_option() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("cfgs");
        fs::write(&file, "--extern=a b.rlib\n-Zunstable-options\n-Ccodegen-units=1\n").unwrap();
        let args = [format!("@{}", file.display()), "--edition".into(), "2018".into(), "-".into()].map(OsString::from);
        assert_eq!(stable(&args).unwrap(), ["--extern=a b.rlib", "-Ccodegen-units=1", "--edition", "2018", "-"]);
        let plain = ["-".into(), "-Zunstable-options".into(), "-Zunstable-options".into()];
        assert_eq!(stable(&plain).unwrap(), ["-", "-Zunstable-options"], "the user's own stays");
        assert!(stable(&["@/no/such/file".into()]).unwrap_err().to_string().contains("/no/such/file"));
    }
}
