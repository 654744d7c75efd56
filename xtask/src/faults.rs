//! Runs that are killed at random moments, as a whole or in one of their processes, and runs that find no room on the
//! disk; each is followed by one with nothing in its way, which must come to the verdict of an undisturbed one. Counts
//! what lives on, what is left in halves, and what the tree has lost. All of it follows from the seed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use walkdir::{DirEntry, WalkDir};

use crate::command::{cargo, root, succeed, target_dir};

/// Small crates that between them have switched mutants, mutants that are built alone, doctests, members without a lock
/// file, and one that never ends.
const CRATES: [&str; 5] = ["all-pass", "const-fn", "doctest-kill", "workspace", "hang"];

/// What a run leaves must be gone so soon after its end.
const PATIENCE: Duration = Duration::from_secs(10);

/// What went wrong, by its kind.
#[derive(Default)]
struct Tally {
    runs: BTreeMap<&'static str, u32>,
    wrong: Vec<String>,
}

/// A source of numbers: the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

/// A crate in a place of its own.
struct Place {
    folder: PathBuf,
    target: PathBuf,
    before: BTreeMap<PathBuf, Vec<u8>>,
    truth: Value,
    took: Duration,
}

/// Whether every run after a fault came out as ever.
pub(crate) fn run(runs: &str, seed: &str) -> Result<bool> {
    let runs: u32 = runs.parse().context("how many runs is a number")?;
    let mut random = Random(seed.parse::<u64>().context("the seed is a number")?.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    // The tool as tests have it: nothing is timed here.
    succeed(cargo().args(["build", "--quiet", "--package", "cargo-gate", "--bin", "cargo-gate"]).current_dir(root()))?;
    let program = target_dir()?.join("debug/cargo-gate");
    let folder = root().join("target/faults");
    let places: Vec<Place> = CRATES.iter().map(|name| Place::new(&program, &folder, name)).collect::<Result<_>>()?;
    let mut tally = Tally::default();
    for number in 0..runs {
        let place = &places[usize::try_from(random.below(places.len() as u64))?];
        // Half of them start from nothing.
        if random.below(2) == 0 {
            place.wipe()?;
        }
        let (kind, what) = match random.below(4) {
            0 => ("the gate killed", place.killed(&program, &mut random, Signal::SIGKILL)?),
            1 => ("the gate asked to end", place.killed(&program, &mut random, Signal::SIGTERM)?),
            2 => ("one process of the run killed", place.one_killed(&program, &mut random)?),
            _ => ("no room on the disk", place.without_room(&program, &mut random)?),
        };
        *tally.runs.entry(kind).or_default() += 1;
        let name = place.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        tally.wrong.extend(what.into_iter().chain(place.look(&program)?).map(|what| format!("run {number}, {name}, {kind}: {what}")));
        if number % 20 == 19 {
            eprintln!("{} of {runs}, {} wrong", number + 1, tally.wrong.len());
        }
    }
    for (kind, count) in &tally.runs {
        println!("{count:>5}  {kind}");
    }
    tally.wrong.iter().for_each(|wrong| println!("{wrong}"));
    println!("{runs} runs with seed {seed}: {} wrong", tally.wrong.len());
    Ok(tally.wrong.is_empty())
}

impl Place {
    fn new(program: &Path, folder: &Path, name: &str) -> Result<Place> {
        let place = folder.join(name);
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        copy(&root().join("fixtures").join(name), &place)?;
        let target = folder.join(format!("target-{name}"));
        let mut place = Place { before: tree(&place)?, folder: place, target, truth: Value::Null, took: Duration::ZERO };
        place.wipe()?;
        let start = Instant::now();
        place.truth = verdict(&place.command(program).output()?.stdout)?;
        place.took = start.elapsed();
        Ok(place)
    }

    fn wipe(&self) -> Result<()> {
        if self.target.exists() {
            fs::remove_dir_all(&self.target).with_context(|| format!("cannot remove {}", self.target.display()))?;
        }
        Ok(fs::create_dir_all(&self.target)?)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(["gate", "--format", "json"]).current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.target);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The gate gets a signal at some moment.
    fn killed(&self, program: &Path, random: &mut Random, signal: Signal) -> Result<Option<String>> {
        let mut run = self.command(program).stdout(Stdio::null()).spawn()?;
        thread::sleep(self.moment(random)?);
        // It may have ended by then.
        let _ = kill(Pid::from_raw(i32::try_from(run.id())?), signal);
        run.wait()?;
        Ok(None)
    }

    /// Any process of the run is killed: a compiler, a linker, cargo, a test, who starts or watches them.
    fn one_killed(&self, program: &Path, random: &mut Random) -> Result<Option<String>> {
        let run = self.command(program).stdout(Stdio::piped()).spawn()?;
        thread::sleep(self.moment(random)?);
        let all = self.processes();
        let victim = all.get(usize::try_from(random.below(all.len() as u64))?);
        if let Some((number, _)) = victim {
            let _ = kill(Pid::from_raw(*number), Signal::SIGKILL);
        }
        let output = run.wait_with_output()?;
        // Killed itself, it says nothing. If not, it is right or it does not know.
        let Some(0 | 1) = output.status.code() else { return Ok(None) };
        let found = verdict(&output.stdout)?;
        let is_honest = found == self.truth;
        Ok((!is_honest).then(|| format!("another verdict when this was killed: {victim:?}: {}", difference("", &self.truth, &found))))
    }

    /// The target directory lies on a disk that is too small, then large enough.
    fn without_room(&self, program: &Path, random: &mut Random) -> Result<Option<String>> {
        let most = 1 << (6 + random.below(6));
        let kibibytes = 16 + random.below(most);
        let at = self.target.display();
        let gate = format!("{} gate --format json", program.display());
        let script = format!(
            "set -e; mount -t tmpfs -o size={kibibytes}k none {at}; {gate} >/dev/null || true; mount -o remount,size=1g {at}; exec {gate}"
        );
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).current_dir(&self.folder);
        let output = command.env("CARGO_TARGET_DIR", &self.target).stdin(Stdio::null()).output().context("cannot start unshare")?;
        let found = verdict(&output.stdout).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned());
        Ok(match found {
            Ok(found) if found == self.truth => None,
            Ok(found) => Some(format!("another verdict after {kibibytes} KiB: {}", difference("", &self.truth, &found))),
            Err(error) => Some(format!("no verdict after {kibibytes} KiB: {error:#}")),
        })
    }

    fn moment(&self, random: &mut Random) -> Result<Duration> {
        Ok(Duration::from_micros(random.below(u64::try_from(self.took.as_micros())?)))
    }

    /// What is wrong after a fault: what lives on, what is in halves, what the tree lost, and the next verdict.
    fn look(&self, program: &Path) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        let start = Instant::now();
        while !self.processes().is_empty() && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(10));
        }
        wrong.extend(self.processes().iter().map(|(number, line)| format!("lives on: {number} {line}")));
        // What cargo keeps it checks itself.
        let is_ours = |entry: &DirEntry| !matches!(entry.file_name().to_str(), Some("build" | "plain"));
        for entry in WalkDir::new(&self.target).into_iter().filter_entry(is_ours).flatten() {
            let is_json = entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "json");
            if is_json && serde_json::from_slice::<Value>(&fs::read(entry.path()).unwrap_or_default()).is_err() {
                wrong.push(format!("in halves: {}", entry.path().display()));
            }
        }
        let output = self.command(program).stderr(Stdio::piped()).output()?;
        match verdict(&output.stdout) {
            Ok(found) if found == self.truth => {}
            Ok(found) => wrong.push(format!("another verdict: {}", difference("", &self.truth, &found))),
            Err(error) => wrong.push(format!("no verdict: {error:#}; {}", String::from_utf8_lossy(&output.stderr))),
        }
        if tree(&self.folder)? != self.before {
            wrong.push("the tree is not as it was".to_owned());
        }
        Ok(wrong)
    }

    /// Numbers and command lines of what works in the target directory.
    fn processes(&self) -> Vec<(i32, String)> {
        let folder = format!("{}", self.target.display());
        let read = |number: i32, file: &str| {
            String::from_utf8_lossy(&fs::read(format!("/proc/{number}/{file}")).unwrap_or_default()).replace('\0', " ")
        };
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let ours = numbers.filter(|number| read(*number, "environ").contains(&folder));
        ours.map(|number| (number, read(number, "cmdline"))).filter(|(_, line)| !line.is_empty()).collect()
    }
}

