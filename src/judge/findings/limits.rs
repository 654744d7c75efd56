//! Functions and files past a limit of their own: complexity, CRAP, mutation sites.

use super::{Ranked, Texts, on_function, ranked};
use crate::judge::reading::{crap_of, has_no_crap};
use crate::judge::text::{count, line_ranges, lines_with_points, one_line};
use crate::judge::{Crap, Finding, Measured};
use crate::measure::{Complexity, DecisionKind, WayOut};
use crate::policy::{Decimal, Limit, Metric};
use crate::score::{FileScore, FunctionScore, Part};

/// Functions over the complexity limit, the most complex first.
pub(super) fn complex_functions(part: Part<'_>, limit: Decimal) -> Vec<Finding> {
    let value = |score: &FunctionScore| score.function.complexity.value();
    let over = ranked(part, |_, score| Some(value(score)).filter(|value| Decimal::whole(*value) > limit));
    let finding = |Ranked { file, score, key }: Ranked<'_, u32>| {
        let most = limit.millionths / 1_000_000;
        let texts = Texts {
            title: format!("`{}` is too complex", one_line(&score.function.name)),
            label: format!("complexity {key}, at most {limit}: {}", breakdown(&score.function.complexity)),
            help: format!(
                "move {} or more into functions of their own; by line: {}",
                count(u64::from(key) - most, "decision"),
                by_line(&part.scores.files[file], &score.function.complexity)
            ),
        };
        let at = on_function(Metric::Complexity, "complexity", file, score.function.ident, texts);
        Finding { measured: Some(Measured::Whole(key)), limit: Some(Limit::Max(limit)), ..at }
    };
    over.into_iter().map(finding).collect()
}

/// What the points come from: `5 if, 4 further match arms, 1 for; 4 points from flat matches`.
fn breakdown(complexity: &Complexity) -> String {
    let points = |wanted: fn(DecisionKind) -> bool| {
        let of_kind = complexity.decisions.iter().filter(|decision| wanted(decision.kind));
        of_kind.map(|decision| u64::from(decision.points)).sum::<u64>()
    };
    let kinds = [
        (points(|kind| kind == DecisionKind::If), "if", "if"),
        (points(|kind| matches!(kind, DecisionKind::Match { .. })), "further match arm", "further match arms"),
        (points(|kind| kind == DecisionKind::Guard), "match guard", "match guards"),
        (points(|kind| kind == DecisionKind::Logic), "&& or ||", "&& or ||"),
        (points(|kind| kind == DecisionKind::LetElse), "let-else", "let-else"),
        (points(|kind| kind == DecisionKind::While), "while", "while"),
        (points(|kind| kind == DecisionKind::For), "for", "for"),
        (points(|kind| kind == DecisionKind::QuestionMark), "?", "?"),
    ];
    let mut parts: Vec<_> = kinds.into_iter().filter(|(points, ..)| *points > 0).collect();
    parts.sort_by_key(|(points, ..)| std::cmp::Reverse(*points));
    let parts: Vec<String> = parts.into_iter().map(|(n, one, more)| format!("{n} {}", if n == 1 { one } else { more })).collect();
    let flat = points(|kind| kind == DecisionKind::Match { flat: true });
    let flat = if flat == 0 { String::new() } else { format!("; {} from flat matches", count(flat, "point")) };
    let opaque = complexity.opaque.len() as u64;
    let opaque = if opaque == 0 { String::new() } else { format!("; {} not looked into", count(opaque, "macro")) };
    format!("{}{flat}{opaque}", parts.join(", "))
}

/// Which line gives which points: `5 if + &&, 8 match 3, 14 guard`. A point is not numbered.
fn by_line(file: &FileScore, complexity: &Complexity) -> String {
    let points = complexity.decisions.iter().map(|decision| (file.lines.line(decision.span.start), decision.span.of(&file.text), decision));
    let named = points.map(|(line, token, decision)| match decision.kind {
        // The tokens of these do not say what they are.
        DecisionKind::LetElse | DecisionKind::Guard => (line, decision.kind.name(), decision.points),
        _ => (line, token, decision.points),
    });
    lines_with_points(named)
}

