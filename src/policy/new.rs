//! The table `[new]`: what is judged of a change, and against what it is one.

use super::gates::NOT_OF_A_CHANGE;
use super::keys::Table;
use super::reader::{Key, Reader, Value};
use super::{Gate, Metric, Policy};

/// What is judged of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct New {
    /// The base of `--base` without a name.
    pub base: Option<String>,
    /// The gates over what changed, in the order of [`Metric::ALL`]; none when the file has no `[new.gates]`.
    pub gates: Vec<Gate>,
}

impl Policy {
    /// The gates over what changed. Mutants outside of a change are not run in its run, so a limit on the whole
    /// tree's mutants is one on the change's where `[new.gates]` says nothing of mutants.
    pub fn new_gates(&self) -> Vec<Gate> {
        let mut gates = self.new.gates.clone();
        if !gates.iter().any(|gate| gate.metric.needs_mutants()) {
            gates.extend(self.gates.iter().filter(|gate| gate.metric.needs_mutants()).cloned());
            gates.sort_by_key(|gate| gate.metric);
        }
        gates
    }
}

impl New {
    /// The gates on `metric` over what changed: in a run against a base those that are judged, in any other those
    /// that the file sets, to be shown as not run.
    pub fn gates_to_judge(&self, policy: &Policy, has_base: bool, metric: Metric) -> Vec<Gate> {
        let gates = if has_base { policy.new_gates() } else { self.gates.clone() };
        gates.into_iter().filter(|gate| gate.metric == metric).collect()
    }
}

const BASE: &str = "write the name of a branch, such as `base = \"origin/main\"`";

impl Reader<'_> {
    /// What the table under `key` says.
    pub(super) fn new_code(&mut self, key: &Key<'_>, value: &Value<'_>) -> New {
        let mut new = New::default();
        for (key, value) in self.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "base" => new.base = self.base(value),
                "gates" => new.gates = self.gates_of_a_change(key, value),
                _ => self.unknown_key(Table::New, key),
            }
        }
        new
    }

    fn base(&mut self, value: &Value<'_>) -> Option<String> {
        match value.get_ref().as_str().map(str::trim) {
            Some("") => self.problem(value.span(), "a base without a name", "nothing is said", BASE),
            None => self.wrong_type("base", "a string", value, BASE),
            Some(name) => return Some(name.to_owned()),
        }
        None
    }

    fn gates_of_a_change(&mut self, key: &Key<'_>, value: &Value<'_>) -> Vec<Gate> {
        let gates = self.gates(key, value);
        if let Some(gate) = gates.iter().find(|gate| NOT_OF_A_CHANGE.contains(&gate.metric)) {
            let title = format!("`{}` is judged over the whole tree", gate.metric.name());
            self.problem(key.span(), &title, "these gates are judged over what changed", "move it to `[gates]`");
        }
        gates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Decimal, Limit};

    fn parse(text: &str) -> Result<Policy, String> {
        Policy::parse(&format!("version = 1\n{text}"), "gates.toml".into()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_base_and_gates_of_their_own() {
        let policy = parse("[gates]\ntests = true\n[new]\nbase = \"origin/main\"\n[new.gates]\nsurviving-mutants = { max = 0 }\nline-coverage = { min = 95 }\n").unwrap();
        assert_eq!(policy.new.base.as_deref(), Some("origin/main"));
        let gates: Vec<_> = policy.new_gates().iter().map(|gate| (gate.metric, gate.limit)).collect();
        let expected = [(Metric::LineCoverage, Limit::Min(Decimal::whole(95))), (Metric::SurvivingMutants, Limit::Max(Decimal::whole(0)))];
        assert_eq!(gates, expected);
    }

    #[test]
    fn a_limit_on_the_mutation_score_is_one_on_the_change_where_nothing_else_is_said() {
        let gates = |text: &str| parse(text).unwrap().new_gates().iter().map(|gate| gate.metric).collect::<Vec<_>>();
        let whole = "[gates]\nmutation-score = { min = 80 }\n";
        assert_eq!(gates(whole), [Metric::MutationScore]);
        assert_eq!(gates(&format!("{whole}[new.gates]\ncrap = {{ max = 5 }}")), [Metric::Crap, Metric::MutationScore]);
        assert_eq!(gates(&format!("{whole}[new.gates]\nsurviving-mutants = {{ max = 0 }}")), [Metric::SurvivingMutants]);
        assert_eq!(gates("[gates]\ntests = true"), []);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let cases = [
            ("[new]\nbase = 1", "`base` has to be a string"),
            ("[new]\nbase = \" \"", "a base without a name"),
            ("[new]\nbas = \"main\"", "did you mean `base`?"),
            ("[new.gates]\ntests = true", "`tests` is judged over the whole tree"),
            ("[new.gates]\nline-coverag = { min = 1 }", "did you mean `line-coverage`?"),
            ("[new.gates]", "no gate is set"),
        ];
        for (text, expected) in cases {
            let error = parse(&format!("[gates]\ntests = true\n{text}")).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
