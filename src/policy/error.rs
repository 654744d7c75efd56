//! What is wrong with a policy file, shown as a compiler would: the place, the line, the next step. Owns
//! the rendering; refuses to know what the file may say.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use camino::Utf8Path;

use crate::syntax::Lines;

/// Why there is no policy. Displays as the whole diagnostic, plain text of several lines.
#[derive(Debug)]
pub struct PolicyError {
    rendered: String,
    line: Option<u32>,
}

/// One thing that is wrong.
pub(super) struct Problem {
    /// Bytes of the file.
    pub(super) span: Range<usize>,
    /// What is wrong, in one line.
    pub(super) title: String,
    /// What is said under the marked text.
    pub(super) label: String,
    /// The next step.
    pub(super) help: String,
}

impl PolicyError {
    /// The file itself cannot be read.
    pub(super) fn unreadable(path: &Utf8Path, error: &std::io::Error) -> Self {
        let rendered = format!("error: cannot read `{path}`: {error}");
        Self { rendered, line: None }
    }

    /// `problems` of the file `path`, in the order of their places; never empty.
    pub(super) fn new(text: &str, path: &Utf8Path, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.start);
        let line = problems.first().map(|problem| line_at(text, problem.span.start));
        let rendered: Vec<String> = problems.iter().map(|problem| render(text, path, problem)).collect();
        Self { rendered: rendered.join("\n\n"), line }
    }

    /// The 1-based line of the first thing that is wrong; `None` when the file could not be read.
    pub fn line(&self) -> Option<u32> {
        self.line
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rendered)
    }
}

impl std::error::Error for PolicyError {}

/// The 1-based line that holds byte `at`.
pub(super) fn line_at(text: &str, at: usize) -> u32 {
    Lines::new(text).line(u32::try_from(at).unwrap_or(u32::MAX))
}

fn render(text: &str, path: &Utf8Path, problem: &Problem) -> String {
    let mark = AnnotationKind::Primary.span(problem.span.clone()).label(&problem.label);
    let snippet = Snippet::source(text).path(path.as_str()).annotation(mark);
    let group = Level::ERROR.primary_title(&problem.title).element(snippet);
    Renderer::plain().render(&[group.element(Level::HELP.message(&problem.help))])
}
