//! From a plan and the marks of a run to the coverage of a file. Pure; refuses to know where marks come
//! from, how cfg predicates are evaluated and which edits the compiler refused.

use super::{Branch, FileCoverage};
use crate::instrument::ProbePlan;

/// The coverage that a file's probes tell. A probe that is not active (its cfg is false, or its edit was
/// withdrawn) was not measured: what only it tells is absent.
pub fn file_coverage(plan: &ProbePlan, is_marked: impl Fn(u32) -> bool, is_active: impl Fn(u32) -> bool) -> FileCoverage {
    let mut coverage = FileCoverage::default();
    for (line, probe) in plan.lines.iter().filter(|(_, probe)| is_active(*probe)) {
        *coverage.lines.entry(*line).or_default() |= is_marked(*probe);
    }
    let branches = plan.branches.iter().filter(|branch| is_active(branch.probe));
    coverage.branches = branches
        .map(|branch| Branch {
            line: branch.line,
            column: branch.column,
            decision: branch.decision,
            outcome: branch.outcome,
            taken: is_marked(branch.probe),
        })
        .collect();
    let functions = plan.functions.iter().filter(|function| is_active(function.probe));
    coverage.functions = functions.map(|function| (function.start, is_marked(function.probe))).collect();
    coverage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::plan_probes;
    use crate::syntax::{CfgStack, Namespace, parse};

    #[test]
    fn a_line_ran_when_any_of_its_probes_did_and_what_is_inactive_is_absent() {
        let source = "fn f(x: bool) -> u32 {\n    if x { 1 } else { 2 }\n}\n#[cfg(windows)]\nfn g() {}\n";
        let plan = plan_probes(&parse(source).unwrap(), &Namespace::default(), &CfgStack::default());
        // Probes: 0 enters f, 1 and 2 are the outcomes of the `if`, 3 enters g.
        let coverage = file_coverage(&plan, |probe| [0, 2].contains(&probe), |probe| probe != 3);
        assert_eq!(coverage.lines.into_iter().collect::<Vec<_>>(), [(1, true), (2, true), (3, true)]);
        assert_eq!(coverage.branches.iter().map(|branch| branch.taken).collect::<Vec<_>>(), [false, true]);
        assert_eq!(coverage.functions.into_iter().collect::<Vec<_>>(), [(0, true)]);
        let all = file_coverage(&plan, |_| false, |_| true);
        assert_eq!((all.line_ratio().of, all.line_ratio().hit, all.function_ratio().of), (4, 0, 2));
    }
}
