//! What git prints about trees, differences and the index, as values. Pure: bytes in, values out. What is not
//! understood is an error: a change that is overlooked is judged by nobody.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::git::path;
use super::{ChangeError, Status};

/// One entry of `git diff --raw -z --no-abbrev`, with paths from the root of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened to the file.
    pub status: Status,
    /// Where it is, or was when it is gone.
    pub path: Utf8PathBuf,
    /// Where it was, when it was renamed.
    pub old_path: Option<Utf8PathBuf>,
    /// The object of the old side; `None` where there is none.
    pub old: Option<String>,
    /// The object of the new side; `None` where there is none, and where only the working tree has it.
    pub new: Option<String>,
}

const SUBMODULE: &[u8] = b"160000";

/// The entries, sorted by path. A path with an unfinished merge is reported twice by git; its first entry counts.
pub fn entries(printed: &[u8]) -> Result<Vec<Entry>, ChangeError> {
    let mut entries: BTreeMap<Utf8PathBuf, Entry> = BTreeMap::new();
    let mut fields = fields(printed);
    while let Some(head) = fields.next() {
        let parts: Vec<&[u8]> = head.strip_prefix(b":").ok_or_else(|| odd("diff", head))?.split(|byte| *byte == b' ').collect();
        let [old_mode, new_mode, old, new, letter] = parts.as_slice() else { return Err(odd("diff", head)) };
        let is_submodule = *old_mode == SUBMODULE || *new_mode == SUBMODULE;
        let (status, has_two) = match letter.first() {
            Some(b'R') => (Status::Renamed, true),
            Some(b'C') => (Status::Added, true),
            Some(b'A') => (Status::Added, false),
            Some(b'D') => (Status::Deleted, false),
            Some(b'M' | b'T' | b'U' | b'X') => (Status::Modified, false),
            _ => return Err(odd("diff", head)),
        };
        let mut next = || path(fields.next().filter(|path| !path.is_empty()).ok_or_else(|| odd("diff", head))?);
        let first = next()?;
        let (path, old_path) = if has_two { (next()?, (status == Status::Renamed).then_some(first)) } else { (first, None) };
        let status = if is_submodule { Status::Submodule } else { status };
        let entry = Entry { status, path, old_path, old: object(old), new: object(new) };
        entries.entry(entry.path.clone()).or_insert(entry);
    }
    Ok(entries.into_values().collect())
}

/// The blobs of `git ls-tree -r -z`, by path from the root of the repository.
pub fn tree(printed: &[u8]) -> Result<BTreeMap<Utf8PathBuf, String>, ChangeError> {
    let mut blobs = BTreeMap::new();
    for line in fields(printed) {
        let tab = line.iter().position(|byte| *byte == b'\t').ok_or_else(|| odd("ls-tree", line))?;
        let (about, name) = (&line[..tab], &line[tab + 1..]);
        let [_, kind, id] = about.split(|byte| *byte == b' ').collect::<Vec<_>>()[..] else { return Err(odd("ls-tree", line)) };
        // A path that is not UTF-8 and did not change concerns nobody.
        if let (b"blob", Ok(name)) = (kind, path(name)) {
            blobs.insert(name, String::from_utf8_lossy(id).into_owned());
        }
    }
    Ok(blobs)
}

/// The contents that `git cat-file --batch` prints, in the order in which they were asked for.
pub fn blobs(printed: &[u8]) -> Result<Vec<Vec<u8>>, ChangeError> {
    let mut blobs = Vec::new();
    let mut rest = printed;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let head = &rest[..end];
        let (content, left) = content(head, rest.get(end + 1..).unwrap_or_default()).ok_or_else(|| odd("cat-file", head))?;
        blobs.push(content.to_vec());
        rest = left;
    }
    Ok(blobs)
}

/// What stands behind the line `head`, which ends with its size, and what follows behind a line break.
fn content<'p>(head: &[u8], behind: &'p [u8]) -> Option<(&'p [u8], &'p [u8])> {
    let size = str::from_utf8(head).ok()?.rsplit(' ').next()?.parse::<usize>().ok()?;
    let (content, rest) = behind.split_at_checked(size)?;
    Some((content, rest.strip_prefix(b"\n")?))
}

