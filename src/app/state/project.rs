//! The data set that is open.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::labels::LabelView;
use crate::dataset::{Dataset, Item, ItemId, ScanIssueKind, Split, item_id};
use crate::lang::t;

/// Facts from a picture's header, read in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFacts {
    /// Width and height as shown (upright), in pixels, and the format's name.
    Known {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// `JPEG`, `PNG`, …
        format: &'static str,
    },
    /// One sentence.
    Unreadable(String),
}

/// The data set that is open, with what is known of its files.
pub struct Project {
    /// As scanned, with the labels laid over. The order of the pictures stays as scanned.
    pub dataset: Arc<Dataset>,
    /// The labels that were given here.
    pub labels: LabelView,
    /// Another one each time a folder is read.
    pub serial: u64,
    /// Headers read so far.
    pub facts: HashMap<ItemId, FileFacts>,
    /// When files were last changed, in nanoseconds since 1970, of those looked at so far.
    pub modified: HashMap<ItemId, u64>,
    /// Index into `dataset.items` of each picture.
    pub index_of: HashMap<ItemId, usize>,
    /// Where this data set's runs are kept.
    pub runs_dir: PathBuf,
}

impl Project {
    /// A project of a freshly scanned data set.
    pub fn new(dataset: Dataset, runs_dir: PathBuf) -> Self {
        let index_of = dataset.items.iter().enumerate().map(|(index, item)| (item.id, index)).collect();
        static SERIAL: AtomicU64 = AtomicU64::new(1);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let labels = LabelView::default();
        Self {
            dataset: Arc::new(dataset),
            labels,
            serial,
            facts: HashMap::new(),
            modified: HashMap::new(),
            index_of,
            runs_dir,
        }
    }

    /// The picture of this name.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.dataset.items.get(*self.index_of.get(&id)?)
    }

    /// The picture in this file.
    pub fn item_at(&self, path: &Path) -> Option<&Item> {
        let named = path.strip_prefix(&self.dataset.root).ok().and_then(|within| self.item(item_id(within)));
        if named.is_some() {
            return named;
        }
        // By another name of the same place: through a link, or with `..` in it.
        let (path, root) = (path.canonicalize().ok()?, self.dataset.root.canonicalize().ok()?);
        self.item(item_id(path.strip_prefix(root).ok()?))
    }

    /// Name of a class; `unlabelled` for none.
    pub fn class_name(&self, class: Option<usize>) -> &str {
        class.and_then(|class| self.dataset.classes.get(class)).map_or(t!("unlabelled"), String::as_str)
    }

    /// How many files and folders are out of the ordinary in this way.
    pub fn count_issues(&self, kind: ScanIssueKind) -> usize {
        self.dataset.issues.iter().filter(|issue| issue.kind == kind).count()
    }

    /// Splits that have pictures, in order.
    pub fn splits(&self) -> Vec<Split> {
        Split::ALL.into_iter().filter(|split| self.dataset.items.iter().any(|item| item.split == *split)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::CancelToken;
    use crate::dataset::{ScanOptions, scan};

    #[test]
    fn a_picture_is_found_by_every_name_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ants/1.jpg", "bees/2.jpg"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "12345").unwrap();
        }
        let dataset = scan(folder.path(), &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
        let project = Project::new(dataset, PathBuf::new());
        let found = |path: &Path| project.item_at(path).map(Item::file_name);
        let root = &project.dataset.root;
        assert_eq!(found(&root.join("ants/1.jpg")).as_deref(), Some("1.jpg"));
        assert_eq!(found(&root.join("ants/../bees/2.jpg")).as_deref(), Some("2.jpg"));
        assert_eq!(found(&root.join("bees/../../nowhere/2.jpg")), None);
        assert_eq!(found(&root.join("ants/3.jpg")), None);
        #[cfg(unix)]
        {
            let link = folder.path().join("link.jpg");
            std::os::unix::fs::symlink(root.join("ants/1.jpg"), &link).unwrap();
            assert_eq!(found(&link).as_deref(), Some("1.jpg"));
        }
    }
}
