//! The suite on the unmutated code: listed, run test by test, run whole, and what does not pass looked at
//! twice. A test is red only when it fails without instrumentation too.

use std::thread::ScopedJoinHandle;

use anyhow::anyhow;

use super::caged::{holes, misfits};
use crate::build::printed::RefusedExample;
use crate::build::{Builder, Built, Documentation, Plain, RustdocCall};
use crate::progress::{Progress, Stage};
use crate::run::{CageScore, Doubt, Outcome, Pool, ReachMap, Suite, TestRun, WholeRun, run_each, run_whole};
use crate::score::{FailedTest, TestScore};

/// What the baseline learned.
pub(super) struct Measured {
    pub(super) suite: Suite,
    pub(super) reach: ReachMap,
    pub(super) tests: TestScore,
    /// What could not be measured of it: tests that cannot live in the cage.
    pub(super) problems: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) cage: CageScore,
    pub(super) rustdoc_calls: Vec<RustdocCall>,
}

impl Measured {
    /// Whether mutants may be judged: against a red suite every mutant looks killed.
    pub(super) fn is_green(&self) -> bool {
        self.tests.failed.is_empty() && self.problems.is_empty() && self.tests.passed > 0
    }

    /// The name of a test.
    pub(super) fn name(&self, test: usize) -> String {
        self.suite.tests[test].name.clone()
    }
}

type Building<'scope> = ScopedJoinHandle<'scope, anyhow::Result<Documentation>>;

/// Run the baseline. `documentation` is being built meanwhile; `slots` is the table's size. Of the other tests those
/// run whose names `is_wanted`.
pub(super) fn baseline(
    builder: &Builder<'_>,
    pool: &Pool,
    built: &Built,
    documentation: Option<Building<'_>>,
    slots: u32,
    is_wanted: &dyn Fn(&str) -> bool,
    progress: &dyn Progress,
) -> anyhow::Result<Measured> {
    let names = std::collections::BTreeMap::new();
    let mut suite = Suite::list(pool, built.executables.clone(), &built.units, &names)?;
    suite.tests.retain(|test| is_wanted(&test.name));
    let mut runs = run_stage(pool, &suite, Stage::Tests, progress)?;
    let whole = run_whole(pool, &suite, &runs)?;
    let (mut rustdoc_calls, mut refused) = (Vec::new(), Vec::new());
    if let Some(building) = documentation {
        let documentation = building.join().map_err(|_| anyhow!("building the documentation examples panicked; please report it"))??;
        (rustdoc_calls, refused) = (documentation.calls, documentation.refused);
        let examples = Suite::list(pool, documentation.executables, &[], &documentation.names)?;
        runs.extend(run_stage(pool, &examples, Stage::Doctests, progress)?);
        suite.append(examples);
    }
    let mut suspects: Vec<usize> = (0..runs.len()).filter(|test| runs[*test].outcome != Outcome::Passed).collect();
    let misfits = misfits(pool, &suite, &suspects, builder.target_dir())?;
    suspects.retain(|test| !misfits.tests.contains(test));
    // A second look at what an example's own process says would be the same as the first.
    let is_looked_at = suspects.iter().any(|test| suite.tests[*test].is_executable()) || !refused.is_empty();
    let plain = if is_looked_at { Some(builder.build_plain()?) } else { None };
    let (red, disturbed): (Vec<_>, Vec<_>) =
        refused.into_iter().partition(|example| plain.as_ref().is_none_or(|plain| plain.refused.contains(&example.name)));
    let fates = second_look(pool, built, &suite, &suspects, plain)?;
    let mut warnings: Vec<String> = whole.iter().flat_map(|run| order_warnings(&suite, run)).collect();
    let cage = pool.cage_score();
    let (mut problems, holes) = holes(&cage);
    problems.extend(misfits.problems);
    warnings.extend(holes.into_iter().chain(pool.cage().warnings()));
    let mut tests = TestScore { passed: passed(&runs), failed: Vec::new(), ignored: suite.ignored };
    tests.failed.extend(red.into_iter().map(|example| FailedTest { name: example.name, output: example.said }));
    let set_aside =
        |example: &RefusedExample| format!("test `{}` is set aside: it compiles, and not in the instrumented build", example.name);
    warnings.extend(disturbed.iter().map(set_aside));
    for (test, fate) in suspects.into_iter().zip(fates) {
        let name = suite.tests[test].name.clone();
        match (fate, &runs[test].outcome) {
            (Fate::SetAside(why), _) => warnings.push(format!("test `{name}` is set aside: {why}")),
            (Fate::Red, Outcome::Failed(output)) => tests.failed.push(FailedTest { name, output: output.clone() }),
            (Fate::Red, Outcome::Passed) => {}
        }
    }
    Ok(Measured { reach: ReachMap::new(runs, &whole, slots), suite, tests, problems, warnings, cage, rustdoc_calls })
}

