//! A text with blanks where no number that is taken in a hurry comes from: documentation, and the insides of
//! `#[cfg(test)] mod tests { .. }`. Every other byte stays where it is, so places are those of the text itself.
//! Owns what is blanked; refuses to know who needs it.

use super::scan::{Kind, Pieces};

/// What marks a module as test code, as it is nearly always written. Other spellings are only slower.
const TEST: &str = "#[cfg(test)]";

/// `text` from byte `at` on, made sparse; what stands before is left out.
pub(super) fn sparse(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes()[at..].to_vec();
    let mut module = Module::default();
    for piece in Pieces::from(text, at) {
        let part = &mut bytes[piece.start - at..piece.end - at];
        match piece.kind {
            Kind::Documentation => blank(part),
            Kind::Code => module.code(part),
            Kind::Quoted | Kind::Comment if module.depth > 0 => blank(part),
            Kind::Quoted | Kind::Comment => {}
        }
    }
    // Blanks replace whole characters: pieces begin and end between characters.
    String::from_utf8(bytes).unwrap_or_else(|_| text[at..].to_owned())
}

/// Spaces for all but line ends.
fn blank(part: &mut [u8]) {
    part.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

/// Whether the text is inside a test module.
#[derive(Default)]
struct Module {
    /// How many braces are open, the module's own included; 0 outside.
    depth: usize,
}

impl Module {
    /// Blank what of a piece of code lies in test modules.
    fn code(&mut self, part: &mut [u8]) {
        let mut at = 0;
        while at < part.len() {
            if self.depth > 0 {
                at = self.leave(part, at);
            } else if let Some(inside) = opening(&part[at..]) {
                (self.depth, at) = (1, at + inside);
            } else {
                return;
            }
        }
    }

    /// Blank up to the brace that closes the module, or to the end of the piece; gives the byte behind.
    fn leave(&mut self, part: &mut [u8], from: usize) -> usize {
        for at in from..part.len() {
            match part[at] {
                b'{' => self.depth += 1,
                b'}' => self.depth -= 1,
                _ => {}
            }
            if self.depth == 0 {
                return at + 1;
            }
            blank(&mut part[at..=at]);
        }
        part.len()
    }
}

/// The byte behind the brace of the first test module that begins in `part`; attributes, comments and documentation
/// between the mark and `mod` are not looked over.
fn opening(part: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(part).ok()?;
    let mut from = 0;
    while let Some(found) = text[from..].find(TEST) {
        let behind = from + found + TEST.len();
        let rest = text[behind..].trim_start();
        let module = rest.strip_prefix("pub").map_or(rest, str::trim_start).strip_prefix("mod ");
        if let Some(name) = module
            && let Some((name, inside)) = name.split_once('{')
            && name.trim().chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            return Some(part.len() - inside.len());
        }
        from = behind;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let found = sparse(text, 0);
        assert_eq!(found, expect);
        let places = |text: &str| text.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!((found.len(), places(&found)), (text.len(), places(text)));
    }

    #[test]
    fn documentation_and_test_modules_become_blank_and_nothing_moves() {
        check("/// é\nfn f() {} // a\n", "      \nfn f() {} // a\n");
        check(
            "#[cfg(test)]\nmod tests {\n    const A: &str = \"}\"; // }\n    fn f() { '{' }\n}\nfn g() {}",
            "#[cfg(test)]\nmod tests {\n                             \n                  \n}\nfn g() {}",
        );
        check("#[cfg(test)] mod a { b } #[cfg(test)] pub mod c { d }", "#[cfg(test)] mod a {   } #[cfg(test)] pub mod c {   }");
    }

    #[test]
    fn other_code_stays() {
        for text in [
            "#[cfg(test)]\nmod tests;\nfn f() { a }",
            "#[cfg(test)] use a; mod b { c }",
            "#[cfg(test)] fn f() { a } mod b { c }",
            "#[cfg(not(test))] mod a { b }",
            "const A: &str = \"/// a #[cfg(test)] mod b { c }\";",
        ] {
            check(text, text);
        }
    }
}
