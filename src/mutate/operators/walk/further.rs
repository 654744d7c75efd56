//! The way to the families that cargo-mutants does not have, and the rules about places that can be switched
//! off. Owns what these must remember of the code already passed.

use std::collections::HashSet;

use syn::{Block, Expr, Lit, Path, Signature, Stmt, UnOp};

use super::super::{comparison, condition, extent, literal, loop_control, method, question_mark, range_end, statement};
use super::{Found, Walk, attributes, ends_with};
use crate::mutate::{Operator, Rule};
use crate::syntax::Span;

/// Hints about memory: a program that gives other ones behaves the same. cargo-mutants knows the first.
const CAPACITY: [&str; 7] = ["with_capacity", "reserve", "reserve_exact", "try_reserve", "try_reserve_exact", "shrink_to_fit", "shrink_to"];

/// Crates whose functions log.
const LOGGING: [&str; 5] = ["log", "tracing", "slog", "defmt", "env_logger"];

/// What is remembered of code that lies before.
#[derive(Default)]
pub(super) struct Memory {
    /// Variables declared without a value, by name; too many after a name is declared again, never too few.
    deferred: HashSet<String>,
    /// First bytes of statements and literals that another change tells about.
    spared: HashSet<u32>,
    /// Labels of the blocks around.
    pub(super) labels: Vec<String>,
    /// What a switch of the next literal must stand around.
    around: Option<Span>,
}

impl Memory {
    pub(super) fn declare(&mut self, local: &syn::Local) {
        self.deferred.extend(statement::deferred_variables(local));
    }
}

/// Whether a function gives `fmt::Result`.
pub(super) fn is_formatting(signature: &Signature) -> bool {
    let syn::ReturnType::Type(_, output) = &signature.output else { return false };
    let syn::Type::Path(output) = &**output else { return false };
    let names: Vec<String> = output.path.segments.iter().rev().map(|segment| segment.ident.to_string()).collect();
    names.len() > 1 && names[0] == "Result" && names[1] == "fmt"
}

impl Walk<'_, '_> {
    /// Keep what the further families find in an expression.
    pub(super) fn further(&mut self, expr: &Expr) {
        let scope = &self.scope;
        match expr {
            Expr::If(node) => {
                let found = condition::of_if(scope, node);
                self.spare_branch(node);
                self.keep(found);
            }
            Expr::While(node) => self.keep(condition::of_while(scope, node)),
            Expr::ForLoop(node) => self.keep(range_end::iterated(scope, &node.expr)),
            Expr::Break(node) => {
                let labels = &self.memory.labels;
                self.keep(loop_control::of_break(scope, node, |label| labels.iter().any(|known| label.ident == known)));
            }
            Expr::Continue(node) => self.keep([loop_control::of_continue(scope, node)]),
            Expr::Try(node) => self.keep([question_mark::site(scope, node)]),
            Expr::Cast(_) | Expr::Unary(syn::ExprUnary { op: UnOp::Neg(_), .. }) => self.hold_literal(expr),
            other => self.in_parts(other),
        }
    }

    /// What is found in a call's or a reference's parts.
    fn in_parts(&mut self, expr: &Expr) {
        let scope = &self.scope;
        match expr {
            Expr::Reference(node) => self.keep(range_end::of_reference(scope, expr, &node.expr)),
            Expr::Call(node) => self.keep(range_end::in_call(scope, expr, &node.args)),
            Expr::MethodCall(node) => {
                let ranges = range_end::in_call(scope, expr, &node.args);
                let receiver = range_end::of_receiver(scope, expr, &node.receiver, &node.method.to_string());
                let method = method::site(scope, node);
                self.keep(ranges.into_iter().chain(receiver).chain(method));
            }
            _ => {}
        }
    }

    /// The switch of the literal under casts and a sign stands around those.
    fn hold_literal(&mut self, expr: &Expr) {
        if self.memory.around.is_none() && literal::under(expr).is_some() {
            self.memory.around = Some(extent::of(self.scope.parsed, expr));
        }
    }

    pub(super) fn literal(&mut self, literal: &Lit) {
        let around = self.memory.around.take();
        let is_told = self.memory.spared.contains(&self.scope.parsed.start(literal.span()));
        if !is_told {
            self.keep(literal::site(&self.scope, literal, around));
        }
    }

    /// Keep the deletion of a statement.
    pub(super) fn statement(&mut self, stmt: &Stmt) {
        let Stmt::Expr(expr, _) = stmt else { return };
        if self.leaves_out_call(expr) {
            return;
        }
        self.under(attributes::of_expr(expr), |walk| {
            let is_spared = |found: &Found| walk.memory.spared.contains(&found.changes[0].span.start);
            let found = statement::site(&walk.scope, stmt, |name| walk.memory.deferred.contains(name));
            let found = found.filter(|found| !is_spared(found));
            walk.keep(found);
        });
    }

