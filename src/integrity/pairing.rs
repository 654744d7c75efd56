//! Which test of the head is which test of the base. A test is the same where its place and name are; then
//! where its name is; then where its body is. Refuses to say whether it still says as much.

use std::collections::BTreeMap;

use super::bag::Counts;
use super::census::{Census, File, Test};

/// Who is who, as indices into the tests of both sides.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    /// The same test, base and head.
    pub pairs: Vec<(usize, usize)>,
    /// Tests of the base that the head does not have under any name.
    pub removed: Vec<usize>,
    /// Tests that the base does not have.
    pub added: Vec<usize>,
}

/// Bodies that are alike to this part are one test under two names.
const ALIKE: u32 = 60;

impl Pairing {
    /// Pair the tests of two sides.
    pub(super) fn of(base: (&Census, &[&File<'_>]), head: (&Census, &[&File<'_>])) -> Pairing {
        let mut matching =
            Matching { old: base.0.tests.iter().map(Some).collect(), new: head.0.tests.iter().map(Some).collect(), pairs: Vec::new() };
        let place = |files: &[&File<'_>], test: &Test| format!("{} {}", files[test.file].path, test.path());
        matching.pair_by(|old| place(base.1, old), |new| place(head.1, new));
        matching.pair_by(|old| old.name.clone(), |new| new.name.clone());
        matching.pair(|old, new| {
            Some(old.words.likeness(&new.words)).filter(|likeness| *likeness >= ALIKE && !is_bare(&old.words)).unwrap_or(0)
        });
        let left = |tests: &[Option<&Test>]| (0..tests.len()).filter(|index| tests[*index].is_some()).collect();
        let (removed, added) = (left(&matching.old), left(&matching.new));
        matching.pairs.sort_unstable();
        Pairing { pairs: matching.pairs, removed, added }
    }
}

/// Whether a body has nothing to be known by.
fn is_bare(words: &Counts) -> bool {
    words.names.len() + words.literals.len() < 3
}

struct Matching<'t> {
    old: Vec<Option<&'t Test>>,
    new: Vec<Option<&'t Test>>,
    pairs: Vec<(usize, usize)>,
}

impl Matching<'_> {
    /// Pair those still alone that have the same key; among several the most alike.
    fn pair_by(&mut self, old_key: impl Fn(&Test) -> String, new_key: impl Fn(&Test) -> String) {
        let mut keyed: BTreeMap<String, Vec<(usize, &Test)>> = BTreeMap::new();
        for (index, new) in self.new.iter().enumerate() {
            if let Some(new) = new {
                keyed.entry(new_key(new)).or_default().push((index, *new));
            }
        }
        let mut candidates = Vec::new();
        for (index, old) in self.old.iter().enumerate() {
            let Some(old) = old else { continue };
            let same = keyed.get(&old_key(old)).map_or(&[][..], Vec::as_slice);
            let likeness = |new: &Test| if same.len() > 1 { old.words.likeness(&new.words) } else { 0 };
            candidates.extend(same.iter().map(|(other, new)| (likeness(new), index, *other)));
        }
        self.take(candidates);
    }

    /// Pair those still alone whose bodies are alike.
    fn pair(&mut self, alike: impl Fn(&Test, &Test) -> u32) {
        let mut candidates = Vec::new();
        for (index, old) in self.old.iter().enumerate() {
            for (other, new) in self.new.iter().enumerate() {
                if let (Some(old), Some(new)) = (old, new) {
                    candidates.push((alike(old, new), index, other));
                }
            }
        }
        candidates.retain(|(likeness, ..)| *likeness > 0);
        self.take(candidates);
    }

    /// The most alike first.
    fn take(&mut self, mut candidates: Vec<(u32, usize, usize)>) {
        candidates.sort_by_key(|(likeness, old, new)| (std::cmp::Reverse(*likeness), *old, *new));
        for (_, old, new) in candidates {
            if self.old[old].is_some() && self.new[new].is_some() {
                (self.old[old], self.new[new]) = (None, None);
                self.pairs.push((old, new));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed<'t>(side: &[(&str, &'t str)]) -> Vec<File<'t>> {
        side.iter().map(|(path, text)| File::of((*path).into(), text).unwrap()).collect()
    }

    /// `old > new` for each pair, then what is left of both.
    fn check(base: &[(&str, &str)], head: &[(&str, &str)], expect: &[&str]) {
        let (base, head) = (parsed(base), parsed(head));
        let (base, head): (Vec<&File<'_>>, Vec<&File<'_>>) = (base.iter().collect(), head.iter().collect());
        let (old, new) = (Census::of(&base), Census::of(&head));
        let found = Pairing::of((&old, &base), (&new, &head));
        let mut lines: Vec<String> =
            found.pairs.iter().map(|(a, b)| format!("{} > {}", old.tests[*a].path(), new.tests[*b].path())).collect();
        lines.extend(found.removed.iter().map(|index| format!("- {}", old.tests[*index].path())));
        lines.extend(found.added.iter().map(|index| format!("+ {}", new.tests[*index].path())));
        assert_eq!(lines, expect);
    }

    #[test]
    fn a_test_is_known_by_place_then_name_then_body() {
        let a = "#[test] fn a() { assert_eq!(area(2, 3), 6); }";
        check(&[("tests/a.rs", a)], &[("tests/a.rs", "#[test] fn a() {}")], &["a > a"]);
        check(&[("tests/a.rs", a)], &[("src/lib.rs", "mod tests { #[test] fn a() { assert_eq!(area(2, 3), 6); } }")], &["a > tests::a"]);
        check(&[("tests/a.rs", a)], &[("tests/a.rs", "#[test] fn b() { assert_eq!(area(2, 3), 6); }")], &["a > b"]);
        check(&[("tests/a.rs", a)], &[("tests/a.rs", "#[test] fn b() { assert_eq!(volume(4), 64); }")], &["- a", "+ b"]);
    }

    #[test]
    fn among_equal_names_the_most_alike_are_one() {
        let base = "mod x { #[test] fn a() { assert_eq!(f(1), 10); } } mod y { #[test] fn a() { assert_eq!(g(2), 20); } }";
        let head = "mod v { #[test] fn a() { assert_eq!(g(2), 20); } } mod w { #[test] fn a() { assert_eq!(f(1), 10); } }";
        check(&[("tests/a.rs", base)], &[("tests/a.rs", head)], &["x::a > w::a", "y::a > v::a"]);
    }
}
