//! Which role is this process in: the command that people call, the watcher that cleans up after it, a
//! keeper of test processes, rustc's
//! wrapper, rustdoc, or cargo's test runner. Each role ends in an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use cargo_gate::{build, command, guard, run};

/// Parsing makes and drops small values by the million; this allocator does that in less time than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if build::is_rustdoc(&args) {
        build::run_rustdoc(&args[1..])
    } else if build::is_wrapper(&args) {
        build::run_wrapper(&args[1..])
    } else if build::is_runner(&args) {
        build::run_runner(&args[2..])
    } else if guard::is_watcher(&args) {
        guard::run_watcher()
    } else if run::is_keeper(&args) {
        run::run_keeper()
    } else {
        guard::or_last_words(|| command::run(args))
    }
}
