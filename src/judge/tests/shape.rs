//! Findings of the metrics that no default judges.

use super::*;

/// Judge one metric of a file `a.rs` and one `b.rs` that holds anything; expect these findings of the first.
fn check(text: &str, metric: Metric, limit: u32, expected: &[&str]) {
    let scores = good(vec![file("a.rs", text), file("b.rs", "const A: u8 = 1;")]);
    let verdict = judge(&scores, &gates(&[(metric, most(limit))]), &Scope::quick());
    assert_eq!(said(&verdict), expected, "{text}");
    let state = state(&verdict, metric);
    assert_eq!(state, if expected.is_empty() { State::Pass } else { State::Fail });
    assert!(verdict.findings.iter().all(|finding| finding.file == Some(0) && finding.code == metric.name()));
}

#[test]
fn each_metric_says_what_is_too_much_and_where() {
    let nested = "fn f() {\n if a {\n  for x in b {}\n } else {\n }\n}\nfn g() {}\n";
    let help = "move what is nested deepest into functions of its own, 2 points or more; by line: 2 if, 3 for 2, 4 else";
    check(
        nested,
        Metric::CognitiveComplexity,
        2,
        &[&format!("cognitive-complexity: `f` is hard to follow | cognitive complexity 4, at most 2 | {help}")],
    );
    check(nested, Metric::CognitiveComplexity, 4, &[]);
    check(
        nested,
        Metric::NestingDepth,
        1,
        &[
            "nesting-depth: `f` is nested too deeply | nested 2 deep, at most 1 | leave early, or move what stands on line 3 into a function of its own",
        ],
    );
    check(
        nested,
        Metric::FunctionLines,
        1,
        &["function-lines: `f` is too long | 6 lines of code, at most 1 | move 5 lines or more into functions of their own"],
    );
    check(
        "fn f(a: u8, b: u8, c: u8) {}",
        Metric::Parameters,
        2,
        &[
            "parameters: `f` takes too many parameters | 3 parameters, at most 2 | put 2 parameters or more into a type that belongs together",
        ],
    );
    check(
        nested,
        Metric::FileLines,
        6,
        &["file-lines: `a.rs` has too many lines | 7 lines of code, at most 6 | split the file: 1 line or more have to move"],
    );
    check(
        "fn f() {\n unsafe {}\n}\nfn g() { unsafe {} }\n",
        Metric::UnsafeBlocks,
        1,
        &[
            "unsafe-blocks: `a.rs` has too many `unsafe` blocks | 2 `unsafe` blocks, at most 1; on: 2, 4 | put 1 block or more behind a safe function elsewhere",
        ],
    );
    check(
        "fn f() {\n a.unwrap();\n panic!()\n}\n",
        Metric::Panics,
        0,
        &["panics: `a.rs` can panic in too many places | 2 places that panic, at most 0; on: 2-3 | return an error from 2 places or more"],
    );
    check("fn f() {\n a.unwrap();\n}\n", Metric::Panics, 1, &[]);
}

#[test]
fn the_mark_is_on_the_first_place_too_many() {
    let text = "fn f() { a.unwrap(); b.expect(c) }";
    let verdict = judge(&good(vec![file("a.rs", text)]), &gates(&[(Metric::Panics, most(1))]), &Scope::quick());
    assert_eq!(verdict.findings[0].span.unwrap().of(text), "expect");
}
