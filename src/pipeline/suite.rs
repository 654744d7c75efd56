//! The suite on the unmutated code: listed, run test by test, run whole, and what does not pass looked at
//! twice. A test is red only when it fails without instrumentation too.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context;
use globset::GlobMatcher;

use super::caged::{holes, misfits};
use super::examples::Documenting;
use crate::build::printed::RefusedExample;
use crate::build::{Builder, Built, Plain, RustdocCall};
use crate::policy::glob;
use crate::progress::{Progress, Stage};
use crate::run::{CageScore, Doubt, Outcome, Pool, ReachMap, Suite, TestRun, WholeRun, run_alone, run_each, run_whole};
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
    /// The time it took to be done with documentation examples when all other tests were.
    pub(super) examples: Duration,
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

/// Which tests run and which judge, by name.
pub(super) struct Choice<'a> {
    is_wanted: &'a dyn Fn(&str) -> bool,
    /// Globs of those that judge no mutants. Nothing but the user's own code runs in them, so that they run as `cargo
    /// test` runs them.
    skipped: Vec<(&'a String, GlobMatcher)>,
}

impl<'a> Choice<'a> {
    /// Those run that `is_wanted`, and all documentation examples; those judge that no glob of `skipped` names.
    pub(super) fn new(is_wanted: &'a dyn Fn(&str) -> bool, skipped: &'a [String]) -> anyhow::Result<Choice<'a>> {
        let not_one = |text: &str| format!("`{text}` in [mutation] skip-tests is no glob");
        let matcher = |text: &'a String| Ok((text, glob(text).with_context(|| not_one(text))?.compile_matcher()));
        Ok(Choice { is_wanted, skipped: skipped.iter().map(matcher).collect::<anyhow::Result<_>>()? })
    }

    /// The tests of the suite that judge no mutants.
    pub(super) fn skips(&self, suite: &Suite) -> Vec<usize> {
        let is_skipped = |test: &usize| self.skipped.iter().any(|(_, glob)| glob.is_match(&suite.tests[*test].name));
        (0..suite.tests.len()).filter(is_skipped).collect()
    }

    /// Globs that match nothing.
    fn warnings(&self, suite: &Suite) -> impl Iterator<Item = String> {
        let idle = self.skipped.iter().filter(|(_, glob)| !suite.tests.iter().any(|test| glob.is_match(&test.name)));
        idle.map(|(text, _)| format!("`{text}` in [mutation] skip-tests matches no test; remove it or mend it"))
    }
}

/// Run the baseline. `documentation` is being built meanwhile; `slots` is the table's size.
pub(super) fn baseline(
    builder: &Builder<'_>,
    pool: &Pool,
    built: &Built,
    documentation: Option<Documenting<'_, '_>>,
    slots: u32,
    choice: &Choice<'_>,
    progress: &dyn Progress,
) -> anyhow::Result<Measured> {
    let names = BTreeMap::new();
    let mut suite = Suite::list(pool, built.executables.clone(), &built.units, &names)?;
    suite.tests.retain(|test| (choice.is_wanted)(&test.name));
    let mut skipped = choice.skips(&suite);
    let mut runs = run_stage(pool, &suite, &skipped, Stage::Tests, progress)?;
    let whole = run_whole(pool, &suite, |test| runs[test].is_sociable() && !skipped.contains(&test))?;
    let (mut rustdoc_calls, mut refused) = (Vec::new(), Vec::new());
    let mut others_done = Instant::now();
    if let Some(documenting) = documentation {
        if documenting.is_building() && runs.iter().all(|run| run.outcome == Outcome::Passed) {
            (documenting.meanwhile)(&suite, &ReachMap::new(runs.clone(), &whole, slots).without_the_say_of(&skipped))?;
            others_done = Instant::now();
        }
        let examples = documenting.run(pool, choice, progress)?;
        (rustdoc_calls, refused) = (examples.calls, examples.refused);
        runs.extend(examples.runs);
        skipped.extend(examples.skipped.iter().map(|test| suite.tests.len() + test));
        suite.append(examples.suite);
    }
    let examples = others_done.elapsed();
    let mut suspects: Vec<usize> = (0..runs.len()).filter(|test| runs[*test].outcome != Outcome::Passed).collect();
    let caged: Vec<usize> = suspects.iter().copied().filter(|test| !skipped.contains(test)).collect();
    let misfits = misfits(pool, &suite, &caged, builder.target_dir())?;
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
    warnings.extend(holes.into_iter().chain(pool.cage().warnings()).chain(choice.warnings(&suite)));
    warnings.extend(disturbed.iter().map(set_aside));
    let mut tests = TestScore { passed: passed(&runs), failed: Vec::new(), ignored: suite.ignored, skipped: count(skipped.len()) };
    tests.failed.extend(red.into_iter().map(|example| FailedTest { name: example.name, output: example.said }));
    for (test, fate) in suspects.into_iter().zip(fates) {
        let name = suite.tests[test].name.clone();
        match (fate, &runs[test].outcome) {
            (Fate::SetAside(why), _) => warnings.push(format!("test `{name}` is set aside: {why}")),
            (Fate::Red, Outcome::Failed(output)) => tests.failed.push(FailedTest { name, output: output.clone() }),
            (Fate::Red, Outcome::Passed) => {}
        }
    }
    Ok(Measured {
        reach: ReachMap::new(runs, &whole, slots).without_the_say_of(&skipped),
        suite,
        tests,
        problems,
        warnings,
        cage,
        rustdoc_calls,
        examples,
    })
}

