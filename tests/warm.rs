//! What a run takes over from earlier ones, and that it says the same as one that takes over nothing.

mod scratch;

use std::collections::BTreeMap;
use std::fs;

use cargo_gate::report::json::layout::Run;
use scratch::Scratch;

fn run(scratch: &Scratch, more: &[&str]) -> Run {
    let manifest = scratch.root().join("Cargo.toml");
    let output = scratch.gate().arg("--manifest-path").arg(manifest).args(["--format", "json"]).args(more).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// What is said of the mutants, by id.
fn said(run: &Run) -> BTreeMap<String, (String, usize)> {
    run.mutants.list.iter().map(|mutant| (mutant.id.clone(), (mutant.status.clone(), mutant.reached_by))).collect()
}

fn replace(scratch: &Scratch, file: &str, old: &str, new: &str) {
    let path = scratch.root().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file} holds {old}");
    fs::write(&path, text.replace(old, new)).unwrap();
}

fn detected(run: &Run) -> usize {
    run.mutants.list.iter().filter(|mutant| mutant.status == "Killed").count()
}

#[test]
fn what_an_edit_does_not_touch_is_not_run_again() {
    let scratch = Scratch::fixture("witnesses");
    let cold = run(&scratch, &[]);
    assert_eq!((cold.timings.reused, cold.timings.rebuilt), (0, 4));
    let again = run(&scratch, &[]);
    assert_eq!((again.timings.reused, again.timings.rebuilt), (14, 0));
    assert_eq!(said(&again), said(&cold));

    replace(&scratch, "src/lib.rs", "n + n", "n  + n");
    let edited = run(&scratch, &[]);
    assert_eq!((edited.timings.reused, edited.timings.rebuilt), (6, 4), "the mutants of `fee` were not touched");
    assert_eq!(said(&edited), said(&run(&scratch, &["--no-cache"])));

    replace(&scratch, "tests/fees.rs", "fee(0), 0", "fee(100), 5");
    let tested = run(&scratch, &[]);
    assert_eq!((tested.timings.reused, tested.timings.rebuilt), (4, 4), "the mutants of `double` die of other tests");
    assert_eq!(detected(&tested), 14);
    assert_eq!(said(&tested), said(&run(&scratch, &["--no-cache"])));

    replace(&scratch, "src/lib.rs", "rate(3)", "rate(2 + 1)");
    assert_eq!(run(&scratch, &[]).timings.reused, 0, "a constant may matter to everything");
    assert_eq!(run(&scratch, &["--no-cache"]).timings.reused, 0);
}
