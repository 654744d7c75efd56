//! The JSON that `llvm-cov export` writes, versions 2 and 3. Lines are told from segments as LLVM itself does
//! (`LineCoverageStats` in `llvm/lib/ProfileData/Coverage/CoverageMapping.cpp`). One source file is in memory
//! at a time.

use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::ReadError;
use crate::coverage::claims::{Claims, Frame};

/// What `type` says.
pub(crate) const TYPE: &str = "llvm.coverage.json.export";

pub(super) fn read(input: impl BufRead, frame: &Frame) -> Result<Claims, ReadError> {
    let mut claims = Claims::default();
    let mut json = serde_json::Deserializer::from_reader(input);
    let is_export = Keyed(Root { frame, claims: &mut claims, is_export: None, has_data: false })
        .deserialize(&mut json)
        .and_then(|root| json.end().map(|()| root.is_export == Some(true) && root.has_data));
    match is_export {
        Ok(true) => Ok(claims),
        Ok(false) => {
            Err(ReadError::new(format!("it is JSON, but not what `llvm-cov export` writes: no `\"type\": \"{TYPE}\"` with `data`")))
        }
        Err(error) if error.is_eof() => Err(ReadError::at(error.line() as u64, "it ends early: it is not complete")),
        Err(error) => Err(ReadError::at(error.line() as u64, error.to_string())),
    }
}

/// Something that reads the values of a JSON object key by key.
trait Object<'de>: Sized {
    fn value<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Reads an object and gives back what read it.
struct Keyed<T>(T);

impl<'de, T: Object<'de>> DeserializeSeed<'de> for Keyed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Object<'de>> Visitor<'de> for Keyed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of the llvm-cov export")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<T, A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.0.value(&key, &mut map)?;
        }
        Ok(self.0)
    }
}

/// Reads an array and hands each element to a function, one at a time.
struct Each<F>(F);

impl<'de, F, S> DeserializeSeed<'de> for Each<(F, std::marker::PhantomData<S>)>
where
    S: Deserialize<'de>,
    F: FnMut(S),
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F, S> Visitor<'de> for Each<(F, std::marker::PhantomData<S>)>
where
    S: Deserialize<'de>,
    F: FnMut(S),
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of the llvm-cov export")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<S>()? {
            (self.0.0)(element);
        }
        Ok(())
    }
}

fn each<F: FnMut(S), S>(take: F) -> Each<(F, std::marker::PhantomData<S>)> {
    Each((take, std::marker::PhantomData))
}

struct Root<'a, 'f> {
    frame: &'f Frame,
    claims: &'a mut Claims,
    is_export: Option<bool>,
    has_data: bool,
}

impl<'de> Object<'de> for Root<'_, '_> {
    fn value<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "type" => self.is_export = Some(map.next_value::<String>()? == TYPE),
            "version" => {
                let version: String = map.next_value()?;
                if !version.starts_with("2.") && !version.starts_with("3.") {
                    return Err(A::Error::custom(format!("version {version} of the llvm-cov export is not known; 2 and 3 are")));
                }
            }
            "data" => {
                self.has_data = true;
                map.next_value_seed(Data { frame: self.frame, claims: self.claims })?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The array `data`: one element for each export.
struct Data<'a, 'f> {
    frame: &'f Frame,
    claims: &'a mut Claims,
}

impl<'de> DeserializeSeed<'de> for Data<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Data<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the exports of llvm-cov")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Keyed(Export { frame: self.frame, claims: self.claims }))?.is_some() {}
        Ok(())
    }
}

struct Export<'a, 'f> {
    frame: &'f Frame,
    claims: &'a mut Claims,
}

