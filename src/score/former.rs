//! What the base's tests say of the head's code: numbers and places. Refuses to say what that is worth.

use camino::Utf8PathBuf;

use crate::integrity::FormerTest;

/// What came of running the base's tests on the head's code.
#[derive(Clone, Debug, Default)]
pub struct FormerScore {
    /// How many of them ran: those that the change may have touched.
    pub tests: u32,
    /// How many mutants they kill, each of which the head's tests were to kill, too.
    pub rejudged: u32,
    /// Those that fail on this code and pass on the base's.
    pub failed: Vec<FormerFailure>,
    /// Tests that run where the base's tests are put back, and that the head has elsewhere and does not run.
    pub cut_off: Vec<FormerTest>,
    /// Mutants that they kill and the head's tests do not.
    pub lost: Vec<LostMutant>,
    /// New tests that assert nothing and kill no mutant, though they reach some.
    pub idle: Vec<FormerTest>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// A test of the base that fails on the head's code.
#[derive(Clone, Debug)]
pub struct FormerFailure {
    /// Its name, the executable's first.
    pub name: String,
    /// Where it stands; `None` for one that does not differ itself: what it reads does.
    pub test: Option<FormerTest>,
    /// The changed file that it reads, where that can be told.
    pub reads: Option<Utf8PathBuf>,
    /// What it printed.
    pub output: String,
}

/// A mutant that the base's tests kill and the head's do not.
#[derive(Clone, Debug)]
pub struct LostMutant {
    /// Its file.
    pub path: Utf8PathBuf,
    /// Its 1-based line.
    pub line: u32,
    /// Its id.
    pub id: String,
    /// The function around it.
    pub function: Option<String>,
    /// What stands there.
    pub source: String,
    /// What would stand there instead.
    pub replacement: String,
    /// Whether that is the whole body of the function.
    pub is_body: bool,
    /// The test of the base that kills it.
    pub killed_by: String,
    /// Whether a test of the head comes there at all.
    pub is_reached: bool,
}
