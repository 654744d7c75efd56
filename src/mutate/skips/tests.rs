//! What marks govern: sources with marks, and the mutants that are left alone by them.

use crate::mutate::{Mutated, Selection, Shape, mutate};
use crate::syntax::{CfgStack, Namespace, parse};

fn mutated(source: &str) -> Mutated {
    mutate(&parse(source).unwrap(), "src/lib.rs", &Namespace::default(), &CfgStack::default(), Selection::cargo_mutants())
}

/// Each mutant left alone as "reason: change".
fn ignored(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for site in mutated(source).sites {
        if let Shape::Ignored { reason } = &site.shape {
            found.extend(site.mutants.iter().map(|mutant| format!("{reason}: {} -> {}", mutant.span.of(source), mutant.replacement)));
        }
    }
    found
}

fn check(statements: &str, expect: &[&str]) {
    assert_eq!(ignored(&format!("fn f() -> ! {{\n{statements}\n}}")), expect, "{statements}");
}

#[test]
fn a_comment_governs_the_statement_below_or_before_it() {
    check("// gate: skip why\nlet a = !b;\nlet c = !d;", &["why: ! -> "]);
    check("let a = !b; // gate: skip why\nlet c = !d;", &["why: ! -> "]);
    check("// gate: skip why\n// and more\n#[x]\nlet a = [\n!b,\n!c];\n!d", &["why: ! -> ", "why: ! -> "]);
    check("#[x]\n// gate: skip: why\nlet a = !b;\n!c", &["why: ! -> "]);
    check("let a = \"// gate: skip no\"; let b = !c;", &[]);
    check("/* // gate: skip no */ !b", &[]);
}

#[test]
fn a_comment_governs_items_arms_fields_and_else_the_line() {
    let source = "// gate: skip why\npub fn f() -> bool { !a }\nfn g() -> ! { !b }";
    assert_eq!(ignored(source), ["why: !a -> true", "why: !a -> false", "why: ! -> "]);
    assert_eq!(ignored("impl A {\n/// Doc.\n// gate: skip why\nfn f() -> ! { !a }\nfn g() -> ! { !b } }"), ["why: ! -> "]);
    check("match a {\n// gate: skip why\nB => !c,\nD => !e,\n_ => {} }", &["why: B => !c, -> ", "why: ! -> "]);
    check("A {\nb: !c, // gate: skip why\nd: !e,\n..f }", &["why: b: !c, -> ", "why: ! -> "]);
    check("a(!b,\n!c, // gate: skip why\n!d)", &["why: ! -> "]);
    check("a\n// gate: skip why\n.b(!c)\n.d(!e)", &["why: ! -> "]);
}

#[test]
fn a_comment_can_name_operators() {
    check("// gate: skip(BinaryOperator, FnValue) why\nlet a = !b && c;", &["why: && -> ||"]);
    check("// gate: skip(UnaryOperator) - why not\nlet a = !b && c;", &["why not: ! -> "]);
}

#[test]
fn the_attribute_governs_what_it_stands_on() {
    assert_eq!(ignored("#[mutants::skip] // why\nfn f() -> ! { !a }"), ["why: ! -> "]);
    assert_eq!(ignored("impl A { #[cfg_attr(test, mutants::skip)] fn f() -> ! { !a } }"), ["marked `#[mutants::skip]`: ! -> "]);
    assert_eq!(ignored("#![mutants::skip]\nfn f() -> ! { !a }").len(), 1);
    check(
        "A { #[mutants::skip] b: !c, d: !e, ..f }",
        &["marked `#[mutants::skip]`: #[mutants::skip] b: !c, -> ", "marked `#[mutants::skip]`: ! -> "],
    );
    check("#[mutants::skip] let a = !b; #[mutants::skip] { !c } !d", &["marked `#[mutants::skip]`: ! -> "; 2]);
}

#[test]
fn the_innermost_mark_gives_the_reason_and_all_are_counted() {
    let source = "// gate: skip outer\nfn f() -> ! {\n// gate: skip inner\nlet a = !b;\n!c;\n!d }\n// gate: skip none\nstruct S;";
    let skips: Vec<(String, u32)> = mutated(source).skips.iter().map(|skip| (skip.reason.to_string(), skip.governs)).collect();
    assert_eq!(skips, [("outer".to_owned(), 2), ("inner".to_owned(), 1), ("none".to_owned(), 0)]);
}

#[test]
fn what_is_no_good_mark_does_not_count() {
    let cases = [
        ("// gate: skip", Some("without a reason")),
        ("// gate: skip(UnaryOperator)", Some("without a reason")),
        ("// gate: skip(UnaryOperators) why", Some("did you mean `UnaryOperator`?")),
        ("// gate: skip(zzzz) why", Some("known are: FnValue")),
        ("// gate: skip(UnaryOperator why", Some("has no `)`")),
        ("// gate: skipped lines", None),
        ("// the gate: skip it", None),
    ];
    for (comment, complaint) in cases {
        let mutated = mutated(&format!("fn f() -> ! {{\n{comment}\n!a\n}}"));
        assert!(mutated.skips.is_empty() && mutated.sites.iter().all(|site| !matches!(site.shape, Shape::Ignored { .. })), "{comment}");
        let messages: Vec<&str> = mutated.complaints.iter().map(|complaint| complaint.message.as_str()).collect();
        assert_eq!(messages.len(), usize::from(complaint.is_some()), "{comment}");
        assert!(complaint.is_none_or(|part| messages[0].contains(part)), "{comment}: {messages:?}");
    }
}
