//! What the user's configuration of cargo says that we must know: the compiler, and the runner for test executables (an
//! emulator, a debugger, `env`), in whose place ours stands while cargo builds, and which is called in front of every
//! test afterwards. Reads the configuration files that cargo reads; refuses to change them.

use std::ffi::OsString;
use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_platform::{Cfg, CfgExpr};
use serde::Deserialize;

use super::Toolchain;

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(default)]
    build: Build,
    #[serde(default)]
    target: std::collections::BTreeMap<String, Target>,
}

#[derive(Default, Deserialize)]
struct Build {
    rustc: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    runner: Option<Words>,
}

/// A program and its arguments, in either form that cargo takes.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Words {
    Line(String),
    List(Vec<String>),
}

impl Words {
    fn list(self) -> Vec<String> {
        match self {
            Words::Line(line) => line.split_whitespace().map(str::to_owned).collect(),
            Words::List(list) => list,
        }
    }
}

/// The compiler that cargo would call in `workspace`: variables, then the closest configuration file that names one.
pub(super) fn compiler(workspace: &Utf8Path) -> OsString {
    let variables = ["RUSTC", "CARGO_BUILD_RUSTC"].iter().find_map(std::env::var_os);
    let configured =
        || places(workspace).into_iter().find_map(|place| Some(resolved(&place, vec![read(&place)?.build.rustc?]).concat().into()));
    variables.or_else(configured).unwrap_or_else(|| "rustc".into())
}

/// The runner for executables of the host, as cargo would choose it in `workspace`: the variable, then the
/// closest configuration file that names the host, then the closest with a cfg that holds. Empty when there
/// is none.
pub(super) fn user_runner(workspace: &Utf8Path, toolchain: &Toolchain) -> Vec<String> {
    if let Ok(line) = std::env::var(variable(&toolchain.host)) {
        return Words::Line(line).list();
    }
    let files: Vec<(Utf8PathBuf, Configuration)> =
        places(workspace).into_iter().filter_map(|place| Some((place.clone(), read(&place)?))).collect();
    let cfgs: Vec<Cfg> = toolchain.cfgs.lines().filter_map(|line| Cfg::from_str(line).ok()).collect();
    let is_host = |name: &str| name == toolchain.host;
    let holds = |name: &str| cfg_of(name).is_some_and(|cfg| cfg.matches(&cfgs));
    runner_of(&files, is_host).or_else(|| runner_of(&files, holds)).unwrap_or_default()
}

/// The variable by which cargo is told of a runner for `host`.
pub(super) fn variable(host: &str) -> String {
    format!("CARGO_TARGET_{}_RUNNER", host.to_uppercase().replace(['-', '.'], "_"))
}

/// Where configuration may lie, closest first.
fn places(workspace: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut places: Vec<Utf8PathBuf> = workspace.ancestors().map(|directory| directory.join(".cargo")).collect();
    let home = std::env::var("CARGO_HOME")
        .map(Utf8PathBuf::from)
        .or_else(|_| std::env::var("HOME").map(|home| Utf8PathBuf::from(home).join(".cargo")));
    places.extend(home);
    places
}

/// The configuration in a directory; the form without extension is cargo's older one.
fn read(place: &Utf8Path) -> Option<Configuration> {
    let text = ["config", "config.toml"].iter().find_map(|name| std::fs::read_to_string(place.join(name)).ok())?;
    // What cargo cannot read either it reports itself.
    toml::from_str(&text).ok()
}

fn cfg_of(name: &str) -> Option<CfgExpr> {
    CfgExpr::from_str(name.strip_prefix("cfg(")?.strip_suffix(')')?).ok()
}

fn runner_of(files: &[(Utf8PathBuf, Configuration)], is_wanted: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    files.iter().find_map(|(place, configuration)| {
        let mut wanted = configuration.target.iter().filter(|(name, _)| is_wanted(name));
        let words = wanted.find_map(|(_, target)| target.runner.clone())?;
        Some(resolved(place, words.list()))
    })
}

/// A program given by a relative path is relative to the directory that holds `.cargo`.
fn resolved(place: &Utf8Path, mut words: Vec<String>) -> Vec<String> {
    if let (Some(program), Some(base)) = (words.first_mut(), place.parent())
        && program.contains('/')
    {
        *program = base.join(&*program).into_string();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toolchain() -> Toolchain {
        Toolchain { host: "h-u-l".into(), version: String::new(), cfgs: "unix\ntarget_os=\"linux\"".into() }
    }

    fn within<T>(files: &[(&str, &str)], ask: impl FnOnce(&Utf8Path, &Utf8Path) -> T) -> T {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        for (path, text) in files {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        ask(root, &root.join("a/b"))
    }

    fn chosen(files: &[(&str, &str)]) -> Vec<String> {
        within(files, |root, workspace| {
            user_runner(workspace, &toolchain()).into_iter().map(|word| word.replace(root.as_str(), "ROOT")).collect()
        })
    }

    #[test]
    fn the_compiler_is_the_one_that_cargo_would_call() {
        let chosen = |files: &[(&str, &str)]| {
            within(files, |root, workspace| compiler(workspace).into_string().unwrap().replace(root.as_str(), "ROOT"))
        };
        assert_eq!(chosen(&[("a/.cargo/config.toml", "[build]\njobs = 2")]), "rustc");
        let far = (".cargo/config.toml", "[build]\nrustc = \"far\"");
        assert_eq!(chosen(&[far, ("a/b/.cargo/config.toml", "[build]\nrustc = \"./near\"")]), "ROOT/a/b/./near");
        assert_eq!(chosen(&[far]), "far");
    }

    #[test]
    fn the_runner_is_the_one_that_cargo_would_choose() {
        let none: [&str; 0] = [];
        assert_eq!(chosen(&[]), none);
        assert_eq!(chosen(&[("a/b/.cargo/config.toml", "[target.other]\nrunner = \"x\"\n[target.'cfg(windows)']\nrunner = \"y\"")]), none);
        assert_eq!(chosen(&[("a/.cargo/config.toml", "[target.'cfg(unix)']\nrunner = \"env A=1\"")]), ["env", "A=1"]);
        let near = ("a/b/.cargo/config.toml", "[target.'cfg(unix)']\nrunner = \"near\"");
        let host = (".cargo/config", "[target.h-u-l]\nrunner = [\"./run\", \"a b\"]");
        assert_eq!(chosen(&[near, host]), ["ROOT/./run", "a b"]);
    }
}
