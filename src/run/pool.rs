//! The workers: one thread, one table, one set of files each. Owns how work is spread; refuses to know what
//! the work is.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::cage::{Cage, CageScore};
use super::process::Worker;
use crate::guard;

/// Threads that run test processes.
#[derive(Debug)]
pub struct Pool {
    threads: rayon::ThreadPool,
    workers: Vec<Mutex<Worker>>,
    scratch: Utf8PathBuf,
    slots: u32,
    cage: Cage,
    temporary: tempfile::TempDir,
    _held: guard::Held,
}

impl Pool {
    /// `jobs` workers with their files in `scratch`, and tables of `slots` slots; their processes have the rights that
    /// `cage` gives. What tests write to their temporary directories lies in the system's and goes with the pool.
    pub fn new(scratch: &Utf8Path, jobs: usize, slots: u32, cage: Cage) -> anyhow::Result<Pool> {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(jobs).thread_name(|index| format!("gate-{index}")).build()?;
        // Not below the target directory: tests make sockets there, whose paths must be short.
        let temporary = tempfile::Builder::new().prefix("gate-").tempdir().context("cannot create a temporary directory")?;
        let at = Utf8Path::from_path(temporary.path()).context("the temporary directory's path is not UTF-8")?;
        let held = guard::hold_directory(at);
        let make = |index| Worker::new(scratch, at, index, slots, &cage).map(Mutex::new);
        let workers = (0..jobs).into_par_iter().map(make).collect::<anyhow::Result<_>>()?;
        Ok(Pool { threads, workers, scratch: scratch.to_owned(), slots, cage, temporary, _held: held })
    }

    /// What its processes may do.
    pub fn cage(&self) -> &Cage {
        &self.cage
    }

    /// How many workers there are.
    pub fn size(&self) -> usize {
        self.workers.len()
    }

    /// What was asked for and what is really held back.
    pub fn cage_score(&self) -> CageScore {
        let policy = self.cage.policy();
        let walls = self.workers.first().map(|worker| worker.lock().unwrap_or_else(PoisonError::into_inner).walls());
        CageScore { mode: policy.mode, network: policy.network, walls: walls.unwrap_or_default() }
    }

    /// As many workers more, whose processes have the rights of who called us, without any limit.
    pub fn lifted(&self) -> anyhow::Result<Pool> {
        Pool::new(&self.scratch.join("lifted"), self.workers.len(), self.slots, self.cage.lifted())
    }

    /// One more worker, whose processes have other rights. `name` tells it from others.
    pub fn worker_under(&self, cage: &Cage, name: usize) -> anyhow::Result<Worker> {
        let at = Utf8Path::from_path(self.temporary.path()).context("the temporary directory's path is not UTF-8")?;
        Worker::new(&self.scratch, at, self.workers.len() + name, self.slots, cage)
    }

    /// Apply `work` to every item on the workers; results in the order of the items.
    pub fn map<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&mut Worker, &T) -> R + Sync) -> Vec<R> {
        self.threads.install(|| items.par_iter().with_max_len(1).map(|item| work(&mut self.worker(), item)).collect())
    }

    /// Do `work`, which may itself spread over the threads and must not hold a worker while it does.
    pub fn spread<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.threads.install(work)
    }

    /// The worker of the calling thread, which must be one of the pool's.
    pub fn worker(&self) -> MutexGuard<'_, Worker> {
        let index = rayon::current_thread_index().unwrap_or_default();
        // A worker whose thread panicked is as good as any: every run resets it.
        self.workers[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
