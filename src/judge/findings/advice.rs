//! What a test has to look at to notice a mutant, in words that follow "assert". Owns the advice per kind of
//! change; refuses to know which tests there are.

use crate::judge::text::{code, one_line};
use crate::mutate::{Mutant, Operator};

/// What would notice `mutant`, which replaces `original`.
pub(super) fn advice(mutant: &Mutant, original: &str) -> String {
    let (was, becomes) = (code(original), code(&mutant.replacement));
    let wanted = |value: &str| if mutant.replacement.trim() == "true" { format!("{value} is false") } else { format!("{value} is true") };
    match mutant.operator {
        Operator::FnValue if mutant.replacement == "()" => "something that this function does".to_owned(),
        Operator::FnValue => mutant
            .function
            .as_deref()
            .map_or_else(|| "what this function returns".to_owned(), |name| format!("what `{}` returns", one_line(name))),
        Operator::BinaryOperator => binary(original.trim(), mutant.replacement.trim()),
        Operator::UnaryOperator => format!("something that this {was} changes"),
        Operator::MatchArm => "the result for a value that this arm takes".to_owned(),
        Operator::MatchArmGuard => format!("the result where {}", wanted("this guard")),
        Operator::StructField => "the value of this field".to_owned(),
        Operator::IfCondition => format!("the result where {}", wanted(&was)),
        Operator::WhileCondition => "something that this loop does".to_owned(),
        Operator::Statement => "something that this statement does".to_owned(),
        Operator::BoolLiteral | Operator::IntLiteral | Operator::LoopControl => {
            format!("a result that {becomes} in place of {was} changes")
        }
        Operator::StrLiteral => "the text itself".to_owned(),
        Operator::RangeEnd => "what happens at the end of the range".to_owned(),
        Operator::QuestionMark => "what comes back where this fails".to_owned(),
        Operator::MethodCall => format!("a result for which {was} and {becomes} differ"),
    }
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
