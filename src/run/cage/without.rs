//! The keeper of systems without a cage: processes are started by us, with the rights that we have.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;

use super::{Job, Rules, Walls};
use crate::guard;
use crate::policy::Network;
use crate::run::child::{Exit, end_group, exit_within, limit_processor, pid, wait};

/// Starts processes and ends them.
#[derive(Debug)]
pub(crate) struct Keeper;

impl Keeper {
    /// There is nothing to start.
    #[expect(clippy::unnecessary_wraps, clippy::needless_pass_by_value, reason = "as where there is a cage")]
    pub(crate) fn start(_: Rules) -> anyhow::Result<Keeper> {
        Ok(Keeper)
    }

    /// Nothing is held back.
    pub(crate) fn walls(&self) -> Walls {
        Walls { landlock: 0, network: Network::Any }
    }

    /// Run a process to its end and end its whole group. Fails only when it cannot be started or watched.
    pub(crate) fn run(&mut self, job: &Job) -> anyhow::Result<Exit> {
        let mut command = Command::new(&job.program);
        command.args(&job.args).current_dir(&job.directory).env_clear().envs(&job.environment);
        command.envs(job.extra.iter().cloned());
        command.stdin(Stdio::null()).stdout(File::create(&job.stdout)?).stderr(File::create(&job.stderr)?);
        let (mut child, held) = guard::spawn(&mut command).with_context(|| format!("cannot start {}", job.program))?;
        if let Some(time) = job.processor {
            limit_processor(pid(&child), time);
        }
        let in_time = wait(&child, Instant::now() + job.wall);
        end_group(pid(&child));
        // Before it is reaped: its number may then be another's.
        drop(held);
        let status = child.wait().with_context(|| format!("cannot wait for {}", job.program))?;
        Ok(if in_time? { exit_within(status, job.processor) } else { Exit::TimeLimit })
    }
}
