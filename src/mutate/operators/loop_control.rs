//! `break` and `continue` are exchanged.
//!
//! `break;` → `continue;`, `continue 'a;` → `break 'a;`.
//!
//! What is left alone: its row in `about`.

use syn::{ExprBreak, ExprContinue, Lifetime};

use super::{Found, Scope, Shape};
use crate::mutate::Operator;

/// The site of a `break`. `names_block` says which labels are those of blocks.
pub(super) fn of_break(scope: &Scope<'_, '_>, node: &ExprBreak, names_block: impl Fn(&Lifetime) -> bool) -> Option<Found> {
    if node.expr.is_some() || node.label.as_ref().is_some_and(names_block) {
        return None;
    }
    Some(site(scope, node.break_token.span, node.label.as_ref(), "continue"))
}

/// The site of a `continue`.
pub(super) fn of_continue(scope: &Scope<'_, '_>, node: &ExprContinue) -> Found {
    site(scope, node.continue_token.span, node.label.as_ref(), "break")
}

fn site(scope: &Scope<'_, '_>, keyword: proc_macro2::Span, label: Option<&Lifetime>, with: &str) -> Found {
    let keyword = scope.parsed.span(keyword);
    let whole = label.map_or(keyword, |label| keyword.join(scope.parsed.span_of(label)));
    let change = scope.change(Operator::LoopControl, keyword, with, whole.of(scope.parsed.text).to_owned());
    Found { shape: Shape::Expression(whole), changes: vec![change] }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_family, in_fn};
    use super::*;

    fn check(statements: &str, expect: &[&str]) {
        check_family(Operator::LoopControl, &in_fn(statements), expect);
    }

    #[test]
    fn ways_out_of_a_turn_are_exchanged() {
        check("loop { if a { break; } continue }", &["break => continue", "continue => break"]);
        check("'a: for b in c { match b { D => break 'a, _ => continue 'a } }", &["break 'a => continue 'a", "continue 'a => break 'a"]);
    }

    #[test]
    fn values_and_blocks_stay() {
        check("loop { break 1 } 'a: { break 'a; }", &[]);
    }
}
