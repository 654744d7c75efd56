//! `cargo gate init`: the files that a project needs to be gated, written where there are none. Owns reading, writing
//! and saying what was done; what stands in the files is `setup`'s.

mod git;

use std::fs;
use std::io;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::{baseline, resolve, source};
use crate::agent::Agent;
use crate::cli::{Ci, Init};
use crate::judge::{Scope, judge};
use crate::policy::{BASELINE_FILE, Metric, Policy};
use crate::report::{terminal, write_file};
use crate::setup::{git_hook, guide, policy, settings, workflow};
use crate::workspace::{Workspace, below_repository};

/// What became of a file.
enum Done {
    Wrote,
    Updated,
    /// It is as it should be.
    Unchanged,
    /// It is there, and another.
    Kept,
    /// Set aside under this name, and written.
    Chained(&'static str),
}

pub(super) fn run(init: &Init) -> anyhow::Result<ExitCode> {
    let place = Place::of(resolve::workspace(&init.packages)?);
    tell(resolve::POLICY_FILE, &gates(&place, init.force)?)?;
    if init.ci == Some(Ci::Github) {
        let text = workflow::text(&place.below, &git::branch(&place.repository));
        tell(workflow::PATH, &new_file(&place.repository.join(workflow::PATH), &text, init.force)?)?;
    }
    if init.hook {
        let (path, done) = hook(&place)?;
        tell(path.as_str(), &done)?;
    }
    if let Some(agent) = init.agent {
        let settings = place.repository.join(settings::path(agent));
        tell(settings::path(agent), &edited(&settings, |text| settings::with_hook(text, agent, place.manifest().as_str()))?)?;
        tell("AGENTS.md", &edited(&place.repository.join("AGENTS.md"), guide::with_section)?)?;
        note(agent)?;
    }
    if init.ratchet { record(init, &place) } else { Ok(ExitCode::SUCCESS) }
}

/// The first record of where the tree stands.
fn record(init: &Init, place: &Place) -> anyhow::Result<ExitCode> {
    if place.workspace.root.join(BASELINE_FILE).exists() {
        tell(BASELINE_FILE, &Done::Kept)?;
        return Ok(ExitCode::SUCCESS);
    }
    baseline::first(&init.packages)
}

/// The workspace and where it lies.
struct Place {
    workspace: Workspace,
    /// The root of the repository; of the workspace where there is none.
    repository: Utf8PathBuf,
    /// The one as seen from the other.
    below: Utf8PathBuf,
}

impl Place {
    fn of(workspace: Workspace) -> Place {
        let below = below_repository(&workspace.root);
        let depth = below.components().count();
        let repository = workspace.root.ancestors().nth(depth).unwrap_or(&workspace.root).to_owned();
        Place { workspace, repository, below }
    }

    /// The workspace's manifest from the root of the repository.
    fn manifest(&self) -> Utf8PathBuf {
        self.below.join("Cargo.toml").as_str().replace('\\', "/").into()
    }
}

/// A `gates.toml` with today's numbers beside the limits.
fn gates(place: &Place, force: bool) -> anyhow::Result<Done> {
    let path = place.workspace.root.join(resolve::POLICY_FILE);
    if path.exists() && !force {
        return Ok(Done::Kept);
    }
    let built_in = Policy::default();
    let scores = source::measured(&place.workspace, &built_in)?;
    if let [problem, ..] = scores.problems.as_slice() {
        bail!("{problem}");
    }
    let verdict = judge(&scores, &built_in, &Scope::quick());
    new_file(&path, &policy::text(&scores, &verdict), force)
}

/// Write `text` where there is nothing yet, or by force.
fn new_file(path: &Utf8Path, text: &str, force: bool) -> anyhow::Result<Done> {
    let done = match read(path)? {
        None => Done::Wrote,
        Some(old) if old == text => return Ok(Done::Unchanged),
        Some(_) if force => Done::Updated,
        Some(_) => return Ok(Done::Kept),
    };
    write(path, text)?;
    Ok(done)
}

/// Write what `edit` makes of the file's text. Fails, and leaves it alone, where it makes nothing of it.
fn edited(path: &Utf8Path, edit: impl FnOnce(&str) -> Result<String, String>) -> anyhow::Result<Done> {
    let old = read(path)?;
    let new = edit(old.as_deref().unwrap_or_default())
        .map_err(|error| anyhow!("{path} stays as it is: {error}; mend it, or add what is missing by hand"))?;
    let done = match old {
        None => Done::Wrote,
        Some(old) if old == new => return Ok(Done::Unchanged),
        Some(_) => Done::Updated,
    };
    write(path, &new)?;
    Ok(done)
}

/// Put the hook where git looks for it, behind the one that is there. Fails where it would have nothing to judge, for
/// that is no pass: no commit would ever go through.
fn hook(place: &Place) -> anyhow::Result<(Utf8PathBuf, Done)> {
    let policy = resolve::policy(&place.workspace)?;
    if !Metric::ALL.into_iter().any(|metric| metric.is_static() && policy.has_gate(metric)) {
        let example = "complexity = { max = 10 }";
        bail!("no hook was written: {} has no gate that needs no compilation; add one to [gates], such as {example}", resolve::POLICY_FILE);
    }
    let folder = git::hooks(&place.repository)?;
    let path = folder.join(git_hook::NAME);
    let manifest = (!place.below.as_str().is_empty()).then(|| place.manifest());
    let text = git_hook::text(manifest.as_deref().map(Utf8Path::as_str));
    let done = match read(&path)? {
        None => Done::Wrote,
        Some(old) if old == text => return Ok((path, Done::Unchanged)),
        Some(old) if git_hook::is_ours(&old) => Done::Updated,
        Some(_) => {
            let before = folder.join(git_hook::BEFORE);
            if before.exists() {
                bail!("{path} and {before} are both there already; keep one of them, then run this again");
            }
            fs::rename(&path, &before).with_context(|| format!("cannot set {path} aside as {before}"))?;
            Done::Chained(git_hook::BEFORE)
        }
    };
    write(&path, &text)?;
    executable(&path)?;
    Ok((path, done))
}

#[cfg(unix)]
fn executable(path: &Utf8Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let make = || {
        let mode = fs::metadata(path)?.permissions().mode();
        fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
    };
    make().with_context(|| format!("cannot make {path} executable"))
}

/// Git for Windows runs every hook.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
fn executable(_: &Utf8Path) -> anyhow::Result<()> {
    Ok(())
}

fn read(path: &Utf8Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {path}; nothing was written to it")),
    }
}

fn write(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    write_file(path.as_std_path(), |out| out.write_all(text.as_bytes()))
}

/// One line for each file.
fn tell(path: &str, done: &Done) -> anyhow::Result<()> {
    let path = terminal::line(path);
    let line = match done {
        Done::Wrote => format!("wrote {path}"),
        Done::Updated => format!("updated {path}"),
        Done::Unchanged => format!("unchanged {path}"),
        Done::Kept => format!("kept {path}: it is there already (--force writes it anew)"),
        Done::Chained(before) => format!("wrote {path}; what was there runs first, now as {before}"),
    };
    super::tell::print(&(line + "\n"))
}

/// What an agent's user has to do themselves.
fn note(agent: Agent) -> anyhow::Result<()> {
    let text = match agent {
        Agent::Codex => "note: hooks of codex have to be switched on and trusted once; see its `/hooks`\n",
        Agent::ClaudeCode | Agent::GeminiCli | Agent::Cursor => "",
    };
    super::tell::print(text)
}
