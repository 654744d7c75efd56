//! The tree in which the base's tests are built with the head's code, and what is learned there. Owns what is left out
//! because it does not compile, and the question whether a failing test passes at the base.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::super::assemble::Dynamic;
use super::super::computed::computes_alike;
use super::super::new::Chosen;
use super::super::suite::{Choice, Measured, baseline, run_chosen};
use super::super::{Facts, Memory, Request, Wanted, active, build, facts, number};
use super::{Asked, FormerTests, Held, killer, mutants, run_all, spread};
use crate::build::{Activity, Builder, Built, CargoArgs, Layout, Toolchain, Unit, overlay};
use crate::instrument::Slots;
use crate::integrity::{FormerTest, error_places, leave_out};
use crate::mutate::Mutant;
use crate::pipeline::active::Fate;
use crate::progress::{Progress, Stage};
use crate::run::{Cage, Outcome, Pool, Suite, Target};
use crate::score::FormerFailure;
use crate::workspace::{Kept, Source, Texts, Workspace, load_sources};

/// Test code that does not compile with the head's code is left out so often, and what is left then is built or not.
const ROUNDS: u32 = 6;

/// So many mutants are run against the base's tests.
const MOST_MUTANTS: usize = 3000;

/// Where the base's tests are run.
pub(super) struct There<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) tests: &'a FormerTests<'a>,
    /// Tests that stand elsewhere in the head, which does not run them.
    pub(super) astray: Vec<&'a FormerTest>,
    pub(super) toolchain: &'a Toolchain,
    pub(super) layout: &'a Layout,
    /// The compilations of the head's own build.
    pub(super) units: &'a [Unit],
}

/// A built tree with the base's tests.
struct Tree {
    sources: Vec<Source<Facts>>,
    slots: Vec<Slots>,
    built: Built,
    left_out: Vec<String>,
}

impl There<'_> {
    pub(super) fn run(&self, progress: &dyn Progress) -> anyhow::Result<Held> {
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
        let pool = self.pool(&builder, &workspace, &tree.built.units, end)?;
        let is_astray = |name: &str| self.astray.iter().any(|test| test.is_called(name));
        let is_wanted = |name: &str| self.tests.is_wanted(name) || is_astray(name);
        let tests = self.choice(&is_wanted)?;
        let measured = baseline(&builder, &pool, &tree.built, None, end, &tests, progress)?;
        let names: Vec<String> = measured.tests.failed.iter().map(|failed| failed.name.clone()).collect();
        let passing = if names.is_empty() { Ok(BTreeSet::new()) } else { self.passing_at_base(&tree.built, &names) };
        let passing = passing.unwrap_or_else(|error| {
            let count = names.len();
            notes.push(format!("{count} of the base's tests fail on this code, and whether they pass on the base's is not known: {error}"));
            BTreeSet::new()
        });
        notes.extend(measured.problems.iter().map(|problem| format!("of the base's tests: {problem}")));
        let failed = measured.tests.failed.iter().filter(|failed| passing.contains(&failed.name));
        let failed = failed.map(|failed| self.failure(&failed.name, &failed.output)).collect();
        let mut kills = BTreeMap::new();
        if self.request.with_mutants {
            kills = self.kills(&builder, &tree, &measured, &pool, &mut notes, progress)?;
        }
        let is_there = |test: &&&FormerTest| measured.suite.tests.iter().any(|known| test.is_called(&known.name));
        let cut_off = self.astray.iter().filter(is_there).map(|test| (*test).clone()).collect();
        Ok(Held { asked: Some(Asked { pool, measured, kills }), failed, cut_off, notes })
    }

    fn pool(&self, builder: &Builder<'_>, workspace: &Workspace, units: &[Unit], slots: u32) -> anyhow::Result<Pool> {
        let cage = Cage::new(&self.request.policy.cage, &workspace.root, builder.test_scratch(units)?);
        Pool::new(&builder.layout.scratch(), self.request.jobs, slots, cage)
    }

    /// The tests that `is_wanted`, of which those that the policy names judge no mutants.
    fn choice<'c>(&'c self, is_wanted: &'c dyn Fn(&str) -> bool) -> anyhow::Result<Choice<'c>> {
        Choice::new(is_wanted, &self.request.policy.mutation.skip_tests)
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
                    let out = self.without(&mut texts, &error_places(&format!("{error:#}")));
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

    /// Take the items around `places` out of `texts`; their names.
    fn without(&self, texts: &mut BTreeMap<Utf8PathBuf, Option<String>>, places: &[(&str, u32)]) -> Vec<String> {
        let mut names = Vec::new();
        for (path, line) in places {
            let Some((path, Some(text))) = texts.iter_mut().find(|(known, _)| known.as_str() == *path) else { continue };
            if let Some(out) = leave_out(path, text, self.tests.code.all_test.contains(path), *line) {
                *text = out.text;
                names.push(out.name);
            }
        }
        names
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
        let dynamic = Dynamic {
            slots: tree.slots.clone(),
            refusals: tree.built.refusals.clone(),
            activity,
            computes_alike: computes_alike(units, &tree.sources),
        };
        let planned = active::plan(&tree.sources, &dynamic, &measured.reach, Chosen::All);
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
        let executables = builder.build_plain().context("the code of the base does not build here")?.executables;
        let pool = self.pool(&builder, &workspace, &built.units, 1)?;
        let mut suite = Suite::list(&pool, executables, &built.units, &BTreeMap::new())?;
        suite.tests.retain(|test| names.contains(&test.name));
        let runs = run_chosen(&pool, &suite, &self.choice(&|_| true)?.skips(&suite), || ())?;
        let passed = suite.tests.iter().zip(runs).filter(|(_, run)| run.outcome == Outcome::Passed);
        Ok(passed.map(|(test, _)| test.name.clone()).collect())
    }
}

fn left_out(names: &[String]) -> Option<String> {
    let tests: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.ends_with("use")).collect();
    let first = tests.first()?;
    let more = if tests.len() > 1 { format!(" and {} more", tests.len() - 1) } else { String::new() };
    Some(format!("test code of the base does not compile with this code and was left out: `{first}`{more}"))
}
