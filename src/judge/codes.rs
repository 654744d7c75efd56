//! The codes of findings, and the one table that describes them. Owns names and wording; refuses to know
//! when a finding is made.

/// What a code means, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AboutCode {
    /// The code, as reports write it.
    pub code: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// The code of what had to be measured and could not be.
pub const INCONCLUSIVE: &str = "inconclusive";

/// The code of a failing gate without a finding.
pub const GATE_FAILS: &str = "gate-fails";

const fn about(code: &'static str, title: &'static str, why: &'static str, fix: &'static str) -> AboutCode {
    AboutCode { code, title, why, fix }
}

/// Every code: first what reports say of a whole gate or run, then the findings in the order of the gates.
pub const CODES: &[AboutCode] = &[
    about(
        INCONCLUSIVE,
        "something that had to be measured could not be",
        "What was not measured is never read as 0, as 100 or as a pass.",
        "Do what the message says, then run the gate again.",
    ),
    about(
        GATE_FAILS,
        "a gate does not hold, and no single place is to blame",
        "The number as a whole is past its limit.",
        "See the table of gates for the distance to the limit.",
    ),
    about(
        "failing-test",
        "a test fails on the unmutated code",
        "Coverage and mutants are measured with tests that pass; what a red test covers is not known.",
        "Mend the code or the test.",
    ),
    about(
        "uncovered-lines",
        "lines that no test runs",
        "What never ran under a test can be wrong in any way without being noticed.",
        "Write a test that comes there and asserts the result, or remove code that nobody needs.",
    ),
    about(
        "uncovered-branches",
        "outcomes of a decision that no test takes",
        "A line can be covered while one way through its condition, loop or match never was.",
        "Write a test for each outcome of the condition.",
    ),
    about(
        "uncovered-function",
        "a function that no test calls",
        "Nothing at all is known of what it does.",
        "Write a test that calls it, or remove it.",
    ),
    about(
        "complexity",
        "a function with too many decisions",
        "Cyclomatic complexity is 1 + decisions: so many ways lead through the function, and so many cases have to be tested.",
        "Move decisions into functions of their own, or replace them by data.",
    ),
    about(
        "crap",
        "a function too complex for how well it is tested",
        "crap = complexity² · (1 − coverage)³ + complexity: change is risky where much is decided and little is tested.",
        "Cover more of its lines; past the limit in complexity itself only a split helps.",
    ),
    about(
        "unmeasured",
        "a function of which nothing was measured",
        "No line of it was measured, so it has no score; that is never read as covered.",
        "Check that the selected packages and features build it, and that no macro rewrites it.",
    ),
    about(
        "surviving-mutant",
        "a change that no test notices",
        "The code was changed at this place and every test that comes here still passed: this behaviour is not asserted.",
        "Assert what the change would alter; an equivalent change can be left alone with `// gate: skip REASON`.",
    ),
    about(
        "mutation-sites",
        "a file with too many places to change",
        "Each site is a decision or a value that a test has to hold; a file with many has more than one subject.",
        "Split the file by subject.",
    ),
    about(
        "cognitive-complexity",
        "a function that is hard to follow",
        "Cognitive complexity counts breaks in the flow, and each of them more the deeper it is nested.",
        "Leave early, and move what is nested deepest into functions of their own.",
    ),
    about(
        "function-lines",
        "a function of too many lines",
        "Lines with code: a long function does more than one thing.",
        "Move parts into functions of their own.",
    ),
    about(
        "parameters",
        "a function of too many parameters",
        "So many values have to be got right, in order, by every caller.",
        "Put those that belong together into a type.",
    ),
    about(
        "nesting-depth",
        "control flow nested too deeply",
        "To read the innermost line, every condition around it has to be kept in mind.",
        "Leave early, or move the inner part into a function of its own.",
    ),
    about(
        "file-lines",
        "a file of too many lines",
        "Lines with code outside tests: a long file has more than one subject.",
        "Split the file by subject.",
    ),
    about(
        "unsafe-blocks",
        "too many `unsafe` blocks in a file",
        "Each is a proof that the compiler leaves to people.",
        "Put them behind a few safe functions.",
    ),
    about(
        "panics",
        "too many places of a file that can panic",
        "`unwrap`, `expect` and the macros that panic end the program where an error could be returned.",
        "Return an error instead.",
    ),
    about(
        "policy-loosened",
        "a change makes the policy that judges it looser",
        "A change is judged by the policy of its base: a looser one has no effect until it is there.",
        "Take it back; or let a person merge it into the base by itself, with a reason.",
    ),
    about(
        "new-override",
        "a change adds an override with a looser limit",
        "An override that comes with the code that needs it asks to be judged by a bar of its own. It has no effect until the base has it.",
        "Make the code hold the limit; or let a person merge the override into the base by itself.",
    ),
    about(
        "new-exclude",
        "a change takes files out of what is measured",
        "What is excluded is judged by nobody. It has no effect until the base has it.",
        "Take it back; or let a person merge it into the base by itself.",
    ),
    about(
        "new-waiver",
        "a change adds a waiver, or gives one a later day",
        "A waiver is for a person to give. It has no effect until the base has it.",
        "Mend what it is for; or let a person merge the waiver into the base by itself.",
    ),
    about(
        "out-of-scope",
        "a change touches a path that it was not asked to touch",
        "The paths of a task are declared before it begins, so that a change elsewhere is seen.",
        "Take the change of this file back; or let whoever declared the scope widen it.",
    ),
    about(
        "protected-path",
        "a change touches what decides how it is built, tested or judged",
        "CI files, build scripts, cargo's configuration and the policy can make any check pass.",
        "If the change is meant, let a person look at this file; else take it back.",
    ),
    about(
        "new-skip",
        "a change leaves mutants alone by a mark in the code",
        "A mark that comes with the code it governs keeps its own tests from being judged.",
        "Write the test that notices these mutants; or let a person merge the mark, with its reason, by itself.",
    ),
    about(
        "test-removed",
        "a test is gone, and no other test asserts what it did",
        "What a test held is held by nobody any more, and the gate stays green.",
        "Put it back; or delete in the same change the code that it tested; or let a person merge the removal by itself.",
    ),
    about(
        "test-cut-off",
        "a test is still there and is not built or not run any more",
        "A cfg, a lost `mod`, a key of the manifest or a macro can take tests out without a trace in the results.",
        "Put it back under the build that everybody runs; tests of optional code go under the same cfg as that code.",
    ),
    about(
        "test-ignored",
        "a test, or an example of the documentation, is ignored that ran before",
        "An ignored test never fails.",
        "Take `ignore` away and mend the test or the code.",
    ),
    about(
        "test-emptied",
        "a test has no statement any more",
        "It passes whatever the code does.",
        "Put its assertions back; or delete it together with the code that it tested.",
    ),
    about(
        "should-panic-added",
        "a test passes now when it panics",
        "Any failing assertion is a panic, and so a pass.",
        "Mend what panics; a panic that is wanted deserves a test of its own.",
    ),
    about(
        "test-returns-early",
        "a test can leave before its assertions",
        "What follows a `return` need not run.",
        "Take the `return` away; a test that cannot run everywhere belongs under a cfg that says where.",
    ),
    about(
        "panic-swallowed",
        "a failing assertion does not fail its test",
        "Its panic is caught, or happens in a thread that nobody joins.",
        "Assert what was caught, or join the thread and unwrap.",
    ),
    about(
        "process-exit-in-test",
        "a test ends the whole test process",
        "No test behind it runs, and the exit code is the one it chose.",
        "Return from the test; start a command that exits as a process of its own.",
    ),
    about(
        "assertion-removed",
        "a test does not assert any more what it did",
        "The behaviour is not held by any test that can be found.",
        "Put the assertion back, or move it where it can be found again.",
    ),
    about(
        "assertion-trivial",
        "an assertion holds now whatever the code does",
        "`assert!(true)` and comparing a value with itself say nothing about the code.",
        "Assert the value that the code has to give.",
    ),
    about(
        "assertion-conditional",
        "a test can pass now without coming to its assertion",
        "An assertion below a condition is not made when the condition does not hold, which may be the very fault.",
        "Make the other way fail, too, or unwrap the value.",
    ),
    about(
        "assertion-weakened",
        "an assertion says less than it did",
        "Which variant or which range a value has is less than what it is: more faults pass.",
        "Assert the value itself as before; where less is right, let a person merge this test by itself.",
    ),
    about(
        "result-discarded",
        "a test throws away a result that it used to check",
        "An error passes unnoticed.",
        "Unwrap the result, or return it with `?`.",
    ),
    about(
        "vacuous-test",
        "a new test cannot fail",
        "It counts as a test and holds nothing.",
        "Assert what the code has to give, or leave it out.",
    ),
    about(
        "checks-off",
        "tests are built without checks that they had",
        "An overflow or a failing debug assertion is not noticed any more.",
        "Take the line out of the profile.",
    ),
    about(
        "runner-loosened",
        "the runner leaves tests out, repeats failing ones, or is another program",
        "What the runner does not run or does not report never fails.",
        "Take the setting back; or let a person merge it by itself.",
    ),
    about(
        "production-asks-for-test",
        "production code behaves in another way under test",
        "Tests then see other code than users.",
        "Give the code one behaviour; pass in what a test needs in another way.",
    ),
    about(
        "production-knows-test",
        "a function answers the input of one test by itself",
        "The answer of a test beside code that computes all others is made for the test.",
        "Make the computation give this answer; name what is special for users, too, and let a person look.",
    ),
    about(
        "always-equal",
        "a comparison does not look at both values",
        "Every assertion on such values holds.",
        "Compare the fields, or derive the trait.",
    ),
    about(
        "assertion-off",
        "an assertion is left out of optimized builds",
        "`debug_assert!` asserts nothing in a release build of the tests.",
        "Use `assert!`.",
    ),
    about(
        "mutant-no-longer-killed",
        "the base's tests notice a change of the code that the head's do not notice any more",
        "The base's tests, as they were, are run on the head's code and its mutants; what they kill, the head's tests have \
         to kill, whatever they are called and wherever they stand. So a test that was weakened in a way that cannot be read \
         off it is found all the same, and a renamed, moved or split test is never accused.",
        "Assert again what the named test asserted, there or in any other test. `cargo gate show ID` shows the mutant. Where \
         the behaviour is not to be held any more, let a person merge the change of the tests by itself.",
    ),
    about(
        "base-test-fails",
        "a test of the base fails on the head's code, and the head does not have it as it was",
        "It passes on the base's code: the change makes it fail and removes it, or what it uses, together. A test with other \
         expected values and otherwise the same is `expected-value-rewritten` instead.",
        "Where the behaviour is to stay, mend the code. Where it changes on purpose, keep the test and change the values that \
         it expects, which is reported and not failed; or let a person merge the change of the tests by itself.",
    ),
    about(
        "expected-value-rewritten",
        "a test expects something else than it did",
        "New behaviour needs it, and so does a fault that is to pass: only a person can tell which.",
        "Say in the change why the new value is right.",
    ),
    about(
        "allow-added",
        "a lint is switched off or lowered, or code is taken out of coverage",
        "The lint may be right.",
        "Mend what it says; `#[expect(.., reason = \"..\")]` says why it is wrong.",
    ),
    about(
        "moved-into-macro",
        "a function's body went into a macro",
        "Nothing is measured or mutated in there.",
        "Keep the logic in a function, which the macro may call.",
    ),
    about(
        "check-fails",
        "a command of the policy fails",
        "A `[[check]]` has to exit with 0; the end of what it printed stands with the finding.",
        "Mend what it reports; run the command by itself for all of it.",
    ),
    about(
        "waiver-expired",
        "a waiver is past its last day",
        "A waiver accepts one finding until a day; behind it the finding counts again.",
        "Mend what it was for and take it out, or let a person give it another day.",
    ),
    about(
        "waiver-too-far",
        "a waiver reaches too far ahead",
        "At most 180 days ahead somebody has to look again; until then it waives nothing.",
        "Choose an earlier day.",
    ),
    about(
        "waiver-unmatched",
        "a waiver is about nothing",
        "All that its gate measures was measured, and there is no such finding: it was mended, or its code has gone.",
        "Take it out of the policy.",
    ),
    about(
        "attempts-exceeded",
        "this change has failed too often",
        "Past so many failing runs for the same branch and base, more of the same rarely helps.",
        "Stop, say what was tried and what is in the way, and let a person look.",
    ),
    about(
        "baseline-loosened",
        "a change lets more pass for old code",
        "gates.baseline.toml records where old code stood; a change that raises its own record would not be measured by it.",
        "Improve the code instead; a person who accepts it merges the record by itself.",
    ),
];

/// What `code` means.
pub fn about_code(code: &str) -> Option<&'static AboutCode> {
    CODES.iter().find(|about| about.code == code)
}
