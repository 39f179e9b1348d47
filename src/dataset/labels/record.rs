//! A line of the journal: one action, as JSON with a checksum of its own.
//!
//! An action over many pictures is one line, so that it is there as a whole or not at all. The checksum is the last field:
//! it tells a line that was written from one that a failing disk made up. A line without one (written by hand) is taken too.

use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize};

use super::super::Split;
use crate::base::stable_hash;

/// One action with its number and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Number of the action, from 1; 0 for bookkeeping, which is no step of undo.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seq: u64,
    /// When, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// What.
    #[serde(flatten)]
    pub action: Action,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Labels, splits and marks of one picture or many.
    Change {
        /// Each picture once.
        changes: Vec<Change>,
        /// Classes that are made in the same step.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        create: Vec<String>,
        /// All classes afterwards, where some are made.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<String>,
    },
    /// A new class, after the others.
    CreateClass {
        /// Its name.
        name: String,
        /// All classes afterwards: a folder of this name that appears later does not put the class elsewhere.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<String>,
    },
    /// Another name for a class; its pictures keep their label.
    RenameClass {
        /// The name before.
        from: String,
        /// The new name.
        to: String,
        /// All classes afterwards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<String>,
    },
    /// All pictures of a class belong to another from now on.
    MergeClasses {
        /// The class that goes.
        from: String,
        /// The class that takes them in.
        into: String,
    },
    /// Another colour for a class.
    ColorClass {
        /// Which.
        class: String,
        /// As `#rrggbb`; none: the usual one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old: Option<String>,
        /// As `#rrggbb`; none: the usual one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new: Option<String>,
    },
    /// Another order of the classes.
    OrderClasses {
        /// All of them, as they were.
        old: Vec<String>,
        /// All of them, as they are now.
        new: Vec<String>,
    },
    /// Takes back an action.
    Undo {
        /// Its number.
        of: u64,
    },
    /// Does again what was taken back.
    Redo {
        /// Its number.
        of: u64,
    },
    /// Bookkeeping: content hashes that were not known yet when labels were given.
    Hashes {
        /// File and hash.
        files: Vec<(String, String)>,
    },
    /// Bookkeeping: files that were found again under another name.
    Moved {
        /// From where to where.
        files: Vec<Moved>,
    },
}

impl Action {
    /// Changes pictures and makes no class.
    pub fn change(changes: Vec<Change>) -> Self {
        Self::Change { changes, create: Vec::new(), order: Vec::new() }
    }

    /// Makes a class, after the others whatever they are.
    pub fn create_class(name: &str) -> Self {
        Self::CreateClass { name: name.to_owned(), order: Vec::new() }
    }
}

/// What an action changed about one picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The picture: its path below the data set, with `/` between the parts.
    pub file: String,
    /// Its [`ContentHash`](super::ContentHash), where it was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// What changed, as it was.
    pub old: Patch,
    /// What changed, as it is now.
    pub new: Patch,
}

/// Some facts about a picture. What is not named stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Name of its class; `Some(None)`: no label.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "named")]
    pub label: Option<Option<String>>,
    /// Its split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    /// The person is not sure of the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsure: Option<bool>,
    /// Left for later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<bool>,
    /// Not used for training or evaluation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<bool>,
}

/// A field that is there, be it `null`, is `Some`.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Patch {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A file that was found again under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Path below the data set, as the journal knew it.
    pub from: String,
    /// Path below the data set, as it is now.
    pub to: String,
}

/// How a picture is called in the journal: its relative path with `/` between the parts on every platform. A name that is not
/// valid Unicode is written as its bytes.
pub fn file_key(rel_path: &Path) -> String {
    let parts: Option<Vec<&str>> = rel_path.components().map(|part| part.as_os_str().to_str()).collect();
    if let Some(parts) = parts {
        return parts.join("/");
    }
    let hex = |part: std::path::Component<'_>| {
        part.as_os_str().as_encoded_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    format!("bytes:{}", rel_path.components().map(hex).collect::<Vec<_>>().join("/"))
}

