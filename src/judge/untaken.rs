//! What it takes to say which way of a decision no test went: the deciding token, and its outcomes in words. A
//! decision whose token is not found (a coverage file tells only lines) is told by its line.

use std::collections::BTreeMap;

use super::Mark;
use super::marks::text_of;
use crate::coverage::Branch;
use crate::score::FileScore;
use crate::syntax::Span;

/// The tokens that decide, and what is said when the first outcome is missing, when the second is. The order of
/// outcomes is that of [`crate::instrument::BranchPlan`].
const DECIDERS: [(&str, &str, &str); 7] = [
    ("if", "never false", "never true"),
    ("while", "never left here", "never entered"),
    ("for", "never without an item", "never entered"),
    ("&&", "the left side is never false", "the left side is never true"),
    ("||", "the left side is never false", "the left side is never true"),
    ("?", "never leaves here", "always leaves here"),
    ("let", "never takes the `else`", "always takes the `else`"),
];

/// A mark for each decision of `branches` that has an outcome which was not taken, in the order of the text.
pub(super) fn untaken<'b>(file: &FileScore, branches: impl Iterator<Item = &'b Branch>) -> Vec<Mark> {
    let mut decisions: BTreeMap<(u32, u32, u32), Vec<&Branch>> = BTreeMap::new();
    for branch in branches {
        decisions.entry((branch.line, branch.column, branch.decision)).or_default().push(branch);
    }
    let with_a_gap = decisions.into_values().filter(|outcomes| outcomes.iter().any(|branch| !branch.taken));
    let mut marks: Vec<Mark> = with_a_gap.map(|outcomes| mark(file, &outcomes)).collect();
    marks.sort_by_key(|mark| mark.span);
    marks.dedup();
    marks
}

fn mark(file: &FileScore, outcomes: &[&Branch]) -> Mark {
    let Some((span, token)) = token(file, outcomes[0]) else {
        return Mark { span: text_of(file, outcomes[0].line), label: "an outcome is not taken".to_owned() };
    };
    let missing: Vec<u32> = outcomes.iter().filter(|branch| !branch.taken).map(|branch| branch.outcome).collect();
    let label = if missing.len() == outcomes.len() { "never comes here".to_owned() } else { said(token, &missing) };
    Mark { span, label }
}

fn said(token: &str, missing: &[u32]) -> String {
    let decider = DECIDERS.iter().find(|(known, ..)| *known == token);
    match (decider, missing) {
        (Some((_, first, _)), [0]) => (*first).to_owned(),
        (Some((_, _, second)), _) => (*second).to_owned(),
        (None, [arm]) => format!("arm {} is never taken", arm + 1),
        (None, arms) => format!("{} arms are never taken", arms.len()),
    }
}

/// The deciding token and its place.
fn token<'f>(file: &'f FileScore, branch: &Branch) -> Option<(Span, &'f str)> {
    let line = file.lines.span(branch.line).of(&file.text);
    let column = usize::try_from(branch.column).ok()?.checked_sub(1)?;
    let at = line.char_indices().map(|(at, _)| at).nth(column)?;
    let known = DECIDERS.iter().map(|(token, ..)| *token).chain(["match"]);
    let token = known.into_iter().find(|token| line[at..].starts_with(token))?;
    let start = file.lines.span(branch.line).start + u32::try_from(at).ok()?;
    let span = Span::new(start, start + u32::try_from(token.len()).ok()?);
    Some((span, span.of(&file.text)))
}
