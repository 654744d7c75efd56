//! The policy's own commands, one after the other beside everything else that a run does. Owns how one is started
//! and what is kept of its output; refuses to say what its end means for the run.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;
use camino::Utf8Path;

use super::child::{Exit, run_command};
use crate::guard::budget;
use crate::policy::Check;
use crate::score::{CheckEnd, CheckScore};

/// Lines and bytes of the end of the output that are kept.
const LINES: usize = 30;
const BYTES: u64 = 8 << 10;

/// SIGTERM.
const TERMINATED: i32 = 15;

/// Run each check in `root`, in order.
pub fn run_checks(checks: &[&Check], root: &Utf8Path) -> Vec<CheckScore> {
    let score = |check: &&Check| {
        let (end, output) = match run_check(check, root) {
            Ok((exit, output)) => (CheckEnd::Exit(exit), output),
            Err(error) => (CheckEnd::NotStarted(format!("{error:#}")), String::new()),
        };
        CheckScore { name: check.name.clone(), end, output }
    };
    checks.iter().map(score).collect()
}

fn run_check(check: &Check, root: &Utf8Path) -> anyhow::Result<(Exit, String)> {
    // Both streams go to one file, in the order in which they are written.
    let mut printed = tempfile::tempfile().context("cannot create a temporary file")?;
    let stream = || anyhow::Ok(Stdio::from(printed.try_clone().context("cannot share a temporary file")?));
    let (program, args) = check.run.split_first().context("it names no program")?;
    let mut command = Command::new(located(program, root));
    command.args(args).current_dir(root).stdin(Stdio::null()).stdout(stream()?).stderr(stream()?);
    let time = budget::time_left().map_or(check.timeout, |left| left.min(check.timeout));
    let exit = match run_command(&mut command, time)? {
        // Not too slow by the policy: ended from outside, by who set the budget.
        Exit::TimeLimit if budget::is_over() => Exit::Signal(TERMINATED),
        exit => exit,
    };
    Ok((exit, tail(&mut printed).unwrap_or_default()))
}

/// A path is meant from the workspace's root; a bare name is looked up as a shell does.
fn located(program: &str, root: &Utf8Path) -> PathBuf {
    let is_path = program.contains('/') || (cfg!(windows) && program.contains('\\'));
    if is_path { root.join(program).into() } else { program.into() }
}

/// The last lines of what was printed.
fn tail(printed: &mut File) -> std::io::Result<String> {
    let length = printed.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(BYTES);
    printed.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    // What it left running could still be writing.
    printed.take(BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<&str> = text.lines().collect();
    if start > 0 && lines.len() > 1 {
        lines.remove(0);
    }
    let more = start > 0 || lines.len() > LINES;
    let kept = &lines[lines.len().saturating_sub(LINES)..];
    Ok(if more { format!("…\n{}", kept.join("\n")) } else { kept.join("\n") })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::policy::Origin;
    use std::time::Duration;

    fn ended(run: &[&str], timeout: u64) -> CheckScore {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(root.join("script"), "echo in a script\n").unwrap();
        let run = run.iter().map(|&word| word.to_owned()).collect();
        let check = Check { name: "a".to_owned(), run, timeout: Duration::from_secs(timeout), quick: false, origin: Origin::Default };
        run_checks(&[&check], root).remove(0)
    }

    #[test]
    fn the_end_and_the_output_of_both_streams_are_kept() {
        let score = ended(&["sh", "-c", "echo one; echo two >&2; sh ./script; exit 3"], 60);
        assert_eq!((score.end, score.output.as_str()), (CheckEnd::Exit(Exit::Code(3)), "one\ntwo\nin a script"));
        let long = ended(&["sh", "-c", "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo line $i; done"], 60).output;
        assert_eq!((long.lines().next(), long.lines().last(), long.lines().count()), (Some("…"), Some("line 1000"), LINES + 1));
        let wide = ended(&["sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x"], 60).output;
        assert_eq!(wide.trim_start_matches(['…', '\n']).len() as u64, BYTES);
    }

    #[test]
    fn one_that_takes_too_long_is_ended_with_what_it_started() {
        assert_eq!(ended(&["sh", "-c", "sleep 600 & sleep 600"], 1).end, CheckEnd::Exit(Exit::TimeLimit));
    }

    #[test]
    fn what_cannot_be_started_says_why() {
        for program in ["no-such-program-here", "./no/such/file", "./script"] {
            let CheckEnd::NotStarted(why) = ended(&[program], 60).end else { panic!("{program}") };
            assert!(why.contains(program.trim_start_matches("./")), "{why}");
        }
    }
}
