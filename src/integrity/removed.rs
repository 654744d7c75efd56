//! Tests of the base that the head has no more, and how what they asserted is found elsewhere.
//!
//! `test-removed`: a test is gone, and its cases stand in no other test.
//!
//! No accusation: it was renamed or moved (`pairing`); its cases went into a table, a macro or another test, which
//! holds all its literals and names the same code, at least as strongly; the code that it tested is gone, too; an
//! equal test is still there.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::assertion::{Assertion, Strength};
use super::bag::{Bag, Counts, is_plain};
use super::census::{File, TableKind, Test};
use super::{Accusation, Sides, accused};
use crate::syntax::Span;

/// The tests and tables of the head that may hold the cases of tests that are gone.
pub(super) struct Carriers<'s, 'a, 't> {
    sides: &'s Sides<'a, 't>,
    /// Made when first asked for.
    held: OnceCell<Vec<Carrier<'s>>>,
    /// Names of production code that the head does not have, unless they were only renamed.
    gone: BTreeSet<String>,
}

struct Carrier<'s> {
    test: Option<&'s Test>,
    words: Counts,
    /// Words that the same test of the base does not have, or not as often.
    fresh: Counts,
    strength: Strength,
}

impl<'s, 'a, 't> Carriers<'s, 'a, 't> {
    /// Those of the head.
    pub(super) fn of(sides: &'s Sides<'a, 't>) -> Carriers<'s, 'a, 't> {
        Carriers { sides, held: OnceCell::new(), gone: gone(sides) }
    }

    fn held(&self) -> Vec<Carrier<'s>> {
        let sides = self.sides;
        let tests = (0..sides.head.census.tests.len()).map(|index| {
            let test = &sides.head.census.tests[index];
            let words = sides.head.words(&test.words);
            let old = sides.pairing.pairs.iter().find(|(_, new)| *new == index);
            let before = old.map_or(Counts::default(), |(old, _)| sides.base.words(&sides.base.census.tests[*old].words));
            let facts = sides.head.facts(test);
            let by_assertion = facts.assertions.iter().map(|one| one.strength).max();
            let strength = by_assertion.unwrap_or(if facts.survives > 0 { Strength::Shape } else { Strength::Trivial });
            Carrier { test: Some(test), fresh: more(&words, &before), words, strength }
        });
        // What a macro makes of its cases is known by its definition.
        let is_known = |table: &&super::census::Table| {
            table.kind == TableKind::Use && table.is_test_code && !sides.base.census.tables.iter().any(|old| old.words == table.words)
        };
        let tables = sides.head.census.tables.iter().filter(is_known).map(|table| {
            let mut words = table.words.clone();
            let definitions = sides.head.census.tables.iter().filter(|one| one.kind == TableKind::Definition && one.name == table.name);
            definitions.for_each(|one| words.extend(&one.words));
            Carrier { test: None, fresh: words.clone(), words, strength: Strength::Exact }
        });
        tests.chain(tables).collect()
    }

    /// Whether one of them holds everything that `lost` asserts; `besides` is not asked.
    pub(super) fn carry(&self, lost: &[Assertion], besides: Option<&Test>) -> bool {
        let strongest = lost.iter().map(|one| one.strength).max().unwrap_or(Strength::Trivial);
        let bag = lost.iter().fold(Bag::default(), |bag, one| bag.and(&one.bag)).renamed(&self.sides.renames);
        let literals: Vec<&String> = bag.literals.iter().filter(|literal| *literal != "!").collect();
        let holds = |carrier: &Carrier<'_>| {
            let is_fresh = literals.iter().any(|literal| carrier.fresh.literals.contains_key(*literal))
                || (literals.is_empty() && bag.names.iter().any(|name| carrier.fresh.names.contains_key(name)));
            let has_all = literals.iter().all(|literal| carrier.words.literals.contains_key(*literal))
                && bag.names.iter().all(|name| carrier.words.names.contains_key(name));
            is_fresh && has_all && carrier.strength >= strongest
        };
        let is_asked = |carrier: &&Carrier<'_>| match (carrier.test, besides) {
            (Some(test), Some(besides)) => !std::ptr::eq(test, besides),
            _ => true,
        };
        self.held.get_or_init(|| self.held()).iter().filter(is_asked).any(holds)
    }

    /// Whether an assertion is about code that the head does not have.
    pub(super) fn is_about_gone_code(&self, lost: &Assertion) -> bool {
        lost.bag.names.iter().any(|name| self.gone.contains(name))
    }

    fn is_about_gone(&self, words: &Counts) -> bool {
        words.names.keys().any(|name| self.gone.contains(name))
    }
}

