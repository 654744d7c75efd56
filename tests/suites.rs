//! The suites that people have: what the gate makes of tests that disturb each other.

mod scratch;

use std::fs;

use serde_json::Value;

use scratch::Scratch;

/// `b` and `c` pass alone and fail after `a`.
const ORDER: &str = r"//! Order.
pub fn double(x: u32) -> u32 {
    x * 2
}
#[cfg(test)]
mod tests {
    use super::double;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    static TOUCHED: AtomicBool = AtomicBool::new(false);
    #[test]
    fn a() {
        TOUCHED.store(true, SeqCst);
        assert_eq!(double(3), 6);
    }
    #[test]
    fn b() {
        assert!(!TOUCHED.load(SeqCst) && double(0) == 0);
    }
    #[test]
    fn c() {
        assert!(!TOUCHED.load(SeqCst) && double(0) == 0);
    }
    #[test]
    fn d() {
        assert_eq!(double(1), 2);
    }
}
";

fn package(text: &str) -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    let manifest = "[package]\nname = \"suite\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    let policy = "version = 1\n[gates]\ntests = true\nmutation-score = { min = 100 }\n[mutation]\noperators = \"cargo-mutants\"\n";
    scratch.with("Cargo.toml", manifest).with("gates.toml", policy).with("src/lib.rs", text)
}

#[test]
fn tests_that_depend_on_their_order_are_named_and_judge_nothing() {
    let output = package(ORDER).gate().args(["--quiet", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let warnings: Vec<&str> = report["warnings"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for name in ["suite::tests::b", "suite::tests::c"] {
        let expect = format!("test `{name}` passes alone and fails after others: it depends on their order and judges no mutant");
        assert!(warnings.contains(&expect.as_str()), "{warnings:?}");
    }
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let killers = report["mutants"]["list"].as_array().unwrap().iter().filter_map(|mutant| mutant["killed_by"].as_str());
    let killers: Vec<&str> = killers.collect();
    assert!(!killers.is_empty() && killers.iter().all(|killer| ["suite::tests::a", "suite::tests::d"].contains(killer)), "{killers:?}");
    assert_eq!(output.status.code(), Some(0));
}

/// Documentation examples before a function that doubles, and a test that covers it.
fn documented(edition: &str, examples: &[(&str, &str)]) -> Scratch {
    let examples = examples.iter().map(|(how, code)| format!("/// ```{how}\n/// {code}\n/// ```\n")).collect::<Vec<_>>().concat();
    let code = "pub fn double(x: u32) -> u32 {\n    x * 2\n}\n#[test]\nfn nothing() {\n    assert_eq!(double(0), 0);\n}\n";
    let scratch =
        package("#[path = \"a'b \\u{202e}\u{e9}.rs\"]\npub mod m;\n").with("src/a'b \u{202e}\u{e9}.rs", &format!("{examples}{code}"));
    let manifest = fs::read_to_string(scratch.root().join("Cargo.toml")).unwrap();
    scratch.with("Cargo.toml", &manifest.replace("2024", edition))
}

#[test]
fn examples_that_cargo_test_calls_red_are_red() {
    let sound = [
        ("", "assert_eq!(suite::m::double(2), 4);"),
        ("should_panic", "panic!(\"yes\");"),
        ("ignore", "not Rust"),
        ("no_run", "panic!(\"no\");"),
        ("", "assert_eq!(suite::m::double(1), 2);"),
    ];
    for edition in ["2021", "2024"] {
        for odd in [
            ("", "let x: u8 = \"no\";"),
            ("compile_fail", "let x = 1;"),
            ("no_run", "let x: u8 = \"no\";"),
            ("should_panic", "let x = 1;"),
            ("", "#![feature(never_type)]"),
        ] {
            let scratch = documented(edition, &[&[odd], &sound[..]].concat());
            let output = scratch.gate().args(["--quiet", "--format", "json"]).output().unwrap();
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let failed: Vec<&str> = report["tests"]["failed"].as_array().unwrap().iter().filter_map(|test| test["name"].as_str()).collect();
            assert_eq!((output.status.code(), failed.len()), (Some(1), 1), "{edition} {odd:?}: {failed:?}");
        }
    }
}

#[test]
fn examples_judge_by_their_own_number_whatever_their_names_hold() {
    // In this order an example that is taken for its neighbour fails, or passes where it should not.
    let examples = [("ignore", "not Rust"), ("should_panic", "panic!(\"yes\");"), ("", "assert_eq!(suite::m::double(2), 4);")];
    for edition in ["2021", "2024"] {
        let output = documented(edition, &examples).gate().args(["--quiet", "--format", "json"]).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), report["tests"]["passed"].as_u64()), (Some(0), Some(3)), "{edition}: {report}");
        let killers: Vec<&str> =
            report["mutants"]["list"].as_array().unwrap().iter().filter_map(|mutant| mutant["killed_by"].as_str()).collect();
        assert!(killers.iter().any(|killer| killer.contains(".rs - m::double (line 7)")), "{edition}: {killers:?}");
    }
}

