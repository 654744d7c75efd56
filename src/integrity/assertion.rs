//! What one assertion says, and how much that is. Owns the ladder of strengths; refuses to know where the
//! assertion stands.
//!
//! | strength | example |
//! |---|---|
//! | `Exact` | `assert_eq!(f(2), Ok(4))`, `assert!(f(2) == Ok(4))`, `assert!(is_prime(7))`, a snapshot |
//! | `Pattern` | `assert!(matches!(f(2), Err(Error::Parse(_))))` |
//! | `Extent` | `assert_eq!(list.len(), 3)`, `assert!(list.is_empty())` |
//! | `Relation` | `assert_ne!(f(2), 5)`, `assert!(f(2) > 0)`, `assert!(text.contains("a"))`, `a \|\| b` |
//! | `Shape` | `assert!(f(2).is_ok())`, `assert!(matches!(f(2), Ok(_)))` |
//! | `Trivial` | `assert!(true)`, `assert_eq!(1, 1)`, `assert_eq!(x, x)` |

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{BinOp, Expr, ExprMethodCall, Lit, Macro, Pat, Token, UnOp};

use super::bag::Bag;
use crate::syntax::{Span, pretty};

/// How much an assertion says, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It holds whatever the code does.
    Trivial,
    /// Which variant a value is, not what it holds.
    Shape,
    /// That a value is in some relation to another.
    Relation,
    /// How many there are.
    Extent,
    /// That a value matches a pattern with holes.
    Pattern,
    /// What a value is.
    Exact,
}

/// An assertion.
#[derive(Clone, Debug)]
pub(super) struct Assertion {
    /// How much it says.
    pub strength: Strength,
    /// Its words, local names replaced by what they were bound to.
    pub bag: Bag,
    /// How it is written, for people.
    pub shown: String,
    /// Its arguments, whatever the layout and the macro.
    pub text: String,
    /// The words of the calls that lead to it, one after the other.
    pub via: Vec<Bag>,
    /// Where it is.
    pub span: Span,
    /// Whether a test can pass without coming here.
    pub is_conditional: bool,
    /// Whether both sides are made of the same words.
    pub is_circular: bool,
}

impl Assertion {
    /// The same as it is made by a call with `arguments` at `span`.
    #[must_use]
    pub(super) fn called(&self, arguments: &Bag, span: Span) -> Assertion {
        let via = self.via.iter().chain([arguments]).cloned().collect();
        Assertion { bag: self.bag.clone().and(arguments), via, span, ..self.clone() }
    }
}

type Known = BTreeMap<String, Bag>;

/// Whether a macro or a function of that name asserts something, going by its name.
pub(super) fn asserts_by_name(name: &str) -> bool {
    const WORDS: [&str; 12] =
        ["assert", "check", "ensure", "expect", "must", "prop_assert", "quickcheck", "require", "should", "snapshot", "verify", "insta"];
    WORDS.iter().any(|word| name.starts_with(word)) || name.ends_with("_eq") || name.contains("assert")
}

/// What a macro asserts; several where it joins conditions by `&&`. `None` when it is no assertion.
pub(super) fn of_macro(mac: &Macro, span: Span, known: &Known) -> Option<Vec<Assertion>> {
    let name = mac.path.segments.last()?.ident.to_string();
    if matches!(name.as_str(), "panic" | "unreachable" | "todo" | "unimplemented") || !asserts_by_name(&name) {
        return None;
    }
    let arguments = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
    let arguments: Vec<Expr> = arguments.map(|list| list.into_iter().collect()).unwrap_or_default();
    let bare = name.trim_start_matches("debug_").trim_start_matches("prop_");
    let made = match (bare, arguments.as_slice()) {
        ("assert", [condition, ..]) => of_condition(condition, known),
        ("assert_eq" | "assert_ne", [left, right, ..]) => vec![of_sides(left, right, bare == "assert_eq", known)],
        ("assert_matches", _) => of_pattern(mac, known).into_iter().collect(),
        _ => vec![(Strength::Exact, Bag::of(mac.tokens.clone(), known), false)],
    };
    let (shown, text) = (pretty(mac), pretty(&mac.tokens));
    let assertion = |(strength, bag, is_circular): Made| Assertion {
        strength,
        bag: bag.whole(),
        shown: shown.clone(),
        text: text.clone(),
        via: Vec::new(),
        span,
        is_conditional: false,
        is_circular,
    };
    Some(made.into_iter().map(assertion).collect())
}

type Made = (Strength, Bag, bool);

fn bag(node: &impl ToTokens, known: &Known) -> Bag {
    Bag::of(node.to_token_stream(), known)
}

