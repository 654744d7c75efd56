//! Coverage files of other tools: LCOV, Cobertura and the export of `llvm-cov`, told apart by their content.
//! Each is read once from front to back and nothing of it is kept but [`Claims`]. Refuses to open files, to
//! find paths and to judge what is said.

mod cobertura;
mod lcov;
mod llvm;
#[cfg(test)]
mod tests;

pub(crate) use lcov::OUR_NAME as OUR_LCOV_NAME;
pub(crate) use llvm::TYPE as LLVM_EXPORT;

use std::fmt;
use std::io::BufRead;

use super::claims::{Claims, Frame};

/// The format of a coverage file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// LCOV's tracefile.
    Lcov,
    /// Cobertura's XML.
    Cobertura,
    /// What `llvm-cov export` writes, in JSON.
    LlvmCov,
}

impl Format {
    /// For people and for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Lcov => "lcov",
            Format::Cobertura => "cobertura",
            Format::LlvmCov => "llvm-cov-json",
        }
    }
}

/// Why a coverage file cannot be read, to stand behind its name.
#[derive(Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The 1-based line where it is known.
    pub line: Option<u64>,
    /// What is wrong.
    pub message: String,
}

impl ReadError {
    fn new(message: impl Into<String>) -> ReadError {
        ReadError { line: None, message: message.into() }
    }

    fn at(line: u64, message: impl Into<String>) -> ReadError {
        ReadError { line: Some(line), message: message.into() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        ReadError::new(format!("it cannot be read: {error}"))
    }
}

/// Read a coverage file, whichever format it has. Fails on what is none of them, on a mistake in it, and when
/// it ends before it is complete.
pub fn read(mut input: impl BufRead, frame: &Frame) -> Result<(Format, Claims), ReadError> {
    let format = detect(&mut input)?;
    let claims = match format {
        Format::Lcov => lcov::read(input, frame),
        Format::Cobertura => cobertura::read(input, frame),
        Format::LlvmCov => llvm::read(input, frame),
    }?;
    Ok((format, claims))
}

/// Beginnings of files that people take for one of ours.
const OTHERS: [(&[u8], &str); 5] = [
    (b"\x1f\x8b", "it is compressed; unpack it first"),
    (b"PK\x03\x04", "it is an archive; unpack it first"),
    (b"\xff\xfe", "it is UTF-16; write it as UTF-8"),
    (b"\xff", "it is a raw profile; export it as LCOV first, as `cargo llvm-cov --lcov` does"),
    (b"\x81", "it is a raw profile; export it as LCOV first, as `cargo llvm-cov --lcov` does"),
];

/// Look at the first bytes that are no white space; a byte-order mark is skipped.
fn detect(input: &mut impl BufRead) -> Result<Format, ReadError> {
    if input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    loop {
        let bytes = input.fill_buf()?;
        let blank = bytes.len();
        match bytes.trim_ascii_start() {
            [] if bytes.is_empty() => return Err(ReadError::new("it is empty")),
            [] => input.consume(blank),
            start => return format_of(start),
        }
    }
}

fn format_of(start: &[u8]) -> Result<Format, ReadError> {
    if let Some((_, why)) = OTHERS.iter().find(|(other, _)| start.starts_with(other)) {
        return Err(ReadError::new(*why));
    }
    match start.first() {
        Some(b'<') => Ok(Format::Cobertura),
        Some(b'{') => Ok(Format::LlvmCov),
        Some(b'#' | b'A'..=b'Z') => Ok(Format::Lcov),
        _ => Err(ReadError::new("it is neither LCOV nor Cobertura nor what `llvm-cov export` writes")),
    }
}
