//! A file of the user's that a tool may change while it works for us, and that is to be as it was
//! afterwards: cargo makes or mends a lock file. How it was is noted in a file of ours, so that the watcher,
//! or the next run when that was killed too, can put it back.

use std::fs;
use std::io::ErrorKind;
use std::time::Duration;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::{Held, hold, watcher};

/// A next run puts back only what was written so soon after the note: what is younger may be the user's.
const SOON: Duration = Duration::from_secs(60);

/// The file, and how it was.
#[derive(Debug)]
pub struct KeptFile {
    path: Utf8PathBuf,
    before: Option<Vec<u8>>,
    note: Utf8PathBuf,
    _held: Held,
}

impl KeptFile {
    /// Remember the file at `path`, which need not exist. `notes` is a directory for notes.
    pub fn remember(path: Utf8PathBuf, notes: &Utf8Path) -> anyhow::Result<KeptFile> {
        let before = read(&path)?;
        fs::create_dir_all(notes).with_context(|| format!("cannot create {notes}"))?;
        let note = notes.join(std::process::id().to_string());
        write_note(&note, &path, before.as_deref())?;
        let held = hold(watcher::FILE, &note);
        Ok(KeptFile { path, before, note, _held: held })
    }

    /// Make the file what it was.
    pub fn restore(&self) -> anyhow::Result<()> {
        restore(&self.path, self.before.as_deref())?;
        forget(&self.note)
    }
}

impl Drop for KeptFile {
    fn drop(&mut self) {
        // After a success there is nothing left to do; after an error this is the best that can be done.
        let _ = self.restore();
    }
}

/// Put back what runs left that were killed together with their watcher. To be called by the one run that
/// may use `notes`.
pub fn put_back_left_overs(notes: &Utf8Path) -> anyhow::Result<()> {
    if !notes.exists() {
        return Ok(());
    }
    for entry in notes.read_dir_utf8().with_context(|| format!("cannot list {notes}"))? {
        let note = entry?.path().to_owned();
        if is_fresh(&note) { put_back(&note)? } else { forget(&note)? }
    }
    Ok(())
}

/// Put back the file that a note tells of; nothing when the note is gone.
pub(super) fn put_back(note: &Utf8Path) -> anyhow::Result<()> {
    if let Some((path, before)) = read_note(note)? {
        restore(&path, before.as_deref())?;
    }
    forget(note)
}

/// Whether the file was last written when the run of the note had just begun.
fn is_fresh(note: &Utf8Path) -> bool {
    let written = |path: &Utf8Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let Ok(Some((path, _))) = read_note(note) else { return false };
    let (Some(noted), Some(changed)) = (written(note), written(&path)) else { return false };
    changed.duration_since(noted).is_ok_and(|after| after <= SOON)
}

fn restore(path: &Utf8Path, before: Option<&[u8]>) -> anyhow::Result<()> {
    let now = read(path)?;
    match before {
        None if now.is_some() => fs::remove_file(path),
        Some(bytes) if now.as_deref() != Some(bytes) => fs::write(path, bytes),
        _ => Ok(()),
    }
    .with_context(|| format!("cannot put {path} back"))
}

fn read(path: &Utf8Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
    }
}

fn forget(note: &Utf8Path) -> anyhow::Result<()> {
    match fs::remove_file(note) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(|| format!("cannot remove {note}")),
        _ => Ok(()),
    }
}

/// A note is `present` or `absent`, the path, and the bytes. It is there as a whole or not at all.
fn write_note(note: &Utf8Path, path: &Utf8Path, before: Option<&[u8]>) -> anyhow::Result<()> {
    let word = if before.is_some() { "present" } else { "absent" };
    let text = [format!("{word}\n{path}\n").as_bytes(), before.unwrap_or_default()].concat();
    let draft = note.with_extension("draft");
    fs::write(&draft, text).and_then(|()| fs::rename(&draft, note)).with_context(|| format!("cannot write {note}"))
}

type Noted = (Utf8PathBuf, Option<Vec<u8>>);

/// What a note says; nothing when it is gone or was never finished.
fn read_note(note: &Utf8Path) -> anyhow::Result<Option<Noted>> {
    let Some(bytes) = read(note)? else { return Ok(None) };
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let (Some(word), Some(path), Some(before)) = (parts.next(), parts.next(), parts.next()) else { return Ok(None) };
    let path = Utf8PathBuf::from(String::from_utf8_lossy(path).into_owned());
    Ok(match word {
        b"present" => Some((path, Some(before.to_vec()))),
        b"absent" => Some((path, None)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Place {
            Place(tempfile::tempdir().unwrap())
        }

        fn join(&self, name: &str) -> Utf8PathBuf {
            Utf8Path::from_path(self.0.path()).unwrap().join(name)
        }

        fn remember(&self) -> KeptFile {
            KeptFile::remember(self.join("Cargo.lock"), &self.join("notes")).unwrap()
        }
    }

    #[test]
    fn the_file_is_put_back() {
        let place = Place::new();
        let path = place.join("Cargo.lock");
        let absent = place.remember();
        fs::write(&path, "made by cargo").unwrap();
        absent.restore().unwrap();
        assert!(!path.exists());
        fs::write(&path, "the user's").unwrap();
        let present = place.remember();
        fs::write(&path, "mended").unwrap();
        drop(present);
        assert_eq!(fs::read_to_string(&path).unwrap(), "the user's");
        assert_eq!(fs::read_dir(place.join("notes")).unwrap().count(), 0);
    }

    #[test]
    fn a_next_run_puts_back_what_a_killed_one_left_and_nothing_of_the_users() {
        let place = Place::new();
        let (path, notes) = (place.join("Cargo.lock"), place.join("notes"));
        fs::write(&path, "the user's").unwrap();
        let killed = || {
            std::mem::forget(place.remember());
            fs::write(&path, "mended").unwrap();
        };
        killed();
        put_back_left_overs(&notes).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "the user's");

        killed();
        let later = std::time::SystemTime::now() + 2 * SOON;
        fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        put_back_left_overs(&notes).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "mended");
        assert_eq!(fs::read_dir(&notes).unwrap().count(), 0);
    }
}
