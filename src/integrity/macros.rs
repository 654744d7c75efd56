//! `moved-into-macro`: the body of a function went into a `macro_rules!`, where nothing is measured or mutated.
//!
//! No accusation: macros of tests; small functions; macros that the base had as well.

use super::bag::Counts;
use super::census::{Function, Table, TableKind};
use super::{Accusation, Sides, accused};

/// Smaller bodies are alike by chance.
const ENOUGH: u32 = 10;

/// Accuse the head.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let is_new = |table: &&Table| {
        table.kind == TableKind::Definition && !table.is_test_code && !sides.base.census.tables.iter().any(|old| old.words == table.words)
    };
    let mut found = Vec::new();
    for definition in sides.head.census.tables.iter().filter(is_new) {
        let moved = sides.base.census.functions.iter().filter(|old| !old.is_test_code && is_changed(sides, old));
        let moved: Vec<&str> = moved.filter(|old| holds(&definition.words, &old.words)).map(|old| old.name.as_str()).collect();
        let Some(first) = moved.first() else { continue };
        let title = format!("the body of `{}` went into the macro `{}!`, where nothing is measured", moved.join("`, `"), definition.name);
        let help = "keep the logic in a function, which the macro may call".to_owned();
        let label = "no coverage, no complexity, no mutants".to_owned();
        found.push(accused("moved-into-macro", sides.head.files[definition.file], definition.span, first, title, label, help));
    }
    found
}

fn is_changed(sides: &Sides<'_, '_>, old: &Function) -> bool {
    !sides.head.census.functions.iter().any(|new| new.name == old.name && new.words == old.words)
}

/// Whether most of a body stands in a macro.
fn holds(definition: &Counts, body: &Counts) -> bool {
    let all = |counts: &std::collections::BTreeMap<String, u32>| counts.values().sum::<u32>();
    let both = |mine: &std::collections::BTreeMap<String, u32>, theirs: &std::collections::BTreeMap<String, u32>| {
        theirs.iter().map(|(word, count)| (*count).min(mine.get(word).copied().unwrap_or(0))).sum::<u32>()
    };
    let size = all(&body.names) + all(&body.literals);
    let shared = both(&definition.names, &body.names) + both(&definition.literals, &body.literals);
    size >= ENOUGH && shared * 10 >= size * 7
}
