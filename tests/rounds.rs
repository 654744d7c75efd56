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

#[test]
fn one_call_tells_what_the_compiler_refuses() {
    let manifest = "[package]\nname = \"few\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let scratch =
        Scratch::empty().with("Cargo.toml", manifest).with("gates.toml", "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n");
    std::fs::create_dir(scratch.root().join("src")).unwrap();
    let scratch = scratch.with("src/lib.rs", LIBRARY);
    let output = scratch.gate().args(["--format", "json"]).output().unwrap();
    let run: Run = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
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
