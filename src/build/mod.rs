//! From planned files to test executables: the shadow tree, the wrapper, cargo, and what the compiler
//! refused. Reads and writes only below the target directory. Refuses to run tests and to judge.

mod activity;
mod apart;
mod attempt;
mod cargo;
mod compiler;
mod configuration;
mod documentation;
mod halving;
mod inherit;
mod lane;
mod layout;
mod ledger;
mod merged;
mod optimized;
mod overlay;
mod plan;
pub mod printed;
mod reinitialized;
mod relocate;
mod runner;
mod runtime;
mod rustdoc;
mod search;
mod secrets;
mod seed;
mod shadow;
mod siblings;
mod unit;
mod why;
mod withdraw;
mod wrapper;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::SystemTime;

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

pub use activity::Activity;
pub use cargo::CargoArgs;
use cargo::Tests;
pub use documentation::{Documentation, Examples};
pub use lane::{Edit, Lane, LaneBuild, Seat, Wanted};
pub use layout::{Layout, STATE_VARIABLE, TABLE_VARIABLE};
pub use merged::{Merging, is_example_compiler, run_example_compiler};
pub use optimized::Level;
pub use overlay::overlay;
pub use plan::{BuildPlan, PlannedFile, Refusals, digest, read_json, write_durably, write_json};
pub use relocate::LaneArtifacts;
use relocate::given;
pub use runner::{Doctest, Example, Recorded, is_runner, run as run_runner};
pub use rustdoc::{RustdocCall, is_rustdoc, run as run_rustdoc};
pub use secrets::{is_secret, secrets};
use seed::Members;
pub use unit::Unit;
use why::{why_cut_off, why_not_built};
pub use withdraw::{Blame, Diagnostic, Instrumented, blame, denied};
pub use wrapper::{is_wrapper, run as run_wrapper};

