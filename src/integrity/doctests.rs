//! `test-ignored` for examples in documentation: ` ``` ` → ` ```ignore `, ` ```no_run `, ` ```text `.
//!
//! No accusation: an example that is another one now, or gone; what the base did not run either.

use syn::visit::Visit;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use super::census::File;
use super::{Accusation, Sides, accused};
use crate::syntax::Span;

/// An example: its code, and whether it is run.
struct Example {
    code: String,
    is_run: bool,
    info: String,
    span: Span,
}

/// Accuse the examples of the head.
pub(super) fn accuse(sides: &Sides<'_, '_>) -> Vec<Accusation> {
    let base: Vec<Example> = sides.base.files.iter().flat_map(|file| examples(file)).collect();
    let mut found = Vec::new();
    for file in sides.head.files {
        let heads = examples(file);
        for example in heads.iter().filter(|one| !one.is_run && !one.code.is_empty()) {
            let ran = base.iter().any(|old| old.is_run && old.code == example.code);
            if ran && !heads.iter().any(|one| one.is_run && one.code == example.code) {
                let title = format!("an example of the documentation is `{}` now: it is not run", example.info);
                let help = "mend the example or the code, so that it runs again".to_owned();
                found.push(accused("test-ignored", file, example.span, "doctest", title, "it ran before".to_owned(), help));
            }
        }
    }
    found
}

struct Docs<'ast>(Vec<&'ast Attribute>);

impl<'ast> Visit<'ast> for Docs<'ast> {
    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        self.0.push(attr);
    }
}

fn examples(file: &File<'_>) -> Vec<Example> {
    let mut docs = Docs(Vec::new());
    docs.visit_file(&file.parsed.tree);
    let mut found = Vec::new();
    let mut open: Option<Example> = None;
    for attr in docs.0 {
        let Some(text) = text(attr) else { continue };
        for line in text.lines() {
            let line = line.trim();
            match (line.strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => found.extend(open.take()),
                (Some(info), None) => {
                    let span = file.parsed.span_of(attr);
                    open = Some(Example { code: String::new(), is_run: is_run(info), info: info.to_owned(), span });
                }
                (None, Some(example)) => example.code += &line.split_whitespace().collect::<String>(),
                (None, None) => {}
            }
        }
    }
    found
}

/// Whether rustdoc runs an example with these words behind its fence.
fn is_run(info: &str) -> bool {
    let is_rust = |word: &str| matches!(word, "" | "rust" | "should_panic" | "standalone_crate") || word.starts_with("edition");
    info.split([',', ' ']).all(is_rust)
}

fn text(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
