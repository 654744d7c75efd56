//! Markdown for a comment on a pull request and for the summary of a job: the verdict, the gates, what fails
//! with the change that survives, the rest folded. Owns that layout, its escaping and how much fits; the hidden
//! marker in the first line is how a later run finds the comment again.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::human::closing;
use super::human::table::{cells, is_worth_a_row, remark};
use super::items::{Item, items};
use super::{Report, terminal};
use crate::judge::{Outcome, Row, State};
use crate::score::{FileScore, MutantScore};

/// What GitHub takes in one comment, in characters, with some room for what is added around it.
pub const COMMENT: usize = 60_000;

/// What GitHub takes as the summary of a step, in bytes, with some room.
pub const SUMMARY: usize = (1 << 20) - 4096;

/// Findings in a comment when no other number was asked for: more are not read there.
const FINDINGS: usize = 25;

/// Lines of a change worth showing.
const CHANGED_LINES: usize = 6;

/// Write a comment.
pub fn markdown(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(text(report, report.call.max_findings.unwrap_or(FINDINGS), COMMENT).as_bytes())
}

/// The summary of a job: every finding that fits into `room` bytes.
pub fn summary(report: &Report<'_>, room: usize) -> String {
    text(report, report.call.max_findings.unwrap_or(usize::MAX), room)
}

/// At most `room` bytes, and so many findings.
fn text(report: &Report<'_>, most: usize, room: usize) -> String {
    let items = items(report);
    let (failing, others): (Vec<&Item<'_>>, Vec<&Item<'_>>) = items.iter().partition(|item| item.is_failure);
    let mut page = Page { text: format!("{}\n{}{}", marker(report), heading(report), gates(report)), room, left: most };
    page.list("\n### What fails\n\n", "", &failing);
    let title = format!("\n<details><summary>{} that no gate minds</summary>\n\n", super::human::table::plural(others.len(), "findings"));
    page.list(&title, "\n</details>\n", &others);
    page.text
}

/// What a comment is known by; workspaces of one repository have one each.
fn marker(report: &Report<'_>) -> String {
    let below = report.call.below.as_str().replace('\\', "/").replace("--", "- -").replace('>', "&gt;");
    if below.is_empty() { "<!-- cargo-gate -->".to_owned() } else { format!("<!-- cargo-gate:{} -->", terminal::line(&below)) }
}

fn heading(report: &Report<'_>) -> String {
    let sign = match report.verdict.outcome {
        Outcome::Pass => "✅",
        Outcome::Fail => "❌",
        Outcome::Inconclusive => "⚠️",
    };
    let policy = closing::policy(report).map_or_else(String::new, |line| format!("\n{line}\n"));
    format!("## {sign} cargo gate: {} {}\n{policy}", closing::word(report.verdict.outcome), closing::gates(report))
}

/// The table of the gates.
fn gates(report: &Report<'_>) -> String {
    let mut table = "\n| | gate | measured | limit | set in | |\n|---|---|--:|--:|---|---|\n".to_owned();
    for row in report.verdict.rows.iter().filter(|row| is_worth_a_row(row)) {
        let [gate, measured, limit, set_in] = cells(row).map(|cell| cell_text(&cell));
        let _ =
            writeln!(table, "| {} | {gate} | {measured} | {limit} | {set_in} | {} |", sign(row), cell_text(&remark(row, report.scores)));
    }
    table
}

const fn sign(row: &Row) -> &'static str {
    match row.state {
        State::Pass => "✅",
        State::Fail => "❌",
        State::Inconclusive => "⚠️ not measured",
        State::NotApplicable => "n/a",
        State::NotRun => "not run",
        State::NoLimit => "no limit",
    }
}

/// A text that grows up to a size.
struct Page {
    text: String,
    room: usize,
    left: usize,
}

