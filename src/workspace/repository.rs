//! Where the workspace lies in its repository: services that show findings know paths from the repository's
//! root. Owns finding that root; asks no git.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

/// The workspace's root as seen from the root of its repository, which is the nearest folder with a `.git` (a
/// file in worktrees and submodules). Empty when they are the same, and where there is no repository.
pub fn below_repository(root: &Utf8Path) -> Utf8PathBuf {
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    let below = repository.and_then(|repository| root.strip_prefix(repository).ok());
    below.map(Utf8Path::to_owned).unwrap_or_default()
}

/// The branch that is checked out around `root`; `None` on a detached head and where there is no repository.
pub fn branch(root: &Utf8Path) -> Option<String> {
    let git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    let git = match fs::read_to_string(&git) {
        // In worktrees and submodules a file says where the folder is.
        Ok(text) => git.parent()?.join(text.strip_prefix("gitdir:")?.trim()),
        Err(_) => git,
    };
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    head.trim().strip_prefix("ref: refs/heads/").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_repository_counts() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        fs::create_dir_all(root.join("outer/.git")).unwrap();
        fs::create_dir_all(root.join("outer/crates/inner/deep")).unwrap();
        assert_eq!(below_repository(&root.join("outer")), "");
        assert_eq!(below_repository(&root.join("outer/crates/inner")), "crates/inner");
        fs::write(root.join("outer/crates/inner/.git"), "gitdir: elsewhere").unwrap();
        assert_eq!(below_repository(&root.join("outer/crates/inner/deep")), "deep");
    }

    #[test]
    fn the_branch_is_that_of_the_folder_or_of_the_one_that_a_file_names() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        fs::create_dir_all(root.join("main/.git/worktrees/other")).unwrap();
        fs::create_dir_all(root.join("main/crate")).unwrap();
        fs::create_dir_all(root.join("other")).unwrap();
        fs::write(root.join("main/.git/HEAD"), "ref: refs/heads/topic/one\n").unwrap();
        fs::write(root.join("main/.git/worktrees/other/HEAD"), "ref: refs/heads/two\n").unwrap();
        fs::write(root.join("other/.git"), "gitdir: ../main/.git/worktrees/other\n").unwrap();
        assert_eq!(branch(&root.join("main/crate")).as_deref(), Some("topic/one"));
        assert_eq!(branch(&root.join("other")).as_deref(), Some("two"));
        fs::write(root.join("main/.git/HEAD"), "0123456789\n").unwrap();
        assert_eq!(branch(&root.join("main")), None);
    }
}
