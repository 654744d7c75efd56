//! The tests of the base that the head does not have as they were, and the texts with which they can be run on the
//! head's production code. Owns which tests differ; refuses to say that one got worse: running them tells.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::assertion::Strength;
use super::census::{Census, File, TableKind, Test};
use super::expand::{Others, Side};
use super::pairing::Pairing;
use super::put_back::put_back;
use super::{Pair, Tree, parsed};

/// What the base's tests are, as far as the head has others.
#[derive(Clone, Debug, Default)]
pub struct Former {
    /// Where the head's tree is another one with the base's tests in it: texts by path, `None` for no file.
    pub texts: BTreeMap<Utf8PathBuf, Option<String>>,
    /// Those of them that are all test code.
    pub all_test: BTreeSet<Utf8PathBuf>,
    /// The tests of the base that are gone or that say something else now.
    pub tests: Vec<FormerTest>,
    /// Tests that the head has as they were, at another place or under another name: as they are called at the base, and
    /// here.
    pub moved: Vec<(FormerTest, FormerTest)>,
    /// Files of the base that differ and whose tests are not known by their names: macros make them, or they have a
    /// harness of their own.
    pub tables: BTreeSet<Utf8PathBuf>,
    /// New tests that call something and assert nothing.
    pub silent: Vec<FormerTest>,
}

/// A test, known by where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerTest {
    /// Its file.
    pub path: Utf8PathBuf,
    /// `module::name` within the file.
    pub name: String,
    /// The line of its name, 1-based.
    pub line: u32,
    /// Where the head has it, when it does.
    pub now: Option<(Utf8PathBuf, u32)>,
    /// Whether the head has it with other values and otherwise the same.
    pub has_other_values: bool,
}

impl FormerTest {
    fn of(file: &File<'_>, test: &Test) -> FormerTest {
        FormerTest {
            path: file.path.clone(),
            name: test.path(),
            line: file.parsed.lines.line(test.ident.start),
            now: None,
            has_other_values: false,
        }
    }

    /// Whether the test harness may mean this test by `name`, which begins with the executable's. One that stands for
    /// several (`#[case]`) goes by the name of their function. The modules that lead to the file are not looked at, so
    /// that of two files with the same test each is meant.
    pub fn is_called(&self, name: &str) -> bool {
        let own: Vec<&str> = self.name.split("::").collect();
        let path: Vec<&str> = name.split("::").skip(1).collect();
        path.windows(own.len()).any(|part| part == own)
    }
}

/// The base's tests as far as the head has others.
pub fn former(tree: &Tree<'_>) -> Former {
    let others = Others::new(tree.unchanged);
    let sides = sides(tree, &others);
    let mut found = Former::default();
    for (pair, (base, head)) in &sides {
        put_back(pair, base.as_ref(), head.as_ref(), &mut found.texts);
        if base.as_ref().is_some_and(File::is_all_test) {
            found.all_test.extend(std::iter::once(&pair.path).chain(&pair.old_path).cloned());
        }
    }
    if found.texts.is_empty() {
        return found;
    }
    let base: Vec<&File<'_>> = sides.iter().filter_map(|(_, (base, _))| base.as_ref()).collect();
    let head: Vec<&File<'_>> = sides.iter().filter_map(|(_, (_, head))| head.as_ref()).collect();
    let (old, new) = (Census::of(&base), Census::of(&head));
    let pairing = Pairing::of((&old, &base), (&new, &head));
    let both = Both { base: Side::new(&base, &old, &others), head: Side::new(&head, &new, &others), pairing };
    let other = both.other_names();
    found.tests = both.different(&other);
    found.tests.extend(among_unchanged(&others, &other));
    found.moved = both.moved(&other);
    found.tables = both.tables(&other);
    found.silent = both.silent();
    found
}

type Sides<'t> = (&'t Pair, (Option<File<'t>>, Option<File<'t>>));

