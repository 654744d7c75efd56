//! From planned files to test executables: the shadow tree, the wrapper, cargo, and what the compiler
//! refused. Reads and writes only below the target directory. Refuses to run tests and to judge.

mod activity;
mod attempt;
mod cargo;
mod lane;
mod layout;
mod ledger;
mod plan;
mod relocate;
mod runner;
mod runtime;
mod rustdoc;
mod secrets;
mod shadow;
mod siblings;
mod unit;
mod user_runner;
mod withdraw;
mod wrapper;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

pub use activity::Activity;
pub use cargo::CargoArgs;
use cargo::Tests;
pub use lane::{Lane, LaneBuild};
pub use layout::{Layout, STATE_VARIABLE, TABLE_VARIABLE};
pub use plan::{BuildPlan, PlannedFile, Refusals, digest, read_json, write_durably, write_json};
pub use relocate::LaneArtifacts;
use runner::DOCTEST_MARK;
pub use runner::{Doctest, Example, Recorded, is_runner, run as run_runner};
pub use rustdoc::{RustdocCall, is_rustdoc, run as run_rustdoc};
pub use secrets::{is_secret, secrets};
pub use unit::Unit;
pub use withdraw::Diagnostic;
pub use wrapper::{is_wrapper, run as run_wrapper};

use crate::guard::{self, put_back_left_overs};
use crate::instrument::{FilePlan, RUNTIME_SOURCE, render};
use crate::workspace::Workspace;

/// The toolchain that builds.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The host's target triple.
    pub host: String,
    /// All that `rustc -vV` says.
    pub version: String,
    /// All that `rustc --print cfg` says.
    pub cfgs: String,
}

impl Toolchain {
    /// Ask the compiler that cargo would use in the workspace.
    pub fn ask(workspace: &Workspace) -> anyhow::Result<Toolchain> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let start = |args: &[&str]| guard::spawn(Command::new(&rustc).args(args).current_dir(&workspace.root).stdout(Stdio::piped()));
        let ask = || -> std::io::Result<(String, String)> {
            let (version, cfgs) = (start(&["-vV"])?, start(&["--print", "cfg"])?);
            let text = |(child, _held): (Child, guard::Held)| {
                Ok::<_, std::io::Error>(String::from_utf8_lossy(&child.wait_with_output()?.stdout).into_owned())
            };
            Ok((text(version)?, text(cfgs)?))
        };
        let (version, cfgs) = ask().with_context(|| format!("cannot run {}; is Rust installed?", rustc.display()))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.with_context(|| format!("`{} -vV` names no host", rustc.display()))?.to_owned();
        Ok(Toolchain { host, version, cfgs })
    }

    /// What makes artifacts of another toolchain or of another version of ours useless.
    fn key(&self) -> String {
        let all = [env!("CARGO_PKG_VERSION"), RUNTIME_SOURCE, &self.version].join("\n");
        blake3::hash(all.as_bytes()).to_hex()[..16].to_owned()
    }
}

/// One file to build instrumented.
pub struct FileToBuild<'a> {
    /// Relative to the workspace root.
    pub path: &'a Utf8PathBuf,
    /// The user's text.
    pub text: &'a str,
    /// What is planned for it.
    pub plan: &'a FilePlan,
    /// What the build must know of it.
    pub planned: PlannedFile,
}

/// A place to build in, held by one command at a time.
pub struct Builder<'a> {
    /// Where everything lies.
    pub layout: Layout,
    workspace: &'a Workspace,
    toolchain: &'a Toolchain,
    args: &'a CargoArgs,
    _lock: File,
}

/// What came of building the tests.
pub struct Built {
    /// The test executables, sorted by path.
    pub executables: Vec<Recorded>,
    /// The compilations of workspace members in this build.
    pub units: Vec<Unit>,
    /// What the compiler refused, by file.
    pub refusals: BTreeMap<Utf8PathBuf, Refusals>,
}

/// The documentation examples that could be built, and their names by number.
pub struct Documentation {
    /// The executables, sorted by number.
    pub executables: Vec<Recorded>,
    /// Names as rustdoc gives them, by the number of [`Doctest::One`].
    pub names: BTreeMap<u32, String>,
    /// How rustdoc was called.
    pub calls: Vec<RustdocCall>,
}

