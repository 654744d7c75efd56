//! Whether a cfg predicate holds where this runs, as far as that can be told without a build. What only a build
//! knows, features above all, is not told.

use syn::punctuated::Punctuated;
use syn::{Meta, Token};

/// Whether `predicate` holds here; `None` where that is not known. Predicates among `known` hold.
pub(super) fn holds(predicate: &str, known: &[String]) -> Option<bool> {
    let text = known.iter().map(|one| spaceless(one)).collect::<Vec<_>>();
    syn::parse_str::<Meta>(predicate).ok().and_then(|meta| evaluate(&meta, &text))
}

fn evaluate(meta: &Meta, known: &[String]) -> Option<bool> {
    let text = spaceless(&crate::syntax::pretty(meta));
    if known.contains(&text) {
        return Some(true);
    }
    match meta {
        Meta::Path(path) => named(&path.get_ident()?.to_string()),
        Meta::NameValue(pair) => valued(&pair.path.get_ident()?.to_string(), &text),
        Meta::List(list) => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            let parts: Vec<Option<bool>> = parts.iter().map(|part| evaluate(part, known)).collect();
            let all = |wanted: bool| parts.iter().all(|part| *part == Some(wanted)).then_some(wanted);
            let any = |wanted: bool| parts.contains(&Some(wanted)).then_some(wanted);
            match list.path.get_ident()?.to_string().as_str() {
                "all" => any(false).or_else(|| all(true)),
                "any" => any(true).or_else(|| all(false)),
                "not" => parts.first().copied().flatten().map(|holds| !holds),
                _ => None,
            }
        }
    }
}

/// `unix`, `test`
fn named(name: &str) -> Option<bool> {
    match name {
        "test" | "debug_assertions" => Some(true),
        "miri" | "loom" | "doc" | "doctest" => Some(false),
        "unix" | "windows" => Some(std::env::consts::FAMILY == name),
        _ => None,
    }
}

/// `target_os = "linux"`
fn valued(name: &str, text: &str) -> Option<bool> {
    let value = text.split_once('=')?.1.trim_matches('"');
    match name {
        "target_os" => Some(std::env::consts::OS == value),
        "target_arch" => Some(std::env::consts::ARCH == value),
        "target_family" => Some(std::env::consts::FAMILY == value),
        "target_pointer_width" => Some(usize::BITS.to_string() == value),
        "panic" => Some(value == "unwind"),
        _ => None,
    }
}

fn spaceless(text: &str) -> String {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_here_is_told_and_what_only_a_build_knows_is_not() {
        let here = format!("target_pointer_width = \"{}\"", usize::BITS);
        let known = ["feature = \"std\"".to_owned()];
        for (predicate, expected) in [
            (here.as_str(), Some(true)),
            ("not(miri)", Some(true)),
            ("any()", Some(false)),
            ("all()", Some(true)),
            ("feature = \"slow\"", None),
            ("all(feature = \"std\", panic = \"unwind\")", Some(true)),
            ("all(test, feature = \"slow\")", None),
            ("all(feature = \"slow\", miri)", Some(false)),
            ("any(feature = \"slow\", not(miri))", Some(true)),
            ("target_os = \"haiku\"", Some(false)),
            ("odd odd", None),
        ] {
            assert_eq!(holds(predicate, &known), expected, "{predicate}");
        }
    }
}
