//! Where the walk is (file, names, cfg, what kind of code) and what an operator finds there. Owns no
//! rule of any operator.

use std::sync::Arc;

use quote::ToTokens;

use super::Shape;
use crate::mutate::{Operator, Rule, Selection};
use crate::syntax::{CfgStack, Namespace, Parsed, Span, pretty};

/// The surroundings of a node.
#[derive(Clone)]
pub(super) struct Scope<'p, 't> {
    /// The file.
    pub(super) parsed: &'p Parsed<'t>,
    /// The names of the enclosing modules, impls, traits and functions.
    pub(super) namespace: Namespace,
    /// The predicates that govern the code.
    pub(super) cfg: CfgStack,
    /// The innermost function.
    pub(super) function: Option<Arc<str>>,
    /// The innermost item that is no function, as a name for ids.
    pub(super) item: Arc<str>,
    /// Whether the innermost function is a `const fn`.
    pub(super) in_const_fn: bool,
    /// Who evaluates the code.
    pub(super) evaluated: Evaluated,
    /// What else is left out.
    pub(super) place: Place,
    /// What is wanted.
    pub(super) selection: Selection,
    /// Whether mutants get ids; they do not where they are only counted.
    pub(super) with_ids: bool,
}

/// Who evaluates code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Evaluated {
    /// The program.
    ByProgram,
    /// The compiler, as part of a constant's value and of no deeper const context.
    AsValue,
    /// The compiler, as a pattern of the `match` at the span, of which the program can have a copy for each change.
    InPattern(Span),
    /// The compiler, anywhere else.
    ByCompiler,
}

impl Evaluated {
    /// Whether it is the compiler.
    pub(super) fn is_const(self) -> bool {
        self != Evaluated::ByProgram
    }
}

/// The operators that find nothing at a place.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// A bit for each operator.
    without: u32,
}

impl Place {
    /// Let `operators` find nothing.
    pub(super) fn leave_out(&mut self, operators: &[Operator]) {
        self.without |= bits(operators);
    }

    /// Let `operators` find what there is.
    pub(super) fn let_in(&mut self, operators: &[Operator]) {
        self.without &= !bits(operators);
    }

    /// Whether `operator` finds nothing.
    pub(super) fn is_without(self, operator: Operator) -> bool {
        self.without & bits(&[operator]) != 0
    }
}

fn bits(operators: &[Operator]) -> u32 {
    operators.iter().fold(0, |bits, operator| bits | 1 << *operator as u32)
}

/// One change, before it has an id.
pub(crate) struct Change {
    /// Its family.
    pub(crate) operator: Operator,
    /// What it replaces.
    pub(crate) span: Span,
    /// By what.
    pub(super) replacement: String,
    /// What is changed, as tokens: what the id knows it by, and no more of the code around than it takes
    /// to tell it apart, so that the id holds when other code changes.
    pub(super) original: String,
    /// What the id knows the replacement by, where that is not the replacement itself.
    pub(super) known_as: Option<&'static str>,
    /// The predicates that govern it.
    pub(super) cfg: CfgStack,
}

/// The changes of one site, never empty.
pub(super) struct Found {
    /// How they are switched, const contexts apart: those are the walk's to know.
    pub(super) shape: Shape,
    /// In the order in which the operator lists them.
    pub(super) changes: Vec<Change>,
}

impl Scope<'_, '_> {
    /// A change at `span` that inserts `replacement` so that it does not run into its neighbours.
    pub(super) fn change(&self, operator: Operator, span: Span, replacement: &str, original: String) -> Change {
        let replacement = super::splice::spaced(self.parsed.text, span, replacement);
        Change { operator, span, replacement, original, known_as: None, cfg: self.cfg.clone() }
    }

    /// What is changed, as an id knows it; nothing where there are no ids, for writing tokens takes its time.
    pub(super) fn original(&self, node: &impl ToTokens) -> String {
        if self.with_ids { pretty(node) } else { String::new() }
    }

    /// Whether what `rule` speaks of is left out.
    pub(super) const fn leaves_out(&self, rule: Rule) -> bool {
        self.selection.leaves_out(rule)
    }
}