fn of_condition(condition: &Expr, known: &Known) -> Vec<Made> {
    match condition {
        Expr::Paren(syn::ExprParen { expr, .. }) | Expr::Group(syn::ExprGroup { expr, .. }) => of_condition(expr, known),
        Expr::Binary(binary) => of_binary(binary, known),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => of_condition(&unary.expr, known).into_iter().map(negated).collect(),
        Expr::Macro(inner) if inner.mac.path.is_ident("matches") => of_pattern(&inner.mac, known).into_iter().collect(),
        Expr::MethodCall(call) => {
            let mut bag = bag(condition, known);
            // The same as `len() == 0`.
            bag.literals.extend((call.method == "is_empty").then(|| "0".to_owned()));
            vec![(of_look(call), bag, false)]
        }
        _ => {
            let bag = bag(condition, known);
            let strength = if is_constant(condition) { Strength::Trivial } else { Strength::Exact };
            vec![(strength, bag, false)]
        }
    }
}

fn of_binary(binary: &syn::ExprBinary, known: &Known) -> Vec<Made> {
    match binary.op {
        BinOp::And(_) => [of_condition(&binary.left, known), of_condition(&binary.right, known)].concat(),
        BinOp::Eq(_) => vec![of_sides(&binary.left, &binary.right, true, known)],
        BinOp::Ne(_) => vec![of_sides(&binary.left, &binary.right, false, known)],
        BinOp::Or(_) => vec![(of_either(binary, known), bag(binary, known), false)],
        _ => vec![(relation(binary), bag(binary, known), false)],
    }
}

/// What is only known not to be so is known less; that something is not false is known as well.
fn negated((strength, mut bag, is_circular): Made) -> Made {
    bag.literals.insert("!".to_owned());
    let strength = match strength {
        Strength::Pattern | Strength::Extent => Strength::Relation,
        Strength::Exact if bag.literals.len() > 1 && bag.names.is_empty() => Strength::Relation,
        other => other,
    };
    (strength, bag, is_circular)
}

/// `a || true` says nothing; `a || b` less than either.
fn of_either(binary: &syn::ExprBinary, known: &Known) -> Strength {
    let is_trivial = |side: &Expr| is_true(side) || of_condition(side, known).iter().any(|(strength, ..)| *strength == Strength::Trivial);
    if is_trivial(&binary.left) || is_trivial(&binary.right) || are_opposites(binary) { Strength::Trivial } else { Strength::Relation }
}

/// `a || !a`
fn are_opposites(binary: &syn::ExprBinary) -> bool {
    let text = |expr: &Expr| expr.to_token_stream().to_string();
    let inner = |expr: &Expr| match expr {
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => Some(text(&unary.expr)),
        _ => None,
    };
    inner(&binary.right) == Some(text(&binary.left)) || inner(&binary.left) == Some(text(&binary.right))
}

/// `x.len() >= 0` says nothing.
fn relation(binary: &syn::ExprBinary) -> Strength {
    let says_nothing = match binary.op {
        BinOp::Ge(_) => is_zero(&binary.right) && is_size(&binary.left),
        BinOp::Le(_) => is_zero(&binary.left) && is_size(&binary.right),
        _ => false,
    };
    if says_nothing || (is_constant(&binary.left) && is_constant(&binary.right)) { Strength::Trivial } else { Strength::Relation }
}

fn of_look(call: &ExprMethodCall) -> Strength {
    match call.method.to_string().as_str() {
        "is_ok" | "is_err" | "is_some" => Strength::Shape,
        "is_empty" => Strength::Extent,
        "contains" | "starts_with" | "ends_with" | "contains_key" => Strength::Relation,
        _ => Strength::Exact,
    }
}

/// Two sides that are, or are not, the same.
fn of_sides(left: &Expr, right: &Expr, are_same: bool, known: &Known) -> Made {
    if let Some(made) = of_bool(left, right, are_same, known).or_else(|| of_bool(right, left, are_same, known)) {
        return made;
    }
    let (of_left, of_right) = (bag(left, known), bag(right, known));
    let is_circular = are_same && of_left == of_right && !of_left.names.is_empty();
    (strength_of_sides(left, right, are_same), of_left.and(&of_right), is_circular)
}

fn strength_of_sides(left: &Expr, right: &Expr, are_same: bool) -> Strength {
    let is_same_text = left.to_token_stream().to_string() == right.to_token_stream().to_string();
    if is_same_text || (is_constant(left) && is_constant(right)) {
        Strength::Trivial
    } else if !are_same {
        Strength::Relation
    } else if is_size(left) || is_size(right) {
        Strength::Extent
    } else {
        Strength::Exact
    }
}

/// `condition == true` is the condition.
fn of_bool(value: &Expr, condition: &Expr, are_same: bool, known: &Known) -> Option<Made> {
    let Expr::Lit(lit) = value else { return None };
    let Lit::Bool(bool) = &lit.lit else { return None };
    if is_constant(condition) {
        return None;
    }
    let mut made = of_condition(condition, known);
    let one = made.pop().filter(|_| made.is_empty())?;
    Some(if bool.value == are_same { one } else { negated(one) })
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(lit) if matches!(&lit.lit, Lit::Int(int) if int.base10_digits() == "0"))
}

fn is_size(expr: &Expr) -> bool {
    matches!(expr, Expr::MethodCall(call) if call.method == "len" || call.method == "count")
}

