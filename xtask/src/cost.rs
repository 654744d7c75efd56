//! What a command costs: wall clock, processor time of all its processes, memory of the largest. Owns how it is
//! measured; refuses to know what ran.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::command::{output, root, spelled, status};

/// A command that takes longer than this many seconds runs once.
const LONG: f64 = 20.0;

/// What one run cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// On the clock.
    pub(crate) seconds: f64,
    /// Of all processors.
    pub(crate) cpu: f64,
    /// Of the largest process.
    pub(crate) kibibytes: u64,
}

impl Cost {
    /// The lesser of each number.
    fn least(self, other: Cost) -> Cost {
        Cost { seconds: self.seconds.min(other.seconds), cpu: self.cpu.min(other.cpu), kibibytes: self.kibibytes.min(other.kibibytes) }
    }
}

/// The least of so many runs, each number by itself.
pub(crate) fn least(runs: usize, mut run: impl FnMut() -> Result<Cost>) -> Result<Cost> {
    let mut best = run()?;
    for _ in 1..runs {
        if best.seconds > LONG {
            break;
        }
        best = best.least(run()?);
    }
    Ok(best)
}

/// One run. Fails when the command ends with another code than `expected`.
pub(crate) fn once(command: &mut Command, expected: &[i32]) -> Result<Cost> {
    let mut measured = Command::new(std::env::current_exe()?);
    measured.arg("measure").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => measured.env(name, value),
            None => measured.env_remove(name),
        };
    }
    measured.current_dir(command.get_current_dir().unwrap_or(root()));
    let text = String::from_utf8(output(&mut measured)?)?;
    let numbers: Vec<&str> = text.split_whitespace().collect();
    let [seconds, cpu, kibibytes, code] = numbers[..] else { bail!("`{}` could not be measured: {text}", spelled(command)) };
    if !expected.contains(&code.parse()?) {
        bail!("`{}` ended with {code}", spelled(command));
    }
    Ok(Cost { seconds: seconds.parse()?, cpu: cpu.parse()?, kibibytes: kibibytes.parse()? })
}

/// Run a command and tell what its processes cost. It is a process of its own, so that the peak is that of this
/// command alone.
pub(crate) fn measure(words: &[&str]) -> Result<()> {
    let (program, args) = words.split_first().context("a command to measure")?;
    let start = Instant::now();
    let status = status(Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()))?;
    let seconds = start.elapsed().as_secs_f64();
    let (cpu, peak) = of_children();
    println!("{seconds} {cpu} {peak} {}", status.code().unwrap_or(-1));
    Ok(())
}

/// Seconds, for a table.
pub(crate) fn seconds(time: f64) -> String {
    format!("{time:.2} s")
}

/// A line of a table whose columns are so wide.
pub(crate) fn row<const N: usize>(cells: &[String; N], widths: [usize; N]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.concat().trim_end().to_owned()
}

/// Seconds of processor time of all descendants that have ended and were waited for, and the peak of the largest.
#[cfg(unix)]
fn of_children() -> (f64, u64) {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::{TimeVal, TimeValLike};
    let seconds = |time: TimeVal| std::time::Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0)).as_secs_f64();
    getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_or((0.0, 0), |usage| (seconds(usage.user_time()) + seconds(usage.system_time()), u64::try_from(usage.max_rss()).unwrap_or(0)))
}

#[cfg(not(unix))]
fn of_children() -> (f64, u64) {
    (0.0, 0)
}
