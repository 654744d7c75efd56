//! A binary operator or a compound assignment becomes another of its kind.
//!
//! `a < b` → `a == b`, `a > b`, `a <= b`; `a += b` → `a -= b`, `a *= b`; the whole list is [`OPERATORS`].
//! `==` and `!=` become only each other, `<=` and `>=` only the opposite order: the other choices are often
//! no change at all (`<= 0` of an unsigned) or do not compile.
//!
//! An operator that binds less than the one it replaces regroups: `a - b * c` with `+` for `*` reads
//! `(a - b) + c`. The switch stands around the smallest expression whose tokens keep to themselves under
//! every change of the site. Where there is none (the change would break a chain with `let` in it, or `as
//! usize < b` would begin generic arguments) the site is rebuilt alone.

use syn::spanned::Spanned;
use syn::{Expr, ExprBinary};

use super::{Change, Found, Scope, Shape, comparison, extent};
use crate::mutate::Operator;
use crate::syntax::{Parsed, Span, pretty};

/// An operator as written, how tightly it binds, and what replaces it.
struct Row(&'static str, u8, &'static [&'static str]);

/// Binding follows the precedence table of the Rust reference; assignments bind least.
const OPERATORS: [Row; 28] = [
    Row("*", 9, &["+", "/"]),
    Row("/", 9, &["%", "*"]),
    Row("%", 9, &["/", "+"]),
    Row("+", 8, &["-", "*"]),
    Row("-", 8, &["+", "/"]),
    Row("<<", 7, &[">>"]),
    Row(">>", 7, &["<<"]),
    Row("&", 6, &["|", "^"]),
    Row("^", 5, &["|", "&"]),
    Row("|", 4, &["&", "^"]),
    Row("==", 3, &["!="]),
    Row("!=", 3, &["=="]),
    Row("<", 3, &["==", ">", "<="]),
    Row(">", 3, &["==", "<", ">="]),
    Row("<=", 3, &[">"]),
    Row(">=", 3, &["<"]),
    Row("&&", 2, &["||"]),
    Row("||", 1, &["&&"]),
    Row("+=", 0, &["-=", "*="]),
    Row("-=", 0, &["+=", "/="]),
    Row("*=", 0, &["+=", "/="]),
    Row("/=", 0, &["%=", "*="]),
    Row("%=", 0, &["/=", "+="]),
    Row("<<=", 0, &[">>="]),
    Row(">>=", 0, &["<<="]),
    Row("&=", 0, &["|="]),
    Row("|=", 0, &["&="]),
    Row("^=", 0, &["|=", "&="]),
];

fn row(operator: &str) -> Option<&'static Row> {
    OPERATORS.iter().find(|row| row.0 == operator)
}

/// Binary expressions that are each other's operands without parentheses between, taken apart without
/// recursion: a long chain is as deep as it is long.
pub(super) struct Tree<'ast> {
    /// Parents before children.
    nodes: Vec<Node<'ast>>,
    /// What stands between the operators.
    pub(super) operands: Vec<&'ast Expr>,
}

struct Node<'ast> {
    expr: &'ast ExprBinary,
    /// The operator's token.
    operator: Span,
    row: Option<&'static Row>,
    parent: Option<(usize, Side)>,
    /// Whether an operand of it, or of a node under it, is a `let`.
    has_let: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

impl<'ast> Node<'ast> {
    fn of(parsed: &Parsed<'_>, expr: &'ast ExprBinary, parent: Option<(usize, Side)>) -> Self {
        let operator = parsed.span(expr.op.span());
        Node { expr, operator, row: row(operator.of(parsed.text)), parent, has_let: false }
    }
}

impl<'ast> Tree<'ast> {
    /// The tree whose root is `root`.
    pub(super) fn of(parsed: &Parsed<'_>, root: &'ast ExprBinary) -> Self {
        let mut tree = Tree { nodes: vec![Node::of(parsed, root, None)], operands: Vec::new() };
        let mut next = 0;
        while next < tree.nodes.len() {
            let expr = tree.nodes[next].expr;
            tree.add(parsed, &expr.left, (next, Side::Left));
            tree.add(parsed, &expr.right, (next, Side::Right));
            next += 1;
        }
        for index in (1..tree.nodes.len()).rev() {
            if let (true, Some((parent, _))) = (tree.nodes[index].has_let, tree.nodes[index].parent) {
                tree.nodes[parent].has_let = true;
            }
        }
        tree
    }

    fn add(&mut self, parsed: &Parsed<'_>, operand: &'ast Expr, parent: (usize, Side)) {
        if let Expr::Binary(expr) = operand {
            self.nodes.push(Node::of(parsed, expr, Some(parent)));
        } else {
            self.nodes[parent.0].has_let |= matches!(operand, Expr::Let(_));
            self.operands.push(operand);
        }
    }

