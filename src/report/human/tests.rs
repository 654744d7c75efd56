//! How the report looks, in snapshots; and what must never reach a terminal.

use super::*;
use crate::report::sample::{self, Sample};
use crate::syntax::Span;

fn shown(sample: &Sample, style: Style) -> String {
    let mut out = Vec::new();
    human(&sample.report(), style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(sample: &Sample) -> String {
    shown(sample, Style::default())
}

#[test]
fn a_failing_run() {
    insta::assert_snapshot!(plain(&sample::failing()), @r"
    error[crap]: `discount` is complex and under-tested
     --> src/price.rs:2:8
      |
    2 | pub fn discount(quantity: u32, price: u32) -> u32 {
      |        ^^^^^^^^ crap 18.8, at most 8: complexity 14, coverage 71 %
      |
      = help: split to complexity 7 or less and cover 73 % or more; not covered: 97, 103-109, 120

    warning[surviving-mutant]: no test notices `>` replaced by `>=`
     --> src/price.rs:3:17
      |
    3 |     if quantity > 10 {
      |                 ^ 2 tests come here, none fails
      |
      = help: assert the price at quantity == 10, for example in `discount_large`
      = note: mutant 00000000005d

    warning: the test `shop::tests::clock` fails only when instrumented and was set aside

      gate             measured    limit    set in
      tests            412 passed  all      gates.toml:4   ok            2 ignored
      line-coverage    89.9 %      >= 90 %  gates.toml:5   FAIL          8999 of 10000 lines
      branch-coverage  50 %                                no limit      1 of 2 branch outcomes
      complexity       14          <= 15    gates.toml:6   ok
      crap             18.8        <= 8     gates.toml:8   FAIL          1 function
      mutation-score   66.6 %      >= 60 %  gates.toml:9   ok            2 of 3 mutants: 1 survived
      mutation-sites   5           <= 100   gates.toml:10  ok

    FAIL 2 of 6 gates in 6.9 s (build 5.1, tests 0.3, mutants 1.4)
    ");
}

#[test]
fn a_passing_run_by_the_defaults() {
    insta::assert_snapshot!(plain(&sample::passing()), @r"
      gate            measured  limit    set in
      tests           3 passed  all      default  ok            2 ignored
      mutation-score  100 %     >= 80 %  default  ok            1 of 1 mutants

    There is no gates.toml: the built-in defaults were judged.
    PASS 2 gates in 6.9 s (build 5.1, tests 0.3, mutants 1.4)
    ");
}

#[test]
fn a_run_that_could_not_measure() {
    insta::assert_snapshot!(plain(&sample::nothing_measured()), @r"
    error[inconclusive]: src/lib.rs:3:5: cannot find value `x`
     |
     = mend what `cargo test --no-run` reports, then run the gate again

      gate           measured  limit    set in
      tests          -         all      gates.toml:3  inconclusive
      line-coverage  -         >= 90 %  gates.toml:4  inconclusive
      complexity     2         <= 10    gates.toml:5  ok

    INCONCLUSIVE 2 of 3 gates not measured in 380 ms
    ");
}

#[test]
fn findings_past_the_cut_are_counted() {
    let mut sample = sample::failing();
    let finding = sample.verdict.findings[1].clone();
    sample.verdict.findings = vec![finding; 13];
    sample.verdict.findings[12].is_failure = true;
    let text = shown(&sample, Style { findings: 2, ..Style::default() });
    assert!(text.starts_with("error[surviving-mutant]"), "failures first: {text}");
    assert_eq!(text.matches("[surviving-mutant]").count(), 2);
    assert!(text.contains("note: 11 more of `mutation-score` not shown; `-v` shows all"), "{text}");
}

#[test]
fn a_mark_over_several_lines_and_findings_without_a_mark() {
    let mut sample = sample::failing();
    let mut over_lines = sample.verdict.findings.remove(1);
    over_lines.span = Some(sample.scores.files[0].functions[0].function.span);
    let whole_file = Finding { span: None, help: None, ..sample.verdict.findings[0].clone() };
    let nowhere = Finding { file: None, ..whole_file.clone() };
    sample.verdict.findings = vec![over_lines, whole_file, nowhere];
    let text = plain(&sample);
    let findings = text.split("warning: the test").next().unwrap();
    insta::assert_snapshot!(findings, @r"
    error[crap]: `discount` is complex and under-tested
    --> src/price.rs
     = note: crap 18.8, at most 8: complexity 14, coverage 71 %

    error[crap]: `discount` is complex and under-tested
     |
     = note: crap 18.8, at most 8: complexity 14, coverage 71 %

    warning[surviving-mutant]: no test notices `>` replaced by `>=`
     --> src/price.rs:2:5
      |
    2 |   pub fn discount(quantity: u32, price: u32) -> u32 {
      |  _____^
    3 | |     if quantity > 10 {
    4 | |         return price * 9 / 10;
    ... |
    7 | | }
      | |_^ 2 tests come here, none fails
      |
      = help: assert the price at quantity == 10, for example in `discount_large`
      = note: mutant 00000000005d
    ");
}

#[test]
fn what_a_terminal_would_obey_never_reaches_it() {
    let text = "fn f() { let a = \"\u{1b}[2J\u{9b}31m\u{202e}\"; \t g(a) }\r\nfn g() {}\r\n";
    let mut sample = sample::failing();
    sample.scores.files = vec![sample::file("src/\u{1b}[1m.rs", text)];
    let mut finding = sample::finding(Metric::Crap, "crap", "`f\u{7}` is\nodd", "over\u{1b}[1m", sample::at(text, "g(a)"));
    finding.help = Some("split\u{8}\nor \u{9b}cover".to_owned());
    sample.verdict.findings = vec![finding];
    sample.verdict.problems = vec!["no \u{1b}[3m\nnext \u{1b}[4m".to_owned()];
    sample.scores.warnings = vec!["odd \u{1b}[5m\r".to_owned()];
    let text = plain(&sample);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    assert!(!text.contains('\u{202e}'));
    insta::assert_snapshot!(text.split("error[inconclusive]").next().unwrap(), @r#"
    error[crap]: `f\u{7}` is\nodd
     --> src/\u{1b}[1m.rs:1:50
      |
    1 | fn f() { let a = "\u{1b}[2J\u{9b}31m\u{202e}";      g(a) }
      |                                                     ^^^^ over\u{1b}[1m
      |
      = help: split\u{8}
              or \u{9b}cover
    "#);
}

#[test]
fn a_line_of_another_file_is_shown_without_its_text() {
    let mut sample = sample::failing();
    let outside = crate::judge::Outside { path: "ci/gates.toml".into(), line: Some(7) };
    let finding =
        Finding { outside: Some(outside), title: "odd".to_owned(), label: "why".to_owned(), ..Finding::new(Metric::Crap, "crap") };
    sample.verdict.findings = vec![finding];
    insta::assert_snapshot!(plain(&sample).split("warning: the test").next().unwrap(), @r"
    error[crap]: odd
    --> ci/gates.toml:7
     = note: why
    ");
}

#[test]
fn colour_only_when_asked_for() {
    let sample = sample::failing();
    assert!(!plain(&sample).contains('\u{1b}'));
    let coloured = shown(&sample, Style { color: true, ..Style::default() });
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mFAIL"), "{coloured:?}");
}

#[test]
fn a_span_that_the_file_does_not_have_is_no_panic() {
    let mut sample = sample::failing();
    sample.verdict.findings[0].span = Some(Span::new(5000, 6000));
    assert!(plain(&sample).contains("--> src/price.rs"));
}

#[test]
fn marks_stand_under_their_tokens_and_what_lies_between_is_folded() {
    let text = "fn ü() {\r\n    if a { f() }\r\n\r\n\r\n\r\n\r\n\tlet 漢字 = \"\u{1b}\"; if b {}\r\n}\r\n";
    let mut sample = sample::failing();
    sample.scores.files = vec![sample::file("src/ü.rs", text)];
    let mark = |needle, label: &str| crate::judge::Mark { span: sample::at(text, needle), label: label.to_owned() };
    let finding = sample::finding(Metric::Complexity, "complexity", "`ü` is too complex", "complexity 3, at most 1", sample::at(text, "ü"));
    sample.verdict.findings = vec![Finding { marks: vec![mark("if a", "+1"), mark("if b", "+1")], ..finding }];
    let text = plain(&sample);
    insta::assert_snapshot!(text.split("warning: the test").next().unwrap(), @r#"
    error[complexity]: `ü` is too complex
     --> src/ü.rs:1:4
      |
    1 | fn ü() {
      |    ^ complexity 3, at most 1
    2 |     if a { f() }
      |     ---- +1
    ...
    7 |     let 漢字 = "\u{1b}"; if b {}
      |                          ---- +1
    "#);
}

#[test]
fn a_narrow_terminal_gets_short_rows() {
    let text = shown(&sample::failing(), Style { width: 60, ..Style::default() });
    let table = text.split("set aside").nth(1).unwrap();
    insta::assert_snapshot!(table, @r"
      gate             measured    limit
      tests            412 passed  all        ok
          2 ignored
      line-coverage    89.9 %      >= 90 %    FAIL
          8999 of 10000 lines
      branch-coverage  50 %                   no limit
          1 of 2 branch outcomes
      complexity       14          <= 15      ok
      crap             18.8        <= 8       FAIL
          1 function
      mutation-score   66.6 %      >= 60 %    ok
          2 of 3 mutants: 1 survived
      mutation-sites   5           <= 100     ok

    FAIL 2 of 6 gates in 6.9 s (build 5.1, tests 0.3, mutants 1.4)
    ");
    assert!(text.lines().filter(|line| line.contains("gates.toml")).count() == 0, "{text}");
}

#[test]
fn those_who_ask_are_told_the_tests_and_the_distance() {
    let mut sample = sample::failing();
    sample.verdict.rows[6].state = crate::judge::State::Fail;
    sample.verdict.findings[1].is_failure = true;
    let text = shown(&sample, Style { is_verbose: true, ..Style::default() });
    assert!(text.contains("= note: `crap` is over by 10.8\n"), "{text}");
    assert!(text.contains("= note: tests that come here: shop::tests::discount_small, shop::tests::discount_large\n"), "{text}");
    let time = "Time: sources 0.04 s; build 5.10 s, at most 2 calls of the compiler for a crate; tests 0.30 s, of which documentation \
        examples 0.12 s; mutants 1.40 s, beside them 3 programs rebuilt in 0.90 s; 4 verdicts kept from earlier runs.\n";
    assert!(text.contains(time), "{text}");
    assert!(!plain(&sample).contains("tests that come here") && !plain(&sample).contains("Time:"));
}
