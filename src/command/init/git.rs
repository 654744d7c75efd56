//! What git says of its hooks and branches. Its answers hold in worktrees, and where `core.hooksPath` is set.

use std::process::Command;

use anyhow::{Context, bail};
use camino::{Utf8Path, Utf8PathBuf};

/// The folder of the hooks. Fails without a repository, and where the hooks are those of other repositories, too.
pub(super) fn hooks(repository: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    let ask = |args: &[&str]| ask(repository, args).context("there is no git repository here; `git init` makes one");
    let hooks = repository.join(ask(&["rev-parse", "--git-path", "hooks"])?);
    let own = [repository.join(ask(&["rev-parse", "--git-common-dir"])?), repository.join(ask(&["rev-parse", "--show-toplevel"])?)];
    let real = |path: &Utf8Path| path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    if !own.iter().any(|own| real(&hooks).starts_with(real(own))) {
        bail!(
            "`core.hooksPath` is {hooks}, which is not of this repository alone; add `cargo gate --quick` to its pre-commit hook by hand"
        );
    }
    Ok(hooks)
}

/// The branch that work goes into: that of the remote, else the current one.
pub(super) fn branch(repository: &Utf8Path) -> String {
    let remote = ask(repository, &["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]).ok();
    let remote = remote.and_then(|name| name.strip_prefix("origin/").map(str::to_owned));
    let current = || ask(repository, &["branch", "--show-current"]).ok().filter(|name| !name.is_empty());
    remote.or_else(current).unwrap_or_else(|| "main".to_owned())
}

/// The first line of its answer.
fn ask(repository: &Utf8Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(args).current_dir(repository).output().context("cannot run git")?;
    let said = String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr });
    let line = said.lines().next().unwrap_or_default().to_owned();
    if output.status.success() { Ok(line) } else { bail!("git: {line}") }
}
