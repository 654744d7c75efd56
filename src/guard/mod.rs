//! What must not outlive this process: the processes that it started, temporary directories, and a file of
//! the user's that a tool may have changed on our behalf. A second process of ours, the watcher, holds the
//! other end of a pipe. However we die, the pipe closes; the watcher then ends and puts back what is still
//! noted. Refuses to know why anything runs.

pub mod budget;
mod kept;
mod last_words;
#[cfg(target_os = "linux")]
pub mod tree;
mod watcher;

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::thread;

use anyhow::Context;

pub use kept::{KeptFile, put_back_left_overs};
pub use last_words::{STACK, or_last_words};
pub use watcher::{is_watcher, run_watcher};

use watcher::WATCHER_ARGUMENT;

/// The watcher of this process: a process has one death, so there is one. None in roles other than the
/// command's own, and in runs that start nothing.
static WATCHER: RwLock<Option<Watcher>> = RwLock::new(None);

/// Set when a signal asked us to end: from then on nothing is started and no thread goes on.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

struct Watcher {
    process: Child,
    pipe: ChildStdin,
}

/// Something that the watcher ends or puts back, until this is dropped.
#[derive(Debug)]
pub struct Held {
    item: String,
}

/// Start the watcher, and end in order when a signal asks for it. Fails when that cannot be had.
pub fn start() -> anyhow::Result<()> {
    let us = std::env::current_exe().context("cannot tell where this program lies")?;
    let mut command = Command::new(us);
    command.arg(WATCHER_ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    own_group(&mut command);
    let mut process = command.spawn().context("cannot start the process that cleans up after this one")?;
    let pipe = process.stdin.take().context("the watcher's input is piped")?;
    *WATCHER.write().unwrap_or_else(PoisonError::into_inner) = Some(Watcher { process, pipe });
    heed_signals().context("cannot listen for signals")
}

/// Start `command` in a process group of its own, which ends with us at the latest.
pub fn spawn(command: &mut Command) -> io::Result<(Child, Held)> {
    own_group(command);
    // Held over the start: what a signal finds is either not started or noted.
    let watcher = watcher();
    let child = command.spawn()?;
    let item = format!("{} {}", watcher::GROUP, child.id());
    tell(watcher.as_ref(), '+', &item);
    Ok((child, Held { item }))
}

/// To be called before something is asked of a process of ours that started long ago. Does not return once we are
/// ending.
pub fn go_on() {
    drop(watcher());
}

/// Run `command` to its end, in a group as [`spawn`] makes it, and collect what it prints. Fails when it cannot be
/// started, and when the [`budget`] is used up before it is done.
pub fn output(command: &mut Command) -> io::Result<Output> {
    let (child, _held) = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let Some(left) = budget::time_left() else { return child.wait_with_output() };
    let (number, (done, is_done)) = (child.id(), mpsc::channel::<()>());
    thread::scope(|scope| {
        let ended = scope.spawn(move || {
            let is_late = is_done.recv_timeout(left) == Err(RecvTimeoutError::Timeout);
            if is_late {
                end_group(number);
            }
            is_late
        });
        let output = child.wait_with_output();
        drop(done);
        if ended.join().unwrap_or(false) { Err(io::Error::new(io::ErrorKind::TimedOut, budget::used_up_early())) } else { output }
    })
}

/// End the group that the process `leader` leads, with all that is below it. It is not reaped yet, or its number could
/// be another's by now: the caller waits for it meanwhile, and only what it has left is of interest then.
fn end_group(leader: u32) {
    if let Ok(leader) = i32::try_from(leader) {
        watcher::end_groups(&[leader]);
    }
}

/// Have a temporary directory removed when we cannot do it any more.
pub fn hold_directory(path: impl Display) -> Held {
    hold(watcher::DIRECTORY, path)
}

fn hold(kind: &str, what: impl Display) -> Held {
    let held = Held { item: format!("{kind} {what}") };
    tell(watcher().as_ref(), '+', &held.item);
    held
}

impl Drop for Held {
    fn drop(&mut self) {
        tell(watcher().as_ref(), '-', &self.item);
    }
}

/// The watcher, if there is one. Does not return once we are ending: what the caller would see next are
/// processes that we killed.
fn watcher() -> RwLockReadGuard<'static, Option<Watcher>> {
    let watcher = WATCHER.read().unwrap_or_else(PoisonError::into_inner);
    if !IS_ENDING.load(Ordering::SeqCst) {
        return watcher;
    }
    drop(watcher);
    loop {
        thread::park();
    }
}

fn tell(watcher: Option<&Watcher>, sign: char, item: &str) {
    if let Some(watcher) = watcher {
        // A watcher that was killed cannot be helped; the run itself does not need it.
        let _ = (&watcher.pipe).write_all(format!("{sign}{item}\n").as_bytes());
    }
}

/// SIGINT and SIGTERM end us when everything else has ended, with the exit codes that shells give them.
#[cfg(unix)]
fn heed_signals() -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            end();
            std::process::exit(128 + signal);
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
}

/// Here the process just ends; the watcher does the rest.
#[cfg(not(unix))]
fn heed_signals() -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn end() {
    IS_ENDING.store(true, Ordering::SeqCst);
    let watcher = WATCHER.write().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(Watcher { mut process, pipe }) = watcher {
        drop(pipe);
        // When it cannot be waited for it works on without us.
        let _ = process.wait();
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}
