//! How fast `--quick` is, beside the tools that compute complexity: on the sources of several hundred registry
//! crates put together as one workspace, every tool on the same files, in one go.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::{cargo, metadata, root};
use crate::cost::{self, Cost};
use crate::{corpus, gate};

/// What the tree is the dependency closure of, by exact version.
const ROOTS: [(&str, &str); 4] = [("cargo", "0.91.0"), ("axum", "0.8.4"), ("reqwest", "0.12.23"), ("diesel", "2.2.12")];

/// A package of more lines than this holds tables or bindings that were generated.
const MOST_LINES: usize = 60_000;

/// One platform, so that the bindings to another one's system calls are no part of it.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// How often each tool runs; of each number the least counts.
const RUNS: usize = 3;

/// A tool that found something to complain about has done its work.
const DONE: [i32; 2] = [0, 1];

/// Assemble the tree and measure every tool that is there.
pub(crate) fn run() -> Result<()> {
    let program = gate::build()?;
    let tree = root().join("target/quick/tree");
    if !tree.join("gates.toml").exists() {
        assemble(&program, &tree)?;
    }
    let (files, lines) = size(&tree.join("crates"))?;
    println!("{files} files, {lines} lines, {} packages", fs::read_dir(tree.join("crates"))?.count());
    println!("{:<28} {:>9} {:>9} {:>12} {:>10}", "", "seconds", "cpu", "lines/s", "peak MiB");
    for (name, mut command) in tools(&program, &tree)? {
        match cost::least(RUNS, || cost::once(&mut command, &DONE)) {
            Ok(cost) => println!("{}", row(&name, cost, lines)),
            Err(error) => println!("{name:<28} {error:#}"),
        }
    }
    let half = half(&tree)?;
    let (files, lines) = size(&half.join("crates"))?;
    println!("half of it: {files} files, {lines} lines");
    println!("{}", row("cargo gate --quick", cost::least(RUNS, || cost::once(&mut ours(&program, &half, "full"), &DONE))?, lines));
    Ok(())
}

fn row(name: &str, cost: Cost, lines: usize) -> String {
    #[allow(clippy::cast_precision_loss, reason = "shown without decimals")]
    let speed = lines as f64 / cost.seconds;
    format!("{name:<28} {:>9.2} {:>9.2} {speed:>12.0} {:>10}", cost.seconds, cost.cpu, cost.kibibytes / 1024)
}

/// Every tool with what it is called by; those that are not installed are named.
fn tools(program: &Path, tree: &Path) -> Result<Vec<(String, Command)>> {
    let mut list = Command::new(cargo().get_program());
    list.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(tree);
    let mut tools = vec![
        ("cargo gate --quick".to_owned(), ours(program, tree, "full")),
        ("  complexity alone".to_owned(), ours(program, tree, "complexity")),
        ("  of it cargo metadata".to_owned(), list),
    ];
    let lcov = root().join("target/quick/empty.info");
    fs::write(&lcov, "TN:\nSF:crates/none/src/lib.rs\nDA:1,1\nend_of_record\n")?;
    let lcov = lcov.display().to_string();
    let peers: [(&str, Vec<&str>); 4] = [
        ("cargo-crap", vec!["crap", "--path", "crates", "--no-cache", "--summary"]),
        ("crap4rs", vec!["--coverage", &lcov, "--src", "crates", "--metric", "cyclomatic", "--no-fail", "--quiet"]),
        ("rust-code-analysis-cli", vec!["--metrics", "--paths", "crates", "-j", "2", "-O", "json"]),
        ("lizard", vec!["-l", "rust", "-t", "2", "crates"]),
    ];
    for (name, args) in peers {
        let mut command = Command::new(name);
        command.args(args).current_dir(tree);
        let is_there = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
        if is_there {
            tools.push((name.to_owned(), command));
        } else {
            println!("{name} is not on the path, so it is left out");
        }
    }
    Ok(tools)
}

/// `--quick` with the built-in limits (`full`), or with the one gate that every peer has.
fn ours(program: &Path, tree: &Path, which: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["gate", "--quick", "--workspace", "--manifest-path"]).arg(tree.join("Cargo.toml")).current_dir(tree);
    command.env("CARGO_TARGET_DIR", tree.join("target"));
    if which == "complexity" {
        command.args(["--only", "complexity"]);
        // `--only` and `--quick` exclude each other; the one gate needs no build by itself.
        let words: Vec<_> = command.get_args().filter(|word| *word != "--quick").map(ToOwned::to_owned).collect();
        command = Command::new(program);
        command.args(words).current_dir(tree).env("CARGO_TARGET_DIR", tree.join("target"));
    }
    command
}

