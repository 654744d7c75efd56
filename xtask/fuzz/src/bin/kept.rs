//! Any bytes as what an earlier run kept.
#![no_main]

#[path = "../checks/kept.rs"]
mod checks;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| checks::check(bytes));
