//! What a build and its tests go by besides the code: who compiles it, how, with which libraries, in which
//! environment and configuration. As texts, for what earlier runs found holds only while they are the same.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::build::{Built, Toolchain, Unit};
use crate::instrument::Slots;
use crate::recall::{ground, stamp};
use crate::workspace::{Source, Workspace};

use super::Facts;

/// What one build was made with.
pub(super) struct Surroundings<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) toolchain: &'a Toolchain,
    pub(super) units: &'a [Unit],
    pub(super) flags: &'a [String],
}

/// Variables that differ from one terminal to the next, and that no test goes by.
const SESSION: [&str; 9] = ["_", "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "TERM_SESSION_ID", "WINDOWID", "XDG_SESSION_ID"];

impl Surroundings<'_> {
    /// Everything, as texts.
    pub(super) fn facts(&self) -> Vec<String> {
        let us = std::env::current_exe().ok().and_then(|path| stamp(Utf8Path::from_path(&path)?));
        let mut facts = vec![us.unwrap_or_default(), self.toolchain.version.clone(), self.toolchain.cfgs.clone(), self.flags.join(" ")];
        for unit in self.units {
            facts.extend(unit.args.iter().cloned());
        }
        facts.extend(self.libraries(|stem, own| !own.contains(stem)));
        facts.extend(self.configurations().iter().filter_map(|path| stamp(path)));
        let environment: BTreeMap<String, String> = std::env::vars().filter(|(name, _)| !SESSION.contains(&name.as_str())).collect();
        facts.extend(environment.into_iter().map(|(name, value)| format!("{name}={value}")));
        facts
    }

    /// What rustdoc goes by when it builds the documentation examples of `built`: every file of the workspace, the
    /// compiled libraries, and the edits in them. Nothing when it cannot be told.
    pub(super) fn of_documentation(&self, built: &Built, sources: &[Source<Facts>], slots: &[Slots]) -> Option<String> {
        let mut facts = self.facts();
        facts.extend(self.libraries(|_, _| true));
        for executable in &built.executables {
            facts.push(stamp(&executable.program)?);
        }
        facts.extend(sources.iter().zip(slots).map(|(source, slots)| format!("{} {slots:?} {:?}", source.path, source.facts.context)));
        facts.push(format!("{:?}", built.refusals));
        let ground = ground(&self.workspace.root, &self.workspace.target_dir, &facts, &|_| false)?;
        Some(blake3::Hash::from_bytes(ground).to_hex().to_string())
    }

    /// The libraries that compilations are given, by size and time: those that `is_wanted`, by their stem and the
    /// stems of our own compilations.
    fn libraries(&self, is_wanted: impl Fn(&str, &BTreeSet<String>) -> bool) -> Vec<String> {
        let own: BTreeSet<String> = self.units.iter().map(Unit::file_stem).collect();
        let given =
            self.units.iter().flat_map(|unit| &unit.args).filter_map(|arg| arg.split_once('=')).map(|(_, path)| Utf8Path::new(path));
        let libraries = given.filter(|path| matches!(path.extension(), Some("rlib" | "rmeta" | "so" | "dylib" | "dll")));
        let stem = |path: &Utf8Path| path.file_stem().map(|stem| stem.strip_prefix("lib").unwrap_or(stem).to_owned()).unwrap_or_default();
        let wanted: BTreeSet<&Utf8Path> = libraries.filter(|path| is_wanted(&stem(path), &own)).collect();
        wanted.into_iter().map(|path| stamp(path).unwrap_or_default()).collect()
    }

    /// The configuration files that cargo reads.
    fn configurations(&self) -> Vec<Utf8PathBuf> {
        let home = std::env::var("CARGO_HOME").map(Utf8PathBuf::from).ok();
        let of_user = std::env::var("HOME").map(|home| Utf8PathBuf::from(home).join(".cargo")).ok();
        let above = self.workspace.root.ancestors().map(|directory| directory.join(".cargo"));
        let places = above.chain(home).chain(of_user);
        places.flat_map(|place| [place.join("config.toml"), place.join("config")]).collect()
    }
}
