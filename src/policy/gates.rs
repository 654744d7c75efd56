//! The `[gates]` table: which limit each metric takes, and which limits make sense. Owns the kinds of
//! limits; refuses to compare them with anything.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::Table;
use super::reader::{Reader, Value, type_name};
use super::{Decimal, Gate, Limit, Metric, Origin};

/// What cannot be judged over a part of the tree.
pub(super) const NOT_OF_A_CHANGE: [Metric; 1] = [Metric::Tests];

/// What may limit a metric.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `true`.
    All,
    /// `{ min = percent }`.
    Percent,
    /// `{ max = whole number }`.
    Count,
    /// `{ max = number }`.
    Score,
}

impl Kind {
    const fn of(metric: Metric) -> Kind {
        match metric {
            Metric::Tests | Metric::Checks => Kind::All,
            Metric::LineCoverage | Metric::BranchCoverage | Metric::FunctionCoverage | Metric::MutationScore => Kind::Percent,
            Metric::Complexity
            | Metric::SurvivingMutants
            | Metric::MutationSites
            | Metric::CognitiveComplexity
            | Metric::FunctionLines
            | Metric::Parameters
            | Metric::NestingDepth
            | Metric::FileLines
            | Metric::UnsafeBlocks
            | Metric::Panics
            | Metric::Policy
            | Metric::Scope
            | Metric::Integrity
            | Metric::Waivers
            | Metric::Attempts => Kind::Count,
            Metric::Crap => Kind::Score,
        }
    }

    /// The key of the limit, and the one that would be the wrong way round.
    const fn bound(self) -> (&'static str, &'static str) {
        if matches!(self, Kind::Percent) { ("min", "max") } else { ("max", "min") }
    }

    const fn limit(self, value: Decimal) -> Limit {
        if matches!(self, Kind::Percent) { Limit::Min(value) } else { Limit::Max(value) }
    }
}

impl Reader<'_> {
    /// The gates of a `[gates]` table, or of an override's, in the order of [`Metric::ALL`].
    pub(super) fn gates(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) -> Vec<Gate> {
        let Some(table) = self.table(key, value) else { return Vec::new() };
        if table.is_empty() {
            self.problem(
                key.span(),
                "no gate is set",
                "an empty table",
                "set a gate, such as `tests = true`; without a file the defaults apply",
            );
        }
        let mut gates = Vec::new();
        for (key, value) in table {
            match Metric::ALL.into_iter().find(|metric| metric.name() == key.get_ref()) {
                Some(metric) => gates.extend(self.gate(metric, value)),
                None => self.unknown_key(Table::Gates, key),
            }
        }
        gates.sort_by_key(|gate| gate.metric);
        gates
    }

    fn gate(&mut self, metric: Metric, value: &Value<'_>) -> Option<Gate> {
        let kind = Kind::of(metric);
        let (limit, at) = match (kind, value.get_ref()) {
            (Kind::All, DeValue::Boolean(true)) => (Limit::All, value.span()),
            (Kind::All, _) => {
                self.not_all(metric, value);
                return None;
            }
            (_, DeValue::Table(table)) => self.bound(metric, kind, value, table)?,
            _ => {
                let title = format!("`{}` has to be a table", metric.name());
                self.problem(value.span(), &title, &format!("this is {}", type_name(value)), &example(metric, value));
                return None;
            }
        };
        let origin = Origin::File { path: self.path.to_owned(), line: self.line(at.start) };
        Some(Gate { metric, limit, origin })
    }

    fn not_all(&mut self, metric: Metric, value: &Value<'_>) {
        let name = metric.name();
        if matches!(value.get_ref(), DeValue::Boolean(false)) {
            let title = format!("`{name} = false` can never bind");
            self.problem(value.span(), &title, "no gate", &format!("leave `{name}` out, or set it to `true`"));
        } else {
            let title = format!("`{name}` has to be `true`");
            self.problem(value.span(), &title, &format!("this is {}", type_name(value)), &format!("write `{name} = true`"));
        }
    }

    /// The limit of a table such as `{ min = 90 }`, and where it stands.
    fn bound(&mut self, metric: Metric, kind: Kind, value: &Value<'_>, table: &DeTable<'_>) -> Option<(Limit, std::ops::Range<usize>)> {
        let (name, (wanted, reverse)) = (metric.name(), kind.bound());
        for key in table.keys().filter(|key| key.get_ref() != wanted) {
            if key.get_ref() == reverse {
                let title = format!("`{name}` takes `{wanted}`, not `{reverse}`");
                self.problem(key.span(), &title, "the wrong way round", &format!("write `{wanted}`"));
            } else {
                let title = format!("unknown key `{}`", key.get_ref().escape_debug());
                self.problem(key.span(), &title, &format!("not a key of `{name}`"), &format!("`{name}` takes `{wanted}` alone"));
            }
        }
        let Some(number) = table.get(wanted) else {
            if table.is_empty() {
                self.problem(value.span(), &format!("`{name}` has no limit"), "nothing is set", &example(metric, value));
            }
            return None;
        };
        let limit = self.number(metric, number)?;
        self.sensible(metric, kind, limit, number).then(|| (kind.limit(limit), number.span()))
    }

    pub(super) fn number(&mut self, metric: Metric, value: &Value<'_>) -> Option<Decimal> {
        let parsed = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => Decimal::parse(number.as_str()),
            DeValue::Float(number) => Decimal::parse(number.as_str()),
            _ => Err("is a plain decimal number such as 90 or 92.5"),
        };
        if let Err(why) = parsed {
            let title = format!("not a limit for `{}`", metric.name());
            self.problem(value.span(), &title, &format!("a limit {why}"), &example(metric, value));
        }
        parsed.ok()
    }

    /// Whether some measurement is on each side of the limit; a limit that never fails or always does is a
    /// mistake.
    fn sensible(&mut self, metric: Metric, kind: Kind, limit: Decimal, value: &Value<'_>) -> bool {
        let name = metric.name();
        let (smallest, has_more) = match metric {
            Metric::Complexity | Metric::Crap => (1, "the simplest function has 1"),
            Metric::FunctionLines => (1, "the shortest function has 1"),
            Metric::FileLines => (1, "the shortest file with code has 1"),
            _ => (0, ""),
        };
        let (what, label) = match kind {
            Kind::Percent if limit == Decimal::whole(0) => ("can never bind", "0 % always holds"),
            Kind::Percent if limit > Decimal::whole(100) => ("can never hold", "more than all: a percentage is at most 100"),
            Kind::Count if !limit.is_whole() => ("has to be a whole number", "a count has no fraction"),
            Kind::Count | Kind::Score if limit < Decimal::whole(smallest) => ("can never hold", has_more),
            _ => return true,
        };
        let title = format!("the limit of `{name}` {what}");
        self.problem(value.span(), &title, label, &format!("choose another limit, or leave `{name}` out"));
        false
    }
}

/// How a limit for `metric` is written, with the number that stands there where there is one.
fn example(metric: Metric, value: &Value<'_>) -> String {
    let (bound, _) = Kind::of(metric).bound();
    let number = match value.get_ref() {
        DeValue::Integer(number) if Decimal::parse(number.as_str()).is_ok() => number.as_str(),
        DeValue::Float(number) if Decimal::parse(number.as_str()).is_ok() => number.as_str(),
        _ if bound == "min" => "90",
        _ => "10",
    };
    format!("write `{} = {{ {bound} = {number} }}`", metric.name())
}
