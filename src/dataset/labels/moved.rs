//! Finding labelled files again that were renamed or moved: a file that is new, with the same bytes as one that is gone, is
//! that one.

use std::collections::{HashMap, HashSet};

use super::super::Dataset;
use super::content::ContentHash;
use super::record::{Action, Moved, Record, file_key};
use super::replay::Labels;
use super::seen::SeenPictures;
use crate::base::CancelToken;

/// Finds files that are gone under their new names. Returns the record that says so, if there are any, and the list of pictures
/// seen as it is now. `seen`: those that were there before; where that is not known, nothing counts as renamed.
pub(super) fn follow(
    dataset: &Dataset,
    labels: &Labels,
    seen: Option<SeenPictures>,
    time_ms: u64,
    cancel: &CancelToken,
) -> (Option<Record>, SeenPictures) {
    let moved = seen.as_ref().map(|seen| find(dataset, labels, seen, cancel)).unwrap_or_default();
    let mut seen = seen.unwrap_or_default();
    for (moved, bytes) in &moved {
        seen.forget(moved, *bytes);
    }
    seen.add(SeenPictures::of(dataset));
    let files: Vec<Moved> = moved.into_iter().map(|(moved, _)| moved).collect();
    let record = (!files.is_empty()).then_some(Record { seq: 0, time_ms, action: Action::Moved { files } });
    (record, seen)
}

/// Where files that are gone are now, and their sizes. Only new files of the same size as one that is gone are read, so this
/// costs nothing as long as all are where they were.
fn find(dataset: &Dataset, labels: &Labels, seen: &SeenPictures, cancel: &CancelToken) -> Vec<(Moved, u64)> {
    let known: Vec<_> = labels.known().filter_map(|(key, hash)| Some((key, hash?))).collect();
    if known.is_empty() {
        return Vec::new();
    }
    let keys: Vec<String> = dataset.items.iter().map(|item| file_key(&item.rel_path)).collect();
    let present: HashSet<&str> = keys.iter().map(String::as_str).collect();
    let mut gone: HashMap<ContentHash, Vec<&str>> = HashMap::new();
    // Of several with the same bytes the first to be labelled is the first to be found.
    for (key, hash) in known.iter().rev().filter(|(key, _)| !present.contains(key)) {
        gone.entry(*hash).or_default().push(key);
    }
    let sizes: HashSet<u64> = gone.keys().map(|hash| hash.bytes).collect();
    let mut moved = Vec::new();
    for (item, key) in dataset.items.iter().zip(&keys) {
        if gone.is_empty() || cancel.is_cancelled() {
            break;
        }
        if !sizes.contains(&item.file_bytes) || labels.id_of(key).is_some() || seen.has(item) {
            continue;
        }
        let Ok(hash) = ContentHash::of_file(&dataset.path_of(item)) else { continue };
        if let Some(from) = gone.get_mut(&hash).and_then(Vec::pop) {
            moved.push((Moved { from: from.to_owned(), to: key.clone() }, hash.bytes));
        }
    }
    moved
}
