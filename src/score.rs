//! Functions × coverage × outcomes: the numbers that gates judge and reports show, in integers. Refuses
//! to know limits.

mod covered;
mod former;
mod part;

pub use covered::Covered;
pub use former::{FormerFailure, FormerScore, LostMutant};
pub use part::{Excused, Part};

use std::time::Duration;

use camino::Utf8PathBuf;

use crate::change::NewCode;
use crate::coverage::{FileCoverage, Ratio, UsedFile};
use crate::measure::{Danger, Function};
use crate::mutate::{Mutant, Operator};
use crate::policy::Metric;
use crate::run::{CageScore, Exit};
use crate::syntax::{Lines, Span};

/// Everything that one run measured. A part that was not measured is `None`, never a zero.
#[expect(clippy::struct_excessive_bools, reason = "each says of one part whether it was measured; any may hold without the others")]
pub struct Scores {
    /// Every source file of the selected targets, sorted by path.
    pub files: Vec<FileScore>,
    /// The suite on the unmutated code; `None` when it was not run.
    pub tests: Option<TestScore>,
    /// What was held back from tests; `None` when none was run.
    pub cage: Option<CageScore>,
    /// Whether coverage was measured: decides if `FileScore::coverage` means anything.
    pub coverage_measured: bool,
    /// Whether the shape of functions and files was measured: decides if cognitive complexity, nesting, lines,
    /// parameters, panics and `unsafe` blocks mean anything.
    pub shape_measured: bool,
    /// Whether mutation sites were counted: decides if [`FileScore::sites`] means anything.
    pub sites_counted: bool,
    /// Whether mutants were run: decides if [`MutantScore::status`] means anything.
    pub mutants_run: bool,
    /// Marks in the code that leave mutants alone, by file and line.
    pub skips: Vec<SkipScore>,
    /// What had to be measured and could not be, in words for people, each with the next step.
    pub problems: Vec<String>,
    /// What a reader should know and no gate judges: tests set aside, files left out.
    pub warnings: Vec<String>,
    /// What became of the policy's own commands; of those that were not asked for nothing.
    pub checks: Vec<CheckScore>,
    /// Coverage that was measured elsewhere.
    pub coverage_files: CoverageFiles,
    /// What the tests of each target reach in our own build, sorted by name.
    pub by_target: Vec<GroupCoverage>,
    /// The same for each test, when it was asked for.
    pub by_test: Vec<GroupCoverage>,
    /// What the base's tests say of this code, where the change has others and they were run.
    pub former: Option<FormerScore>,
}

/// What a group of tests reaches.
#[derive(Clone, Debug)]
pub struct GroupCoverage {
    /// The executable's or the test's name.
    pub name: String,
    /// How many tests there are.
    pub tests: u32,
    /// By the index of the file in [`Scores::files`]; `None` where nothing was measured.
    pub files: Vec<Option<FileCoverage>>,
}

impl GroupCoverage {
    /// Lines, branches or functions summed over all files.
    pub fn ratio(&self, of: impl Fn(&FileCoverage) -> Ratio) -> Ratio {
        self.files.iter().flatten().fold(Ratio::default(), |mut sum, coverage| {
            sum += of(coverage);
            sum
        })
    }
}

/// Coverage files and what became of them.
#[derive(Clone, Debug, Default)]
pub struct CoverageFiles {
    /// Those that were used.
    pub used: Vec<UsedFile>,
    /// Those that could not be used: why, each with the next step. Each is among the problems, too.
    pub rejected: Vec<String>,
    /// Whether they are all that is known of coverage: nothing was built.
    pub are_alone: bool,
}

/// One of the policy's own commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckScore {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub end: CheckEnd,
    /// The end of what it printed.
    pub output: String,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckEnd {
    /// It ran.
    Exit(Exit),
    /// It could not be started or watched: why.
    NotStarted(String),
}

