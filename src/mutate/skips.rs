//! Marks in the code that leave mutants alone, each with a reason: `#[mutants::skip]` and comments.
//!
//! ```text
//! // gate: skip the order is checked by the caller
//! // gate: skip(BinaryOperator, IntLiteral) any size will do
//! #[mutants::skip] // called by the kernel only
//! ```
//!
//! A comment stands on the line above what it governs, or at the end of its first line. It governs the
//! largest item, statement, match arm or field that begins there; where none begins there (an argument, a
//! method of a chain), the mutants on that line. The attribute governs what it stands on.
//!
//! A comment without a reason, or with an operator that does not exist, does not count, and is said to. The
//! reason of an attribute is the comment at the end of its line, else its own name.

use std::sync::Arc;

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Stmt};

use super::Operator;
use super::operators::Change;
use crate::syntax::{Layout, Parsed, Span, has_skip_marker, is_test_code, outer_attributes};

/// A mark that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The comment or the attribute.
    pub mark: Span,
    /// Why, in the words of the code's author.
    pub reason: Arc<str>,
    /// The operators that it speaks of; none for all.
    pub operators: Vec<Operator>,
    /// How many mutants it leaves alone.
    pub governs: u32,
}

/// A mark that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Where.
    pub mark: Span,
    /// What is wrong, with the next step.
    pub message: String,
}

/// The marks of a file.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// In source order.
    pub(super) skips: Vec<Skip>,
    pub(super) complaints: Vec<Complaint>,
    /// What each governs.
    areas: Vec<Area>,
}

#[derive(Clone, Copy, Debug)]
enum Area {
    /// Mutants that lie whole in it.
    Node(Span),
    /// Mutants that begin in it.
    Line(Span),
}

const WORD: &str = "gate: skip";

impl Marks {
    pub(super) fn of(parsed: &Parsed<'_>) -> Marks {
        let mut marks = Marks::default();
        if !parsed.text.contains(WORD) && !parsed.text.contains("mutants") {
            return marks;
        }
        let layout = Layout::of(parsed);
        let mut nodes = Nodes { parsed, layout: &layout, starts: Vec::new(), marked: Vec::new() };
        nodes.file();
        let mut found: Vec<(Skip, Area)> = Vec::new();
        for (attribute, node) in &nodes.marked {
            found.push((attribute_skip(parsed, &layout, *attribute), Area::Node(*node)));
        }
        for comment in &layout.comments {
            match read(comment.of(parsed.text)) {
                None => {}
                Some(Err(message)) => marks.complaints.push(Complaint { mark: *comment, message }),
                Some(Ok((operators, reason))) => {
                    let skip = Skip { mark: *comment, reason: reason.into(), operators, governs: 0 };
                    found.push((skip, nodes.area(*comment)));
                }
            }
        }
        found.sort_by_key(|(skip, _)| skip.mark);
        (marks.skips, marks.areas) = found.into_iter().unzip();
        marks
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.skips.is_empty()
    }

    /// The mark that governs `change`, the innermost first.
    pub(super) fn governs(&mut self, change: &Change) -> Option<Arc<str>> {
        let speaks = |skip: &Skip| skip.operators.is_empty() || skip.operators.contains(&change.operator);
        let governing = self.skips.iter_mut().zip(&self.areas).filter(|(skip, area)| speaks(skip) && area.holds(change.span));
        let (skip, _) = governing.max_by_key(|(skip, _)| skip.mark.start)?;
        skip.governs += 1;
        Some(skip.reason.clone())
    }
}

impl Area {
    const fn holds(self, span: Span) -> bool {
        match self {
            Area::Node(node) => node.contains(span),
            Area::Line(line) => line.start <= span.start && span.start < line.end,
        }
    }
}

/// What a comment says: nothing of ours, a mistake, or operators and a reason.
fn read(comment: &str) -> Option<Result<(Vec<Operator>, String), String>> {
    let rest = comment.trim_start_matches('/').trim_start().strip_prefix(WORD)?;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-') {
        return None;
    }
    let (names, reason) = match rest.trim_start().strip_prefix('(') {
        Some(list) => match list.split_once(')') {
            Some((names, reason)) => (names, reason),
            None => return Some(Err("`gate: skip(` has no `)`; close the list of operators".to_owned())),
        },
        None => ("", rest),
    };
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    let operators = names.map(|name| Operator::named(name).ok_or_else(|| unknown(name))).collect::<Result<Vec<_>, _>>();
    let reason = reason.trim_start_matches([':', '-', ' ']).trim();
    Some(match operators {
        Ok(_) if reason.is_empty() => Err("`gate: skip` without a reason does not count; say why behind it".to_owned()),
        operators => operators.map(|operators| (operators, reason.to_owned())),
    })
}

