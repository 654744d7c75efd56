//! The table `[mutation]`: which operators, which of the rules that leave mutants out are switched off,
//! which files have no mutants, and which tests judge none.

use toml::de::DeValue;

use super::keys::Table;
use super::reader::{Key, Reader, Value};
use super::{Mutation, Operators, glob};
use crate::mutate::{Operator, RULES, Rule};
use crate::nearest::nearest;

const SETS: [(&str, Operators); 3] = [("default", Operators::Default), ("cargo-mutants", Operators::CargoMutants), ("all", Operators::All)];

const EXCLUDE: &str = "write globs of files, such as `exclude = [\"src/generated/**\"]`";
const SKIP_TESTS: &str = "write globs of tests as reports name them, such as `skip-tests = [\"end_to_end::*\"]`";

impl Reader<'_> {
    /// What the table under `key` says.
    pub(super) fn mutation(&mut self, key: &Key<'_>, value: &Value<'_>) -> Mutation {
        let mut mutation = Mutation::default();
        for (key, value) in self.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "operators" => mutation.operators = self.operators(value),
                "keep" => mutation.keep = self.keep(value),
                "exclude" => mutation.exclude = self.globs("exclude", value, EXCLUDE),
                "skip-tests" => mutation.skip_tests = self.globs("skip-tests", value, SKIP_TESTS),
                _ => self.unknown_key(Table::Mutation, key),
            }
        }
        mutation
    }

    fn operators(&mut self, value: &Value<'_>) -> Operators {
        match value.get_ref() {
            DeValue::String(name) => match SETS.iter().find(|set| set.0 == name) {
                Some((_, set)) => return set.clone(),
                None => self.unknown_set(name, value),
            },
            DeValue::Array(array) if array.is_empty() => {
                let help = "name an operator, or write `operators = \"default\"`";
                self.problem(value.span(), "no operator is named", "without operators there are no mutants", help);
            }
            DeValue::Array(_) => {
                let names: Vec<&'static str> = Operator::all().map(Operator::name).collect();
                return Operators::List(self.names("operators", "operator", value, &names, Operator::named));
            }
            _ => self.wrong_type("operators", "a string or an array", value, "write `operators = \"default\"`"),
        }
        Operators::Default
    }

    fn unknown_set(&mut self, name: &str, value: &Value<'_>) {
        let help = match (nearest(name, &SETS.map(|set| set.0)), Operator::named(name)) {
            (_, Some(_)) => format!("write `operators = [\"{name}\"]`"),
            (Some(near), None) => format!("did you mean `{near}`?"),
            (None, None) => "write `default`, `cargo-mutants`, `all` or a list of operators".to_owned(),
        };
        self.problem(value.span(), &format!("unknown operator set `{}`", name.escape_debug()), "no such set", &help);
    }

    fn keep(&mut self, value: &Value<'_>) -> Vec<Rule> {
        self.names("keep", "rule", value, &RULES.map(|about| about.name), Rule::named)
    }

    /// An array of names of one kind.
    fn names<T>(&mut self, key: &str, kind: &str, value: &Value<'_>, known: &[&'static str], named: fn(&str) -> Option<T>) -> Vec<T> {
        let help = format!("write an array of names, such as `{key} = [\"{}\"]`", known.first().unwrap_or(&""));
        let mut found = Vec::new();
        for (name, span) in self.strings(key, value, &help) {
            if let Some(one) = named(&name) {
                found.push(one);
                continue;
            }
            let near = nearest(&name, known);
            let help = near.map_or(format!("known are: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.problem(span, &format!("unknown {kind} `{}`", name.escape_debug()), &format!("no such {kind}"), &help);
        }
        found
    }

    /// The globs of an array.
    pub(super) fn globs(&mut self, key: &str, value: &Value<'_>, help: &str) -> Vec<String> {
        let globs = self.strings(key, value, help);
        for (text, span) in &globs {
            if let Err(error) = glob(text) {
                self.problem(span.clone(), &format!("not a glob: {}", error.kind()), "", help);
            }
        }
        globs.into_iter().map(|(glob, _)| glob).collect()
    }

    /// The strings of an array with their places.
    pub(super) fn strings(&mut self, key: &str, value: &Value<'_>, help: &str) -> Vec<(String, std::ops::Range<usize>)> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, "an array of strings", value, help);
            return Vec::new();
        };
        for element in array.iter().filter(|element| !element.get_ref().is_str()) {
            self.wrong_type(key, "an array of strings", element, help);
        }
        array.iter().filter_map(|element| Some((element.get_ref().as_str()?.to_owned(), element.span()))).collect()
    }
}
