//! Reports to where they were asked for: standard output, files; progress to standard error.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};

use clap::ColorChoice;

use crate::cli::{Check, OutputFormat};
use crate::progress::{Progress, Silent, for_stderr};
use crate::report::human::Style;
use crate::report::markdown::{SUMMARY, summary};
use crate::report::{
    Report, agent, coverage, github, gitlab, html, human, json, junit, markdown, mutation_report, sarif, terminal, write_file,
};

/// How a run shows what it is doing. An agent reads both streams and pays for each line.
pub(super) fn progress(check: &Check) -> Box<dyn Progress + Send> {
    let is_silent = check.terminal.quiet || check.format == OutputFormat::Agent;
    if is_silent { Box::new(Silent) } else { for_stderr() }
}

/// Write every report that was asked for into its file.
pub(super) fn files(check: &Check, report: &Report<'_>) -> anyhow::Result<()> {
    for output in &check.output {
        if is_without_coverage(output.format, report) {
            eprintln!("note: no coverage was measured: {} is not written", terminal::line(output.path.as_str()));
            continue;
        }
        let plain = Style { color: false, width: Style::default().width, ..style(check) };
        write_file(output.path.as_std_path(), |out| write(output.format, report, plain, out))?;
    }
    Ok(())
}

/// An empty coverage report would be read as one of a project without code.
fn is_without_coverage(format: OutputFormat, report: &Report<'_>) -> bool {
    format.is_coverage() && !report.scores.coverage_measured
}

/// Print the report that standard output gets. A reader that went away is no error.
pub(super) fn standard_output(check: &Check, report: &Report<'_>) -> anyhow::Result<()> {
    if is_without_coverage(check.format, report) {
        eprintln!("note: no coverage was measured: nothing is printed");
        return Ok(());
    }
    let mut out = io::stdout().lock();
    let written = write(check.format, report, style(check), &mut out);
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Print a text that is no report. A reader that went away is no error.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

type Writer = fn(&Report<'_>, &mut dyn Write) -> io::Result<()>;

/// Who writes what; what a terminal gets alone has a style.
const WRITERS: &[(OutputFormat, Writer)] = &[
    (OutputFormat::Agent, agent),
    (OutputFormat::Json, json),
    (OutputFormat::Github, github),
    (OutputFormat::Sarif, sarif),
    (OutputFormat::Markdown, markdown),
    (OutputFormat::Junit, junit),
    (OutputFormat::Gitlab, gitlab),
    (OutputFormat::Html, html),
    (OutputFormat::MutationReport, mutation_report),
    (OutputFormat::Lcov, |report, out| coverage::lcov(report.scores, out)),
    (OutputFormat::LcovTests, |report, out| coverage::lcov_tests(report.scores, out)),
    (OutputFormat::Cobertura, |report, out| coverage::cobertura(report.scores, out)),
    (OutputFormat::LlvmCovJson, |report, out| coverage::llvm_cov_json(report.scores, out)),
];

fn write(format: OutputFormat, report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match WRITERS.iter().find(|(written, _)| *written == format) {
        Some((_, writer)) => writer(report, out),
        None => human(report, style, out),
    }
}

/// Where a job of a GitHub workflow collects its summary.
const SUMMARY_FILE: &str = "GITHUB_STEP_SUMMARY";

/// With `--format github`, add the findings to the summary of the job, where there is one. The summary is no
/// result of the run: what cannot be written is said, and the exit code stays that of the gates.
pub(super) fn job_summary(check: &Check, report: &Report<'_>) {
    let path = std::env::var_os(SUMMARY_FILE).filter(|path| check.format == OutputFormat::Github && !path.is_empty());
    let Some(path) = path else { return };
    let append = || {
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        // What another command of this step has written counts, too.
        let taken = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        file.write_all(summary(report, SUMMARY.saturating_sub(taken)).as_bytes())
    };
    if let Err(error) = append() {
        eprintln!("warning: cannot add to the summary of the job ({SUMMARY_FILE}): {error}");
    }
}

/// The narrowest and the widest that a report is laid out for.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=140;

fn style(check: &Check) -> Style {
    let color = match check.terminal.color {
        Some(ColorChoice::Always) => true,
        Some(ColorChoice::Never) => false,
        Some(ColorChoice::Auto) | None => color_by_environment(),
    };
    let usual = if check.terminal.verbose > 0 { usize::MAX } else { Style::default().findings };
    Style { color, width: width(), findings: check.max_findings.unwrap_or(usual), is_verbose: check.terminal.verbose > 0 }
}

/// The columns of the terminal that standard output is; elsewhere the default.
fn width() -> usize {
    let columns = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    columns.map_or(Style::default().width, |columns| columns.clamp(*WIDTHS.start(), *WIDTHS.end()))
}

/// `NO_COLOR` wins over `CARGO_TERM_COLOR`, which wins over what standard output is.
fn color_by_environment() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match std::env::var("CARGO_TERM_COLOR").as_deref() {
        _ if is_set("NO_COLOR") => false,
        Ok("always") => true,
        Ok("never") => false,
        _ => io::stdout().is_terminal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn each_format_but_that_for_people_has_a_writer() {
        let written: Vec<OutputFormat> = WRITERS.iter().map(|(format, _)| *format).collect();
        assert_eq!([&[OutputFormat::Human], written.as_slice()].concat(), OutputFormat::value_variants());
    }
}
