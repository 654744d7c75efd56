//! Variables that get a value where a mutant decides how often: moved ones in a statement of which a mutant is the
//! deletion, and `let x;` before a jump out of a loop. Whom the compiler's refusal is to be blamed on. Pure.
//!
//! Around a statement that may be deleted stands an `if`, and every use behind it is refused:
//!
//! ```text
//! push(s); if a { if select(1, 1) == 0 { s = x; } push(s); } if select(2, 1) == 0 { s = y; } push(s);
//! ```
//!
//! The last use is said to be reached past "these 2 reinitializations". Between the last move before it and it lies only
//! the second: whoever deletes that meets the same error, whatever becomes of the first.
//!
//! In `let x; loop { x = 1; break }` a `continue` for the `break` gives `x` a second value. In `loop { x = next(x); }` the
//! next turn has no value without the assignment, and nothing is said of it.

use super::withdraw::{Diagnostic, Instrumented, Place, arm_at, in_function};
use crate::instrument::{Cause, Part, Region, Role};
use crate::syntax::Span;

/// What the compiler says of one assignment that is not made on every way.
const MIGHT_BE_SKIPPED: &str = "this reinitialization might get skipped";

/// What it says of several: at most three, or it would name not all of them.
const MIGHT_BE_SKIPPED_ALL: [&str; 2] = ["these 2 reinitializations might get skipped", "these 3 reinitializations might get skipped"];

/// What it says of a move, of this turn of a loop.
const MOVED: &str = "value moved here";

/// What it says of a move before that.
const PREVIOUS_TURN: &str = ", in previous iteration of loop";

/// What it says of any move.
const MOVES: [&str; 2] = [MOVED, "moved due to this"];

/// The mutant whose deleted assignment the error is about, and in which file.
pub(super) fn deleted<'d, 'f>(error: &'d Diagnostic, file: impl Fn(&str) -> Option<&'f Instrumented>) -> Option<(&'d str, u32)> {
    if error.code() != "E0382" {
        return None;
    }
    let path = error.spans.iter().find(|place| place.is_primary)?.file_name.as_str();
    let instrumented = file(path)?;
    let deletions = |assignments: &[Span]| -> Vec<u32> { assignments.iter().filter_map(|at| deletion(*at, instrumented)).collect() };
    let all = assignments(error);
    let (every, last) = (deletions(&all), deletions(&behind_last_move(error, &all)));
    match (every.as_slice(), last.as_slice()) {
        ([only], _) | (_, [only]) => Some((path, *only)),
        _ => None,
    }
}

/// The switches between a move and such an assignment that can leave the turn of a loop before it: `break` for `continue`
/// and the other way round. The compiler says nothing of them, and no more than their real edits tells for sure.
pub(super) fn jumps<'d, 'f>(error: &'d Diagnostic, file: impl Fn(&str) -> Option<&'f Instrumented>) -> Option<(&'d str, Vec<u32>)> {
    if error.code() != "E0382" {
        return None;
    }
    let assignments = assignments(error);
    let path = error.spans.iter().find(|place| place.is_primary)?.file_name.as_str();
    let file = file(path)?;
    let is_move = |place: &&Place| place.label.as_deref().is_some_and(|label| MOVES.iter().any(|said| label.contains(said)));
    let moves: Vec<Span> = error.spans.iter().filter(is_move).map(Place::span).collect();
    let is_between = |at: Span| {
        let is_before = |moved: &Span| moved.end <= at.start;
        moves.iter().any(is_before) && assignments.iter().any(|assignment| at.end <= assignment.start)
    };
    let edits: Vec<u32> = jumps_of(file).filter(|region| is_between(region.span)).map(|region| region.edit).collect();
    (!edits.is_empty()).then_some((path, edits))
}

/// The first switch behind an assignment that can stay in the loop where the program leaves it, so that the variable would
/// get a second value.
pub(super) fn stays<'d, 'f>(error: &'d Diagnostic, file: impl Fn(&str) -> Option<&'f Instrumented>) -> Option<(&'d str, u32)> {
    let assigned = error.spans.iter().find(|place| error.code() == "E0384" && place.is_primary)?;
    let (path, at) = (assigned.file_name.as_str(), assigned.span());
    let file = file(path)?;
    let within = in_function(file, at)?;
    let mut behind: Vec<&Region> = jumps_of(file).filter(|region| region.span.start >= at.end && within.contains(&region.edit)).collect();
    behind.sort_by_key(|region| region.span.start);
    behind.first().filter(|_| arm_at(file, at).is_none()).map(|region| (path, region.edit))
}

