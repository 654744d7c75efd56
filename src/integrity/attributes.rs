//! What the attributes of a test say about whether and how it runs.
//!
//! | code | before → after |
//! |---|---|
//! | `test-ignored` | `#[test]` → `#[test] #[ignore]`, `#[cfg_attr(.., ignore)]`; a doctest → ` ```ignore `, ` ```no_run ` |
//! | `should-panic-added` | `#[test]` → `#[test] #[should_panic]` |
//! | `assertion-weakened` | `#[should_panic(expected = "empty")]` → `#[should_panic]` |
//! | `test-cut-off` | `#[test]` → `#[cfg(feature = "slow")] #[test]`; a test → the argument of a macro |
//!
//! No accusation: `#[cfg(test)]`; a cfg that holds where this runs, such as `not(miri)`; a cfg under which the code that the test calls was put as well; proptest and other
//! macros that are known to run what they are given.

use super::census::{Census, Test};
use super::{Accusation, Sides, accused, cfg};

/// Macros that run the tests in their argument.
const RUNNING_MACROS: [&str; 6] = ["proptest", "quickcheck", "cfg_if", "rusty_fork_test", "rstest_reuse", "tokio_test"];

/// Accuse the pairs of tests.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let pairs = sides.pairing.pairs.iter().map(|(old, new)| (&sides.base.census.tests[*old], &sides.head.census.tests[*new]));
    pairs.flat_map(|(old, new)| of_pair(sides, old, new)).collect()
}

fn of_pair(sides: &Sides<'_, '_>, old: &Test, new: &Test) -> Vec<Accusation> {
    [ignored(sides, old, new), should_panic(sides, old, new), cut_off(sides, old, new), in_macro(sides, old, new)]
        .into_iter()
        .flatten()
        .collect()
}

fn ignored(sides: &Sides<'_, '_>, old: &Test, new: &Test) -> Option<Accusation> {
    let span = new.ignored.filter(|_| old.ignored.is_none())?;
    let name = new.path();
    let title = format!("the test `{name}` is ignored now");
    let help = "take `ignore` away and mend the test or the code; a test that is too slow for every run belongs into a job of its own, \
        which a person sets up";
    Some(accused("test-ignored", sides.head.files[new.file], span, &name, title, "it ran before".to_owned(), help.to_owned()))
}

fn should_panic(sides: &Sides<'_, '_>, old: &Test, new: &Test) -> Option<Accusation> {
    let file = sides.head.files[new.file];
    let name = new.path();
    match (&old.should_panic, &new.should_panic) {
        (None, Some((span, _))) => {
            let title = format!("the test `{name}` passes now when it panics");
            let help = "mend what panics; a panic that is wanted deserves a test of its own beside this one";
            Some(accused(
                "should-panic-added",
                file,
                *span,
                &name,
                title,
                "any failing assertion is a pass now".to_owned(),
                help.to_owned(),
            ))
        }
        (Some((_, Some(expected))), Some((span, None))) => {
            let title = format!("the test `{name}` takes any panic now");
            let label = format!("was: expected = {expected:?}");
            Some(accused("assertion-weakened", file, *span, &name, title, label, "say what the panic's message must contain".to_owned()))
        }
        _ => None,
    }
}

fn cut_off(sides: &Sides<'_, '_>, old: &Test, new: &Test) -> Option<Accusation> {
    let added = new.cfgs.iter().find(|cfg| {
        !old.cfgs.contains(cfg) && cfg::holds(cfg, &old.cfgs) != Some(true) && !governs_tested_code(sides.head.census, new, cfg)
    })?;
    let name = new.path();
    let title = format!("the test `{name}` is built only under `cfg({added})` now");
    let help = "take the cfg away; where the tested code itself got it, put the test under the same words";
    Some(accused("test-cut-off", sides.head.files[new.file], new.ident, &name, title, "was built always".to_owned(), help.to_owned()))
}

/// Whether code that the test names is under the same cfg.
fn governs_tested_code(census: &Census, test: &Test, cfg: &String) -> bool {
    let mut functions = census.functions.iter().filter(|function| !function.is_test_code && function.cfgs.contains(cfg));
    functions.any(|function| test.words.names.contains_key(&function.name))
}

fn in_macro(sides: &Sides<'_, '_>, old: &Test, new: &Test) -> Option<Accusation> {
    let within = new.in_macro.as_ref().filter(|name| old.in_macro.as_ref() != Some(name) && !RUNNING_MACROS.contains(&name.as_str()))?;
    let name = new.path();
    let title = format!("the test `{name}` is an argument of `{within}!` now, which need not build it");
    let help = "put the test beside the macro, or let the macro make it from its cases";
    Some(accused("test-cut-off", sides.head.files[new.file], new.ident, &name, title, "was a function".to_owned(), help.to_owned()))
}
