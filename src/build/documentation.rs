//! Documentation examples: rustdoc compiles them anew whenever it is asked, so what it made is kept for as long as
//! nothing that it goes by has changed. What that is, the caller says by a key; refuses to know tests.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::cargo::Tests;
use super::plan::{read_json, write_json};
use super::printed::{self, RefusedExample, examples};
use super::runner::{FAILED, Recorded};
use super::rustdoc::RustdocCall;
use super::{Builder, empty_directory, read_all};

/// How documentation examples are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Examples {
    /// As many in one executable as rustdoc finds possible. An example that goes by its own place (`line!()`) can fail
    /// in there.
    Merged,
    /// As rustdoc builds them unasked: until edition 2024 each for itself.
    Apart,
}

/// The documentation examples that could be built, and their names by number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Documentation {
    /// The executables, sorted by number.
    pub executables: Vec<Recorded>,
    /// Names as rustdoc gives them, by the number of [`super::Doctest::One`].
    pub names: BTreeMap<u32, String>,
    /// Examples that fail before they can be run.
    pub refused: Vec<RefusedExample>,
    /// How rustdoc was called.
    pub calls: Vec<RustdocCall>,
    /// How they were built.
    pub built: Examples,
}

/// What rustdoc made, and of what.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    documentation: Documentation,
}

impl Builder<'_> {
    /// Let rustdoc build the documentation examples against the instrumented library, unless what it built for the
    /// same `key` is still there; without a key it builds, and nothing is kept. To be called after
    /// [`Builder::build`]; other executables are not recorded again.
    pub fn build_documentation(&self, key: Option<&str>, how: Examples) -> anyhow::Result<Documentation> {
        // What was built apart once had to be.
        let kept = key.and_then(|key| self.kept_documentation(key)).filter(|kept| [how, Examples::Apart].contains(&kept.built));
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let kept_at = self.layout.documentation();
        // Before what it speaks of: half of it is none.
        if kept_at.exists() {
            fs::remove_file(&kept_at).with_context(|| format!("cannot remove {kept_at}"))?;
        }
        let mut documentation = self.examples(how)?;
        if !documentation.refused.is_empty() {
            // One whose compiler was killed looks no other; it is refused once.
            documentation = self.examples(Examples::Apart)?;
        }
        if documentation.refused.is_empty() {
            let kept = Kept { key: key.unwrap_or_default().to_owned(), documentation };
            write_json(&kept_at, &kept)?;
            documentation = kept.documentation;
        }
        Ok(documentation)
    }

    fn examples(&self, built: Examples) -> anyhow::Result<Documentation> {
        for directory in [self.layout.doctests(), self.layout.rustdoc()] {
            empty_directory(&directory)?;
        }
        let output = self.cargo(Tests::Documentation(built))?;
        // That examples fail is how they are named; that one could not be noted is something else.
        if let Some(failed) = [&output.text, &output.errors].into_iter().flat_map(|text| text.lines()).find(|line| line.starts_with(FAILED))
        {
            bail!("a documentation example could not be taken down\n{failed}");
        }
        let mut executables: Vec<Recorded> = read_all(&self.layout.executables())?;
        executables.retain(|recorded| recorded.doctest.is_some() && recorded.program.is_file());
        executables.sort_by(|a, b| a.program.cmp(&b.program));
        let printed::Examples { names, refused } = examples(&output.text);
        Ok(Documentation { executables, names, refused, calls: read_all(&self.layout.rustdoc())?, built })
    }

    fn kept_documentation(&self, key: &str) -> Option<Documentation> {
        let kept: Kept = read_json(&self.layout.documentation()).ok()?;
        let is_whole = kept.documentation.executables.iter().all(|recorded| recorded.program.is_file());
        let Documentation { calls, .. } = kept.documentation;
        let calls = calls.into_iter().map(RustdocCall::of_today).collect();
        (kept.key == key && is_whole).then_some(Documentation { calls, ..kept.documentation })
    }
}
