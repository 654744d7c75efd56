//! What the user typed, nothing else: no file is read, no default looked up, no path resolved here.
//!
//! Both `cargo gate ..` (cargo runs `cargo-gate gate ..`) and `cargo-gate ..` are understood, and `check`
//! may be left out.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::time::Duration;

use camino::Utf8PathBuf;
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{ArgAction, Args, ColorChoice, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::agent::Agent;
use crate::nearest::nearest;
use crate::policy::Metric;

/// What to do.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Measure and judge by every gate in gates.toml (the default)
    Check(Check),
    /// List what is measured, without compiling anything
    List(List),
    /// Show one mutant or function: the change, the tests that come there, its numbers
    Show(Show),
    /// Say what a gate, a finding, an operator or a rule means
    Explain(Explain),
    /// Tighten gates.baseline.toml, the record of old code, by what has become better
    Baseline(Baseline),
    /// Write what a project needs to be gated: gates.toml, a workflow, hooks
    Init(Init),
    /// Check, and answer as the hook of a coding agent
    Hook(Hook),
    /// Remove what earlier runs have built
    Clean(Clean),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

/// `cargo gate baseline`.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Record the tree as it stands, what has become worse too: a person decides that
    #[arg(long, help_heading = "Gates")]
    pub accept: bool,
    /// Measure only what needs no compilation; the rest of the record stays
    #[arg(long, help_heading = "Gates")]
    pub quick: bool,
    /// Measure some gates; the rest of the record stays
    #[arg(long, value_name = "GATE,..", value_delimiter = ',', value_parser = OnlyParser, help_heading = "Gates", conflicts_with = "quick")]
    pub only: Vec<Only>,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// How they are built.
    #[command(flatten)]
    pub build: Build,
    /// How the run is shown.
    #[command(flatten)]
    pub terminal: Terminal,
}

/// `cargo gate check`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Check {
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// How they are built.
    #[command(flatten)]
    pub build: Build,
    /// Judge only what needs no compilation
    #[arg(long, help_heading = "Gates")]
    pub quick: bool,
    /// Build and run nothing: judge coverage and CRAP by coverage files alone
    #[arg(long, help_heading = "Gates", conflicts_with = "quick")]
    pub no_run: bool,
    /// Run every mutant, also where an earlier verdict still holds; keep no verdicts
    #[arg(long, help_heading = "Gates")]
    pub no_cache: bool,
    /// Be done in this time (`90s`, `10m`): what is left over then makes the run inconclusive, and the next one goes on
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Gates")]
    pub budget: Option<Duration>,
    /// Judge some gates, by the names of gates.toml; the others are reported as not run
    #[arg(
        long,
        value_name = "GATE,..",
        value_delimiter = ',',
        value_parser = OnlyParser,
        help_heading = "Gates",
        conflicts_with = "quick",
        hide_possible_values = true
    )]
    pub only: Vec<Only>,
    /// Judge what changed since the commit in common with REF, by the policy there; without REF by `[new] base`
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "", help_heading = "Change", conflicts_with = "staged")]
    pub base: Option<String>,
    /// Judge what is staged against the last commit, by the policy there
    #[arg(long, help_heading = "Change")]
    pub staged: bool,
    /// A file with a glob on each line: a change of any other path is a finding
    #[arg(long, value_name = "FILE", help_heading = "Change")]
    pub scope: Option<Utf8PathBuf>,
    /// What standard output gets
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Reports", hide_possible_values = true)]
    pub format: OutputFormat,
    /// Coverage measured elsewhere, added to ours: LCOV, Cobertura or llvm-cov's JSON (repeatable)
    #[arg(long, value_name = "PATH", visible_alias = "lcov", help_heading = "Coverage", conflicts_with = "quick")]
    pub coverage: Vec<Utf8PathBuf>,
    /// Write a report into a file as well (repeatable; human, agent, json, github, sarif, markdown, junit, gitlab, html,
    /// mutation-report, lcov, lcov-tests, cobertura, llvm-cov-json)
    #[arg(long, value_name = "FORMAT=PATH", value_parser = output, help_heading = "Reports")]
    pub output: Vec<Output>,
    /// How many findings to show: per gate, for agent and markdown in all
    #[arg(long, value_name = "N", help_heading = "Reports")]
    pub max_findings: Option<usize>,
    /// How the run is shown.
    #[command(flatten)]
    pub terminal: Terminal,
}

