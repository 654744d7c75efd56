//! What a test asserts with the functions it calls: assertions moved into a function are still assertions.
//! Owns how a call is followed; refuses to judge.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::assertion::{Assertion, Strength, asserts_by_name};
use super::bag::{Bag, Counts};
use super::body::{Call, Facts, facts};
use super::census::{Census, File, TableKind, Test};

/// One side with what is counted of it.
pub(super) struct Side<'a, 't> {
    /// Its changed files.
    pub files: &'a [&'a File<'t>],
    /// What is in them.
    pub census: &'a Census,
    /// The constants of its tests, by name.
    pub constants: BTreeMap<String, Bag>,
    /// The rest of the head; what did not change is the same on both sides.
    pub others: &'a Others<'a>,
}

/// The functions of the files that did not change, read when first needed.
pub(super) struct Others<'a> {
    load: &'a dyn Fn() -> Vec<(Utf8PathBuf, String)>,
    texts: OnceCell<Vec<(Utf8PathBuf, String)>>,
    facts: OnceCell<BTreeMap<String, Facts>>,
}

impl<'a> Others<'a> {
    /// Those that `load` reads.
    pub(super) fn new(load: &'a dyn Fn() -> Vec<(Utf8PathBuf, String)>) -> Others<'a> {
        Others { load, texts: OnceCell::new(), facts: OnceCell::new() }
    }

    /// The files.
    pub(super) fn texts(&self) -> &[(Utf8PathBuf, String)] {
        self.texts.get_or_init(self.load)
    }

    /// What a function of that name does, if it asserts anything.
    fn function(&self, name: &str) -> Option<&Facts> {
        let load = || {
            let mut found = BTreeMap::new();
            for (path, text) in self.texts().iter().filter(|(_, text)| text.contains("assert") || text.contains("panic!")) {
                let Ok(file) = File::of(path, text) else { continue };
                let census = Census::of(&[&file]);
                let known = constants(&census);
                for function in census.functions {
                    let facts = facts(&file, &function.block, &known);
                    if !facts.assertions.is_empty() || facts.survives > 0 || facts.calls.iter().any(|call| asserts_by_name(&call.name)) {
                        found.entry(function.name).or_insert(facts);
                    }
                }
            }
            found
        };
        self.facts.get_or_init(load).get(name)
    }
}

/// How deep calls are followed.
const DEPTH: u32 = 4;

impl<'a, 't> Side<'a, 't> {
    /// A side.
    pub(super) fn new(files: &'a [&'a File<'t>], census: &'a Census, others: &'a Others<'a>) -> Side<'a, 't> {
        Side { files, census, constants: constants(census), others }
    }

    /// The facts of a test, with the assertions of all that it calls.
    pub(super) fn facts(&self, test: &Test) -> Facts {
        let mut found = facts(self.files[test.file], &test.block, &self.constants);
        let calls = found.calls.clone();
        for call in &calls {
            self.follow(call, test.file, DEPTH, &mut found);
        }
        found
    }

    /// Add to `found` what the function behind `call` does.
    fn follow(&self, call: &Call, file: usize, depth: u32, found: &mut Facts) {
        if call.is_macro {
            found.assertions.extend(self.asserts(&call.name).then(|| assumed(call)));
            return;
        }
        let functions = self.census.functions.iter().filter(|function| function.name == call.name);
        // A function beside the test is meant rather than one of the same name elsewhere.
        let Some(function) = functions.max_by_key(|function| (function.file == file, function.is_test_code)) else {
            self.follow_elsewhere(call, found);
            return;
        };
        let inner = facts(self.files[function.file], &function.block, &self.constants);
        adopt(call, &inner, found);
        if depth > 0 && function.is_test_code {
            for deeper in &inner.calls {
                let is_conditional = call.is_conditional || deeper.is_conditional;
                let here = Call { bag: deeper.bag.clone().and(&call.bag), span: call.span, is_conditional, ..deeper.clone() };
                self.follow(&here, function.file, depth - 1, found);
            }
        }
    }

    fn follow_elsewhere(&self, call: &Call, found: &mut Facts) {
        match self.others.function(&call.name) {
            Some(facts) => adopt(call, facts, found),
            None => found.assertions.extend(asserts_by_name(&call.name).then(|| assumed(call))),
        }
    }

    /// Whether a macro of the tests asserts something.
    fn asserts(&self, name: &str) -> bool {
        let mut tables = self.census.tables.iter().filter(|table| table.kind == TableKind::Definition && table.name == name);
        tables.any(|table| table.words.names.keys().any(|word| asserts_by_name(word) || word == "panic"))
    }

    /// The words of a test with those of the functions, constants and macros of test code that it names.
    pub(super) fn words(&self, own: &Counts) -> Counts {
        let mut words = own.clone();
        let mut named: Vec<&str> = Vec::new();
        for _ in 0..DEPTH {
            let functions =
                self.census.functions.iter().filter(|function| function.is_test_code).map(|one| (one.name.as_str(), &one.words));
            let tables = self.census.tables.iter().filter(|table| table.is_test_code && table.kind != TableKind::Use);
            let found: Vec<_> = functions
                .chain(tables.map(|one| (one.name.as_str(), &one.words)))
                .filter(|(name, _)| words.names.contains_key(*name) && !named.contains(name))
                .collect();
            for (name, more) in found {
                named.push(name);
                words.extend(more);
            }
        }
        words
    }
}

/// The words behind the constants of test code.
pub(super) fn constants(census: &Census) -> BTreeMap<String, Bag> {
    let tables = census.tables.iter().filter(|table| table.is_test_code && table.kind == TableKind::Constant);
    tables.map(|table| (table.name.clone(), table.words.bag())).collect()
}

/// What a call of something that asserts by its name is taken for.
fn assumed(call: &Call) -> Assertion {
    Assertion {
        strength: Strength::Exact,
        bag: call.bag.clone(),
        shown: call.name.clone(),
        text: call.name.clone(),
        via: vec![call.bag.clone()],
        span: call.span,
        is_conditional: call.is_conditional,
        is_circular: false,
    }
}

/// What `facts` asserts is asserted by `call` with its arguments.
fn adopt(call: &Call, facts: &Facts, found: &mut Facts) {
    for one in &facts.assertions {
        let is_conditional = one.is_conditional || call.is_conditional;
        found.assertions.push(Assertion { is_conditional, ..one.called(&call.bag, call.span) });
    }
    found.survives += facts.survives;
    found.exits.extend(facts.exits.iter().map(|_| call.span));
    found.catches.extend(facts.catches.iter().map(|_| call.span));
}
