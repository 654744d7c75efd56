//! `gates.toml` → [`Policy`]: which gates there are, their limits, and where each was set. Owns what the
//! file may say; refuses to know what is measured and to look for the file.

mod about;
mod attempts;
mod baseline;
mod cage;
mod checks;
mod compare;
mod complexity;
mod decimal;
mod entries;
mod error;
mod gates;
mod keys;
mod levels;
mod metric;
mod mutation;
mod new;
mod overrides;
mod reader;
mod scope;
mod waivers;

pub use about::{AboutMetric, METRICS};
pub use attempts::Attempts;
pub use baseline::{BASELINE_FILE, Baseline, Recorded};
pub use cage::{Cage, CageMode, Network};
pub use checks::Check;
pub use compare::{Difference, Direction, Reconciled, reconcile};
pub use decimal::Decimal;
pub use error::PolicyError;
pub use levels::{AboutLevel, LEVELS, Level, Levels};
pub use metric::Metric;
pub use new::New;
pub use overrides::{Override, glob};
pub use scope::Allowed;
pub use waivers::{Standing, Waiver};

use camino::{Utf8Path, Utf8PathBuf};

use crate::measure::Counting;
use crate::mutate::{Operator, Rule, Selection};

/// What a run is judged by.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The gates to judge, in the order of [`Metric::ALL`].
    pub gates: Vec<Gate>,
    /// Other limits for some paths, in the order of the file.
    pub overrides: Vec<Override>,
    /// How complexity is counted.
    pub counting: Counting,
    /// Which mutants there are.
    pub mutation: Mutation,
    /// Files with coverage that was measured elsewhere, relative to the workspace root.
    pub coverage: Vec<String>,
    /// What is judged of a change.
    pub new: New,
    /// Where a change may be made.
    pub scope: Allowed,
    /// How much each code of what a change must not do weighs.
    pub levels: Levels,
    /// Findings that a person has accepted until a day, in the order of the file.
    pub waivers: Vec<Waiver>,
    /// Other commands that have to exit with 0, in the order of the file.
    pub checks: Vec<Check>,
    /// What test processes may do.
    pub cage: Cage,
    /// After how many failing runs a person has to look.
    pub attempts: Option<Attempts>,
    /// Where old code stood, from a file of its own.
    pub baseline: Baseline,
    /// The file it was read from, relative to the workspace root; `None` for the built-in defaults.
    pub file: Option<Utf8PathBuf>,
}

impl Default for Policy {
    /// The gates of a workspace without a `gates.toml`.
    fn default() -> Self {
        let limits = [
            (Metric::Tests, Limit::All),
            (Metric::LineCoverage, Limit::Min(Decimal::whole(90))),
            (Metric::BranchCoverage, Limit::Min(Decimal::whole(80))),
            (Metric::FunctionCoverage, Limit::Min(Decimal::whole(90))),
            (Metric::Complexity, Limit::Max(Decimal::whole(10))),
            (Metric::Crap, Limit::Max(Decimal::whole(8))),
            (Metric::MutationScore, Limit::Min(Decimal::whole(80))),
            (Metric::MutationSites, Limit::Max(Decimal::whole(100))),
        ];
        let gates = limits.map(|(metric, limit)| Gate { metric, limit, origin: Origin::Default });
        Self {
            gates: gates.into(),
            overrides: Vec::new(),
            counting: Counting::default(),
            mutation: Mutation::default(),
            coverage: Vec::new(),
            new: New::default(),
            scope: Allowed::default(),
            levels: Levels::default(),
            waivers: Vec::new(),
            checks: Vec::new(),
            cage: Cage::default(),
            attempts: None,
            baseline: Baseline::default(),
            file: None,
        }
    }
}

impl Policy {
    /// Read the policy at `path`. Errors and origins name it `display_path`. Fails when the file cannot be
    /// read, and on whatever [`Policy::parse`] refuses.
    pub fn read(path: &Utf8Path, display_path: &Utf8Path) -> Result<Self, PolicyError> {
        let text = std::fs::read_to_string(path).map_err(|error| PolicyError::unreadable(display_path, &error))?;
        Self::parse(&text, display_path)
    }

    /// The policy that `text` spells. Fails on text that is not TOML, unknown keys, values of a wrong
    /// type or kind, limits that can never bind or never hold, and what this version does not support; the
    /// error shows all of them.
    pub fn parse(text: &str, display_path: &Utf8Path) -> Result<Self, PolicyError> {
        reader::read(text, display_path)
    }

