//! A replacement must not run into what stands beside it: `a*&b` with `&` for `*` would read `a&&b`, and
//! `return!a` without its `!` would read `returna`. Owns that space, and nothing else of the text.

use crate::syntax::Span;

/// `replacement`, with a space on a side where it (or, when it is empty, what stood around it) would
/// become one token with its neighbour.
pub(super) fn spaced(text: &str, span: Span, replacement: &str) -> String {
    let before = text[..span.start as usize].chars().next_back();
    let after = text[span.end as usize..].chars().next();
    let Some(first) = replacement.chars().next() else {
        return if glues(before, after) { " ".to_owned() } else { String::new() };
    };
    let left = if glues(before, Some(first)) { " " } else { "" };
    let right = if glues(replacement.chars().next_back(), after) { " " } else { "" };
    format!("{left}{replacement}{right}")
}

/// Whether two characters may belong to one token, or open a comment. A needless space does no harm.
fn glues(left: Option<char>, right: Option<char>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_operator = |c: char| "=<>!&|+-*/%^.?:@#$~".contains(c);
    is_word(left) && (is_word(right) || matches!(right, '"' | '\'')) || is_operator(left) && is_operator(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_goes_only_where_tokens_would_merge() {
        let cases = [
            ("a * b", "*", "+", "a + b"),
            ("a*b", "*", "+", "a+b"),
            ("a*&b", "*", "&", "a& &b"),
            ("a* *b", "*", "/", "a/ *b"),
            ("a**b", "*", "/", "a/ *b"),
            ("a>-b", ">", "<", "a< -b"),
            ("Vec<u8>>=b", ">=", "<", "Vec<u8> <b"),
            ("return!a", "!", "", "return a"),
            ("if(a) ", "(a)", "true", "if true "),
            ("a &!&b", "!", "", "a & &b"),
            ("x = !b", "!", "", "x = b"),
        ];
        for (text, original, replacement, expected) in cases {
            let start = u32::try_from(text.find(original).unwrap()).unwrap();
            let span = Span::new(start, start + u32::try_from(original.len()).unwrap());
            let (head, tail) = (&text[..span.start as usize], &text[span.end as usize..]);
            assert_eq!(format!("{head}{}{tail}", spaced(text, span, replacement)), expected, "{text}");
        }
    }
}
