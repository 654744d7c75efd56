//! Real repositories: what counts as changed, and what is said where nobody can tell.

use std::path::Path;
use std::process::Command;

use super::*;

/// A repository in a temporary folder.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// An empty one with the branch `main`.
    fn new() -> Repository {
        let repository = Repository { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(repository.folder.path().join("repo")).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository
    }

    fn root(&self) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.folder.path().canonicalize().unwrap().join("repo")).unwrap()
    }

    fn git(&self, args: &[&str]) {
        git_in(self.root().as_std_path(), args);
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Commit all that is there.
    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "more"]);
    }

    fn change_below(&self, below: &str, asked: &Asked) -> Result<Change, ChangeError> {
        let root = self.root().join(below);
        Change::find(&Workspace { target_dir: root.join("target"), root, packages: Vec::new(), is_whole: true }, asked)
    }

    fn change(&self) -> Result<Change, ChangeError> {
        self.change_below("", &base("main"))
    }
}

fn git_in(folder: &Path, args: &[&str]) {
    let fixed =
        ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always"];
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    let output = command.args(fixed).args(args).current_dir(folder).output().expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn base(name: &str) -> Asked {
    Asked::Base(name.to_owned())
}

/// `Modified src/a.rs 3-4`.
fn said(change: &Change) -> Vec<String> {
    let lines =
        |file: &ChangedFile| file.lines.iter().map(|range| format!(" {}-{}", range.start(), range.end())).collect::<Vec<_>>().concat();
    let old = |file: &ChangedFile| file.old_path.as_ref().map_or(String::new(), |old| format!(" from {old}"));
    change.files.iter().map(|file| format!("{:?} {}{}{}", file.status, file.path, old(file), lines(file))).collect()
}

const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

/// A base on `main` and a branch `work` with one more commit.
fn branched() -> Repository {
    let repository = Repository::new();
    for path in ["kept.rs", "edited.rs", "moved.rs", "gone.rs", "staged.rs"] {
        repository.write(path, &format!("// {path}\n{TEN}"));
    }
    repository.write("Cargo.lock", "one\n");
    repository.write(".gitignore", "ignored.rs\n");
    repository.commit();
    repository.git(&["checkout", "--quiet", "-b", "work"]);
    repository
}

#[test]
fn what_is_committed_staged_unstaged_and_untracked_counts() {
    let repository = branched();
    repository.write("committed.rs", "a\nb\n");
    repository.commit();
    repository.write("staged.rs", &format!("// staged.rs\nnew\n{TEN}"));
    repository.git(&["add", "staged.rs"]);
    repository.write("edited.rs", &format!("// edited.rs\n{}", TEN.replace('5', "five")));
    repository.write("untracked.rs", "x\n");
    repository.write("ignored.rs", "x\n");
    repository.write("target/made.rs", "x\n");
    repository.write("odd [a-z]*.rs", "x\n");
    repository.write("Cargo.lock", "two\n");
    fs::remove_file(repository.root().join("gone.rs")).unwrap();
    // Moved, and git was not told.
    fs::rename(repository.root().join("moved.rs"), repository.root().join("there.rs")).unwrap();
    let change = repository.change().unwrap();
    let expected = [
        "Modified Cargo.lock",
        "Added committed.rs 1-2",
        "Modified edited.rs 6-6",
        "Deleted gone.rs",
        "Added odd [a-z]*.rs 1-1",
        "Modified staged.rs 2-2",
        "Renamed there.rs from moved.rs",
        "Added untracked.rs 1-1",
    ];
    assert_eq!(said(&change), expected);
    assert_eq!(change.base_text("moved.rs".into()).unwrap(), Some(format!("// moved.rs\n{TEN}")));
    assert_eq!(change.base_text("untracked.rs".into()).unwrap(), None);
    assert_eq!(change.head_text("untracked.rs".into()).unwrap().as_deref(), Some("x\n"));
    assert_eq!(change.head_text("gone.rs".into()).unwrap(), None);
    assert_eq!(change.base_files().unwrap(), [".gitignore", "Cargo.lock", "edited.rs", "gone.rs", "kept.rs", "moved.rs", "staged.rs"]);
    let gone = change.file("gone.rs".into()).unwrap();
    assert_eq!((gone.base.as_deref(), gone.head.as_deref()), (Some(format!("// gone.rs\n{TEN}").as_str()), None));
    assert_eq!((change.base.asked.as_str(), change.base.short().len()), ("main", 10));
}

#[test]
fn the_base_is_where_the_branches_parted() {
    let repository = branched();
    repository.write("mine.rs", "x\n");
    repository.commit();
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("theirs.rs", "y\n");
    repository.commit();
    repository.git(&["checkout", "--quiet", "--detach", "work"]);
    assert_eq!(said(&repository.change().unwrap()), ["Added mine.rs 1-1"]);
    // The same in a worktree of its own, and from the commit that a service makes of both.
    repository.git(&["worktree", "add", "--quiet", "../tree", "work"]);
    let root = Utf8PathBuf::from_path_buf(repository.folder.path().canonicalize().unwrap().join("tree")).unwrap();
    let workspace = Workspace { target_dir: root.join("target"), root, packages: Vec::new(), is_whole: true };
    assert_eq!(said(&Change::find(&workspace, &base("main")).unwrap()), ["Added mine.rs 1-1"]);
    repository.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(said(&repository.change().unwrap()), ["Added mine.rs 1-1"]);
}

#[test]
fn what_is_staged_is_compared_with_the_last_commit() {
    let repository = branched();
    repository.write("edited.rs", "staged\n");
    repository.write("new.rs", "staged\n");
    repository.git(&["add", "edited.rs", "new.rs"]);
    repository.git(&["rm", "--quiet", "--cached", "gone.rs"]);
    repository.write("edited.rs", "not staged\n");
    repository.write("untracked.rs", "x\n");
    fs::remove_file(repository.root().join("new.rs")).unwrap();
    let change = repository.change_below("", &Asked::Staged).unwrap();
    assert_eq!(said(&change), ["Modified edited.rs 1-1", "Deleted gone.rs", "Added new.rs 1-1"]);
    let head = |path: &str| change.head_text(path.into()).unwrap();
    assert_eq!([head("edited.rs"), head("new.rs"), head("gone.rs")], [Some("staged\n".to_owned()), Some("staged\n".to_owned()), None]);
    assert_eq!(head("kept.rs"), Some(format!("// kept.rs\n{TEN}")));
    let staged = change.staged_texts().unwrap();
    let staged: Vec<(&str, Option<&str>)> = staged.iter().map(|(path, text)| (path.as_str(), text.as_deref())).collect();
    let expected = [("edited.rs", Some("staged\n")), ("gone.rs", None), ("new.rs", Some("staged\n")), ("untracked.rs", None)];
    assert_eq!(staged, expected);
    assert_eq!(change.not_staged().unwrap(), ["edited.rs", "gone.rs", "new.rs", "untracked.rs"]);
}

#[test]
fn before_the_first_commit_everything_staged_is_new_and_there_is_no_base() {
    let repository = Repository::new();
    repository.write("a.rs", "x\n");
    repository.git(&["add", "a.rs"]);
    let change = repository.change_below("", &Asked::Staged).unwrap();
    assert_eq!((said(&change), change.base.short()), (vec!["Added a.rs 1-1".to_owned()], "nothing"));
    assert_eq!((change.base_text("a.rs".into()).unwrap(), change.base_files().unwrap()), (None, Vec::<Utf8PathBuf>::new()));
    let error = repository.change().unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no commit yet, so nothing can be compared with `main`; commit first, or judge what is staged with --staged"
    );
}

