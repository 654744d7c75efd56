//! The layout of `--format json`, version 1. Additions keep the version; a field that goes, moves or
//! changes its meaning raises it. Numbers that a gate compares are exact (`hit` of `of`); what is rounded
//! for display says so. Refuses to know where the values come from.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of this layout.
pub const VERSION: u32 = 1;

/// One run.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Run {
    /// [`VERSION`].
    pub version: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// The version of the counting rules.
    pub rules: u32,
    /// `pass`, `fail`, `inconclusive`.
    #[cfg_attr(test, schemars(extend("enum" = ["pass", "fail", "inconclusive"])))]
    pub outcome: String,
    /// The exit code of the command.
    pub exit_code: u8,
    /// What it was judged by.
    pub policy: Policy,
    /// One per metric, in the order of the table, those without a limit too; behind it one for each override of it.
    pub gates: Vec<Gate>,
    /// What to act on; worst first within a gate.
    pub findings: Vec<Finding>,
    /// Findings that a waiver in force is about: they fail nothing and count in no gate.
    #[serde(default)]
    pub waived: Vec<Waived>,
    /// What became of the policy's own commands; those that were not run are not here.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Every measured file, sorted by path.
    pub files: Vec<File>,
    /// Every function, by file and place.
    pub functions: Vec<Function>,
    /// Every mutant.
    pub mutants: Mutants,
    /// Marks in the code that leave mutants alone, by file and line.
    #[serde(default)]
    pub skips: Vec<Skip>,
    /// The suite on the unmutated code; `null` when it was not run.
    pub tests: Option<Tests>,
    /// What the base's tests said of this code; `null` where the change has no others, or they were not run.
    #[serde(default)]
    pub base_tests: Option<BaseTests>,
    /// What was held back from test processes; `null` when none ran.
    #[serde(default)]
    pub cage: Option<Cage>,
    /// What the tests of each target reach, coverage measured elsewhere left out; sorted by name.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Coverage measured elsewhere that is among the numbers.
    #[serde(default)]
    pub coverage_files: Vec<CoverageFile>,
    /// What had to be measured and could not be, each with the next step.
    pub problems: Vec<String>,
    /// What no gate judges and a reader should know.
    pub warnings: Vec<String>,
    /// Wall-clock time.
    pub timings: Timings,
}

/// A finding with its waiver.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Waived {
    /// The finding.
    pub finding: Finding,
    /// What the waiver names: `mutant:` and an id, or a fingerprint.
    pub item: String,
    /// Why, in the words of the policy's author.
    pub reason: String,
    /// The last day on which it is good: `2027-03-31`.
    pub expires: String,
    /// Where it stands in the policy's file.
    pub line: u32,
}

/// One of the policy's own commands.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Check {
    /// Its name.
    pub name: String,
    /// `exit 0`, `signal 9`, `too slow`; `null` when it could not be run.
    pub ended: Option<String>,
    /// Why it could not be run.
    pub problem: Option<String>,
    /// The end of what it printed.
    pub output: String,
}

/// A mark in the code that leaves mutants alone.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Skip {
    /// Relative to the workspace root, with forward slashes.
    pub path: String,
    /// 1-based.
    pub line: u32,
    /// Why, in the words of the code's author.
    pub reason: String,
    /// The operators that it speaks of; empty for all.
    pub operators: Vec<String>,
    /// How many mutants it leaves alone.
    pub governs: u32,
}

/// The tests of one executable, or all documentation examples.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Target {
    /// The name with which those of its tests begin, or `documentation examples`.
    pub name: String,
    /// How many tests it has.
    pub tests: u32,
    /// Lines that they reach, of all that are coverable.
    pub lines: Ratio,
    /// Branch outcomes.
    pub branches: Ratio,
    /// Functions.
    pub functions: Ratio,
}

/// A coverage file that was used.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CoverageFile {
    /// As it was written on the command line or in the policy.
    pub path: String,
    /// `lcov`, `cobertura`, `llvm-cov-json`.
    pub format: String,
    /// Of how many source files it speaks.
    pub sources: usize,
}

