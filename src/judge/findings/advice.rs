//! What a test has to look at to notice a mutant, in words that follow "assert". Owns the advice per kind of
//! change; refuses to know which tests there are.

use crate::judge::text::{code, one_line};
use crate::mutate::{Mutant, Operator};

/// For changes of which the operator says it all.
const ALWAYS: [(Operator, &str); 7] = [
    (Operator::MatchArm, "the result for a value that this arm takes"),
    (Operator::StructField, "the value of this field"),
    (Operator::WhileCondition, "something that this loop does"),
    (Operator::Statement, "something that this statement does"),
    (Operator::StrLiteral, "the text itself"),
    (Operator::RangeEnd, "what happens at the end of the range"),
    (Operator::QuestionMark, "what comes back where this fails"),
];

/// What would notice `mutant`, which replaces `original`.
pub(super) fn advice(mutant: &Mutant, original: &str) -> String {
    let (was, becomes) = (code(original), code(&mutant.replacement));
    if let Some((_, advice)) = ALWAYS.iter().find(|(operator, _)| *operator == mutant.operator) {
        return (*advice).to_owned();
    }
    let needed = if mutant.replacement.trim() == "true" { "false" } else { "true" };
    match mutant.operator {
        Operator::FnValue => value(mutant),
        Operator::BinaryOperator => binary(original.trim(), mutant.replacement.trim()),
        Operator::UnaryOperator => format!("something that this {was} changes"),
        Operator::MatchArmGuard => format!("the result where this guard is {needed}"),
        Operator::IfCondition => format!("the result where {was} is {needed}"),
        Operator::MethodCall => format!("a result for which {was} and {becomes} differ"),
        _ => format!("a result that {becomes} in place of {was} changes"),
    }
}

/// For a function that gives a value at once.
fn value(mutant: &Mutant) -> String {
    if mutant.replacement == "()" {
        return "something that this function does".to_owned();
    }
    mutant.function.as_deref().map_or_else(|| "what this function returns".to_owned(), |name| format!("what `{}` returns", one_line(name)))
}

/// For an operator between two values, or a whole comparison made constant.
fn binary(original: &str, replacement: &str) -> String {
    let (was, becomes) = (code(original), code(replacement));
    match (original, replacement) {
        ("<", "<=") | ("<=", "<") | (">", ">=") | (">=", ">") => format!("the result where both sides of {was} are equal"),
        ("&&", "||") | ("||", "&&") => format!("the result where only one side of {was} is true"),
        (_, "true") => format!("the result where {was} is false"),
        (_, "false") => format!("the result where {was} is true"),
        _ => format!("a result for which {was} and {becomes} differ"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{CfgStack, Span};

    #[test]
    fn a_change_is_noticed_where_it_makes_a_difference() {
        let cases = [
            (Operator::BinaryOperator, ">", ">=", "the result where both sides of `>` are equal"),
            (Operator::BinaryOperator, ">", "<", "a result for which `>` and `<` differ"),
            (Operator::BinaryOperator, "a > b", "true", "the result where `a > b` is false"),
            (Operator::BinaryOperator, "a > b", "false", "the result where `a > b` is true"),
            (Operator::BinaryOperator, "||", "&&", "the result where only one side of `||` is true"),
            (Operator::IfCondition, "f()", "true", "the result where `f()` is false"),
            (Operator::IfCondition, "f()", "!(f())", "the result where `f()` is true"),
            (Operator::MatchArmGuard, "x", "false", "the result where this guard is true"),
            (Operator::IntLiteral, "10", "11", "a result that `11` in place of `10` changes"),
            (Operator::FnValue, "{}", "()", "something that this function does"),
            (Operator::FnValue, "{}", "1", "what `m::f` returns"),
        ];
        for (operator, original, replacement, expected) in cases {
            let (id, function) = (String::new(), Some("m::f".to_owned()));
            let mutant =
                Mutant { id, operator, span: Span::default(), replacement: replacement.to_owned(), function, cfg: CfgStack::default() };
            assert_eq!(advice(&mutant, original), expected, "{operator:?} {original} {replacement}");
        }
    }
}