fn unknown(name: &str) -> String {
    let known: Vec<&'static str> = Operator::all().map(Operator::name).collect();
    let help =
        crate::nearest::nearest(name, &known).map_or(format!("known are: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
    format!("`gate: skip` names no operator with `{name}`; {help}")
}

fn attribute_skip(parsed: &Parsed<'_>, layout: &Layout, mark: Span) -> Skip {
    let line_end = parsed.text[mark.end as usize..].find('\n').map_or(parsed.text.len(), |length| mark.end as usize + length);
    let behind = layout.comments.iter().find(|comment| mark.end <= comment.start && (comment.start as usize) < line_end);
    let words = behind.map(|comment| comment.of(parsed.text).trim_start_matches('/').trim()).filter(|words| !words.is_empty());
    Skip { mark, reason: words.unwrap_or("marked `#[mutants::skip]`").into(), operators: Vec::new(), governs: 0 }
}

/// What comments and attributes can govern.
struct Nodes<'p, 't> {
    parsed: &'p Parsed<'t>,
    layout: &'p Layout,
    /// Where a node begins, attributes in front or behind, and the node.
    starts: Vec<(u32, Span)>,
    /// Attributes with the nodes that they leave alone.
    marked: Vec<(Span, Span)>,
}

impl Nodes<'_, '_> {
    fn file(&mut self) {
        let parsed = self.parsed;
        let whole = Span::new(0, u32::try_from(parsed.text.len()).unwrap_or(u32::MAX));
        self.add(&parsed.tree.attrs, whole);
        // A file's own attributes stand inside it: what begins behind them is the first item.
        self.starts.clear();
        self.visit_file(&parsed.tree);
    }

    fn add(&mut self, attrs: &[Attribute], node: Span) {
        self.starts.push((node.start, node));
        for attr in attrs {
            let span = self.parsed.span_of(attr);
            self.starts.extend(self.layout.token_from(span.end).map(|token| (token.start, node)));
            if has_skip_marker(std::slice::from_ref(attr)) {
                self.marked.push((span, node));
            }
        }
    }

    /// Add a node and visit what lies in it, unless it is test code, which has no mutants to leave alone.
    fn node(&mut self, attrs: &[Attribute], node: Span, visit: impl FnOnce(&mut Self)) {
        if !is_test_code(attrs) {
            self.add(attrs, node);
            visit(self);
        }
    }

    /// What a comment governs.
    fn area(&self, comment: Span) -> Area {
        let text = self.parsed.text;
        let line_start = short(text[..comment.start as usize].rfind('\n').map_or(0, |end| end + 1));
        let is_alone = Span::new(line_start, comment.start).of(text).trim().is_empty();
        let from = if is_alone { comment.end } else { line_start };
        let Some(at) = self.layout.token_from(from).map(|token| token.start) else { return Area::Line(comment) };
        let node = self.starts.iter().filter(|(start, _)| *start == at).max_by_key(|(_, node)| node.end - node.start);
        node.map_or_else(|| Area::Line(line_around(text, at)), |(_, node)| Area::Node(*node))
    }
}

fn line_around(text: &str, at: u32) -> Span {
    let start = text[..at as usize].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at as usize..].find('\n').map_or(text.len(), |length| at as usize + length);
    Span::new(short(start), short(end))
}

fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'ast> Visit<'ast> for Nodes<'_, '_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.node(outer_attributes::of_item(item), self.parsed.span_of(item), |nodes| visit::visit_item(nodes, item));
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        self.node(outer_attributes::of_impl_item(item), self.parsed.span_of(item), |nodes| visit::visit_impl_item(nodes, item));
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        self.node(outer_attributes::of_trait_item(item), self.parsed.span_of(item), |nodes| visit::visit_trait_item(nodes, item));
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.node(&variant.attrs, self.parsed.span_of(variant), |nodes| visit::visit_variant(nodes, variant));
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        let attrs = match stmt {
            Stmt::Local(local) => &local.attrs,
            Stmt::Expr(expr, _) => outer_attributes::of_statement(expr),
            Stmt::Macro(_) | Stmt::Item(_) => &[],
        };
        self.node(attrs, self.parsed.span_of(stmt), |nodes| visit::visit_stmt(nodes, stmt));
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let span = self.parsed.span_of(arm);
        let comma = arm.comma.map_or(span, |comma| self.parsed.span(comma.span));
        self.node(&arm.attrs, span.join(comma), |nodes| visit::visit_arm(nodes, arm));
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        let span = self.parsed.span_of(field);
        // The comma behind goes with a deleted field.
        let comma = self.layout.token_from(span.end).filter(|token| token.of(self.parsed.text) == ",");
        self.node(&field.attrs, comma.map_or(span, |comma| span.join(comma)), |nodes| visit::visit_field_value(nodes, field));
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        let attrs = outer_attributes::of_expr(expr);
        if attrs.is_empty() {
            visit::visit_expr(self, expr);
        } else {
            self.node(attrs, self.parsed.span_of(expr), |nodes| visit::visit_expr(nodes, expr));
        }
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

#[cfg(test)]
mod tests;
