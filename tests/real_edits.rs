//! The oracle: every mutant of some fixtures made for real, one at a time, and `cargo test` asked. The
//! engine's verdict must be the same for operators, function values, `const fn`, constants, code that only
//! documentation examples or child processes reach, procedural macros, and mutants that the compiler refuses.

mod scratch;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use camino::Utf8Path;
use cargo_gate::mutate::{Mutant, Operator, Rule, Selection, sites};
use cargo_gate::syntax::{CfgStack, Namespace, parse};
use serde_json::Value;

use scratch::Scratch;

/// Ids with the statuses that the engine gives, and how many programs it had to build for them.
fn engine(scratch: &Scratch) -> (BTreeMap<String, String>, u64) {
    let output = scratch.gate().args(["--quiet", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let list = report["mutants"]["list"].as_array().unwrap();
    let text = |mutant: &Value, key: &str| mutant[key].as_str().unwrap().to_owned();
    let verdicts = list.iter().map(|mutant| (text(mutant, "id"), text(mutant, "status"))).collect();
    (verdicts, report["timings"]["rebuilt"].as_u64().unwrap())
}

/// What `cargo test` makes of the crate as it lies there.
fn cargo_test(scratch: &Scratch) -> &'static str {
    let cargo = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(args).current_dir(scratch.root()).env("CARGO_TARGET_DIR", scratch.root().join("../real"));
        command.output().unwrap().status.success()
    };
    let is_macro = fs::read_to_string(scratch.root().join("Cargo.toml")).unwrap().contains("proc-macro = true");
    // What uses a procedural macro tests it by compiling.
    let compiles = if is_macro { cargo(&["build", "--lib"]) } else { cargo(&["test", "--no-run", "--workspace"]) };
    if !compiles {
        return "refused";
    }
    if cargo(&["test", "--workspace"]) { "undetected" } else { "detected" }
}

fn kind(status: &str) -> &'static str {
    match status {
        "Killed" | "Timeout" => "detected",
        "Survived" | "NoCoverage" => "undetected",
        "CompileError" => "refused",
        _ => "nothing",
    }
}

/// Every mutant of `file` of the crate, by engine and by edit. No more than `rebuilt` programs are built for those that no
/// switch makes.
fn check(scratch: &Scratch, file: &str, selection: Selection, at_least: usize, rebuilt: u64) {
    let (verdicts, really_rebuilt) = engine(scratch);
    let path = scratch.root().join(file);
    let text = fs::read_to_string(&path).unwrap();
    let parsed = parse(&text).unwrap();
    let mutants: Vec<Mutant> = sites(&parsed, Utf8Path::new(file).as_str(), &Namespace::default(), &CfgStack::default(), selection)
        .into_iter()
        .flat_map(|site| site.mutants)
        .collect();
    assert!(mutants.len() >= at_least, "{file} has {} mutants", mutants.len());
    let mut differences = Vec::new();
    for mutant in mutants {
        fs::write(&path, mutant.apply(&text)).unwrap();
        let real = cargo_test(scratch);
        let status = &verdicts[&mutant.id];
        if kind(status) != real {
            differences.push(format!("{}: `{}` -> `{}` is {status}, really {real}", mutant.id, mutant.span.of(&text), mutant.replacement));
        }
    }
    fs::write(&path, &text).unwrap();
    assert!(differences.is_empty(), "{file}:\n{}", differences.join("\n"));
    assert_eq!(really_rebuilt, rebuilt, "{file}: programs rebuilt");
}

