//! What cargo, rustdoc and the compiler print and write down, as values. Pure: text in, values out. Refuses to know what
//! they were asked.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use serde::{Deserialize, Serialize};

use super::runner::{DOCTEST_MARK, Example};
use crate::workspace::normalized;

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        filenames: Vec<Utf8PathBuf>,
    },
    #[serde(other)]
    Other,
}

/// From cargo's standard output: the stems (`name-hash`) of all artifacts, and the lines that are no messages of its own.
pub fn messages(stdout: &str) -> (BTreeSet<String>, String) {
    let (mut stems, mut text) = (BTreeSet::new(), String::new());
    for line in stdout.lines() {
        match serde_json::from_str(line) {
            Ok(Message::CompilerArtifact { filenames }) => stems.extend(filenames.iter().filter_map(|file| stem(file))),
            Ok(Message::Other) => {}
            Err(_) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    (stems, text)
}

/// `libname-hash.rmeta`, `libname-hash.so` and `name-hash` → `name-hash`.
fn stem(file: &Utf8Path) -> Option<String> {
    let stem = file.file_stem()?;
    let is_library = matches!(file.extension(), Some("rlib" | "rmeta" | "so" | "dylib" | "a"));
    Some(stem.strip_prefix("lib").filter(|_| is_library).unwrap_or(stem).to_owned())
}

/// What rustdoc says of the examples that did not pass.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// The names of those that our runner was given, by the number that it printed.
    pub names: BTreeMap<u32, String>,
    /// Those that it was not: the compiler refuses them, or does not refuse them where it should.
    pub refused: Vec<RefusedExample>,
}

/// A documentation example that fails before it could be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedExample {
    /// Its name as rustdoc gives it.
    pub name: String,
    /// What rustdoc says of it.
    pub said: String,
}

/// Read rustdoc's output: what stands below the name of each example that did not pass.
pub fn examples(output: &str) -> Examples {
    let mut examples = Examples::default();
    let mut open: Option<RefusedExample> = None;
    for line in output.lines() {
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            examples.refused.extend(open.replace(RefusedExample { name: name.to_owned(), said: String::new() }));
        } else if let Some(number) = line.strip_prefix(DOCTEST_MARK).and_then(|number| number.parse().ok()) {
            examples.names.extend(open.take().map(|example| (number, example.name)));
        } else if line == "failures:" {
            examples.refused.extend(open.take());
        } else if let Some(example) = &mut open {
            example.said.push_str(line);
            example.said.push('\n');
        }
    }
    examples.refused.extend(open);
    examples
}

/// The examples in the source of rustdoc's merged runner, in the order of their indices. Each is a call
/// `new_doctest("name", ignore, "file", line, no_run, should_panic, ..)`. Fails when one cannot be read: those behind
/// it would be taken for each other.
pub fn merged_examples(source: &str) -> anyhow::Result<Vec<Example>> {
    let tokens: TokenStream = source.parse().ok().context("rustdoc's runner is not Rust")?;
    let (mut examples, mut open) = (Vec::new(), vec![tokens.into_iter()]);
    let mut is_call = false;
    while let Some(tokens) = open.last_mut() {
        let Some(token) = tokens.next() else {
            open.pop();
            continue;
        };
        match token {
            TokenTree::Group(group) if is_call && group.delimiter() == Delimiter::Parenthesis => {
                examples.push(merged_example(&group).with_context(|| format!("rustdoc's runner has an odd example: {group}"))?);
                is_call = false;
            }
            TokenTree::Group(group) => open.push(group.stream().into_iter()),
            other => is_call = matches!(other, TokenTree::Ident(word) if word == "new_doctest"),
        }
    }
    Ok(examples)
}

fn merged_example(call: &Group) -> Option<Example> {
    let tokens: Vec<TokenTree> = call.stream().into_iter().collect();
    let mut arguments = tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
    let [TokenTree::Literal(name)] = arguments.next()? else { return None };
    let syn::Lit::Str(name) = syn::Lit::new(name.clone()) else { return None };
    let flag = |argument: &[TokenTree]| match argument {
        [TokenTree::Ident(word)] => word.to_string().parse::<bool>().ok(),
        _ => None,
    };
    let is_ignored = flag(arguments.next()?)?;
    let is_only_compiled = flag(arguments.nth(2)?)?;
    Some(Example { name: name.value(), is_ignored, is_only_compiled, should_panic: flag(arguments.next()?)? })
}

