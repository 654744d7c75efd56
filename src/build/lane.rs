//! The single lane's builds: one real edit in a copy of links, and the fewest calls of rustc that show what
//! it does. Cargo is not asked again: its own command lines were recorded. Owns which compilations an edit
//! touches; refuses to run tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::empty_directory;
use super::layout::{Layout, STATE_VARIABLE};
use super::optimized::{self, Level};
use super::relocate::{LaneArtifacts, given, relocated, without_output};
use super::runtime::directory_of;
use super::secrets::secrets;
use super::shadow::mirror;
use super::unit::{Unit, root_argument};
use super::why::why_cut_off;
use super::withdraw::Diagnostic;
use crate::guard;
use crate::workspace::Workspace;

/// Everything needed to build the workspace with one file changed.
#[derive(Debug)]
pub struct Lane<'a> {
    layout: &'a Layout,
    workspace: &'a Workspace,
    units: &'a [Unit],
    /// The numbers of places that nobody builds in, and how many places there are.
    free: Mutex<(Vec<usize>, usize)>,
}

/// A place to build in, for one build after the other.
#[derive(Debug)]
pub struct Seat<'l, 'a> {
    lane: &'l Lane<'a>,
    number: usize,
}

/// One real edit.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    /// The file, relative to the workspace's root.
    pub path: &'a Utf8Path,
    /// Its whole text.
    pub text: &'a str,
    /// The stems of the compilations that read it.
    pub direct: &'a BTreeSet<String>,
}

/// What is made of an edit. Of what else reads the file it is only seen whether it compiles.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The stems of executables, those that they call besides; all when it is not given.
    pub executables: Option<&'a BTreeSet<String>>,
    /// Those of them that are not made before [`Seat::add`] asks for them; one that reads the edited file is.
    pub later: &'a BTreeSet<String>,
    /// What documentation examples are built on.
    pub documentation: bool,
    /// Whether many edits are built after each other: then the compiler is to remember the last one.
    pub is_one_of_many: bool,
    /// Whether what is made is to run fast.
    pub is_optimized: bool,
}

/// What a changed file makes of the compilations that it touches.
#[derive(Debug)]
pub enum LaneBuild {
    /// The compiler refuses it: its first error.
    Refused(String),
    /// It compiles, and something that builds on it no longer does: what, and the first error.
    Breaks(String, String),
    /// It compiles.
    Built(LaneArtifacts),
}

impl<'a> Lane<'a> {
    /// A lane over the recorded compilations of a build.
    pub fn new(layout: &'a Layout, workspace: &'a Workspace, units: &'a [Unit]) -> Lane<'a> {
        Lane { layout, workspace, units, free: Mutex::default() }
    }

    /// The workspace's root.
    pub fn root(&self) -> &Utf8Path {
        &self.workspace.root
    }

    /// A place that nobody else builds in, one with memories if there is any.
    pub fn seat(&self) -> Seat<'_, 'a> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let number = free.0.pop().unwrap_or(free.1);
        free.1 = free.1.max(number + 1);
        Seat { lane: self, number }
    }

    fn place(&self) -> Utf8PathBuf {
        self.layout.scratch().join("lane")
    }

