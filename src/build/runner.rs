//! The role of cargo's test runner: cargo hands it every test executable with its real working directory
//! and environment, rustdoc every compiled documentation example. It notes them and runs nothing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::process::ExitCode;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::layout::{INNER_WRAPPER_VARIABLE, Layout, STATE_VARIABLE, WRAPPER_VARIABLE};
use super::merged;
use super::plan::write_json;
use super::printed::merged_examples;
use super::rustdoc;
use super::unit::environment;

/// The first argument that makes this process the runner.
pub(super) const RUNNER_ARGUMENT: &str = "__runner";

/// Set in a plain build: its documentation examples are not kept, and pass.
pub(super) const PLAIN_VARIABLE: &str = "CARGO_GATE_PLAIN";

/// The user's own runner, as a list of words in JSON.
pub(super) const USER_RUNNER_VARIABLE: &str = "CARGO_GATE_USER_RUNNER";

/// What a documentation example prints, with its number, so that rustdoc names it.
pub(super) const DOCTEST_MARK: &str = "cargo-gate-doctest ";

/// What our roles below cargo say when they fail: to cargo and rustdoc a failure is the code's.
pub(super) const FAILED: &str = "error: cargo gate: ";

/// An executable that cargo or rustdoc wanted to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// Where it lies; a documentation example's is our own link.
    pub program: Utf8PathBuf,
    /// The arguments it was to get.
    pub args: Vec<String>,
    /// The user's own runner, which is called with the executable; mostly none.
    pub runner: Vec<String>,
    /// The working directory.
    pub directory: Utf8PathBuf,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// What documentation examples it holds; `None` for an executable that cargo built.
    pub doctest: Option<Doctest>,
}

/// How an executable of documentation examples is addressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doctest {
    /// One example; its name comes from rustdoc's own output, by this number.
    One(u32),
    /// Many merged into one, by index.
    Merged(Vec<Example>),
}

/// A documentation example in a merged executable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Its name as rustdoc gives it.
    pub name: String,
    /// Whether it is not to be run.
    pub is_ignored: bool,
    /// Whether it is compiled and not run (`no_run`).
    pub is_only_compiled: bool,
    /// Whether it passes by panicking.
    pub should_panic: bool,
}

/// Whether this process was started as the runner.
pub fn is_runner(args: &[OsString]) -> bool {
    args.get(1).is_some_and(|first| first == RUNNER_ARGUMENT) && std::env::var_os(STATE_VARIABLE).is_some()
}

/// Note the executable in `args` and let the caller believe that it passed.
pub fn run(args: &[OsString]) -> ExitCode {
    ended(record(args))
}

/// How a role below cargo ends.
pub(super) fn ended(role: anyhow::Result<ExitCode>) -> ExitCode {
    role.unwrap_or_else(|error| {
        eprintln!("{FAILED}{error:#}");
        ExitCode::FAILURE
    })
}

fn record(args: &[OsString]) -> anyhow::Result<ExitCode> {
    let state = std::env::var(STATE_VARIABLE).context("the runner runs only inside `cargo gate`")?;
    let layout = Layout::at(state.into());
    let mut texts = args.iter().map(|arg| arg.to_str().map(str::to_owned).context("a test executable whose path is not UTF-8"));
    let given = Utf8PathBuf::from(texts.next().context("no test executable was given")??);
    let directory = Utf8PathBuf::try_from(std::env::current_dir()?)?;
    let program = directory.join(given);
    let number = std::process::id();
    let is_ours = layout.targets().iter().any(|target| program.starts_with(target));
    if !is_ours && std::env::var_os(PLAIN_VARIABLE).is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    // Where the user's configuration makes cargo quiet, the harness would be too; its lines are read.
    let args = texts.filter(|arg| !matches!(arg, Ok(arg) if arg == "--quiet")).collect::<anyhow::Result<_>>()?;
    let (program, doctest) = if is_ours { (program, None) } else { keep(&layout, &program, number)? };
    let runner = std::env::var(USER_RUNNER_VARIABLE).ok().and_then(|words| serde_json::from_str(&words).ok()).unwrap_or_default();
    let recorded = Recorded { runner, program, args, directory, environment: users_environment(), doctest };
    write_json(&layout.executables().join(format!("{number}.json")), &recorded)?;
    if recorded.doctest.is_none() {
        return Ok(ExitCode::SUCCESS);
    }
    // A failure makes rustdoc print the example's name above what it printed.
    println!("{DOCTEST_MARK}{number}");
    Ok(ExitCode::FAILURE)
}

/// The environment without what makes cargo call us: a test may call cargo itself.
fn users_environment() -> BTreeMap<String, String> {
    let mut environment = environment();
    merged::restore(&mut environment);
    rustdoc::restore(&mut environment);
    environment.retain(|name, value| !(name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER") && value.contains(RUNNER_ARGUMENT)));
    if let Some(wrapper) = environment.remove(WRAPPER_VARIABLE) {
        // In a plain build it is the user's own.
        let users = std::env::var(INNER_WRAPPER_VARIABLE).unwrap_or(wrapper);
        if !users.is_empty() {
            environment.insert(WRAPPER_VARIABLE.to_owned(), users);
        }
    }
    environment
}

/// Keep a documentation example's executable beyond rustdoc's own clean-up.
fn keep(layout: &Layout, program: &Utf8Path, number: u32) -> anyhow::Result<(Utf8PathBuf, Option<Doctest>)> {
    let ours = layout.doctests().join(format!("{number}"));
    fs::create_dir_all(layout.doctests())?;
    fs::hard_link(program, &ours).or_else(|_| fs::copy(program, &ours).map(drop)).with_context(|| format!("cannot keep {program}"))?;
    let doctest = match merged::runner_beside(program)? {
        Some(source) => {
            let source = fs::read_to_string(&source).with_context(|| format!("cannot read {source}"))?;
            Doctest::Merged(merged_examples(&source)?)
        }
        None => Doctest::One(number),
    };
    Ok((ours, Some(doctest)))
}
