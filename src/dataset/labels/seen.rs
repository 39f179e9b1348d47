//! Which pictures the data set has, or once had: one that was there all along is never taken for another that is gone.
//!
//! Two files with the same bytes may stand in one data set. When one of them vanishes, the other is not where it went. So a list
//! of all pictures that were ever seen (name and size, as one number each) is kept beside the journal; only a picture that is
//! not in it can be one that was renamed. Where there is no such list nothing is known, and nothing counts as renamed.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use super::super::{Dataset, Item, ItemId};
use super::record::Moved;
use crate::base::{stable_hash, write_atomically};

/// Name of the file, beside the journal.
const SEEN_FILE: &str = "seen.bin";

/// The pictures that a data set has, or once had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenPictures {
    numbers: HashSet<u64>,
}

fn number(id: ItemId, bytes: u64) -> u64 {
    stable_hash(&[id.0.to_le_bytes(), bytes.to_le_bytes()].concat())
}

impl SeenPictures {
    /// Those of a data set as it is.
    pub fn of(dataset: &Dataset) -> Self {
        Self { numbers: dataset.items.iter().map(|item| number(item.id, item.file_bytes)).collect() }
    }

    /// Those in the list beside a journal; none where there is no list, or none that can be read.
    pub(super) fn beside(journal: &Path) -> Option<Self> {
        let bytes = fs::read(journal.with_file_name(SEEN_FILE)).ok()?;
        let (numbers, rest) = bytes.as_chunks::<8>();
        rest.is_empty().then(|| Self { numbers: numbers.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect() })
    }

    /// Writes the list beside a journal.
    pub(super) fn write_beside(&self, journal: &Path) -> io::Result<()> {
        let mut numbers: Vec<u64> = self.numbers.iter().copied().collect();
        numbers.sort_unstable();
        let bytes: Vec<u8> = numbers.into_iter().flat_map(u64::to_le_bytes).collect();
        write_atomically(&journal.with_file_name(SEEN_FILE), |out| out.write_all(&bytes))
    }

    /// Whether a picture was there before, with this name and size.
    pub(super) fn has(&self, item: &Item) -> bool {
        self.numbers.contains(&number(item.id, item.file_bytes))
    }

    /// Takes in those of another list.
    pub(super) fn add(&mut self, other: Self) {
        self.numbers.extend(other.numbers);
    }

    /// A picture of `bytes` is known to have another name now: it may come back under the old one.
    pub(super) fn forget(&mut self, moved: &Moved, bytes: u64) {
        self.numbers.remove(&number(ItemId(stable_hash(moved.from.as_bytes())), bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back_as_it_was_written_and_half_a_list_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("labels.jsonl");
        assert_eq!(SeenPictures::beside(&journal), None);
        let seen = SeenPictures { numbers: (0..1000).map(|id| number(ItemId(id), 5)).collect() };
        seen.write_beside(&journal).unwrap();
        assert_eq!(SeenPictures::beside(&journal), Some(seen));
        let file = folder.path().join(SEEN_FILE);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() - 3]).unwrap();
        assert_eq!(SeenPictures::beside(&journal), None);
    }
}
