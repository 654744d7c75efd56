//! The base's tests on the head's code: what no reading of the tests can tell. A tree beside the user's holds the head
//! with the base's test code put back; it is built like any other, and the tests that the head does not have as they
//! were run there once, then on every mutant that they reach. What fails there and passes at the base is told, and what
//! is killed there has to be killed by the head's tests, too.
//!
//! Both sides are the head's own production code, so nothing that was renamed, moved or split can be wrong about it:
//! whatever the tests are called, either they still notice what they noticed or they do not.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::active::{Fate, Planned};
use super::assemble::Dynamic;
use super::new::Chosen;
use super::suite::{Measured, baseline};
use super::{Facts, Memory, Request, Wanted, active, build, facts, number};
use crate::build::{Activity, Builder, Built, CargoArgs, Layout, Toolchain, Unit, overlay};
use crate::change::Change;
use crate::instrument::Slots;
use crate::integrity::{Former, FormerTest, error_places, leave_out};
use crate::mutate::{Mutant, Operator};
use crate::progress::{Progress, Stage};
use crate::run::{Cage, MutantRun, Outcome, Pool, ReachMap, Suite, Target, Work, run_each, run_mutants};
use crate::score::{FormerFailure, FormerScore, LostMutant, Status};
use crate::workspace::{Kept, Source, Texts, Workspace, load_sources};

/// The base's tests, as far as the head has others.
pub struct FormerTests<'a> {
    /// The tests and the texts that bring them back.
    pub code: &'a Former,
    /// Files that tests read and that changed, as they were; `None` for those that were not there.
    pub data: &'a BTreeMap<Utf8PathBuf, Option<Vec<u8>>>,
    /// Where the rest of the base is.
    pub change: &'a Change,
}

/// Test code that does not compile with the head's code is left out so often, and what is left then is built or not.
const ROUNDS: u32 = 6;

/// So many mutants are run against the base's tests.
const MOST_MUTANTS: usize = 3000;

/// So many mutants are tried on a new test that asserts nothing.
const MOST_TRIED: usize = 200;

impl FormerTests<'_> {
    /// Whether any test of the base is to be run.
    fn has_any(&self) -> bool {
        !(self.code.tests.is_empty() && self.code.tables.is_empty() && self.data.is_empty())
    }

    /// Whether a test of that name is to be run: one that differs. Where files differ that tests read, or macros that
    /// make tests, all are.
    fn is_wanted(&self, name: &str) -> bool {
        let has_all = !self.data.is_empty() || !self.code.tables.is_empty();
        has_all || self.code.tests.iter().any(|test| test.is_called(name))
    }
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
    if !tests.has_any() {
        return Ok(Some(Held::default()));
    }
    progress.stage(Stage::Former, None);
    let there = There { request, tests, toolchain, layout: &builder.layout, units };
    there.run(progress).map(Some)
}

/// Where the base's tests are run.
struct There<'a> {
    request: &'a Request<'a>,
    tests: &'a FormerTests<'a>,
    toolchain: &'a Toolchain,
    layout: &'a Layout,
    /// The compilations of the head's own build.
    units: &'a [Unit],
}

/// A built tree with the base's tests.
struct Tree {
    sources: Vec<Source<Facts>>,
    slots: Vec<Slots>,
    built: Built,
    left_out: Vec<String>,
}

