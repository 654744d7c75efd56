//! Mutants that no test notices. Shown whether or not the mutation score holds: each is a test to write.

use super::advice::advice;
use crate::judge::Finding;
use crate::judge::text::{code, count, one_line};
use crate::mutate::{Mutant, Operator};
use crate::policy::Metric;
use crate::score::{FileScore, MutantScore, Part, Status};
use crate::syntax::Span;

/// Mutants that survived, then those that no test reaches. Those of whole functions come first in each:
/// where the result itself is not looked at, the details cannot be.
pub(super) fn survivors(part: Part<'_>, metric: Metric, is_failure: bool) -> Vec<Finding> {
    if !part.scores.mutants_run {
        return Vec::new();
    }
    // What the base's tests killed is told with the test that did.
    let is_lost = |score: &MutantScore| part.scores.former.iter().flat_map(|former| &former.lost).any(|lost| lost.id == score.mutant.id);
    let is_told = |score: &MutantScore| is_undetected(score) && (is_failure || !is_lost(score));
    let undetected = part.indexed_mutants().filter(|(_, score)| is_told(score));
    let mut found: Vec<_> = undetected.map(|(index, score)| (index, &part.scores.files[index], score)).collect();
    found.sort_by_key(|(_, _, score)| (score.status == Status::NoCoverage, score.mutant.operator != Operator::FnValue));
    found.into_iter().map(|(index, file, score)| Finding { metric, is_failure, ..survivor(index, file, score) }).collect()
}

fn is_undetected(score: &MutantScore) -> bool {
    !score.inactive && matches!(score.status, Status::Survived | Status::NoCoverage)
}

fn survivor(index: usize, file: &FileScore, score: &MutantScore) -> Finding {
    let mutant = &score.mutant;
    let is_reached = score.status == Status::Survived;
    Finding {
        file: Some(index),
        span: Some(place(file, mutant)),
        title: if mutant.operator == Operator::FnValue { value_title(mutant, is_reached) } else { change_title(file, mutant, is_reached) },
        label: label(score),
        help: Some(help(file, score)),
        mutant: Some(mutant.id.clone()),
        symbol: mutant.function.clone(),
        ..Finding::new(Metric::MutationScore, "surviving-mutant")
    }
}

/// What to point at: the change, or for a whole body the name of its function.
pub(in crate::judge) fn place(file: &FileScore, mutant: &Mutant) -> Span {
    let around = file.functions.iter().map(|score| &score.function).filter(|function| function.body.contains(mutant.span));
    match around.max_by_key(|function| function.span.start) {
        Some(function) if mutant.operator == Operator::FnValue => function.ident,
        _ => mutant.span,
    }
}

/// The function around a mutant, in backticks where it has a name.
fn function_of(mutant: &Mutant) -> String {
    mutant.function.as_deref().map_or("this function".to_owned(), |name| format!("`{}`", one_line(name)))
}

fn value_title(mutant: &Mutant, is_reached: bool) -> String {
    let function = function_of(mutant);
    let could = if mutant.replacement == "()" { "do nothing".to_owned() } else { format!("return {}", code(&mutant.replacement)) };
    if is_reached {
        format!("{function} could {could} and no test would notice")
    } else {
        format!("no test runs {function}: it could {could}")
    }
}

fn change_title(file: &FileScore, mutant: &Mutant, is_reached: bool) -> String {
    let source = mutant.span.of(&file.text);
    let what = match mutant.operator {
        Operator::MatchArm => format!("match arm {}", code(source.split("=>").next().unwrap_or(source))),
        Operator::MatchArmGuard => format!("match guard {}", code(source)),
        Operator::StructField => format!("field {}", code(source.trim_end().trim_end_matches(','))),
        Operator::Statement => format!("statement {}", code(source)),
        _ => code(source),
    };
    let change = if mutant.replacement.is_empty() { "deleted".to_owned() } else { format!("replaced by {}", code(&mutant.replacement)) };
    if is_reached { format!("no test notices {what} {change}") } else { format!("no test runs this code: {what} could be {change}") }
}

fn label(score: &MutantScore) -> String {
    match (score.status, score.covered_by.len() as u64) {
        (Status::NoCoverage, _) => score.reason.clone().unwrap_or_else(|| "no test comes here".to_owned()),
        (_, 0) => "tests come here, none fails".to_owned(),
        (_, 1) => "1 test comes here and does not fail".to_owned(),
        (_, tests) => format!("{} come here, none fails", count(tests, "test")),
    }
}

/// What stands in the advice before the name of a test that could be extended.
pub const EXAMPLE: &str = ", for example in ";

fn help(file: &FileScore, score: &MutantScore) -> String {
    let what = advice(&score.mutant, score.mutant.span.of(&file.text));
    if score.status == Status::NoCoverage {
        return format!("write a test that comes here, and assert {what}");
    }
    let example = score.covered_by.first().map_or(String::new(), |test| format!("{EXAMPLE}`{}`", one_line(test)));
    format!("assert {what}{example}")
}
