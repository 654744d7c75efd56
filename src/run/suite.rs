//! The tests there are: from recorded executables to single tests that can be run alone. Owns how a test
//! is addressed and how its end is read.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8Path;

use super::child::Exit;
use super::listing::{Listed, list_one};
use super::pool::Pool;
use super::printed::{failed, have_passed};
use super::process::{Ended, Invocation};
use crate::build::{Recorded, Unit};

/// Every test executable and every test.
#[derive(Debug, Default)]
pub struct Suite {
    binaries: Vec<Binary>,
    /// The tests, in the order of executables and of their own listing. A test's index is its id.
    pub tests: Vec<Test>,
    /// How many tests are `#[ignore]`d.
    pub ignored: u32,
}

#[derive(Clone, Debug)]
struct Binary {
    recorded: Recorded,
    harness: Harness,
    /// How long it takes to start.
    start: Duration,
}

/// How the tests of an executable are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harness {
    /// The standard harness: by exact names.
    Standard,
    /// The executable is one test.
    Whole,
    /// Merged documentation examples: by index.
    Merged,
}

/// One test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Unique, for people: `executable::path::name`, or rustdoc's name of an example.
    pub name: String,
    pub(super) binary: usize,
    /// Its name for the standard harness, or its index among merged examples.
    pub(super) selector: String,
    /// Whether the process that runs it alone fails when the test passes.
    pub(super) fails_when_passing: bool,
    pub(super) is_example: bool,
}

impl Test {
    /// Whether it stands in an executable that cargo built: documentation examples do not.
    pub fn is_executable(&self) -> bool {
        !self.is_example
    }
}

impl Suite {
    /// Ask every executable for its tests. `units` tells which of them have the standard harness, `names`
    /// names single documentation examples.
    pub fn list(pool: &Pool, executables: Vec<Recorded>, units: &[Unit], names: &BTreeMap<u32, String>) -> anyhow::Result<Suite> {
        let listed = pool.map(&executables, |worker, recorded| list_one(worker, recorded, units, names));
        let mut suite = Suite::default();
        for (recorded, listed) in executables.into_iter().zip(listed) {
            let Listed { harness, tests, ignored, start } = listed?;
            let binary = suite.binaries.len();
            suite.tests.extend(tests.into_iter().map(|test| Test { binary, ..test }));
            suite.ignored += ignored;
            suite.binaries.push(Binary { recorded, harness, start });
        }
        Ok(suite)
    }

    /// This suite and the tests of another behind its own.
    pub fn append(&mut self, other: Suite) {
        let offset = self.binaries.len();
        self.binaries.extend(other.binaries);
        self.tests.extend(other.tests.into_iter().map(|test| Test { binary: test.binary + offset, ..test }));
        self.ignored += other.ignored;
    }

    /// The same tests in other builds of their executables; nothing where one has no other.
    pub fn built_as(&self, others: Vec<Recorded>) -> Option<Suite> {
        let stem = |recorded: &Recorded| recorded.program.file_stem().map(str::to_owned);
        let mut others: BTreeMap<Option<String>, Recorded> = others.into_iter().map(|other| (stem(&other), other)).collect();
        let built = |binary: &Binary| match binary.recorded.doctest {
            Some(_) => Some(binary.clone()),
            None => Some(Binary { recorded: others.remove(&stem(&binary.recorded))?, ..*binary }),
        };
        let binaries = self.binaries.iter().map(built).collect::<Option<_>>()?;
        Some(Suite { binaries, tests: self.tests.clone(), ignored: self.ignored })
    }

    /// The executable that holds the test: tests of one executable can share a process.
    pub fn binary(&self, test: usize) -> usize {
        self.tests[test].binary
    }

    /// The executable of the test, when cargo built it.
    pub fn program(&self, test: usize) -> Option<&Utf8Path> {
        let recorded = &self.binaries[self.binary(test)].recorded;
        recorded.doctest.is_none().then_some(&*recorded.program)
    }

    /// How long it takes to start the executable that holds the test.
    pub fn start(&self, test: usize) -> Duration {
        self.binaries[self.binary(test)].start
    }

    /// Whether several tests of its executable can share a process.
    pub fn can_batch(&self, test: usize) -> bool {
        self.binaries[self.binary(test)].harness == Harness::Standard
    }

