//! `[[waiver]]`: one finding that a person has accepted, until a day. Owns what a waiver may say and whether it
//! is good on a day; refuses to know the clock and what was found.

use chrono::{Days, NaiveDate};
use toml::de::DeValue;

use super::Metric;
use super::entries::Entry;
use super::keys::Table;
use super::reader::{Key, Reader, Value};
use crate::nearest::nearest;

/// A finding that does not keep its gate from holding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The gate that the finding belongs to.
    pub gate: Metric,
    /// `mutant:` and a mutant's id, or a finding's fingerprint.
    pub item: String,
    /// Why, in the words of the policy's author.
    pub reason: String,
    /// The last day on which it is good.
    pub expires: NaiveDate,
    /// The 1-based line of its first key.
    pub line: u32,
}

/// How a waiver stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is good.
    InForce,
    /// Its last day is over.
    Expired,
    /// Its last day is further ahead than [`Waiver::MOST_DAYS`].
    TooFar,
}

impl Waiver {
    /// How many days ahead a waiver may end.
    pub const MOST_DAYS: u64 = 180;

    /// The names that `gate` may have.
    pub fn gates() -> Vec<&'static str> {
        let metrics = Metric::ALL.into_iter().filter(|metric| *metric != Metric::Tests).map(Metric::name);
        metrics.chain(["surviving-mutants"]).collect()
    }

    /// How it stands on `today`.
    pub fn standing(&self, today: NaiveDate) -> Standing {
        let last = today.checked_add_days(Days::new(Waiver::MOST_DAYS));
        if self.expires < today {
            Standing::Expired
        } else if last.is_some_and(|last| self.expires > last) {
            Standing::TooFar
        } else {
            Standing::InForce
        }
    }

    /// The mutant that it is about, if it is one.
    pub fn mutant(&self) -> Option<&str> {
        self.item.strip_prefix(MUTANT)
    }

    /// Whether it is about the finding with this fingerprint and mutant.
    pub fn is_about(&self, fingerprint: &str, mutant: Option<&str>) -> bool {
        match self.mutant() {
            Some(id) => mutant == Some(id),
            None => self.item == fingerprint,
        }
    }
}

const MUTANT: &str = "mutant:";

const GATE: &str = "name the gate of the finding, such as `gate = \"mutation-score\"`";
const ITEM: &str = "write `item = \"mutant:1f0c9a2e77b1\"`, or the finding's fingerprint of 16 digits, which `-v` and `--format json` show";
const REASON: &str = "say why, such as `reason = \"equivalent: the sum is never 0\"`";
const EXPIRES: &str = "write the last day without quotes, such as `expires = 2027-03-31`; at most 180 days ahead";

impl Reader<'_> {
    /// What the array of tables under `key` says.
    pub(super) fn waivers(&mut self, key: &Key<'_>, value: &Value<'_>) -> Vec<Waiver> {
        let mut found: Vec<Waiver> = Vec::new();
        for entry in self.entries(key, value) {
            let Some(waiver) = self.waiver(&entry) else { continue };
            if let Some(first) = found.iter().find(|other| (other.gate, &other.item) == (waiver.gate, &waiver.item)) {
                let title = format!("`{}` is waived twice", waiver.item);
                self.problem(entry.at.clone(), &title, &format!("waived before on line {}", first.line), "keep one of them");
            }
            found.push(waiver);
        }
        found
    }

    fn waiver(&mut self, entry: &Entry<'_, '_>) -> Option<Waiver> {
        let (mut gate, mut item, mut reason, mut expires) = (None, None, None, None);
        for (key, value) in entry.table {
            match key.get_ref().as_ref() {
                "gate" => gate = self.waived_gate(value),
                "item" => item = self.item(value),
                "reason" => reason = self.words("reason", value, REASON),
                "expires" => expires = self.day(value),
                _ => self.unknown_key(Table::Waiver, key),
            }
        }
        self.required("a waiver", entry, &[("gate", GATE), ("item", ITEM), ("reason", REASON), ("expires", EXPIRES)]);
        let waiver = Waiver { gate: gate?, item: item?, reason: reason?, expires: expires?, line: self.line(entry.at.start) };
        if waiver.mutant().is_some() && waiver.gate != Metric::MutationScore {
            let title = format!("`{}` has no mutants", waiver.gate.name());
            self.problem(entry.at.clone(), &title, "its item is one", "write `gate = \"mutation-score\"`");
        }
        Some(waiver)
    }

    fn waived_gate(&mut self, value: &Value<'_>) -> Option<Metric> {
        let name = self.words("gate", value, GATE)?;
        if name == Metric::Tests.name() {
            let help = "mend the test, or mark it `#[ignore]`: nothing can be measured with a red one";
            self.problem(value.span(), "a failing test cannot be waived", "this gate", help);
            return None;
        }
        // The mutants that survive are those that the score is about.
        let metric = if matches!(name.as_str(), "surviving-mutants" | "surviving-mutant") { "mutation-score" } else { &name };
        let known = Waiver::gates();
        let found = Metric::ALL.into_iter().find(|one| one.name() == metric);
        if found.is_none() {
            let near = nearest(&name, &known);
            let help = near.map_or(format!("known are: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.problem(value.span(), &format!("unknown gate `{}`", name.escape_debug()), "no such gate", &help);
        }
        found
    }

    fn item(&mut self, value: &Value<'_>) -> Option<String> {
        let item = self.words("item", value, ITEM)?;
        let (digits, wanted) = item.strip_prefix(MUTANT).map_or((item.as_str(), 16), |id| (id, 12));
        let is_one = digits.len() == wanted && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_one {
            self.problem(value.span(), "not the id of a finding", "neither a mutant nor a fingerprint", ITEM);
        }
        is_one.then_some(item)
    }

    fn day(&mut self, value: &Value<'_>) -> Option<NaiveDate> {
        let DeValue::Datetime(moment) = value.get_ref() else {
            self.wrong_type("expires", "a date", value, EXPIRES);
            return None;
        };
        let date = moment.date.filter(|_| moment.time.is_none());
        let date = date.and_then(|date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()));
        if date.is_none() {
            self.problem(value.span(), "`expires` has to be a day", "not a day alone", EXPIRES);
        }
        date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_waiver_is_good_through_its_last_day_and_at_most_180_days_before_it() {
        let waiver = |expires| Waiver { gate: Metric::Crap, item: String::new(), reason: String::new(), expires: day(expires), line: 1 };
        let cases = [
            ("2026-11-20", Standing::Expired),
            ("2026-11-21", Standing::InForce),
            ("2027-05-20", Standing::InForce),
            ("2027-05-21", Standing::TooFar),
        ];
        for (expires, standing) in cases {
            assert_eq!(waiver(expires).standing(day("2026-11-21")), standing, "{expires}");
        }
    }

    #[test]
    fn a_mutant_is_known_by_its_id_and_others_by_their_fingerprint() {
        let waiver = |item: &str| Waiver {
            gate: Metric::MutationScore,
            item: item.to_owned(),
            reason: String::new(),
            expires: day("2026-11-21"),
            line: 1,
        };
        let (mutant, finding) = (waiver("mutant:aa"), waiver("aa"));
        assert!(mutant.is_about("bb", Some("aa")) && !mutant.is_about("aa", Some("bb")) && !mutant.is_about("aa", None));
        assert!(finding.is_about("aa", None) && finding.is_about("aa", Some("cc")) && !finding.is_about("bb", Some("aa")));
    }
}
