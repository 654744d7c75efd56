//! The report in the mutation-testing report schema, version 2, which existing viewers read. Owns the
//! translation; refuses to add words of its own: statuses are the schema's.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::items::waived_items;
use super::{Report, describe, shown_reason, shown_status, terminal};
use crate::policy::{Limit, Metric};
use crate::score::{Covered, FileScore, MutantScore, Scores, Status};
use crate::syntax::Position;

/// Where viewers draw the line between bad and poor when no gate says more.
const LOW: u8 = 60;
/// Where viewers draw the line between poor and good when no gate says it.
const HIGH: u8 = 80;

/// Write every mutant with its verdict and the tests that reach it.
pub fn mutation_report(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", terminal::json(&serde_json::to_string(&document(report))?))
}

/// The report as values.
pub(super) fn document<'a>(report: &Report<'a>) -> Document<'a> {
    let tests = Arc::new(TestIds::new(report.scores));
    let document = Document {
        schema_version: "2",
        thresholds: thresholds(report),
        files: report.scores.files.iter().map(|file| (file.path.as_str(), file_result(report.scores, file, &tests))).collect(),
        test_files: tests.files(),
        framework: Framework { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
    };
    document.without_waived(report)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    schema_version: &'static str,
    thresholds: Thresholds,
    files: BTreeMap<&'a str, FileResult<'a>>,
    test_files: BTreeMap<&'a str, TestFile<'a>>,
    framework: Framework,
}

impl Document<'_> {
    /// The same with waived mutants as ignored ones, with what was found and why: viewers have no word for them, and
    /// they are in no score.
    fn without_waived(mut self, report: &Report<'_>) -> Self {
        for item in waived_items(report) {
            let Some((file, score)) = item.mutant else { continue };
            let results = self.files.get_mut(file.path.as_str()).into_iter().flat_map(|result| &mut result.mutants);
            for result in results.filter(|result| result.id == score.mutant.id) {
                let reason = format!("{}; waived {}", result.status, item.waived.as_deref().unwrap_or_default());
                (result.status, result.status_reason) = (Status::Ignored.name(), Some(reason));
            }
        }
        self
    }

    /// The same with mutants in code that was not compiled as ignored ones: a viewer that stands beside our
    /// numbers must come to the same score, and it counts what is not covered.
    pub(super) fn with_the_score_of_the_gate(mut self, report: &Report<'_>) -> Self {
        for file in &report.scores.files {
            let results = self.files.get_mut(file.path.as_str()).into_iter().flat_map(|result| &mut result.mutants);
            for (result, _) in results.zip(&file.mutants).filter(|(_, score)| score.inactive) {
                result.status = Status::Ignored.name();
            }
        }
        self
    }
}

#[derive(Serialize)]
struct Framework {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Thresholds {
    high: u8,
    low: u8,
}

#[derive(Serialize)]
struct FileResult<'a> {
    language: &'static str,
    source: &'a str,
    mutants: Vec<MutantResult<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MutantResult<'a> {
    id: &'a str,
    mutator_name: &'static str,
    location: Location,
    replacement: &'a str,
    description: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<String>,
    #[serde(skip_serializing_if = "Ids::is_empty")]
    covered_by: Ids<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    killed_by: Vec<String>,
}

#[derive(Serialize)]
struct Location {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct TestFile<'a> {
    tests: Vec<TestDefinition<'a>>,
}

#[derive(Serialize)]
struct TestDefinition<'a> {
    id: String,
    name: &'a str,
}

/// Short ids for the names of tests, in the order of the names: the same names give the same ids.
struct TestIds<'a>(BTreeMap<&'a str, usize>);

/// Tests that reach a mutant: of thousands of mutants with thousands each the ids are made while they are written.
struct Ids<'a> {
    tests: Arc<TestIds<'a>>,
    covered: &'a Covered,
}

impl Ids<'_> {
    fn is_empty(&self) -> bool {
        self.covered.is_empty()
    }
}

impl Serialize for Ids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.tests.ids(self.covered.iter()))
    }
}

impl<'a> TestIds<'a> {
    fn new(scores: &'a Scores) -> Self {
        let mut known = HashSet::new();
        let sets = scores.mutants().filter(|(_, mutant)| known.insert(mutant.covered_by.tests()));
        let mut names: BTreeSet<&str> = sets.flat_map(|(_, mutant)| mutant.covered_by.iter()).collect();
        names.extend(scores.mutants().filter_map(|(_, mutant)| mutant.killed_by.as_deref()));
        Self(names.into_iter().zip(0..).collect())
    }

