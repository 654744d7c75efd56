//! The operator families, one file each, and the walk that leads to them. Owns the order of sites, the ids
//! of mutants and that no two mutants are the same change; refuses to know what a build does with them.
//!
//! The set `cargo-mutants` has the same places and the same replacements as cargo-mutants 27.1 without
//! configuration. It leaves out more than cargo-mutants in two ways. What is test code or marked to be skipped is left
//! out wherever the attribute stands (a `const`, a statement, a field), and test code is also what
//! [`is_test_code`](crate::syntax::is_test_code) calls so, such as `#[cfg(all(test, unix))]` and `#[bench]`.
//! And values of attributes are not looked into.

mod binary;
mod comparison;
mod condition;
mod extent;
mod fn_value;
mod id;
mod literal;
mod loop_control;
mod match_arm;
mod method;
mod question_mark;
mod range_end;
mod return_values;
mod scope;
mod splice;
mod statement;
mod struct_field;
#[cfg(test)]
mod testing;
mod unary;
mod walk;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

pub(super) use scope::Change;

use super::skips::Marks;
use super::{Counted, Mutant, Mutated, Rule, Selection, Shape, Site};
use crate::syntax::{CfgStack, Namespace, Parsed};
use scope::{Evaluated, Found, Place, Scope};

/// The mutants of a file in source order: by the first byte that a mutant changes, the wider change first.
pub(super) fn mutate(
    parsed: &Parsed<'_>,
    path: &str,
    namespace: &Namespace,
    cfg: &CfgStack,
    selection: Selection,
    mut marks: Marks,
) -> Mutated {
    let drafts = drafts(parsed, namespace, cfg, selection, true);
    let mut ids = id::Ids::new(path);
    let sites = drafts.into_iter().flat_map(|draft| apart(draft, &mut marks)).map(|draft| site(draft, &mut ids)).collect();
    Mutated { sites, companions: Vec::new(), skips: marks.skips, complaints: marks.complaints }
}

/// The number of the sites that [`mutate`] finds, those that a mark leaves alone not counted.
pub(super) fn count(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack, selection: Selection, mut marks: Marks) -> Counted {
    let drafts = drafts(parsed, namespace, cfg, selection, false);
    let sites = if marks.is_empty() {
        drafts.len()
    } else {
        let is_site = |draft: &Draft| !matches!(draft.found.shape, Shape::Ignored { .. });
        drafts.into_iter().flat_map(|draft| apart(draft, &mut marks)).filter(is_site).count()
    };
    Counted { sites: u32::try_from(sites).unwrap_or(u32::MAX), skips: marks.skips, complaints: marks.complaints }
}

/// What is changed, in the order of the mutants, before any has an id.
fn drafts(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack, selection: Selection, with_ids: bool) -> Vec<Draft> {
    let mut drafts = walk::drafts(parsed, namespace, cfg, selection, with_ids);
    drafts.sort_by_key(|draft| {
        let first = draft.found.changes[0].span;
        (first.start, Reverse(first.end))
    });
    if selection.leaves_out(Rule::Redundant) { without_repetitions(parsed.text, drafts) } else { drafts }
}

/// A draft without what a mark leaves alone, and drafts of what it does.
fn apart(draft: Draft, marks: &mut Marks) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for change in draft.found.changes {
        let shape = marks.governs(&change).map_or_else(|| draft.found.shape.clone(), |reason| Shape::Ignored { reason });
        match drafts.iter_mut().find(|other| other.found.shape == shape) {
            Some(other) => other.found.changes.push(change),
            None => drafts.push(Draft {
                found: Found { shape, changes: vec![change] },
                owner: draft.owner.clone(),
                function: draft.function.clone(),
                ..draft
            }),
        }
    }
    drafts
}

/// Leave out a change that gives the same text as one before: `fn f() -> bool { true }` is changed to
/// `false` as a function's value and as a literal.
fn without_repetitions(text: &str, mut drafts: Vec<Draft>) -> Vec<Draft> {
    let mut seen = HashSet::new();
    for draft in &mut drafts {
        draft.found.changes.retain(|change| seen.insert(smallest(text, change)));
    }
    drafts.retain(|draft| !draft.found.changes.is_empty());
    drafts
}

/// A change without what it leaves as it is: where it begins, where it ends, what stands there instead.
fn smallest(text: &str, change: &Change) -> (u32, u32, String) {
    let (from, to) = (change.span.of(text), change.replacement.as_str());
    let head: usize = from.chars().zip(to.chars()).take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum();
    let (from, to) = (&from[head..], &to[head..]);
    let backwards = from.chars().rev().zip(to.chars().rev());
    let tail: usize = backwards.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum();
    let short = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    (change.span.start + short(head), change.span.end - short(tail), to[..to.len() - tail].to_owned())
}

/// What the walk found, with the surroundings that all its mutants share.
struct Draft {
    found: Found,
    in_const_fn: bool,
    in_value: bool,
    /// What ids are counted in: the function, else the item.
    owner: Arc<str>,
    function: Option<Arc<str>>,
}

