//! The operators by name, and the one table that describes them. Owns names, order and wording; the rules
//! themselves are told in `operators/`, one file per family.

/// The family of a change; the mutator name of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// A function's body replaced by a value of its return type.
    FnValue,
    /// A binary operator or compound assignment replaced by another; a comparison made constant.
    BinaryOperator,
    /// `!` or unary `-` deleted.
    UnaryOperator,
    /// A match arm deleted where a wildcard arm remains.
    MatchArm,
    /// A match guard replaced by `true` or `false`.
    MatchArmGuard,
    /// A named field deleted from a struct literal with a base.
    StructField,
    /// The condition of an `if` made constant or negated.
    IfCondition,
    /// The condition of a `while` made constant or negated.
    WhileCondition,
    /// A statement deleted.
    Statement,
    /// `true` and `false` exchanged.
    BoolLiteral,
    /// An integer made one larger or smaller.
    IntLiteral,
    /// A string emptied, an empty one filled.
    StrLiteral,
    /// `..` and `..=` exchanged.
    RangeEnd,
    /// A `?` that panics instead of leaving.
    QuestionMark,
    /// `break` and `continue` exchanged.
    LoopControl,
    /// A method replaced by its counterpart.
    MethodCall,
}

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
}

const fn about(operator: Operator, rule: &'static str, before: &'static str, after: &'static str) -> About {
    About { operator, rule, before, after }
}

/// Every operator, in the order of documentation: first those of cargo-mutants.
pub const OPERATORS: [About; 16] = [
    about(
        Operator::FnValue,
        "a function's body becomes each simple value of its return type",
        "fn f() -> bool { g() }",
        "fn f() -> bool { true }",
    ),
    about(
        Operator::BinaryOperator,
        "a binary operator or a compound assignment becomes another of its kind; a comparison also `true` or `false`",
        "fn f() { g(a + b) }",
        "fn f() { g(a - b) }",
    ),
    about(Operator::UnaryOperator, "`!` and unary `-` are deleted", "fn f() { g(!a) }", "fn f() { g(a) }"),
    about(
        Operator::MatchArm,
        "a match arm is deleted where `_` can take its cases",
        "fn f() { match a { B => g(), _ => h() } }",
        "fn f() { match a {  _ => h() } }",
    ),
    about(
        Operator::MatchArmGuard,
        "a match guard becomes `true` and `false`",
        "fn f() { match a { b if g() => c, _ => d } }",
        "fn f() { match a { b if true => c, _ => d } }",
    ),
    about(
        Operator::StructField,
        "a field is deleted from a struct literal that takes the rest from a base",
        "fn f() { g(A { b: 1, ..c }) }",
        "fn f() { g(A {  ..c }) }",
    ),
    about(
        Operator::IfCondition,
        "the condition of an `if` becomes `true`, `false` and its negation",
        "fn f() { if g() { h() } }",
        "fn f() { if !(g()) { h() } }",
    ),
    about(
        Operator::WhileCondition,
        "the condition of a `while` becomes `false`",
        "fn f() { while g() { h() } }",
        "fn f() { while false { h() } }",
    ),
    about(Operator::Statement, "a call or an assignment that stands as a statement is deleted", "fn f() { g(); h() }", "fn f() {  h() }"),
    about(Operator::BoolLiteral, "`true` and `false` are exchanged", "fn f() { g(true) }", "fn f() { g(false) }"),
    about(Operator::IntLiteral, "an integer becomes one larger, the largest of a type one smaller", "fn f() { g(7) }", "fn f() { g(8) }"),
    about(Operator::StrLiteral, "a string becomes empty, an empty one `\"xyzzy\"`", "fn f() { g(\"a\") }", "fn f() { g(\"\") }"),
    about(
        Operator::RangeEnd,
        "`..` and `..=` are exchanged where the range is used at once",
        "fn f() { g(&a[..b]) }",
        "fn f() { g(&a[..=b]) }",
    ),
    about(
        Operator::QuestionMark,
        "`?` panics where it would leave the function",
        "fn f() -> Result<(), E> { g()?; Ok(()) }",
        "fn f() -> Result<(), E> { g().unwrap(); Ok(()) }",
    ),
    about(
        Operator::LoopControl,
        "`break` and `continue` are exchanged",
        "fn f() { loop { if g() { break; } } }",
        "fn f() { loop { if g() { continue; } } }",
    ),
    about(
        Operator::MethodCall,
        "a method of the standard library becomes its counterpart",
        "fn f() { g(a.is_some()) }",
        "fn f() { g(a.is_none()) }",
    ),
];

/// The operators' names, in the order in which they are declared.
const NAMES: [&str; 16] = [
    "FnValue",
    "BinaryOperator",
    "UnaryOperator",
    "MatchArm",
    "MatchArmGuard",
    "StructField",
    "IfCondition",
    "WhileCondition",
    "Statement",
    "BoolLiteral",
    "IntLiteral",
    "StrLiteral",
    "RangeEnd",
    "QuestionMark",
    "LoopControl",
    "MethodCall",
];

impl Operator {
    /// Its name in reports, configuration and ids.
    pub const fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The operator of this name.
    pub fn named(name: &str) -> Option<Operator> {
        Operator::all().find(|operator| operator.name() == name)
    }

    /// Every operator, in the order of [`OPERATORS`].
    pub fn all() -> impl Iterator<Item = Operator> {
        OPERATORS.iter().map(|about| about.operator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::{Selection, sites};
    use crate::syntax::{CfgStack, Namespace, parse};

    #[test]
    fn each_operator_is_called_what_it_is_called_in_the_code() {
        for operator in Operator::all() {
            assert_eq!(operator.name(), format!("{operator:?}"));
        }
        assert_eq!(Operator::all().count(), NAMES.len());
    }

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
}
