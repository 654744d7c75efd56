//! Git as a program: started with everything fixed that a user's configuration could change about its
//! answers. Owns the process; refuses to know what the answers mean.
//!
//! Nothing of the user's repository is written: `GIT_OPTIONAL_LOCKS=0` keeps the index as it is, and where an
//! index is needed that knows the untracked files, it is a copy in a temporary folder.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};

use super::ChangeError;

/// Where git is asked.
#[derive(Clone, Debug)]
pub(super) struct Git {
    directory: Utf8PathBuf,
    index: Option<PathBuf>,
}

/// Set for git by whoever calls us from a hook; the repository is the one around the workspace, whatever they say.
const FOREIGN: [&str; 5] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS"];

impl Git {
    /// Git in `directory`.
    pub(super) fn new(directory: &Utf8Path) -> Git {
        Git { directory: directory.to_owned(), index: None }
    }

    /// The same with another index.
    pub(super) fn with_index(&self, index: PathBuf) -> Git {
        Git { index: Some(index), ..self.clone() }
    }

    /// The same in another directory.
    pub(super) fn at(&self, directory: &Utf8Path) -> Git {
        Git { directory: directory.to_owned(), ..self.clone() }
    }

    /// The index, where it is not the repository's usual one.
    pub(super) fn index(&self) -> Option<PathBuf> {
        self.index.clone()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(["--no-pager", "-c", "core.quotePath=false", "-c", "core.fsmonitor=false"]).args(args);
        command.current_dir(&self.directory).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
        for name in FOREIGN.iter().chain(&["GIT_INDEX_FILE"]) {
            command.env_remove(name);
        }
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        command
    }

    /// What it answers, whether it succeeds or not.
    pub(super) fn ask(&self, args: &[&str]) -> Result<Output, ChangeError> {
        self.command(args).output().map_err(ChangeError::NoGit)
    }

    /// What it prints; an error when it fails.
    pub(super) fn print(&self, args: &[&str]) -> Result<Vec<u8>, ChangeError> {
        let output = self.ask(args)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(args, &output)) }
    }

    /// What it prints when it reads `input`.
    pub(super) fn feed(&self, args: &[&str], input: Vec<u8>) -> Result<Vec<u8>, ChangeError> {
        let run = || -> io::Result<Output> {
            let mut child = self.command(args).stdin(Stdio::piped()).spawn()?;
            let mut stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
            // Both pipes would fill up if one thread wrote first and read then.
            let writer = thread::spawn(move || stdin.write_all(&input));
            let output = child.wait_with_output()?;
            // Git that ends early has said why.
            let _ = writer.join();
            Ok(output)
        };
        let output = run().map_err(ChangeError::NoGit)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(args, &output)) }
    }

    /// The commit that `name` means, if it means one.
    pub(super) fn commit(&self, name: &str) -> Result<Option<String>, ChangeError> {
        let output = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")])?;
        Ok(output.status.success().then(|| line(&output.stdout)))
    }

    /// The index that the surrounding command works with, if it is one of the repository at `git_dir`: in a
    /// hook of `git commit -a` what is to be committed is not in the usual one.
    pub(super) fn surrounding_index(git_dir: &Utf8Path) -> Option<PathBuf> {
        let index = std::path::absolute(std::env::var_os("GIT_INDEX_FILE")?).ok()?;
        let is_ours = index.parent().and_then(|folder| folder.canonicalize().ok()) == git_dir.as_std_path().canonicalize().ok();
        is_ours.then_some(index)
    }
}

/// The first line of an answer.
pub(super) fn line(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).lines().next().unwrap_or_default().to_owned()
}

/// A path as git prints it.
pub(super) fn path(bytes: &[u8]) -> Result<Utf8PathBuf, ChangeError> {
    let text = str::from_utf8(bytes).map_err(|_| ChangeError::NotUtf8(bytes.escape_ascii().to_string()))?;
    Ok(Utf8PathBuf::from(text))
}

fn failed(args: &[&str], output: &Output) -> ChangeError {
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let command = args.iter().copied().find(|arg| !arg.starts_with('-')).unwrap_or_default().to_owned();
    ChangeError::Failed { command, said: said.join(" ") }
}