impl<'a> Builder<'a> {
    /// Prepare the place. Waits for another command that works there, and calls `on_wait` before it does.
    pub fn new(
        workspace: &'a Workspace,
        toolchain: &'a Toolchain,
        args: &'a CargoArgs,
        on_wait: impl FnOnce(),
    ) -> anyhow::Result<Builder<'a>> {
        let layout = Layout::new(&workspace.target_dir, &toolchain.key());
        fs::create_dir_all(layout.root()).with_context(|| format!("cannot create {}", layout.root()))?;
        let lock = File::create(layout.run_lock()).with_context(|| format!("cannot open {}", layout.run_lock()))?;
        if lock.try_lock().is_err() {
            on_wait();
        }
        lock.lock().with_context(|| format!("cannot lock {}", layout.run_lock()))?;
        put_back_left_overs(&layout.notes())?;
        Ok(Builder { layout, workspace, toolchain, args, _lock: lock })
    }

    /// Cargo's target directory as the user has it.
    pub fn target_dir(&self) -> &Utf8Path {
        &self.workspace.target_dir
    }

    /// Where cargo lets tests write (`CARGO_TARGET_TMPDIR`), made where it is not there yet.
    pub fn test_scratch(&self) -> anyhow::Result<Vec<Utf8PathBuf>> {
        let places = vec![self.layout.cargo_target().join("tmp"), self.layout.plain_target().join("tmp")];
        for place in &places {
            fs::create_dir_all(place).with_context(|| format!("cannot create {place}"))?;
        }
        Ok(places)
    }

    /// Write the instrumented files and let cargo build every test executable.
    pub fn build(&self, files: &[FileToBuild<'_>], roots: Vec<Utf8PathBuf>) -> anyhow::Result<Built> {
        let planned = files.iter().map(|file| (file.path.clone(), file.planned.clone())).collect();
        let plan = BuildPlan { workspace: self.workspace.root.clone(), files: planned, roots };
        write_json(&self.layout.plan(), &plan)?;
        for directory in [self.layout.executables(), self.layout.doctests(), self.layout.rustdoc(), self.layout.scratch()] {
            empty_directory(&directory)?;
        }
        self.write_shadow(files)?;
        let stems = self.build_until_settled(&plan)?;
        let mut units: Vec<Unit> = read_all(&self.layout.units())?;
        units.retain(|unit| stems.contains(&unit.file_stem()));
        let mut executables: Vec<Recorded> = read_all(&self.layout.executables())?;
        executables.sort_by(|a, b| a.program.cmp(&b.program));
        Ok(Built { executables, units, refusals: self.refusals(&plan) })
    }

    fn write_shadow(&self, files: &[FileToBuild<'_>]) -> anyhow::Result<()> {
        let instrumented = |file: &FileToBuild<'_>| {
            let refusals = Refusals::load(&self.layout, file.path, &file.planned.digest);
            let rendered = render(file.text, &file.plan.edits, file.planned.slots, &refusals.withdrawn);
            (file.path.clone(), rendered.text)
        };
        let texts = files.iter().map(instrumented).collect();
        shadow::mirror(&self.workspace.root, &self.layout.shadow(), &texts, std::slice::from_ref(&self.workspace.target_dir))
    }

    /// A refusal that comes after a crate's metadata was announced needs another call of cargo.
    fn build_until_settled(&self, plan: &BuildPlan) -> anyhow::Result<BTreeSet<String>> {
        loop {
            let before = self.refusals(plan);
            let output = self.cargo(Tests::Instrumented)?;
            if output.is_success {
                return Ok(output.stems);
            }
            if self.refusals(plan) == before {
                bail!("{}\n{}", why_not_built(&output.errors), output.errors.trim_end());
            }
        }
    }

    fn cargo(&self, tests: Tests) -> anyhow::Result<cargo::CargoOutput> {
        cargo::cargo_test(&self.layout, self.workspace, self.args, self.toolchain, tests)
    }

    fn refusals(&self, plan: &BuildPlan) -> BTreeMap<Utf8PathBuf, Refusals> {
        let files = plan.files.iter();
        files.map(|(path, file)| (path.clone(), Refusals::load(&self.layout, path, &file.digest))).collect()
    }

    /// Let rustdoc build the documentation examples against the instrumented library. To be called after
    /// [`Builder::build`]; other executables are not recorded again.
    pub fn build_documentation(&self) -> anyhow::Result<Documentation> {
        let output = self.cargo(Tests::Documentation)?;
        let mut executables: Vec<Recorded> = read_all(&self.layout.executables())?;
        executables.retain(|recorded| recorded.doctest.is_some());
        executables.sort_by(|a, b| a.program.cmp(&b.program));
        Ok(Documentation { executables, names: doctest_names(&output.text), calls: read_all(&self.layout.rustdoc())? })
    }
}

