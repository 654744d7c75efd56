//! The arguments of the standard library's macros as expressions. Owns which macros are known and how
//! their arguments are read; any other macro has a syntax of its own and is not guessed at.

use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Pat, Path, Token};

/// What a known macro evaluates.
pub enum Arguments {
    /// Nothing that runs: `cfg!`, `line!`, `include_str!`.
    None,
    /// Expressions in source order; `name = value` is an assignment expression, `[value; count]` two.
    Expressions(Vec<Expr>),
    /// `matches!(scrutinee, pattern if guard)`; the guard is part of the pattern.
    Match {
        /// What is matched.
        scrutinee: Box<Expr>,
        /// The pattern, perhaps [`Pat::Guard`].
        pattern: Box<Pat>,
        /// What `assert_matches!` takes besides: a message and its arguments.
        rest: Vec<Expr>,
    },
}

impl Arguments {
    /// All that is evaluated, in source order; of a guarded pattern its guard.
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Arguments::None => Vec::new(),
            Arguments::Expressions(list) => list.iter().collect(),
            Arguments::Match { scrutinee, pattern, rest } => {
                let guard = if let Pat::Guard(guarded) = &**pattern { Some(&*guarded.guard) } else { None };
                std::iter::once(&**scrutinee).chain(guard).chain(rest).collect()
            }
        }
    }
}

const WITH_EXPRESSIONS: [&str; 24] = [
    "addr_of",
    "addr_of_mut",
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
    "format_args",
    "panic",
    "pin",
    "print",
    "println",
    "ready",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

const WITH_A_PATTERN: [&str; 3] = ["assert_matches", "debug_assert_matches", "matches"];

const WITHOUT_CODE: [&str; 13] = [
    "cfg",
    "column",
    "compile_error",
    "concat",
    "env",
    "file",
    "include_bytes",
    "include_str",
    "line",
    "module_path",
    "offset_of",
    "option_env",
    "stringify",
];

/// What `node` evaluates; `None` when it is no macro of the standard library, or its arguments do not
/// read as that macro's.
pub fn arguments(node: &Macro) -> Option<Arguments> {
    let name = std_name(&node.path)?;
    let known = |names: &[&str]| names.contains(&name.as_str());
    let tokens = node.tokens.clone();
    if known(&WITHOUT_CODE) {
        Some(Arguments::None)
    } else if known(&WITH_EXPRESSIONS) {
        expressions.parse2(tokens).ok().map(Arguments::Expressions)
    } else if known(&WITH_A_PATTERN) {
        match_arguments.parse2(tokens).ok()
    } else {
        None
    }
}

/// The macro's own name when its path can mean the standard library: bare, or from its crates.
pub fn std_name(path: &Path) -> Option<String> {
    let (first, last) = (path.segments.first()?, path.segments.last()?);
    let is_std = path.segments.len() == 1 || ["std", "core", "alloc"].iter().any(|name| first.ident == name);
    is_std.then(|| last.ident.to_string())
}

fn expressions(input: ParseStream) -> syn::Result<Vec<Expr>> {
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let first: Expr = input.parse()?;
    if input.parse::<Option<Token![;]>>()?.is_some() {
        return Ok(vec![first, input.parse()?]);
    }
    Ok(std::iter::once(first).chain(further(input)?).collect())
}

/// What follows a first argument: nothing, or a comma and further ones.
fn further(input: ParseStream) -> syn::Result<Vec<Expr>> {
    if input.is_empty() {
        return Ok(Vec::new());
    }
    input.parse::<Token![,]>()?;
    let list = Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
    Ok(list.into_iter().collect())
}

fn match_arguments(input: ParseStream) -> syn::Result<Arguments> {
    let scrutinee = input.parse()?;
    input.parse::<Token![,]>()?;
    let pattern = Box::new(guarded_pattern(input)?);
    Ok(Arguments::Match { scrutinee, pattern, rest: further(input)? })
}

fn guarded_pattern(input: ParseStream) -> syn::Result<Pat> {
    let pat = Pat::parse_multi_with_leading_vert(input)?;
    if !input.peek(Token![if]) {
        return Ok(pat);
    }
    let (if_token, guard) = (input.parse()?, input.parse()?);
    Ok(Pat::Guard(syn::PatGuard { attrs: Vec::new(), pat: Box::new(pat), if_token, guard }))
}
