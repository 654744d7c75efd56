//! `test-cut-off`: a file with tests that is still there and that no `mod` leads to any more, or only under a cfg.
//!
//! `#[cfg(test)] mod tests;` → nothing, → `#[cfg(all(test, feature = "slow"))] mod tests;`,
//! → `#[path = "other.rs"] mod tests;`
//!
//! No accusation: the file is gone, too (its tests are looked for elsewhere); another `mod` leads to it; the file
//! has no tests.

use camino::Utf8PathBuf;

use super::census::{Census, Declared, File};
use super::{Accusation, Sides, accused, cfg};
use crate::syntax::Span;

/// Accuse the modules.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    sides.base.census.declared.iter().filter_map(|old| of_module(sides, old)).collect()
}

fn of_module(sides: &Sides<'_, '_>, old: &Declared) -> Option<Accusation> {
    let heads = &sides.head.census.declared;
    let still = heads.iter().find(|new| new.candidates.iter().any(|path| old.candidates.contains(path)));
    match still {
        None => lost(sides, old),
        Some(new) => governed(sides, old, new),
    }
}

/// The tests of the head's file behind a declaration, and whether it has nothing else.
fn tests_of(sides: &Sides<'_, '_>, declared: &Declared) -> Option<(Utf8PathBuf, usize, bool)> {
    let count = |file: &File<'_>| {
        let census = Census::of(&[file]);
        (file.path.clone(), census.tests.len(), file.is_all_test() || census.functions.is_empty())
    };
    if let Some(file) = sides.head.files.iter().find(|file| declared.candidates.contains(&file.path)) {
        return Some(count(file));
    }
    let (path, text) = sides.head.others.texts().iter().find(|(path, _)| declared.candidates.contains(path))?;
    File::of(path, text).ok().map(|file| count(&file))
}

fn lost(sides: &Sides<'_, '_>, old: &Declared) -> Option<Accusation> {
    let (path, tests, _) = tests_of(sides, old).filter(|(_, tests, _)| *tests > 0)?;
    let base = sides.base.files[old.file];
    let title = format!("no `mod` leads to {path} any more: its {tests} tests are not built");
    let label = format!("`mod {};` was here", old.name);
    let help = format!("put `mod {};` back, or move the tests to where they are built", old.name);
    Some(match sides.head.files.iter().find(|file| file.path == base.path) {
        Some(head) => accused("test-cut-off", head, Span::empty(0), &old.name, title, label, help),
        None => Accusation { is_of_base: true, ..accused("test-cut-off", base, old.span, &old.name, title, label, help) },
    })
}

fn governed(sides: &Sides<'_, '_>, old: &Declared, new: &Declared) -> Option<Accusation> {
    let added = new.cfgs.iter().find(|cfg| !old.cfgs.contains(cfg) && cfg::holds(cfg, &old.cfgs) != Some(true))?;
    // A module that is optional with its tests is no accusation.
    let (path, tests, _) = tests_of(sides, new).filter(|(_, tests, only_tests)| *tests > 0 && *only_tests)?;
    let title = format!("{path} with its {tests} tests is built only under `cfg({added})` now");
    let help = "take the cfg away; where the code itself is optional now, keep the tests of what is not".to_owned();
    Some(accused("test-cut-off", sides.head.files[new.file], new.span, &new.name, title, "was built always".to_owned(), help))
}