    /// The touched compilations, each wave after those that it builds on.
    fn waves(&self, direct: &BTreeSet<String>) -> Vec<Vec<&'a Unit>> {
        let mut touched = direct.clone();
        while self.units.iter().any(|unit| builds_on(unit, &touched) && touched.insert(unit.file_stem())) {}
        let mut left: Vec<&Unit> = self.units.iter().filter(|unit| touched.contains(&unit.file_stem())).collect();
        let mut waves = Vec::new();
        while !left.is_empty() {
            let waiting: BTreeSet<String> = left.iter().map(|unit| unit.file_stem()).collect();
            let (later, now): (Vec<&Unit>, Vec<&Unit>) = left.into_iter().partition(|unit| builds_on(unit, &waiting));
            if now.is_empty() {
                break;
            }
            waves.push(now);
            left = later;
        }
        waves
    }

    /// Those of the touched compilations that are made whole: wanted executables, and libraries that others are built on.
    /// Of the others that read the file it is seen whether they compile.
    fn made(&self, waves: &[Vec<&Unit>], direct: &BTreeSet<String>, wanted: Wanted<'_>) -> BTreeSet<String> {
        let touched = || waves.iter().flatten();
        let is_executable = |unit: &Unit| wanted.executables.is_none_or(|wanted| self.is_wanted(unit, wanted));
        let executables = touched().filter(|unit| !unit.is_library() && is_executable(unit));
        let mut made: BTreeSet<String> = executables.map(|unit| unit.file_stem()).collect();
        let is_for_all = wanted.executables.is_none() || wanted.documentation;
        for unit in waves.iter().rev().flatten().filter(|unit| unit.is_library()) {
            let only = BTreeSet::from([unit.file_stem()]);
            let mut users =
                touched().filter(|user| builds_on(user, &only) && (made.contains(&user.file_stem()) || direct.contains(&user.file_stem())));
            if is_for_all || unit.is_proc_macro() || users.next().is_some() {
                made.extend(only);
            }
        }
        made
    }

    /// Whether an executable is one of `wanted`, or a binary that one of them calls.
    fn is_wanted(&self, unit: &Unit, wanted: &BTreeSet<String>) -> bool {
        let stem = unit.file_stem();
        let mut callers = self.units.iter().filter(|caller| wanted.contains(&caller.file_stem()));
        wanted.contains(&stem) || callers.any(|caller| caller.binaries().any(|(_, binary)| is_binary(&stem, binary)))
    }

    /// The recorded call with other places: the changed tree, and `out`, where the lane has built what is in `built`.
    fn command(&self, unit: &Unit, tree: Option<&Utf8Path>, out: &Utf8Path, built: &BTreeSet<String>) -> Command {
        let mut args = without_output(&unit.args);
        if let (Some(tree), Some(root), Some(at)) = (tree, &unit.root, root_argument(&args)) {
            args[at] = tree.join(root).into_string();
        }
        for arg in &mut args {
            if let Some(here) = relocated(arg, out, built) {
                *arg = here;
            }
        }
        let mut command = Command::new(&unit.rustc);
        command.args(args).args(["-L", &format!("dependency={out}")]);
        command.args(["-L", &format!("dependency={}", directory_of(self.layout, unit))]);
        command.args(tree.map(|tree| format!("--remap-path-prefix={tree}/=")));
        command.env_clear().envs(secrets()).envs(&unit.environment).env_remove(STATE_VARIABLE).current_dir(&unit.directory);
        command.envs(self.binaries(unit, out, built));
        command
    }

    /// Where the lane's own builds of the binaries lie that an integration test calls.
    fn binaries(&self, unit: &Unit, out: &Utf8Path, built: &BTreeSet<String>) -> BTreeMap<String, String> {
        let executables: Vec<&Unit> = self.units.iter().filter(|unit| unit.is_executable() && built.contains(&unit.file_stem())).collect();
        let here = |binary: &str| executables.iter().map(|unit| unit.file_stem()).find(|stem| is_binary(stem, binary));
        unit.binaries().filter_map(|(variable, binary)| Some((variable.to_owned(), out.join(here(binary)?).into_string()))).collect()
    }
}

impl Seat<'_, '_> {
    fn place(&self) -> Utf8PathBuf {
        self.lane.place().join(self.number.to_string())
    }

    /// Compile what reads the edited file and what builds on that. The artifacts are there until the seat builds again.
    pub fn build(&self, edit: Edit<'_>, wanted: Wanted<'_>) -> anyhow::Result<LaneBuild> {
        let tree = self.mirror(&BTreeMap::from([(edit.path.to_owned(), edit.text)]))?;
        let out = self.place().join(BUILT);
        empty_directory(&out)?;
        let waves = self.lane.waves(edit.direct);
        let made = self.lane.made(&waves, edit.direct, wanted);
        let mut built: BTreeSet<String> = BTreeSet::new();
        for wave in waves {
            let is_direct = |unit: &Unit| edit.direct.contains(&unit.file_stem());
            let is_now = |unit: &Unit| made.contains(&unit.file_stem()) && !wanted.later.contains(&unit.file_stem());
            let wave: Vec<&Unit> = wave.into_iter().filter(|unit| is_now(unit) || is_direct(unit)).collect();
            let compile = |unit: &&Unit| {
                let product = if made.contains(&unit.file_stem()) { Emit::Artifacts } else { Emit::Nothing };
                self.compile(unit, is_direct(unit).then_some(&*tree), &built, product, wanted)
            };
            // Where there are many, others keep the processor busy.
            let outputs: Vec<Output> = if wanted.is_one_of_many {
                until_one_fails(wave.iter().map(compile))?
            } else {
                wave.par_iter().map(compile).collect::<anyhow::Result<_>>()?
            };
            if let Some((unit, failed)) = wave.iter().zip(&outputs).find(|(_, output)| !output.status.success()) {
                let error = error_of(failed)?;
                let refused = is_direct(unit);
                return Ok(if refused { LaneBuild::Refused(error) } else { LaneBuild::Breaks(unit.crate_name().to_owned(), error) });
            }
            built.extend(wave.iter().map(|unit| unit.file_stem()).filter(|stem| made.contains(stem)));
        }
        Ok(LaneBuild::Built(LaneArtifacts { directory: out, stems: built }))
    }

