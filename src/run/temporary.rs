//! A directory for temporary files that every process finds empty.

use std::fs;
use std::io;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

/// The directory of one worker.
#[derive(Debug)]
pub(super) struct Temporary {
    root: Utf8PathBuf,
    number: u32,
    current: Utf8PathBuf,
}

impl Temporary {
    /// One below `root`, which is made.
    pub(super) fn new(root: Utf8PathBuf) -> anyhow::Result<Temporary> {
        let current = root.join("0");
        fs::create_dir_all(&current).with_context(|| format!("cannot create {current}"))?;
        Ok(Temporary { root, number: 0, current })
    }

    /// Where all of them lie.
    pub(super) fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The directory for the next process.
    pub(super) fn current(&self) -> &Utf8Path {
        &self.current
    }

    /// Remove what the last process left. Where it left anything, the next one gets another directory.
    pub(super) fn empty(&mut self) -> anyhow::Result<()> {
        if is_empty(&self.root, &self.current).unwrap_or(false) {
            return Ok(());
        }
        // What cannot be removed is in nobody's way, and goes with the run or with the system.
        let _ = self.remove_all();
        self.number += 1;
        self.current = self.root.join(self.number.to_string());
        fs::create_dir(&self.current).with_context(|| format!("cannot create {}", self.current))
    }

    fn remove_all(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let _ = if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        }
        Ok(())
    }
}

/// Whether nothing but the directory itself is there. A link to another one in its place is something.
fn is_empty(root: &Utf8Path, current: &Utf8Path) -> io::Result<bool> {
    let is_directory = fs::symlink_metadata(current)?.is_dir();
    Ok(is_directory && fs::read_dir(root)?.count() == 1 && fs::read_dir(current)?.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_process_finds_it_empty() {
        let place = tempfile::tempdir().unwrap();
        let mut temporary = Temporary::new(Utf8Path::from_path(place.path()).unwrap().join("a")).unwrap();
        let first = temporary.current().to_owned();
        temporary.empty().unwrap();
        assert_eq!(temporary.current(), first);
        let spoil: [fn(&Utf8Path); 4] = [
            |at| fs::write(at.join("file"), "").unwrap(),
            |at| fs::create_dir_all(at.join("a/b")).unwrap(),
            |at| fs::remove_dir(at).unwrap(),
            |at| fs::write(at.with_file_name("beside"), "").unwrap(),
        ];
        for spoil in spoil {
            let before = temporary.current().to_owned();
            spoil(&before);
            temporary.empty().unwrap();
            assert_ne!(temporary.current(), before);
            assert!(is_empty(temporary.root(), temporary.current()).unwrap());
        }
    }
}
