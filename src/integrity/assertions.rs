//! Assertions of a test that the head does not make any more, or makes weaker.
//!
//! | code | before → after |
//! |---|---|
//! | `test-emptied` | `{ assert_eq!(f(2), 4); }` → `{}` |
//! | `assertion-removed` | `assert_eq!(f(2), 4);` → nothing |
//! | `assertion-trivial` | → `assert!(true);`, `assert_eq!(f(2), f(2));` |
//! | `assertion-weakened` | → `assert!(f(2).is_ok());` |
//! | `assertion-conditional` | → `if let Ok(x) = f(2) { assert_eq!(x, 4); }` |
//! | `assertion-off` | → `debug_assert_eq!(f(2), 4);` |
//! | `expected-value-rewritten` | → `assert_eq!(f(2), 5);` |
//!
//! No accusation: assertions moved into a function, a closure, a loop over cases or another test; the same in
//! other words (`assert!(a == b)` for `assert_eq!(a, b)`); a stronger one; one about code that is gone.

use std::collections::BTreeSet;

use super::assertion::{Assertion, Strength};
use super::bag::Bag;
use super::body::Facts;
use super::census::Test;
use super::removed::Carriers;
use super::{Accusation, Sides, accused};
use crate::syntax::Span;

/// More of an assertion says nothing in a label.
const LONGEST: usize = 80;

/// What became of an assertion that the head does not have as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    Removed,
    Trivial(Span),
    Weakened(Span),
    Conditional(Span),
    Rewritten(Span),
}

/// Accuse the pairs of tests.
pub(super) fn accuse(sides: &Sides<'_, '_>, carriers: &Carriers<'_, '_, '_>) -> Vec<Accusation> {
    let mut found = Vec::new();
    for (old, new) in sides.changed_pairs() {
        let (before, after) = (sides.base.facts(old), sides.head.facts(new));
        if !before.assertions.is_empty() && !after.has_statements && !carriers.carry(&before.assertions, None) {
            found.push(emptied(sides, new));
            continue;
        }
        let mut fates = fates(sides, &before, &after);
        for (fate, lost) in &mut fates {
            if *fate == Fate::Removed && (carriers.is_about_gone_code(lost) || carriers.carry(std::slice::from_ref(lost), Some(new))) {
                *fate = Fate::Kept;
            }
        }
        found.extend(told(sides, new, &fates));
        found.extend(off(sides, (old, new), &before, &after));
    }
    found
}

fn emptied(sides: &Sides<'_, '_>, new: &Test) -> Accusation {
    let name = new.path();
    accused(
        "test-emptied",
        sides.head.files[new.file],
        new.ident,
        &name,
        format!("the test `{name}` has no statement any more"),
        "asserts nothing now".to_owned(),
        "put its assertions back; if what it tested is gone on purpose, delete the test together with that code".to_owned(),
    )
}

/// What became of each assertion of the base; those that stand as they were are left out.
fn fates(sides: &Sides<'_, '_>, before: &Facts, after: &Facts) -> Vec<(Fate, Assertion)> {
    let mut fresh: Vec<&Assertion> = after.assertions.iter().collect();
    let mut fates = Vec::new();
    let mut lost = Vec::new();
    let renamed = before.assertions.iter().map(|one| Assertion { bag: one.bag.renamed(&sides.renames), ..one.clone() });
    for old in renamed {
        let same = fresh.iter().position(|new| new.text == old.text && new.via == old.via);
        let same = same.or_else(|| fresh.iter().position(|new| new.bag == old.bag && new.strength == old.strength));
        match same.map(|at| fresh.remove(at)) {
            Some(new) if new.is_conditional && !old.is_conditional => fates.push((Fate::Conditional(new.span), old)),
            Some(_) => {}
            None => lost.push(old),
        }
    }
    for old in lost.into_iter().filter(|old| old.strength > Strength::Trivial) {
        fates.push((fate(sides, &old, &mut fresh), old));
    }
    fates.retain(|(fate, _)| *fate != Fate::Kept);
    fates
}

