//! Metrics per function: one file per metric, each with its rule, its documentation and its tests. All
//! but CRAP come from the syntax alone. Refuses to know mutants, verdicts and where limits are set.

mod cognitive;
mod complexity;
mod counting;
mod crap;
mod danger;
#[cfg(test)]
mod graph;
mod nesting;
#[cfg(test)]
mod testing;

pub use cognitive::{Cognitive, Increment};
pub use complexity::{Complexity, Decision, DecisionKind, complexity};
pub use counting::Counting;
pub use crap::{Crap, WayOut};
pub use danger::Danger;
pub use nesting::Nesting;

use crate::syntax::{CfgStack, CodeLines, FunctionNode, Namespace, Parsed, Span, functions, test_code};

/// What the syntax of a file alone tells, test code left out.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Its functions, in source order.
    pub functions: Vec<Function>,
    /// Lines that hold code.
    pub lines: u32,
    /// Panics and `unsafe` blocks.
    pub danger: Danger,
}

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
    /// Cognitive complexity and where each point comes from.
    pub cognitive: Cognitive,
    /// How deep its control flow is nested.
    pub nesting: Nesting,
    /// Lines of its span that hold code: blank lines, comments and nested functions are not counted.
    pub lines: u32,
    /// How many parameters it takes; `self` is one, as for clippy's `too_many_arguments`.
    pub parameters: u32,
}

/// Measure a file. `namespace` and `cfg` are those of its module.
pub fn measure(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack, counting: Counting) -> Measures {
    let nodes = functions(parsed, namespace, cfg);
    let (places, mut code) = (&parsed.lines, CodeLines::of(parsed));
    let of_span = |span: Span| places.line(span.start)..=places.line(span.end.saturating_sub(1));
    let mut measured: Vec<Function> = nodes.iter().map(|node| with_shape(parsed, node, counting)).collect();
    for (function, lines) in measured.iter_mut().zip(own_lines(&nodes, |span| code.count(of_span(span)))) {
        function.lines = lines;
    }
    for span in test_code(parsed) {
        code.remove(of_span(span));
    }
    Measures { functions: measured, lines: code.total(), danger: danger::danger(parsed) }
}

/// The complexity of a file's functions and nothing else: all other numbers are 0. For those who want no more,
/// and want it soon.
pub fn measure_complexity(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack, counting: Counting) -> Measures {
    let nodes = functions(parsed, namespace, cfg);
    Measures { functions: nodes.iter().map(|node| with_complexity(parsed, node, counting)).collect(), ..Measures::default() }
}

fn with_shape(parsed: &Parsed<'_>, node: &FunctionNode<'_>, counting: Counting) -> Function {
    let inputs = node.signature.inputs.len() + usize::from(node.signature.variadic.is_some());
    Function {
        cognitive: cognitive::cognitive(parsed, node),
        nesting: nesting::nesting(parsed, node.block),
        parameters: u32::try_from(inputs).unwrap_or(u32::MAX),
        ..with_complexity(parsed, node, counting)
    }
}

fn with_complexity(parsed: &Parsed<'_>, node: &FunctionNode<'_>, counting: Counting) -> Function {
    Function {
        name: node.name.clone(),
        span: node.span,
        body: node.body,
        ident: node.ident,
        cfg: node.cfg.clone(),
        complexity: complexity(parsed, node.block, counting),
        cognitive: Cognitive::default(),
        nesting: Nesting::default(),
        lines: 0,
        parameters: 0,
    }
}

/// The lines of each function, those of functions directly in it taken off. Nodes are in source order, so
/// an outer function comes before its inner ones.
fn own_lines(nodes: &[FunctionNode<'_>], lines_of: impl Fn(Span) -> u32) -> Vec<u32> {
    let mut own: Vec<u32> = nodes.iter().map(|node| lines_of(node.span)).collect();
    let mut around: Vec<usize> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        while around.last().is_some_and(|outer| !nodes[*outer].span.contains(node.span)) {
            around.pop();
        }
        if let Some(outer) = around.last() {
            own[*outer] = own[*outer].saturating_sub(lines_of(node.span));
        }
        around.push(index);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::testing::{functions_of, measures_of};

    #[test]
    fn lines_are_those_with_code_and_each_belongs_to_one_function() {
        let text = "/// No code.
#[inline]
pub fn f(
    a: u8,
) {
    // none

    fn g() {
        h();
        fn i() {}
    }
    a // some
}
            fn j() { k() }

#[cfg(test)]
mod tests {
    fn l() {}
}
const M: u8 = 1;
";
        let measures = measures_of(text);
        let found: Vec<_> = measures.functions.iter().map(|function| (function.name.as_str(), function.lines)).collect();
        // `#[inline]` is no line of `f`, but one of the file.
        assert_eq!(found, [("f", 5), ("f::g", 3), ("f::g::i", 1), ("j", 1)]);
        assert_eq!(measures.lines, 12);
    }

    #[test]
    fn every_input_is_a_parameter() {
        let text = "fn a() {} fn b((x, y): (u8, u8), z: [u8; 2]) {} impl A { fn c(&self) {} fn d(self: Box<Self>, e: u8) {} } unsafe extern \"C\" fn f(g: u8, mut h: ...) {}";
        let found: Vec<u32> = functions_of(text).iter().map(|function| function.parameters).collect();
        assert_eq!(found, [0, 2, 1, 2, 2]);
    }
}
