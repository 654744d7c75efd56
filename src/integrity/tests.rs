//! The accusations of whole changes, each by its code and what it is about; and changes that are accused of nothing.
use super::*;

/// A change: files as `path`, base, head; an empty text is no file.
fn codes(files: &[(&str, &str, &str)], unchanged: &[(&str, &str)]) -> Vec<String> {
    let side = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let changed: Vec<Pair> =
        files.iter().map(|(path, base, head)| Pair { path: (*path).into(), old_path: None, base: side(base), head: side(head) }).collect();
    let others = || unchanged.iter().map(|(path, text)| (Utf8PathBuf::from(*path), (*text).to_owned())).collect();
    let found = accuse(&Tree { changed: &changed, unchanged: &others });
    found.iter().map(|one| format!("{} {}", one.code, one.symbol)).collect()
}

/// A test file of which one line changes.
fn body(base: &str, head: &str) -> Vec<String> {
    let test = |body: &str| format!("#[test]\nfn t() {{ {body} }}\n");
    codes(&[("tests/a.rs", &test(base), &test(head))], &[])
}

#[test]
fn assertions_that_say_less() {
    let exact = "assert_eq!(area(2), Ok(4));";
    for (head, expected) in [
        ("", "test-emptied t"),
        ("area(2);", "assertion-removed t"),
        ("assert!(true);", "assertion-trivial t"),
        ("assert_eq!(area(2), area(2));", "assertion-trivial t"),
        ("let expected = area(2); assert_eq!(area(2), expected);", "assertion-trivial t"),
        ("assert!(area(2).is_ok());", "assertion-weakened t"),
        ("assert!(matches!(area(2), Ok(_)));", "assertion-weakened t"),
        ("assert_ne!(area(2), Ok(5));", "assertion-weakened t"),
        ("if let Ok(x) = area(2) { assert_eq!(x, 4); }", "assertion-conditional t"),
        ("if cfg!(windows) { assert_eq!(area(2), Ok(4)); }", "assertion-conditional t"),
        ("debug_assert_eq!(area(2), Ok(4));", "assertion-off t"),
        ("assert_eq!(area(2), Ok(5));", "expected-value-rewritten t"),
        ("return; assert_eq!(area(2), Ok(4));", "test-returns-early t"),
        ("let _ = std::panic::catch_unwind(|| assert_eq!(area(2), Ok(4)));", "panic-swallowed t"),
        ("std::thread::spawn(|| assert_eq!(area(2), Ok(4)));", "panic-swallowed t"),
        ("assert_eq!(area(2), Ok(4)); std::process::exit(0);", "process-exit-in-test t"),
        ("for _ in 0..0 { assert_eq!(area(2), Ok(4)); }", "assertion-conditional t"),
    ] {
        assert_eq!(body(exact, head), [expected], "{head}");
    }
    assert_eq!(body("load(2).unwrap();", "let _ = load(2);"), ["result-discarded t"]);
    assert_eq!(body("load(2).unwrap();", "load(2).ok();"), ["result-discarded t"]);
}

#[test]
fn the_same_in_other_words() {
    for (base, head) in [
        ("assert_eq!(area(2), 4);", "assert!(area(2) == 4);"),
        ("assert_eq!(area(2), 4);", "assert_eq!(4, area(2), \"an area\");"),
        ("assert_eq!(area(2), Ok(4));", "assert_eq!(area(2).unwrap(), 4);"),
        ("let got = area(2); assert_eq!(got, 4);", "assert_eq!(area(2), 4);"),
        ("let got = area(2); assert_eq!(got, 4);", "let a = area(2);\n assert_eq!(a, 4);"),
        ("assert_eq!(list(2).len(), 0);", "assert!(list(2).is_empty());"),
        ("assert_eq!(is_odd(2), false);", "assert!(!is_odd(2));"),
        ("assert!(area(2).is_ok());", "assert_eq!(area(2), Ok(4));"),
        (
            "assert_eq!(area(2), 4); assert_eq!(area(3), 9);",
            "for (side, expected) in [(2, 4), (3, 9)] { assert_eq!(area(side), expected); }",
        ),
        (
            "assert_eq!(area(2), 4); assert_eq!(area(3), 9);",
            "let check = |side, area_| assert_eq!(area(side), area_); check(2, 4); check(3, 9);",
        ),
        ("if let Ok(x) = area(2) { assert_eq!(x, 4); } else { panic!(); }", "let Ok(x) = area(2) else { panic!() }; assert_eq!(x, 4);"),
        ("load(2).unwrap();", "assert_eq!(load(2), Ok(3));"),
        ("assert_eq!(area(2), 4);", "println!(\"x\"); assert_eq!(area(2), 4);"),
    ] {
        assert_eq!(body(base, head), Vec::<String>::new(), "{base} {head}");
    }
}