impl Page {
    /// What fits of `items`, and how many did not.
    fn list(&mut self, before: &str, after: &str, items: &[&Item<'_>]) {
        if items.is_empty() {
            return;
        }
        // Behind the list there is room for its end and for the count of the rest.
        let end = after.len() + 120;
        self.text += before;
        let mut shown = 0;
        for item in items.iter().take(self.left) {
            let entry = entry(item);
            if self.text.len() + entry.len() + end > self.room {
                break;
            }
            self.text += &entry;
            shown += 1;
        }
        self.left -= shown;
        if shown < items.len() {
            let _ = writeln!(self.text, "- … and {} more; `--format json` lists all", items.len() - shown);
        }
        self.text += after;
    }
}

/// One item of the list.
fn entry(item: &Item<'_>) -> String {
    let place = item
        .place
        .as_ref()
        .map_or(String::new(), |place| format!("{}: ", span(&format!("{}:{}", terminal::line(&place.path), place.line()))));
    let mut entry = format!("- {place}**{}** {}\n", item.code, prose(&item.title));
    if !item.label.is_empty() {
        let _ = writeln!(entry, "  <br>{}", prose(&item.label));
    }
    let change = item.mutant.map_or(String::new(), |(file, score)| change(file, score));
    if !item.output.is_empty() {
        let fence = "`".repeat(longest_run(&item.output).max(2) + 1);
        let lines: String = item.output.lines().flat_map(|line| ["  ", line, "\n"]).collect();
        let _ = write!(entry, "\n  {fence}text\n{lines}  {fence}\n\n");
    }
    if let Some(help) = &item.help {
        let line_break = if change.is_empty() { "<br>" } else { "" };
        let _ = writeln!(entry, "{change}  {line_break}→ {}", prose(help));
    }
    entry
}

/// The changed lines as a diff; nothing when they are many.
fn change(file: &FileScore, score: &MutantScore) -> String {
    let span = score.mutant.span;
    let first = file.lines.span(file.lines.line(span.start));
    let last = file.lines.span(file.lines.line(span.end.saturating_sub(1).max(span.start)));
    let lines = first.join(last);
    let before = terminal::source(lines.of(&file.text));
    let after = terminal::source(&score.mutant.apply_within(&file.text, lines));
    if before.lines().count() + after.lines().count() > CHANGED_LINES {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&format!("{before}{after}")).max(2) + 1);
    let marked = |sign: &str, text: &str| text.lines().flat_map(|line| ["  ", sign, " ", line, "\n"]).collect::<String>();
    format!("\n  {fence}diff\n{}{}  {fence}\n\n", marked("-", &before), marked("+", &after))
}

/// Our own prose, in which code stands in backticks: the code becomes a code span, the rest is escaped. Where the
/// backticks do not pair, all of it is.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    parts.iter().enumerate().map(|(index, part)| if index % 2 == 1 { span(part) } else { escaped(part) }).collect()
}

/// A code span that its content cannot end.
fn span(code: &str) -> String {
    if code.is_empty() {
        return "``".replace('`', "\\`");
    }
    let ticks = "`".repeat(longest_run(code) + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{code}{pad}{ticks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text that means nothing but itself: no markup, no HTML, no mention, no reference to an issue.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '#' => safe.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => safe.extend(['\\', c]),
            _ => safe.push(c),
        }
    }
    safe
}

