//! LCOV. Records that are not known are skipped, `-` is 0, and the totals `LF`, `LH` and so on are not looked
//! at: what counts is each line's own `DA`.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::str::FromStr;

use lcov::Record;
use lcov::record::ParseRecordError;

use super::ReadError;
use crate::coverage::claims::{Claim, Claims, Frame};

/// What our own reports have as the name of their tests.
pub(crate) const OUR_NAME: &str = "cargo_gate";

pub(super) fn read(mut input: impl BufRead, frame: &Frame) -> Result<Claims, ReadError> {
    let mut reader = Reader { frame, claims: Claims::default(), section: None, has_records: false };
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        number += 1;
        let text = std::str::from_utf8(&line).map_err(|_| ReadError::at(number, "it is not UTF-8"))?;
        reader.record(text.trim()).map_err(|message| ReadError::at(number, message))?;
    }
    reader.finish(number)
}

struct Reader<'f> {
    frame: &'f Frame,
    claims: Claims,
    section: Option<Section>,
    has_records: bool,
}

/// What stands between `SF` and `end_of_record`.
struct Section {
    path: String,
    /// `None` for a file that is none of ours.
    claim: Option<Claim>,
    starts: BTreeMap<String, u32>,
    entered: BTreeMap<String, bool>,
}

impl Reader<'_> {
    fn record(&mut self, text: &str) -> Result<(), String> {
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        let is_kept = self.section.as_ref().is_none_or(|section| section.claim.is_some());
        if !is_kept && !text.starts_with("SF:") && text != "end_of_record" {
            return Ok(());
        }
        match parse(text) {
            Ok(record) => self.take(record),
            Err(ParseRecordError::UnknownRecord) if text.contains(':') => Ok(()),
            Err(ParseRecordError::UnknownRecord) => Err(format!("`{}` is no LCOV record; is the file complete?", shown(text))),
            Err(error) => Err(format!("`{}` is not understood ({error}); is the file complete?", shown(text))),
        }
    }

    fn take(&mut self, record: Record) -> Result<(), String> {
        self.has_records = true;
        match record {
            Record::TestName { name } => self.claims.is_ours |= name == OUR_NAME,
            Record::SourceFile { path } => self.begin(&path.to_string_lossy())?,
            Record::EndOfRecord => self.end()?,
            Record::LineData { line, count, .. } => {
                let frame = self.frame;
                self.claim("DA")?.line(frame, line, count > 0);
            }
            Record::BranchData { line, block, branch, taken } => {
                let frame = self.frame;
                self.claim("BRDA")?.branch(frame, (line, block, branch), taken.unwrap_or(0) > 0);
            }
            Record::FunctionName { name, start_line } => {
                self.open("FN")?.starts.insert(without_end_line(&name).to_owned(), start_line);
            }
            Record::FunctionData { name, count } => {
                *self.open("FNDA")?.entered.entry(name).or_default() |= count > 0;
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, path: &str) -> Result<(), String> {
        if let Some(open) = &self.section {
            return Err(format!("the record of `{}` has no end; is the file complete?", open.path));
        }
        if path.is_empty() {
            return Err("`SF:` names no file".to_owned());
        }
        let claim = self.frame.claim(&mut self.claims, path).map(|_| Claim::default());
        self.section = Some(Section { path: path.to_owned(), claim, starts: BTreeMap::new(), entered: BTreeMap::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let section = self.section.take().ok_or("`end_of_record` without `SF`")?;
        let Some(mut claim) = section.claim else { return Ok(()) };
        for (name, line) in &section.starts {
            claim.function(self.frame, *line, section.entered.get(name).copied().unwrap_or(false));
        }
        if let Some(known) = self.frame.claim(&mut self.claims, &section.path) {
            known.add(&claim);
        }
        Ok(())
    }

    fn open(&mut self, record: &str) -> Result<&mut Section, String> {
        self.section.as_mut().ok_or_else(|| format!("`{record}` stands before any `SF`; is the file complete?"))
    }

    fn claim(&mut self, record: &str) -> Result<&mut Claim, String> {
        let section = self.open(record)?;
        section.claim.as_mut().ok_or_else(|| format!("`{record}` of a file that is not kept"))
    }

    fn finish(self, lines: u64) -> Result<Claims, ReadError> {
        match &self.section {
            Some(open) => Err(ReadError::at(lines, format!("it ends within the record of `{}`: it is not complete", open.path))),
            None if !self.has_records => Err(ReadError::new("it has no record of LCOV (`SF`, `DA`, `end_of_record`)")),
            None => Ok(self.claims),
        }
    }
}

/// One record; a count of `-` is 0.
fn parse(text: &str) -> Result<Record, ParseRecordError> {
    match text.strip_prefix("DA:").and_then(|rest| rest.split_once(',')) {
        Some((line, count)) if count == "-" || count.starts_with("-,") => Record::from_str(&format!("DA:{line},0{}", &count[1..])),
        _ => Record::from_str(text),
    }
}

/// Since LCOV 2 a function may have its last line before its name.
fn without_end_line(name: &str) -> &str {
    match name.split_once(',') {
        Some((end, name)) if !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => name,
    }
}

/// Enough of a record to find it.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
