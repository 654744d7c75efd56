//! Where coverage probes go and what each tells: lines, branch outcomes, functions. (Stub.)

use crate::instrument::Edit;
use crate::syntax::{CfgStack, Namespace, Parsed};

/// Everything needed to measure one file's coverage.
#[derive(Clone, Debug, Default)]
pub struct ProbePlan {
    /// The edits, in no particular order.
    pub edits: Vec<Edit>,
    /// The probes, by index.
    pub probes: Vec<Probe>,
    /// Coverable lines: each 1-based line with the index of a probe that owns code on it; a line may come
    /// several times and ran when one of its probes did. Sorted.
    pub lines: Vec<(u32, u32)>,
    /// Branch outcomes, in source order.
    pub branches: Vec<BranchPlan>,
    /// Functions, in source order.
    pub functions: Vec<FunctionPlan>,
}

/// One probe.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    /// The cfg predicates that govern the code it marks: a false one makes it inactive.
    pub cfg: CfgStack,
}

/// One outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchPlan {
    /// 1-based line of the deciding token.
    pub line: u32,
    /// Index of the decision in the file.
    pub decision: u32,
    /// Index of the outcome in the decision.
    pub outcome: u32,
    /// The probe that is marked when it is taken.
    pub probe: u32,
}

/// One function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionPlan {
    /// Byte at which its span starts (see [`crate::syntax::FunctionNode::span`]).
    pub start: u32,
    /// The probe that is marked when it is entered.
    pub probe: u32,
}

/// Plan the probes of a file, test code left out.
pub fn plan_probes(_parsed: &Parsed<'_>, _namespace: &Namespace, _cfg: &CfgStack) -> ProbePlan {
    ProbePlan::default()
}
