//! The words of findings: counts, line numbers and pieces of source that are safe on one line.

use std::collections::BTreeMap;

/// `text` with line ends, control characters and what a terminal would not show as written escaped.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // `escape_debug` knows what is printable; it escapes quotes and backslashes too, which are safe.
        if matches!(c, '"' | '\'' | '\\') { out.push(c) } else { out.extend(c.escape_debug()) }
    }
    out
}

/// Source text on one line in backticks, shortened when it is long.
pub(super) fn code(source: &str) -> String {
    let joined = source.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", shortened(&one_line(&joined), 60))
}

/// At most `most` characters of `text`.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

/// `1 line`, `3 lines`.
pub(super) fn count(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// How many ranges of lines are worth reading.
const MOST_RANGES: usize = 8;

/// Sorted line numbers as `97, 103-109, 120`. Lines are joined when no line between them is coverable;
/// without knowing what is `coverable`, only neighbours are.
pub(super) fn line_ranges(lines: &[u32], coverable: Option<&BTreeMap<u32, bool>>) -> String {
    let joins = |from: u32, to: u32| match coverable {
        _ if to == from + 1 => true,
        Some(coverable) => coverable.range(from + 1..to).next().is_none(),
        None => false,
    };
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &line in lines {
        match ranges.last_mut() {
            Some((_, end)) if joins(*end, line) => *end = line,
            _ => ranges.push((line, line)),
        }
    }
    let shown = ranges.iter().take(MOST_RANGES).map(|(start, end)| range(*start, *end));
    let more = (ranges.len() > MOST_RANGES).then(|| format!("and {} more places", ranges.len() - MOST_RANGES));
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

/// How many lines with points are worth reading.
const MOST_LINES: usize = 16;

/// Points by their lines, in the order given: `5 if + &&, 8 match 3`. Those of one line stand together; a single
/// point is not numbered.
pub(super) fn lines_with_points<'t>(points: impl Iterator<Item = (u32, &'t str, u32)>) -> String {
    let mut lines: Vec<(u32, String)> = Vec::new();
    for (line, what, points) in points {
        let what = if points == 1 { one_line(what) } else { format!("{} {points}", one_line(what)) };
        match lines.last_mut() {
            Some((last, text)) if *last == line => text.extend([" + ", what.as_str()]),
            _ => lines.push((line, what)),
        }
    }
    let shown = lines.iter().take(MOST_LINES).map(|(line, text)| format!("{line} {text}"));
    let more = (lines.len() > MOST_LINES).then(|| format!("and {} more lines", lines.len() - MOST_LINES));
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

fn range(start: u32, end: u32) -> String {
    if start == end { start.to_string() } else { format!("{start}-{end}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_line() {
        assert_eq!(one_line("a\nb\r\t\u{1b}[31m \"é\\'\u{202e}\u{2028}"), "a\\nb\\r\\t\\u{1b}[31m \"é\\'\\u{202e}\\u{2028}");
        assert_eq!(code("a +\n    b"), "`a + b`");
    }

    #[test]
    fn long_text_is_shortened_to_what_was_asked_for() {
        assert_eq!(shortened("éab", 3), "éab");
        assert_eq!(shortened("éabc", 3), "éa…");
        assert_eq!(code(&"x".repeat(61)).chars().count(), 62);
    }

    #[test]
    fn counts_have_their_plural() {
        assert_eq!([0, 1, 2].map(|n| count(n, "line")), ["0 lines", "1 line", "2 lines"]);
    }

    #[test]
    fn points_of_one_line_stand_together() {
        let points = [(5, "if", 1), (5, "&&", 1), (8, "match", 3), (5, "?", 1)];
        assert_eq!(lines_with_points(points.into_iter()), "5 if + &&, 8 match 3, 5 ?");
        let many = lines_with_points((1..=18).map(|line| (line, "if", 1)));
        assert!(many.ends_with(", 16 if, and 2 more lines"), "{many}");
    }

    #[test]
    fn lines_are_joined_over_what_is_not_coverable() {
        let coverable = BTreeMap::from([(1, false), (2, false), (5, false), (6, true), (8, false)]);
        assert_eq!(line_ranges(&[1, 2, 5, 8], Some(&coverable)), "1-5, 8");
        assert_eq!(line_ranges(&[1, 2, 5, 8], None), "1-2, 5, 8");
        assert_eq!(line_ranges(&[1, 2, 3], Some(&BTreeMap::new())), "1-3");
        assert_eq!(line_ranges(&[], None), "");
        let odd: Vec<u32> = (0..10).map(|n| n * 2 + 1).collect();
        assert_eq!(line_ranges(&odd, None), "1, 3, 5, 7, 9, 11, 13, 15, and 2 more places");
        assert_eq!(line_ranges(&odd[..8], None), "1, 3, 5, 7, 9, 11, 13, 15");
    }
}