/// The paths that `git ls-files -z` prints.
pub fn names(printed: &[u8]) -> impl Iterator<Item = &[u8]> {
    printed.split(|byte| *byte == 0).filter(|name| !name.is_empty())
}

/// The paths of `git ls-files --unmerged -z`, each once.
pub fn unmerged(printed: &[u8]) -> Result<Vec<&[u8]>, ChangeError> {
    let name = |entry| Ok(split_at(entry, b'\t').ok_or_else(|| odd("ls-files", entry))?.1);
    let mut names: Vec<&[u8]> = names(printed).map(name).collect::<Result<_, ChangeError>>()?;
    names.dedup();
    Ok(names)
}

/// The paths of `git ls-files -v -z`, each behind its letter.
pub fn lettered(printed: &[u8]) -> Result<Vec<(u8, &[u8])>, ChangeError> {
    let parts = |entry| match split_at(entry, b' ') {
        Some((&[letter], name)) if !name.is_empty() => Ok((letter, name)),
        _ => Err(odd("ls-files", entry)),
    };
    names(printed).map(parts).collect()
}

/// So many lines as were asked for, no more and no less, for a path with a line break would be two.
pub fn lines<const N: usize>(printed: &[u8]) -> Result<[Utf8PathBuf; N], ChangeError> {
    let text = printed.strip_suffix(b"\n").unwrap_or(printed);
    let lines = text.split(|byte| *byte == b'\n').map(path).collect::<Result<Vec<_>, _>>()?;
    lines.try_into().map_err(|_| ChangeError::OddPlace)
}

fn split_at(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|other| *other == byte)?;
    Some((&text[..at], &text[at + 1..]))
}

/// What stands between the bytes that end each; an empty one is kept, for it is not understood.
fn fields(printed: &[u8]) -> impl Iterator<Item = &[u8]> {
    let printed = printed.strip_suffix(b"\0").unwrap_or(printed);
    printed.split(|byte| *byte == 0).filter(move |_| !printed.is_empty())
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
        let after_an_end = format!("\0:100644 100644 {OLD} {OLD} M\0b.rs\0");
        for odd in ["nonsense\0x\0", ":1 2 3\0x\0", ":1 2 3 4 Z\0x\0", ":1 2 3 4 R1\0x", "1 2 3 4 M\0x\0", &after_an_end] {
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
        for short in ["blob 9\nshort\n", "blob 2\nc\n", "blob 2\nc\n?", "blob 18446744073709551615\nc\n", "blob 2"] {
            assert!(blobs(format!("{OLD} {short}").as_bytes()).is_err(), "{short}");
        }
        for odd in ["100644 blob\tsrc/a.rs\0", "100644 blob 1 2\ta\0", "100644 blob 1 a\0", "\x00100644 blob 1\ta\0"] {
            assert!(tree(odd.as_bytes()).is_err(), "{odd}");
        }
    }

    #[test]
    fn the_index_is_read_as_git_lists_it() {
        assert_eq!(names(b"a b\0c\nd\0").collect::<Vec<_>>(), [b"a b", b"c\nd"]);
        let printed = format!("100644 {OLD} 1\ta\0100644 {OLD} 2\ta\0100644 {OLD} 1\tb c\0");
        assert_eq!(unmerged(printed.as_bytes()).unwrap(), [&b"a"[..], b"b c"]);
        assert_eq!(lettered(b"H a\0S  b\0h c\n\0").unwrap(), [(b'H', &b"a"[..]), (b'S', b" b"), (b'h', b"c\n")]);
        assert!(unmerged(b"a\0").is_err() && lettered(b"Ha\0").is_err() && lettered(b"H \0").is_err());
        assert_eq!(lines::<3>(b"true\n\n/a b\n").unwrap(), ["true", "", "/a b"].map(Utf8PathBuf::from));
        assert!(lines::<3>(b"true\n\n/a\nb\n").is_err() && lines::<3>(b"true\n").is_err());
    }
}