/// Code that is hard to switch: let chains, `impl Trait`, constants in types, labels, borrows, generics.
const TRICKY: &str = r#"//! Tricky.
pub trait Shape {
    fn area(&self) -> u32 {
        1
    }
}
pub struct Square(pub u32);
impl Shape for Square {
    fn area(&self) -> u32 {
        self.0 * self.0
    }
}
const BITS: u32 = 4 * 2;
pub const SAME: usize = 8 * (BITS < 8) as usize;
pub struct Tail(pub [u8; 2 + SAME]);
pub fn total(shapes: &[Box<dyn Shape>]) -> u32 {
    shapes.iter().map(|shape| shape.area()).sum()
}
pub fn chain(a: Option<u32>, b: bool) -> u32 {
    if let Some(x) = a && b && x > 3 { x } else { 0 }
}
pub fn evens(n: u32) -> impl Iterator<Item = u32> {
    (0..n).filter(|x| x % 2 == 0)
}
pub fn high(x: u32) -> bool {
    x >> (BITS * 4 - 1) == 0
}
pub fn arm(x: u8, text: &mut String) -> &str {
    match x {
        0 => "zero",
        1 => {
            text.push('1');
            text
        }
        n if n > 9 => "many",
        _ => "few",
    }
}
pub fn name<'a>(name: &'a str, fallback: &'a str) -> &'a str {
    if name.is_empty() { fallback } else { name }
}
pub fn best<T: PartialOrd + Copy>(xs: &[T]) -> Option<T> {
    let mut best = *xs.first()?;
    for x in xs {
        if *x > best {
            best = *x;
        }
    }
    Some(best)
}
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn all() {
        assert_eq!(total(&[Box::new(Square(2)), Box::new(Square(3))]), 13);
        assert_eq!((chain(Some(4), true), chain(Some(3), true), chain(Some(4), false)), (4, 0, 0));
        assert_eq!(evens(5).collect::<Vec<_>>(), [0, 2, 4]);
        assert!(high(5) && !high(u32::MAX));
        let mut text = String::new();
        assert_eq!((arm(0, &mut text).len(), arm(10, &mut text).len(), arm(5, &mut text)), (4, 4, "few"));
        assert_eq!(arm(1, &mut text), "1");
        assert_eq!((name("", "b"), name("a", "b")), ("b", "a"));
        assert_eq!(best(&[1, 3, 2]), Some(3));
        assert_eq!(Tail([0; 2]).0.len(), 2);
    }
}
"#;

/// Ranges whose end tells their type, literals whose type something else tells, statements that the flow or a
/// borrow depends on, labels, and `?` of several kinds.
const FURTHER: &str = r#"//! Further.
pub fn ends(n: isize) -> Vec<isize> {
    (-1..2).chain(0..n - 1).rev().collect()
}
pub fn inner(text: &str) -> &str {
    let rest = &text[1..text.len() - 1];
    if (1..3).contains(&rest.len()) { &rest[..1] } else { rest }
}
pub fn rotate(values: &mut Vec<u8>) -> Vec<u8> {
    values[1..].reverse();
    values.drain(1..2).collect()
}
pub fn masks() -> (u64, i8, u8, i64) {
    (0xffff_ffff_ff as u64, -128, (-1) as i8 as u8, -9_223_372_036_854_775_808)
}
pub fn shifted(x: u8) -> u8 {
    x << 7
}
pub fn late(flag: bool) -> u32 {
    let value;
    let mut count = 0;
    if flag {
        value = 3;
        count += 1;
    } else {
        value = 4;
    }
    value + count
}
pub fn grid(rows: &[&[u8]]) -> Option<(usize, usize)> {
    let mut found = None;
    'rows: for (y, row) in rows.iter().enumerate() {
        for (x, cell) in row.iter().enumerate() {
            if *cell == 0 {
                continue 'rows;
            }
            if *cell > 8 {
                found = Some((x, y));
                break 'rows;
            }
        }
    }
    let named = 'block: {
        if found.is_none() {
            break 'block None;
        }
        found
    };
    named
}
pub fn number(text: &str) -> Result<u8, std::num::ParseIntError> {
    let digits = text.split(',').skip(1).next().unwrap_or("0");
    let value: u8 = digits.parse()?;
    Ok(value.saturating_add(1))
}
pub struct Plain;
pub fn unshown(flag: bool) -> Result<u8, Plain> {
    let check = || if flag { Ok(1) } else { Err(Plain) };
    let one: u8 = check()?;
    Ok(one)
}
pub const fn bounded(x: u32) -> u32 {
    let mut y = x;
    if y > 9 {
        y = 9;
    }
    y
}
pub const LIMIT: u32 = bounded(12);
pub fn again(mark: bool) -> Vec<String> {
    let mut all = Vec::new();
    let mut one = String::from("a");
    all.push(one);
    if mark {
        one = String::from("b");
        all.push(one);
    }
    one = String::from("c");
    all.push(one);
    all
}
const STEP: u32 = 2 + 1;
const WIDTH: u32 = 31;
const WORD: &str = "of";
pub fn stepped(x: u32) -> u32 {
    const START: u32 = 4;
    if x > START { (x - START) / STEP } else { x % STEP }
}
pub fn high_bit(x: u32) -> u32 {
    x >> WIDTH
}
pub fn titled(text: &str) -> String {
    text.split(' ').map(|word| if word == WORD { word.to_owned() } else { word.to_uppercase() }).collect::<Vec<_>>().join(WORD)
}
pub static NAMES: [&str; 2] = ["a", "b"];
pub fn best(values: &[u32]) -> Option<u32> {
    values.iter().copied().filter(|value| *value != 0).min().or(values.first().copied())
}
#[test]
fn further() {
    assert_eq!(ends(3), [1, 0, 1, 0, -1]);
    assert_eq!([inner("abcd"), inner("abcdef")], ["b", "bcde"]);
    let mut values = vec![1, 2, 3];
    assert_eq!((rotate(&mut values), values), (vec![3], vec![1, 2]));
    assert_eq!(masks(), (1_099_511_627_775, i8::MIN, 255, i64::MIN));
    assert_eq!(shifted(1), 128);
    assert_eq!((late(true), late(false)), (4, 4));
    assert_eq!(grid(&[&[1, 0, 9], &[1, 9, 9]]), Some((1, 1)));
    assert_eq!(grid(&[&[1]]), None);
    assert_eq!(number("1,x,2"), Err("x".parse::<u8>().unwrap_err()));
    assert_eq!(number("1,7"), Ok(8));
    assert!(unshown(false).is_err());
    assert_eq!(LIMIT, 9);
    assert_eq!((again(true).concat(), again(false).len()), ("abc".to_owned(), 2));
    assert_eq!((stepped(10), stepped(4), stepped(2)), (2, 1, 2));
    assert_eq!((high_bit(u32::MAX), high_bit(5)), (1, 0));
    assert_eq!(titled("state of art"), "STATEofofofART");
    assert_eq!(NAMES.len(), 2);
    assert_eq!(best(&[0, 3, 2]), Some(2));
}
"#;

