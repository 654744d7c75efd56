//! SARIF 2.1.0, as code scanning reads it. Owns the layout and GitHub's limits; refuses to leave a run that
//! could not measure without results: an empty report closes every alert.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::items::{Item, Place, items, place_or_policy};
use super::{RULES_VERSION, Report, terminal};
use crate::judge::{AboutCode, CODES, INCONCLUSIVE, Outcome};

/// Results that GitHub takes per run. The worst come first; the rest is counted in a notification.
const MOST: usize = 25_000;

/// Write the report.
pub fn sarif(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    at_most(MOST, report, out)
}

fn at_most(most: usize, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let items = items(report);
    let shown = &items[..items.len().min(most)];
    let rules = rules(shown);
    let results: Vec<SarifResult<'_>> = shown.iter().map(|item| result(report, &rules, item)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": concat!("https://crates.io/crates/", env!("CARGO_PKG_NAME")),
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
                "properties": { "countingRules": RULES_VERSION },
            } },
            "automationDetails": { "id": format!("{}/{}", env!("CARGO_PKG_NAME"), report.call.below.as_str().replace('\\', "/")) },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.verdict.outcome != Outcome::Inconclusive,
                "exitCode": report.verdict.outcome.exit_code(),
                "toolExecutionNotifications": notifications(report, items.len() - shown.len()),
            }],
            "results": results,
        }],
    });
    writeln!(out, "{}", terminal::json(&serde_json::to_string_pretty(&document)?))
}

/// The codes that occur, in the order of their table; one that has no row stands for itself.
fn rules(items: &[Item<'_>]) -> Vec<AboutCode> {
    let used: BTreeSet<&'static str> = items.iter().map(|item| item.code).collect();
    let known = CODES.iter().copied().filter(|about| used.contains(about.code));
    let unknown = used.iter().filter(|code| !CODES.iter().any(|about| about.code == **code));
    known.chain(unknown.map(|&code| AboutCode { code, title: code, why: "A gate does not hold.", fix: "See the message." })).collect()
}

fn rule(about: &AboutCode) -> Value {
    let name: String = about.code.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    let level = if about.code == "surviving-mutant" { "warning" } else { "error" };
    let mut rule = json!({
        "id": about.code,
        "shortDescription": { "text": about.title },
        "fullDescription": { "text": about.why },
        "help": {
            "text": format!("{}\n\n{}", about.why, about.fix),
            "markdown": format!("{}\n\n**What to do:** {}", about.why, about.fix),
        },
        "defaultConfiguration": { "level": level },
        "properties": { "tags": ["quality", "testing"], "precision": "very-high", "problem.severity": level },
    });
    // A name has to say more than the id.
    if !name.eq_ignore_ascii_case(about.code) {
        rule["name"] = name.into();
    }
    rule
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Value,
    locations: [Value; 1],
    partial_fingerprints: Value,
    properties: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Value>,
}

fn result<'a>(report: &Report<'_>, rules: &[AboutCode], item: &'a Item<'_>) -> SarifResult<'a> {
    let place = place_or_policy(report, item);
    let mut location = json!({ "physicalLocation": physical(&place) });
    if let Some(symbol) = &item.symbol {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": symbol, "kind": "function" }]);
    }
    SarifResult {
        rule_id: item.code,
        rule_index: rules.iter().position(|about| about.code == item.code).expect("every code that occurs has a rule"),
        level: if item.is_failure { "error" } else { "warning" },
        message: json!({ "text": message(item) }),
        locations: [location],
        // GitHub tells alerts apart by the first alone.
        partial_fingerprints: json!({ "primaryLocationLineHash": format!("{}:1", item.fingerprint), "cargoGate/v1": item.fingerprint }),
        suppressions: item.waived.as_ref().map(|until| json!([{ "kind": "external", "status": "accepted", "justification": until }])),
        properties: json!({ "gate": item.metric.map(crate::policy::Metric::name), "distance": item.distance }),
    }
}

fn physical(place: &Place) -> Value {
    let region = match place.span {
        None => json!({ "startLine": 1 }),
        Some((start, end)) if end > start => {
            json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
        }
        Some((start, _)) => json!({ "startLine": start.line, "startColumn": start.column }),
    };
    json!({ "artifactLocation": { "uri": uri(&place.path), "uriBaseId": "%SRCROOT%" }, "region": region })
}

