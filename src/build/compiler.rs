//! The compiler as the user has it: how it is called, and what it says of itself and the machine rather than of code.
//! Refuses to know what it is called for.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::bail;

use super::layout::{INNER_WRAPPER_VARIABLE, STATE_VARIABLE, TABLE_VARIABLE};
use super::withdraw::Diagnostic;

/// What the compiler says of a crate that it cannot find, read or use.
const UNUSABLE_CRATE: [&str; 5] = ["E0460", "E0462", "E0463", "E0514", "E0786"];

/// The compiler, or a wrapper that the user had before us and that calls it.
pub(super) fn compiler(rustc: &OsStr) -> Command {
    let mut command = match std::env::var_os(INNER_WRAPPER_VARIABLE).filter(|inner| !inner.is_empty()) {
        Some(inner) => {
            let mut command = Command::new(inner);
            command.arg(rustc);
            command
        }
        None => Command::new(rustc),
    };
    // Instrumented code that runs inside the compiler (a procedural macro's library) must not mark a table.
    command.env_remove(STATE_VARIABLE).env_remove(TABLE_VARIABLE);
    command
}

/// An error that points at no source (a linker that fails, a full disk) is nobody's edit, nor is the lack of
/// what every edit calls: cargo is told, and nothing is taken back.
pub(super) fn fail_without_place(errors: &[Diagnostic]) -> anyhow::Result<Option<ExitCode>> {
    let is_ours = |error: &Diagnostic| UNUSABLE_CRATE.contains(&error.code()) && error.message.contains("gate_rt");
    if let Some(error) = errors.iter().find(|error| is_ours(error)) {
        bail!("the compiler cannot use the runtime of instrumented code: {}; run `cargo gate clean` and try again", error.message);
    }
    if errors.iter().any(Diagnostic::is_error) {
        return Ok(None);
    }
    for error in errors.iter().filter(|error| error.level.starts_with("error")) {
        writeln!(std::io::stderr(), "error: {}", error.message)?;
        // The last note of a linker's failure is what the linker said.
        if let Some(note) = error.children.last() {
            writeln!(std::io::stderr(), "{}: {}", note.level, note.message)?;
        }
    }
    Ok(Some(ExitCode::FAILURE))
}

/// The compiler's own code. One that was killed has none and says nothing: that is said for it.
pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
    if status.code().is_none() {
        eprintln!("error: the compiler was ended: {status}");
    }
    ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))
}
