//! What was typed → what it means here: the workspace, the policy, cargo's flags, what has to be measured.

use std::thread::available_parallelism;

use anyhow::{anyhow, bail};
use camino::Utf8Path;

use super::against::{Comparison, compare};
use crate::build::CargoArgs;
use crate::cli::{Build, Check, Lock, Only, OutputFormat, Packages};
use crate::coverage::CoverageFile;
use crate::judge::Scope;
use crate::pipeline::{Memory, Request, Wanted};
use crate::policy::{self, BASELINE_FILE, Baseline, Metric, Policy};
use crate::report::Call;
use crate::workspace::{Selection, Texts, Workspace, below_repository, discover};

/// The name of the policy's file, beside the workspace's manifest.
pub(super) const POLICY_FILE: &str = "gates.toml";

/// A check with everything resolved.
pub(super) struct Plan {
    pub(super) workspace: Workspace,
    pub(super) policy: Policy,
    pub(super) scope: Scope,
    pub(super) cargo: CargoArgs,
    pub(super) jobs: usize,
    pub(super) is_quick: bool,
    pub(super) with_mutants: bool,
    pub(super) with_each_test: bool,
    pub(super) coverage_files: Vec<CoverageFile>,
    pub(super) call: Call,
    pub(super) wanted: Wanted,
    pub(super) comparison: Comparison,
    /// The policy's own commands that are to be run, by their place in the policy.
    pub(super) checks: Vec<usize>,
}

impl Plan {
    /// Look up what the command line leaves open. Fails on a manifest or a policy that cannot be used.
    pub(super) fn resolve(check: &Check) -> anyhow::Result<Plan> {
        let workspace = workspace(&check.packages)?;
        let comparison = compare(check, &workspace)?;
        let policy = judging_policy(&comparison, &workspace)?;
        let (scope, checks) = asked_for(check, &policy, &comparison)?;
        let scope = scope.on(chrono::Utc::now().date_naive(), workspace.is_whole);
        let judged = judged(&policy, &comparison, &scope);
        let is_judged = |metric: Metric| judged.contains(&metric);
        let is_any_judged = |which: fn(Metric) -> bool| judged.iter().copied().any(which);
        let wants = |wanted: fn(OutputFormat) -> bool| check.output.iter().map(|output| output.format).chain([check.format]).any(wanted);
        let builds_nothing = check.quick || check.no_run;
        let with_mutants = !builds_nothing && (wants(tells_mutants) || is_any_judged(Metric::needs_mutants));
        let wants_coverage = wants(OutputFormat::is_coverage);
        let needs_build = with_mutants || wants_coverage || is_any_judged(|metric| !metric.is_static());
        let with_mutants = with_mutants || (needs_build && asks_former(check, &comparison));
        let coverage_files = coverage_files(check, needs_build, &workspace, &policy);
        refuse_what_cannot_be(check, wants_coverage, &coverage_files)?;
        let is_quick = builds_nothing || !needs_build;
        let wanted = wanted(!is_quick || wants(tells_functions), is_judged);
        let jobs = check.build.jobs.or_else(|| available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get);
        let call = call(check, &workspace);
        let cargo = CargoArgs { flags: flags(&check.packages, &check.build) };
        Ok(Plan {
            workspace,
            policy,
            scope,
            cargo,
            jobs,
            is_quick,
            with_mutants,
            with_each_test: wants(|format| format == OutputFormat::LcovTests),
            coverage_files,
            call,
            wanted,
            comparison,
            checks,
        })
    }
}

/// Whether the tests changed, so that it is asked what they notice, whatever the gates are.
fn asks_former(check: &Check, comparison: &Comparison) -> bool {
    check.only.is_empty() && comparison.has_former()
}

/// The gates and the policy's commands that are to be judged; none where nobody can say what changed.
fn asked_for(check: &Check, policy: &Policy, comparison: &Comparison) -> anyhow::Result<(Scope, Vec<usize>)> {
    if comparison.is_unknown() { Ok((Scope::only([]), Vec::new())) } else { Ok((scope(check), checks(check, policy)?)) }
}

/// The metrics that some gate stands on and that were asked for.
fn judged(policy: &Policy, comparison: &Comparison, scope: &Scope) -> Vec<Metric> {
    let of_change = if matches!(comparison, Comparison::None) { Vec::new() } else { policy.new_gates() };
    let has_gate = |metric: Metric| policy.has_gate(metric) || of_change.iter().any(|gate| gate.metric == metric);
    Metric::ALL.into_iter().filter(|metric| has_gate(*metric) && scope.contains(*metric)).collect()
}

/// The policy that judges: in a run against a base what the comparison made of both sides'.
fn judging_policy(comparison: &Comparison, workspace: &Workspace) -> anyhow::Result<Policy> {
    match comparison {
        Comparison::Some(compared) => Ok(compared.policy.clone()),
        Comparison::None | Comparison::Unknown(_) => policy(workspace),
    }
}

