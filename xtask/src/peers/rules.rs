//! The counting rules of each tool as switches of one counter, and the way from ours to theirs, one rule at a
//! time. Read from the tools' sources, and held against what they print.

use anyhow::{Context, Result};
use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Expr, Pat, Token};

/// How one tool counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// A match of n arms counts n, not n - 1.
    match_counts_all_arms: bool,
    /// A guard.
    guard: u64,
    /// `let .. else`.
    let_else: u64,
    /// `loop`.
    unconditional_loop: u64,
    /// `?`.
    question_mark: u64,
    /// `break`, `continue`.
    jump: u64,
    /// Whether what is in closures counts.
    closures: bool,
    /// Whether what is in the initialisers of nested constants and in nested macro definitions counts.
    items: bool,
    /// `?Sized`.
    relaxed_bound: u64,
    macros: Macros,
}

/// What counts in the arguments of macros.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Macros {
    /// Those of the standard library are read as expressions; `matches!` is a match.
    Standard,
    /// Nothing.
    Nothing,
    /// `if`, `for`, `while`, `loop` and `?`, in every macro.
    Tokens,
}

/// The rules of the documentation.
pub(crate) const OURS: Rules = Rules {
    match_counts_all_arms: false,
    guard: 1,
    let_else: 1,
    unconditional_loop: 0,
    question_mark: 0,
    jump: 0,
    closures: true,
    items: false,
    relaxed_bound: 0,
    macros: Macros::Standard,
};

/// A tool and its rules.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) rules: Rules,
}

/// The tools: rust-code-analysis 0.0.25, cargo-crap 0.9.0, crap4rs 0.6.2.
pub(crate) const PEERS: [Peer; 3] = [
    Peer {
        name: "rust-code-analysis-cli",
        rules: Rules {
            match_counts_all_arms: true,
            guard: 1,
            let_else: 0,
            unconditional_loop: 1,
            question_mark: 1,
            jump: 0,
            closures: false,
            items: true,
            relaxed_bound: 1,
            macros: Macros::Tokens,
        },
    },
    Peer {
        name: "cargo-crap",
        rules: Rules {
            match_counts_all_arms: true,
            guard: 0,
            let_else: 0,
            unconditional_loop: 1,
            question_mark: 1,
            jump: 0,
            closures: false,
            items: false,
            relaxed_bound: 0,
            macros: Macros::Nothing,
        },
    },
    Peer {
        name: "crap4rs",
        rules: Rules {
            match_counts_all_arms: false,
            guard: 0,
            let_else: 1,
            unconditional_loop: 1,
            question_mark: 1,
            jump: 1,
            closures: true,
            items: false,
            relaxed_bound: 0,
            macros: Macros::Nothing,
        },
    },
];

/// Takes one rule over from others.
type Change = fn(&mut Rules, Rules);

impl Peer {
    /// The rules that change the count of `function` on the way from ours to this tool's, with their points.
    pub(crate) fn steps(&self, function: &Function) -> Vec<(&'static str, i64)> {
        let theirs = self.rules;
        let mut rules = OURS;
        let mut steps = Vec::new();
        let changes: [(&'static str, Change); 10] = [
            ("the decisions of closures are left out", |rules, theirs| rules.closures = theirs.closures),
            ("macros are read otherwise", |rules, theirs| rules.macros = theirs.macros),
            ("a match of n arms counts n, not n - 1", |rules, theirs| rules.match_counts_all_arms = theirs.match_counts_all_arms),
            ("a guard does not count", |rules, theirs| rules.guard = theirs.guard),
            ("`let .. else` does not count", |rules, theirs| rules.let_else = theirs.let_else),
            ("`loop` counts", |rules, theirs| rules.unconditional_loop = theirs.unconditional_loop),
            ("`?` counts", |rules, theirs| rules.question_mark = theirs.question_mark),
            ("`break` and `continue` count", |rules, theirs| rules.jump = theirs.jump),
            ("constants and macro definitions in the body count", |rules, theirs| rules.items = theirs.items),
            ("the `?` of `?Sized` counts", |rules, theirs| rules.relaxed_bound = theirs.relaxed_bound),
        ];
        for (name, change) in changes {
            let before = function.count(&rules);
            change(&mut rules, theirs);
            let points = i64::try_from(function.count(&rules)).unwrap_or(0) - i64::try_from(before).unwrap_or(0);
            if points != 0 {
                steps.push((name, points));
            }
        }
        steps
    }
}

/// A function with a body.
pub(crate) struct Function {
    pub(crate) file: String,
    /// Of its `fn`.
    pub(crate) line: u64,
    end: u64,
    pub(crate) name: String,
    signature: syn::Signature,
    block: syn::Block,
}

impl Function {
    pub(crate) fn key(&self) -> (String, u64, String) {
        (self.file.clone(), self.end, self.name.clone())
    }

