//! Any bytes as what an earlier run kept and what builds write down: used or not, nothing panics; whatever is said to
//! be refused, the text without it is Rust, and as long in lines.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use cargo_gate::build::{BuildPlan, Documentation, Recorded, Refusals, Unit};
use cargo_gate::instrument::{FileContext, FilePlan, Withdrawn, render};
use cargo_gate::mutate::Selection;
use cargo_gate::recall::{Keys, Recall, Store};
use cargo_gate::syntax::{CfgStack, parse};

const SOURCES: [&str; 3] = [
    include_str!("../../../../fixtures/operators/src/lib.rs"),
    include_str!("../../../../fixtures/constructs/src/forms.rs"),
    include_str!("../../../../fixtures/const-fn/src/lib.rs"),
];

thread_local! {
    static PLANS: LazyCell<Vec<FilePlan>> = LazyCell::new(|| SOURCES.map(planned).into());
}

pub fn check(bytes: &[u8]) {
    verdicts(bytes);
    if let Ok(refusals) = serde_json::from_slice::<Refusals>(bytes) {
        SOURCES.iter().enumerate().for_each(|(index, _)| without(index, &refusals.withdrawn));
    }
    without(bytes.len() % SOURCES.len(), &chosen(bytes));
    if let Ok(unit) = serde_json::from_slice::<Unit>(bytes) {
        let _ = (unit.file_stem(), unit.cfgs(), unit.is_executable(), unit.is_library(), unit.binaries().count());
    }
    let _ = serde_json::from_slice::<Recorded>(bytes);
    let _ = serde_json::from_slice::<Documentation>(bytes);
    let _ = serde_json::from_slice::<BuildPlan>(bytes);
}

fn verdicts(bytes: &[u8]) {
    let again = |bytes: &[u8]| {
        let holding = Recall::new(Keys::new([0; 32]), Store::read(bytes)).store(iter::empty());
        serde_json::to_vec(&holding).expect("a store can be written")
    };
    let once = again(bytes);
    assert_eq!(once, again(&once), "what holds is another when it is asked twice");
}

fn without(index: usize, withdrawn: &Withdrawn) {
    PLANS.with(|plans| {
        let (text, plan) = (SOURCES[index], &plans[index]);
        let rendered = render(text, &plan.edits, plan.slots(1), withdrawn);
        assert_eq!(rendered.text.matches('\n').count(), text.matches('\n').count(), "what is withdrawn changes the number of lines");
        if let Err(error) = parse(&rendered.text) {
            panic!("the edited text is not Rust: {error}\n{}", rendered.text);
        }
    });
}

/// A bit for each edit, then one for each alternative.
fn chosen(bytes: &[u8]) -> Withdrawn {
    let numbers =
        bytes.iter().enumerate().flat_map(|(at, byte)| (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| at * 8 + bit));
    let numbers: BTreeSet<u32> = numbers.filter_map(|number| u32::try_from(number).ok()).collect();
    let (edits, arms): (BTreeSet<u32>, BTreeSet<u32>) = numbers.into_iter().partition(|number| number % 2 == 0);
    let arms = arms.into_iter().map(|number| (number / 2, String::new())).collect::<BTreeMap<_, _>>();
    Withdrawn { edits: edits.into_iter().map(|number| number / 2).collect(), arms, ..Withdrawn::default() }
}

fn planned(text: &str) -> FilePlan {
    let context = FileContext { is_root_of_2015: false, without_mutants: false, selection: Selection::all() };
    FilePlan::new(&parse(text).expect("Rust"), "src/lib.rs", &CfgStack::default(), context)
}