/// `matches!(value, pattern)`
fn of_pattern(mac: &Macro, known: &Known) -> Option<Made> {
    let parse = |input: syn::parse::ParseStream<'_>| {
        let _: Expr = input.parse()?;
        let _: Token![,] = input.parse()?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let rest: proc_macro2::TokenStream = input.parse()?;
        Ok((pattern, rest.to_string().starts_with("if")))
    };
    let (pattern, has_guard) = mac.parse_body_with(parse).ok()?;
    let text = pattern.to_token_stream().to_string();
    let is_whole = !text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "_") && !text.contains("..");
    let only_shape = matches!(text.replace(' ', "").as_str(), "Ok(_)" | "Err(_)" | "Some(_)" | "Ok(..)" | "Err(..)" | "Some(..)");
    let strength = match (&pattern, is_whole || has_guard, only_shape) {
        (Pat::Wild(_), false, _) => Strength::Trivial,
        (_, _, true) if !has_guard => Strength::Shape,
        (_, true, _) => Strength::Exact,
        _ => Strength::Pattern,
    };
    Some((strength, Bag::of(mac.tokens.clone(), known), false))
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(lit) if matches!(&lit.lit, Lit::Bool(bool) if bool.value))
}

/// Whether an expression is made of literals alone.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) => true,
        Expr::Paren(inner) => is_constant(&inner.expr),
        Expr::Reference(inner) => is_constant(&inner.expr),
        Expr::Unary(unary) => is_constant(&unary.expr),
        Expr::Binary(binary) => is_constant(&binary.left) && is_constant(&binary.right),
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_constant),
        Expr::Array(array) => array.elems.iter().all(is_constant),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strengths(text: &str) -> Vec<Strength> {
        let mac: Macro = syn::parse_str(text).unwrap();
        of_macro(&mac, Span::default(), &Known::new()).unwrap().into_iter().map(|one| one.strength).collect()
    }

    #[test]
    fn how_much_an_assertion_says() {
        use Strength::{Exact, Extent, Pattern, Relation, Shape, Trivial};
        let cases: &[(&str, &[Strength])] = &[
            ("assert_eq!(f(2), Ok(4))", &[Exact]),
            ("assert!((true))", &[Trivial]),
            ("assert_eq!((1, &[-2]), (1, &[-(1 + 1)]))", &[Trivial]),
            ("assert_eq!((1, &[-2]), (1, &[-(1 + f())]))", &[Exact]),
            ("assert!((f(2).is_empty()))", &[Extent]),
            ("assert!(f(2) == 4 && g(1) != 2, \"message\")", &[Exact, Relation]),
            ("assert!(is_prime(7))", &[Exact]),
            ("assert!(!is_prime(8))", &[Exact]),
            ("assert_eq!(is_prime(8), false)", &[Exact]),
            ("assert!(f(2).is_ok())", &[Shape]),
            ("assert_eq!(f(2).is_ok(), true)", &[Shape]),
            ("assert!(matches!(f(2), Ok(_)))", &[Shape]),
            ("assert!(matches!(f(2), Err(Error::Parse(_))))", &[Pattern]),
            ("assert!(matches!(f(2), Err(Error::Empty)))", &[Exact]),
            ("assert_matches!(f(2), Err(Error::Parse { .. }))", &[Pattern]),
            ("assert!(list.is_empty())", &[Extent]),
            ("assert!(!list.is_empty())", &[Relation]),
            ("assert_eq!(list.len(), 3)", &[Extent]),
            ("assert_ne!(f(2), 4)", &[Relation]),
            ("assert!(f(2) > 0)", &[Relation]),
            ("assert!(f(2) == 3 || f(2) == 4)", &[Relation]),
            ("assert!(f(2) == 3 || true)", &[Trivial]),
            ("assert!(ok || !ok)", &[Trivial]),
            ("assert!(list.len() >= 0)", &[Trivial]),
            ("assert!(true)", &[Trivial]),
            ("assert_eq!(1 + 1, 2)", &[Trivial]),
            ("assert_eq!(x, x)", &[Trivial]),
            ("assert!(1 < 2)", &[Trivial]),
            ("assert!(matches!(f(2), _))", &[Trivial]),
            ("prop_assert_eq!(f(x), x)", &[Exact]),
            ("insta::assert_snapshot!(f(x), @\"4\")", &[Exact]),
        ];
        for (text, expected) in cases {
            assert_eq!(strengths(text), *expected, "{text}");
        }
        assert!(of_macro(&syn::parse_str("println!(\"x\")").unwrap(), Span::default(), &Known::new()).is_none());
    }

    #[test]
    fn both_sides_from_one_expression_are_seen_through_local_names() {
        let known = Known::from([("expected".to_owned(), Bag::of("area(2)".parse().unwrap(), &Known::new()))]);
        let mac: Macro = syn::parse_str("assert_eq!(area(2), expected)").unwrap();
        assert!(of_macro(&mac, Span::default(), &known).unwrap()[0].is_circular);
    }
}
