//! Any text as what the test harness, cargo, rustdoc and the compiler print.
#![no_main]

#[path = "../checks/printed.rs"]
mod checks;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| checks::check(bytes));
