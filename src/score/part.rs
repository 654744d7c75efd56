//! Some of the files as one population: what a gate over some paths is judged by. Owns the sums over files;
//! refuses to know which paths and why.

use super::{FileScore, FunctionScore, MutantScore, Scores, Status};
use crate::coverage::{FileCoverage, Ratio};

/// Some or all files of a run.
#[derive(Clone, Copy)]
pub struct Part<'s> {
    /// The run.
    pub scores: &'s Scores,
    /// Sorted indices into [`Scores::files`]; `None` for all.
    pub(super) only: Option<&'s [usize]>,
}

impl<'s> Part<'s> {
    /// Its files with their indices among all.
    pub fn files(self) -> impl Iterator<Item = (usize, &'s FileScore)> {
        let is_in = move |index: &usize| self.only.is_none_or(|only| only.binary_search(index).is_ok());
        self.scores.files.iter().enumerate().filter(move |(index, _)| is_in(index))
    }

    /// Every mutant with its file.
    pub fn mutants(self) -> impl Iterator<Item = (&'s FileScore, &'s MutantScore)> {
        self.files().flat_map(|(_, file)| file.mutants.iter().map(move |mutant| (file, mutant)))
    }

    /// Every function with its file.
    pub fn functions(self) -> impl Iterator<Item = (&'s FileScore, &'s FunctionScore)> {
        self.files().flat_map(|(_, file)| file.functions.iter().map(move |function| (file, function)))
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
        self.files().filter_map(|(_, file)| file.coverage.as_ref()).fold(Ratio::default(), |mut sum, coverage| {
            sum += of(coverage);
            sum
        })
    }
}
