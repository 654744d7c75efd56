//! One process in a group of its own: waited for, limited, ended. Refuses to know what it is for.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::guard;

/// How a process left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// With a code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// It was killed because its time was up, the clock's or the processor's.
    TimeLimit,
    /// It was killed because it started too many processes.
    ProcessLimit,
}

impl Exit {
    /// Whether something outside made it end, so that it says nothing about the code.
    pub const fn is_from_outside(self) -> bool {
        matches!(self, Exit::Signal(1 | 2 | 9 | 15))
    }
}

/// Run `command` to its end or until `wall` is over, and end its whole group. Fails only when it cannot be started or
/// watched.
pub fn run_command(command: &mut Command, wall: Duration) -> anyhow::Result<Exit> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (mut child, held) = guard::spawn(command).with_context(|| format!("cannot start {name}"))?;
    let in_time = wait(&child, Instant::now() + wall);
    end_group(pid(&child));
    drop(held);
    let status = child.wait().with_context(|| format!("cannot wait for {name}"))?;
    Ok(if in_time? { exit(status) } else { Exit::TimeLimit })
}

/// SIGXCPU.
const PROCESSOR_LIMIT: i32 = 24;

/// How a process left whose processor time was limited or not.
pub(super) fn exit_within(status: ExitStatus, processor: Option<Duration>) -> Exit {
    match exit(status) {
        Exit::Signal(PROCESSOR_LIMIT) if processor.is_some() => Exit::TimeLimit,
        exit => exit,
    }
}

/// What the process starts later inherits the limit, each with a clock of its own.
#[cfg(target_os = "linux")]
pub(super) fn limit_processor(process: Pid, time: Duration) {
    use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
    let maximum = getrlimit(Resource::Cpu).maximum;
    let seconds = time.as_secs().max(1);
    let current = Some(maximum.map_or(seconds, |maximum| maximum.min(seconds)));
    // The clock's limit stands behind it.
    let _ = prlimit(Some(process), Resource::Cpu, Rlimit { current, maximum });
}

#[cfg(not(target_os = "linux"))]
pub(super) fn limit_processor(_: Pid, _: Duration) {}

#[cfg(unix)]
pub(super) fn exit(status: ExitStatus) -> Exit {
    use std::os::unix::process::ExitStatusExt;
    status.code().map_or_else(|| Exit::Signal(status.signal().unwrap_or_default()), Exit::Code)
}

#[cfg(not(unix))]
pub(super) fn exit(status: ExitStatus) -> Exit {
    Exit::Code(status.code().unwrap_or(-1))
}

#[cfg(unix)]
pub(super) use rustix::process::Pid;

/// Elsewhere nobody asks for a process by its number.
#[cfg(not(unix))]
#[derive(Clone, Copy)]
pub(super) struct Pid;

#[cfg(unix)]
pub(super) fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

#[cfg(not(unix))]
pub(super) fn pid(_: &Child) -> Pid {
    Pid
}

/// Kill what the process started and left behind. The process itself is not reaped yet: its id, which is
/// the group's, cannot belong to anyone else.
#[cfg(unix)]
pub(super) fn end_group(process: Pid) {
    let _ = rustix::process::kill_process_group(process, rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
pub(super) fn end_group(_: Pid) {}

/// Wait until the process ends, without reaping it, or until `deadline`. Says whether it ended.
#[cfg(target_os = "linux")]
pub(super) fn wait(child: &Child, deadline: Instant) -> anyhow::Result<bool> {
    use rustix::event::{PollFd, PollFlags, poll};
    let handle = rustix::process::pidfd_open(pid(child), rustix::process::PidfdFlags::empty()).context("cannot watch a process")?;
    loop {
        match poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&until(deadline))) {
            Ok(0) => return Ok(false),
            Ok(_) => return Ok(true),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("cannot watch a process"),
        }
    }
}

/// The time until `deadline`.
#[cfg(target_os = "linux")]
pub(super) fn until(deadline: Instant) -> rustix::event::Timespec {
    let left = deadline.saturating_duration_since(Instant::now());
    rustix::event::Timespec { tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: left.subsec_nanos().into() }
}

/// Without a handle to wait on the process is asked now and then.
#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn wait(child: &Child, deadline: Instant) -> anyhow::Result<bool> {
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
pub(super) fn wait(_: &Child, _: Instant) -> anyhow::Result<bool> {
    Ok(true)
}
