//! Have the tests been kept honest? The base and the head of a change, compared by their syntax: text in,
//! accusations out. Owns what counts as a weakened test; refuses to read files, to ask git, and to decide what
//! an accusation is worth.
//!
//! Only what is proven is accused. A test is the same test when its name, its body or its cases can be found
//! again: renaming, moving, splitting, and turning tests into a table are no accusation, and neither is deleting
//! code together with its tests. What only running the tests could tell is left to running them.
//!
//! | file | what it owns |
//! |---|---|
//! | `census` | the tests, functions and modules of one side |
//! | `body`, `ways`, `assertion`, `bag` | what a test asserts, and how much that is |
//! | `pairing` | which test of the head is which test of the base |
//! | `former`, `put_back`, `leave_out` | the base's tests as they can be run on the head's code |
//! | all others | one family of accusations each |

mod allows;
mod always_equal;
mod asks;
mod assertion;
mod assertions;
mod attributes;
mod bag;
mod body;
mod census;
mod cfg;
mod cut_off;
mod doctests;
mod expand;
mod former;
mod knows;
mod leave_out;
mod macros;
mod manifest;
mod pairing;
mod put_back;
mod removed;
mod swallowed;
mod vacuous;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use crate::policy::LEVELS;
use crate::syntax::Span;

pub use former::{Former, FormerTest, former};
pub use leave_out::{LeftOut, error_places, leave_out};

use census::{Census, File, Test};
use expand::{Others, Side};
use pairing::Pairing;
use removed::Carriers;

/// A file of a change: its path, and its text on both sides.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Where it is, or was when it is gone; relative to the workspace root, with forward slashes.
    pub path: Utf8PathBuf,
    /// Where it was, when it was renamed.
    pub old_path: Option<Utf8PathBuf>,
    /// The text at the base; `None` when there was none.
    pub base: Option<String>,
    /// The text now; `None` when there is none.
    pub head: Option<String>,
}

/// What changed, and a way to the rest of the head.
pub struct Tree<'t> {
    /// The changed Rust files and manifests.
    pub changed: &'t [Pair],
    /// The Rust files of the head that did not change, with their texts. Asked for only when the tests changed.
    pub unchanged: &'t dyn Fn() -> Vec<(Utf8PathBuf, String)>,
}

/// Something that makes the tests say less than they did, or the code look better than it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accusation {
    /// Its stable code, one of [`crate::policy::LEVELS`].
    pub code: &'static str,
    /// Where to look, in the head when there is something to see.
    pub path: Utf8PathBuf,
    /// Whether `path` and `span` are those of the base, because the head has nothing to show.
    pub is_of_base: bool,
    /// What to point at; `None` for the whole file.
    pub span: Option<Span>,
    /// The same as a line, 1-based.
    pub line: u32,
    /// What it is about, by name: a test, a function, a key.
    pub symbol: String,
    /// One sentence.
    pub title: String,
    /// A few words to stand under the marked code.
    pub label: String,
    /// What a legitimate author does next.
    pub help: String,
}

/// Everything that `tree` is accused of, in the order of the codes' levels, then by place.
pub fn accuse(tree: &Tree<'_>) -> Vec<Accusation> {
    let others = Others::new(tree.unchanged);
    let mut found = manifest::accuse(tree.changed, &others);
    let sides: Vec<(Option<File<'_>>, Option<File<'_>>)> = tree.changed.iter().filter_map(parsed).collect();
    let base: Vec<&File<'_>> = sides.iter().filter_map(|(base, _)| base.as_ref()).collect();
    let head: Vec<&File<'_>> = sides.iter().filter_map(|(_, head)| head.as_ref()).collect();
    found.extend(of_rust(&base, &head, &others));
    let rank = |code: &str| LEVELS.iter().position(|about| about.code == code);
    found.sort_by_cached_key(|one| (rank(one.code), one.path.clone(), one.line, one.symbol.clone()));
    found.dedup();
    found
}

/// Both sides of a Rust file. What is no Rust on one side cannot be compared: at the base it was never built, and
/// a head like that does not compile.
fn parsed(pair: &Pair) -> Option<(Option<File<'_>>, Option<File<'_>>)> {
    if pair.path.extension() != Some("rs") {
        return None;
    }
    let base = pair.base.as_deref().map(|text| File::of(&pair.path, text)).transpose().ok()?;
    let head = pair.head.as_deref().map(|text| File::of(&pair.path, text)).transpose().ok()?;
    Some((base, head))
}

