//! The question before the first build of a file: what of its values does the compiler refuse, each in a function of
//! its own (see [`crate::instrument::apart()`])? A text that is only checked tells in one call what the instrumented one,
//! in which they stand together, tells in several. The answer is advice: no build relies on it having been asked.

use std::collections::BTreeMap;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::FileToBuild;
use super::layout::Layout;
use super::plan::{BuildPlan, Refusals};
use crate::instrument::{Edit, apart, render};
use crate::syntax::parse;

/// The texts to ask of.
#[derive(Default)]
pub(super) struct Texts {
    /// Every file's.
    pub(super) files: BTreeMap<Utf8PathBuf, String>,
    /// Those of which nothing is known yet, and whether they have values in doubt.
    pub(super) unknown: BTreeMap<Utf8PathBuf, bool>,
}

/// The texts to ask of; none when no value is in doubt, nor where anything was built before. What is known of other files
/// stays written out of them.
pub(super) fn texts(layout: &Layout, files: &[FileToBuild<'_>]) -> anyhow::Result<Texts> {
    if layout.units().exists() {
        return Ok(Texts::default());
    }
    let is_unknown = |file: &&FileToBuild<'_>| !Refusals::are_known(layout, file.path, &file.planned.digest);
    let copies = |file: &FileToBuild<'_>| {
        let parsed = parse(file.text).with_context(|| file.path.to_string())?;
        anyhow::Ok((file.path.clone(), apart(&parsed, file.plan)))
    };
    let unknown: BTreeMap<Utf8PathBuf, Option<Vec<Edit>>> =
        files.par_iter().filter(is_unknown).map(copies).collect::<anyhow::Result<_>>()?;
    if unknown.values().all(Option::is_none) {
        return Ok(Texts::default());
    }
    let text = |file: &FileToBuild<'_>| {
        let withdrawn = Refusals::load(layout, file.path, &file.planned.digest).withdrawn;
        let edits = unknown.get(file.path).and_then(Option::as_ref).unwrap_or(&file.plan.edits);
        (file.path.clone(), render(file.text, edits, file.planned.slots, &withdrawn).text)
    };
    let files = files.par_iter().map(text).collect();
    Ok(Texts { files, unknown: unknown.into_iter().map(|(path, copies)| (path, copies.is_some())).collect() })
}

/// The files that a compilation with this root asks of: those beside it and below, if nothing is known of one by now
/// that has values in doubt.
pub(super) fn to_ask(layout: &Layout, plan: &BuildPlan, root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let is_unknown = |path: &Utf8PathBuf| plan.files.get(path).is_some_and(|file| !Refusals::are_known(layout, path, &file.digest));
    let of_unit = plan.apart.iter().filter(|(path, _)| lies_beside(path, root) && is_unknown(path));
    let (files, in_doubt): (Vec<Utf8PathBuf>, Vec<bool>) = of_unit.map(|(path, in_doubt)| (path.clone(), *in_doubt)).unzip();
    if in_doubt.contains(&true) { files } else { Vec::new() }
}

/// Whether the file lies beside the root of a compilation or below, where those are that it reads.
pub(super) fn lies_beside(path: &Utf8Path, root: &Utf8Path) -> bool {
    root.parent().is_some_and(|directory| path.starts_with(directory))
}