    /// Leave literals alone that other changes tell about.
    pub(super) fn spare_literals<'a>(&mut self, comparisons: impl Iterator<Item = &'a syn::ExprBinary>) {
        let told = comparisons.filter_map(|comparison| comparison::told_literal(&self.scope, comparison));
        let starts: Vec<u32> = told.map(|literal| self.scope.parsed.start(literal.span())).collect();
        self.memory.spared.extend(starts);
    }

    /// A function whose only statement is left out returns at once, as it does when its value is replaced.
    pub(super) fn spare_body(&mut self, block: &Block, value: Option<&Found>) {
        self.memory.deferred.clear();
        if value.is_some() && self.scope.selection.has(Operator::FnValue) {
            self.spare(block);
        }
    }

    /// A branch whose only statement is left out does as much as one that is not taken.
    fn spare_branch(&mut self, node: &syn::ExprIf) {
        if node.else_branch.is_none() && condition::can_be_false(&self.scope, &node.cond) {
            self.spare(&node.then_branch);
        }
    }

    fn spare(&mut self, block: &Block) {
        if self.scope.leaves_out(Rule::Redundant) {
            self.memory.spared.extend(statement::only_statement(&self.scope, block));
        }
    }

    /// Whether the rules leave out an `impl` of the trait.
    pub(super) fn leaves_out_impl(&self, of: &Path) -> bool {
        let is = |name, rule| ends_with(of, name) && self.scope.leaves_out(rule);
        is("Default", Rule::DefaultImpls) || is("Debug", Rule::DebugImpls)
    }

    /// Whether the rules leave out a method.
    pub(super) fn leaves_out_method(&self, signature: &Signature) -> bool {
        signature.ident == "new" && self.scope.leaves_out(Rule::Constructors)
    }

    /// Whether the rules leave out a call, with all that stands in it.
    pub(super) fn leaves_out_call(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) => {
                matches!(&*call.func, Expr::Path(function) if self.leaves_out_function(&function.path))
            }
            Expr::MethodCall(call) => self.is_capacity(&call.method),
            _ => false,
        }
    }

    fn leaves_out_function(&self, path: &Path) -> bool {
        let first = path.segments.first().filter(|_| path.segments.len() > 1);
        let logs = first.is_some_and(|first| LOGGING.iter().any(|name| first.ident == name));
        logs && self.scope.leaves_out(Rule::Logging) || path.segments.last().is_some_and(|last| self.is_capacity(&last.ident))
    }

    fn is_capacity(&self, name: &syn::Ident) -> bool {
        let known = if self.scope.selection.is_as_cargo_mutants() { &CAPACITY[..1] } else { &CAPACITY[..] };
        self.scope.leaves_out(Rule::Capacity) && known.iter().any(|known| name == known)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::made;
    use crate::mutate::{Rule, Selection};

    /// How many mutants the set `default` makes in the case of a rule.
    fn left(rule: Rule) -> usize {
        match rule {
            Rule::Redundant => 1,
            Rule::Formatting => 3,
            _ => 0,
        }
    }

    /// Each place, what the set `default` makes of it, and the rule without which there is more.
    #[test]
    fn places_are_left_out_by_rules_that_can_be_switched_off() {
        let cases = [
            (Rule::Capacity, "fn f() -> ! { a.reserve(1); Vec::with_capacity(2).shrink_to_fit() }"),
            (Rule::Logging, "fn f() -> ! { log::set_max_level(1); tracing::event(2) }"),
            (Rule::DebugImpls, "impl fmt::Debug for A { fn f() -> bool { a(1) } }"),
            (Rule::DefaultImpls, "impl Default for A { fn default() -> A { a(1) } }"),
            (Rule::Constructors, "impl A { fn new() -> A { a(1) } }"),
            (Rule::Messages, "fn f() -> ! { a.expect(\"b\") }"),
            (Rule::Constants, "fn f(a: [u8; 1]) -> ! { match a { 2 => b, C => d } }"),
            (Rule::Formatting, "fn f() -> fmt::Result { a(); b()?; c }"),
            (Rule::Redundant, "fn f() -> bool { true }"),
        ];
        for (rule, source) in cases {
            let default = made(Selection::default(), source);
            let kept = made(Selection::default().keeping(&[rule]), source);
            assert_eq!((default, kept > default), (left(rule), true), "{source}");
        }
    }

    #[test]
    fn the_set_of_cargo_mutants_knows_no_other_place() {
        let source = "impl fmt::Debug for A { fn f() -> ! { a.reserve(b + c); log::d(e == f); g(2 < h) } }";
        assert_eq!(made(Selection::cargo_mutants(), source), 2 + 1 + 3);
    }
}
