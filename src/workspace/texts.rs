//! Where the texts of sources come from: the working tree, or what is staged of it.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::Workspace;

/// The sources' texts, those on the disk unless something else is staged.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// By absolute path; `None` for what is on the disk and not to be seen.
    staged: BTreeMap<Utf8PathBuf, Option<String>>,
}

impl Texts {
    /// `staged` in place of what is on the disk, by path relative to the workspace root.
    pub fn staged(workspace: &Workspace, staged: BTreeMap<Utf8PathBuf, Option<String>>) -> Texts {
        Texts { staged: staged.into_iter().map(|(path, text)| (super::normalized(&workspace.root.join(path)), text)).collect() }
    }

    pub(super) fn read(&self, path: &Utf8Path) -> io::Result<String> {
        match self.staged.get(path) {
            Some(Some(text)) => Ok(text.clone()),
            Some(None) => Err(io::Error::new(io::ErrorKind::NotFound, "it is not staged")),
            None => std::fs::read_to_string(path),
        }
    }

    pub(super) fn is_file(&self, path: &Utf8Path) -> bool {
        self.staged.get(path).map_or_else(|| path.is_file(), Option::is_some)
    }
}
