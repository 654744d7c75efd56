//! Edits + text → edited text, and the map from the edited text back to the edits, by which the
//! compiler's diagnostics are understood. Owns nesting; refuses to know what an edit is for.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::edit::{Cause, Edit, Part};
use crate::syntax::Span;

/// What the compiler refused so far: left out when a file is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Edits left out whole, by index.
    pub edits: BTreeSet<u32>,
    /// Alternatives left out of their switches: the mutant's index and the compiler's message.
    pub arms: std::collections::BTreeMap<u32, String>,
    /// Mutants whose alternatives are left out as well, although it may be the doing of what stands beside them that the
    /// compiler refuses something there.
    pub doubted: BTreeSet<u32>,
}

impl Withdrawn {
    /// Leave out what the other leaves out, too.
    pub fn extend(&mut self, other: Withdrawn) {
        self.edits.extend(other.edits);
        for (mutant, message) in other.arms {
            self.arms.entry(mutant).or_insert(message);
        }
        self.doubted.extend(other.doubted);
    }

    /// Leave out no edit that the other leaves out, and no mutant that it doubts.
    pub fn put_back(&mut self, other: &Withdrawn) {
        self.edits.retain(|edit| !other.edits.contains(edit));
        self.doubted.retain(|mutant| !other.doubted.contains(mutant));
    }

    /// Whether the mutant has no alternative in the text.
    fn leaves_out(&self, mutant: u32) -> bool {
        self.arms.contains_key(&mutant) || self.doubted.contains(&mutant)
    }
}

/// Where a file's slots lie in the table: first its mutants, then its probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots {
    /// The slot of the file's first mutant; never 0.
    pub base: u32,
    /// How many mutants the file has.
    pub mutants: u32,
    /// How many probes the file has.
    pub probes: u32,
}

impl Slots {
    /// The slot of the mutant with this index.
    pub const fn mutant(self, index: u32) -> u32 {
        self.base + index
    }

    /// The slot of the probe with this index.
    pub const fn probe(self, index: u32) -> u32 {
        self.base + self.mutants + index
    }

    /// One past the file's last slot.
    pub const fn end(self) -> u32 {
        self.base + self.mutants + self.probes
    }
}

/// An edited text and what lies where in it.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The edited text.
    pub text: String,
    /// Which bytes of it stem from which edit, nested ones included.
    pub regions: Vec<Region>,
}

/// A stretch of the edited text that stems from one edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Bytes of the edited text.
    pub span: Span,
    /// Index of the edit.
    pub edit: u32,
    /// What part of the edit it is.
    pub role: Role,
}

/// What part of an edit a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The edit as a whole.
    Whole,
    /// Original text inside the edit.
    Source,
    /// The alternative of one mutant.
    Arm(u32),
}

impl Rendered {
    /// The regions around `span` of the edited text, innermost first.
    pub fn around(&self, span: Span) -> Vec<Region> {
        let mut found: Vec<Region> = self.regions.iter().copied().filter(|region| region.span.contains(span)).collect();
        // Of two regions of the same bytes the later one is the inner one: regions are pushed outside in.
        found.reverse();
        found.sort_by_key(|region| region.span.end - region.span.start);
        found
    }

    /// The edits that lie whole inside `span` of the edited text.
    pub fn inside(&self, span: Span) -> impl Iterator<Item = u32> {
        self.regions.iter().filter(move |region| region.role == Role::Whole && span.contains(region.span)).map(|region| region.edit)
    }
}

/// Render `text` with `edits` (indices into it are the edits' ids) except those withdrawn.
pub fn render(text: &str, edits: &[Edit], slots: Slots, withdrawn: &Withdrawn) -> Rendered {
    let mut renderer = Renderer { text, edits, slots, withdrawn, out: String::with_capacity(text.len() * 2), regions: Vec::new() };
    let order = renderer.order();
    let mut cursor = Cursor { order: &order, next: 0 };
    renderer.source(Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX)), &mut cursor);
    while let Some(at_the_end) = cursor.peek() {
        cursor.next += 1;
        renderer.edit(at_the_end, &mut cursor);
    }
    Rendered { text: renderer.out, regions: renderer.regions }
}

struct Renderer<'a> {
    text: &'a str,
    edits: &'a [Edit],
    slots: Slots,
    withdrawn: &'a Withdrawn,
    out: String,
    regions: Vec<Region>,
}

/// The edits in the order in which they are met from left to right, outside in.
struct Cursor<'a> {
    order: &'a [u32],
    next: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u32> {
        self.order.get(self.next).copied()
    }
}

