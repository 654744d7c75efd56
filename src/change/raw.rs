//! What git prints about trees and differences, as values. Pure: bytes in, values out.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::git::path;
use super::{ChangeError, Status};

/// One entry of `git diff --raw -z --no-abbrev`, with paths from the root of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) status: Status,
    pub(super) path: Utf8PathBuf,
    pub(super) old_path: Option<Utf8PathBuf>,
    /// The object of the old side; `None` where there is none.
    pub(super) old: Option<String>,
    /// The object of the new side; `None` where there is none, and where only the working tree has it.
    pub(super) new: Option<String>,
}

const SUBMODULE: &[u8] = b"160000";

/// The entries, sorted by path. A path with an unfinished merge is reported twice by git; its first entry counts.
pub(super) fn entries(printed: &[u8]) -> Result<Vec<Entry>, ChangeError> {
    let mut entries: BTreeMap<Utf8PathBuf, Entry> = BTreeMap::new();
    let mut fields = printed.split(|byte| *byte == 0);
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let parts: Vec<&[u8]> = head.strip_prefix(b":").unwrap_or(head).split(|byte| *byte == b' ').collect();
        let ([old_mode, new_mode, old, new, letter], Some(first)) = (parts.as_slice(), fields.next()) else {
            return Err(odd("diff", head));
        };
        let is_submodule = *old_mode == SUBMODULE || *new_mode == SUBMODULE;
        let (status, has_two) = match letter.first() {
            Some(b'R') => (Status::Renamed, true),
            Some(b'C') => (Status::Added, true),
            Some(b'A') => (Status::Added, false),
            Some(b'D') => (Status::Deleted, false),
            Some(b'M' | b'T' | b'U' | b'X') => (Status::Modified, false),
            _ => return Err(odd("diff", head)),
        };
        let second = if has_two { Some(path(fields.next().ok_or_else(|| odd("diff", head))?)?) } else { None };
        let first = path(first)?;
        let (path, old_path) = match second {
            Some(second) => (second, (status == Status::Renamed).then_some(first)),
            None => (first, None),
        };
        let status = if is_submodule { Status::Submodule } else { status };
        let entry = Entry { status, path, old_path, old: object(old), new: object(new) };
        entries.entry(entry.path.clone()).or_insert(entry);
    }
    Ok(entries.into_values().collect())
}

/// The blobs of `git ls-tree -r -z`, by path from the root of the repository.
pub(super) fn tree(printed: &[u8]) -> Result<BTreeMap<Utf8PathBuf, String>, ChangeError> {
    let mut blobs = BTreeMap::new();
    for line in printed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let tab = line.iter().position(|byte| *byte == b'\t').ok_or_else(|| odd("ls-tree", line))?;
        let (about, name) = (&line[..tab], &line[tab + 1..]);
        let mut about = about.split(|byte| *byte == b' ').skip(1);
        // A path that is not UTF-8 and did not change concerns nobody.
        if let (Some(b"blob"), Some(id), Ok(name)) = (about.next(), about.next(), path(name)) {
            blobs.insert(name, String::from_utf8_lossy(id).into_owned());
        }
    }
    Ok(blobs)
}

/// The contents that `git cat-file --batch` prints, in the order in which they were asked for.
pub(super) fn blobs(printed: &[u8]) -> Result<Vec<Vec<u8>>, ChangeError> {
    let mut blobs = Vec::new();
    let mut rest = printed;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok()).ok_or_else(|| odd("cat-file", head.as_bytes()))?;
        let start = end + 1;
        let content = rest.get(start..start.saturating_add(size)).ok_or_else(|| odd("cat-file", head.as_bytes()))?;
        blobs.push(content.to_vec());
        rest = rest.get(start + size + 1..).unwrap_or_default();
    }
    Ok(blobs)
}

/// The name of an object; zeros stand for none.
fn object(name: &[u8]) -> Option<String> {
    name.iter().any(|byte| *byte != b'0').then(|| String::from_utf8_lossy(name).into_owned())
}

fn odd(command: &str, line: &[u8]) -> ChangeError {
    ChangeError::Failed { command: command.to_owned(), said: format!("it printed `{}`", line.escape_ascii()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "1111111111111111111111111111111111111111";
    const NONE: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn each_status_is_read_with_its_paths() {
        let printed = format!(
            ":100644 100644 {OLD} {NONE} M\0b.rs\0:100644 100644 {OLD} {OLD} R086\0a b.rs\0a\nc.rs\0:000000 100644 {NONE} {NONE} A\0new.rs\0\
             :100644 000000 {OLD} {NONE} D\0gone.rs\0:160000 160000 {OLD} {OLD} M\0sub\0:100644 120000 {OLD} {OLD} T\0link.rs\0"
        );
        let found: Vec<_> = entries(printed.as_bytes()).unwrap();
        let short: Vec<String> = found
            .iter()
            .map(|entry| {
                let old = entry.old_path.as_ref().map_or(String::new(), |old| format!(" from {old}"));
                format!("{:?} {}{old} {} {}", entry.status, entry.path, entry.old.is_some(), entry.new.is_some())
            })
            .collect();
        let expected = [
            "Renamed a\nc.rs from a b.rs true true",
            "Modified b.rs true false",
            "Deleted gone.rs true false",
            "Modified link.rs true true",
            "Added new.rs false false",
            "Submodule sub true true",
        ];
        assert_eq!(short, expected);
    }

    #[test]
    fn a_path_that_is_not_text_is_named_and_what_is_not_understood_is_an_error() {
        let printed = [format!(":000000 100644 {NONE} {NONE} A\0").as_bytes(), b"caf\xe9.rs\0"].concat();
        assert_eq!(entries(&printed).unwrap_err().to_string(), "the changed path `caf\\xe9.rs` is not UTF-8; rename it");
        for odd in ["nonsense\0x\0", ":1 2 3\0x\0", ":1 2 3 4 Z\0x\0", ":1 2 3 4 R1\0x"] {
            assert!(matches!(entries(odd.as_bytes()), Err(ChangeError::Failed { .. })), "{odd}");
        }
        assert_eq!(entries(b"").unwrap(), []);
    }

    #[test]
    fn trees_and_blobs_are_read_whatever_is_in_them() {
        let printed = format!("100644 blob {OLD}\tsrc/a b.rs\0160000 commit {OLD}\tsub\0120000 blob {OLD}\tlink\0");
        let found = tree(printed.as_bytes()).unwrap();
        assert_eq!(found.keys().map(|path| path.as_str()).collect::<Vec<_>>(), ["link", "src/a b.rs"]);
        let printed = format!("{OLD} blob 4\na\n\0b\n{OLD} blob 0\n\n{OLD} blob 2\nc\n\n");
        assert_eq!(blobs(printed.as_bytes()).unwrap(), [b"a\n\0b".to_vec(), Vec::new(), b"c\n".to_vec()]);
        assert!(blobs(format!("{OLD} missing\n").as_bytes()).is_err());
        assert!(blobs(format!("{OLD} blob 9\nshort\n").as_bytes()).is_err());
    }
}
