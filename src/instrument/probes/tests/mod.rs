//! A plan, seen: the edited text with numbered probes, who owns each line, and the branch outcomes.

mod render;

use super::*;
use crate::syntax::parse;

fn plan(source: &str) -> ProbePlan {
    plan_probes(&parse(source).unwrap(), &Namespace::default(), &CfgStack::default())
}

#[test]
fn smoke() {
    let source = "fn f(x: u32) -> Option<u32> {\n    if x > 1 && x < 3 {\n        return None;\n    }\n    for i in 0..x { g(i)?; }\n    while let Some(1) = h() {}\n    match x { 1 => None, _ => Some(2) }\n}\n";
    let plan = plan(source);
    println!("{}", render::render(source, &plan.edits, &|probe| format!("{probe}")));
    println!("{:?}\n{:?}", plan.lines, plan.branches);
}