/// Functions whose value is an iterator without a name, and what no parser takes.
const HIDDEN: &str = r#"//! Hidden types.
use std::iter::FusedIterator;

#[derive(Debug, PartialEq)]
pub struct Bare(u8);

pub fn pairs(text: &str) -> impl Iterator<Item = (char, char)> + '_ {
    let mut last = None;
    text.chars().filter_map(move |c| last.replace(c).map(|before| (before, c)))
}

pub fn ends(all: &[u8]) -> impl DoubleEndedIterator<Item = &u8> + ExactSizeIterator + FusedIterator + Clone {
    all.iter()
}

pub fn bare(n: u8) -> impl Iterator<Item = Bare> + Send + 'static {
    let limit = n;
    (0..limit).map(Bare)
}

pub fn unlooked(n: u8) -> impl Iterator<Item = u8> {
    std::iter::repeat(n)
}

pub fn early(n: u8) -> impl Iterator<Item = u8> {
    if n > 9 {
        return 0..1;
    }
    0..n
}

/// Its own `count` is what the program calls.
pub struct Counted(u8);

impl Iterator for Counted {
    type Item = u8;
    fn next(&mut self) -> Option<u8> {
        self.0.checked_sub(1).inspect(|left| self.0 = *left)
    }
    fn count(self) -> usize {
        usize::from(self.0)
    }
}

pub fn counted(n: u8) -> impl Iterator<Item = u8> {
    Counted(n)
}

pub fn both(a: bool, b: Option<u8>) -> u8 {
    if a && let Some(b) = b && b > 1 { b } else { 0 }
}

pub fn halved(a: u8) -> usize {
    a as usize >> 1
}

#[test]
fn all() {
    assert_eq!(pairs("abc").collect::<Vec<_>>(), [('a', 'b'), ('b', 'c')]);
    assert_eq!((ends(&[1, 2]).len(), ends(&[1, 2]).rev().next(), ends(&[7]).clone().count()), (2, Some(&2), 1));
    assert_eq!(bare(2).last(), Some(Bare(1)));
    assert_eq!((early(3).sum::<u8>(), early(10).count()), (3, 1));
    assert_eq!(counted(2).count(), 2);
    assert_eq!((both(true, Some(2)), both(false, Some(2)), both(true, Some(1))), (2, 0, 0));
    assert_eq!(halved(4), 2);
}
"#;

