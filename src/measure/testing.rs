//! How the tests of the metrics get at a measured function.

use super::{Counting, Function, Measures, measure};
use crate::syntax::{CfgStack, Namespace, parse};

/// What a file measures, by the default counting.
pub(super) fn measures_of(text: &str) -> Measures {
    let parsed = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    measure(&parsed, &Namespace::default(), &CfgStack::default(), Counting::default())
}

/// The functions of a file, by the default counting.
pub(super) fn functions_of(text: &str) -> Vec<Function> {
    measures_of(text).functions
}

/// The function `f` with this body, and the text that its spans are of.
pub(super) fn only_function(body: &str) -> (Function, String) {
    let text = format!("fn f() {{ {body} }}");
    (functions_of(&text).swap_remove(0), text)
}
