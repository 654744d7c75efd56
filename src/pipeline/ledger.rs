//! Verdicts on their way to disk: what is settled is saved while the rest still runs, so that a run that is ended in
//! the middle (by a signal, by its budget, by the power) leaves to the next one what it knew.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use super::recalled::comes_again;
use crate::recall::Recall;
use crate::run::MutantRun;

/// Between two saves at least; a large memory, which takes long to write, is written more seldom.
const PAUSE: Duration = Duration::from_secs(1);

/// At most this part of the time goes into saving.
const SHARE: u32 = 30;

/// What this run has settled so far.
pub(super) struct Ledger<'a> {
    recall: Option<&'a Recall>,
    at: Utf8PathBuf,
    settled: Mutex<Settled>,
}

struct Settled {
    runs: Vec<(String, MutantRun)>,
    next: Instant,
}

impl<'a> Ledger<'a> {
    /// One that is saved at `at`; it saves nothing without a memory.
    pub(super) fn new(recall: Option<&'a Recall>, at: Utf8PathBuf) -> Ledger<'a> {
        Ledger { recall, at, settled: Mutex::new(Settled { runs: Vec::new(), next: Instant::now() + PAUSE }) }
    }

    /// A mutant that a switch makes is settled.
    pub(super) fn switched(&self, id: &str, run: &MutantRun) {
        if run.evidence.is_some() {
            self.note(id, run);
        }
    }

    /// A mutant that was made for real is settled.
    pub(super) fn alone(&self, id: &str, run: &MutantRun) {
        if comes_again(run) {
            self.note(id, run);
        }
    }

    fn note(&self, id: &str, run: &MutantRun) {
        let Some(recall) = self.recall else { return };
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled.runs.push((id.to_owned(), run.clone()));
        let start = Instant::now();
        if start >= settled.next {
            // The last save of the run tells what is wrong, if it still is.
            let _ = recall.store(settled.runs.iter().map(|(id, run)| (id.as_str(), run))).save(&self.at);
            settled.next = Instant::now() + PAUSE.max(start.elapsed() * SHARE);
        }
    }
}
