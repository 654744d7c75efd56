//! What a coverage file says of source files, whatever its format. Owns what is kept of it, which is bounded
//! by our own sources and not by the size of the file; refuses to know formats and to decide what counts.

use std::collections::{BTreeMap, BTreeSet};

use fixedbitset::FixedBitSet;

/// What is worth keeping: files whose name one of our sources has, lines that the longest of them has.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The last part of the path of each of our sources.
    pub names: BTreeSet<String>,
    /// Lines of the longest of our sources.
    pub longest: u32,
}

/// What one coverage file says.
#[derive(Debug, Default)]
pub struct Claims {
    /// By path as written, with forward slashes and without detours; files of the frame only.
    pub files: BTreeMap<String, Claim>,
    /// A path of which nothing was kept.
    pub foreign: Option<String>,
    /// Whether this tool wrote it: then outcomes of branches are numbered as ours.
    pub is_ours: bool,
}

/// What is said of one source file.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    coverable: FixedBitSet,
    ran: FixedBitSet,
    /// Outcomes of decisions, by line, decision and outcome, and whether each was taken.
    pub branches: BTreeMap<(u32, u32, u32), bool>,
    /// Functions by their first line, and whether one that begins there was entered.
    pub functions: BTreeMap<u32, bool>,
    last: u32,
}

impl Frame {
    /// The claim for `path`, made when it is the first time; `None` when the path is none of ours.
    pub(super) fn claim<'c>(&self, claims: &'c mut Claims, path: &str) -> Option<&'c mut Claim> {
        let path = plain_path(path);
        let name = path.rsplit('/').next().unwrap_or_default();
        if self.names.contains(name) {
            return Some(claims.files.entry(path).or_default());
        }
        claims.foreign.get_or_insert(path);
        None
    }
}

impl Claim {
    /// Note that `line` is coverable, and whether it ran; what was noted before is not taken back.
    pub(super) fn line(&mut self, frame: &Frame, line: u32, ran: bool) {
        if self.reaches(frame, line) {
            self.coverable.grow_and_insert(line as usize);
            if ran {
                self.ran.grow_and_insert(line as usize);
            }
        }
    }

    /// Note an outcome of a decision.
    pub(super) fn branch(&mut self, frame: &Frame, at: (u32, u32, u32), taken: bool) {
        if self.reaches(frame, at.0) {
            *self.branches.entry(at).or_default() |= taken;
        }
    }

    /// Note a function.
    pub(super) fn function(&mut self, frame: &Frame, line: u32, entered: bool) {
        if self.reaches(frame, line) {
            *self.functions.entry(line).or_default() |= entered;
        }
    }

    /// Whether the line may lie in one of our sources; the last line is known in any case.
    fn reaches(&mut self, frame: &Frame, line: u32) -> bool {
        self.last = self.last.max(line);
        line <= frame.longest
    }

    /// Each coverable line that is kept, and whether it ran.
    pub fn lines(&self) -> impl Iterator<Item = (u32, bool)> + '_ {
        self.coverable.ones().map(|line| (u32::try_from(line).unwrap_or(u32::MAX), self.ran.contains(line)))
    }

    /// Whether the line ran; `None` when it is not coverable.
    pub(super) fn state(&self, line: u32) -> Option<bool> {
        self.coverable.contains(line as usize).then(|| self.ran.contains(line as usize))
    }

    /// The last line that is spoken of, kept or not.
    pub fn last_line(&self) -> u32 {
        self.last
    }

    /// Add what another file says of the same source.
    pub(super) fn add(&mut self, other: &Claim) {
        self.coverable.union_with(&other.coverable);
        self.ran.union_with(&other.ran);
        for (at, taken) in &other.branches {
            *self.branches.entry(*at).or_default() |= taken;
        }
        for (line, entered) in &other.functions {
            *self.functions.entry(*line).or_default() |= entered;
        }
        self.last = self.last.max(other.last);
    }
}

/// A path with forward slashes and without detours, by its letters alone; a leading slash or drive stays.
pub(super) fn plain_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." && parts.last().is_some_and(|last| *last != "..") {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    format!("{}{}", if path.starts_with('/') { "/" } else { "" }, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_in_one_way() {
        for (path, plain) in [
            ("./src//a.rs", "src/a.rs"),
            (r"C:\work\src\a.rs", "C:/work/src/a.rs"),
            ("/app/x/../src/./a.rs", "/app/src/a.rs"),
            (r"\\?\C:\a.rs", "/?/C:/a.rs"),
            ("../a.rs", "../a.rs"),
        ] {
            assert_eq!(plain_path(path), plain);
        }
    }

    #[test]
    fn what_is_kept_is_bounded_by_our_sources() {
        let frame = Frame { names: BTreeSet::from(["lib.rs".to_owned()]), longest: 10 };
        let mut claims = Claims::default();
        assert!(frame.claim(&mut claims, "/x/main.rs").is_none());
        let claim = frame.claim(&mut claims, r"x\.\lib.rs").unwrap();
        claim.line(&frame, 3, false);
        claim.line(&frame, 3, true);
        claim.line(&frame, 4, true);
        claim.line(&frame, 4, false);
        claim.line(&frame, u32::MAX, true);
        assert_eq!(claim.lines().collect::<Vec<_>>(), [(3, true), (4, true)]);
        assert_eq!(claim.last_line(), u32::MAX);
        assert_eq!((claims.files.keys().next().unwrap().as_str(), claims.foreign.as_deref()), ("x/lib.rs", Some("/x/main.rs")));
    }
}