/// Patterns that mutants change, in matches that stand as statements, values, operands and receivers, borrow, move,
/// leave loops, and cover all cases only as they are.
const PATTERNS: &str = r#"//! Patterns.
pub fn month(name: &str) -> Option<u32> {
    Some(match name {
        "jan" => 1,
        "feb" | "february" => 2,
        _ => return None,
    })
}
pub fn both(a: bool, b: bool) -> u8 {
    match (a, b) {
        (true, true) => 3,
        (true, false) => 2,
        (false, true) => 1,
        (false, false) => 0,
    }
}
pub fn grade(n: i8) -> char {
    match n {
        -1 => 'x',
        0..=4 => 'c',
        5..9 => 'b',
        x @ 9 if x > 0 => 'a',
        _ if n < -5 => 'y',
        _ => 'z',
    }
}
pub fn statement(n: u8, out: &mut Vec<u8>) {
    match n {
        1 => out.push(1),
        2 => {
            out.push(2);
            out.push(2);
        }
        _ => {}
    }
    (|| out.push(9))();
}
pub fn receiver(n: u8) -> usize {
    match n { 3 => "three", _ => "" }.len() + match n { 4 => 1, _ => 0 }
}
pub fn borrowed(all: &mut Vec<String>, at: usize) -> &mut str {
    match all.get(at).map(|text| text.as_str()) {
        Some("x") | None => all.push(String::from("new")),
        Some(_) => {}
    }
    let last = all.len() - 1;
    match at {
        0 => &mut all[0],
        _ => &mut all[last],
    }
}
pub fn moved(text: Option<(u8, String)>) -> Result<String, String> {
    match text {
        Some((7, text)) => Ok(text),
        Some((_, text)) => Err(text)?,
        None => Ok(String::new()),
    }
}
pub fn turns(all: &[u8]) -> (u8, u8) {
    let mut sum = 0;
    let mut skipped = 0;
    'all: for n in all {
        match n {
            0 => break 'all,
            1 => {
                skipped += 1;
                continue;
            }
            _ => sum += match n { 8 => 80, 9 => 90, n => *n },
        }
    }
    (sum, skipped)
}
pub fn guarded(n: Option<u8>) -> u8 {
    match n {
        Some(4) => 1,
        _ if n.is_none() => 2,
        Some(_) => 3,
        None => 4,
    }
}
pub const fn fixed(n: u8) -> u8 {
    match n {
        6 => 60,
        _ => 0,
    }
}
pub fn only(n: Option<u8>) -> bool {
    if let Some(5) = n { true } else { false }
}

#[test]
fn all() {
    assert_eq!((month("jan"), month("feb"), month("mar")), (Some(1), Some(2), None));
    assert_eq!([both(true, true), both(true, false), both(false, true), both(false, false)], [3, 2, 1, 0]);
    assert_eq!([grade(-1), grade(0), grade(4), grade(5), grade(9), grade(-9), grade(20)], ['x', 'c', 'c', 'b', 'a', 'y', 'z']);
    let mut out = Vec::new();
    statement(1, &mut out);
    statement(2, &mut out);
    assert_eq!(out, [1, 9, 2, 2, 9]);
    assert_eq!((receiver(3), receiver(4), receiver(5)), (5, 1, 0));
    let mut words = vec![String::from("x"), String::from("y")];
    assert_eq!(borrowed(&mut words, 0), "x");
    assert_eq!(borrowed(&mut words, 1), "new");
    assert_eq!(moved(Some((7, String::from("a")))), Ok(String::from("a")));
    assert_eq!(moved(Some((8, String::from("a")))), Err(String::from("a")));
    assert_eq!(turns(&[1, 2, 8, 0, 9]), (82, 1));
    assert_eq!((guarded(Some(4)), guarded(None), guarded(Some(1))), (1, 2, 3));
    assert_eq!((fixed(6), fixed(7)), (60, 0));
    assert!(only(Some(5)) && !only(Some(6)));
}
"#;

/// Constants that macros and tests name: as arguments, through `super`, in what is filled into texts.
const NAMED: &str = r#"//! Named.
const LIMIT: usize = 3;
const WORD: &str = "word";
const HALF: u32 = 2;
const SHOWN: u8 = 4;
const ONLY_SHOWN: u8 = 5;
const LEVELS: usize = 2;

