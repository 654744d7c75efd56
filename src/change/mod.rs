//! What changed since the base: paths, texts of both sides, new lines. Reads the repository through the git
//! program and writes nothing. Refuses to know what a change is worth.
//!
//! | asked for | base | head |
//! |---|---|---|
//! | `--base REF` | the merge base of `REF` and `HEAD` | the working tree: what is committed, staged, not staged, and untracked but not ignored |
//! | `--staged` | `HEAD`, before the first commit nothing | the index |

mod code;
mod error;
mod git;
mod lines;
mod marks;
mod place;
pub mod printed;
mod tokens;

pub use code::{NewCode, new_code};
pub use error::ChangeError;
pub use lines::changed_lines;
pub use marks::{NewMark, new_marks};

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::RangeInclusive;

use camino::{Utf8Path, Utf8PathBuf};

use crate::workspace::{Workspace, normalized};
use git::{Git, line};
use place::{Place, refuse_conflicts};
use printed::Entry;

/// What to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The working tree with the commit that it has in common with this one.
    Base(String),
    /// The index with the last commit.
    Staged,
}

/// What changed since the base. All paths are relative to the workspace root, with forward slashes; those of
/// the repository outside of the workspace begin with `../`.
#[derive(Debug)]
pub struct Change {
    /// What the head is compared with.
    pub base: Base,
    /// The head.
    pub head: Head,
    /// What changed, sorted by path.
    pub files: Vec<ChangedFile>,
    git: Git,
    root: Utf8PathBuf,
    /// The workspace root as seen from the root of the repository; empty when they are the same.
    below: Utf8PathBuf,
    tree: OnceCell<BTreeMap<Utf8PathBuf, String>>,
    /// The objects of the head's changed files, where the head is the index.
    index: BTreeMap<Utf8PathBuf, Option<String>>,
}

/// What the head is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// As it was typed; `HEAD` for what is staged.
    pub asked: String,
    /// The merge base, in full; `None` when nothing was committed yet.
    pub commit: Option<String>,
}

/// Which texts are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Those of the working tree.
    WorkTree,
    /// Those of the index.
    Index,
}

/// A file that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Where it is, or was when it is gone.
    pub path: Utf8PathBuf,
    /// Where it was, when it was renamed.
    pub old_path: Option<Utf8PathBuf>,
    /// What happened to it.
    pub status: Status,
    /// For Rust and TOML: the text at the base; `None` when there was none.
    pub base: Option<String>,
    /// For Rust and TOML: the text now; `None` when there is none.
    pub head: Option<String>,
    /// For Rust and TOML: the lines of `head` that are new, 1-based, sorted.
    pub lines: Vec<RangeInclusive<u32>>,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is new.
    Added,
    /// Its text, its mode or its kind is another one.
    Modified,
    /// It has another path, and perhaps another text.
    Renamed,
    /// It is gone.
    Deleted,
    /// A submodule at another commit: what changed in it is not looked at.
    Submodule,
}

impl Base {
    /// The commit as people write it; `nothing` before the first.
    pub fn short(&self) -> &str {
        self.commit.as_deref().map_or("nothing", |commit| &commit[..commit.len().min(10)])
    }
}

impl Change {
    /// Find out what changed around `workspace`.
    pub fn find(workspace: &Workspace, asked: &Asked) -> Result<Change, ChangeError> {
        let root = &workspace.root;
        let git = Git::new(root);
        let place = Place::of(&git, root)?;
        let (base, head) = match asked {
            Asked::Base(name) => (place.merge_base(&git, name)?, Head::WorkTree),
            Asked::Staged => (Base { asked: "HEAD".to_owned(), commit: git.commit("HEAD")? }, Head::Index),
        };
        let git = match Git::surrounding_index(&place.git_dir) {
            Some(index) => git.with_index(index),
            None => git,
        };
        refuse_conflicts(&git)?;
        let from = match &base.commit {
            Some(commit) => commit.clone(),
            None => line(&git.feed(&["hash-object", "-t", "tree", "--stdin"], Vec::new())?),
        };
        let printed = match head {
            Head::WorkTree => place.diff_with_untracked(&git, &workspace.target_dir, &from)?,
            Head::Index => git.print(&diff_args(&["--cached", &from]))?,
        };
        let below = place.below;
        let change =
            Change { base, head, files: Vec::new(), git, root: root.clone(), below, tree: OnceCell::new(), index: BTreeMap::new() };
        change.with_files(&printed::entries(&printed)?)
    }

