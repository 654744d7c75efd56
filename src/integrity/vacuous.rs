//! `vacuous-test`: a new test that cannot fail: it has no statement, or only assertions that hold whatever the
//! code does, or it throws away everything it calls for.
//!
//! No accusation: a test that only calls something, because that could panic.

use super::assertion::Strength;
use super::body::Facts;
use super::census::Test;
use super::{Accusation, Sides, accused};

/// Accuse the new tests.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let added = sides.pairing.added.iter().map(|index| &sides.head.census.tests[*index]);
    added.filter(|test| is_vacuous(sides, test)).map(|test| vacuous(sides, test)).collect()
}

fn is_vacuous(sides: &Sides<'_, '_>, test: &Test) -> bool {
    let facts = sides.head.facts(test);
    let asserts = facts.assertions.iter().any(|one| one.strength > Strength::Trivial && !one.is_circular);
    let does_nothing = does_nothing(&facts, test);
    let can_fail = asserts || facts.survives > 0 || test.should_panic.is_some() || test.in_macro.is_some();
    !can_fail && (does_nothing || !facts.assertions.is_empty())
}

fn does_nothing(facts: &Facts, test: &Test) -> bool {
    let calls = facts.calls.iter().any(|call| !matches!(call.name.as_str(), "println" | "eprintln" | "dbg" | "print" | "drop"));
    !(calls || facts.has_items || has_method_call(test)) && facts.discards.is_empty()
}

fn has_method_call(test: &Test) -> bool {
    struct Finder(bool);
    impl<'ast> syn::visit::Visit<'ast> for Finder {
        fn visit_expr_method_call(&mut self, _: &'ast syn::ExprMethodCall) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_block(&mut finder, &test.block);
    finder.0
}

fn vacuous(sides: &Sides<'_, '_>, test: &Test) -> Accusation {
    let name = test.path();
    let title = format!("the new test `{name}` cannot fail");
    let help = "assert what the code has to give, or leave the test out";
    accused(
        "vacuous-test",
        sides.head.files[test.file],
        test.ident,
        &name,
        title,
        "asserts nothing about the code".to_owned(),
        help.to_owned(),
    )
}
