//! Test processes without the price of a start. An instrumented program is started once, for no test: as soon as the
//! runtime crate has its table, before anything of the user's runs, it waits (`gate_rt::starter`). For each run it copies
//! itself, and the copy goes on to `main` with the arguments of that run. Owns what the two say to each other; refuses to
//! know what runs mean. A program that cannot do it is left alone, and started as ever.
//!
//! | we say | it says |
//! |---|---|
//! | | for how many arguments it has places; 0 when it has more than one thread and no copy would be whole |
//! | how many arguments, how many variables before them, the length of their text, the text, each ended by a zero | the number of the copy |
//! | [`WAIT`] | how the copy ended, as the system says it |
//! | [`REAP`] | 1 while anything lives that the copy has left running, which is its own child then; else 0 |

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter, Read, Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{FdFlags, fcntl_setfd};

use super::Job;
use super::confine::command;
use crate::run::child::{Pid, pid, until};

/// The variable by which a program knows its ends of the pipes: their numbers, parted by a comma.
const VARIABLE: &str = "CARGO_GATE_STARTER";

const WAIT: u32 = u32::MAX;
const REAP: u32 = u32::MAX - 1;

/// For so many arguments there are places. More are few names of large suites at once.
const PLACES: usize = 4096;

/// A test harness without our runtime runs no test by these arguments. All others are empty, too.
const NO_TEST: [&str; 2] = ["--exact", "cargo gate asks for no test"];

/// A program that does not say within this time what it is has something else to do.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program that copies itself.
pub(super) struct Starter {
    process: Child,
    to: PipeWriter,
    from: PipeReader,
    /// What copies print goes into these, emptied before each.
    printed: [File; 2],
    places: usize,
    key: Key,
}

/// What cannot be changed once it is started.
struct Key {
    program: String,
    directory: Utf8PathBuf,
    environment: BTreeMap<String, String>,
}

impl Key {
    fn of(job: &Job) -> Key {
        Key { program: job.program.clone(), directory: job.directory.clone(), environment: job.environment.clone() }
    }

    fn is_of(&self, job: &Job) -> bool {
        self.program == job.program && self.directory == job.directory && self.environment == job.environment
    }
}

impl Starter {
    /// Start the program of a job; nothing when it cannot copy itself.
    pub(super) fn start(job: &Job, rules: Option<&OwnedFd>) -> io::Result<Option<Starter>> {
        let (its_from, to) = io::pipe()?;
        let (from, its_to) = io::pipe()?;
        let printed = [File::create(&job.stdout)?, File::create(&job.stderr)?];
        let mut command = command(job, rules);
        command.args(NO_TEST).args(std::iter::repeat_n("", PLACES - NO_TEST.len()));
        command.env(VARIABLE, format!("{},{}", its_from.as_raw_fd(), its_to.as_raw_fd()));
        command.stdout(printed[0].try_clone()?).stderr(printed[1].try_clone()?);
        let kept = [OwnedFd::from(its_from), OwnedFd::from(its_to)];
        // SAFETY: calls of the system, which allocate nothing and hold no lock.
        unsafe {
            command.pre_exec(move || Ok(kept.iter().try_for_each(|end| fcntl_setfd(end, FdFlags::empty()))?));
        }
        let process = command.spawn()?;
        // Its ends are ours no more, so that we hear when it has gone.
        drop(command);
        let mut starter = Starter { process, to, from, printed, places: 0, key: Key::of(job) };
        starter.places = starter.greeting()?.unwrap_or_default() as usize;
        Ok((starter.places > 0).then_some(starter))
    }