/// How many executables rustdoc made of the examples, how many passed, and who is red.
fn examples_of(scratch: &Scratch) -> (usize, u64, Vec<String>) {
    let output = scratch.gate().args(["--quiet", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut states = fs::read_dir(scratch.output("target").join("gate")).unwrap().map(|entry| entry.unwrap().path());
    let state = states.find(|path| path.is_dir()).unwrap();
    let failed = report["tests"]["failed"].as_array().unwrap().iter().map(|test| test["name"].as_str().unwrap().to_owned());
    (fs::read_dir(state.join("doctests")).unwrap().count(), report["tests"]["passed"].as_u64().unwrap(), failed.collect())
}

#[test]
fn many_examples_are_one_executable_before_edition_2024_too() {
    let sound = ("", "assert_eq!(suite::m::double(2), 4);");
    let many = [sound, sound, ("should_panic", "panic!(\"yes\");"), ("no_run", "panic!(\"no\");"), sound, ("ignore", "not Rust")];
    for edition in ["2015", "2021"] {
        assert_eq!(examples_of(&documented(edition, &many)), (1, 5, vec![]), "{edition}");
    }
    let placed = [&many[..], &[("", "assert!(line!() < 9);")]].concat();
    assert_eq!(examples_of(&documented("2021", &placed)), (5, 6, vec![]), "one goes by its own place: all are built apart");
    let red = [&many[..], &[("", "assert_eq!(suite::m::double(2), 5);")]].concat();
    let (executables, passed, failed) = examples_of(&documented("2021", &red));
    assert_eq!((executables, passed, failed.len()), (5, 5, 1));
    assert!(failed[0].ends_with(".rs - m::double (line 19)"), "{failed:?}");
    let users = documented("2021", &[&many[..], &[("", "#![feature(never_type)]")]].concat());
    let output = users.gate().env("RUSTC_BOOTSTRAP", "1").args(["--quiet", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["tests"]["passed"]), (Some(0), &Value::from(6)), "as `cargo test` takes it: {report}");
}

/// Some fields of every mutant.
fn told(run: &Value, fields: &[&str]) -> Vec<String> {
    let mutants = run["mutants"]["list"].as_array().unwrap().iter();
    mutants.map(|mutant| fields.iter().map(|field| mutant[field].to_string()).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn many_examples_judge_what_is_built_alone_too() {
    let example = |assertion: &str| format!("/// ```\n/// {assertion}\n/// ```\n");
    let ends = ["assert!(all_pass::ends().len() < 9);"; 4].map(example).concat();
    let exact = example("assert_eq!(all_pass::ends().len(), 6);");
    let lib = format!(
        "const ENDS: [u8; N] = [0; N];\nconst N: usize = 2 * 3;\nconst ROOM: [u8; M] = [0; M];\nconst M: usize = 9 * 9;\n\
        {ends}{exact}pub fn ends() -> &'static [u8] {{\n    &ENDS\n}}\n{}pub fn room() -> usize {{\n    ROOM.len()\n}}\n",
        example("assert!(all_pass::room() > 1);")
    );
    let gates = "version = 1\n[gates]\ntests = true\nmutation-score = { min = 1 }\n[mutation]\noperators = [\"BinaryOperator\"]\n";
    for (edition, is_merged_by_us) in [("2021", true), ("2024", false)] {
        let manifest = format!("[package]\nname = \"all-pass\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n");
        let scratch = Scratch::fixture("all-pass").with("Cargo.toml", &manifest).with("src/lib.rs", &lib).with("gates.toml", gates);
        let output = scratch.gate().args(["--quiet", "--format", "json"]).output().unwrap();
        let run: Value = serde_json::from_slice(&output.stdout).unwrap();
        let told = told(&run, &["line", "replacement", "status", "killed_by"]);
        let expected = [
            "2 \"+\" \"Killed\" \"src/lib.rs - ends (line 17)\"",
            "2 \"/\" \"Killed\" \"src/lib.rs - ends (line 17)\"",
            "4 \"+\" \"Survived\" null",
            "4 \"/\" \"Killed\" \"src/lib.rs - room (line 23)\"",
        ];
        assert_eq!(told, expected, "{edition}: {run:#}");
        let calls = walkdir::WalkDir::new(scratch.output("target/gate")).into_iter().flatten();
        let calls =
            calls.filter(|entry| entry.path().parent().is_some_and(|folder| folder.ends_with("rustdoc")) && entry.file_type().is_file());
        let calls: Vec<Value> = calls.map(|entry| serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap()).collect();
        assert_eq!(calls.iter().map(|call| call["merging"].is_object()).collect::<Vec<_>>(), [is_merged_by_us]);
    }
}

#[test]
fn constants_of_all_files_are_told_apart_by_their_values() {
    let tests = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() {\n        assert_eq!(super::a() + super::b(), 8);\n    }\n}\n";
    let lib = format!(
        "//! Lengths.\nmod other;\npub use other::b;\nconst A: [u8; N] = [0; N];\nconst N: usize = 2 * 2;\n/// Its length.\npub fn a() -> usize {{\n    A.len()\n}}\n{tests}"
    );
    let other = "const B: [u8; M] = [0; M];\nconst M: usize = 2 * 2;\n/// Its length.\npub fn b() -> usize {\n    B.len()\n}\n";
    let gates = "version = 1\n[gates]\ntests = true\nmutation-score = { min = 1 }\n[mutation]\noperators = [\"BinaryOperator\"]\n";
    let scratch = Scratch::fixture("all-pass").with("src/lib.rs", &lib).with("src/other.rs", other).with("gates.toml", gates);
    let output = scratch.gate().args(["--quiet", "--format", "json"]).output().unwrap();
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = told(&run, &["path", "line", "replacement", "status", "reason"]);
    let same = "\"Survived\" \"the constant keeps its value in this build\"";
    let expected = [
        format!("\"src/lib.rs\" 5 \"+\" {same}"),
        "\"src/lib.rs\" 5 \"/\" \"Killed\" null".to_owned(),
        format!("\"src/other.rs\" 2 \"+\" {same}"),
        "\"src/other.rs\" 2 \"/\" \"Killed\" null".to_owned(),
    ];
    assert_eq!((told, &run["timings"]["rebuilt"]), (expected.to_vec(), &Value::from(2)));
}
