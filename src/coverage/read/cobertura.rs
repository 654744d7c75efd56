//! Cobertura's XML: `class` elements with a `filename`, relative to a `source` or not, and `line` elements with
//! `hits`. Rates and totals are not looked at.

use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader as XmlReader;

use super::ReadError;
use crate::coverage::claims::{Claim, Claims, Frame};

pub(super) fn read(input: impl BufRead, frame: &Frame) -> Result<Claims, ReadError> {
    let mut xml = XmlReader::from_reader(input);
    xml.config_mut().expand_empty_elements = true;
    let mut reader =
        Reader { frame, claims: Claims::default(), sources: Vec::new(), source: String::new(), open: Vec::new(), path: None, method: None };
    let mut buffer = Vec::new();
    loop {
        let event = xml.read_event_into(&mut buffer);
        let at = xml.buffer_position();
        let wrong = |message: String| ReadError::new(format!("at byte {at}: {message}"));
        match event.map_err(|error| wrong(format!("{error}; is the file complete?")))? {
            Event::Start(element) => reader.start(&element).map_err(wrong)?,
            Event::End(_) => reader.end(),
            Event::Text(text) => reader.text(&text),
            Event::GeneralRef(entity) => reader.text(&format!("&{};", &*entity)),
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    match reader.open.last() {
        Some(open) => Err(ReadError::new(format!("it ends within `<{open}>`: it is not complete"))),
        None => Ok(reader.claims),
    }
}

struct Reader<'f> {
    frame: &'f Frame,
    claims: Claims,
    sources: Vec<String>,
    /// What was read of the source that is open, as written.
    source: String,
    open: Vec<String>,
    /// The file of the class that is being read.
    path: Option<String>,
    method: Option<Method>,
}

/// A method whose lines are being read.
#[derive(Default)]
struct Method {
    first: Option<u32>,
    entered: bool,
}

impl Reader<'_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let name = element.local_name().as_ref().to_owned();
        if self.open.is_empty() && name != "coverage" {
            return Err(format!("it is XML, but begins with `<{name}>` and not with Cobertura's `<coverage>`"));
        }
        match name.as_str() {
            "class" => self.path = Some(self.resolved(&attribute(element, "filename")?.ok_or("a `class` has no `filename`")?)),
            "method" => self.method = Some(Method::default()),
            "line" => self.line(element)?,
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn end(&mut self) {
        match self.open.pop().as_deref() {
            Some("source") => {
                let written = std::mem::take(&mut self.source);
                self.sources.push(unescape(written.trim()).map_or_else(|_| written.clone(), std::borrow::Cow::into_owned));
            }
            Some("class") => self.path = None,
            Some("method") => self.end_method(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.open.last().is_some_and(|open| open == "source") {
            self.source.push_str(text);
        }
    }

    /// With one `source` a relative name lies in it; with several nobody says in which.
    fn resolved(&self, filename: &str) -> String {
        let is_absolute = filename.starts_with(['/', '\\']) || filename.as_bytes().get(1) == Some(&b':');
        match self.sources.as_slice() {
            [source] if !is_absolute => format!("{source}/{filename}"),
            _ => filename.to_owned(),
        }
    }

    fn line(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let line: u32 = number(element, "number")?.ok_or("a `line` has no `number`")?;
        let hits: u64 = number(element, "hits")?.ok_or("a `line` has no `hits`")?;
        if let Some(method) = &mut self.method {
            method.first.get_or_insert(line);
            method.entered |= hits > 0;
        }
        let outcomes = attribute(element, "condition-coverage")?;
        let outcomes = outcomes.as_deref().map(outcomes_of).transpose()?;
        let frame = self.frame;
        let Some(claim) = self.claim()? else { return Ok(()) };
        claim.line(frame, line, hits > 0);
        if let Some((taken, all)) = outcomes {
            (0..all).for_each(|outcome| claim.branch(frame, (line, 0, outcome), outcome < taken));
        }
        Ok(())
    }

    fn end_method(&mut self) {
        let Some(Method { first: Some(line), entered }) = self.method.take() else { return };
        let frame = self.frame;
        if let Ok(Some(claim)) = self.claim() {
            claim.function(frame, line, entered);
        }
    }

    fn claim(&mut self) -> Result<Option<&mut Claim>, String> {
        let path = self.path.as_deref().ok_or("a `line` stands outside of any `class`")?;
        Ok(self.frame.claim(&mut self.claims, path))
    }
}

/// `50% (1/2)`: how many outcomes were taken, of how many. The percentage alone says neither.
fn outcomes_of(text: &str) -> Result<(u32, u32), String> {
    let inner = text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner);
    let Some((taken, all)) = inner.and_then(|inner| inner.split_once('/')) else { return Ok((0, 0)) };
    match (taken.trim().parse::<u32>(), all.trim().parse::<u32>()) {
        (Ok(taken), Ok(all)) if taken <= all && all <= MANY => Ok((taken, all)),
        _ => Err(format!("`condition-coverage=\"{text}\"` is not understood")),
    }
}

/// No line has so many outcomes.
const MANY: u32 = 100_000;

fn number<N: std::str::FromStr>(element: &BytesStart<'_>, name: &str) -> Result<Option<N>, String> {
    let text = attribute(element, name)?;
    let parsed = text.as_deref().map(|text| text.trim().parse::<N>().map_err(|_| format!("`{name}=\"{text}\"` is no count")));
    parsed.transpose()
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = element.try_get_attribute(name).map_err(|error| error.to_string())?;
    let text = found.map(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned));
    text.transpose().map_err(|error| error.to_string())
}