    /// What it says first; nothing when it says nothing.
    fn greeting(&mut self) -> io::Result<Option<u32>> {
        let deadline = Instant::now() + PATIENCE;
        match poll(&mut [PollFd::new(&self.from, PollFlags::IN)], Some(&until(deadline))) {
            Ok(0) => Ok(None),
            Ok(_) => self.hear().map(Some).or_else(|error| if is_gone(&error) { Ok(None) } else { Err(error) }),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there may be one for the job.
    pub(super) fn has_room_for(job: &Job) -> bool {
        job.can_be_copied && job.args.len() < PLACES
    }

    /// Whether it can do the job.
    pub(super) fn fits(&self, job: &Job) -> bool {
        job.args.len() <= self.places && self.key.is_of(job)
    }

    /// Its own process.
    pub(super) fn process(&self) -> Pid {
        pid(&self.process)
    }

    /// Have it copy itself for the job. The copy is not taken note of before [`Starter::wait`].
    pub(super) fn copy(&mut self, job: &Job) -> io::Result<Pid> {
        for (file, path) in self.printed.iter_mut().zip([&job.stdout, &job.stderr]) {
            // Nobody would read what is printed into a file that is gone.
            if fs::metadata(path)?.ino() != file.metadata()?.ino() {
                return Err(io::ErrorKind::NotFound.into());
            }
            file.set_len(0)?;
            file.rewind()?;
        }
        let variables = job.extra.iter().map(|(name, value)| format!("{name}={value}"));
        let text: Vec<u8> = variables.chain(job.args.iter().cloned()).flat_map(|word| word.into_bytes().into_iter().chain([0])).collect();
        let number = |number: usize| u32::try_from(number).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
        let mut message = [number(job.args.len())?, number(job.extra.len())?, number(text.len())?].map(u32::to_ne_bytes).concat();
        message.extend(text);
        self.to.write_all(&message)?;
        let copy = self.hear()?.cast_signed();
        Pid::from_raw(copy).filter(|_| copy > 0).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    /// How the copy ended. Waits for it.
    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.ask(WAIT).map(|status| ExitStatus::from_raw(status.cast_signed()))
    }

    /// Whether something lives that copies have left running.
    pub(super) fn has_left_overs(&mut self) -> io::Result<bool> {
        self.ask(REAP).map(|left| left != 0)
    }

    fn ask(&mut self, what: u32) -> io::Result<u32> {
        self.to.write_all(&what.to_ne_bytes())?;
        self.hear()
    }

    fn hear(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.from.read_exact(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

impl Drop for Starter {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(program: &str, args: &[&str], at: &std::path::Path) -> Job {
        let at = camino::Utf8Path::from_path(at).unwrap();
        Job {
            program: program.to_owned(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            directory: at.to_owned(),
            environment: BTreeMap::new(),
            extra: Vec::new(),
            stdout: at.join("stdout"),
            stderr: at.join("stderr"),
            wall: Duration::from_secs(60),
            processor: None,
            can_be_copied: true,
        }
    }

    #[test]
    fn a_program_without_our_runtime_is_left_alone() {
        let at = tempfile::tempdir().unwrap();
        assert!(Starter::start(&job("/bin/echo", &[], at.path()), None).unwrap().is_none());
        assert!(Starter::start(&job("/bin/not-there", &[], at.path()), None).is_err());
    }

    /// What a started program would say and do, by a shell.
    fn played(script: &str, at: &std::path::Path) -> Starter {
        let (from, its_to) = io::pipe().unwrap();
        let (its_from, to) = io::pipe().unwrap();
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", script]).stdin(its_from).stdout(its_to);
        let process = command.spawn().unwrap();
        drop(command);
        let printed = ["stdout", "stderr"].map(|name| File::create(at.join(name)).unwrap());
        Starter { process, to, from, printed, places: 2, key: Key::of(&job("p", &[], at)) }
    }

    #[test]
    fn what_is_said_is_as_the_table_says() {
        let at = tempfile::tempdir().unwrap();
        // It hears 2, 1, 9, `N=1`, `a`, `bc`; says 7, then that it ended with code 3, and that one is left, and none.
        let script = "head -c 21 >&2; printf '\\007\\0\\0\\0'; head -c 4 >/dev/null; printf '\\0\\003\\0\\0'; \
            head -c 4 >/dev/null; printf '\\001\\0\\0\\0'; head -c 4 >/dev/null; printf '\\0\\0\\0\\0'";
        let mut starter = played(script, at.path());
        fs::write(at.path().join("stdout"), "old").unwrap();
        let with_variable = Job { extra: vec![("N".to_owned(), "1".to_owned())], ..job("p", &["a", "bc"], at.path()) };
        assert_eq!(starter.copy(&with_variable).unwrap().as_raw_nonzero().get(), 7);
        assert_eq!(fs::read_to_string(at.path().join("stdout")).unwrap(), "");
        assert_eq!(starter.wait().unwrap().code(), Some(3));
        assert!(starter.has_left_overs().unwrap());
        assert!(!starter.has_left_overs().unwrap());
        assert!(starter.wait().is_err(), "it has gone");
        fs::remove_file(at.path().join("stdout")).unwrap();
        assert_eq!(starter.copy(&job("p", &[], at.path())).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn one_fits_what_differs_in_arguments_alone_and_has_places_for_them() {
        let at = tempfile::tempdir().unwrap();
        let starter = played("", at.path());
        assert!(starter.fits(&job("p", &["a", "b"], at.path())));
        assert!(!starter.fits(&job("p", &["a", "b", "c"], at.path())));
        assert!(!starter.fits(&job("q", &[], at.path())));
        let environment = BTreeMap::from([("TMPDIR".to_owned(), "/other".to_owned())]);
        assert!(!starter.fits(&Job { environment, ..job("p", &[], at.path()) }));
        assert!(!starter.fits(&Job { directory: "/".into(), ..job("p", &[], at.path()) }));
        let many = vec![String::new(); PLACES];
        assert!(!Starter::has_room_for(&Job { args: many, ..job("p", &[], at.path()) }), "it is no fault of the program");
        assert!(!Starter::has_room_for(&Job { can_be_copied: false, ..job("p", &[], at.path()) }));
        assert!(Starter::has_room_for(&job("p", &["a"], at.path())));
    }
}
