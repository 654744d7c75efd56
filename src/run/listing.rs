//! Asking an executable for its tests. Owns which harness an executable has; refuses to run a test.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::bail;

use super::child::Exit;
use super::printed::listed;
use super::process::{Invocation, Limits, Worker};
use super::suite::{Harness, Test};
use crate::build::{Doctest, Recorded, Unit};

const LIST_WALL: Duration = Duration::from_secs(60);

/// What an executable says that it has.
pub(super) struct Listed {
    pub(super) harness: Harness,
    pub(super) tests: Vec<Test>,
    /// How many are `#[ignore]`d.
    pub(super) ignored: u32,
    /// How long it takes to start, as far as that was seen.
    pub(super) start: Duration,
}

impl Listed {
    fn whole(test: Test) -> Listed {
        Listed { harness: Harness::Whole, tests: vec![test], ignored: 0, start: Duration::ZERO }
    }
}

/// The tests of one executable.
pub(super) fn list_one(worker: &mut Worker, recorded: &Recorded, units: &[Unit], names: &BTreeMap<u32, String>) -> anyhow::Result<Listed> {
    match &recorded.doctest {
        Some(Doctest::One(number)) => Ok(Listed::whole(example(names.get(number), *number))),
        Some(Doctest::Merged(examples)) => {
            let to_run = examples.iter().enumerate().filter(|(_, example)| !example.is_ignored && !example.is_only_compiled);
            let tests = to_run.map(|(index, example)| Test {
                name: example.name.clone(),
                binary: 0,
                selector: index.to_string(),
                fails_when_passing: example.should_panic,
                is_example: true,
            });
            let ignored = u32::try_from(examples.iter().filter(|example| example.is_ignored).count())?;
            Ok(Listed { harness: Harness::Merged, tests: tests.collect(), ignored, start: Duration::ZERO })
        }
        None => list_executable(worker, recorded, units),
    }
}

/// A single example. One that rustdoc did not name is one that is meant to panic: our runner's failure
/// looked like a success to rustdoc.
fn example(name: Option<&String>, number: u32) -> Test {
    let shown = name.cloned().unwrap_or_else(|| format!("documentation example that should panic #{number}"));
    Test { name: shown, binary: 0, selector: String::new(), fails_when_passing: name.is_none(), is_example: true }
}

fn list_executable(worker: &mut Worker, recorded: &Recorded, units: &[Unit]) -> anyhow::Result<Listed> {
    let stem = recorded.program.file_stem().unwrap_or_default();
    // A plain build has other hashes than the recorded units, and the same crate names.
    let without_hash = stem.rsplit_once('-').map_or(stem, |(name, _)| name);
    let exact = units.iter().find(|unit| unit.file_stem() == stem);
    let unit = exact.or_else(|| units.iter().find(|unit| unit.crate_name() == without_hash && unit.is_test()));
    let name = unit.map_or(without_hash, Unit::crate_name);
    if unit.is_some_and(|unit| !unit.is_test()) {
        let test = Test { name: name.to_owned(), binary: 0, selector: String::new(), fails_when_passing: false, is_example: false };
        return Ok(Listed::whole(test));
    }
    let (said, _) = list(worker, recorded, &[])?;
    let (ignored, start) = list(worker, recorded, &["--ignored"])?;
    let ignored = listed(&ignored);
    let tests = listed(&said).into_iter().filter(|test| !ignored.contains(test)).map(|selector| Test {
        name: format!("{name}::{selector}"),
        binary: 0,
        selector,
        fails_when_passing: false,
        is_example: false,
    });
    let (tests, ignored) = (tests.collect(), u32::try_from(ignored.len())?);
    Ok(Listed { harness: Harness::Standard, tests, ignored, start })
}

/// What the executable prints when it is asked for its tests, and how long that takes.
fn list(worker: &mut Worker, recorded: &Recorded, more: &[&str]) -> anyhow::Result<(String, Duration)> {
    let mut args = recorded.args.clone();
    args.extend(["--list", "--format=terse"].iter().chain(more).map(|&arg| arg.to_owned()));
    let invocation = Invocation {
        runner: &recorded.runner,
        program: &recorded.program,
        args,
        directory: &recorded.directory,
        environment: &recorded.environment,
        extra: vec![],
        can_be_copied: false,
    };
    let ended = worker.run_through(&invocation, Limits::of_original(LIST_WALL))?;
    if ended.exit != Exit::Code(0) {
        bail!("{} does not list its tests ({:?})\n{}", recorded.program, ended.exit, worker.stderr().trim_end());
    }
    Ok((worker.stdout(), ended.duration))
}
