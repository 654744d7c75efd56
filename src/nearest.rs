//! Which known name a mistyped one was meant to be.

/// The one of `names` that is most like `word`, if any is much like it; the first of equals.
pub fn nearest<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(word, name);
    let alike = names.iter().copied().filter(|name| likeness(name) >= 0.5);
    alike.min_by(|one, other| likeness(other).total_cmp(&likeness(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equals_the_first_is_nearest() {
        assert_eq!(nearest("ac", &["ab", "ad"]), Some("ab"));
        assert_eq!(nearest("xyz", &["ab", "ad"]), None);
    }
}
