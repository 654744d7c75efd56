//! Our line coverage of any crate against that of `cargo llvm-cov`, line by line: hit or not on lines that both
//! call coverable, the totals, and every class of difference with examples. Both tools run the same tests of the
//! same source, read as LCOV.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, root, spelled, status};
use crate::{corpus, gate};

/// A limit that any tested crate holds: coverage is compared, not judged.
const POLICY: &str = "version = 1\n\n[gates]\nline-coverage = { min = 0.000001 }\n";

/// How many examples of a class of differences are shown.
const EXAMPLES: usize = 6;

/// Lines of one file, and whether each ran.
type Lines = BTreeMap<u32, bool>;

/// Measure with both and compare; whether they agree as well as we promise on every crate.
pub(crate) fn run(what: &[&str]) -> Result<bool> {
    ensure!(!what.is_empty(), "name crates of the corpus, or folders");
    ensure_oracle()?;
    let program = gate::build()?;
    let mut holds = true;
    for name in what {
        let folder = if Path::new(name).is_dir() { fs::canonicalize(name)? } else { corpus::fetch(&corpus::select(&[name])?.remove(0))? };
        holds &= compare(&program, &folder)?;
    }
    Ok(holds)
}

fn ensure_oracle() -> Result<()> {
    let mut command = cargo();
    command.args(["llvm-cov", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    ensure!(
        command.status().is_ok_and(|status| status.success()),
        "cargo-llvm-cov is not there: `cargo install cargo-llvm-cov --locked`, and `rustup component add llvm-tools` \
         (or set LLVM_COV and LLVM_PROFDATA to those of the LLVM that rustc has)"
    );
    Ok(())
}

fn compare(program: &Path, folder: &Path) -> Result<bool> {
    let name = folder.file_name().context("a folder with a name")?.to_string_lossy().into_owned();
    let work = root().join("target/coverage").join(&name);
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    let tree = work.join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    corpus::copy(folder, &tree)?;
    fs::write(tree.join("gates.toml"), POLICY)?;
    without_examples(&tree)?;
    let (ours, theirs) = (work.join("ours.info"), work.join("theirs.info"));
    our_lcov(program, &tree, &work, &ours)?;
    their_lcov(&tree, &work, &theirs)?;
    let (ours, theirs) = (read(&ours, &tree)?, read(&theirs, &tree)?);
    let texts = ours.keys().map(|path| Ok((path.clone(), fs::read_to_string(tree.join(path))?))).collect::<Result<_>>()?;
    let found = Comparison::of(&ours, &theirs, &texts);
    print!("{}", found.told(&name));
    Ok(found.holds())
}

/// `cargo llvm-cov` does not run documentation examples on stable Rust: ours leaves them out here, too.
fn without_examples(tree: &Path) -> Result<()> {
    let manifest = tree.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut table: toml::Table = toml::from_str(&text).with_context(|| format!("{} is no TOML", manifest.display()))?;
    if !table.contains_key("lib") && !tree.join("src/lib.rs").exists() {
        return Ok(());
    }
    let lib = table.entry("lib").or_insert_with(|| toml::Table::new().into());
    lib.as_table_mut().context("`lib` is a table")?.insert("doctest".to_owned(), false.into());
    fs::write(&manifest, toml::to_string(&table)?)?;
    Ok(())
}

fn our_lcov(program: &Path, tree: &Path, work: &Path, lcov: &Path) -> Result<()> {
    let mut command = Command::new(program);
    command.args(["gate", "--quiet", "--manifest-path"]).arg(tree.join("Cargo.toml"));
    gate::run(gate::write(&mut command, "lcov", lcov).env("CARGO_TARGET_DIR", work.join("gate-target")).stdout(Stdio::null()))
}

fn their_lcov(tree: &Path, work: &Path, lcov: &Path) -> Result<()> {
    let mut command = cargo();
    command.args(["llvm-cov", "--quiet", "--ignore-run-fail", "--lcov", "--output-path"]).arg(lcov).current_dir(tree);
    command.env("CARGO_TARGET_DIR", work.join("llvm-target")).stdout(Stdio::null()).stderr(Stdio::null());
    let status = status(&mut command)?;
    ensure!(status.success() && lcov.exists(), "`{}` failed: {status}; run it in {} to see why", spelled(&command), tree.display());
    Ok(())
}

/// The `DA` records by file, relative to the tree; the same line twice ran when one of both did.
fn read(lcov: &Path, tree: &Path) -> Result<BTreeMap<PathBuf, Lines>> {
    let text = fs::read_to_string(lcov).with_context(|| format!("cannot read {}", lcov.display()))?;
    let mut files: BTreeMap<PathBuf, Lines> = BTreeMap::new();
    let mut path = PathBuf::new();
    for record in text.lines() {
        if let Some(file) = record.strip_prefix("SF:") {
            Path::new(file).strip_prefix(tree).unwrap_or(Path::new(file)).clone_into(&mut path);
        } else if let Some((line, count)) = record.strip_prefix("DA:").and_then(|data| data.split_once(',')) {
            *files.entry(path.clone()).or_default().entry(line.parse()?).or_default() |= count != "0";
        }
    }
    Ok(files)
}

/// What came out for one crate.
#[derive(Default)]
struct Comparison {
    /// Lines that both call coverable, and on how many of them both say the same.
    both: u64,
    agree: u64,
    ours: (u64, u64),
    theirs: (u64, u64),
    /// Lines by what differs.
    differences: BTreeMap<&'static str, Vec<String>>,
}

impl Comparison {
    /// Over the files that we measure: theirs has test code, and what is not of the selected packages, too.
    fn of(ours: &BTreeMap<PathBuf, Lines>, theirs: &BTreeMap<PathBuf, Lines>, texts: &BTreeMap<PathBuf, String>) -> Comparison {
        let mut found = Comparison::default();
        let none = Lines::new();
        for (path, our_lines) in ours {
            let their_lines = theirs.get(path).unwrap_or(&none);
            let text: Vec<&str> = texts[path].lines().collect();
            let of_tests = test_lines(&text);
            let all: BTreeSet<u32> = our_lines.keys().chain(their_lines.keys()).copied().collect();
            for line in all.into_iter().filter(|line| !of_tests.contains(line)) {
                let source = text.get(line as usize - 1).map_or("", |text| text.trim());
                let at = || format!("{}:{line}: {source}", path.display());
                found.line(source, our_lines.get(&line).copied(), their_lines.get(&line).copied(), at);
            }
        }
        found
    }

    fn line(&mut self, source: &str, ours: Option<bool>, theirs: Option<bool>, at: impl Fn() -> String) {
        let count = |sum: &mut (u64, u64), hit: bool| {
            sum.0 += u64::from(hit);
            sum.1 += 1;
        };
        if let Some(hit) = ours {
            count(&mut self.ours, hit);
        }
        if let Some(hit) = theirs {
            count(&mut self.theirs, hit);
        }
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            self.both += 1;
            self.agree += u64::from(ours == theirs);
        }
        if let Some(class) = class(source, ours, theirs) {
            self.differences.entry(class).or_default().push(at());
        }
    }

    /// Hit or not agrees on 99 % of the common lines, the totals within one point.
    fn holds(&self) -> bool {
        self.both > 0 && self.agree * 100 >= self.both * 99 && distance(self.ours, self.theirs) <= 100
    }

    fn told(&self, name: &str) -> String {
        let percent = |(hit, of): (u64, u64)| hundredths(hit, of);
        let mut told = format!(
            "{name}: {} of {} common lines agree ({} %); lines {}/{} ({} %), llvm-cov {}/{} ({} %){}\n",
            self.agree,
            self.both,
            shown(percent((self.agree, self.both))),
            self.ours.0,
            self.ours.1,
            shown(percent(self.ours)),
            self.theirs.0,
            self.theirs.1,
            shown(percent(self.theirs)),
            if self.holds() { "" } else { "  DIFFERS" },
        );
        for (class, places) in &self.differences {
            told.extend(["  ", class, ": ", &places.len().to_string(), "\n"]);
            told.extend(places.iter().take(EXAMPLES).flat_map(|place| ["    ", place, "\n"]));
        }
        told
    }
}

/// What kind of difference a line is, if it is one.
fn class(source: &str, ours: Option<bool>, theirs: Option<bool>) -> Option<&'static str> {
    match (ours, theirs) {
        (Some(true), Some(false)) => Some("hit, and llvm-cov says not"),
        (Some(false), Some(true)) => Some("not hit, and llvm-cov says hit"),
        (None, Some(_)) => Some(only_theirs(source)),
        (Some(hit), None) if hit => Some("coverable for us alone, hit"),
        (Some(_), None) => Some("coverable for us alone, not hit"),
        _ => None,
    }
}

