//! What the command tells the wrapper, and what the two remember of each file. Plain data, written whole.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::layout::Layout;
use super::withdraw::Complaint;
use crate::instrument::{FileContext, Slots, Withdrawn};

/// What the wrapper must know to build one workspace instrumented.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BuildPlan {
    /// The workspace root, absolute.
    pub workspace: Utf8PathBuf,
    /// Every instrumented file, by its path relative to the workspace root.
    pub files: BTreeMap<Utf8PathBuf, PlannedFile>,
    /// Root files of targets to instrument, relative to the workspace root.
    pub roots: Vec<Utf8PathBuf>,
    /// Files of which the compiler is asked before they are built, and whether any of their values are in doubt: see
    /// [`super::apart`].
    pub apart: BTreeMap<Utf8PathBuf, bool>,
}

/// One instrumented file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Hash of the text that was planned.
    pub digest: String,
    /// Its slots in the table.
    pub slots: Slots,
    /// What its surroundings say about it.
    pub context: FileContext,
}

/// What is known of the compiler's refusals in one file, good for one text of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals {
    /// Hash of the text.
    pub digest: String,
    /// What is left out of the instrumented text.
    pub withdrawn: Withdrawn,
    /// Mutants that compile only because lints are capped: a real edit is refused. They stay in the text.
    pub denied: BTreeMap<u32, String>,
    /// What of it may have been the wrong thing to leave out.
    pub doubts: Vec<Doubt>,
}

/// What is left out for what the compiler says of one function, and may have to be put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// What it says.
    pub complaint: Complaint,
    /// How often the compiler said it so far, each time of another text.
    pub times: u32,
    /// What was left out for it.
    pub taken: Withdrawn,
    /// Whether it was looked into.
    pub is_settled: bool,
}

/// The hash of a text.
pub fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

impl Refusals {
    /// What is remembered of the file at `path`; nothing when its text is another one.
    pub fn load(layout: &Layout, path: &Utf8Path, digest: &str) -> Refusals {
        let known = read_json::<Refusals>(&layout.withdrawn(path)).ok().filter(|known| known.digest == digest);
        known.unwrap_or_else(|| Refusals { digest: digest.to_owned(), ..Refusals::default() })
    }

    /// Note that the compiler said this, and what was left out for it.
    pub fn doubt(&mut self, complaint: Complaint, taken: Withdrawn) {
        let at = self.doubts.iter().position(|doubt| doubt.complaint == complaint).unwrap_or_else(|| {
            self.doubts.push(Doubt { complaint, times: 0, taken: Withdrawn::default(), is_settled: false });
            self.doubts.len() - 1
        });
        self.doubts[at].times += 1;
        self.doubts[at].taken.extend(taken);
    }

    /// Whether anything is remembered of this text of the file at `path`, if only that there is nothing.
    pub fn are_known(layout: &Layout, path: &Utf8Path, digest: &str) -> bool {
        read_json::<Refusals>(&layout.withdrawn(path)).is_ok_and(|known| known.digest == digest)
    }

    /// Remember it.
    pub fn store(&self, layout: &Layout, path: &Utf8Path) -> anyhow::Result<()> {
        write_json(&layout.withdrawn(path), self)
    }
}

/// Read a file that [`write_json`] wrote.
pub fn read_json<T: DeserializeOwned>(path: &Utf8Path) -> anyhow::Result<T> {
    use anyhow::Context;
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{path} is damaged; `cargo gate clean` removes it"))
}

/// Write a file whole: a reader sees the old one or the new one.
pub fn write_json(path: &Utf8Path, value: &impl Serialize) -> anyhow::Result<()> {
    write_whole(path, &serde_json::to_vec(value)?)
}

/// Write bytes whole, creating the directory, by a temporary file beside and a rename.
pub(super) fn write_whole(path: &Utf8Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, bytes, |_| Ok(()))
}

/// The same for what must be there after the power went: the text reaches the disk before the name does.
pub fn write_durably(path: &Utf8Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, bytes, std::fs::File::sync_all)
}

fn write_with(path: &Utf8Path, bytes: &[u8], sync: fn(&std::fs::File) -> std::io::Result<()>) -> anyhow::Result<()> {
    use anyhow::Context;
    let write = || -> std::io::Result<()> {
        let directory = path.parent().unwrap_or(Utf8Path::new("."));
        std::fs::create_dir_all(directory)?;
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        std::io::Write::write_all(&mut file, bytes)?;
        sync(file.as_file())?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {path}"))
}