    /// All that are in it, parents before children.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &'ast ExprBinary> {
        self.nodes.iter().map(|node| node.expr)
    }

    /// The sites of all its operators.
    pub(super) fn sites(&self, scope: &Scope<'_, '_>) -> Vec<Found> {
        (0..self.nodes.len()).flat_map(|index| self.sites_of(scope, index)).collect()
    }

    fn sites_of(&self, scope: &Scope<'_, '_>, index: usize) -> Vec<Found> {
        let Node { expr, operator, row: Some(Row(_, _, replacements)), .. } = &self.nodes[index] else { return Vec::new() };
        let replacements = comparison::replacements(scope, expr).unwrap_or(replacements);
        let original = if scope.with_ids { neighbourhood(expr) } else { String::new() };
        let change = |with: &&str| scope.change(Operator::BinaryOperator, *operator, with, original.clone());
        let (refused, switched): (Vec<&str>, Vec<&str>) =
            replacements.iter().partition(|with| begins_generics(scope.parsed, &expr.left, with));
        let shape = self.shape(scope.parsed, index, &switched);
        let refusal = Shape::Refused { message: "`<` behind a type is interpreted as a start of generic arguments" };
        let constant = comparison::constant(scope, expr, &original);
        [(shape, switched), (refusal, refused)]
            .into_iter()
            .map(|(shape, with)| Found { shape, changes: with.iter().map(change).collect::<Vec<Change>>() })
            .chain(constant)
            .filter(|found| !found.changes.is_empty())
            .collect()
    }

    /// Around which node the switch stands when each of `replacements` may take the place of the operator
    /// of node `index`.
    fn shape(&self, parsed: &Parsed<'_>, index: usize, replacements: &[&str]) -> Shape {
        let loosest = replacements.iter().filter_map(|with| row(with)).map(|row| row.1).min().unwrap_or(u8::MAX);
        let node = &self.nodes[self.enclosing(index, loosest)];
        if node.has_let {
            let is_refused = replacements.iter().all(|with| *with == "||");
            let refused = Shape::Refused { message: "`||` operators are not supported in let chain conditions" };
            return if is_refused { refused } else { Shape::Rebuild { reason: "a let chain" } };
        }
        Shape::Expression(extent::between(parsed, &node.expr.left, &node.expr.right))
    }

    /// The closest node at or above `index` that no operator around it cuts into, once an operator in it
    /// binds as little as `loosest`.
    fn enclosing(&self, mut index: usize, loosest: u8) -> usize {
        while let Some((parent, side)) = self.nodes[index].parent {
            let around = self.nodes[parent].row.map_or(0, |row| row.1);
            // Operators of the same binding group from the left.
            let cut = if side == Side::Left { around > loosest } else { around >= loosest };
            if !cut {
                break;
            }
            index = parent;
        }
        index
    }
}

/// The operator with the operand at either side, what its id knows it by.
fn neighbourhood(expr: &ExprBinary) -> String {
    let (mut left, mut right) = (&*expr.left, &*expr.right);
    while let Expr::Binary(nearer) = left {
        left = &nearer.right;
    }
    while let Expr::Binary(nearer) = right {
        right = &nearer.left;
    }
    format!("{} {} {}", pretty(left), pretty(&expr.op), pretty(right))
}