/// `cargo gate list`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct List {
    /// What to list
    pub what: Listed,
    /// Sort functions by this, the worst first; the default is their place
    #[arg(long, value_name = "KEY", help_heading = "Reports")]
    pub sort: Option<SortKey>,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// Whether cargo may look things up.
    #[command(flatten)]
    pub lock: Lock,
    /// What standard output gets
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Reports")]
    pub format: Format,
    /// How the run is shown.
    #[command(flatten)]
    pub terminal: Terminal,
}

/// `cargo gate show`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct Show {
    /// The start of a mutant's id, or a function's name
    #[arg(value_name = "ID")]
    pub what: String,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// How the run is shown.
    #[command(flatten)]
    pub terminal: Terminal,
}

/// `cargo gate explain`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct Explain {
    /// Its name, as reports and gates.toml write it; without one, all names are listed
    pub name: Option<String>,
}

/// `cargo gate init`. Nothing that is there is written over without `--force`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct Init {
    /// Write a workflow as well: github
    #[arg(long, value_name = "SERVICE", help_heading = "Files", hide_possible_values = true)]
    pub ci: Option<Ci>,
    /// Put `cargo gate --quick --staged` before every commit; a hook that is there runs first
    #[arg(long, help_heading = "Files")]
    pub hook: bool,
    /// Gate a coding agent: its hook and a section of AGENTS.md (claude-code, codex, gemini-cli, cursor)
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "claude-code", help_heading = "Files", hide_possible_values = true)]
    pub agent: Option<Agent>,
    /// Measure, and record where old code stands in gates.baseline.toml: it may not get worse, new code is held to
    /// gates.toml
    #[arg(long, help_heading = "Files")]
    pub ratchet: bool,
    /// Write gates.toml and the workflow anew where they are
    #[arg(long, help_heading = "Files")]
    pub force: bool,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
}

/// A service that runs workflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// GitHub Actions.
    Github,
}

/// `cargo gate hook`: the event is read from standard input.
#[derive(Args, Debug, PartialEq, Eq)]
#[command(mut_arg("format", |arg| arg.hide(true)))]
pub struct Hook {
    /// Whose words are spoken
    pub agent: Agent,
    /// What is checked.
    #[command(flatten)]
    pub check: Check,
}

/// `cargo gate completions`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct Completions {
    /// Whose
    pub shell: clap_complete::Shell,
}

/// `cargo gate clean`.
#[derive(Args, Debug, PartialEq, Eq)]
pub struct Clean {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<Utf8PathBuf>,
    /// Whether cargo may look things up.
    #[command(flatten)]
    pub lock: Lock,
    /// How the run is shown.
    #[command(flatten)]
    pub terminal: Terminal,
}

/// Which packages of the workspace.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Packages")]
pub struct Packages {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<Utf8PathBuf>,
    /// Package to gate (repeatable)
    #[arg(short, long, value_name = "SPEC")]
    pub package: Vec<String>,
    /// Gate every package of the workspace
    #[arg(long)]
    pub workspace: bool,
    /// Leave a package of the workspace out (repeatable)
    #[arg(long, value_name = "SPEC", requires = "workspace")]
    pub exclude: Vec<String>,
}

/// How the packages are built.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Build")]
pub struct Build {
    /// Features to activate, comma or space separated (repeatable)
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub features: Vec<String>,
    /// Activate all features
    #[arg(long)]
    pub all_features: bool,
    /// Leave the default features out
    #[arg(long)]
    pub no_default_features: bool,
    /// Build with this profile
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// How many builds and tests run at once
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Whether cargo may look things up.
    #[command(flatten)]
    pub lock: Lock,
}

/// Whether cargo may use the network and write Cargo.lock.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Build")]
pub struct Lock {
    /// Fail if Cargo.lock would change
    #[arg(long)]
    pub locked: bool,
    /// Run without the network
    #[arg(long)]
    pub offline: bool,
    /// As --locked and --offline
    #[arg(long)]
    pub frozen: bool,
}

