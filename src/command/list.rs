//! `cargo gate list`: functions, sites and mutants from the syntax alone, as lines or as JSON.

mod functions;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use serde_json::{Value, json};

use super::last::LastRun;
use super::{resolve, source};
use crate::cli::{Format, List, Listed};
use crate::judge::one_line;
use crate::score::{FileScore, Scores, Status};

/// The exit code when a source file cannot be read.
const INCONCLUSIVE: u8 = 3;

/// One row: what a table shows and what JSON holds.
struct Row {
    place: String,
    text: String,
    json: Value,
}

pub(super) fn run(list: &List) -> anyhow::Result<ExitCode> {
    if list.sort.is_some() && list.what != Listed::Functions {
        bail!("--sort goes with `list functions`; sites and mutants are listed by place");
    }
    let workspace = resolve::workspace(&list.packages)?;
    let policy = resolve::policy(&workspace)?;
    let scores = source::measured(&workspace, &policy)?;
    for problem in &scores.problems {
        eprintln!("error: {}", crate::report::terminal::block(problem));
    }
    let written = match list.what {
        Listed::Functions => {
            functions::write(list, &functions::found(&scores, &LastRun::load(&workspace), list.sort), &mut io::stdout().lock())
        }
        _ => write(list, &rows(&scores, list.what), &mut io::stdout().lock()),
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(if scores.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(INCONCLUSIVE) })
}

fn write(list: &List, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    match list.format {
        Format::Human => rows.iter().try_for_each(|row| writeln!(out, "{}: {}", one_line(&row.place), one_line(&row.text))),
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&rows.iter().map(|row| &row.json).collect::<Vec<_>>())?),
    }?;
    out.flush()
}

fn rows(scores: &Scores, what: Listed) -> Vec<Row> {
    scores.files.iter().flat_map(|file| if what == Listed::Sites { vec![sites(file)] } else { mutants(file) }).collect()
}

fn sites(file: &FileScore) -> Row {
    Row {
        place: file.path.to_string(),
        text: format!("{} sites, {} mutants", file.sites, file.mutants.len()),
        json: json!({ "path": file.path, "sites": file.sites, "mutants": file.mutants.len() }),
    }
}

fn mutants(file: &FileScore) -> Vec<Row> {
    let row = |score: &crate::score::MutantScore| {
        let mutant = &score.mutant;
        let at = file.lines.position(&file.text, mutant.span.start);
        let original = mutant.span.of(&file.text);
        let change = if mutant.replacement.trim().is_empty() {
            format!("delete `{}`", brief(original))
        } else {
            format!("replace `{}` by `{}`", brief(original), mutant.replacement.trim())
        };
        let ignored = score.reason.as_deref().filter(|_| score.status == Status::Ignored);
        let ignored = ignored.map_or_else(String::new, |reason| format!(" (ignored: {reason})"));
        Row {
            place: format!("{}:{}:{}", file.path, at.line, at.column),
            text: format!("{} {} {change}{ignored}", mutant.id, mutant.operator.name()),
            json: json!({
                "id": mutant.id, "path": file.path, "line": at.line, "column": at.column, "operator": mutant.operator.name(),
                "function": mutant.function, "original": original, "replacement": mutant.replacement.trim(),
                "status": score.status.name(), "reason": score.reason,
            }),
        }
    };
    file.mutants.iter().map(row).collect()
}

fn brief(code: &str) -> String {
    crate::report::terminal::brief(code)
}