impl There<'_> {
    fn run(&self, progress: &dyn Progress) -> anyhow::Result<Held> {
        let place = self.layout.overlays().join("former");
        let workspace = self.lay(&place, &self.files(&self.tests.code.texts))?;
        let args = self.args(&workspace);
        let builder = Builder::new(&workspace, self.toolchain, &args, || ())?;
        builder.start_from(self.layout, self.units);
        let mut notes = Vec::new();
        let tree = match self.build(&place, &workspace, &args, &builder) {
            Ok(tree) => tree,
            Err(error) => {
                let said = format!("{error:#}");
                let why = said.lines().find(|line| line.starts_with("error")).or_else(|| said.lines().next()).unwrap_or_default();
                let note = format!("the base's tests cannot be built with this code, and what they would say is not known: {why}");
                return Ok(Held { notes: vec![note], ..Held::default() });
            }
        };
        notes.extend(left_out(&tree.left_out));
        let end = tree.slots.last().map_or(1, |slots| slots.end());
        let pool = self.pool(&builder, &workspace, end)?;
        let is_wanted = |name: &str| self.tests.is_wanted(name);
        let measured = baseline(&builder, &pool, &tree.built, None, end, &is_wanted, progress)?;
        let names: Vec<String> = measured.tests.failed.iter().map(|failed| failed.name.clone()).collect();
        let passing = if names.is_empty() { Ok(BTreeSet::new()) } else { self.passing_at_base(&tree.built, &names) };
        let passing = passing.unwrap_or_else(|error| {
            let count = names.len();
            notes.push(format!("{count} of the base's tests fail on this code, and whether they pass on the base's is not known: {error}"));
            BTreeSet::new()
        });
        let failed = measured.tests.failed.iter().filter(|failed| passing.contains(&failed.name));
        let failed = failed.map(|failed| self.failure(&failed.name, &failed.output)).collect();
        let mut kills = BTreeMap::new();
        if self.request.with_mutants {
            kills = self.kills(&builder, &tree, &measured, &pool, &mut notes, progress)?;
        }
        Ok(Held { asked: Some(Asked { pool, measured, kills }), failed, notes })
    }

    fn pool(&self, builder: &Builder<'_>, workspace: &Workspace, slots: u32) -> anyhow::Result<Pool> {
        let cage = Cage::new(&self.request.policy.cage, &workspace.root, builder.test_scratch()?);
        Pool::new(&builder.layout.scratch(), self.request.jobs, slots, cage)
    }

    fn lay(&self, place: &Utf8Path, files: &BTreeMap<Utf8PathBuf, Option<Vec<u8>>>) -> anyhow::Result<Workspace> {
        overlay(self.request.workspace, &self.tests.change.top(), place, files)
    }

    /// What is other in the tree than in the head.
    fn files(&self, texts: &BTreeMap<Utf8PathBuf, Option<String>>) -> BTreeMap<Utf8PathBuf, Option<Vec<u8>>> {
        let texts = texts.iter().map(|(path, text)| (path.clone(), text.clone().map(String::into_bytes)));
        self.tests.data.clone().into_iter().chain(texts).collect()
    }

    /// The words for cargo, with the tree's manifest in the place of the user's.
    fn args(&self, workspace: &Workspace) -> CargoArgs {
        let there = |flag: &String| {
            let below = Utf8Path::new(flag).strip_prefix(&self.request.workspace.root).ok();
            below.map_or_else(|| flag.clone(), |below| workspace.root.join(below).into_string())
        };
        CargoArgs { flags: self.request.cargo.flags.iter().map(there).collect() }
    }

    /// Build; what does not compile of the tests is left out.
    fn build(&self, place: &Utf8Path, workspace: &Workspace, args: &CargoArgs, builder: &Builder<'_>) -> anyhow::Result<Tree> {
        let on_disk = Texts::default();
        let request = Request {
            workspace,
            cargo: args,
            is_quick: false,
            coverage_files: &[],
            memory: Memory::LeftAlone,
            with_each_test: false,
            checks: &[],
            wanted: Wanted { shape: false, functions: false, sites: false },
            texts: &on_disk,
            new: None,
            former: None,
            ..*self.request
        };
        let mut texts = self.tests.code.texts.clone();
        let mut left_out = Vec::new();
        for round in 1.. {
            let facts = facts::Analysis::new(&request)?;
            let sources = load_sources(workspace, &on_disk, facts.parse(), |parsed, path, cfg| (Kept::Text, facts.of(parsed, path, cfg)));
            let sources = sources.map_err(|errors| anyhow::anyhow!("{}", errors[0]))?;
            let slots = number(&sources);
            match build(&request, builder, &sources, &slots) {
                Ok(built) => return Ok(Tree { sources, slots, built, left_out }),
                Err(error) if round == ROUNDS => return Err(error),
                Err(error) => {
                    let out = without(&mut texts, &error_places(&format!("{error:#}")));
                    if out.is_empty() {
                        return Err(error);
                    }
                    left_out.extend(out);
                    self.lay(place, &self.files(&texts))?;
                }
            }
        }
        unreachable!("the last round returns")
    }

    fn failure(&self, name: &str, output: &str) -> FormerFailure {
        let test = self.tests.code.tests.iter().find(|test| test.is_called(name)).cloned();
        FormerFailure { name: name.to_owned(), test, reads: self.tests.read_by(name), output: output.to_owned() }
    }

    /// The mutants that the base's tests kill.
    fn kills(
        &self,
        builder: &Builder<'_>,
        tree: &Tree,
        measured: &Measured,
        pool: &Pool,
        notes: &mut Vec<String>,
        progress: &dyn Progress,
    ) -> anyhow::Result<BTreeMap<String, Target>> {
        let units = &tree.built.units;
        let activity = Activity::new(&builder.layout, units, &self.toolchain.cfgs, tree.sources.iter().map(|source| &source.path));
        let dynamic = Dynamic { slots: tree.slots.clone(), refusals: tree.built.refusals.clone(), activity };
        let planned = active::plan(&tree.sources, &dynamic, Chosen::All);
        let switched = mutants(&tree.sources, &planned).filter_map(|(_, mutant, fate)| match fate {
            Fate::Switched(target) => Some((mutant, planned.targets[*target])),
            _ => None,
        });
        let reached: Vec<(&Mutant, Target)> = switched.filter(|(_, target)| !measured.reach.tests(target.mark).is_empty()).collect();
        if reached.len() > MOST_MUTANTS {
            let all = reached.len();
            notes.push(format!(
                "the base's tests that changed reach {all} mutants, of which {MOST_MUTANTS} from all parts were judged again"
            ));
        }
        let chosen = spread(&reached, MOST_MUTANTS);
        let targets: Vec<Target> = chosen.iter().map(|(_, target)| *target).collect();
        progress.stage(Stage::Mutants, Some(targets.len() as u64));
        let runs = run_all(pool, &measured.suite, &measured.reach, &targets, || progress.advance(1))?;
        let killed = chosen.iter().zip(runs).filter(|(_, run)| run.as_ref().and_then(killer).is_some());
        Ok(killed.map(|((mutant, target), _)| (mutant.id.clone(), *target)).collect())
    }

    /// Which of `names` pass where everything is as at the base.
    fn passing_at_base(&self, built: &Built, names: &[String]) -> anyhow::Result<BTreeSet<String>> {
        let change = self.tests.change;
        let paths: BTreeSet<&Utf8PathBuf> =
            change.files.iter().flat_map(|file| std::iter::once(&file.path).chain(&file.old_path)).collect();
        let bytes = change.base_bytes(paths.iter().map(|path| path.as_path()))?;
        let files = paths.into_iter().cloned().zip(bytes).collect();
        let workspace = self.lay(&self.layout.overlays().join("base"), &files)?;
        let args = self.args(&workspace);
        let builder = Builder::new(&workspace, self.toolchain, &args, || ())?;
        builder.start_from(self.layout, self.units);
        let executables = builder.build_plain().context("the code of the base does not build here")?;
        let pool = self.pool(&builder, &workspace, 1)?;
        let mut suite = Suite::list(&pool, executables, &built.units, &BTreeMap::new())?;
        suite.tests.retain(|test| names.contains(&test.name));
        let runs = run_each(&pool, &suite, || ())?;
        let passed = suite.tests.iter().zip(runs).filter(|(_, run)| run.outcome == Outcome::Passed);
        Ok(passed.map(|(test, _)| test.name.clone()).collect())
    }
}

