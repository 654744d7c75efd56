//! Which packages belong to the workspace: one that is still there and is no member is not tested.

use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::{Table, Value};

use super::{Manifest, at, files};
use crate::integrity::expand::Others;
use crate::integrity::{Accusation, Pair};

/// The members of one side.
struct Members {
    lists: [Vec<String>; 2],
    wanted: GlobSet,
    exclude: GlobSet,
}

impl Members {
    /// `None` where a glob is none: cargo refuses it.
    fn of(table: &Table) -> Option<Members> {
        let list = |key| -> Vec<String> {
            let list = at(table, &["workspace", key]).and_then(Value::as_array).cloned().unwrap_or_default();
            list.iter().filter_map(Value::as_str).map(|member| member.trim_end_matches('/').to_owned()).collect()
        };
        let lists = [list("members"), list("exclude")];
        let (wanted, exclude) = (set(&lists[0])?, set(&lists[1])?);
        Some(Members { lists, wanted, exclude })
    }

    fn has(&self, folder: &Utf8Path) -> bool {
        self.wanted.is_match(folder) && !self.exclude.is_match(folder)
    }
}

fn set(globs: &[String]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(GlobBuilder::new(glob).literal_separator(true).build().ok()?);
    }
    set.build().ok()
}

impl Manifest<'_> {
    /// Members that are still there and belong to the workspace no more.
    pub(super) fn members(&self, changed: &[Pair], others: &Others<'_>) -> Vec<Accusation> {
        let (Some(old), Some(new)) = (Members::of(self.base), Members::of(self.head)) else { return Vec::new() };
        if old.lists == new.lists {
            return Vec::new();
        }
        let root = self.path.parent().unwrap_or(Utf8Path::new(""));
        let mut left: Vec<Utf8PathBuf> = Vec::new();
        for path in files(changed, others) {
            let below = path.strip_prefix(root).unwrap_or(Utf8Path::new(""));
            let lost = below.ancestors().skip(1).filter(|folder| !folder.as_str().is_empty() && old.has(folder) && !new.has(folder));
            left.extend(lost.map(Utf8Path::to_owned));
        }
        left.sort();
        left.dedup();
        let accuse = |member: Utf8PathBuf| {
            let title = format!("the package in {member} is no member of the workspace any more: its tests do not run");
            let key = if new.exclude.is_match(&member) { "exclude" } else { "members" };
            self.accused("test-cut-off", member.as_str(), key, title, "put it back, or delete the package")
        };
        left.into_iter().map(accuse).collect()
    }
}
