//! Some of the files as one population: what a gate over some paths is judged by. Owns the sums over files;
//! refuses to know which paths and why.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{FileScore, FunctionScore, MutantScore, Scores, Status};
use crate::coverage::{FileCoverage, Ratio};
use crate::syntax::Span;

/// What is passed over in a population, because a person has accepted it.
#[derive(Clone, Debug, Default)]
pub struct Excused {
    /// Functions: the index of the file and where the name starts.
    pub functions: HashSet<(usize, u32)>,
    /// Indices of files.
    pub files: HashSet<usize>,
    /// Ids of mutants.
    pub mutants: HashSet<String>,
    /// How many of them are waived.
    pub waived: usize,
    /// How many of them are on record in the baseline.
    pub recorded: usize,
}

/// Some or all files of a run.
#[derive(Clone, Copy)]
pub struct Part<'s> {
    /// The run.
    pub scores: &'s Scores,
    /// Sorted indices into [`Scores::files`]; `None` for all.
    pub(super) only: Option<&'s [usize]>,
    /// Whether only what is new since the base belongs to it.
    pub(super) is_new: bool,
    /// What is passed over.
    pub(super) excused: Option<&'s Excused>,
}

impl<'s> Part<'s> {
    /// The same without what is `excused`.
    #[must_use]
    pub fn without(self, excused: &'s Excused) -> Part<'s> {
        Part { excused: Some(excused), ..self }
    }

    /// Whether anything is passed over.
    pub fn is_excusing(self) -> bool {
        self.excused.is_some_and(|excused| excused.waived + excused.recorded > 0)
    }

    /// Its files with their indices among all.
    pub fn files(self) -> impl Iterator<Item = (usize, &'s FileScore)> {
        let is_excused = move |index: &usize| self.excused.is_some_and(|excused| excused.files.contains(index));
        let is_in = move |index: &usize| self.only.is_none_or(|only| only.binary_search(index).is_ok()) && !is_excused(index);
        let has_new = move |file: &FileScore| !self.is_new || file.new.as_ref().is_some_and(|new| !new.is_empty());
        self.scores.files.iter().enumerate().filter(move |(index, file)| is_in(index) && has_new(file))
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
        self.indexed_mutants().map(move |(index, mutant)| (&self.scores.files[index], mutant))
    }

    /// Every mutant with the index of its file.
    pub fn indexed_mutants(self) -> impl Iterator<Item = (usize, &'s MutantScore)> {
        let is_excused = move |score: &MutantScore| self.excused.is_some_and(|excused| excused.mutants.contains(&score.mutant.id));
        let is_in = move |index: usize, score: &MutantScore| !self.is_new || self.scores.files[index].is_new(score.mutant.span);
        let mutants = self.files().flat_map(|(index, file)| file.mutants.iter().map(move |mutant| (index, mutant)));
        mutants.filter(move |(index, score)| is_in(*index, score) && !is_excused(score))
    }

    /// Every function with its file.
    pub fn functions(self) -> impl Iterator<Item = (&'s FileScore, &'s FunctionScore)> {
        self.indexed_functions().map(move |(index, function)| (&self.scores.files[index], function))
    }

    /// Every function with the index of its file.
    pub fn indexed_functions(self) -> impl Iterator<Item = (usize, &'s FunctionScore)> {
        self.all_functions().filter(move |(index, score)| !self.is_excused(*index, score))
    }

    /// The functions that are passed over, with their files.
    pub fn excused_functions(self) -> impl Iterator<Item = (&'s FileScore, &'s FunctionScore)> {
        let excused = self.all_functions().filter(move |(index, score)| self.is_excused(*index, score));
        excused.map(move |(index, function)| (&self.scores.files[index], function))
    }

    fn all_functions(self) -> impl Iterator<Item = (usize, &'s FunctionScore)> {
        let has_function =
            |file: &FileScore, score: &FunctionScore| file.new.as_ref().is_some_and(|new| new.has_function(score.function.span));
        let of_file = move |(index, file): (usize, &'s FileScore)| {
            let functions = file.functions.iter().filter(move |score| !self.is_new || has_function(file, score));
            functions.map(move |function| (index, function))
        };
        self.files().flat_map(of_file)
    }

    fn is_excused(self, file: usize, score: &FunctionScore) -> bool {
        self.excused.is_some_and(|excused| excused.functions.contains(&(file, score.function.ident.start)))
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
