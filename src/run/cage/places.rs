//! The policy's cage in a workspace: which places and which secrets it means. Reads the environment; refuses to shut
//! anything in.

use std::collections::BTreeMap;
use std::iter;

use camino::{Utf8Path, Utf8PathBuf};

use super::Rules;
use crate::build::secrets;
use crate::policy::{self, CageMode, Network};

/// The cage of a run.
#[derive(Clone, Debug)]
pub struct Cage {
    policy: policy::Cage,
    root: Utf8PathBuf,
    /// What cargo gives to tests as scratch space.
    scratch: Vec<Utf8PathBuf>,
    processes: Option<u32>,
}

/// So many processes may one test start. Programs that need more are rare, those that start them without end are found
/// within moments.
const PROCESSES: u32 = 1000;

impl Cage {
    /// What `policy` means in the workspace at `root`. Tests may write to `scratch`, too.
    pub fn new(policy: &policy::Cage, root: &Utf8Path, scratch: Vec<Utf8PathBuf>) -> Cage {
        Cage { policy: policy.clone(), root: root.to_owned(), scratch, processes: Some(PROCESSES) }
    }

    /// None at all.
    pub fn off() -> Cage {
        Cage::new(&policy::Cage { mode: CageMode::Off, ..policy::Cage::default() }, Utf8Path::new("/"), Vec::new())
    }

    /// The rights of who called us, without any limit: for code that nobody has mutated.
    #[must_use]
    pub fn lifted(&self) -> Cage {
        let policy = policy::Cage { mode: CageMode::Off, ..self.policy.clone() };
        Cage { processes: None, ..self.under(policy) }
    }

    /// The same places under another policy.
    #[must_use]
    pub fn under(&self, policy: policy::Cage) -> Cage {
        Cage { policy, ..self.clone() }
    }

    /// What the policy says.
    pub fn policy(&self) -> &policy::Cage {
        &self.policy
    }

    /// The workspace's root.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Whether anything is held back.
    pub fn is_on(&self) -> bool {
        self.policy.mode != CageMode::Off && cfg!(target_os = "linux")
    }

    /// The rules of a worker whose processes have temporary files in `temporary`, mark `table` and are known by `mark`.
    pub(crate) fn rules(&self, temporary: &Utf8Path, table: &Utf8Path, mark: String) -> Rules {
        let set = self.policy.write.iter().map(|path| self.located(path));
        let write = iter::once(temporary.to_owned()).chain(self.scratch.iter().cloned()).chain(set).collect();
        let (is_on, network, processes) = (self.is_on(), self.network(), self.processes);
        Rules { is_on, network, may_isolate: true, write, table: table.to_owned(), processes, mark }
    }

    fn network(&self) -> Network {
        if self.is_on() { self.policy.network } else { Network::Any }
    }

    /// The secrets that tests get.
    pub(crate) fn secrets(&self) -> BTreeMap<String, String> {
        let is_let_through = |name: &String| !self.is_on() || self.policy.env.contains(name);
        secrets().into_iter().filter(|(name, _)| is_let_through(name)).collect()
    }

    /// Where a path of the policy lies.
    pub fn located(&self, path: &str) -> Utf8PathBuf {
        let home = || std::env::var("HOME").map(Utf8PathBuf::from).unwrap_or_default();
        match path.strip_prefix("~/").or((path == "~").then_some("")) {
            Some(below) => home().join(below),
            None => self.root.join(path),
        }
    }

    /// What a reader should know of the policy's places.
    pub fn warnings(&self) -> Vec<String> {
        let gone = self.policy.write.iter().filter(|path| self.is_on() && !self.located(path).exists());
        gone.map(|path| format!("`[cage] write` names `{path}`, which is not there: nothing is allowed by it; make it first")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_workspaces_the_homes_and_those_by_their_whole_path() {
        let policy = policy::Cage { write: ["out", "~/x", "/dev/shm", "~"].map(str::to_owned).into(), ..policy::Cage::default() };
        let cage = Cage::new(&policy, "/w".into(), vec!["/t/tmp".into()]);
        let home = std::env::var("HOME").unwrap();
        let rules = cage.rules("/own".into(), "/table".into(), "A=b".to_owned());
        let expected =
            ["/own".to_owned(), "/t/tmp".to_owned(), "/w/out".to_owned(), format!("{home}/x"), "/dev/shm".to_owned(), format!("{home}/")];
        assert_eq!(rules.write, expected.map(Utf8PathBuf::from));
        assert_eq!(cage.warnings().iter().filter(|warning| warning.contains("`out`")).count(), 1);
    }

    #[test]
    fn without_a_cage_nothing_is_held_back() {
        let rules = Cage::off().rules("/own".into(), "/table".into(), String::new());
        assert_eq!((rules.is_on, rules.network), (false, Network::Any));
    }
}
