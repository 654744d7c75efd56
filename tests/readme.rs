//! What the README promises is what there is: names of gates, operators, rules, formats and commands, the
//! built-in limits, the pasted output; and nothing in it belongs to one machine.

mod scratch;

use camino::Utf8Path;
use cargo_gate::cli::OutputFormat;
use cargo_gate::mutate::{OPERATORS, RULES};
use cargo_gate::policy::{LEVELS, METRICS, Metric, Policy};
use clap::ValueEnum;

use scratch::Scratch;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// The first code block of that language which contains `text`.
fn block(language: &str, text: &str) -> String {
    let readme = readme();
    let blocks = readme.split("```").skip(1).step_by(2);
    let of_language = blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    of_language.into_iter().find(|block| block.contains(text)).unwrap_or_else(|| panic!("no {language} block with {text}")).to_owned()
}

/// Expect a row of a table, or a line of code, for each name.
fn check(what: &str, names: impl IntoIterator<Item = String>) {
    let readme = readme();
    for name in names {
        let begins_a_row = format!("\n| `{name}` |");
        assert!(readme.contains(&begins_a_row), "README.md has no row for the {what} `{name}`");
    }
}

#[test]
fn every_name_that_can_be_written_has_a_row() {
    check("operator", OPERATORS.map(|about| about.operator.name().to_owned()));
    check("rule", RULES.map(|about| about.name.to_owned()));
    check("finding with a level", LEVELS.iter().map(|about| about.code.to_owned()));
    check("gate", Metric::ALL.into_iter().filter(|metric| metric.is_optional()).map(|metric| metric.name().to_owned()));
    let formats = OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    check("format", formats.map(|format| format.get_name().to_owned()));
}

#[test]
fn operators_and_rules_are_described_as_in_the_code() {
    for about in OPERATORS {
        let row = format!("| `{}` | {} |", about.operator.name(), about.rule);
        assert!(readme().contains(&row), "README.md lacks: {row}");
    }
}

/// The README without its line ends, which fall anywhere.
fn words() -> String {
    readme().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn gates_are_described_as_in_the_code() {
    let (words, policy) = (words(), block("toml", "[gates]"));
    for about in METRICS {
        let name = about.metric.name();
        let in_policy = policy.lines().any(|line| line.starts_with(name) && line.ends_with(&format!("# {}", about.what)));
        assert!(in_policy || readme().contains(&format!("| `{name}` | {} |", about.what)), "README.md lacks: {name}, {}", about.what);
        assert!(words.contains(&format!("`{name}`: {}", about.rule)), "README.md lacks: {}", about.rule);
    }
}

#[test]
fn every_command_is_described() {
    let help = Scratch::empty().gate().arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        assert!(readme().contains(&format!("| `cargo gate {name}")), "README.md has no row for the command `{name}`");
    }
}

#[test]
fn the_policy_shown_is_read_and_shows_the_built_in_limits() {
    let shown = Policy::parse(&block("toml", "[gates]"), Utf8Path::new("gates.toml")).unwrap_or_else(|error| panic!("{error}"));
    let built_in = Policy::default();
    for metric in Metric::ALL {
        let limit = |policy: &Policy| policy.gate(metric).map(|gate| gate.limit);
        assert_eq!(limit(&shown), limit(&built_in), "{}", metric.name());
    }
}

#[test]
fn the_output_shown_is_the_output() {
    let output = Scratch::fixture("branch-coverage-fails").gate().arg("--quiet").output().unwrap();
    let without_times = |text: &str| text.lines().map(|line| line.split(" gates in ").next().unwrap().to_owned()).collect::<Vec<_>>();
    let real = String::from_utf8(output.stdout).unwrap();
    assert_eq!(without_times(&block("text", "error[")), without_times(&real), "paste this into README.md:\n{real}");
}

#[test]
fn what_an_agent_gets_is_the_output() {
    let output = Scratch::fixture("branch-coverage-fails").gate().args(["--format", "agent"]).output().unwrap();
    let real = String::from_utf8(output.stdout).unwrap();
    assert_eq!(block("text", "GATE FAIL"), real, "paste this into README.md:\n{real}");
}

#[test]
fn it_belongs_to_no_machine() {
    for word in ["/home/", "/root/", "/tmp/", "/Users/", "C:\\", "localhost"] {
        assert!(!readme().contains(word), "{word}");
    }
}

#[test]
fn the_lints_are_on_in_every_package() {
    let manifest = |path: &str| -> toml::Table {
        let text = std::fs::read_to_string(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        toml::from_str(&text).unwrap()
    };
    let root = manifest("Cargo.toml");
    for group in ["all", "pedantic"] {
        assert_eq!(root["workspace"]["lints"]["clippy"][group]["level"].as_str(), Some("warn"), "{group}");
    }
    let members = root["workspace"]["members"].as_array().unwrap().iter().map(|member| format!("{}/Cargo.toml", member.as_str().unwrap()));
    for path in members.chain(["Cargo.toml".to_owned()]) {
        assert_eq!(manifest(&path)["lints"]["workspace"].as_bool(), Some(true), "{path}");
    }
}