/// As [`escaped`], with the signs that limits are written with.
fn cell_text(text: &str) -> String {
    escaped(text).replace("&gt;=", "≥").replace("&lt;=", "≤")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{self, Sample};

    fn shown(sample: &Sample) -> String {
        let mut out = Vec::new();
        markdown(&sample.report(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!(shown(&sample::failing()), @r"
        <!-- cargo-gate -->
        ## ❌ cargo gate: FAIL 2 of 6 gates

        | | gate | measured | limit | set in | |
        |---|---|--:|--:|---|---|
        | ✅ | tests | 412 passed | all | gates.toml:4 | 2 ignored |
        | ❌ | line-coverage | 89.9 % | ≥ 90 % | gates.toml:5 | 8999 of 10000 lines |
        | no limit | branch-coverage | 50 % |  |  | 1 of 2 branch outcomes |
        | ✅ | complexity | 14 | ≤ 15 | gates.toml:6 |  |
        | ❌ | crap | 18.8 | ≤ 8 | gates.toml:8 | 1 function |
        | ✅ | mutation-score | 66.6 % | ≥ 60 % | gates.toml:9 | 2 of 3 mutants: 1 survived |
        | ✅ | mutation-sites | 5 | ≤ 100 | gates.toml:10 |  |

        ### What fails

        - **gate-fails** the gate `line-coverage` does not hold
          <br>89.9 %, needs &gt;= 90 %: short by 1 line
        - `src/price.rs:2`: **crap** `discount` is complex and under-tested
          <br>crap 18.8, at most 8: complexity 14, coverage 71 %
          <br>→ split to complexity 7 or less and cover 73 % or more; not covered: 97, 103-109, 120

        <details><summary>1 finding that no gate minds</summary>

        - `src/price.rs:3`: **surviving-mutant** no test notices `>` replaced by `>=`
          <br>2 tests come here, none fails

          ```diff
          -     if quantity > 10 {
          +     if quantity >= 10 {
          ```

          → assert the price at quantity == 10, for example in `discount_large`

        </details>
        ");
    }

    #[test]
    fn a_run_that_could_not_measure() {
        insta::assert_snapshot!(shown(&sample::nothing_measured()), @r"
        <!-- cargo-gate -->
        ## ⚠️ cargo gate: INCONCLUSIVE 2 of 3 gates not measured

        | | gate | measured | limit | set in | |
        |---|---|--:|--:|---|---|
        | ⚠️ not measured | tests | - | all | gates.toml:3 |  |
        | ⚠️ not measured | line-coverage | - | ≥ 90 % | gates.toml:4 |  |
        | ✅ | complexity | 2 | ≤ 10 | gates.toml:5 |  |

        ### What fails

        - **inconclusive** src/lib.rs:3:5: cannot find value `x`
          <br>→ mend what `cargo test --no-run` reports, then run the gate again
        ");
    }

    #[test]
    fn the_marker_stays_the_same_and_names_the_workspace() {
        let mut sample = sample::failing();
        let first = |sample: &Sample| shown(sample).lines().next().unwrap().to_owned();
        assert_eq!(first(&sample), first(&sample::passing()));
        sample.call.below = "crates/a-->b".into();
        assert_eq!(first(&sample), "<!-- cargo-gate:crates/a- -&gt;b -->");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut sample = sample::failing();
        let [crap, survivor] = &sample.verdict.findings[..] else { panic!() };
        sample.verdict.findings = [vec![crap.clone(); 900], vec![survivor.clone(); 900]].concat();
        let text = shown(&sample);
        assert!(text.len() < COMMENT && text.contains("- … and 876 more"), "{}", text.len());
        for room in [20_000, 100_000] {
            let text = summary(&sample.report(), room);
            assert!(text.len() <= room && text.len() > room - 1000, "{} of {room}", text.len());
            let shown = text.matches("- `src/price.rs:").count();
            let more: Vec<usize> = text.lines().filter_map(|line| line.strip_prefix("- … and ")?.split(' ').next()?.parse().ok()).collect();
            assert_eq!(shown + more.iter().sum::<usize>(), 1_800);
        }
    }

    #[test]
    fn code_and_names_are_no_markup() {
        assert_eq!(prose("`a < b` is @odd <b>, see #1 [x](y) | z"), "`a < b` is &#64;odd &lt;b&gt;, see &#35;1 \\[x\\](y) \\| z");
        assert_eq!(prose("an odd ` one"), "an odd \\` one");
        assert_eq!(span("a``b`"), "``` a``b` ```");
        let mut sample = sample::failing();
        sample.scores.files[0].text = sample.scores.files[0].text.replace("quantity > 10 {", "quantity > 10 { // ```");
        sample.scores.files[0].lines = crate::syntax::Lines::new(&sample.scores.files[0].text);
        let text = shown(&sample);
        assert!(text.contains("  ````diff\n  -     if quantity > 10 { // ```\n  +     if quantity >= 10 { // ```\n  ````\n"), "{text}");
    }
}
