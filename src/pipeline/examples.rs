//! The documentation examples of the baseline: built beside the tests, run one by one. Merged into one executable they
//! cost one compilation; where one of them fails in there, they are built and run apart. Refuses to say what is red.

use std::thread::ScopedJoinHandle;

use anyhow::anyhow;

use super::Facts;
use super::suite::{Choice, run_stage};
use crate::build::printed::RefusedExample;
use crate::build::{Documentation, Examples, RustdocCall};
use crate::progress::{Progress, Stage};
use crate::run::{Outcome, Pool, ReachMap, Suite, TestRun};
use crate::workspace::Source;

/// Merging costs one compilation more, that of what runs them.
const WORTH_MERGING: usize = 3;

/// How the examples of these sources are built best.
pub(super) fn how(sources: &[Source<Facts>]) -> Examples {
    let fences = sources.iter().flat_map(|source| source.text.lines()).filter(|line| is_fence(line)).count();
    if fences / 2 < WORTH_MERGING { Examples::Apart } else { Examples::Merged }
}

/// Whether an example begins or ends in the line.
fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    let text = ["///", "//!"].iter().find_map(|start| line.strip_prefix(start));
    text.is_some_and(|text| text.trim_start().starts_with("```"))
}

/// Examples that are being built.
pub(super) struct Documenting<'scope, 'f> {
    pub(super) building: ScopedJoinHandle<'scope, anyhow::Result<Documentation>>,
    /// Builds them as is said.
    pub(super) build: &'f (dyn Fn(Examples) -> anyhow::Result<Documentation> + Sync),
    /// What is done with the other tests until they are there, once all of those have passed.
    pub(super) meanwhile: &'f mut dyn FnMut(&Suite, &ReachMap) -> anyhow::Result<()>,
}

/// Examples that have run.
pub(super) struct Documented {
    pub(super) suite: Suite,
    pub(super) runs: Vec<TestRun>,
    /// Those that judge no mutants, as the suite numbers them.
    pub(super) skipped: Vec<usize>,
    pub(super) refused: Vec<RefusedExample>,
    pub(super) calls: Vec<RustdocCall>,
}

impl Documenting<'_, '_> {
    /// Whether it will take a while until they are there.
    pub(super) fn is_building(&self) -> bool {
        !self.building.is_finished()
    }

    /// Wait for them and run them.
    pub(super) fn run(self, pool: &Pool, choice: &Choice<'_>, progress: &dyn Progress) -> anyhow::Result<Documented> {
        let documentation =
            self.building.join().map_err(|_| anyhow!("building the documentation examples panicked; please report it"))??;
        let built = documentation.built;
        let documented = run(documentation, pool, choice, progress)?;
        let is_disturbed = built == Examples::Merged && documented.runs.iter().any(|run| run.outcome != Outcome::Passed);
        if is_disturbed { run((self.build)(Examples::Apart)?, pool, choice, progress) } else { Ok(documented) }
    }
}

fn run(documentation: Documentation, pool: &Pool, choice: &Choice<'_>, progress: &dyn Progress) -> anyhow::Result<Documented> {
    let Documentation { executables, names, refused, calls, .. } = documentation;
    let suite = Suite::list(pool, executables, &[], &names)?;
    let skipped = choice.skips(&suite);
    let runs = run_stage(pool, &suite, &skipped, Stage::Doctests, progress)?;
    Ok(Documented { suite, runs, skipped, refused, calls })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_stand_in_documentation() {
        let lines = ["/// ```", "  //! ```rust", "///```no_run", "///     ```", "// ```", "```", "/// text ```", "let a = \"/// ```\";"];
        assert_eq!(lines.map(is_fence), [true, true, true, true, false, false, false, false]);
    }
}