impl Plan {
    /// What the run is asked for: the code as `texts` has it, all of it, and none of the policy's commands.
    pub(super) fn request<'a>(&'a self, texts: &'a Texts) -> Request<'a> {
        Request {
            workspace: &self.workspace,
            cargo: &self.cargo,
            policy: &self.policy,
            jobs: self.jobs,
            is_quick: self.is_quick,
            coverage_files: &self.coverage_files,
            memory: Memory::Used,
            with_mutants: self.with_mutants,
            with_each_test: self.with_each_test,
            wanted: self.wanted,
            checks: &[],
            texts,
            new: None,
            former: None,
        }
    }
}

/// Which of the policy's commands are to be run: those that were named, else all that suit the run. Fails on a name
/// that the policy does not have.
fn checks(check: &Check, policy: &Policy) -> anyhow::Result<Vec<usize>> {
    let named = |name: &str| check.only.iter().any(|only| matches!(only, Only::Check(asked) if asked == name));
    for only in &check.only {
        if let Only::Check(name) = only
            && !policy.checks.iter().any(|check| check.name == *name)
        {
            bail!("there is no check `{name}`; {}", known_checks(policy));
        }
    }
    let suits = |of: &policy::Check| {
        if check.only.is_empty() { !check.no_run && (of.quick || !check.quick) } else { named(&of.name) }
    };
    Ok(policy.checks.iter().enumerate().filter(|(_, check)| suits(check)).map(|(index, _)| index).collect())
}

fn known_checks(policy: &Policy) -> String {
    let names: Vec<&str> = policy.checks.iter().map(|check| check.name.as_str()).collect();
    if names.is_empty() { format!("add it to {POLICY_FILE} as a `[[check]]`") } else { format!("{POLICY_FILE} has: {}", names.join(", ")) }
}

/// A run that builds and a report that tells functions have every number there is; without them, what nobody judges
/// need not be measured.
fn wanted(all: bool, is_judged: impl Fn(Metric) -> bool) -> Wanted {
    Wanted {
        shape: all || Metric::ALL.into_iter().any(|metric| metric.is_optional() && is_judged(metric)),
        sites: all || is_judged(Metric::MutationSites),
        functions: all,
    }
}

/// What was typed and can be read, and still makes no sense.
fn refuse_what_cannot_be(check: &Check, wants_coverage: bool, coverage_files: &[CoverageFile]) -> anyhow::Result<()> {
    if check.quick && wants_coverage {
        bail!("--quick measures no coverage, so none can be written; leave out --quick or the coverage report");
    }
    if check.no_run && check.output.iter().any(|output| output.format == OutputFormat::LcovTests) {
        bail!("coverage files do not tell tests apart, so --no-run has no `lcov-tests`; leave out one of both");
    }
    if check.no_run && coverage_files.is_empty() {
        bail!("--no-run takes coverage from files, and none is named; give --coverage PATH, or set `[coverage] files` in {POLICY_FILE}");
    }
    Ok(())
}

/// What is to be judged.
fn scope(check: &Check) -> Scope {
    let wanted = |metric: &Metric| check.only.is_empty() || check.only.contains(&Only::Metric(*metric));
    let metrics = Metric::ALL.into_iter().filter(wanted);
    match (check.quick, check.no_run) {
        (true, _) => Scope::quick(),
        (false, true) => Scope::only(metrics.filter(|metric| metric.needs_no_run())),
        (false, false) => Scope::only(metrics),
    }
}

/// The coverage files that the policy names, relative to the workspace, and those that were typed, relative to
/// where that was; none where no coverage is needed.
fn coverage_files(check: &Check, needs_build: bool, workspace: &Workspace, policy: &Policy) -> Vec<CoverageFile> {
    if !check.no_run && !needs_build {
        return Vec::new();
    }
    let set = policy.coverage.iter().map(|path| CoverageFile { path: workspace.root.join(path), shown: path.clone() });
    let typed = check.coverage.iter().map(|path| CoverageFile { path: path.clone(), shown: path.to_string() });
    set.chain(typed).collect()
}

/// Whether a format is about mutants, whatever is judged.
const fn tells_mutants(format: OutputFormat) -> bool {
    matches!(format, OutputFormat::MutationReport)
}

/// Whether a report tells every function.
const fn tells_functions(format: OutputFormat) -> bool {
    matches!(format, OutputFormat::Json | OutputFormat::Html)
}

