//! The property behind the counting rules: for functions without `?` and macros, complexity is
//! E - N + 2 of the control-flow graph. The graph is built here from a small grammar of its own, beside
//! the source text, and never from the parsed tree.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;

use super::testing::functions_of;

#[derive(Clone, Debug)]
enum Node {
    Call,
    If(Test, Vec<Node>, Option<Vec<Node>>),
    /// `if test { body; return; }`
    Return(Test, Vec<Node>),
    While(Test, Vec<Node>),
    For(Vec<Node>),
    /// `loop { body; if test { break; } }`
    Loop(Vec<Node>, Test),
    /// Arms with their guards; a last arm `_` is added.
    Match(Vec<(Option<Test>, Vec<Node>)>),
    /// `let Some(x) = a else { body; return; };`
    LetElse(Vec<Node>),
}

#[derive(Clone, Debug)]
enum Test {
    Atom,
    Let,
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
}

fn test() -> impl Strategy<Value = Test> {
    Just(Test::Atom).prop_recursive(3, 6, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Test::And(a.into(), b.into())),
            pair.prop_map(|(a, b)| Test::Or(a.into(), b.into())),
            inner.prop_map(|a| Test::Not(a.into())),
        ]
    })
}

/// A test as `if` and `while` take it, where a `let` may stand too.
fn condition() -> impl Strategy<Value = Test> {
    let chain = test().prop_map(|test| Test::And(Test::Let.into(), Test::And(Test::Let.into(), test.into()).into()));
    prop_oneof![4 => test(), 1 => Just(Test::Let), 1 => chain]
}

fn body() -> impl Strategy<Value = Vec<Node>> {
    let leaf = Just(Node::Call);
    let node = leaf.prop_recursive(4, 40, 4, |inner| {
        let block = prop::collection::vec(inner, 0..4).boxed();
        let arm = (prop::option::of(test()), block.clone());
        prop_oneof![
            (condition(), block.clone(), prop::option::of(block.clone())).prop_map(|(test, then, other)| Node::If(test, then, other)),
            (condition(), block.clone()).prop_map(|(test, body)| Node::Return(test, body)),
            (condition(), block.clone()).prop_map(|(test, body)| Node::While(test, body)),
            block.clone().prop_map(Node::For),
            (block.clone(), test()).prop_map(|(body, test)| Node::Loop(body, test)),
            prop::collection::vec(arm, 0..4).prop_map(Node::Match),
            block.prop_map(Node::LetElse),
        ]
    });
    prop::collection::vec(node, 0..5)
}

/// The source text of a block.
fn source(body: &[Node]) -> String {
    body.iter().fold(String::new(), |mut out, node| {
        match node {
            Node::Call => out.push_str("a();"),
            Node::If(test, then, None) => write!(out, "if {} {{ {} }}", written(test), source(then)).unwrap(),
            Node::If(test, then, Some(other)) => {
                write!(out, "if {} {{ {} }} else {{ {} }}", written(test), source(then), source(other)).unwrap();
            }
            Node::Return(test, body) => write!(out, "if {} {{ {} return; }}", written(test), source(body)).unwrap(),
            Node::While(test, body) => write!(out, "while {} {{ {} }}", written(test), source(body)).unwrap(),
            Node::For(body) => write!(out, "for x in a {{ {} }}", source(body)).unwrap(),
            Node::Loop(body, test) => write!(out, "loop {{ {} if {} {{ break; }} }}", source(body), written(test)).unwrap(),
            Node::LetElse(body) => write!(out, "let Some(x) = a else {{ {} return; }};", source(body)).unwrap(),
            Node::Match(arms) => {
                out.push_str("match a {");
                for (guard, body) in arms {
                    let guard = guard.as_ref().map_or(String::new(), |test| format!("if {}", written(test)));
                    write!(out, "1 | 2 {guard} => {{ {} }}", source(body)).unwrap();
                }
                out.push_str("_ => {} }");
            }
        }
        out
    })
}

fn written(test: &Test) -> String {
    match test {
        Test::Atom => "b".to_owned(),
        Test::Let => "let Some(y) = c".to_owned(),
        // A chain of `let`s may not stand in parentheses.
        Test::And(left, right) if matches!(**left, Test::Let) => format!("{} && {}", written(left), written(right)),
        Test::And(left, right) => format!("({} && {})", written(left), written(right)),
        Test::Or(left, right) => format!("({} || {})", written(left), written(right)),
        Test::Not(inner) => format!("!({})", written(inner)),
    }
}

/// A control-flow graph under construction. Several edges may join the same two nodes.
#[derive(Default)]
struct Graph {
    nodes: usize,
    edges: Vec<(usize, usize)>,
    exit: usize,
}