#[test]
fn paths_are_those_of_the_workspace() {
    let repository = branched();
    repository.write("crates/a/src/lib.rs", "x\n");
    repository.write("crates/b.rs", "x\n");
    let change = repository.change_below("crates/a", &base("main")).unwrap();
    assert_eq!(said(&change), ["Added ../b.rs 1-1", "Added src/lib.rs 1-1"]);
    assert_eq!(change.base_text("../../kept.rs".into()).unwrap(), Some(format!("// kept.rs\n{TEN}")));
    assert_eq!(change.in_repository("../b.rs".into()), "crates/b.rs");
}

#[test]
fn marks_in_the_index_hide_nothing() {
    let repository = branched();
    repository.git(&["update-index", "--assume-unchanged", "edited.rs"]);
    repository.git(&["update-index", "--skip-worktree", "kept.rs", "gone.rs"]);
    for path in ["edited.rs", "kept.rs"] {
        repository.write(path, "other\n");
    }
    // As in a sparse checkout.
    fs::remove_file(repository.root().join("gone.rs")).unwrap();
    assert_eq!(said(&repository.change().unwrap()), ["Modified edited.rs 1-1", "Modified kept.rs 1-1"]);
}

#[test]
fn settings_of_the_user_change_no_answer() {
    let repository = branched();
    repository.write("ü.rs", "x\n");
    repository.write("deep/b.rs", "x\n");
    fs::rename(repository.root().join("moved.rs"), repository.root().join("there.rs")).unwrap();
    let settings = [
        ("diff.renames", "false"),
        ("diff.noprefix", "true"),
        ("diff.relative", "true"),
        ("core.quotePath", "true"),
        ("diff.external", "false"),
        ("color.ui", "always"),
        ("status.showUntrackedFiles", "no"),
        ("core.pager", "false"),
    ];
    for (name, value) in settings {
        repository.git(&["config", name, value]);
    }
    let expected = ["Added deep/b.rs 1-1", "Renamed there.rs from moved.rs", "Added ü.rs 1-1"];
    assert_eq!(said(&repository.change().unwrap()), expected);
    assert_eq!(said(&repository.change_below("deep", &base("main")).unwrap())[2], "Added b.rs 1-1");
}

