//! What a name means that stands in a report or in `gates.toml`: a gate, an operator, a rule, the code of a finding.
//! Owns how that is laid out; the words are those of the tables beside the things themselves.

use crate::judge::{AboutCode, CODES};
use crate::mutate::{About, AboutRule, OPERATORS, Operator, RULES, Selection};
use crate::nearest::nearest;
use crate::policy::{AboutMetric, METRICS, Metric, Policy};

/// Columns of a text that is read, not scanned.
const WIDTH: usize = 100;

/// What `name` means; all that it means, for a gate and its findings often share a name. Letters are compared
/// without their case. Fails with the next step.
pub fn explain(name: &str) -> Result<String, String> {
    let is_meant = |known: &str| known.eq_ignore_ascii_case(name);
    let metrics = METRICS.iter().filter(|about| is_meant(about.metric.name())).map(metric);
    let operators = OPERATORS.iter().filter(|about| is_meant(about.operator.name())).map(operator);
    let rules = RULES.iter().filter(|about| is_meant(about.name)).map(rule);
    let codes = CODES.iter().filter(|about| is_meant(about.code)).map(code);
    let found: Vec<String> = metrics.chain(operators).chain(rules).chain(codes).collect();
    if found.is_empty() { Err(unknown(name)) } else { Ok(found.join("\n")) }
}

/// Every name with what it is in one line.
pub fn index() -> String {
    let metrics = METRICS.iter().map(|about| (about.metric.name(), about.what));
    let operators = OPERATORS.iter().map(|about| (about.operator.name(), about.rule));
    let rules = RULES.iter().map(|about| (about.name, brief(about.leaves_out)));
    let codes = CODES.iter().map(|about| (about.code, about.title));
    [
        section("Gates", metrics.collect()),
        section("Findings", codes.collect()),
        section("Operators: what mutants change", operators.collect()),
        section("Rules: what leaves mutants out", rules.collect()),
    ]
    .join("\n")
}

/// What stands before the reasons.
fn brief(text: &str) -> &str {
    let end = [": ", "; ", ", each"].iter().filter_map(|mark| text.find(mark)).min();
    &text[..end.unwrap_or(text.len())]
}

fn section(title: &str, names: Vec<(&str, &str)>) -> String {
    let width = names.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, what): (&str, &str)| format!("  {name:width$}  {what}\n");
    format!("{title}\n{}", names.into_iter().map(line).collect::<String>())
}

fn unknown(name: &str) -> String {
    let next = match nearest(name, &names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`cargo gate explain` lists what there is".to_owned(),
    };
    format!("nothing is called `{}`: {next}", name.escape_debug())
}

/// Every name that can be explained.
fn names() -> Vec<&'static str> {
    let metrics = METRICS.iter().map(|about| about.metric.name());
    let operators = OPERATORS.iter().map(|about| about.operator.name());
    let rules = RULES.iter().map(|about| about.name);
    metrics.chain(operators).chain(rules).chain(CODES.iter().map(|about| about.code)).collect()
}

fn metric(about: &AboutMetric) -> String {
    let name = about.metric.name();
    let limit = match Policy::default().gate(about.metric) {
        Some(gate) => format!("by default {name} = {}", gate.limit),
        None => format!("no default; judged where [gates] in gates.toml has it, such as {name} = {{ max = 10 }}"),
    };
    let lines = [("limit", limit.as_str()), ("measured", measured(about.metric))];
    format!("gate {name}: {}\n\n{}\n{}", about.what, paragraph(about.rule), fields(&lines))
}

const fn measured(metric: Metric) -> &'static str {
    match (metric.is_static(), metric.needs_no_run()) {
        (true, _) => "from the source alone: also with --quick",
        (false, true) => "by running the tests, or from coverage files with --no-run",
        (false, false) => "by running the tests",
    }
}

fn code(about: &AboutCode) -> String {
    let lines = [("why", about.why), ("do", about.fix)];
    format!("finding {}: {}\n\n{}", about.code, about.title, fields(&lines))
}

