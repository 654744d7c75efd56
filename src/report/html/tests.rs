//! What the page is told, and that nothing of it becomes markup. How it behaves in a browser is
//! `tests/browser.rs`.

use super::*;
use crate::report::sample::{self, Sample};

fn shown(sample: &Sample) -> String {
    let mut out = Vec::new();
    html(&sample.report(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The JSON in the script element of this id.
fn told(page: &str, id: &str) -> Value {
    let (_, rest) = page.split_once(&format!("<script type=\"application/json\" id=\"data-{id}\">")).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_viewer_is_the_published_one() {
    let hash = "35711e7795d9490e41d075f538f7f4118d4ebd1737e3de573a6643718b8644cc";
    assert_eq!(blake3::hash(VIEWER.as_bytes()).to_hex().as_str(), hash);
    assert!(!VIEWER.contains("</script") && !SCRIPT.contains("</script") && !STYLE.contains("</style"));
}

#[test]
fn the_page_asks_for_nothing_from_elsewhere() {
    let own = [PAGE, STYLE, SCRIPT].concat();
    for word in ["http://", "https://", "src=", "@import", "url(", "fetch("] {
        assert!(!own.contains(word), "{word}");
    }
    assert!(PAGE.contains("default-src 'none'"), "and the browser holds the viewer to it");
}

#[test]
fn the_page_has_the_gates_the_items_and_how_many_mutants_nobody_notices() {
    let page = shown(&sample::failing());
    let run = told(&page, "run");
    assert_eq!(run["shown"]["gates_said"], "2 of 6 gates");
    assert_eq!(run["shown"]["gates"][1], json!(["line-coverage", "89.9 %", ">= 90 %", "gates.toml:5", "fail", "8999 of 10000 lines"]));
    let codes: Vec<&Value> = run["shown"]["items"].as_array().unwrap().iter().map(|item| &item["code"]).collect();
    assert_eq!(codes, ["gate-fails", "crap", "surviving-mutant"]);
    assert_eq!(
        (&run["files"][0]["survived"], &run["functions"][0]["survived"], &run["functions"][1]["survived"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let mutants = &told(&page, "report")["files"]["src/price.rs"]["mutants"];
    let statuses: Vec<&Value> = mutants.as_array().unwrap().iter().map(|mutant| &mutant["status"]).collect();
    assert_eq!(statuses, ["Survived", "Killed", "Timeout", "CompileError", "Ignored"], "the viewer counts what the gate counts");
    assert!(page.contains("<title>cargo gate: FAIL</title>"));
    assert_eq!(told(&shown(&sample::nothing_measured()), "run")["outcome"], "inconclusive");
}

#[test]
fn a_path_is_the_one_that_the_page_knows_its_file_by() {
    let mut sample = sample::failing();
    sample.call.below = "crates/shop".into();
    let run = told(&shown(&sample), "run");
    assert_eq!(run["shown"]["items"][1]["path"], run["files"][0]["path"]);
}

#[test]
fn source_cannot_leave_its_script_element() {
    let mut sample = sample::failing();
    let evil = "</script><script>alert(1)</script><!-- <script>{{viewer}}";
    sample.scores.files[0].text.push_str(evil);
    sample.verdict.findings[0].title = evil.to_owned();
    sample.scores.warnings = vec![evil.to_owned()];
    let (page, plain) = (shown(&sample), shown(&sample::failing()));
    for tag in ["<script", "</script", "<!--"] {
        assert_eq!(page.matches(tag).count(), plain.matches(tag).count(), "{tag}");
    }
    assert!(told(&page, "report")["files"]["src/price.rs"]["source"].as_str().unwrap().ends_with(evil));
}
