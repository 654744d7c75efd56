//! A plan, seen: the edited text with numbered probes, who owns each line, and the branch outcomes.

mod branches;
mod edits;
mod lines;
mod render;

use super::*;
use crate::syntax::parse;

fn plan(source: &str) -> ProbePlan {
    plan_probes(&parse(source).unwrap(), &Namespace::default(), &CfgStack::default())
}
