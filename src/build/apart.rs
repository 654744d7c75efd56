//! The question before the first build of a file: what of its values does the compiler refuse, each in a function of
//! its own (see [`crate::instrument::apart()`])? A text that is only checked tells in one call what the instrumented one,
//! in which they stand together, tells in several. The answer is advice: no build relies on it having been asked.

use std::collections::BTreeMap;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::FileToBuild;
use super::layout::Layout;
use super::plan::{BuildPlan, Refusals};
use crate::instrument::{apart, render};
use crate::syntax::parse;

/// The texts to ask of.
#[derive(Default)]
pub(super) struct Texts {
    /// Every file's.
    pub(super) files: BTreeMap<Utf8PathBuf, String>,
    /// Those of which nothing is known yet, and whether they have values in doubt.
    pub(super) unknown: BTreeMap<Utf8PathBuf, bool>,
}

/// The texts to ask of; none when no value is in doubt. What is known of other files stays written out of them.
pub(super) fn texts(layout: &Layout, files: &[FileToBuild<'_>]) -> anyhow::Result<Texts> {
    let mut texts = Texts::default();
    for file in files {
        let is_known = Refusals::are_known(layout, file.path, &file.planned.digest);
        let copies = if is_known { None } else { apart(&parse(file.text).with_context(|| file.path.to_string())?, file.plan) };
        let withdrawn = Refusals::load(layout, file.path, &file.planned.digest).withdrawn;
        let edits = copies.as_ref().unwrap_or(&file.plan.edits);
        texts.files.insert(file.path.clone(), render(file.text, edits, file.planned.slots, &withdrawn).text);
        texts.unknown.extend((!is_known).then(|| (file.path.clone(), copies.is_some())));
    }
    Ok(if texts.unknown.values().any(|in_doubt| *in_doubt) { texts } else { Texts::default() })
}

/// The files that a compilation with this root asks of: those beside it and below, if nothing is known of one by now
/// that has values in doubt.
pub(super) fn to_ask(layout: &Layout, plan: &BuildPlan, root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Some(directory) = root.parent() else { return Vec::new() };
    let is_unknown = |path: &Utf8PathBuf| plan.files.get(path).is_some_and(|file| !Refusals::are_known(layout, path, &file.digest));
    let of_unit = plan.apart.iter().filter(|(path, _)| path.starts_with(directory) && is_unknown(path));
    let (files, in_doubt): (Vec<Utf8PathBuf>, Vec<bool>) = of_unit.map(|(path, in_doubt)| (path.clone(), *in_doubt)).unzip();
    if in_doubt.contains(&true) { files } else { Vec::new() }
}