    /// Its complexity by some rules.
    pub(crate) fn count(&self, rules: &Rules) -> u64 {
        let mut counter = Counter { rules, points: 1 };
        counter.visit_signature(&self.signature);
        counter.visit_block(&self.block);
        counter.points
    }
}

/// The functions of a file, nested ones too.
pub(crate) fn functions(file: &str, text: &str) -> Result<Vec<Function>> {
    let tree = syn::parse_file(text).with_context(|| format!("{file} does not parse"))?;
    let mut finder = Finder { file, found: Vec::new() };
    finder.visit_file(&tree);
    Ok(finder.found)
}

struct Finder<'f> {
    file: &'f str,
    found: Vec<Function>,
}

impl Finder<'_> {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.found.push(Function {
            file: self.file.to_owned(),
            line: signature.fn_token.span.start().line as u64,
            end: block.brace_token.span.close().end().line as u64,
            name: syn::ext::IdentExt::unraw(&signature.ident).to_string(),
            signature: signature.clone(),
            block: block.clone(),
        });
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

struct Counter<'r> {
    rules: &'r Rules,
    points: u64,
}

const STANDARD: [&str; 24] = [
    "addr_of",
    "addr_of_mut",
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "panic",
    "pin",
    "print",
    "println",
    "ready",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

impl Counter<'_> {
    /// The arguments of a macro of the standard library, as expressions.
    fn arguments(&mut self, node: &syn::Macro) {
        let Some(last) = node.path.segments.last() else { return };
        let name = last.ident.to_string();
        if name == "matches" {
            let _ = node.parse_body_with(|input: syn::parse::ParseStream| {
                let scrutinee: Expr = input.parse()?;
                input.parse::<Token![,]>()?;
                Pat::parse_multi_with_leading_vert(input)?;
                self.points += 1 + u64::from(self.rules.match_counts_all_arms);
                self.visit_expr(&scrutinee);
                if input.parse::<Option<Token![if]>>()?.is_some() {
                    self.points += self.rules.guard;
                    self.visit_expr(&input.parse()?);
                }
                input.parse::<Option<Token![,]>>()
            });
        } else if STANDARD.contains(&name.as_str()) {
            let separated = node.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
            let repeated = |input: syn::parse::ParseStream| {
                let first: Expr = input.parse()?;
                input.parse::<Token![;]>()?;
                Ok(vec![first, input.parse()?])
            };
            let read = separated.map(|read| read.into_iter().collect::<Vec<_>>()).or_else(|_| node.parse_body_with(repeated));
            for expr in &read.unwrap_or_default() {
                self.visit_expr(expr);
            }
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => self.points += u64::from(["if", "for", "while", "loop"].iter().any(|word| ident == word)),
                TokenTree::Punct(punct) => self.points += u64::from(punct.as_char() == '?'),
                TokenTree::Literal(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Counter<'_> {
    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        self.points += 1;
        visit::visit_expr_if(self, node);
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.points += 1;
        visit::visit_expr_while(self, node);
    }

    fn visit_expr_for_loop(&mut self, node: &'ast syn::ExprForLoop) {
        self.points += 1;
        visit::visit_expr_for_loop(self, node);
    }

    fn visit_expr_loop(&mut self, node: &'ast syn::ExprLoop) {
        self.points += self.rules.unconditional_loop;
        visit::visit_expr_loop(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        let arms = node.arms.len() as u64;
        self.points += if self.rules.match_counts_all_arms { arms } else { arms.saturating_sub(1) };
        visit::visit_expr_match(self, node);
    }

    fn visit_pat_guard(&mut self, node: &'ast syn::PatGuard) {
        self.points += self.rules.guard;
        visit::visit_pat_guard(self, node);
    }

    fn visit_local_init(&mut self, node: &'ast syn::LocalInit) {
        self.points += if node.diverge.is_some() { self.rules.let_else } else { 0 };
        visit::visit_local_init(self, node);
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        self.points += u64::from(matches!(node.op, BinOp::And(_) | BinOp::Or(_)));
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_try(&mut self, node: &'ast syn::ExprTry) {
        self.points += self.rules.question_mark;
        visit::visit_expr_try(self, node);
    }

    fn visit_expr_break(&mut self, node: &'ast syn::ExprBreak) {
        self.points += self.rules.jump;
        visit::visit_expr_break(self, node);
    }

    fn visit_expr_continue(&mut self, _: &'ast syn::ExprContinue) {
        self.points += self.rules.jump;
    }

    fn visit_expr_closure(&mut self, node: &'ast syn::ExprClosure) {
        if self.rules.closures {
            visit::visit_expr_closure(self, node);
        }
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        match self.rules.macros {
            Macros::Standard => self.arguments(node),
            Macros::Nothing => {}
            Macros::Tokens => self.tokens(node.tokens.clone()),
        }
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        if self.rules.items {
            match item {
                syn::Item::Const(item) => self.visit_expr(&item.expr),
                syn::Item::Static(item) => self.visit_expr(&item.expr),
                syn::Item::Macro(item) => self.tokens(item.mac.tokens.clone()),
                _ => {}
            }
        }
    }

    fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
        if bound.maybe.is_some() {
            self.points += self.rules.relaxed_bound;
        }
        visit::visit_trait_bound(self, bound);
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}