    /// Compile one more of the wanted executables, which does not read the edited file, unless it is there. Gives the error
    /// if it does not compile.
    pub fn add(&self, artifacts: &mut LaneArtifacts, stem: &str, wanted: Wanted<'_>) -> anyhow::Result<Option<String>> {
        if artifacts.stems.contains(stem) {
            return Ok(None);
        }
        let unit = self.unit(stem)?;
        let output = self.compile(unit, None, &artifacts.stems, Emit::Artifacts, wanted)?;
        if !output.status.success() {
            return error_of(&output).map(Some);
        }
        artifacts.stems.insert(stem.to_owned());
        Ok(None)
    }

    fn unit(&self, stem: &str) -> anyhow::Result<&Unit> {
        self.lane.units.iter().find(|unit| unit.file_stem() == stem).context("a compilation that was recorded")
    }

    /// Type-check one compilation with `texts` in the place of files that it reads: everything that the compiler says.
    pub fn check(&self, texts: &BTreeMap<Utf8PathBuf, String>, stem: &str) -> anyhow::Result<Vec<Diagnostic>> {
        let tree = self.mirror(texts)?;
        let nothing = BTreeSet::new();
        let asked = Wanted { executables: None, later: &nothing, documentation: false, is_one_of_many: false, is_optimized: false };
        Ok(Diagnostic::all(&self.compile(self.unit(stem)?, Some(&tree), &nothing, Emit::Nothing, asked)?.stderr))
    }

    /// The tree is at one place for all edits: the compiler goes by names.
    fn mirror<T: AsRef<[u8]>>(&self, texts: &BTreeMap<Utf8PathBuf, T>) -> anyhow::Result<Utf8PathBuf> {
        let tree = self.place().join("tree");
        mirror(&self.lane.workspace.root, &tree, texts, std::slice::from_ref(&self.lane.workspace.target_dir))?;
        Ok(tree)
    }

    fn compile(
        &self,
        unit: &Unit,
        tree: Option<&Utf8Path>,
        built: &BTreeSet<String>,
        emit: Emit,
        wanted: Wanted<'_>,
    ) -> anyhow::Result<Output> {
        let (what, given) = match emit {
            Emit::Artifacts if unit.is_library() && !unit.is_proc_macro() => (BUILT, "--emit=metadata,link"),
            Emit::Artifacts => (BUILT, "--emit=link"),
            Emit::Nothing => (CHECKED, "--emit=metadata"),
        };
        let out = self.place().join(what);
        fs::create_dir_all(&out).with_context(|| format!("cannot create {out}"))?;
        let mut command = self.lane.command(unit, tree, &self.place().join(BUILT), built);
        command.args(["--out-dir", out.as_str(), given]);
        if wanted.is_optimized && matches!(emit, Emit::Artifacts) {
            command.args(optimized::flags(unit, Level::Some));
        }
        if wanted.is_one_of_many {
            // What was only checked has no code to remember, and would take the place of what has.
            command.args(["-C", &format!("incremental={}", self.place().join("incremental").join(what))]);
        }
        guard::output(&mut command).with_context(|| format!("cannot run {}", unit.rustc))
    }
}

fn until_one_fails(outputs: impl Iterator<Item = anyhow::Result<Output>>) -> anyhow::Result<Vec<Output>> {
    let mut done = Vec::new();
    for output in outputs {
        done.push(output?);
        if done.last().is_some_and(|output| !output.status.success()) {
            break;
        }
    }
    Ok(done)
}

/// The folders of a seat for what is built and for what comes of being checked.
const BUILT: &str = "built";
const CHECKED: &str = "checked";

/// What the compiler is to give besides its opinion.
#[derive(Clone, Copy)]
enum Emit {
    Artifacts,
    Nothing,
}

