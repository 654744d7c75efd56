//! Text from elsewhere made safe to print: source, names and the output of tests may hold control
//! characters that move the cursor, rewrite what stands above or hide what follows. Owns escaping and
//! shortening; refuses to know colours.

use std::fmt::Write;

/// How much of a piece of code a sentence quotes.
const BRIEF: usize = 60;

/// One line: every control character is shown as an escape, line ends and tabs too.
pub(crate) fn line(text: &str) -> String {
    escape(text, |_| false)
}

/// Several lines: line ends stay, everything else as in [`line`].
pub(crate) fn block(text: &str) -> String {
    escape(&text.replace("\r\n", "\n"), |c| c == '\n')
}

/// Source code under a marker: line ends and tabs stay, for the renderer to lay out.
pub(crate) fn source(text: &str) -> String {
    escape(&text.replace("\r\n", "\n"), |c| c == '\n' || c == '\t')
}

/// Code inside a sentence: white space collapsed, the end of long code left out.
pub(crate) fn brief(code: &str) -> String {
    let words = line(&code.split_whitespace().collect::<Vec<_>>().join(" "));
    match words.char_indices().nth(BRIEF) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}

/// A word as a shell reads it back.
pub(crate) fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    shlex::try_quote(word).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned)
}

/// A JSON document: what JSON lets through and a terminal obeys can stand in strings only, where an escape
/// means the same.
pub(crate) fn json(document: &str) -> String {
    let mut safe = String::with_capacity(document.len());
    for c in document.chars() {
        if is_dangerous(c) && c != '\n' {
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_dangerous(c) && !keep(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// C0 and C1 controls (some terminals obey U+009B like ESC [), and the invisible characters that reorder
/// or join text.
fn is_dangerous(c: char) -> bool {
    c.is_control() || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        assert_eq!(line("a\u{1b}[2Jb\nc\td\u{9b}1m\u{202e}é"), "a\\u{1b}[2Jb\\nc\\td\\u{9b}1m\\u{202e}é");
        assert_eq!(block("a\r\nb\tc\u{7}"), "a\nb\\tc\\u{7}");
        assert_eq!(source("a\r\n\tb\u{1b}"), "a\n\tb\\u{1b}");
    }

    #[test]
    fn a_json_document_keeps_its_meaning() {
        let value = "a\u{9b}\u{7f}\u{202e}\n\"é";
        let document = json(&serde_json::to_string_pretty(&[value]).unwrap());
        assert!(!document.chars().any(|c| is_dangerous(c) && c != '\n'), "{document}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&document).unwrap(), [value]);
    }

    #[test]
    fn quoted_code_is_one_short_line() {
        assert_eq!(brief("{\n    a  + b\n}"), "{ a + b }");
        assert_eq!(brief(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
    }
}
