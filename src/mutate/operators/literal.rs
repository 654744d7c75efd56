//! A literal becomes another one of its kind.
//!
//! `true` ↔ `false`; `7` → `8`, `255` → `254` (and other largest values of a type, which have no next one);
//! `"a"` → `""`, `""` → `"xyzzy"`. With the rule `redundant` off also `7` → `6`.
//!
//! What is left alone: their rows in `about`; texts by the rule `messages`, patterns, types and arrays by the rule
//! `constants`.
//!
//! The switch stands around a cast or a minus before the literal, too: those tell the literal its type, and
//! would not through a switch (`0xffff_ffff as u32`, `-128`).

use syn::{Expr, Lit, LitInt, UnOp};

use super::{Found, Scope, Shape};
use crate::mutate::{Operator, Rule};
use crate::syntax::Span;

/// The site of `literal`; `around` is what the switch stands around, if not the literal alone.
pub(super) fn site(scope: &Scope<'_, '_>, literal: &Lit, around: Option<Span>) -> Option<Found> {
    let span = scope.parsed.span(literal.span());
    let (operator, replacements) = match literal {
        Lit::Bool(bool) => (Operator::BoolLiteral, vec![(!bool.value).to_string()]),
        Lit::Int(int) => (Operator::IntLiteral, neighbours(int, !scope.leaves_out(Rule::Redundant))?),
        Lit::Str(string) => (Operator::StrLiteral, vec![other_string(&string.value()).to_owned()]),
        _ => return None,
    };
    let original = span.of(scope.parsed.text);
    let changes = replacements.iter().map(|with| scope.change(operator, span, with, original.to_owned())).collect();
    Some(Found { shape: Shape::Expression(around.unwrap_or(span)), changes })
}

/// The literal under casts and signs.
pub(super) fn under(mut expr: &Expr) -> Option<&Lit> {
    loop {
        expr = match expr {
            Expr::Lit(literal) => return Some(&literal.lit),
            Expr::Cast(cast) => &cast.expr,
            Expr::Paren(paren) => &paren.expr,
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => &unary.expr,
            _ => return None,
        };
    }
}

fn other_string(value: &str) -> &'static str {
    if value.is_empty() { "\"xyzzy\"" } else { "\"\"" }
}

/// The next integer, or the one before where the next may be too large; `both` where there are two.
fn neighbours(int: &LitInt, both: bool) -> Option<Vec<String>> {
    let value: u128 = int.base10_parse().ok()?;
    let next = (!is_largest(value)).then(|| value + 1);
    let before = value.checked_sub(1).filter(|_| both || next.is_none());
    Some(next.into_iter().chain(before).map(|value| written(int, value)).collect())
}

/// Whether `value` is the largest of a signed or an unsigned type.
fn is_largest(value: u128) -> bool {
    (3..=7).map(|log| 1_u32 << log).any(|bits| value == u128::MAX >> (128 - bits) || value == (u128::MAX >> (128 - bits)) >> 1)
}

