//! Where the workspace lies in its repository: services that show findings know paths from the repository's
//! root. Owns finding that root; asks no git.

use camino::{Utf8Path, Utf8PathBuf};

/// The workspace's root as seen from the root of its repository, which is the nearest folder with a `.git` (a
/// file in worktrees and submodules). Empty when they are the same, and where there is no repository.
pub fn below_repository(root: &Utf8Path) -> Utf8PathBuf {
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    let below = repository.and_then(|repository| root.strip_prefix(repository).ok());
    below.map(Utf8Path::to_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

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
}