/// Both sides of every changed file; one that a `#[cfg(test)] mod` brings in is test code as a whole.
fn sides<'t>(tree: &Tree<'t>, others: &Others<'_>) -> Vec<Sides<'t>> {
    let sides: Vec<Sides<'t>> = tree.changed.iter().filter_map(|pair| Some((pair, parsed(pair)?))).collect();
    let declared = |file: &File<'_>| -> Vec<Utf8PathBuf> {
        let declared = Census::of(&[file]).declared.into_iter().filter(|module| module.is_test_code);
        declared.flat_map(|module| module.candidates).collect()
    };
    let changed = sides.iter().flat_map(|(_, (base, head))| base.iter().chain(head)).flat_map(declared);
    let mut modules: BTreeSet<Utf8PathBuf> = changed.collect();
    let names: Vec<String> = sides.iter().filter_map(|(pair, _)| Some(format!("mod {};", module_name(&pair.path)?))).collect();
    let may_declare = |text: &str| text.contains("test") && names.iter().any(|name| text.contains(name));
    let declaring = others.texts().iter().filter(|(_, text)| may_declare(text));
    modules.extend(declaring.filter_map(|(path, text)| File::of(path, text).ok()).flat_map(|file| declared(&file)));
    let as_declared = |file: File<'t>, pair: &Pair| {
        let is_module = modules.contains(&pair.path) || pair.old_path.as_ref().is_some_and(|path| modules.contains(path));
        if is_module { file.into_test_module() } else { file }
    };
    let at_base = |mut file: File<'t>, pair: &Pair| {
        file.path.clone_from(pair.old_path.as_ref().unwrap_or(&pair.path));
        file
    };
    let both = |(pair, (base, head)): Sides<'t>| {
        (pair, (base.map(|file| at_base(as_declared(file, pair), pair)), head.map(|file| as_declared(file, pair))))
    };
    sides.into_iter().map(both).collect()
}

/// The name by which a `mod` would bring the file in.
fn module_name(path: &Utf8Path) -> Option<&str> {
    match path.file_stem()? {
        "mod" => path.parent()?.file_name(),
        stem => Some(stem),
    }
}

struct Both<'a, 't> {
    base: Side<'a, 't>,
    head: Side<'a, 't>,
    pairing: Pairing,
}

impl Both<'_, '_> {
    /// The functions, constants and macros of the base's test code that the head has not, or otherwise.
    fn other_names(&self) -> BTreeSet<String> {
        let of = |side: &Side<'_, '_>| {
            let helpers = side.census.helpers.iter().map(|helper| (helper.name.clone(), helper.text.clone()));
            let tables = side.census.tables.iter().filter(|table| table.is_test_code && table.kind != TableKind::Use);
            let tables = tables.map(|table| (table.name.clone(), format!("{:?}", table.words)));
            let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (name, text) in helpers.chain(tables) {
                named.entry(name).or_default().insert(text);
            }
            named
        };
        let head = of(&self.head);
        of(&self.base).into_iter().filter(|(name, texts)| head.get(name) != Some(texts)).map(|(name, _)| name).collect()
    }

    /// The base's tests that are gone, that have another text, or that use something of the tests' that is other.
    fn different(&self, other: &BTreeSet<String>) -> Vec<FormerTest> {
        let now: BTreeMap<usize, usize> = self.pairing.pairs.iter().copied().collect();
        let uses_other = |test: &Test| self.base.words(&test.words).names.keys().any(|name| other.contains(name));
        let tests = self.base.census.tests.iter().enumerate().filter_map(|(index, old)| {
            let new = now.get(&index).map(|new| &self.head.census.tests[*new]);
            let is_same = new.is_some_and(|new| is_same(old, new)) && !uses_other(old);
            let found = FormerTest::of(self.base.files[old.file], old);
            let now = new.map(|new| FormerTest::of(self.head.files[new.file], new)).map(|now| (now.path, now.line));
            let names = |side: &Side<'_, '_>, test: &Test| side.words(&test.words).names;
            let has_other_values = new.is_some_and(|new| names(&self.base, old) == names(&self.head, new));
            (!is_same).then_some(FormerTest { now, has_other_values, ..found })
        });
        tests.collect()
    }

    /// The tests that are as they were and stand elsewhere.
    fn moved(&self, other: &BTreeSet<String>) -> Vec<(FormerTest, FormerTest)> {
        let uses_other = |test: &Test| self.base.words(&test.words).names.keys().any(|name| other.contains(name));
        let pairs = self.pairing.pairs.iter().map(|(old, new)| (&self.base.census.tests[*old], &self.head.census.tests[*new]));
        let same = pairs.filter(|(old, new)| is_same(old, new) && !uses_other(old) && old.ignored.is_none());
        let places =
            same.map(|(old, new)| (FormerTest::of(self.base.files[old.file], old), FormerTest::of(self.head.files[new.file], new)));
        let places = places.map(|(old, new)| (FormerTest { now: Some((new.path.clone(), new.line)), ..old }, new));
        places.filter(|(old, new)| (&old.path, &old.name) != (&new.path, &new.name)).collect()
    }

