//! What one mutant costs, all operators of both tools, beside cargo-gamma on the same crates in one go, each with a cold
//! target directory. The tools make different mutants, so that the time of a whole run by itself compares nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::{emptied, has_subcommand, root};
use crate::corpus::{self, Entry};
use crate::cost::{self, Cost, row, seconds};
use crate::gate;

/// All operators, and a limit that any tested crate holds.
const POLICY: &str = "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n\n[mutation]\noperators = \"all\"\n";

/// Verdicts, whichever they are.
const VERDICTS: [i32; 4] = [0, 1, 2, 3];

/// After so many seconds cargo-gamma is ended.
const PATIENCE: u32 = 600;

/// What `timeout` says then.
const ENDED: i32 = 124;

/// Of the table's columns.
const WIDTHS: [usize; 8] = [28, 9, 10, 11, 9, 13, 11, 8];

/// What was measured of one tool.
struct Run {
    mutants: usize,
    cost: Cost,
}

/// Measure the named crates, or all, and print the table.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let program = gate::build()?;
    let with_peer = has_subcommand("gamma");
    if !with_peer {
        println!("cargo-gamma is not installed, so nothing is compared; get it with: cargo install --locked cargo-gamma@0.4.0");
    }
    println!("{}", row(&["crate", "mutants", "gate", "each", "mutants", "cargo-gamma", "each", "ratio"].map(str::to_owned), WIDTHS));
    for entry in corpus::select(names)? {
        let folder = place(&entry, "source")?;
        corpus::copy(&corpus::fetch(&entry)?, &folder)?;
        let ours = measure_gate(&program, &entry, &folder)?;
        let peer = if with_peer { measure_cargo_gamma(&entry, &folder)? } else { None };
        let (mutants, time, each, ratio) = match &peer {
            Some(peer) => {
                (peer.mutants.to_string(), seconds(peer.cost.seconds), milliseconds(peer), format!("{:.1}x", peer.each() / ours.each()))
            }
            None if with_peer => ("-".to_owned(), format!("> {PATIENCE} s"), "-".to_owned(), "-".to_owned()),
            None => ["-"; 4].map(str::to_owned).into(),
        };
        println!(
            "{}",
            row(
                &[entry.id(), ours.mutants.to_string(), seconds(ours.cost.seconds), milliseconds(&ours), mutants, time, each, ratio],
                WIDTHS
            )
        );
    }
    Ok(())
}

fn measure_gate(program: &Path, entry: &Entry, folder: &Path) -> Result<Run> {
    fs::write(folder.join("gates.toml"), POLICY)?;
    let work = place(entry, "gate")?;
    let report = work.join("mutation-report.json");
    let cost = cost::once(&mut gate::command(program, folder, &work.join("target"), &report), &VERDICTS)?;
    Ok(Run { mutants: gate::mutants(&gate::read(&report)?), cost })
}

/// Nothing when it does not come to an end in time.
fn measure_cargo_gamma(entry: &Entry, folder: &Path) -> Result<Option<Run>> {
    let work = place(entry, "cargo-gamma")?;
    let mut command = Command::new("timeout");
    command.arg(PATIENCE.to_string()).args(["cargo", "gamma", "run", "--no-relaunch", "--no-config", "--progress", "never"]);
    command.args(["--mutators", "all", "--jobs", "2", "--dir"]).arg(folder).env("CARGO_TARGET_DIR", work.join("target"));
    let reports = || walkdir::WalkDir::new(root().join("target/per-mutant").join(entry.id())).into_iter().flatten();
    let codes: Vec<i32> = VERDICTS.into_iter().chain([ENDED]).collect();
    let cost = cost::once(&mut command, &codes)?;
    let report = reports().find(|file| file.file_name() == "gamma-report.json");
    let Some(report) = report.filter(|_| cost.seconds < f64::from(PATIENCE)) else { return Ok(None) };
    Ok(Some(Run { mutants: gate::mutants(&gate::read(report.path())?), cost }))
}

/// An empty folder for one tool on one crate.
fn place(entry: &Entry, tool: &str) -> Result<PathBuf> {
    emptied(Path::new("target/per-mutant").join(entry.id()).join(tool))
}

impl Run {
    /// Seconds by the clock for one mutant.
    fn each(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "some thousands of mutants")]
        let mutants = self.mutants as f64;
        self.cost.seconds / mutants
    }
}

fn milliseconds(run: &Run) -> String {
    format!("{:.2} ms", run.each() * 1000.0)
}