    /// In the order of the names, whatever order the run found them in.
    fn ids<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<String> {
        let mut ids: Vec<usize> = names.filter_map(|name| self.0.get(name).copied()).collect();
        ids.sort_unstable();
        ids.iter().map(ToString::to_string).collect()
    }

    /// The tests by target, which is what stands before the first `::` of a name.
    fn files(&self) -> BTreeMap<&'a str, TestFile<'a>> {
        let mut files: BTreeMap<&str, TestFile<'_>> = BTreeMap::new();
        for (name, id) in &self.0 {
            let target = name.split_once("::").map_or("tests", |(target, _)| target);
            let file = files.entry(target).or_insert_with(|| TestFile { tests: Vec::new() });
            file.tests.push(TestDefinition { id: id.to_string(), name });
        }
        files
    }
}

fn file_result<'a>(scores: &Scores, file: &'a FileScore, tests: &Arc<TestIds<'a>>) -> FileResult<'a> {
    let mutants = file.mutants.iter().map(|score| mutant_result(scores, file, score, tests)).collect();
    FileResult { language: "rust", source: &file.text, mutants }
}

fn mutant_result<'a>(scores: &Scores, file: &FileScore, score: &'a MutantScore, tests: &Arc<TestIds<'a>>) -> MutantResult<'a> {
    let mutant = &score.mutant;
    let position = |at| file.lines.position(&file.text, at);
    MutantResult {
        id: &mutant.id,
        mutator_name: mutant.operator.name(),
        location: Location { start: position(mutant.span.start), end: position(mutant.span.end) },
        replacement: &mutant.replacement,
        description: describe(file, score),
        status: shown_status(scores, score).name(),
        status_reason: shown_reason(scores, score),
        covered_by: Ids { tests: Arc::clone(tests), covered: &score.covered_by },
        killed_by: tests.ids(score.killed_by.as_deref().into_iter()),
    }
}

/// Green is what the gate lets pass; a limit between two whole numbers is raised, for nothing that fails
/// may look green.
fn thresholds(report: &Report<'_>) -> Thresholds {
    let gate = report.policy.gates.iter().find(|gate| gate.metric == Metric::MutationScore);
    let high = match gate.map(|gate| gate.limit) {
        Some(Limit::Min(limit)) => u8::try_from(limit.millionths.div_ceil(1_000_000)).unwrap_or(100).min(100),
        _ => HIGH,
    };
    Thresholds { high, low: LOW.min(high) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_mutant_is_there_with_its_tests_and_its_place() {
        let run = sample::failing();
        let mut out = Vec::new();
        mutation_report(&run.report(), &mut out).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["schemaVersion"], "2");
        assert_eq!(document["thresholds"], serde_json::json!({"high": 60, "low": 60}));
        let mutants = &document["files"]["src/price.rs"]["mutants"];
        insta::assert_snapshot!(serde_json::to_string_pretty(&mutants[0]).unwrap(), @r#"
        {
          "coveredBy": [
            "0",
            "1"
          ],
          "description": "replace `>` with `>=` in `discount`",
          "id": "00000000005d",
          "location": {
            "end": {
              "column": 18,
              "line": 3
            },
            "start": {
              "column": 17,
              "line": 3
            }
          },
          "mutatorName": "BinaryOperator",
          "replacement": ">=",
          "status": "Survived"
        }
        "#);
        assert_eq!(mutants[1]["killedBy"], serde_json::json!(["1"]));
        let inactive = mutants.as_array().unwrap().last().unwrap();
        assert_eq!((&inactive["status"], &inactive["statusReason"]), (&"NoCoverage".into(), &"not compiled in this configuration".into()));
        assert_eq!(document["testFiles"]["shop"]["tests"][1], serde_json::json!({"id": "1", "name": "shop::tests::discount_small"}));
    }

    #[test]
    fn the_document_is_valid_in_the_published_schema() {
        let schema = include_str!("../../fixtures/schema/mutation-testing-report-schema.json");
        let validator = jsonschema::draft7::new(&serde_json::from_str(schema).unwrap()).unwrap();
        for run in [sample::failing(), sample::passing(), sample::nothing_measured()] {
            let mut out = Vec::new();
            mutation_report(&run.report(), &mut out).unwrap();
            let document = serde_json::from_slice(&out).unwrap();
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
    }
}
