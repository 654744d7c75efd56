//! Cyclomatic complexity: 1 + decisions, where an n-way branch is n - 1 decisions. Without `?` and macros
//! it equals E - N + 2 of the control-flow graph. Owns which constructs decide and how many points each
//! adds; refuses to know limits.
//!
//! | construct | points |
//! |---|---|
//! | `if`, `else if`, `if let` | 1 |
//! | `let .. else` | 1 |
//! | `while`, `while let`, `for` | 1 |
//! | `loop`, `break`, `continue`, `return` | 0 |
//! | `?` | 0; 1 with [`Counting::question_mark`] |
//! | `match` with n arms | n - 1; 1 for a flat one with [`Counting::flat_match_is_one`] |
//! | match guard | 1 |
//! | `&&`, `\|\|` | 1 each |
//! | or-pattern | 0 |
//! | closure; `async`, `unsafe` and `const` block | what is inside |
//! | nested item (`fn`, `impl`, `const`, ..) | 0: functions have rows of their own, initialisers none |
//! | std macro with expression arguments | what is inside; `matches!` as a match of two arms |
//! | any other macro | 0, and recorded as opaque |

use proc_macro2::Span as TokenSpan;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, Macro, Pat, Stmt};

use super::Counting;
use crate::syntax::macros::{Arguments, arguments};
use crate::syntax::{Parsed, Span};

/// The cyclomatic complexity of one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complexity {
    /// What each point beyond the base 1 comes from, in source order.
    pub decisions: Vec<Decision>,
    /// The names of the macros that could not be looked into, in source order: what they decide is not
    /// counted, and a reader has to be told so.
    pub opaque: Vec<Span>,
}

/// One construct that adds to the complexity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The token that decides: `if`, `&&`, `match`, a guard's `if`, the `else` of a `let`; of a `matches!`
    /// its name.
    pub span: Span,
    /// What it is.
    pub kind: DecisionKind,
    /// How many points it adds (a match of n arms adds n - 1); never 0.
    pub points: u32,
}

/// The constructs that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionKind {
    /// `if`, `else if`, `if let`.
    If,
    /// `let .. else`.
    LetElse,
    /// `while`, `while let`.
    While,
    /// `for`.
    For,
    /// `match`, or a `matches!`.
    Match {
        /// Whether every arm is a leaf: no guard, no block of statements, no decision and no opaque macro
        /// inside. Such a match is a table, and its points weigh less on a reader than other ones.
        flat: bool,
    },
    /// A match guard.
    Guard,
    /// `&&` or `||`.
    Logic,
    /// `?`, where it counts.
    QuestionMark,
}

impl DecisionKind {
    /// For people and in reports: the construct as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            DecisionKind::If => "if",
            DecisionKind::LetElse => "let-else",
            DecisionKind::While => "while",
            DecisionKind::For => "for",
            DecisionKind::Match { .. } => "match",
            DecisionKind::Guard => "guard",
            DecisionKind::Logic => "&& or ||",
            DecisionKind::QuestionMark => "?",
        }
    }
}

impl Complexity {
    /// 1 + decisions.
    pub fn value(&self) -> u32 {
        1 + self.decisions.iter().map(|decision| decision.points).sum::<u32>()
    }
}

/// The complexity of a function's body; nested functions are left to their own rows.
pub fn complexity(parsed: &Parsed<'_>, block: &syn::Block, counting: Counting) -> Complexity {
    let mut counter = Counter { parsed, counting, question_marks: 0, found: Complexity::default() };
    counter.visit_block(block);
    counter.found
}

/// Walks a body in source order, so that what it finds is in source order.
struct Counter<'p, 't> {
    parsed: &'p Parsed<'t>,
    counting: Counting,
    question_marks: usize,
    found: Complexity,
}

impl Counter<'_, '_> {
    fn decide(&mut self, token: TokenSpan, kind: DecisionKind, points: usize) {
        let points = u32::try_from(points).unwrap_or(u32::MAX);
        if points > 0 {
            self.found.decisions.push(Decision { span: self.parsed.span(token), kind, points });
        }
    }

    /// How much was found so far: equal before and after a node means that nothing in it decides. A `?` does
    /// not make an arm less of a leaf, whether it counts or not.
    fn seen(&self) -> (usize, usize) {
        (self.found.decisions.len() - self.question_marks, self.found.opaque.len())
    }

    fn opaque(&mut self, node: &impl Spanned) {
        self.found.opaque.push(self.parsed.span_of(node));
    }

    /// Visit an arm, and tell whether it is a leaf.
    fn arm_is_leaf(&mut self, arm: &syn::Arm) -> bool {
        let before = self.seen();
        self.visit_arm(arm);
        before == self.seen() && !holds_statements(&arm.body)
    }

