//! Two policies, key by key: which one is the stricter, and what of the head's may judge a change. A stricter
//! value applies at once, a looser one only when the base has it. Pure; refuses to know where policies come from.
//!
//! | key | stricter is | else |
//! |---|---|---|
//! | a gate, in `[gates]`, `[new.gates]` or an override | a larger `min`, a smaller `max`, a gate where there was none | |
//! | an override that is new | no limit of it is looser than any that the base has on the metric | `new-override` |
//! | an override that is gone | no limit that is left is looser | |
//! | `[complexity]` | `question-mark = 1`, no `flat-match = "one"` | |
//! | `[mutation] operators`, `keep` | nothing: more mutants may be easier ones; one that is left out is looser | |
//! | `[mutation] exclude` | fewer globs | `new-exclude` |
//! | `[mutation] skip-tests` | fewer globs | `policy-loosened` |
//! | `[coverage] files` | fewer files | |
//! | `[new] base` | nothing: another one is looser | |
//! | `[scope] allow` | fewer globs, but any where there was none | |
//! | `[[waiver]]` | fewer, an earlier day | `new-waiver` |
//! | `[[check]]` | one more; any other change of one is looser | |
//! | `[cage]` | `mode`: `off`, `on`, `required`; `network`: `any`, `loopback`, `none`; fewer of `write` and `env` | |
//! | `[attempts]` | fewer | |
//! | the record of old code | fewer entries, stricter values; one that moves with its text is the same | `baseline-loosened` |
//! | `[integrity]` | `deny` before `warn` before `allow` | |

mod accepted;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{Allowed, Cage, Gate, LEVELS, Levels, Limit, Metric, Mutation, New, Origin, Override, Policy};
use crate::measure::Counting;
use crate::mutate::{Operator, RULES};

/// A key whose value is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// As it would be written: `gates.crap`, `mutation.exclude`.
    pub key: String,
    /// The base's value; empty for none.
    pub base: String,
    /// The head's value; empty for none.
    pub head: String,
    /// What became of it.
    pub direction: Direction,
    /// The code of a finding on it, should it be looser.
    pub code: &'static str,
    /// The 1-based line of the head's value, where it has one.
    pub line: Option<u32>,
}

/// Which way a value went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More would pass. It has no effect.
    Looser,
    /// Less passes. It has its effect at once.
    Stricter,
    /// Neither can be said. It has no effect.
    Other,
}

/// What a change is judged by, and what it does to the policy.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// Key by key the stricter value.
    pub policy: Policy,
    /// Every difference, in the order of the file's keys.
    pub differences: Vec<Difference>,
}

const LOOSENED: &str = "policy-loosened";

/// Judge `head` by `base`.
pub fn reconcile(base: &Policy, head: &Policy) -> Reconciled {
    // Every field is named, so that none can be added and forgotten here.
    let Policy { gates, overrides: _, counting, mutation, coverage, new, scope, levels, waivers, checks, cage, attempts, baseline, file } =
        base;
    let mut found = Differences::default();
    let policy = Policy {
        gates: found.gates("gates", gates, &head.gates),
        overrides: found.overrides(base, head),
        counting: found.counting(*counting, head.counting),
        mutation: found.mutation(mutation, &head.mutation),
        coverage: found.fewer("coverage.files", LOOSENED, coverage, &head.coverage),
        new: found.of_change(new, &head.new),
        scope: found.scope(scope, &head.scope),
        levels: found.levels(levels, &head.levels),
        waivers: found.waivers(waivers, &head.waivers),
        checks: found.checks(checks, &head.checks),
        cage: found.cage(cage, &head.cage),
        attempts: found.attempts(attempts.as_ref(), head.attempts.as_ref()),
        baseline: found.baseline(baseline, &head.baseline),
        file: file.clone(),
    };
    Reconciled { policy, differences: found.0 }
}

/// How `head` compares with `base`: greater is stricter. Limits of a metric are of one kind.
fn strictness(base: Limit, head: Limit) -> Ordering {
    match (base, head) {
        (Limit::Min(base), Limit::Min(head)) => head.cmp(&base),
        (Limit::Max(base), Limit::Max(head)) => base.cmp(&head),
        _ => Ordering::Equal,
    }
}

fn is_at_least_as_strict(limit: Limit, others: &[Limit]) -> bool {
    others.iter().all(|other| strictness(*other, limit) != Ordering::Less)
}

/// The limits of a policy on a metric, wherever they stand.
fn limits(policy: &Policy, metric: Metric) -> Vec<Limit> {
    let gates = policy.gates.iter().chain(policy.overrides.iter().flat_map(|set| &set.gates));
    gates.filter(|gate| gate.metric == metric).map(|gate| gate.limit).collect()
}

