//! What still holds after an edit, and what does not.

use super::*;
use crate::run::TestRun;
use crate::syntax::Piece;

/// Functions and tests as `name = text`, and the ground.
fn keys(ground: u8, functions: &[&str], tests: &[&str]) -> Keys {
    let mut keys = Keys::new([ground; 32]);
    for (slot, function) in (10..).zip(functions) {
        let (name, text) = function.split_once(" = ").unwrap();
        keys.add_function("src/lib.rs", &Piece { name: name.to_owned(), start: 0, text }, slot);
    }
    for test in tests {
        let (name, text) = test.split_once(" = ").unwrap();
        keys.add_test(name, keys::hash([text]));
    }
    keys
}

/// A reach map in which every test passes and judges.
fn reach(tests: usize) -> ReachMap {
    let run = || TestRun {
        outcome: crate::run::Outcome::Passed,
        reach: FixedBitSet::with_capacity(20),
        steps: 0,
        data: 0,
        duration: std::time::Duration::ZERO,
    };
    ReachMap::new((0..tests).map(|_| run()).collect(), &[], 20)
}

fn switched(status: Status, tests: &[usize], functions: &[usize], killed_by: Option<usize>) -> MutantRun {
    let mut entered = FixedBitSet::with_capacity(8);
    entered.extend(functions.iter().copied());
    let evidence = Some(Evidence { tests: tests.iter().copied().collect(), functions: entered });
    MutantRun { status, reason: None, killed_by, covered_by: TestSet::default(), evidence }
}

/// What a first run with functions f, g, h and tests a, b learned.
fn first() -> Store {
    let recall = Recall::new(keys(0, &["f = 1", "g = 1", "h = 1"], &["a = 1", "b = 1"]), Store::default());
    let killed = switched(Status::Killed, &[1], &[0, 1], Some(1));
    let survived = switched(Status::Survived, &[0, 1], &[0, 2], None);
    let alone = MutantRun { evidence: None, covered_by: [1].into_iter().collect(), killed_by: Some(1), ..killed.clone() };
    recall.store([("killed", &killed), ("survived", &survived), ("alone", &alone)].into_iter())
}

/// Which of the three still hold when all tests reach them.
fn holding(keys: Keys) -> Vec<&'static str> {
    let tests = keys.tests.len();
    let recall = Recall::new(keys, first());
    let reach = reach(tests);
    let mut holding = vec!["killed", "survived"];
    holding.retain(|id| recall.switched(id, (0..tests).collect(), &reach).is_some());
    holding.extend(recall.alone("alone").map(|_| "alone"));
    holding
}

#[test]
fn everything_holds_while_nothing_changes() {
    assert_eq!(holding(keys(0, &["f = 1", "g = 1", "h = 1"], &["a = 1", "b = 1"])), ["killed", "survived", "alone"]);
}

#[test]
fn the_order_of_the_tests_does_not_matter() {
    assert_eq!(holding(keys(0, &["f = 1", "g = 1", "h = 1"], &["b = 1", "a = 1"])), ["killed", "survived", "alone"]);
}

#[test]
fn a_function_matters_to_what_entered_it() {
    assert_eq!(holding(keys(0, &["f = 2", "g = 1", "h = 1"], &["a = 1", "b = 1"])), [""; 0]);
    assert_eq!(holding(keys(0, &["f = 1", "g = 2", "h = 1"], &["a = 1", "b = 1"])), ["survived"]);
    assert_eq!(holding(keys(0, &["f = 1", "g = 1", "h = 2"], &["a = 1", "b = 1"])), ["killed"]);
    assert_eq!(holding(keys(0, &["f = 1", "h = 1"], &["a = 1", "b = 1"])), ["survived"]);
    assert_eq!(holding(keys(0, &["new = 1", "f = 1", "g = 1", "h = 1"], &["a = 1", "b = 1"])), ["killed", "survived"]);
}

