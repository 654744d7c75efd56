//! `[cage]`: what test processes may do, those with a mutant and those without. `cage = "required"` alone sets the mode.

use toml::de::DeValue;

use super::Origin;
use super::keys::Table;
use super::reader::{Key, Reader, Value};
use crate::nearest::nearest;

/// What the policy says of the cage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cage {
    /// Whether there is one.
    pub mode: CageMode,
    /// Whom processes in it may talk to.
    pub network: Network,
    /// Where they may write besides their own places: relative to the workspace's root, absolute, or below `~/`.
    pub write: Vec<String>,
    /// Secrets that stay in their environment, by name.
    pub env: Vec<String>,
    /// Where it was set.
    pub origin: Option<Origin>,
}

/// Whether tests run in a cage; later ones are stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CageMode {
    /// They have the user's rights.
    Off,
    /// They do, as far as this system has one.
    #[default]
    On,
    /// They do, and a part of it that this system does not have makes the run inconclusive.
    Required,
}

/// Whom test processes may talk to; later ones are stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Network {
    /// Everyone.
    Any,
    /// Themselves: each process has a loopback of its own.
    #[default]
    Loopback,
    /// Nobody.
    None,
}

impl CageMode {
    /// As `gates.toml` spells it.
    pub const fn name(self) -> &'static str {
        match self {
            CageMode::Off => "off",
            CageMode::On => "on",
            CageMode::Required => "required",
        }
    }
}

impl Network {
    /// As `gates.toml` spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Network::Any => "any",
            Network::Loopback => "loopback",
            Network::None => "none",
        }
    }
}

const MODES: [(&str, CageMode); 3] = [("on", CageMode::On), ("off", CageMode::Off), ("required", CageMode::Required)];
const NETWORKS: [(&str, Network); 3] = [("loopback", Network::Loopback), ("none", Network::None), ("any", Network::Any)];
const WRITE: &str = "write paths from the workspace's root, such as `write = [\"tests/output\"]`; `~/` is the home directory";
const ENV: &str = "write names of variables, such as `env = [\"TEST_API_TOKEN\"]`";

impl Reader<'_> {
    /// What the value under `key` says: a mode, or a table.
    pub(super) fn cage(&mut self, key: &Key<'_>, value: &Value<'_>) -> Cage {
        let origin = Some(Origin::File { path: self.path.to_owned(), line: self.line(key.span().start) });
        if value.get_ref().is_str() {
            return Cage { mode: self.one_of("cage", value, &MODES), origin, ..Cage::default() };
        }
        let mut cage = Cage { origin, ..Cage::default() };
        for (key, value) in self.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "mode" => cage.mode = self.one_of("mode", value, &MODES),
                "network" => cage.network = self.one_of("network", value, &NETWORKS),
                "write" => cage.write = self.not_empty("write", value, WRITE),
                "env" => cage.env = self.not_empty("env", value, ENV),
                _ => self.unknown_key(Table::Cage, key),
            }
        }
        cage
    }

    fn one_of<T: Copy + Default>(&mut self, key: &str, value: &Value<'_>, known: &[(&'static str, T)]) -> T {
        let names: Vec<&'static str> = known.iter().map(|(name, _)| *name).collect();
        let all = names.join("\", \"");
        let DeValue::String(found) = value.get_ref() else {
            self.wrong_type(key, "a string", value, &format!("write one of \"{all}\""));
            return T::default();
        };
        if let Some((_, one)) = known.iter().find(|(name, _)| name == found) {
            return *one;
        }
        let help = nearest(found, &names).map_or_else(|| format!("write one of \"{all}\""), |near| format!("did you mean `{near}`?"));
        self.problem(value.span(), &format!("unknown value `{}` of `{key}`", found.escape_debug()), "not known", &help);
        T::default()
    }

    fn not_empty(&mut self, key: &str, value: &Value<'_>, help: &str) -> Vec<String> {
        let found = self.strings(key, value, help);
        for (_, span) in found.iter().filter(|(text, _)| text.trim().is_empty() || text.contains('\0')) {
            self.problem(span.clone(), &format!("this is no entry of `{key}`"), "", help);
        }
        found.into_iter().map(|(text, _)| text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn read(text: &str) -> Result<Cage, String> {
        let text = format!("version = 1\n{text}\n[gates]\ntests = true\n");
        Policy::parse(&text, "gates.toml".into()).map(|policy| policy.cage).map_err(|error| error.to_string())
    }

    #[test]
    fn a_word_sets_the_mode_and_a_table_everything() {
        assert_eq!(read("").unwrap(), Cage::default());
        assert_eq!((Cage::default().mode, Cage::default().network), (CageMode::On, Network::Loopback));
        let required = read("cage = \"required\"").unwrap();
        let origin = Some(Origin::File { path: "gates.toml".into(), line: 2 });
        assert_eq!(required, Cage { mode: CageMode::Required, origin: origin.clone(), ..Cage::default() });
        let table = read("[cage]\nmode = \"off\"\nnetwork = \"none\"\nwrite = [\"a\"]\nenv = [\"B_TOKEN\"]").unwrap();
        let expected = Cage { mode: CageMode::Off, network: Network::None, write: vec!["a".into()], env: vec!["B_TOKEN".into()], origin };
        assert_eq!(table, expected);
    }

    #[test]
    fn mistakes_say_what_to_write() {
        for (text, part) in [
            ("cage = \"requird\"", "did you mean `required`?"),
            ("cage = true", "`cage` has to be a table"),
            ("[cage]\nmode = 1", "`mode` has to be a string"),
            ("[cage]\nnetwork = \"local\"", "unknown value `local` of `network`"),
            ("[cage]\nwrite = \"a\"", "`write` has to be an array of strings"),
            ("[cage]\nwrite = [\" \"]", "this is no entry of `write`"),
            ("[cage]\nwrit = []", "did you mean `write`?"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
