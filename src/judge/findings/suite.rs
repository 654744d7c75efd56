//! Tests that fail on the unmutated code.

use crate::judge::Finding;
use crate::judge::text::{one_line, shortened};
use crate::policy::Metric;
use crate::score::{Part, Scores};
use crate::syntax::Span;

/// One finding per failing test, in the order in which the suite names them, where its panic came from.
pub(super) fn failing_tests(part: Part<'_>, is_failure: bool) -> Vec<Finding> {
    let scores = part.scores;
    let failed = scores.tests.iter().flat_map(|tests| &tests.failed);
    let finding = |name: &str, output: &str| {
        let label = essence(output);
        let (file, span) = place(scores, &label).unzip();
        Finding {
            is_failure,
            file,
            span,
            title: format!("test `{}` fails", one_line(name)),
            label,
            help: Some("make it pass first: coverage and mutants are measured with tests that pass".to_owned()),
            symbol: Some(name.to_owned()),
            ..Finding::new(Metric::Tests, "failing-test")
        }
    };
    failed.map(|test| finding(&test.name, &test.output)).collect()
}

/// How a panic names its place.
const PANICKED: &str = "panicked at ";

/// What a test's output says in one line: from the last panic on, without the thread, whose number is another
/// one in each run, and without the advice about backtraces; else its last line.
pub(in crate::judge) fn essence(output: &str) -> String {
    let lines: Vec<&str> = output.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_said = |line: &&&str| !line.starts_with("note: ") && **line != "stack backtrace:";
    let said = match lines.iter().rposition(|line| line.contains(PANICKED)) {
        Some(at) => lines[at..].iter().take_while(is_said).copied().collect::<Vec<_>>().join(" "),
        None => lines.last().copied().unwrap_or("it printed nothing").to_owned(),
    };
    let said = if said.starts_with("thread '") { said.find(PANICKED).map_or(said.as_str(), |at| &said[at..]) } else { &said };
    shortened(&one_line(said), 200)
}

/// The measured file and the rest of the line that a panic names, where it names one.
fn place(scores: &Scores, label: &str) -> Option<(usize, Span)> {
    let mut parts = label.strip_prefix(PANICKED)?.split(' ').next()?.rsplitn(4, ':');
    // `path:line:column:`, from behind.
    let (_, column, line, path) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    let index = scores.files.iter().position(|file| file.path == path)?;
    let file = &scores.files[index];
    let whole = if (1..=file.lines.count()).contains(&line) { file.lines.span(line) } else { return None };
    let text = whole.of(&file.text).trim_end();
    let (start, _) = text.char_indices().nth(column.checked_sub(1)?)?;
    let at = |bytes: usize| whole.start + u32::try_from(bytes).unwrap_or(0);
    Some((index, Span::new(at(start), at(text.len()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panic_is_what_a_reader_needs() {
        let output = "setup\n\nthread 'a' panicked at src/lib.rs:3:5:\nassertion failed\n  left: 1\n right: 2\nnote: run with `X`\nmore\n";
        assert_eq!(essence(output), "panicked at src/lib.rs:3:5: assertion failed left: 1 right: 2");
        assert_eq!(essence("thread 'a' (27474) panicked at src/lib.rs:3:5:\nodd"), "panicked at src/lib.rs:3:5: odd");
        assert_eq!(essence("panicked at a\nstack backtrace:\n 0: x\n"), "panicked at a");
        assert_eq!(essence("first\nError: \u{1b}[1mboom\n\n"), "Error: \\u{1b}[1mboom");
        assert_eq!(essence(" \n"), "it printed nothing");
        assert_eq!(essence(&"y".repeat(300)).chars().count(), 200);
    }
}
