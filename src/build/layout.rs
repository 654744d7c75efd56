//! Where everything of ours lies: one directory under the user's target directory. Owns the names of
//! files that the command, the wrapper and the runner hand to each other, and nothing of what is in them.

use camino::{Utf8Path, Utf8PathBuf};

/// The environment variable that tells the wrapper and the runner where the state lies.
pub const STATE_VARIABLE: &str = "CARGO_GATE_STATE";

/// The environment variable in which cargo finds the wrapper of workspace members.
pub(super) const WRAPPER_VARIABLE: &str = "RUSTC_WORKSPACE_WRAPPER";

/// The environment variable that names a wrapper of workspace members that the user had before us.
pub const INNER_WRAPPER_VARIABLE: &str = "CARGO_GATE_INNER_WRAPPER";

/// The environment variable by which instrumented code finds its table.
pub const TABLE_VARIABLE: &str = "CARGO_GATE_TABLE";

/// The directories of one toolchain and version of ours.
#[derive(Clone, Debug)]
pub struct Layout {
    root: Utf8PathBuf,
}

impl Layout {
    /// The layout below `target_dir` for `key`, which names everything that makes old artifacts useless.
    pub fn new(target_dir: &Utf8Path, key: &str) -> Layout {
        Layout { root: target_dir.join("gate").join(key) }
    }

    /// The layout at the root that [`STATE_VARIABLE`] names.
    pub fn at(root: Utf8PathBuf) -> Layout {
        Layout { root }
    }

    /// The value of [`STATE_VARIABLE`].
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Held by the one command that may work here.
    pub fn run_lock(&self) -> Utf8PathBuf {
        self.root.join("run.lock")
    }

    /// Held by a wrapper while it reads or changes what was withdrawn.
    pub fn state_lock(&self) -> Utf8PathBuf {
        self.root.join("state.lock")
    }

    /// Held by a wrapper while it asks the compiler of the files of the target with this root.
    pub fn turn(&self, root: &Utf8Path) -> Utf8PathBuf {
        self.named("turns", root).with_extension("lock")
    }

    /// Held by a wrapper while it looks for the edits that errors in the files of the target with this root come of.
    pub fn search(&self, root: &Utf8Path) -> Utf8PathBuf {
        self.named("searches", root).with_extension("lock")
    }

    /// What the wrapper must know: see [`super::plan::BuildPlan`].
    pub fn plan(&self) -> Utf8PathBuf {
        self.root.join("plan.json")
    }

    /// The mirror of the workspace in which instrumented files stand beside links to all others.
    pub fn shadow(&self) -> Utf8PathBuf {
        self.root.join("shadow")
    }

    /// The same with values in functions of their own: see [`super::apart`].
    pub fn apart(&self) -> Utf8PathBuf {
        self.root.join("apart")
    }

    /// Cargo's target directory for instrumented builds.
    pub fn cargo_target(&self) -> Utf8PathBuf {
        self.root.join("build")
    }

    /// All of cargo's target directories.
    pub fn targets(&self) -> [Utf8PathBuf; 3] {
        [self.cargo_target(), self.optimized_target(), self.plain_target()]
    }

    /// Cargo's target directory for instrumented builds whose code is optimized.
    pub fn optimized_target(&self) -> Utf8PathBuf {
        self.root.join("optimized")
    }

    /// Cargo's target directory for builds of the user's code as it is.
    pub fn plain_target(&self) -> Utf8PathBuf {
        self.root.join("plain")
    }

    /// The compiled runtime crates, one directory per compilation target.
    pub fn runtime(&self) -> Utf8PathBuf {
        self.root.join("runtime")
    }

    /// What was withdrawn from the file at `path`.
    pub fn withdrawn(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.named("withdrawn", path).with_extension("json")
    }

    /// A name in `folder` that stands for a file of the user's.
    fn named(&self, folder: &str, path: &Utf8Path) -> Utf8PathBuf {
        let name = blake3::hash(path.as_str().as_bytes()).to_hex();
        self.root.join(folder).join(&name.as_str()[..32])
    }

    /// One file per compilation of a workspace member: see [`super::unit::Unit`].
    pub fn units(&self) -> Utf8PathBuf {
        self.root.join("units")
    }

    /// The compiler's own memory of compilations that are made again.
    pub fn incremental(&self) -> Utf8PathBuf {
        self.root.join("incremental")
    }

    /// One file per test executable that cargo or rustdoc wanted to run: see [`super::runner::Recorded`].
    pub fn executables(&self) -> Utf8PathBuf {
        self.root.join("executables")
    }

    /// Our links to the executables of documentation examples, which rustdoc would remove.
    pub fn doctests(&self) -> Utf8PathBuf {
        self.root.join("doctests")
    }

    /// What rustdoc made of the documentation examples, and of what: see [`super::Documentation`].
    pub fn documentation(&self) -> Utf8PathBuf {
        self.root.join("documentation.json")
    }

    /// One file per call of rustdoc: see [`super::rustdoc::RustdocCall`].
    pub fn rustdoc(&self) -> Utf8PathBuf {
        self.root.join("rustdoc")
    }

    /// Verdicts of earlier runs: see [`crate::recall::Store`].
    pub fn verdicts(&self) -> Utf8PathBuf {
        self.root.join("verdicts.json")
    }

    /// How files of the user's were that cargo may change: see [`crate::guard::KeptFile`].
    pub fn notes(&self) -> Utf8PathBuf {
        self.root.join("notes")
    }

    /// Trees that are the user's but for some files, each with what is built in it: see [`super::overlay()`].
    pub fn overlays(&self) -> Utf8PathBuf {
        self.root.join("overlays")
    }

    /// Tables and outputs of running tests, their temporary files, the single lane's builds.
    pub fn scratch(&self) -> Utf8PathBuf {
        self.root.join("scratch")
    }
}