use crate::guard::{self, put_back_left_overs};
use crate::instrument::{FilePlan, INLINE_SOURCE, RUNTIME_SOURCE, render};
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
        let rustc = configuration::compiler(&workspace.root);
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
        let all = [env!("CARGO_PKG_VERSION"), RUNTIME_SOURCE, INLINE_SOURCE, &self.version].join("\n");
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

    /// Begin with the dependencies that another place has compiled, whose members' compilations are `units`.
    pub fn start_from(&self, other: &Layout, units: &[Unit]) {
        for target in [self.layout.cargo_target(), self.layout.plain_target()] {
            seed::seed(&other.cargo_target(), &target, units);
        }
    }

    /// Cargo's target directory as the user has it.
    pub fn target_dir(&self) -> &Utf8Path {
        &self.workspace.target_dir
    }

    /// Where cargo lets tests write (`CARGO_TARGET_TMPDIR`), made where it is not there yet. Those of `units` that use
    /// trybuild have it build below the user's target directory.
    pub fn test_scratch(&self, units: &[Unit]) -> anyhow::Result<Vec<Utf8PathBuf>> {
        let mut places: Vec<Utf8PathBuf> = self.layout.targets().map(|target| target.join("tmp")).into();
        if units.iter().any(|unit| unit.uses("trybuild")) {
            places.push(self.workspace.target_dir.join("tests"));
        }
        for place in &places {
            fs::create_dir_all(place).with_context(|| format!("cannot create {place}"))?;
        }
        Ok(places)
    }

    /// Write the instrumented files and let cargo build every test executable.
    pub fn build(&self, files: &[FileToBuild<'_>], roots: Vec<Utf8PathBuf>) -> anyhow::Result<Built> {
        let (plan, stems) = thread::scope(|scope| {
            scope.spawn(|| runtime::provide_early(&self.layout, self.workspace));
            let plan = self.prepare(files, roots)?;
            let stems = self.build_until_settled(&plan)?;
            anyhow::Ok((plan, stems))
        })?;
        let mut units: Vec<Unit> = read_all(&self.layout.units())?;
        units.retain(|unit| stems.contains(&unit.file_stem()));
        let mut executables: Vec<Recorded> = read_all(&self.layout.executables())?;
        executables.sort_by(|a, b| a.program.cmp(&b.program));
        Ok(Built { executables, units, refusals: self.refusals(&plan) })
    }

    /// Lay out all that cargo and the wrapper will look for.
    fn prepare(&self, files: &[FileToBuild<'_>], roots: Vec<Utf8PathBuf>) -> anyhow::Result<BuildPlan> {
        let planned = files.iter().map(|file| (file.path.clone(), file.planned.clone())).collect();
        let asked = apart::texts(&self.layout, files)?;
        let plan = BuildPlan { workspace: self.workspace.root.clone(), files: planned, roots, apart: asked.unknown };
        self.forget_the_future()?;
        write_json(&self.layout.plan(), &plan)?;
        for directory in [self.layout.executables(), self.layout.scratch()] {
            empty_directory(&directory)?;
        }
        self.inherit_dependencies();
        self.write_shadow(files)?;
        if !asked.files.is_empty() {
            self.mirror(&self.layout.apart(), &asked.files)?;
        }
        Ok(plan)
    }

    fn inherit_dependencies(&self) {
        let packages = self.workspace.packages.iter().map(|package| package.name.clone()).collect();
        let members = Members { packages, ..Members::default() };
        inherit::inherit(&self.workspace.target_dir, &self.layout.cargo_target(), &self.args.flags, &members, self.toolchain);
    }

    /// `units` and those besides that documentation examples are built on: a library is compiled without its tests only
    /// for who uses it, and where no executable does, cargo has compiled it for them.
    pub fn units_with_documentation(&self, units: &[Unit], calls: &[RustdocCall]) -> anyhow::Result<Vec<Unit>> {
        let recorded: Vec<Unit> = read_all(&self.layout.units())?;
        let mut units = units.to_vec();
        let mut wanted: Vec<&str> = calls.iter().flat_map(|call| given(&call.args)).collect();
        while let Some(stem) = wanted.pop() {
            let is_new = units.iter().all(|unit| unit.file_stem() != stem);
            if let Some(unit) = recorded.iter().find(|unit| is_new && unit.file_stem() == stem) {
                wanted.extend(given(&unit.args));
                units.push(unit.clone());
            }
        }
        Ok(units)
    }

    /// Cargo goes by times: what was built while the clock was ahead of now looks newer than any change, so it is built
    /// again. The executables are noted when a build is done.
    fn forget_the_future(&self) -> anyhow::Result<()> {
        let now = SystemTime::now();
        let is_ahead = |path: &Utf8PathBuf| fs::metadata(path).and_then(|it| it.modified()).is_ok_and(|time| time > now);
        if ![self.layout.plan(), self.layout.executables()].iter().any(is_ahead) {
            return Ok(());
        }
        self.layout.targets().iter().try_for_each(empty_directory)
    }

    fn write_shadow(&self, files: &[FileToBuild<'_>]) -> anyhow::Result<()> {
        let instrumented = |file: &FileToBuild<'_>| {
            let refusals = Refusals::load(&self.layout, file.path, &file.planned.digest);
            let rendered = render(file.text, &file.plan.edits, file.planned.slots, &refusals.withdrawn);
            (file.path.clone(), rendered.text)
        };
        self.mirror(&self.layout.shadow(), &files.iter().map(instrumented).collect())
    }

    fn mirror(&self, at: &Utf8Path, texts: &BTreeMap<Utf8PathBuf, String>) -> anyhow::Result<()> {
        shadow::mirror(&self.workspace.root, at, texts, std::slice::from_ref(&self.workspace.target_dir))
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
}

/// What comes of the code as the user wrote it.
pub struct Plain {
    /// The test executables.
    pub executables: Vec<Recorded>,
    /// The documentation examples that fail before they can be run, by name.
    pub refused: BTreeSet<String>,
}

impl Builder<'_> {
    /// Build the tests as the user wrote the code: to tell a red test from one that only instrumentation disturbs.
    pub fn build_plain(&self) -> anyhow::Result<Plain> {
        empty_directory(&self.layout.executables())?;
        seed::seed(&self.layout.cargo_target(), &self.layout.plain_target(), &read_all::<Unit>(&self.layout.units())?);
        let output = self.cargo(Tests::Plain)?;
        // Examples come last, and those that should panic fail where nothing is run.
        if !output.is_success && !output.errors.contains("doctest failed") {
            let why = why_cut_off(&output.errors).unwrap_or("the code compiles instrumented and not without; please report it");
            bail!("{why}\n{}", output.errors.trim_end());
        }
        let refused = printed::examples(&output.text).refused.into_iter().map(|example| example.name).collect();
        Ok(Plain { executables: read_all(&self.layout.executables())?, refused })
    }
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