/// How the command was called.
fn call(check: &Check, workspace: &Workspace) -> Call {
    let only: Vec<String> = check.only.iter().map(ToString::to_string).collect();
    let gates = match (check.quick, only.is_empty()) {
        (true, _) => vec!["--quick".to_owned()],
        (false, true) => Vec::new(),
        (false, false) => vec!["--only".to_owned(), only.join(",")],
    };
    let manifest = check.packages.manifest_path.as_ref().map(ToString::to_string);
    // How many jobs there are changes no result.
    let mut build = words(manifest.as_deref(), &check.packages, &Build { jobs: None, ..check.build.clone() });
    build.extend(compared_with(check));
    build.extend(check.no_run.then(|| "--no-run".to_owned()));
    build.extend(check.coverage.iter().flat_map(|path| ["--coverage".to_owned(), path.to_string()]));
    Call { below: below_repository(&workspace.root), build, gates, max_findings: check.max_findings }
}

/// What the run is compared with, as words of a command line.
fn compared_with(check: &Check) -> Vec<String> {
    let base = check.base.iter().flat_map(|name| ["--base".to_owned(), name.clone()]).filter(|word| !word.is_empty());
    let scope = check.scope.iter().flat_map(|path| ["--scope".to_owned(), path.to_string()]);
    base.chain(check.staged.then(|| "--staged".to_owned())).chain(scope).collect()
}

/// The workspace that the selection means.
pub(super) fn workspace(packages: &Packages) -> anyhow::Result<Workspace> {
    discover(&Selection {
        manifest_path: packages.manifest_path.clone(),
        packages: packages.package.clone(),
        workspace: packages.workspace,
        exclude: packages.exclude.clone(),
    })
}

/// The workspace's policy, or the defaults when it has none.
pub(super) fn policy(workspace: &Workspace) -> anyhow::Result<Policy> {
    let path = workspace.root.join(POLICY_FILE);
    let policy = if path.exists() {
        Policy::read(&path, Utf8Path::new(POLICY_FILE)).map_err(|error| anyhow!("{error}"))?
    } else {
        Policy::default()
    };
    Ok(Policy { baseline: baseline(workspace)?, ..policy })
}

/// The workspace's record of where old code stood, empty when it has none.
pub(super) fn baseline(workspace: &Workspace) -> anyhow::Result<Baseline> {
    let path = workspace.root.join(BASELINE_FILE);
    if !path.exists() {
        return Ok(Baseline::default());
    }
    let text = std::fs::read_to_string(&path).map_err(|error| anyhow!("cannot read `{BASELINE_FILE}`: {error}"))?;
    Baseline::parse(&text, Utf8Path::new(BASELINE_FILE)).map_err(|error| anyhow!("{error}"))
}

/// Cargo's own flags for the selection and the build. Cargo runs in the workspace's root, so paths are made
/// absolute.
fn flags(packages: &Packages, build: &Build) -> Vec<String> {
    let manifest = packages.manifest_path.as_ref().map(|path| {
        let absolute = std::path::absolute(path).ok().and_then(|path| path.into_os_string().into_string().ok());
        absolute.unwrap_or_else(|| path.to_string())
    });
    words(manifest.as_deref(), packages, build)
}

/// The same as words of a command line.
fn words(manifest: Option<&str>, packages: &Packages, build: &Build) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    let mut repeated = |name: &str, values: &[String]| flags.extend(values.iter().flat_map(|value| [name.to_owned(), value.clone()]));
    repeated("--manifest-path", manifest.map(str::to_owned).as_slice());
    repeated("--package", &packages.package);
    repeated("--exclude", &packages.exclude);
    repeated("--features", &build.features);
    repeated("--profile", build.profile.as_slice());
    let jobs = build.jobs.map(|jobs| jobs.to_string());
    repeated("--jobs", jobs.as_slice());
    let switches =
        [("--workspace", packages.workspace), ("--all-features", build.all_features), ("--no-default-features", build.no_default_features)];
    flags.extend(switches.into_iter().chain(lock_switches(build.lock)).filter(|(_, is_on)| *is_on).map(|(name, _)| name.to_owned()));
    flags
}

fn lock_switches(lock: Lock) -> [(&'static str, bool); 3] {
    [("--locked", lock.locked), ("--offline", lock.offline), ("--frozen", lock.frozen)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, parse};

    fn check(line: &str) -> Check {
        match parse(line.split(' ').map(Into::into)) {
            Ok(Command::Check(check)) => check,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn cargo_hears_what_was_typed_in_its_own_words() {
        let check = check(
            "cargo-gate gate --manifest-path /a/Cargo.toml -p x --workspace --exclude y -F f,g --no-default-features --profile ci -j 3 --locked",
        );
        let expect = "--manifest-path /a/Cargo.toml --package x --exclude y --features f,g --profile ci --jobs 3 --workspace --no-default-features --locked";
        assert_eq!(flags(&check.packages, &check.build).join(" "), expect);
    }
}
