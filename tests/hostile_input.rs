//! Input that nobody would write: real files with pieces removed, repeated, exchanged and put in from elsewhere, by
//! the thousand; the same for the same seed. Nothing may panic, hang or overflow. A short walk with every test;
//! `CARGO_GATE_FUZZ=100000 cargo test --release --test hostile_input` walks further.

mod scratch;

// What libFuzzer calls, too.
#[path = "../xtask/fuzz/src/checks/git.rs"]
mod git;
#[path = "../xtask/fuzz/src/checks/kept.rs"]
mod kept;
#[path = "../xtask/fuzz/src/checks/printed.rs"]
mod printed;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;

use camino::Utf8Path;
use cargo_gate::coverage::{CoverageFile, KnownSource, read_files};
use cargo_gate::instrument::{FileContext, FilePlan, Slots, Withdrawn, render};
use cargo_gate::measure::{Counting, measure};
use cargo_gate::mutate::Selection;
use cargo_gate::policy::{BASELINE_FILE, Baseline, Policy};
use cargo_gate::syntax::{CfgStack, Namespace, Runnable, parse, parse_sparsely};

use scratch::{Scratch, fixtures, said};

/// As much as the command gives to threads that parse.
const STACK: usize = 256 << 20;

/// What is put in: ends of things that have none, numbers out of every range, what looks like something else.
const PIECES: [&str; 40] = [
    "\0",
    "\u{202e}",
    "\u{feff}",
    "💥",
    "\r",
    "\r\n",
    "\n",
    "'",
    "\"",
    "r#\"",
    "\"#",
    "/*",
    "*/",
    "//",
    "///",
    "//!",
    "#![",
    "#[cfg(",
    "]",
    "{",
    "}",
    "(",
    ")",
    "[",
    "=",
    ",",
    ";",
    ":",
    "|",
    "!",
    "b'\\xff'",
    "0x",
    "99999999999999999999999999999999999999999",
    "-1",
    "1e999",
    "18446744073709551615",
    "4294967296",
    "macro_rules! m { ($($t:tt)*) => { $($t)* } }",
    "const { if x { 1 } else { 2 } }",
    "unsafe extern \"C\" { fn f(); }",
];

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end.max(1)
    }

    /// A range of at most `most` bytes.
    fn range(&mut self, length: usize, most: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..length.min(start + self.below(most))
    }
}

/// One text after some changes.
fn changed(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut text = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(6) {
        let range = random.range(text.len(), 60);
        match random.below(7) {
            0 => drop(text.drain(range)),
            1 => {
                let piece = text[range.clone()].repeat(1 + random.below(40));
                text.splice(range.end..range.end, piece);
            }
            2 => {
                let other = &corpus[random.below(corpus.len())];
                let piece = other[random.range(other.len(), 200)].to_vec();
                text.splice(range, piece);
            }
            3 => {
                let at = random.below(text.len());
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            4 => {
                let depth = 1 + random.below(120);
                let (open, close) = [("(", ")"), ("{", "}"), ("[", "]"), ("<", ">"), ("!", ""), ("if a { ", "}")][random.below(6)];
                text.splice(range, (open.repeat(depth) + &close.repeat(depth)).into_bytes());
            }
            5 => text.truncate(range.start),
            _ => drop(text.splice(range, PIECES[random.below(PIECES.len())].bytes())),
        }
    }
    text
}

fn corpus(folder: &Path, extensions: &[&str], most: u64) -> Vec<Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let is_wanted = |entry: &walkdir::DirEntry| {
        let extension = entry.path().extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        extensions.contains(&extension) && entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() < most)
    };
    entries.filter(is_wanted).map(|entry| fs::read(entry.path()).unwrap()).collect()
}

/// Give changed texts to `take`; tell every text that makes it panic.
fn walk(name: &str, share: usize, corpus: &[Vec<u8>], take: impl Fn(&[u8]) + Sync) {
    assert!(!corpus.is_empty(), "{name}");
    let rounds = std::env::var("CARGO_GATE_FUZZ").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1000) / share;
    let found = thread::scope(|scope| {
        let walk = || {
            let mut random = Random(0x9E37_79B9_7F4A_7C15);
            let texts = (0..rounds).map(|_| changed(&mut random, corpus));
            texts.filter(|text| catch_unwind(AssertUnwindSafe(|| take(text))).is_err()).collect::<Vec<_>>()
        };
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, walk).unwrap().join().unwrap()
    });
    let shortest = found.iter().min_by_key(|text| text.len()).map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(found.is_empty(), "{name}: {} of {rounds} texts; the shortest:\n{}", found.len(), shortest.unwrap_or_default());
}

/// All that is done with a source before anything is built.
fn analyse(text: &str) {
    for parse in [parse, parse_sparsely] {
        let Ok(parsed) = parse(text) else { continue };
        measure(&parsed, &Namespace::default(), &CfgStack::default(), Counting::default());
        drop(Runnable::of(&parsed));
    }
    let Ok(parsed) = parse(text) else { return };
    for selection in [Selection::default(), Selection::all(), Selection::cargo_mutants()] {
        let context = FileContext { is_root_of_2015: false, without_mutants: false, selection };
        let plan = FilePlan::new(&parsed, "src/lib.rs", &CfgStack::default(), context);
        let slots: Slots = plan.slots(1);
        let rendered = render(text, &plan.edits, slots, &Withdrawn::default());
        assert!(rendered.text.len() >= text.len());
        for mutant in plan.sites.iter().flat_map(|site| &site.mutants) {
            drop(mutant.apply(text));
        }
    }
}

