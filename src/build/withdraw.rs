//! The compiler's errors → which edits to take back. Pure. Smallest first: an alternative that the error
//! lies in, else the innermost edit around it, else what the error's other places point at, else the
//! switches inside it, else those of its function, else every edit of the function. What none of these
//! finds is not ours to explain.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{reinitialized, siblings};
use crate::instrument::{Cause, Edit, ORIGINAL_ITERATOR, Part, Rendered, Role};
use crate::syntax::Span;
use crate::workspace::normalized;

/// One message of the compiler, as `--error-format=json` gives it.
#[derive(Clone, Debug, Deserialize)]
pub struct Diagnostic {
    /// `error`, `warning`, ..
    pub level: String,
    /// The message, without places.
    pub message: String,
    /// Its code: `E0308`, or a lint's name.
    pub code: Option<Code>,
    /// The places it names.
    #[serde(default)]
    pub spans: Vec<Place>,
    /// Notes and helps, with places of their own.
    #[serde(default)]
    pub children: Vec<Diagnostic>,
}

/// A diagnostic's code.
#[derive(Clone, Debug, Deserialize)]
pub struct Code {
    /// `E0308`, or a lint's name.
    pub code: String,
}

/// A place in a file the compiler read, in bytes of the text that it read.
#[derive(Clone, Debug, Deserialize)]
pub struct Place {
    /// The file, remapped to its path relative to the workspace root.
    pub file_name: String,
    /// First byte.
    pub byte_start: u32,
    /// One past the last byte.
    pub byte_end: u32,
    /// Whether this is what the message is about.
    pub is_primary: bool,
    /// What it says about the place.
    #[serde(default)]
    pub label: Option<String>,
    /// The macro call it was expanded from, if any.
    pub expansion: Option<Box<Expansion>>,
}

/// The macro call that a place was expanded from.
#[derive(Clone, Debug, Deserialize)]
pub struct Expansion {
    /// Where the macro was called.
    pub span: Place,
}

/// An instrumented file as the compiler saw it.
pub struct Instrumented {
    /// The edited text and its regions.
    pub rendered: Rendered,
    /// The edits, by index.
    pub edits: Vec<Edit>,
    /// The functions' spans in the original text.
    pub functions: Vec<Span>,
}

/// What the compiler says of borrows, moves and temporaries, when all names and types are right.
pub(super) const BORROW_ERRORS: [&str; 15] =
    ["E0373", "E0381", "E0382", "E0384", "E0493", "E0499", "E0502", "E0505", "E0506", "E0507", "E0510", "E0515", "E0597", "E0713", "E0716"];

/// Who is to blame for an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Mutants: the compiler refuses them.
    Mutants(Vec<u32>),
    /// Mutants beside which something is refused that may be the doing of others: what is borrowed in one, say, may have
    /// been to last no longer.
    Doubted(Vec<u32>),
    /// Edits that must go; their mutants are not refused, only not switchable here.
    Edits(Vec<u32>),
}

impl Diagnostic {
    /// All that the compiler printed, one on a line.
    pub fn all(stderr: &[u8]) -> Vec<Diagnostic> {
        String::from_utf8_lossy(stderr).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Whether it keeps the crate from compiling; summaries without a place do not count.
    pub fn is_error(&self) -> bool {
        self.level.starts_with("error") && !self.spans.is_empty()
    }

    /// The code, or nothing.
    pub fn code(&self) -> &str {
        self.code.as_ref().map_or("", |code| code.code.as_str())
    }

    /// Code and message on one line.
    pub fn summary(&self) -> String {
        if self.code().is_empty() { self.message.clone() } else { format!("{}: {}", self.code(), self.message) }
    }

    /// The files it names, macro calls included.
    pub fn files(&self) -> Vec<&str> {
        self.places().into_iter().map(|place| place.file_name.as_str()).collect()
    }

    /// Its places, primary ones first, each followed by the macro calls it was expanded from.
    fn places(&self) -> Vec<&Place> {
        let mut places: Vec<&Place> = self.spans.iter().filter(|place| place.is_primary).collect();
        places.extend(self.spans.iter().filter(|place| !place.is_primary));
        places.extend(self.children.iter().flat_map(|child| &child.spans));
        places.into_iter().flat_map(Place::with_expansions).collect()
    }
}

impl Place {
    fn with_expansions(&self) -> impl Iterator<Item = &Place> {
        std::iter::successors(Some(self), |place| place.expansion.as_deref().map(|expansion| &expansion.span))
    }

