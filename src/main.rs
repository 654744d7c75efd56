//! Which role is this process in: the command, rustc's wrapper, or cargo's test runner.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if args.get(1).is_some_and(|arg| arg == cargo_gate::build::RUNNER_ARGUMENT) {
        return cargo_gate::build::run_runner(&args[2..]);
    }
    if cargo_gate::build::is_wrapper(&args) {
        return cargo_gate::build::run_wrapper(&args[1..]);
    }
    let manifest = args[2].to_str().unwrap();
    let selection = cargo_gate::workspace::Selection { manifest_path: Some(manifest.into()), ..Default::default() };
    let workspace = cargo_gate::workspace::discover(&selection).unwrap();
    let policy = cargo_gate::policy::Policy::default();
    let cargo = cargo_gate::build::CargoArgs { flags: vec![] };
    let request = cargo_gate::pipeline::Request {
        workspace: &workspace,
        cargo: &cargo,
        policy: &policy,
        jobs: 2,
        is_quick: false,
        with_mutants: true,
    };
    let progress = cargo_gate::progress::for_stderr();
    let (scores, timings) = match cargo_gate::pipeline::measure(&request, &*progress) {
        Ok(x) => x,
        Err(e) => {
            eprintln!("{e:#}");
            return ExitCode::from(3);
        }
    };
    println!("{timings:?}");
    let mut counts = std::collections::BTreeMap::new();
    for (f, m) in scores.mutants() {
        *counts.entry(m.status).or_insert(0) += 1;
        if std::env::var_os("V").is_some() {
            println!(
                "{}:{} {:?} {:?} {:?} {:?}",
                f.path,
                f.lines.line(m.mutant.span.start),
                m.mutant.replacement,
                m.status,
                m.reason,
                m.killed_by
            );
        }
    }
    let verdict = cargo_gate::judge::judge(&scores, &policy, &cargo_gate::judge::Scope::all());
    let report = cargo_gate::report::Report { scores: &scores, verdict: &verdict, policy: &policy, timings: &timings };
    cargo_gate::report::write_file(std::path::Path::new("/tmp/w/report.json"), |out| cargo_gate::report::mutation_report(&report, out))
        .unwrap();
    println!("{counts:?}");
    println!(
        "{:?} {:?} {:?}",
        scores.problems,
        scores.warnings,
        scores.tests.as_ref().map(|t| (t.passed, t.failed.iter().map(|f| &f.name).collect::<Vec<_>>(), t.ignored))
    );
    println!(
        "lines {:?} branches {:?} functions {:?}",
        scores.coverage_ratio(|c| c.line_ratio()),
        scores.coverage_ratio(|c| c.branch_ratio()),
        scores.coverage_ratio(|c| c.function_ratio())
    );
    ExitCode::SUCCESS
}
