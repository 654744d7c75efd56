//! Any bytes as what git prints: read whole, or refused.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use cargo_gate::change::Status;
use cargo_gate::change::printed::{Entry, blobs, entries, lettered, lines, names, tree, unmerged};

pub fn check(bytes: &[u8]) {
    if let Ok(found) = entries(bytes) {
        assert!(found.is_empty() == bytes.iter().all(|byte| *byte == 0), "what was printed and what was read differ");
        assert!(found.is_sorted_by(|one, other| one.path < other.path), "a path is there twice");
        assert_eq!(entries(&raw(&found)).expect("what was read can be written"), found);
    }
    if let Ok(found) = tree(bytes) {
        let text: Vec<u8> = found.iter().flat_map(|(path, id)| format!("100644 blob {id}\t{path}\0").into_bytes()).collect();
        assert_eq!(tree(&text).expect("what was read can be written"), found);
    }
    if let Ok(found) = blobs(bytes) {
        assert!(found.iter().map(|blob| blob.len() + 1).sum::<usize>() <= bytes.len(), "more was read than was printed");
    }
    // Any contents come back as they were.
    let contents: Vec<&[u8]> = bytes.split(|byte| *byte == b'/').collect();
    let printed: Vec<u8> =
        contents.iter().flat_map(|content| [format!("1f blob {}\n", content.len()).as_bytes(), content, b"\n"].concat()).collect();
    assert_eq!(blobs(&printed).expect("contents"), contents);
    assert!(blobs(&printed[..printed.len() - 1]).is_err(), "the end is missing and nobody noticed");
    assert!(names(bytes).all(|name| !name.is_empty() && !name.contains(&0)));
    if let Ok(found) = lettered(bytes) {
        let text: Vec<u8> = found.iter().flat_map(|(letter, name)| [&[*letter, b' '], *name, b"\0"].concat()).collect();
        assert_eq!(names(&text).collect::<Vec<_>>(), names(bytes).collect::<Vec<_>>());
    }
    let _ = unmerged(bytes);
    if let Ok(found) = lines::<5>(bytes) {
        assert_eq!(found.map(Utf8PathBuf::into_string).join("\n").as_bytes(), bytes.strip_suffix(b"\n").unwrap_or(bytes));
    }
}

/// Entries as git would print them.
fn raw(entries: &[Entry]) -> Vec<u8> {
    let letters = BTreeMap::from([(0, "A"), (1, "M"), (2, "R100"), (3, "D")]);
    let print = |entry: &Entry| {
        let (letter, mode) = match entry.status {
            Status::Added => (0, "100644"),
            Status::Modified => (1, "100644"),
            Status::Renamed => (2, "100644"),
            Status::Deleted => (3, "100644"),
            Status::Submodule => (if entry.old_path.is_some() { 2 } else { 1 }, "160000"),
        };
        let object = |id: &Option<String>| id.clone().unwrap_or_else(|| "0".repeat(40));
        let old_path = entry.old_path.as_ref().map(|path| format!("{path}\0")).unwrap_or_default();
        format!(":{mode} {mode} {} {} {}\0{old_path}{}\0", object(&entry.old), object(&entry.new), letters[&letter], entry.path)
    };
    entries.iter().flat_map(|entry| print(entry).into_bytes()).collect()
}