impl Renderer<'_> {
    /// Insertions stand before what starts at the same byte; of equal spans probes are outside switches.
    fn order(&self) -> Vec<u32> {
        let indices = 0..u32::try_from(self.edits.len()).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = indices.filter(|index| !self.is_withdrawn(*index)).collect();
        order.sort_by_key(|index| {
            let Edit { span, cause, .. } = &self.edits[*index as usize];
            let rank = match cause {
                Cause::Support => 0,
                Cause::Probes { .. } | Cause::Companion(_) => 1,
                Cause::Switch { .. } => 2,
            };
            (span.start, !span.is_empty(), Reverse(span.end), rank, *index)
        });
        order
    }

    /// Whether an edit is left out: itself withdrawn, or a switch without any alternative left.
    fn is_withdrawn(&self, index: u32) -> bool {
        let no_arm_left = match self.edits[index as usize].cause {
            Cause::Switch { first, count } => (first..first + count).all(|mutant| self.withdrawn.leaves_out(mutant)),
            Cause::Probes { .. } | Cause::Companion(_) | Cause::Support => false,
        };
        no_arm_left || self.withdrawn.edits.contains(&index)
    }

    /// The original text of `span`, with the edits inside it applied.
    fn source(&mut self, span: Span, cursor: &mut Cursor<'_>) {
        let mut at = span.start;
        while let Some(index) = cursor.peek() {
            let edit = &self.edits[index as usize];
            // An insertion at the very end belongs to what follows.
            let is_inside = if edit.span.is_empty() { edit.span.start < span.end } else { edit.span.end <= span.end };
            if !is_inside {
                break;
            }
            cursor.next += 1;
            if edit.span.start < at {
                // Inside text that an edit replaced: nothing is left to edit.
                continue;
            }
            self.copy(Span::new(at, edit.span.start));
            self.edit(index, cursor);
            at = edit.span.end;
        }
        self.copy(Span::new(at, span.end));
    }

    fn copy(&mut self, span: Span) {
        self.out.push_str(span.of(self.text));
    }

    fn edit(&mut self, index: u32, cursor: &mut Cursor<'_>) {
        let whole = self.open(index, Role::Whole);
        for part in &self.edits[index as usize].parts {
            self.part(index, part, cursor);
        }
        self.close(whole);
    }

    fn part(&mut self, index: u32, part: &Part, cursor: &mut Cursor<'_>) {
        match part {
            Part::Text(text) => self.out.push_str(text),
            Part::Slot(probe) => self.number(self.slots.probe(*probe)),
            Part::MutantSlot(mutant) => self.number(self.slots.mutant(*mutant)),
            Part::Source(span) => {
                let region = self.open(index, Role::Source);
                self.source(*span, cursor);
                self.close(region);
            }
            Part::Arm { mutant, text } => {
                if !self.withdrawn.leaves_out(*mutant) {
                    let region = self.open(index, Role::Arm(*mutant));
                    self.out.push_str(text);
                    self.close(region);
                }
            }
        }
    }

    fn number(&mut self, number: u32) {
        write!(self.out, "{number}").expect("writing to a String cannot fail");
    }

    fn open(&mut self, edit: u32, role: Role) -> usize {
        self.regions.push(Region { span: Span::empty(self.here()), edit, role });
        self.regions.len() - 1
    }

    fn close(&mut self, region: usize) {
        self.regions[region].span.end = self.here();
    }

    fn here(&self) -> u32 {
        u32::try_from(self.out.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn wrap(first: u32, span: Span) -> Edit {
        Edit {
            span,
            parts: vec![text("<"), Part::Slot(first), text(":"), Part::Source(span), text(">")],
            cause: Cause::Probes { first, count: 1 },
        }
    }

    fn switch(first: u32, span: Span) -> Edit {
        let arm = |mutant, text: &str| Part::Arm { mutant, text: text.to_owned() };
        let parts =
            vec![text("("), Part::MutantSlot(first), text(" "), Part::Source(span), arm(first, "|x"), arm(first + 1, "|y"), text(")")];
        Edit { span, parts, cause: Cause::Switch { first, count: 2 } }
    }

    fn insert(first: u32, at: u32) -> Edit {
        Edit { span: Span::empty(at), parts: vec![text("!"), Part::Slot(first)], cause: Cause::Probes { first, count: 1 } }
    }

    const SLOTS: Slots = Slots { base: 10, mutants: 4, probes: 9 };

    #[test]
    fn edits_nest_and_insertions_come_first() {
        let edits = [switch(0, Span::new(2, 5)), wrap(0, Span::new(2, 5)), insert(1, 2), switch(2, Span::new(2, 3))];
        let rendered = render("a b+c d", &edits, SLOTS, &Withdrawn::default());
        assert_eq!(rendered.text, "a !15<14:(10 (12 b|x|y)+c|x|y)> d");
    }

    #[test]
    fn what_is_withdrawn_is_left_out_and_what_it_held_stays() {
        let edits = [switch(0, Span::new(2, 5)), wrap(0, Span::new(2, 3))];
        let arms = |refused: &[u32]| refused.iter().map(|mutant| (*mutant, String::new())).collect();
        let whole = Withdrawn { edits: BTreeSet::from([0]), ..Withdrawn::default() };
        assert_eq!(render("a b+c d", &edits, SLOTS, &whole).text, "a <14:b>+c d");
        let one = Withdrawn { arms: arms(&[1]), ..Withdrawn::default() };
        assert_eq!(render("a b+c d", &edits, SLOTS, &one).text, "a (10 <14:b>+c|x) d");
        let all = Withdrawn { arms: arms(&[0, 1]), ..Withdrawn::default() };
        assert_eq!(render("a b+c d", &edits, SLOTS, &all).text, "a <14:b>+c d");
    }

    #[test]
    fn a_place_in_the_edited_text_leads_to_the_edits_around_it() {
        let edits = [switch(0, Span::new(2, 5)), wrap(0, Span::new(2, 3))];
        let rendered = render("a b+c d", &edits, SLOTS, &Withdrawn::default());
        let at = |needle: &str| {
            let start = u32::try_from(rendered.text.find(needle).unwrap()).unwrap();
            let around = rendered.around(Span::new(start, start + 1));
            around.iter().map(|region| (region.edit, region.role)).collect::<Vec<_>>()
        };
        assert_eq!(at("y"), [(0, Role::Arm(1)), (0, Role::Whole)]);
        assert_eq!(at("b"), [(1, Role::Source), (1, Role::Whole), (0, Role::Source), (0, Role::Whole)]);
        assert_eq!(at("d"), []);
        assert_eq!(rendered.inside(Span::new(0, 30)).collect::<Vec<_>>(), [0, 1]);
    }
}
