//! What was typed → what it means here: the workspace, the policy, cargo's flags, what has to be measured.

use std::thread::available_parallelism;

use anyhow::anyhow;
use camino::Utf8Path;

use crate::build::CargoArgs;
use crate::cli::{Build, Check, Format, Lock, OutputFormat, Packages};
use crate::judge::Scope;
use crate::pipeline::Wanted;
use crate::policy::{Metric, Policy};
use crate::workspace::{Selection, Workspace, discover};

/// The name of the policy's file, beside the workspace's manifest.
const POLICY_FILE: &str = "gates.toml";

/// A check with everything resolved.
pub(super) struct Plan {
    pub(super) workspace: Workspace,
    pub(super) policy: Policy,
    pub(super) scope: Scope,
    pub(super) cargo: CargoArgs,
    pub(super) jobs: usize,
    pub(super) is_quick: bool,
    pub(super) with_mutants: bool,
    pub(super) wanted: Wanted,
}

impl Plan {
    /// Look up what the command line leaves open. Fails on a manifest or a policy that cannot be used.
    pub(super) fn resolve(check: &Check) -> anyhow::Result<Plan> {
        let workspace = workspace(&check.packages)?;
        let policy = policy(&workspace)?;
        let scope = match (check.quick, check.only.is_empty()) {
            (true, _) => Scope::quick(),
            (false, true) => Scope::all(),
            (false, false) => Scope::only(check.only.iter().copied()),
        };
        let is_judged = |metric: Metric| policy.has_gate(metric) && scope.contains(metric);
        let wants_mutants = check.output.iter().any(|output| output.format == OutputFormat::MutationReport);
        let with_mutants = !check.quick && (wants_mutants || is_judged(Metric::MutationScore));
        let needs_build = with_mutants || Metric::ALL.into_iter().any(|metric| !metric.is_static() && is_judged(metric));
        // A JSON report holds every number there is; without it, what nobody judges need not be measured.
        let is_quick = check.quick || !needs_build;
        let tells_all = check.format == Format::Json || check.output.iter().any(|output| output.format == OutputFormat::Json);
        let wanted = Wanted {
            shape: !is_quick || tells_all || Metric::ALL.into_iter().any(|metric| metric.is_optional() && is_judged(metric)),
            sites: !is_quick || tells_all || is_judged(Metric::MutationSites),
        };
        let jobs = check.build.jobs.or_else(|| available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get);
        let cargo = CargoArgs { flags: flags(&check.packages, &check.build) };
        Ok(Plan { workspace, policy, scope, cargo, jobs, is_quick, with_mutants, wanted })
    }
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
    if !path.exists() {
        return Ok(Policy::default());
    }
    Policy::read(&path, Utf8Path::new(POLICY_FILE)).map_err(|error| anyhow!("{error}"))
}

/// Cargo's own flags for the selection and the build. Cargo runs in the workspace's root, so paths are made
/// absolute.
fn flags(packages: &Packages, build: &Build) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    if let Some(path) = &packages.manifest_path {
        let absolute = std::path::absolute(path).ok().and_then(|path| path.into_os_string().into_string().ok());
        flags.extend(["--manifest-path".to_owned(), absolute.unwrap_or_else(|| path.to_string())]);
    }
    let mut repeated = |name: &str, values: &[String]| flags.extend(values.iter().flat_map(|value| [name.to_owned(), value.clone()]));
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