/// The deletions of assignments without which the next turn of a loop finds the variable moved. Which of several it is
/// the compiler does not say.
pub(super) fn next_turn<'d, 'f>(error: &'d Diagnostic, file: impl Fn(&str) -> Option<&'f Instrumented>) -> Option<(&'d str, Vec<u32>)> {
    let is_earlier = |place: &Place| place.label.as_deref().is_some_and(|label| label.ends_with(PREVIOUS_TURN));
    if error.code() != "E0382" || !error.spans.iter().any(is_earlier) {
        return None;
    }
    let used = error.spans.iter().find(|place| place.is_primary)?;
    let (path, file) = (used.file_name.as_str(), file(&used.file_name)?);
    let assignment = format!("{} = ", error.message.split('`').nth(1)?);
    let within = in_function(file, used.span())?;
    let sources = file.rendered.regions.iter().filter(|region| region.role == Role::Source && within.contains(&region.edit));
    let assigns = sources.filter(|region| region.span.of(&file.rendered.text).starts_with(&assignment));
    let edits: Vec<u32> = assigns.filter(|region| deleted_by(region, file).is_some()).map(|region| region.edit).collect();
    (!edits.is_empty()).then_some((path, edits))
}

/// The alternatives that are jumps.
fn jumps_of(file: &Instrumented) -> impl Iterator<Item = &Region> {
    let is_jump = |region: &&Region| matches!(region.role, Role::Arm(_)) && is_jump(region.span.of(&file.rendered.text));
    file.rendered.regions.iter().filter(is_jump)
}

/// Whether an alternative is a jump and nothing else.
fn is_jump(alternative: &str) -> bool {
    let value = alternative.split_once("=> (").map_or("", |(_, value)| value);
    ["break", "continue"].iter().any(|jump| value.strip_prefix(jump).is_some_and(|rest| rest.starts_with([')', ' '])))
}

/// The places of the assignments that the error names.
fn assignments(error: &Diagnostic) -> Vec<Span> {
    let one = error.spans.iter().filter(|place| place.label.as_deref() == Some(MIGHT_BE_SKIPPED));
    let notes = error.children.iter().filter(|child| MIGHT_BE_SKIPPED_ALL.contains(&child.message.as_str()));
    one.chain(notes.flat_map(|note| &note.spans)).map(Place::span).collect()
}

/// Those between the last move before the use and the use.
fn behind_last_move(error: &Diagnostic, assignments: &[Span]) -> Vec<Span> {
    let spans = |is_wanted: fn(&Place) -> bool| error.spans.iter().filter(move |place| is_wanted(place)).map(Place::span);
    let Some(used) = spans(|place| place.is_primary).next() else { return Vec::new() };
    let moves = spans(|place| !place.is_primary && place.label.as_deref() == Some(MOVED));
    let Some(last) = moves.map(|at| at.end).filter(|end| *end <= used.start).max() else { return Vec::new() };
    assignments.iter().copied().filter(|at| last <= at.start && at.end <= used.start).collect()
}

/// The mutant that deletes the assignment at the span.
fn deletion(span: Span, file: &Instrumented) -> Option<u32> {
    let around = file.rendered.around(span);
    deleted_by(around.iter().find(|region| region.role == Role::Source)?, file)
}

