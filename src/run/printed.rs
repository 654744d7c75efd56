//! What the standard test harness prints, as values. Pure: text in, values out. Refuses to believe it alone: how its
//! process ended and our own marks must say the same.

/// The names that `--list --format=terse` prints; benchmarks are none.
pub fn listed(stdout: &str) -> Vec<String> {
    stdout.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// Whether the harness says that so many tests ran and passed.
pub fn have_passed(stdout: &str, tests: usize) -> bool {
    stdout.contains(&format!("test result: ok. {tests} passed"))
}

/// The first test that the harness's own lines name as failed; when it died on the way, the one it ran.
pub fn failed(stdout: &str) -> Option<&str> {
    let lines = stdout.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "));
    let lines: Vec<(&str, &str)> = lines.map(|(name, result)| (name.trim_end_matches(" - should panic"), result)).collect();
    let failed = lines.iter().find(|(_, result)| result.starts_with("FAILED"));
    let last = lines.last().filter(|(_, result)| *result != "ok");
    failed.or(last).map(|(name, _)| *name)
}

/// The documentation examples that rustdoc names as failed.
pub fn failed_examples(stdout: &str) -> impl Iterator<Item = &str> {
    let failed = stdout.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    failed.map(|name| MODES.iter().find_map(|mode| name.strip_suffix(mode)).unwrap_or(name))
}

/// What stands behind the names of some.
const MODES: [&str; 3] = [" - compile fail", " - compile", " - should panic"];

/// Whether rustdoc says that it could not compile one.
pub fn is_refused(stdout: &str) -> bool {
    stdout.lines().any(|line| line == "Couldn't compile the test.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_listed_and_benchmarks_are_not() {
        assert_eq!(listed("a::b: test\nodd: name: test\nc: benchmark\n\n2 tests, 1 benchmark\n"), ["a::b", "odd: name"]);
    }

    #[test]
    fn the_failed_test_is_read_from_the_lines() {
        assert_eq!(failed("running 3 tests\ntest a ... ok\ntest m::b ... FAILED\ntest c ... ok\n"), Some("m::b"));
        assert_eq!(failed("test a ... ok\ntest c - should panic ... FAILED\n"), Some("c"));
        assert_eq!(failed("test a ... ok\ntest m::b ... "), Some("m::b"));
        assert_eq!(failed("test a ... ok\n"), None);
        let examples = "test src/lib.rs - f (line 2) ... FAILED\ntest src/lib.rs - g (line 2) ... ok\ntest h - compile fail ... FAILED\n";
        assert_eq!(failed_examples(examples).collect::<Vec<_>>(), ["src/lib.rs - f (line 2)", "h"]);
        assert!(is_refused("---- h stdout ----\nerror: x\nCouldn't compile the test.\n") && !is_refused(examples));
    }

    #[test]
    fn a_pass_needs_the_count() {
        assert!(have_passed("x\ntest result: ok. 2 passed; 0 failed", 2));
        assert!(!have_passed("test result: ok. 2 passed; 0 failed", 1) && !have_passed("test result: FAILED. 2 passed", 2));
    }
}
