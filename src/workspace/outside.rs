//! Code that is compiled and not measured: tests, examples, benchmarks. Owns what matters of it: which
//! functions its const contexts may call.

use std::collections::BTreeSet;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use crate::syntax::{ConstUse, parse};

/// What the const contexts of `files` may call; those that are not Rust are none of it, and one that cannot be
/// read may call anything.
pub fn const_use(root: &Utf8Path, files: &BTreeSet<Utf8PathBuf>) -> ConstUse {
    let of = |file: &&Utf8PathBuf| {
        let text = fs::read_to_string(root.join(file)).ok();
        text.and_then(|text| parse(&text).ok().map(|parsed| ConstUse::of(&parsed))).unwrap_or_else(ConstUse::unreadable)
    };
    let is_rust = |file: &&Utf8PathBuf| file.extension() == Some("rs");
    let all: Vec<ConstUse> = files.par_iter().filter(is_rust).map(|file| of(&file)).collect();
    all.into_iter().fold(ConstUse::default(), |mut sum, one| {
        sum.add(one);
        sum
    })
}
