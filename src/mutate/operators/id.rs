//! The ids of mutants: stable under formatting, comments and edits elsewhere. Owns what goes into the
//! hash and that no id comes twice in a file.

use std::collections::{HashMap, HashSet};

use super::Change;

/// The ids of one file, given out in source order.
pub(super) struct Ids {
    path: blake3::Hasher,
    given: HashMap<blake3::Hash, u32>,
    taken: HashSet<String>,
}

impl Ids {
    /// For the file at `path`.
    pub(super) fn new(path: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        part(&mut hasher, path);
        Self { path: hasher, given: HashMap::new(), taken: HashSet::new() }
    }

    /// The id of the next mutant: 12 hex digits of a hash over path, `owner`, operator, original tokens,
    /// replacement and how many equal ones came before.
    pub(super) fn next(&mut self, owner: &str, change: &Change) -> String {
        let mut hasher = self.path.clone();
        for text in [owner, change.operator.name(), &change.original, change.known_as.unwrap_or(change.replacement.trim())] {
            part(&mut hasher, text);
        }
        let equals = self.given.entry(hasher.finalize()).or_default();
        // One turn, but for two hashes that agree in their first 48 bits.
        loop {
            let mut numbered = hasher.clone();
            numbered.update(&equals.to_le_bytes());
            *equals += 1;
            let id = numbered.finalize().to_hex()[..12].to_owned();
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// Add one text so that no two lists of texts feed the same bytes.
fn part(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(text.as_bytes()).update(&[0xff]);
}
