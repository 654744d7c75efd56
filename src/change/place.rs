//! Where the workspace lies in its repository, which commit is the base, and how the working tree differs from
//! it. Owns what is said where the base cannot be had.

use std::fs;
use std::io;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};

use super::git::{self, Git, line};
use super::{Base, ChangeError, diff_args, printed};
use crate::workspace::normalized;

/// Where the workspace lies.
pub(super) struct Place {
    /// The root of the repository.
    top: Utf8PathBuf,
    /// The workspace root as seen from there.
    pub(super) below: Utf8PathBuf,
    pub(super) git_dir: Utf8PathBuf,
    /// The index.
    index: Utf8PathBuf,
    is_shallow: bool,
}

impl Place {
    pub(super) fn of(git: &Git, root: &Utf8Path) -> Result<Place, ChangeError> {
        let asked =
            ["rev-parse", "--is-shallow-repository", "--absolute-git-dir", "--show-prefix", "--show-toplevel", "--git-path", "index"];
        let printed = match git.print(&asked) {
            Ok(printed) => printed,
            Err(ChangeError::Failed { .. }) if !root.ancestors().any(|folder| folder.join(".git").exists()) => {
                return Err(ChangeError::NoRepository(root.to_string()));
            }
            Err(error) => return Err(error),
        };
        let [is_shallow, git_dir, below, top, index] = printed::lines(&printed)?;
        Ok(Place { top, below: normalized(&below), git_dir, index: root.join(index), is_shallow: is_shallow == "true" })
    }

    pub(super) fn merge_base(&self, git: &Git, name: &str) -> Result<Base, ChangeError> {
        let asked = name.to_owned();
        if git.commit("HEAD")?.is_none() {
            return Err(ChangeError::NoCommit(asked));
        }
        let Some(commit) = git.commit(name)? else {
            let help = self.how_to_fetch(git, name)?;
            return Err(ChangeError::UnknownBase { asked, help });
        };
        let output = git.ask(&["merge-base", &commit, "HEAD"])?;
        match (output.status.success(), self.is_shallow) {
            (true, _) => Ok(Base { asked, commit: Some(line(&output.stdout)) }),
            (false, true) => Err(ChangeError::Shallow { asked, help: UNSHALLOW.to_owned() }),
            (false, false) => Err(ChangeError::Unrelated(asked)),
        }
    }

    /// How to get a base that is not here.
    fn how_to_fetch(&self, git: &Git, name: &str) -> Result<String, ChangeError> {
        let remotes = String::from_utf8_lossy(&git.print(&["remote"])?).into_owned();
        for remote in remotes.lines() {
            if git.commit(&format!("{remote}/{name}"))?.is_some() {
                return Ok(format!("did you mean `{remote}/{name}`?"));
            }
            if let Some(branch) = name.strip_prefix(&format!("{remote}/")) {
                let deepen = if self.is_shallow { "--unshallow " } else { "" };
                return Ok(format!("`git fetch {deepen}{remote} {branch}:refs/remotes/{remote}/{branch}` gets it, where it exists"));
            }
        }
        let how = if self.is_shallow { UNSHALLOW } else { "check the name with `git branch --all`" };
        Ok(how.to_owned())
    }
}

const UNSHALLOW: &str = "`git fetch --unshallow` gets the history; in a GitHub workflow give actions/checkout `fetch-depth: 0`";

pub(super) fn refuse_conflicts(git: &Git) -> Result<(), ChangeError> {
    let printed = git.print(&["ls-files", "--unmerged", "-z", "--full-name", ":/"])?;
    let names = printed::unmerged(&printed)?;
    match names.first() {
        Some(first) => Err(ChangeError::Conflicts { first: String::from_utf8_lossy(first).into_owned(), count: names.len() }),
        None => Ok(()),
    }
}

/// By its index's time git tells which files may have changed since without looking into them.
fn copy_with_time(index: &Path, copy: &Path) -> io::Result<()> {
    let time = fs::metadata(index)?.modified()?;
    fs::copy(index, copy)?;
    fs::File::options().write(true).open(copy)?.set_modified(time)
}

impl Place {
    /// The working tree against a commit, untracked files with it: a copy of the index is told of them, so that a
    /// file that was moved and not added is a rename, too. Marks in the index that hide changes of the working tree
    /// are taken away.
    pub(super) fn diff_with_untracked(&self, git: &Git, target_dir: &Utf8Path, from: &str) -> Result<Vec<u8>, ChangeError> {
        let unwritable =
            |error: io::Error| ChangeError::Failed { command: "add".to_owned(), said: format!("no temporary folder: {error}") };
        let folder = tempfile::tempdir().map_err(unwritable)?;
        let copy = folder.path().join("index");
        let index = git.index().unwrap_or_else(|| self.index.clone().into());
        if index.exists() {
            copy_with_time(&index, &copy).map_err(unwritable)?;
        }
        let git = git.with_index(copy).at(&self.top);
        self.show_hidden(&git)?;
        let untracked = self.untracked(&git, target_dir)?;
        if !untracked.is_empty() {
            // As `git add --intent-to-add`, which would write an object.
            let empty = line(&git.feed(&["hash-object", "--stdin"], Vec::new())?);
            let entry = |name: &[u8]| [format!("100644 {empty}\t").as_bytes(), name, b"\0"].concat();
            let entries = untracked.iter().flat_map(|name| entry(name)).collect();
            git.feed(&["update-index", "-z", "--index-info"], entries)?;
        }
        git.print(&diff_args(&[from]))
    }

    /// The untracked paths, without those below the target directory, which are nobody's change, and without
    /// repositories of their own.
    fn untracked(&self, git: &Git, target_dir: &Utf8Path) -> Result<Vec<Vec<u8>>, ChangeError> {
        let target_dir = target_dir.canonicalize_utf8().unwrap_or_else(|_| target_dir.to_owned());
        let built = target_dir.strip_prefix(&self.top).map(|below| below.as_str().replace('\\', "/") + "/");
        let printed = git.print(&["ls-files", "--others", "--exclude-standard", "-z"])?;
        let names = printed::names(&printed).filter(|name| !name.ends_with(b"/"));
        let is_built = |name: &&[u8]| built.as_ref().is_ok_and(|built| name.starts_with(built.as_bytes()));
        Ok(names.filter(|name| !is_built(name)).map(<[u8]>::to_vec).collect())
    }

    /// Files that the index says are not to be looked at (`--assume-unchanged`, `--skip-worktree`) and that are there
    /// are looked at.
    fn show_hidden(&self, git: &Git) -> Result<(), ChangeError> {
        let printed = git.print(&["ls-files", "-v", "-z"])?;
        let is_there = |name: &[u8]| git::path(name).is_ok_and(|name| self.top.join(name).symlink_metadata().is_ok());
        let (mut assumed, mut skipped) = (Vec::new(), Vec::new());
        for (letter, name) in printed::lettered(&printed)? {
            let line = [name, b"\0"].concat();
            if letter.is_ascii_lowercase() {
                assumed.extend_from_slice(&line);
            }
            if letter.eq_ignore_ascii_case(&b'S') && is_there(name) {
                skipped.extend_from_slice(&line);
            }
        }
        for (flag, names) in [("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)] {
            if !names.is_empty() {
                git.feed(&["update-index", flag, "-z", "--stdin"], names)?;
            }
        }
        Ok(())
    }
}