/// What of a report says what was found: all that does not depend on time and on what earlier runs knew.
fn verdict(report: &[u8]) -> Result<Value> {
    let mut report: Value = serde_json::from_slice(report).context("there is no report")?;
    ensure!(report["outcome"] != "inconclusive", "inconclusive: {}", report["problems"]);
    for key in ["timings", "findings", "warnings"] {
        report.as_object_mut().map(|report| report.remove(key));
    }
    // A loop is ended by its steps or by its time.
    if let Some(mutants) = report["mutants"]["list"].as_array_mut() {
        for mutant in mutants {
            mutant["reason"] = Value::Null;
        }
    }
    Ok(report)
}

/// The first place where two reports differ, and what stands there.
fn difference(at: &str, one: &Value, other: &Value) -> String {
    let (ours, theirs) = match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys());
            let differing = keys.filter(|key| one.get(*key) != other.get(*key));
            let Some(key) = differing.into_iter().next() else { return String::new() };
            return difference(&format!("{at}/{key}"), &one[key], other.get(key).unwrap_or(&Value::Null));
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let Some(index) = (0..one.len()).find(|index| one[*index] != other[*index]) else { return String::new() };
            return difference(&format!("{at}/{index}"), &one[index], &other[index]);
        }
        _ => (one.to_string(), other.to_string()),
    };
    format!("{at} is {theirs:.300} and not {ours:.300}")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else if entry.file_name() != "Cargo.lock" || !from.ends_with("workspace") {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn tree(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let files = WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.map(|entry| Ok((entry.path().to_owned(), fs::read(entry.path())?))).collect()
}

/// How many runs, and the seed.
pub(crate) fn defaults<'a>(args: &[&'a str]) -> Result<(&'a str, &'a str)> {
    match args {
        [] => Ok(("200", "1")),
        [runs] => Ok((runs, "1")),
        [runs, seed] => Ok((runs, seed)),
        _ => bail!("expected how many runs, and a seed"),
    }
}
