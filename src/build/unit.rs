//! One compilation as cargo asked for it. Owns the reading of rustc's command line; refuses to run it.

use std::collections::BTreeMap;
use std::ffi::OsString;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::secrets::is_withheld;

/// A recorded call of rustc for a workspace member, enough to make it again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unit {
    /// The compiler.
    pub rustc: String,
    /// Its arguments as cargo gave them.
    pub args: Vec<String>,
    /// The working directory.
    pub directory: Utf8PathBuf,
    /// The environment, our own variables left out.
    pub environment: BTreeMap<String, String>,
    /// The root file, relative to the workspace root, when it lies there.
    pub root: Option<Utf8PathBuf>,
    /// Whether the instrumented text was compiled.
    pub is_instrumented: bool,
    /// How many calls of rustc it took until the compiler accepted the instrumented text.
    pub rounds: u32,
}

impl Unit {
    /// The value of an option: `--opt value` or `--opt=value`.
    pub fn option(&self, name: &str) -> Option<&str> {
        option(&self.args, name)
    }

    /// The value of a `-C key=value`.
    pub fn codegen(&self, key: &str) -> Option<&str> {
        let pairs = self.args.windows(2).filter(|pair| pair[0] == "-C").map(|pair| pair[1].as_str());
        let joined = self.args.iter().filter_map(|arg| arg.strip_prefix("-C"));
        pairs.chain(joined).find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
    }

    /// The crate's name.
    pub fn crate_name(&self) -> &str {
        self.option("--crate-name").unwrap_or_default()
    }

    /// The name that tells this compilation from all others: the crate's name and cargo's suffix.
    pub fn file_stem(&self) -> String {
        format!("{}{}", self.crate_name(), self.codegen("extra-filename").unwrap_or_default())
    }

    /// Whether a test harness is built.
    pub fn is_test(&self) -> bool {
        self.args.iter().any(|arg| arg == "--test")
    }

    /// Whether it is a program, not a test of one.
    pub fn is_executable(&self) -> bool {
        !self.is_test() && self.option("--crate-type") == Some("bin")
    }

    /// Whether a library of that name is given to it.
    pub fn uses(&self, library: &str) -> bool {
        self.args.windows(2).any(|pair| pair[0] == "--extern" && pair[1].split_once('=').is_some_and(|(name, _)| name == library))
    }

    /// The binaries that cargo names to an integration test: the variable and the binary's name.
    pub fn binaries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment.keys().filter_map(|variable| Some((variable.as_str(), variable.strip_prefix("CARGO_BIN_EXE_")?)))
    }

    /// Whether others can build on it.
    pub fn is_library(&self) -> bool {
        !self.is_test() && self.option("--crate-type").is_some_and(|kind| kind != "bin")
    }

    /// The cfgs that cargo sets: features, those of the build script, `test`.
    pub fn cfgs(&self) -> Vec<String> {
        let pairs = self.args.windows(2).filter(|pair| pair[0] == "--cfg").map(|pair| pair[1].clone());
        let test = self.is_test().then(|| "test".to_owned());
        pairs.chain(test).collect()
    }

    /// Whether it builds a build script.
    pub fn is_build_script(&self) -> bool {
        self.crate_name().starts_with("build_script_")
    }

    /// Whether it builds a procedural macro.
    pub fn is_proc_macro(&self) -> bool {
        self.option("--crate-type") == Some("proc-macro")
    }
}

fn option<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    let separate = args.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].as_str());
    separate.or_else(|| args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('=')))
}

/// The index of the root source file among the arguments of a compilation; `None` for a question to the
/// compiler (`-vV`, `--print`), which has none.
pub fn root_argument(args: &[String]) -> Option<usize> {
    let takes_value = |arg: &str| matches!(arg, "-C" | "-L" | "-l" | "-o" | "-A" | "-W" | "-D" | "-F" | "-Z") || arg.starts_with("--");
    let is_value = |at: usize| at > 0 && takes_value(&args[at - 1]) && !args[at - 1].contains('=') && args[at - 1] != "--test";
    let is_source = |arg: &str| Utf8Path::new(arg).extension() == Some("rs");
    (0..args.len()).find(|at| is_source(&args[*at]) && !args[*at].starts_with('-') && !is_value(*at))
}