fn site(draft: Draft, ids: &mut id::Ids) -> Site {
    let Draft { found, in_const_fn, in_value, owner, function } = draft;
    let mutant = |change: Change| Mutant {
        id: ids.next(&owner, &change),
        operator: change.operator,
        span: change.span,
        replacement: change.replacement,
        function: function.as_deref().map(ToOwned::to_owned),
        cfg: change.cfg,
    };
    Site { shape: found.shape, in_const_fn, in_value, mutants: found.changes.into_iter().map(mutant).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::sites;
    use super::*;
    use crate::syntax::parse;

    fn sites_of(text: &str) -> Vec<Site> {
        let classic = Selection::cargo_mutants();
        sites(&parse(text).unwrap(), "src/lib.rs", &Namespace::default(), &CfgStack::default(), classic)
    }

    fn ids_of(text: &str) -> Vec<String> {
        sites_of(text).into_iter().flat_map(|site| site.mutants).map(|mutant| mutant.id).collect()
    }

    #[test]
    fn a_count_is_the_number_of_sites() {
        let marked =
            "// gate: skip it is a test\nfn f(a: u8) -> u8 { a + 1 }\nfn g() -> bool { true } // gate: skip(BoolLiteral) so\n".to_owned();
        let sources = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/mutate")).into_iter().map(Result::unwrap);
        let sources = sources.filter(|entry| entry.file_type().is_file()).map(|entry| std::fs::read_to_string(entry.path()).unwrap());
        let mut counted = Vec::new();
        for text in std::iter::once(marked).chain(sources) {
            let parsed = parse(&text).unwrap();
            for selection in [Selection::default(), Selection::all(), Selection::cargo_mutants()] {
                let (namespace, cfg) = (Namespace::default(), CfgStack::default());
                let mutated = super::super::mutate(&parsed, "a.rs", &namespace, &cfg, selection);
                let sites = mutated.sites.iter().filter(|site| !matches!(site.shape, Shape::Ignored { .. })).count();
                let count = super::super::count(&parsed, &namespace, &cfg, selection);
                assert_eq!((count.sites as usize, count.skips, count.complaints), (sites, mutated.skips, mutated.complaints), "{text}");
                counted.push(sites);
            }
        }
        assert!(counted.iter().sum::<usize>() > 1000, "{counted:?}");
    }

    #[test]
    fn sites_come_in_source_order_and_the_wider_one_first() {
        let text = "fn f(a: bool) -> bool { !a && match a { true if a == b => c + d, _ => false } }";
        let starts: Vec<_> = sites_of(text).iter().map(|site| site.mutants[0].span.of(text).to_owned()).collect();
        assert_eq!(starts[0], "!a && match a { true if a == b => c + d, _ => false }");
        assert_eq!(starts[1..], ["!", "&&", "a == b", "==", "+"]);
    }

    #[test]
    fn spans_are_those_of_the_file_as_it_lies_on_disk() {
        let text = "\u{feff}#!/usr/bin/env run\r\nfn é() -> ! {\r\n    'ç' + a\r\n}";
        let site = &sites_of(text)[0];
        assert_eq!(site.mutants[0].span.of(text), "+");
        assert_eq!(site.mutants[0].apply(text), text.replace('+', "-"));
        let Shape::Expression(span) = site.shape else { panic!("{site:?}") };
        assert_eq!(span.of(text), "'ç' + a");
    }

    #[test]
    fn functions_are_named_as_everywhere() {
        let text =
            "mod r#m { impl<T> A<T> for &[B] { fn a() -> u8 { const C: u8 = { fn c() -> u8 { d } 1 }; e } } } trait T { fn t() { u } }";
        let parsed = parse(text).unwrap();
        let everywhere = crate::syntax::functions(&parsed, &Namespace::default(), &CfgStack::default());
        let mut expected: Vec<_> = everywhere.into_iter().map(|function| function.name).collect();
        let mut named: Vec<_> = sites_of(text).into_iter().filter_map(|site| site.mutants[0].function.clone()).collect();
        expected.sort();
        named.sort();
        assert_eq!(named, expected);
    }

    #[test]
    fn ids_are_twelve_hex_digits_and_unique_in_a_file() {
        let ids = ids_of("fn f() -> bool { a < b && a < b && c == d }\nimpl S { fn f() -> bool { a < b } }\nfn f() -> bool { a < b }");
        assert!(ids.iter().all(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit())), "{ids:?}");
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }

    #[test]
    fn ids_hold_under_formatting_comments_and_edits_elsewhere() {
        let ids = ids_of("fn f() -> i32 { a(1) + b }");
        let reformatted = ids_of("\n\nfn f() -> i32 {\n    // sum\n    a(1)+/* and */b\n}");
        assert_eq!(ids, reformatted);
        let edited = ids_of("fn g() -> i32 { 2 + 3 } fn f() -> i32 { let b = 7; a(1) + b }");
        assert!(ids.iter().all(|id| edited.contains(id)), "{ids:?} in {edited:?}");
    }

    #[test]
    fn ids_tell_paths_and_items_apart() {
        let parsed = parse("const A: u8 = 1 + 2; const B: u8 = 1 + 2;").unwrap();
        let at = |path| sites(&parsed, path, &Namespace::default(), &CfgStack::default(), Selection::cargo_mutants());
        let (one, other) = (at("src/a.rs"), at("src/b.rs"));
        assert_ne!(one[0].mutants[0].id, other[0].mutants[0].id);
        // No occurrence number in it: B keeps its id when A goes.
        assert_eq!(one[1].mutants[0].id, at_b_alone());
    }

    fn at_b_alone() -> String {
        let parsed = parse("const B: u8 = 1 + 2;").unwrap();
        sites(&parsed, "src/a.rs", &Namespace::default(), &CfgStack::default(), Selection::cargo_mutants())[0].mutants[0].id.clone()
    }
}
