//! The shadow tree: a mirror of the workspace in which the files to instrument are ours and everything
//! else is a link to the user's own. A file is written only when its bytes change, so that cargo's and
//! rustc's knowledge of it stays valid. Nothing of the user's is written, moved or removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::plan::write_whole;

/// Make `shadow` mirror `workspace` with `files` (relative path → content) in place of the user's own; they need not
/// be there. Entries named in `skip` (absolute: the target directory) are left out, as is `.git`.
pub fn mirror<T: AsRef<[u8]>>(
    workspace: &Utf8Path,
    shadow: &Utf8Path,
    files: &BTreeMap<Utf8PathBuf, T>,
    skip: &[Utf8PathBuf],
) -> anyhow::Result<()> {
    let skipped = skip.iter().filter_map(|path| path.strip_prefix(workspace).ok());
    let real = skipped.filter(|path| workspace.join(path).exists());
    let directories: BTreeSet<&Utf8Path> =
        files.keys().map(Utf8PathBuf::as_path).chain(real).flat_map(|file| file.ancestors().skip(1)).collect();
    for directory in &directories {
        let (real, ours) = (workspace.join(directory), shadow.join(directory));
        fs::create_dir_all(&ours).with_context(|| format!("cannot create {ours}"))?;
        let wanted = links(&real, directory, files, &directories, skip).with_context(|| format!("cannot list {real}"))?;
        settle(&ours, &wanted, |name| files.contains_key(&directory.join(name)) || directories.contains(&*directory.join(name)))
            .with_context(|| format!("cannot mirror {real} at {ours}"))?;
    }
    for (file, text) in files {
        write_if_changed(&shadow.join(file), text.as_ref())?;
    }
    Ok(())
}

/// Write `text` unless the file already holds it. Says whether it wrote.
pub fn write_if_changed(path: &Utf8Path, text: &[u8]) -> anyhow::Result<bool> {
    let is_ours = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if is_ours && fs::read(path).is_ok_and(|bytes| bytes == text) {
        return Ok(false);
    }
    write_whole(path, text)?;
    Ok(true)
}

/// The entries of `real` that become links: name → target.
fn links<T>(
    real: &Utf8Path,
    directory: &Utf8Path,
    files: &BTreeMap<Utf8PathBuf, T>,
    directories: &BTreeSet<&Utf8Path>,
    skip: &[Utf8PathBuf],
) -> io::Result<BTreeMap<String, Utf8PathBuf>> {
    let mut wanted = BTreeMap::new();
    if !real.exists() {
        return Ok(wanted);
    }
    for entry in real.read_dir_utf8()? {
        let entry = entry?;
        let relative = directory.join(entry.file_name());
        let is_ours = files.contains_key(&relative) || directories.contains(&*relative);
        if !is_ours && entry.file_name() != ".git" && !skip.iter().any(|path| path == entry.path()) {
            wanted.insert(entry.file_name().to_owned(), entry.path().to_owned());
        }
    }
    Ok(wanted)
}

/// Make `ours` hold the wanted links, keep what is ours, and remove the rest.
fn settle(ours: &Utf8Path, wanted: &BTreeMap<String, Utf8PathBuf>, is_ours: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in ours.read_dir_utf8()? {
        let entry = entry?;
        let is_right = wanted.get(entry.file_name()).is_some_and(|target| fs::read_link(entry.path()).is_ok_and(|link| link == *target));
        if is_right || (is_ours(entry.file_name()) && !entry.file_type()?.is_symlink()) {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    for (name, target) in wanted {
        let at = ours.join(name);
        if fs::symlink_metadata(&at).is_err() {
            link(target, &at)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &Utf8Path, at: &Utf8Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Links need a privilege on Windows that few users have: a junction is not worth a dependency, files are
/// linked hard or copied, directories copied.
#[cfg(not(unix))]
fn link(target: &Utf8Path, at: &Utf8Path) -> io::Result<()> {
    if !target.is_dir() {
        return fs::hard_link(target, at).or_else(|_| fs::copy(target, at).map(drop));
    }
    fs::create_dir_all(at)?;
    for entry in target.read_dir_utf8()? {
        let entry = entry?;
        link(entry.path(), &at.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_follows_the_tree_and_writes_only_what_changed() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap();
        let (real, shadow) = (root.join("real"), root.join("shadow"));
        fs::create_dir_all(real.join("src/deep")).unwrap();
        fs::create_dir_all(real.join("target/x")).unwrap();
        for file in ["src/lib.rs", "src/other.rs", "src/deep/data.txt", "README.md"] {
            fs::write(real.join(file), file).unwrap();
        }
        let files = BTreeMap::from([(Utf8PathBuf::from("src/lib.rs"), "ours".to_owned())]);
        let skip = [real.join("target")];
        mirror(&real, &shadow, &files, &skip).unwrap();
        let text = |path: &str| fs::read_to_string(shadow.join(path)).unwrap();
        assert_eq!([text("src/lib.rs"), text("src/deep/data.txt"), text("README.md")], ["ours", "src/deep/data.txt", "README.md"]);
        assert!(!shadow.join("target").exists());
        let modified = || fs::metadata(shadow.join("src/lib.rs")).unwrap().modified().unwrap();
        let before = modified();

        fs::remove_file(real.join("src/other.rs")).unwrap();
        fs::write(real.join("src/new.rs"), "new").unwrap();
        mirror(&real, &shadow, &files, &skip).unwrap();
        assert_eq!(modified(), before);
        assert!(fs::symlink_metadata(shadow.join("src/other.rs")).is_err());
        assert_eq!(text("src/new.rs"), "new");

        mirror(&real, &shadow, &BTreeMap::from([(Utf8PathBuf::from("src/new.rs"), "ours too".to_owned())]), &skip).unwrap();
        assert_eq!([text("src/lib.rs"), text("src/new.rs")], ["src/lib.rs", "ours too"]);
        assert_eq!(fs::read_to_string(real.join("src/new.rs")).unwrap(), "new");
    }
}
