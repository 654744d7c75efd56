//! Documentation examples: rustdoc compiles them anew whenever it is asked, so what it made is kept for as long as
//! nothing that it goes by has changed. What that is, the caller says by a key; refuses to know tests.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::cargo::Tests;
use super::plan::{read_json, write_json};
use super::runner::{DOCTEST_MARK, Recorded};
use super::rustdoc::RustdocCall;
use super::{Builder, empty_directory, read_all};

/// The documentation examples that could be built, and their names by number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Documentation {
    /// The executables, sorted by number.
    pub executables: Vec<Recorded>,
    /// Names as rustdoc gives them, by the number of [`super::Doctest::One`].
    pub names: BTreeMap<u32, String>,
    /// How rustdoc was called.
    pub calls: Vec<RustdocCall>,
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
    pub fn build_documentation(&self, key: Option<&str>) -> anyhow::Result<Documentation> {
        if let Some(kept) = key.and_then(|key| self.kept_documentation(key)) {
            return Ok(kept);
        }
        let kept_at = self.layout.documentation();
        // Before what it speaks of: half of it is none.
        if kept_at.exists() {
            fs::remove_file(&kept_at).with_context(|| format!("cannot remove {kept_at}"))?;
        }
        for directory in [self.layout.doctests(), self.layout.rustdoc()] {
            empty_directory(&directory)?;
        }
        let output = self.cargo(Tests::Documentation)?;
        let mut executables: Vec<Recorded> = read_all(&self.layout.executables())?;
        executables.retain(|recorded| recorded.doctest.is_some());
        executables.sort_by(|a, b| a.program.cmp(&b.program));
        let documentation = Documentation { executables, names: doctest_names(&output.text), calls: read_all(&self.layout.rustdoc())? };
        let kept = Kept { key: key.unwrap_or_default().to_owned(), documentation };
        write_json(&kept_at, &kept)?;
        Ok(kept.documentation)
    }

    fn kept_documentation(&self, key: &str) -> Option<Documentation> {
        let kept: Kept = read_json(&self.layout.documentation()).ok()?;
        let is_whole = kept.documentation.executables.iter().all(|recorded| recorded.program.is_file());
        (kept.key == key && is_whole).then_some(kept.documentation)
    }
}

/// From rustdoc's output: the name above each number that our runner printed.
fn doctest_names(output: &str) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let mut name = None;
    for line in output.lines() {
        if let Some(title) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            name = Some(title.to_owned());
        } else if let Some(number) = line.strip_prefix(DOCTEST_MARK)
            && let (Ok(number), Some(name)) = (number.parse(), name.take())
        {
            names.insert(number, name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::doctest_names;

    #[test]
    fn examples_are_named_by_what_rustdoc_prints_above_their_number() {
        let output = "failures:\n\n---- src/lib.rs - f (line 3) stdout ----\nTest executable failed (exit status: 1).\n\nstdout:\n\
            cargo-gate-doctest 12\n\n---- src/lib.rs - g (line 9) stdout ----\nerror: it does not compile\n\n\
            ---- src/lib.rs - h (line 20) stdout ----\nstdout:\ncargo-gate-doctest 7\n";
        let names = doctest_names(output);
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            [(7, "src/lib.rs - h (line 20)".to_owned()), (12, "src/lib.rs - f (line 3)".to_owned())]
        );
    }
}
