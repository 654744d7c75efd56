//! Which code of the changed files is new: functions whose own tokens are others, and lines outside of functions
//! that are as they were. Formatting, comments and moved functions are not new. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use camino::Utf8PathBuf;
use rayon::prelude::*;

use super::ChangedFile;
use super::tokens::fingerprint;
use crate::syntax::{CfgStack, Lines, Namespace, Span, functions, parse};

/// What is new in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCode {
    /// All of it: the base has no such file.
    pub is_whole: bool,
    /// Its new lines, 1-based, in order, without those of functions that are as they were.
    pub lines: Vec<RangeInclusive<u32>>,
    /// Where its new functions begin: the first byte of their spans.
    pub functions: BTreeSet<u32>,
}

impl NewCode {
    /// A file of which everything is new.
    pub fn whole() -> NewCode {
        NewCode { is_whole: true, ..NewCode::default() }
    }

    /// Whether nothing is new.
    pub fn is_empty(&self) -> bool {
        !self.is_whole && self.lines.is_empty() && self.functions.is_empty()
    }

    /// Whether the line is new.
    pub fn has_line(&self, line: u32) -> bool {
        self.is_whole || self.lines.iter().any(|range| range.contains(&line))
    }

    /// Whether the function is new that spans `function`.
    pub fn has_function(&self, function: Span) -> bool {
        self.is_whole || self.functions.contains(&function.start)
    }

    /// Whether the code at `place` is new: its innermost function of `all` is, or outside of functions one of its
    /// lines.
    pub fn has(&self, place: Span, all: impl Iterator<Item = Span>, lines: &Lines) -> bool {
        match all.filter(|function| function.contains(place)).max_by_key(|function| function.start) {
            Some(function) => self.has_function(function),
            None => (lines.line(place.start)..=lines.line(place.end.saturating_sub(1))).any(|line| self.has_line(line)),
        }
    }
}

/// A function with what its tokens are.
struct Known {
    span: Span,
    lines: RangeInclusive<u32>,
    tokens: Option<blake3::Hash>,
    is_old: bool,
}

/// What is new in each Rust file that changed and is still there.
pub fn new_code(files: &[ChangedFile]) -> BTreeMap<Utf8PathBuf, NewCode> {
    let is_rust = |file: &&ChangedFile| {
        file.path.extension() == Some("rs") || file.old_path.as_ref().is_some_and(|path| path.extension() == Some("rs"))
    };
    let changed: Vec<&ChangedFile> = files.iter().filter(is_rust).collect();
    let known = |text: &Option<String>| text.as_deref().map(known).unwrap_or_default();
    let mut sides: Vec<(Vec<Known>, Vec<Known>)> = changed.par_iter().map(|file| (known(&file.base), known(&file.head))).collect();
    for (base, head) in &mut sides {
        pair(base.iter_mut(), head.iter_mut());
    }
    let (bases, heads): (Vec<_>, Vec<_>) = sides.iter_mut().map(|(base, head)| (base.iter_mut(), head.iter_mut())).unzip();
    pair(bases.into_iter().flatten(), heads.into_iter().flatten());
    let with_head = changed.into_iter().zip(sides).filter(|(file, _)| file.head.is_some());
    with_head.map(|(file, (_, head))| (file.path.clone(), of_file(file, &head))).collect()
}

/// Mark what both sides have, each of the base's for one of the head's.
fn pair<'k>(base: impl Iterator<Item = &'k mut Known>, head: impl Iterator<Item = &'k mut Known>) {
    let mut left: HashMap<blake3::Hash, Vec<&mut Known>> = HashMap::new();
    for known in base.filter(|known| !known.is_old) {
        if let Some(tokens) = known.tokens {
            left.entry(tokens).or_default().push(known);
        }
    }
    for known in head.filter(|known| !known.is_old) {
        let twin = known.tokens.and_then(|tokens| left.get_mut(&tokens)?.pop());
        if let Some(twin) = twin {
            twin.is_old = true;
            known.is_old = true;
        }
    }
}

/// The functions of a text; none when it is not Rust.
fn known(text: &str) -> Vec<Known> {
    let Ok(parsed) = parse(text) else { return Vec::new() };
    let nodes = functions(&parsed, &Namespace::default(), &CfgStack::default());
    let lines = |span: Span| parsed.lines.line(span.start)..=parsed.lines.line(span.end.saturating_sub(1));
    let known =
        nodes.iter().map(|node| Known { span: node.span, lines: lines(node.span), tokens: fingerprint(node.span.of(text)), is_old: false });
    known.collect()
}

