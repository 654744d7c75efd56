//! What the base's tests say of a change's code, as typed, in real repositories that are built. The ways to cheat that
//! need a build are cases of `tests/cheats.rs`; here stands what is built, when, and what is told of it.

mod scratch;

use std::fs;
use std::process::Command;

use scratch::Scratch;
use serde_json::Value;

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

const LIB: &str = "pub fn price(quantity: u32, each: u32) -> u32 {\n    quantity * each\n}\n\npub fn is_many(quantity: u32) -> bool {\n    quantity > 10\n}\n";

const TESTS: &str = "#[test]\nfn three_cost_three_times_as_much() {\n    assert_eq!(shop::price(3, 5), 15);\n}\n\n\
    #[test]\nfn eleven_are_many() {\n    assert!(shop::is_many(11));\n    assert!(!shop::is_many(10));\n}\n";

const GATES: &str = "version = 1\n[gates]\ntests = true\n";

/// A repository with `files`, committed on `main`. The workspace is the folder of the scratch crate or one below it.
fn repository(files: &[(&str, &str)]) -> Scratch {
    let scratch = Scratch::empty();
    let scratch = files.iter().fold(scratch, |scratch, (path, text)| {
        fs::create_dir_all(scratch.root().join(path).parent().unwrap()).unwrap();
        scratch.with(path, text)
    });
    git(&scratch, &["init", "--quiet", "--initial-branch", "main"]);
    let scratch = scratch.with(".gitignore", "Cargo.lock\n");
    git(&scratch, &["add", "--all"]);
    git(&scratch, &["commit", "--quiet", "--message", "base"]);
    scratch
}

fn shop() -> Scratch {
    repository(&[("Cargo.toml", MANIFEST), ("src/lib.rs", LIB), ("tests/shop.rs", TESTS), ("gates.toml", GATES)])
}

