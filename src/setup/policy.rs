//! The `gates.toml` of a project that has none: the built-in limits, each with what it counts and what is measured
//! today. Owns its layout; refuses to choose limits by what is measured.

use std::fmt::Write as _;

use crate::judge::{Row, Verdict};
use crate::policy::{Metric, Operators, Policy};
use crate::score::Scores;

/// Limits to begin with for what no default judges: those of clippy and of `SonarSource` where they have one.
const SUGGESTED: [(Metric, u32); 7] = [
    (Metric::CognitiveComplexity, 15),
    (Metric::FunctionLines, 100),
    (Metric::Parameters, 7),
    (Metric::NestingDepth, 4),
    (Metric::FileLines, 500),
    (Metric::UnsafeBlocks, 0),
    (Metric::Panics, 0),
];

/// Columns of a name and of a limit.
const COLUMNS: [usize; 2] = [20, 13];

/// The file for a project of which `scores` were measured from the source alone, and judged by the defaults.
pub fn text(scores: &Scores, verdict: &Verdict) -> String {
    let mut text = "# What `cargo gate` judges. `cargo gate explain NAME` says what a name means.\nversion = 1\n\n[gates]\n".to_owned();
    for gate in Policy::default().gates {
        text += &line("", gate.metric, &gate.limit.to_string(), verdict);
    }
    text += "\n# Judged, too, where the `#` before the name is removed:\n";
    for (metric, most) in SUGGESTED {
        text += &line("# ", metric, &format!("{{ max = {most} }}"), verdict);
    }
    text += OVERRIDES;
    text += &generated(scores);
    text
}

const OVERRIDES: &str = "
# Other limits for some paths, each with a reason:
# [[override]]
# paths  = [\"src/parser/**\"]
# reason = \"a table-driven state machine\"
# gates  = { complexity = { max = 15 } }

# What is new is judged by these, too, in `cargo gate --base origin/main`:
# [new.gates]
# line-coverage = { min = 95 }
# surviving-mutants = { max = 0 }
";

/// One gate with what it counts.
fn line(mark: &str, metric: Metric, limit: &str, verdict: &Verdict) -> String {
    let [name, width] = COLUMNS;
    format!("{mark}{:name$} = {limit:width$}  # {}{}\n", metric.name(), metric.about().what, today(metric, verdict))
}

/// `; today 14, 3 functions above`; nothing for what was not measured.
fn today(metric: Metric, verdict: &Verdict) -> String {
    let row: Option<&Row> = verdict.rows.iter().find(|row| row.metric == metric);
    let measured = row.and_then(|row| row.measured.map(|measured| (row, measured)));
    measured.map_or_else(String::new, |(row, measured)| {
        let above = if row.findings > 0 { format!(", {} above", row.findings) } else { String::new() };
        format!("; today {}{above}", measured.shown(None))
    })
}

/// How many of the first lines of a file may say that it is generated.
const HEAD: usize = 5;

/// Files that say of themselves that a program wrote them have no mutants worth a test.
fn generated(scores: &Scores) -> String {
    let is_generated = |text: &str| {
        let mut comments = text.lines().take(HEAD).filter(|line| line.trim_start().starts_with("//"));
        comments.any(|line| line.contains("@generated") || line.to_lowercase().contains("do not edit"))
    };
    let files: Vec<String> = scores.files.iter().filter(|file| is_generated(&file.text)).map(|file| glob(file.path.as_str())).collect();
    let mut text = String::new();
    if files.is_empty() {
        text += "\n# Files without mutants, and operators: `default`, `cargo-mutants`, `all` or a list of names.\n";
        let _ = write!(text, "# [mutation]\n# exclude = [\"src/generated/**\"]\n# operators = \"{}\"\n", Operators::Default.shown());
    } else {
        let list = files.join(",\n    ");
        let _ = write!(text, "\n[mutation]\n# These say that they are generated.\nexclude = [\n    {list},\n]\n");
    }
    text
}

