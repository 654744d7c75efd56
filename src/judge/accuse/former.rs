//! What running the base's tests on the head's code tells against a change, in words.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::Accusation;
use crate::integrity::FormerTest;
use crate::judge::findings::essence;
use crate::judge::text::{code, count, one_line, shortened};
use crate::score::{FormerFailure, FormerScore, LostMutant};

/// Everything that `score` tells, where `known` does not say it already.
pub fn former(score: &FormerScore, known: &[Accusation]) -> Vec<Accusation> {
    let is_known = |codes: &[&str], name: &str| known.iter().any(|one| codes.contains(&one.code) && one.symbol.as_deref() == Some(name));
    let is_rewritten =
        |failure: &&FormerFailure| failure.test.as_ref().is_some_and(|test| is_known(&["expected-value-rewritten"], &test.name));
    let failed = score.failed.iter().filter(|failure| !is_rewritten(failure)).map(fails);
    let mut lost: BTreeMap<(&str, Option<&str>), Vec<&LostMutant>> = BTreeMap::new();
    for mutant in &score.lost {
        lost.entry((&mutant.killed_by, mutant.function.as_deref())).or_default().push(mutant);
    }
    let lost = lost.into_values().map(|mutants| lives(&mutants));
    let idle = score.idle.iter().filter(|test| !is_known(&["vacuous-test"], &test.name)).map(idle);
    let mut cut_off: BTreeMap<&Utf8Path, Vec<(&FormerTest, u32)>> = BTreeMap::new();
    for test in &score.cut_off {
        if let Some((path, line)) = &test.now {
            cut_off.entry(path).or_default().push((test, *line));
        }
    }
    let cut_off = cut_off.into_iter().map(|(path, tests)| not_run(path, &tests));
    cut_off.chain(failed).chain(lost).chain(idle).collect()
}

/// A test of the base that fails on this code.
fn fails(failure: &FormerFailure) -> Accusation {
    let name = own_name(&failure.name);
    let of_test = failure.test.as_ref();
    let now = of_test.and_then(|test| test.now.clone());
    let place = now.as_ref().map(|(path, _)| path).or(of_test.map(|test| &test.path)).or(failure.reads.as_ref());
    let path = place.cloned();
    let (code, title, help) = if of_test.is_none_or(|test| test.has_other_values) {
        let with = if of_test.is_none() { " with the files that it read there" } else { "" };
        (
            "expected-value-rewritten",
            format!("the test `{name}` as the base has it fails on this code{with}"),
            "see that the new values are right; a reviewer has to agree",
        )
    } else {
        let what = if now.is_some() { "the change makes it, or what it uses, another one" } else { "the change removes it" };
        (
            "base-test-fails",
            format!("the base's test `{name}` fails on this code, and {what}"),
            "mend the code; or, if it is to change, keep the test and change the values it expects, or let a person merge the tests",
        )
    };
    let (line, said) = (now.map(|(_, line)| line), shortened(&essence(&failure.output), 120));
    let label = format!("`{name}` of the base: {said}");
    Accusation { code, path, line, symbol: Some(name), mutant: None, title, label, help: help.to_owned() }
}

/// Tests that moved to a place where nothing runs them.
fn not_run(path: &Utf8Path, tests: &[(&FormerTest, u32)]) -> Accusation {
    let (first, line) = tests[0];
    let what = match tests.len() as u64 {
        1 => format!("`{}` moved here and is", first.name),
        n => format!("`{}` and {} moved here and are", first.name, count(n - 1, "more test")),
    };
    Accusation {
        code: "test-cut-off",
        path: Some(path.to_owned()),
        line: Some(line),
        symbol: Some(first.name.clone()),
        mutant: None,
        title: format!("{what} not run any more"),
        label: "no test executable of this run has it".to_owned(),
        help: format!("see that a `mod`, or `[[test]]` in the manifest, names {path}, and that no cfg takes it out"),
    }
}

/// Mutants of one function that one test of the base kills and no test of the head.
fn lives(mutants: &[&LostMutant]) -> Accusation {
    let first = mutants[0];
    let test = own_name(&first.killed_by);
    let change = match (first.is_body, first.replacement.trim().is_empty()) {
        (true, _) => format!("that the whole body is {}", code(&first.replacement)),
        (false, true) => format!("{} deleted", code(&first.source)),
        (false, false) => format!("{} replaced by {}", code(&first.source), code(&first.replacement)),
    };
    let more = match mutants.len() as u64 {
        1 => String::new(),
        n => format!(" ({} here like it)", count(n - 1, "more change")),
    };
    Accusation {
        code: "mutant-no-longer-killed",
        path: Some(first.path.clone()),
        line: Some(first.line),
        symbol: first.function.clone(),
        mutant: Some(first.id.clone()),
        title: format!("no test notices {change} any more; the base's `{test}` does{more}"),
        label: if first.is_reached { "tests come here, none fails" } else { "no test comes here" }.to_owned(),
        help: format!("assert again what the base's `{test}` asserted; only a person may merge tests that say less"),
    }
}