    fn with_files(mut self, entries: &[Entry]) -> Result<Change, ChangeError> {
        self.index = entries.iter().map(|entry| (self.seen(&entry.path), entry.new.clone())).collect();
        let is_text = |path: &Utf8Path| matches!(path.extension(), Some("rs" | "toml"));
        let has_text =
            |entry: &&Entry| entry.status != Status::Submodule && (is_text(&entry.path) || entry.old_path.as_deref().is_some_and(is_text));
        let wanted: Vec<&Entry> = entries.iter().filter(has_text).collect();
        let old = self.contents(wanted.iter().filter_map(|entry| entry.old.as_deref()))?;
        let staged =
            if self.head == Head::Index { self.contents(wanted.iter().filter_map(|entry| entry.new.as_deref()))? } else { BTreeMap::new() };
        let mut files = Vec::new();
        let text_of = |entry: &Entry, bytes: Option<&Vec<u8>>| bytes.map(|bytes| text(&entry.path, bytes.clone())).transpose();
        for entry in entries {
            let base = text_of(entry, entry.old.as_ref().and_then(|id| old.get(id)))?;
            let head = match self.head {
                Head::Index => text_of(entry, entry.new.as_ref().and_then(|id| staged.get(id)))?,
                Head::WorkTree if entry.status != Status::Deleted && has_text(&entry) => self.on_disk(&self.seen(&entry.path))?,
                Head::WorkTree => None,
            };
            let lines = head.as_deref().map_or(Vec::new(), |head| changed_lines(base.as_deref().unwrap_or_default(), head));
            let old_path = entry.old_path.as_ref().map(|path| self.seen(path));
            files.push(ChangedFile { path: self.seen(&entry.path), old_path, status: entry.status, base, head, lines });
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        self.files = files;
        Ok(self)
    }

    /// The changed file at `path`, if it changed.
    pub fn file(&self, path: &Utf8Path) -> Option<&ChangedFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The path from the root of the repository.
    pub fn in_repository(&self, path: &Utf8Path) -> Utf8PathBuf {
        normalized(&self.below.join(path))
    }

    /// The text at the base; `None` when there was no such file.
    pub fn base_text(&self, path: &Utf8Path) -> Result<Option<String>, ChangeError> {
        Ok(self.base_texts([path])?.pop().flatten())
    }

    /// The texts at the base, in the order of `paths`.
    pub fn base_texts<'p>(&self, paths: impl IntoIterator<Item = &'p Utf8Path>) -> Result<Vec<Option<String>>, ChangeError> {
        let paths: Vec<&Utf8Path> = paths.into_iter().collect();
        let bytes = self.base_bytes(paths.iter().copied())?;
        paths.into_iter().zip(bytes).map(|(path, bytes)| bytes.map(|bytes| text(path, bytes)).transpose()).collect()
    }