/// Whether `operator` behind `left` would be read as the start of generic arguments: `a as usize < b`.
fn begins_generics(parsed: &Parsed<'_>, left: &Expr, operator: &str) -> bool {
    let Expr::Cast(cast) = extent::rightmost(left) else { return false };
    let last_word = parsed.source(&*cast.ty).rsplit(|c: char| !c.is_alphanumeric() && c != '_').next();
    matches!(operator, "<" | "<<") && !matches!(last_word, Some("" | "_"))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::syntax::parse;

    fn check(source: &str, expect: &[&str]) {
        testing::check_in_fn(Operator::BinaryOperator, source, expect);
    }

    #[test]
    fn each_operator_becomes_those_of_its_row() {
        for Row(operator, _, replacements) in OPERATORS {
            let arms: Vec<_> = replacements.iter().map(|with| format!("a {with} b")).collect();
            check(&format!("a {operator} b"), &[&format!("a {operator} b => {}", arms.join("; "))]);
        }
        check("a = b; a..b; a as u8; *a; &a; a?", &[]);
    }

    #[test]
    fn the_switch_stands_around_all_that_a_change_regroups() {
        // Left of a tighter operator, right of one that binds as much.
        check("a - b * c", &["a - b * c => a + b * c; a / b * c", "a - b * c => a - b + c; a - b / c"]);
        check("a * b - c", &["a * b => a + b; a / b", "a * b - c => a * b + c; a * b / c"]);
        check("a * b / c", &["a * b / c => a + b / c; a / b / c", "a * b / c => a * b % c; a * b * c"]);
        check(
            "a + b * c - d",
            &["a + b * c => a - b * c; a * b * c", "a + b * c => a + b + c; a + b / c", "a + b * c - d => a + b * c + d; a + b * c / d"],
        );
        check("a * (b - c)", &["a * (b - c) => a + (b - c); a / (b - c)", "b - c => b + c; b / c"]);
        check("a == b & c && d", &["a == b & c => a != b & c", "b & c => b | c; b ^ c", "a == b & c && d => a == b & c || d"]);
        check("a && b || c", &["a && b => a || b", "a && b || c => a && b && c"]);
        check("a || b && c", &["a || b && c => a && b && c", "a || b && c => a || b || c"]);
        check("a && b && c", &["a && b && c => a || b && c", "a && b && c => a && b || c"]);
        check("x = a * b..c % d", &["a * b => a + b; a / b", "c % d => c / d; c + d"]);
        check(
            "-a * b as u8 + !c",
            &["-a * b as u8 => -a + b as u8; -a / b as u8", "-a * b as u8 + !c => -a * b as u8 - !c; -a * b as u8 * !c"],
        );
    }

    /// One operator of each binding.
    const ONE_OF_EACH: [&str; 9] = ["*", "-", "<<", "&", "^", "|", ">", "&&", "||"];

    fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
        ONE_OF_EACH.into_iter().flat_map(|a| ONE_OF_EACH.into_iter().map(move |b| (a, b)))
    }

    #[test]
    fn no_neighbour_changes_what_a_switch_means() {
        let threes = pairs().flat_map(|(a, b)| ONE_OF_EACH.map(|c| format!("x {a} x {b} x {c} x")));
        let others = pairs().flat_map(|(a, b)| {
            let prefixed = format!("-x {a} x as u8 {b} !x.y()?");
            let open = format!("..x {a} &x {b} |y| x");
            let assigned = format!("x = x {a} x {b} x..x");
            [prefixed, open, assigned]
        });
        let sources = threes.chain(others).map(|chain| format!("fn f() -> ! {{ {chain} }}"));
        // Comparisons do not chain, so a few are no Rust.
        let proved: usize = sources.filter(|source| parse(source).is_ok()).map(|source| testing::prove(&source)).sum();
        assert!(proved > 3000, "{proved}");
    }

    #[test]
    fn attributes_of_a_statement_stay_outside() {
        check("#[allow(x)] a += b;", &["a += b => a -= b; a *= b"]);
    }

    #[test]
    fn a_chain_with_let_is_rebuilt_and_its_other_operands_are_not() {
        check(
            "if a == b && let Some(c) = d + e && f {}",
            &[
                "a == b => a != b",
                "refused (`||` operators are not supported in let chain conditions): && -> ||",
                "d + e => d - e; d * e",
                "refused (`||` operators are not supported in let chain conditions): && -> ||",
            ],
        );
        check(
            "if a && b && let c = d {}",
            &[
                "refused (`||` operators are not supported in let chain conditions): && -> ||",
                "refused (`||` operators are not supported in let chain conditions): && -> ||",
            ],
        );
        check(
            "if (a && b) && let c = d {}",
            &["a && b => a || b", "refused (`||` operators are not supported in let chain conditions): && -> ||"],
        );
    }

    #[test]
    fn less_than_behind_a_cast_is_refused_by_the_parser() {
        let reason = "refused (`<` behind a type is interpreted as a start of generic arguments)";
        check("a as u8 > b", &["a as u8 > b => a as u8 == b; a as u8 >= b", &format!("{reason}: > -> <")]);
        check("1 + a as u8 >= b", &["1 + a as u8 => 1 - a as u8; 1 * a as u8", &format!("{reason}: >= -> <")]);
        check("a as *const u8 >> b", &[&format!("{reason}: >> -> <<")]);
        check("a as _ >= b", &["a as _ >= b => a as _ < b"]);
        check("a as V<u8> >= b", &["a as V<u8> >= b => a as V<u8> < b"]);
        check("(a as u8) >= b", &["(a as u8) >= b => (a as u8) < b"]);
    }

    #[test]
    fn a_replacement_keeps_its_distance() {
        check("a**b", &["a**b => a+ *b; a/ *b"]);
        check("a|&b", &["a|&b => a& &b; a^ &b"]);
    }
}