/// A relative path as a URI reference: what may not stand in one, and a colon that would make a scheme of
/// what stands before it, is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// Title, numbers and the way out. Brackets are escaped only where they would be read as a link.
fn message(item: &Item<'_>) -> String {
    let parts = [Some(&item.title), Some(&item.label), item.help.as_ref()];
    let text = parts.into_iter().flatten().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(". ");
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

fn notifications(report: &Report<'_>, left_out: usize) -> Vec<Value> {
    let problems = report.verdict.problems.iter().map(|text| notification("error", text));
    let warnings = report.scores.warnings.iter().map(|text| notification("warning", text));
    let more =
        (left_out > 0).then(|| notification("warning", &format!("{left_out} more findings, none worse than the last, are left out")));
    problems.chain(warnings).chain(more).collect()
}

fn notification(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": terminal::block(text) }, "descriptor": { "id": if level == "error" { INCONCLUSIVE } else { "note" } } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Finding;
    use crate::report::sample::{self, Sample};

    fn shown(sample: &Sample) -> Value {
        shown_at_most(MOST, sample)
    }

    fn shown_at_most(most: usize, sample: &Sample) -> Value {
        let mut out = Vec::new();
        at_most(most, &sample.report(), &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn a_result_and_its_rule() {
        let document = shown(&sample::failing());
        let run = &document["runs"][0];
        insta::assert_snapshot!(serde_json::to_string_pretty(&run["results"][1]).unwrap(), @r#"
        {
          "level": "error",
          "locations": [
            {
              "logicalLocations": [
                {
                  "fullyQualifiedName": "discount",
                  "kind": "function"
                }
              ],
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "src/price.rs",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "endColumn": 16,
                  "endLine": 2,
                  "startColumn": 8,
                  "startLine": 2
                }
              }
            }
          ],
          "message": {
            "text": "`discount` is complex and under-tested. crap 18.8, at most 8: complexity 14, coverage 71 %. split to complexity 7 or less and cover 73 % or more; not covered: 97, 103-109, 120"
          },
          "partialFingerprints": {
            "cargoGate/v1": "1cdc37cdb4768866",
            "primaryLocationLineHash": "1cdc37cdb4768866:1"
          },
          "properties": {
            "distance": "over by 10.8",
            "gate": "crap"
          },
          "ruleId": "crap",
          "ruleIndex": 1
        }
        "#);
        assert_eq!(run["tool"]["driver"]["rules"][1]["id"], "crap");
        assert_eq!(run["results"][2]["level"], "warning");
    }

    #[test]
    fn the_document_is_valid_in_the_published_schema() {
        let mut schema: Value = serde_json::from_str(include_str!("../../fixtures/schema/sarif-2.1.0.json")).unwrap();
        // The published pattern for languages has a bracket too many, and we write none.
        for definition in ["run", "toolComponent"] {
            schema["definitions"][definition]["properties"]["language"].as_object_mut().unwrap().remove("pattern").unwrap();
        }
        let validator = jsonschema::draft7::new(&schema).unwrap();
        for run in [sample::failing(), sample::passing(), sample::nothing_measured()] {
            let errors: Vec<String> = validator.iter_errors(&shown(&run)).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
        assert!(!validator.is_valid(&json!({ "version": "2.1.0", "runs": [{}] })), "the schema says no to something");
    }

    #[test]
    fn what_could_not_be_measured_is_a_result() {
        let document = shown(&sample::nothing_measured());
        let run = &document["runs"][0];
        assert_eq!(run["results"][0]["ruleId"], "inconclusive");
        assert_eq!(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "gates.toml");
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    }

    #[test]
    fn the_worst_are_kept_under_the_limit_and_the_rest_is_counted() {
        let mut sample = sample::failing();
        let [crap, survivor] = &sample.verdict.findings[..] else { panic!() };
        let many = std::iter::repeat_n(survivor.clone(), 20).chain([crap.clone()]);
        sample.verdict.findings = many.collect();
        let document = shown_at_most(20, &sample);
        let run = &document["runs"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), 20);
        assert_eq!((&run["results"][1]["ruleId"], &run["results"][1]["level"]), (&"crap".into(), &"error".into()));
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        assert!(notes.last().unwrap()["message"]["text"].as_str().unwrap().starts_with("2 more findings"));
    }

    #[test]
    fn paths_are_relative_uris_and_texts_are_no_links() {
        let mut sample = sample::failing();
        sample.call.below = "a b".into();
        sample.scores.files[0].path = "src/ü[1]:x.rs".into();
        sample.verdict.findings[0] = Finding { title: "`a[0](b)`".to_owned(), code: "brand-new", ..sample.verdict.findings[0].clone() };
        let document = shown(&sample);
        let run = &document["runs"][0];
        let result = run["results"].as_array().unwrap().iter().find(|result| result["ruleId"] == "brand-new").unwrap();
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b/src/%C3%BC%5B1%5D%3Ax.rs");
        assert!(result["message"]["text"].as_str().unwrap().starts_with("`a\\[0\\](b)`. crap"));
        assert_eq!(run["automationDetails"]["id"], "cargo-gate/a b");
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!((&rule["id"], &rule["name"]), (&"brand-new".into(), &"BrandNew".into()));
    }
}
