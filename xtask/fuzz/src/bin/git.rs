//! Any bytes as what git prints.
#![no_main]

#[path = "../checks/git.rs"]
mod checks;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| checks::check(bytes));