    /// What files hold at the base, in the order of `paths`; `None` where there was none.
    pub fn base_bytes<'p>(&self, paths: impl IntoIterator<Item = &'p Utf8Path>) -> Result<Vec<Option<Vec<u8>>>, ChangeError> {
        let tree = self.tree()?;
        let ids: Vec<Option<&String>> = paths.into_iter().map(|path| tree.get(&self.in_repository(path))).collect();
        let contents = self.contents(ids.iter().flatten().map(|id| id.as_str()))?;
        Ok(ids.into_iter().map(|id| id.and_then(|id| contents.get(id)).cloned()).collect())
    }

    /// The root of the repository.
    pub fn top(&self) -> Utf8PathBuf {
        let up = self.below.components().count();
        self.root.ancestors().nth(up).unwrap_or(&self.root).to_owned()
    }

    /// Every file at the base, sorted.
    pub fn base_files(&self) -> Result<Vec<Utf8PathBuf>, ChangeError> {
        let mut files: Vec<Utf8PathBuf> = self.tree()?.keys().map(|path| self.seen(path)).collect();
        files.sort();
        Ok(files)
    }

    /// The text that is judged; `None` when there is no such file.
    pub fn head_text(&self, path: &Utf8Path) -> Result<Option<String>, ChangeError> {
        match (self.head, self.index.get(path)) {
            (Head::WorkTree, _) => self.on_disk(path),
            (Head::Index, Some(None)) => Ok(None),
            (Head::Index, Some(Some(id))) => self.contents([id.as_str()])?.remove(id).map(|bytes| text(path, bytes)).transpose(),
            (Head::Index, None) => self.base_text(path),
        }
    }

    /// How the index differs from the working tree: the text that is staged, by path; `None` for what is there and
    /// not staged. Only Rust is looked at.
    pub fn staged_texts(&self) -> Result<BTreeMap<Utf8PathBuf, Option<String>>, ChangeError> {
        let is_rust = |path: &Utf8PathBuf| path.extension() == Some("rs");
        let entries: Vec<Entry> = printed::entries(&self.git.print(&diff_args(&["--no-renames"]))?)?;
        let entries: Vec<&Entry> = entries.iter().filter(|entry| is_rust(&entry.path)).collect();
        let contents = self.contents(entries.iter().filter_map(|entry| entry.old.as_deref()))?;
        let mut texts = BTreeMap::new();
        for entry in entries {
            let staged = entry.old.as_ref().and_then(|id| contents.get(id)).map(|bytes| text(&entry.path, bytes.clone())).transpose()?;
            texts.insert(self.seen(&entry.path), staged);
        }
        for path in self.untracked()?.into_iter().filter(is_rust) {
            texts.insert(path, None);
        }
        Ok(texts)
    }

    /// What a build would see and the index does not have: changed and not staged, or untracked.
    pub fn not_staged(&self) -> Result<Vec<Utf8PathBuf>, ChangeError> {
        let entries = printed::entries(&self.git.print(&diff_args(&["--no-renames"]))?)?;
        let mut paths: Vec<Utf8PathBuf> = entries.iter().map(|entry| self.seen(&entry.path)).collect();
        paths.extend(self.untracked()?.into_iter().filter(|path| matches!(path.extension(), Some("rs" | "toml"))));
        paths.sort();
        Ok(paths)
    }

    fn untracked(&self) -> Result<Vec<Utf8PathBuf>, ChangeError> {
        let printed = self.git.print(&["ls-files", "--others", "--exclude-standard", "-z", "--full-name"])?;
        printed::names(&printed).map(|name| Ok(self.seen(&git::path(name)?))).collect()
    }

    fn on_disk(&self, path: &Utf8Path) -> Result<Option<String>, ChangeError> {
        match fs::read(self.root.join(path)) {
            Ok(bytes) => text(path, bytes).map(Some),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(ChangeError::Unreadable { path: path.to_string(), error }),
        }
    }

    /// The objects of the base's tree by their paths in the repository.
    fn tree(&self) -> Result<&BTreeMap<Utf8PathBuf, String>, ChangeError> {
        if let Some(tree) = self.tree.get() {
            return Ok(tree);
        }
        let tree = match &self.base.commit {
            Some(commit) => printed::tree(&self.git.print(&["ls-tree", "-r", "-z", "--full-tree", commit])?)?,
            None => BTreeMap::new(),
        };
        Ok(self.tree.get_or_init(|| tree))
    }

    /// The contents of objects.
    fn contents<'i>(&self, ids: impl IntoIterator<Item = &'i str>) -> Result<BTreeMap<String, Vec<u8>>, ChangeError> {
        let ids: Vec<&str> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let printed = self.git.feed(&["cat-file", "--batch"], (ids.join("\n") + "\n").into_bytes())?;
        let blobs = printed::blobs(&printed)?;
        if blobs.len() != ids.len() {
            let said = format!("it printed {} of {} objects", blobs.len(), ids.len());
            return Err(ChangeError::Failed { command: "cat-file".to_owned(), said });
        }
        Ok(ids.into_iter().map(str::to_owned).zip(blobs).collect())
    }

    /// A path of the repository as seen from the workspace.
    fn seen(&self, path: &Utf8Path) -> Utf8PathBuf {
        let mut up = Utf8PathBuf::new();
        for folder in self.below.ancestors() {
            if let Ok(rest) = path.strip_prefix(folder) {
                return up.join(rest);
            }
            up.push("..");
        }
        up.join(path)
    }
}

/// `git diff` as entries.
fn diff_args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let fixed = [
        "diff",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-relative",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=dirty",
        "-M",
        "-l5000",
    ];
    [&fixed, more, &["--"]].concat()
}

fn text(path: &Utf8Path, bytes: Vec<u8>) -> Result<String, ChangeError> {
    String::from_utf8(bytes).map_err(|_| ChangeError::NotText(path.to_string()))
}

#[cfg(test)]
mod tests;