/// A mark in the code that leaves mutants alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkipScore {
    /// Its file, relative to the workspace root.
    pub path: Utf8PathBuf,
    /// Its 1-based line.
    pub line: u32,
    /// Why, in the words of the code's author.
    pub reason: String,
    /// The operators that it speaks of; none for all.
    pub operators: Vec<Operator>,
    /// How many mutants it leaves alone.
    pub governs: u32,
}

/// One source file.
pub struct FileScore {
    /// Relative to the workspace root, with forward slashes.
    pub path: Utf8PathBuf,
    /// Its text, as measured; empty where nothing is to be shown of it.
    pub text: String,
    /// Its lines.
    pub lines: Lines,
    /// Mutation sites, from the syntax alone.
    pub sites: u32,
    /// Lines that hold code, test code left out.
    pub code_lines: u32,
    /// Panics and `unsafe` blocks, test code left out.
    pub danger: Danger,
    /// Its functions, in source order.
    pub functions: Vec<FunctionScore>,
    /// Its mutants, in source order.
    pub mutants: Vec<MutantScore>,
    /// What ran; `None` when no coverage was measured for this file.
    pub coverage: Option<FileCoverage>,
    /// What is new in it since the base; `None` when nothing is, or there is no base.
    pub new: Option<NewCode>,
}

/// One function.
pub struct FunctionScore {
    /// Its name, spans and complexity.
    pub function: Function,
    /// Lines covered of lines coverable; `None` when nothing of it was measured.
    pub coverage: Option<Ratio>,
    /// The coverable 1-based lines that did not run.
    pub uncovered: Vec<u32>,
    /// Whether a false cfg kept it out of this build: it has no coverage and no CRAP score, and needs none.
    pub inactive: bool,
}

impl FunctionScore {
    /// Its value for a whole-number metric of functions.
    pub fn value(&self, metric: Metric) -> u32 {
        value(&self.function, metric)
    }
}

/// The value of a function for a whole-number metric of functions.
pub fn value(function: &Function, metric: Metric) -> u32 {
    match metric {
        Metric::CognitiveComplexity => function.cognitive.value(),
        Metric::FunctionLines => function.lines,
        Metric::Parameters => function.parameters,
        Metric::NestingDepth => function.nesting.depth,
        _ => function.complexity.value(),
    }
}

impl FileScore {
    /// Whether the code at `place` is new since the base.
    pub fn is_new(&self, place: Span) -> bool {
        self.new.as_ref().is_some_and(|new| new.has(place, self.functions.iter().map(|score| score.function.span), &self.lines))
    }

    /// Its value for a whole-number metric of files.
    pub fn value(&self, metric: Metric) -> u32 {
        let count = |places: &[Span]| u32::try_from(places.len()).unwrap_or(u32::MAX);
        match metric {
            Metric::FileLines => self.code_lines,
            Metric::UnsafeBlocks => count(&self.danger.unsafe_blocks),
            Metric::Panics => count(&self.danger.panics),
            _ => self.sites,
        }
    }

    /// How many of `places` lie in `function` itself, functions nested in it left out.
    pub fn own(&self, function: &Function, places: &[Span]) -> usize {
        let innermost = |place: Span| {
            let around = self.functions.iter().map(|score| score.function.span).filter(|span| span.contains(place));
            around.max_by_key(|span| span.start)
        };
        places.iter().filter(|place| function.span.contains(**place) && innermost(**place) == Some(function.span)).count()
    }
}

/// One mutant and what became of it.
pub struct MutantScore {
    /// The change.
    pub mutant: Mutant,
    /// What became of it.
    pub status: Status,
    /// Why, where the status alone does not say it: the compiler's message, the signal, the limit.
    pub reason: Option<String>,
    /// Names of the tests that reach it; empty when unknown.
    pub covered_by: Covered,
    /// The test that noticed it.
    pub killed_by: Option<String>,
    /// Whether a false cfg kept it out of this build: reported as `NoCoverage`, in no score.
    pub inactive: bool,
}

