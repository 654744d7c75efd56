//! The edits of a plan, applied: the reference for how they nest. `mark` prints the number of a probe.

use crate::instrument::{Edit, Part};
use crate::syntax::Span;

/// `text` with `edits`, which are in the order of a plan.
pub(crate) fn render(text: &str, edits: &[Edit], mark: &dyn Fn(u32) -> String) -> String {
    let mut out = String::new();
    let whole = Span::new(0, u32::try_from(text.len()).unwrap());
    Renderer { text, mark }.source(whole, edits, &mut out);
    out
}

struct Renderer<'a> {
    text: &'a str,
    mark: &'a dyn Fn(u32) -> String,
}

impl Renderer<'_> {
    fn source(&self, span: Span, mut edits: &[Edit], out: &mut String) {
        let mut at = span.start;
        while let Some((edit, rest)) = edits.split_first() {
            let inside = rest.iter().take_while(|next| lies_inside(next.span, edit.span)).count();
            let (inside, rest) = rest.split_at(inside);
            assert!(at <= edit.span.start && edit.span.end <= span.end, "edits overlap: {edit:?}");
            out.push_str(Span::new(at, edit.span.start).of(self.text));
            self.edit(edit, inside, out);
            at = edit.span.end;
            edits = rest;
        }
        out.push_str(Span::new(at, span.end).of(self.text));
    }

    fn edit(&self, edit: &Edit, mut inside: &[Edit], out: &mut String) {
        for part in &edit.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Slot(probe) => out.push_str(&(self.mark)(*probe)),
                Part::Source(span) => {
                    let count = inside.iter().take_while(|next| next.span.start < span.end).count();
                    let (here, later) = inside.split_at(count);
                    self.source(*span, here, out);
                    inside = later;
                }
                Part::MutantSlot(_) | Part::Arm { .. } => unreachable!("no probe's edit switches mutants"),
            }
        }
        assert!(inside.is_empty(), "edits outside of all source: {inside:?}");
    }
}

/// An insertion at either end of an edit lies outside of it.
fn lies_inside(inner: Span, outer: Span) -> bool {
    if inner.is_empty() { outer.start < inner.start && inner.start < outer.end } else { outer.contains(inner) }
}
