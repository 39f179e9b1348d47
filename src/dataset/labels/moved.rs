//! Finding labelled files again that were renamed or moved: a file that the journal does not know, with the same bytes as one
//! that is gone, is that one.

use std::collections::{HashMap, HashSet};

use super::super::Dataset;
use super::content::ContentHash;
use super::record::{Moved, file_key};
use super::replay::Labels;
use crate::base::CancelToken;

/// Where files that are gone are now. Only files of the same size as one that is gone are read, so this costs nothing as long
/// as all are where they were.
pub(super) fn find_moved(dataset: &Dataset, labels: &Labels, cancel: &CancelToken) -> Vec<Moved> {
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
        if !sizes.contains(&item.file_bytes) || labels.id_of(key).is_some() {
            continue;
        }
        let Ok(hash) = ContentHash::of_file(&dataset.path_of(item)) else { continue };
        if let Some(from) = gone.get_mut(&hash).and_then(Vec::pop) {
            moved.push(Moved { from: from.to_owned(), to: key.clone() });
        }
    }
    moved
}
