//! Mutants of constants, told apart by their values. A constant of a primitive type is a number: a mutant
//! that leaves the number as it was leaves the program as it was, and mutants that give the same number
//! give the same program. One type-check tells all numbers of a file: behind each constant stand items
//! whose types cannot match, and the compiler's message says what it computed. Pure: text in, text out.

use syn::visit::{self, Visit};

use crate::mutate::Mutant;
use crate::syntax::{Parsed, Span};

/// A length that no constant has: the other side of the mismatch.
const ASKED: u64 = 0xffff_ffff_ffff;

/// A file with probes behind its constants.
#[derive(Debug)]
pub struct ConstantProbes {
    /// The text to check.
    pub text: String,
    /// The probes, by the bytes of `text` that hold them.
    pub probes: Vec<(Span, Probed)>,
}

/// What a probe computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probed {
    /// Which constant, in source order among those probed.
    pub constant: usize,
    /// The index of the mutant; `None` for the constant as it is.
    pub mutant: Option<u32>,
}

/// A free constant of a primitive type of at most 64 bits.
struct Constant {
    value: Span,
    end: u32,
}

/// Put probes behind the constants that hold any of `mutants` (index in the file, mutant). Mutants
/// elsewhere have none.
pub fn probe_constants(parsed: &Parsed<'_>, mutants: &[(u32, &Mutant)]) -> ConstantProbes {
    let mut finder = Finder { parsed, found: Vec::new() };
    finder.visit_file(&parsed.tree);
    let mut probed = ConstantProbes { text: String::with_capacity(parsed.text.len() * 2), probes: Vec::new() };
    let mut at = 0;
    let with_mutants = finder.found.iter().map(|constant| (constant, inside(constant.value, mutants)));
    for (index, (constant, mutants)) in with_mutants.filter(|(_, mutants)| !mutants.is_empty()).enumerate() {
        probed.text.push_str(Span::new(at, constant.end).of(parsed.text));
        at = constant.end;
        probed.push(constant.value.of(parsed.text), Probed { constant: index, mutant: None });
        for (number, mutant) in mutants {
            probed.push(&mutant.apply_within(parsed.text, constant.value), Probed { constant: index, mutant: Some(*number) });
        }
    }
    probed.text.push_str(&parsed.text[at as usize..]);
    probed
}

/// The number that a message about a probe tells, if it is the one that was asked for.
pub fn value_told(message: &str) -> Option<u64> {
    let told = message.strip_prefix(&format!("expected an array with a size of {ASKED}, found one with a size of "))?;
    told.trim().parse().ok()
}

fn inside<'m>(span: Span, mutants: &'m [(u32, &'m Mutant)]) -> Vec<&'m (u32, &'m Mutant)> {
    mutants.iter().filter(|(_, mutant)| span.contains(mutant.span)).collect()
}

impl ConstantProbes {
    fn push(&mut self, value: &str, who: Probed) {
        let start = self.here();
        // The line end closes a line comment in the value. Lines of this text mean nothing to anyone.
        self.text.extend([" const _: [(); ", &ASKED.to_string(), "] = [(); (", value, "\n) as usize];"]);
        self.probes.push((Span::new(start, self.here()), who));
    }

    fn here(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }
}

struct Finder<'p, 't> {
    parsed: &'p Parsed<'t>,
    found: Vec<Constant>,
}

impl<'ast> Visit<'ast> for Finder<'_, '_> {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if is_number(&item.ty) && item.generics.params.is_empty() {
            let (value, end) = (self.parsed.span_of(&*item.expr), self.parsed.span(item.semi_token.span).end);
            self.found.push(Constant { value, end });
        }
        visit::visit_item_const(self, item);
    }
}

fn is_number(ty: &syn::Type) -> bool {
    const NUMBERS: [&str; 12] = ["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "bool", "char"];
    matches!(ty, syn::Type::Path(path) if NUMBERS.iter().any(|name| path.path.is_ident(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::{Operator, Selection, sites};
    use crate::syntax::{CfgStack, Namespace, parse};

    #[test]
    fn each_mutant_of_a_number_has_a_probe_and_others_have_none() {
        let text = "const A: usize = 1 + B; // one\nconst S: &[u8] = &[1 + 1];\nimpl X { const C: u8 = 1 + 1; }\nfn f() { const D: bool = A < 2; }\n";
        let parsed = parse(text).unwrap();
        let mutants: Vec<Mutant> = sites(&parsed, "f.rs", &Namespace::default(), &CfgStack::default(), Selection::cargo_mutants())
            .into_iter()
            .flat_map(|site| site.mutants)
            .collect();
        let operators: Vec<(u32, &Mutant)> =
            (0..).zip(&mutants).filter(|(_, mutant)| mutant.operator == Operator::BinaryOperator).collect();
        let probed = probe_constants(&parsed, &operators);
        let told: Vec<(usize, Option<u32>, String)> =
            probed.probes.iter().map(|(span, who)| (who.constant, who.mutant, span.of(&probed.text).replace('\n', ""))).collect();
        let number = |index: usize| Some(operators[index].0);
        let probe = |value: &str| format!(" const _: [(); 281474976710655] = [(); ({value}) as usize];");
        let expect = [
            (0, None, probe("1 + B")),
            (0, number(0), probe("1 - B")),
            (0, number(1), probe("1 * B")),
            (1, None, probe("A < 2")),
            (1, number(6), probe("A == 2")),
            (1, number(7), probe("A > 2")),
            (1, number(8), probe("A <= 2")),
        ];
        assert_eq!(told, expect);
        assert!(parse(&probed.text).is_ok());
    }

    #[test]
    fn the_number_is_read_from_the_compilers_message() {
        let message = "expected an array with a size of 281474976710655, found one with a size of 8";
        assert_eq!(value_told(message), Some(8));
        assert_eq!(value_told("expected an array with a size of 3, found one with a size of 8"), None);
    }
}
