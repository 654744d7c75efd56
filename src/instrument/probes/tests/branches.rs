//! The outcomes of decisions, as `line decision.outcome=probe`, in source order.

use super::plan;

fn check(source: &str, expect: &str) {
    let plan = plan(source);
    let branches = plan.branches.iter().map(|b| format!("{} {}.{}={}", b.line, b.decision, b.outcome, b.probe));
    assert_eq!(branches.collect::<Vec<_>>().join(", "), expect, "{source}");
}

#[test]
fn every_deciding_token_has_its_outcomes() {
    check("fn f() { a; b() }", "");
    check("fn f() { if a {} }", "1 0.0=1, 1 0.1=2");
    check("fn f() {\nif a\n&& b {} }", "2 0.0=1, 2 0.1=2, 3 1.0=3, 3 1.1=4");
    check("fn f() { if let A = a {} else if b {} }", "1 0.0=1, 1 0.1=2, 1 1.0=3, 1 1.1=4");
    check("fn f() {\nfor x in\n y? {} }", "2 0.0=3, 2 0.1=4, 3 1.0=1, 3 1.1=2");
    check("fn f() { while let A = b {} }", "1 0.0=1, 1 0.1=2");
    check("fn f() { match a { A => 1, B => 2, _ => 3 } }", "1 0.0=1, 1 0.1=2, 1 0.2=3");
    check("fn f() { match a { A => 1 } }", "");
    check("fn f() { let A = a else { return }; }", "1 0.0=1, 1 0.1=2");
    check("fn f() { loop {} }", "");
}

#[test]
fn guards_and_operands_behind_a_let_without_a_right_side_have_none() {
    check("fn f() { match a { A if b => 1, _ => 2 } }", "1 0.0=1, 1 0.1=4");
    check("fn f() { if let A = a && b {} }", "1 0.0=1, 1 0.1=2");
    check("fn f() { if let A = a && b && c {} }", "1 0.0=1, 1 0.1=2, 1 1.0=3, 1 1.1=4");
}

#[test]
fn functions_come_in_source_order_with_their_entry_probe() {
    let plan = plan("pub fn a() { fn b() {} }\nimpl X { pub const fn c() { loop {} } }");
    let functions: Vec<(u32, u32)> = plan.functions.iter().map(|function| (function.start, function.probe)).collect();
    assert_eq!(functions, [(4, 0), (13, 1), (38, 2)]);
}
