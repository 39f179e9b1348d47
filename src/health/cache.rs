//! What was found out about files, kept for the next time: a line for each file, in a file of Imago's own.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use crate::base::write_atomically;
use crate::dataset::ItemId;

/// First line of the file. Another number when fingerprints are made otherwise: old ones are not comparable then.
const HEADING: &str = "imago health 1";

/// By which a file is taken to be the one that was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileStamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
}

impl FileStamp {
    /// Of a file as it is now.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos() as u64;
        Some(Self { bytes: metadata.len(), modified })
    }
}

#[derive(Serialize, Deserialize)]
struct Line {
    id: ItemId,
    stamp: FileStamp,
    found: Fingerprint,
}

/// What was found out before. What could not be read is not in it: the reason may pass without a trace in the file.
#[derive(Default)]
pub(super) struct Cache {
    found: HashMap<ItemId, (FileStamp, Fingerprint)>,
}

impl Cache {
    /// Reads a file; what can't be read is looked at again.
    pub fn read(path: &Path) -> Self {
        let mut cache = Self::default();
        let Ok(file) = fs::File::open(path) else { return cache };
        let mut lines = BufReader::new(file).lines().map_while(Result::ok);
        if lines.next().is_some_and(|heading| heading == HEADING) {
            for line in lines.filter_map(|line| serde_json::from_str::<Line>(&line).ok()) {
                cache.insert(line.id, line.stamp, line.found);
            }
        }
        cache
    }

    /// What was found out about a file that is still the same.
    pub fn get(&self, id: ItemId, stamp: FileStamp) -> Option<Fingerprint> {
        self.found.get(&id).filter(|(known, _)| *known == stamp).map(|(_, found)| *found)
    }

    /// Remembers what was found out.
    pub fn insert(&mut self, id: ItemId, stamp: FileStamp, found: Fingerprint) {
        self.found.insert(id, (stamp, found));
    }

    /// Forgets the files that are gone.
    pub fn retain(&mut self, is_there: impl Fn(ItemId) -> bool) {
        self.found.retain(|id, _| is_there(*id));
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        write_atomically(path, |out| {
            writeln!(out, "{HEADING}")?;
            for (id, (stamp, found)) in &self.found {
                let line = Line { id: *id, stamp: *stamp, found: *found };
                serde_json::to_writer(&mut *out, &line)?;
                writeln!(out)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_out_is_there_again_as_long_as_the_file_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = (folder.path().join("deep/health.jsonl"), folder.path().join("a.jpg"));
        fs::write(&file, b"12345").unwrap();
        let stamp = FileStamp::of(&file).unwrap();
        let print = Fingerprint { content: 7, width: 3, height: 4, blank: true, looks: None, taken_secs: Some(-5) };
        let mut cache = Cache::default();
        cache.insert(ItemId(1), stamp, print);
        cache.write(&path).unwrap();
        let again = Cache::read(&path);
        assert_eq!(again.get(ItemId(1), stamp), Some(print));
        assert_eq!(again.get(ItemId(3), stamp), None);
        assert_eq!(again.get(ItemId(1), FileStamp { bytes: 6, ..stamp }), None);
        assert_eq!(again.get(ItemId(1), FileStamp { modified: stamp.modified + 1, ..stamp }), None);
    }

    #[test]
    fn a_damaged_or_foreign_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("health.jsonl");
        assert!(Cache::read(&path).found.is_empty());
        for text in ["", "imago health 0\n{}", "\u{0}\u{1}", "imago health 1\nnonsense\n{\"id\":1}"] {
            fs::write(&path, text).unwrap();
            assert!(Cache::read(&path).found.is_empty(), "{text:?}");
        }
        fs::write(&path, [0xFF, 0xFE, 0x80]).unwrap();
        assert!(Cache::read(&path).found.is_empty());
    }
}