/// The compiler's list of the files that it read: every file also stands as a target of its own, `path:` on a line.
pub fn dependencies(list: &str) -> BTreeSet<Utf8PathBuf> {
    let files = list.lines().filter_map(|line| line.strip_suffix(':'));
    files.map(|file| normalized(Utf8Path::new(&file.replace("\\ ", " ")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_are_known_by_their_stems() {
        let stdout = "{\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/libab-1f.rlib\",\"/t/libab-1f.rmeta\",\"/t/deps/lib_test-2e\",\"/t/libpm-3c.so\"]}\n\
            {\"reason\":\"build-finished\",\"success\":true}\nrunning 1 test\n";
        let (stems, text) = messages(stdout);
        assert_eq!(stems.into_iter().collect::<Vec<_>>(), ["ab-1f", "lib_test-2e", "pm-3c"]);
        assert_eq!(text, "running 1 test\n");
    }

    #[test]
    fn examples_are_named_by_what_rustdoc_prints_above_their_number() {
        let output = "failures:\n\n---- src/lib.rs - f (line 3) stdout ----\nTest executable failed (exit status: 1).\n\nstdout:\n\
            cargo-gate-doctest 12\n\n---- src/lib.rs - g (line 9) stdout ----\nerror: it does not compile\n\n\
            ---- src/lib.rs - h (line 20) stdout ----\nstdout:\ncargo-gate-doctest 7\n";
        let found = examples(output);
        assert_eq!(
            found.names.into_iter().collect::<Vec<_>>(),
            [(7, "src/lib.rs - h (line 20)".to_owned()), (12, "src/lib.rs - f (line 3)".to_owned())]
        );
        let refused = |name: &str, said: &str| RefusedExample { name: name.to_owned(), said: said.to_owned() };
        assert_eq!(found.refused, [refused("src/lib.rs - g (line 9)", "error: it does not compile\n\n")]);
        let last = "failures:\n\n---- a stdout ----\nTest compiled successfully\n\nfailures:\n    a\n";
        assert_eq!(examples(last).refused, [refused("a", "Test compiled successfully\n\n")]);
    }

    #[test]
    fn merged_examples_are_named_in_order() {
        let source = "mod __doctest_0 {\npub const TEST: test::TestDescAndFn = test::TestDescAndFn::new_doctest(\n\
            \"src/lib.rs - f (line 10)\", false, \"src/lib.rs\", 10, true, false,\n test::StaticTestFn(|| {}));}\n\
            mod __doctest_1 {\nTestDescAndFn::new_doctest(\n\"src/lib.rs - S<\\\"a\\\">::g (line 2)\", true, \"src/lib.rs\", 2, false, false, x\n);}\n\
            mod __doctest_2 {\nTestDescAndFn::new_doctest(\n\"a'b \\u{202e}\u{e9} new_doctest(.rs - h (line 1)\", false, \"\", 1, false, true, x);}\n";
        let example = |name: &str, is_ignored, is_only_compiled, should_panic| Example {
            name: name.to_owned(),
            is_ignored,
            is_only_compiled,
            should_panic,
        };
        let expected = [
            example("src/lib.rs - f (line 10)", false, true, false),
            example("src/lib.rs - S<\"a\">::g (line 2)", true, false, false),
            example("a'b \u{202e}\u{e9} new_doctest(.rs - h (line 1)", false, false, true),
        ];
        assert_eq!(merged_examples(source).unwrap(), expected);
        for odd in ["new_doctest(1, false)", "new_doctest(\"a\", x, 1, 1, 1, true)", "new_doctest(\"a\", true, 1, 1, true)", "new_doctest("]
        {
            assert!(merged_examples(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn dependencies_are_the_lines_that_are_targets() {
        let list = "/t/a.d: src/lib.rs src/a\\ b.rs\n\nsrc/lib.rs:\nsrc/./a\\ b.rs:\n\n# env-dep:A=b\n";
        assert_eq!(dependencies(list).into_iter().collect::<Vec<_>>(), ["src/a b.rs", "src/lib.rs"]);
    }
}
