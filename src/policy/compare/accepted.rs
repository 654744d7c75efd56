//! The same for what a person has accepted and for the policy's own commands: waivers, the record of old code,
//! checks, attempts.

use std::collections::BTreeMap;

use super::{Difference, Differences, Direction};
use crate::policy::{Attempts, Baseline, Check, Metric, Recorded, Waiver};

impl Differences {
    /// What both sides waive, each until the earlier day.
    pub(super) fn waivers(&mut self, base: &[Waiver], head: &[Waiver]) -> Vec<Waiver> {
        let twin = |waiver: &Waiver, others: &[Waiver]| {
            others.iter().find(|other| (other.gate, &other.item) == (waiver.gate, &waiver.item)).cloned()
        };
        let key = |waiver: &Waiver| format!("waiver[{}].{}", waiver.gate.name(), waiver.item);
        for waiver in head {
            let old = twin(waiver, base);
            let direction = match &old {
                Some(old) if waiver.expires == old.expires => continue,
                Some(old) if waiver.expires < old.expires => Direction::Stricter,
                _ => Direction::Looser,
            };
            let until = |waiver: &Waiver| format!("until {}", waiver.expires);
            let (base, head) = (old.as_ref().map(until).unwrap_or_default(), until(waiver));
            self.0.push(Difference { key: key(waiver), base, head, direction, code: "new-waiver", line: Some(waiver.line) });
        }
        let mut kept = Vec::new();
        for waiver in base {
            match twin(waiver, head) {
                Some(other) if other.expires < waiver.expires => kept.push(other),
                Some(_) => kept.push(waiver.clone()),
                None => self.add(&key(waiver), [format!("until {}", waiver.expires), String::new()], Direction::Stricter),
            }
        }
        kept
    }

    /// The base's commands as they are there, and those that only the head has.
    pub(super) fn checks(&mut self, base: &[Check], head: &[Check]) -> Vec<Check> {
        let named = |checks: &[Check], name: &str| checks.iter().find(|check| check.name == name).cloned();
        let shown = |check: &Check| {
            let quick = if check.quick { ", quick" } else { "" };
            format!("{} (timeout {} s{quick})", check.run.join(" "), check.timeout.as_secs())
        };
        let what = |check: &Check| (check.run.clone(), check.timeout, check.quick);
        for check in base {
            let other = named(head, &check.name);
            if other.as_ref().map(what) != Some(what(check)) {
                self.add(&check.gate_name(), [shown(check), other.as_ref().map(shown).unwrap_or_default()], Direction::Looser);
            }
        }
        let added: Vec<Check> = head.iter().filter(|check| named(base, &check.name).is_none()).cloned().collect();
        for check in &added {
            self.add(&check.gate_name(), [String::new(), shown(check)], Direction::Stricter);
        }
        base.iter().cloned().chain(added).collect()
    }

    /// The fewer.
    pub(super) fn attempts(&mut self, base: Option<&Attempts>, head: Option<&Attempts>) -> Option<Attempts> {
        let most = |attempts: Option<&Attempts>| attempts.map_or(u32::MAX, |attempts| attempts.max);
        let shown = |attempts: Option<&Attempts>| attempts.map_or_else(String::new, |attempts| attempts.max.to_string());
        let (old, new) = (most(base), most(head));
        if old != new {
            self.add("attempts.max", [shown(base), shown(head)], if new < old { Direction::Stricter } else { Direction::Looser });
        }
        if new < old { head.cloned() } else { base.cloned() }
    }

    /// The base's record of old code, less what the head has taken out of it. An entry that moved with its text is
    /// the same one.
    pub(super) fn baseline(&mut self, base: &Baseline, head: &Baseline) -> Baseline {
        let mut entries: BTreeMap<Metric, Vec<Recorded>> = BTreeMap::new();
        let none = Vec::new();
        for metric in Metric::ALL {
            let of = |baseline: &Baseline| baseline.entries.get(&metric).unwrap_or(&none).clone();
            let kept = self.recorded(metric, &of(base), &of(head));
            if !kept.is_empty() {
                entries.insert(metric, kept);
            }
        }
        Baseline { file: base.file.clone(), entries }
    }

    fn recorded(&mut self, metric: Metric, base: &[Recorded], head: &[Recorded]) -> Vec<Recorded> {
        let is_looser =
            |one: &Recorded, than: &Recorded| if metric.is_percentage() { one.value < than.value } else { one.value > than.value };
        let is_moved = |one: &Recorded, other: &Recorded| one.body.is_some() && one.body == other.body;
        let twin = |one: &Recorded, others: &[Recorded]| {
            others.iter().find(|other| other.at == one.at).or_else(|| others.iter().find(|other| is_moved(one, other))).cloned()
        };
        let key = |one: &Recorded| format!("baseline.{} {}", metric.name(), one.at).trim_end().to_owned();
        for one in head {
            let old = twin(one, base);
            let is_accepted = old.as_ref().is_some_and(|old| !is_looser(one, old));
            if !is_accepted {
                let (base, head) = (old.map(|old| old.value.to_string()).unwrap_or_default(), one.value.to_string());
                self.0.push(Difference {
                    key: key(one),
                    base,
                    head,
                    direction: Direction::Looser,
                    code: "baseline-loosened",
                    line: Some(one.line),
                });
            }
        }
        let mut kept = Vec::new();
        for one in base {
            match twin(one, head) {
                Some(other) if is_looser(one, &other) => {
                    self.add(&key(one), [one.value.to_string(), other.value.to_string()], Direction::Stricter);
                    kept.push(Recorded { value: other.value, ..one.clone() });
                }
                Some(_) => kept.push(one.clone()),
                None => self.add(&key(one), [one.value.to_string(), String::new()], Direction::Stricter),
            }
        }
        kept
    }
}
