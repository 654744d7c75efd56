//! Functions and files past a limit of their shape: cognitive complexity, lines, parameters, nesting, panics,
//! `unsafe` blocks.

use super::{Ranked, Texts, on_function, ranked};
use crate::judge::text::{count, line_ranges, lines_with_points, one_line};
use crate::judge::{Finding, Measured};
use crate::policy::{Decimal, Limit, Metric};
use crate::score::{FileScore, FunctionScore, Part};
use crate::syntax::Span;

/// Functions over the limit, the worst first.
pub(super) fn functions(part: Part<'_>, metric: Metric, limit: Decimal) -> Vec<Finding> {
    let over = ranked(part, |_, score| Some(score.value(metric)).filter(|value| Decimal::whole(*value) > limit));
    let finding = |Ranked { file, score, key }: Ranked<'_, u32>| {
        let excess = u64::from(key) - limit.millionths / 1_000_000;
        let texts = of_function_texts(metric, &part.scores.files[file], score, (key, limit, excess));
        let at = on_function(metric, metric.name(), file, score.function.ident, texts);
        Finding { measured: Some(Measured::Whole(key)), limit: Some(Limit::Max(limit)), ..at }
    };
    over.into_iter().map(finding).collect()
}

fn of_function_texts(metric: Metric, file: &FileScore, score: &FunctionScore, (value, limit, excess): (u32, Decimal, u64)) -> Texts {
    let name = one_line(&score.function.name);
    let line = |span: Span| file.lines.line(span.start);
    let value = u64::from(value);
    let (title, label, help) = match metric {
        Metric::CognitiveComplexity => {
            let points = score.function.cognitive.increments.iter();
            let points = lines_with_points(points.map(|point| (line(point.span), point.span.of(&file.text), point.points)));
            let label = format!("cognitive complexity {value}, at most {limit}");
            let help =
                format!("move what is nested deepest into functions of its own, {} or more; by line: {points}", count(excess, "point"));
            ("is hard to follow", label, help)
        }
        Metric::FunctionLines => {
            let label = format!("{}, at most {limit}", counted(value, "line of code"));
            ("is too long", label, format!("move {} or more into functions of their own", count(excess, "line")))
        }
        Metric::Parameters => {
            let label = format!("{}, at most {limit}", count(value, "parameter"));
            (
                "takes too many parameters",
                label,
                format!("put {} or more into a type that belongs together", count(excess + 1, "parameter")),
            )
        }
        _ => {
            let label = format!("nested {value} deep, at most {limit}");
            let deepest = line(score.function.nesting.deepest);
            ("is nested too deeply", label, format!("leave early, or move what stands on line {deepest} into a function of its own"))
        }
    };
    Texts { title: format!("`{name}` {title}"), label, help }
}

/// Files over the limit, the worst first.
pub(super) fn files(part: Part<'_>, metric: Metric, limit: Decimal) -> Vec<Finding> {
    let mut over: Vec<_> = part.files().filter(|(_, file)| Decimal::whole(file.value(metric)) > limit).collect();
    over.sort_by_key(|(_, file)| std::cmp::Reverse(file.value(metric)));
    over.into_iter().map(|(index, file)| on_file(metric, index, file, limit)).collect()
}

fn on_file(metric: Metric, index: usize, file: &FileScore, limit: Decimal) -> Finding {
    let value = u64::from(file.value(metric));
    let excess = value - limit.millionths / 1_000_000;
    let path = one_line(file.path.as_str());
    let (title, noun, help, places): (_, _, _, &[Span]) = match metric {
        Metric::FileLines => {
            ("has too many lines", "line of code", format!("split the file: {} or more have to move", count(excess, "line")), &[])
        }
        Metric::UnsafeBlocks => {
            let help = format!("put {} or more behind a safe function elsewhere", count(excess, "block"));
            ("has too many `unsafe` blocks", "`unsafe` block", help, &file.danger.unsafe_blocks)
        }
        _ => {
            let help = format!("return an error from {} or more", count(excess, "place"));
            ("can panic in too many places", "place that panics", help, &file.danger.panics)
        }
    };
    let mut lines: Vec<u32> = places.iter().map(|span| file.lines.line(span.start)).collect();
    lines.dedup();
    let lines = if lines.is_empty() { String::new() } else { format!("; on: {}", line_ranges(&lines, None)) };
    Finding {
        file: Some(index),
        span: places.get(usize::try_from(limit.millionths / 1_000_000).unwrap_or(usize::MAX)).copied(),
        title: format!("`{path}` {title}"),
        label: format!("{}, at most {limit}{lines}", counted(value, noun)),
        help: Some(help),
        measured: Some(Measured::Whole(file.value(metric))),
        limit: Some(Limit::Max(limit)),
        ..Finding::new(metric, metric.name())
    }
}

/// `1 place that panics`, `2 places that panic`.
fn counted(n: u64, noun: &str) -> String {
    match noun.split_once(' ') {
        Some((_, "that panics")) if n != 1 => format!("{n} places that panic"),
        Some((_, "of code")) if n != 1 => format!("{n} lines of code"),
        _ => count(n, noun),
    }
}
