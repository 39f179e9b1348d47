//! The thread that reads pictures for their content hash. Apart from the one that writes labels: a share that is slow, or hangs,
//! must not keep labels from being written. Nobody waits for it when the data set is closed.

use std::io;
use std::path::{Path, PathBuf};

use crossbeam_channel::{Sender, unbounded};

use crate::dataset::labels::ContentHash;

/// Starts the thread. `tell` gets files with their hashes for each list that is asked for, until it returns `false`; a file that
/// can't be read has none.
pub(super) fn start(
    root: PathBuf,
    tell: impl Fn(Vec<(String, String)>) -> bool + Send + 'static,
) -> io::Result<Sender<Vec<String>>> {
    let (ask, asked) = unbounded::<Vec<String>>();
    std::thread::Builder::new().name("imago-hashes".to_owned()).spawn(move || {
        for files in asked {
            let hashed = files.into_iter().filter_map(|file| hash_of(&root, &file).map(|hash| (file, hash)));
            if !tell(hashed.collect()) {
                return;
            }
        }
    })?;
    Ok(ask)
}

fn hash_of(root: &Path, file: &str) -> Option<String> {
    ContentHash::of_file(&root.join(file)).ok().map(|hash| hash.to_string())
}
