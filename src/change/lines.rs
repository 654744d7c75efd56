//! Which lines of a text are new. Pure. Line ends do not count: git may have changed them on checkout.

use std::ops::RangeInclusive;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The 1-based lines of `head` that `base` does not have at their place, in order, as many as possible in one
/// range. Where lines were only deleted there is none.
pub fn changed_lines(base: &str, head: &str) -> Vec<RangeInclusive<u32>> {
    let (base, head): (Vec<&str>, Vec<&str>) = (base.lines().collect(), head.lines().collect());
    let line = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &base, &head) {
        let (DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. }) = op else { continue };
        let (first, last) = (line(new_index) + 1, line(new_index + new_len));
        match ranges.last_mut() {
            Some(range) if *range.end() + 1 == first => *range = *range.start()..=last,
            _ => ranges.push(first..=last),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_new_where_the_base_has_others() {
        let cases = [
            ("a\nb\nc\n", "a\nb\nc\n", vec![]),
            ("a\nb\nc\n", "a\nx\nc\n", vec![(2, 2)]),
            ("a\nb\nc\n", "a\nc\n", vec![]),
            ("", "a\nb\n", vec![(1, 2)]),
            ("a\nb\n", "", vec![]),
            ("a\r\nb\r\n", "a\nb", vec![]),
            ("a\nb\n", "x\na\nb\ny\nz\n", vec![(1, 1), (4, 5)]),
            ("a\nb\nc\nd\n", "a\nB\nC\nd\n", vec![(2, 3)]),
        ];
        for (base, head, expected) in cases {
            let found: Vec<(u32, u32)> = changed_lines(base, head).into_iter().map(RangeInclusive::into_inner).collect();
            assert_eq!(found, expected, "{base:?} {head:?}");
        }
    }
}
