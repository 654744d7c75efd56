//! This tool and cargo-mutants on the same crates in one go, each with a cold target directory: wall clock and
//! processor time. Both make the same mutants (the corpus is gated with cargo-mutants' operators).

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, root, spelled, status};
use crate::corpus::{self, Entry};
use crate::gate;

/// What a run cost.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    /// Processor time of the process and all its descendants; zero where the platform does not tell.
    cpu: Duration,
}

/// Wall clock or processor time.
type Part = fn(Cost) -> Duration;

/// Measure the named crates, or all, and print the table.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let program = gate::build()?;
    let peer = has_cargo_mutants();
    if !peer {
        println!("cargo-mutants is not installed, so nothing is compared; get it with: cargo install --locked cargo-mutants@27.1.0");
    }
    println!("{}", row(&["crate", "mutants", "gate", "cpu", "cargo-mutants -j2", "cpu", "wall ratio", "cpu ratio"].map(str::to_owned)));
    for entry in corpus::select(names)? {
        let folder = corpus::fetch(&entry)?;
        let (ours, mutants) = measure_gate(&program, &entry, &folder)?;
        let theirs = if peer { Some(measure_cargo_mutants(&entry, &folder)?) } else { None };
        println!("{}", row(&cells(&entry, mutants, ours, theirs)));
    }
    Ok(())
}

fn has_cargo_mutants() -> bool {
    let found = cargo().args(["mutants", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

fn measure_gate(program: &Path, entry: &Entry, folder: &Path) -> Result<(Cost, usize)> {
    let work = cold(entry, "gate")?;
    let report = work.join("mutation-report.json");
    let mut command = gate::command(program, folder, &work.join("target"), &report);
    let cost = cost(|| gate::run(command.stderr(Stdio::null())))?;
    let report = gate::read(&report)?;
    let files = report["files"].as_object().into_iter().flatten();
    Ok((cost, files.map(|(_, file)| file["mutants"].as_array().map_or(0, Vec::len)).sum()))
}

/// It copies the crate and builds in the copy, so its target directory is cold by itself.
fn measure_cargo_mutants(entry: &Entry, folder: &Path) -> Result<Cost> {
    let work = cold(entry, "cargo-mutants")?;
    let mut command = cargo();
    command.args(["mutants", "-j2", "--colors=never", "--gitignore=false", "--dir"]).arg(folder).arg("--output").arg(work);
    command.env_remove("CARGO_TARGET_DIR").stdout(Stdio::null()).stderr(Stdio::null());
    cost(|| verdict_of_cargo_mutants(&mut command))
}

/// 2 and 3 say that mutants survived or timed out: verdicts, too.
fn verdict_of_cargo_mutants(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    match status.code() {
        Some(0 | 2 | 3) => Ok(()),
        _ => bail!("`{}` gave no verdict: {status}", spelled(command)),
    }
}

/// An empty folder for one tool on one crate.
fn cold(entry: &Entry, tool: &str) -> Result<std::path::PathBuf> {
    let folder = root().join("target/bench").join(entry.id()).join(tool);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

fn cost(run: impl FnOnce() -> Result<()>) -> Result<Cost> {
    let (start, before) = (Instant::now(), children_cpu());
    run()?;
    Ok(Cost { wall: start.elapsed(), cpu: children_cpu().saturating_sub(before) })
}

/// Processor time of all descendants that have ended and were waited for.
#[cfg(unix)]
pub(crate) fn children_cpu() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::{TimeVal, TimeValLike};
    let duration = |time: TimeVal| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0));
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(Duration::ZERO, |usage| duration(usage.user_time()) + duration(usage.system_time()))
}

#[cfg(not(unix))]
pub(crate) fn children_cpu() -> Duration {
    Duration::ZERO
}

fn cells(entry: &Entry, mutants: usize, ours: Cost, theirs: Option<Cost>) -> [String; 8] {
    let seconds = |time: Duration| if time.is_zero() { "-".to_owned() } else { format!("{:.2} s", time.as_secs_f64()) };
    let of_theirs = |part: Part| theirs.map_or_else(|| "-".to_owned(), |cost| seconds(part(cost)));
    let ratio = |part: Part| match theirs.map(part) {
        Some(time) if !time.is_zero() && !part(ours).is_zero() => format!("{:.1}x", time.as_secs_f64() / part(ours).as_secs_f64()),
        _ => "-".to_owned(),
    };
    let wall: Part = |cost| cost.wall;
    let cpu: Part = |cost| cost.cpu;
    [entry.id(), mutants.to_string(), seconds(ours.wall), seconds(ours.cpu), of_theirs(wall), of_theirs(cpu), ratio(wall), ratio(cpu)]
}

fn row(cells: &[String; 8]) -> String {
    let widths = [24, 8, 10, 10, 18, 10, 11, 10];
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.concat().trim_end().to_owned()
}
