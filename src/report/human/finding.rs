//! One finding as a diagnostic: the marked source, the numbers under it, the way out. Owns the cut of the
//! source around the mark; refuses to choose which findings are shown.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

use crate::judge::Finding;
use crate::report::terminal;
use crate::score::{FileScore, Scores};
use crate::syntax::Span;

/// The diagnostic, without a line end behind it.
pub(super) fn render(finding: &Finding, scores: &Scores, renderer: &Renderer) -> String {
    let level = if finding.is_failure { Level::ERROR } else { Level::WARNING };
    let title = level.primary_title(terminal::line(&finding.title)).id(finding.code);
    let mut group = placed(title, finding, scores);
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(terminal::block(help)));
    }
    if let Some(mutant) = &finding.mutant {
        group = group.element(Level::NOTE.message(format!("mutant {}", terminal::line(mutant))));
    }
    renderer.render(&[group])
}

/// The finding at its place: marked source, or the file alone, or no place at all; without a mark to hang
/// it under the label becomes a note.
fn placed<'a>(title: Title<'a>, finding: &Finding, scores: &Scores) -> Group<'a> {
    let label = terminal::block(&finding.label);
    let file = finding.file.and_then(|file| scores.files.get(file));
    let excerpt = file.zip(finding.span).and_then(|(file, span)| Excerpt::cut(file, span));
    if let (Some(file), Some(excerpt)) = (file, excerpt) {
        let mark = AnnotationKind::Primary.span(excerpt.mark).label(label);
        let source = Snippet::source(excerpt.text).path(path(file)).line_start(excerpt.line);
        return title.element(source.annotation(mark));
    }
    let group = match file {
        Some(file) => title.element(Origin::path(path(file))),
        None => Group::with_title(title),
    };
    if label.is_empty() { group } else { group.element(Level::NOTE.message(label)) }
}

fn path(file: &FileScore) -> String {
    terminal::line(file.path.as_str())
}

/// The whole lines that a span touches, safe to print.
struct Excerpt {
    text: String,
    /// 1-based number of the first line.
    line: usize,
    /// The bytes of `text` to mark.
    mark: Range<usize>,
}

impl Excerpt {
    /// `None` for a span that the text does not have.
    fn cut(file: &FileScore, span: Span) -> Option<Excerpt> {
        let line = file.lines.line(span.start);
        let first = file.lines.span(line);
        let last = file.lines.span(file.lines.line(span.end.saturating_sub(1).max(span.start)));
        let part = |start: u32, end: u32| file.text.get(start as usize..end as usize).map(terminal::source);
        // Escaping changes lengths, so the marked part is escaped apart and measured afterwards. (The column
        // in the heading counts what is shown: behind an escaped character it is further right.)
        let mut text = part(first.start, span.start)?;
        let start = text.len();
        text += &part(span.start, span.end)?;
        let end = text.len();
        text += part(span.end, last.end.max(span.end))?.trim_end();
        Some(Excerpt { text, line: line as usize, mark: start..end })
    }
}
