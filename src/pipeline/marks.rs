//! Marks in the code that leave mutants alone: all are listed, and those that do nothing are warned of.

use super::Facts;
use crate::mutate::{Selection, Skip};
use crate::score::{Scores, SkipScore};
use crate::syntax::Span;
use crate::workspace::Source;

/// The marks of all files, and what is to be said of them.
#[derive(Default)]
pub(super) struct Marks {
    skips: Vec<SkipScore>,
    warnings: Vec<String>,
}

/// Those of `sources`.
pub(super) fn of(sources: &[Source<Facts>], selection: Selection) -> Marks {
    let mut marks = Marks::default();
    for source in sources {
        let mutated = &source.facts.mutated;
        if mutated.skips.is_empty() && mutated.complaints.is_empty() {
            continue;
        }
        let lines = &source.lines;
        let place = |mark: Span| format!("{}:{}", source.path, lines.line(mark.start));
        let complaints = mutated.complaints.iter().map(|complaint| format!("{}: {}", place(complaint.mark), complaint.message));
        marks.warnings.extend(complaints);
        let idle = mutated.skips.iter().filter(|skip| is_idle(skip, selection));
        marks.warnings.extend(idle.map(|skip| format!("{}: this skip leaves no mutant alone; remove it or move it", place(skip.mark))));
        marks.skips.extend(mutated.skips.iter().map(|skip| SkipScore {
            path: source.path.clone(),
            line: lines.line(skip.mark.start),
            reason: skip.reason.to_string(),
            operators: skip.operators.clone(),
            governs: skip.governs,
        }));
    }
    marks
}

/// Whether a skip does nothing though mutants of its kind are made.
fn is_idle(skip: &Skip, selection: Selection) -> bool {
    skip.governs == 0 && (skip.operators.is_empty() || skip.operators.iter().any(|operator| selection.has(*operator)))
}

impl Marks {
    pub(super) fn told_in(self, scores: Scores) -> Scores {
        let mut warnings = scores.warnings;
        warnings.extend(self.warnings);
        Scores { skips: self.skips, warnings, ..scores }
    }
}
