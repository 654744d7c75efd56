//! Sites → edits that switch their mutants at run time. Owns the text of switches; which mutants there
//! are, and what becomes of those that cannot be switched, is told elsewhere.

use proc_macro2::TokenStream;

use super::edit::{Cause, Edit, Part};
use crate::mutate::{Mutant, Shape, Site, Use};
use crate::syntax::Span;

/// The arm that nobody comes to. `loop {}` alone would give the `match` the type of what never ends, which the compiler
/// takes for `()` where nothing tells it the type but a number that is `i32` for want of a better (`a * 2 - b` with
/// overloaded operators). Without it, the arm would seem to come to an end without the values that others give variables.
const NOTHING_ELSE: &str = "_ => { loop {} ::gate_rt::never() }";

/// What makes one type of an iterator and its alternatives, around the original.
pub const ORIGINAL_ITERATOR: &str = "::gate_rt::Either::Left";

/// The switches of a file's sites. Mutants are numbered through the sites in order; a mutant of a site
/// without an edit (see [`Shape::Rebuild`]) must be rebuilt alone, unless it is no Rust.
pub fn plan_switches(text: &str, sites: &[Site]) -> Vec<Edit> {
    let mut first = 0;
    let mut edits = Vec::new();
    for site in sites {
        match &site.shape {
            Shape::Constant { name, end, uses } => edits.extend(constant(text, site, first, *name, *end, uses).unwrap_or_default()),
            _ => edits.extend(plan_switch(text, site, first)),
        }
        first += count(site);
    }
    edits
}

fn count(site: &Site) -> u32 {
    u32::try_from(site.mutants.len()).unwrap_or(u32::MAX)
}

fn plan_switch(text: &str, site: &Site, first: u32) -> Option<Edit> {
    let (span, parts) = match &site.shape {
        Shape::Expression(span) => (*span, expression(text, site, *span, first)?),
        Shape::Match(span) => (*span, copies(text, site, *span, first)?),
        Shape::Iterator(span) => (*span, iterator(text, site, *span, first)?),
        Shape::Statement(span) => (*span, statement(*span, first)),
        Shape::Body { entry, .. } => (Span::empty(*entry), body(site, first)),
        Shape::Arm { pattern_end, .. } => (Span::empty(*pattern_end), arm(first)),
        Shape::IteratorBody(span) => (*span, iterator_body(site, *span, first)),
        Shape::Constant { .. } | Shape::Refused { .. } | Shape::Rebuild { .. } | Shape::Ignored { .. } => return None,
    };
    Some(Edit { span, parts, cause: Cause::Switch { first, count: count(site) } })
}

/// `(match select(B, n) { 0 => (original), 1 => (alternative), .. })`: the original first, so that it
/// fixes the type and errors land on the alternatives.
fn expression(text: &str, site: &Site, span: Span, first: u32) -> Option<Vec<Part>> {
    alternatives(text, site, span, first, ["", ""])
}

/// The same with iterators of two types, both as `Either`.
fn iterator(text: &str, site: &Site, span: Span, first: u32) -> Option<Vec<Part>> {
    alternatives(text, site, span, first, [ORIGINAL_ITERATOR, "::gate_rt::Either::Right"])
}

/// `match select(B, n) { `, and what stands before and behind it.
fn choice(before: &str, site: &Site, first: u32, behind: &str) -> Vec<Part> {
    vec![glue(&format!("{before}match ::gate_rt::select(")), Part::MutantSlot(first), glue(&format!(", {}) {{ {behind}", count(site)))]
}

fn alternatives(text: &str, site: &Site, span: Span, first: u32, [original, alternative]: [&str; 2]) -> Option<Vec<Part>> {
    let mut parts = choice("(", site, first, &format!("0 => {original}("));
    parts.extend([Part::Source(span), glue(")")]);
    for (mutant, k) in site.mutants.iter().zip(1..) {
        let edited = one_line(&mutant.apply_within(text, span))?;
        parts.push(Part::Arm { mutant: first + k - 1, text: format!(", {k} => {alternative}({edited})") });
    }
    parts.push(glue(&format!(", {NOTHING_ELSE} }})")));
    Some(parts)
}

/// `match select(B, n) { 0 => original, 1 => copy, .. }`: a `match` where one stood, so that it begins and ends
/// statements as that did, and what it borrows lives as long.
fn copies(text: &str, site: &Site, span: Span, first: u32) -> Option<Vec<Part>> {
    let mut parts = choice("", site, first, "0 => ");
    parts.push(Part::Source(span));
    for (mutant, k) in site.mutants.iter().zip(1..) {
        let copy = one_line(&mutant.apply_within(text, span))?;
        parts.push(Part::Arm { mutant: first + k - 1, text: format!(", {k} => {copy}") });
    }
    parts.push(glue(&format!(", {NOTHING_ELSE} }}")));
    Some(parts)
}

