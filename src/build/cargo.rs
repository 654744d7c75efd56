//! Cargo as a value: how it is called, what it said. Owns the environment of instrumented builds and the
//! promise that the user's lock file is as before.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Output, Stdio};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::Toolchain;
use super::configuration::{user_runner, variable};
use super::documentation::Examples;
use super::inherit::has_inherited;
use super::layout::{INNER_WRAPPER_VARIABLE, Layout, STATE_VARIABLE, WRAPPER_VARIABLE};
use super::merged::{self, can_merge};
use super::optimized::{Level, OPTIMIZED_VARIABLE};
use super::printed::messages;
use super::runner::{PLAIN_VARIABLE, RUNNER_ARGUMENT, USER_RUNNER_VARIABLE};
use super::rustdoc;
use super::secrets::{self, SECRETS_VARIABLE};
use super::why::{why_cut_off, why_not_built};
use crate::guard::{self, KeptFile};
use crate::workspace::{Workspace, cargo};

/// What the user's command line says to cargo: selection, features, lock file, profile, jobs.
#[derive(Clone, Debug, Default)]
pub struct CargoArgs {
    /// Flags in cargo's own spelling.
    pub flags: Vec<String>,
}

/// What cargo is asked to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tests {
    /// Every test executable but documentation examples, instrumented.
    Instrumented,
    /// Documentation examples, against the instrumented library.
    Documentation(Examples),
    /// Those of the first kind with optimized code.
    Optimized(Level),
    /// Every test executable but documentation examples, as the user wrote the code.
    Plain,
}

impl Tests {
    /// Where cargo puts what it builds.
    fn target(self, layout: &Layout) -> Utf8PathBuf {
        match self {
            Tests::Instrumented | Tests::Documentation(_) => layout.cargo_target(),
            Tests::Optimized(_) => layout.optimized_target(),
            Tests::Plain => layout.plain_target(),
        }
    }
}

/// What one call of cargo said.
#[derive(Debug)]
pub(super) struct CargoOutput {
    /// Whether it succeeded.
    pub is_success: bool,
    /// The stems (`name-hash`) of all artifacts of the build, fresh ones included.
    pub stems: BTreeSet<String>,
    /// Standard output that is no message of cargo's: what rustdoc printed.
    pub text: String,
    /// Standard error, rendered diagnostics included.
    pub errors: String,
}

/// Call `cargo test` instrumented and with the recording runner.
pub(super) fn cargo_test(
    layout: &Layout,
    workspace: &Workspace,
    args: &CargoArgs,
    toolchain: &Toolchain,
    tests: Tests,
) -> anyhow::Result<CargoOutput> {
    let us = Utf8PathBuf::try_from(std::env::current_exe()?)?;
    let temporary = layout.scratch().join("tmp");
    fs::create_dir_all(&temporary).with_context(|| format!("cannot create {temporary}"))?;
    let mut command = cargo();
    command.arg("test");
    match tests {
        Tests::Instrumented if can_build_for_examples(workspace) => command.envs(rustdoc::put_off(layout)?),
        Tests::Instrumented => command.arg("--tests"),
        Tests::Documentation(_) => command.arg("--doc"),
        Tests::Optimized(level) => command.arg("--tests").env(OPTIMIZED_VARIABLE, level.name()),
        // All that `cargo test` builds: a test may need an example.
        Tests::Plain => command.env(PLAIN_VARIABLE, "1"),
    };
    let target = tests.target(layout);
    command.args(["--no-fail-fast", "--target-dir", target.as_str()]).args(&args.flags);
    if let Tests::Documentation(examples) = tests {
        let is_merged = examples == Examples::Merged && can_merge(toolchain);
        command.envs(rustdoc::variables(layout)?).envs(is_merged.then(|| merged::variable(layout)).transpose()?);
    } else {
        // `--quiet` would reach the test executables, whose lines are read.
        command.arg("--message-format=json-render-diagnostics");
    }
    if tests != Tests::Plain {
        command.env(INNER_WRAPPER_VARIABLE, std::env::var_os(WRAPPER_VARIABLE).unwrap_or_default());
        command.env(WRAPPER_VARIABLE, &us);
    }
    let runner = Runner::new(&us)?;
    command.env(USER_RUNNER_VARIABLE, serde_json::to_string(&user_runner(&workspace.root, toolchain))?);
    command.env(variable(&toolchain.host), runner.words());
    // For a target that the user's configuration names in the host's place.
    command.arg("--config").arg(format!("target.'cfg(all())'.runner={}", serde_json::to_string(&[us.as_str(), RUNNER_ARGUMENT])?));
    command.env(STATE_VARIABLE, layout.root()).env(SECRETS_VARIABLE, secrets::names());
    if !has_inherited(&target) {
        command.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_TEST_DEBUG", "0");
    }
    // A hard link keeps a documentation example's executable only within one file system.
    command.env("TMPDIR", &temporary).env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
    command.current_dir(&workspace.root).stdin(Stdio::null());
    // Cargo makes or mends the lock file when it must; the user's tree is not ours to change.
    let lock_file = KeptFile::remember(workspace.root.join("Cargo.lock"), &layout.notes())?;
    let output = guard::output(&mut command).context("cannot run cargo")?;
    lock_file.restore()?;
    what_it_said(&output, tests)
}

