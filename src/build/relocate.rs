//! Recorded command lines moved to a lane: outputs of its own, and what it has built in place of what cargo
//! has. Pure.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::rustdoc::RustdocCall;

/// The artifacts of a lane build.
#[derive(Debug)]
pub struct LaneArtifacts {
    /// Where they lie, under the names that cargo gave them.
    pub directory: Utf8PathBuf,
    /// The stems of what was built.
    pub stems: BTreeSet<String>,
}

impl LaneArtifacts {
    /// The lane's own build of an executable that cargo built.
    pub fn executable(&self, program: &Utf8Path) -> Option<Utf8PathBuf> {
        self.stems.contains(program.file_stem()?).then(|| self.directory.join(program.file_name().unwrap_or_default()))
    }

    /// The arguments of a call of rustdoc that tests examples against what the lane has built; nothing when
    /// the lane has built nothing that they use, or none is wanted. `parts` of names choose among the examples, which
    /// `runner` runs if there is any.
    pub fn documentation(&self, call: &RustdocCall, parts: Option<&BTreeSet<String>>, runner: &[String]) -> Option<Vec<String>> {
        let mut args = Vec::new();
        let mut is_touched = false;
        let mut given = call.args.iter();
        while let Some(arg) = given.next() {
            if arg == "--test-runtool" || arg == "--test-runtool-arg" {
                given.next();
            } else if let Some(here) = relocated(arg, &self.directory, &self.stems) {
                is_touched = true;
                args.push(here);
            } else {
                args.push(arg.clone());
            }
        }
        args.extend(["-L".to_owned(), format!("dependency={}", self.directory)]);
        let tools = ["--test-runtool"].into_iter().chain(std::iter::repeat("--test-runtool-arg"));
        args.extend(tools.zip(runner).flat_map(|(name, word)| [name.to_owned(), word.clone()]));
        args.extend(call.merging.iter().flat_map(|merging| merging.args().map(str::to_owned)));
        args.extend(parts.into_iter().flatten().flat_map(|part| ["--test-args".to_owned(), part.clone()]));
        (is_touched && parts.is_none_or(|parts| !parts.is_empty())).then_some(args)
    }
}

/// The stem of a library's file, `name-hash`.
pub(super) fn library_stem(path: &str) -> Option<&str> {
    let file = Utf8Path::new(path);
    matches!(file.extension(), Some("rlib" | "rmeta" | "so" | "dylib" | "dll")).then(|| file.file_stem())??.strip_prefix("lib")
}

/// The stems of the libraries that a call is given.
pub(super) fn given(args: &[String]) -> impl Iterator<Item = &str> {
    args.iter().filter_map(|arg| library_stem(arg.split_once('=')?.1))
}

/// `name=/deps/libname-hash.rmeta` → the same in `out`, when the lane has built it.
pub(super) fn relocated(arg: &str, out: &Utf8Path, built: &BTreeSet<String>) -> Option<String> {
    let (name, path) = arg.split_once('=')?;
    let stem = library_stem(path)?;
    let file = Utf8Path::new(path).file_name()?;
    built.contains(stem).then(|| format!("{name}={}", out.join(file)))
}

/// The arguments without those that say what is written where.
pub(super) fn without_output(args: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut args = args.iter().peekable();
    while let Some(arg) = args.next() {
        let is_incremental = arg == "-C" && args.peek().is_some_and(|value| value.starts_with("incremental="));
        if arg == "--out-dir" || is_incremental {
            args.next();
        } else if !arg.starts_with("--emit") && !arg.starts_with("--out-dir=") {
            kept.push(arg.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_call_is_moved_to_the_lane() {
        let built = BTreeSet::from(["a-1".to_owned()]);
        let out = Utf8Path::new("/lane");
        assert_eq!(relocated("a=/d/liba-1.rmeta", out, &built).as_deref(), Some("a=/lane/liba-1.rmeta"));
        assert_eq!(relocated("b=/d/libb-2.rlib", out, &built), None);
        assert_eq!(relocated("feature=\"a-1\"", out, &built), None);
        let args: Vec<String> = "--emit=link --out-dir /d -C opt-level=0 -C incremental=/i x.rs".split(' ').map(str::to_owned).collect();
        assert_eq!(without_output(&args), ["-C", "opt-level=0", "x.rs"]);
    }
}
