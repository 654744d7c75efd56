//! Code that is compiled and not measured: tests, examples, benchmarks. Owns what matters of it: which
//! functions its const contexts may call, and which names stand in it.

use std::collections::BTreeSet;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use crate::syntax::{ConstUse, parse};

/// What the const contexts of `files` may call; those that are not Rust are none of it, and one that cannot be
/// read may call anything.
pub fn const_use<'f>(root: &Utf8Path, files: impl Iterator<Item = &'f Utf8PathBuf>) -> ConstUse {
    let of = |file: &&Utf8PathBuf| {
        let text = fs::read_to_string(root.join(file)).ok();
        text.and_then(|text| parse(&text).ok().map(|parsed| ConstUse::of(&parsed))).unwrap_or_else(ConstUse::unreadable)
    };
    let files: Vec<&Utf8PathBuf> = files.filter(|file| file.extension() == Some("rs")).collect();
    let all: Vec<ConstUse> = files.par_iter().map(of).collect();
    all.into_iter().fold(ConstUse::default(), |mut sum, one| {
        sum.add(one);
        sum
    })
}

/// The names in a file, those in comments too; none when it cannot be read.
pub fn names(root: &Utf8Path, file: &Utf8Path) -> Option<BTreeSet<String>> {
    let text = fs::read_to_string(root.join(file)).ok()?;
    Some(text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty()).map(str::to_owned).collect())
}