impl Drop for Seat<'_, '_> {
    fn drop(&mut self) {
        self.lane.free.lock().unwrap_or_else(PoisonError::into_inner).0.push(self.number);
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        // The next run empties the scratch directory anyway.
        let _ = fs::remove_dir_all(self.place());
    }
}

/// Whether the compilation is given the output of one of `stems`.
fn builds_on(unit: &Unit, stems: &BTreeSet<String>) -> bool {
    let libraries = given(&unit.args).any(|stem| stems.contains(stem) && stem != unit.file_stem());
    libraries || unit.binaries().any(|(_, binary)| stems.iter().any(|stem| is_binary(stem, binary)))
}

/// Whether the stem `name-hash` is that of the binary of that name.
fn is_binary(stem: &str, binary: &str) -> bool {
    stem.rsplit_once('-').is_some_and(|(name, _)| name == binary.replace('-', "_"))
}

/// The compiler's error, if it said one and was not cut off.
fn error_of(failed: &Output) -> anyhow::Result<String> {
    let said = format!("{}\nthe compiler was ended: {}", String::from_utf8_lossy(&failed.stderr), failed.status);
    match why_cut_off(&said) {
        Some(why) => bail!("{why}"),
        None => Ok(first_error(&failed.stderr)),
    }
}

fn first_error(stderr: &[u8]) -> String {
    let diagnostics = Diagnostic::all(stderr);
    let error = diagnostics.iter().find(|diagnostic| diagnostic.level.starts_with("error"));
    error.map_or_else(|| String::from_utf8_lossy(stderr).trim().to_owned(), Diagnostic::summary)
}

#[cfg(test)]
mod tests {
    use super::super::unit::tests::unit;
    use super::*;

    /// What is asked of a lane over these compilations.
    fn with_lane<R>(units: &[Unit], ask: impl FnOnce(&Lane<'_>) -> R) -> R {
        let workspace = Workspace { root: "/w".into(), target_dir: "/t".into(), packages: vec![], is_whole: true };
        ask(&Lane::new(&Layout::at("/t/gate".into()), &workspace, units))
    }

    #[test]
    fn an_edit_touches_what_builds_on_it_in_order() {
        let units = [
            unit("--crate-name t --test tests/t.rs -C extra-filename=-3 --extern a=/d/liba-1.rlib --extern b=/d/libb-2.rlib"),
            unit("--crate-name b src/b.rs -C extra-filename=-2 --extern a=/d/liba-1.rmeta"),
            unit("--crate-name a src/a.rs -C extra-filename=-1"),
            unit("--crate-name c src/c.rs -C extra-filename=-4"),
        ];
        let names = with_lane(&units, |lane| {
            let waves = lane.waves(&BTreeSet::from(["a-1".to_owned()]));
            waves.iter().map(|wave| wave.iter().map(|unit| unit.file_stem()).collect()).collect::<Vec<Vec<String>>>()
        });
        assert_eq!(names, [vec!["a-1"], vec!["b-2"], vec!["t-3"]]);
    }

    #[test]
    fn a_library_is_made_for_who_builds_on_it() {
        let units = [
            unit("--crate-name a --crate-type lib src/a.rs -C extra-filename=-1"),
            unit("--crate-name a --test src/a.rs -C extra-filename=-2"),
            unit("--crate-name t --test tests/t.rs -C extra-filename=-3 --extern a=/d/liba-1.rlib"),
            unit("--crate-name b --crate-type lib src/b.rs -C extra-filename=-4 --extern a=/d/liba-1.rmeta"),
        ];
        let direct = BTreeSet::from(["a-1", "a-2"].map(str::to_owned));
        let made = |executables: Option<&[&str]>, documentation: bool| {
            let executables = executables.map(|stems| stems.iter().map(|&stem| stem.to_owned()).collect::<BTreeSet<_>>());
            let later = BTreeSet::new();
            let wanted =
                Wanted { executables: executables.as_ref(), later: &later, documentation, is_one_of_many: false, is_optimized: false };
            with_lane(&units, |lane| lane.made(&lane.waves(&direct), &direct, wanted)).into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(made(Some(&["a-2"]), false), "a-2", "of the library it is only seen whether it compiles");
        assert_eq!(made(Some(&["t-3"]), false), "a-1 t-3");
        assert_eq!(made(Some(&[]), false), "");
        assert_eq!(made(Some(&[]), true), "a-1 b-4");
        assert_eq!(made(None, false), "a-1 a-2 b-4 t-3");
    }
}