    /// The files whose test macros are called otherwise, and those that are tests as a whole.
    fn tables(&self, other: &BTreeSet<String>) -> BTreeSet<Utf8PathBuf> {
        let of = |side: &Side<'_, '_>| -> Vec<(Utf8PathBuf, String)> {
            let uses = side.census.tables.iter().filter(|table| table.is_test_code && table.kind == TableKind::Use);
            uses.map(|table| (side.files[table.file].path.clone(), format!("{} {:?}", table.name, table.words))).collect()
        };
        let head = of(&self.head);
        let mut found: BTreeSet<Utf8PathBuf> =
            of(&self.base).into_iter().filter(|used| !head.contains(used)).map(|(path, _)| path).collect();
        let uses = self.base.census.tables.iter().filter(|table| table.kind == TableKind::Use && other.contains(&table.name));
        found.extend(uses.map(|table| self.base.files[table.file].path.clone()));
        let mains = self.base.census.helpers.iter().filter(|helper| helper.name == "main" && helper.module.is_empty());
        let changed = mains.filter(|main| !self.head.census.helpers.iter().any(|new| new.name == "main" && new.text == main.text));
        found.extend(changed.map(|main| self.base.files[main.file].path.clone()));
        found
    }

    /// The new tests that assert nothing and pass over nothing that could fail.
    fn silent(&self) -> Vec<FormerTest> {
        let is_silent = |test: &&Test| {
            let facts = self.head.facts(test);
            let asserts = facts.assertions.iter().any(|one| one.strength > Strength::Trivial && !one.is_circular);
            !(asserts || facts.survives > 0 || test.should_panic.is_some() || test.in_macro.is_some() || test.ignored.is_some())
        };
        let added = self.pairing.added.iter().map(|index| &self.head.census.tests[*index]);
        added.filter(is_silent).map(|test| FormerTest::of(self.head.files[test.file], test)).collect()
    }
}

fn is_same(old: &Test, new: &Test) -> bool {
    let panics = |test: &Test| test.should_panic.as_ref().map(|(_, message)| message.clone());
    old.text == new.text && panics(old) == panics(new) && old.ignored.is_some() == new.ignored.is_some() && old.cfgs == new.cfgs
}

