//! Our verdicts on any crate against real edits, made here and now: mutants of the set `default` drawn at
//! random, each written into a copy of the crate's source, and `cargo test` asked. The seed makes the draw
//! repeatable.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::command::{cargo, metadata, root};
use crate::compare::kind;
use crate::{corpus, gate};

/// A real edit that hangs is known by its time alone.
const LIMIT: Duration = Duration::from_secs(60);

/// The widest set that people meet without asking for more, and a limit that any tested crate holds.
const POLICY: &str = "version = 1\n\n[gates]\nmutation-score = { min = 1 }\n";

/// One mutant as the report tells it.
struct Mutant {
    path: String,
    start: (u64, u64),
    end: (u64, u64),
    replacement: String,
    status: String,
}

/// Gate the crate (a name of the corpus, or a folder), edit `sample` mutants for real; whether all agree.
pub(crate) fn run(what: &str, sample: &str, seed: &str) -> Result<bool> {
    let sample: usize = sample.parse().with_context(|| format!("`{sample}` is no number of mutants"))?;
    let seed: u64 = seed.parse().with_context(|| format!("`{seed}` is no seed"))?;
    let folder = if Path::new(what).is_dir() { fs::canonicalize(what)? } else { corpus::fetch(&corpus::select(&[what])?.remove(0))? };
    let name = folder.file_name().context("a folder with a name")?.to_string_lossy().into_owned();
    let work = root().join("target/oracle").join(&name);
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    let tree = work.join("tree");
    corpus::copy(&folder, &tree)?;
    fs::write(tree.join("gates.toml"), POLICY)?;
    let (report, facts) = (work.join("mutation-report.json"), work.join("report.json"));
    let mut command = gate::command(&gate::build()?, &tree, &work.join("gate-target"), &report);
    gate::run(gate::write(&mut command, "json", &facts))?;
    println!("{name}: {}", shares(&gate::read(&facts)?)?);
    let all = mutants(&gate::read(&report)?);
    let tree = Tree::new(tree, work.join("target"))?;
    ensure!(tree.test("")? == "undetected", "the tests of {name} do not pass without a change: nothing can be learned of it");
    let drawn = draw(&all, sample, seed);
    let mut agree = 0;
    for mutant in &drawn {
        let real = tree.judge(mutant)?;
        if kind(&mutant.status) == real {
            agree += 1;
        } else {
            println!("differs  {}: real edit {real}, report {}", mutant.place(), mutant.status);
        }
    }
    println!("{name}: {agree} of {} drawn mutants agree with real edits (seed {seed})", drawn.len());
    Ok(agree == drawn.len() && !drawn.is_empty())
}

/// How many mutants there are, whether their counts add up, what the compiler refused, and what that took.
fn shares(report: &Value) -> Result<String> {
    let mutants = &report["mutants"];
    let counts = mutants["counts"].as_object().context("the report counts no mutants")?;
    let count = |status: &str| counts.get(status).and_then(Value::as_u64).unwrap_or(0);
    let statuses = || counts.iter().filter(|(status, _)| *status != "total");
    let sum: u64 = statuses().filter_map(|(_, n)| n.as_u64()).sum();
    let listed = mutants["list"].as_array().map_or(0, Vec::len) as u64;
    ensure!(sum == listed && sum == count("total"), "{sum} mutants are counted and {listed} are listed");
    let told: Vec<String> = statuses().filter(|(_, n)| n.as_u64() != Some(0)).map(|(status, n)| format!("{n} {status}")).collect();
    let milli = |name: &str| report["timings"][name].as_u64().unwrap_or(0);
    Ok(format!(
        "{sum} mutants ({}), {} permille refused by the compiler, {} build rounds, {} ms (build {}, tests {}, mutants {})",
        told.join(", "),
        count("compile_error") * 1000 / sum.max(1),
        milli("build_rounds"),
        milli("total_ms"),
        milli("build_ms"),
        milli("tests_ms"),
        milli("mutants_ms")
    ))
}

impl Mutant {
    fn place(&self) -> String {
        format!("{}:{}:{} -> {:?}", self.path, self.start.0, self.start.1, self.replacement)
    }

    /// The text of its file with the change made.
    fn apply(&self, text: &str) -> Result<String> {
        let (start, end) = (offset(text, self.start)?, offset(text, self.end)?);
        Ok(format!("{}{}{}", &text[..start], self.replacement, &text[end..]))
    }
}