/// The tool.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Tool {
    /// `cargo-gate`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The policy.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Policy {
    /// Its file, relative to the workspace root; `null` for the built-in defaults.
    pub file: Option<String>,
    /// Where old code stood; `null` without such a file.
    #[serde(default)]
    pub baseline: Option<String>,
    /// The set of operators, or their names with commas.
    pub operators: String,
    /// Rules that are switched off.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Globs of files without mutants.
    pub exclude: Vec<String>,
    /// How complexity is counted.
    #[serde(default)]
    pub complexity: Counting,
    /// What the run was compared with, whose policy judged; `null` without a base.
    #[serde(default)]
    pub base: Option<Base>,
}

/// What a run was compared with.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Base {
    /// As it was typed; `HEAD` for what is staged.
    pub asked: String,
    /// The commit in common, shortened; `nothing` before the first one.
    pub commit: String,
    /// Whether the policy there judged; without one the built-in defaults did.
    pub has_policy: bool,
}

/// How complexity is counted.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Counting {
    /// Points for each `?`.
    pub question_mark: u32,
    /// `arms`, or `one`: a match of leaf arms is one decision.
    pub flat_match: String,
}

/// One gate.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Gate {
    /// Its key in `gates.toml`.
    pub gate: String,
    /// `pass`, `fail`, `inconclusive`, `not-applicable`, `not-run`, `no-limit`.
    #[cfg_attr(test, schemars(extend("enum" = ["pass", "fail", "inconclusive", "not-applicable", "not-run", "no-limit"])))]
    pub state: String,
    /// What was measured; `null` when nothing was.
    pub measured: Option<Measured>,
    /// What it must hold; `null` when the policy sets none.
    pub limit: Option<Limit>,
    /// Where the limit was set; `null` for a built-in default and where there is no limit.
    pub set_in: Option<Place>,
    /// How many findings it has.
    pub findings: usize,
    /// What separates it from holding; `null` when it holds.
    #[serde(default)]
    pub distance: Option<Distance>,
    /// The globs of the override that sets it; empty for the files that no override takes out.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Why these paths have a limit of their own.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whether it is only about what is new since the base.
    #[serde(default)]
    pub new: bool,
    /// How many findings are waived; left out where none is.
    #[serde(default, skip_serializing_if = "is_none")]
    pub waived: usize,
    /// How many are on record in the baseline and have not grown; left out where none is.
    #[serde(default, skip_serializing_if = "is_none")]
    pub recorded: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
const fn is_none(count: &usize) -> bool {
    *count == 0
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Ratio {
    /// How many have the property.
    pub hit: u64,
    /// How many there are; 0 means that nothing was measured.
    pub of: u64,
}

/// A measured value.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
pub enum Measured {
    /// `crap`: the largest score and what it is made of.
    Crap {
        /// Cyclomatic complexity.
        complexity: u32,
        /// Covered lines of the function.
        hit: u64,
        /// Coverable lines of the function.
        of: u64,
        /// For display: raised to the shown digits.
        score: f64,
    },
    /// Coverage and `mutation-score`.
    Ratio {
        /// How many have the property.
        hit: u64,
        /// How many there are; 0 means that nothing was measured.
        of: u64,
        /// For display: cut off at the shown digits.
        percent: f64,
    },
    /// `tests`.
    Tests {
        /// How many passed.
        passed: u32,
        /// How many failed.
        failed: u32,
    },
    /// A command of the policy.
    Check {
        /// Its exit code; `null` when it was ended.
        exit: Option<i32>,
        /// `exit 0`, `signal 9`, `too slow`.
        ended: String,
    },
    /// Counts such as `complexity` and `mutation-sites`: the largest.
    Whole {
        /// The value.
        value: u32,
    },
}

/// A limit.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// `"all"`.
    All,
    /// `{"min": 90.0}`, inclusive.
    Min(f64),
    /// `{"max": 8.0}`, inclusive.
    Max(f64),
}

/// A line of a file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Place {
    /// Relative to the workspace root, with forward slashes.
    pub path: String,
    /// 1-based.
    pub line: u32,
}

/// A stretch of a file, 1-based, columns in characters, the end exclusive.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Stretch {
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
}

