//! The operators by name. Owns names and order; what each does is described in `about` and done in `operators/`.

use super::about::OPERATORS;

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

    #[test]
    fn each_operator_is_called_what_it_is_called_in_the_code() {
        for operator in Operator::all() {
            assert_eq!(operator.name(), format!("{operator:?}"));
        }
        assert_eq!(Operator::all().count(), NAMES.len());
    }
}