/// `value` in the base and with the suffix of `int`.
fn written(int: &LitInt, value: u128) -> String {
    let text = int.token().to_string();
    let suffix = int.suffix();
    match text.as_bytes() {
        [b'0', b'x', ..] => format!("{value:#x}{suffix}"),
        [b'0', b'o', ..] => format!("{value:#o}{suffix}"),
        [b'0', b'b', ..] => format!("{value:#b}{suffix}"),
        _ => format!("{value}{suffix}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_family, check_with, in_fn, sites_with};
    use super::*;
    use crate::mutate::Selection;

    fn check(operator: Operator, expression: &str, expect: &[&str]) {
        check_family(operator, &in_fn(&format!("g({expression})")), expect);
    }

    #[test]
    fn booleans_and_strings_change() {
        check(Operator::BoolLiteral, "true, [false]", &["true => false", "false => true"]);
        check(
            Operator::StrLiteral,
            "\"a\", \"\", r#\"b\"#, b\"c\", 'd', c\"e\"",
            &["\"a\" => \"\"", "\"\" => \"xyzzy\"", "r#\"b\"# => \"\""],
        );
    }

    #[test]
    fn integers_become_their_neighbour_in_their_own_notation() {
        check(
            Operator::IntLiteral,
            "0, 1u8, 1_000, 0x0fu8, 0b11, 0o7, 1.5",
            &["0 => 1", "1u8 => 2u8", "1_000 => 1001", "0x0fu8 => 0x10u8", "0b11 => 0b100", "0o7 => 0o10"],
        );
        check(
            Operator::IntLiteral,
            "127, 255u8, 0xFFFF, 18446744073709551615",
            &["127 => 126", "255u8 => 254u8", "0xFFFF => 0xfffe", "18446744073709551615 => 18446744073709551614"],
        );
        let both = Selection::of(&[Operator::IntLiteral]).keeping(&[Rule::Redundant]);
        check_with(both, &in_fn("g(7, 0)"), &["7 => 8; 6", "0 => 1"]);
    }

    #[test]
    fn the_switch_holds_what_tells_the_type() {
        check(
            Operator::IntLiteral,
            "1 as u64, -2, -(3) as i8 as u8, a + 4 as u8",
            &["1 as u64 => 2 as u64", "-2 => -3", "-(3) as i8 as u8 => -(4) as i8 as u8", "a + 4 as u8 => a + 5 as u8"],
        );
        check(Operator::IntLiteral, "-a.b(5)", &["5 => 6"]);
    }

    #[test]
    fn messages_and_constants_are_left_out() {
        check(Operator::StrLiteral, "a.expect(\"b\"), c.expect_err(\"d\"), e.f(\"g\")", &["\"g\" => \"\""]);
        check(Operator::IntLiteral, "[1; 2], [3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9], x::<5>()", &["1 => 2", "3 => 4", "4 => 5"]);
        let consts =
            "const A: u8 = 1; static B: [u8; 2] = [3, 4]; enum E { A = 5 } fn f(a: u8) -> ! { match a { 6 => {} 7..=8 => {} _ => g(9) } }";
        check_family(Operator::IntLiteral, consts, &["rebuild (a const context): 1 -> 2", "9 => 10"]);
        check_with(
            Selection::of(&[Operator::IntLiteral]).keeping(&[Rule::Constants]),
            "fn f(a: [u8; 3]) -> ! { g() }",
            &["rebuild (a const context): 3 -> 4"],
        );
    }

    #[test]
    fn a_match_is_copied_for_what_its_patterns_say() {
        let all = Selection::of(&[Operator::IntLiteral, Operator::StrLiteral]).keeping(&[Rule::Constants]);
        check_with(
            all,
            "fn f() -> ! { match a { B(6) if c(7) => 8, D { e: \"f\" } => g, _ => h } }",
            &[
                "copy match a { B(6) if c(7) => 8, D { e: \"f\" } => g, _ => h } => match a { B(7) if c(7) => 8, D { e: \"f\" } => g, _ => h }",
                "7 => 8",
                "8 => 9",
                "copy match a { B(6) if c(7) => 8, D { e: \"f\" } => g, _ => h } => match a { B(6) if c(7) => 8, D { e: \"\" } => g, _ => h }",
            ],
        );
        // What the compiler matches, what a pattern holds that is none, and other patterns.
        check_with(all, "const A: B = match a { 1 => b, _ => c };", &["constant, 0 uses: 1 -> 2"]);
        check_with(
            all,
            "fn f() -> ! { match a { X::<1>(_) | const { 2 } => b, _ => c } }",
            &["rebuild (a const context): 1 -> 2", "rebuild (a const context): 2 -> 3"],
        );
        check_with(all, "fn f() -> ! { if let B(1) = c {} }", &["rebuild (a const context): 1 -> 2"]);
        let arms: Vec<String> = (0..90).map(|arm| format!("{arm} => {arm}")).collect();
        let large = format!("fn f() -> ! {{ match a {{ {}, _ => b }} }}", arms.join(", "));
        let sites = sites_with(all, &large);
        assert_eq!(sites.iter().filter(|site| matches!(site.shape, Shape::Rebuild { .. })).count(), 90);
    }
}
