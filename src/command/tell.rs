//! Reports to where they were asked for: standard output, files; progress to standard error.

use std::io::{self, IsTerminal, Write};

use clap::ColorChoice;

use crate::cli::{Check, Format, OutputFormat, Terminal};
use crate::progress::{Progress, Silent, for_stderr};
use crate::report::human::Style;
use crate::report::{Report, coverage, human, json, mutation_report, terminal, write_file};

/// How a run shows what it is doing.
pub(super) fn progress(check: &Check) -> Box<dyn Progress + Send> {
    if check.terminal.quiet { Box::new(Silent) } else { for_stderr() }
}

/// Write every report that was asked for into its file.
pub(super) fn files(check: &Check, report: &Report<'_>) -> anyhow::Result<()> {
    for output in &check.output {
        if output.format.is_coverage() && !report.scores.coverage_measured {
            // An empty report would be read as one of a project without code.
            eprintln!("note: no coverage was measured: {} is not written", terminal::line(output.path.as_str()));
            continue;
        }
        let plain = Style { color: false, ..style(check.terminal) };
        write_file(output.path.as_std_path(), |out| match output.format {
            OutputFormat::Human => human(report, plain, out),
            OutputFormat::Json => json(report, out),
            OutputFormat::MutationReport => mutation_report(report, out),
            OutputFormat::Lcov => coverage::lcov(report.scores, out),
            OutputFormat::LcovTests => coverage::lcov_tests(report.scores, out),
            OutputFormat::Cobertura => coverage::cobertura(report.scores, out),
            OutputFormat::LlvmCovJson => coverage::llvm_cov_json(report.scores, out),
        })?;
    }
    Ok(())
}

/// Print the report that standard output gets. A reader that went away is no error.
pub(super) fn standard_output(check: &Check, report: &Report<'_>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = match check.format {
        Format::Human => human(report, style(check.terminal), &mut out),
        Format::Json => json(report, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn style(terminal: Terminal) -> Style {
    let color = match terminal.color {
        Some(ColorChoice::Always) => true,
        Some(ColorChoice::Never) => false,
        Some(ColorChoice::Auto) | None => color_by_environment(),
    };
    Style { color, ..Style::default() }
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