fn of_rust(base: &[&File<'_>], head: &[&File<'_>], others: &Others<'_>) -> Vec<Accusation> {
    let (old, new) = (Census::of(base), Census::of(head));
    let pairing = Pairing::of((&old, base), (&new, head));
    let (base, head) = (Side::new(base, &old, others), Side::new(head, &new, others));
    let without = |mine: &BTreeSet<String>, theirs: &BTreeSet<String>| mine.difference(theirs).cloned().collect();
    let sides = Sides {
        gone: without(&old.names, &new.names),
        fresh: without(&new.names, &old.names),
        renames: renames(&old, &new),
        base,
        head,
        pairing,
    };
    let carriers = Carriers::of(&sides);
    [
        removed::accuse(&sides, &carriers),
        cut_off::accuse(&sides),
        attributes::accuse(&sides),
        doctests::accuse(&sides),
        assertions::accuse(&sides, &carriers),
        swallowed::accuse(&sides),
        vacuous::accuse(&sides),
        asks::accuse(&sides),
        knows::accuse(&sides),
        always_equal::accuse(&sides),
        allows::accuse(&sides),
        macros::accuse(&sides),
    ]
    .concat()
}

/// Base and head, and which test is which.
struct Sides<'a, 't> {
    base: Side<'a, 't>,
    head: Side<'a, 't>,
    pairing: Pairing,
    /// Names that only the base has.
    gone: BTreeSet<String>,
    /// Names that only the head has.
    fresh: BTreeSet<String>,
    /// Functions of production code that go on under another name: old → new.
    renames: BTreeMap<String, String>,
}

/// A function that is gone and one that is new are the same when their bodies are alike.
fn renames(base: &Census, head: &Census) -> BTreeMap<String, String> {
    let lacks = |census: &Census, name: &str| !census.functions.iter().any(|function| function.name == name);
    let gone = base.functions.iter().filter(|old| !old.is_test_code && lacks(head, &old.name));
    let mut found = BTreeMap::new();
    for old in gone {
        let new = head.functions.iter().filter(|new| !new.is_test_code && lacks(base, &new.name));
        let best = new.map(|new| (old.words.likeness(&new.words), &new.name)).max();
        if let Some((60.., name)) = best {
            found.insert(old.name.clone(), name.clone());
        }
    }
    found
}

impl Sides<'_, '_> {
    /// The tests that both have and whose bodies differ; and so the functions of test code.
    fn changed_pairs(&self) -> Vec<(&Test, &Test)> {
        let tests = self.pairing.pairs.iter().map(|(old, new)| (&self.base.census.tests[*old], &self.head.census.tests[*new]));
        let path = |side: &Side<'_, '_>, test: &Test| (side.files[test.file].path.clone(), test.path());
        let by_path = |side: &'_ Side<'_, '_>| {
            let mut found: BTreeMap<_, Vec<usize>> = BTreeMap::new();
            for (index, helper) in side.census.helpers.iter().enumerate() {
                found.entry(path(side, helper)).or_default().push(index);
            }
            found
        };
        let heads = by_path(&self.head);
        // Two of one name stand under cfgs: which is which is not told.
        let helpers = by_path(&self.base).into_iter().filter_map(|(path, old)| match (old.as_slice(), heads.get(&path)?.as_slice()) {
            ([old], [new]) => Some((&self.base.census.helpers[*old], &self.head.census.helpers[*new])),
            _ => None,
        });
        tests.chain(helpers).filter(|(old, new)| old.text != new.text).collect()
    }
}

/// An accusation in `file`.
fn accused(code: &'static str, file: &File<'_>, span: Span, symbol: &str, title: String, label: String, help: String) -> Accusation {
    let line = file.parsed.lines.line(span.start);
    let span = Some(span).filter(|span| !span.is_empty());
    let line_of = |text: String| crate::judge::one_line(&text);
    Accusation {
        code,
        path: file.path.clone(),
        is_of_base: false,
        span,
        line,
        symbol: symbol.to_owned(),
        title: line_of(title),
        label: line_of(label),
        help,
    }
}

#[cfg(test)]
mod tests;
