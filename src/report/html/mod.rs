//! A page to look at: one file that needs no network, with the gates, the findings, the functions the worst
//! first, each file with what ran and its mutants, and the viewer of the mutation-testing report. Owns what the
//! page is told and that nothing of it can leave its place; the page itself is `page.html`, `.css` and `.js`.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::human::closing;
use super::human::table::{cells, is_worth_a_row, remark};
use super::items::{Item, items};
use super::{Report, json, mutation_report, shown_status, state_word, terminal};
use crate::judge::Row;
use crate::score::Status;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const VIEWER: &str = include_str!("viewer/mutation-test-elements.js");

/// Write the page.
pub fn html(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("cargo gate: {}", closing::word(report.verdict.outcome));
    let run = inline(&run(report))?;
    let mutants = inline(&mutation_report::document(report).with_the_score_of_the_gate(report))?;
    let parts = [("title", title.as_str()), ("style", STYLE), ("run", &run), ("report", &mutants), ("viewer", VIEWER), ("script", SCRIPT)];
    let mut rest = PAGE;
    for (name, text) in parts {
        let (before, after) = rest.split_once(&format!("{{{{{name}}}}}")).expect("the page has a place for each part, in this order");
        out.write_all(before.as_bytes())?;
        out.write_all(text.as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// JSON that can stand in a script element: without `<` no tag and no comment can begin.
fn inline(value: &impl Serialize) -> io::Result<String> {
    Ok(terminal::json(&serde_json::to_string(value)?).replace('<', "\\u003c"))
}

/// The report for programs without its mutants, which stand in the other one, and without times, so that the
/// same run gives the same page; and beside it what the page shows as it is.
fn run(report: &Report<'_>) -> Value {
    let mut run = serde_json::to_value(json::run(report)).expect("the layout is plain data");
    let undetected = undetected(report);
    if let Some(fields) = run.as_object_mut() {
        for name in ["timings", "findings", "mutants", "skips"] {
            fields.remove(name);
        }
    }
    let survived = |path: &str, function: Option<&str>| {
        report.scores.mutants_run.then(|| undetected.get(&(path, function)).copied().unwrap_or_default())
    };
    for (value, file) in array(&mut run["files"]).zip(&report.scores.files) {
        value["survived"] = json!(survived(file.path.as_str(), None));
    }
    for (value, (file, score)) in array(&mut run["functions"]).zip(report.scores.functions()) {
        value["survived"] = json!(survived(file.path.as_str(), Some(&score.function.name)));
    }
    run["shown"] = json!({
        "gates_said": closing::gates(report),
        "gates": report.verdict.rows.iter().filter(|row| is_worth_a_row(row)).map(|row| gate(report, row)).collect::<Vec<_>>(),
        "items": items(report).iter().map(|item| shown(report, item)).collect::<Vec<_>>(),
    });
    run
}

fn array(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_array_mut().into_iter().flatten()
}

/// How many mutants nobody notices, by file and by function.
fn undetected<'a>(report: &Report<'a>) -> HashMap<(&'a str, Option<&'a str>), usize> {
    let mut counts = HashMap::new();
    for (file, score) in report.scores.mutants() {
        let is_undetected = matches!(shown_status(report.scores, score), Status::Survived | Status::NoCoverage) && !score.inactive;
        if is_undetected {
            *counts.entry((file.path.as_str(), None)).or_default() += 1;
            if let Some(function) = &score.mutant.function {
                *counts.entry((file.path.as_str(), Some(function.as_str()))).or_default() += 1;
            }
        }
    }
    counts
}

/// The cells of the table, the state's word in front of the remark.
fn gate(report: &Report<'_>, row: &Row) -> [String; 6] {
    let [gate, measured, limit, set_in] = cells(row);
    [gate, measured, limit, set_in, state_word(row.state).to_owned(), remark(row, report.scores)]
}

/// An item, with the path that the page knows its file by.
fn shown(report: &Report<'_>, item: &Item<'_>) -> Value {
    let path = item.place.as_ref().map(|place| {
        let below = report.call.below.as_str().replace('\\', "/");
        place.path.strip_prefix(&below).unwrap_or(&place.path).trim_start_matches('/').to_owned()
    });
    json!({
        "gate": item.metric.map(crate::policy::Metric::name),
        "code": item.code,
        "failure": item.is_failure,
        "path": path,
        "line": item.place.as_ref().map(super::items::Place::line),
        "title": item.title,
        "label": item.label,
        "help": item.help,
        "mutant": item.mutant.map(|(_, score)| &score.mutant.id),
    })
}

#[cfg(test)]
mod tests;
