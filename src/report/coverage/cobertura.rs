//! Cobertura's XML, as its `coverage-04.dtd` wants it. A package is a folder, a class is a file. There is no
//! time in it: the same run gives the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Measured, functions, measured};
use crate::coverage::{Branch, FileCoverage, Ratio};
use crate::score::{FileScore, Scores};

const DOCTYPE: &str = "coverage SYSTEM \"http://cobertura.sourceforge.net/xml/coverage-04.dtd\"";

/// Write lines, methods and branches of every file.
pub fn cobertura(scores: &Scores, out: &mut dyn Write) -> io::Result<()> {
    let mut packages: BTreeMap<&str, Vec<(&FileScore, &FileCoverage)>> = BTreeMap::new();
    for (file, coverage) in measured(scores) {
        packages.entry(file.path.parent().map_or("", |folder| folder.as_str())).or_default().push((file, coverage));
    }
    let mut xml = Xml(Writer::new_with_indent(&mut *out, b' ', 1));
    xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.0.write_event(Event::DocType(BytesText::from_escaped(DOCTYPE)))?;
    let all: Vec<_> = measured(scores).collect();
    xml.inside("coverage", &root_attributes(&all), |xml| {
        xml.inside("sources", &[], |xml| xml.inside("source", &[], |xml| xml.0.write_event(Event::Text(BytesText::new(".")))))?;
        xml.inside("packages", &[], |xml| packages.iter().try_for_each(|(folder, files)| xml.package(folder, files)))
    })?;
    writeln!(out)
}

type Attributes = Vec<(&'static str, String)>;

fn root_attributes(files: &[(&FileScore, &FileCoverage)]) -> Attributes {
    let (lines, branches) = (sum(files, FileCoverage::line_ratio), sum(files, FileCoverage::branch_ratio));
    let mut attributes = rates(lines, branches, complexity(files));
    attributes.extend([
        ("lines-covered", lines.hit.to_string()),
        ("lines-valid", lines.of.to_string()),
        ("branches-covered", branches.hit.to_string()),
        ("branches-valid", branches.of.to_string()),
        ("version", format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))),
        ("timestamp", "0".to_owned()),
    ]);
    attributes
}

fn sum(files: &[(&FileScore, &FileCoverage)], of: fn(&FileCoverage) -> Ratio) -> Ratio {
    files.iter().fold(Ratio::default(), |mut sum, (_, coverage)| {
        sum += of(coverage);
        sum
    })
}

/// Complexity of all measured functions, and how many there are.
fn complexity(files: &[(&FileScore, &FileCoverage)]) -> Ratio {
    let measured = files.iter().flat_map(|(file, coverage)| functions(file, coverage));
    measured.fold(Ratio::default(), |sum, function| Ratio {
        hit: sum.hit + u64::from(function.score.function.complexity.value()),
        of: sum.of + 1,
    })
}

fn rates(lines: Ratio, branches: Ratio, complexity: Ratio) -> Attributes {
    vec![("line-rate", decimal(lines)), ("branch-rate", decimal(branches)), ("complexity", decimal(complexity))]
}

/// Four digits, cut off: what is not all is never 1. Nothing of nothing is 0.
fn decimal(ratio: Ratio) -> String {
    let parts = ratio.hit * 10_000 / ratio.of.max(1);
    format!("{}.{:04}", parts / 10_000, parts % 10_000)
}

struct Xml<W: Write>(Writer<W>);

impl<W: Write> Xml<W> {
    fn inside(
        &mut self,
        name: &str,
        attributes: &[(&'static str, String)],
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.0.write_event(Event::Start(element(name, attributes)))?;
        content(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn empty(&mut self, name: &str, attributes: &[(&'static str, String)]) -> io::Result<()> {
        self.0.write_event(Event::Empty(element(name, attributes)))
    }

    fn package(&mut self, folder: &str, files: &[(&FileScore, &FileCoverage)]) -> io::Result<()> {
        let mut attributes = rates(sum(files, FileCoverage::line_ratio), sum(files, FileCoverage::branch_ratio), complexity(files));
        attributes.insert(0, ("name", folder.replace('/', ".")));
        self.inside("package", &attributes, |xml| {
            xml.inside("classes", &[], |xml| files.iter().try_for_each(|(file, coverage)| xml.class(file, coverage)))
        })
    }

    fn class(&mut self, file: &FileScore, coverage: &FileCoverage) -> io::Result<()> {
        let mut attributes = rates(coverage.line_ratio(), coverage.branch_ratio(), complexity(&[(file, coverage)]));
        attributes.insert(0, ("name", file.path.file_stem().unwrap_or_default().to_owned()));
        attributes.insert(1, ("filename", file.path.to_string()));
        self.inside("class", &attributes, |xml| {
            xml.inside("methods", &[], |xml| functions(file, coverage).iter().try_for_each(|function| xml.method(function)))?;
            xml.inside("lines", &[], |xml| coverage.lines.iter().try_for_each(|(line, ran)| xml.line(*line, *ran, coverage)))
        })
    }

    /// A method with the line on which it begins: whether that ran says whether it was entered.
    fn method(&mut self, function: &Measured<'_>) -> io::Result<()> {
        let lines = function.score.coverage.unwrap_or_default();
        let of = u64::from(function.score.function.complexity.value());
        let mut attributes = rates(lines, Ratio::default(), Ratio { hit: of, of: 1 });
        attributes.insert(0, ("name", function.name.clone()));
        attributes.insert(1, ("signature", String::new()));
        self.inside("method", &attributes, |xml| {
            let line = [("number", function.line.to_string()), ("hits", u8::from(function.entered).to_string())];
            xml.inside("lines", &[], |xml| xml.empty("line", &line))
        })
    }

    fn line(&mut self, line: u32, ran: bool, coverage: &FileCoverage) -> io::Result<()> {
        let outcomes: Vec<&Branch> = coverage.branches.iter().filter(|branch| branch.line == line).collect();
        let mut attributes = vec![("number", line.to_string()), ("hits", u8::from(ran).to_string())];
        if outcomes.is_empty() {
            attributes.push(("branch", "false".to_owned()));
            return self.empty("line", &attributes);
        }
        let taken = outcomes.iter().filter(|branch| branch.taken).count();
        attributes.extend([("branch", "true".to_owned()), ("condition-coverage", share(taken, outcomes.len()))]);
        self.inside("line", &attributes, |xml| xml.inside("conditions", &[], |xml| xml.conditions(&outcomes)))
    }

    /// The decisions of a line, each with the share of its outcomes that were taken.
    fn conditions(&mut self, outcomes: &[&Branch]) -> io::Result<()> {
        for (decision, number) in outcomes.chunk_by(|one, other| one.decision == other.decision).zip(0u32..) {
            let taken = decision.iter().filter(|branch| branch.taken).count();
            let kind = if decision.len() > 2 { "switch" } else { "jump" };
            let coverage = format!("{}%", taken * 100 / decision.len());
            self.empty("condition", &[("number", number.to_string()), ("type", kind.to_owned()), ("coverage", coverage)])?;
        }
        Ok(())
    }
}

fn element<'a>(name: &'a str, attributes: &'a [(&'static str, String)]) -> BytesStart<'a> {
    BytesStart::new(name).with_attributes(attributes.iter().map(|(key, value)| (*key, value.as_str())))
}

/// `50% (1/2)`, the percentage cut off.
fn share(taken: usize, of: usize) -> String {
    format!("{}% ({taken}/{of})", taken * 100 / of)
}