fn of_file(file: &ChangedFile, head: &[Known]) -> NewCode {
    if file.base.is_none() && head.iter().all(|known| !known.is_old) {
        return NewCode::whole();
    }
    let old: Vec<&RangeInclusive<u32>> = head.iter().filter(|known| known.is_old).map(|known| &known.lines).collect();
    let mut lines: Vec<RangeInclusive<u32>> = Vec::new();
    for line in file.lines.iter().cloned().flatten().filter(|line| !old.iter().any(|range| range.contains(line))) {
        match lines.last_mut() {
            Some(range) if *range.end() + 1 == line => *range = *range.start()..=line,
            _ => lines.push(line..=line),
        }
    }
    let functions = head.iter().filter(|known| !known.is_old).map(|known| known.span.start).collect();
    NewCode { is_whole: false, lines, functions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Status, changed_lines};

    fn file(path: &str, base: Option<&str>, head: Option<&str>) -> ChangedFile {
        let lines = head.map_or(Vec::new(), |head| changed_lines(base.unwrap_or_default(), head));
        let text = |text: Option<&str>| text.map(str::to_owned);
        ChangedFile { path: path.into(), old_path: None, status: Status::Modified, base: text(base), head: text(head), lines }
    }

    /// `a.rs: f g; 1-2`, by the words at which functions begin.
    fn said(files: &[ChangedFile]) -> Vec<String> {
        let name = |text: &str, at: u32| text[at as usize..].split(['(', ' ']).nth(1).unwrap_or_default().to_owned();
        let of = |(path, new): (&Utf8PathBuf, &NewCode)| {
            let head = files.iter().find(|file| file.path == *path).and_then(|file| file.head.clone()).unwrap();
            let names: Vec<String> = new.functions.iter().map(|at| name(&head, *at)).collect();
            let lines: Vec<String> = new.lines.iter().map(|range| format!("{}-{}", range.start(), range.end())).collect();
            format!("{path}{}: {}; {}", if new.is_whole { " whole" } else { "" }, names.join(" "), lines.join(" "))
        };
        new_code(files).iter().map(of).collect()
    }

    const BASE: &str = "const A: u8 = 1;\nfn f(a: u8) -> u8 {\n    a + 1\n}\nfn g() {\n    h();\n}\n";

    #[test]
    fn a_function_is_new_when_its_tokens_are() {
        let head = BASE.replace("a + 1", "a + 2").replace("h();", "// calls h\n    h(  );");
        assert_eq!(said(&[file("a.rs", Some(BASE), Some(&head))]), ["a.rs: f; 3-3"]);
        let head = BASE.replace("= 1", "= 2").replace("    h();\n", "");
        assert_eq!(said(&[file("a.rs", Some(BASE), Some(&head))]), ["a.rs: g; 1-1"]);
        assert!(said(&[file("a.rs", Some(BASE), Some(&BASE.replace('\n', "\n\n")))])[0].starts_with("a.rs: ; "));
        assert_eq!(said(&[file("a.rs", Some(BASE), None), file("b.rs", None, Some("fn x() {}\n"))]), ["b.rs whole: ; "]);
    }

    #[test]
    fn what_moved_is_not_new_and_a_copy_is() {
        let (kept, moved) = BASE.split_at(BASE.find("fn g").unwrap());
        let files = [file("a.rs", Some(BASE), Some(kept)), file("b.rs", None, Some(&format!("{moved}fn n() {{}}\n")))];
        assert_eq!(said(&files), ["a.rs: ; ", "b.rs: n; 4-4"]);
        let files = [file("a.rs", Some(BASE), Some(BASE)), file("b.rs", None, Some(moved))];
        assert_eq!(said(&files), ["a.rs: ; ", "b.rs whole: ; "]);
        let twice = format!("{BASE}mod m {{\n{moved}}}\n");
        assert_eq!(said(&[file("a.rs", Some(BASE), Some(&twice))]).len(), 1);
        assert!(said(&[file("a.rs", Some(BASE), Some(&twice))])[0].starts_with("a.rs: g; 8-"));
    }

    #[test]
    fn a_place_is_new_by_its_innermost_function_or_its_line() {
        let head = "fn f() {\n    fn g() { 1 }\n    2;\n}\nconst A: u8 = 3;\n";
        let base = "fn f() {\n    fn g() { 1 }\n    4;\n}\nconst A: u8 = 5;\n";
        let new = &new_code(&[file("a.rs", Some(base), Some(head))])[camino::Utf8Path::new("a.rs")];
        let parsed = parse(head).unwrap();
        let spans: Vec<Span> = functions(&parsed, &Namespace::default(), &CfgStack::default()).iter().map(|node| node.span).collect();
        let has = |needle: &str| {
            let at = u32::try_from(head.find(needle).unwrap()).unwrap();
            new.has(Span::new(at, at + 1), spans.iter().copied(), &parsed.lines)
        };
        assert_eq!(["1 }", "2;", "3;"].map(has), [false, true, true]);
        assert!(!NewCode::default().has(Span::new(0, 1), std::iter::empty(), &parsed.lines));
        assert!(NewCode::whole().has(Span::new(0, 1), std::iter::empty(), &parsed.lines));
    }
}
