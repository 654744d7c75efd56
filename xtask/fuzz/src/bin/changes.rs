//! Two texts as the two sides of a change: what is new in it, and what its tests say less.
#![no_main]

use cargo_gate::change::changed_lines;
use cargo_gate::integrity::{Pair, Tree, accuse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|sides: (&str, &str)| {
    let (base, head) = sides;
    let _ = changed_lines(base, head);
    for path in ["src/lib.rs", "tests/t.rs", "Cargo.toml"] {
        let pair = Pair { path: path.into(), old_path: None, base: Some(base.to_owned()), head: Some(head.to_owned()) };
        let _ = accuse(&Tree { changed: &[pair], unchanged: &Vec::new });
        let gone = Pair { path: path.into(), old_path: None, base: Some(base.to_owned()), head: None };
        let _ = accuse(&Tree { changed: &[gone], unchanged: &Vec::new });
    }
});