/// Copy the newest version of each package of the closure, and of its files those that our tool reads.
fn assemble(program: &Path, tree: &Path) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    let crates = tree.join("crates");
    fs::create_dir_all(&crates)?;
    for (name, folder) in closure()? {
        let target = crates.join(&name);
        corpus::copy(&folder, &target).with_context(|| format!("cannot copy {name}"))?;
        if size(&target)?.1 > MOST_LINES {
            fs::remove_dir_all(target)?;
        }
    }
    fs::write(tree.join("Cargo.toml"), "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n")?;
    let report = tree.with_extension("json");
    let mut command = ours(program, tree, "full");
    command.arg("--output").arg(format!("json={}", report.display())).stdout(Stdio::null()).stderr(Stdio::null());
    gate::run(&mut command)?;
    prune(tree, &gate::read(&report)?)?;
    let policy = "version = 1\n\n[gates]\ncomplexity = { max = 10 }\nmutation-sites = { max = 100 }\n";
    fs::write(tree.join("gates.toml"), policy).context("cannot write the policy of the tree")
}

/// The newest version of each package that the roots depend on, with the folder of its source.
fn closure() -> Result<BTreeMap<String, PathBuf>> {
    let package = root().join("target/quick/closure");
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("src/lib.rs"), "")?;
    let roots = ROOTS.iter().map(|(name, version)| format!("{name} = \"={version}\"\n")).collect::<Vec<_>>().concat();
    let manifest = package.join("Cargo.toml");
    fs::write(&manifest, format!("[package]\nname = \"closure\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{roots}"))?;
    let metadata = metadata(&manifest, &["--filter-platform", PLATFORM])?;
    let packages = metadata["packages"].as_array().context("`cargo metadata` lists no packages")?;
    let mut newest: BTreeMap<String, (Vec<u64>, PathBuf)> = BTreeMap::new();
    for package in packages.iter().filter(|package| package["source"].is_string()) {
        let text = |key: &str| package[key].as_str().with_context(|| format!("a package without {key}"));
        let numbers: Vec<u64> = text("version")?.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect();
        let folder = Path::new(text("manifest_path")?).parent().context("a manifest lies in a folder")?.to_owned();
        let known = newest.entry(text("name")?.to_owned()).or_default();
        if *known <= (numbers.clone(), PathBuf::new()) {
            *known = (numbers, folder);
        }
    }
    Ok(newest.into_iter().map(|(name, (_, folder))| (name, folder)).collect())
}

/// Remove all sources that the report does not name: tests, examples, files of other targets. So every tool reads
/// the same.
fn prune(tree: &Path, report: &Value) -> Result<()> {
    let read: Vec<PathBuf> =
        report["files"].as_array().into_iter().flatten().filter_map(|file| Some(tree.join(file["path"].as_str()?))).collect();
    if read.is_empty() {
        bail!("the report of the tree names no file: {}", report["problems"]);
    }
    let read: std::collections::BTreeSet<PathBuf> = read.into_iter().collect();
    for source in sources(&tree.join("crates")) {
        if !read.contains(&source) {
            fs::remove_file(source)?;
        }
    }
    Ok(())
}

/// Every second package of the tree, and the one with the largest file: a file is held while it is read, so what is
/// flat in the number of files is no larger for twice as many.
fn half(tree: &Path) -> Result<PathBuf> {
    let half = tree.with_file_name("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    let mut names: Vec<_> = fs::read_dir(tree.join("crates"))?.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
    names.sort();
    let largest = sources(&tree.join("crates")).max_by_key(|file| fs::metadata(file).map_or(0, |found| found.len()));
    let has_largest = |name: &OsString| largest.as_ref().is_some_and(|file| file.starts_with(tree.join("crates").join(name)));
    for (_, name) in names.iter().enumerate().filter(|(index, name)| index % 2 == 0 || has_largest(name)) {
        corpus::copy(&tree.join("crates").join(name), &half.join("crates").join(name))?;
    }
    for name in ["Cargo.toml", "gates.toml"] {
        fs::copy(tree.join(name), half.join(name))?;
    }
    Ok(half)
}

fn sources(tree: &Path) -> impl Iterator<Item = PathBuf> {
    let files = walkdir::WalkDir::new(tree).into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
}

/// How many files and lines.
fn size(tree: &Path) -> Result<(usize, usize)> {
    sources(tree).try_fold((0, 0), |(files, lines), path| {
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((files + 1, lines + text.split(|byte| *byte == b'\n').count()))
    })
}