/// Functions over the CRAP limit, the worst first, and behind them those without a score.
pub(super) fn crappy_functions(part: Part<'_>, limit: Decimal) -> Vec<Finding> {
    let over = ranked(part, |_, score| crap_of(score).map(Crap::score).filter(|score| *score > limit));
    let mut findings: Vec<Finding> =
        over.iter().filter_map(|found| Some(crappy(part, found.file, found.score, crap_of(found.score)?, limit))).collect();
    if part.scores.coverage_measured {
        let unmeasured = ranked(part, |_, score| has_no_crap(score).then_some(score.function.complexity.value()));
        findings.extend(unmeasured.iter().map(unmeasured_function));
    }
    findings
}

fn crappy(part: Part<'_>, file: usize, score: &FunctionScore, crap: Crap, limit: Decimal) -> Finding {
    let name = one_line(&score.function.name);
    let covered = Measured::Ratio(crap.coverage).shown(None);
    let is_covered = crap.coverage.hit == crap.coverage.of;
    let title = match (Decimal::whole(crap.complexity) > limit, is_covered) {
        (true, true) => format!("`{name}` is too complex, however well tested"),
        (true, false) => format!("`{name}` is complex and under-tested"),
        (false, _) => format!("`{name}` is under-tested for its complexity"),
    };
    let shown = Measured::Crap(crap).shown(Some(Limit::Max(limit)));
    let label = format!("crap {shown}, at most {limit}: complexity {}, coverage {covered}", crap.complexity);
    let coverable = part.scores.files[file].coverage.as_ref().map(|coverage| &coverage.lines);
    let uncovered = line_ranges(&score.uncovered, coverable);
    let uncovered = if uncovered.is_empty() { uncovered } else { format!("; not covered: {uncovered}") };
    let help = format!("{}{uncovered}", way_out(crap, limit));
    let at = on_function(Metric::Crap, "crap", file, score.function.ident, Texts { title, label, help });
    Finding { measured: Some(Measured::Crap(crap)), limit: Some(Limit::Max(limit)), ..at }
}

/// The way out in words.
fn way_out(crap: Crap, limit: Decimal) -> String {
    match crap.way_out(limit) {
        Some(WayOut { complexity: Some(most), coverage: Some(least) }) => {
            format!("split to complexity {most} or less and {}", cover(least))
        }
        Some(WayOut { complexity: Some(most), coverage: None }) => format!("split to complexity {most} or less, covered as it is"),
        Some(WayOut { complexity: None, coverage: Some(least) }) => cover(least),
        _ => "no function can hold this limit; raise it".to_owned(),
    }
}

fn cover(least: u32) -> String {
    if least == 100 { "cover all of it".to_owned() } else { format!("cover {least} % or more") }
}

fn unmeasured_function(found: &Ranked<'_, u32>) -> Finding {
    let texts = Texts {
        title: format!("`{}` was not measured", one_line(&found.score.function.name)),
        label: format!("complexity {}, no line of it was measured: no CRAP score", found.key),
        help: "check that the selected packages and features build it, and that no macro rewrites it".to_owned(),
    };
    on_function(Metric::Crap, "unmeasured", found.file, found.score.function.ident, texts)
}

/// Files over the limit of mutation sites, the fullest first.
pub(super) fn crowded_files(part: Part<'_>, limit: Decimal) -> Vec<Finding> {
    let mut over: Vec<_> = part.files().filter(|(_, file)| Decimal::whole(file.sites) > limit).collect();
    over.sort_by_key(|(_, file)| std::cmp::Reverse(file.sites));
    let finding = |(index, file): (usize, &FileScore)| Finding {
        file: Some(index),
        title: format!("`{}` has too many mutation sites", one_line(file.path.as_str())),
        label: format!("{}, at most {limit}", count(file.sites.into(), "mutation site")),
        help: Some(format!("split the file: {} or more have to move", u64::from(file.sites) - limit.millionths / 1_000_000)),
        measured: Some(Measured::Whole(file.sites)),
        limit: Some(Limit::Max(limit)),
        ..Finding::new(Metric::MutationSites, "mutation-sites")
    };
    over.into_iter().map(finding).collect()
}