impl Graph {
    fn of(body: &[Node]) -> Graph {
        let mut graph = Graph::default();
        let entry = graph.node();
        graph.exit = graph.node();
        let end = graph.block(body, entry);
        graph.edges.push((end, graph.exit));
        graph
    }

    fn node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }

    /// A new node behind `from`.
    fn after(&mut self, from: usize) -> usize {
        let node = self.node();
        self.edges.push((from, node));
        node
    }

    /// Let `body` run from `at`; gives the node at which it ends.
    fn block(&mut self, body: &[Node], at: usize) -> usize {
        body.iter().fold(at, |at, node| self.statement(node, at))
    }

    fn statement(&mut self, node: &Node, at: usize) -> usize {
        match node {
            Node::Call => self.after(at),
            Node::If(test, then, other) => {
                let (yes, no, join) = (self.node(), self.node(), self.node());
                self.test(test, at, yes, no);
                let then_end = self.block(then, yes);
                let other_end = self.block(other.as_deref().unwrap_or_default(), no);
                self.edges.extend([(then_end, join), (other_end, join)]);
                join
            }
            Node::Return(test, body) => {
                let (yes, no) = (self.node(), self.node());
                self.test(test, at, yes, no);
                self.leave(body, yes);
                no
            }
            Node::LetElse(body) => {
                let (bound, other) = (self.after(at), self.after(at));
                self.leave(body, other);
                bound
            }
            Node::While(test, body) => self.looped(at, |graph, head, done| {
                let inside = graph.node();
                graph.test(test, head, inside, done);
                graph.block(body, inside)
            }),
            Node::For(body) => self.looped(at, |graph, head, done| {
                graph.edges.push((head, done));
                let inside = graph.after(head);
                graph.block(body, inside)
            }),
            Node::Loop(body, test) => self.looped(at, |graph, head, done| {
                let (end, again) = (graph.block(body, head), graph.node());
                graph.test(test, end, done, again);
                again
            }),
            Node::Match(arms) => self.arms(arms, at),
        }
    }

    /// A loop with a head and a node behind it; `inside` gives the node that goes back to the head.
    fn looped(&mut self, at: usize, inside: impl FnOnce(&mut Graph, usize, usize) -> usize) -> usize {
        let (head, done) = (self.after(at), self.node());
        let end = inside(self, head, done);
        self.edges.push((end, head));
        done
    }

    fn leave(&mut self, body: &[Node], at: usize) {
        let end = self.block(body, at);
        self.edges.push((end, self.exit));
    }

    /// Patterns are tried one after the other; a guard that fails goes on to the next one.
    fn arms(&mut self, arms: &[(Option<Test>, Vec<Node>)], at: usize) -> usize {
        let (join, mut trying) = (self.node(), at);
        for (guard, body) in arms {
            let (matched, next) = (self.after(trying), self.after(trying));
            let inside = match guard {
                None => matched,
                Some(test) => {
                    let inside = self.node();
                    self.test(test, matched, inside, next);
                    inside
                }
            };
            let end = self.block(body, inside);
            self.edges.push((end, join));
            trying = next;
        }
        self.edges.push((trying, join));
        join
    }

    /// Evaluate `test` from `at` on, one branch per atom.
    fn test(&mut self, test: &Test, at: usize, yes: usize, no: usize) {
        match test {
            Test::Atom | Test::Let => {
                let atom = self.after(at);
                self.edges.extend([(atom, yes), (atom, no)]);
            }
            Test::Not(inner) => self.test(inner, at, no, yes),
            Test::And(left, right) => {
                let middle = self.node();
                self.test(left, at, middle, no);
                self.test(right, middle, yes, no);
            }
            Test::Or(left, right) => {
                let middle = self.node();
                self.test(left, at, yes, middle);
                self.test(right, middle, yes, no);
            }
        }
    }

    fn reachable(&self) -> usize {
        let (mut seen, mut next) = (BTreeSet::new(), vec![0]);
        while let Some(node) = next.pop() {
            if seen.insert(node) {
                next.extend(self.edges.iter().filter(|(from, _)| *from == node).map(|(_, to)| *to));
            }
        }
        seen.len()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn complexity_is_the_cyclomatic_number_of_the_control_flow_graph(body in body()) {
        let text = format!("fn f() {{ {} }}", source(&body));
        let functions = functions_of(&text);
        let graph = Graph::of(&body);
        prop_assert_eq!(graph.reachable(), graph.nodes, "dead code in {}", text);
        prop_assert_eq!(functions[0].complexity.value() as usize, graph.edges.len() + 2 - graph.nodes, "{}", text);
    }
}