/// Take the items around `places` out of `texts`; their names.
fn without(texts: &mut BTreeMap<Utf8PathBuf, Option<String>>, places: &[(&str, u32)]) -> Vec<String> {
    let mut names = Vec::new();
    for (path, line) in places {
        let Some((path, Some(text))) = texts.iter_mut().find(|(known, _)| known.as_str() == *path) else { continue };
        if let Some(out) = leave_out(path, text, *line) {
            *text = out.text;
            names.push(out.name);
        }
    }
    names
}

fn left_out(names: &[String]) -> Option<String> {
    let tests: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.ends_with("use")).collect();
    let first = tests.first()?;
    let more = if tests.len() > 1 { format!(" and {} more", tests.len() - 1) } else { String::new() };
    Some(format!("test code of the base does not compile with this code and was left out: `{first}`{more}"))
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
    run_mutants(pool, suite, reach, Work { targets, known: &known, functions: &[] }, |_, _| on_done())
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

/// The head's own run.
pub(super) struct Head<'a> {
    pub(super) sources: &'a [Source<Facts>],
    pub(super) dynamic: &'a Dynamic,
    pub(super) planned: &'a Planned,
    pub(super) measured: &'a Measured,
    pub(super) pool: &'a Pool,
}

impl Head<'_> {
    /// Those of the tests, which assert nothing, that kill no mutant though they reach some.
    fn idle(&self, silent: &[FormerTest]) -> anyhow::Result<Vec<FormerTest>> {
        let mut idle = Vec::new();
        if silent.is_empty() {
            return Ok(idle);
        }
        let all = active::plan(self.sources, self.dynamic, Chosen::All).targets;
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
