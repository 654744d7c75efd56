//! The role of rustdoc: cargo calls it to build documentation examples. Its command line is noted, so that
//! the single lane can make the call again, and passed on.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::process::{Command, ExitCode};

use anyhow::Context;
use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::layout::{Layout, STATE_VARIABLE};
use super::merged::Merging;
use super::plan::write_json;
use super::runner::ended;
use super::unit::{environment, utf8_args};

/// The name under which this executable is rustdoc.
const NAME: &str = "gate-rustdoc";

/// The environment variable that names the real one.
const REAL_VARIABLE: &str = "CARGO_GATE_RUSTDOC";

/// What cargo calls where nobody says anything else.
const UNASKED: &str = "rustdoc";

/// Set where examples are to be built later: cargo is to have compiled what they need, and no more.
const PUT_OFF_VARIABLE: &str = "CARGO_GATE_EXAMPLES_LATER";

/// A recorded call of rustdoc.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RustdocCall {
    /// The real rustdoc.
    pub program: Utf8PathBuf,
    /// Its arguments, as cargo gave them.
    pub args: Vec<String>,
    /// The working directory.
    pub directory: Utf8PathBuf,
    /// The environment, our own variables left out.
    pub environment: BTreeMap<String, String>,
    /// What made it merge the examples, if it did.
    pub merging: Option<Merging>,
}

impl RustdocCall {
    /// The same without merging where that is possible no longer.
    #[must_use]
    pub fn of_today(self) -> RustdocCall {
        RustdocCall { merging: self.merging.filter(Merging::is_possible), ..self }
    }
}

/// Whether this process was started as rustdoc.
pub fn is_rustdoc(args: &[OsString]) -> bool {
    is_called(args, NAME) && std::env::var_os(REAL_VARIABLE).is_some()
}

/// Whether this process was started by a name of ours: see [`link_to_us`].
pub(super) fn is_called(args: &[OsString], name: &str) -> bool {
    args.first().and_then(|arg| std::path::Path::new(arg).file_stem()).is_some_and(|stem| stem == name)
}

/// Note the call and make it.
pub fn run(args: &[OsString]) -> ExitCode {
    ended(pass_on(args))
}

fn pass_on(args: &[OsString]) -> anyhow::Result<ExitCode> {
    let real = std::env::var_os(REAL_VARIABLE).context("rustdoc's role is played only inside `cargo gate`")?;
    let state = std::env::var(STATE_VARIABLE).context("rustdoc's role is played only inside `cargo gate`")?;
    let mut command = Command::new(&real);
    command.args(args);
    if let (Some(args), Some(program)) = (utf8_args(args), real.to_str())
        && args.iter().any(|arg| arg == "--test")
    {
        if std::env::var_os(PUT_OFF_VARIABLE).is_some() {
            return Ok(ExitCode::SUCCESS);
        }
        let directory = Utf8PathBuf::try_from(std::env::current_dir()?)?;
        let merging = Merging::wanted(&args);
        if let Some(merging) = &merging {
            command.args(merging.args()).envs(merging.environment());
        }
        let call = RustdocCall { program: program.into(), args, directory, environment: environment(), merging };
        write_json(&Layout::at(state.into()).rustdoc().join(format!("{}.json", std::process::id())), &call)?;
    }
    let status = command.status().with_context(|| format!("cannot run {}", real.display()))?;
    // Cargo takes any failure for that of an example.
    let code = status.code().with_context(|| format!("rustdoc was ended: {status}"))?;
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// What makes cargo call this executable instead of rustdoc. Fails when the link cannot be made.
pub(super) fn variables(layout: &Layout) -> anyhow::Result<Vec<(&'static str, OsString)>> {
    let real = std::env::var_os("RUSTDOC").unwrap_or_else(|| UNASKED.into());
    Ok(vec![("RUSTDOC", link_to_us(layout, NAME)?), (REAL_VARIABLE, real)])
}

/// The same, and nothing is built yet.
pub(super) fn put_off(layout: &Layout) -> anyhow::Result<Vec<(&'static str, OsString)>> {
    let mut variables = variables(layout)?;
    variables.push((PUT_OFF_VARIABLE, "1".into()));
    Ok(variables)
}

/// Give an environment below such a cargo the user's own rustdoc back: a test may call cargo itself.
pub(super) fn restore(environment: &mut BTreeMap<String, String>) {
    let Ok(real) = std::env::var(REAL_VARIABLE) else { return };
    environment.remove("RUSTDOC");
    if real != UNASKED {
        environment.insert("RUSTDOC".to_owned(), real);
    }
}

/// A link to this executable, by whose name it knows its role.
pub(super) fn link_to_us(layout: &Layout, name: &str) -> anyhow::Result<OsString> {
    let us = std::env::current_exe()?;
    let link = layout.root().join(name).with_extension(std::env::consts::EXE_EXTENSION);
    if link.exists() || fs::symlink_metadata(&link).is_ok() {
        fs::remove_file(&link).with_context(|| format!("cannot remove {link}"))?;
    }
    link_executable(&us, &link).with_context(|| format!("cannot create {link}"))?;
    Ok(link.into_os_string())
}

#[cfg(unix)]
pub(super) fn link_executable(us: &std::path::Path, link: &camino::Utf8Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(us, link)
}

#[cfg(not(unix))]
pub(super) fn link_executable(us: &std::path::Path, link: &camino::Utf8Path) -> std::io::Result<()> {
    fs::hard_link(us, link).or_else(|_| fs::copy(us, link).map(drop))
}
