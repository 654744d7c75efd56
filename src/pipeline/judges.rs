//! What the tests say of a program that the lane has built. Owns the order in which they are asked, and that no more of
//! their executables is made than is needed. Refuses to know what was changed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use camino::Utf8Path;

use super::lane::Context;
use super::witnesses::Witnesses;
use crate::build::{LaneArtifacts, Merging, RustdocCall, Seat, Wanted};
use crate::run::{Invocation, LaneRun, MutantRun, TestSet, limited, run_lane, run_lane_documentation};
use crate::score::Status;

/// The documentation examples that may notice a mutant.
pub(super) struct Examples {
    /// Parts of their names; all examples when there are none given.
    parts: Option<BTreeSet<String>>,
    /// Whether there are any examples at all.
    are_there: bool,
}

impl Examples {
    pub(super) fn of(context: &Context<'_>, witnesses: Option<&Witnesses>) -> Examples {
        let (suite, reach) = (&context.measured.suite, &context.measured.reach);
        let is_witness = |test: &usize| witnesses.is_none_or(|witnesses| witnesses.contains(*test, None));
        let examples = (0..suite.tests.len()).filter(|test| !suite.tests[*test].is_executable() && reach.may_judge(*test));
        let names = examples.filter(is_witness).map(|test| &*suite.tests[test].name);
        let parts = witnesses.and_then(|witnesses| witnesses.examples(names));
        Examples { parts, are_there: !context.measured.rustdoc_calls.is_empty() }
    }

    pub(super) fn are_wanted(&self) -> bool {
        self.are_there && self.parts.as_ref().is_none_or(|parts| !parts.is_empty())
    }
}

/// Who may notice a mutant, and what they are made of.
pub(super) struct Judges<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) seat: &'a Seat<'a, 'a>,
    pub(super) wanted: Wanted<'a>,
    pub(super) witnesses: Option<&'a Witnesses>,
    pub(super) examples: &'a Examples,
}

impl Judges<'_> {
    /// Ask one after the other until one notices the mutant.
    pub(super) fn ask(&self, mut artifacts: LaneArtifacts) -> anyhow::Result<MutantRun> {
        let covered_by = self.tests(&artifacts);
        for tests in self.batches(&artifacts, &covered_by) {
            if let Some(run) = self.ask_tests(&mut artifacts, &tests)? {
                return Ok(MutantRun { covered_by, ..run });
            }
        }
        if let Some(run) = self.ask_examples(&artifacts)? {
            return Ok(MutantRun { covered_by, ..run });
        }
        let may_be_seen = self.witnesses.is_none_or(|witnesses| !witnesses.are_none());
        let status = if may_be_seen { Status::Survived } else { Status::NoCoverage };
        Ok(MutantRun::without_killer(status, None, covered_by))
    }

    fn tests(&self, artifacts: &LaneArtifacts) -> TestSet {
        let (suite, reach) = (&self.context.measured.suite, &self.context.measured.reach);
        let is_witness = |test: usize| self.witnesses.is_none_or(|witnesses| witnesses.contains(test, suite.program(test)));
        let is_made = |program| self.is_later(program) || artifacts.executable(program).is_some();
        let has_program = |test: usize| suite.program(test).is_none_or(is_made);
        (0..suite.tests.len()).filter(|test| reach.may_judge(*test) && is_witness(*test) && has_program(*test)).collect()
    }

    fn is_later(&self, program: &Utf8Path) -> bool {
        program.file_stem().is_some_and(|stem| self.wanted.later.contains(stem))
    }

    /// The tests by executable: first what is there, then what is still to be made, each with the most tests first. Slow
    /// tests come last, and one after the other: they are not needed for what is noticed by then.
    fn batches(&self, artifacts: &LaneArtifacts, tests: &TestSet) -> Vec<Vec<usize>> {
        let (suite, reach) = (&self.context.measured.suite, &self.context.measured.reach);
        let mut batches: BTreeMap<(Option<Duration>, usize), Vec<usize>> = BTreeMap::new();
        for test in tests.iter().filter(|test| suite.tests[*test].is_executable()) {
            let slow = reach.is_slow(test).then(|| reach.duration(test));
            batches.entry((slow, suite.binary(test))).or_default().push(test);
        }
        let is_there = |tests: &[usize]| suite.program(tests[0]).is_some_and(|program| artifacts.executable(program).is_some());
        let mut batches: Vec<_> = batches.into_iter().collect();
        batches.sort_by_key(|((slow, _), tests)| (*slow, !is_there(tests), Reverse(tests.len())));
        batches.into_iter().map(|(_, tests)| tests).collect()
    }

    /// What tests of one executable say, which is made for them if it is not there.
    fn ask_tests(&self, artifacts: &mut LaneArtifacts, tests: &[usize]) -> anyhow::Result<Option<MutantRun>> {
        let Context { measured, pool, .. } = self.context;
        let Some(program) = measured.suite.program(tests[0]) else { return Ok(None) };
        if self.is_later(program)
            && let Some(message) = self.seat.add(artifacts, program.file_stem().unwrap_or_default(), self.wanted)?
        {
            return Ok(Some(MutantRun::refused(message)));
        }
        let Some(program) = artifacts.executable(program) else { return Ok(None) };
        Ok(match run_lane(&mut pool.worker(), &measured.suite, &measured.reach, tests, &program)? {
            LaneRun::Passed => None,
            LaneRun::Noticed(run) => Some(run),
        })
    }

    /// What documentation examples say.
    fn ask_examples(&self, artifacts: &LaneArtifacts) -> anyhow::Result<Option<MutantRun>> {
        let Context { measured, pool, .. } = self.context;
        let runner = limited(&measured.suite, &measured.reach)?;
        for call in &measured.rustdoc_calls {
            let Some(args) = artifacts.documentation(call, self.examples.parts.as_ref(), &runner) else { continue };
            let RustdocCall { program, directory, environment, merging, .. } = call;
            let extra = merging.iter().flat_map(Merging::environment).map(|(name, value)| (name, value.to_owned())).collect();
            let invocation = Invocation { runner: &[], program, args, directory, environment, extra, can_be_copied: false };
            if let LaneRun::Noticed(run) = run_lane_documentation(&mut pool.worker(), &measured.suite, &invocation)? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }
}
