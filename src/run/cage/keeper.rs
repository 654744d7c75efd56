//! The keeper as the command sees it: started, asked to run one process after the other, started anew when it was
//! killed. Messages are JSON, each behind its length.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::role::KEEPER_ARGUMENT;
use super::{Job, Rules, Walls};
use crate::guard::{self, Held, tree};
use crate::run::child::Exit;

/// A longer message is none of ours.
const LONGEST: usize = 64 << 20;

/// SIGKILL.
const KILLED: i32 = 9;

/// What a keeper says when it has given up its rights.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Opened {
    /// It waits for jobs.
    Ready(Walls),
    /// It has cut itself off from every network, its own included.
    CutOff,
    /// It could not: why.
    Failed(String),
}

/// What a keeper says of a job.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// How its process ended.
    Ended(Exit),
    /// It could not be started or watched: why.
    Failed(String),
}

/// A process that starts others with the rights that its rules give, and ends them.
#[derive(Debug)]
pub(crate) struct Keeper {
    rules: Rules,
    walls: Walls,
    process: Child,
    /// Its end is the keeper's end.
    input: Option<ChildStdin>,
    output: ChildStdout,
    held: Option<Held>,
}

impl Keeper {
    /// Start one. Fails when it cannot be started, or the kernel refuses what it says that it has.
    pub(crate) fn start(mut rules: Rules) -> anyhow::Result<Keeper> {
        loop {
            match Keeper::open(&rules)? {
                (mut keeper, Opened::Ready(walls)) => {
                    keeper.walls = walls;
                    return Ok(keeper);
                }
                (_, Opened::CutOff) if rules.may_isolate => rules.may_isolate = false,
                (_, Opened::CutOff) => bail!("cannot give tests a network of their own; set `network = \"any\"` below `[cage]`"),
                (_, Opened::Failed(why)) => bail!("cannot shut tests in: {why}; `cage = \"off\"` in gates.toml runs them without"),
            }
        }
    }

    fn open(rules: &Rules) -> anyhow::Result<(Keeper, Opened)> {
        let us = std::env::current_exe().context("cannot tell where this program lies")?;
        let mut command = Command::new(us);
        command.arg(KEEPER_ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let (mut process, held) = guard::spawn(&mut command).context("cannot start the process that starts tests")?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (mut input, mut output) = input.zip(output).context("both ends are piped")?;
        let opened = send(&mut input, rules).and_then(|()| receive(&mut output));
        let opened = opened.ok().flatten().unwrap_or_else(|| Opened::Failed("the process that starts tests ended".to_owned()));
        let keeper = Keeper { rules: rules.clone(), walls: Walls::default(), process, input: Some(input), output, held: Some(held) };
        Ok((keeper, opened))
    }

    /// What is really held back.
    pub(crate) fn walls(&self) -> Walls {
        self.walls
    }

    /// Run a process to its end and end everything that it started. Fails only when it cannot be started or watched.
    pub(crate) fn run(&mut self, job: &Job) -> anyhow::Result<Exit> {
        guard::go_on();
        match self.ask(job) {
            Ok(Some(Reply::Ended(exit))) => Ok(exit),
            Ok(Some(Reply::Failed(why))) => bail!("{why}"),
            // It was killed, or the job with it: from outside.
            Ok(None) | Err(_) => {
                guard::go_on();
                self.end();
                tree::end_marked(&self.rules.mark);
                *self = Keeper::start(self.rules.clone())?;
                Ok(Exit::Signal(KILLED))
            }
        }
    }

    fn ask(&mut self, job: &Job) -> io::Result<Option<Reply>> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        send(input, job)?;
        receive(&mut self.output)
    }

    fn end(&mut self) {
        drop(self.input.take());
        // When it cannot be waited for it has ended already.
        let _ = self.process.wait();
        drop(self.held.take());
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end();
    }
}

/// Write a message.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message)?;
    let length = u32::try_from(bytes.len() - 4).map_err(|_| io::ErrorKind::InvalidInput)?;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    to.write_all(&bytes)?;
    to.flush()
}

/// The next message; nothing at the end.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}
