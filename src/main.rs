//! Which role is this process in: the command that people call, the watcher that cleans up after it, a
//! keeper of test processes, rustc's wrapper, rustdoc, its compiler of examples or what runs one, or cargo's test runner. Each
//! role ends in an exit code.

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
    } else if build::is_example_compiler(&args) {
        build::run_example_compiler(&args[1..])
    } else if build::is_wrapper(&args) {
        build::run_wrapper(&args[1..])
    } else if build::is_runner(&args) {
        build::run_runner(&args[2..])
    } else if guard::is_watcher(&args) {
        guard::run_watcher()
    } else if run::is_keeper(&args) {
        run::run_keeper()
    } else if run::is_limited(&args) {
        run::run_limited(&args[2..])
    } else {
        give_memory_back();
        guard::or_last_words(|| command::run(args))
    }
}

/// `mi_option_purge_delay` of mimalloc's header, which the bindings have no name for.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Memory that one file took goes back to the system before the next thousand are read: what a run takes is that of
/// its largest files, however many there are.
fn give_memory_back() {
    // SAFETY: mimalloc's options may be set at any time; what the user's environment says goes first.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, 0) };
}
