//! Everything that is planned for one file, from its text alone: its sites, its probes, and the edits of
//! both. The same text always gives the same plan, so that the wrapper can make it again.

use super::companions::plan_companions;
use super::edit::{Cause, Edit, Part};
use super::{Probe, ProbePlan, Slots, plan_probes, plan_switches};
use crate::mutate::{Companion, Mutated, Selection, Site, mutate};
use crate::syntax::{CfgStack, Namespace, Parsed, Span};

/// What is planned for one file.
#[derive(Clone, Debug)]
pub struct FilePlan {
    /// The mutants, grouped by site; a mutant's index counts through all sites in order.
    pub sites: Vec<Site>,
    /// The constants that the program computes again, in source order.
    pub companions: Vec<Companion>,
    /// The probe of the first companion; those of the others follow.
    first_companion: u32,
    /// What its text says about mutants besides: marks, and those that do not count. Its sites and companions stand
    /// above.
    pub marks: Mutated,
    /// The probes and what they tell; its edits stand in `edits`.
    pub probes: ProbePlan,
    /// All edits; an edit's index is its id.
    pub edits: Vec<Edit>,
}

/// What the surroundings of a file say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileContext {
    /// Whether it is the root of a crate of edition 2015, which needs an `extern crate`.
    pub is_root_of_2015: bool,
    /// Whether its mutants are left out (a path excluded by the policy).
    pub without_mutants: bool,
    /// Which mutants are made.
    pub selection: Selection,
}

impl FilePlan {
    /// Plan a file. `path` goes into the ids of mutants.
    pub fn new(parsed: &Parsed<'_>, path: &str, cfg: &CfgStack, context: FileContext) -> FilePlan {
        let namespace = Namespace::default();
        let mut marks = if context.without_mutants { Mutated::default() } else { mutate(parsed, path, &namespace, cfg, context.selection) };
        let sites = std::mem::take(&mut marks.sites);
        let companions = std::mem::take(&mut marks.companions);
        let mut probes = plan_probes(parsed, &namespace, cfg);
        let first_companion = index(probes.probes.len());
        probes.probes.extend(companions.iter().map(|_| Probe::default()));
        let mut edits = std::mem::take(&mut probes.edits);
        edits.extend(plan_switches(parsed.text, &sites));
        edits.extend(plan_companions(parsed.text, &companions, first_companion));
        edits.extend(context.is_root_of_2015.then(|| extern_crate(parsed)).flatten());
        FilePlan { sites, companions, first_companion, marks, probes, edits }
    }

    /// How many mutants it has.
    pub fn mutant_count(&self) -> u32 {
        self.sites.iter().map(|site| index(site.mutants.len())).sum()
    }

    /// Its slots when its first one is `base`.
    pub fn slots(&self, base: u32) -> Slots {
        Slots { base, mutants: self.mutant_count(), probes: index(self.probes.probes.len()) }
    }

    /// The probe that is marked when the companion's value was computed.
    pub fn probe_of(&self, companion: u32) -> u32 {
        self.first_companion + companion
    }

    /// The companion that switches the site: the constant whose value it is part of.
    pub fn companion_of(&self, site: &Site) -> Option<u32> {
        let holds = |companion: &Companion| site.mutants.iter().all(|mutant| companion.value.contains(mutant.span));
        self.companions.iter().position(|companion| site.in_value && holds(companion)).map(index)
    }

    /// The index of an edit of the companion, if it has any: they stand and fall together.
    pub fn edit_of(&self, companion: u32) -> Option<u32> {
        self.edits.iter().position(|edit| edit.cause == Cause::Companion(companion)).map(index)
    }

    /// The index of the edit that switches the mutant, if one does.
    pub fn switch_of(&self, mutant: u32) -> Option<u32> {
        let switches = |edit: &Edit| matches!(edit.cause, Cause::Switch { first, count } if (first..first + count).contains(&mutant));
        self.edits.iter().position(switches).map(index)
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("fewer than 2^32 edits, mutants and probes in a file under 4 GiB")
}

/// In edition 2015 `::gate_rt` is looked up in the crate's root: an item there makes it findable.
fn extern_crate(parsed: &Parsed<'_>) -> Option<Edit> {
    let at = parsed.span_of(parsed.tree.items.first()?).start;
    Some(Edit { span: Span::empty(at), parts: vec![Part::Text("extern crate gate_rt; ".to_owned())], cause: Cause::Support })
}
