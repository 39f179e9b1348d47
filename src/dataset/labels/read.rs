//! Reading a journal that may be torn at its end or damaged in the middle.

use std::fs;
use std::io;
use std::path::Path;

use super::record::{Record, record_of};

/// A line that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadLine {
    /// From 1.
    pub number: usize,
    /// Short phrase.
    pub why: String,
}

/// A journal as it was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    /// With the number of their lines.
    pub records: Vec<(usize, Record)>,
    /// Passed over.
    pub bad_lines: Vec<BadLine>,
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// Size without the torn end, in bytes.
    pub whole_bytes: u64,
    /// The last line is whole, only its line break is missing.
    pub lacks_line_break: bool,
}

/// Reads the journal at `path`; an empty one where there is no file.
///
/// # Errors
/// The file is there but can't be read.
pub(super) fn read(path: &Path) -> io::Result<Found> {
    match fs::read(path) {
        Ok(bytes) => Ok(read_bytes(&bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Found::default())
        }
        Err(error) => Err(error),
    }
}

/// Reads what a journal holds.
pub(super) fn read_bytes(bytes: &[u8]) -> Found {
    let mut found = Found { bytes: bytes.len() as u64, ..Found::default() };
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (text, is_whole) = line.strip_suffix(b"\n").map_or((line, false), |text| (text, true));
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        match record_of(text) {
            Ok(record) => {
                found.records.push((index + 1, record));
                found.lacks_line_break = !is_whole;
            }
            // The rest of a line that was being written: never acknowledged, so nobody is told of a loss.
            Err(_) if !is_whole => break,
            Err(_) if text.is_empty() => {}
            Err(why) => found.bad_lines.push(BadLine { number: index + 1, why }),
        }
        found.whole_bytes += line.len() as u64;
    }
    found
}
