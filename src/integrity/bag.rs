//! The words of a piece of code: names and literals, whatever their order and layout. Two pieces that mean the
//! same share their words. Refuses to know what the words mean.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

/// Which names and which literals, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bag {
    /// Names that tell something; see [`is_plain`].
    pub names: BTreeSet<String>,
    /// Literals.
    pub literals: BTreeSet<String>,
}

/// Ends a name that stands for one of several parts of a value.
pub(super) const PART: char = '#';

/// How often each word stands somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Names, plain ones too.
    pub names: BTreeMap<String, u32>,
    /// Literals.
    pub literals: BTreeMap<String, u32>,
}

/// A word.
enum Word {
    Name(String),
    Literal(String),
}

/// Words that hold code together and say nothing of what it is about.
const PLAIN: [&str; 74] = [
    "Err",
    "None",
    "Ok",
    "Self",
    "Some",
    "String",
    "Vec",
    "_",
    "as",
    "as_deref",
    "as_ref",
    "as_str",
    "assert",
    "assert_eq",
    "assert_ne",
    "async",
    "await",
    "bool",
    "break",
    "clone",
    "collect",
    "continue",
    "count",
    "crate",
    "dyn",
    "else",
    "expect",
    "f32",
    "f64",
    "false",
    "fn",
    "for",
    "format",
    "from",
    "i32",
    "i64",
    "if",
    "impl",
    "in",
    "into",
    "is_empty",
    "is_err",
    "is_none",
    "is_ok",
    "is_some",
    "iter",
    "len",
    "let",
    "loop",
    "map",
    "match",
    "matches",
    "move",
    "mut",
    "panic",
    "ref",
    "return",
    "self",
    "static",
    "str",
    "super",
    "to_owned",
    "to_string",
    "true",
    "u32",
    "u64",
    "u8",
    "unwrap",
    "unwrap_err",
    "use",
    "usize",
    "vec",
    "where",
    "while",
];

/// Whether a name tells nothing: a keyword, or what every test is full of.
pub(super) fn is_plain(name: &str) -> bool {
    PLAIN.binary_search(&name).is_ok()
}

impl Bag {
    /// The words of `tokens`; names in `known` stand for what they were bound to.
    pub(super) fn of(tokens: TokenStream, known: &BTreeMap<String, Bag>) -> Bag {
        let mut bag = Bag::default();
        words(tokens, &mut |word| match word {
            Word::Literal(literal) => drop(bag.literals.insert(literal)),
            Word::Name(name) => match known.get(&name) {
                Some(bound) => {
                    bag.names.extend(bound.names.iter().cloned());
                    bag.literals.extend(bound.literals.iter().cloned());
                }
                None if is_plain(&name) => {}
                None => drop(bag.names.insert(name)),
            },
        });
        bag
    }

    /// Without the names of parts.
    #[must_use]
    pub(super) fn whole(mut self) -> Bag {
        self.names.retain(|name| !name.ends_with(PART));
        self
    }

    /// The words of both.
    #[must_use]
    pub(super) fn and(mut self, other: &Bag) -> Bag {
        self.names.extend(other.names.iter().cloned());
        self.literals.extend(other.literals.iter().cloned());
        self
    }

    /// With other names for what was renamed.
    #[must_use]
    pub(super) fn renamed(&self, renames: &BTreeMap<String, String>) -> Bag {
        let names = self.names.iter().map(|name| renames.get(name).unwrap_or(name).clone()).collect();
        Bag { names, literals: self.literals.clone() }
    }

    /// Without the names that `gone` knows.
    #[must_use]
    pub(super) fn without(&self, gone: &BTreeSet<String>) -> Bag {
        Bag { names: self.names.difference(gone).cloned().collect(), literals: self.literals.clone() }
    }

    /// How much alike two are, from 0 to 300: names count twice as much as literals. Two that share no name where
    /// both have some are not alike.
    pub(super) fn likeness(&self, other: &Bag) -> u32 {
        let shared = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
            let (both, all) = (a.intersection(b).count(), a.union(b).count());
            (both * 100).checked_div(all).map_or(100, |part| u32::try_from(part).unwrap_or(0))
        };
        let names = shared(&self.names, &other.names);
        if names == 0 || (self.names.is_empty() && shared(&self.literals, &other.literals) == 0) {
            return 0;
        }
        names * 2 + shared(&self.literals, &other.literals)
    }
}

