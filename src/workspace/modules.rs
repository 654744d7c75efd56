//! From the root files of targets along their `mod` declarations to every source file, each read and
//! parsed once. Test modules are not followed. A file that a declaration names and that is not there is
//! left to the compiler: a cfg may well have taken the declaration away.

use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use syn::{Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::{Texts, Workspace};
use crate::syntax::{CfgStack, Lines, Parsed, SyntaxError, is_test_code};

/// One source file and what was made of its one parse.
#[derive(Debug)]
pub struct Source<T> {
    /// Relative to the workspace root, with forward slashes; absolute for a file outside of it.
    pub path: Utf8PathBuf,
    /// The text, as it lies on disk; empty when the analysis has no more use for it.
    pub text: String,
    /// Its lines; none when the analysis has no more use for them.
    pub lines: Lines,
    /// The cfg predicates of the `mod` declarations that lead here.
    pub cfg: CfgStack,
    /// Whether it belongs to a procedural macro, which runs inside the compiler.
    pub is_build_time: bool,
    /// What the analysis made of it.
    pub facts: T,
}

/// What of a file is kept besides what the analysis made of it: many thousand files are larger than what is known
/// of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Its text and its lines.
    Text,
    /// Its lines alone.
    Lines,
    /// Neither.
    Nothing,
}

/// How a file is parsed: [`crate::syntax::parse`] or [`crate::syntax::parse_sparsely`].
pub type Parse = fn(&str) -> Result<Parsed<'_>, SyntaxError>;

/// Why a source file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It could not be read, or is not UTF-8.
    #[error("{path}: {error}")]
    Read {
        /// Which file.
        path: Utf8PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// It is not Rust.
    #[error("{path}:{}:{}: {error}", error.position.line, error.position.column)]
    Parse {
        /// Which file.
        path: Utf8PathBuf,
        /// What the parser says.
        error: SyntaxError,
    },
}

/// A file to visit: where it is, where its child modules lie, which cfgs lead to it.
struct Pending {
    file: Utf8PathBuf,
    children: Utf8PathBuf,
    cfg: CfgStack,
    is_build_time: bool,
}

