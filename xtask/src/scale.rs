//! A crate as large as is asked for, made here and gated: where the time goes, and the memory of our own process, which
//! is not that of the compiler and the tests. Linux tells it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{emptied, spelled};
use crate::cost::seconds;
use crate::gate;

/// Functions of one module. Every test of a module enters all of them.
const TOGETHER: usize = 50;

/// Only verdicts count.
const POLICY: &str = "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n";

const MANIFEST: &str = "[package]\nname = \"large\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\ndoctest = false\n\n[workspace]\n";

/// `functions` and `tests` from the command line.
pub(crate) fn defaults(words: &[&str]) -> Result<(usize, usize)> {
    match words {
        [] => Ok((1400, 10_000)),
        [functions, tests] => Ok((functions.parse()?, tests.parse()?)),
        _ => bail!("usage: cargo xtask scale [FUNCTIONS TESTS]"),
    }
}

/// Make the crate, gate it, and tell what that took.
pub(crate) fn run(functions: usize, tests: usize) -> Result<()> {
    let program = gate::build()?;
    let folder = emptied("target/scale")?;
    let crate_folder = folder.join("large");
    write(&crate_folder, functions, tests)?;
    let report = folder.join("report.json");
    let mut command = Command::new(program);
    command.arg("gate").arg("--manifest-path").arg(crate_folder.join("Cargo.toml"));
    gate::write(&mut command, "mutation-report", &folder.join("mutation-report.json"));
    gate::write(&mut command, "json", &report).env("CARGO_TARGET_DIR", folder.join("target"));
    for run in ["cold", "again"] {
        let peak = watched(&mut command)?;
        let told = gate::read(&report)?;
        let stage = |name: &str| told["timings"][name].as_f64().map_or_else(String::new, |time| seconds(time / 1000.0));
        println!("{run}: {} mutants, {} tests", told["mutants"]["counts"]["total"], told["tests"]["passed"]);
        println!("  build {}, tests {}, mutants {}, all {}", stage("build_ms"), stage("tests_ms"), stage("mutants_ms"), stage("total_ms"));
        println!("  our own memory at its peak: {} MiB", peak / 1024);
    }
    Ok(())
}

/// Run to a verdict; the peak of its memory, in KiB.
fn watched(command: &mut Command) -> Result<u64> {
    let mut child = command.spawn().with_context(|| format!("cannot run `{}`", spelled(command)))?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let told = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = told.unwrap_or(peak);
        if let Some(end) = child.try_wait()? {
            return if matches!(end.code(), Some(0 | 1)) { Ok(peak) } else { bail!("`{}` gave no verdict: {end}", spelled(command)) };
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn write(folder: &Path, functions: usize, tests: usize) -> Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), MANIFEST)?;
    fs::write(folder.join("gates.toml"), POLICY)?;
    let modules = functions.div_ceil(TOGETHER);
    let mut root = "//! Large.\n".to_owned();
    for module in 0..modules {
        writeln!(root, "mod m{module};")?;
        fs::write(
            folder.join(format!("src/m{module}.rs")),
            text_of(module, TOGETHER.min(functions - module * TOGETHER), tests / modules)?,
        )?;
    }
    fs::write(folder.join("src/lib.rs"), root)?;
    Ok(())
}

/// A module: functions that the first test tells by their values, and tests that each enter all of them.
fn text_of(module: usize, functions: usize, tests: usize) -> Result<String> {
    let mut text = format!("//! Module {module}.\n\n");
    for function in 0..functions {
        writeln!(
            text,
            "/// Steps.\npub fn f{function}(a: u32, b: u32) -> u32 {{\n    let c = if a > {function} && b < 90 {{ a * 3 + b }} else {{ b - a % 7 }};\n    \
             if c >= 50 || a == b {{ c / 2 }} else {{ c + {module} }}\n}}\n"
        )?;
    }
    let sum: Vec<String> = (0..functions).map(|function| format!("f{function}(a, b)")).collect();
    writeln!(
        text,
        "#[cfg(test)]\nmod tests {{\n    use super::*;\n    fn all(a: u32, b: u32) -> Vec<u32> {{\n        vec![{}]\n    }}",
        sum.join(", ")
    )?;
    for test in 0..tests {
        let (a, b) = (test % 60, 60 + test % 35);
        writeln!(
            text,
            "    #[test]\n    fn t{test}() {{\n        assert_eq!(all({a}, {b}), [{}]);\n    }}",
            values(functions, module, a, b)
        )?;
    }
    text.push_str("}\n");
    Ok(text)
}

/// What the functions give.
fn values(functions: usize, module: usize, a: usize, b: usize) -> String {
    let value = |function: usize| {
        let c = if a > function && b < 90 { a * 3 + b } else { b - a % 7 };
        if c >= 50 || a == b { c / 2 } else { c + module }
    };
    (0..functions).map(|function| value(function).to_string()).collect::<Vec<_>>().join(", ")
}
