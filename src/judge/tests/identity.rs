//! What a finding is known by: what may change without making it another one.

use super::*;
use crate::judge::about_code;

/// Complexity and a survivor in `branchy`, a failing gate each.
fn found(prefix: &str, limit: u32) -> Vec<Finding> {
    let text = format!("{prefix}{SOURCE}");
    let mut file = covered("src/lib.rs", &text, &[]);
    file.mutants = vec![mutant(&file, Operator::BinaryOperator, "&&", "||", Status::Survived)];
    file.mutants[0].mutant.id = "stable".to_owned();
    let gates = gates(&[(Metric::Complexity, most(limit)), (Metric::MutationScore, least(90))]);
    judge(&good_but(file), &gates, &Scope::all()).findings
}

fn good_but(file: FileScore) -> Scores {
    Scores { files: vec![file], ..good(Vec::new()) }
}

fn fingerprints(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.fingerprint.as_str()).collect()
}

#[test]
fn lines_and_values_are_not_in_a_fingerprint() {
    let (before, after) = (found("", 1), found("// one line more\n", 2));
    assert_eq!(before.len(), 2);
    assert_ne!((before[0].span, &before[0].label), (after[0].span, &after[0].label));
    assert_eq!(fingerprints(&before), fingerprints(&after));
    assert_ne!(before[0].fingerprint, before[1].fingerprint);
    assert!(before.iter().all(|finding| finding.fingerprint.len() == 16 && finding.symbol.as_deref() == Some("branchy")));
}

#[test]
fn two_alike_are_told_apart_by_their_place_not_by_their_rank() {
    let text = "mod a { fn twin() { if x {} } }\n#[cfg(b)] mod a { fn twin() { if y && z {} } }\n";
    let findings =
        |text: &str| judge(&good_but(file("src/lib.rs", text)), &gates(&[(Metric::Complexity, most(1))]), &Scope::all()).findings;
    let (before, after) = (findings(text), findings(&text.replace("if x", "if x && x && x")));
    assert!(before[0].span > before[1].span && after[0].span < after[1].span, "the worse one comes first");
    assert_ne!(before[0].fingerprint, before[1].fingerprint);
    assert_eq!([&before[0].fingerprint, &before[1].fingerprint], [&after[1].fingerprint, &after[0].fingerprint]);
}

#[test]
fn a_finding_has_its_own_value_or_that_of_its_gate() {
    let findings = found("", 2);
    assert_eq!((findings[0].measured, findings[0].limit), (Some(Measured::Whole(5)), Some(most(2))));
    assert_eq!(findings[0].distance().unwrap().to_string(), "over by 3");
    assert_eq!((findings[1].measured, findings[1].limit), (Some(Measured::Ratio(Ratio { hit: 0, of: 1 })), Some(least(90))));
    assert_eq!(findings[1].distance(), Some(Distance::Short(1)));
    assert!(findings.iter().all(|finding| about_code(finding.code).is_some()));
}