    /// The gate on `metric`, if there is one.
    pub fn gate(&self, metric: Metric) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.metric == metric)
    }

    /// Whether some gate is on `metric`, over the whole tree or over some paths.
    pub fn has_gate(&self, metric: Metric) -> bool {
        self.gate(metric).is_some() || self.overrides.iter().any(|set| set.gate(metric).is_some())
    }

    /// Which of the overrides decides about `metric` in the file `path`: the one whose path is the most
    /// specific; of equally specific ones the last.
    pub fn override_of(&self, metric: Metric, path: &Utf8Path) -> Option<usize> {
        let setting = self.overrides.iter().enumerate().filter(|(_, set)| set.gate(metric).is_some());
        setting.filter_map(|(index, set)| Some((set.specificity(path)?, index))).max().map(|(_, index)| index)
    }
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

impl std::fmt::Display for Limit {
    /// As `gates.toml` spells it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::All => f.write_str("true"),
            Limit::Min(limit) => write!(f, "{{ min = {limit} }}"),
            Limit::Max(limit) => write!(f, "{{ max = {limit} }}"),
        }
    }
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
    /// Which operators.
    pub operators: Operators,
    /// Rules that are switched off: the mutants that they would leave out are made.
    pub keep: Vec<Rule>,
    /// Globs of files whose mutants are left out, relative to the workspace root.
    pub exclude: Vec<String>,
    /// Globs of names of tests that judge no mutants: they run once, as `cargo test` runs them.
    pub skip_tests: Vec<String>,
}

/// A set of operators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Operators {
    /// `"default"`: all, less what is redundant or of little use.
    #[default]
    Default,
    /// `"cargo-mutants"`: what cargo-mutants 27.1 makes, at the same places.
    CargoMutants,
    /// `"all"`: all, nothing left out by a rule.
    All,
    /// A list of names: these, otherwise as `"default"`.
    List(Vec<Operator>),
}

impl Mutation {
    /// Which mutants are made.
    pub fn selection(&self) -> Selection {
        let set = match &self.operators {
            Operators::Default => Selection::default(),
            Operators::CargoMutants => Selection::cargo_mutants(),
            Operators::All => Selection::all(),
            Operators::List(operators) => Selection::of(operators),
        };
        set.keeping(&self.keep)
    }
}

impl Operators {
    /// For people: the set's name, or the operators' names with commas.
    pub fn shown(&self) -> String {
        match self {
            Operators::Default => "default".to_owned(),
            Operators::CargoMutants => "cargo-mutants".to_owned(),
            Operators::All => "all".to_owned(),
            Operators::List(operators) => operators.iter().map(|operator| operator.name()).collect::<Vec<_>>().join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_documented_table() {
        let table = "version = 1\n[gates]\ntests = true\nline-coverage = { min = 90 }\nbranch-coverage = { min = 80 }\n\
            function-coverage = { min = 90 }\ncomplexity = { max = 10 }\ncrap = { max = 8 }\n\
            mutation-score = { min = 80 }\nmutation-sites = { max = 100 }\n";
        let limits = |policy: &Policy| policy.gates.iter().map(|gate| (gate.metric, gate.limit)).collect::<Vec<_>>();
        let default = Policy::default();
        assert_eq!(limits(&default), limits(&Policy::parse(table, "gates.toml".into()).unwrap()));
        assert!(default.gates.iter().all(|gate| gate.origin == Origin::Default));
        assert_eq!((default.file, default.mutation.operators), (None, Operators::Default));
    }

    #[test]
    fn a_file_is_read_and_one_that_is_missing_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("gates.toml");
        let error = Policy::read(&path, "gates.toml".into()).unwrap_err();
        assert!(error.to_string().contains("cannot read `gates.toml`"), "{error}");
        assert_eq!(error.line(), None);
        std::fs::write(&path, "version = 1\ngates.crap.max = 9.5\n").unwrap();
        let policy = Policy::read(&path, "gates.toml".into()).unwrap();
        let origin = Origin::File { path: "gates.toml".into(), line: 2 };
        let crap = Gate { metric: Metric::Crap, limit: Limit::Max(Decimal { millionths: 9_500_000 }), origin };
        assert_eq!((policy.gate(Metric::Crap), policy.gate(Metric::Tests)), (Some(&crap), None));
        assert_eq!(policy.file.as_deref(), Some(Utf8Path::new("gates.toml")));
    }
}
