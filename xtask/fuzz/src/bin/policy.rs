//! Any text as a policy, and as the looser or stricter side of another.
#![no_main]

use camino::Utf8Path;
use cargo_gate::policy::{Baseline, Policy, reconcile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let at = Utf8Path::new("gates.toml");
    match Policy::parse(text, at) {
        Ok(policy) => {
            assert!(reconcile(&policy, &policy).differences.is_empty(), "a policy differs from itself");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let _ = Baseline::parse(text, at);
});
