//! What a change does to its own judges: to the policy, to paths that are not its own, to tests. Owns the rows and
//! findings of it; refuses to find out, which is done by those who make an [`Accusation`].

use camino::{Utf8Path, Utf8PathBuf};

use super::{Finding, Measured, Outside, Population, Row, State, accuse, findings, one_line};
use crate::policy::{Decimal, Gate, LEVELS, Level, Levels, Limit, Metric, Origin};
use crate::score::{FileScore, FormerScore, Scores};
use crate::syntax::Span;

/// What a run is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Against {
    /// The base as it was typed.
    pub asked: String,
    /// The commit, shortened; `nothing` before the first.
    pub commit: String,
    /// Whether the base has a policy of its own; without one the built-in defaults stand for it.
    pub has_policy: bool,
    /// What is held against the change.
    pub accusations: Vec<Accusation>,
}

impl Against {
    /// The same with what running the base's tests told.
    #[must_use]
    pub fn with_former(mut self, former: Option<&FormerScore>) -> Against {
        let found = former.map(|former| accuse::former(former, &self.accusations)).unwrap_or_default();
        self.accusations.extend(found);
        self
    }
}

/// Something that a change must not do to its own judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accusation {
    /// One of [`LEVELS`].
    pub code: &'static str,
    /// The file, relative to the workspace root.
    pub path: Option<Utf8PathBuf>,
    /// 1-based, in the head's text.
    pub line: Option<u32>,
    /// The function or test that it is about.
    pub symbol: Option<String>,
    /// The id of the mutant that shows it.
    pub mutant: Option<String>,
    /// What is wrong.
    pub title: String,
    /// What there is to say about the place.
    pub label: String,
    /// What a legitimate author does next.
    pub help: String,
}

/// The rows and findings of what is held against a change, by the levels of the policy.
pub(super) fn judge(against: &Against, levels: &Levels, scores: &Scores) -> Vec<(Row, Vec<Finding>)> {
    let of_metric = |metric: Metric| {
        let of_metric = against.accusations.iter().filter(|accusation| metric_of(accusation.code) == metric);
        let mut found: Vec<Finding> = of_metric.filter_map(|accusation| finding(accusation, levels, scores)).collect();
        found.sort_by_key(|finding| !finding.is_failure);
        let denied = found.iter().filter(|finding| finding.is_failure).count();
        let measured = Some(Measured::Whole(u32::try_from(denied).unwrap_or(u32::MAX)));
        let gate = Some(Gate { metric, limit: NONE, origin: Origin::Default });
        let state = if denied == 0 { State::Pass } else { State::Fail };
        let name = metric.name().to_owned();
        (Row { metric, name, gate, measured, state, findings: found.len(), population: Population::default() }, found)
    };
    Metric::OF_A_CHANGE.map(of_metric).into()
}

const NONE: Limit = Limit::Max(Decimal::whole(0));

/// The row that a code belongs to.
fn metric_of(code: &str) -> Metric {
    LEVELS.iter().find(|about| about.code == code).map_or(Metric::Integrity, |about| about.metric)
}

fn finding(accusation: &Accusation, levels: &Levels, scores: &Scores) -> Option<Finding> {
    let level = levels.of(accusation.code);
    if level == Level::Allow {
        return None;
    }
    let measured = accusation.path.as_deref().and_then(|path| source(scores, path));
    let text = measured.map(|(_, file)| file);
    let outside = accusation.path.clone().filter(|_| measured.is_none());
    Some(Finding {
        is_failure: level == Level::Deny,
        file: measured.map(|(index, _)| index),
        span: text.zip(accusation.line).map(|(file, line)| mutant_of(file, accusation).unwrap_or_else(|| code_of(file, line))),
        outside: outside.map(|path| Outside { path, line: accusation.line }),
        symbol: accusation.symbol.clone(),
        mutant: accusation.mutant.clone(),
        title: one_line(&accusation.title),
        label: one_line(&accusation.label),
        help: Some(one_line(&accusation.help)).filter(|help| !help.is_empty()),
        ..Finding::new(metric_of(accusation.code), accusation.code)
    })
}

/// The measured source at `path` whose text was kept.
fn source<'s>(scores: &'s Scores, path: &Utf8Path) -> Option<(usize, &'s FileScore)> {
    scores.files.iter().enumerate().find(|(_, file)| file.path == path && !file.text.is_empty())
}

/// Where the mutant is that shows it.
fn mutant_of(file: &FileScore, accusation: &Accusation) -> Option<Span> {
    let score = file.mutants.iter().find(|score| Some(&score.mutant.id) == accusation.mutant.as_ref())?;
    Some(findings::place(file, &score.mutant))
}

/// A line without the white space around its text.
fn code_of(file: &FileScore, line: u32) -> Span {
    let whole = file.lines.span(line);
    let text = whole.of(&file.text);
    let bytes = |text: &str| u32::try_from(text.len()).unwrap_or(0);
    let start = whole.start + bytes(text) - bytes(text.trim_start());
    Span::new(start, start + bytes(text.trim()))
}