/// Arguments as text. `None` when one is not UTF-8: such a call is passed through untouched.
pub fn utf8_args(args: &[OsString]) -> Option<Vec<String>> {
    args.iter().map(|arg| arg.to_str().map(str::to_owned)).collect()
}

/// The same without what only those need who debug and edit: debug information, which what is linked leaves out of others,
/// too, and the compiler's memory, which the wrapper keeps where it pays.
pub fn lean(mut args: Vec<String>) -> Vec<String> {
    let takes_time = |pair: &[String]| ["debuginfo=", "split-debuginfo=", "incremental="].iter().any(|key| pair[1].starts_with(key));
    let mut had_debug_information = false;
    while let Some(at) = args.windows(2).position(|pair| pair[0] == "-C" && takes_time(pair)) {
        had_debug_information |= !args[at + 1].starts_with("incremental=");
        args.splice(at..at + 2, []);
    }
    if had_debug_information && !args.iter().any(|arg| arg.starts_with("strip=")) {
        args.extend(["-C".to_owned(), "strip=debuginfo".to_owned()]);
    }
    args
}

/// The environment of this process, without our own variables, what is not UTF-8, and secrets: it is written into a file.
pub fn environment() -> BTreeMap<String, String> {
    let readable = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    readable.filter(|(name, _)| !name.starts_with("CARGO_GATE_") && !is_withheld(name)).collect()
}

/// `path` relative to the workspace, when it lies in it.
pub fn relative_to(workspace: &Utf8Path, directory: &Utf8Path, path: &str) -> Option<Utf8PathBuf> {
    let absolute = directory.join(path);
    absolute.strip_prefix(workspace).ok().map(Utf8Path::to_owned)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A compilation with this command line.
    pub(in super::super) fn unit(line: &str) -> Unit {
        let args = line.split(' ').map(str::to_owned).collect();
        Unit {
            rustc: "rustc".into(),
            args,
            directory: "/w".into(),
            environment: BTreeMap::new(),
            root: None,
            is_instrumented: false,
            rounds: 0,
        }
    }

    #[test]
    fn cargos_command_line_is_understood() {
        let unit = unit(
            "--crate-name semver --edition=2018 src/lib.rs --error-format=json -C opt-level=0 --cfg feature=\"std\" --test -C extra-filename=-12ab --out-dir /t/deps --extern x=/t/x.rs",
        );
        assert_eq!(root_argument(&unit.args), Some(3));
        assert_eq!((unit.crate_name(), unit.option("--edition"), unit.option("--out-dir")), ("semver", Some("2018"), Some("/t/deps")));
        assert_eq!(unit.file_stem(), "semver-12ab");
        assert_eq!(unit.cfgs(), ["feature=\"std\"", "test"]);
        assert!(!unit.is_build_script() && !unit.is_proc_macro());
        assert!(unit.uses("x") && !unit.uses("std"));
    }

    #[test]
    fn what_debugging_and_editing_need_is_left_out() {
        let lean = |line: &str| lean(unit(line).args).join(" ");
        let line = "--test a.rs -C debuginfo=2 -C split-debuginfo=unpacked -C incremental=/i -C metadata=1";
        assert_eq!(lean(line), "--test a.rs -C metadata=1 -C strip=debuginfo");
        assert_eq!(lean("a.rs -C debuginfo=2 -C strip=symbols"), "a.rs -C strip=symbols");
        assert_eq!(lean("a.rs -C incremental=/i -C opt-level=3"), "a.rs -C opt-level=3");
    }

    #[test]
    fn questions_have_no_root() {
        for line in ["-vV", "- --crate-name ___ --print=file-names", "--emit=metadata -o x.rs"] {
            assert_eq!(root_argument(&unit(line).args), None, "{line}");
        }
        assert_eq!(root_argument(&unit("--test src/main.rs").args), Some(1));
    }
}