/// How the run is shown.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Terminal")]
pub struct Terminal {
    /// When to colour; the default is left to the environment.
    #[arg(long, value_name = "WHEN", help = "Colour: auto, always, never", hide_possible_values = true)]
    pub color: Option<ColorChoice>,
    /// Only findings and the verdict
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; twice for what cargo and the tests say
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Functions with everything that is measured of them
    Functions,
    /// Places that an operator can change
    Sites,
    /// Every change at every site
    Mutants,
}

/// What functions are sorted by: the names of the gates, and two more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// By file and line
    Place,
    /// By name
    Name,
    /// Cyclomatic complexity
    Complexity,
    /// Cognitive complexity
    CognitiveComplexity,
    /// Lines with code
    FunctionLines,
    /// Parameters
    Parameters,
    /// How deep control flow is nested
    NestingDepth,
    /// `unsafe` blocks
    UnsafeBlocks,
    /// `unwrap`, `expect`, `panic!` and their like
    Panics,
    /// Lines covered in the last check, the least first
    LineCoverage,
    /// CRAP score of the last check
    Crap,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

/// A report into a file: `json=target/gate.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// What is written.
    pub format: OutputFormat,
    /// Where to, relative to the directory in which the command was typed.
    pub path: Utf8PathBuf,
}

/// The formats of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Text for people.
    #[default]
    Human,
    /// Short text for coding agents.
    Agent,
    /// One JSON document.
    Json,
    /// Annotations in the log of a GitHub workflow.
    Github,
    /// SARIF 2.1.0.
    Sarif,
    /// A comment for a pull request.
    Markdown,
    /// The XML of test reports.
    Junit,
    /// GitLab's code quality.
    Gitlab,
    /// A page to look at.
    Html,
    /// The mutation-testing report schema.
    MutationReport,
    /// Coverage as LCOV's tracefile.
    Lcov,
    /// The same with a section for each test.
    LcovTests,
    /// Coverage as Cobertura's XML.
    Cobertura,
    /// Coverage as `llvm-cov export` writes it.
    LlvmCovJson,
}

impl OutputFormat {
    /// Whether it tells coverage and nothing else.
    pub const fn is_coverage(self) -> bool {
        matches!(self, OutputFormat::Lcov | OutputFormat::LcovTests | OutputFormat::Cobertura | OutputFormat::LlvmCovJson)
    }

    /// The next step for what is no format.
    fn unknown(word: &str) -> String {
        let names: Vec<_> = OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
        let names: Vec<&str> = names.iter().map(PossibleValue::get_name).collect();
        let near = nearest(word, &names);
        format!("no format `{word}`; {}", near.map_or(format!("known: {}", names.join(", ")), |near| format!("did you mean `{near}`?")))
    }
}

/// The whole command line, `check` left out or not.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-gate",
    bin_name = "cargo gate",
    version,
    about = "Measure a crate and judge it by gates.toml: tests, coverage, complexity, CRAP, mutants",
    after_help = "Exit codes: 0 every gate holds, 1 a gate failed, 2 usage or configuration, 3 inconclusive",
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: Check,
}

/// Read a command line, the program's own name first. Fails with what is to be shown: the error, or the
/// help or the version that was asked for.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|first| first == "gate") {
        args.remove(1);
    }
    let cli = Cli::try_parse_from(args)?;
    Ok(cli.command.unwrap_or(Command::Check(cli.check)))
}

/// One gate that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// The gate on a metric.
    Metric(Metric),
    /// A command of the policy by its name: `check:clippy`.
    Check(String),
}

impl std::fmt::Display for Only {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Only::Metric(metric) => f.write_str(metric.name()),
            Only::Check(name) => write!(f, "check:{name}"),
        }
    }
}

/// Reads [`Only`]: which checks there are is known when the policy has been read.
#[derive(Clone)]
struct OnlyParser;

impl TypedValueParser for OnlyParser {
    type Value = Only;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<Only, clap::Error> {
        match value.to_str().and_then(|text| text.strip_prefix("check:")).filter(|name| !name.is_empty()) {
            Some(name) => Ok(Only::Check(name.to_owned())),
            None => EnumValueParser::<Metric>::new().parse_ref(command, arg, value).map(Only::Metric),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Metric::ALL.into_iter().filter_map(|metric| metric.to_possible_value())))
    }
}

