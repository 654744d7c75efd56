//! One test process and its limits: started in a group of its own, watched, and ended with everything it
//! started. Refuses to say what its end means.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::table::{Table, Trace};
use crate::build::TABLE_VARIABLE;
use crate::guard;

/// What one worker needs to run one process after the other.
#[derive(Debug)]
pub struct Worker {
    table: Table,
    stdout: Utf8PathBuf,
    stderr: Utf8PathBuf,
    temporary: Utf8PathBuf,
}

/// A process to start.
#[derive(Clone, Debug)]
pub struct Invocation<'a> {
    /// The user's own runner, called with the executable; mostly none.
    pub runner: &'a [String],
    /// The executable.
    pub program: &'a Utf8Path,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its working directory.
    pub directory: &'a Utf8Path,
    /// Its whole environment, to which a few variables of ours are added.
    pub environment: &'a BTreeMap<String, String>,
    /// Variables on top.
    pub extra: Vec<(&'static str, String)>,
}

/// What a process may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The slot of the active mutant, or 0.
    pub active: u32,
    /// Steps; past it the process ends itself.
    pub steps: u64,
    /// Time by the clock; past it the process is killed.
    pub wall: Duration,
    /// The processor's time, in whole seconds: unlike the clock's it does not depend on what else the machine
    /// does. None where it is not limited; some systems cannot.
    pub processor: Option<Duration>,
}

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit.
    pub exit: Exit,
    /// What it left in the table.
    pub trace: Trace,
    /// How long it took.
    pub duration: Duration,
}

/// How a process left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With a code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// It was killed because its time was up, the clock's or the processor's.
    TimeLimit,
}

impl Exit {
    /// Whether people or systems ended it: SIGHUP, SIGINT, SIGKILL and SIGTERM; a program that breaks dies
    /// of other signals.
    pub const fn is_from_outside(self) -> bool {
        matches!(self, Exit::Signal(1 | 2 | 9 | 15))
    }
}

impl Worker {
    /// A worker with files of its own in `scratch` and a table of `slots` slots. `temporary` is where its
    /// processes put temporary files.
    pub fn new(scratch: &Utf8Path, temporary: &Utf8Path, index: usize, slots: u32) -> anyhow::Result<Worker> {
        fs::create_dir_all(scratch).with_context(|| format!("cannot create {scratch}"))?;
        let temporary = temporary.join(index.to_string());
        fs::create_dir_all(&temporary).with_context(|| format!("cannot create {temporary}"))?;
        let table = Table::create(scratch.join(format!("table-{index}")), slots)?;
        Ok(Worker { table, stdout: scratch.join(format!("stdout-{index}")), stderr: scratch.join(format!("stderr-{index}")), temporary })
    }

    /// The table of its last run.
    pub fn table(&mut self) -> &mut Table {
        &mut self.table
    }