pub fn told(all: &[u8]) -> String {
    let more = if all.len() > LIMIT { format!("{} of {WORD_COUNT}", LIMIT, WORD_COUNT = all.len()) } else { vec![WORD; LEVELS].concat() };
    assert!(!more.is_empty(), "{more} {}", WORD);
    more
}
pub fn halved(n: u32) -> bool {
    matches!(n / HALF, 1..=3)
}
pub fn shown() -> String {
    format!("{SHOWN}{}{ONLY_SHOWN}", SHOWN + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all() {
        assert_eq!(told(&[0; LIMIT]), "wordword");
        assert_eq!(told(&vec![0; LIMIT + 1]), format!("{} of {}", LIMIT, LIMIT + 1));
        assert_eq!(told(&[]).len(), WORD.len() * super::LEVELS);
        assert_eq!((halved(2), halved(7), halved(8), halved(3) as u32 / super::HALF), (true, true, false, 0));
        assert_eq!(shown(), "455");
    }

    mod further {
        #[test]
        fn out() {
            assert!(super::super::told(&[]).starts_with(super::super::WORD));
        }
    }
}
"#;

/// Constants whose values take calls and loops: tables, blocks, references, structs, statics; some that the compiler does
/// not let anyone compute again, and mutants that it refuses for what the computation does.
const COMPUTED: &str = r#"//! Computed.
use std::time::Duration;

const fn table(poly: u32) -> [u32; 16] {
    let mut all = [0; 16];
    let mut n = 0;
    while n < 16 {
        let mut value = n as u32;
        let mut bit = 0;
        while bit < 4 {
            value = if value & 1 == 1 { value >> 1 ^ poly } else { value >> 1 };
            bit += 1;
        }
        all[n] = value;
        n += 1;
    }
    all
}
const TABLE: [u32; 16] = table(0xb);
pub fn sum(data: &[u8]) -> u32 {
    data.iter().fold(0, |sum, byte| sum >> 4 ^ TABLE[(sum as usize ^ *byte as usize) & 15])
}

/// The program calls it, too, and the constant only up to 5.
const fn triangle(n: u32) -> u32 {
    let mut sum = 0;
    let mut k = 1;
    while k <= n {
        sum += k;
        k += 1;
    }
    if n > 5 { sum + 1 } else { sum }
}
const FIFTEEN: u32 = triangle(5);
const LESS: u32 = triangle(4) - 10;
pub fn both(n: u32) -> (u32, u32, u32) {
    (triangle(n), FIFTEEN, LESS)
}

/// A panic in the program, and none in the constant's way.
const fn late(n: u32) -> u32 {
    if n > 9 { n - 10 } else { n }
}
const FOUR: u32 = late(4);
pub fn both_late(n: u32) -> u32 {
    late(n) + FOUR
}

/// The program may notice what the compiler refuses.
const fn under(n: u32) -> u32 {
    n - 3
}
const NONE: u32 = under(3);
pub fn seen(n: u32) -> u32 {
    under(n)
}
pub fn none() -> u32 {
    NONE
}

#[derive(Clone, Copy)]
struct Range {
    from: u8,
    to: u8,
}
impl Range {
    const fn new(from: u8, len: u8) -> Range {
        Range { from, to: from + len }
    }
    const fn holds(&self, byte: u8) -> bool {
        self.from <= byte && byte < self.to
    }
}
static RANGES: [Range; 2] = [Range::new(b'0', 10), Range::new(b'a', 5 + 1)];
pub fn hex(byte: u8) -> bool {
    RANGES.iter().any(|range| range.holds(byte))
}

pub fn squares<T: Into<usize>>(at: T) -> u32 {
    const SQUARES: [u32; 5] = {
        let mut all = [0; 5];
        let mut n = 0;
        while n < all.len() {
            all[n] = (n * n) as u32;
            n += 1;
        }
        all
    };
    let mut sum = 0;
    for square in &SQUARES[..3] {
        sum += square;
    }
    sum + SQUARES[at.into()]
}

const PAUSE: Duration = Duration::from_millis(2 * 10);
const WORDS: &[&str] = &["one", "two"];
const LETTER: char = upper('a');
const fn upper(letter: char) -> char {
    if letter == 'a' { 'A' } else { letter }
}
pub fn paused() -> (Duration, Duration, u32) {
    let pause = PAUSE;
    let kept: &'static Duration = &PAUSE;
    (pause, *kept, PAUSE.subsec_millis())
}
pub fn words() -> (usize, char) {
    let kept: &'static [&'static str] = WORDS;
    (kept.len() + 2, LETTER)
}

