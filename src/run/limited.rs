//! The role of a documentation example's runner in the single lane: rustdoc, which compiles for long, starts it, and it
//! gives the example as much of the processor's time as one may take. Refuses to wait for anything.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use camino::Utf8PathBuf;

use super::mutants::processor_limit;
use super::reach::ReachMap;
use super::suite::Suite;

/// The first argument that makes this process the runner of an example.
const ARGUMENT: &str = "__limited";

/// Whether this process was started to run an example.
pub fn is_limited(args: &[OsString]) -> bool {
    args.get(1).is_some_and(|first| first == ARGUMENT)
}

/// The words before an example's own that end what does not end by itself, long after all examples together would have; none
/// where the system has no such limit.
pub fn limited(suite: &Suite, reach: &ReachMap) -> anyhow::Result<Vec<String>> {
    if cfg!(not(target_os = "linux")) {
        return Ok(Vec::new());
    }
    let examples = (0..suite.tests.len()).filter(|test| !suite.tests[*test].is_executable());
    let limit = processor_limit(examples.map(|example| reach.duration(example)).sum());
    let us = Utf8PathBuf::try_from(std::env::current_exe()?)?;
    Ok(vec![us.into_string(), ARGUMENT.to_owned(), limit.as_secs().to_string()])
}

/// Become the example: `args` are the seconds, its program and its arguments. Comes back only where that cannot be.
#[cfg(target_os = "linux")]
pub fn run_limited(args: &[OsString]) -> ExitCode {
    use std::os::unix::process::CommandExt;

    use super::child::limit_processor;

    let seconds = args.first().and_then(|seconds| seconds.to_str()?.parse().ok());
    let (Some(seconds), Some(program)) = (seconds, args.get(1)) else { return ExitCode::FAILURE };
    limit_processor(rustix::process::getpid(), Duration::from_secs(seconds));
    let error = std::process::Command::new(program).args(&args[2..]).exec();
    eprintln!("error: cargo gate: cannot run {}: {error}", program.display());
    ExitCode::FAILURE
}

/// There is none on this system.
#[cfg(not(target_os = "linux"))]
pub fn run_limited(_: &[OsString]) -> ExitCode {
    ExitCode::FAILURE
}