    /// Its bytes.
    pub fn span(&self) -> Span {
        Span::new(self.byte_start, self.byte_end)
    }
}

/// What the compiler says of one function, wherever edits have moved it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Complaint {
    /// The file.
    pub path: Utf8PathBuf,
    /// The function, in the original text.
    pub function: Span,
    /// Code and message.
    pub summary: String,
}

impl Complaint {
    /// What the error complains of, if that is a function of a file. `file` gives the instrumented text of a path.
    pub fn of<'f>(error: &Diagnostic, file: impl Fn(&str) -> Option<&'f Instrumented>) -> Option<Complaint> {
        let (path, function) = error.places().into_iter().find_map(|place| {
            let instrumented = file(&place.file_name)?;
            Some((normalized(Utf8Path::new(&place.file_name)), function_around(instrumented, place.span())?))
        })?;
        Some(Complaint { path, function, summary: error.summary() })
    }
}

/// How the compiler names the type of a switch of iterators.
const EITHER: &str = "Either<";

/// Whom an error at a place in an instrumented file is blamed on.
type Rule = fn(&Diagnostic, Span, &Instrumented) -> Option<Blame>;

/// Find who is to blame for `error`, and in which file. `file` gives the instrumented text of a path.
pub fn blame<'d, 'f>(error: &'d Diagnostic, file: impl Fn(&str) -> Option<&'f Instrumented>) -> Option<(&'d str, Blame)> {
    if let Some((path, mutant)) = reinitialized::deleted(error, &file) {
        return Some((path, Blame::Mutants(vec![mutant])));
    }
    if let Some((path, edits)) = reinitialized::jumps(error, &file).or_else(|| reinitialized::next_turn(error, &file)) {
        return Some((path, Blame::Edits(edits)));
    }
    if let Some((path, edit)) = reinitialized::stays(error, &file) {
        return Some((path, Blame::Edits(vec![edit])));
    }
    let places: Vec<(&str, Span, &Instrumented)> =
        error.places().into_iter().filter_map(|place| Some((place.file_name.as_str(), place.span(), file(&place.file_name)?))).collect();
    let rules: [Rule; 8] = [in_arm, in_companion, borrow_rules, as_iterators, around, switches_inside, switches_beside, whole_function];
    let blamed = |rule: &Rule, (path, span, file): &(&'d str, Span, &Instrumented)| Some((*path, whole(rule(error, *span, file)?, file)));
    rules.iter().find_map(|rule| places.iter().find_map(|place| blamed(rule, place)))
}

/// Edits that switch the same mutants (a constant's, at each use) go together.
fn whole(blame: Blame, file: &Instrumented) -> Blame {
    match blame {
        Blame::Mutants(_) | Blame::Doubted(_) => blame,
        Blame::Edits(edits) => {
            let more = edits.iter().flat_map(|edit| twins(&file.edits, *edit));
            let mut all: Vec<u32> = edits.iter().copied().chain(more).collect();
            all.sort_unstable();
            all.dedup();
            Blame::Edits(all)
        }
    }
}

/// The other edits that switch the same mutants.
pub(super) fn twins(edits: &[Edit], edit: u32) -> impl Iterator<Item = u32> {
    let cause = edits[edit as usize].cause;
    let is_twin = move |(index, other): &(u32, &Edit)| {
        *index != edit && other.cause == cause && matches!(cause, Cause::Switch { .. } | Cause::Companion(_))
    };
    (0..).zip(edits).filter(is_twin).map(|(index, _)| index)
}

/// The mutant in whose alternative the span lies.
pub fn arm_at(file: &Instrumented, span: Span) -> Option<u32> {
    match file.rendered.around(span).first()?.role {
        Role::Arm(mutant) => Some(mutant),
        Role::Whole | Role::Source => None,
    }
}

/// Where a lint that was only forced to warn would refuse a real edit: the mutant, and in which file.
pub fn denied<'d, 'f>(lint: &'d Diagnostic, file: impl Fn(&str) -> Option<&'f Instrumented>) -> Option<(&'d str, u32)> {
    lint.places().into_iter().find_map(|place| Some((place.file_name.as_str(), arm_at(file(&place.file_name)?, place.span())?)))
}

fn in_arm(error: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    let mut mutants = vec![arm_at(file, span).filter(|_| !error.message.contains("gate_rt"))?];
    let edit = file.rendered.around(span).first()?.edit;
    // The mutant of a constant stands beside it: what only its name does at a use is the switch's doing.
    if !file.edits[edit as usize].span.is_empty() && twins(&file.edits, edit).next().is_some() {
        return Some(Blame::Edits(vec![edit]));
    }
    if siblings::hides_others(error.code()) {
        mutants.extend(siblings::alike(file, span));
    }
    Some(if BORROW_ERRORS.contains(&error.code()) { Blame::Doubted(mutants) } else { Blame::Mutants(mutants) })
}

/// What is refused in a constant's value where the program computes it again, and no alternative is to blame for, is
/// what a function may not do and a constant may.
fn in_companion(_: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    let around = file.rendered.around(span);
    let edits = around.iter().map(|region| region.edit).filter(|edit| matches!(file.edits[*edit as usize].cause, Cause::Companion(_)));
    some_edits(edits.take(1).collect())
}

/// A guard that switches an arm off makes the compiler believe that later arms see a borrow of this one;
/// an early return makes it believe that a `const fn` may drop what it holds.
fn borrow_rules(error: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    let wanted: fn(&Edit) -> bool = match error.code() {
        "E0499" | "E0502" | "E0505" | "E0506" | "E0510" | "E0713" => is_arm_guard,
        "E0493" => is_body_switch,
        _ => return None,
    };
    let edits: Vec<u32> = in_function(file, span)?.into_iter().filter(|edit| wanted(&file.edits[*edit as usize])).collect();
    some_edits(edits)
}

/// Where a range or an iterator is not wanted as an iterator alone (`(a..b).into()`), the compiler misses what the type
/// of its switch cannot do, and says so where that is wanted.
fn as_iterators(error: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    if !error.message.contains(EITHER) {
        return None;
    }
    let gives_either = |part: &Part| matches!(part, Part::Text(text) if text.contains(ORIGINAL_ITERATOR));
    let is_iterator = |edit: &u32| file.edits[*edit as usize].parts.iter().any(gives_either);
    some_edits(in_function(file, span)?.into_iter().filter(is_iterator).collect())
}

fn around(_: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    file.rendered.around(span).first().map(|region| Blame::Edits(vec![region.edit]))
}

fn switches_inside(_: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    some_edits(file.rendered.inside(span).filter(|edit| is_switch(file, *edit)).collect())
}

fn is_switch(file: &Instrumented, edit: u32) -> bool {
    matches!(file.edits[edit as usize].cause, Cause::Switch { .. })
}

/// Without its switches a function still tells what runs in it.
fn switches_beside(_: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    some_edits(in_function(file, span)?.into_iter().filter(|edit| is_switch(file, *edit)).collect())
}

fn whole_function(_: &Diagnostic, span: Span, file: &Instrumented) -> Option<Blame> {
    some_edits(in_function(file, span)?)
}

fn some_edits(edits: Vec<u32>) -> Option<Blame> {
    (!edits.is_empty()).then_some(Blame::Edits(edits))
}

fn is_arm_guard(edit: &Edit) -> bool {
    matches!(edit.cause, Cause::Switch { .. }) && edit.span.is_empty() && !edit.parts.iter().any(|part| matches!(part, Part::Arm { .. }))
}

fn is_body_switch(edit: &Edit) -> bool {
    matches!(edit.cause, Cause::Switch { .. }) && edit.span.is_empty() && !is_arm_guard(edit)
}

/// The edits still in the text of the innermost function around `span` of the edited text.
pub(super) fn in_function(file: &Instrumented, span: Span) -> Option<Vec<u32>> {
    let function = function_around(file, span)?;
    let mut edits: Vec<u32> = file.rendered.regions.iter().filter(|region| region.role == Role::Whole).map(|region| region.edit).collect();
    edits.retain(|edit| function.contains(file.edits[*edit as usize].span));
    Some(edits)
}

/// The innermost function around `span` of the edited text.
fn function_around(file: &Instrumented, span: Span) -> Option<Span> {
    let at = original_position(file, span.start);
    let around = file.functions.iter().filter(|function| function.start <= at && at < function.end);
    around.max_by_key(|function| function.start).copied()
}

/// The byte of the original text that byte `at` of the edited text stems from, or the start of the
/// outermost edit around it.
fn original_position(file: &Instrumented, at: u32) -> u32 {
    let mut shift = 0;
    let mut end = 0;
    for region in file.rendered.regions.iter().filter(|region| region.role == Role::Whole) {
        let original = file.edits[region.edit as usize].span;
        if region.span.start > at {
            break;
        }
        if region.span.end > at {
            return original.start;
        }
        if region.span.start >= end {
            shift += (region.span.end - region.span.start) - (original.end - original.start);
            end = region.span.end;
        }
    }
    at - shift
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::{Slots, Withdrawn, render};

    /// `fn f() { a + b; c } fn g() { d } fn h() { e }` with a switch on `a + b`, a body switch in `f`, a probe in `g`, and
    /// both in `h`.
    fn file() -> Instrumented {
        let text = "fn f() { a + b; c } fn g() { d } fn h() { e }";
        let glue = |text: &str| Part::Text(text.to_owned());
        let arm = |mutant, text: &str| Part::Arm { mutant, text: text.to_owned() };
        let sum = Span::new(9, 14);
        let edits = vec![
            Edit {
                span: Span::empty(9),
                parts: vec![glue("match "), arm(0, "return 0"), glue(";")],
                cause: Cause::Switch { first: 0, count: 1 },
            },
            Edit {
                span: sum,
                parts: vec![glue("("), Part::Source(sum), arm(1, "|a - b"), arm(2, "|a * b"), glue(")")],
                cause: Cause::Switch { first: 1, count: 2 },
            },
            Edit { span: Span::empty(29), parts: vec![glue("hit;")], cause: Cause::Probes { first: 0, count: 1 } },
            Edit { span: Span::empty(42), parts: vec![glue("mark;")], cause: Cause::Probes { first: 1, count: 1 } },
            Edit {
                span: Span::empty(42),
                parts: vec![glue("match "), arm(3, "return 1"), glue(";")],
                cause: Cause::Switch { first: 3, count: 1 },
            },
        ];
        let rendered = render(text, &edits, Slots { base: 1, mutants: 4, probes: 2 }, &Withdrawn::default());
        Instrumented { rendered, edits, functions: vec![Span::new(0, 19), Span::new(20, 32), Span::new(33, 45)] }
    }

    fn place(file: &Instrumented, needle: &str, is_primary: bool) -> Place {
        let start = u32::try_from(file.rendered.text.find(needle).unwrap()).unwrap();
        let end = start + u32::try_from(needle.len()).unwrap();
        Place { file_name: "f.rs".into(), byte_start: start, byte_end: end, is_primary, label: None, expansion: None }
    }

    fn blamed(code: &str, places: &[(&str, bool)]) -> Option<Blame> {
        let file = file();
        let spans = places.iter().map(|(needle, is_primary)| place(&file, needle, *is_primary)).collect();
        let error =
            Diagnostic { level: "error".into(), message: String::new(), code: Some(Code { code: code.into() }), spans, children: vec![] };
        blame(&error, |path| (path == "f.rs").then_some(&file)).map(|(_, blame)| blame)
    }

    #[test]
    fn the_smallest_thing_that_explains_an_error_is_blamed() {
        assert_eq!(blamed("E0308", &[("a * b", true)]), Some(Blame::Mutants(vec![2])));
        assert_eq!(blamed("E0382", &[("c }", true), ("a - b", false)]), Some(Blame::Doubted(vec![1])));
        assert_eq!(blamed("E0716", &[("a + b", true)]), Some(Blame::Edits(vec![1])));
        assert_eq!(blamed("E0716", &[("hit", true)]), Some(Blame::Edits(vec![2])));
        assert_eq!(blamed("E0493", &[("fn f", true)]), Some(Blame::Edits(vec![0])));
        assert_eq!(blamed("E0999", &[("fn g", true)]), Some(Blame::Edits(vec![2])));
        assert_eq!(blamed("E0999", &[("; c", true)]), Some(Blame::Edits(vec![0, 1])));
        assert_eq!(blamed("E0999", &[("fn h", true)]), Some(Blame::Edits(vec![4])));
    }

    #[test]
    fn a_type_that_only_a_switch_of_iterators_has_is_its_doing() {
        let text = "fn f() { a + b; (c..d).into() }";
        let (sum, range) = (Span::new(9, 14), Span::new(17, 21));
        let switch = |span, first, before: &str| Edit {
            span,
            parts: vec![Part::Text(before.to_owned()), Part::Source(span), Part::Arm { mutant: first, text: "|e".to_owned() }],
            cause: Cause::Switch { first, count: 1 },
        };
        let edits = vec![switch(sum, 0, "("), switch(range, 1, &format!("{ORIGINAL_ITERATOR}("))];
        let rendered = render(text, &edits, Slots { base: 1, mutants: 2, probes: 0 }, &Withdrawn::default());
        let file = Instrumented { rendered, edits, functions: vec![Span::new(0, 31)] };
        let blamed = |message: &str| {
            let spans = vec![place(&file, "into", true)];
            let error = Diagnostic { level: "error".into(), message: message.to_owned(), code: None, spans, children: vec![] };
            blame(&error, |_| Some(&file)).unwrap().1
        };
        assert_eq!(blamed("the trait bound `S: From<Either<Range<u8>, RangeInclusive<u8>>>` is not satisfied"), Blame::Edits(vec![1]));
        assert_eq!(blamed("the trait bound `S: From<u8>` is not satisfied"), Blame::Edits(vec![0, 1]));
    }

    #[test]
    fn the_edits_of_a_companion_go_together_and_its_switches_stay() {
        let text = "const A: u8 = f(7); a + A";
        let (value, inner, used) = (Span::new(14, 18), Span::new(16, 17), Span::new(24, 25));
        let glue = |text: &str| Part::Text(text.to_owned());
        let switched = vec![Part::Source(inner), Part::Arm { mutant: 0, text: "|8".to_owned() }];
        let edits = vec![
            Edit { span: inner, parts: switched, cause: Cause::Switch { first: 0, count: 1 } },
            Edit { span: value, parts: vec![glue("f(7); static "), Part::Source(value)], cause: Cause::Companion(0) },
            Edit { span: used, parts: vec![glue("of "), Part::Source(used)], cause: Cause::Companion(0) },
        ];
        let rendered = render(text, &edits, Slots { base: 1, mutants: 1, probes: 1 }, &Withdrawn::default());
        assert_eq!(rendered.text, "const A: u8 = f(7); static f(7|8); a + of A");
        let file = Instrumented { rendered, edits, functions: vec![] };
        let blamed = |needle| {
            let spans = vec![place(&file, needle, true)];
            let error = Diagnostic { level: "error".into(), message: String::new(), code: None, spans, children: vec![] };
            blame(&error, |_| Some(&file)).map(|(_, blame)| blame)
        };
        assert_eq!(blamed("of A"), Some(Blame::Edits(vec![1, 2])));
        assert_eq!(blamed("7|8"), Some(Blame::Edits(vec![1, 2])));
        assert_eq!(blamed("|8"), Some(Blame::Mutants(vec![0])));
    }

    #[test]
    fn the_edits_of_a_constant_go_together_and_only_its_value_is_its_own() {
        let text = "const A: u8 = 7; a + A";
        let cause = Cause::Switch { first: 0, count: 1 };
        let arm = |text: &str| Part::Arm { mutant: 0, text: text.to_owned() };
        let used = Span::new(21, 22);
        let edits = vec![
            Edit { span: Span::empty(16), parts: vec![arm(" const TWIN: u8 = 8;")], cause },
            Edit { span: used, parts: vec![Part::Source(used), arm("NAME")], cause },
        ];
        let rendered = render(text, &edits, Slots { base: 1, mutants: 1, probes: 0 }, &Withdrawn::default());
        let file = Instrumented { rendered, edits, functions: vec![] };
        let blamed = |needle| {
            let spans = vec![place(&file, needle, true)];
            let error = Diagnostic { level: "error".into(), message: String::new(), code: None, spans, children: vec![] };
            blame(&error, |_| Some(&file)).unwrap().1
        };
        assert_eq!(blamed("= 8"), Blame::Mutants(vec![0]));
        assert_eq!(blamed("NAME"), Blame::Edits(vec![0, 1]));
    }

    #[test]
    fn an_error_in_a_macro_is_looked_for_where_the_macro_was_called() {
        let file = file();
        let call = Expansion { span: place(&file, "a - b", true) };
        let inner =
            Place { file_name: "core".into(), byte_start: 1, byte_end: 2, is_primary: true, label: None, expansion: Some(Box::new(call)) };
        let error = Diagnostic { level: "error".into(), message: String::new(), code: None, spans: vec![inner], children: vec![] };
        let found = blame(&error, |path| (path == "f.rs").then_some(&file));
        assert_eq!(found, Some(("f.rs", Blame::Mutants(vec![1]))));
    }
}