impl<'de> Object<'de> for Export<'_, '_> {
    fn value<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let (frame, claims) = (self.frame, &mut *self.claims);
        match key {
            "files" => map.next_value_seed(each(|file: File| file.note(frame, claims))),
            "functions" => map.next_value_seed(each(|function: Function| function.note(frame, claims))),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

#[derive(Deserialize)]
struct File {
    filename: String,
    #[serde(default)]
    segments: Vec<Segment>,
    #[serde(default)]
    branches: Vec<Branch>,
}

/// `[line, column, count, has count, is region entry, is gap region]`; the last is newer than version 2.0.
#[derive(Clone, Copy, Deserialize)]
#[serde(from = "Vec<Scalar>")]
struct Segment {
    line: u32,
    count: u64,
    has_count: bool,
    is_entry: bool,
    is_gap: bool,
}

/// `[line, column, end line, end column, times true, times false, ..]`.
#[derive(Clone, Copy, Deserialize)]
#[serde(from = "Vec<Scalar>")]
struct Branch {
    line: u32,
    column: u32,
    when_true: u64,
    when_false: u64,
}

#[derive(Deserialize)]
struct Function {
    count: u64,
    filenames: Vec<String>,
    regions: Vec<Branch>,
}

/// A number or a boolean as a number; what is no whole number counts as one when it is above 0.
#[derive(Clone, Copy)]
struct Scalar(u64);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a boolean")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Scalar, E> {
        Ok(Scalar(u64::from(truth)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar(u64::try_from(number).unwrap_or(0)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar(u64::from(number > 0.0)))
    }
}

fn numbers(scalars: &[Scalar]) -> impl Fn(usize) -> u64 + '_ {
    |at| scalars.get(at).map_or(0, |scalar| scalar.0)
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl From<Vec<Scalar>> for Segment {
    fn from(scalars: Vec<Scalar>) -> Self {
        let at = numbers(&scalars);
        Segment { line: small(at(0)), count: at(2), has_count: at(3) > 0, is_entry: at(4) > 0, is_gap: at(5) > 0 }
    }
}

impl From<Vec<Scalar>> for Branch {
    fn from(scalars: Vec<Scalar>) -> Self {
        let at = numbers(&scalars);
        Branch { line: small(at(0)), column: small(at(1)), when_true: at(4), when_false: at(5) }
    }
}

impl File {
    fn note(self, frame: &Frame, claims: &mut Claims) {
        let Some(claim) = frame.claim(claims, &self.filename) else { return };
        lines(&self.segments, frame.longest, |line, ran| claim.line(frame, line, ran));
        for branch in &self.branches {
            // Places are the numbers: LLVM has no others.
            claim.branch(frame, (branch.line, branch.column, 0), branch.when_false > 0);
            claim.branch(frame, (branch.line, branch.column, 1), branch.when_true > 0);
        }
    }
}

impl Function {
    fn note(self, frame: &Frame, claims: &mut Claims) {
        let (Some(path), Some(region)) = (self.filenames.first(), self.regions.first()) else { return };
        if let Some(claim) = frame.claim(claims, path) {
            claim.function(frame, region.line, self.count > 0);
        }
    }
}

/// Each mapped line and whether it ran. Lines without a segment take the count of the last segment before
/// them; a line past `longest` is told once.
fn lines(segments: &[Segment], longest: u32, mut tell: impl FnMut(u32, bool)) {
    let mut wrapped: Option<Segment> = None;
    let mut next = 0;
    for group in segments.chunk_by(|one, other| one.line == other.line) {
        let line = group[0].line;
        if let Some(before) = wrapped.filter(|segment| segment.has_count) {
            (next..line.min(longest + 1)).for_each(|between| tell(between, before.count > 0));
        }
        if let Some(ran) = line_of(group, wrapped) {
            tell(line, ran);
        }
        wrapped = group.last().copied();
        next = line.saturating_add(1);
    }
}

/// Whether the line of these segments ran; `None` when it is not mapped.
fn line_of(group: &[Segment], wrapped: Option<Segment>) -> Option<bool> {
    let starts = |segment: &&Segment| !segment.is_gap && segment.has_count && segment.is_entry;
    let begins_skipped = group.first().is_some_and(|first| !first.has_count && first.is_entry);
    let has_start = group.iter().any(|segment| starts(&segment));
    let from_before = wrapped.filter(|segment| segment.has_count);
    let is_mapped =
        (!begins_skipped && (from_before.is_some() || has_start)) || group.iter().any(|segment| segment.is_entry && segment.has_count);
    let largest = group.iter().filter(starts).map(|segment| segment.count).chain(from_before.map(|segment| segment.count)).max();
    is_mapped.then(|| largest.unwrap_or(0) > 0)
}
