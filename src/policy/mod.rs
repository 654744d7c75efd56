//! `gates.toml` → [`Policy`]: which gates there are, their limits, and where each was set. (Types first;
//! the reader of the file is to come.)

mod decimal;

pub use decimal::Decimal;

use camino::Utf8PathBuf;

/// What a run is judged by.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The gates to judge, in the order of [`Metric::ALL`].
    pub gates: Vec<Gate>,
    /// Which mutants there are.
    pub mutation: Mutation,
    /// The file it was read from, relative to the workspace root; `None` for the built-in defaults.
    pub file: Option<Utf8PathBuf>,
}

/// One threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// What is measured.
    pub metric: Metric,
    /// What it must hold.
    pub limit: Limit,
    /// Where the limit was set.
    pub origin: Origin,
}

/// What a gate measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Every test passes on the unmutated code.
    Tests,
    /// Percent of coverable lines executed.
    LineCoverage,
    /// Percent of branch outcomes taken.
    BranchCoverage,
    /// Percent of functions entered.
    FunctionCoverage,
    /// Cyclomatic complexity, per function.
    Complexity,
    /// CRAP score, per function.
    Crap,
    /// Percent of viable mutants detected.
    MutationScore,
    /// Mutation sites, per file.
    MutationSites,
}

impl Metric {
    /// Every metric, in the order of the table.
    pub const ALL: [Metric; 8] = [
        Metric::Tests,
        Metric::LineCoverage,
        Metric::BranchCoverage,
        Metric::FunctionCoverage,
        Metric::Complexity,
        Metric::Crap,
        Metric::MutationScore,
        Metric::MutationSites,
    ];

    /// Its key in `gates.toml`, on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Metric::Tests => "tests",
            Metric::LineCoverage => "line-coverage",
            Metric::BranchCoverage => "branch-coverage",
            Metric::FunctionCoverage => "function-coverage",
            Metric::Complexity => "complexity",
            Metric::Crap => "crap",
            Metric::MutationScore => "mutation-score",
            Metric::MutationSites => "mutation-sites",
        }
    }

    /// Whether it can be measured without compiling anything.
    pub const fn is_static(self) -> bool {
        matches!(self, Metric::Complexity | Metric::MutationSites)
    }
}

/// What a measurement must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `true`: all of them.
    All,
    /// At least, inclusive.
    Min(Decimal),
    /// At most, inclusive.
    Max(Decimal),
}

/// Where a limit was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The built-in default.
    Default,
    /// A 1-based line of the policy's file.
    File {
        /// Relative to the workspace root.
        path: Utf8PathBuf,
        /// 1-based.
        line: u32,
    },
}

/// The `[mutation]` table.
#[derive(Clone, Debug, Default)]
pub struct Mutation {
    /// The operator preset.
    pub operators: Preset,
    /// Globs of files whose mutants are left out, relative to the workspace root.
    pub exclude: Vec<String>,
}

/// A named set of operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// `"default"`. Until the further families exist, the same as [`Preset::CargoMutants`].
    #[default]
    Default,
    /// `"cargo-mutants"`: what cargo-mutants 27.1 makes, at the same places.
    CargoMutants,
}