/// Constants beside the constant, one for each mutant, and switches around its uses. They stand and fall
/// together: a use without its switch would not see the mutant.
fn constant(text: &str, site: &Site, first: u32, name: Span, end: u32, uses: &[Use]) -> Option<Vec<Edit>> {
    let cause = Cause::Switch { first, count: count(site) };
    let numbered = || site.mutants.iter().zip(first..);
    let beside = |(mutant, index): (&Mutant, u32)| {
        let item = mutant.apply_within(text, Span::new(name.end, end));
        Some(Part::Arm { mutant: index, text: one_line(&format!(" const {}{item}", twin(text, name, index)))? })
    };
    let mut edits = vec![Edit { span: Span::empty(end), parts: numbered().map(beside).collect::<Option<_>>()?, cause }];
    for used in uses {
        let mut parts = choice("(", site, first, "0 => (");
        parts.extend([Part::Source(used.span), glue(")")]);
        for ((_, index), k) in numbered().zip(1..) {
            let renamed = one_line(&renamed(text, used, &twin(text, name, index)))?;
            parts.push(Part::Arm { mutant: index, text: format!(", {k} => ({renamed})") });
        }
        parts.push(glue(&format!(", {NOTHING_ELSE} }})")));
        edits.push(Edit { span: used.span, parts, cause });
    }
    Some(edits)
}

/// The name of the constant that stands beside one for a mutant.
fn twin(text: &str, name: Span, mutant: u32) -> String {
    format!("{}_GATE_{mutant}", name.of(text))
}

/// The use with another name for the constant.
fn renamed(text: &str, used: &Use, name: &str) -> String {
    let mut out = String::new();
    let mut at = used.span.start;
    for place in &used.names {
        out.push_str(Span::new(at, place.start).of(text));
        out.push_str(name);
        at = place.end;
    }
    out.push_str(Span::new(at, used.span.end).of(text));
    out
}

/// `match select(B, n) { 0 => Left({ body }), 1 => one_of(other), .. }`.
fn iterator_body(site: &Site, span: Span, first: u32) -> Vec<Part> {
    let mut parts = choice("", site, first, &format!("0 => {ORIGINAL_ITERATOR}({{ "));
    parts.extend([Part::Source(span), glue(" })")]);
    for (mutant, k) in site.mutants.iter().zip(1..) {
        let text = format!(", {k} => ::gate_rt::one_of({})", mutant.replacement);
        parts.push(Part::Arm { mutant: first + k - 1, text });
    }
    parts.push(glue(", _ => ::gate_rt::none() }"));
    parts
}

/// `if select(B, 1) == 0 { statement }`.
fn statement(span: Span, first: u32) -> Vec<Part> {
    vec![glue("if ::gate_rt::select("), Part::MutantSlot(first), glue(", 1) == 0 { "), Part::Source(span), glue(" }")]
}

/// `match select(B, n) { 1 => return value, .., _ => {} }` before the first statement.
fn body(site: &Site, first: u32) -> Vec<Part> {
    let mut parts = choice("", site, first, "");
    for (mutant, k) in site.mutants.iter().zip(1..) {
        parts.push(Part::Arm { mutant: first + k - 1, text: format!("{k} => return {}, ", mutant.replacement) });
    }
    parts.push(glue("_ => {} } "));
    parts
}

/// ` if select(B, 1) == 0` behind the arm's pattern. The guard as a whole is the alternative.
fn arm(first: u32) -> Vec<Part> {
    vec![glue(" if ::gate_rt::select("), Part::MutantSlot(first), glue(", 1) == 0")]
}

pub(super) fn glue(text: &str) -> Part {
    Part::Text(text.to_owned())
}

/// An alternative may not add lines to the file: comments and line ends go. `None` when they cannot.
pub(super) fn one_line(text: &str) -> Option<String> {
    if !text.contains('\n') {
        return Some(without_line_comment(text));
    }
    let tokens: TokenStream = text.parse().ok()?;
    Some(tokens.to_string()).filter(|line| !line.contains('\n'))
}

