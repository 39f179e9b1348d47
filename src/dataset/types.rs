//! The plain data of a data set.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a picture is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Learned from.
    Train,
    /// Never learned from; checked after every epoch (`val`, `valid` or `validation` on disk).
    Val,
    /// Never learned from nor looked at while choosing a model.
    Test,
}

impl Split {
    /// All splits, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    /// `train`, `val` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }

    /// The split that a folder of this name stands for, if any; case does not matter.
    pub fn from_folder_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "train" | "training" => Some(Self::Train),
            "val" | "valid" | "validation" => Some(Self::Val),
            "test" | "testing" => Some(Self::Test),
            _ => None,
        }
    }
}

/// How a folder is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatasetLayout {
    /// `<split>/<class>/*`.
    Splits,
    /// `<class>/*`; the splits are drawn by us (stratified, seeded).
    Classes,
    /// Pictures without classes.
    Loose,
}

/// Names a picture for good: the stable hash of its path relative to the data set, with `/` between the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId(pub u64);

/// One picture of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name for good.
    pub id: ItemId,
    /// Its path relative to [`Dataset::root`].
    pub rel_path: PathBuf,
    /// What it is used for.
    pub split: Split,
    /// Index into [`Dataset::classes`]; `None` while unlabelled.
    pub class: Option<usize>,
    /// Size of the file in bytes.
    pub file_bytes: u64,
}

impl Item {
    /// The file's name, for people to read.
    pub fn file_name(&self) -> String {
        self.rel_path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// What became of a file or folder that is out of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScanIssueKind {
    /// Not a kind of file that is scanned (`.gif`, `.txt`, …).
    Ignored,
    /// Could not be read at all (rights, a loop of links, vanished, empty).
    Unreadable,
    /// Part of the data set all the same, but odd (a name that is not valid Unicode).
    Noted,
}

/// One file or folder that was passed over, or taken with a remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanIssue {
    /// Relative to the data set's folder.
    pub rel_path: PathBuf,
    /// Ignored, unreadable or noted.
    pub kind: ScanIssueKind,
    /// One sentence for people.
    pub reason: String,
}

/// A scanned folder: classes, pictures and what was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The folder, absolute.
    pub root: PathBuf,
    /// How it is laid out.
    pub layout: DatasetLayout,
    /// Class names in natural order; a class's index is its label everywhere.
    pub classes: Vec<String>,
    /// Pictures, ordered by split, class, then natural order of their names.
    pub items: Vec<Item>,
    /// What was passed over, and why.
    pub issues: Vec<ScanIssue>,
}

impl Dataset {
    /// The folder's own name, for titles.
    pub fn name(&self) -> String {
        self.root
            .file_name()
            .map_or_else(|| self.root.display().to_string(), |name| name.to_string_lossy().into_owned())
    }

    /// Absolute path of a picture.
    pub fn path_of(&self, item: &Item) -> PathBuf {
        self.root.join(&item.rel_path)
    }

    /// How many pictures `split` has of `class`.
    pub fn count(&self, split: Split, class: Option<usize>) -> usize {
        self.items.iter().filter(|item| item.split == split && item.class == class).count()
    }

    /// Whether the folders themselves say which pictures are for validation. Else those are drawn by us.
    pub fn has_own_validation(&self) -> bool {
        let of_folder =
            |item: &Item| item.rel_path.iter().next().and_then(|part| part.to_str()).and_then(Split::from_folder_name);
        self.layout == DatasetLayout::Splits && self.items.iter().any(|item| of_folder(item) == Some(Split::Val))
    }

    /// The labelled pictures of a split, in order.
    pub fn labelled(&self, split: Split) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.split == split && item.class.is_some())
    }
}

/// The [`ItemId`] of a relative path. Separators count as `/` on every platform, so that a project moves between them. A
/// name that is not valid Unicode counts by its bytes, so that two such names stay apart.
pub fn item_id(rel_path: &Path) -> ItemId {
    let parts: Vec<_> = rel_path.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    ItemId(crate::base::stable_hash(&parts.join(&b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_named_by_its_path_with_slashes_on_every_platform() {
        let id = item_id(&Path::new("train").join("ants").join("1.jpg"));
        assert_eq!(id, ItemId(crate::base::stable_hash(b"train/ants/1.jpg")));
    }
}
