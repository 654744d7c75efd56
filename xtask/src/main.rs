//! Repository tasks, run as `cargo xtask NAME`. Owns what a developer or CI does around the tool; refuses to
//! share code with it: the tool is called as a user calls it.

mod bench;
mod ci;
mod command;
mod compare;
mod corpus;
mod cost;
mod coverage;
#[cfg(target_os = "linux")]
mod faults;
mod fuzz;
mod gate;
mod oracle;
mod page;
mod peers;
mod per_mutant;
mod quick;
#[cfg(target_os = "linux")]
mod scale;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask TASK

  ci                everything that must hold before a merge
  corpus [NAME…]    fetch the crates of xtask/corpus.toml into target/corpus
  compare NAME      the verdicts on a crate of the corpus against fixtures/truth
  oracle CRATE [N [SEED]]  the verdicts on N mutants (30) of a crate, a name or a folder, against real edits
  coverage CRATE…   line coverage of crates, names or folders, against `cargo llvm-cov`, line by line
  peers [NAME…]     complexity beside three other tools, each difference taken apart into rules
  quick             `--quick` and its peers on several hundred crates: lines per second and peak memory
  faults [N [SEED]] N runs (200) that are killed or find no room at random moments, each followed by one that must be as ever
  bench [NAME…]     a whole gate beside `cargo test` and cargo-mutants on the same crates: time and memory
  per-mutant [NAME…]  what a mutant costs, all operators, beside cargo-gamma
  scale [FUNCTIONS TESTS]  a crate of that size (1400, 10000), made and gated: time by stage and our own memory
  fuzz TARGET SECONDS  what reads text that others wrote (sources, changes, policy, coverage, git, printed, kept), with libFuzzer
  page              the tests of the HTML page, in a real browser";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether what the task checks holds.
fn run(args: &[String]) -> Result<bool> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["ci"] => ci::run().map(|()| true),
        ["corpus", names @ ..] => corpus::run(names).map(|()| true),
        ["compare", name] => compare::run(name),
        ["oracle", rest @ ..] => oracle::defaults(rest).and_then(|(what, sample, seed)| oracle::run(what, sample, seed)),
        ["coverage", what @ ..] => coverage::run(what),
        #[cfg(target_os = "linux")]
        ["faults", rest @ ..] => faults::defaults(rest).and_then(|(runs, seed)| faults::run(runs, seed)),
        ["fuzz", target, seconds] => fuzz::run(target, seconds).map(|()| true),
        ["page"] => page::run().map(|()| true),
        ["peers", names @ ..] => peers::run(names),
        ["quick"] => quick::run().map(|()| true),
        #[cfg(target_os = "linux")]
        ["scale", rest @ ..] => scale::defaults(rest).and_then(|(functions, tests)| scale::run(functions, tests)).map(|()| true),
        ["measure", command @ ..] => cost::measure(command).map(|()| true),
        ["per-mutant", names @ ..] => per_mutant::run(names).map(|()| true),
        ["bench", names @ ..] => bench::run(names).map(|()| true),
        _ => bail!("no such task: `{}`\n\n{USAGE}", args.join(" ")),
    }
}
