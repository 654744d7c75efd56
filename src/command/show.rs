//! `cargo gate show`: one mutant (by the start of its id) or functions (by the end of their name): what
//! would change, the tests that come there, what the last check found. Builds nothing.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::bail;
use similar::TextDiff;

use super::last::{LastMutant, LastRun, key};
use super::{resolve, source, tell};
use crate::cli::Show;
use crate::report::terminal;
use crate::score::{FileScore, FunctionScore, MutantScore, Scores};

pub(super) fn run(show: &Show) -> anyhow::Result<ExitCode> {
    let workspace = resolve::workspace(&show.packages)?;
    let policy = resolve::policy(&workspace)?;
    let scores = source::measured(&workspace, &policy)?;
    if let [problem, ..] = scores.problems.as_slice() {
        bail!("{problem}");
    }
    let last = LastRun::load(&workspace);
    let text = found(&scores, &last, &show.what)?;
    tell::print(&terminal::block(&text))?;
    Ok(ExitCode::SUCCESS)
}

fn found(scores: &Scores, last: &LastRun, what: &str) -> anyhow::Result<String> {
    let mutants: Vec<_> = scores.mutants().filter(|(_, score)| score.mutant.id.starts_with(what)).collect();
    match mutants.as_slice() {
        [(file, score)] => return Ok(mutant(file, score, last)),
        [] => {}
        [_, _, ..] => bail!("{} mutants have ids that start with `{what}`: give more of it", mutants.len()),
    }
    let is_meant = |name: &str| name == what || name.ends_with(&format!("::{what}"));
    let functions: Vec<String> =
        scores.functions().filter(|(_, score)| is_meant(&score.function.name)).map(|(file, score)| function(file, score, last)).collect();
    if functions.is_empty() {
        bail!("there is no mutant and no function `{what}`; `cargo gate list mutants` and `cargo gate list functions` name them");
    }
    Ok(functions.join("\n"))
}

fn mutant(file: &FileScore, score: &MutantScore, last: &LastRun) -> String {
    let mutant = &score.mutant;
    let at = file.lines.position(&file.text, mutant.span.start);
    let mut text = format!("mutant {} {} at {}:{}:{}", mutant.id, mutant.operator.name(), file.path, at.line, at.column);
    text += &mutant.function.as_ref().map(|function| format!(" in `{function}`")).unwrap_or_default();
    text += "\n\n";
    text += &diff(file, &mutant.apply(&file.text));
    text += &fate(file, &mutant.id, last);
    text
}

fn diff(file: &FileScore, edited: &str) -> String {
    let diff = TextDiff::from_lines(file.text.as_str(), edited);
    diff.unified_diff().context_radius(3).header(file.path.as_str(), "with the mutant").to_string()
}

fn fate(file: &FileScore, id: &str, last: &LastRun) -> String {
    let Some(known) = last.mutants.get(id) else { return "\nnot run yet: `cargo gate` runs it\n".to_owned() };
    let mut text = format!("\n{}", known.status);
    if let Some(test) = &known.killed_by {
        write!(text, " by `{test}`").expect("writing to a String cannot fail");
    }
    text += &known.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    text += if last.knows(&file.path, &file.text) { "\n" } else { " (the file has changed since)\n" };
    text += &tests(known, last);
    text
}

fn tests(known: &LastMutant, last: &LastRun) -> String {
    if known.covered_by == 0 {
        return "no test is known to come here\n".to_owned();
    }
    let shown: String = last.first_tests(known).flat_map(|name| ["  ", name, "\n"]).collect();
    let rest = known.covered_by.saturating_sub(last.first_tests(known).count());
    let rest = if rest > 0 { format!("  and {rest} more\n") } else { String::new() };
    format!("tests that come here:\n{shown}{rest}")
}

fn function(file: &FileScore, score: &FunctionScore, last: &LastRun) -> String {
    let function = &score.function;
    let line = file.lines.line(function.ident.start);
    let head = format!("function `{}` at {}:{line}", function.name, file.path);
    let mut lines = vec![head, format!("  complexity {}", function.complexity.value())];
    if let Some(known) = last.functions.get(&key(file.path.as_str(), &function.name)) {
        lines.extend(known.lines.map(|(hit, of)| format!("  {hit} of {of} lines covered")));
        let uncovered: Vec<String> = known.uncovered.iter().map(u32::to_string).collect();
        lines.extend((!uncovered.is_empty()).then(|| format!("  not covered: {}", uncovered.join(", "))));
    }
    for mutant in file.mutants.iter().filter(|mutant| mutant.mutant.function.as_deref() == Some(&function.name)) {
        let status = last.mutants.get(&mutant.mutant.id).map_or("not run", |known| known.status.as_str());
        lines.push(format!("  mutant {} {} {status}", mutant.mutant.id, mutant.mutant.operator.name()));
    }
    lines.push(String::new());
    lines.join("\n")
}
