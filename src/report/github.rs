//! Annotations in the log of a GitHub workflow: what keeps the run from passing, the worst first, at most ten,
//! for GitHub drops what comes after without a word; then the table for who reads the log. Owns the escaping of
//! workflow commands. What fails no gate is not annotated: the job's summary has it.

use std::io::{self, Write};

use super::human::{Style, closing, table};
use super::items::{Item, Place, items};
use super::{Report, terminal};

/// Annotations that GitHub shows per step and level.
const MOST: usize = 10;

/// Write the workflow commands and the table.
pub fn github(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let items = items(report);
    let failing: Vec<&Item<'_>> = items.iter().filter(|item| item.is_failure).collect();
    let shown = if failing.len() > MOST { MOST - 1 } else { failing.len() };
    for item in &failing[..shown] {
        writeln!(out, "{}", annotation(item))?;
    }
    if failing.len() > shown {
        let text = format!("{} more findings are not annotated: the summary of the job lists them", failing.len() - shown);
        writeln!(out, "::error title=cargo gate::{}", data(&text))?;
    }
    let mut log = Vec::new();
    table::write(report, Style::default(), &mut log)?;
    closing::notes(report, &mut log)?;
    writeln!(log, "{} {}", closing::word(report.verdict.outcome), closing::gates(report))?;
    out.write_all(harmless(&String::from_utf8_lossy(&log)).as_bytes())
}

/// One workflow command.
fn annotation(item: &Item<'_>) -> String {
    let place = item.place.as_ref().map_or(String::new(), |place| format!("{},", properties(place)));
    let name = item.symbol.as_deref().or(item.metric.map(crate::policy::Metric::name));
    let title = name.map_or_else(|| item.code.to_owned(), |name| format!("{}: {name}", item.code));
    let help = item.help.as_ref().map(|help| format!("do: {help}"));
    let text: Vec<&str> = [Some(&item.title), Some(&item.label), help.as_ref()]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .map(String::as_str)
        .collect();
    format!("::error {place}title={}::{}", property(&title), data(&text.join("\n")))
}

/// Columns only for a mark within one line: GitHub takes them for nothing else.
fn properties(place: &Place) -> String {
    let file = format!("file={}", property(&terminal::line(&place.path)));
    match place.span {
        None => file,
        Some((start, end)) if start.line == end.line => {
            format!("{file},line={},endLine={},col={},endColumn={}", start.line, end.line, start.column, end.column)
        }
        Some((start, end)) => format!("{file},line={},endLine={}", start.line, end.line),
    }
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    terminal::block(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value among the properties of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text that holds no workflow command, of the present form or of the old one.
fn harmless(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.replace("##[", "## [");
        if line.trim_start().starts_with("::") { format!(". {line}\n") } else { format!("{line}\n") }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{self, Sample};

    fn shown(sample: &Sample) -> String {
        let mut out = Vec::new();
        github(&sample.report(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Name, properties, message.
    type Command = (String, Vec<(String, String)>, String);

    /// A workflow command as the runner reads it.
    fn read(line: &str) -> Option<Command> {
        let (command, data) = line.strip_prefix("::")?.split_once("::")?;
        let (name, properties) = command.split_once(' ').unwrap_or((command, ""));
        let plain = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let pair =
            |pair: &str| pair.split_once('=').map(|(key, value)| (key.to_owned(), plain(&value.replace("%3A", ":").replace("%2C", ","))));
        Some((name.to_owned(), properties.split(',').filter_map(pair).collect(), plain(data)))
    }

    #[test]
    fn a_failing_run() {
        insta::assert_snapshot!(shown(&sample::failing()), @r"
        ::error title=gate-fails%3A line-coverage::the gate `line-coverage` does not hold%0A89.9 %25, needs >= 90 %25: short by 1 line
        ::error file=src/price.rs,line=2,endLine=2,col=8,endColumn=16,title=crap%3A discount::`discount` is complex and under-tested%0Acrap 18.8, at most 8: complexity 14, coverage 71 %25%0Ado: split to complexity 7 or less and cover 73 %25 or more; not covered: 97, 103-109, 120
          gate             measured    limit    set in
          tests            412 passed  all      gates.toml:4   ok            2 ignored
          line-coverage    89.9 %      >= 90 %  gates.toml:5   FAIL          8999 of 10000 lines
          branch-coverage  50 %                                no limit      1 of 2 branch outcomes
          complexity       14          <= 15    gates.toml:6   ok
          crap             18.8        <= 8     gates.toml:8   FAIL          1 function
          mutation-score   66.6 %      >= 60 %  gates.toml:9   ok            2 of 3 mutants: 1 survived
          mutation-sites   5           <= 100   gates.toml:10  ok

        FAIL 2 of 6 gates
        ");
    }

    #[test]
    fn what_passes_is_not_annotated_and_what_was_not_measured_is() {
        assert!(!shown(&sample::passing()).contains("::"));
        let text = shown(&sample::nothing_measured());
        let (name, properties, message) = read(text.lines().next().unwrap()).unwrap();
        assert_eq!((name.as_str(), &properties[0].1), ("error", &"inconclusive".to_owned()));
        assert!(message.contains("cannot find value `x`\ndo: mend what"), "{message}");
    }

    #[test]
    fn ten_at_most_and_the_last_says_how_many_more() {
        let mut sample = sample::failing();
        let finding = sample.verdict.findings[0].clone();
        for (findings, annotations) in [(9, 10), (10, 10), (500, 10)] {
            sample.verdict.findings = vec![finding.clone(); findings];
            let text = shown(&sample);
            let commands: Vec<_> = text.lines().filter_map(read).collect();
            assert_eq!(commands.len(), annotations);
            // With the gate that has no finding of its own there is one more.
            assert_eq!(commands[9].2.contains(&format!("{} more", findings + 1 - 9)), findings > 9, "{:?}", commands[9]);
        }
    }

    #[test]
    fn nothing_leaves_its_command() {
        let mut sample = sample::failing();
        sample.scores.files[0].path = "src/a,b:100%\n::error::x.rs".into();
        let finding = &mut sample.verdict.findings[0];
        finding.title = "100% of\n::error::`a, b`\u{1b}[1m".to_owned();
        finding.symbol = Some("<impl A, B for C>::f".to_owned());
        let text = shown(&sample);
        let commands: Vec<_> = text.lines().filter_map(read).collect();
        assert_eq!(commands.len(), 2, "{text}");
        let (_, properties, message) = &commands[1];
        assert_eq!(properties[0], ("file".to_owned(), "src/a,b:100%\\n::error::x.rs".to_owned()));
        assert_eq!(properties.last().unwrap().1, "crap: <impl A, B for C>::f");
        assert!(message.starts_with("100% of\\n::error::`a, b`\\u{1b}[1m\n"), "{message}");
        assert_eq!(harmless("  ::set-env::x\na ##[error]\n"), ".   ::set-env::x\na ## [error]\n");
    }
}
