//! How code is named for people: `module::<impl Trait for Type>::function`, and tokens printed with the
//! spacing a person would use.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The path of enclosing modules, traits, impls and functions, joined by `::`.
#[derive(Clone, Debug, Default)]
pub struct Namespace(String);

impl Namespace {
    /// The namespace of `name` inside this one.
    #[must_use]
    pub fn child(&self, name: &str) -> Namespace {
        if self.0.is_empty() { Namespace(name.to_owned()) } else { Namespace(format!("{}::{name}", self.0)) }
    }

    /// The namespace of an `impl` block: `Type`, or `<impl Trait for Type>`.
    #[must_use]
    pub fn of_impl(&self, item: &syn::ItemImpl) -> Namespace {
        let self_type = pretty(&item.self_ty);
        match &item.trait_ {
            Some((path, _)) => self.child(&format!("<impl {} for {self_type}>", pretty(path))),
            None => self.child(&self_type),
        }
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tokens as a person would write them on one line: `Option<&'a str>`, `Ok((0, 1))`, `a == b`.
pub fn pretty(node: &impl ToTokens) -> String {
    let mut out = String::new();
    write_tokens(node.to_token_stream(), &mut out);
    out
}

fn write_tokens(tokens: TokenStream, out: &mut String) {
    let mut previous = Last::Open;
    for token in tokens {
        let next = Last::of(&token);
        if previous.wants_space_before(next) {
            out.push(' ');
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = delimiters(group.delimiter());
                out.push_str(open);
                write_tokens(group.stream(), out);
                out.push_str(close);
            }
            other => out.push_str(&other.to_string()),
        }
        previous = next;
    }
}

fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// What was written last, as far as spacing cares.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// Nothing yet.
    Open,
    /// An identifier, a literal or a lifetime's name.
    Word,
    /// A delimited group.
    Group,
    /// A punctuation character, and whether the next one belongs to the same operator.
    Punct(char, bool),
}

impl Last {
    fn of(token: &TokenTree) -> Last {
        match token {
            TokenTree::Group(_) => Last::Group,
            TokenTree::Ident(_) | TokenTree::Literal(_) => Last::Word,
            TokenTree::Punct(punct) => Last::Punct(punct.as_char(), punct.spacing() == Spacing::Joint),
        }
    }

    fn wants_space_before(self, next: Last) -> bool {
        match (self, next) {
            (Last::Word | Last::Group, Last::Word) => true,
            (Last::Punct(left, false), Last::Word | Last::Group) => !"<&:.!'*#?-".contains(left),
            (Last::Punct(left, false), Last::Punct(..)) => ",;=".contains(left),
            (Last::Word | Last::Group, Last::Punct(right, _)) => "=-|+".contains(right),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_spaced_as_people_write_them() {
        let cases = [
            "Option<&'a str>",
            "Ok((0, 1))",
            "vec![String::new(), \"xyzzy\".into()]",
            "<impl Iterator for Trees<A, B>>::next",
            "Box::leak(Box::new(Default::default()))",
            "Some(-1)",
            "&[u8]",
        ];
        for case in cases {
            let tokens: TokenStream = case.parse().unwrap();
            assert_eq!(pretty(&tokens), case);
        }
    }
}
