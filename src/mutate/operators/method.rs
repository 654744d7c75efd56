//! A method of the standard library becomes its counterpart.
//!
//! `a.is_some()` → `a.is_none()`, `a.first()` → `a.last()`, `a.skip(1)` → `a.take(1)`; the whole list is
//! [`PAIRS`]. Only the name and the number of arguments are looked at: where it is another method of that
//! name, the compiler may refuse the change.
//!
//! Where the counterpart is another type of iterator, both go on as one type.

use syn::ExprMethodCall;

use super::{Found, Scope, Shape, extent};
use crate::mutate::Operator;

/// What the two methods of a pair give.
#[derive(Clone, Copy, PartialEq)]
enum Gives {
    /// Values of one type.
    Same,
    /// The one `true` where the other gives `false`.
    Opposite,
    /// Iterators of two types over the same items.
    Iterators,
}

use Gives::{Iterators, Opposite, Same};

/// Two methods with as many arguments.
struct Pair(&'static str, &'static str, usize, Gives);

const PAIRS: [Pair; 45] = [
    Pair("is_some", "is_none", 0, Opposite),
    Pair("is_ok", "is_err", 0, Opposite),
    Pair("eq", "ne", 1, Opposite),
    Pair("lt", "le", 1, Same),
    Pair("gt", "ge", 1, Same),
    Pair("any", "all", 1, Same),
    Pair("min", "max", 0, Same),
    Pair("min", "max", 1, Same),
    Pair("min_by", "max_by", 1, Same),
    Pair("min_by_key", "max_by_key", 1, Same),
    Pair("and", "or", 1, Same),
    Pair("first", "last", 0, Same),
    Pair("first_mut", "last_mut", 0, Same),
    Pair("front", "back", 0, Same),
    Pair("push_front", "push_back", 1, Same),
    Pair("pop_front", "pop_back", 0, Same),
    Pair("pop_first", "pop_last", 0, Same),
    Pair("split_first", "split_last", 0, Same),
    Pair("starts_with", "ends_with", 1, Same),
    Pair("strip_prefix", "strip_suffix", 1, Same),
    Pair("trim_start", "trim_end", 0, Same),
    Pair("trim_start_matches", "trim_end_matches", 1, Same),
    Pair("split_once", "rsplit_once", 1, Same),
    Pair("find", "rfind", 1, Same),
    Pair("position", "rposition", 1, Same),
    Pair("to_uppercase", "to_lowercase", 0, Same),
    Pair("to_ascii_uppercase", "to_ascii_lowercase", 0, Same),
    Pair("make_ascii_uppercase", "make_ascii_lowercase", 0, Same),
    Pair("is_uppercase", "is_lowercase", 0, Same),
    Pair("is_ascii_uppercase", "is_ascii_lowercase", 0, Same),
    Pair("is_file", "is_dir", 0, Same),
    Pair("is_subset", "is_superset", 1, Same),
    Pair("checked_add", "checked_sub", 1, Same),
    Pair("checked_mul", "checked_div", 1, Same),
    Pair("saturating_add", "saturating_sub", 1, Same),
    Pair("wrapping_add", "wrapping_sub", 1, Same),
    Pair("overflowing_add", "overflowing_sub", 1, Same),
    Pair("rotate_left", "rotate_right", 1, Same),
    Pair("leading_zeros", "trailing_zeros", 0, Same),
    Pair("leading_ones", "trailing_ones", 0, Same),
    Pair("floor", "ceil", 0, Same),
    Pair("sum", "product", 0, Same),
    Pair("skip", "take", 1, Iterators),
    Pair("skip_while", "take_while", 1, Iterators),
    Pair("union", "intersection", 1, Iterators),
];

/// The site of a call, if its method has a counterpart.
pub(super) fn site(scope: &Scope<'_, '_>, call: &ExprMethodCall) -> Option<Found> {
    let (with, gives) = counterpart(call)?;
    let method = scope.parsed.span(call.method.span());
    let span = extent::of(scope.parsed, &call.receiver).join(scope.parsed.span(call.paren_token.span.close()));
    let shape = if gives == Iterators { Shape::Iterator(span) } else { Shape::Expression(span) };
    let original = format!("{}.{}", scope.original(&call.receiver), call.method);
    Some(Found { shape, changes: vec![scope.change(Operator::MethodCall, method, with, original)] })
}

/// Whether the counterpart gives the opposite.
pub(super) fn negates(call: &ExprMethodCall) -> bool {
    counterpart(call).is_some_and(|(_, gives)| gives == Opposite)
}

fn counterpart(call: &ExprMethodCall) -> Option<(&'static str, Gives)> {
    let of = |Pair(one, other, arguments, gives): &Pair| {
        let with = if call.method == one { other } else { one };
        (*arguments == call.args.len() && (call.method == one || call.method == other)).then_some((*with, *gives))
    };
    PAIRS.iter().find_map(of)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_family, in_fn};
    use super::*;

    fn check(statements: &str, expect: &[&str]) {
        check_family(Operator::MethodCall, &in_fn(statements), expect);
    }

    #[test]
    fn each_method_becomes_its_counterpart_and_back() {
        for Pair(one, other, arguments, gives) in PAIRS {
            let arguments = if arguments == 1 { "b" } else { "" };
            let kind = if gives == Iterators { "iterator " } else { "" };
            for (from, to) in [(one, other), (other, one)] {
                check(&format!("a.{from}({arguments})"), &[&format!("{kind}a.{from}({arguments}) => a.{to}({arguments})")]);
            }
        }
    }

    #[test]
    fn the_switch_holds_the_call_and_no_more() {
        check("!a.b().is_some() && c", &["a.b().is_some() => a.b().is_none()"]);
        check("a.first()?.is_ok()", &["a.first() => a.last()", "a.first()?.is_ok() => a.first()?.is_err()"]);
    }

    #[test]
    fn other_calls_are_left_alone() {
        check("a.min(b, c); a.first(1); min(a, b); a.is_some", &[]);
    }
}
