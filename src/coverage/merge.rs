//! What coverage files say of a source, as its coverage: alone, or added to what our own build measured. Pure.
//!
//! Alone, every line counts that they call coverable and that is not test code. Where our build measured the
//! file, our rules say what is coverable: a line that ran elsewhere counts as covered, code that a false cfg
//! kept out of our build counts as it was measured elsewhere, and everything else that they call coverable is
//! left out. Outcomes of branches are added to ours only where we have numbered them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::claims::Claim;
use super::{Branch, FileCoverage};
use crate::syntax::Runnable;

/// The lines of a function.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Byte at which its span starts, by which coverage knows it.
    pub start: u32,
    /// Lines of its signature, to the line on which its body opens.
    pub signature: RangeInclusive<u32>,
    /// All its lines.
    pub lines: RangeInclusive<u32>,
}

/// What coverage files together say of one source.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    pub(super) claim: Claim,
    /// Branches that are numbered as ours.
    pub(super) ours: BTreeMap<(u32, u32, u32), bool>,
}

/// Why a claim was not made on this text.
#[derive(Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It speaks of a line past the end.
    Past {
        /// The line.
        line: u32,
        /// How many there are.
        of: u32,
    },
    /// It speaks of a line on which nothing can run.
    Idle {
        /// The line.
        line: u32,
    },
}

impl Elsewhere {
    /// Add what a file says; `is_ours` when outcomes in it are numbered as ours.
    pub fn add(&mut self, claim: &Claim, is_ours: bool) {
        self.claim.add(claim);
        if is_ours {
            for (at, taken) in &claim.branches {
                *self.ours.entry(*at).or_default() |= taken;
            }
        }
    }

    /// The coverage that they tell alone. A function that they do not speak of was not measured.
    pub fn coverage(&self, runnable: &Runnable, functions: &[Extent]) -> FileCoverage {
        let is_code = |line: u32| !runnable.is_test(line);
        let branches = self.claim.branches.iter().filter(|((line, ..), _)| is_code(*line));
        FileCoverage {
            lines: self.claim.lines().filter(|(line, _)| is_code(*line)).collect(),
            branches: branches.map(|((line, decision, outcome), taken)| branch(*line, *decision, *outcome, *taken)).collect(),
            functions: functions.iter().filter_map(|function| Some((function.start, self.entered(function, functions)?))).collect(),
        }
    }

    /// Add what they tell to what our own build measured. `coverable` are the lines that our rules call so,
    /// compiled or not.
    pub fn add_to(&self, coverage: &mut FileCoverage, coverable: &BTreeSet<u32>, functions: &[Extent]) {
        for (line, ran) in self.claim.lines().filter(|(line, _)| coverable.contains(line)) {
            *coverage.lines.entry(line).or_default() |= ran;
        }
        for branch in &mut coverage.branches {
            branch.taken |= self.ours.get(&(branch.line, branch.decision, branch.outcome)).copied().unwrap_or(false);
        }
        for function in functions {
            if let Some(entered) = self.entered(function, functions) {
                *coverage.functions.entry(function.start).or_default() |= entered;
            }
        }
    }

    /// Whether a function was entered: one that begins where it does was, or, where none is spoken of, a line
    /// of its own ran. `None` when nothing is said of it.
    fn entered(&self, function: &Extent, all: &[Extent]) -> Option<bool> {
        let named = self.claim.functions.range(function.signature.clone()).map(|(_, entered)| *entered);
        let nested: Vec<&Extent> = all.iter().filter(|other| other.is_inside(function)).collect();
        let own = function.lines.clone().filter(|line| !nested.iter().any(|other| other.lines.contains(line)));
        named.reduce(|one, other| one | other).or_else(|| own.filter_map(|line| self.claim.state(line)).reduce(|one, other| one | other))
    }
}

impl Extent {
    fn is_inside(&self, other: &Extent) -> bool {
        self.start != other.start && other.lines.contains(self.lines.start()) && other.lines.contains(self.lines.end())
    }
}

fn branch(line: u32, decision: u32, outcome: u32, taken: bool) -> Branch {
    Branch { line, column: 1, decision, outcome, taken }
}

/// Whether what is said of a source was measured on another text.
pub fn misfit(claim: &Claim, runnable: &Runnable) -> Option<Misfit> {
    if claim.last_line() > runnable.count() {
        return Some(Misfit::Past { line: claim.last_line(), of: runnable.count() });
    }
    let functions = claim.functions.keys().copied();
    let mut lines: Vec<u32> = claim.lines().map(|(line, _)| line).chain(functions).collect();
    lines.sort_unstable();
    lines.into_iter().find(|line| !runnable.may_run(*line)).map(|line| Misfit::Idle { line })
}