    /// How to run `tests`, which share an executable, in one process and one after the other.
    pub fn invocation(&self, tests: &[usize]) -> Invocation<'_> {
        let Binary { recorded, harness, .. } = &self.binaries[self.binary(tests[0])];
        let mut args = recorded.args.clone();
        let mut extra = Vec::new();
        match harness {
            Harness::Standard => {
                args.extend(["--exact", "--test-threads=1"].map(str::to_owned));
                args.extend(tests.iter().map(|test| self.tests[*test].selector.clone()));
            }
            Harness::Merged => extra.push(("RUSTDOC_DOCTEST_RUN_NB_TEST", self.tests[tests[0]].selector.clone())),
            Harness::Whole => {}
        }
        Invocation {
            runner: &recorded.runner,
            program: &recorded.program,
            args,
            directory: &recorded.directory,
            environment: &recorded.environment,
            extra,
            // Other programs than harnesses and examples may do anything when they are started without a test.
            can_be_copied: recorded.runner.is_empty() && (*harness == Harness::Standard || recorded.doctest.is_some()),
        }
    }

    /// Whether a process that ran `tests` says that all of them ran and passed.
    pub fn is_pass(&self, tests: &[usize], ended: &Ended, stdout: &str) -> bool {
        match self.binaries[self.binary(tests[0])].harness {
            Harness::Standard => ended.exit == Exit::Code(0) && have_passed(stdout, tests.len()),
            Harness::Whole | Harness::Merged => self.is_expected_exit(tests, ended.exit),
        }
    }

    /// Whether a process that ran `tests` left as it does when all of them pass. Weaker than
    /// [`Suite::is_pass`]: a mutant that leaves early with code 0 is noticed by no `cargo test` either.
    pub fn is_expected_exit(&self, tests: &[usize], exit: Exit) -> bool {
        match exit {
            Exit::Code(code) => (code != 0) == self.tests[tests[0]].fails_when_passing,
            Exit::Signal(_) | Exit::TimeLimit | Exit::ProcessLimit => false,
        }
    }

    /// The test of that name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.tests.iter().position(|test| test.name == name)
    }

    /// The tests that share an executable with `test`, itself included.
    pub fn siblings(&self, test: usize) -> Vec<usize> {
        (0..self.tests.len()).filter(|other| self.binary(*other) == self.binary(test)).collect()
    }

    /// Which of `tests` the harness's own lines name as failed; when it died on the way, the one it ran.
    pub fn failed_of(&self, tests: &[usize], stdout: &str) -> Option<usize> {
        if tests.len() == 1 {
            return Some(tests[0]);
        }
        let name = failed(stdout)?;
        tests.iter().copied().find(|test| self.tests[*test].selector == name)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A suite of one executable with these tests, which takes 5 ms to start.
    pub(in super::super) fn suite(names: &[&str]) -> Suite {
        let test = |name: &&str| Test {
            name: (*name).to_owned(),
            binary: 0,
            selector: (*name).to_owned(),
            fails_when_passing: false,
            is_example: false,
        };
        let recorded = Recorded {
            runner: vec![],
            program: "p".into(),
            args: vec![],
            directory: "/".into(),
            environment: BTreeMap::new(),
            doctest: None,
        };
        Suite {
            binaries: vec![Binary { recorded, harness: Harness::Standard, start: Duration::from_millis(5) }],
            tests: names.iter().map(test).collect(),
            ignored: 0,
        }
    }

    #[test]
    fn the_failed_test_of_a_batch_is_read_from_the_harness() {
        let suite = suite(&["a", "m::b", "c"]);
        let all = [0, 1, 2];
        assert_eq!(suite.failed_of(&all, "running 3 tests\ntest a ... ok\ntest m::b ... FAILED\ntest c ... ok\n"), Some(1));
        assert_eq!(suite.failed_of(&all, "test x ... FAILED\n"), None);
        assert_eq!(suite.failed_of(&[2], ""), Some(2));
    }

    #[test]
    fn a_pass_needs_the_exit_and_the_count() {
        let suite = suite(&["a", "b"]);
        let ended = |exit| Ended {
            exit,
            trace: crate::run::Trace { is_activated: false, is_exhausted: false, is_in_constant: false, steps: 0, data: 0 },
            duration: Duration::ZERO,
        };
        let stdout = "test result: ok. 2 passed; 0 failed";
        assert!(suite.is_pass(&[0, 1], &ended(Exit::Code(0)), stdout));
        assert!(!suite.is_pass(&[0], &ended(Exit::Code(0)), stdout));
        assert!(!suite.is_pass(&[0, 1], &ended(Exit::Code(101)), stdout));
        assert!(!suite.is_pass(&[0, 1], &ended(Exit::Signal(11)), stdout));
    }
}
