//! Any text as what the test harness, cargo, rustdoc and the compiler print: nothing is read that is not there, and
//! whatever place a message names, blame falls on what the file has.

use std::sync::OnceLock;

use cargo_gate::build::printed::{dependencies, examples, merged_examples, messages};
use cargo_gate::build::{Blame, Diagnostic, Instrumented, blame, denied};
use cargo_gate::instrument::{FileContext, FilePlan, Withdrawn, render};
use cargo_gate::mutate::Selection;
use cargo_gate::run::printed::{failed, failed_examples, have_passed, is_refused, listed};
use cargo_gate::syntax::{CfgStack, Namespace, functions, parse};

const SOURCE: &str = include_str!("../../../../fixtures/operators/src/lib.rs");

pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    harness(&text);
    build(&text);
    for line in text.lines() {
        if let Ok(diagnostic) = serde_json::from_str::<Diagnostic>(line) {
            accuse(&diagnostic);
        }
    }
    accuse(&at(bytes));
}

fn harness(text: &str) {
    assert!(listed(text).iter().all(|name| text.contains(&format!("{name}: test"))));
    assert!(failed(text).is_none_or(|name| text.contains(&format!("test {name}"))));
    assert!(failed_examples(text).all(|name| text.contains(&format!("test {name}"))));
    assert!(!have_passed(text, 1) || text.contains("test result: ok. 1 passed"));
    let _ = is_refused(text);
}

fn build(text: &str) {
    let (stems, rest) = messages(text);
    assert!(stems.iter().all(|stem| !stem.is_empty()) && rest.len() <= text.len() + 1);
    let found = examples(text);
    let names = found.names.values().chain(found.refused.iter().map(|example| &example.name));
    assert!(names.clone().all(|name| text.contains(&format!("---- {name} stdout ----"))));
    assert!(names.count() <= text.matches(" stdout ----").count());
    assert!(merged_examples(text).map_or(0, |examples| examples.len()) <= text.matches("new_doctest").count());
    assert!(dependencies(text).len() <= text.lines().count());
}

fn accuse(diagnostic: &Diagnostic) {
    static FILE: OnceLock<Instrumented> = OnceLock::new();
    let file = FILE.get_or_init(instrumented);
    let _ = (diagnostic.is_error(), diagnostic.summary(), diagnostic.files());
    match blame(diagnostic, |_| Some(file)) {
        Some((_, Blame::Edits(edits))) => assert!(edits.iter().all(|edit| (*edit as usize) < file.edits.len()) && !edits.is_empty()),
        Some((_, Blame::Mutants(mutants) | Blame::Doubted(mutants))) => assert!(!mutants.is_empty()),
        None => {}
    }
    let _ = denied(diagnostic, |_| Some(file));
}

/// A message whose code and places the bytes choose.
fn at(bytes: &[u8]) -> Diagnostic {
    const CODES: [&str; 8] = ["E0308", "E0382", "E0283", "E0502", "E0493", "E0716", "arithmetic_overflow", ""];
    let number = |at: usize| bytes.get(at..at + 2).map_or(0, |pair| u16::from_le_bytes([pair[0], pair[1]]));
    let place = |at: usize| {
        let (start, end) = (number(at), number(at + 2));
        serde_json::json!({
            "file_name": "src/lib.rs", "byte_start": start, "byte_end": end, "is_primary": start % 2 == 0,
            "label": (end % 3 == 0).then_some("this reinitialization might get skipped"), "expansion": null,
        })
    };
    let code = CODES[usize::from(bytes.first().copied().unwrap_or_default()) % CODES.len()];
    let diagnostic = serde_json::json!({
        "level": "error", "message": "no", "code": { "code": code }, "spans": [place(1), place(5)],
        "children": [{ "level": "help", "message": "", "code": null, "spans": [place(9)] }],
    });
    serde_json::from_value(diagnostic).expect("a message")
}

fn instrumented() -> Instrumented {
    let parsed = parse(SOURCE).expect("Rust");
    let context = FileContext { is_root_of_2015: false, without_mutants: false, selection: Selection::all() };
    let plan = FilePlan::new(&parsed, "src/lib.rs", &CfgStack::default(), context);
    let rendered = render(SOURCE, &plan.edits, plan.slots(1), &Withdrawn::default());
    let functions = functions(&parsed, &Namespace::default(), &CfgStack::default()).iter().map(|function| function.span).collect();
    Instrumented { rendered, edits: plan.edits, functions }
}