fn shown(limit: Limit) -> String {
    match limit {
        Limit::All => "true".to_owned(),
        Limit::Min(least) => format!("min = {least}"),
        Limit::Max(most) => format!("max = {most}"),
    }
}

fn line(gate: &Gate) -> Option<u32> {
    if let Origin::File { line, .. } = gate.origin { Some(line) } else { None }
}

fn gate_on(gates: &[Gate], metric: Metric) -> Option<&Gate> {
    gates.iter().find(|gate| gate.metric == metric)
}

#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn add(&mut self, key: &str, values: [String; 2], direction: Direction) {
        let [base, head] = values;
        self.0.push(Difference { key: key.to_owned(), base, head, direction, code: LOOSENED, line: None });
    }

    /// One gate of both sides: the stricter one.
    fn gate(&mut self, key: &str, base: Option<&Gate>, head: Option<&Gate>) -> Option<Gate> {
        let order = match (base, head) {
            (Some(base), Some(head)) => strictness(base.limit, head.limit),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        let values = [base, head].map(|gate| gate.map_or_else(String::new, |gate| shown(gate.limit)));
        let (stricter, direction) = match order {
            Ordering::Equal => return base.cloned(),
            Ordering::Less => (base, Direction::Looser),
            Ordering::Greater => (head, Direction::Stricter),
        };
        self.add(key, values, direction);
        if let Some(last) = self.0.last_mut() {
            last.line = head.and_then(line);
        }
        stricter.cloned()
    }

    fn gates(&mut self, table: &str, base: &[Gate], head: &[Gate]) -> Vec<Gate> {
        let one = |metric: Metric| self.gate(&format!("{table}.{}", metric.name()), gate_on(base, metric), gate_on(head, metric));
        Metric::ALL.into_iter().filter_map(one).collect()
    }

    /// The overrides of both sides, those of the same paths joined, without what makes them looser.
    fn overrides(&mut self, base: &Policy, head: &Policy) -> Vec<Override> {
        let paths = |set: &Override| set.paths.iter().cloned().collect::<BTreeSet<String>>();
        let twin = |set: &Override, others: &[Override]| others.iter().find(|other| paths(other) == paths(set)).cloned();
        let mut kept = Vec::new();
        for set in &base.overrides {
            let other = twin(set, &head.overrides).map(|twin| twin.gates).unwrap_or_default();
            kept.push(self.one_override(set, (&set.gates, &other), base, head));
        }
        for set in head.overrides.iter().filter(|set| twin(set, &base.overrides).is_none()) {
            kept.push(self.one_override(set, (&[], &set.gates), base, head));
        }
        kept.into_iter().filter(|set| !set.gates.is_empty()).collect()
    }

    fn one_override(&mut self, set: &Override, (ours, theirs): (&[Gate], &[Gate]), base: &Policy, head: &Policy) -> Override {
        let mut kept = set.clone();
        kept.gates = Vec::new();
        for metric in Metric::ALL {
            let key = format!("override[{}].{}", set.paths.join(", "), metric.name());
            let (old, new) = (gate_on(ours, metric), gate_on(theirs, metric));
            let gate = match (old, new) {
                (None, Some(new)) => self.new_limit(&key, new, &limits(base, metric)),
                (Some(old), None) => self.lost_limit(&key, old, &limits(head, metric)),
                _ => self.gate(&key, old, new),
            };
            kept.gates.extend(gate);
        }
        kept
    }

    /// A limit for some paths that the base does not have: looser unless nothing there is stricter.
    fn new_limit(&mut self, key: &str, gate: &Gate, others: &[Limit]) -> Option<Gate> {
        let is_stricter = is_at_least_as_strict(gate.limit, others);
        let direction = if is_stricter { Direction::Stricter } else { Direction::Looser };
        let difference = Difference {
            key: key.to_owned(),
            base: String::new(),
            head: shown(gate.limit),
            direction,
            code: "new-override",
            line: line(gate),
        };
        self.0.push(difference);
        is_stricter.then(|| gate.clone())
    }

    /// A limit for some paths that the head does not have any more: looser unless all that is left is as strict.
    fn lost_limit(&mut self, key: &str, gate: &Gate, left: &[Limit]) -> Option<Gate> {
        let is_stricter = !left.is_empty() && left.iter().all(|limit| is_at_least_as_strict(*limit, &[gate.limit]));
        let direction = if is_stricter { Direction::Stricter } else { Direction::Looser };
        self.add(key, [shown(gate.limit), String::new()], direction);
        (!is_stricter).then(|| gate.clone())
    }

    fn counting(&mut self, base: Counting, head: Counting) -> Counting {
        let points = |counting: Counting| u32::from(counting.question_mark).to_string();
        let flat = |counting: Counting| if counting.flat_match_is_one { "one" } else { "arms" }.to_owned();
        let direction = |is_stricter: bool| if is_stricter { Direction::Stricter } else { Direction::Looser };
        if base.question_mark != head.question_mark {
            self.add("complexity.question-mark", [points(base), points(head)], direction(head.question_mark));
        }
        if base.flat_match_is_one != head.flat_match_is_one {
            self.add("complexity.flat-match", [flat(base), flat(head)], direction(!head.flat_match_is_one));
        }
        Counting {
            question_mark: base.question_mark || head.question_mark,
            flat_match_is_one: base.flat_match_is_one && head.flat_match_is_one,
        }
    }

    fn mutation(&mut self, base: &Mutation, head: &Mutation) -> Mutation {
        let (old, new) = (base.selection(), head.selection());
        if old != new {
            let loses = Operator::all().any(|operator| old.has(operator) && !new.has(operator))
                || RULES.iter().any(|about| new.leaves_out(about.rule) && !old.leaves_out(about.rule))
                || new.is_as_cargo_mutants() && !old.is_as_cargo_mutants();
            let shown = |mutation: &Mutation| {
                let keep: Vec<&str> = mutation.keep.iter().map(|rule| rule.name()).collect();
                let keep = if keep.is_empty() { String::new() } else { format!(", keep {}", keep.join(", ")) };
                format!("{}{keep}", mutation.operators.shown())
            };
            self.add("mutation.operators", [shown(base), shown(head)], if loses { Direction::Looser } else { Direction::Other });
        }
        Mutation {
            exclude: self.fewer("mutation.exclude", "new-exclude", &base.exclude, &head.exclude),
            skip_tests: self.fewer("mutation.skip-tests", LOOSENED, &base.skip_tests, &head.skip_tests),
            ..base.clone()
        }
    }

    /// Lists of which each member makes the policy looser: what is in both.
    fn fewer(&mut self, key: &str, code: &'static str, base: &[String], head: &[String]) -> Vec<String> {
        for added in head.iter().filter(|one| !base.contains(one)) {
            self.add(key, [String::new(), added.clone()], Direction::Looser);
            if let Some(last) = self.0.last_mut() {
                last.code = code;
            }
        }
        for gone in base.iter().filter(|one| !head.contains(one)) {
            self.add(key, [gone.clone(), String::new()], Direction::Stricter);
        }
        base.iter().filter(|one| head.contains(one)).cloned().collect()
    }

    fn of_change(&mut self, base: &New, head: &New) -> New {
        if base.base != head.base {
            let direction = if base.base.is_some() { Direction::Looser } else { Direction::Other };
            let values = [base, head].map(|new| new.base.clone().unwrap_or_default());
            self.add("new.base", values, direction);
        }
        New { base: base.base.clone(), gates: self.gates("new.gates", &base.gates, &head.gates) }
    }

    fn scope(&mut self, base: &Allowed, head: &Allowed) -> Allowed {
        match (base.globs.is_empty(), head.globs.is_empty()) {
            (true, true) => Allowed::default(),
            (true, false) => {
                self.add("scope.allow", [String::new(), head.globs.join(", ")], Direction::Stricter);
                head.clone()
            }
            (false, true) => {
                self.add("scope.allow", [base.globs.join(", "), String::new()], Direction::Looser);
                base.clone()
            }
            (false, false) => {
                let both = self.fewer("scope.allow", LOOSENED, &base.globs, &head.globs);
                // Nothing in common would allow everything.
                Allowed { globs: if both.is_empty() { base.globs.clone() } else { both } }
            }
        }
    }

    fn cage(&mut self, base: &Cage, head: &Cage) -> Cage {
        let direction = |order: Ordering| if order == Ordering::Greater { Direction::Stricter } else { Direction::Looser };
        let (mode, network) = (head.mode.cmp(&base.mode), head.network.cmp(&base.network));
        if mode != Ordering::Equal {
            self.add("cage.mode", [base.mode.name().to_owned(), head.mode.name().to_owned()], direction(mode));
        }
        if network != Ordering::Equal {
            self.add("cage.network", [base.network.name().to_owned(), head.network.name().to_owned()], direction(network));
        }
        Cage {
            mode: base.mode.max(head.mode),
            network: base.network.max(head.network),
            write: self.fewer("cage.write", LOOSENED, &base.write, &head.write),
            env: self.fewer("cage.env", LOOSENED, &base.env, &head.env),
            origin: base.origin.clone(),
        }
    }

    fn levels(&mut self, base: &Levels, head: &Levels) -> Levels {
        let mut levels = base.clone();
        for about in LEVELS {
            let (old, new) = (base.of(about.code), head.of(about.code));
            if old != new {
                let direction = if new > old { Direction::Stricter } else { Direction::Looser };
                self.add(&format!("integrity.{}", about.code), [old.name().to_owned(), new.name().to_owned()], direction);
            }
            if new > old {
                levels.set.insert(about.code, new);
            }
        }
        levels
    }
}

#[cfg(test)]
mod tests;
