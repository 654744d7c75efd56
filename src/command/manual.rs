//! What shells and `man` want to know, made from the definition of the command line.

use std::process::ExitCode;

use clap_complete::Shell;

use super::tell::print;
use crate::cli::definition;

/// Completions for `shell`, of the program under its own name: `cargo` completes its own commands.
pub(super) fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut definition(), "cargo-gate", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}

/// The manual page.
pub(super) fn page() -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_mangen::Man::new(definition()).render(&mut text)?;
    print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}