/// A line comment would swallow what follows the alternative on its line.
fn without_line_comment(text: &str) -> String {
    if !text.contains("//") {
        return text.to_owned();
    }
    text.parse::<TokenStream>().map_or_else(|_| text.to_owned(), |tokens| tokens.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::{Slots, Withdrawn, render};
    use crate::mutate::{Mutant, Operator};
    use crate::syntax::CfgStack;

    fn mutant(text: &str, token: &str, replacement: &str) -> Mutant {
        let start = u32::try_from(text.find(token).unwrap()).unwrap();
        let span = Span::new(start, start + u32::try_from(token.len()).unwrap());
        Mutant {
            id: String::new(),
            operator: Operator::BinaryOperator,
            span,
            replacement: replacement.to_owned(),
            function: None,
            cfg: CfgStack::default(),
        }
    }

    fn check(text: &str, shape: Shape, mutants: Vec<Mutant>, expect: &str) {
        let slots = Slots { base: 7, mutants: u32::try_from(mutants.len()).unwrap(), probes: 0 };
        let edits = plan_switches(text, &[Site { shape, in_const_fn: false, in_value: false, mutants }]);
        assert_eq!(render(text, &edits, slots, &Withdrawn::default()).text, expect);
    }

    #[test]
    fn each_shape_has_its_switch() {
        let text = "x = a < b;";
        let mutants = vec![mutant(text, "<", "=="), mutant(text, "<", ">")];
        let expect =
            "x = (match ::gate_rt::select(7, 2) { 0 => (a < b), 1 => (a == b), 2 => (a > b), _ => { loop {} ::gate_rt::never() } });";
        check(text, Shape::Expression(Span::new(4, 9)), mutants, expect);

        let text = "{ a }";
        let shape = Shape::Body { block: Span::new(0, 5), entry: 2 };
        let expect = "{ match ::gate_rt::select(7, 2) { 1 => return 0, 2 => return 1, _ => {} } a }";
        check(text, shape, vec![mutant(text, "a", "0"), mutant(text, "a", "1")], expect);

        let text = "A => 1,";
        let shape = Shape::Arm { arm: Span::new(0, 7), pattern_end: 1 };
        check(text, shape, vec![mutant(text, "A => 1,", "")], "A if ::gate_rt::select(7, 1) == 0 => 1,");

        let text = "a(); b";
        check(text, Shape::Statement(Span::new(0, 4)), vec![mutant(text, "a();", "")], "if ::gate_rt::select(7, 1) == 0 { a(); } b");

        let text = "a..b";
        let expect = "(match ::gate_rt::select(7, 1) { 0 => ::gate_rt::Either::Left(a..b), 1 => ::gate_rt::Either::Right(a..=b), _ => { loop {} ::gate_rt::never() } })";
        check(text, Shape::Iterator(Span::new(0, 4)), vec![mutant(text, "..", "..=")], expect);

        let text = "{ a; b.iter() }";
        let expect = "{ match ::gate_rt::select(7, 2) { 0 => ::gate_rt::Either::Left({ a; b.iter() }), \
            1 => ::gate_rt::one_of(empty()), 2 => ::gate_rt::one_of(once(0)), _ => ::gate_rt::none() } }";
        let body = Span::new(2, 13);
        check(
            text,
            Shape::IteratorBody(body),
            vec![mutant(text, "a; b.iter()", "empty()"), mutant(text, "a; b.iter()", "once(0)")],
            expect,
        );

        let text = "const A: u8 = 7; a < A";
        let shape =
            Shape::Constant { name: Span::new(6, 7), end: 16, uses: vec![Use { span: Span::new(21, 22), names: vec![Span::new(21, 22)] }] };
        let expect = "const A: u8 = 7; const A_GATE_0: u8 = 8; a < (match ::gate_rt::select(7, 1) { 0 => (A), 1 => (A_GATE_0), _ => { loop {} ::gate_rt::never() } })";
        check(text, shape, vec![mutant(text, "7", "8")], expect);

        let text = "const A: u8 = 7; b << A * A";
        let names = vec![Span::new(22, 23), Span::new(26, 27)];
        let shape = Shape::Constant { name: Span::new(6, 7), end: 16, uses: vec![Use { span: Span::new(17, 27), names }] };
        let expect = "const A: u8 = 7; const A_GATE_0: u8 = 8; (match ::gate_rt::select(7, 1) { 0 => (b << A * A), 1 => (b << A_GATE_0 * A_GATE_0), _ => { loop {} ::gate_rt::never() } })";
        check(text, shape, vec![mutant(text, "7", "8")], expect);

        check("a", Shape::Ignored { reason: "why".into() }, vec![mutant("a", "a", "b")], "a");
        check("a", Shape::Rebuild { reason: "a const context" }, vec![mutant("a", "a", "b")], "a");
    }

    #[test]
    fn an_alternative_adds_no_line_and_no_comment() {
        let text = "a // one\n + b";
        let mutants = vec![mutant(text, "+", "-")];
        let expect = "(match ::gate_rt::select(7, 1) { 0 => (a // one\n + b), 1 => (a - b), _ => { loop {} ::gate_rt::never() } })";
        check(text, Shape::Expression(Span::new(0, 13)), mutants, expect);
        let text = "a + \"x\ny\"";
        check(text, Shape::Expression(Span::new(0, 9)), vec![mutant(text, "+", "-")], text);
    }
}
