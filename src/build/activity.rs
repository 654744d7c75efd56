//! Which code a build compiled: cfg predicates against what cargo and the compiler set. A file counts as
//! compiled where the compiler's own dependency list names it. Evaluates; refuses to guess: a predicate it
//! cannot read counts as true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_platform::{Cfg, CfgExpr};

use super::layout::Layout;
use super::printed::dependencies;
use super::unit::Unit;
use crate::syntax::CfgStack;

/// The configurations under which each file was compiled.
#[derive(Debug)]
pub struct Activity {
    configurations: Vec<Vec<Cfg>>,
    files: BTreeMap<Utf8PathBuf, Vec<usize>>,
    stems: Vec<String>,
    others: BTreeMap<Utf8PathBuf, BTreeSet<String>>,
}

impl Activity {
    /// From the compilations of a build. `target_cfgs` is what `rustc --print cfg` says.
    pub fn new<'a>(layout: &Layout, units: &[Unit], target_cfgs: &str, files: impl Iterator<Item = &'a Utf8PathBuf>) -> Activity {
        let dependencies: Vec<BTreeSet<Utf8PathBuf>> = units.iter().map(read_files).collect();
        let compiled_by = |file: &Utf8PathBuf| {
            // What is not instrumented (a procedural macro) is read where it lies.
            let (ours, theirs) = (layout.shadow().join(file), file.clone());
            let listed = |unit: &usize| if units[*unit].is_instrumented { &ours } else { &theirs };
            (0..dependencies.len()).filter(|unit| dependencies[*unit].contains(listed(unit))).collect()
        };
        let files: BTreeMap<Utf8PathBuf, Vec<usize>> = files.map(|file| (file.clone(), compiled_by(file))).collect();
        let shadow = layout.shadow();
        let real = |file: &Utf8PathBuf| file.strip_prefix(&shadow).map_or_else(|_| file.clone(), Utf8Path::to_owned);
        let mut others: BTreeMap<Utf8PathBuf, BTreeSet<String>> = BTreeMap::new();
        for (unit, read) in units.iter().zip(&dependencies) {
            for file in read.iter().map(real).filter(|file| !files.contains_key(file)) {
                others.entry(file).or_default().insert(unit.file_stem());
            }
        }
        Activity {
            others,
            files,
            stems: units.iter().map(Unit::file_stem).collect(),
            configurations: units.iter().map(|unit| configuration(unit, target_cfgs)).collect(),
        }
    }

    /// What was compiled besides: tests, examples, text that sources include; with the stems of the compilations
    /// that read it. Relative to the workspace root where they lie in it.
    pub fn others(&self) -> &BTreeMap<Utf8PathBuf, BTreeSet<String>> {
        &self.others
    }

    /// Whether `file` was compiled at all.
    pub fn is_compiled(&self, file: &Utf8Path) -> bool {
        self.files.get(file).is_some_and(|units| !units.is_empty())
    }

    /// The stems of the compilations that read `file`.
    pub fn compilations(&self, file: &Utf8Path) -> BTreeSet<String> {
        self.files.get(file).into_iter().flatten().map(|unit| self.stems[*unit].clone()).collect()
    }

    /// Whether code of `file` under `cfg` was compiled at least once.
    pub fn is_active(&self, file: &Utf8Path, cfg: &CfgStack) -> bool {
        let compilations = self.files.get(file).map(Vec::as_slice).unwrap_or_default();
        compilations.iter().any(|unit| cfg.iter().all(|predicate| holds(predicate, &self.configurations[*unit])))
    }
}

fn holds(predicate: &str, configuration: &[Cfg]) -> bool {
    CfgExpr::from_str(predicate).is_ok_and(|expression| expression.matches(configuration)) || CfgExpr::from_str(predicate).is_err()
}

fn configuration(unit: &Unit, target_cfgs: &str) -> Vec<Cfg> {
    let texts = target_cfgs.lines().map(str::to_owned).chain(unit.cfgs());
    texts.filter_map(|text| Cfg::from_str(&text).ok()).collect()
}

/// The compiler's list of the files that it read; nothing when it is gone.
fn read_files(unit: &Unit) -> BTreeSet<Utf8PathBuf> {
    let directory = unit.directory.join(unit.option("--out-dir").unwrap_or("."));
    let list = fs::read_to_string(directory.join(format!("{}.d", unit.file_stem()))).unwrap_or_default();
    dependencies(&list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predicates_are_evaluated_as_the_compiler_does() {
        let set = ["unix", "target_os=\"linux\"", "feature=\"std\"", "debug_assertions"];
        let configuration: Vec<Cfg> = set.iter().map(|text| Cfg::from_str(text).unwrap()).collect();
        for predicate in
            ["unix", "not (windows)", "all (unix , feature = \"std\")", "any (windows , target_os = \"linux\")", "all ()", "true"]
        {
            assert!(holds(predicate, &configuration), "{predicate}");
        }
        for predicate in ["windows", "feature = \"alloc\"", "any ()", "not (unix)", "no_str_strip_prefix", "false"] {
            assert!(!holds(predicate, &configuration), "{predicate}");
        }
        assert!(holds("version (\"1.60\")", &configuration));
    }
}
