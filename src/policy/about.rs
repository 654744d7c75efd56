//! What each metric counts, in the one table that describes them: README, `cargo gate explain` and the file that
//! `cargo gate init` writes take their words from here. Owns wording; how it is counted is told in `measure` and
//! `coverage`.

use super::Metric;

/// What a metric is, for people.
#[derive(Clone, Copy, Debug)]
pub struct AboutMetric {
    /// The metric.
    pub metric: Metric,
    /// What is counted, in a few words.
    pub what: &'static str,
    /// What counts and what does not.
    pub rule: &'static str,
}

const fn about(metric: Metric, what: &'static str, rule: &'static str) -> AboutMetric {
    AboutMetric { metric, what, rule }
}

/// Every metric: those of [`Metric::ALL`], then those of [`Metric::OF_A_CHANGE`], in their order.
pub const METRICS: [AboutMetric; Metric::ALL.len() + Metric::OF_A_CHANGE.len()] = [
    about(
        Metric::Tests,
        "every test passes on the unmutated code",
        "Each test runs once, in a process of its own. One that fails only when instrumented is set aside by name, with a warning.",
    ),
    about(
        Metric::LineCoverage,
        "percent of coverable lines executed",
        "A line is coverable when code starts or continues on it; a function's own first line is, too. A line that only closes \
            a block is covered when control passed it: when it fell out of the block, went past an `if` without `else`, or came \
            back from the body. Test code is never counted, code that a `cfg` leaves out is neither covered nor uncovered, the \
            lines of a nested function are its own, those of a closure are the function's.",
    ),
    about(
        Metric::BranchCoverage,
        "percent of branch outcomes taken",
        "Branch outcomes are those of `if`, `match` arms, loops, `&&`, `||`, `let … else` and `?`.",
    ),
    about(
        Metric::FunctionCoverage,
        "percent of functions entered",
        "A function is covered when a test entered it, however little of it ran.",
    ),
    about(
        Metric::Complexity,
        "cyclomatic complexity, per function",
        "Complexity is 1 + decisions: `if`, `else if`, `while`, `for`, each `&&` and `||`, a match guard and `let … else` are one \
            each, a `match` of n arms is n − 1, `loop` and `?` are none. Closures count where they stand, nested functions by \
            themselves. Each finding and `list functions --format json` say which line gives which point.",
    ),
    about(
        Metric::Crap,
        "CRAP score, per function",
        "`crap = complexity² · (1 − coverage)³ + complexity`, by the coverage of the function's own lines. A function of which \
            no line was measured has no CRAP score: it is `unmeasured`, which is inconclusive, not 100 %.",
    ),
    about(
        Metric::MutationScore,
        "percent of viable mutants detected",
        "The mutation score is (killed + timed out) / (killed + timed out + survived + not reached).",
    ),
    about(
        Metric::SurvivingMutants,
        "mutants that no test notices",
        "Mutants that survive and mutants that no test reaches; meant for `[new.gates]`, where it counts those of new code.",
    ),
    about(
        Metric::MutationSites,
        "places that an operator can change, per file",
        "A file with many mutation sites has more than one subject; sites that a mark leaves alone do not count.",
    ),
    about(
        Metric::CognitiveComplexity,
        "per function, what a reader has to keep in mind, by SonarSource's rules",
        "`if`, `match`, a loop and the `else` of a `let … else` are one point and one more for each level of nesting around; \
            `else if`, `else`, a guard, a run of equal `&&` or `||`, a labelled `break` or `continue`, and a function that calls \
            itself are one.",
    ),
    about(
        Metric::FunctionLines,
        "per function, lines with code",
        "Blank lines and comments do not count; nested functions count their own.",
    ),
    about(Metric::Parameters, "per function, its parameters", "`self` is one."),
    about(
        Metric::NestingDepth,
        "per function, how deep control flow is nested",
        "`if`, `match`, loops and the block of a `let … else` nest what stands inside them; an `else if` is as deep as its `if`.",
    ),
    about(Metric::FileLines, "per file, lines with code", "Blank lines, comments and test code do not count."),
    about(Metric::UnsafeBlocks, "per file, `unsafe { .. }`", "`unsafe fn`, `unsafe impl` and `unsafe trait` are no blocks."),
    about(
        Metric::Panics,
        "per file, places that can panic",
        "`unwrap`, `expect`, `unwrap_err`, `expect_err`, `panic!`, `todo!`, `unimplemented!`, `unreachable!`; assertions, indexing \
            and arithmetic do not count.",
    ),
    about(
        Metric::Policy,
        "in a run against a base: what the change does to its policy",
        "The policy is the base's. Key by key a stricter value of the change applies at once; a looser one has no effect and is a \
            finding. No limit can be set on it; `[integrity]` sets the levels of its findings.",
    ),
    about(
        Metric::Scope,
        "in a run against a base: where the change is made",
        "Every changed path lies in `[scope] allow` and in the file of `--scope`, where they are given, and is none of those that \
            decide how the code is built, tested or judged. `[integrity]` sets the levels of its findings.",
    ),
    about(
        Metric::Integrity,
        "in a run against a base: what the change does to the tests and to what is measured",
        "Base and head are compared. `[integrity]` sets the levels of its findings.",
    ),
];

impl Metric {
    /// What it is, for people.
    pub const fn about(self) -> &'static AboutMetric {
        &METRICS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_stand_in_the_table_in_the_order_of_their_numbers() {
        for metric in Metric::ALL.into_iter().chain(Metric::OF_A_CHANGE) {
            assert_eq!(metric.about().metric, metric);
        }
    }
}