#[test]
fn nothing_of_the_repository_is_written() {
    let repository = branched();
    repository.write("untracked.rs", "x\n");
    let listing = || {
        let files = walkdir::WalkDir::new(repository.root()).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
        files.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect::<BTreeMap<_, _>>()
    };
    let before = listing();
    repository.change().unwrap();
    repository.change_below("", &Asked::Staged).unwrap();
    let after = listing();
    let written: Vec<_> = after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(path, _)| path).collect();
    assert!(written.is_empty() && before.len() == after.len(), "{written:?}");
}

#[test]
fn a_submodule_that_moved_is_told_and_not_looked_into() {
    let inner = branched();
    let repository = branched();
    repository.git(&["submodule", "--quiet", "add", inner.root().as_str(), "sub"]);
    repository.commit();
    repository.git(&["branch", "--force", "main"]);
    git_in(repository.root().join("sub").as_std_path(), &["commit", "--quiet", "--allow-empty", "--message", "x"]);
    repository.write("sub/edited.rs", "other\n");
    assert_eq!(said(&repository.change().unwrap()), ["Submodule sub"]);
    // Inside of it, it is the repository.
    assert_eq!(said(&repository.change_below("sub", &base("origin/main")).unwrap()), ["Modified edited.rs 1-1"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_text_is_refused_by_its_name() {
    use std::os::unix::ffi::OsStrExt;
    let repository = branched();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.rs");
    fs::write(repository.root().as_std_path().join(name), "x\n").unwrap();
    assert_eq!(repository.change().unwrap_err().to_string(), "the changed path `caf\\xe9.rs` is not UTF-8; rename it");
    fs::remove_file(repository.root().as_std_path().join(name)).unwrap();
    fs::write(repository.root().join("odd.rs"), b"\xe9").unwrap();
    assert_eq!(repository.change().unwrap_err().to_string(), "`odd.rs` is not UTF-8 and cannot be compared; save it as UTF-8");
}

#[test]
fn a_merge_that_is_not_finished_is_refused() {
    let repository = branched();
    repository.write("edited.rs", "mine\n");
    repository.commit();
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("edited.rs", "theirs\n");
    repository.commit();
    let merge = Command::new("git").args(["merge", "--quiet", "work"]).current_dir(repository.root()).output().unwrap();
    assert!(!merge.status.success());
    for asked in [base("main"), Asked::Staged] {
        let error = repository.change_below("", &asked).unwrap_err();
        assert_eq!(error.to_string(), "`edited.rs` has merge conflicts (1 in all); resolve them and `git add` what is resolved");
    }
}

#[test]
fn a_base_that_is_not_here_is_named_with_the_command_that_gets_it() {
    let repository = branched();
    let error = repository.change_below("", &base("mian")).unwrap_err();
    assert_eq!(error.to_string(), "the base `mian` is not known here; check the name with `git branch --all`");
    for odd in ["--help", "", "main..work", "@{-9}"] {
        assert!(matches!(repository.change_below("", &base(odd)), Err(ChangeError::UnknownBase { .. })), "{odd}");
    }
    let clone = |args: &[&str], name: &str| {
        let url = format!("file://{}", repository.root());
        git_in(repository.folder.path(), &[&["clone", "--quiet"], args, &[&url, name]].concat());
        let root = Utf8PathBuf::from_path_buf(repository.folder.path().canonicalize().unwrap().join(name)).unwrap();
        let workspace = Workspace { target_dir: root.join("target"), root, packages: Vec::new(), is_whole: true };
        move |asked: &str| Change::find(&workspace, &base(asked)).map(|change| said(&change)).map_err(|error| error.to_string())
    };
    repository.write("mine.rs", "x\n");
    repository.commit();
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("theirs.rs", "y\n");
    repository.commit();

    let whole = clone(&["--branch", "work"], "whole");
    assert_eq!(whole("main").unwrap_err(), "the base `main` is not known here; did you mean `origin/main`?");
    assert_eq!(whole("origin/main").unwrap(), ["Added mine.rs 1-1"]);
    let shallow = clone(&["--branch", "work", "--depth", "1"], "shallow");
    let fetch =
        "the base `origin/main` is not known here; `git fetch --unshallow origin main:refs/remotes/origin/main` gets it, where it exists";
    assert_eq!(shallow("origin/main").unwrap_err(), fetch);
    let both = clone(&["--branch", "work", "--depth", "1", "--no-single-branch"], "both");
    let expected = "this clone is shallow and does not reach the commit that `HEAD` and `origin/main` have in common; `git fetch --unshallow` \
        gets the history; in a GitHub workflow give actions/checkout `fetch-depth: 0`";
    assert_eq!(both("origin/main").unwrap_err(), expected);
    // What the messages say helps.
    for (name, args) in [
        ("shallow", &["fetch", "--quiet", "--unshallow", "origin", "main:refs/remotes/origin/main"][..]),
        ("both", &["fetch", "--quiet", "--unshallow"]),
    ] {
        git_in(&repository.folder.path().join(name), args);
    }
    assert_eq!(
        [shallow("origin/main"), both("origin/main")],
        [Ok(vec!["Added mine.rs 1-1".to_owned()]), Ok(vec!["Added mine.rs 1-1".to_owned()])]
    );
}

#[test]
fn without_a_repository_or_a_common_commit_nothing_can_be_compared() {
    let repository = branched();
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.write("edited.rs", "other\n");
    repository.commit();
    assert_eq!(repository.change().unwrap_err().to_string(), "`HEAD` and `main` have no commit in common; choose another base");
    let outside = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(outside.path().to_owned()).unwrap();
    let workspace = Workspace { target_dir: root.join("target"), root, packages: Vec::new(), is_whole: true };
    let error = Change::find(&workspace, &base("main")).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("is in no git repository; leave out --base"), "{error}");
}

#[test]
fn a_change_within_the_moment_of_the_commit_is_seen() {
    let repository = Repository::new();
    repository.write("a.rs", "one\n");
    let then = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let date = |path: &str| fs::File::options().write(true).open(repository.root().join(path)).unwrap().set_modified(then).unwrap();
    date("a.rs");
    repository.git(&["config", "core.trustctime", "false"]);
    repository.commit();
    // As when all of it happens within one tick of the clock: only the index's own time tells that it cannot be relied on.
    date(".git/index");
    repository.write("a.rs", "two\n");
    date("a.rs");
    assert_eq!(said(&repository.change().unwrap()), ["Modified a.rs 1-1"]);
}
