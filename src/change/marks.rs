//! Marks that leave mutants alone and that the base does not have. Pure.

use std::collections::HashMap;

use camino::Utf8PathBuf;

use super::ChangedFile;
use crate::mutate::{Selection, Skip, count};
use crate::syntax::{CfgStack, Namespace, parse};

/// A mark that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMark {
    /// Its file.
    pub path: Utf8PathBuf,
    /// Its 1-based line.
    pub line: u32,
    /// Why, in the words of the code's author.
    pub reason: String,
}

/// What a mark is known by, wherever it stands.
type Key = (String, Vec<&'static str>);

/// The marks of the changed files that are no older ones, moved or not.
pub fn new_marks(files: &[ChangedFile]) -> Vec<NewMark> {
    let mut old: HashMap<Key, usize> = HashMap::new();
    for file in files {
        for (key, _) in marks(file.base.as_deref()) {
            *old.entry(key).or_default() += 1;
        }
    }
    let mut new = Vec::new();
    for file in files {
        for (key, line) in marks(file.head.as_deref()) {
            match old.get_mut(&key).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => new.push(NewMark { path: file.path.clone(), line, reason: key.0 }),
            }
        }
    }
    new
}

/// The marks of a text with their lines; none when it is not Rust.
fn marks(text: Option<&str>) -> Vec<(Key, u32)> {
    // A word that every mark has: most files are done with at once.
    let Some(parsed) = text.filter(|text| text.contains("skip")).and_then(|text| parse(text).ok()) else { return Vec::new() };
    let counted = count(&parsed, &Namespace::default(), &CfgStack::default(), Selection::all());
    let key = |skip: &Skip| (skip.reason.to_string(), skip.operators.iter().map(|operator| operator.name()).collect());
    counted.skips.iter().map(|skip| (key(skip), parsed.lines.line(skip.mark.start))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Status;

    fn file(path: &str, base: &str, head: &str) -> ChangedFile {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ChangedFile { path: path.into(), old_path: None, status: Status::Modified, base: text(base), head: text(head), lines: Vec::new() }
    }

    fn said(files: &[ChangedFile]) -> Vec<String> {
        new_marks(files).iter().map(|mark| format!("{}:{} {}", mark.path, mark.line, mark.reason)).collect()
    }

    const MARKED: &str = "// gate: skip shown to people\nfn f() -> u8 { 1 }\n";

    #[test]
    fn a_mark_is_new_unless_it_moved() {
        assert_eq!(said(&[file("a.rs", "fn f() -> u8 { 1 }\n", MARKED)]), ["a.rs:1 shown to people"]);
        assert_eq!(said(&[file("a.rs", MARKED, &format!("fn g() {{}}\n{MARKED}"))]), [""; 0]);
        assert_eq!(said(&[file("a.rs", MARKED, ""), file("b.rs", "", MARKED)]), [""; 0]);
        assert_eq!(said(&[file("a.rs", MARKED, &format!("{MARKED}{}", MARKED.replace("f()", "g()")))]), ["a.rs:3 shown to people"]);
        let attribute = "#[mutants::skip] // kernel\nfn f() -> u8 { 1 }\n";
        assert_eq!(said(&[file("a.rs", MARKED, attribute)]), ["a.rs:1 kernel"]);
        let narrowed = MARKED.replace("skip ", "skip(IntLiteral) ");
        assert_eq!(said(&[file("a.rs", &narrowed, MARKED)]), ["a.rs:1 shown to people"]);
        // One that does not count is none.
        assert_eq!(said(&[file("a.rs", "", "// gate: skip\nfn f() -> u8 { 1 }\n")]), [""; 0]);
    }
}