impl ValueEnum for Metric {
    fn value_variants<'a>() -> &'a [Self] {
        &Metric::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Agent {
    fn value_variants<'a>() -> &'a [Self] {
        &Agent::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// The whole of what can be typed, for completions and the manual.
pub fn definition() -> clap::Command {
    Cli::command()
}

fn time(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| format!("{error}; write a time such as 90s, 10m or 1h30m"))?;
    if time.is_zero() { Err("nothing can be done in no time".to_owned()) } else { Ok(time) }
}

fn output(text: &str) -> Result<Output, String> {
    let (format, path) = text.split_once('=').ok_or("expected FORMAT=PATH, such as json=target/gate.json")?;
    if path.is_empty() {
        return Err("the path is missing: expected FORMAT=PATH".to_owned());
    }
    let format = OutputFormat::from_str(format, false).map_err(|_| OutputFormat::unknown(format))?;
    Ok(Output { format, path: path.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::error::ErrorKind;

    fn parsed(line: &str) -> Result<Command, clap::Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn check(line: &str) -> Check {
        match parsed(line) {
            Ok(Command::Check(check)) => check,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_is_the_default_however_the_program_is_called() {
        for line in ["cargo-gate", "cargo-gate gate", "cargo-gate check", "cargo-gate gate check"] {
            assert_eq!(check(line), Check::default(), "{line}");
        }
        for line in ["cargo-gate --quick", "cargo-gate gate check --quick"] {
            assert_eq!(check(line), Check { quick: true, ..Check::default() }, "{line}");
        }
    }

    #[test]
    fn every_option_of_check() {
        let line = "cargo-gate gate --manifest-path a/Cargo.toml -p one --package two --workspace --exclude three -F a,b --features c \
            --all-features --no-default-features --profile ci -j 3 --locked --offline --frozen --only crap,check:clippy --only complexity \
            --no-run --no-cache --budget 1m30s --base origin/main --scope task.txt --coverage a.info --lcov b.xml --format sarif --max-findings 7 \
            --output json=a=b.json --output mutation-report=m.json --color never -vv";
        let strings = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let output = |format, path: &str| Output { format, path: path.into() };
        let expected = Check {
            packages: Packages {
                manifest_path: Some("a/Cargo.toml".into()),
                package: strings(&["one", "two"]),
                workspace: true,
                exclude: strings(&["three"]),
            },
            build: Build {
                features: strings(&["a,b", "c"]),
                all_features: true,
                no_default_features: true,
                profile: Some("ci".to_owned()),
                jobs: NonZeroUsize::new(3),
                lock: Lock { locked: true, offline: true, frozen: true },
            },
            quick: false,
            no_run: true,
            no_cache: true,
            budget: Some(Duration::from_secs(90)),
            base: Some("origin/main".to_owned()),
            staged: false,
            scope: Some("task.txt".into()),
            coverage: vec!["a.info".into(), "b.xml".into()],
            only: vec![Only::Metric(Metric::Crap), Only::Check("clippy".to_owned()), Only::Metric(Metric::Complexity)],
            format: OutputFormat::Sarif,
            max_findings: Some(7),
            output: vec![output(OutputFormat::Json, "a=b.json"), output(OutputFormat::MutationReport, "m.json")],
            terminal: Terminal { color: Some(ColorChoice::Never), quiet: false, verbose: 2 },
        };
        assert_eq!(check(line), expected);
        assert!(check("cargo-gate -q").terminal.quiet);
        for (line, part) in [("--budget 10", "such as 90s"), ("--budget 0s", "no time"), ("--budget soon", "such as 90s")] {
            assert!(parsed(&format!("cargo-gate {line}")).unwrap_err().to_string().contains(part), "{line}");
        }
        assert_eq!(check("cargo-gate --base --quick").base.as_deref(), Some(""));
        assert!(check("cargo-gate --staged --quick").staged && parsed("cargo-gate --staged --base main").is_err());
    }

    #[test]
    fn list_and_clean() {
        let parsed_list = parsed("cargo-gate gate list mutants --format json -p a --offline").unwrap();
        let list = List {
            what: Listed::Mutants,
            sort: None,
            packages: Packages { package: vec!["a".to_owned()], ..Packages::default() },
            lock: Lock { offline: true, ..Lock::default() },
            format: Format::Json,
            terminal: Terminal::default(),
        };
        assert_eq!(parsed_list, Command::List(list));
        let show = Show { what: "1f0c".to_owned(), packages: Packages::default(), terminal: Terminal::default() };
        assert_eq!(parsed("cargo-gate gate show 1f0c").unwrap(), Command::Show(show));
        for (word, listed) in [("functions", Listed::Functions), ("sites", Listed::Sites)] {
            assert!(matches!(parsed(&format!("cargo-gate list {word}")), Ok(Command::List(List { what, .. })) if what == listed));
        }
        let sorted = parsed("cargo-gate list functions --sort cognitive-complexity").unwrap();
        assert!(matches!(sorted, Command::List(List { sort: Some(SortKey::CognitiveComplexity), .. })));
        let clean = parsed("cargo-gate clean --manifest-path x/Cargo.toml -q").unwrap();
        assert!(
            matches!(clean, Command::Clean(Clean { manifest_path: Some(path), terminal: Terminal { quiet: true, .. }, .. }) if path == "x/Cargo.toml")
        );
    }

    #[test]
    fn mistakes_are_refused_with_a_next_step() {
        let cases = [
            ("--only crapp", "'crap'"),
            ("--only line_coverage", "'line-coverage'"),
            ("--only crap,", "a value is required"),
            ("--only check:", "invalid value 'check:'"),
            ("--quik", "'--quick'"),
            ("--quick --only crap", "cannot be used with"),
            ("--quick --no-run", "cannot be used with"),
            ("--quick --lcov a.info", "cannot be used with"),
            ("-q -v", "cannot be used with"),
            ("-j 0", "invalid value '0'"),
            ("--exclude a", "--workspace"),
            ("--output json", "such as json=target/gate.json"),
            ("--output json=", "the path is missing"),
            ("--output jsn=a", "no format `jsn`; did you mean `json`?"),
            ("--output zz=a", "no format `zz`; known: human, agent"),
            ("--format jsn", "'json'"),
            ("--max-findings many", "invalid value 'many'"),
            ("list sites --format sarif", "invalid value 'sarif'"),
            ("--quick check", "cannot be used with"),
            ("list", "<WHAT>"),
            ("list tests", "functions"),
            ("list functions --sort crapp", "'crap'"),
            ("list sites --quick", "--quick"),
            ("chek", "'check'"),
            // Commands and options of later versions.
            ("--base main --staged", "cannot be used with"),
            ("explian crap", "'explain'"),
            ("explain crap lines", "lines"),
            ("init --agent cline", "claude-code"),
            ("init --ci gihub", "'github'"),
            ("hook", "<AGENT>"),
            ("hook codx", "'codex'"),
            ("completions bsh", "'bash'"),
        ];
        for (line, part) in cases {
            let error = parsed(&format!("cargo-gate gate {line}")).expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
            assert!(error.to_string().contains(part), "{line}: `{part}` is not in\n{error}");
        }
    }

    #[test]
    fn help_and_version_are_asked_for_not_failed() {
        for (line, kind, part) in [
            ("cargo-gate -h", ErrorKind::DisplayHelp, "Usage: cargo gate [OPTIONS]"),
            ("cargo-gate gate --help", ErrorKind::DisplayHelp, "Exit codes: 0"),
            ("cargo-gate gate check -h", ErrorKind::DisplayHelp, "Usage: cargo gate check"),
            ("cargo-gate gate --version", ErrorKind::DisplayVersion, env!("CARGO_PKG_VERSION")),
        ] {
            let shown = parsed(line).expect_err(line);
            assert_eq!((shown.kind(), shown.exit_code()), (kind, 0), "{line}");
            assert!(shown.to_string().contains(part), "{line}: {shown}");
        }
        let help = parsed("cargo-gate -h").unwrap_err().to_string();
        for format in OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value) {
            assert!(help.contains(format.get_name()), "{} in\n{help}", format.get_name());
        }
        for heading in ["Commands:", "Packages:", "Build:", "Gates:", "Reports:", "Terminal:"] {
            assert_eq!(help.matches(heading).count(), 1, "{heading} in\n{help}");
        }
    }
}
