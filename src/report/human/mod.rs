//! The report for a terminal: findings as rustc prints them, then what could not be measured, then one
//! table, then one line that says it all. Owns the order and the cut; refuses to escape by itself (see
//! `terminal`) and to round (the judge does).

pub(in crate::report) mod closing;
mod finding;
pub(in crate::report) mod table;

use std::collections::BTreeSet;
use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Effects, Style as Paint};
use annotate_snippets::{Group, Level, Renderer};

use super::{Report, terminal};
use crate::judge::Finding;
use crate::policy::Metric;

/// How the report is to look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour it: only for a terminal that was not told otherwise.
    pub color: bool,
    /// Columns that source lines may take.
    pub width: usize,
    /// Findings that are shown per gate; the rest is counted.
    pub findings: usize,
    /// Whether to tell what few ask for: where a finding's limit was set, which tests reach a mutant.
    pub is_verbose: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 140, findings: 10, is_verbose: false }
    }
}

/// Write the report for people.
pub fn human(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let renderer = style.renderer();
    let metrics: BTreeSet<Metric> = report.verdict.findings.iter().map(|finding| finding.metric).collect();
    for metric in metrics {
        findings(report, metric, style, &renderer, out)?;
    }
    for problem in &report.verdict.problems {
        message(Level::ERROR, Some("inconclusive"), problem, &renderer, out)?;
    }
    for warning in &report.scores.warnings {
        message(Level::WARNING, None, warning, &renderer, out)?;
    }
    table::write(report, style, out)?;
    closing::write(report, style, out)
}

/// The findings of one gate, those that fail it first, as many as the style allows.
fn findings(report: &Report<'_>, metric: Metric, style: Style, renderer: &Renderer, out: &mut dyn Write) -> io::Result<()> {
    let mut found: Vec<&Finding> = report.verdict.findings.iter().filter(|finding| finding.metric == metric).collect();
    found.sort_by_key(|finding| !finding.is_failure);
    for finding in found.iter().take(style.findings) {
        writeln!(out, "{}\n", finding::render(finding, report.scores, renderer, style.is_verbose))?;
    }
    let more = found.len().saturating_sub(style.findings);
    if more == 0 {
        return Ok(());
    }
    let text = format!("{more} more of `{}` not shown; `-v` shows all", metric.name());
    message(Level::NOTE, None, &text, renderer, out)
}

/// A text without a place: its first line as the title, the rest under it.
fn message(level: Level<'_>, code: Option<&str>, text: &str, renderer: &Renderer, out: &mut dyn Write) -> io::Result<()> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut title = level.primary_title(terminal::line(first));
    if let Some(code) = code {
        title = title.id(code);
    }
    let mut group = Group::with_title(title);
    if !rest.trim().is_empty() {
        group = group.element(Level::NOTE.no_name().message(terminal::block(rest.trim_end())));
    }
    writeln!(out, "{}\n", renderer.render(&[group]))
}

impl Style {
    fn renderer(self) -> Renderer {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        renderer.term_width(self.width)
    }

    /// `text`, coloured when asked to.
    fn paint(self, paint: Paint, text: &str) -> String {
        if self.color { format!("{paint}{text}{paint:#}") } else { text.to_owned() }
    }
}

const GOOD: Paint = AnsiColor::Green.on_default().effects(Effects::BOLD);
const BAD: Paint = AnsiColor::Red.on_default().effects(Effects::BOLD);
const UNKNOWN: Paint = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const QUIET: Paint = Paint::new().effects(Effects::DIMMED);

#[cfg(test)]
mod tests;
