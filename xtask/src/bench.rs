//! What a whole gate costs, beside `cargo test` and cargo-mutants on the same crates in one go, each with a cold target
//! directory, the gate behind `cargo test` in one target directory, and the gate once more with nothing changed. All make
//! the same mutants (the corpus is gated with cargo-mutants' operators).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, emptied, has_subcommand, root};
use crate::corpus::{self, Entry};
use crate::cost::{self, Cost, row, seconds};
use crate::gate;

/// How often what is short runs, each time cold; of each number the least counts.
const RUNS: usize = 3;

/// A verdict, whichever it is.
const VERDICT: [i32; 2] = [0, 1];

/// 2 and 3 of cargo-mutants say that mutants survived or timed out: verdicts, too.
const VERDICT_OF_CARGO_MUTANTS: [i32; 3] = [0, 2, 3];

/// Of the table's columns.
const WIDTHS: [usize; 13] = [28, 9, 12, 10, 9, 10, 7, 10, 10, 15, 12, 9, 9];

/// What was measured on one crate.
struct Measured {
    mutants: usize,
    test: Cost,
    gate: Cost,
    /// Behind `cargo test`, in its target directory.
    behind: Cost,
    again: Cost,
    peer: Option<Cost>,
}

/// Measure the named crates, or all, and print the table.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let program = gate::build()?;
    let with_peer = has_subcommand("mutants");
    if !with_peer {
        println!("cargo-mutants is not installed, so nothing is compared; get it with: cargo install --locked cargo-mutants@27.1.0");
    }
    let titles =
        ["crate", "mutants", "cargo test", "gate", "/ test", "cpu", "MiB", "behind", "again", "cargo-mutants", "cpu", "wall", "cpu"];
    println!("{}", row(&titles.map(str::to_owned), WIDTHS));
    let mut ratios: [Vec<f64>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for entry in corpus::select(names)? {
        let measured = measure(&program, &entry, with_peer)?;
        println!("{}", row(&measured.cells(&entry), WIDTHS));
        ratios[0].push(measured.gate.seconds / measured.test.seconds);
        if let Some(peer) = measured.peer {
            ratios[1].push(peer.seconds / measured.gate.seconds);
            ratios[2].push(peer.cpu / measured.gate.cpu);
        }
    }
    let [test, wall, cpu] = ratios.map(|ratios| times(geometric_mean(&ratios)));
    let none = String::new;
    let means = [none(), none(), none(), none(), test, none(), none(), none(), none(), none(), none(), wall, cpu];
    println!("{}", row(&means, WIDTHS));
    Ok(())
}

fn measure(program: &Path, entry: &Entry, with_peer: bool) -> Result<Measured> {
    let folder = corpus::fetch(entry)?;
    let test_in = |work: &Path| {
        let mut command = cargo();
        command.args(["test", "--quiet", "--no-fail-fast", "--manifest-path"]).arg(folder.join("Cargo.toml"));
        command.env("CARGO_TARGET_DIR", work.join("target"));
        command
    };
    let test = least_cold(entry, "cargo-test", &[0], test_in)?;
    let gate_in = |work: &Path| gate::command(program, &folder, &work.join("target"), &work.join("mutation-report.json"));
    let gate = least_cold(entry, "gate", &VERDICT, gate_in)?;
    let work = place(entry, "gate");
    let mutants = gate::mutants(&gate::read(&work.join("mutation-report.json"))?);
    let again = cost::least(RUNS, || cost::once(&mut gate_in(&work), &VERDICT))?;
    let behind = cost::least(RUNS, || {
        let work = cold(entry, "behind")?;
        cost::once(&mut test_in(&work), &[0])?;
        cost::once(&mut gate_in(&work), &VERDICT)
    })?;
    let peer = with_peer.then(|| measure_cargo_mutants(entry, &folder)).transpose()?;
    Ok(Measured { mutants, test, gate, behind, again, peer })
}

/// The least of some runs, each in an empty folder.
fn least_cold(entry: &Entry, tool: &str, expected: &[i32], command: impl Fn(&Path) -> Command) -> Result<Cost> {
    cost::least(RUNS, || cost::once(&mut command(&cold(entry, tool)?), expected))
}

/// It copies the crate and builds in the copy, so its target directory is cold by itself.
fn measure_cargo_mutants(entry: &Entry, folder: &Path) -> Result<Cost> {
    let work = cold(entry, "cargo-mutants")?;
    let mut command = cargo();
    command.args(["mutants", "-j2", "--colors=never", "--gitignore=false", "--dir"]).arg(folder).arg("--output").arg(work);
    cost::once(command.env_remove("CARGO_TARGET_DIR"), &VERDICT_OF_CARGO_MUTANTS)
}

fn place(entry: &Entry, tool: &str) -> PathBuf {
    root().join("target/bench").join(entry.id()).join(tool)
}

/// An empty folder for one tool on one crate.
fn cold(entry: &Entry, tool: &str) -> Result<PathBuf> {
    emptied(place(entry, tool))
}

impl Measured {
    fn cells(&self, entry: &Entry) -> [String; 13] {
        let Measured { mutants, test, gate, behind, again, peer } = self;
        let of_peer = |of: fn(&Cost) -> f64| peer.as_ref().map_or_else(|| "-".to_owned(), |peer| seconds(of(peer)));
        let ratio = |of: fn(&Cost) -> f64| peer.as_ref().map_or_else(|| "-".to_owned(), |peer| times(of(peer) / of(gate)));
        let wall: fn(&Cost) -> f64 = |cost| cost.seconds;
        let cpu: fn(&Cost) -> f64 = |cost| cost.cpu;
        [
            entry.id(),
            mutants.to_string(),
            seconds(test.seconds),
            seconds(gate.seconds),
            times(gate.seconds / test.seconds),
            seconds(gate.cpu),
            (gate.kibibytes / 1024).to_string(),
            seconds(behind.seconds),
            seconds(again.seconds),
            of_peer(wall),
            of_peer(cpu),
            ratio(wall),
            ratio(cpu),
        ]
    }
}

fn times(ratio: f64) -> String {
    if ratio.is_finite() { format!("{ratio:.1}x") } else { "-".to_owned() }
}

fn geometric_mean(ratios: &[f64]) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a handful of crates")]
    let count = ratios.len() as f64;
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / count).exp()
}
