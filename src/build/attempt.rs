//! One call of rustc on instrumented text: what it says is kept, and cargo hears of artifacts alone. Refuses
//! to know what the messages mean.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};

use anyhow::Context;

use super::withdraw::Diagnostic;

/// Lints that deny by default: with lints capped a mutant passes that a real edit would not. They are
/// forced to warn, and a warning inside an alternative counts as the compiler's refusal.
pub(super) const DENIED_LINTS: [&str; 4] =
    ["arithmetic_overflow", "unconditional_panic", "overflowing_literals", "invalid_reference_casting"];

/// How one call of rustc ended.
pub(super) enum Attempt {
    /// It compiled; the lints that were forced to warn.
    Compiled(Vec<Diagnostic>),
    /// It did not, before anyone could build on it.
    Refused(Vec<Diagnostic>),
    /// It did not, after cargo had been told of its metadata: cargo must be called again.
    RefusedLate(Vec<Diagnostic>),
}

/// Call rustc. Cargo, which reads our standard error, is told of artifacts as soon as others may build on them, and
/// `on_announced` is called.
pub(super) fn attempt(command: &mut Command, mut on_announced: impl FnMut()) -> anyhow::Result<Attempt> {
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let mut diagnostics = Vec::new();
    let mut is_announced = false;
    for line in BufReader::new(child.stderr.take().context("rustc's messages are piped")?).lines() {
        let line = line?;
        if is_announcement(&line) {
            is_announced = true;
            on_announced();
            writeln!(std::io::stderr(), "{line}")?;
        } else if let Ok(diagnostic) = serde_json::from_str::<Diagnostic>(&line) {
            diagnostics.push(diagnostic);
        } else if !line.starts_with("{\"$message_type\":\"artifact\"") {
            writeln!(std::io::stderr(), "{line}")?;
        }
    }
    let status = child.wait()?;
    if status.code().is_none() {
        writeln!(std::io::stderr(), "error: the compiler was ended: {status}")?;
    }
    Ok(match (status.success(), is_announced) {
        (true, _) => Attempt::Compiled(diagnostics),
        (false, false) => Attempt::Refused(diagnostics),
        (false, true) => Attempt::RefusedLate(diagnostics),
    })
}

/// Whether the line tells cargo that others may build on this crate.
fn is_announcement(line: &str) -> bool {
    line.starts_with("{\"$message_type\":\"artifact\"") && !line.contains("\"emit\":\"dep-info\"")
}
