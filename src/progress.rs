//! What a run is doing while it lasts: runner and reporter meet in [`Progress`] alone. Owns how that looks;
//! refuses to know what stages do. Everything goes to stderr, for stdout belongs to the report.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::terminal;

/// What a run goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading and parsing sources.
    Read,
    /// Building the instrumented tests.
    Build,
    /// Running the tests on the unmutated code.
    Tests,
    /// Running the doctests on the unmutated code.
    Doctests,
    /// Running the mutants.
    Mutants,
    /// Waiting for the policy's own commands, when all else is done.
    Checks,
}

impl Stage {
    const fn words(self) -> &'static str {
        match self {
            Stage::Read => "reading sources",
            Stage::Build => "building the instrumented tests",
            Stage::Tests => "running the tests",
            Stage::Doctests => "running the doctests",
            Stage::Mutants => "running mutants",
            Stage::Checks => "waiting for the checks",
        }
    }
}

/// Where a run announces what it does. Called from any thread.
pub trait Progress: Sync {
    /// A stage begins; `total` is how many steps it has, where that is known.
    fn stage(&self, stage: Stage, total: Option<u64>);
    /// `n` more steps of the stage are done.
    fn advance(&self, n: u64);
    /// Something worth saying at once.
    fn note(&self, text: &str);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: Stage, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn note(&self, _: &str) {}
}

/// What suits stderr: a bar on a terminal, plain lines elsewhere.
pub fn for_stderr() -> Box<dyn Progress + Send> {
    if io::stderr().is_terminal() { Box::new(Bar::new()) } else { Box::new(Plain::new(io::stderr())) }
}

/// A bar on a terminal, gone when dropped.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar on stderr that appears with the first stage.
    pub fn new() -> Self {
        Self(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()))
    }
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Bar {
    fn stage(&self, stage: Stage, total: Option<u64>) {
        let layout = if total.is_some() { "{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}" } else { "{spinner} {msg} {elapsed}" };
        self.0.set_style(ProgressStyle::with_template(layout).expect("a template of our own"));
        self.0.reset();
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_message(stage.words());
        self.0.enable_steady_tick(Duration::from_millis(100));
    }

    fn advance(&self, n: u64) {
        self.0.inc(n);
    }

    fn note(&self, text: &str) {
        self.0.suspend(|| eprintln!("{}", terminal::block(text)));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How long a stage may stay silent in a log.
const SILENCE: Duration = Duration::from_secs(15);

/// Lines in a log: one when a stage begins, and one now and then while a long one lasts.
pub struct Plain<W>(Mutex<Log<W>>);

struct Log<W> {
    out: W,
    stage: Option<Stage>,
    done: u64,
    total: Option<u64>,
    last: Instant,
}

impl<W: Write + Send> Plain<W> {
    /// Lines to `out`. What cannot be written is lost: progress is no result.
    pub fn new(out: W) -> Self {
        Self(Mutex::new(Log { out, stage: None, done: 0, total: None, last: Instant::now() }))
    }

    /// A panic elsewhere while a line was written leaves nothing here that could mislead.
    fn log(&self) -> std::sync::MutexGuard<'_, Log<W>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<W: Write + Send> Progress for Plain<W> {
    fn stage(&self, stage: Stage, total: Option<u64>) {
        let mut log = self.log();
        (log.stage, log.total, log.done, log.last) = (Some(stage), total, 0, Instant::now());
        let _ = match total {
            Some(total) => writeln!(log.out, "{} ({total})", stage.words()),
            None => writeln!(log.out, "{}", stage.words()),
        };
    }

    fn advance(&self, n: u64) {
        let mut log = self.log();
        log.done += n;
        let Some(stage) = log.stage.filter(|_| log.last.elapsed() >= SILENCE) else { return };
        log.last = Instant::now();
        let (done, total) = (log.done, log.total.map_or_else(String::new, |total| format!(" of {total}")));
        let _ = writeln!(log.out, "{}: {done}{total} done", stage.words());
    }

    fn note(&self, text: &str) {
        let _ = writeln!(self.log().out, "{}", terminal::block(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_one_line_per_stage_and_every_note() {
        let plain = Plain::new(Vec::new());
        plain.stage(Stage::Build, None);
        plain.note("a test is set aside: \u{1b}[2J");
        plain.stage(Stage::Mutants, Some(368));
        plain.advance(12);
        let text = String::from_utf8(plain.0.into_inner().unwrap().out).unwrap();
        assert_eq!(text, "building the instrumented tests\na test is set aside: \\u{1b}[2J\nrunning mutants (368)\n");
    }

    #[test]
    fn a_long_stage_speaks_up_again() {
        let plain = Plain::new(Vec::new());
        plain.stage(Stage::Mutants, Some(368));
        plain.log().last = Instant::now().checked_sub(SILENCE).unwrap();
        plain.advance(12);
        plain.advance(1);
        let text = String::from_utf8(plain.0.into_inner().unwrap().out).unwrap();
        assert_eq!(text, "running mutants (368)\nrunning mutants: 12 of 368 done\n");
    }
}
