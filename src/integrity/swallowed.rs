//! Ways for a test to pass without having asserted: it leaves, or what it found out is thrown away.
//!
//! | code | after |
//! |---|---|
//! | `test-returns-early` | `if cfg!(ci) { return; } assert_eq!(f(2), 4);` |
//! | `process-exit-in-test` | `std::process::exit(0);` |
//! | `panic-swallowed` | `let _ = catch_unwind(\|\| assert_eq!(f(2), 4));`, a thread that nobody joins |
//! | `result-discarded` | `f(2).unwrap();` → `let _ = f(2);`, `f(2).ok();` |
//!
//! No accusation: what the base's test did as well; `return Err(..)`; a `return` behind the last assertion or in a
//! closure; `catch_unwind` whose result is asserted.

use super::body::Facts;
use super::census::Test;
use super::{Accusation, Sides, accused};
use crate::syntax::Span;

/// Accuse the changed pairs and the new tests.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let pairs = sides.changed_pairs().into_iter().map(|(old, new)| (sides.base.facts(old), new));
    let added = sides.pairing.added.iter().map(|index| (Facts::default(), &sides.head.census.tests[*index]));
    pairs.chain(added).flat_map(|(before, new)| of_test(sides, &before, new)).collect()
}

fn of_test(sides: &Sides<'_, '_>, before: &Facts, new: &Test) -> Vec<Accusation> {
    let after = sides.head.facts(new);
    let name = new.path();
    let file = sides.head.files[new.file];
    let made = |code, span: Option<Span>, title: String, label: &str, help: &str| {
        span.map(|span| accused(code, file, span, &name, title, label.to_owned(), help.to_owned()))
    };
    [
        made(
            "test-returns-early",
            returns_early(before, &after),
            format!("the test `{name}` can leave before it has asserted everything"),
            "what follows need not run",
            "take the `return` away; a test that cannot run everywhere belongs under a cfg that says where",
        ),
        made(
            "process-exit-in-test",
            after.exits.first().copied().filter(|_| after.exits.len() > before.exits.len() && new.name != "main"),
            format!("the test `{name}` ends the whole test process"),
            "no test behind it runs, and the exit code is this one's",
            "return from the test; a command that has to exit is started as a process of its own",
        ),
        made(
            "panic-swallowed",
            after.catches.first().copied().filter(|_| after.catches.len() > before.catches.len() && is_swallowed(before, &after)),
            format!("a panic in `{name}` does not fail it any more"),
            "a failing assertion in here goes unnoticed",
            "assert the result: `assert!(catch_unwind(..).is_err())`, or join the thread and unwrap",
        ),
        made(
            "result-discarded",
            discarded(sides, before, &after),
            format!("`{name}` throws away a result that it used to check"),
            "an error passes unnoticed",
            "unwrap it, or return it with `?`",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn returns_early(before: &Facts, after: &Facts) -> Option<Span> {
    let last = after.assertions.iter().map(|one| one.span.start).max()?;
    after.returns.iter().find(|span| after.returns.len() > before.returns.len() && span.start < last).copied()
}

/// Whether assertions are inside of what catches their panics.
fn is_swallowed(before: &Facts, after: &Facts) -> bool {
    let is_thrown = |catch: &&Span| after.thrown.iter().any(|statement| statement.contains(**catch));
    let catches: Vec<&Span> = after.catches.iter().filter(is_thrown).collect();
    let inside = after.assertions.iter().filter(|one| catches.iter().any(|catch| catch.contains(one.span))).count();
    inside > 0 && (!before.assertions.is_empty() || inside == after.assertions.len())
}

fn discarded(sides: &Sides<'_, '_>, before: &Facts, after: &Facts) -> Option<Span> {
    let fresh = |span: &&(Span, super::bag::Bag)| !before.discards.iter().any(|(_, old)| *old == span.1);
    let (span, _) = after.discards.iter().filter(fresh).find(|(_, thrown)| {
        let is_checked = before.survives > after.survives || before.assertions.len() > after.assertions.len();
        is_checked && !thrown.without(&sides.fresh).names.is_empty()
    })?;
    Some(*span)
}