/// The tests of files that did not change and that use something that did.
fn among_unchanged(others: &Others<'_>, other: &BTreeSet<String>) -> Vec<FormerTest> {
    let mut found = Vec::new();
    for (path, text) in if other.is_empty() { &[] } else { others.texts() } {
        let may_use = text.contains("test") && other.iter().any(|name| text.contains(name));
        let Some(file) = may_use.then(|| File::of(path, text).ok()).flatten() else { continue };
        let (files, census) = ([&file], Census::of(&[&file]));
        let side = Side::new(&files, &census, others);
        let uses_other = |test: &&Test| side.words(&test.words).names.keys().any(|name| other.contains(name));
        found.extend(census.tests.iter().filter(uses_other).map(|test| {
            let one = FormerTest::of(&file, test);
            FormerTest { now: Some((one.path.clone(), one.line)), ..one }
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What differs: `name path:line`, with the place in the head; `macros of path`; `silent name`.
    fn check(files: &[(&str, &str, &str)], unchanged: &[(&str, &str)], expect: &[&str]) {
        let side = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let pair =
            |(path, base, head): &(&str, &str, &str)| Pair { path: (*path).into(), old_path: None, base: side(base), head: side(head) };
        let changed: Vec<Pair> = files.iter().map(pair).collect();
        let others = || unchanged.iter().map(|(path, text)| (Utf8PathBuf::from(*path), (*text).to_owned())).collect();
        let found = former(&Tree { changed: &changed, unchanged: &others });
        let values = |test: &FormerTest| if test.has_other_values { " values" } else { "" };
        let place =
            |test: &FormerTest| test.now.as_ref().map_or("gone".to_owned(), |(path, line)| format!("{path}:{line}{}", values(test)));
        let mut lines: Vec<String> =
            found.tests.iter().map(|test| format!("{} {}:{} {}", test.name, test.path, test.line, place(test))).collect();
        lines.extend(found.moved.iter().map(|(old, new)| format!("{} is {}", old.name, new.name)));
        lines.extend(found.tables.iter().map(|path| format!("macros of {path}")));
        lines.extend(found.silent.iter().map(|test| format!("silent {}", test.name)));
        assert_eq!(lines, expect);
    }

    const A: &str = "use super::*;\n#[test]\nfn a() { check(1, 2); }\n#[test]\nfn b() { assert_eq!(two(), 2); }\n";

    #[test]
    fn tests_that_are_gone_or_otherwise_differ() {
        check(&[("tests/a.rs", A, A)], &[], &[]);
        check(&[("tests/a.rs", A, "")], &[], &["a tests/a.rs:3 gone", "b tests/a.rs:5 gone"]);
        check(&[("tests/a.rs", A, &A.replace("two(), 2", "two(), 3"))], &[], &["b tests/a.rs:5 tests/a.rs:5 values"]);
        check(&[("tests/a.rs", A, &A.replace("#[test]\nfn b", "#[test]\n#[ignore]\nfn b"))], &[], &["b tests/a.rs:5 tests/a.rs:6"]);
        // Under another name or at another place it is the same.
        check(&[("tests/a.rs", A, &A.replace("fn b()", "fn c()"))], &[], &["b is c"]);
        check(&[("tests/a.rs", A, &format!("\n\n{A}"))], &[], &[]);
        let unit = |body: &str| format!("fn two() {{}}\n#[cfg(test)]\nmod tests {{\n    #[test]\n    fn t() {{ {body} }}\n}}\n");
        check(&[("src/a.rs", &unit("old()"), &unit("new()"))], &[], &["tests::t src/a.rs:5 src/a.rs:5"]);
    }

    #[test]
    fn tests_whose_helpers_differ_do_too() {
        let (strict, lax) = ("pub fn check(a: u8, b: u8) { assert_eq!(a, b) }", "pub fn check(a: u8, b: u8) {}");
        let common = ("tests/common/mod.rs", strict, lax);
        check(&[common], &[("tests/a.rs", A)], &["a tests/a.rs:3 tests/a.rs:3"]);
        check(&[common, ("tests/a.rs", A, &format!("{A}// more\n"))], &[], &["a tests/a.rs:3 tests/a.rs:3"]);
        let by_another = "fn deep() { check(1, 1) }\n#[test] fn t() { deep() }\n#[test] fn u() { assert!(v()) }";
        check(&[common], &[("tests/b.rs", by_another), ("src/c.rs", "fn check() {}")], &["t tests/b.rs:2 tests/b.rs:2"]);
        let made = |body: &str| format!("macro_rules! t {{ ($n:ident) => {{ #[test] fn $n() {{ {body} }} }} }}\nt!(one);");
        check(&[("tests/m.rs", &made("assert_eq!(f(), 1)"), &made("assert!(f() > 0)"))], &[], &["macros of tests/m.rs"]);
        let harness = "fn main() { assert_eq!(f(), 1) }";
        check(&[("tests/h.rs", harness, "fn main() { assert_eq!(f(), f()) }")], &[], &["macros of tests/h.rs"]);
        // A module is test code by its declaration, too, in whichever file that stands.
        let (lib, helpers) = ("#[cfg(test)]\nmod helpers;\n", "pub fn strict() { assert!(f()) }\n#[test]\nfn t() { strict() }");
        let module = ("src/helpers.rs", helpers, "pub fn strict() {}\n#[test]\nfn t() { strict() }");
        check(&[module], &[("src/lib.rs", lib)], &["t src/helpers.rs:3 src/helpers.rs:3"]);
        check(&[("src/lib.rs", lib, "fn a() {}"), ("src/helpers.rs", helpers, "")], &[], &["t src/helpers.rs:3 gone"]);
        let cases = "cases! { a: 1 => 2, b: 2 => 3 }";
        check(&[("tests/a.rs", cases, "cases! { a: 1 => 2 }")], &[], &["macros of tests/a.rs"]);
    }

    #[test]
    fn new_tests_that_assert_nothing_are_known() {
        let head = "#[test] fn a() { load(1); }\n#[test] fn b() { load(1).unwrap(); }\n#[test] fn c() { assert_eq!(load(1), 2); }\n\
            #[test] #[should_panic] fn d() { load(0); }";
        check(&[("tests/a.rs", "", head)], &[], &["silent a"]);
    }

    #[test]
    fn the_harness_names_a_test_with_its_executable_and_all_modules() {
        let test = FormerTest { path: "src/a.rs".into(), name: "tests::t".to_owned(), line: 1, now: None, has_other_values: false };
        let called = ["krate::a::tests::t", "krate::tests::t", "krate::a::tests::t::case_1"];
        assert!(called.iter().all(|name| test.is_called(name)));
        assert!(!["tests::t", "krate::tests::tt", "krate::t", "krate::tests::u::t"].iter().any(|name| test.is_called(name)));
    }
}
