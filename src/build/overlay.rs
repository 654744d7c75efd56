//! A tree beside the user's that is the same but for some files, to be built like any other: links to everything, and
//! files of its own where it differs. Owns how such a workspace is found again in it. Nothing of the user's is written.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::shadow::mirror;
use crate::workspace::{Package, Target, Workspace, normalized};

/// Lay out `workspace` below `place` with `files` (path relative to the workspace root → content, `None` for what is
/// not to be there). `top` is the folder around it that its members may refer to: the repository's root.
pub fn overlay(
    workspace: &Workspace,
    top: &Utf8Path,
    place: &Utf8Path,
    files: &BTreeMap<Utf8PathBuf, Option<Vec<u8>>>,
) -> anyhow::Result<Workspace> {
    let top = if workspace.root.starts_with(top) { top } else { &workspace.root };
    let tree = place.join("tree");
    fs::create_dir_all(&tree).with_context(|| format!("cannot create {tree}"))?;
    let tree = tree.canonicalize_utf8().with_context(|| format!("cannot find {tree}"))?;
    let mut own: BTreeMap<Utf8PathBuf, Vec<u8>> = BTreeMap::new();
    let mut skip = vec![workspace.target_dir.clone()];
    // Folders of packages have to be real ones, or cargo would find the user's behind a link; the lock file is
    // written to.
    for path in manifests(workspace) {
        let content = fs::read(&path).with_context(|| format!("cannot read {path}"))?;
        own.extend(path.strip_prefix(top).ok().map(|path| (path.to_owned(), content)));
    }
    for (path, content) in files {
        let path = normalized(&workspace.root.join(path));
        let Ok(below) = path.strip_prefix(top) else { continue };
        own.remove(below);
        if let Some(content) = content {
            own.insert(below.to_owned(), content.clone());
        } else {
            skip.push(path);
        }
    }
    // Cargo finds the configuration of all folders around, ours too; what it lists would count twice.
    skip.extend(tree.ancestors().filter(|folder| folder.starts_with(top)).map(|folder| folder.join(".cargo")));
    mirror(top, &tree, &own, &skip)?;
    let root = tree.join(workspace.root.strip_prefix(top).unwrap_or(Utf8Path::new("")));
    let there = |path: &Utf8Path| path.strip_prefix(&workspace.root).map_or_else(|_| path.to_owned(), |below| root.join(below));
    let target = |target: &Target| Target { root: there(&target.root), ..target.clone() };
    let package = |package: &Package| Package { targets: package.targets.iter().map(target).collect(), ..package.clone() };
    let packages = workspace.packages.iter().map(package).collect();
    Ok(Workspace { packages, root, target_dir: place.join("target"), is_whole: workspace.is_whole })
}

/// The manifests of the workspace and of its selected packages, and the lock file.
fn manifests(workspace: &Workspace) -> Vec<Utf8PathBuf> {
    let targets = workspace.packages.iter().flat_map(|package| &package.targets);
    let of_target = |target: &Target| target.root.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    let own = ["Cargo.toml", "Cargo.lock"].map(|name| workspace.root.join(name)).into_iter().filter(|path| path.is_file());
    let mut found: Vec<Utf8PathBuf> = own.chain(targets.filter_map(of_target)).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_the_users_but_for_the_files_and_finds_its_neighbours() {
        let folder = tempfile::tempdir().unwrap();
        let top = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        for (path, text) in [
            ("ws/Cargo.toml", "[workspace]"),
            ("ws/a/Cargo.toml", "a"),
            ("ws/a/src/lib.rs", "head"),
            ("ws/a/src/more.rs", "more"),
            ("ws/a/src/new.rs", "new"),
            ("ws/.cargo/config.toml", "flags"),
            ("beside/Cargo.toml", "beside"),
        ] {
            fs::create_dir_all(top.join(path).parent().unwrap()).unwrap();
            fs::write(top.join(path), text).unwrap();
        }
        let target = Target { root: top.join("ws/a/src/lib.rs"), edition: "2021".to_owned(), is_proc_macro: false };
        let package = Package { name: "a".to_owned(), targets: vec![target], has_doctests: true, has_examples: false };
        let workspace = Workspace { root: top.join("ws"), target_dir: top.join("ws/target"), packages: vec![package], is_whole: true };
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let files = [("a/src/lib.rs", text("base")), ("a/tests/gone.rs", text("gone")), ("a/src/new.rs", None), ("../beside/x", text("x"))];
        let files = files.into_iter().map(|(path, text)| (Utf8PathBuf::from(path), text)).collect();
        let made = overlay(&workspace, &top, &top.join("ws/target/gate/o"), &files).unwrap();
        assert_eq!(made.root, top.join("ws/target/gate/o/tree/ws"));
        assert_eq!(made.packages[0].targets[0].root, made.root.join("a/src/lib.rs"));
        let read = |path: &str| fs::read_to_string(made.root.join(path)).ok();
        let found = ["a/src/lib.rs", "a/tests/gone.rs", "a/src/more.rs", "a/src/new.rs", "../beside/Cargo.toml", "../beside/x"].map(read);
        let expected = [Some("base"), Some("gone"), Some("more"), None, Some("beside"), Some("x")];
        assert_eq!(found, expected.map(|text| text.map(str::to_owned)));
        assert_eq!([".cargo/config.toml", "target"].map(|path| made.root.join(path).exists()), [false, false]);
        assert!(!fs::symlink_metadata(made.root.join("a")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(top.join("ws/a/src/lib.rs")).unwrap(), "head");
        // Another set of files takes the place of the first.
        overlay(&workspace, &top, &top.join("ws/target/gate/o"), &BTreeMap::new()).unwrap();
        let found = ["a/src/lib.rs", "a/tests/gone.rs", "a/src/new.rs"].map(read);
        assert_eq!(found, [Some("head"), None, Some("new")].map(|text| text.map(str::to_owned)));
    }
}
