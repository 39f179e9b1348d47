//! `manifest.jsonl`: where each file comes from and what was drawn, one JSON object a line.
//!
//! While a job runs, lines are added as files get ready; at its end they are put in the order of the data set. A line's hash
//! tells a job that goes on which files are whole.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::plan::{Plan, Source};
use super::{OfflineError, slashed};
use crate::augment::Trace;
use crate::augment::trace::Drawn;
use crate::base::{stable_hash, write_atomically};

/// Its name.
pub(super) const MANIFEST_FILE: &str = "manifest.jsonl";

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    file: String,
    hash: String,
    /// Why the picture, which was copied as it is, can't be read.
    unreadable: Option<String>,
    text: String,
}

/// What all lines of a source share.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    pub source: &'a Source,
    pub seed: u64,
}

impl Origin<'_> {
    /// The line of the copy; `unreadable` says why it is no picture, where it is none.
    pub fn copied(&self, bytes: &[u8], unreadable: Option<&str>) -> Line {
        self.line(&self.source.copy, 0, bytes, json!([]), unreadable)
    }

    /// The line of a variant.
    pub fn varied(&self, path: &Path, variant: usize, bytes: &[u8], trace: &Trace) -> Line {
        let steps = trace.steps.iter().map(|step| {
            let mut object = Map::from_iter([("transform".to_owned(), json!(step.name))]);
            object.extend(step.drawn.iter().map(|(name, value)| ((*name).to_owned(), drawn(*value))));
            Value::Object(object)
        });
        self.line(path, variant, bytes, steps.collect(), None)
    }

    fn line(&self, path: &Path, variant: usize, bytes: &[u8], parameters: Value, unreadable: Option<&str>) -> Line {
        let (file, hash) = (slashed(path), hash_of(bytes));
        let mut object = json!({
            "file": file,
            "source": slashed(&self.source.rel_path),
            "split": self.source.split.name(),
            "label": self.source.class,
            "seed": self.seed,
            "variant": variant,
            "parameters": parameters,
            "hash": hash,
        });
        if let (Some(reason), Some(object)) = (unreadable, object.as_object_mut()) {
            object.insert("unreadable".to_owned(), json!(reason));
        }
        Line { file, hash, unreadable: unreadable.map(str::to_owned), text: object.to_string() }
    }
}

fn drawn(value: Drawn) -> Value {
    match value {
        Drawn::Number(number) => json!(number),
        Drawn::Word(word) => json!(word),
    }
}

fn hash_of(bytes: &[u8]) -> String {
    format!("{:016x}", stable_hash(bytes))
}

/// The lines so far.
#[derive(Default)]
pub(super) struct Manifest {
    lines: HashMap<String, Line>,
    /// Not on disk yet, in order.
    new: Vec<Line>,
}

impl Manifest {
    /// What an earlier job left in `out`. A line that was cut off is passed over.
    ///
    /// # Errors
    /// It is there but can't be read.
    pub fn reopen(out: &Path) -> Result<Self, OfflineError> {
        #[derive(Deserialize)]
        struct Named {
            file: String,
            hash: String,
            unreadable: Option<String>,
        }
        let path = out.join(MANIFEST_FILE);
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(OfflineError::BadState { dir: out.to_owned(), reason: error.to_string() }),
        };
        let lines = text.lines().filter_map(|line| {
            let Named { file, hash, unreadable } = serde_json::from_str(line).ok()?;
            Some((file.clone(), Line { file, hash, unreadable, text: line.to_owned() }))
        });
        Ok(Self { lines: lines.collect(), new: Vec::new() })
    }

    /// Whether every file of `source` is in `out`, as its line says.
    pub fn has_all(&self, source: &Source, out: &Path) -> bool {
        let as_listed = |path: &Path| {
            let line = self.lines.get(&slashed(path));
            line.is_some_and(|line| fs::read(out.join(path)).is_ok_and(|bytes| hash_of(&bytes) == line.hash))
        };
        source.outputs().all(as_listed)
    }

    /// Why the copy of `source` can't be read as a picture, where that is so.
    pub fn unreadable(&self, source: &Source) -> Option<&str> {
        self.lines.get(&slashed(&source.copy))?.unreadable.as_deref()
    }

    /// Takes out the lines of `source`, which will be made anew.
    pub fn forget(&mut self, source: &Source) {
        for path in source.outputs() {
            self.lines.remove(&slashed(path));
        }
    }

    /// Writes the lines that still hold, without those that do not.
    pub fn begin(&self, out: &Path) -> Result<(), OfflineError> {
        let mut lines: Vec<&Line> = self.lines.values().collect();
        lines.sort_by(|a, b| a.file.cmp(&b.file));
        write(out, &lines)
    }

    /// Takes up lines of files that are ready.
    pub fn add(&mut self, lines: Vec<Line>) {
        for line in lines {
            self.lines.insert(line.file.clone(), line.clone());
            self.new.push(line);
        }
    }

    /// Adds what is new to the file.
    pub fn write_new(&mut self, out: &Path) -> Result<(), OfflineError> {
        let path = out.join(MANIFEST_FILE);
        let text: String = self.new.drain(..).map(|line| line.text + "\n").collect();
        let append = || {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(&path)?;
            file.write_all(text.as_bytes())
        };
        append().map_err(OfflineError::writing(&path))
    }

    /// Writes all lines in the order of the plan.
    pub fn finish(&self, out: &Path, plan: &Plan) -> Result<(), OfflineError> {
        let paths = plan.sources.iter().flat_map(Source::outputs);
        let lines: Vec<&Line> = paths.filter_map(|path| self.lines.get(&slashed(path))).collect();
        write(out, &lines)
    }
}

fn write(out: &Path, lines: &[&Line]) -> Result<(), OfflineError> {
    let path = out.join(MANIFEST_FILE);
    write_atomically(&path, |file| lines.iter().try_for_each(|line| writeln!(file, "{}", line.text)))
        .map_err(OfflineError::writing(&path))
}
