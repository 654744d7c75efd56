//! A `?` panics where it would leave the function.
//!
//! `a()?` → `a().unwrap()`: noticed by every test that sees the error come back as a value. One that
//! survives says that no test takes this way out, or that none looks at what comes of it.
//!
//! What is left alone: its row in `about`. An error that is not `Debug` has no `unwrap`:
//! there the compiler refuses the change.

use syn::ExprTry;

use super::{Found, Scope, Shape, extent};
use crate::mutate::Operator;

/// The site of a `?`.
pub(super) fn site(scope: &Scope<'_, '_>, node: &ExprTry) -> Found {
    let question = scope.parsed.span(node.question_token.span);
    let span = extent::of(scope.parsed, &node.expr).join(question);
    let change = scope.change(Operator::QuestionMark, question, ".unwrap()", scope.original(&node.expr));
    Found { shape: Shape::Expression(span), changes: vec![change] }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_family, in_fn};
    use super::*;

    #[test]
    fn question_marks_panic() {
        let cases: [(&str, &[&str]); 3] = [
            ("a()?.b + c", &["a()? => a().unwrap()"]),
            ("a?.b()?", &["a? => a.unwrap()", "a?.b()? => a?.b().unwrap()"]),
            ("try { a? }", &[]),
        ];
        for (source, expect) in cases {
            check_family(Operator::QuestionMark, &in_fn(source), expect);
        }
    }
}
