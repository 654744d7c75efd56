//! The user's workspace as cargo sees it, and the source files of the selected packages. Reads; writes
//! nothing. Refuses to resolve modules that only a macro or a build script makes: the compiler alone
//! knows those.

mod modules;
mod outside;
mod repository;
mod texts;

pub use modules::{Kept, Parse, Source, SourceError, load_sources, normalized};
pub use outside::{const_use, names};
pub use repository::{below_repository, branch};
pub use texts::Texts;

use std::process::Command;

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Metadata, MetadataCommand, TargetKind};

/// Which packages to look at, as the user said it.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `--manifest-path`.
    pub manifest_path: Option<Utf8PathBuf>,
    /// `-p`, repeated.
    pub packages: Vec<String>,
    /// `--workspace`.
    pub workspace: bool,
    /// `--exclude`, repeated.
    pub exclude: Vec<String>,
}

/// A workspace with the selected packages.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The directory of the workspace's manifest, absolute.
    pub root: Utf8PathBuf,
    /// Where cargo puts what it builds.
    pub target_dir: Utf8PathBuf,
    /// The selected packages, sorted by name.
    pub packages: Vec<Package>,
    /// Whether these are all there are.
    pub is_whole: bool,
}

/// A selected package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its library and binaries, and nothing else.
    pub targets: Vec<Target>,
    /// Whether it has a library whose documentation examples `cargo test` runs.
    pub has_doctests: bool,
    /// Whether it has examples of its own (`examples/`), which `cargo test` builds and does not run.
    pub has_examples: bool,
}

/// A library or binary.
#[derive(Clone, Debug)]
pub struct Target {
    /// The root source file, absolute.
    pub root: Utf8PathBuf,
    /// Its edition: `2015` and so on.
    pub edition: String,
    /// Whether it is a procedural macro, which runs inside the compiler.
    pub is_proc_macro: bool,
}

/// The cargo to call: the one that called us, else the one on the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Ask cargo what there is and select. Fails when there is no manifest, when cargo refuses it, or when the
/// selection names or leaves nothing.
pub fn discover(selection: &Selection) -> anyhow::Result<Workspace> {
    let metadata = metadata(selection.manifest_path.as_deref())?;
    let packages = select(&metadata, selection)?;
    let is_whole = packages.len() == metadata.workspace_members.len();
    Ok(Workspace { root: metadata.workspace_root.clone(), target_dir: metadata.target_directory.clone(), packages, is_whole })
}

fn metadata(manifest_path: Option<&Utf8Path>) -> anyhow::Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.no_deps();
    if let Some(path) = manifest_path {
        if !path.is_file() {
            bail!("there is no manifest at `{path}`; give --manifest-path the path of a Cargo.toml");
        }
        command.manifest_path(path);
    }
    match command.exec() {
        Ok(metadata) => Ok(metadata),
        Err(cargo_metadata::Error::CargoMetadata { stderr }) => bail!("cargo cannot read the package here\n{}", stderr.trim()),
        Err(error) => Err(error).context("`cargo metadata` did not run; is cargo on the path?"),
    }
}

fn select(metadata: &Metadata, selection: &Selection) -> anyhow::Result<Vec<Package>> {
    let members = metadata.workspace_packages();
    for name in selection.packages.iter().chain(&selection.exclude) {
        if !members.iter().any(|package| package.name.as_str() == name) {
            let known: Vec<_> = members.iter().map(|package| package.name.as_str()).collect();
            bail!("there is no package `{name}` in the workspace; it has: {}", known.join(", "));
        }
    }
    let defaults = metadata.workspace_default_packages();
    let is_selected = |package: &cargo_metadata::Package| {
        let name = package.name.as_str();
        let asked = if selection.workspace {
            true
        } else if selection.packages.is_empty() {
            defaults.iter().any(|default| default.id == package.id)
        } else {
            selection.packages.iter().any(|asked| asked == name)
        };
        asked && !selection.exclude.iter().any(|excluded| excluded == name)
    };
    let mut packages: Vec<Package> = members.into_iter().filter(|package| is_selected(package)).map(describe).collect();
    if packages.is_empty() {
        bail!("the selection leaves no package; drop an --exclude or name one with -p");
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

fn describe(package: &cargo_metadata::Package) -> Package {
    let is_library = |target: &&cargo_metadata::Target| {
        target.kind.iter().any(|kind| {
            matches!(
                kind,
                TargetKind::Lib | TargetKind::RLib | TargetKind::DyLib | TargetKind::CDyLib | TargetKind::StaticLib | TargetKind::ProcMacro
            )
        })
    };
    let wanted = package.targets.iter().filter(|target| is_library(target) || target.is_bin());
    Package {
        name: package.name.to_string(),
        has_doctests: package.targets.iter().any(|target| is_library(&target) && target.doctest),
        has_examples: package.targets.iter().any(cargo_metadata::Target::is_example),
        targets: wanted
            .map(|target| Target {
                root: target.src_path.clone(),
                edition: target.edition.as_str().to_owned(),
                is_proc_macro: target.is_proc_macro(),
            })
            .collect(),
    }
}
