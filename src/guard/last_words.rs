//! When the command itself cannot go on: code nested deeper than any stack, no memory left, a mistake of ours. It ends
//! as inconclusive and says so; nothing that was started lives on, for the watcher sees to that.

use std::process::ExitCode;
use std::thread;

/// Inconclusive.
const INCONCLUSIVE: u8 = 3;

/// Enough for code nested far deeper than people write it: it is parsed, walked and dropped by recursion.
pub const STACK: usize = 256 << 20;

/// Run `command` on a deep stack. Should it give up, the process ends as inconclusive.
pub fn or_last_words(command: impl FnOnce() -> ExitCode + Send + 'static) -> ExitCode {
    #[cfg(unix)]
    heed_abort();
    let thread = thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(command);
    let why = match thread.map(thread::JoinHandle::join) {
        Ok(Ok(code)) => return code,
        Ok(Err(_)) => "cargo gate made a mistake; please report what stands above".to_owned(),
        Err(error) => format!("cannot start a thread: {error}"),
    };
    eprintln!("error: {why}; nothing was judged");
    ExitCode::from(INCONCLUSIVE)
}

/// The runtime aborts when a stack or the memory is used up, and says which before.
#[cfg(unix)]
fn heed_abort() {
    const SAID: &[u8] =
        b"error: cargo gate had to give up, and nothing was judged: some code is nested too deeply, or there is no memory left\n";
    let give_up = || {
        let _ = rustix::io::write(rustix::stdio::stderr(), SAID);
        signal_hook::low_level::exit(INCONCLUSIVE.into());
    };
    // SAFETY: a system call that writes, and one that ends the process: both may be called in a signal's handler.
    let _ = unsafe { signal_hook::low_level::register(signal_hook::consts::SIGABRT, give_up) };
}
