//! From a parsed file to its mutants: where, what replaces what, and whether a switch in the running
//! program can make the change. Pure: refuses to touch files and to know how verdicts are reached.

mod about;
mod companions;
mod constants;
mod consumers;
mod operator;
mod operators;
mod selection;
mod skips;

pub use about::{About, OPERATORS};
pub use companions::Companion;
pub use operator::Operator;
pub use selection::{AboutRule, RULES, Rule, Selection};
pub use skips::{Complaint, Skip};

use std::sync::Arc;

use crate::syntax::{CfgStack, Namespace, Parsed, Span};

/// One change at one site.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// 12 hex digits: a hash of path, item, operator, tokens and occurrence; no line numbers in it.
    pub id: String,
    /// The family of the change.
    pub operator: Operator,
    /// The text that the change replaces: for operators the operator token, for function values the body
    /// from its first to its last token, for arms the whole arm, for fields the field and its comma.
    pub span: Span,
    /// What stands there instead; for a deletion nothing, or a space where the neighbours would merge.
    pub replacement: String,
    /// The innermost function around it, if any: `module::Type::name`.
    pub function: Option<String>,
    /// The cfg predicates that govern it.
    pub cfg: CfgStack,
}

/// Mutants that one switch in the running program can tell apart.
#[derive(Clone, Debug)]
pub struct Site {
    /// How the switch is built, and around what.
    pub shape: Shape,
    /// Whether the innermost enclosing function is a `const fn`.
    pub in_const_fn: bool,
    /// Whether it is part of a constant's value: its switch works in the constant's [`Companion`] alone.
    pub in_value: bool,
    /// The mutants at this site, never empty, in the order in which the operator lists them.
    pub mutants: Vec<Mutant>,
}

/// How a site's mutants can be switched at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The expression at the span: each mutant edits text inside it, and the edited expression stands in
    /// the same place with the same grouping as the edited file would give it.
    Expression(Span),
    /// The `match` at the span, of which each mutant has a copy with its change made: what it changes is a pattern, or
    /// decides which patterns there are. Nothing stands around it that did not before.
    Match(Span),
    /// A function's body (the block with its braces; `entry` is where its first statement may stand,
    /// behind inner attributes): each mutant returns its replacement at once.
    Body {
        /// The block, braces included.
        block: Span,
        /// Byte at which a first statement can be inserted.
        entry: u32,
    },
    /// A match arm that can be switched off by a guard: `pattern_end` is where ` if ..` can be inserted.
    Arm {
        /// The whole arm, its comma included.
        arm: Span,
        /// Byte behind the arm's pattern.
        pattern_end: u32,
    },
    /// The statement at the span, its attributes and semicolon included: the mutant deletes it.
    Statement(Span),
    /// The expression at the span is an iterator, and each mutant makes it one of another type with the
    /// same items; otherwise as [`Shape::Expression`].
    Iterator(Span),
    /// The statements at the span are the body of a function whose value is an iterator of a type without a name, and
    /// they leave it in no other way than at their end: each mutant gives other items.
    IteratorBody(Span),
    /// A constant that only run-time code of its own scope uses: each mutant stands beside it as a constant of
    /// its own, and the switches stand where it is used.
    Constant {
        /// The constant's name in its item.
        name: Span,
        /// Byte behind the item's `;`.
        end: u32,
        /// Every use, in source order.
        uses: Vec<Use>,
    },
    /// Marked to be left alone: neither switched nor rebuilt.
    Ignored {
        /// The reason that the mark gives.
        reason: Arc<str>,
    },
    /// No Rust at all, though `syn` may take it: the compiler's parser refuses it whatever stands around.
    Refused {
        /// What the compiler says.
        message: &'static str,
    },
    /// No switch can make this change (a const context, a pattern, `impl Trait`): it is rebuilt alone.
    Rebuild {
        /// Why, for people.
        reason: &'static str,
    },
}

/// Why what stands in a const context is rebuilt.
pub const CONST_CONTEXT: &str = "a const context";

/// Where a constant is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The expression that a switch stands around.
    pub span: Span,
    /// Each place of the constant's name in it.
    pub names: Vec<Span>,
}

/// What a file's text says about mutants.
#[derive(Clone, Debug, Default)]
pub struct Mutated {
    /// Its sites, in source order.
    pub sites: Vec<Site>,
    /// Its constants that the program can compute again, in source order.
    pub companions: Vec<Companion>,
    /// Its marks that leave mutants alone, in source order.
    pub skips: Vec<Skip>,
    /// Marks that do not count.
    pub complaints: Vec<Complaint>,
}

/// The mutants of a file for `selection`. `path` goes into the ids; `namespace` and `cfg` are those of the
/// file's module.
pub fn mutate(parsed: &Parsed<'_>, path: &str, namespace: &Namespace, cfg: &CfgStack, selection: Selection) -> Mutated {
    let marks = skips::Marks::of(parsed);
    let mut mutated = operators::mutate(parsed, path, namespace, cfg, selection, marks);
    mutated.companions = constants::switch_at_uses(parsed, &mut mutated.sites);
    consumers::widen(parsed, &mut mutated.sites);
    mutated
}

/// What a file's text says about the number of its sites.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// How many sites it has, those that marks leave alone not counted.
    pub sites: u32,
    /// Its marks that leave mutants alone, in source order.
    pub skips: Vec<Skip>,
    /// Marks that do not count.
    pub complaints: Vec<Complaint>,
}

/// How many sites [`mutate`] finds that no mark leaves alone, and the marks; sooner, for no mutant is made.
pub fn count(parsed: &Parsed<'_>, namespace: &Namespace, cfg: &CfgStack, selection: Selection) -> Counted {
    operators::count(parsed, namespace, cfg, selection, skips::Marks::of(parsed))
}

/// The sites alone.
pub fn sites(parsed: &Parsed<'_>, path: &str, namespace: &Namespace, cfg: &CfgStack, selection: Selection) -> Vec<Site> {
    mutate(parsed, path, namespace, cfg, selection).sites
}

impl Mutant {
    /// The whole file with this change made for real.
    pub fn apply(&self, text: &str) -> String {
        let range = self.span.range();
        format!("{}{}{}", &text[..range.start], self.replacement, &text[range.end..])
    }

    /// The text of `span`, which holds the change, with this change made.
    pub fn apply_within(&self, text: &str, span: Span) -> String {
        let before = Span::new(span.start, self.span.start).of(text);
        let after = Span::new(self.span.end, span.end).of(text);
        format!("{before}{}{after}", self.replacement)
    }
}
