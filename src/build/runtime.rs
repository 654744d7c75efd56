//! The runtime crate and what stands before it, compiled by the toolchain that compiles the user's crates, once per target.

use std::fs;
use std::io::ErrorKind;
use std::process::{Command, Output};

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::configuration::compiler;
use super::layout::{Layout, STATE_VARIABLE};
use super::ledger::locked;
use super::optimized;
use super::unit::Unit;
use crate::guard;
use crate::instrument::{INLINE_SOURCE, RUNTIME_SOURCE};
use crate::workspace::Workspace;

/// One of the crates.
struct Part {
    name: &'static str,
    source: &'static str,
}

const RUNTIME: Part = Part { name: "gate_rt", source: RUNTIME_SOURCE };

/// Stands before the other in code that is optimized.
const INLINE: Part = Part { name: "gate_rt_inline", source: INLINE_SOURCE };

impl Part {
    fn library(&self, directory: &Utf8Path) -> Utf8PathBuf {
        directory.join(format!("lib{}.rlib", self.name))
    }
}

/// Its directory for builds that name no target.
const HOST: &str = "host";

/// The compiled runtime for `unit`, also linked into the unit's own output directory: that is where rustdoc, which no
/// wrapper reaches, looks for what the user's library needs.
pub fn provide(layout: &Layout, unit: &Unit) -> anyhow::Result<Utf8PathBuf> {
    let is_optimized = optimized::is_so_anyway(unit) || optimized::wanted().is_some();
    let directory = directory_of(layout, unit);
    let mut library = Utf8PathBuf::new();
    for part in if is_optimized { &[RUNTIME, INLINE][..] } else { &[RUNTIME] } {
        library = part.library(&directory);
        if !library.exists() {
            compile(Command::new(&unit.rustc), part, unit.option("--target"), &directory, Command::output)?;
        }
        if let Some(out_dir) = unit.option("--out-dir") {
            let beside = part.library(&unit.directory.join(out_dir));
            link(&library, &beside).with_context(|| format!("cannot link {library} to {beside}"))?;
        }
    }
    Ok(library)
}

/// Compile it for the host while cargo is still looking about: most builds need it at once. What goes wrong is told when
/// it is needed.
pub fn provide_early(layout: &Layout, workspace: &Workspace) {
    let directory = layout.runtime().join(HOST);
    if !RUNTIME.library(&directory).exists() {
        let mut rustc = Command::new(compiler(&workspace.root));
        rustc.current_dir(&workspace.root);
        let _ = compile(rustc, &RUNTIME, None, &directory, guard::output);
    }
}

/// Give the library a second name. Two compilations may do this at once: either link is the right one, and
/// nothing is ever written through one, for both names are of one file.
fn link(library: &Utf8Path, beside: &Utf8Path) -> std::io::Result<()> {
    match fs::hard_link(library, beside) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(_) => {
            let unfinished = beside.with_extension(format!("{}.unfinished", std::process::id()));
            fs::copy(library, &unfinished)?;
            fs::rename(&unfinished, beside)
        }
        Ok(()) => Ok(()),
    }
}

/// Where the runtime for the target of `unit` lies.
pub fn directory_of(layout: &Layout, unit: &Unit) -> Utf8PathBuf {
    let target = unit.option("--target").unwrap_or(HOST);
    layout.runtime().join(Utf8Path::new(target).file_stem().unwrap_or(HOST))
}

/// Let `rustc` compile one of them, unless somebody else has just done so.
fn compile(
    mut rustc: Command,
    part: &Part,
    target: Option<&str>,
    directory: &Utf8Path,
    run: impl FnOnce(&mut Command) -> std::io::Result<Output>,
) -> anyhow::Result<()> {
    let _lock = locked(&directory.join("lock"))?;
    let library = part.library(directory);
    if library.exists() {
        return Ok(());
    }
    let source = directory.join(part.name).with_extension("rs");
    fs::write(&source, part.source).with_context(|| format!("cannot write {source}"))?;
    let unfinished = directory.join("unfinished.rlib");
    rustc.env("RUSTC_BOOTSTRAP", "1").env_remove(STATE_VARIABLE);
    rustc.args(["--crate-type=rlib", "--edition=2021", "--emit=link", "--cap-lints=allow", "--crate-name", part.name]);
    rustc.args(["-Copt-level=3", "-Ccodegen-units=1", "-Cmetadata=cargo-gate", "-o", unfinished.as_str(), source.as_str()]);
    rustc.args(["-L", &format!("dependency={directory}")]).args(target.map(|target| format!("--target={target}")));
    if part.name != RUNTIME.name {
        rustc.arg(format!("--extern={}={}", RUNTIME.name, RUNTIME.library(directory)));
    }
    let output = run(&mut rustc).with_context(|| format!("cannot run {}", rustc.get_program().display()))?;
    if !output.status.success() {
        bail!("this toolchain cannot compile the runtime of instrumented code\n{}", String::from_utf8_lossy(&output.stderr));
    }
    fs::rename(&unfinished, library)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_another_made_first_is_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let directory = Utf8Path::from_path(directory.path()).unwrap();
        let (library, beside) = (directory.join("a.rlib"), directory.join("b.rlib"));
        fs::write(&library, "library").unwrap();
        for _ in 0..2 {
            link(&library, &beside).unwrap();
            assert_eq!(fs::read_to_string(&beside).unwrap(), "library");
            assert_eq!(fs::read_to_string(&library).unwrap(), "library");
        }
    }

    #[test]
    fn a_link_that_cannot_be_made_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let directory = Utf8Path::from_path(directory.path()).unwrap();
        fs::write(directory.join("a.rlib"), "library").unwrap();
        assert!(link(&directory.join("a.rlib"), &directory.join("nowhere/b.rlib")).is_err());
    }
}
