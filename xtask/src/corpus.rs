//! Registry crates by exact version, as cargo itself fetches them. A copy lies in
//! `target/corpus/NAME-VERSION`, unchanged but for a `gates.toml` of ours and a lock file; our workspace
//! excludes `target`, so each copy is its own workspace root without a word in its manifest. Crates that were
//! a workspace before they were published can be put together again as one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::command::{cargo, metadata, root, succeed};

/// The operators of cargo-mutants, so that both tools make the same mutants, and a limit that any tested
/// crate holds: the corpus is measured, not judged.
const POLICY: &str = "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n\n[mutation]\noperators = \"cargo-mutants\"\n";

#[derive(Deserialize)]
struct List {
    #[serde(rename = "crate")]
    crates: Vec<Entry>,
}

/// One crate of the corpus, or several that make a workspace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Entry {
    /// Its name in the registry, or what we call the workspace.
    pub(crate) name: String,
    /// Its exact version; none for a workspace.
    pub(crate) version: Option<String>,
    /// The members of a workspace, each of which uses the others here and not those of the registry.
    #[serde(default)]
    members: Vec<Entry>,
}

impl Entry {
    /// `NAME-VERSION`.
    pub(crate) fn id(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{}-{version}", self.name))
    }

    /// Where its copy lies.
    pub(crate) fn folder(&self) -> PathBuf {
        root().join("target/corpus").join(self.id())
    }
}

/// Fetch the named crates, or all.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    for entry in select(names)? {
        println!("{}", fetch(&entry)?.strip_prefix(root()).unwrap_or(&entry.folder()).display());
    }
    Ok(())
}

/// The named crates of the list, or all.
pub(crate) fn select(names: &[&str]) -> Result<Vec<Entry>> {
    let path = root().join("xtask/corpus.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let list: List = toml::from_str(&text).with_context(|| format!("{} is no list of crates", path.display()))?;
    if let Some(unknown) = names.iter().find(|name| !list.crates.iter().any(|entry| entry.name == **name)) {
        let known: Vec<&str> = list.crates.iter().map(|entry| entry.name.as_str()).collect();
        bail!("`{unknown}` is not in xtask/corpus.toml; known are {}", known.join(", "));
    }
    Ok(list.crates.into_iter().filter(|entry| names.is_empty() || names.contains(&entry.name.as_str())).collect())
}

/// The copy of a crate, fetched when it is not there yet.
pub(crate) fn fetch(entry: &Entry) -> Result<PathBuf> {
    let folder = entry.folder();
    if !folder.join("gates.toml").exists() {
        if entry.members.is_empty() {
            copy_source(entry, &folder)?;
        } else {
            assemble(&entry.members, &folder)?;
        }
        succeed(cargo().args(["fetch", "--quiet", "--manifest-path"]).arg(folder.join("Cargo.toml")))?;
        // Last, for it says that the copy is complete.
        fs::write(folder.join("gates.toml"), POLICY)?;
    }
    Ok(folder)
}

fn copy_source(entry: &Entry, folder: &Path) -> Result<()> {
    copy(&source(entry)?, folder).with_context(|| format!("cannot copy the source of {} to {}", entry.id(), folder.display()))
}

/// Put crates together as the members of one workspace.
fn assemble(members: &[Entry], folder: &Path) -> Result<()> {
    for member in members {
        copy_source(member, &folder.join(&member.name))?;
    }
    let here = members.iter().map(|member| format!("{0} = {{ path = \"{0}\" }}\n", member.name)).collect::<Vec<_>>().concat();
    let manifest = format!("[workspace]\nresolver = \"2\"\nmembers = [\"*\"]\nexclude = [\"target\"]\n\n[patch.crates-io]\n{here}");
    fs::write(folder.join("Cargo.toml"), manifest).with_context(|| format!("cannot write a manifest in {}", folder.display()))
}

/// Where cargo keeps the source of a crate: it is asked to resolve a package that depends on it.
fn source(entry: &Entry) -> Result<PathBuf> {
    let version = entry.version.as_deref().with_context(|| format!("`{}` has no version in xtask/corpus.toml", entry.name))?;
    let package = root().join("target/corpus/.fetch").join(entry.id());
    fs::create_dir_all(package.join("src")).with_context(|| format!("cannot make {}", package.display()))?;
    fs::write(package.join("src/lib.rs"), "")?;
    let manifest = package.join("Cargo.toml");
    fs::write(
        &manifest,
        format!(
            "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{} = \"={}\"\n",
            entry.name, version
        ),
    )?;
    let metadata = metadata(&manifest, &[])?;
    let packages = metadata["packages"].as_array().context("`cargo metadata` lists no packages")?;
    let found = packages.iter().find(|package| package["name"] == entry.name && package["version"] == version);
    let manifest =
        found.and_then(|package| package["manifest_path"].as_str()).with_context(|| format!("cargo did not fetch {}", entry.id()))?;
    Ok(Path::new(manifest).parent().context("a manifest lies in a folder")?.to_owned())
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    // What was built there is not part of it.
    let is_source = |entry: &walkdir::DirEntry| entry.depth() != 1 || (entry.file_name() != "target" && entry.file_name() != ".git");
    for entry in walkdir::WalkDir::new(from).into_iter().filter_entry(is_source) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else if entry.file_name() != ".cargo-ok" {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