impl Builder<'_> {
    /// Build the test executables as the user wrote the code: to tell a red test from one that only
    /// instrumentation disturbs.
    pub fn build_plain(&self) -> anyhow::Result<Vec<Recorded>> {
        empty_directory(&self.layout.executables())?;
        let output = self.cargo(Tests::Plain)?;
        if !output.is_success {
            bail!("the code compiles instrumented and not without; please report it\n{}", output.errors.trim_end());
        }
        read_all(&self.layout.executables())
    }
}

/// Why a build failed, and the next step.
fn why_not_built(errors: &str) -> &'static str {
    why_cut_off(errors).unwrap_or("the code does not compile; mend it and run again")
}

/// Why a build failed that says nothing of the code, and the next step; nothing when the code is why.
fn why_cut_off(errors: &str) -> Option<&'static str> {
    let is_said = |texts: &[&str]| texts.iter().any(|text| errors.contains(text));
    if is_said(&["No space left on device", "(os error 28)", "Disk quota exceeded", "signal 7 [Bus error]"]) {
        return Some("the disk is full; make room (`cargo gate clean` removes what earlier runs have built) and run again");
    }
    if is_said(&["signal: ", "terminated with signal ", "(os error 12)", "memory allocation of", "LLVM ERROR: out of memory"]) {
        return Some("the compiler was killed or found no memory; run again with fewer jobs, such as `-j 1`");
    }
    None
}

/// From rustdoc's output: the name above each number that our runner printed.
fn doctest_names(output: &str) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let mut name = None;
    for line in output.lines() {
        if let Some(title) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            name = Some(title.to_owned());
        } else if let Some(number) = line.strip_prefix(DOCTEST_MARK)
            && let (Ok(number), Some(name)) = (number.parse(), name.take())
        {
            names.insert(number, name);
        }
    }
    names
}

fn empty_directory(directory: &Utf8PathBuf) -> anyhow::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).with_context(|| format!("cannot empty {directory}"))?;
    }
    fs::create_dir_all(directory).with_context(|| format!("cannot create {directory}"))
}

fn read_all<T: serde::de::DeserializeOwned>(directory: &Utf8PathBuf) -> anyhow::Result<Vec<T>> {
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let entries = directory.read_dir_utf8().with_context(|| format!("cannot list {directory}"))?;
    entries.map(|entry| read_json(entry?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_codes_fault_is_not_called_so() {
        for (errors, part) in [
            ("error: could not write output to /t/a.o: No space left on device", "disk is full"),
            ("process didn't exit successfully: `rustc` (signal: 9, SIGKILL: kill)", "fewer jobs"),
            ("error: the compiler was ended: signal: 9 (SIGKILL)", "fewer jobs"),
            ("collect2: fatal error: ld terminated with signal 9 [Killed]", "fewer jobs"),
            // A linker writes through memory.
            ("collect2: fatal error: ld terminated with signal 7 [Bus error]", "disk is full"),
            ("error[E0308]: mismatched types", "does not compile"),
        ] {
            assert!(why_not_built(errors).contains(part), "{errors}");
        }
    }

    #[test]
    fn examples_are_named_by_what_rustdoc_prints_above_their_number() {
        let output = "failures:\n\n---- src/lib.rs - f (line 3) stdout ----\nTest executable failed (exit status: 1).\n\nstdout:\n\
            cargo-gate-doctest 12\n\n---- src/lib.rs - g (line 9) stdout ----\nerror: it does not compile\n\n\
            ---- src/lib.rs - h (line 20) stdout ----\nstdout:\ncargo-gate-doctest 7\n";
        let names = doctest_names(output);
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            [(7, "src/lib.rs - h (line 20)".to_owned()), (12, "src/lib.rs - f (line 3)".to_owned())]
        );
    }
}