    fn macro_arguments(&mut self, node: &Macro, arguments: &Arguments) {
        match arguments {
            Arguments::None => {}
            Arguments::Expressions(list) => self.expressions(list),
            Arguments::Match { scrutinee, pattern, rest } => {
                let has_guard = matches!(**pattern, Pat::Guard(_));
                self.decide(node.path.span(), DecisionKind::Match { flat: !has_guard }, 1);
                self.visit_expr(scrutinee);
                self.visit_pat(pattern);
                self.expressions(rest);
            }
        }
    }

    fn expressions(&mut self, list: &[Expr]) {
        for argument in list {
            self.visit_expr(argument);
        }
    }
}

impl<'ast> Visit<'ast> for Counter<'_, '_> {
    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        self.decide(node.if_token.span, DecisionKind::If, 1);
        visit::visit_expr_if(self, node);
    }

    fn visit_local_init(&mut self, node: &'ast syn::LocalInit) {
        self.visit_expr(&node.expr);
        if let Some((token, block)) = &node.diverge {
            self.decide(token.span, DecisionKind::LetElse, 1);
            self.visit_expr(block);
        }
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.decide(node.while_token.span, DecisionKind::While, 1);
        visit::visit_expr_while(self, node);
    }

    fn visit_expr_for_loop(&mut self, node: &'ast syn::ExprForLoop) {
        self.decide(node.for_token.span, DecisionKind::For, 1);
        visit::visit_expr_for_loop(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        let at = self.found.decisions.len();
        let points = node.arms.len().saturating_sub(1);
        self.decide(node.match_token.span, DecisionKind::Match { flat: false }, points);
        self.visit_expr(&node.expr);
        // Counted, not `all`: every arm has to be visited.
        let leaves = node.arms.iter().filter(|arm| self.arm_is_leaf(arm)).count();
        if points > 0 {
            let flat = leaves == node.arms.len();
            self.found.decisions[at].kind = DecisionKind::Match { flat };
            if flat && self.counting.flat_match_is_one {
                self.found.decisions[at].points = 1;
            }
        }
    }

    fn visit_expr_try(&mut self, node: &'ast syn::ExprTry) {
        self.visit_expr(&node.expr);
        if self.counting.question_mark {
            self.question_marks += 1;
            self.decide(node.question_token.span, DecisionKind::QuestionMark, 1);
        }
    }

    fn visit_pat_guard(&mut self, node: &'ast syn::PatGuard) {
        self.visit_pat(&node.pat);
        self.decide(node.if_token.span, DecisionKind::Guard, 1);
        self.visit_expr(&node.guard);
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        self.visit_expr(&node.left);
        if matches!(node.op, BinOp::And(_) | BinOp::Or(_)) {
            self.decide(node.op.span(), DecisionKind::Logic, 1);
        }
        self.visit_expr(&node.right);
    }

    fn visit_macro(&mut self, node: &'ast Macro) {
        match arguments(node) {
            Some(arguments) => self.macro_arguments(node, &arguments),
            None => self.opaque(&node.path),
        }
    }

    fn visit_expr(&mut self, node: &'ast Expr) {
        match node {
            // Syntax that the parser passes through unread is as closed to us as a macro; a lone `;` is no code.
            Expr::Verbatim(tokens) if !tokens.is_empty() => self.opaque(tokens),
            _ => visit::visit_expr(self, node),
        }
    }

    /// A macro in a pattern or a type makes no control flow.
    fn visit_pat(&mut self, node: &'ast Pat) {
        if !matches!(node, Pat::Macro(_)) {
            visit::visit_pat(self, node);
        }
    }

    fn visit_type_macro(&mut self, _: &'ast syn::TypeMacro) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// Whether an expression is a block of more than one trailing expression (which is how rustfmt wraps a
/// long leaf), or a loop.
fn holds_statements(body: &Expr) -> bool {
    match body {
        Expr::Block(node) => match node.block.stmts.as_slice() {
            [Stmt::Expr(only, None)] => holds_statements(only),
            stmts => !stmts.is_empty(),
        },
        Expr::Unsafe(_) | Expr::Const(_) | Expr::Async(_) | Expr::Loop(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::measure;
    use crate::measure::testing::{functions_of, only_function};
    use crate::syntax::{CfgStack, Namespace, parse};

    fn complexity_of(body: &str) -> (Complexity, String) {
        let (function, text) = only_function(body);
        (function.complexity, text)
    }

    /// The deciding tokens of a body with their points, in the order found.
    fn decisions(body: &str) -> Vec<String> {
        let (found, text) = complexity_of(body);
        found.decisions.iter().map(|decision| format!("{}{}", decision.span.of(&text), decision.points)).collect()
    }

    /// One case per row of the counting table: the body of a function, and its decisions in source order.
    #[test]
    fn each_row_of_the_counting_table() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a(); ; b += 1;", &[]),
            ("if a {}", &["if1"]),
            ("if a {} else {}", &["if1"]),
            ("if a {} else if b {} else {}", &["if1", "if1"]),
            ("if let Some(x) = a {}", &["if1"]),
            ("let Some(x) = a else { return };", &["else1"]),
            ("let Some(x) = (if a { b } else { c }) else { if d {} return };", &["if1", "else1", "if1"]),
            ("let x = a;", &[]),
            ("while a {}", &["while1"]),
            ("while let Some(x) = a.next() {}", &["while1"]),
            ("for x in a {}", &["for1"]),
            ("for x in if a { b } else { c } {}", &["for1", "if1"]),
            ("loop { break; }", &[]),
            ("loop { if a { break } }", &["if1"]),
            ("match a {}", &[]),
            ("match a { x => b }", &[]),
            ("match a { 1 => b, 2 => c, _ => d }", &["match2"]),
            ("match a { Some(x) if x > 1 => b, _ => c }", &["match1", "if1"]),
            ("match a { x if b && c => d, _ => e }", &["match1", "if1", "&&1"]),
            ("match a { x if let Some(y) = x => d, _ => e }", &["match1", "if1"]),
            ("match a { 1 | 2 | 3 => b, _ => c }", &["match1"]),
            ("if let Ok(x) | Err(x) = a {}", &["if1"]),
            ("let x = a && b;", &["&&1"]),
            ("let x = a || b && c;", &["||1", "&&1"]),
            ("let x = a & b | c ^ d;", &[]),
            ("if let Some(x) = a && x > 1 && let Some(y) = b {}", &["if1", "&&1", "&&1"]),
            ("a?; b()?.c()?;", &[]),
            ("let c = |x| if x { 1 } else { 2 };", &["if1"]),
            ("let c = move || a || b;", &["||1"]),
            ("fn inner() { if a {} } inner()", &[]),
            ("struct S; impl S { fn m(&self) { if a {} } }", &[]),
            ("const C: bool = a && b; static S: bool = a || b;", &[]),
            ("let c = async move { if a {} };", &["if1"]),
            ("unsafe { if a {} }", &["if1"]),
            ("const { if a {} }", &["if1"]),
            ("for x in a { if b { break } if c { continue } if d { return } }", &["for1", "if1", "if1", "if1"]),
            ("#[cfg(unix)] if a {}", &["if1"]),
            ("#[note = a && b] c();", &[]),
        ];
        for (body, expected) in cases {
            assert_eq!(&decisions(body), expected, "{body}");
            let points: u32 = expected.iter().map(|token| token[token.len() - 1..].parse::<u32>().unwrap()).sum();
            assert_eq!(complexity_of(body).0.value(), 1 + points, "{body}");
        }
    }

    #[test]
    fn each_function_has_a_row_and_nothing_else_has() {
        let text = "fn f() { fn g() { if a {} } const C: u8 = if a { 1 } else { 2 }; }\n\
            trait T { fn d(&self) { while a {} } fn none(&self); }\n\
            impl S { fn m(&self) { match a { 1 => 2, 3 => 4, _ => 5 } } }\n\
            const TOP: u8 = if a { 1 } else { 2 };";
        let rows: Vec<_> = functions_of(text).iter().map(|row| (row.name.clone(), row.complexity.value())).collect();
        assert_eq!(rows, [("f", 1), ("f::g", 2), ("T::d", 2), ("S::m", 3)].map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn std_macros_are_counted_by_their_arguments() {
        let cases: &[(&str, &[&str])] = &[
            ("assert!(a);", &[]),
            ("assert!(a && b, \"{}\", if c { 1 } else { 2 });", &["&&1", "if1"]),
            ("assert_eq!(a || b, c,);", &["||1"]),
            ("std::debug_assert_ne!(a, { if b { 1 } else { 2 } });", &["if1"]),
            ("let v = vec![a && b; 3]; let w = vec![1, if a { 2 } else { 3 }]; vec![];", &["&&1", "if1"]),
            ("println!(); println!(\"{x} {y}\", y = a && b);", &["&&1"]),
            ("write!(f, \"{}\", match a { 1 => 2, _ => 3 })?;", &["match1"]),
            ("let s = format!(\"{}\", assert!(a && b));", &["&&1"]),
            ("let m = matches!(a, Some(1) | None);", &["matches1"]),
            ("let m = matches!(a && b, Some(x) if x > 1 || c);", &["matches1", "&&1", "if1", "||1"]),
            ("assert_matches!(a, Ok(_) if b, \"{}\", c || d);", &["assert_matches1", "if1", "||1"]),
            ("core::todo!(); dbg!(if a { 1 } else { 2 });", &["if1"]),
            ("cfg!(unix) && env!(\"A\") == include_str!(\"b\");", &["&&1"]),
        ];
        for (body, expected) in cases {
            assert_eq!(&decisions(body), expected, "{body}");
            assert_eq!(complexity_of(body).0.opaque, [], "{body}");
        }
    }

    #[test]
    fn other_macros_are_opaque_and_recorded() {
        let cases: &[(&str, &[&str])] = &[
            ("my_macro!(a && b); tracing::debug!(c || d);", &["my_macro", "tracing::debug"]),
            ("assert!(); vec![a; b; c];", &["vec"]),
            ("println!(\"{}\", html! { <a/> });", &["html"]),
            ("anyhow::format!(a && b)", &["anyhow::format"]),
            ("match a { pattern!() => b }; let x: type_of!() = c;", &[]),
            ("macro_rules! m { () => { if a {} } }", &[]),
        ];
        for (body, expected) in cases {
            let (found, text) = complexity_of(body);
            let names: Vec<_> = found.opaque.iter().map(|span| span.of(&text)).collect();
            assert_eq!(&names, expected, "{body}");
            assert_eq!(found.value(), 1, "{body}");
        }
    }

    #[test]
    fn a_match_is_flat_when_all_its_arms_are_leaves() {
        let cases = [
            ("match a { A => \"a\", _ => b.c(1)? }", true),
            ("match a { A => { long() } B => {}, _ => return Err(x) }", true),
            ("match a { A => vec![1], B => { { x } }, _ => (1, 2) }", true),
            ("match a { A if b => 1, _ => 2 }", false),
            ("match a { A => { b(); c }, _ => 2 }", false),
            ("match a { _ => 1, A => { let x = 1; x } }", false),
            ("match a { A => if b { 1 } else { 2 }, _ => 2 }", false),
            ("match a { A => b && c, _ => 2 }", false),
            ("match a { A => other!(x), _ => 2 }", false),
            ("match a { A => unsafe { x() }, _ => 2 }", false),
            ("match a { A => loop {}, _ => 2 }", false),
            ("matches!(a, A)", true),
            ("matches!(a, A if b)", false),
        ];
        for (body, flat) in cases {
            assert_eq!(complexity_of(body).0.decisions[0].kind, DecisionKind::Match { flat }, "{body}");
        }
    }

    #[test]
    fn code_that_the_parser_passes_through_is_opaque() {
        let (found, _) = complexity_of("; let x = builtin # offset_of(A, b); ;");
        assert_eq!(found.opaque.len(), 1);
    }

    #[test]
    fn what_a_policy_may_count_otherwise() {
        let cases: &[(&str, Counting, &[&str])] = &[
            ("a?; b()?.c()?;", Counting { question_mark: true, ..Counting::default() }, &["?1", "?1", "?1"]),
            ("if a? {}", Counting { question_mark: true, ..Counting::default() }, &["if1", "?1"]),
            ("dbg!(a?);", Counting { question_mark: true, ..Counting::default() }, &["?1"]),
            ("match a { 1 => b, 2 => c, 3 => d, _ => e }", Counting { flat_match_is_one: true, ..Counting::default() }, &["match1"]),
            ("match a { 1 => b, 2 => c, _ => { d; e } }", Counting { flat_match_is_one: true, ..Counting::default() }, &["match2"]),
            (
                "match a { 1 => match b { 1 => c, 2 => d, _ => e }, _ => f }",
                Counting { flat_match_is_one: true, ..Counting::default() },
                &["match1", "match1"],
            ),
            ("match a { 1 => b?, 2 => c, _ => d }", Counting { question_mark: true, flat_match_is_one: true }, &["match1", "?1"]),
            ("match a { _ => b }", Counting { flat_match_is_one: true, ..Counting::default() }, &[]),
        ];
        for (body, counting, expected) in cases {
            let text = format!("fn f() {{ {body} }}");
            let functions = measure(&parse(&text).unwrap(), &Namespace::default(), &CfgStack::default(), *counting).functions;
            let found = functions[0].complexity.decisions.iter().map(|decision| format!("{}{}", decision.span.of(&text), decision.points));
            assert_eq!(&found.collect::<Vec<_>>(), expected, "{body}");
        }
    }
}
