//! What must hold before a merge, each step one local command. The test command is the README's own: what
//! readers are told is what is run.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{cargo, root, spelled, succeed};
use crate::gate;

/// Run every step; the first that fails ends it.
pub(crate) fn run() -> Result<()> {
    let readme = fs::read_to_string(root().join("README.md")).context("cannot read README.md")?;
    let test = test_command(&readme).context("README.md has no line that begins with `cargo test`: add one in a code block")?;
    let of_cargo = |args: Vec<&str>| {
        let mut step = cargo();
        step.args(args);
        step
    };
    let steps = [
        of_cargo(vec!["fmt", "--all", "--check"]),
        of_cargo(vec!["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        of_cargo(test),
        tool_on_itself()?,
    ];
    for mut step in steps {
        step.current_dir(root());
        eprintln!("$ {}", spelled(&step));
        succeed(&mut step)?;
    }
    Ok(())
}

/// The program that the tests have called. Cargo would build another one: without the tests, dependencies have other
/// features.
fn tool_on_itself() -> Result<Command> {
    let mut step = Command::new(gate::built("debug")?);
    step.args(["gate", "--quick"]);
    Ok(step)
}

/// The arguments of the first `cargo test …` line, a prompt before it allowed.
fn test_command(readme: &str) -> Option<Vec<&str>> {
    let line = readme.lines().map(|line| line.trim().trim_start_matches("$ ")).find(|line| line.starts_with("cargo test"))?;
    let command = line.split(" #").next()?;
    Some(command.split_whitespace().skip(1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_command_is_the_first_in_the_readme() {
        let readme = "Run `cargo test` like so:\n```console\n$ cargo test --workspace  # all of it\n$ cargo test --lib\n```\n";
        assert_eq!(test_command(readme), Some(vec!["test", "--workspace"]));
        assert_eq!(test_command("nothing"), None);
    }

    #[test]
    fn our_readme_has_one() {
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        assert_eq!(test_command(&readme), Some(vec!["test", "--workspace"]));
    }
}
