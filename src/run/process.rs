//! One test process and its limits: what it is given, and what it leaves. Refuses to say what its end means.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::cage::{Cage, Job, Keeper, Walls};
use super::child::Exit;
use super::table::{DATA_LIMIT, Table, Trace};
use super::temporary::Temporary;
use crate::build::TABLE_VARIABLE;
use crate::guard::budget;

/// A process that was ended from outside is started so often in all.
const ATTEMPTS: u32 = 3;

/// What a process prints beyond so many bytes is read at both ends alone: one that prints without end fills the disk up
/// to the limit of a file, and must not fill our memory.
const MOST_PRINTED: u64 = 32 << 20;

/// What one worker needs to run one process after the other.
#[derive(Debug)]
pub struct Worker {
    table: Table,
    stdout: Utf8PathBuf,
    stderr: Utf8PathBuf,
    temporary: Temporary,
    keeper: Keeper,
    /// Secrets that the policy lets through.
    secrets: BTreeMap<String, String>,
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
    /// Whether a process of the program that was started with other arguments may be copied for it.
    pub can_be_copied: bool,
}

/// What a process may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The slot of the active mutant, or 0.
    pub active: u32,
    /// Steps; past it the process ends itself.
    pub steps: u64,
    /// Memory of its own, in bytes; where there is no more, it mostly ends itself.
    pub data: u64,
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

impl Limits {
    /// Those of the original code: no steps are too many, and what is left ends no test that would end.
    pub fn of_original(wall: Duration) -> Limits {
        Limits { active: 0, steps: u64::MAX, data: DATA_LIMIT, wall, processor: None }
    }
}

impl Worker {
    /// A worker with files of its own in `scratch` and a table of `slots` slots, whose processes have the rights that
    /// `cage` gives. `temporary` is where they put temporary files.
    pub fn new(scratch: &Utf8Path, temporary: &Utf8Path, index: usize, slots: u32, cage: &Cage) -> anyhow::Result<Worker> {
        let own = scratch.join(format!("worker-{index}"));
        fs::create_dir_all(&own).with_context(|| format!("cannot create {own}"))?;
        let temporary = Temporary::new(temporary.join(index.to_string()))?;
        let table = Table::create(own.join("table"), slots)?;
        let mark = format!("{TABLE_VARIABLE}={}", table.path());
        let rules = cage.rules(temporary.root(), table.path(), mark);
        let secrets = cage.secrets();
        let keeper = Keeper::start(rules)?;
        Ok(Worker { table, stdout: own.join("stdout"), stderr: own.join("stderr"), temporary, keeper, secrets })
    }

    /// What is really held back from its processes.
    pub fn walls(&self) -> Walls {
        self.keeper.walls()
    }

    /// The table of its last run.
    pub fn table(&mut self) -> &mut Table {
        &mut self.table
    }

    /// What its last process wrote to standard output; what is not UTF-8 is replaced.
    pub fn stdout(&self) -> String {
        read_ends(&self.stdout, MOST_PRINTED).unwrap_or_default()
    }

    /// What its last process wrote to standard error.
    pub fn stderr(&self) -> String {
        read_ends(&self.stderr, MOST_PRINTED).unwrap_or_default()
    }

    /// Run a process to its end and end everything that it started. Fails only when it cannot be started or watched.
    pub fn run(&mut self, invocation: &Invocation<'_>, limits: Limits) -> anyhow::Result<Ended> {
        self.table.reset(limits.active, limits.steps, limits.data);
        let start = Instant::now();
        let job = self.job(invocation, limits);
        let exit = self.keeper.run(&job)?;
        if exit == Exit::TimeLimit && budget::is_over() {
            bail!("{}", budget::used_up_early());
        }
        let duration = start.elapsed();
        self.temporary.empty()?;
        Ok(Ended { exit, trace: self.table.trace(), duration })
    }

    /// The same, for a process whose end must mean something: one that was ended from outside is started again.
    pub fn run_through(&mut self, invocation: &Invocation<'_>, limits: Limits) -> anyhow::Result<Ended> {
        let mut ended = self.run(invocation, limits)?;
        for _ in 1..ATTEMPTS {
            if !ended.exit.is_from_outside() {
                break;
            }
            ended = self.run(invocation, limits)?;
        }
        Ok(ended)
    }

    fn job(&self, invocation: &Invocation<'_>, limits: Limits) -> Job {
        let words = invocation.runner.iter().cloned().chain([invocation.program.to_string()]).chain(invocation.args.iter().cloned());
        let mut words = words.collect::<Vec<_>>().into_iter();
        let mut environment = invocation.environment.clone();
        let mut set = |name: &str, value: &str| environment.insert(name.to_owned(), value.to_owned());
        for (name, value) in &self.secrets {
            set(name, value);
        }
        set(TABLE_VARIABLE, self.table.path().as_str());
        set("TMPDIR", self.temporary.current().as_str());
        // A backtrace costs more than most tests, and nobody reads it here.
        set("RUST_BACKTRACE", "0");
        set("INSTA_UPDATE", "no");
        set("INSTA_FORCE_PASS", "0");
        // Instrumented frames are larger than the user's own.
        environment.entry("RUST_MIN_STACK".to_owned()).or_insert_with(|| (8 << 20).to_string());
        Job {
            program: words.next().unwrap_or_default(),
            args: words.collect(),
            directory: invocation.directory.to_owned(),
            environment,
            extra: invocation.extra.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            stdout: self.stdout.clone(),
            stderr: self.stderr.clone(),
            wall: budget::time_left().map_or(limits.wall, |left| left.min(limits.wall)),
            processor: limits.processor,
            can_be_copied: invocation.can_be_copied,
        }
    }
}

/// The text of a file, of a large one its first and its last `most / 2` bytes, parted by a line break.
fn read_ends(path: &Utf8Path, most: u64) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    if length <= most {
        file.read_to_end(&mut bytes)?;
    } else {
        file.by_ref().take(most / 2).read_to_end(&mut bytes)?;
        bytes.push(b'\n');
        file.seek(SeekFrom::Start(length - most / 2))?;
        file.take(most / 2).read_to_end(&mut bytes)?;
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_large_file_both_ends_are_read() {
        let place = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(place.path()).unwrap().join("stdout");
        fs::write(&path, b"ab\xffcdefg").unwrap();
        assert_eq!(read_ends(&path, 8).unwrap(), "ab\u{fffd}cdefg");
        assert_eq!(read_ends(&path, 6).unwrap(), "ab\u{fffd}\nefg");
        assert!(read_ends(&path.with_extension("not"), 6).is_err());
    }
}
