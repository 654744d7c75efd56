//! Have the tests been kept honest? Collects the texts of both sides for [`crate::integrity`] and hands on what it
//! says of them, and how the base's tests can be run. Refuses to look at files that belong to no package of the
//! workspace: fixtures are data.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::change::{Change, ChangeError, ChangedFile, Status};
use crate::integrity::{self, Former, Pair, Tree};
use crate::judge::Accusation;
use crate::workspace::Workspace;

/// What a change does to the tests.
#[derive(Default)]
pub(super) struct Honesty {
    /// What the tests are accused of.
    pub(super) accusations: Vec<Accusation>,
    /// The base's tests where the head has others, to be run on the head's code.
    pub(super) former: Former,
    /// Files that tests read and that are not as they were, as they were.
    pub(super) data: BTreeMap<Utf8PathBuf, Option<Vec<u8>>>,
}

/// The codes of what only running the base's tests tells.
pub(super) const FORMER: [&str; 2] = ["base-test-fails", "mutant-no-longer-killed"];

/// What `change` does to the tests; the base's tests only where they are to be run.
pub(super) fn look(change: &Change, workspace: &Workspace, with_former: bool) -> Result<Honesty, ChangeError> {
    let is_wanted = |file: &&ChangedFile| is_text(&file.path) && file.status != Status::Submodule && !is_outside(&file.path);
    if !change.files.iter().any(|file| is_wanted(&file) || is_data(file)) {
        return Ok(Honesty::default());
    }
    let at_base = change.base_files()?;
    let packages = Packages::of(&at_base, change, workspace);
    let files = change.files.iter().filter(is_wanted).filter(|file| packages.has(&file.path));
    let pair = |file: &ChangedFile| Pair {
        path: file.path.clone(),
        old_path: file.old_path.clone(),
        base: file.base.clone(),
        head: file.head.clone(),
    };
    let changed: Vec<Pair> = files.map(pair).collect();
    let known: BTreeSet<&Utf8PathBuf> = change.files.iter().flat_map(|file| std::iter::once(&file.path).chain(&file.old_path)).collect();
    let unchanged = || {
        let same = at_base.iter().filter(|path| path.extension() == Some("rs") && !is_outside(path) && !known.contains(path));
        let same: Vec<&Utf8PathBuf> = same.filter(|path| packages.has(path)).collect();
        // What cannot be read is no Rust that could help a test.
        let texts = change.base_texts(same.iter().map(|path| path.as_path())).unwrap_or_default();
        same.into_iter().zip(texts).filter_map(|(path, text)| Some((path.clone(), text?))).collect()
    };
    let tree = Tree { changed: &changed, unchanged: &unchanged };
    let accusations = integrity::accuse(&tree).into_iter().map(held).collect();
    if !with_former {
        return Ok(Honesty { accusations, ..Honesty::default() });
    }
    let data = change.files.iter().filter(|file| is_data(file) && packages.has(&file.path));
    let data: Vec<&Utf8PathBuf> = data.map(|file| file.old_path.as_ref().unwrap_or(&file.path)).collect();
    let bytes = change.base_bytes(data.iter().map(|path| path.as_path()))?;
    let data = data.into_iter().cloned().zip(bytes).filter(|(_, bytes)| bytes.is_some()).collect();
    Ok(Honesty { accusations, former: integrity::former(&tree), data })
}

/// Whether tests may read the file: a snapshot, or what lies among tests.
fn is_data(file: &ChangedFile) -> bool {
    let is_folder = |part: &str| matches!(part, "tests" | "test" | "benches" | "snapshots" | "testdata" | "test-data" | "test_data");
    let lies_there = file.path.parent().is_some_and(|parent| parent.components().any(|part| is_folder(part.as_str())));
    let is_snapshot = file.path.extension() == Some("snap");
    file.status != Status::Submodule && !is_text(&file.path) && !is_outside(&file.path) && (lies_there || is_snapshot)
}

fn held(one: integrity::Accusation) -> Accusation {
    Accusation {
        code: one.code,
        path: Some(one.path),
        line: Some(one.line).filter(|_| !one.is_of_base),
        symbol: Some(one.symbol).filter(|symbol| !symbol.is_empty()),
        mutant: None,
        title: one.title,
        label: one.label,
        help: one.help,
    }
}

fn is_text(path: &Utf8Path) -> bool {
    matches!(path.extension(), Some("rs" | "toml"))
}

fn is_outside(path: &Utf8Path) -> bool {
    path.starts_with("..")
}

/// Where packages are, and which of them belong to the workspace.
struct Packages {
    folders: BTreeSet<Utf8PathBuf>,
    members: BTreeSet<Utf8PathBuf>,
}

impl Packages {
    fn of(at_base: &[Utf8PathBuf], change: &Change, workspace: &Workspace) -> Packages {
        let manifests =
            at_base.iter().chain(change.files.iter().map(|file| &file.path)).filter(|path| path.file_name() == Some("Cargo.toml"));
        let folders: BTreeSet<Utf8PathBuf> = manifests.filter_map(|path| path.parent().map(Utf8Path::to_owned)).collect();
        let mut packages = Packages { folders, members: BTreeSet::new() };
        let roots = workspace
            .packages
            .iter()
            .flat_map(|package| &package.targets)
            .filter_map(|target| target.root.strip_prefix(&workspace.root).ok());
        packages.members = roots.filter_map(|root| packages.around(root).cloned()).collect();
        packages
    }

    /// The folder of the package around a file.
    fn around(&self, path: &Utf8Path) -> Option<&Utf8PathBuf> {
        path.ancestors().skip(1).find_map(|folder| self.folders.get(folder))
    }

    /// Whether a file belongs to the workspace. The manifest of the workspace and the configuration beside it do.
    fn has(&self, path: &Utf8Path) -> bool {
        let folder = self.around(path);
        folder.is_none_or(|folder| folder.as_str().is_empty() || self.members.contains(folder))
    }
}