/// The byte at a 1-based line and character column.
fn offset(text: &str, (line, column): (u64, u64)) -> Result<usize> {
    let line = usize::try_from(line)?.checked_sub(1).context("lines count from 1")?;
    let column = usize::try_from(column)?.checked_sub(1).context("columns count from 1")?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let in_line = text[start..].char_indices().map(|(at, _)| at).chain([text.len() - start]).nth(column);
    in_line.map(|at| start + at).with_context(|| format!("no column {column} in line {line}"))
}

fn mutants(report: &Value) -> Vec<Mutant> {
    let files = report["files"].as_object().into_iter().flatten();
    let each = files.flat_map(|(path, file)| file["mutants"].as_array().into_iter().flatten().map(move |mutant| (path, mutant)));
    let place = |place: &Value| (place["line"].as_u64().unwrap_or(0), place["column"].as_u64().unwrap_or(0));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mutant = |(path, mutant): (&String, &Value)| Mutant {
        path: path.clone(),
        start: place(&mutant["location"]["start"]),
        end: place(&mutant["location"]["end"]),
        replacement: text(&mutant["replacement"]),
        status: text(&mutant["status"]),
    };
    each.map(mutant).filter(|mutant| mutant.status != "Ignored").collect()
}

/// `sample` of the mutants, in an order that only the seed decides.
fn draw(all: &[Mutant], sample: usize, seed: u64) -> Vec<&Mutant> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut left: Vec<&Mutant> = all.iter().collect();
    let mut drawn = Vec::new();
    while !left.is_empty() && drawn.len() < sample {
        // xorshift64 (Marsaglia 2003): good enough to draw without favour.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = usize::try_from(state % left.len() as u64).unwrap_or_default();
        drawn.push(left.swap_remove(at));
    }
    drawn
}

/// A copy of the crate to edit.
struct Tree {
    root: PathBuf,
    target: PathBuf,
    /// The procedural macros: their folders, relative, and names.
    macros: Vec<(String, String)>,
}

impl Tree {
    fn new(root: PathBuf, target: PathBuf) -> Result<Tree> {
        let metadata = metadata(&root.join("Cargo.toml"), &["--no-deps"])?;
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let is_macro = |package: &&Value| {
            let targets = package["targets"].as_array().into_iter().flatten();
            targets.into_iter().any(|target| target["kind"] == json!(["proc-macro"]))
        };
        let place = |package: &Value| {
            let manifest = Path::new(package["manifest_path"].as_str()?);
            let folder = manifest.parent()?.strip_prefix(&root).ok()?.to_str()?.to_owned();
            Some((folder, package["name"].as_str()?.to_owned()))
        };
        let macros = packages.filter(is_macro).filter_map(place).collect();
        Ok(Tree { root, target, macros })
    }

    /// What `cargo test` says of the real edit: `detected`, `undetected` or `CompileError`.
    fn judge(&self, mutant: &Mutant) -> Result<&'static str> {
        let file = self.root.join(&mutant.path);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        fs::write(&file, mutant.apply(&text)?)?;
        let verdict = self.test(&mutant.path);
        fs::write(&file, text)?;
        verdict
    }

    /// What uses a procedural macro tests it by compiling; anything else that no longer compiles tells nothing.
    fn test(&self, path: &str) -> Result<&'static str> {
        let of_macro = self.macros.iter().find(|(folder, _)| Path::new(path).starts_with(folder));
        let compiles = of_macro.map_or(vec!["test", "--no-run"], |(_, package)| vec!["build", "--lib", "--package", package]);
        let mut lints = Lints::AsTheyAre;
        if cargo_run(self, &compiles, lints, LIMIT * 20)? != Some(true) {
            if !self.is_refused_by_own_lints(&compiles)? {
                return Ok("CompileError");
            }
            lints = Lints::Capped;
            if cargo_run(self, &compiles, lints, LIMIT * 20)? != Some(true) {
                return Ok("CompileError");
            }
        }
        let limit = if of_macro.is_some() { LIMIT * 5 } else { LIMIT };
        Ok(if cargo_run(self, &["test"], lints, limit)? == Some(true) { "undetected" } else { "detected" })
    }

    /// Whether nothing but lints that the crate itself denies (`deny(warnings)`) keeps it from compiling: a
    /// matter of its policy, not of its tests.
    fn is_refused_by_own_lints(&self, compiles: &[&str]) -> Result<bool> {
        let mut command = self.cargo(compiles, Lints::AsTheyAre);
        let said = command.arg("--message-format=json").output().context("cannot run cargo")?;
        let messages = said.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        let errors = messages.filter(|line| line["message"]["level"] == "error").map(|line| line["message"].clone());
        let codes: Vec<Option<String>> =
            errors.filter(|error| error["spans"] != json!([])).map(|error| error["code"]["code"].as_str().map(str::to_owned)).collect();
        let is_own = |code: &Option<String>| code.as_ref().is_some_and(|code| !code.starts_with('E') && !DENIED.contains(&code.as_str()));
        Ok(!codes.is_empty() && codes.iter().all(is_own))
    }

    fn cargo(&self, args: &[&str], lints: Lints) -> Command {
        let mut command = cargo();
        command.args(args).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target).env("CARGO_PROFILE_TEST_DEBUG", "0");
        if lints == Lints::Capped {
            command.env("RUSTFLAGS", "--cap-lints=warn").env("CARGO_TARGET_DIR", self.target.join("capped"));
        }
        command
    }
}