fn fate(sides: &Sides<'_, '_>, old: &Assertion, fresh: &mut Vec<&Assertion>) -> Fate {
    let wanted = old.bag.without(&sides.gone);
    let has_all = |new: &Assertion| wanted.names.is_subset(&new.bag.names) && wanted.literals.is_subset(&new.bag.literals);
    if fresh.iter().any(|new| has_all(new) && new.strength >= old.strength && !new.is_circular && new.is_conditional <= old.is_conditional)
    {
        return Fate::Kept;
    }
    let likeness = |new: &Assertion| wanted.likeness(&new.bag.without(&sides.fresh));
    let best = (0..fresh.len()).filter(|at| likeness(fresh[*at]) > 0).max_by_key(|at| (fresh[*at].strength, likeness(fresh[*at])));
    let Some(best) = best.filter(|at| fresh[*at].strength > Strength::Trivial) else {
        let trivial = fresh.iter().position(|new| new.strength == Strength::Trivial);
        return trivial.map_or(Fate::Removed, |at| Fate::Trivial(fresh.remove(at).span));
    };
    compared(old, &wanted, fresh.remove(best))
}

/// What became of `old`, of which `wanted` has to be found again, when it is `new` now.
fn compared(old: &Assertion, wanted: &Bag, new: &Assertion) -> Fate {
    if new.is_circular && !old.is_circular {
        Fate::Trivial(new.span)
    } else if new.strength < old.strength {
        Fate::Weakened(new.span)
    } else if new.is_conditional && !old.is_conditional {
        Fate::Conditional(new.span)
    } else if !wanted.literals.is_subset(&new.bag.literals) {
        Fate::Rewritten(new.span)
    } else {
        Fate::Kept
    }
}

/// One accusation for each kind of fate.
fn told(sides: &Sides<'_, '_>, new: &Test, fates: &[(Fate, Assertion)]) -> Vec<Accusation> {
    let name = new.path();
    let file = sides.head.files[new.file];
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for (fate, old) in fates {
        let (code, span, title, help) = match fate {
            Fate::Kept => continue,
            Fate::Removed => (
                "assertion-removed",
                new.ident,
                format!("`{name}` does not assert any more what it did"),
                "put the assertion back, or move it into a test where it can be found again",
            ),
            Fate::Trivial(span) => (
                "assertion-trivial",
                *span,
                format!("an assertion of `{name}` holds now whatever the code does"),
                "assert the value that the code has to give",
            ),
            Fate::Weakened(span) => (
                "assertion-weakened",
                *span,
                format!("an assertion of `{name}` says less than it did"),
                "assert the value itself as before; where less is right, let a person merge this test by itself",
            ),
            Fate::Conditional(span) => (
                "assertion-conditional",
                *span,
                format!("`{name}` can pass now without coming to its assertion"),
                "make the other way fail, too: `else { panic!(..) }`, or unwrap the value",
            ),
            Fate::Rewritten(span) => (
                "expected-value-rewritten",
                *span,
                format!("`{name}` expects something else than it did"),
                "say in the change why the new value is right; a person looks at it",
            ),
        };
        let lost: String = crate::judge::one_line(&old.shown).chars().take(LONGEST).collect();
        if said.insert(code) {
            let count = fates.iter().filter(|(other, _)| std::mem::discriminant(other) == std::mem::discriminant(fate)).count();
            let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
            found.push(accused(code, file, span, &name, title, format!("was: {lost}{more}"), help.to_owned()));
        }
    }
    found
}

/// `assert!` that became `debug_assert!`: nothing is asserted in a release build.
fn off(sides: &Sides<'_, '_>, (old, new): (&Test, &Test), before: &Facts, after: &Facts) -> Option<Accusation> {
    let file = sides.head.files[new.file];
    let is_debug =
        |one: &&Assertion| one.span.range().end <= file.parsed.text.len() && one.span.of(file.parsed.text).starts_with("debug_assert");
    let debug = after.assertions.iter().find(is_debug)?;
    let old_file = sides.base.files[old.file];
    let was = |one: &Assertion| {
        one.text == debug.text
            && one.via == debug.via
            && one.span.range().end <= old_file.parsed.text.len()
            && one.span.of(old_file.parsed.text).starts_with("assert")
    };
    before.assertions.iter().any(was).then(|| {
        let name = new.path();
        let title = format!("an assertion of `{name}` is left out of optimized builds now");
        let help = "use `assert!`, which is never left out";
        accused("assertion-off", file, debug.span, &name, title, "was `assert`".to_owned(), help.to_owned())
    })
}