fn only_theirs(source: &str) -> &'static str {
    if source.is_empty() || source.starts_with("//") {
        "llvm-cov alone: blank lines and comments inside a region"
    } else if source.chars().all(|c| "{}()[];,.?".contains(c)) || source.trim_matches(|c| " {}".contains(c)) == "else" {
        "llvm-cov alone: delimiters, `else`"
    } else if source.starts_with("#[") {
        "llvm-cov alone: attributes"
    } else {
        "llvm-cov alone: other lines"
    }
}

/// The lines of test modules and test functions, by their braces: close enough for code that rustfmt laid out.
fn test_lines(text: &[&str]) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut at = 0;
    while at < text.len() {
        let line = text[at].trim();
        if line == "#[cfg(test)]" || line.starts_with("#[test]") || line.starts_with("#[cfg(all(test") {
            let indent = text[at].len() - text[at].trim_start().len();
            let ends = |line: &&str| {
                line.len() - line.trim_start().len() == indent && (line.trim_end().ends_with('}') || line.trim_end().ends_with(';'))
            };
            let end = text[at + 1..].iter().position(ends).map_or(text.len(), |length| at + 2 + length);
            found.extend((at + 1..=end).filter_map(|line| u32::try_from(line).ok()));
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

fn hundredths(hit: u64, of: u64) -> u64 {
    hit * 10_000 / of.max(1)
}

/// Between two shares, in hundredths of a percent.
fn distance(one: (u64, u64), other: (u64, u64)) -> u64 {
    hundredths(one.0, one.1).abs_diff(hundredths(other.0, other.1))
}

fn shown(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_compared_outside_of_tests() {
        let text = "fn f() {\n    a();\n\n    b();\n}\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\nfn g() {}\n";
        let path = PathBuf::from("src/lib.rs");
        let files = |lines: &[(u32, bool)]| BTreeMap::from([(path.clone(), lines.iter().copied().collect::<Lines>())]);
        let ours = files(&[(1, true), (2, true), (4, false), (10, true)]);
        let theirs = files(&[(1, true), (2, false), (3, true), (4, true), (5, true), (8, true)]);
        let found = Comparison::of(&ours, &theirs, &BTreeMap::from([(path.clone(), text.to_owned())]));
        assert_eq!((found.agree, found.both, found.ours, found.theirs), (1, 3, (3, 4), (4, 5)));
        let classes: Vec<(&str, usize)> = found.differences.iter().map(|(class, lines)| (*class, lines.len())).collect();
        let expect = [
            ("coverable for us alone, hit", 1),
            ("hit, and llvm-cov says not", 1),
            ("llvm-cov alone: blank lines and comments inside a region", 1),
            ("llvm-cov alone: delimiters, `else`", 1),
            ("not hit, and llvm-cov says hit", 1),
        ];
        assert_eq!(classes, expect);
        assert!(!found.holds());
    }
}
