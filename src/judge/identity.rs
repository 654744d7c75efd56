//! What a finding is known by in another run: the name of what it is about and a fingerprint. Refuses line
//! numbers, values and wording, so that code moved or a number changed makes no new finding.

use std::collections::HashMap;

use super::Finding;
use crate::score::{FileScore, Scores};

/// Give every finding its symbol, where it has none, and its fingerprint: a hash of its code, file, symbol
/// and mutant, and of how many alike stand before it in the file.
pub(crate) fn identify(findings: &mut [Finding], scores: &Scores) {
    for finding in &mut *findings {
        let around = finding.file.and_then(|file| function_around(scores.files.get(file)?, finding));
        finding.symbol = finding.symbol.take().or(around);
    }
    // Findings come worst first, which a changed number can reverse; the place in the file is steadier.
    let mut in_place: Vec<usize> = (0..findings.len()).collect();
    in_place.sort_by_key(|&index| findings[index].span);
    let mut alike: HashMap<blake3::Hash, u32> = HashMap::new();
    for index in in_place {
        let mut hasher = hasher(&findings[index], scores);
        let before = alike.entry(hasher.finalize()).or_default();
        hasher.update(&before.to_le_bytes());
        *before += 1;
        hasher.finalize().to_hex()[..16].clone_into(&mut findings[index].fingerprint);
    }
}

fn hasher(finding: &Finding, scores: &Scores) -> blake3::Hasher {
    let path = finding.file.and_then(|file| scores.files.get(file)).map_or("", |file| file.path.as_str());
    let mut hasher = blake3::Hasher::new();
    for part in [finding.code, path, finding.symbol.as_deref().unwrap_or(""), finding.mutant.as_deref().unwrap_or("")] {
        // No part holds the byte that ends it, for UTF-8 does not.
        hasher.update(part.as_bytes()).update(&[0xff]);
    }
    if let Some(outside) = &finding.outside {
        hasher.update(outside.path.as_str().as_bytes()).update(&[0xff]);
    }
    hasher
}

/// The innermost function around what the finding points at: of those that hold it, the one that starts
/// last.
fn function_around(file: &FileScore, finding: &Finding) -> Option<String> {
    let span = finding.span?;
    let around = file.functions.iter().map(|score| &score.function).filter(|function| function.span.contains(span));
    around.max_by_key(|function| function.span.start).map(|function| function.name.clone())
}
