//! Test code of the base that does not compile with the head's code is left out, item by item: code that is gone on
//! purpose takes its tests with it. Owns which item is to blame for an error; refuses production code, whose errors are
//! the head's own.

use camino::Utf8Path;
use syn::Item;

use super::census::File;
use crate::syntax::{Parsed, Span};

/// A text without one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The text; its lines are where they were.
    pub text: String,
    /// The name of what is left out; for what has none what it is.
    pub name: String,
}

/// The text of the file at `path`, which may be all test code, without the smallest item of test code around `line`;
/// nothing where there is none.
pub fn leave_out(path: &Utf8Path, text: &str, is_all_test: bool, line: u32) -> Option<LeftOut> {
    let file = File::of(path, text).ok()?;
    let (span, name) = innermost(&file.parsed, &file.parsed.tree.items, line)?;
    if !file.is_test(span) && !is_all_test {
        return None;
    }
    let mut text = text.to_owned();
    let lines = span.of(&text).matches('\n').count();
    text.replace_range(span.range(), &"\n".repeat(lines));
    Some(LeftOut { text, name })
}

fn innermost(parsed: &Parsed<'_>, items: &[Item], line: u32) -> Option<(Span, String)> {
    let lines = |span: Span| parsed.lines.line(span.start)..=parsed.lines.line(span.end.saturating_sub(1));
    let item = items.iter().find(|item| lines(parsed.span_of(*item)).contains(&line))?;
    if let Item::Mod(module) = item
        && let Some((_, items)) = &module.content
        && let Some((span, name)) = innermost(parsed, items, line)
    {
        return Some((span, format!("{}::{name}", module.ident)));
    }
    Some((parsed.span_of(item), name_of(item)))
}

fn name_of(item: &Item) -> String {
    match item {
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Mod(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Const(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Use(_) => "use".to_owned(),
        Item::Macro(item) => item.mac.path.segments.last().map_or_else(String::new, |last| format!("{}!", last.ident)),
        _ => "an item".to_owned(),
    }
}

/// The places of the errors in what cargo says: path and line.
pub fn error_places(said: &str) -> Vec<(&str, u32)> {
    let mut places = Vec::new();
    let mut is_error = false;
    for line in said.lines() {
        if let Some(place) = line.trim_start().strip_prefix("--> ").filter(|_| is_error) {
            is_error = false;
            let mut parts = place.rsplitn(3, ':').skip(1);
            if let (Some(Ok(line)), Some(path)) = (parts.next().map(str::parse), parts.next()) {
                places.push((path, line));
            }
        } else if !line.starts_with([' ', '|']) {
            is_error = line.starts_with("error");
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_item_around_an_error_is_left_out() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    use super::gone;\n    #[test]\n    fn t() {\n        gone();\n    }\n}\n";
        let out = |line| leave_out("src/a.rs".into(), text, false, line).map(|out| (out.name, out.text));
        let without = |item: &str, lines: usize| text.replace(item, &"\n".repeat(lines));
        assert_eq!(out(7), Some(("tests::t".to_owned(), without("#[test]\n    fn t() {\n        gone();\n    }", 3))));
        assert_eq!(out(4), Some(("tests::use".to_owned(), without("use super::gone;", 0))));
        assert_eq!(out(3), Some(("tests".to_owned(), "fn a() {}\n\n\n\n\n\n\n\n\n".to_owned())));
        assert_eq!([out(1), out(40)], [None, None], "production code, and nothing");
        assert_eq!(leave_out("src/b.rs".into(), "fn a() {}", true, 1).unwrap().name, "a");
    }

    #[test]
    fn errors_are_found_in_what_cargo_says() {
        let said = "error[E0425]: cannot find function `gone`\n --> tests/a.rs:4:5\n  |\n4 |     gone();\n  |     ^^^^\n  |\n\
            help: consider\n --> src/lib.rs:1:1\n\nwarning: unused\n --> src/b.rs:3:1\n\nerror: aborting due to 1 previous error\n\n\
            error[E0061]: takes 2 arguments\n   --> C:\\x\\src\\d.rs:12:9\n";
        assert_eq!(error_places(said), [("tests/a.rs", 4), ("C:\\x\\src\\d.rs", 12)]);
    }
}