/// Run each test of the suite alone, as a stage of its own.
pub(super) fn run_stage(
    pool: &Pool,
    suite: &Suite,
    skipped: &[usize],
    stage: Stage,
    progress: &dyn Progress,
) -> anyhow::Result<Vec<TestRun>> {
    progress.stage(stage, Some(suite.tests.len() as u64));
    run_chosen(pool, suite, skipped, || progress.advance(1))
}

/// Run each test of the suite alone, those that are `skipped` with all rights.
pub(super) fn run_chosen(pool: &Pool, suite: &Suite, skipped: &[usize], on_done: impl Fn() + Sync) -> anyhow::Result<Vec<TestRun>> {
    let judging: Vec<usize> = (0..suite.tests.len()).filter(|test| !skipped.contains(test)).collect();
    let mut runs: Vec<(usize, TestRun)> = judging.iter().copied().zip(run_each(pool, suite, &judging, &on_done)?).collect();
    if !skipped.is_empty() {
        runs.extend(skipped.iter().copied().zip(run_each(&pool.lifted()?, suite, skipped, &on_done)?));
        runs.sort_by_key(|(test, _)| *test);
    }
    Ok(runs.into_iter().map(|(_, run)| run).collect())
}

fn passed(runs: &[TestRun]) -> u32 {
    count(runs.iter().filter(|run| run.outcome == Outcome::Passed).count())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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
    let plain = Suite::list(pool, executables, &built.units, &BTreeMap::new())?;
    let plain_tests: Vec<Option<usize>> = suspects.iter().map(|test| plain.named(&suite.tests[*test].name)).collect();
    let known: Vec<usize> = plain_tests.iter().flatten().copied().collect();
    let alone = pool.map(&known, |worker, test| Ok((*test, run_alone(worker, &plain, *test)?.outcome)));
    let alone: BTreeMap<usize, Outcome> = alone.into_iter().collect::<anyhow::Result<_>>()?;
    let is_concerned = |test| known.iter().any(|known| plain.binary(*known) == plain.binary(test));
    let together = run_whole(pool, &plain, is_concerned)?;
    let passes_among_others = |test| together.iter().any(|run| run.passed(test));
    let fate = |test: Option<usize>| match test {
        Some(test) if alone[&test] == Outcome::Passed => Fate::SetAside("it passes, and fails only in the instrumented build".to_owned()),
        Some(test) if passes_among_others(test) => Fate::SetAside("it passes after other tests and fails alone".to_owned()),
        _ => Fate::Red,
    };
    Ok(plain_tests.into_iter().map(fate).collect())
}

/// What a reader should know of an example that only the instrumented build refuses.
fn set_aside(example: &RefusedExample) -> String {
    format!("test `{}` is set aside: it compiles, and not in the instrumented build", example.name)
}
