//! Our own command, built for release and called as a user calls it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, root, spelled, status, succeed, target_dir};

/// Build it and say where it is.
pub(crate) fn build() -> Result<PathBuf> {
    succeed(cargo().args(["build", "--quiet", "--release", "--package", "cargo-gate", "--bin", "cargo-gate"]).current_dir(root()))?;
    built("release")
}

/// Where cargo puts it that builds into `folder`.
pub(crate) fn built(folder: &str) -> Result<PathBuf> {
    Ok(target_dir()?.join(folder).join(format!("cargo-gate{}", std::env::consts::EXE_SUFFIX)))
}

/// The command that gates a crate and writes its mutation report.
pub(crate) fn command(program: &Path, crate_folder: &Path, target: &Path, report: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("gate").arg("--manifest-path").arg(crate_folder.join("Cargo.toml")).args(["--format", "json"]);
    write(&mut command, "mutation-report", report).env("CARGO_TARGET_DIR", target).stdout(Stdio::null());
    command
}

/// Have it write one more report.
pub(crate) fn write<'a>(command: &'a mut Command, format: &str, path: &Path) -> &'a mut Command {
    command.arg("--output").arg(format!("{format}={}", path.display()))
}

/// Run it; a verdict is a success, whichever it is, but not the lack of one.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => bail!("`{}` gave no verdict: {status}", spelled(command)),
    }
}

/// A report in JSON, read.
pub(crate) fn read(report: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read_to_string(report).with_context(|| format!("cannot read {}", report.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", report.display()))
}

/// How many mutants a report in the layout of mutation-testing-elements lists.
pub(crate) fn mutants(report: &serde_json::Value) -> usize {
    let files = report["files"].as_object().into_iter().flatten();
    files.map(|(_, file)| file["mutants"].as_array().map_or(0, Vec::len)).sum()
}
