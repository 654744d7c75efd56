//! The cage: what a test process may do while it runs. A process of ours, the keeper, starts every test process of one
//! worker with no more rights than the rules give, and ends it with everything that it started, wherever that went. Most
//! are copies of one that was started before (`starter`).
//! Owns rules, walls and the keeper; refuses to say what the end of a test means.
//!
//! | wall | how, on Linux | what it does not hold back |
//! |---|---|---|
//! | writes | Landlock, from version 1; shortening files from 3 | a file's mode, owner and times |
//! | network | a network namespace; for `none` Landlock's rules for TCP where that cannot be had | sockets that are files |
//! | signals | Landlock 6: only what the test itself started | the process that it is a copy of |
//! | rights | `no_new_privs` | |
//! | size | memory and size of files per process, number of processes | |
//!
//! Elsewhere a test has the rights of who called us, and the report says so.

#[cfg(target_os = "linux")]
mod confine;
#[cfg(target_os = "linux")]
mod keeper;
mod places;
mod role;
#[cfg(target_os = "linux")]
mod starter;
#[cfg(not(target_os = "linux"))]
mod without;

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::policy::{CageMode, Network};

#[cfg(target_os = "linux")]
pub(super) use keeper::Keeper;
pub use places::Cage;
pub use role::{is_keeper, run_keeper};
#[cfg(not(target_os = "linux"))]
pub(super) use without::Keeper;

/// What the processes of one worker may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Whether anything is held back at all.
    pub is_on: bool,
    /// Whom they may talk to.
    pub network: Network,
    /// Whether a network of their own is tried: not again where it was found to be of no use.
    pub may_isolate: bool,
    /// Files and directories in which they may write. What is not there cannot be allowed.
    pub write: Vec<Utf8PathBuf>,
    /// The table, in which they may write and which they may not shorten: we look into it all the time.
    pub table: Utf8PathBuf,
    /// How many processes one of them may start; none where they are not counted.
    pub processes: Option<u32>,
    /// A variable and its value that only their processes have: by it what is left is found when the keeper was killed.
    pub mark: String,
}

/// What is really held back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    /// The version of Landlock; 0 where there is none.
    pub landlock: u32,
    /// Whom they can talk to.
    pub network: Network,
}

/// One process to run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) program: String,
    pub(super) args: Vec<String>,
    pub(super) directory: Utf8PathBuf,
    pub(super) environment: BTreeMap<String, String>,
    /// Variables on top, by which runs of one program differ.
    pub(super) extra: Vec<(String, String)>,
    pub(super) stdout: Utf8PathBuf,
    pub(super) stderr: Utf8PathBuf,
    pub(super) wall: Duration,
    pub(super) processor: Option<Duration>,
    /// Whether a process of the program that was started for no test may be copied.
    pub(super) can_be_copied: bool,
}

/// What was asked for and what there is, for reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CageScore {
    /// Whether there was to be a cage.
    pub mode: CageMode,
    /// Whom tests were to talk to.
    pub network: Network,
    /// What is really held back.
    pub walls: Walls,
}

impl CageScore {
    /// What holds, in words for people: `writes`, `network`, `signals`, `rights`, `processes`.
    pub fn active(&self) -> Vec<&'static str> {
        if self.mode == CageMode::Off {
            return Vec::new();
        }
        let walls = [
            ("writes", self.walls.landlock >= 3),
            ("network", self.walls.network >= self.network && self.network != Network::Any),
            ("signals", self.walls.landlock >= 6),
            ("rights", cfg!(target_os = "linux")),
            ("size", cfg!(target_os = "linux")),
        ];
        walls.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
    }

    /// What was asked for and does not hold, each with the reason.
    pub fn missing(&self) -> Vec<String> {
        if self.mode == CageMode::Off {
            return Vec::new();
        }
        let mut missing = Vec::new();
        match self.walls.landlock {
            0 => missing.push("writes are not held back: this system has no Landlock".to_owned()),
            1 | 2 => missing.push("files outside can be emptied, though not be written: Landlock here is older than version 3".to_owned()),
            _ => {}
        }
        if self.walls.network < self.network {
            missing.push("the network is not cut off: this system lets us make no network namespace".to_owned());
        }
        if (1..6).contains(&self.walls.landlock) {
            missing.push("signals are not held back: Landlock here is older than version 6".to_owned());
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(mode: CageMode, network: Network, landlock: u32, has: Network) -> CageScore {
        CageScore { mode, network, walls: Walls { landlock, network: has } }
    }

    #[test]
    fn what_is_missing_is_told_and_what_was_not_asked_for_is_not() {
        let whole = score(CageMode::On, Network::Loopback, 6, Network::Loopback);
        assert!(whole.missing().is_empty());
        assert!(whole.active().starts_with(&["writes", "network", "signals"]));
        let none = score(CageMode::On, Network::Loopback, 0, Network::Any);
        assert_eq!((none.missing().len(), none.active().contains(&"writes")), (2, false));
        let old = score(CageMode::Required, Network::Any, 2, Network::Any);
        assert_eq!((old.missing().len(), old.active().contains(&"network")), (2, false));
        assert!(score(CageMode::Off, Network::None, 0, Network::Any).missing().is_empty());
        assert_eq!(score(CageMode::On, Network::Loopback, 7, Network::None).missing(), [""; 0]);
    }
}
