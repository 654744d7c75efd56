//! The base's tests on the head's code: what no reading of the tests can tell. A tree beside the user's holds the head
//! with the base's test code put back; it is built like any other, and the tests that the head does not have as they
//! were run there once, then on every mutant that they reach. What fails there and passes at the base is told, and what
//! is killed there has to be killed by the head's tests, too.
//!
//! Both sides are the head's own production code, so nothing that was renamed, moved or split can be wrong about it:
//! whatever the tests are called, either they still notice what they noticed or they do not.

mod head;
mod there;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::active::{Fate, Planned};
use super::suite::Measured;
use super::{Facts, Request};
use crate::build::{Builder, Toolchain, Unit};
use crate::change::Change;
use crate::integrity::{Former, FormerTest};
use crate::mutate::{Mutant, Operator};
use crate::progress::{Progress, Stage};
use crate::run::{MutantRun, Pool, ReachMap, Suite, Target, Work, run_mutants};
use crate::score::{FormerFailure, FormerScore, LostMutant, Status};
use crate::workspace::Source;

pub(super) use head::Head;
use there::There;

/// The base's tests, as far as the head has others.
pub struct FormerTests<'a> {
    /// The tests and the texts that bring them back.
    pub code: &'a Former,
    /// Files that tests read and that changed, as they were; `None` for those that were not there.
    pub data: &'a BTreeMap<Utf8PathBuf, Option<Vec<u8>>>,
    /// Where the rest of the base is.
    pub change: &'a Change,
}

impl FormerTests<'_> {
    /// Whether mutants of old code may have to be judged again.
    pub fn rejudges(&self) -> bool {
        !self.code.silent.is_empty() || self.has_other()
    }

    /// Whether any test of the base is another one now, or gone.
    fn has_other(&self) -> bool {
        !(self.code.tests.is_empty() && self.code.tables.is_empty() && self.data.is_empty())
    }

    /// The tests that stand elsewhere now and that `suite` does not run.
    fn astray(&self, suite: &Suite) -> Vec<&FormerTest> {
        let is_run = |new: &FormerTest| {
            let is_it = |name: &str| new.is_called(name) && may_be_in(&new.path, executable(name));
            suite.tests.iter().any(|test| is_it(&test.name))
        };
        self.code.moved.iter().filter(|(_, new)| !is_run(new)).map(|(old, _)| old).collect()
    }

    /// Whether a test of that name is to be run: one that differs. Where files differ that tests read, all are; where
    /// macros do that make tests, those of the executable.
    fn is_wanted(&self, name: &str) -> bool {
        let may_be_made = || self.code.tables.iter().any(|path| may_be_in(path, executable(name)));
        !self.data.is_empty() || self.code.tests.iter().any(|test| test.is_called(name)) || may_be_made()
    }
}

/// The executable's part of a test's name.
fn executable(name: &str) -> &str {
    name.split("::").next().unwrap_or(name)
}

/// Whether a test file may be part of the executable of that name: below `tests/` it is that of the target that the
/// path names, or any where modules are shared.
fn may_be_in(path: &Utf8Path, executable: &str) -> bool {
    let mut behind = path.components().map(|part| part.as_str()).skip_while(|part| *part != "tests" && *part != "src");
    let is_target = |target: &str| target.trim_end_matches(".rs").replace('-', "_") == executable;
    behind.next() != Some("tests") || behind.next().is_none_or(|target| is_target(target) || target == "common")
}

impl FormerTests<'_> {
    /// Which of the changed files a test reads: the only one, or the one that has its name, as snapshots do.
    fn read_by(&self, name: &str) -> Option<Utf8PathBuf> {
        let own = name.rsplit("::").next().unwrap_or(name);
        let mut paths = self.data.keys();
        let named = paths.clone().find(|path| path.file_name().is_some_and(|file| file.contains(own)));
        named.or_else(|| paths.next().filter(|_| self.data.len() == 1)).cloned()
    }
}

/// What the base's tests said, and what is needed to ask them again.
#[derive(Default)]
pub(super) struct Held {
    asked: Option<Asked>,
    failed: Vec<FormerFailure>,
    cut_off: Vec<FormerTest>,
    notes: Vec<String>,
}

/// The base's tests, ready to be run.
struct Asked {
    pool: Pool,
    measured: Measured,
    /// The mutants that they killed, by id.
    kills: BTreeMap<String, Target>,
}

/// Run the base's tests, where there are any to run and the head's own are green. What keeps them from running is a
/// note: an honest change of an interface does.
pub(super) fn run(
    request: &Request<'_>,
    toolchain: &Toolchain,
    builder: &Builder<'_>,
    (units, measured): (&[Unit], &Measured),
    progress: &dyn Progress,
) -> anyhow::Result<Option<Held>> {
    let Some(tests) = request.former.filter(|_| measured.is_green()) else { return Ok(None) };
    let astray = tests.astray(&measured.suite);
    if !tests.has_other() && astray.is_empty() {
        return Ok(Some(Held::default()));
    }
    progress.stage(Stage::Former, None);
    let there = There { request, tests, astray, toolchain, layout: &builder.layout, units };
    there.run(progress).map(Some)
}

/// At most `most` of them, from all parts.
fn spread<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    if all.len() <= most {
        return all.to_vec();
    }
    (0..most).map(|index| all[index * all.len() / most]).collect()
}

