//! Metrics per function: one file per metric, each with its rule, its documentation and its tests. All
//! but CRAP come from the syntax alone. Refuses to know mutants, verdicts and where limits are set.

mod complexity;
mod crap;
#[cfg(test)]
mod graph;
mod macros;

pub use complexity::{Complexity, Decision, DecisionKind, complexity};
pub use crap::{Crap, WayOut};

use crate::syntax::{CfgStack, FunctionNode, Namespace, Parsed, Span, functions};

/// A function with everything that its syntax alone tells.
#[derive(Clone, Debug)]
pub struct Function {
    /// `module::<impl Trait for Type>::name`.
    pub name: String,
    /// From `fn` (or `const`, `async`, `unsafe`, `extern`) to the closing brace.
    pub span: Span,
    /// The body, braces included.
    pub body: Span,
    /// The name's token.
    pub ident: Span,
    /// The cfg predicates that govern it.
    pub cfg: CfgStack,
    /// Cyclomatic complexity and where each point comes from.
    pub complexity: Complexity,
}

/// Measure every function of a file, test code left out, in source order.
pub fn measure(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack) -> Vec<Function> {
    functions(parsed, namespace, cfg).iter().map(|node| measure_one(parsed, node)).collect()
}

fn measure_one(parsed: &Parsed<'_>, node: &FunctionNode<'_>) -> Function {
    Function {
        name: node.name.clone(),
        span: node.span,
        body: node.body,
        ident: node.ident,
        cfg: node.cfg.clone(),
        complexity: complexity(parsed, node.block),
    }
}
