//! Tests that take long are compiled once more with optimized code. The checks that code has when it is not optimized stay:
//! a mutant that overflows is to be noticed as before. Owns what the compiler is told; refuses to say when it pays.

use anyhow::bail;

use super::cargo::Tests;
use super::runner::Recorded;
use super::unit::Unit;
use super::{Builder, Built, empty_directory, read_all, seed};

/// Set in a build whose code is optimized.
pub(super) const OPTIMIZED_VARIABLE: &str = "CARGO_GATE_OPTIMIZED";

/// How much the compiler does for code that is to run fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Most of what can be had, in two to three times the time that code takes which is not optimized.
    Some,
    /// All that pays. Large functions may take ten times as long.
    Much,
}

impl Level {
    /// As rustc and our own variable spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Level::Some => "1",
            Level::Much => "2",
        }
    }
}

/// How this process is to optimize, if it compiles for such a build.
pub(super) fn wanted() -> Option<Level> {
    let name = std::env::var(OPTIMIZED_VARIABLE).ok()?;
    [Level::Some, Level::Much].into_iter().find(|level| level.name() == name)
}

/// Whether the unit's code is optimized as the user wants it.
pub(super) fn is_so_anyway(unit: &Unit) -> bool {
    unit.codegen("opt-level").is_some_and(|level| level != "0")
}

/// What makes the compiler optimize the unit, on top of its own arguments; nothing where it does.
pub(super) fn flags(unit: &Unit, level: Level) -> Vec<String> {
    if is_so_anyway(unit) || unit.is_proc_macro() {
        return Vec::new();
    }
    // Both follow the level where nobody says anything of them, and overflow's follows the other.
    let checks = match (unit.codegen("debug-assertions"), unit.codegen("overflow-checks")) {
        (None, None) => &["debug-assertions=on", "overflow-checks=on"][..],
        (None, Some(_)) => &["debug-assertions=on"],
        (Some(_), _) => &[],
    };
    let level = format!("opt-level={}", level.name());
    [&*level].iter().chain(checks).flat_map(|flag| ["-C".to_owned(), (*flag).to_owned()]).collect()
}

impl Builder<'_> {
    /// Whether code would run faster if it were optimized.
    pub fn can_optimize(&self, built: &Built) -> bool {
        built.units.iter().any(|unit| !is_so_anyway(unit))
    }

    /// Build the instrumented tests with optimized code. Fails where cargo does.
    pub fn build_optimized(&self, level: Level) -> anyhow::Result<Vec<Recorded>> {
        empty_directory(&self.layout.executables())?;
        seed::seed(&self.layout.cargo_target(), &self.layout.optimized_target(), &read_all::<Unit>(&self.layout.units())?);
        let output = self.cargo(Tests::Optimized(level))?;
        if !output.is_success {
            bail!("{}", output.errors.trim_end());
        }
        read_all(&self.layout.executables())
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit::tests::unit;
    use super::*;

    #[test]
    fn optimized_code_checks_what_it_checked_before() {
        let flags = |line: &str| flags(&unit(line), Level::Much).join(" ");
        assert_eq!(super::flags(&unit("--crate-name a a.rs"), Level::Some)[1], "opt-level=1");
        assert_eq!(flags("--crate-name a a.rs"), "-C opt-level=2 -C debug-assertions=on -C overflow-checks=on");
        assert_eq!(flags("--crate-name a a.rs -C overflow-checks=off"), "-C opt-level=2 -C debug-assertions=on");
        assert_eq!(flags("--crate-name a a.rs -C debug-assertions=off"), "-C opt-level=2");
        assert_eq!(flags("--crate-name a a.rs -C opt-level=0"), "-C opt-level=2 -C debug-assertions=on -C overflow-checks=on");
        assert_eq!(flags("--crate-name a a.rs -C opt-level=s"), "");
        assert_eq!(flags("--crate-name a --crate-type proc-macro a.rs"), "", "it runs in the compiler");
    }
}
