//! `cargo gate show`: one mutant or function, with what the last run learned of it.

mod scratch;

use std::fs;

use serde_json::Value;

use scratch::{Scratch, said};

const SOURCE: &str = "//! A shop.

/// What it costs.
pub fn price(quantity: u32) -> u32 {
    if quantity > 10 { 9 } else { 10 }
}

/// Nobody asks.
pub fn name(known: bool) -> u32 {
    if known {
        return 1;
    }
    2
}

pub mod more {
    /// Of the same name.
    pub fn price() {}
}

#[cfg(test)]
mod tests {
    #[test]
    fn many_are_cheaper() {
        assert_eq!(super::price(20), 9);
    }
    #[test]
    fn few_are_not() {
        assert_eq!(super::price(1), 10);
    }
}
";

const POLICY: &str = "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n\n[mutation]\noperators = \"cargo-mutants\"\n";

fn shop() -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    scratch.with("Cargo.toml", manifest).with("src/lib.rs", SOURCE).with("gates.toml", POLICY)
}

/// The whole run: its mutants.
fn run(scratch: &Scratch) -> Vec<Value> {
    let output = scratch.gate().args(["--quiet", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    report["mutants"]["list"].as_array().unwrap().clone()
}

fn id(mutants: &[Value], function: &str, replacement: &str) -> String {
    let is_meant = |mutant: &&Value| mutant["function"] == function && mutant["replacement"] == replacement;
    mutants.iter().find(is_meant).unwrap()["id"].as_str().unwrap().to_owned()
}

fn shown(scratch: &Scratch, what: &str, exit: i32) -> String {
    said(scratch.gate().args(["show", what]), exit, &[])
}

#[test]
fn a_mutant_is_shown_with_its_change_and_what_became_of_it() {
    let scratch = shop();
    let mutants = run(&scratch);
    let (killed, survived, nowhere) = (id(&mutants, "price", "<"), id(&mutants, "price", ">="), id(&mutants, "name", "0"));
    let change = |id: &str, with: &str| {
        format!(
            "mutant {id} BinaryOperator at src/lib.rs:5:17 in `price`\n\n--- src/lib.rs\n+++ with the mutant\n\
             @@ -2,7 +2,7 @@\n \n /// What it costs.\n pub fn price(quantity: u32) -> u32 {{\n\
             -    if quantity > 10 {{ 9 }} else {{ 10 }}\n+    if quantity {with} 10 {{ 9 }} else {{ 10 }}\n }}\n \n /// Nobody asks.\n\n"
        )
    };
    let tests = "tests that come here:\n  shop::tests::few_are_not\n  shop::tests::many_are_cheaper\n";
    let by = format!("{}Killed by `shop::tests::many_are_cheaper`\n{tests}", change(&killed, "<"));
    assert_eq!(shown(&scratch, &killed, 0), by);
    assert_eq!(shown(&scratch, &survived[..8], 0), format!("{}Survived\n{tests}", change(&survived, ">=")));
    let nobody = shown(&scratch, &nowhere, 0);
    assert!(nobody.ends_with("\nNoCoverage\nno test is known to come here\n"), "{nobody}");

    // The file has changed: what is known of it is of the text before.
    let scratch = scratch.with("src/lib.rs", &SOURCE.replace("A shop.", "The shop."));
    let stale = shown(&scratch, &survived, 0);
    assert!(stale.contains("\nSurvived (the file has changed since)\n"), "{stale}");
}

#[test]
fn a_function_is_shown_with_its_numbers_and_mutants() {
    let scratch = shop();
    let before = shown(&scratch, "name", 0);
    assert!(before.starts_with("function `name` at src/lib.rs:9\n  complexity 2\n  mutant "), "{before}");
    assert!(before.lines().skip(2).all(|line| line.ends_with(" FnValue not run")), "{before}");
    let mutants = run(&scratch);
    let (zero, one) = (id(&mutants, "name", "0"), id(&mutants, "name", "1"));
    let known = format!(
        "function `name` at src/lib.rs:9\n  complexity 2\n  0 of 6 lines covered\n  not covered: 9, 10, 11, 12, 13, 14\n  \
         mutant {zero} FnValue NoCoverage\n  mutant {one} FnValue NoCoverage\n"
    );
    assert_eq!(shown(&scratch, "name", 0), known);
    let both = shown(&scratch, "price", 0);
    assert!(both.contains("function `price` at src/lib.rs:4") && both.contains("function `more::price` at src/lib.rs:18"), "{both}");
    assert!(shown(&scratch, "more::price", 0).starts_with("function `more::price`"));
}

#[test]
fn what_is_not_there_or_not_clear_is_an_error_with_the_next_step() {
    let scratch = shop();
    let listed = said(scratch.gate().args(["list", "mutants", "--format", "json"]), 0, &[]);
    let ids: Vec<&str> = listed.split("\"id\": \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(ids.len() > 5, "{listed}");
    let not_run = shown(&scratch, ids[0], 0);
    assert!(not_run.ends_with("\nnot run yet: `cargo gate` runs it\n"), "{not_run}");
    let unclear = format!("{} mutants have ids that start with ``: give more of it", ids.len());
    assert!(shown(&scratch, "", 2).contains(&unclear), "{unclear}");
    let unknown = "there is no mutant and no function `nobody`; `cargo gate list mutants` and `cargo gate list functions` name them";
    assert!(shown(&scratch, "nobody", 2).contains(unknown));
}
