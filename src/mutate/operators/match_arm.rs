//! A match arm is deleted where a wildcard arm can take its cases; a guard becomes `true` and `false`.
//!
//! `match a { B => c, _ => d }` → `match a { _ => d }`;
//! `match a { B if c => d, .. }` → `B if true => d` and `B if false => d`.
//!
//! Not deleted: the wildcard itself, and an arm with a guard, because the guard `false` does the same.
//! Only an arm whose whole pattern is `_` counts as a wildcard; a guarded one does, too, but then only
//! the compiler can tell what is left uncovered.
//!
//! A deletion is switched by a guard put behind the pattern, a guard by a switch around its expression. A guard with a
//! `let` binds names for its arm: there, where a guarded wildcard takes the cases, and for what changes a pattern, the
//! switch chooses between copies of the whole `match`. One that would be copied too often is rebuilt instead.

use syn::visit::{self, Visit};
use syn::{Arm, Expr, ExprMatch, Pat};

use super::{Found, Scope, Shape, extent};
use crate::mutate::Operator;
use crate::syntax::Span;

/// What takes the cases of a deleted arm.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fallback {
    /// No wildcard arm: nothing is deleted.
    None,
    /// Wildcard arms with guards only.
    Guarded,
    /// A plain wildcard arm.
    Plain,
}

impl Fallback {
    /// That of a match with these arms.
    pub(super) fn of(arms: &[Arm]) -> Self {
        let is_wildcard = |arm: &Arm| matches!(unguarded(arm), Pat::Wild(_));
        if arms.iter().any(|arm| is_wildcard(arm) && guard_of(arm).is_none()) {
            Fallback::Plain
        } else if arms.iter().any(is_wildcard) {
            Fallback::Guarded
        } else {
            Fallback::None
        }
    }
}

/// The deletion of `arm`.
pub(super) fn deletion(scope: &Scope<'_, '_>, arm: &Arm, fallback: Fallback, copied: Option<Span>) -> Option<Found> {
    if fallback == Fallback::None || guard_of(arm).is_some() || matches!(arm.pat, Pat::Wild(_)) {
        return None;
    }
    let pattern = scope.parsed.span_of(&arm.pat);
    let whole = whole(scope, arm, pattern);
    let shape = if fallback == Fallback::Plain {
        Shape::Arm { arm: whole, pattern_end: pattern.end }
    } else {
        copied.map_or(Shape::Rebuild { reason: "the wildcard arm has a guard" }, Shape::Match)
    };
    Some(Found { shape, changes: vec![scope.change(Operator::MatchArm, whole, "", scope.original(&arm.pat))] })
}

/// The guard of `arm` made constant.
pub(super) fn guard(scope: &Scope<'_, '_>, arm: &Arm, copied: Option<Span>) -> Option<Found> {
    let guard = guard_of(arm)?;
    let span = extent::of(scope.parsed, guard);
    let shape =
        if has_let(guard) { copied.map_or(Shape::Rebuild { reason: "a guard with `let`" }, Shape::Match) } else { Shape::Expression(span) };
    let original = scope.original(guard);
    let change = |with| scope.change(Operator::MatchArmGuard, span, with, original.clone());
    Some(Found { shape, changes: vec![change("true"), change("false")] })
}

/// Where the program can have a copy of the `match` for each change that no switch inside it makes: it runs there, and
/// the copies are not out of all proportion to it.
pub(super) fn copied(scope: &Scope<'_, '_>, node: &ExprMatch) -> Option<Span> {
    // Each site stands around those before it.
    const MOST_SITES: usize = 96;
    // Bytes of all copies: a tenth of a second of the compiler's time or two, less than one program costs.
    const LONGEST: usize = 1 << 18;
    let start = scope.parsed.span(node.match_token.span);
    let whole = start.join(scope.parsed.span(node.brace_token.span.close()));
    let sites = node.arms.len() + literals(&node.arms);
    let is_small = sites <= MOST_SITES && whole.range().len() * 2 * sites <= LONGEST;
    (is_small && !scope.evaluated.is_const()).then_some(whole)
}

fn literals(arms: &[Arm]) -> usize {
    struct Count(usize);
    impl<'ast> Visit<'ast> for Count {
        fn visit_lit(&mut self, _: &'ast syn::Lit) {
            self.0 += 1;
        }
    }
    let mut count = Count(0);
    for arm in arms {
        visit::visit_pat(&mut count, unguarded(arm));
    }
    count.0
}

/// From the first attribute to the comma.
fn whole(scope: &Scope<'_, '_>, arm: &Arm, pattern: Span) -> Span {
    let start = arm.attrs.first().map_or(pattern, |attr| scope.parsed.span(attr.pound_token.span));
    let end = arm.comma.map_or_else(|| extent::of(scope.parsed, &arm.body), |comma| scope.parsed.span(comma.span));
    start.join(end)
}

/// The guard of an arm.
pub(super) fn guard_of(arm: &Arm) -> Option<&Expr> {
    if let Pat::Guard(guarded) = &arm.pat { Some(&guarded.guard) } else { None }
}

/// The pattern of an arm without its guard.
pub(super) fn unguarded(arm: &Arm) -> &Pat {
    if let Pat::Guard(guarded) = &arm.pat { &guarded.pat } else { &arm.pat }
}

/// Whether a guard is a `let` or a chain with one.
pub(super) fn has_let(mut guard: &Expr) -> bool {
    loop {
        match guard {
            Expr::Let(_) => return true,
            Expr::Binary(chain) if matches!(*chain.right, Expr::Let(_)) => return true,
            Expr::Binary(chain) => guard = &chain.left,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(source: &str, expect: &[&str]) {
        testing::check_in_fn(Operator::MatchArm, source, expect);
    }

    fn check_guards(source: &str, expect: &[&str]) {
        testing::check_in_fn(Operator::MatchArmGuard, source, expect);
    }

    #[test]
    fn arms_are_deleted_where_a_wildcard_remains() {
        check("match a { B => {} C(d) => e, _ => f }", &["arm B| => {}", "arm C(d)| => e,"]);
        check("match a { B | C => d, _ => e, F => g }", &["arm B | C| => d,", "arm F| => g"]);
        check("match a { #[cfg(x)] /* y */ B => c , _ => d }", &["arm #[cfg(x)] /* y */ B| => c ,"]);
        check("match a { | B | 1.. => c, _ => d }", &["arm | B | 1..| => c,"]);
        check("match a { B => c, d => e }", &[]);
        check("match a { B => c, (_) => d, _ | _ => e }", &[]);
        check("match a { _ => b }", &[]);
    }

    #[test]
    fn an_arm_with_a_guard_is_not_deleted() {
        check("match a { B if c => d, B => e, _ => f }", &["arm B| => e,"]);
        let whole = "match a { B => c, _ if d => e, f => g }";
        let copies = ["match a {  _ if d => e, f => g }", "match a { B => c, _ if d => e,  }"];
        check(whole, &copies.map(|copy| format!("copy {whole} => {copy}")).each_ref().map(String::as_str));
    }

    #[test]
    fn guards_become_true_and_false() {
        check_guards("match a { B if c == d && e => f, G if(h) => i, J => k }", &["c == d && e => true; false", "(h) =>  true;  false"]);
        for chain in ["let B = c", "a && let B = c && d"] {
            let guarded = |guard: &str| format!("match a {{ _ if {guard} => e, f => g }}");
            let copies = format!("copy {} => {}; {}", guarded(chain), guarded("true"), guarded("false"));
            check_guards(&guarded(chain), &[&copies]);
        }
        check_guards("match a { B => c, _ => d }", &[]);
    }
}
