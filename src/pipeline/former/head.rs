//! The head's own run, once it is over: which new tests look at nothing.

use super::super::Facts;
use super::super::active::{self, Planned};
use super::super::assemble::Dynamic;
use super::super::new::Chosen;
use super::super::suite::Measured;
use super::{is_alive, run_all, spread};
use crate::integrity::FormerTest;
use crate::run::{Pool, Target};
use crate::workspace::Source;

/// So many mutants are tried on a new test that asserts nothing.
const MOST_TRIED: usize = 200;

/// The head's own run.
pub(in crate::pipeline) struct Head<'a> {
    pub(in crate::pipeline) sources: &'a [Source<Facts>],
    pub(in crate::pipeline) dynamic: &'a Dynamic,
    pub(in crate::pipeline) planned: &'a Planned,
    pub(in crate::pipeline) measured: &'a Measured,
    pub(in crate::pipeline) pool: &'a Pool,
}

impl Head<'_> {
    /// Those of the tests, which assert nothing, that kill no mutant though they reach some.
    pub(super) fn idle(&self, silent: &[FormerTest]) -> anyhow::Result<Vec<FormerTest>> {
        let mut idle = Vec::new();
        if silent.is_empty() {
            return Ok(idle);
        }
        let all = active::plan(self.sources, self.dynamic, &self.measured.reach, Chosen::All).targets;
        for test in silent {
            if self.is_idle(test, &all)? {
                idle.push(test.clone());
            }
        }
        Ok(idle)
    }

    fn is_idle(&self, test: &FormerTest, all: &[Target]) -> anyhow::Result<bool> {
        let suite = &self.measured.suite;
        let is_it = |index: &usize| suite.tests[*index].is_executable() && test.is_called(&suite.tests[*index].name);
        let called: Vec<usize> = (0..suite.tests.len()).filter(is_it).collect();
        let [index] = called[..] else { return Ok(false) };
        let reach = self.measured.reach.only(index);
        let reached: Vec<Target> = all.iter().copied().filter(|target| !reach.tests(target.mark).is_empty()).collect();
        let targets = spread(&reached, MOST_TRIED);
        let runs = run_all(self.pool, suite, &reach, &targets, || ())?;
        Ok(!targets.is_empty() && runs.iter().all(|run| run.as_ref().is_some_and(is_alive)))
    }
}
