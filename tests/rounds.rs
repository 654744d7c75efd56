//! How often the compiler is called before it accepts the instrumented text, where one error hides another.

mod scratch;

use std::collections::BTreeMap;

use cargo_gate::report::json::layout::Run;
use scratch::Scratch;

/// A value that its type cannot be made of stands in one body with another whose type cannot be told, one that a
/// `const fn` may not make, and a loan that a switch ends; assignments that a use needs stand beside each other.
const LIBRARY: &str = "pub struct Few<A>(Vec<A>);

impl<A> Few<A> {
    pub fn none() -> Few<A> {
        Few(Vec::new())
    }

    pub const fn fixed() -> Few<A> {
        Few(Vec::new())
    }

    pub fn make() -> Few<A> {
        Few(Vec::new())
    }
}

impl<A> From<Vec<A>> for Few<A> {
    fn from(all: Vec<A>) -> Few<A> {
        Few(all)
    }
}

impl<A: Clone> Clone for Few<A> {
    fn clone(&self) -> Few<A> {
        Few(self.0.clone())
    }
}

pub struct Name(String);

pub fn last(names: Vec<Name>, with: bool) -> Vec<Name> {
    let mut name = Name(String::new());
    let mut all = names;
    all.push(name);
    if with {
        name = Name(\"a\".to_owned());
        all.push(name);
    }
    name = Name(\"b\".to_owned());
    all.push(name);
    all
}

pub fn rest(names: Vec<String>) -> Name {
    let mut left = names;
    while !left.is_empty() {
        let (later, now): (Vec<String>, Vec<String>) = left.into_iter().partition(|name| name.len() > 1);
        if now.is_empty() {
            break;
        }
        left = later;
    }
    Name(String::new())
}

#[test]
fn some() {
    let few = Few::<u8>::from(vec![1]).clone();
    assert_eq!((few.0.len(), Few::<u8>::none().0.len(), Few::<u8>::fixed().0.len(), Few::<u8>::make().0.len()), (1, 0, 0, 0));
    assert_eq!(last(vec![], true).len(), 3);
    assert_eq!(last(vec![], false).last().unwrap().0, \"b\");
    assert_eq!(rest(vec![String::new()]).0, \"\");
}
";

/// What a gate says of a crate with this library.
fn gated(library: &str) -> Run {
    let manifest = "[package]\nname = \"few\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let scratch =
        Scratch::empty().with("Cargo.toml", manifest).with("gates.toml", "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n");
    std::fs::create_dir(scratch.root().join("src")).unwrap();
    let scratch = scratch.with("src/lib.rs", library);
    scratch.measured(&[])
}

/// Every mutant: its line, what it makes of the code, and what became of it.
fn told(run: &Run) -> Vec<String> {
    let mutants = run.mutants.list.iter();
    mutants.map(|mutant| format!("{} {} {}", mutant.span.line, mutant.replacement, mutant.status)).collect()
}

#[test]
fn one_call_tells_what_the_compiler_refuses() {
    let run = gated(LIBRARY);
    let mut refused: BTreeMap<u32, usize> = BTreeMap::new();
    for mutant in run.mutants.list.iter().filter(|mutant| mutant.status == "CompileError") {
        *refused.entry(mutant.span.line).or_default() += 1;
    }
    let bodies = [(5, 4), (9, 4), (13, 4), (19, 4), (25, 4), (32, 1), (45, 1)];
    let statements = [(36, 1), (39, 1), (49, 1), (51, 1)];
    assert_eq!(refused, bodies.into_iter().chain(statements).collect());
    assert_eq!(run.timings.build_rounds, 2, "one call that is told all, and one that is told nothing");
    assert_eq!(run.timings.rebuilt, 1, "of the jump nothing is told");
}

/// Where a value of any type stands for the result of the second `neg`, the compiler looks for it among floats of floats
/// of floats, gives up, and names no place.
const WITHOUT_A_PLACE: &str = "use std::ops::Neg;

#[derive(Debug, PartialEq)]
pub struct Float<T>(pub T);

impl<'a, T> Neg for &'a Float<T>
where
    &'a T: Neg,
{
    type Output = Float<<&'a T as Neg>::Output>;

    fn neg(self) -> Self::Output {
        Float(-(&self.0))
    }
}

pub fn less(a: u8, b: u8) -> bool {
    a < b
}

#[test]
fn floats() {
    assert_eq!(-&Float(1.5), Float(-1.5));
    assert!(less(1, 2) && !less(2, 2) && !less(3, 2));
}
";

#[test]
fn an_error_without_a_place_costs_the_edit_that_it_comes_of_and_no_other() {
    let run = gated(WITHOUT_A_PLACE);
    let refused = ["13 Default::default() CompileError", "13  CompileError"].map(str::to_owned);
    let killed = ["true", "false", "<=", "!="].map(|change| format!("18 {change} Killed"));
    assert_eq!(told(&run), refused.into_iter().chain(killed).collect::<Vec<_>>());
    assert_eq!(run.timings.rebuilt, 2);
    assert!(run.functions.iter().all(|function| function.coverage.is_some() && function.uncovered.is_empty()), "{:?}", run.functions);
}

/// The type of `a + b` hangs on that of a number that is `i32` because nothing says otherwise; a range is wanted as what
/// it can be made into; variables are declared by a pattern.
const TYPES: &str = "use std::ops::{Add, Mul, Range, Sub};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Big(i64);

macro_rules! by {
    ($number:ty) => {
        impl Mul<$number> for Big {
            type Output = Big;
            fn mul(self, by: $number) -> Big {
                Big(self.0 * i64::from(by))
            }
        }
    };
}
by!(i32);
by!(u8);

impl Add for Big {
    type Output = Big;
    fn add(self, other: Big) -> Big {
        Big(self.0 + other.0)
    }
}

impl Sub for Big {
    type Output = Big;
    fn sub(self, other: Big) -> Big {
        Big(self.0 - other.0)
    }
}

pub fn twice(a: Big, b: Big) -> Big {
    (a + b) * 2 - b
}

pub struct Short(pub u8, pub u8);

impl From<Range<u8>> for Short {
    fn from(range: Range<u8>) -> Short {
        Short(range.start, range.end)
    }
}

pub fn short(from: u8) -> Short {
    let to = from + 2;
    (from..to).into()
}

pub fn ends(is_back: bool) -> (u8, u8) {
    let (first, last);
    if is_back {
        (first, last) = (9, 1);
    } else {
        first = 1;
        last = 9;
    }
    (first, last)
}

#[test]
fn types() {
    assert_eq!(twice(Big(3), Big(4)), Big(10));
    assert_eq!((short(1).0, short(1).1), (1, 3));
    assert_eq!((ends(true), ends(false)), ((9, 1), (1, 9)));
}
";

#[test]
fn a_switch_leaves_types_and_variables_as_they_are() {
    let run = gated(TYPES);
    let told = told(&run);
    let of = |line: u32| {
        let of_line = told.iter().filter_map(|told| told.strip_prefix(&format!("{line} ")));
        of_line.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        of(34),
        "Default::default() CompileError, - Killed, * CompileError, + CompileError, / CompileError, 3 Killed, + Killed, / CompileError"
    );
    assert_eq!(of(46), "Default::default() CompileError, - Killed, * Killed, 3 Killed");
    assert_eq!(of(47), "..= CompileError");
    assert_eq!(
        (of(53), of(55), of(56)),
        ("10 Killed, 2 Killed".into(), "2 Killed".into(), "10 Killed".into()),
        "no assignment is left out"
    );
    assert_eq!((run.timings.build_rounds, run.timings.rebuilt), (3, 1), "the range alone is made for real");
}

/// Without the second `top = ..` the loan of the first lasts into the next turn, where `swap` may not have it. The compiler
/// points at `swap` and at the comparison, and says nothing of the assignment.
const LOANS: &str = "pub struct Heap(Vec<u8>);

impl Heap {
    fn at(&self, place: usize) -> &u8 {
        &self.0[place]
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.0.swap(a, b);
    }

    pub fn sift(&mut self) -> &[u8] {
        let mut here = 0;
        let mut large = here;
        let mut top = self.at(here);
        if self.0.len() > 1 && self.at(1) > top {
            large = 1;
        }
        while large != here {
            self.swap(here, large);
            here = large;
            top = self.at(here);
            if self.0.len() > here + 1 && self.at(here + 1) > top {
                large = here + 1;
            }
        }
        &self.0
    }
}

pub fn slash(text: &[u8]) -> usize {
    let at;
    let mut from = 0;
    loop {
        if text[from] == b'/' && from > 1 {
            at = from;
            break;
        }
        from += 1;
    }
    at
}

#[test]
fn loans() {
    assert_eq!(Heap(vec![1, 3, 2]).sift(), [3, 2, 1]);
    assert_eq!(Heap(vec![3, 1, 2]).sift(), [3, 1, 2]);
    assert_eq!(slash(b\"//a/b\"), 3);
}
";

#[test]
fn who_is_to_blame_is_found_where_the_error_lies_elsewhere() {
    let run = gated(LOANS);
    let refused = told(&run).into_iter().filter(|told| told.ends_with("CompileError"));
    assert_eq!(refused.collect::<Vec<_>>(), ["22  CompileError", "37 continue CompileError"]);
    assert_eq!(run.timings.rebuilt, 2);
    assert!(run.functions.iter().all(|function| function.coverage.is_some() && function.uncovered.is_empty()), "{:?}", run.functions);
}