fn run_stage(pool: &Pool, suite: &Suite, stage: Stage, progress: &dyn Progress) -> anyhow::Result<Vec<TestRun>> {
    progress.stage(stage, Some(suite.tests.len() as u64));
    run_each(pool, suite, || progress.advance(1))
}

fn passed(runs: &[TestRun]) -> u32 {
    u32::try_from(runs.iter().filter(|run| run.outcome == Outcome::Passed).count()).unwrap_or(u32::MAX)
}

fn order_warnings(suite: &Suite, run: &WholeRun) -> Vec<String> {
    let warning = |(test, doubt): &(usize, Doubt)| {
        let name = &suite.tests[*test].name;
        match doubt {
            Doubt::Order => format!("test `{name}` passes alone and fails after others: it depends on their order and judges no mutant"),
            Doubt::Flaky => format!("test `{name}` passes and fails without a change: it is flaky and judges no mutant"),
        }
    };
    let mut warnings: Vec<String> = run.failed.iter().map(warning).collect();
    if !run.has_passed {
        let name = &suite.tests[run.tests[0]].name;
        warnings
            .push(format!("the executable of test `{name}` fails when its tests share a process, and does not say which: each runs alone"));
    }
    warnings
}

/// What a test that failed in the baseline is.
enum Fate {
    /// It fails without instrumentation too.
    Red,
    /// It does not, or only because it runs alone: why it cannot be used.
    SetAside(String),
}

/// Look at the suspects again, in the code as the user wrote it.
fn second_look(pool: &Pool, built: &Built, suite: &Suite, suspects: &[usize], plain: Option<Plain>) -> anyhow::Result<Vec<Fate>> {
    let Some(Plain { executables, .. }) = plain.filter(|_| !suspects.is_empty()) else {
        return Ok(suspects.iter().map(|_| Fate::Red).collect());
    };
    let plain = Suite::list(pool, executables, &built.units, &std::collections::BTreeMap::new())?;
    let alone = run_each(pool, &plain, || ())?;
    let together = run_whole_unconditionally(pool, &plain, &alone)?;
    let fate = |test: &usize| {
        let Some(plain_test) = plain.named(&suite.tests[*test].name) else { return Fate::Red };
        if alone[plain_test].outcome == Outcome::Passed {
            return Fate::SetAside("it passes, and fails only in the instrumented build".to_owned());
        }
        let passes_among_others = together.iter().any(|passed| passed.contains(&plain_test));
        if passes_among_others { Fate::SetAside("it passes after other tests and fails alone".to_owned()) } else { Fate::Red }
    };
    Ok(suspects.iter().map(fate).collect())
}

/// Run whole executables that hold a test which failed alone; give the tests of those that passed.
fn run_whole_unconditionally(pool: &Pool, suite: &Suite, alone: &[TestRun]) -> anyhow::Result<Vec<Vec<usize>>> {
    let hopeful: Vec<TestRun> = alone.iter().map(|run| TestRun { outcome: Outcome::Passed, ..run.clone() }).collect();
    let whole = run_whole(pool, suite, &hopeful)?;
    let passed = |run: WholeRun| {
        let failed: Vec<usize> = run.failed.iter().map(|(test, _)| *test).collect();
        run.tests.into_iter().filter(|test| !failed.contains(test)).collect()
    };
    Ok(whole.into_iter().filter(|run| run.has_passed).map(passed).collect())
}
