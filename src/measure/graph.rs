//! The property behind the counting rules: for functions without `?` and macros, complexity is
//! E - N + 2 of the control-flow graph. The graph is built here from a small grammar of its own, beside
//! the source text, and never from the parsed tree.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::testing::functions_of;

#[derive(Clone, Debug)]
enum Node {
    Call,
    If(Test, Vec<Node>, Option<Vec<Node>>),
    /// `if test { body; return; }`, or `break` or `continue` for `return` where there is a loop to leave.
    Leave(Test, Vec<Node>, Exit),
    While(Test, Vec<Node>),
    For(Vec<Node>),
    /// `loop { body; if test { break; } }`
    Loop(Vec<Node>, Test),
    /// Arms with their guards; a last arm `_` is added.
    Match(Vec<(Option<Test>, Vec<Node>)>),
    /// `let Some(x) = a else { body; return; };`
    LetElse(Vec<Node>),
}

#[derive(Clone, Copy, Debug)]
enum Exit {
    Return,
    Break,
    Continue,
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

fn exit() -> impl Strategy<Value = Exit> {
    prop_oneof![Just(Exit::Return), Just(Exit::Break), Just(Exit::Continue)]
}

fn body() -> impl Strategy<Value = Vec<Node>> {
    let leaf = Just(Node::Call);
    let node = leaf.prop_recursive(4, 40, 4, |inner| {
        let block = prop::collection::vec(inner, 0..4).boxed();
        let arm = (prop::option::of(test()), block.clone());
        prop_oneof![
            (condition(), block.clone(), prop::option::of(block.clone())).prop_map(|(test, then, other)| Node::If(test, then, other)),
            (condition(), block.clone(), exit()).prop_map(|(test, body, exit)| Node::Leave(test, body, exit)),
            (condition(), block.clone()).prop_map(|(test, body)| Node::While(test, body)),
            block.clone().prop_map(Node::For),
            (block.clone(), test()).prop_map(|(body, test)| Node::Loop(body, test)),
            prop::collection::vec(arm, 0..4).prop_map(Node::Match),
            block.prop_map(Node::LetElse),
        ]
    });
    prop::collection::vec(node, 0..5)
}

/// The source text of a block, in a loop or not.
fn source(body: &[Node], in_loop: bool) -> String {
    body.iter().map(|node| statement(node, in_loop)).collect()
}

fn statement(node: &Node, in_loop: bool) -> String {
    let inside = |body: &[Node]| source(body, in_loop);
    match node {
        Node::Call => "a();".to_owned(),
        Node::If(test, then, None) => format!("if {} {{ {} }}", written(test), inside(then)),
        Node::If(test, then, Some(other)) => {
            // An `if` alone in an `else` is written as `else if`.
            let other =
                if let [only @ Node::If(..)] = other.as_slice() { statement(only, in_loop) } else { format!("{{ {} }}", inside(other)) };
            format!("if {} {{ {} }} else {other}", written(test), inside(then))
        }
        Node::Leave(test, body, exit) => {
            let keyword = match exit {
                Exit::Break if in_loop => "break",
                Exit::Continue if in_loop => "continue",
                _ => "return",
            };
            format!("if {} {{ {} {keyword}; }}", written(test), inside(body))
        }
        Node::While(test, body) => format!("while {} {{ {} }}", written(test), source(body, true)),
        Node::For(body) => format!("for x in a {{ {} }}", source(body, true)),
        Node::Loop(body, test) => format!("loop {{ {} if {} {{ break; }} }}", source(body, true), written(test)),
        Node::LetElse(body) => format!("let Some(x) = a else {{ {} return; }};", inside(body)),
        Node::Match(arms) => {
            let arm = |(guard, body): &(Option<Test>, Vec<Node>)| {
                let guard = guard.as_ref().map_or(String::new(), |test| format!("if {}", written(test)));
                format!("1 | 2 {guard} => {{ {} }}", inside(body))
            };
            format!("match a {{ {} _ => {{}} }}", arms.iter().map(arm).collect::<String>())
        }
    }
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
    /// The head of each loop around and the node behind it, the innermost last.
    loops: Vec<(usize, usize)>,
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
            Node::Leave(test, body, exit) => {
                let (yes, no) = (self.node(), self.node());
                self.test(test, at, yes, no);
                let target = match (exit, self.loops.last()) {
                    (Exit::Break, Some((_, done))) => *done,
                    (Exit::Continue, Some((head, _))) => *head,
                    _ => self.exit,
                };
                self.leave(body, yes, target);
                no
            }
            Node::LetElse(body) => {
                let (bound, other) = (self.after(at), self.after(at));
                self.leave(body, other, self.exit);
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
        self.loops.push((head, done));
        let end = inside(self, head, done);
        self.loops.pop();
        self.edges.push((end, head));
        done
    }

    fn leave(&mut self, body: &[Node], at: usize, target: usize) {
        let end = self.block(body, at);
        self.edges.push((end, target));
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
        let text = format!("fn f() {{ {} }}", source(&body, false));
        let functions = functions_of(&text);
        let graph = Graph::of(&body);
        prop_assert_eq!(graph.reachable(), graph.nodes, "dead code in {}", text);
        prop_assert_eq!(functions[0].complexity.value() as usize, graph.edges.len() + 2 - graph.nodes, "{}", text);
    }
}