/// A new test that neither asserts nor kills anything.
fn idle(test: &FormerTest) -> Accusation {
    Accusation {
        code: "vacuous-test",
        path: Some(test.path.clone()),
        line: Some(test.line),
        symbol: Some(test.name.clone()),
        mutant: None,
        title: format!("the new test `{}` asserts nothing, and kills no mutant of the code that it runs", test.name),
        label: "runs code and looks at nothing".to_owned(),
        help: "assert what the code has to give, or leave the test out".to_owned(),
    }
}

/// The name without the executable's.
fn own_name(name: &str) -> String {
    one_line(name.split_once("::").map_or(name, |(_, own)| own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, now: Option<u32>, has_other_values: bool) -> FormerTest {
        let now = now.map(|line| ("tests/new.rs".into(), line));
        FormerTest { path: "tests/a.rs".into(), name: name.to_owned(), line: 3, now, has_other_values }
    }

    fn failure(name: &str, test: Option<FormerTest>) -> FormerFailure {
        FormerFailure {
            name: format!("a::{name}"),
            test,
            reads: Some("tests/a.snap".into()),
            output: "thread 'a' panicked at a:1:2:\nleft: 1".to_owned(),
        }
    }

    fn mutant(id: &str, function: &str, killed_by: &str) -> LostMutant {
        LostMutant {
            path: "src/a.rs".into(),
            line: 7,
            id: id.to_owned(),
            function: Some(function.to_owned()),
            source: "a > b".to_owned(),
            replacement: "a >= b".to_owned(),
            is_body: false,
            killed_by: format!("a::{killed_by}"),
            is_reached: true,
        }
    }

    /// `code path:line symbol`.
    fn said(score: &FormerScore, known: &[Accusation]) -> Vec<String> {
        let line = |one: &Accusation| one.line.map_or(String::new(), |line| format!(":{line}"));
        let place = |one: &Accusation| format!("{}{}", one.path.as_deref().map_or("-", |path| path.as_str()), line(one));
        former(score, known).iter().map(|one| format!("{} {} {}", one.code, place(one), one.symbol.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn a_failing_test_is_told_by_how_the_head_has_it() {
        let failed = vec![
            failure("gone", Some(test("gone", None, false))),
            failure("other", Some(test("other", Some(5), false))),
            failure("values", Some(test("values", Some(6), true))),
            failure("reads", None),
        ];
        let score = FormerScore { failed, ..FormerScore::default() };
        let expected = [
            "base-test-fails tests/a.rs gone",
            "base-test-fails tests/new.rs:5 other",
            "expected-value-rewritten tests/new.rs:6 values",
            "expected-value-rewritten tests/a.snap reads",
        ];
        assert_eq!(said(&score, &[]), expected);
        // What the texts say already is not said again.
        let known = former(&score, &[]).into_iter().filter(|one| one.symbol.as_deref() == Some("values")).collect::<Vec<_>>();
        assert_eq!(said(&score, &known), [expected[0], expected[1], expected[3]]);
    }

    #[test]
    fn mutants_of_one_function_and_test_are_told_together() {
        let lost = vec![mutant("1", "f", "t"), mutant("2", "g", "t"), mutant("3", "f", "t")];
        let score = FormerScore { lost, idle: vec![test("idle", None, false)], ..FormerScore::default() };
        let cut_off = vec![test("cut", Some(9), false), test("off", Some(12), false)];
        let moved = FormerScore { cut_off, ..FormerScore::default() };
        assert_eq!(said(&moved, &[]), ["test-cut-off tests/new.rs:9 cut"]);
        assert_eq!(former(&moved, &[])[0].title, "`cut` and 1 more test moved here and are not run any more");
        let expected = ["mutant-no-longer-killed src/a.rs:7 f", "mutant-no-longer-killed src/a.rs:7 g", "vacuous-test tests/a.rs:3 idle"];
        assert_eq!(said(&score, &[]), expected);
        let found = former(&score, &[]);
        let expected = "no test notices `a > b` replaced by `a >= b` any more; the base's `t` does";
        assert_eq!([&found[0].title, &found[1].title], [&format!("{expected} (1 more change here like it)"), expected]);
        assert_eq!((found[0].mutant.as_deref(), found[0].label.as_str()), (Some("1"), "tests come here, none fails"));
    }
}
