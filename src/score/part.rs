//! Some of the files as one population: what a gate over some paths is judged by. Owns the sums over files;
//! refuses to know which paths and why.

use std::borrow::Cow;

use super::{FileScore, FunctionScore, MutantScore, Scores, Status};
use crate::coverage::{FileCoverage, Ratio};
use crate::syntax::Span;

/// Some or all files of a run.
#[derive(Clone, Copy)]
pub struct Part<'s> {
    /// The run.
    pub scores: &'s Scores,
    /// Sorted indices into [`Scores::files`]; `None` for all.
    pub(super) only: Option<&'s [usize]>,
    /// Whether only what is new since the base belongs to it.
    pub(super) is_new: bool,
}

impl<'s> Part<'s> {
    /// Its files with their indices among all.
    pub fn files(self) -> impl Iterator<Item = (usize, &'s FileScore)> {
        let is_in = move |index: &usize| self.only.is_none_or(|only| only.binary_search(index).is_ok());
        let has_new = move |file: &FileScore| !self.is_new || file.new.as_ref().is_some_and(|new| !new.is_empty());
        self.scores.files.iter().enumerate().filter(move |(index, file)| is_in(index) && has_new(file))
    }

    /// The functions of one of its files that belong to it.
    pub fn functions_of(self, file: &'s FileScore) -> impl Iterator<Item = &'s FunctionScore> {
        let is_new = move |score: &FunctionScore| file.new.as_ref().is_some_and(|new| new.has_function(score.function.span));
        file.functions.iter().filter(move |score| !self.is_new || is_new(score))
    }

    /// The mutants of one of its files that belong to it.
    pub fn mutants_of(self, file: &'s FileScore) -> impl Iterator<Item = &'s MutantScore> {
        file.mutants.iter().filter(move |score| !self.is_new || file.is_new(score.mutant.span))
    }

    /// Whether a line of one of its files belongs to it.
    pub fn has_line(self, file: &FileScore, line: u32) -> bool {
        !self.is_new || file.new.as_ref().is_some_and(|new| new.has_line(line))
    }

    /// Whether only what is new belongs to it.
    pub fn is_new(self) -> bool {
        self.is_new
    }

    /// Every mutant with its file.
    pub fn mutants(self) -> impl Iterator<Item = (&'s FileScore, &'s MutantScore)> {
        self.files().flat_map(move |(_, file)| self.mutants_of(file).map(move |mutant| (file, mutant)))
    }

    /// Every function with its file.
    pub fn functions(self) -> impl Iterator<Item = (&'s FileScore, &'s FunctionScore)> {
        self.files().flat_map(move |(_, file)| self.functions_of(file).map(move |function| (file, function)))
    }

    /// Detected of viable mutants: killed + timed out of those + survived + not covered. Inactive, ignored,
    /// uncompilable and unjudged mutants are in neither.
    pub fn mutation_ratio(self) -> Ratio {
        let active = self.mutants().filter(|(_, score)| !score.inactive);
        active.fold(Ratio::default(), |sum, (_, score)| match score.status {
            Status::Killed | Status::Timeout => Ratio { hit: sum.hit + 1, of: sum.of + 1 },
            Status::Survived | Status::NoCoverage => Ratio { of: sum.of + 1, ..sum },
            Status::CompileError | Status::RuntimeError | Status::Ignored | Status::Pending => sum,
        })
    }

    /// Lines, branches or functions summed over all files with coverage.
    pub fn coverage_ratio(self, of: impl Fn(&FileCoverage) -> Ratio) -> Ratio {
        self.files().filter_map(|(_, file)| self.coverage_of(file)).fold(Ratio::default(), |mut sum, coverage| {
            sum += of(&coverage);
            sum
        })
    }

    /// What ran of the lines, branches and functions of a file that belong to it.
    fn coverage_of(self, file: &FileScore) -> Option<Cow<'_, FileCoverage>> {
        let coverage = file.coverage.as_ref()?;
        let Some(new) = file.new.as_ref().filter(|_| self.is_new) else { return Some(Cow::Borrowed(coverage)) };
        Some(Cow::Owned(FileCoverage {
            lines: coverage.lines.iter().filter(|(line, _)| new.has_line(**line)).map(|(line, ran)| (*line, *ran)).collect(),
            branches: coverage.branches.iter().filter(|branch| new.has_line(branch.line)).copied().collect(),
            functions: coverage
                .functions
                .iter()
                .filter(|(start, _)| new.has_function(Span::empty(**start)))
                .map(|(start, entered)| (*start, *entered))
                .collect(),
        }))
    }
}