/// Whether `cargo test` without a word about targets builds the tests, what documentation examples are built on, and
/// nothing else. Where only they use a library, it is so compiled beside its tests and not after them.
fn can_build_for_examples(workspace: &Workspace) -> bool {
    let packages = &workspace.packages;
    packages.iter().any(|package| package.has_doctests) && !packages.iter().any(|package| package.has_examples)
}

/// Its output, read. Fails when something cut it off: what was killed says nothing of the code.
fn what_it_said(output: &Output, tests: Tests) -> anyhow::Result<CargoOutput> {
    let errors = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    // Of examples some fail in any case: that alone is no sign.
    let is_cut_off = matches!(tests, Tests::Documentation(_)) && [&errors, &printed].into_iter().any(|text| why_cut_off(text).is_some());
    if is_cut_off {
        bail!("{}\n{}", why_not_built(&format!("{errors}\n{printed}")), errors.trim_end());
    }
    if output.status.code().is_none() {
        bail!("{}\n{}", why_not_built(&format!("{errors}\ncargo was ended: {}", output.status)), errors.trim_end());
    }
    let (stems, text) = messages(&printed);
    Ok(CargoOutput { is_success: output.status.success(), stems, text, errors: from_first_error(&errors) })
}

/// What cargo says of its progress is of no use to anyone once it has failed.
fn from_first_error(stderr: &str) -> String {
    let start = stderr.lines().position(|line| line.starts_with("error")).unwrap_or_default();
    stderr.lines().skip(start).flat_map(|line| [line, "\n"]).collect()
}

/// How cargo is told of the runner. A variable wins over every configuration file of the user's, but its
/// words are parted by white space: an executable with white space in its path is called through a link.
struct Runner {
    program: Utf8PathBuf,
    _link: Option<tempfile::TempDir>,
}

impl Runner {
    fn new(us: &Utf8Path) -> anyhow::Result<Runner> {
        if !us.as_str().contains(char::is_whitespace) {
            return Ok(Runner { program: us.to_owned(), _link: None });
        }
        let directory = tempfile::tempdir().context("cannot create a temporary directory")?;
        let link = Utf8PathBuf::try_from(directory.path().join("cargo-gate"))?;
        rustdoc::link_executable(us.as_std_path(), &link).with_context(|| format!("cannot create {link}"))?;
        Ok(Runner { program: link, _link: Some(directory) })
    }

    fn words(&self) -> String {
        format!("{} {RUNNER_ARGUMENT}", self.program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_from_its_first_error() {
        assert_eq!(from_first_error("   Compiling a\nwarning: x\nerror[E1]: no\n --> f\n"), "error[E1]: no\n --> f\n");
        assert_eq!(from_first_error("something else\n"), "something else\n");
    }
}