    /// What its last process wrote to standard output; what is not UTF-8 is replaced.
    pub fn stdout(&self) -> String {
        fs::read(&self.stdout).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// What its last process wrote to standard error.
    pub fn stderr(&self) -> String {
        fs::read(&self.stderr).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Run a process to its end and end its whole group. Fails only when it cannot be started or watched.
    pub fn run(&mut self, invocation: &Invocation<'_>, limits: Limits) -> anyhow::Result<Ended> {
        self.table.reset(limits.active, limits.steps);
        let start = Instant::now();
        let (mut child, held) = self.spawn(invocation).with_context(|| format!("cannot start {}", invocation.program))?;
        if let Some(time) = limits.processor {
            limit_processor(&child, time);
        }
        let in_time = wait(&child, start + limits.wall);
        end_group(&child);
        // Before it is reaped: its number may then be another's.
        drop(held);
        let status = child.wait().with_context(|| format!("cannot wait for {}", invocation.program))?;
        let exit = match exit(status) {
            Exit::Signal(PROCESSOR_LIMIT) if limits.processor.is_some() => Exit::TimeLimit,
            exit => {
                if in_time? {
                    exit
                } else {
                    Exit::TimeLimit
                }
            }
        };
        Ok(Ended { exit, trace: self.table.trace(), duration: start.elapsed() })
    }

    fn spawn(&self, invocation: &Invocation<'_>) -> std::io::Result<(Child, guard::Held)> {
        let mut command = match invocation.runner {
            [] => Command::new(invocation.program),
            [program, args @ ..] => {
                let mut command = Command::new(program);
                command.args(args).arg(invocation.program);
                command
            }
        };
        command.args(&invocation.args).current_dir(invocation.directory);
        command.env_clear().envs(invocation.environment).envs(invocation.extra.iter().map(|(name, value)| (name, value)));
        command.env(TABLE_VARIABLE, self.table.path()).env("TMPDIR", &self.temporary);
        // A backtrace costs more than most tests, and nobody reads it here.
        command.env("RUST_BACKTRACE", "0").env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0");
        // Instrumented frames are larger than the user's own.
        if !invocation.environment.contains_key("RUST_MIN_STACK") {
            command.env("RUST_MIN_STACK", (8 << 20).to_string());
        }
        command.stdin(Stdio::null()).stdout(File::create(&self.stdout)?).stderr(File::create(&self.stderr)?);
        guard::spawn(&mut command)
    }
}

/// Run `command` to its end or until `wall` is over, and end its whole group. Fails only when it cannot be started or
/// watched.
pub fn run_command(command: &mut Command, wall: Duration) -> anyhow::Result<Exit> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (mut child, held) = guard::spawn(command).with_context(|| format!("cannot start {name}"))?;
    let in_time = wait(&child, Instant::now() + wall);
    end_group(&child);
    drop(held);
    let status = child.wait().with_context(|| format!("cannot wait for {name}"))?;
    Ok(if in_time? { exit(status) } else { Exit::TimeLimit })
}

/// SIGXCPU.
const PROCESSOR_LIMIT: i32 = 24;

/// What the process starts later inherits the limit, each with a clock of its own.
#[cfg(target_os = "linux")]
fn limit_processor(child: &Child, time: Duration) {
    use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
    let maximum = getrlimit(Resource::Cpu).maximum;
    let seconds = time.as_secs().max(1);
    let current = Some(maximum.map_or(seconds, |maximum| maximum.min(seconds)));
    // The clock's limit stands behind it.
    let _ = prlimit(Some(pid(child)), Resource::Cpu, Rlimit { current, maximum });
}

#[cfg(not(target_os = "linux"))]
fn limit_processor(_: &Child, _: Duration) {}

#[cfg(unix)]
fn exit(status: ExitStatus) -> Exit {
    use std::os::unix::process::ExitStatusExt;
    status.code().map_or_else(|| Exit::Signal(status.signal().unwrap_or_default()), Exit::Code)
}

#[cfg(not(unix))]
fn exit(status: ExitStatus) -> Exit {
    Exit::Code(status.code().unwrap_or(-1))
}

#[cfg(unix)]
fn pid(child: &Child) -> rustix::process::Pid {
    rustix::process::Pid::from_child(child)
}

/// Kill what the process started and left behind. The process itself is not reaped yet: its id, which is
/// the group's, cannot belong to anyone else.
#[cfg(unix)]
fn end_group(child: &Child) {
    let _ = rustix::process::kill_process_group(pid(child), rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
fn end_group(_: &Child) {}

/// Wait until the process ends, without reaping it, or until `deadline`. Says whether it ended.
#[cfg(target_os = "linux")]
fn wait(child: &Child, deadline: Instant) -> anyhow::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let handle = rustix::process::pidfd_open(pid(child), rustix::process::PidfdFlags::empty()).context("cannot watch a process")?;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec { tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return Ok(false),
            Ok(_) => return Ok(true),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("cannot watch a process"),
        }
    }
}

/// Without a handle to wait on the process is asked now and then.
#[cfg(all(unix, not(target_os = "linux")))]
fn wait(child: &Child, deadline: Instant) -> anyhow::Result<bool> {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    while waitid(WaitId::Pid(pid(child)), options).context("cannot watch a process")?.is_none() {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(true)
}

/// Here only the process itself can be waited for, and without a limit.
#[cfg(not(unix))]
fn wait(_: &Child, _: Instant) -> anyhow::Result<bool> {
    Ok(true)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn end(script: &str, wall: u64, processor: Option<u64>) -> Exit {
        let directory = tempfile::tempdir().unwrap();
        let at = Utf8Path::from_path(directory.path()).unwrap();
        let mut worker = Worker::new(at, at, 0, 1).unwrap();
        let environment = BTreeMap::new();
        let args = vec!["-c".to_owned(), script.to_owned()];
        let invocation =
            Invocation { runner: &[], program: "/bin/sh".into(), args, directory: at, environment: &environment, extra: Vec::new() };
        let limits = Limits { active: 0, steps: u64::MAX, wall: Duration::from_secs(wall), processor: processor.map(Duration::from_secs) };
        worker.run(&invocation, limits).unwrap().exit
    }

    #[test]
    fn a_loop_is_ended_by_the_time_it_took_and_not_by_the_clock() {
        assert_eq!(end("while :; do :; done", 600, Some(1)), Exit::TimeLimit);
    }

    #[test]
    fn one_that_waits_is_ended_by_the_clock() {
        assert_eq!(end("exec sleep 600", 1, Some(60)), Exit::TimeLimit);
    }

    #[test]
    fn others_end_as_they_end() {
        assert_eq!(end("exit 3", 60, Some(60)), Exit::Code(3));
        assert_eq!(end("kill -s XCPU $$", 60, None), Exit::Signal(PROCESSOR_LIMIT));
    }
}
