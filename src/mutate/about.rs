//! What each operator does, in the one table that describes them: README and `cargo gate explain` take their words
//! from here. Owns wording; how it is done is told in `operators/`, one file per family.

use super::Operator;

/// What an operator does, for people.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The operator.
    pub operator: Operator,
    /// The rule in one line.
    pub rule: &'static str,
    /// A function that it changes.
    pub before: &'static str,
    /// One of the changes it makes of it.
    pub after: &'static str,
    /// Where it makes none, although it could seem to.
    pub left_alone: &'static [&'static str],
}

const fn about(
    operator: Operator,
    rule: &'static str,
    before: &'static str,
    after: &'static str,
    left_alone: &'static [&'static str],
) -> About {
    About { operator, rule, before, after, left_alone }
}

/// Every operator, in the order of documentation: first those of cargo-mutants.
pub const OPERATORS: [About; 16] = [
    about(
        Operator::FnValue,
        "a function's body becomes each simple value of its return type",
        "fn f() -> bool { g() }",
        "fn f() -> bool { true }",
        &[
            "tests, `unsafe` functions, methods called `new`, empty bodies",
            "a value that is already all there is in the body",
            "types of which no value suggests itself",
        ],
    ),
    about(
        Operator::BinaryOperator,
        "a binary operator or a compound assignment becomes another of its kind; a comparison also `true` or `false`",
        "fn f() { g(a + b) }",
        "fn f() { g(a - b) }",
        &["types and bounds joined by `+`"],
    ),
    about(
        Operator::UnaryOperator,
        "`!` and unary `-` are deleted",
        "fn f() { g(!a) }",
        "fn f() { g(a) }",
        &["a dereference", "patterns, where `-1` is one literal"],
    ),
    about(
        Operator::MatchArm,
        "a match arm is deleted where `_` can take its cases",
        "fn f() { match a { B => g(), _ => h() } }",
        "fn f() { match a {  _ => h() } }",
        &["the arm `_` itself", "an arm with a guard, for the guard `false` does the same"],
    ),
    about(
        Operator::MatchArmGuard,
        "a match guard becomes `true` and `false`",
        "fn f() { match a { b if g() => c, _ => d } }",
        "fn f() { match a { b if true => c, _ => d } }",
        &[],
    ),
    about(
        Operator::StructField,
        "a field is deleted from a struct literal that takes the rest from a base",
        "fn f() { g(A { b: 1, ..c }) }",
        "fn f() { g(A {  ..c }) }",
        &[
            "a literal without a base, which would not compile without the field",
            "a field by number",
            "`A { b, .. } = c`, which is a pattern in all but name",
        ],
    ),
    about(
        Operator::IfCondition,
        "the condition of an `if` becomes `true`, `false` and its negation",
        "fn f() { if g() { h() } }",
        "fn f() { if !(g()) { h() } }",
        &[
            "a condition with `let`: its names are needed inside",
            "`cfg!(..)`: one of the two is what the build says already",
            "a literal, which is changed as such",
            "a condition that is an ordering such as `a < b`: its own three changes tell more",
        ],
    ),
    about(
        Operator::WhileCondition,
        "the condition of a `while` becomes `false`",
        "fn f() { while g() { h() } }",
        "fn f() { while false { h() } }",
        &[
            "a condition with `let`: its names are needed inside",
            "`cfg!(..)` and literals",
            "a condition that is an ordering such as `a < b`: its own three changes tell more",
        ],
    ),
    about(
        Operator::Statement,
        "a call or an assignment that stands as a statement is deleted",
        "fn f() { g(); h() }",
        "fn f() {  h() }",
        &[
            "declarations, items, macro calls, control flow, and the value at the end of a block",
            "what the compiler would miss: the assignment that gives a variable its first value, a call that never returns",
            "`drop` and `forget`: what they do is hard to see for a test",
            "`unsafe` blocks: undefined behaviour lies one missing write away",
            "the only statement of a function that has a value to return at once, and that of an `if` without `else`: another change does the same",
        ],
    ),
    about(
        Operator::BoolLiteral,
        "`true` and `false` are exchanged",
        "fn f() { g(true) }",
        "fn f() { g(false) }",
        &["patterns, types and constant arrays"],
    ),
    about(
        Operator::IntLiteral,
        "an integer becomes one larger, the largest of a type one smaller",
        "fn f() { g(7) }",
        "fn f() { g(8) }",
        &["literals in patterns, types, discriminants, constant arrays and arrays of more than eight elements", "floats and characters"],
    ),
    about(
        Operator::StrLiteral,
        "a string becomes empty, an empty one `\"xyzzy\"`",
        "fn f() { g(\"a\") }",
        "fn f() { g(\"\") }",
        &["texts of `expect` and `expect_err`", "byte and C strings, an empty raw string"],
    ),
    about(
        Operator::RangeEnd,
        "`..` and `..=` are exchanged where the range is used at once",
        "fn f() { g(&a[..b]) }",
        "fn f() { g(&a[..=b]) }",
        &[
            "a range that is kept (bound to a name, returned, put in a struct), where the change rarely compiles",
            "patterns",
            "ranges without an end",
        ],
    ),
    about(
        Operator::QuestionMark,
        "`?` panics where it would leave the function",
        "fn f() -> Result<(), E> { g()?; Ok(()) }",
        "fn f() -> Result<(), E> { g().unwrap(); Ok(()) }",
        &["`?` in a `try` block, which leaves no function", "functions that give `fmt::Result`"],
    ),
    about(
        Operator::LoopControl,
        "`break` and `continue` are exchanged",
        "fn f() { loop { if g() { break; } } }",
        "fn f() { loop { if g() { continue; } } }",
        &["`break` with a value", "`break` out of a labelled block, which no `continue` can name"],
    ),
    about(
        Operator::MethodCall,
        "a method of the standard library becomes its counterpart",
        "fn f() { g(a.is_some()) }",
        "fn f() { g(a.is_none()) }",
        &[],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::{Selection, sites};
    use crate::syntax::{CfgStack, Namespace, parse};

    #[test]
    fn every_operator_does_what_its_row_shows_and_has_a_row() {
        for About { operator, before, after, .. } in OPERATORS {
            assert_eq!(Operator::named(operator.name()), Some(operator));
            let parsed = parse(before).unwrap();
            let selection = Selection::of(&[operator]);
            let found = sites(&parsed, "src/lib.rs", &Namespace::default(), &CfgStack::default(), selection);
            let made: Vec<String> = found.iter().flat_map(|site| &site.mutants).map(|mutant| mutant.apply(before)).collect();
            assert!(made.iter().any(|text| text == after), "{after} is none of {made:?}");
            assert!(found.iter().flat_map(|site| &site.mutants).all(|mutant| mutant.operator == operator));
        }
    }

    #[test]
    fn the_table_has_each_operator_once_in_the_order_of_their_numbers() {
        assert!(OPERATORS.iter().enumerate().all(|(index, about)| about.operator as usize == index));
    }

    /// For each place that is left alone, code with it and nothing else to change.
    const LEFT_ALONE: &[(Operator, &[&str])] = &[
        (
            Operator::FnValue,
            &["impl A { fn new() -> u8 { g() } unsafe fn f() -> u8 { g() } }", "fn f() -> () { () }", "fn f() -> ! { g() }"],
        ),
        (Operator::BinaryOperator, &["fn f<A: B + C>() { g() }"]),
        (Operator::UnaryOperator, &["fn f() { g(*a) }", "fn f() { match a { -1 => g(), _ => h() } }"]),
        (Operator::MatchArm, &["fn f() { match a { _ => h() } }", "fn f() { match a { b if g() => c, _ => d } }"]),
        (Operator::MatchArmGuard, &[]),
        (Operator::StructField, &["fn f() { g(A { b: 1 }) }", "fn f() { g(A { 0: 1, ..c }) }", "fn f() { A { b, .. } = c; }"]),
        (
            Operator::IfCondition,
            &[
                "fn f() { if let Some(a) = g() { h(a) } }",
                "fn f() { if cfg!(unix) { h() } }",
                "fn f() { if true { h() } }",
                "fn f() { if a < b { h() } }",
            ],
        ),
        (
            Operator::WhileCondition,
            &["fn f() { while let Some(a) = g() { h(a) } }", "fn f() { while cfg!(unix) { h() } }", "fn f() { while a < b { h() } }"],
        ),
        (
            Operator::Statement,
            &[
                "fn f() { let a = g(); println!(); if a { h() } }",
                "fn f() { let a; a = g(); h(a) }",
                "fn f() { drop(a); forget(b); h() }",
                "fn f() { unsafe { g(); h() } }",
                "fn f() { if a { g(); } h() }",
            ],
        ),
        (Operator::BoolLiteral, &["fn f() { match a { true => g(), _ => h() } }"]),
        (Operator::IntLiteral, &["fn f(a: [u8; 4]) { match a { 7 => g(), _ => h() } }", "fn f() { g(1.5, 'a') }"]),
        (Operator::StrLiteral, &["fn f() { g().expect(\"a\") }", "fn f() { g(b\"a\", c\"a\") }"]),
        (Operator::RangeEnd, &["fn f() { let a = b..c; g(a) }", "fn f() { match a { 1..=2 => g(), _ => h() } }", "fn f() { g(&a[b..]) }"]),
        (Operator::QuestionMark, &["fn f() -> A { try { g()? } }", "fn f() -> fmt::Result { g()?; Ok(()) }"]),
        (Operator::LoopControl, &["fn f() { loop { break a; } }", "fn f() { 'a: { break 'a; } }"]),
        (Operator::MethodCall, &[]),
    ];

    #[test]
    fn what_is_said_to_be_left_alone_is() {
        for (operator, examples) in LEFT_ALONE {
            let about = OPERATORS[*operator as usize];
            assert_eq!(examples.len(), about.left_alone.len(), "{operator:?}");
            for (text, why) in examples.iter().zip(about.left_alone) {
                let Ok(parsed) = parse(text) else { panic!("{text}") };
                let found = sites(&parsed, "src/lib.rs", &Namespace::default(), &CfgStack::default(), Selection::default());
                let made: Vec<String> = found
                    .iter()
                    .flat_map(|site| &site.mutants)
                    .filter(|mutant| mutant.operator == *operator)
                    .map(|mutant| mutant.apply(text))
                    .collect();
                assert!(made.is_empty(), "{why}: {made:?}");
            }
        }
        assert_eq!(LEFT_ALONE.len(), OPERATORS.len());
    }
}