/// A path as a TOML string that is a glob of itself.
fn glob(path: &str) -> String {
    let escaped: String = path.chars().map(|c| if "*?[]{}!\\".contains(c) { format!("[{c}]") } else { c.to_string() }).collect();
    toml::Value::String(escaped).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{Scope, judge};
    use crate::report::sample;

    fn shown() -> String {
        let sample = sample::failing();
        let verdict = judge(&sample.scores, &Policy::default(), &Scope::quick());
        text(&sample.scores, &verdict)
    }

    #[test]
    fn limits_stand_beside_what_they_count_and_what_there_is_today() {
        insta::assert_snapshot!(shown(), @r#"
        # What `cargo gate` judges. `cargo gate explain NAME` says what a name means.
        version = 1

        [gates]
        tests                = true           # every test passes on the unmutated code
        line-coverage        = { min = 90 }   # percent of coverable lines executed
        branch-coverage      = { min = 80 }   # percent of branch outcomes taken
        function-coverage    = { min = 90 }   # percent of functions entered
        complexity           = { max = 10 }   # cyclomatic complexity, per function; today 3
        crap                 = { max = 8 }    # CRAP score, per function
        mutation-score       = { min = 80 }   # percent of viable mutants detected
        mutation-sites       = { max = 100 }  # places that an operator can change, per file; today 5

        # Judged, too, where the `#` before the name is removed:
        # cognitive-complexity = { max = 15 }   # per function, what a reader has to keep in mind, by SonarSource's rules; today 0
        # function-lines       = { max = 100 }  # per function, lines with code; today 6
        # parameters           = { max = 7 }    # per function, its parameters; today 2
        # nesting-depth        = { max = 4 }    # per function, how deep control flow is nested; today 0
        # file-lines           = { max = 500 }  # per file, lines with code; today 0
        # unsafe-blocks        = { max = 0 }    # per file, `unsafe { .. }`; today 0
        # panics               = { max = 0 }    # per file, places that can panic; today 0

        # Other limits for some paths, each with a reason:
        # [[override]]
        # paths  = ["src/parser/**"]
        # reason = "a table-driven state machine"
        # gates  = { complexity = { max = 15 } }

        # What is new is judged by these, too, in `cargo gate --base origin/main`:
        # [new.gates]
        # line-coverage = { min = 95 }
        # surviving-mutants = { max = 0 }

        # Files without mutants, and operators: `default`, `cargo-mutants`, `all` or a list of names.
        # [mutation]
        # exclude = ["src/generated/**"]
        # operators = "default"
        "#);
    }

    #[test]
    fn it_sets_the_built_in_limits_and_every_example_can_be_switched_on() {
        let read = |text: &str| Policy::parse(text, "gates.toml".into()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let limits = |policy: &Policy| policy.gates.iter().map(|gate| (gate.metric, gate.limit)).collect::<Vec<_>>();
        assert_eq!(limits(&read(&shown())), limits(&Policy::default()));
        let is_example = |line: &str| line.starts_with("# [") || line.contains(" = ");
        let switched_on: String =
            shown().lines().map(|line| if is_example(line) { line.trim_start_matches("# ") } else { line }.to_owned() + "\n").collect();
        let policy = read(&switched_on);
        assert_eq!((policy.gates.len(), policy.new.gates.len()), (Metric::ALL.len() - 1, 2));
        assert_eq!((policy.overrides.len(), policy.mutation.exclude.len()), (1, 1));
    }

    #[test]
    fn generated_files_have_no_mutants() {
        let mut sample = sample::failing();
        sample.scores.files[0].path = "src/[a]'\"b.rs".into();
        sample.scores.files[0].text = "#![allow(x)]\n// @generated by a program\n".to_owned();
        let verdict = judge(&sample.scores, &Policy::default(), &Scope::quick());
        let policy = Policy::parse(&text(&sample.scores, &verdict), "gates.toml".into()).unwrap_or_else(|error| panic!("{error}"));
        let [pattern] = policy.mutation.exclude.as_slice() else { panic!("{:?}", policy.mutation.exclude) };
        assert!(crate::policy::glob(pattern).unwrap().compile_matcher().is_match("src/[a]'\"b.rs"), "{pattern}");
    }
}
