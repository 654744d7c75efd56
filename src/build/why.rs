//! Why a build failed: the code, or what stands around it. Goes by what cargo, the compiler and the linker say. Pure.

/// Why a build failed, and the next step.
pub(super) fn why_not_built(errors: &str) -> &'static str {
    why_cut_off(errors).unwrap_or("the code does not compile; mend it and run again")
}

/// Why a build failed that says nothing of the code, and the next step; nothing when the code is why.
pub(super) fn why_cut_off(errors: &str) -> Option<&'static str> {
    let is_said = |texts: &[&str]| texts.iter().any(|text| errors.contains(text));
    if is_said(&["No space left on device", "(os error 28)", "Disk quota exceeded", "signal 7 [Bus error]"]) {
        return Some("the disk is full; make room (`cargo gate clean` removes what earlier runs have built) and run again");
    }
    if is_said(&[
        "(signal: ",
        "ended: signal: ",
        "failed: signal: ",
        "terminated with signal ",
        "(os error 12)",
        "memory allocation of",
        "LLVM ERROR: out of memory",
    ]) {
        return Some("the compiler was killed or found no memory; run again with fewer jobs, such as `-j 1`");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::why_not_built;

    #[test]
    fn what_is_not_the_codes_fault_is_not_called_so() {
        for (errors, part) in [
            ("error: could not write output to /t/a.o: No space left on device", "disk is full"),
            ("process didn't exit successfully: `rustc` (signal: 9, SIGKILL: kill)", "fewer jobs"),
            ("error: the compiler was ended: signal: 9 (SIGKILL)", "fewer jobs"),
            ("collect2: fatal error: ld terminated with signal 9 [Killed]", "fewer jobs"),
            ("error: linking with `cc` failed: signal: 9 (SIGKILL)", "fewer jobs"),
            // A linker writes through memory.
            ("collect2: fatal error: ld terminated with signal 7 [Bus error]", "disk is full"),
            ("error[E0308]: mismatched types", "does not compile"),
        ] {
            assert!(why_not_built(errors).contains(part), "{errors}");
        }
    }
}
