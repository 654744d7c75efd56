//! Fuzzing on a stable compiler: what `xtask/fuzz` holds is built with the marks that libFuzzer goes by, and fed with
//! what lies in this repository and in the registry crates that were fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, root, spelled, status, succeed};

/// Each target with the endings of the files that it begins with.
const TARGETS: [(&str, &[&str]); 7] = [
    ("sources", &["rs"]),
    ("changes", &["rs", "toml"]),
    ("policy", &["toml"]),
    ("coverage", &["info", "xml", "json", "lcov"]),
    ("git", &["git"]),
    ("printed", &["printed"]),
    ("kept", &["kept"]),
];

/// What makes rustc leave marks for libFuzzer. Not `--cfg fuzzing`, under which proc-macro2 knows no places.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Larger files teach nothing more and take long.
const MOST_BYTES: u64 = 8 << 10;

/// Fuzz a target for so many seconds. Fails on the first input that breaks it, which is kept.
pub(crate) fn run(target: &str, seconds: &str) -> Result<()> {
    let Some((_, endings)) = TARGETS.iter().find(|(name, _)| *name == target) else {
        bail!("no such target: `{target}`; there are {}", TARGETS.map(|(name, _)| name).join(", "));
    };
    let seconds: u32 = seconds.parse().with_context(|| format!("`{seconds}` is no number of seconds"))?;
    let place = root().join("target/fuzz");
    let host = host()?;
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--target", &host, "--bin", target, "--manifest-path"]);
    build.arg(root().join("xtask/fuzz/Cargo.toml")).env("CARGO_TARGET_DIR", &place).env("RUSTFLAGS", FLAGS);
    succeed(&mut build)?;
    let corpus = place.join("corpus").join(target);
    let seeds = seed(&corpus, endings)?;
    println!("{target}: {seeds} seeds, {seconds} s");
    let mut fuzzer = Command::new(place.join(host).join("release").join(target));
    fuzzer.arg(&corpus).arg(format!("-max_total_time={seconds}")).args(["-timeout=20", "-rss_limit_mb=4096", "-print_final_stats=1"]);
    fuzzer.arg(format!("-artifact_prefix={}/", place.join(target).display())).arg(format!("-max_len={MOST_BYTES}"));
    fs::create_dir_all(place.join(target))?;
    if !status(&mut fuzzer)?.success() {
        bail!("`{}` found an input that breaks `{target}`; it lies in {}", spelled(&fuzzer), place.join(target).display());
    }
    Ok(())
}

fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let text = String::from_utf8(output.stdout)?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names no host")
}

/// Copy what a target begins with; says how much there is.
fn seed(corpus: &Path, endings: &[&str]) -> Result<usize> {
    fs::create_dir_all(corpus)?;
    let places = ["src", "tests", "fixtures", "target/corpus"].map(|place| root().join(place));
    let files = places.iter().flat_map(|place| walkdir::WalkDir::new(place).into_iter().filter_map(Result::ok));
    let is_seed = |path: &Path| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted));
    let mut count = 0;
    for file in files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).filter(|path| is_seed(path)) {
        if fs::metadata(&file)?.len() > MOST_BYTES {
            continue;
        }
        count += 1;
        let copy: PathBuf = corpus.join(format!("seed-{count}"));
        fs::copy(&file, &copy).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(count)
}