fn operator(about: &About) -> String {
    let name = about.operator.name();
    let change = format!("  - {}\n  + {}\n", about.before, about.after);
    let left_alone: String = about.left_alone.iter().map(|what| item(what)).collect();
    let left_alone = if left_alone.is_empty() { left_alone } else { format!("\nleft alone:\n{left_alone}") };
    let lines = [("in the sets", sets(about.operator)), ("at one place", format!("// gate: skip({name}) REASON"))];
    let lines: Vec<(&str, &str)> = lines.iter().map(|(name, text)| (*name, text.as_str())).collect();
    format!("operator {name}: {}\n\n{change}{left_alone}\n{}", about.rule, fields(&lines))
}

/// The sets of operators that have it.
fn sets(operator: Operator) -> String {
    let sets = [("default", Selection::default()), ("cargo-mutants", Selection::cargo_mutants()), ("all", Selection::all())];
    sets.iter().filter(|(_, set)| set.has(operator)).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn rule(about: &AboutRule) -> String {
    let keep = format!("[mutation] keep = [\"{}\"]", about.name);
    format!("rule {}: leaves mutants out\n\n{}\n{}", about.name, paragraph(about.leaves_out), fields(&[("switched off by", &keep)]))
}

/// A text of its own.
fn paragraph(text: &str) -> String {
    wrapped(text, "  ", "  ")
}

/// An item of a list.
fn item(text: &str) -> String {
    wrapped(text, "  - ", "    ")
}

fn fields(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, text)| wrapped(text, &format!("{name}: "), "  ")).collect()
}

fn wrapped(text: &str, first: &str, rest: &str) -> String {
    textwrap::fill(text, textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(rest).break_words(false)) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_and_its_finding_share_a_name() {
        insta::assert_snapshot!(explain("crap").unwrap(), @r#"
        gate crap: CRAP score, per function

          `crap = complexity² · (1 − coverage)³ + complexity`, by the coverage of the function's own lines.
          A function of which no line was measured has no CRAP score: it is `unmeasured`, which is
          inconclusive, not 100 %.

        limit: by default crap = { max = 8 }
        measured: by running the tests, or from coverage files with --no-run

        finding crap: a function too complex for how well it is tested

        why: crap = complexity² · (1 − coverage)³ + complexity: change is risky where much is decided and
          little is tested.
        do: Cover more of its lines; past the limit in complexity itself only a split helps.
        "#);
    }

    #[test]
    fn an_operator_shows_its_change_and_what_it_leaves_alone() {
        insta::assert_snapshot!(explain("loopcontrol").unwrap(), @r#"
        operator LoopControl: `break` and `continue` are exchanged

          - fn f() { loop { if g() { break; } } }
          + fn f() { loop { if g() { continue; } } }

        left alone:
          - `break` with a value
          - `break` out of a labelled block, which no `continue` can name

        in the sets: default, all
        at one place: // gate: skip(LoopControl) REASON
        "#);
    }

    #[test]
    fn a_rule_says_how_it_is_switched_off() {
        insta::assert_snapshot!(explain("messages").unwrap(), @r#"
        rule messages: leaves mutants out

          texts of `expect` and `expect_err`: what a panic says

        switched off by: [mutation] keep = ["messages"]
        "#);
    }

    #[test]
    fn every_name_has_an_explanation_and_a_line_of_the_index() {
        let index = index();
        for name in names() {
            let text = explain(name).unwrap();
            assert!(text.lines().all(|line| line.chars().count() <= 140), "{text}");
            assert!(index.contains(&format!("\n  {name} ")), "{name} in\n{index}");
        }
    }

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest() {
        assert_eq!(explain("line-coverag").unwrap_err(), "nothing is called `line-coverag`: did you mean `line-coverage`?");
        assert_eq!(explain("ifcondtion").unwrap_err(), "nothing is called `ifcondtion`: did you mean `IfCondition`?");
        assert_eq!(explain("\u{1b}").unwrap_err(), "nothing is called `\\u{1b}`: `cargo gate explain` lists what there is");
    }
}
