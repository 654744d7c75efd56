//! A plan in the making: hands out probes, collects edits, decisions and who owns which bytes, and puts
//! everything in order at the end. Knows nothing of Rust's syntax.

use super::owners::Owners;
use super::{BranchPlan, FunctionPlan, Probe, ProbePlan};
use crate::instrument::{Cause, Edit, Part};
use crate::syntax::{CfgStack, Lines, Parsed, Position, Span};

pub(super) struct Draft {
    edits: Vec<Edit>,
    probes: Vec<Probe>,
    decisions: Vec<Decision>,
    functions: Vec<FunctionPlan>,
    ends: Vec<(u32, u32)>,
    pub(super) owners: Owners,
}

/// A decision by the byte of its deciding token, with the probe of each outcome.
struct Decision {
    at: u32,
    outcomes: Vec<u32>,
}

impl Draft {
    pub(super) fn new(text: &str) -> Self {
        Self {
            edits: Vec::new(),
            probes: Vec::new(),
            decisions: Vec::new(),
            functions: Vec::new(),
            ends: Vec::new(),
            owners: Owners::new(text),
        }
    }

    /// A new probe under `cfg`.
    pub(super) fn probe(&mut self, cfg: &CfgStack) -> u32 {
        let index = u32::try_from(self.probes.len()).expect("fewer probes than bytes");
        self.probes.push(Probe { cfg: cfg.clone() });
        index
    }

    /// Two probes with consecutive indices; the first is given.
    pub(super) fn pair(&mut self, cfg: &CfgStack) -> u32 {
        let first = self.probe(cfg);
        self.probe(cfg);
        first
    }

    /// Insert a call that marks `probe`: `before`, `::gate_rt::NAME(slot);`, `after`.
    pub(super) fn insert(&mut self, at: u32, before: &str, name: &str, probe: u32, after: &str) {
        let parts = vec![text(format!("{before}::gate_rt::{name}(")), Part::Slot(probe), text(format!(");{after}"))];
        self.edit(Span::empty(at), parts, probe, 1);
    }

    /// Put `span` between `before` and `after`, with the slot of `probes.0` in between: the edit marks
    /// `probes.1` probes from there on.
    pub(super) fn wrap(&mut self, span: Span, before: &str, probes: (u32, u32), between: &str, after: &str) {
        let parts = vec![text(before), Part::Slot(probes.0), text(between), Part::Source(span), text(after)];
        self.edit(span, parts, probes.0, probes.1);
    }

    /// Replace `span` by `parts`, which mark `count` probes from `first` on.
    pub(super) fn edit(&mut self, span: Span, parts: Vec<Part>, first: u32, count: u32) {
        self.edits.push(Edit { span, parts, cause: Cause::Probes { first, count } });
    }

    /// The decision of the token at byte `at`; fewer than two outcomes decide nothing.
    pub(super) fn decision(&mut self, at: u32, outcomes: Vec<u32>) {
        if outcomes.len() > 1 {
            self.decisions.push(Decision { at, outcomes });
        }
    }

    /// The function whose span starts at `start`.
    pub(super) fn function(&mut self, start: u32, probe: u32) {
        self.functions.push(FunctionPlan { start, probe });
    }

    /// Control passed the closing brace at byte `at` when `probe` is marked.
    pub(super) fn end(&mut self, at: u32, probe: u32) {
        self.ends.push((at, probe));
    }

    pub(super) fn finish(mut self, parsed: &Parsed<'_>) -> ProbePlan {
        let lines = Lines::new(parsed.text);
        self.edits.sort_by_key(|edit| (edit.span.start, !edit.span.is_empty(), std::cmp::Reverse(edit.span.end)));
        self.decisions.sort_by_key(|decision| decision.at);
        let mut coverable = self.owners.lines(parsed, &lines);
        let ends = self.ends.iter().filter(|(at, _)| closes_only(parsed.text, *at));
        coverable.extend(ends.map(|(at, probe)| (lines.line(*at), *probe)));
        coverable.sort_unstable();
        coverable.dedup();
        ProbePlan {
            edits: self.edits,
            probes: self.probes,
            lines: coverable,
            branches: branches(&self.decisions, parsed.text, &lines),
            functions: self.functions,
        }
    }
}

/// Whether the line of byte `at` closes what was opened before it and holds nothing else: other code on it speaks
/// for itself.
pub(super) fn closes_only(text: &str, at: u32) -> bool {
    let (before, behind) = text.split_at(at as usize);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = at as usize + behind.find('\n').unwrap_or(behind.len());
    let code = text[start..end].split("//").next().unwrap_or_default().trim();
    code.chars().all(|c| matches!(c, '}' | ')' | ']' | ';' | ','))
}

/// A piece of our own text.
pub(super) fn text(text: impl Into<String>) -> Part {
    Part::Text(text.into())
}

fn branches(decisions: &[Decision], text: &str, lines: &Lines) -> Vec<BranchPlan> {
    let numbered = (0u32..).zip(decisions);
    numbered
        .flat_map(|(decision, Decision { at, outcomes })| {
            let Position { line, column } = lines.position(text, *at);
            (0u32..).zip(outcomes).map(move |(outcome, probe)| BranchPlan { line, column, decision, outcome, probe: *probe })
        })
        .collect()
}
