//! Coverage files, opened and held against our sources. A file is used whole or not at all: what is wrong with
//! one is said with the next step. This is where coverage reads from the disk; what a file says is `read`'s.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

use super::claims::{Claims, Frame};
use super::merge::{Elsewhere, Misfit, misfit};
use super::paths::{Mapped, Ours, Unmapped, remap};
use super::read::{Format, read};
use crate::syntax::Runnable;

/// A coverage file that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageFile {
    /// Where it is.
    pub path: Utf8PathBuf,
    /// As it was written.
    pub shown: String,
}

/// One of our sources.
pub struct KnownSource<'a> {
    /// Relative to the workspace root; absolute outside of it.
    pub path: &'a Utf8Path,
    /// What its lines can hold.
    pub runnable: &'a Runnable,
}

/// Everything that coverage files tell.
#[derive(Debug, Default)]
pub struct Outside {
    /// By source.
    pub sources: BTreeMap<Utf8PathBuf, Elsewhere>,
    /// The files that were used, in the order in which they were named.
    pub used: Vec<UsedFile>,
    /// The files that could not be used: why, each with the next step.
    pub rejected: Vec<String>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// A coverage file that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedFile {
    /// As it was written.
    pub shown: String,
    /// Its format.
    pub format: Format,
    /// Of how many of our sources it speaks.
    pub sources: usize,
}

/// Read the files and hold each against the sources of the workspace at `root`.
pub fn read_files(files: &[CoverageFile], root: &Utf8Path, sources: &[KnownSource<'_>]) -> Outside {
    let mut outside = Outside::default();
    let frame = Frame {
        names: sources.iter().filter_map(|source| source.path.file_name().map(ToOwned::to_owned)).collect(),
        longest: sources.iter().map(|source| source.runnable.count()).max().unwrap_or(0),
    };
    for file in files {
        match accept(file, root, sources, &frame) {
            Ok(accepted) => outside.take(file, accepted),
            Err(why) => outside.rejected.push(format!("the coverage in `{}` cannot be used: {why}", file.shown)),
        }
    }
    outside
}

/// A file that can be used.
struct Accepted {
    format: Format,
    claims: Claims,
    mapped: Mapped,
}

impl Outside {
    fn take(&mut self, file: &CoverageFile, accepted: Accepted) {
        let Accepted { format, claims, mapped } = accepted;
        for (path, source) in &mapped.sources {
            self.sources.entry(source.into()).or_default().add(&claims.files[path], claims.is_ours);
        }
        for (path, source) in &mapped.stray {
            let shown = &file.shown;
            self.warnings
                .push(format!("`{shown}` speaks of `{path}`, which could be `{source}` but lies elsewhere than the rest: it was left out"));
        }
        self.used.push(UsedFile { shown: file.shown.clone(), format, sources: mapped.sources.len() });
    }
}

const AGAIN: &str = "measure again, or leave the file out";

fn accept(file: &CoverageFile, root: &Utf8Path, sources: &[KnownSource<'_>], frame: &Frame) -> Result<Accepted, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read ({error}); check its path, or {AGAIN}");
    let input = File::open(&file.path).map_err(unreadable)?;
    let metadata = input.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err("it is a folder; name the file in it".to_owned());
    }
    let (format, claims) = read(BufReader::with_capacity(1 << 16, input), frame).map_err(|error| format!("{error}; {AGAIN}"))?;
    let mapped = map(&claims, root, sources)?;
    let by_path: BTreeMap<&str, &KnownSource<'_>> = sources.iter().map(|source| (source.path.as_str(), source)).collect();
    let said = mapped.sources.iter().map(|(path, source)| (&claims.files[path], by_path[source.as_str()]));
    // A pipe has no age.
    let measured = metadata.is_file().then(|| metadata.modified().ok()).flatten();
    let mut lines = 0;
    for (claim, source) in said {
        if let Some(younger) = measured.and_then(|measured| younger(root, source.path, measured)) {
            return Err(format!("it is older than `{younger}`, of which it speaks; {AGAIN}"));
        }
        if let Some(misfit) = misfit(claim, source.runnable) {
            return Err(misfitting(&misfit, source.path));
        }
        lines += claim.lines().filter(|(line, _)| !source.runnable.is_test(*line)).count();
    }
    if lines == 0 {
        return Err(format!("it says nothing of any line of the selected packages; {AGAIN}"));
    }
    Ok(Accepted { format, claims, mapped })
}

/// The source, when it was changed after `measured`.
fn younger<'a>(root: &Utf8Path, source: &'a Utf8Path, measured: SystemTime) -> Option<&'a Utf8Path> {
    let changed = fs::metadata(root.join(source)).and_then(|metadata| metadata.modified()).ok()?;
    (changed > measured).then_some(source)
}

fn misfitting(misfit: &Misfit, source: &Utf8Path) -> String {
    match misfit {
        Misfit::Past { line, of } => {
            format!("it speaks of line {line} of `{source}`, which has {of}: it was measured on another text; {AGAIN}")
        }
        Misfit::Idle { line } => {
            format!("it speaks of line {line} of `{source}`, where there is no code: it was measured on another text; {AGAIN}")
        }
    }
}

fn map(claims: &Claims, root: &Utf8Path, sources: &[KnownSource<'_>]) -> Result<Mapped, String> {
    let paths: Vec<&str> = claims.files.keys().map(String::as_str).collect();
    let first = claims.foreign.as_deref().or(paths.first().copied());
    let Some(first) = first else { return Err(format!("it names no source file; {AGAIN}")) };
    let is_file = |path: &str| root.join(path).is_file();
    let ours = Ours { sources: sources.iter().map(|source| source.path.as_str()).collect(), root: root.as_str(), is_file: &is_file };
    remap(&paths, &ours).map_err(|unmapped| match unmapped {
        Unmapped::Foreign => {
            format!("none of its paths is that of a source file of the selected packages, not `{first}` for one; {AGAIN}")
        }
        Unmapped::Ambiguous { path, sources: [one, other] } => {
            format!("its path `{path}` could be `{one}` or `{other}`; measure in the workspace's root, so that paths are told apart")
        }
    })
}