#[test]
fn a_test_matters_to_what_it_decided() {
    assert_eq!(holding(keys(0, &["f = 1", "g = 1", "h = 1"], &["a = 2", "b = 1"])), ["killed"]);
    assert_eq!(holding(keys(0, &["f = 1", "g = 1", "h = 1"], &["a = 1", "b = 2"])), [""; 0]);
    assert_eq!(holding(keys(0, &["f = 1", "g = 1", "h = 1"], &["b = 1"])), ["killed"]);
    assert_eq!(holding(keys(0, &["f = 1", "g = 1", "h = 1"], &["new = 1", "a = 1", "b = 1"])), ["killed"]);
}

#[test]
fn the_ground_matters_to_all() {
    assert_eq!(holding(keys(1, &["f = 1", "g = 1", "h = 1"], &["a = 1", "b = 1"])), [""; 0]);
}

#[test]
fn verdicts_come_back_in_todays_numbers() {
    let today = keys(0, &["h = 1", "g = 1", "f = 1"], &["b = 1", "a = 1"]);
    let run = Recall::new(today, first()).switched("killed", [0].into_iter().collect(), &reach(2)).unwrap();
    assert_eq!((run.status, run.killed_by, run.covered_by.iter().collect::<Vec<_>>()), (Status::Killed, Some(0), vec![0]));
    let evidence = run.evidence.unwrap();
    assert_eq!((evidence.tests.iter().collect::<Vec<_>>(), evidence.functions.ones().collect::<Vec<_>>()), (vec![0], vec![1, 2]));
}

#[test]
fn what_did_not_run_is_kept_while_it_holds() {
    let recall = Recall::new(keys(0, &["f = 1", "g = 2", "h = 1"], &["a = 1", "b = 1"]), first());
    let kept = recall.store(std::iter::empty());
    assert_eq!(kept.verdicts.keys().collect::<Vec<_>>(), ["survived"]);
}

#[test]
fn a_mutant_that_no_test_reaches_any_more_is_not_recalled() {
    let recall = Recall::new(keys(0, &["f = 1", "g = 1", "h = 1"], &["a = 1", "b = 1"]), first());
    assert_eq!(recall.switched("survived", TestSet::default(), &reach(2)), None);
}

#[test]
fn a_store_survives_the_disk_and_a_damaged_one_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = camino::Utf8Path::from_path(folder.path()).unwrap().join("verdicts.json");
    assert!(Store::load(&path).verdicts.is_empty());
    first().save(&path).unwrap();
    assert_eq!(Store::load(&path).verdicts.len(), 3);
    let text = std::fs::read_to_string(&path).unwrap();
    for damaged in [
        text[..text.len() / 2].to_owned(),
        text.replace("\"killed_by\":1", "\"killed_by\":7"),
        text.replace("\"version\":1", "\"version\":0"),
    ] {
        assert_ne!(damaged, text);
        std::fs::write(&path, damaged).unwrap();
        assert!(Store::load(&path).verdicts.is_empty());
    }
}

#[test]
fn a_test_depends_on_its_own_text_and_on_what_all_share() {
    let code = |tests: &[(&str, &str)], rest: &str| {
        let mut code = TestCode::default();
        let pieces: Vec<Piece<'_>> = tests.iter().map(|(name, text)| Piece { name: (*name).to_owned(), start: 0, text }).collect();
        code.add("tests/a.rs", &pieces, rest);
        code
    };
    let before = code(&[("one", "1"), ("two", "1")], "help");
    let other = code(&[("one", "1"), ("two", "2"), ("three", "1")], "help");
    assert_eq!(before.digest("m::one"), other.digest("m::one"));
    assert_ne!(before.digest("m::two"), other.digest("m::two"));
    assert_ne!(before.digest("made_by_a_macro"), other.digest("made_by_a_macro"));
    assert_ne!(before.digest("m::one"), code(&[("one", "1")], "help!").digest("m::one"));
}