fn git(scratch: &Scratch, args: &[&str]) {
    let fixed = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(fixed).args(args).current_dir(scratch.root()).output().expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What is said of the change in the folder `below`, and the exit code.
fn run(scratch: &Scratch, below: &str, args: &[&str]) -> (Value, i32) {
    let mut command = scratch.gate();
    command.current_dir(scratch.root().join(below)).args(["--base", "main", "--format", "json", "--quiet", "--offline"]).args(args);
    let output = command.output().unwrap();
    let (text, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    (serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{error}")), output.status.code().unwrap())
}

/// `deny base-test-fails tests/a.rs t` of each finding about the tests.
fn of_tests(run: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let findings = run["findings"].as_array().unwrap().iter().filter(|finding| finding["gate"] == "integrity");
    let level = |finding: &Value| if finding["failure"] == true { "deny" } else { "warn" };
    findings
        .map(|finding| format!("{} {} {} {}", level(finding), word(&finding["code"]), word(&finding["path"]), word(&finding["symbol"])))
        .collect()
}

/// Where the base's tests would be built.
fn is_built(scratch: &Scratch) -> bool {
    let folders = walkdir::WalkDir::new(scratch.output("target/gate")).max_depth(2).into_iter().flatten();
    folders.into_iter().any(|entry| entry.file_name() == "overlays")
}

#[test]
fn a_change_of_tests_alone_is_judged_by_the_mutants_that_they_killed() {
    let scratch = repository(&[
        ("ws/Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"2\"\n"),
        ("ws/.cargo/config.toml", "[env]\nWHERE = \"here\"\n"),
        (
            "ws/a/Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nb.path = \"../b\"\nbeside.path = \"../../beside\"\n",
        ),
        ("ws/a/src/lib.rs", "pub fn f(x: u32) -> u32 {\n    b::twice(x) + beside::one()\n}\n\npub fn g() -> u32 {\n    5\n}\n"),
        ("ws/a/tests/t.rs", "#[test]\nfn f_is_odd() {\n    assert_eq!(env!(\"WHERE\"), \"here\");\n    assert_eq!(a::f(3), 7);\n}\n"),
        ("ws/b/Cargo.toml", "[package]\nname = \"b\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("ws/b/src/lib.rs", "pub fn twice(x: u32) -> u32 {\n    x * 2\n}\n"),
        ("beside/Cargo.toml", "[package]\nname = \"beside\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("beside/src/lib.rs", "pub fn one() -> u32 {\n    1\n}\n"),
    ]);
    let weak = fs::read_to_string(scratch.root().join("ws/a/tests/t.rs")).unwrap().replace("a::f(3), 7", "a::f(3).clamp(7, 7), 7");
    let scratch = scratch.with("ws/a/tests/t.rs", &weak);
    let before = scratch.tree();
    let (run, code) = run(&scratch, "ws", &[]);
    assert_eq!(scratch.tree(), before);
    assert_eq!(code, 1);
    assert_eq!(of_tests(&run), ["deny mutant-no-longer-killed a/src/lib.rs f", "deny mutant-no-longer-killed b/src/lib.rs twice"]);
    assert_eq!(run["base_tests"]["run"], 1);
    // They are in scope, and the others of old code are not.
    let of_function = |name: &str| -> Vec<&str> {
        let mutants = run["mutants"]["list"].as_array().unwrap().iter().filter(|mutant| mutant["function"] == name);
        mutants.map(|mutant| mutant["status"].as_str().unwrap()).collect()
    };
    let lost = of_function("f").into_iter().chain(of_function("twice")).filter(|status| *status == "Survived").count();
    assert_eq!(run["base_tests"]["no_longer_killed"].as_array().unwrap().len(), lost);
    assert!(!of_function("g").is_empty() && of_function("g").iter().all(|status| *status == "Pending"), "{:?}", of_function("g"));
    let finding = &run["findings"].as_array().unwrap().iter().find(|finding| finding["path"] == "b/src/lib.rs").unwrap();
    assert!(run["base_tests"]["no_longer_killed"].as_array().unwrap().contains(&finding["mutant"]), "{finding}");
    assert!(finding["title"].as_str().unwrap().contains("the base's `f_is_odd` does"), "{finding}");
}

#[test]
fn nothing_more_is_built_where_no_test_of_the_base_is_touched() {
    let more = format!("{TESTS}\n#[test]\nfn nothing_is_not_many() {{\n    assert!(!shop::is_many(0));\n}}\n");
    let scratch = shop().with("tests/shop.rs", &more).with("src/lib.rs", &LIB.replace("> 10", ">= 11"));
    let (added, code) = run(&scratch, "", &[]);
    assert_eq!((of_tests(&added), code, &added["base_tests"], is_built(&scratch)), (vec![], 0, &Value::Null, false));

    let lax = TESTS.replace("is_many(11)", "is_many(12)").replace("is_many(10)", "is_many(9)");
    let scratch = shop().with("tests/shop.rs", &lax);
    run(&scratch, "", &["--quick"]);
    assert!(!is_built(&scratch));
    let weaker = |run: &Value| of_tests(run).iter().filter(|one| one.contains("mutant-no-longer-killed")).count();
    let (seen, code) = run(&scratch, "", &[]);
    assert_eq!((weaker(&seen), code, is_built(&scratch)), (1, 1, true));
    // Who asks for one gate gets no mutants; what the levels allow is not looked for.
    let (only, _) = run(&scratch, "", &["--only", "tests"]);
    assert_eq!((weaker(&only), &only["mutants"]["run"]), (0, &Value::Bool(false)));
    let levels = format!("{GATES}[integrity]\nmutant-no-longer-killed = \"allow\"\nbase-test-fails = \"allow\"\n");
    let scratch = shop().with("gates.toml", &levels);
    git(&scratch, &["commit", "--quiet", "--all", "--message", "levels"]);
    let scratch = scratch.with("tests/shop.rs", &lax);
    let (allowed, _) = run(&scratch, "", &[]);
    assert_eq!((weaker(&allowed), is_built(&scratch)), (0, false));
}

#[test]
fn a_test_that_fails_on_this_code_is_told_unless_it_failed_before() {
    // At the base one test passes and one is red; the change breaks what the first looks at and drops both.
    let red = format!("{TESTS}\n#[test]\nfn two_are_many() {{\n    assert!(shop::is_many(2));\n}}\n");
    let scratch = repository(&[("Cargo.toml", MANIFEST), ("src/lib.rs", LIB), ("tests/shop.rs", &red), ("gates.toml", GATES)]);
    let head = "use shop::*;\n\n#[test]\nfn it_works() {\n    assert_eq!(price(1, 15), 15 + u32::from(is_many(11)) - 1);\n    assert!(!is_many(10));\n}\n";
    let scratch = scratch.with("tests/shop.rs", head).with("src/lib.rs", &LIB.replace("quantity * each", "quantity + each - 1"));
    let (run, code) = run(&scratch, "", &[]);
    let fails: Vec<String> = of_tests(&run).into_iter().filter(|one| one.contains("base-test-fails")).collect();
    assert_eq!((fails, code), (vec!["deny base-test-fails tests/shop.rs three_cost_three_times_as_much".to_owned()], 1));
    assert_eq!(run["base_tests"]["failed"], serde_json::json!(["shop::three_cost_three_times_as_much"]));
    let human = scratch.gate().args(["--base", "main", "--offline", "--quiet"]).output().unwrap();
    let human = String::from_utf8_lossy(&human.stdout).into_owned();
    for line in [
        "error[base-test-fails]: the base's test `three_cost_three_times_as_much` fails on this code, and the change removes it\n",
        "assertion `left == right` failed left: 7 right: 15\n",
        "\n3 tests of the base ran on this code; ",
    ] {
        assert!(human.contains(line), "{line} in {human}");
    }
}

#[test]
fn what_does_not_compile_any_more_is_left_out_by_name() {
    let lib = LIB.replace("pub fn price(quantity: u32, each: u32)", "pub fn price(quantity: u32, each: u32, _name: &str)");
    let tests = TESTS
        .replace("price(3, 5)", "price(3, 5, \"nut\")")
        .replace("    assert!(!shop::is_many(10));\n", "    assert!(!shop::is_many(1));\n");
    let scratch = shop().with("src/lib.rs", &lib).with("tests/shop.rs", &tests);
    let (left_out, code) = run(&scratch, "", &[]);
    let note = "test code of the base does not compile with this code and was left out: `three_cost_three_times_as_much`";
    assert!(left_out["warnings"].as_array().unwrap().contains(&Value::from(note)), "{}", left_out["warnings"]);
    // What still compiles has its say.
    let expected = ["deny mutant-no-longer-killed src/lib.rs is_many", "warn expected-value-rewritten tests/shop.rs eleven_are_many"];
    assert_eq!((of_tests(&left_out), code), (expected.map(str::to_owned).into(), 1));
    // Where nothing does, that is said and is no accusation.
    let scratch = scratch.with("Cargo.toml", &MANIFEST.replace("shop", "store")).with("tests/shop.rs", &tests.replace("shop::", "store::"));
    let (nothing, _) = run(&scratch, "", &[]);
    let said = nothing["warnings"].to_string();
    assert!(said.contains("left out") || said.contains("cannot be built"), "{said}");
    assert!(!of_tests(&nothing).iter().any(|one| one.contains("base-test-fails")), "{:?}", of_tests(&nothing));
}
