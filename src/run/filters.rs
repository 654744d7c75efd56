//! The words that choose tests of the standard harness. It compares each name that it is given with each test that it
//! has, so that thousands of names take longer than the tests: where all tests of a module run, the module's path says
//! it. Owns when that chooses the same tests; refuses to run them.

use std::collections::{BTreeMap, BTreeSet};

/// Fewer names than this cost less than it takes to look for modules.
const FEW: usize = 64;

/// More words than this are names again.
const MOST: usize = 16;

/// The arguments by which an executable that has the tests `all` runs those of `wanted` and no other.
pub(super) fn filters<'a>(all: &'a [String], wanted: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted: BTreeSet<&str> = wanted.collect();
    let modules = if wanted.len() < FEW { None } else { modules(all, &wanted) };
    modules.unwrap_or_else(|| std::iter::once("--exact").chain(wanted).map(str::to_owned).collect())
}

/// The paths of the outermost modules whose tests are all wanted, if there are no others. The harness looks for them
/// anywhere in a name.
fn modules(all: &[String], wanted: &BTreeSet<&str>) -> Option<Vec<String>> {
    let mut sizes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for name in all {
        for module in paths(name) {
            let (tests, chosen) = sizes.entry(module).or_default();
            *tests += 1;
            *chosen += usize::from(wanted.contains(&**name));
        }
    }
    let is_whole = |module: &&str| sizes.get(module).is_some_and(|(tests, chosen)| tests == chosen);
    let outermost: Option<BTreeSet<&str>> = wanted.iter().map(|name| paths(name).find(is_whole)).collect();
    let outermost = outermost.filter(|modules| modules.len() <= MOST)?;
    let is_chosen = |name: &String| outermost.iter().any(|module| name.contains(module));
    let chooses_others = all.iter().any(|name| !wanted.contains(&**name) && is_chosen(name));
    (!chooses_others).then(|| outermost.into_iter().map(str::to_owned).collect())
}

/// `a::`, `a::b::` of `a::b::name`.
fn paths(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices("::").map(|(at, colons)| &name[..at + colons.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(module: &str, tests: std::ops::Range<usize>) -> Vec<String> {
        tests.map(|test| format!("{module}t{test}")).collect()
    }

    fn chosen(all: &[Vec<String>], wanted: &[Vec<String>]) -> Vec<String> {
        let (all, wanted) = (all.concat(), wanted.concat());
        filters(&all, wanted.iter().map(String::as_str))
    }

    #[test]
    fn modules_that_are_wanted_as_a_whole_are_named() {
        let [a, b, other] = [names("a::tests::", 0..50), names("b::", 0..50), names("c::", 0..50)];
        let all = [a.clone(), b.clone(), other];
        assert_eq!(chosen(&all, &[a.clone(), b]), ["a::", "b::"]);
        let nested = [a.clone(), names("a::", 0..50), names("c::", 0..50)];
        assert_eq!(chosen(&nested, &nested[..2]), ["a::"]);
        assert_eq!(chosen(&[a.clone(), names("a::", 0..90), vec!["a::x".into()]], &[a, names("a::", 0..90)])[0], "--exact");
    }

    #[test]
    fn names_are_exact_where_no_module_is_whole() {
        let all = [names("a::", 0..100)];
        let most = [names("a::", 0..99)];
        assert_eq!(chosen(&all, &most).len(), 100);
        assert_eq!(chosen(&all, &[names("a::", 0..2)]), ["--exact", "a::t0", "a::t1"]);
        // Without a module, and in too many of them.
        assert_eq!(chosen(&[names("", 0..80)], &[names("", 0..80)])[0], "--exact");
        let many: Vec<Vec<String>> = (0..20).map(|module| names(&format!("m{module}::"), 0..5)).collect();
        assert_eq!(chosen(&many, &many)[0], "--exact");
    }

    #[test]
    fn a_path_that_stands_in_other_names_chooses_nothing() {
        let (a, inside) = (names("a::", 0..80), names("data::", 0..1));
        assert_eq!(chosen(&[a.clone(), inside], &[a])[0], "--exact");
    }
}
