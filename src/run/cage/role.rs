//! The role of the keeper: it takes one job after the other from its input and says how each ended. It ends when its
//! input does, and everything that it started ends before.

use std::ffi::OsString;
use std::process::ExitCode;

/// The first argument that makes this process a keeper.
pub(super) const KEEPER_ARGUMENT: &str = "__keeper";

/// Whether this process was started as a keeper.
pub fn is_keeper(args: &[OsString]) -> bool {
    args.get(1).is_some_and(|first| first == KEEPER_ARGUMENT)
}

/// Keep test processes until nobody asks for any more.
#[cfg(target_os = "linux")]
pub fn run_keeper() -> ExitCode {
    match linux::keep() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// There is none on this system.
#[cfg(not(target_os = "linux"))]
pub fn run_keeper() -> ExitCode {
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::fs::File;
    use std::io;
    use std::os::fd::AsFd;
    use std::process::{Child, ExitStatus};
    use std::thread;
    use std::time::{Duration, Instant};

    use anyhow::{Context, ensure};
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{Pid, PidfdFlags, WaitOptions, getpid, pidfd_open, wait};

    use super::super::confine::{Confined, command, confine};
    use super::super::keeper::{Opened, Reply, receive, send};
    use super::super::starter::Starter;
    use super::super::{Job, Rules};
    use crate::guard::tree;
    use crate::run::child::{Exit, end_group, exit_within, limit_processor, pid, until};

    /// Between two looks at how many there are.
    const TICK: Duration = Duration::from_millis(50);

    /// Between two looks at what a test left running.
    const PAUSE: Duration = Duration::from_millis(1);

    /// So many programs wait to copy themselves at most.
    const MOST_STARTERS: usize = 16;

    /// For so long is tried to end what a test left running.
    const STUBBORN: Duration = Duration::from_secs(20);

    pub(super) fn keep() -> anyhow::Result<()> {
        let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
        let Some(rules) = receive::<Rules>(&mut input)? else { return Ok(()) };
        let confined = confine(&rules);
        let opened = match &confined {
            Ok(confined) if confined.is_cut_off => Opened::CutOff,
            Ok(confined) => Opened::Ready(confined.walls),
            Err(error) => Opened::Failed(format!("{error:#}")),
        };
        send(&mut output, &opened)?;
        let stdin = io::stdin();
        let mut keeper = Keeping::new(&stdin, confined?, rules.processes);
        while let Some(job) = receive::<Job>(&mut input)? {
            match keeper.run(&job) {
                Ok(Some(exit)) => send(&mut output, &Reply::Ended(exit))?,
                Ok(None) => return Ok(()),
                Err(error) => send(&mut output, &Reply::Failed(format!("{error:#}")))?,
            }
        }
        Ok(())
    }

    /// How the wait for a process ended.
    enum Watched {
        Ended,
        TimeIsUp,
        TooMany,
        /// Nobody wants to know any more.
        Alone,
    }

    impl Watched {
        /// What that makes of the end of the process.
        fn exit(self, status: ExitStatus, job: &Job) -> Option<Exit> {
            match self {
                Watched::Ended => Some(exit_within(status, job.processor)),
                Watched::TimeIsUp => Some(Exit::TimeLimit),
                Watched::TooMany => Some(Exit::ProcessLimit),
                Watched::Alone => None,
            }
        }
    }

    struct Keeping<'a> {
        /// Who asks.
        input: &'a dyn AsFd,
        confined: Confined,
        /// How many processes one job may start.
        processes: Option<u32>,
        /// How many processes and threads the machine had.
        before: u32,
        /// Programs that copy themselves, the one that was last of use in the end.
        starters: Vec<Starter>,
        /// Programs that cannot.
        unfit: BTreeSet<String>,
    }

    impl<'a> Keeping<'a> {
        fn new(input: &'a dyn AsFd, confined: Confined, processes: Option<u32>) -> Keeping<'a> {
            let before = tree::tasks().unwrap_or(u32::MAX);
            Keeping { input, confined, processes, before, starters: Vec::new(), unfit: BTreeSet::new() }
        }

        /// How the process ended; nothing when nobody is there to be told.
        fn run(&mut self, job: &Job) -> anyhow::Result<Option<Exit>> {
            if let Some(mut starter) = self.starter(job)
                && let Ok(ended) = self.run_copy(&mut starter, job)
            {
                self.starters.push(starter);
                return Ok(ended);
            }
            // Whatever has happened to one: alone we can tell that nothing is left of this job.
            self.starters.clear();
            let reply = self.run_started(job);
            end_left_overs(getpid(), || Ok(reap())).with_context(|| format!("cannot go on after {}", job.program)).and(reply)
        }

        /// A program that can copy itself for the job; nothing where that cannot be had.
        fn starter(&mut self, job: &Job) -> Option<Starter> {
            if !Starter::has_room_for(job) || self.unfit.contains(&job.program) {
                return None;
            }
            if let Some(at) = self.starters.iter().position(|starter| starter.fits(job)) {
                return Some(self.starters.remove(at));
            }
            if self.starters.len() >= MOST_STARTERS {
                drop(self.starters.remove(0));
            }
            let started = Starter::start(job, self.confined.rules.as_ref()).ok().flatten();
            let fitting = started.filter(|starter| starter.fits(job));
            if fitting.is_none() {
                self.unfit.insert(job.program.clone());
            }
            fitting
        }

        /// The same by a copy of a program that was started before, until nothing is left of it.
        fn run_copy(&self, starter: &mut Starter, job: &Job) -> anyhow::Result<Option<Exit>> {
            let deadline = Instant::now() + job.wall;
            let copy = starter.copy(job)?;
            let watched = self.see_through(copy, job, deadline);
            let status = starter.wait()?;
            end_left_overs(starter.process(), || Ok(starter.has_left_overs()?))?;
            watched.map(|watched| watched.exit(status, job))
        }

        /// The same by a start of the program.
        fn run_started(&self, job: &Job) -> anyhow::Result<Option<Exit>> {
            let deadline = Instant::now() + job.wall;
            let mut child = self.spawn(job).with_context(|| format!("cannot start {}", job.program))?;
            let watched = self.see_through(pid(&child), job, deadline);
            let status = child.wait().with_context(|| format!("cannot wait for {}", job.program))?;
            watched.map(|watched| watched.exit(status, job))
        }

        /// Watch a process, which is not taken note of yet, and end its group.
        fn see_through(&self, process: Pid, job: &Job, deadline: Instant) -> anyhow::Result<Watched> {
            if let Some(time) = job.processor {
                limit_processor(process, time);
            }
            let watched = self.watch(process, deadline);
            end_group(process);
            watched
        }

        fn spawn(&self, job: &Job) -> io::Result<Child> {
            let mut command = command(job, self.confined.rules.as_ref());
            command.args(&job.args).envs(job.extra.iter().cloned());
            command.stdout(File::create(&job.stdout)?).stderr(File::create(&job.stderr)?).spawn()
        }

        fn watch(&self, process: Pid, deadline: Instant) -> anyhow::Result<Watched> {
            let handle = pidfd_open(process, PidfdFlags::empty()).context("cannot watch a process")?;
            loop {
                // Of our input only its end is of interest now.
                let mut waited = [PollFd::new(&handle, PollFlags::IN), PollFd::from_borrowed_fd(self.input.as_fd(), PollFlags::empty())];
                match poll(&mut waited, Some(&until(deadline.min(Instant::now() + TICK)))) {
                    Ok(0) if Instant::now() >= deadline => return Ok(Watched::TimeIsUp),
                    Ok(0) if self.are_too_many() => return Ok(Watched::TooMany),
                    Ok(0) | Err(rustix::io::Errno::INTR) => {}
                    Ok(_) if waited[0].revents().is_empty() => return Ok(Watched::Alone),
                    Ok(_) => return Ok(Watched::Ended),
                    Err(error) => return Err(error).context("cannot watch a process"),
                }
            }
        }

        /// A cheap look first: only when the machine has that many more is it worth while to see whose they are.
        fn are_too_many(&self) -> bool {
            let Some(most) = self.processes else { return false };
            let more = tree::tasks().is_some_and(|now| now > self.before.saturating_add(most));
            more && tree::below(&[getpid().as_raw_nonzero().get()]).len() > most as usize
        }
    }

    /// What a test left running is a child of `heir` now, or below one: when that has no child, nothing of it is left.
    fn end_left_overs(heir: Pid, mut has_child: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut pause = Duration::ZERO;
        while has_child()? {
            ensure!(start.elapsed() < STUBBORN, "it left processes running that cannot be ended");
            tree::kill_below(&[heir.as_raw_nonzero().get()]);
            thread::sleep(pause);
            pause = PAUSE;
        }
        Ok(())
    }

    /// Take note of the end of children; says whether some still live.
    fn reap() -> bool {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::policy::Network;
        use crate::run::cage::Walls;

        fn job(at: &std::path::Path, script: &str, wall: u64, processor: Option<u64>) -> Job {
            let at = camino::Utf8Path::from_path(at).unwrap();
            Job {
                program: "/bin/sh".to_owned(),
                args: vec!["-c".to_owned(), script.to_owned()],
                directory: at.to_owned(),
                environment: std::collections::BTreeMap::from([("A".to_owned(), "b".to_owned())]),
                extra: vec![("B".to_owned(), "c".to_owned())],
                stdout: at.join("stdout"),
                stderr: at.join("stderr"),
                wall: Duration::from_secs(wall),
                processor: processor.map(Duration::from_secs),
                can_be_copied: false,
            }
        }

        fn end(script: &str, wall: u64, processor: Option<u64>) -> (Option<Exit>, String) {
            let at = tempfile::tempdir().unwrap();
            let (input, _open) = io::pipe().unwrap();
            let confined = Confined { walls: Walls { landlock: 0, network: Network::Any }, rules: None, is_cut_off: false };
            let exit = Keeping::new(&input, confined, None).run_started(&job(at.path(), script, wall, processor)).unwrap();
            (exit, std::fs::read_to_string(at.path().join("stdout")).unwrap())
        }

        #[test]
        fn a_loop_is_ended_by_the_time_it_took_and_not_by_the_clock() {
            assert_eq!(end("while :; do :; done", 600, Some(1)).0, Some(Exit::TimeLimit));
        }

        #[test]
        fn one_that_waits_is_ended_by_the_clock() {
            assert_eq!(end("exec sleep 600", 1, Some(60)).0, Some(Exit::TimeLimit));
        }

        #[test]
        fn others_end_as_they_end_in_the_environment_that_is_given() {
            assert_eq!(end("echo $A$B$HOME; exit 3", 60, Some(60)), (Some(Exit::Code(3)), "bc\n".to_owned()));
            assert_eq!(end("kill -s XCPU $$", 60, None).0, Some(Exit::Signal(24)));
        }

        #[test]
        fn without_anyone_who_asks_the_process_ends() {
            let at = tempfile::tempdir().unwrap();
            let (input, open) = io::pipe().unwrap();
            drop(open);
            let confined = Confined { walls: Walls { landlock: 0, network: Network::Any }, rules: None, is_cut_off: false };
            let keeping = Keeping::new(&input, confined, None);
            assert_eq!(keeping.run_started(&job(at.path(), "exec sleep 600", 600, None)).unwrap(), None);
        }
    }
}
