//! Companions → edits. `const C: T = VALUE;` keeps its value as plain text and gets, on the same lines, a static that
//! computes the value once more where it is first used; each use asks that. What is switched inside of the value is
//! switched in the companion alone.

use super::edit::{Cause, Edit, Part};
use super::switches::{glue, one_line};
use crate::mutate::Companion;
use crate::syntax::Span;

/// The edits of a file's companions, which mark the probes from `first` on: one each, when it is computed. One whose
/// value cannot stand on one line has none.
pub(super) fn plan_companions(text: &str, companions: &[Companion], first: u32) -> Vec<Edit> {
    let edits = companions.iter().zip(0..).filter_map(|(companion, index)| plan(text, companion, index, first + index));
    edits.flatten().collect()
}

fn plan(text: &str, companion: &Companion, index: u32, probe: u32) -> Option<Vec<Edit>> {
    let cause = Cause::Companion(index);
    let Companion { name, ty, value, uses, loops } = companion;
    let name = format!("{}_GATE", name.of(text));
    let plain = one_line(value.of(text))?;
    let parts = vec![
        glue(&format!("{plain}; static {name}: ::gate_rt::Computed<{ty}> = ::gate_rt::Computed::new(")),
        Part::Slot(probe),
        glue(&format!(", {{ const fn __gate_value() -> {ty} {{ ")),
        Part::Source(*value),
        glue(" } __gate_value })"),
    ];
    let used = |span: &Span| {
        let parts = vec![glue(&format!("(*{name}.of(&")), Part::Source(*span), glue("))")];
        Edit { span: *span, parts, cause }
    };
    let step = |at: &u32| Edit { span: Span::empty(*at), parts: vec![glue("::gate_rt::step(); ")], cause: Cause::Support };
    let computed = std::iter::once(Edit { span: *value, parts, cause });
    Some(computed.chain(uses.iter().map(used)).chain(loops.iter().map(step)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::{FileContext, FilePlan, render};
    use crate::mutate::Selection;
    use crate::syntax::{CfgStack, parse};

    /// The text with all its switches and companions, and without probes.
    fn edited(text: &str, withdrawn: &[u32]) -> String {
        let selection = Selection::cargo_mutants();
        let mut plan = FilePlan::new(
            &parse(text).unwrap(),
            "f.rs",
            &CfgStack::default(),
            FileContext { is_root_of_2015: false, without_mutants: false, selection },
        );
        let slots = plan.slots(1);
        plan.edits.retain(|edit| !matches!(edit.cause, Cause::Probes { .. }));
        let edits = (0..).zip(&plan.edits).filter(|(_, edit)| matches!(edit.cause, Cause::Companion(index) if withdrawn.contains(&index)));
        let edits = edits.map(|(index, _)| index).collect();
        render(text, &plan.edits, slots, &crate::instrument::Withdrawn { edits, ..Default::default() }).text
    }

    #[test]
    fn the_value_stands_plain_and_once_more_with_its_switches_on_as_many_lines() {
        let text = "const A: &[u8] = {\n    let mut n = 0; // so\n    while n < 9 {}\n    f(n)\n};\nunsafe fn g() { h(&A, A[1]) }";
        let expect = "const A: &[u8] = { let mut n = 0 ; while n < 9 { } f (n) }; \
            static A_GATE: ::gate_rt::Computed<& 'static [u8]> = ::gate_rt::Computed::new(5, { const fn __gate_value() -> & 'static [u8] { {\n    \
            let mut n = 0; // so\n    \
            while (match ::gate_rt::select(1, 3) { 0 => (n < 9), 1 => (n == 9), 2 => (n > 9), 3 => (n <= 9), _ => { loop {} ::gate_rt::never() } }) {::gate_rt::step(); }\n    \
            f(n)\n} } __gate_value });\n\
            unsafe fn g() { h(&(*A_GATE.of(&A)), (*A_GATE.of(&A))[1]) }";
        assert_eq!(edited(text, &[]), expect);
        assert_eq!(expect.lines().count(), text.lines().count());
        let left = edited(text, &[0]);
        assert!(!left.contains("A_GATE") && left.contains("::gate_rt::step(); }\n    f(n)\n};"), "{left}");
    }
}
