//! The table `[scope]`: where a change may be made. Owns globs of paths; refuses to know what changed.

use camino::Utf8Path;
use globset::{GlobSet, GlobSetBuilder};

use super::glob;
use super::keys::Table;
use super::reader::{Key, Reader, Value};

/// Where a change may be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Globs of paths, relative to the workspace root; none for everywhere.
    pub globs: Vec<String>,
}

const ALLOW: &str = "write globs of paths, such as `allow = [\"src/**\", \"tests/**\"]`";

impl Allowed {
    /// The globs of a text with one on each line; empty lines and those that begin with `#` say nothing. Fails with
    /// what is wrong with the first that is none, and when there is none at all.
    pub fn parse(text: &str) -> Result<Allowed, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let globs: Vec<String> = lines.map(str::to_owned).collect();
        for text in &globs {
            glob(text).map_err(|error| format!("`{text}` is no glob: {}", error.kind()))?;
        }
        if globs.is_empty() {
            Err("no path is in it; write a glob on each line, such as `src/**`".to_owned())
        } else {
            Ok(Allowed { globs })
        }
    }

    /// Whether a change may touch `path`.
    pub fn contains(&self, path: &Utf8Path) -> bool {
        self.globs.is_empty() || matcher(&self.globs).is_match(path.as_std_path())
    }
}

/// Globs as one matcher; what is no glob was refused when it was read, and matches nothing.
fn matcher(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs.iter().filter_map(|text| glob(text).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
}

impl Reader<'_> {
    /// What the table under `key` says.
    pub(super) fn scope(&mut self, key: &Key<'_>, value: &Value<'_>) -> Allowed {
        let mut allowed = Allowed::default();
        for (key, value) in self.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "allow" => allowed.globs = self.allow(value),
                _ => self.unknown_key(Table::Scope, key),
            }
        }
        allowed
    }

    fn allow(&mut self, value: &Value<'_>) -> Vec<String> {
        let globs = self.globs("allow", value, ALLOW);
        if globs.is_empty() && value.get_ref().is_array() {
            self.problem(value.span(), "no path is allowed", "no change could be made", ALLOW);
        }
        globs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn paths_are_allowed_by_globs_and_all_of_them_without_any() {
        let policy = |text: &str| Policy::parse(&format!("version = 1\ngates.tests = true\n{text}"), "gates.toml".into());
        let allowed = policy("scope.allow = [\"src/**\", \"*.md\"]").unwrap().scope;
        let is_in = |path: &str| allowed.contains(path.into());
        assert!(is_in("src/a/b.rs") && is_in("README.md") && !is_in("docs/a.md") && !is_in("../src/a.rs") && !is_in("build.rs"));
        assert!(policy("").unwrap().scope.contains("any/thing".into()));
        for (text, expected) in [
            ("scope.allow = []", "no path is allowed"),
            ("scope.allow = [\"a[\"]", "not a glob"),
            ("scope.allow = \"src\"", "`allow` has to be an array of strings"),
            ("scope.alow = [\"src\"]", "did you mean `allow`?"),
        ] {
            let error = policy(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_file_of_globs_has_one_on_each_line() {
        assert_eq!(Allowed::parse("# mine\n\n src/** \ntests/*.rs\n").unwrap().globs, ["src/**", "tests/*.rs"]);
        assert!(Allowed::parse("a[\n").unwrap_err().starts_with("`a[` is no glob"));
        assert!(Allowed::parse("# nothing\n").unwrap_err().starts_with("no path is in it"));
    }
}
