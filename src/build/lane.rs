//! The single lane's builds: one real edit in a copy of links, and the fewest calls of rustc that show what
//! it does. Cargo is not asked again: its own command lines were recorded. Owns which compilations an edit
//! touches; refuses to run tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Output};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::layout::{Layout, STATE_VARIABLE};
use super::relocate::{LaneArtifacts, library_stem, relocated, without_output};
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
        Lane { layout, workspace, units }
    }

    /// The workspace's root.
    pub fn root(&self) -> &Utf8Path {
        &self.workspace.root
    }

    fn place(&self, name: &str) -> Utf8PathBuf {
        self.layout.scratch().join("lane").join(name)
    }

    /// Compile `direct` (stems of compilations that read the file) and all that builds on it, with `text` in
    /// place of the file at `path`. `name` is a directory of its own. Of the executables only `wanted` are made,
    /// if that is given, and those that they call; of others that read the file it is only seen whether they compile.
    pub fn build(
        &self,
        name: &str,
        path: &Utf8Path,
        text: String,
        direct: &BTreeSet<String>,
        wanted: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<LaneBuild> {
        let place = self.place(name);
        let tree = self.mirror(&place, &BTreeMap::from([(path.to_owned(), text)]))?;
        let out = place.join("out");
        fs::create_dir_all(&out).with_context(|| format!("cannot create {out}"))?;
        let mut built: BTreeSet<String> = BTreeSet::new();
        for wave in self.waves(direct) {
            let is_made = |unit: &Unit| unit.is_library() || wanted.is_none_or(|wanted| self.is_wanted(unit, wanted));
            let wave: Vec<&Unit> = wave.into_iter().filter(|unit| is_made(unit) || direct.contains(&unit.file_stem())).collect();
            let compile = |unit: &&Unit| {
                let tree = direct.contains(&unit.file_stem()).then_some(&*tree);
                if is_made(unit) { self.compile(unit, tree, &out, &built) } else { self.type_check(unit, tree, &out, &built) }
            };
            let outputs: Vec<Output> = wave.par_iter().map(compile).collect::<anyhow::Result<_>>()?;
            if let Some((unit, failed)) = wave.iter().zip(&outputs).find(|(_, output)| !output.status.success()) {
                let said = format!("{}\nthe compiler was ended: {}", String::from_utf8_lossy(&failed.stderr), failed.status);
                if let Some(why) = why_cut_off(&said) {
                    bail!("{why}");
                }
                let error = first_error(&failed.stderr);
                let is_itself = direct.contains(&unit.file_stem());
                return Ok(if is_itself { LaneBuild::Refused(error) } else { LaneBuild::Breaks(unit.crate_name().to_owned(), error) });
            }
            built.extend(wave.iter().filter(|unit| is_made(unit)).map(|unit| unit.file_stem()));
        }
        Ok(LaneBuild::Built(LaneArtifacts { directory: out, stems: built }))
    }

    /// Type-check one compilation with `texts` in the place of files that it reads: everything that the compiler says.
    pub fn check(&self, name: &str, texts: &BTreeMap<Utf8PathBuf, String>, stem: &str) -> anyhow::Result<Vec<Diagnostic>> {
        let place = self.place(name);
        let tree = self.mirror(&place, texts)?;
        let unit = self.units.iter().find(|unit| unit.file_stem() == stem).context("a compilation that was recorded")?;
        Ok(Diagnostic::all(&self.type_check(unit, Some(&tree), &place, &BTreeSet::new())?.stderr))
    }

    /// Remove what a build left.
    pub fn clean(&self, name: &str) {
        // The next run empties the scratch directory anyway.
        let _ = fs::remove_dir_all(self.place(name));
    }

    fn mirror(&self, place: &Utf8Path, texts: &BTreeMap<Utf8PathBuf, String>) -> anyhow::Result<Utf8PathBuf> {
        let tree = place.join("tree");
        mirror(&self.workspace.root, &tree, texts, std::slice::from_ref(&self.workspace.target_dir))?;
        Ok(tree)
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

    fn compile(&self, unit: &Unit, tree: Option<&Utf8Path>, out: &Utf8Path, built: &BTreeSet<String>) -> anyhow::Result<Output> {
        let emit = if unit.is_library() && !unit.is_proc_macro() { "--emit=metadata,link" } else { "--emit=link" };
        guard::output(self.command(unit, tree, out, built).arg(emit)).with_context(|| format!("cannot run {}", unit.rustc))
    }

    fn type_check(&self, unit: &Unit, tree: Option<&Utf8Path>, out: &Utf8Path, built: &BTreeSet<String>) -> anyhow::Result<Output> {
        let mut command = self.command(unit, tree, out, built);
        guard::output(command.arg("--emit=metadata")).with_context(|| format!("cannot run {}", unit.rustc))
    }

    /// Whether an executable is one of `wanted`, or a binary that one of them calls.
    fn is_wanted(&self, unit: &Unit, wanted: &BTreeSet<String>) -> bool {
        let stem = unit.file_stem();
        let mut callers = self.units.iter().filter(|caller| wanted.contains(&caller.file_stem()));
        wanted.contains(&stem) || callers.any(|caller| caller.binaries().any(|(_, binary)| is_binary(&stem, binary)))
    }

    /// The recorded call with other places: the changed tree, the lane's output, what the lane has built.
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
        command.args(args).args(["--out-dir", out.as_str(), "-L", &format!("dependency={out}")]);
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

/// Whether the compilation is given the output of one of `stems`.
fn builds_on(unit: &Unit, stems: &BTreeSet<String>) -> bool {
    let given = unit.args.iter().filter_map(|arg| arg.split_once('=')).filter_map(|(_, path)| library_stem(path));
    let libraries = given.into_iter().any(|stem| stems.contains(stem) && stem != unit.file_stem());
    libraries || unit.binaries().any(|(_, binary)| stems.iter().any(|stem| is_binary(stem, binary)))
}

/// Whether the stem `name-hash` is that of the binary of that name.
fn is_binary(stem: &str, binary: &str) -> bool {
    stem.rsplit_once('-').is_some_and(|(name, _)| name == binary.replace('-', "_"))
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

    #[test]
    fn an_edit_touches_what_builds_on_it_in_order() {
        let units = [
            unit("--crate-name t --test tests/t.rs -C extra-filename=-3 --extern a=/d/liba-1.rlib --extern b=/d/libb-2.rlib"),
            unit("--crate-name b src/b.rs -C extra-filename=-2 --extern a=/d/liba-1.rmeta"),
            unit("--crate-name a src/a.rs -C extra-filename=-1"),
            unit("--crate-name c src/c.rs -C extra-filename=-4"),
        ];
        let workspace = Workspace { root: "/w".into(), target_dir: "/t".into(), packages: vec![], is_whole: true };
        let layout = Layout::at("/t/gate".into());
        let waves = Lane::new(&layout, &workspace, &units).waves(&BTreeSet::from(["a-1".to_owned()]));
        let names: Vec<Vec<String>> = waves.iter().map(|wave| wave.iter().map(|unit| unit.file_stem()).collect()).collect();
        assert_eq!(names, [vec!["a-1"], vec!["b-2"], vec!["t-3"]]);
    }
}