/// Something to act on.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Finding {
    /// The gate's key.
    pub gate: String,
    /// Its stable code.
    pub code: String,
    /// Whether the gate fails because of it.
    pub failure: bool,
    /// The file; `null` for findings without a place.
    pub path: Option<String>,
    /// What to look at; `null` for a whole file.
    pub span: Option<Stretch>,
    /// What is wrong, in one line.
    pub title: String,
    /// The numbers.
    pub label: String,
    /// The cheapest way to hold the gate.
    pub help: Option<String>,
    /// The id of the mutant, where it is one.
    pub mutant: Option<String>,
    /// The function or test that it is about.
    #[serde(default)]
    pub symbol: Option<String>,
    /// What was measured of it; that of its gate where it has no value of its own.
    #[serde(default)]
    pub measured: Option<Measured>,
    /// What that must hold.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// What separates it from passing; `null` when it does not keep its gate from holding.
    #[serde(default)]
    pub distance: Option<Distance>,
    /// What it is known by in another run, 16 hex digits: no line number and no value is in it.
    #[serde(default)]
    pub fingerprint: String,
}

/// What separates a value from its limit.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Distance {
    /// `{"short": 5}`: so many more lines, branch outcomes, functions or mutants.
    Short(u64),
    /// `{"over": 10.8}`: so much too much; for display where it has a fraction.
    Over(f64),
}

/// One source file.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct File {
    /// Relative to the workspace root, with forward slashes.
    pub path: String,
    /// Mutation sites.
    pub sites: u32,
    /// Lines that hold code, test code left out.
    #[serde(default)]
    pub code_lines: u32,
    /// The lines of `unsafe` blocks, test code left out.
    #[serde(default)]
    pub unsafe_blocks: Vec<u32>,
    /// The lines of `unwrap`, `expect`, `panic!` and their like, test code left out.
    #[serde(default)]
    pub panics: Vec<u32>,
    /// `null` when none was measured for it.
    pub coverage: Option<Coverage>,
}

/// The coverage of a file.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Coverage {
    /// Coverable lines.
    pub lines: Ratio,
    /// Branch outcomes.
    pub branches: Ratio,
    /// Functions.
    pub functions: Ratio,
    /// Coverable lines that ran.
    pub covered_lines: Vec<u32>,
    /// Coverable lines that did not.
    pub uncovered_lines: Vec<u32>,
    /// Branch outcomes that were not taken.
    pub untaken_branches: Vec<Outcome>,
}

/// One outcome of a decision.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Outcome {
    /// 1-based line of the deciding token.
    pub line: u32,
    /// Which decision of the file.
    pub decision: u32,
    /// Which outcome of the decision.
    pub outcome: u32,
}

/// One function.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Function {
    /// Its file.
    pub path: String,
    /// `module::Type::name`.
    pub name: String,
    /// 1-based line of its first token.
    pub line: u32,
    /// 1-based line of its last token.
    pub end_line: u32,
    /// Cyclomatic complexity.
    pub complexity: u32,
    /// Where each point beyond the first comes from, in source order.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// How many macros could not be looked into.
    #[serde(default)]
    pub opaque_macros: usize,
    /// Cognitive complexity.
    #[serde(default)]
    pub cognitive_complexity: u32,
    /// Lines that hold code; those of nested functions belong to these.
    #[serde(default)]
    pub lines: u32,
    /// Parameters, `self` included.
    #[serde(default)]
    pub parameters: u32,
    /// How deep control flow is nested.
    #[serde(default)]
    pub nesting_depth: u32,
    /// `unsafe` blocks in it.
    #[serde(default)]
    pub unsafe_blocks: usize,
    /// Places that panic in it.
    #[serde(default)]
    pub panics: usize,
    /// Covered of coverable lines; `null` when nothing of it was measured.
    pub coverage: Option<Ratio>,
    /// Coverable lines that did not run.
    pub uncovered: Vec<u32>,
    /// For display; `null` when it could not be computed.
    pub crap: Option<f64>,
    /// Whether a false cfg kept it out of the build.
    pub inactive: bool,
}

/// A construct that adds to the complexity.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Decision {
    /// 1-based line of the deciding token.
    pub line: u32,
    /// `if`, `let-else`, `while`, `for`, `match`, `guard`, `&& or ||`, `?`.
    pub kind: String,
    /// How many points.
    pub points: u32,
    /// Whether it is a match whose arms are all leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flat: bool,
}

/// The mutants.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Mutants {
    /// Whether they were run; otherwise all are `Pending`.
    pub run: bool,
    /// How many of each status.
    pub counts: Counts,
    /// Each of them, by file and place.
    pub list: Vec<Mutant>,
}