#[test]
fn sources() {
    let corpus =
        [corpus(&fixtures(), &["rs"], 6000), corpus(Path::new("tests/cheats"), &["rs"], 6000), corpus(Path::new("src"), &["rs"], 4000)]
            .concat();
    walk("sources", 2, &corpus, |text| analyse(&String::from_utf8_lossy(text)));
}

#[test]
fn policies_and_records() {
    let mut corpus = corpus(&fixtures(), &["toml"], 6000);
    corpus.push(b"version = 1\n[gates]\ncrap = { max = 8 }\n[cage]\nmode = \"on\"\nwrite = [\"a\"]\n[[waiver]]\ngate = \"crap\"\nitem = \"mutant:cc0a52ceb66f\"\nreason = \"a\"\nexpires = 2027-03-31\n[[check]]\nname = \"a\"\nrun = [\"b\"]\n[new]\nbase = \"m\"\n[new.gates]\nsurviving-mutants = { max = 0 }\n".to_vec());
    corpus.push(b"version = 1\n\nline-coverage = [\n    { min = 71.23 },\n]\n\ncomplexity = [\n    { at = \"src/parse.rs parse\", max = 14, body = \"1f0c9a2e77b1\" },\n]\n".to_vec());
    walk("policies", 1, &corpus, |text| {
        let text = String::from_utf8_lossy(text);
        // An error is rendered, which looks at places in the text.
        drop(Policy::parse(&text, Utf8Path::new("gates.toml")).map_err(|error| error.to_string()));
        drop(Baseline::parse(&text, Utf8Path::new(BASELINE_FILE)).map_err(|error| error.to_string()));
    });
}

#[test]
fn coverage_files() {
    let corpus = corpus(&fixtures().join("coverage"), &["info", "json", "xml", "lcov"], 60_000);
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap();
    let source = "pub fn f(n: u32) -> u32 {\n    if n > 1 {\n        n\n    } else {\n        2\n    }\n}\n";
    let runnable = Runnable::of(&parse(source).unwrap());
    let path = root.join("coverage");
    walk("coverage", 4, &corpus, |text| {
        fs::write(&path, text).unwrap();
        let known = [KnownSource { path: Utf8Path::new("src/lib.rs"), runnable: &runnable }];
        drop(read_files(&[CoverageFile { path: path.clone(), shown: "coverage".to_owned() }], root, &known));
    });
}

#[test]
fn what_git_prints() {
    walk("git", 1, &corpus(&fixtures().join("printed"), &["git"], 60_000), git::check);
}

#[test]
fn what_cargo_and_tests_print() {
    walk("printed", 2, &corpus(&fixtures().join("printed"), &["printed"], 60_000), printed::check);
}

#[test]
fn what_earlier_runs_kept() {
    walk("kept", 4, &corpus(&fixtures().join("printed"), &["kept"], 60_000), kept::check);
}

/// A crate of one source file.
fn with_source(text: &[u8]) -> Scratch {
    let scratch = Scratch::fixture("all-pass");
    fs::write(scratch.root().join("src/lib.rs"), text).unwrap();
    scratch
}

#[test]
fn deep_code_is_measured_and_bottomless_code_is_given_up_with_a_word() {
    let nested = |open: &str, close: &str, depth| format!("pub fn f(a: bool) {{ {} {} }}", open.repeat(depth), close.repeat(depth));
    said(with_source(nested("if a {", "}", 1500).as_bytes()).gate().arg("--quick"), 1, &["complexity 1501"]);
    #[cfg(unix)]
    for text in [nested("if a {", "}", 300_000), format!("pub fn f(a: bool) -> bool {{ {}a }}", "!".repeat(2_000_000))] {
        said(with_source(text.as_bytes()).gate().arg("--quick"), 3, &["had to give up", "nested too deeply"]);
    }
}

#[test]
fn a_file_of_a_hundred_megabytes_is_read() {
    let mut text = b"pub fn f(a: bool) -> bool {\n    !a\n}\n".to_vec();
    text.extend(b"// nothing to see here, and a lot of it\n".repeat(100 << 20 >> 5));
    assert!(text.len() > 100 << 20);
    said(with_source(&text).gate().arg("--quick"), 0, &["complexity"]);
}

#[cfg(unix)]
#[test]
fn names_and_links_that_nobody_expects() {
    let scratch = with_source(b"#[path = \"a\\nb \xf0\x9f\x92\xa5.rs\"]\npub mod x;\n#[path = \"loop.rs\"]\n#[cfg(any())]\nmod y;\n");
    fs::write(scratch.root().join("src/a\nb \u{1f4a5}.rs"), "pub fn g(a: bool) -> bool {\n    if a { true } else { false }\n}\n").unwrap();
    std::os::unix::fs::symlink("loop.rs", scratch.root().join("src/loop.rs")).unwrap();
    std::os::unix::fs::symlink("..", scratch.root().join("up")).unwrap();
    let told = said(scratch.gate().args(["list", "functions"]), 0, &["g"]);
    assert!(!told.contains("a\nb"), "a line break of a name breaks no line: {told}");
}