/// Read and parse every source file of the selected targets and let `analyse` make something of each, and say
/// what is to be kept besides. Sorted by path. All files that cannot be used are named, not only the first.
pub fn load_sources<T: Send + Clone>(
    workspace: &Workspace,
    texts: &Texts,
    parse: Parse,
    analyse: impl Fn(&Parsed<'_>, &Utf8Path, &CfgStack) -> (Kept, T) + Sync,
) -> Result<Vec<Source<T>>, Vec<SourceError>> {
    let roots = workspace.packages.iter().flat_map(|package| &package.targets);
    let mut pending: Vec<Pending> = roots.map(|target| Pending::root(&target.root, target.is_proc_macro)).collect();
    let mut seen = BTreeSet::new();
    let (mut sources, mut errors) = (Vec::new(), Vec::new());
    while !pending.is_empty() {
        pending.retain(|next| seen.insert(next.file.clone()));
        let visited: Vec<_> = pending.par_iter().map(|next| visit((workspace, texts), next, parse, &analyse)).collect();
        pending = Vec::new();
        for result in visited {
            match result {
                Ok((source, children)) => {
                    sources.push(source);
                    pending.extend(children);
                }
                Err(error) => errors.push(error),
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

impl Pending {
    /// A target's root: its modules lie beside it.
    fn root(file: &Utf8Path, is_build_time: bool) -> Pending {
        let file = &normalized(file);
        Pending { file: file.clone(), children: parent(file), cfg: CfgStack::default(), is_build_time }
    }

    /// A module's file: its own modules lie beside a `mod.rs`, else in a directory of the file's name.
    fn module(file: Utf8PathBuf, cfg: CfgStack, is_build_time: bool) -> Pending {
        let is_mod_rs = file.file_name() == Some("mod.rs");
        let children = if is_mod_rs { parent(&file) } else { file.with_extension("") };
        Pending { file, children, cfg, is_build_time }
    }
}

/// The path without `.` and `..`, by its letters alone: `a/b/../c.rs` is `a/c.rs`.
pub fn normalized(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if matches!(normal.components().next_back(), Some(Utf8Component::Normal(_))) => {
                normal.pop();
            }
            _ => normal.push(component),
        }
    }
    normal
}

fn parent(file: &Utf8Path) -> Utf8PathBuf {
    file.parent().map(Utf8Path::to_owned).unwrap_or_default()
}

fn visit<T: Clone>(
    (workspace, texts): (&Workspace, &Texts),
    next: &Pending,
    parse: Parse,
    analyse: &impl Fn(&Parsed<'_>, &Utf8Path, &CfgStack) -> (Kept, T),
) -> Result<(Source<T>, Vec<Pending>), SourceError> {
    let path = display_path(workspace, &next.file);
    let text = texts.read(&next.file).map_err(|error| SourceError::Read { path: path.clone(), error })?;
    let parsed = parse(&text).map_err(|error| SourceError::Parse { path: path.clone(), error })?;
    let (kept, facts) = analyse(&parsed, &path, &next.cfg);
    let mut children = Vec::new();
    let scope = Scope {
        texts,
        file: &next.file,
        directory: next.children.clone(),
        is_inline: false,
        cfg: next.cfg.with(&parsed.tree.attrs),
        is_build_time: next.is_build_time,
    };
    if !is_test_code(&parsed.tree.attrs) {
        scope.declared(&parsed.tree.items, &mut children);
    }
    let lines = if kept == Kept::Nothing { Lines::new("") } else { parsed.lines.clone() };
    drop(parsed);
    // Spans live in a map of this thread that only grows; nothing of this file's tokens is left.
    proc_macro2::extra::invalidate_current_thread_spans();
    let text = if kept == Kept::Text { text } else { String::new() };
    // What stays was made among the tree's own pieces; made again, it fills the room that the tree left.
    let (facts, lines) = (facts.clone(), lines.clone());
    Ok((Source { path, text, lines, cfg: next.cfg.clone(), is_build_time: next.is_build_time, facts }, children))
}

fn display_path(workspace: &Workspace, file: &Utf8Path) -> Utf8PathBuf {
    let path = file.strip_prefix(&workspace.root).unwrap_or(file);
    Utf8PathBuf::from(path.as_str().replace('\\', "/"))
}

/// Where `mod` declarations are looked up.
struct Scope<'a> {
    texts: &'a Texts,
    file: &'a Utf8Path,
    directory: Utf8PathBuf,
    is_inline: bool,
    cfg: CfgStack,
    is_build_time: bool,
}

impl Scope<'_> {
    fn declared(&self, items: &[Item], found: &mut Vec<Pending>) {
        for item in items {
            if let Item::Mod(item) = item
                && !is_test_code(&item.attrs)
            {
                self.module(item, found);
            }
        }
    }

    fn module(&self, item: &ItemMod, found: &mut Vec<Pending>) {
        let cfg = self.cfg.with(&item.attrs);
        let name = syn::ext::IdentExt::unraw(&item.ident).to_string();
        let at = path_attribute(item);
        if let Some((_, items)) = &item.content {
            let directory = self.directory.join(at.unwrap_or(name));
            Scope { texts: self.texts, file: self.file, directory, is_inline: true, cfg, is_build_time: self.is_build_time }
                .declared(items, found);
        } else if let Some(at) = at {
            let base = if self.is_inline { self.directory.clone() } else { parent(self.file) };
            // A file named by a path attribute owns its directory, as a `mod.rs` does.
            let file = normalized(&base.join(at));
            found.extend(self.texts.is_file(&file).then(|| Pending {
                children: parent(&file),
                file,
                cfg,
                is_build_time: self.is_build_time,
            }));
        } else {
            let candidates = [self.directory.join(format!("{name}.rs")), self.directory.join(&name).join("mod.rs")];
            found.extend(
                candidates.into_iter().find(|file| self.texts.is_file(file)).map(|file| Pending::module(file, cfg, self.is_build_time)),
            );
        }
    }
}

/// The file that `#[path = ".."]` names.
fn path_attribute(item: &ItemMod) -> Option<String> {
    item.attrs.iter().find_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;
    use crate::workspace::{Package, Target};

    fn workspace(files: &[(&str, &str)]) -> (tempfile::TempDir, Workspace) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap();
        for (path, text) in files {
            let file = root.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let target = Target { root: root.join("src/lib.rs"), edition: "2021".into(), is_proc_macro: false };
        let package = Package { name: "p".into(), targets: vec![target], has_doctests: false, has_examples: false };
        (dir, Workspace { target_dir: root.join("target"), root, packages: vec![package], is_whole: true })
    }

    fn paths(files: &[(&str, &str)]) -> Vec<String> {
        let (_dir, workspace) = workspace(files);
        let sources =
            load_sources(&workspace, &Texts::default(), parse, |_, _, cfg| (Kept::Text, cfg.iter().collect::<Vec<_>>().join(" & ")))
                .unwrap();
        sources.into_iter().map(|source| format!("{}[{}]", source.path, source.facts)).collect()
    }

    #[test]
    fn modules_are_found_where_the_compiler_finds_them() {
        let files = [
            (
                "src/lib.rs",
                "mod a; mod inline { mod deep; #[path = \"q.rs\"] mod p; } #[cfg(test)] mod tests; #[path = \"odd/x.rs\"] mod odd; mod gone; mod r#type;",
            ),
            ("src/a.rs", "#[cfg(unix)] mod b;"),
            ("src/a/b/mod.rs", "#[cfg(feature = \"f\")] mod c;"),
            ("src/a/b/c.rs", ""),
            ("src/inline/deep.rs", ""),
            ("src/inline/q.rs", ""),
            ("src/odd/x.rs", "mod y;"),
            ("src/odd/y.rs", ""),
            ("src/tests.rs", "not rust"),
            ("src/type.rs", ""),
        ];
        let expect = [
            "src/a/b/c.rs[feature = \"f\" & unix]",
            "src/a/b/mod.rs[unix]",
            "src/a.rs[]",
            "src/inline/deep.rs[]",
            "src/inline/q.rs[]",
            "src/lib.rs[]",
            "src/odd/x.rs[]",
            "src/odd/y.rs[]",
            "src/type.rs[]",
        ];
        assert_eq!(paths(&files), expect);
    }

    #[test]
    fn what_is_staged_stands_for_what_is_on_the_disk() {
        let (_dir, workspace) = workspace(&[("src/lib.rs", "mod a;"), ("src/a.rs", "fn a() {}"), ("src/b.rs", "fn b() {}")]);
        let staged = [("src/lib.rs", Some("mod b; mod c; mod a;")), ("src/c.rs", Some("fn c() {}")), ("src/a.rs", None)];
        let staged = staged.into_iter().map(|(path, text)| (path.into(), text.map(str::to_owned))).collect();
        let sources = load_sources(&workspace, &Texts::staged(&workspace, staged), parse, |_, _, _| (Kept::Text, ())).unwrap();
        let found: Vec<(&str, &str)> = sources.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
        assert_eq!(found, [("src/b.rs", "fn b() {}"), ("src/c.rs", "fn c() {}"), ("src/lib.rs", "mod b; mod c; mod a;")]);
    }

    #[test]
    fn paths_are_compared_without_detours() {
        for (path, expect) in [("a/b/../c.rs", "a/c.rs"), ("./a//b.rs", "a/b.rs"), ("/a/../b", "/b"), ("../a/../../b", "../../b")] {
            assert_eq!(normalized(Utf8Path::new(path)), expect, "{path}");
        }
    }

    #[test]
    fn every_broken_file_is_named_with_its_place() {
        let (_dir, workspace) = workspace(&[("src/lib.rs", "mod a; mod b;"), ("src/a.rs", "\nfn ("), ("src/b.rs", "struct")]);
        let errors = load_sources(&workspace, &Texts::default(), parse, |_, _, _| (Kept::Text, ())).unwrap_err();
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 2);
        assert!(texts[0].starts_with("src/a.rs:2:4: "), "{texts:?}");
        assert!(texts[1].starts_with("src/b.rs:1:"), "{texts:?}");
    }
}