/// How long a run took, on the wall clock. A stage that was not run took no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From start to verdict.
    pub total: Duration,
    /// Reading the sources and planning what is edited.
    pub read: Duration,
    /// Building.
    pub build: Duration,
    /// The suite on the unmutated code.
    pub tests: Duration,
    /// How much of that was spent on documentation examples when all other tests were done.
    pub examples: Duration,
    /// The base's tests on this code.
    pub former: Duration,
    /// The mutants.
    pub mutants: Duration,
    /// How often the compiler was called for the crate that it refused most often; 1 when it took all at once.
    pub rounds: u32,
    /// How long the single lane was at work; it is beside the other mutants for most of it.
    pub alone: Duration,
    /// How many programs it built for mutants that no switch makes.
    pub rebuilt: u32,
    /// How many verdicts of earlier runs still held.
    pub reused: u32,
}

/// What became of a mutant, in the words of the mutation-testing report schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Status {
    /// A test failed.
    Killed,
    /// All tests that reach it passed.
    Survived,
    /// No test reaches it.
    NoCoverage,
    /// It ran past its budget. Counts as detected.
    Timeout,
    /// The compiler refuses it.
    CompileError,
    /// Its run says nothing about it: never activated, or ended from outside.
    RuntimeError,
    /// Left out on purpose, with a reason.
    Ignored,
    /// Not run.
    Pending,
}

impl Status {
    /// The schema's word.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Killed => "Killed",
            Status::Survived => "Survived",
            Status::NoCoverage => "NoCoverage",
            Status::Timeout => "Timeout",
            Status::CompileError => "CompileError",
            Status::RuntimeError => "RuntimeError",
            Status::Ignored => "Ignored",
            Status::Pending => "Pending",
        }
    }
}

/// The suite on the unmutated code.
#[derive(Default)]
pub struct TestScore {
    /// How many passed.
    pub passed: u32,
    /// Names of those that failed, with what they printed, shortened.
    pub failed: Vec<FailedTest>,
    /// How many are `#[ignore]`d.
    pub ignored: u32,
    /// How many judge no mutants because `skip-tests` names them.
    pub skipped: u32,
}

/// A test that fails on the unmutated code.
pub struct FailedTest {
    /// `target::test name`.
    pub name: String,
    /// The end of what it printed.
    pub output: String,
}

impl Scores {
    /// Those of a run that could measure nothing: why.
    pub fn not_measured(problem: &str) -> Scores {
        Scores {
            files: Vec::new(),
            cage: None,
            tests: None,
            coverage_measured: false,
            shape_measured: false,
            sites_counted: false,
            mutants_run: false,
            skips: Vec::new(),
            problems: vec![problem.to_owned()],
            warnings: Vec::new(),
            coverage_files: CoverageFiles::default(),
            by_target: Vec::new(),
            by_test: Vec::new(),
            former: None,
            checks: Vec::new(),
        }
    }

    /// All files as one population.
    pub fn whole(&self) -> Part<'_> {
        Part { scores: self, only: None, excused: None, is_new: false }
    }

    /// Some of the files as a population: their indices, sorted.
    pub fn part<'s>(&'s self, only: &'s [usize]) -> Part<'s> {
        Part { scores: self, only: Some(only), excused: None, is_new: false }
    }

    /// What is new since the base as a population.
    pub fn new_code(&self) -> Part<'_> {
        Part { is_new: true, ..self.whole() }
    }

    /// Every mutant with its file.
    pub fn mutants(&self) -> impl Iterator<Item = (&FileScore, &MutantScore)> {
        self.whole().mutants()
    }

    /// Every function with its file.
    pub fn functions(&self) -> impl Iterator<Item = (&FileScore, &FunctionScore)> {
        self.whole().functions()
    }
}