/// Mutants by status; all but `total` add up to `total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Counts {
    /// All.
    pub total: usize,
    /// A test failed.
    pub killed: usize,
    /// No test failed.
    pub survived: usize,
    /// No test reaches it; inactive ones are counted apart.
    pub no_coverage: usize,
    /// Past its budget.
    pub timeout: usize,
    /// The compiler refuses it.
    pub compile_error: usize,
    /// The run says nothing about it.
    pub runtime_error: usize,
    /// Left out on purpose.
    pub ignored: usize,
    /// Not run.
    pub pending: usize,
    /// Not compiled in this configuration: in no score.
    pub inactive: usize,
}

/// One mutant.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Mutant {
    /// Its stable id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// What it replaces.
    #[serde(flatten)]
    pub span: Stretch,
    /// The operator family.
    pub operator: String,
    /// What stands there.
    pub original: String,
    /// What would stand there; empty for a deletion.
    pub replacement: String,
    /// The function around it.
    pub function: Option<String>,
    /// In the words of the mutation-testing report schema.
    #[cfg_attr(test, schemars(extend("enum" = ["Killed", "Survived", "NoCoverage", "Timeout", "CompileError", "RuntimeError", "Ignored", "Pending"])))]
    pub status: String,
    /// Why, where the status alone does not say it.
    pub reason: Option<String>,
    /// How many tests reach it; the mutation report names them.
    pub reached_by: usize,
    /// The test that noticed it.
    pub killed_by: Option<String>,
    /// Whether a false cfg kept it out of the build.
    pub inactive: bool,
}

/// The suite on the unmutated code.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Tests {
    /// How many passed.
    pub passed: u32,
    /// Those that failed.
    pub failed: Vec<FailedTest>,
    /// How many are ignored.
    pub ignored: u32,
    /// How many of those that ran judge no mutants, because `skip-tests` names them.
    pub skipped: u32,
}

/// What was held back from test processes, those of mutants and those of the unmutated code.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Cage {
    /// `on`, `off`, `required`: what the policy says.
    #[cfg_attr(test, schemars(extend("enum" = ["on", "off", "required"])))]
    pub mode: String,
    /// `none`, `loopback`, `any`: whom the policy lets them talk to.
    #[cfg_attr(test, schemars(extend("enum" = ["none", "loopback", "any"])))]
    pub network: String,
    /// What was really held back: `writes`, `network`, `signals`, `rights`, `size`.
    pub active: Vec<String>,
    /// What should have been held back and was not, each with the reason.
    pub missing: Vec<String>,
    /// The version of Landlock; 0 where there is none.
    pub landlock: u32,
}

/// A test that fails on the unmutated code.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct FailedTest {
    /// Its name.
    pub name: String,
    /// The end of what it printed.
    pub output: String,
}

/// The tests of the base that the change may have touched, run on this code.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct BaseTests {
    /// How many ran.
    pub run: u32,
    /// How many mutants they kill: each was judged again by the tests that are here now.
    pub rejudged: u32,
    /// Those that pass at the base and fail on this code.
    pub failed: Vec<String>,
    /// Ids of the mutants that they kill and no test here does.
    pub no_longer_killed: Vec<String>,
}

/// Wall-clock times in milliseconds.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Timings {
    /// From start to verdict.
    pub total_ms: u64,
    /// Reading the sources and planning what is edited.
    #[serde(default)]
    pub read_ms: u64,
    /// Building.
    pub build_ms: u64,
    /// The suite on the unmutated code.
    pub tests_ms: u64,
    /// How much of that was spent on documentation examples when all other tests were done.
    #[serde(default)]
    pub examples_ms: u64,
    /// The mutants.
    pub mutants_ms: u64,
    /// The base's tests on this code, their build included.
    #[serde(default)]
    pub base_tests_ms: u64,
    /// How often the compiler was called for the crate that it refused most often; 0 when nothing was built.
    #[serde(default)]
    pub build_rounds: u32,
    /// How long mutants that no switch makes were built and run, for most of it beside the others.
    #[serde(default)]
    pub rebuilt_ms: u64,
    /// How many times the program was built for mutants that no switch makes.
    #[serde(default)]
    pub rebuilt: u32,
    /// How many verdicts of earlier runs still held, so that these mutants did not run.
    #[serde(default)]
    pub reused: u32,
}
