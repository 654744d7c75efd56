//! One finding as a diagnostic: the marked source, the numbers under it, the way out. Owns the cut of the
//! source around the mark; refuses to choose which findings are shown.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

use crate::judge::{Finding, Mark};
use crate::policy::Metric;
use crate::report::items::distance_text;
use crate::report::terminal;
use crate::score::{FileScore, Scores};
use crate::syntax::Span;

/// The diagnostic, without a line end behind it.
pub(super) fn render(finding: &Finding, scores: &Scores, renderer: &Renderer, is_verbose: bool) -> String {
    let level = if finding.is_failure { Level::ERROR } else { Level::WARNING };
    let title = level.primary_title(terminal::line(&finding.title)).id(finding.code);
    let mut group = placed(title, finding, scores);
    if !finding.output.is_empty() {
        group = group.element(Level::NOTE.message(format!("it printed\n{}", terminal::block(&finding.output))));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(terminal::block(help)));
    }
    if let Some(mutant) = &finding.mutant {
        group = group.element(Level::NOTE.message(format!("mutant {}", terminal::line(mutant))));
    }
    if is_verbose {
        group = details(finding, scores).into_iter().fold(group, |group, note| group.element(Level::NOTE.message(note)));
    }
    renderer.render(&[group])
}

/// How many tests are named.
const TESTS: usize = 20;

/// What only those who ask are told: the tests that reach a mutant, the distance of a gate to its limit.
fn details(finding: &Finding, scores: &Scores) -> Vec<String> {
    let file = finding.file.and_then(|file| scores.files.get(file));
    let mutant = file.and_then(|file| file.mutants.iter().find(|score| Some(&score.mutant.id) == finding.mutant.as_ref()));
    let tests = mutant.filter(|score| !score.covered_by.is_empty()).map(|score| {
        let names: Vec<String> = score.covered_by.iter().take(TESTS).map(terminal::line).collect();
        let more = score.covered_by.len().saturating_sub(TESTS);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("tests that come here: {}{more}", names.join(", "))
    });
    let distance = finding.distance().map(|distance| format!("`{}` is {}", finding.metric.name(), distance_text(distance, finding.metric)));
    let item = finding.mutant.as_ref().map_or(finding.fingerprint.clone(), |mutant| format!("mutant:{mutant}"));
    let is_waivable = !matches!(finding.metric, Metric::Tests | Metric::Checks | Metric::Waivers | Metric::Attempts);
    let waiver = is_waivable
        .then(|| format!("a waiver for it names `gate = \"{}\"`, `item = \"{}\"`", finding.metric.name(), terminal::line(&item)));
    tests.into_iter().chain(distance).chain(waiver).collect()
}

/// The finding at its place: marked source, or the file alone, or no place at all; without a mark to hang
/// it under the label becomes a note.
fn placed<'a>(title: Title<'a>, finding: &Finding, scores: &Scores) -> Group<'a> {
    let label = terminal::block(&finding.label);
    let file = finding.file.and_then(|file| scores.files.get(file));
    let excerpt = file.zip(finding.span).and_then(|(file, span)| Excerpt::cut(file, span, &finding.marks));
    if let (Some(file), Some(excerpt)) = (file, excerpt) {
        let (primary, others) = excerpt.marks.split_first().expect("the finding's own mark comes first");
        let mark = AnnotationKind::Primary.span(primary.clone()).label(label);
        let source = Snippet::source(excerpt.text).path(path(file)).line_start(excerpt.line).annotation(mark);
        let labels = finding.marks.iter().map(|mark| terminal::line(&mark.label));
        let contexts = others.iter().zip(labels).map(|(mark, label)| AnnotationKind::Context.span(mark.clone()).label(label));
        return title.element(source.annotations(contexts));
    }
    let group = match (file, &finding.outside) {
        (Some(file), _) => title.element(Origin::path(path(file))),
        (None, Some(outside)) => {
            let origin = Origin::path(terminal::line(outside.path.as_str()));
            title.element(match outside.line {
                Some(line) => origin.line(line as usize),
                None => origin,
            })
        }
        (None, None) => Group::with_title(title),
    };
    if label.is_empty() { group } else { group.element(Level::NOTE.message(label)) }
}

fn path(file: &FileScore) -> String {
    terminal::line(file.path.as_str())
}

/// The whole lines that some spans touch and those between, safe to print.
struct Excerpt {
    text: String,
    /// 1-based number of the first line.
    line: usize,
    /// The bytes of `text` to mark: of the finding, then of each of its marks.
    marks: Vec<Range<usize>>,
}

impl Excerpt {
    /// `None` for a span that the text does not have.
    fn cut(file: &FileScore, span: Span, marks: &[Mark]) -> Option<Excerpt> {
        let spans: Vec<Span> = std::iter::once(span).chain(marks.iter().map(|mark| mark.span)).collect();
        let line = |at: u32| file.lines.line(at);
        let first = spans.iter().map(|span| line(span.start)).min()?;
        let last = spans.iter().map(|span| line(span.end.saturating_sub(1).max(span.start))).max()?;
        let (start, end) = (file.lines.span(first).start, file.lines.span(last).end);
        let part = |start: u32, end: u32| file.text.get(start as usize..end as usize).map(terminal::source);
        // Escaping changes lengths, so what stands before a mark is escaped and measured apart. (The column in
        // the heading counts what is shown: behind an escaped character it is further right.)
        let at = |byte: u32| part(start, byte).map(|before| before.len());
        let marks: Option<Vec<Range<usize>>> = spans.iter().map(|span| Some(at(span.start)?..at(span.end)?)).collect();
        let furthest = spans.iter().map(|span| span.end).max().unwrap_or(end).max(end);
        let text = part(start, furthest)?;
        let kept = text.trim_end().len().max(marks.iter().flatten().map(|mark| mark.end).max().unwrap_or(0));
        Some(Excerpt { text: text.get(..kept)?.to_owned(), line: first as usize, marks: marks? })
    }
}