impl Counts {
    /// How often each word stands in `tokens`.
    pub(super) fn of(tokens: TokenStream) -> Counts {
        let mut counts = Counts::default();
        counts.add(tokens);
        counts
    }

    /// Each once, plain names left out.
    pub(super) fn bag(&self) -> Bag {
        let names = self.names.keys().filter(|name| !is_plain(name)).cloned().collect();
        Bag { names, literals: self.literals.keys().cloned().collect() }
    }

    /// Count those of `tokens`, too.
    pub(super) fn add(&mut self, tokens: TokenStream) {
        words(tokens, &mut |word| match word {
            Word::Name(name) => *self.names.entry(name).or_default() += 1,
            Word::Literal(literal) => *self.literals.entry(literal).or_default() += 1,
        });
    }

    /// Count those of `more`, too.
    pub(super) fn extend(&mut self, more: &Counts) {
        for (mine, theirs) in [(&mut self.names, &more.names), (&mut self.literals, &more.literals)] {
            for (word, count) in theirs {
                *mine.entry(word.clone()).or_default() += count;
            }
        }
    }

    /// How much alike two are, from 0 to 100.
    pub(super) fn likeness(&self, other: &Counts) -> u32 {
        let told = |counts: &Counts| -> BTreeMap<String, u32> {
            let names = counts.names.iter().filter(|(name, _)| !is_plain(name));
            let literals = counts.literals.iter().map(|(literal, count)| (format!("={literal}"), *count));
            names.map(|(name, count)| (name.clone(), *count)).chain(literals).collect()
        };
        let (a, b) = (told(self), told(other));
        let both: u32 = a.iter().map(|(word, count)| (*count).min(b.get(word).copied().unwrap_or(0))).sum();
        let all = a.values().sum::<u32>() + b.values().sum::<u32>() - both;
        (both * 100).checked_div(all).unwrap_or(u32::from(self == other) * 100)
    }
}

/// Every word of `tokens` in order.
fn words(tokens: TokenStream, each: &mut impl FnMut(Word)) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => each(Word::Name(ident.to_string())),
            TokenTree::Literal(literal) => each(Word::Literal(plainly(&literal.to_string()))),
            TokenTree::Group(group) => words(group.stream(), each),
            TokenTree::Punct(_) => {}
        }
    }
}

/// A literal without what changes nothing: `1_000u32` is `1000`, `r#"a"#` is `"a"`.
fn plainly(literal: &str) -> String {
    if literal.starts_with(|first: char| first.is_ascii_digit()) {
        let digits = literal.replace('_', "");
        let suffix = ["usize", "isize", "u128", "i128", "u64", "i64", "u32", "i32", "u16", "i16", "u8", "i8", "f64", "f32"];
        let bare = suffix.iter().find_map(|suffix| digits.strip_suffix(suffix)).filter(|bare| !bare.starts_with("0x"));
        bare.unwrap_or(&digits).to_owned()
    } else {
        literal.trim_start_matches(['r', '#']).trim_end_matches('#').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(text: &str) -> Bag {
        Bag::of(text.parse().unwrap(), &BTreeMap::new())
    }

    #[test]
    fn words_are_told_from_what_holds_them_together() {
        assert!(PLAIN.is_sorted());
        let found = bag("assert_eq!(area(1_000u32).unwrap(), Some(r#\"a\"#))");
        assert_eq!(found.names.into_iter().collect::<Vec<_>>(), ["area"]);
        assert_eq!(found.literals.into_iter().collect::<Vec<_>>(), ["\"a\"", "1000"]);
    }

    #[test]
    fn likeness_needs_a_shared_name() {
        assert_eq!(bag("area(1)").likeness(&bag("perimeter(1)")), 0);
        assert_eq!(bag("area(1)").likeness(&bag("area(1)")), 300);
        assert_eq!(bag("area(1)").likeness(&bag("area(2)")), 200);
        assert_eq!(Counts::of("f(1)".parse().unwrap()).likeness(&Counts::of("f(1) g(2)".parse().unwrap())), 50);
    }
}