fn run_all(
    pool: &Pool,
    suite: &Suite,
    reach: &ReachMap,
    targets: &[Target],
    on_done: impl Fn() + Sync,
) -> anyhow::Result<Vec<Option<MutantRun>>> {
    let known = vec![None; targets.len()];
    run_mutants(pool, suite, reach, Work { targets, constants: &[], known: &known, begun: &[], functions: &[] }, |_, _| on_done())
}

/// The test that killed the mutant, where that would come out again.
fn killer(run: &MutantRun) -> Option<usize> {
    let is_detected = matches!(run.status, Status::Killed | Status::Timeout) && run.evidence.is_some();
    run.killed_by.filter(|_| is_detected)
}

fn is_alive(run: &MutantRun) -> bool {
    matches!(run.status, Status::Survived | Status::NoCoverage)
}

/// Every mutant with its source and its fate.
fn mutants<'a>(sources: &'a [Source<Facts>], planned: &'a Planned) -> impl Iterator<Item = (&'a Source<Facts>, &'a Mutant, &'a Fate)> {
    sources.iter().zip(&planned.fates).flat_map(|(source, fates)| {
        let mutants = source.facts.plan.iter().flat_map(|plan| &plan.sites).flat_map(|site| &site.mutants);
        mutants.zip(fates).map(move |(mutant, fate)| (source, mutant, fate))
    })
}

impl Held {
    /// The ids of the mutants that the base's tests killed.
    pub(super) fn killed(&self) -> BTreeSet<String> {
        self.asked.iter().flat_map(|asked| asked.kills.keys().cloned()).collect()
    }

    /// What is told of it all, now that the head's tests have had their say.
    pub(super) fn score(self, head: &Head<'_>, request: &Request<'_>) -> anyhow::Result<FormerScore> {
        let lost = self.asked.as_ref().map(|asked| asked.lost(head)).transpose()?.unwrap_or_default();
        let silent = request.former.map_or(&[][..], |tests| &tests.code.silent);
        let (tests, rejudged) = self.asked.map_or((0, 0), |asked| (asked.measured.suite.tests.len(), asked.kills.len()));
        Ok(FormerScore {
            tests: u32::try_from(tests)?,
            rejudged: u32::try_from(rejudged)?,
            failed: self.failed,
            cut_off: self.cut_off,
            lost,
            idle: if request.with_mutants { head.idle(silent)? } else { Vec::new() },
            notes: self.notes,
        })
    }
}

impl Asked {
    /// The mutants that the head's tests let live, each killed by the base's once more.
    fn lost(&self, head: &Head<'_>) -> anyhow::Result<Vec<LostMutant>> {
        let living = mutants(head.sources, head.planned).filter_map(|(source, mutant, fate)| match fate {
            Fate::Ran(run) if is_alive(run) => Some((source, mutant, run, *self.kills.get(&mutant.id)?)),
            _ => None,
        });
        let living: Vec<_> = living.collect();
        let targets: Vec<Target> = living.iter().map(|(.., target)| *target).collect();
        let again = run_all(&self.pool, &self.measured.suite, &self.measured.reach, &targets, || ())?;
        let told = living.into_iter().zip(again).filter_map(|((source, mutant, run, _), again)| {
            let killed_by = self.measured.name(again.as_ref().and_then(killer)?);
            Some(LostMutant {
                path: source.path.clone(),
                line: source.lines.line(mutant.span.start),
                id: mutant.id.clone(),
                function: mutant.function.clone(),
                source: mutant.span.of(&source.text).to_owned(),
                replacement: mutant.replacement.clone(),
                is_body: mutant.operator == Operator::FnValue,
                killed_by,
                is_reached: run.status == Status::Survived,
            })
        });
        Ok(told.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_file_is_part_of_the_executable_that_its_path_names() {
        for (path, executable, expected) in [
            ("tests/a-b.rs", "a_b", true),
            ("crates/x/tests/it/parse.rs", "it", true),
            ("tests/a.rs", "b", false),
            ("tests/common/mod.rs", "b", true),
            ("src/a.rs", "b", true),
        ] {
            assert_eq!(may_be_in(path.into(), executable), expected, "{path} {executable}");
        }
    }

    #[test]
    fn what_is_too_much_is_taken_from_all_parts() {
        assert_eq!(spread(&[1, 2, 3], 3), [1, 2, 3]);
        assert_eq!(spread(&[1, 2, 3, 4, 5, 6], 3), [1, 3, 5]);
    }

    #[test]
    fn only_what_would_come_out_again_is_a_kill() {
        let evidence = Some(crate::run::Evidence { tests: [3].into_iter().collect(), functions: fixedbitset::FixedBitSet::new() });
        let run = MutantRun { status: Status::Killed, reason: None, killed_by: Some(3), covered_by: [3].into_iter().collect(), evidence };
        assert_eq!(killer(&run), Some(3));
        assert_eq!(killer(&MutantRun { status: Status::Timeout, ..run.clone() }), Some(3));
        assert_eq!(killer(&MutantRun { evidence: None, ..run.clone() }), None);
        assert_eq!(killer(&MutantRun { status: Status::RuntimeError, ..run }), None);
    }
}