const SUM: &str = ",\"sum\":\"";

/// The line of a record, with its line break.
///
/// # Errors
/// Never for the types above; whatever the JSON writer says.
pub fn line_of(record: &Record) -> Result<String, serde_json::Error> {
    let mut line = serde_json::to_string(record)?;
    line.pop();
    let sum = stable_hash(line.as_bytes());
    line.push_str(SUM);
    line.extend(format!("{sum:016x}\"}}\n").chars());
    Ok(line)
}

/// Reads a line (without its line break).
///
/// # Errors
/// One short phrase: what is wrong with it.
pub fn record_of(line: &[u8]) -> Result<Record, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not text".to_owned())?;
    let whole = text.rfind(SUM).and_then(|at| {
        let sum = text[at + SUM.len()..].strip_suffix("\"}")?;
        Some((&text[..at], u64::from_str_radix(sum, 16).ok().filter(|_| sum.len() == 16)?))
    });
    let json = match whole {
        Some((json, sum)) if stable_hash(json.as_bytes()) == sum => format!("{json}}}"),
        Some(_) => return Err("its checksum does not fit".to_owned()),
        None => text.to_owned(),
    };
    serde_json::from_str(&json).map_err(|error| {
        if error.is_data() && whole.is_some() {
            "it was written by a newer Imago".to_owned()
        } else {
            format!("it is not a record ({error})")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let new = Patch { label: Some(None), unsure: Some(false), ..Patch::default() };
        let old = Patch { label: Some(Some("ants".into())), unsure: Some(true), ..Patch::default() };
        let change = Change { file: "train/ants/1 \u{1F41C}.jpg".into(), hash: None, old, new };
        Record { seq: 7, time_ms: 1_700_000_000_123, action: Action::change(vec![change]) }
    }

    #[test]
    fn a_line_is_json_and_reads_back_as_it_was_written() {
        let line = line_of(&record()).unwrap();
        assert!(line.ends_with("\"}\n") && line.matches('\n').count() == 1, "{line}");
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
        assert_eq!(record_of(line.trim_end().as_bytes()), Ok(record()));
        for action in [Action::Undo { of: 3 }, Action::Hashes { files: vec![("a".into(), "b".into())] }] {
            let record = Record { seq: 0, time_ms: 1, action };
            assert_eq!(record_of(line_of(&record).unwrap().trim_end().as_bytes()), Ok(record));
        }
    }

    #[test]
    fn a_line_with_any_byte_changed_is_refused() {
        let line = line_of(&record()).unwrap();
        let line = line.trim_end().as_bytes();
        for at in 0..line.len() {
            let mut broken = line.to_vec();
            broken[at] ^= 1;
            let read = record_of(&broken);
            // Only a checksum field that is no longer called so leaves a line that stands for itself, with an unknown field.
            assert!(read.is_err() || read == Ok(record()), "byte {at}: {read:?}");
        }
        assert!(record_of(&line[..line.len() - 1]).is_err());
    }

    #[test]
    fn a_line_written_by_hand_needs_no_checksum() {
        let line = br#"{"time_ms":5,"do":"create_class","name":"wasps"}"#;
        assert_eq!(record_of(line), Ok(Record { seq: 0, time_ms: 5, action: Action::create_class("wasps") }));
        assert!(record_of(b"{\"time_ms\":5,\"do\":\"fly\"}").is_err());
    }

    #[test]
    fn a_file_is_called_by_its_path_with_slashes() {
        assert_eq!(file_key(&Path::new("train").join("ants").join("1.jpg")), "train/ants/1.jpg");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_unicode_stay_apart() {
        use std::os::unix::ffi::OsStrExt;
        let name = |byte: u8| file_key(&Path::new("a").join(std::ffi::OsStr::from_bytes(&[byte, b'.'])));
        assert_ne!(name(0xFE), name(0xFF));
    }
}