/// No program computes a reference to what it makes.
const ROWS: &[[u32; 2]] = &[pair(3), pair(5 + 1)];
const fn pair(n: u32) -> [u32; 2] {
    [n, n * 2]
}
pub fn row(at: usize) -> u32 {
    ROWS[at].iter().sum()
}
/// Nor gives away what it may not copy.
struct Only(u32);
const ONLY: Only = Only(half(6));
const fn half(n: u32) -> u32 {
    n / 2
}
pub fn only() -> u32 {
    let only = ONLY;
    only.0
}
/// A pattern asks the compiler.
const KEY: u32 = half(6);
pub fn key(n: u32) -> bool {
    match n {
        KEY => true,
        _ => n == KEY + 1,
    }
}
const DEEP: u32 = deep(3);
const fn deep(n: u32) -> u32 {
    if n == 0 { 0 } else { 1 + deep(n - 1) }
}
pub fn depth() -> u32 {
    DEEP
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn sums() {
        assert_eq!(sum(b"12345"), 1);
        assert_eq!(sum(b""), 0);
    }
    #[test]
    fn triangles() {
        assert_eq!(triangle(6), 22);
        assert_eq!(both(3), (6, 15, 0));
    }
    #[test]
    fn lates() {
        assert_eq!((both_late(12), both_late(9), both_late(10)), (6, 13, 4));
    }
    #[test]
    #[should_panic]
    fn a_panic_is_right() {
        seen(2);
    }
    #[test]
    fn seen_alone() {
        assert_eq!(seen(4), 1);
    }
    #[test]
    fn nothing() {
        assert_eq!(none(), 0);
    }
    #[test]
    fn ranges() {
        assert!(hex(b'0') && hex(b'9') && hex(b'f') && !hex(b'g') && !hex(b'/'));
    }
    #[test]
    fn others() {
        assert_eq!((squares(4_usize), squares(1_usize)), (21, 6));
        assert_eq!(paused(), (Duration::from_millis(20), Duration::from_millis(20), 20));
        assert_eq!(words(), (4, 'A'));
        assert_eq!((row(0), row(1)), (9, 18));
        assert_eq!((only(), depth()), (3, 3));
        assert!(key(3) && key(4) && !key(5));
    }
}
"#;

fn package(source: &str) -> Scratch {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.root().join("src")).unwrap();
    let manifest = "[package]\nname = \"tricky\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    scratch.with("Cargo.toml", manifest).with("src/lib.rs", source)
}

#[test]
fn code_that_is_hard_to_switch() {
    check(&package(TRICKY), "src/lib.rs", Selection::default(), 70, 7);
}

#[test]
fn operators_that_cargo_mutants_does_not_have() {
    check(&package(FURTHER), "src/lib.rs", Selection::default(), 100, 8);
}

#[test]
fn values_of_hidden_types() {
    check(&package(HIDDEN), "src/lib.rs", Selection::default(), 30, 3);
}

#[test]
fn changes_of_patterns() {
    let policy = "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n\n[mutation]\noperators = [\"IntLiteral\", \"BoolLiteral\", \"StrLiteral\", \"MatchArm\"]\nkeep = [\"constants\"]\n";
    let operators = [Operator::IntLiteral, Operator::BoolLiteral, Operator::StrLiteral, Operator::MatchArm];
    let selection = Selection::of(&operators).keeping(&[Rule::Constants]);
    check(&package(PATTERNS).with("gates.toml", policy), "src/lib.rs", selection, 40, 1);
}

#[test]
fn constants_that_macros_and_tests_name() {
    check(&package(NAMED), "src/lib.rs", Selection::default(), 15, 3);
}

#[test]
fn constants_that_take_calls_and_loops() {
    check(&package(COMPUTED), "src/lib.rs", Selection::default(), 100, 32);
}

#[test]
fn const_fns_and_constants() {
    check(&Scratch::fixture("const-fn"), "src/lib.rs", Selection::cargo_mutants(), 3, 6);
}

#[test]
fn code_that_only_examples_reach() {
    check(&Scratch::fixture("doctest-kill"), "src/lib.rs", Selection::cargo_mutants(), 2, 0);
}

#[test]
fn code_that_only_child_processes_reach() {
    check(&Scratch::fixture("child-process"), "src/main.rs", Selection::cargo_mutants(), 2, 0);
}

#[test]
fn procedural_macros() {
    check(&Scratch::fixture("proc-macro"), "src/lib.rs", Selection::cargo_mutants(), 6, 6);
}
