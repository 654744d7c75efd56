//! Waivers and the policy's own commands, as a person types them.

mod scratch;

use std::process::Command as Process;

use serde_json::Value;

use scratch::{Scratch, said};

const SOURCE: &str = "//! A price.

/// What it costs.
pub fn price(quantity: u32, price: u32) -> u32 {
    if quantity > 10 { quantity * price * 9 / 10 } else { quantity * price }
}

#[cfg(test)]
mod tests {
    #[test]
    fn many_are_cheaper() {
        assert_eq!(super::price(1, 10), 10);
        assert_eq!(super::price(20, 10), 180);
    }
}
";

fn package(policy: &str) -> Scratch {
    let scratch = Scratch::empty();
    std::fs::create_dir(scratch.root().join("src")).unwrap();
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    let scratch = scratch.with("Cargo.toml", manifest).with("src/lib.rs", SOURCE);
    scratch.with("gates.toml", &format!("version = 1\n{policy}"))
}

/// Run `cargo gate ARGS`; expect the exit code and every text on stdout or stderr. Gives both.
fn check(scratch: &Scratch, args: &[&str], exit: i32, texts: &[&str]) -> String {
    said(scratch.gate().args(args), exit, texts)
}

fn json(scratch: &Scratch, args: &[&str]) -> Value {
    let output = scratch.gate().args(args).args(["--format", "json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A day so many days from now, as the policy writes it.
fn day(days: i64) -> String {
    let output = Process::new("date").args(["-u", "-d", &format!("{days} days"), "+%Y-%m-%d"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn waiver(gate: &str, item: &str, days: i64) -> String {
    format!("\n[[waiver]]\ngate = \"{gate}\"\nitem = \"{item}\"\nreason = \"a table\"\nexpires = {}\n", day(days))
}

#[cfg(target_os = "linux")]
#[test]
fn a_waived_finding_fails_nothing_and_every_report_lists_it() {
    let gates = "[gates]\ncomplexity = { max = 1 }\n";
    let fingerprint = json(&package(gates), &["--quick"])["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let said = check(&package(gates), &["--quick", "-v"], 1, &["error[complexity]"]);
    assert!(said.contains(&format!("a waiver for it names `gate = \"complexity\"`, `item = \"{fingerprint}\"`")), "{said}");

    let scratch = package(&format!("{gates}{}", waiver("complexity", &fingerprint, 30)));
    let until = format!("until {}", day(30));
    let outputs = ["agent", "json", "github", "sarif", "markdown", "junit", "gitlab", "html"];
    let mut args = vec!["--quick".to_owned()];
    args.extend(outputs.iter().flat_map(|format| ["--output".to_owned(), format!("{format}=../{format}")]));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let texts = [
        &format!("Waived {until}: a table: complexity, `price` is too complex (src/lib.rs:4)"),
        "  complexity      -         <= 1   gates.toml:3  n/a           1 waived\n",
        "  waivers         0         <= 0   gates.toml:6  ok\n",
        "PASS 2 gates",
    ];
    check(&scratch, &args, 0, &texts);
    for format in outputs {
        let report = std::fs::read_to_string(scratch.output(format)).unwrap();
        let expected = if format == "json" { day(30) } else { until.clone() };
        assert!(report.contains(&expected), "{format}: {report}");
    }
    let sarif: Value = serde_json::from_str(&std::fs::read_to_string(scratch.output("sarif")).unwrap()).unwrap();
    let suppression = &sarif["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!((suppression["kind"].as_str(), suppression["status"].as_str()), (Some("external"), Some("accepted")));
    assert!(suppression["justification"].as_str().unwrap().ends_with(": a table"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_waiver_has_an_end() {
    let gates = "[gates]\ncomplexity = { max = 1 }\n";
    let fingerprint = json(&package(gates), &["--quick"])["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let with = |days| package(&format!("{gates}{}", waiver("complexity", &fingerprint, days)));
    check(&with(0), &["--quick"], 0, &[]);
    let texts = ["error[complexity]", "error[waiver-expired]: the waiver for", "--> gates.toml:6\n", "FAIL 2 of 2 gates"];
    check(&with(-1), &["--quick"], 1, &texts);
    check(&with(200), &["--quick"], 1, &["error[waiver-too-far]", "20 days too far", "at most 180 days ahead"]);
    let idle = package(&format!("[gates]\ncomplexity = {{ max = 5 }}\n{}", waiver("complexity", &fingerprint, 30)));
    check(&idle, &["--quick"], 0, &["warning[waiver-unmatched]", "take it out of the policy", "1 finding\n"]);
    let unknown = package(&format!("[gates]\ncomplexity = {{ max = 5 }}\n{}", waiver("crap", &fingerprint, 30)));
    let said = check(&unknown, &["--quick"], 0, &[]);
    assert!(!said.contains("waiver-unmatched"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_waived_mutant_is_in_no_score() {
    let gates = "[gates]\ntests = true\nmutation-score = { min = 100 }\n";
    let scratch = package(gates);
    let report = json(&scratch, &[]);
    assert_eq!(report["outcome"], "fail");
    let survivors: Vec<&str> = report["findings"].as_array().unwrap().iter().filter_map(|finding| finding["mutant"].as_str()).collect();
    let waivers: String = survivors.iter().map(|id| waiver("mutation-score", &format!("mutant:{id}"), 30)).collect();
    let scratch = scratch.with("gates.toml", &format!("version = 1\n{gates}{waivers}"));
    let report = json(&scratch, &["--output", "mutation-report=../mutants", "--output", "human=../human"]);
    assert_eq!((report["outcome"].as_str(), report["waived"].as_array().unwrap().len()), (Some("pass"), survivors.len()));
    let score = report["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == "mutation-score").unwrap();
    assert_eq!(score["measured"]["hit"], score["measured"]["of"]);
    assert_eq!(score["waived"].as_u64().unwrap(), survivors.len() as u64);
    let human = std::fs::read_to_string(scratch.output("human")).unwrap();
    assert!(human.contains(&format!(" mutants, {} waived", survivors.len())), "{human}");
    let mutants: Value = serde_json::from_str(&std::fs::read_to_string(scratch.output("mutants")).unwrap()).unwrap();
    let mutants = mutants["files"]["src/lib.rs"]["mutants"].as_array().unwrap();
    let waived = mutants.iter().find(|mutant| mutant["id"] == survivors[0]).unwrap();
    assert_eq!(waived["status"], "Ignored");
    assert!(waived["statusReason"].as_str().unwrap().starts_with("Survived; waived until "), "{waived}");
}

#[cfg(unix)]
#[test]
fn a_check_is_a_gate() {
    let checks = "[gates]\ncomplexity = { max = 9 }\n\n[[check]]\nname = \"good\"\nrun = [\"true\"]\nquick = true\n\n\
        [[check]]\nname = \"bad\"\nrun = [\"sh\", \"-c\", \"echo first; echo 'error: no good' >&2; pwd; exit 3\"]\nquick = true\n";
    let scratch = package(checks);
    let texts = [
        "error[check-fails]: the check `bad` fails",
        "--> gates.toml:11\n",
        "exit 3: error: no good",
        "mend what `sh -c \"echo first; ",
        "  complexity  2         <= 9    gates.toml:3   ok\n",
        "  check:good  exit 0    exit 0  gates.toml:6   ok\n",
        "  check:bad   exit 3    exit 0  gates.toml:11  FAIL\n",
        "FAIL 1 of 3 gates",
    ];
    let said = check(&scratch, &["--quick"], 1, &texts);
    let root = scratch.root().canonicalize().unwrap();
    assert!(said.contains("first\n") && said.contains(root.to_str().unwrap()), "{said}");
    let agent = check(&scratch, &["--quick", "--format", "agent"], 1, &["E1 check-fails gates.toml:11 bad: exit 3: error: no good"]);
    assert!(agent.contains("NEXT cargo gate --only check:bad --format agent ; when it passes: cargo gate --quick"), "{agent}");

    check(
        &scratch,
        &["--only", "complexity,check:good"],
        0,
        &["check:bad   -         exit 0  gates.toml:11  not run", "PASS 2 of 3 gates"],
    );
    check(&scratch, &["--only", "check:bad"], 1, &["FAIL 1 of 3 gates, 2 not run"]);
    check(&scratch, &["--only", "check:bed"], 2, &["there is no check `bed`; gates.toml has: good, bad"]);
    let slow = scratch.with("gates.toml", &format!("version = 1\n{}", checks.replace("quick = true\n", "")));
    check(&slow, &["--quick"], 0, &["check:bad   -         exit 0  gates.toml:10  not run", "PASS 1 of 3 gates, 2 not run"]);
}

#[cfg(unix)]
#[test]
fn a_check_that_says_nothing_is_no_pass() {
    let policy =
        |run: &str| format!("[gates]\ncomplexity = {{ max = 9 }}\n[[check]]\nname = \"a\"\nrun = {run}\nquick = true\ntimeout = 1\n");
    let missing = [
        "error[inconclusive]: the check `a` could not be run: cannot start no-such-program",
        "check:a     -         exit 0  gates.toml:5  inconclusive",
    ];
    check(&package(&policy("[\"no-such-program\"]")), &["--quick"], 3, &missing);
    check(&package(&policy("[\"sh\", \"-c\", \"kill -9 $$\"]")), &["--quick"], 3, &["the check `a` was ended from outside (signal 9)"]);
    check(&package(&policy("[\"sleep\", \"600\"]")), &["--quick"], 1, &["not done after 1 s", "check:a     too slow  exit 0"]);
}
