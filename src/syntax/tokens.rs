//! What a piece of code is known by wherever it stands: its tokens. Refuses comments and layout.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

/// 12 hex digits of a hash over the tokens of `code`. The word `own`, the function's name, stands for itself: a
/// function that calls itself stays the same under another name.
pub fn tokens_hash(code: &str, own: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    match TokenStream::from_str(code) {
        Ok(tokens) => feed(&mut hasher, tokens, own),
        // What is no code on its own is still the same text.
        Err(_) => drop(hasher.update(code.as_bytes())),
    }
    hasher.finalize().to_hex()[..12].to_owned()
}

fn feed(hasher: &mut blake3::Hasher, tokens: TokenStream, own: &str) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                hasher.update(format!("{:?}", group.delimiter()).as_bytes()).update(&[0xfe]);
                feed(hasher, group.stream(), own);
                hasher.update(&[0xfd]);
            }
            TokenTree::Ident(ident) if ident == own => drop(hasher.update(&[0xfc])),
            other => drop(hasher.update(other.to_string().as_bytes()).update(&[0xff])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_the_own_name_make_no_difference_and_code_does() {
        let hash = tokens_hash("{ if a { f(b - 1) } else { 0 } }", "f");
        for same in ["{\n  // why\n  if a {\n    g ( b-1 )\n  } else { 0 }\n}", "{ if a { g(b - 1) } else { 0 } }"] {
            assert_eq!(tokens_hash(same, "g"), hash, "{same}");
        }
        for other in ["{ if a { f(b - 2) } else { 0 } }", "{ if a { f(b - 1) } { 0 } }", "{ if a { (f b - 1) } else { 0 } }"] {
            assert_ne!(tokens_hash(other, "f"), hash, "{other}");
        }
        assert_eq!(tokens_hash("{ \"", "").len(), 12);
        assert_ne!(tokens_hash("{ \"", ""), tokens_hash("{ '", ""));
    }
}
