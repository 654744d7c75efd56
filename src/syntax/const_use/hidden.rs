//! Names that stand where no parser sees what they are: the arguments of macros, documentation examples.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, Macro, Meta};

/// Names that may stand in a const context.
#[derive(Clone, Debug)]
pub(super) enum Hidden {
    /// These.
    Names(BTreeSet<String>),
    /// Any: there is text that cannot be read here.
    Anything,
}

impl Default for Hidden {
    fn default() -> Hidden {
        Hidden::Names(BTreeSet::new())
    }
}

/// Macros of the standard library whose arguments are expressions: one of these has no const context of its own.
const RUN_TIME: [&str; 17] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprintln",
    "format",
    "matches",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "write",
    "writeln",
];

impl Hidden {
    pub(super) fn add(&mut self, other: Hidden) {
        match (self, other) {
            (Hidden::Names(names), Hidden::Names(more)) => names.extend(more),
            (this, Hidden::Anything) => *this = Hidden::Anything,
            (Hidden::Anything, Hidden::Names(_)) => {}
        }
    }

    /// In a const context all arguments are.
    pub(super) fn add_macro(&mut self, call: &Macro, in_context: bool) {
        let is_run_time = call.path.get_ident().is_some_and(|name| RUN_TIME.iter().any(|known| name == known));
        if in_context || !is_run_time || may_hold_const_context(&call.tokens) {
            self.add(Hidden::Names(identifiers(&call.tokens)));
        }
    }
}

/// The documentation of one item, as far as it was read.
#[derive(Default)]
pub(super) struct Documentation {
    text: String,
    last_line: usize,
}

impl Documentation {
    /// Read one more attribute. Gives what the text before it hides, when another item's begins here.
    pub(super) fn add(&mut self, attribute: &Attribute) -> Hidden {
        let Meta::NameValue(documentation) = &attribute.meta else { return Hidden::default() };
        if !documentation.path.is_ident("doc") {
            return Hidden::default();
        }
        let (first, last) = (attribute.span().start().line, attribute.span().end().line);
        let before = if first == self.last_line + 1 { Hidden::default() } else { self.end() };
        self.last_line = last;
        match &documentation.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                self.text.push_str(&text.value());
                self.text.push('\n');
                before
            }
            // The text of another file.
            _ => Hidden::Anything,
        }
    }

    /// What the text hides: all its words when an example in it may have a const context. Which lines of it
    /// are examples is rustdoc's business.
    pub(super) fn end(&mut self) -> Hidden {
        let text = std::mem::take(&mut self.text);
        let words = || text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
        let has_array = text.lines().any(|line| line.split_once('[').is_some_and(|(_, rest)| rest.contains(';')));
        let has_context = has_array || text.contains("::<") || words().any(|word| word == "const" || word == "static");
        Hidden::Names(if has_context { words().map(str::to_owned).collect() } else { BTreeSet::new() })
    }
}

fn may_hold_const_context(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "const" || word == "static",
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => may_hold_const_context(&group.stream()),
        TokenTree::Literal(_) => false,
    })
}

fn identifiers(tokens: &TokenStream) -> BTreeSet<String> {
    let of = |token| match token {
        TokenTree::Ident(word) => BTreeSet::from([word.to_string()]),
        TokenTree::Group(group) => identifiers(&group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => BTreeSet::new(),
    };
    tokens.clone().into_iter().flat_map(of).collect()
}
