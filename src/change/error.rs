//! Why nobody can say what changed. Each says what is wrong, then, behind a semicolon, the next step.

/// Why nobody can say what changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no program of that name, or it cannot be started.
    #[error("cannot start git ({0}); install it, or leave out --base and --staged")]
    NoGit(std::io::Error),
    /// The workspace lies in no repository.
    #[error("`{0}` is in no git repository; leave out --base and --staged, or run `git init` and commit")]
    NoRepository(String),
    /// The repository's path has a line break, which git does not tell from the end of the path.
    #[error(
        "the path of this repository has a line break, so that git's answers cannot be read; move it, or leave out --base and --staged"
    )]
    OddPlace,
    /// Nothing was committed.
    #[error("there is no commit yet, so nothing can be compared with `{0}`; commit first, or judge what is staged with --staged")]
    NoCommit(String),
    /// The base is not in this repository.
    #[error("the base `{asked}` is not known here; {help}")]
    UnknownBase {
        /// As it was typed.
        asked: String,
        /// The next step.
        help: String,
    },
    /// The history that is here ends before the base and the head meet.
    #[error("this clone is shallow and does not reach the commit that `HEAD` and `{asked}` have in common; {help}")]
    Shallow {
        /// The base as it was typed.
        asked: String,
        /// The next step.
        help: String,
    },
    /// Base and head have no commit in common.
    #[error("`HEAD` and `{0}` have no commit in common; choose another base")]
    Unrelated(String),
    /// A merge is not finished.
    #[error("`{first}` has merge conflicts ({count} in all); resolve them and `git add` what is resolved")]
    Conflicts {
        /// The first path.
        first: String,
        /// How many there are.
        count: usize,
    },
    /// A changed path that cannot be written into a report.
    #[error("the changed path `{0}` is not UTF-8; rename it")]
    NotUtf8(String),
    /// A text that has to be compared is not UTF-8.
    #[error("`{0}` is not UTF-8 and cannot be compared; save it as UTF-8")]
    NotText(String),
    /// A file of the working tree cannot be read.
    #[error("cannot read `{path}`: {error}; check its permissions")]
    Unreadable {
        /// Which file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The policy of the base is none for this version.
    #[error("the policy at the base {commit} cannot be used; mend it there, or update cargo gate\n{said}")]
    BasePolicy {
        /// The merge base.
        commit: String,
        /// What is wrong.
        said: String,
    },
    /// Git failed in a way that is not foreseen; what it said is in it.
    #[error("`git {command}` failed: {said}; see what git says")]
    Failed {
        /// The subcommand.
        command: String,
        /// The end of what it said.
        said: String,
    },
}

impl ChangeError {
    /// Whether the command line makes no sense here, rather than something missing that could be had.
    pub const fn is_usage(&self) -> bool {
        matches!(self, ChangeError::NoRepository(_))
    }
}