/// The words of `words` that `before` does not have as often.
fn more(words: &Counts, before: &Counts) -> Counts {
    let keep = |mine: &BTreeMap<String, u32>, theirs: &BTreeMap<String, u32>| {
        let left = |(word, count): (&String, &u32)| (word.clone(), count.saturating_sub(theirs.get(word).copied().unwrap_or(0)));
        mine.iter().map(left).filter(|(_, count)| *count > 0).collect()
    };
    Counts { names: keep(&words.names, &before.names), literals: keep(&words.literals, &before.literals) }
}

/// Names of production code that are gone and go on under no other name.
fn gone(sides: &Sides<'_, '_>) -> BTreeSet<String> {
    let production = &sides.base.census.production_names;
    let is_gone = |name: &&String| production.contains(*name) && !is_plain(name) && !sides.renames.contains_key(*name);
    sides.gone.iter().filter(is_gone).cloned().collect()
}

/// Accuse the tests that are gone.
pub(super) fn accuse(sides: &Sides<'_, '_>, carriers: &Carriers<'_, '_, '_>) -> Vec<Accusation> {
    let mut found = Vec::new();
    for old in sides.pairing.removed.iter().map(|index| &sides.base.census.tests[*index]) {
        let facts = sides.base.facts(old);
        let has_equal = || sides.head.census.tests.iter().any(|new| new.words == old.words);
        let says_nothing = facts.assertions.is_empty() && facts.survives == 0 && facts.calls.is_empty() && old.should_panic.is_none();
        let is_carried = || {
            if facts.assertions.is_empty() { carriers.carry(&[as_assertion(old)], None) } else { carriers.carry(&facts.assertions, None) }
        };
        if says_nothing || carriers.is_about_gone(&sides.base.words(&old.words)) || has_equal() || is_carried() {
            continue;
        }
        found.push(removed(sides, old));
    }
    found
}

/// A test without assertions asserts that its calls do not panic.
fn as_assertion(test: &Test) -> Assertion {
    let bag = test.words.bag();
    Assertion {
        strength: Strength::Trivial,
        bag,
        shown: String::new(),
        text: String::new(),
        via: Vec::new(),
        span: test.ident,
        is_conditional: false,
        is_circular: false,
    }
}

fn removed(sides: &Sides<'_, '_>, old: &Test) -> Accusation {
    let name = old.path();
    let file = sides.base.files[old.file];
    let help = "put it back; where what it tested is gone on purpose, delete that code in the same change, or let a person merge \
        the removal by itself";
    let demoted = sides.head.census.functions.iter().find(|function| function.name == old.name && function.is_test_code);
    if let Some(function) = demoted {
        let title = format!("`{name}` is no test any more");
        return accused(
            "test-removed",
            sides.head.files[function.file],
            function.ident,
            &name,
            title,
            "lost its attribute".to_owned(),
            help.to_owned(),
        );
    }
    let title = format!("the test `{name}` is gone, and no other test asserts what it did");
    let label = format!("was in {}", file.path);
    match head_file(sides, file) {
        Some(head) => accused("test-removed", head, Span::empty(0), &name, title, label, help.to_owned()),
        None => Accusation { is_of_base: true, ..accused("test-removed", file, old.ident, &name, title, label, help.to_owned()) },
    }
}

/// The file of the head at the same path.
fn head_file<'a, 't>(sides: &Sides<'a, 't>, base: &File<'_>) -> Option<&'a File<'t>> {
    sides.head.files.iter().copied().find(|file| file.path == base.path)
}
