//! What the standard library's macros are given: expressions, which the program evaluates once. Refuses to know macros
//! of others.

use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

/// Macros whose arguments are expressions between commas.
const LISTS: [&str; 18] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "write",
    "writeln",
];

/// The expressions among the arguments of a macro of the standard library, `name = value` as an assignment. Nothing
/// where they cannot be read.
pub fn macro_arguments(mac: &Macro) -> Vec<Expr> {
    let Some(name) = mac.path.get_ident() else { return Vec::new() };
    let read = |parser: fn(ParseStream<'_>) -> syn::Result<Vec<Expr>>| parser.parse2(mac.tokens.clone()).unwrap_or_default();
    match name.to_string().as_str() {
        "vec" => read(repeated_or_list),
        "matches" => read(first),
        name if LISTS.contains(&name) => read(list),
        _ => Vec::new(),
    }
}

fn list(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    Ok(Punctuated::<Expr, Token![,]>::parse_terminated(input)?.into_iter().collect())
}

/// `a; n` is evaluated by the program, too, unlike that of an array.
fn repeated_or_list(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let first: Expr = input.parse()?;
    if input.parse::<Option<Token![;]>>()?.is_some() {
        return Ok(vec![first, input.parse()?]);
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(std::iter::once(first).chain(list(input)?).collect())
}

/// What is matched; the pattern is none.
fn first(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    let first = input.parse()?;
    input.parse::<proc_macro2::TokenStream>()?;
    Ok(vec![first])
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    #[test]
    fn arguments_are_those_that_the_program_evaluates() {
        let read = |source: &str| {
            let arguments = macro_arguments(&syn::parse_str(source).unwrap());
            arguments.iter().map(|argument| argument.to_token_stream().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(read("assert_eq!(a, b + 1, \"{c}\", c = d,)"), ["a", "b + 1", "\"{c}\"", "c = d"]);
        assert_eq!(read("vec![a; b]"), ["a", "b"]);
        assert_eq!((read("vec![]"), read("vec![a]"), read("vec![a, b,]")), (vec![], vec!["a".to_owned()], vec!["a".into(), "b".into()]));
        assert_eq!(read("matches!(a, B | C if d)"), ["a"]);
        assert_eq!(read("other!(a)"), Vec::<String>::new());
        assert_eq!(read("std::format!(a)"), Vec::<String>::new());
        assert_eq!(read("format!(a => b)"), Vec::<String>::new());
    }
}
