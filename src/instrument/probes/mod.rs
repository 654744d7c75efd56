//! Where coverage probes go and what each of them tells: lines, branch outcomes, functions. Decided from
//! the syntax alone, so that the answer is the same whatever is built. Refuses to render text, to number
//! slots and to know what ran.
//!
//! | code | what is planned | outcomes |
//! |---|---|---|
//! | function, closure, body of a loop | `enter` before the first statement | |
//! | statements in a row | one probe together; a `hit` before the statement that follows one that may leave | |
//! | `if c`, `while c` | `branch` around `c` | false, true |
//! | `if let`, chains with `let` | `hit` in both blocks; a missing `else` is added | else, then |
//! | `while let` | `loop { if let .. { } else { hit; break } }`, which is what the compiler makes of it | left, entered |
//! | `for` | a flag that the body clears, looked at behind the loop | not entered, entered |
//! | `match` of several arms | `hit` in each arm; `branch` around a guard, for its lines | each arm |
//! | `a && b`, `a \|\| b` | `branch` around every operand but the last | false, true |
//! | `let .. else` | `hit` in the `else` block and behind the statement | else, bound |
//! | `e?` | `attempt` around `e` | leaves, goes on |
//!
//! A line that only closes a block is passed when control falls out of the block, or goes past an `if` without
//! `else`; that of a body, when control comes back from it in whatever way. LLVM's coverage counts them as well.
//!
//! A call ends no group, even when it panics; LLVM's coverage counts the same way. Macros are opaque: what
//! their arguments decide is not seen, and any macro that is not known to go on ends the group. The message of
//! an assertion makes no line coverable.

mod attrs;
mod choices;
mod draft;
mod leaving;
mod logic;
mod loops;
mod owners;
mod statements;
mod walk;

#[cfg(test)]
mod tests;

use crate::instrument::Edit;
use crate::syntax::{CfgStack, Namespace, Parsed, functions};

/// Everything needed to measure one file's coverage.
#[derive(Clone, Debug, Default)]
pub struct ProbePlan {
    /// The edits, by where they start: an insertion comes before an edit that starts at the same byte, an
    /// outer edit before those inside it, also where both have the same span.
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
    /// 1-based column of that token, in characters.
    pub column: u32,
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

/// Plan the probes of a file, test code left out. `namespace` and `cfg` are those of the file's module.
///
/// Empty edits are insertions: one that lies at the start or the end of another edit lies outside of it,
/// and where an edit's text is cut in two [`crate::instrument::Part::Source`] at an insertion's byte, it
/// belongs to the later one.
pub fn plan_probes(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack) -> ProbePlan {
    let mut draft = draft::Draft::new(parsed.text);
    for node in functions(parsed, namespace, cfg) {
        if !leaving::is_naked(node.block) {
            walk::function(parsed, &mut draft, &node);
        }
    }
    draft.finish(parsed)
}
