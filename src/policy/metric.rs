//! What gates measure: names and what is true of each by itself. Owns the list; refuses to know limits.

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
    /// Mutants that no test notices.
    SurvivingMutants,
    /// Mutation sites, per file.
    MutationSites,
    /// Cognitive complexity, per function.
    CognitiveComplexity,
    /// Lines with code, per function.
    FunctionLines,
    /// Parameters, per function.
    Parameters,
    /// How deep control flow is nested, per function.
    NestingDepth,
    /// Lines with code outside of tests, per file.
    FileLines,
    /// `unsafe` blocks outside of tests, per file.
    UnsafeBlocks,
    /// `unwrap`, `expect`, `panic!` and their like outside of tests, per file.
    Panics,
    /// What a change does to the policy that it is judged by; not a key of `[gates]`.
    Policy,
    /// Where a change may be made; not a key of `[gates]`.
    Scope,
    /// What a change does to the tests and to what is measured; not a key of `[gates]`.
    Integrity,
    /// Commands of the policy that have to exit with 0; not a key of `[gates]`.
    Checks,
    /// Waivers that are no longer good; not a key of `[gates]`.
    Waivers,
    /// Runs that failed before this one; not a key of `[gates]`.
    Attempts,
}

impl Metric {
    /// Every metric that a gate can be set on, in the order of the table.
    pub const ALL: [Metric; 16] = [
        Metric::Tests,
        Metric::LineCoverage,
        Metric::BranchCoverage,
        Metric::FunctionCoverage,
        Metric::Complexity,
        Metric::Crap,
        Metric::MutationScore,
        Metric::SurvivingMutants,
        Metric::MutationSites,
        Metric::CognitiveComplexity,
        Metric::FunctionLines,
        Metric::Parameters,
        Metric::NestingDepth,
        Metric::FileLines,
        Metric::UnsafeBlocks,
        Metric::Panics,
    ];

    /// What is judged of a change besides, whenever there is a base to compare with.
    pub const OF_A_CHANGE: [Metric; 3] = [Metric::Policy, Metric::Scope, Metric::Integrity];

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
            Metric::SurvivingMutants => "surviving-mutants",
            Metric::MutationSites => "mutation-sites",
            Metric::CognitiveComplexity => "cognitive-complexity",
            Metric::FunctionLines => "function-lines",
            Metric::Parameters => "parameters",
            Metric::NestingDepth => "nesting-depth",
            Metric::FileLines => "file-lines",
            Metric::UnsafeBlocks => "unsafe-blocks",
            Metric::Panics => "panics",
            Metric::Policy => "policy",
            Metric::Scope => "scope",
            Metric::Integrity => "integrity",
            Metric::Checks => "checks",
            Metric::Waivers => "waivers",
            Metric::Attempts => "attempts",
        }
    }

    /// Whether it can be measured without compiling anything.
    pub const fn is_static(self) -> bool {
        matches!(self, Metric::Complexity | Metric::MutationSites) || self.is_optional()
    }

    /// Whether it is a part of a whole, in percent.
    pub const fn is_percentage(self) -> bool {
        matches!(self, Metric::LineCoverage | Metric::BranchCoverage | Metric::FunctionCoverage | Metric::MutationScore)
    }

    /// Whether files have a value of it, as opposed to functions or all together.
    pub const fn is_of_files(self) -> bool {
        matches!(self, Metric::MutationSites | Metric::FileLines | Metric::UnsafeBlocks | Metric::Panics)
    }

    /// Whether functions have a value of it.
    pub const fn is_of_functions(self) -> bool {
        matches!(
            self,
            Metric::Complexity
                | Metric::Crap
                | Metric::CognitiveComplexity
                | Metric::FunctionLines
                | Metric::Parameters
                | Metric::NestingDepth
        )
    }

    /// Whether coverage files are enough to measure it.
    pub const fn needs_no_run(self) -> bool {
        !matches!(self, Metric::Tests) && !self.needs_mutants()
    }

    /// Whether mutants have to be run for it.
    pub const fn needs_mutants(self) -> bool {
        matches!(self, Metric::MutationScore | Metric::SurvivingMutants)
    }

    /// Whether a table does without it where the policy has no gate on it.
    pub const fn is_shown_to_who_judges_it(self) -> bool {
        self.is_optional() || matches!(self, Metric::SurvivingMutants)
    }

    /// Whether it is measured for those who ask and judged by no default.
    pub const fn is_optional(self) -> bool {
        matches!(
            self,
            Metric::CognitiveComplexity
                | Metric::FunctionLines
                | Metric::Parameters
                | Metric::NestingDepth
                | Metric::FileLines
                | Metric::UnsafeBlocks
                | Metric::Panics
        )
    }
}
