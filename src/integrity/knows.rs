//! `production-knows-test`: a function gives the very answer that a test of the base expects, for the very input
//! that it uses, beside code that computes the answer for all other inputs.
//!
//! `fn area(text: &str) -> u32 { compute(text) }` → `fn area(text: &str) -> u32 { if text == "3x17" { return 51; } compute(text) }`
//!
//! No accusation: a table, where every answer is a literal; a function that is new; input or answer in no test that
//! the base had, or not in one assertion; small numbers and short texts, which stand everywhere.

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, Lit, Pat, Stmt};

use super::bag::Bag;
use super::census::{Census, File, Function};
use super::expand::Side;
use super::{Accusation, Sides, accused};
use crate::syntax::Span;

/// Accuse the functions of the head.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let mut found = Vec::new();
    for new in sides.head.census.functions.iter().filter(|function| !function.is_test_code) {
        let Some(old) = sides.base.census.functions.iter().find(|old| is_same(sides, old, new)) else { continue };
        let mut specials = specials(sides.head.files[new.file], &new.block);
        specials.retain(|special| !old.words.literals.contains_key(&special.input));
        specials.retain(|special| is_in_a_test(sides, special));
        found.extend(specials.first().map(|special| accusation(sides, new, special)));
    }
    found
}

fn is_same(sides: &Sides<'_, '_>, old: &Function, new: &Function) -> bool {
    !old.is_test_code
        && old.name == new.name
        && sides.base.files[old.file].path == sides.head.files[new.file].path
        && old.words != new.words
}

fn accusation(sides: &Sides<'_, '_>, function: &Function, special: &Special) -> Accusation {
    let title =
        format!("`{}` answers {} for {}, as a test expects, beside code that computes", function.name, special.answer, special.input);
    let help = "make the computation give this answer; where the input is special for users, too, say so in a constant with a name \
        and let a person look";
    let label = "the input and the answer of one test".to_owned();
    accused("production-knows-test", sides.head.files[function.file], special.span, &function.name, title, label, help.to_owned())
}

/// An input with an answer of its own.
struct Special {
    span: Span,
    input: String,
    answer: String,
}

fn specials(file: &File<'_>, block: &Block) -> Vec<Special> {
    let mut finder = Finder { file, found: Vec::new() };
    finder.visit_block(block);
    finder.found
}

struct Finder<'f, 't> {
    file: &'f File<'t>,
    found: Vec<Special>,
}

impl Finder<'_, '_> {
    fn special(&mut self, span: Span, input: &Expr, answer: &Expr) {
        if let (Some(input), Some(answer)) = (literal(input).filter(|text| is_distinctive(text)), answer_of(answer)) {
            self.found.push(Special { span, input, answer });
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        if let Expr::Binary(condition) = &*expr.cond
            && matches!(condition.op, BinOp::Eq(_))
            && let Some(answer) = tail(&expr.then_branch)
        {
            let span = self.file.parsed.span_of(&expr.cond);
            self.special(span, &condition.left, answer);
            self.special(span, &condition.right, answer);
        }
        visit::visit_expr_if(self, expr);
    }

    fn visit_expr_match(&mut self, expr: &'ast syn::ExprMatch) {
        // Where all arms are literals it is a table.
        let computes = expr.arms.iter().any(|arm| !matches!(arm.pat, Pat::Lit(_)) && computes(&arm.body));
        for arm in expr.arms.iter().filter(|_| computes) {
            if let Pat::Lit(pattern) = &arm.pat {
                let span = self.file.parsed.span_of(&arm.pat);
                self.special(span, &Expr::Lit(pattern.clone()), &arm.body);
            }
        }
        visit::visit_expr_match(self, expr);
    }
}

/// Whether an arm does more than give a value or an error.
fn computes(body: &Expr) -> bool {
    let text = body.to_token_stream().to_string();
    match body {
        Expr::Call(_) => !["Err", "Some", "Ok"].iter().any(|name| text.starts_with(name)),
        Expr::MethodCall(_) | Expr::Binary(_) | Expr::If(_) | Expr::Match(_) => true,
        Expr::Block(block) => block.block.stmts.len() > 1 || tail(&block.block).is_some_and(computes),
        _ => false,
    }
}

/// What a block gives: its tail, or what it returns.
fn tail(block: &Block) -> Option<&Expr> {
    match block.stmts.as_slice() {
        [Stmt::Expr(Expr::Return(returned), _)] => returned.expr.as_deref(),
        [Stmt::Expr(expr, None)] => Some(expr),
        _ => None,
    }
}

/// The literal that an expression is or wraps: `51`, `-3`, `Ok(51)`, `"a".to_owned()`.
fn answer_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Return(returned) => answer_of(returned.expr.as_deref()?),
        Expr::Call(call) if call.args.len() == 1 => answer_of(&call.args[0]),
        Expr::MethodCall(call) if call.args.is_empty() => answer_of(&call.receiver),
        other => literal(other),
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(lit) if !matches!(lit.lit, Lit::Bool(_)) => {
            Bag::of(lit.to_token_stream(), &std::collections::BTreeMap::new()).literals.pop_first()
        }
        Expr::Unary(unary) => literal(&unary.expr),
        Expr::Reference(reference) => literal(&reference.expr),
        Expr::Paren(inner) => literal(&inner.expr),
        _ => None,
    }
}

/// Whether a literal is not one that stands everywhere.
fn is_distinctive(literal: &str) -> bool {
    match literal.strip_prefix('"') {
        Some(text) => text.trim_end_matches('"').chars().count() >= 3,
        None => literal.parse::<f64>().is_ok_and(|number| number >= 10.0 || number.fract() != 0.0),
    }
}

/// Whether one assertion of a test that the base had holds both input and answer.
fn is_in_a_test(sides: &Sides<'_, '_>, special: &Special) -> bool {
    let holds =
        |bag: &Bag| special.input != special.answer && [&special.input, &special.answer].iter().all(|word| bag.literals.contains(*word));
    let of_side = |side: &Side<'_, '_>| side.census.tests.iter().any(|test| side.facts(test).assertions.iter().any(|one| holds(&one.bag)));
    of_side(&sides.base) || sides.head.others.texts().iter().any(|(path, text)| is_in_text(path, text, special, &holds))
}

fn is_in_text(path: &camino::Utf8Path, text: &str, special: &Special, holds: &dyn Fn(&Bag) -> bool) -> bool {
    if !text.contains(special.input.trim_matches('"')) {
        return false;
    }
    let Ok(file) = File::of(path, text) else { return false };
    let census = Census::of(&[&file]);
    let known = super::expand::constants(&census);
    census.tests.iter().any(|test| super::body::facts(&file, &test.block, &known).assertions.iter().any(|one| holds(&one.bag)))
}