/// Lints that rustc denies without being told: a mutant that they refuse is refused.
const DENIED: [&str; 4] = ["arithmetic_overflow", "unconditional_panic", "overflowing_literals", "invalid_reference_casting"];

/// Whether lints may be errors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lints {
    AsTheyAre,
    Capped,
}

/// Whether it succeeded; nothing when it was still running at the limit.
fn cargo_run(tree: &Tree, args: &[&str], lints: Lints, limit: Duration) -> Result<Option<bool>> {
    let mut command = tree.cargo(args, lints);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = in_own_group(&mut command).spawn().context("cannot run cargo")?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if start.elapsed() > limit {
            end_group(&mut child)?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn in_own_group(command: &mut Command) -> &mut Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

#[cfg(not(unix))]
fn in_own_group(command: &mut Command) -> &mut Command {
    command
}

#[cfg(unix)]
fn end_group(child: &mut Child) -> Result<()> {
    use nix::sys::signal::{Signal, killpg};
    killpg(nix::unistd::Pid::from_raw(i32::try_from(child.id())?), Signal::SIGKILL)?;
    child.wait()?;
    Ok(())
}

#[cfg(not(unix))]
fn end_group(child: &mut Child) -> Result<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// The arguments of the task: the crate, then how many mutants, then the seed.
pub(crate) fn defaults<'a>(args: &[&'a str]) -> Result<(&'a str, &'a str, &'a str)> {
    match args {
        [what] => Ok((what, "30", "1")),
        [what, sample] => Ok((what, sample, "1")),
        [what, sample, seed] => Ok((what, sample, seed)),
        _ => bail!("expected a crate, how many mutants, a seed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(start: (u64, u64), end: (u64, u64), replacement: &str) -> Mutant {
        Mutant { path: "f".to_owned(), start, end, replacement: replacement.to_owned(), status: "Killed".to_owned() }
    }

    #[test]
    fn a_change_is_made_at_its_characters() {
        let text = "é = a\nb + ç;\n";
        assert_eq!(mutant((2, 3), (2, 4), "-").apply(text).unwrap(), "é = a\nb - ç;\n");
        assert_eq!(mutant((1, 1), (2, 7), "").apply(text).unwrap(), "\n");
        assert!(mutant((2, 30), (2, 31), "-").apply(text).is_err());
    }

    #[test]
    fn a_draw_is_repeatable_and_without_repetition() {
        let all: Vec<Mutant> = (1..50).map(|line| mutant((line, 1), (line, 2), "")).collect();
        let lines = |seed| draw(&all, 20, seed).iter().map(|mutant| mutant.start.0).collect::<Vec<_>>();
        assert_eq!(lines(3), lines(3));
        assert_ne!(lines(3), lines(4));
        let distinct: std::collections::BTreeSet<u64> = lines(3).into_iter().collect();
        assert_eq!(distinct.len(), 20);
        assert_eq!(draw(&all, 500, 1).len(), 49);
    }
}
