//! Tests that fail on the unmutated code.

use crate::judge::Finding;
use crate::judge::text::{one_line, shortened};
use crate::policy::Metric;
use crate::score::Part;

/// One finding per failing test, in the order in which the suite names them.
pub(super) fn failing_tests(part: Part<'_>, is_failure: bool) -> Vec<Finding> {
    let failed = part.scores.tests.iter().flat_map(|tests| &tests.failed);
    let finding = |name: &str, output: &str| Finding {
        metric: Metric::Tests,
        code: "failing-test",
        is_failure,
        file: None,
        span: None,
        title: format!("test `{}` fails", one_line(name)),
        label: essence(output),
        help: Some("make it pass first: coverage and mutants are measured with tests that pass".to_owned()),
        mutant: None,
    };
    failed.map(|test| finding(&test.name, &test.output)).collect()
}

/// What a test's output says in one line: from the last panic on, without the advice about backtraces,
/// else its last line.
fn essence(output: &str) -> String {
    let lines: Vec<&str> = output.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_said = |line: &&&str| !line.starts_with("note: ") && **line != "stack backtrace:";
    let said = match lines.iter().rposition(|line| line.contains("panicked at")) {
        Some(at) => lines[at..].iter().take_while(is_said).copied().collect::<Vec<_>>().join(" "),
        None => lines.last().copied().unwrap_or("it printed nothing").to_owned(),
    };
    shortened(&one_line(&said), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panic_is_what_a_reader_needs() {
        let output = "setup\n\nthread 'a' panicked at src/lib.rs:3:5:\nassertion failed\n  left: 1\n right: 2\nnote: run with `X`\nmore\n";
        assert_eq!(essence(output), "thread 'a' panicked at src/lib.rs:3:5: assertion failed left: 1 right: 2");
        assert_eq!(essence("panicked at a\nstack backtrace:\n 0: x\n"), "panicked at a");
        assert_eq!(essence("first\nError: \u{1b}[1mboom\n\n"), "Error: \\u{1b}[1mboom");
        assert_eq!(essence(" \n"), "it printed nothing");
        assert_eq!(essence(&"y".repeat(300)).chars().count(), 200);
    }
}
