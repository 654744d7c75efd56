//! What a run is doing while it lasts: runner and reporter meet in [`Progress`] alone. Owns how that looks;
//! refuses to know what stages do. Everything goes to stderr, for stdout belongs to the report.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroU64;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

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
    /// Building the base's tests with the head's code.
    Former,
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
            Stage::Former => "building the base's tests with this code",
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

/// What suits stderr: a bar on a terminal, plain lines elsewhere. What a CI service shows is a log, even where it looks
/// like a terminal.
pub fn for_stderr() -> Box<dyn Progress + Send> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "false");
    let is_log = is_set("CI") || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if io::stderr().is_terminal() && !is_log { Box::new(Bar::new()) } else { Box::new(Steady::new()) }
}

/// How a stage looks of which it is known how far it is.
const COUNTED: &str = "{spinner} {msg} [{bar:30}] {pos}/{len}, {elapsed}{left}";

/// How long the rest takes; nothing as long as that cannot be told.
fn left(state: &ProgressState, out: &mut dyn fmt::Write) {
    let seconds = state.eta().as_secs();
    if state.pos() > 0 && seconds > 0 {
        let _ = write!(out, ", about {seconds}s left");
    }
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
        let layout = if total.is_some() { COUNTED } else { "{spinner} {msg} {elapsed}" };
        let style = ProgressStyle::with_template(layout).expect("a template of our own").progress_chars("=> ");
        self.0.set_style(style.with_key("left", left));
        self.0.set_message(stage.words());
        self.0.reset();
        if let Some(total) = total {
            self.0.set_length(total);
        }
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
    began: Instant,
    last: Instant,
}

impl<W: Write> Log<W> {
    /// Say how far it is, if that was not said for long.
    fn speak_up(&mut self) {
        let Some(stage) = self.stage.filter(|_| self.last.elapsed() >= SILENCE) else { return };
        self.last = Instant::now();
        let lasted = self.began.elapsed();
        let far = self.total.map_or_else(String::new, |total| format!("{} of {total} done, ", self.done));
        let left = self.left(lasted).map_or_else(String::new, |left| format!(", about {} s left", left.as_secs()));
        let _ = writeln!(self.out, "{}: {far}{} s{left}", stage.words(), lasted.as_secs());
    }

    /// How long the rest takes at the pace so far.
    fn left(&self, lasted: Duration) -> Option<Duration> {
        let rest = self.total?.saturating_sub(self.done);
        let millis = u128::from(rest) * lasted.as_millis() / u128::from(NonZeroU64::new(self.done)?.get());
        Some(Duration::from_millis(u64::try_from(millis).ok()?))
    }
}

impl<W: Write + Send> Plain<W> {
    /// Lines to `out`. What cannot be written is lost: progress is no result.
    pub fn new(out: W) -> Self {
        Self(Mutex::new(Log { out, stage: None, done: 0, total: None, began: Instant::now(), last: Instant::now() }))
    }

    /// A panic elsewhere while a line was written leaves nothing here that could mislead.
    fn log(&self) -> std::sync::MutexGuard<'_, Log<W>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<W: Write + Send> Progress for Plain<W> {
    fn stage(&self, stage: Stage, total: Option<u64>) {
        let mut log = self.log();
        (log.stage, log.total, log.done, log.began, log.last) = (Some(stage), total, 0, Instant::now(), Instant::now());
        let _ = match total {
            Some(total) => writeln!(log.out, "{} ({total})", stage.words()),
            None => writeln!(log.out, "{}", stage.words()),
        };
    }

    fn advance(&self, n: u64) {
        let mut log = self.log();
        log.done += n;
        log.speak_up();
    }

    fn note(&self, text: &str) {
        let _ = writeln!(self.log().out, "{}", terminal::block(text));
    }
}

/// Plain lines to stderr that go on while a stage has no steps: who watches a log takes silence for a hang.
struct Steady {
    plain: Arc<Plain<io::Stderr>>,
    /// Closed when the run ends.
    _running: Sender<()>,
}

impl Steady {
    fn new() -> Self {
        let plain = Arc::new(Plain::new(io::stderr()));
        let (running, ended) = mpsc::channel::<()>();
        let watched = Arc::clone(&plain);
        // Without the thread there is less to read and nothing amiss.
        let _ = thread::Builder::new().name("progress".to_owned()).spawn(move || {
            while ended.recv_timeout(SILENCE) == Err(RecvTimeoutError::Timeout) {
                watched.log().speak_up();
            }
        });
        Self { plain, _running: running }
    }
}

impl Progress for Steady {
    fn stage(&self, stage: Stage, total: Option<u64>) {
        self.plain.stage(stage, total);
    }

    fn advance(&self, n: u64) {
        self.plain.advance(n);
    }

    fn note(&self, text: &str) {
        self.plain.note(text);
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
        let wait = |done| {
            let mut log = plain.log();
            let before = Instant::now().checked_sub(Duration::from_millis(30_500)).unwrap();
            (log.began, log.last, log.done) = (before, before, done);
        };
        plain.stage(Stage::Mutants, Some(368));
        wait(80);
        plain.advance(12);
        plain.advance(1);
        plain.stage(Stage::Build, None);
        plain.log().speak_up();
        wait(0);
        plain.log().speak_up();
        let text = String::from_utf8(plain.0.into_inner().unwrap().out).unwrap();
        let expected = "running mutants (368)\nrunning mutants: 92 of 368 done, 30 s, about 91 s left\n\
            building the instrumented tests\nbuilding the instrumented tests: 30 s\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_layouts_are_layouts() {
        let bar = Bar(ProgressBar::hidden());
        bar.stage(Stage::Build, None);
        bar.stage(Stage::Mutants, Some(3));
        bar.advance(2);
        assert_eq!((bar.0.position(), bar.0.length()), (2, Some(3)));
    }
}
