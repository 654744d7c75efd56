//! Const contexts on the way: what the compiler evaluates, and which literals do not count there.

use syn::visit;
use syn::{Ident, Pat};

use super::{Evaluated, Walk};
use crate::mutate::{Operator, Rule};

pub(super) const LITERALS: [Operator; 3] = [Operator::BoolLiteral, Operator::IntLiteral, Operator::StrLiteral];

impl Walk<'_, '_> {
    /// Visit code that the compiler evaluates (`true`) or the program (`false`).
    pub(super) fn evaluated(&mut self, by_the_compiler: bool, visit: impl FnOnce(&mut Self)) {
        self.evaluated_as(if by_the_compiler { Evaluated::ByCompiler } else { Evaluated::ByProgram }, visit);
    }

    /// Visit a pattern. Those of a `match` that can be copied are visited as such.
    pub(super) fn pattern(&mut self, pat: &Pat) {
        match self.scope.evaluated {
            Evaluated::InPattern(_) => visit::visit_pat(self, pat),
            _ => self.evaluated(true, |walk| visit::visit_pat(walk, pat)),
        }
    }

    /// Visit code that is evaluated like this.
    pub(super) fn evaluated_as(&mut self, evaluated: Evaluated, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.scope.evaluated, evaluated);
        let leaves_out = evaluated.is_const() && self.scope.leaves_out(Rule::Constants);
        self.at(|place| if leaves_out { place.leave_out(&LITERALS) } else { place.let_in(&LITERALS) }, visit);
        self.scope.evaluated = outer;
    }

    /// Visit a constant's type and value: unlike other code that the compiler evaluates, a literal that is
    /// all of it matters to the program.
    pub(super) fn constant(&mut self, ident: &Ident, visit: impl FnOnce(&mut Self)) {
        let as_value = |walk: &mut Self| {
            walk.scope.evaluated = Evaluated::AsValue;
            visit(walk);
        };
        self.named(ident, |walk| walk.evaluated(true, |walk| walk.at(|place| place.let_in(&LITERALS), as_value)));
    }
}
