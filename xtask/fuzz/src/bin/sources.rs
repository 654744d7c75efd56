//! Any text that is Rust: measured, mutated, planned for a build, edited. The edited text is Rust, too, and as long in
//! lines; nothing panics.
#![no_main]

use cargo_gate::instrument::{FileContext, FilePlan, Withdrawn, render};
use cargo_gate::measure::{Counting, measure};
use cargo_gate::mutate::Selection;
use cargo_gate::syntax::{CfgStack, ConstUse, Namespace, Runnable, parse, parse_sparsely, pieces, test_pieces};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|text: &str| -> Corpus {
    let sparse = parse_sparsely(text).is_ok();
    let Ok(parsed) = parse(text) else { return Corpus::Reject };
    assert!(sparse, "a text that parses does not parse without its documentation");
    let (namespace, cfg) = (Namespace::default(), CfgStack::default());
    let _ = measure(&parsed, &namespace, &cfg, Counting::default());
    let _ = (Runnable::of(&parsed), ConstUse::of(&parsed), pieces(&parsed, |_| true), test_pieces(&parsed));
    let context = FileContext { is_root_of_2015: false, without_mutants: false, selection: Selection::all() };
    let plan = FilePlan::new(&parsed, "src/lib.rs", &cfg, context);
    let rendered = render(text, &plan.edits, plan.slots(1), &Withdrawn::default());
    assert_eq!(rendered.text.matches('\n').count(), text.matches('\n').count(), "an edit changes the number of lines");
    if let Err(error) = parse(&rendered.text) {
        panic!("the edited text is not Rust: {error}\n{}", rendered.text);
    }
    for site in &plan.sites {
        for mutant in &site.mutants {
            let _ = mutant.apply(text);
        }
    }
    Corpus::Keep
});