/// The mutant that deletes what stands in a region, if one does.
fn deleted_by(region: &Region, file: &Instrumented) -> Option<u32> {
    let edit = &file.edits[region.edit as usize];
    let is_deletion = !edit.parts.iter().any(|part| matches!(part, Part::Arm { .. }));
    match edit.cause {
        Cause::Switch { first, count: 1 } if is_deletion && !edit.span.is_empty() => Some(first),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::withdraw::{Blame, Code, blame};
    use crate::instrument::{Edit, Slots, Withdrawn, render};

    /// The example above, with what is withdrawn already.
    fn file(refused: &[u32]) -> Instrumented {
        let text = "a(s); if c { s = x; b(s); } s = y; d(s);";
        let deleted = |first, statement: &str| {
            let start = u32::try_from(text.find(statement).unwrap()).unwrap();
            let span = Span::new(start, start + u32::try_from(statement.len()).unwrap());
            let parts = vec![Part::Text("if 0 { ".into()), Part::Source(span), Part::Text(" }".into())];
            Edit { span, parts, cause: Cause::Switch { first, count: 1 } }
        };
        let edits = vec![deleted(0, "s = x;"), deleted(1, "b(s);"), deleted(2, "s = y;"), deleted(3, "d(s);")];
        let withdrawn = Withdrawn { arms: refused.iter().map(|mutant| (*mutant, String::new())).collect(), ..Withdrawn::default() };
        let rendered = render(text, &edits, Slots { base: 1, mutants: 4, probes: 0 }, &withdrawn);
        Instrumented { rendered, edits, functions: vec![] }
    }

    fn place(file: &Instrumented, needle: &str, label: &str) -> Place {
        let at = file.rendered.text.find(needle).unwrap() + needle.rfind('s').unwrap();
        let start = u32::try_from(at).unwrap();
        let (is_primary, label) = (label.starts_with("value used"), Some(label.to_owned()));
        Place { file_name: "f.rs".into(), byte_start: start, byte_end: start + 1, is_primary, label, expansion: None }
    }

    /// The error whose use, moves and assignments are these.
    fn error(file: &Instrumented, used: &str, moves: &[(&str, &str)], assigned: &[&str], note: &str) -> Diagnostic {
        let mut spans = vec![place(file, used, "value used here after move")];
        spans.extend(moves.iter().map(|(moved, label)| place(file, moved, label)));
        let assigned: Vec<Place> = assigned.iter().map(|at| place(file, at, MIGHT_BE_SKIPPED)).collect();
        let code = |code: &str| Some(Code { code: code.into() });
        let diagnostic =
            |spans, children| Diagnostic { level: "error".into(), message: String::new(), code: code("E0382"), spans, children };
        if note.is_empty() {
            spans.extend(assigned);
            return diagnostic(spans, vec![]);
        }
        let unlabelled = assigned.into_iter().map(|place| Place { label: None, ..place }).collect();
        let note = Diagnostic { level: "note".into(), message: note.into(), code: None, spans: unlabelled, children: vec![] };
        diagnostic(spans, vec![note])
    }

    fn blamed(file: &Instrumented, error: &Diagnostic) -> Option<Blame> {
        blame(error, |_| Some(file)).map(|(_, blame)| blame)
    }

    const TWO: &str = MIGHT_BE_SKIPPED_ALL[0];

    #[test]
    fn the_assignment_that_the_use_needs_is_blamed() {
        let file = file(&[]);
        let one = error(&file, "b(s)", &[("a(s)", MOVED)], &["s = x"], "");
        assert_eq!(blamed(&file, &one), Some(Blame::Mutants(vec![0])));
    }

    #[test]
    fn of_several_it_is_the_one_behind_the_last_move() {
        let file = file(&[]);
        let two = error(&file, "d(s)", &[("a(s)", MOVED), ("b(s)", MOVED)], &["s = x", "s = y"], TWO);
        assert_eq!(blamed(&file, &two), Some(Blame::Mutants(vec![2])));
    }

    #[test]
    fn of_several_it_is_the_only_one_that_can_be_deleted() {
        let file = file(&[0]);
        let two = error(&file, "d(s)", &[("a(s)", MOVED)], &["s = x", "s = y"], TWO);
        assert_eq!(blamed(&file, &two), Some(Blame::Mutants(vec![2])));
    }

    #[test]
    fn where_nothing_tells_which_no_assignment_is_refused() {
        let file = file(&[]);
        let edit_of_the_use = Some(Blame::Edits(vec![3]));
        for (moves, note) in [
            (vec![("a(s)", MOVED)], TWO),
            (vec![("a(s)", MOVED), ("b(s)", "value moved here, in previous iteration of loop")], TWO),
            (vec![("a(s)", MOVED), ("b(s)", MOVED)], "these 3 reinitializations and 1 other might get skipped"),
        ] {
            let two = error(&file, "d(s)", &moves, &["s = x", "s = y"], note);
            assert_eq!(blamed(&file, &two), edit_of_the_use, "{moves:?} {note}");
        }
    }

    /// A loop with a jump before the assignment, another behind it, and a move before both.
    fn turn() -> Instrumented {
        let text = "while s { b(s); if c { break } s = x; if d { break } }";
        let jump = |mutant, start| {
            let span = Span::new(start, start + 5);
            let arm = Part::Arm { mutant, text: ", 1 => (continue)".into() };
            let parts =
                vec![Part::Text("(match { 0 => (".into()), Part::Source(span), Part::Text(")".into()), arm, Part::Text(" })".into())];
            Edit { span, parts, cause: Cause::Switch { first: mutant, count: 1 } }
        };
        let edits = vec![jump(0, 23), jump(1, 45)];
        let rendered = render(text, &edits, Slots { base: 1, mutants: 2, probes: 0 }, &Withdrawn::default());
        Instrumented { rendered, edits, functions: vec![] }
    }

    #[test]
    fn a_jump_between_the_move_and_the_assignment_is_made_for_real() {
        let file = turn();
        for moved in ["value moved here, in previous iteration of loop", "`s` moved due to this method call, in previous iteration of loop"]
        {
            let error = error(&file, "while s", &[("b(s)", moved)], &["s = x"], "");
            assert_eq!(jumps(&error, |_| Some(&file)), Some(("f.rs", vec![0])));
            assert_eq!(blamed(&file, &error), Some(Blame::Edits(vec![0])));
        }
        let unmoved = error(&file, "while s", &[], &["s = x"], "");
        assert_eq!(jumps(&unmoved, |_| Some(&file)), None);
    }

    #[test]
    fn a_value_that_the_next_turn_lacks_was_deleted_in_this_one() {
        let text = "fn f() { while g(s) { h(s); if c { s = x; } s.t = z; s = y; } } fn o() { s = x; }";
        let deleted = |(first, (start, statement)): (u32, (usize, &str))| {
            let start = u32::try_from(start).unwrap();
            let span = Span::new(start, start + u32::try_from(statement.len()).unwrap());
            let parts = vec![Part::Text("if 0 { ".into()), Part::Source(span), Part::Text(" }".into())];
            Edit { span, parts, cause: Cause::Switch { first, count: 1 } }
        };
        let statements = ["s = x;", "s.t = z;", "s = y;"].into_iter().flat_map(|statement| text.match_indices(statement));
        let edits: Vec<Edit> = (0..).zip(statements).map(deleted).collect();
        let rendered = render(text, &edits, Slots { base: 1, mutants: 4, probes: 0 }, &Withdrawn::default());
        let file = Instrumented { rendered, edits, functions: vec![Span::new(0, 63), Span::new(64, 82)] };
        for (moved, expect) in [("value moved here, in previous iteration of loop", Some(Blame::Edits(vec![0, 3]))), (MOVED, None)] {
            let message = "use of moved value: `s`".to_owned();
            let error = Diagnostic { message, ..error(&file, "while g(s", &[("h(s", moved)], &[], "") };
            assert_eq!(next_turn(&error, |_| Some(&file)).map(|(_, edits)| Blame::Edits(edits)), expect);
            assert!(expect.is_none() || blamed(&file, &error) == expect);
        }
    }

    #[test]
    fn a_second_value_is_the_doing_of_the_first_jump_behind_the_first() {
        let text = "fn f() { let s; loop { break; s = x; if c { break } break } } fn g() { break }";
        let at = |nth: usize| u32::try_from(text.match_indices("break").nth(nth).unwrap().0).unwrap();
        let jump = |mutant: u32| {
            let span = Span::new(at(mutant as usize), at(mutant as usize) + 5);
            let arm = Part::Arm { mutant, text: ", 1 => (continue)".into() };
            Edit { span, parts: vec![Part::Source(span), arm], cause: Cause::Switch { first: mutant, count: 1 } }
        };
        let edits: Vec<Edit> = (0..4).map(jump).collect();
        let functions = vec![Span::new(0, 59), Span::new(60, 78)];
        let twice = |withdrawn: &[u32]| {
            let withdrawn = Withdrawn { edits: withdrawn.iter().copied().collect(), ..Withdrawn::default() };
            let rendered = render(text, &edits, Slots { base: 1, mutants: 4, probes: 0 }, &withdrawn);
            let file = Instrumented { rendered, edits: edits.clone(), functions: functions.clone() };
            let spans = vec![Place { is_primary: true, ..place(&file, "s = x", "cannot assign twice to immutable variable") }];
            let code = Some(Code { code: "E0384".into() });
            let error = Diagnostic { level: "error".into(), message: String::new(), code, spans, children: vec![] };
            blamed(&file, &error)
        };
        assert_eq!(twice(&[]), Some(Blame::Edits(vec![1])));
        assert_eq!(twice(&[1]), Some(Blame::Edits(vec![2])));
        assert_eq!(twice(&[1, 2]), Some(Blame::Edits(vec![0])), "behind it there is none left: the function's switches are to blame");
    }

    #[test]
    fn only_a_jump_alone_is_one() {
        for (alternative, expect) in
            [(", 1 => (continue)", true), (", 2 => (break 'a)", true), (", 1 => (breaks)", false), (", 1 => (f(break))", false)]
        {
            assert_eq!(is_jump(alternative), expect, "{alternative}");
        }
    }
}
