//! Which files there will be, and under which names, before anything is written.
//!
//! Names depend on the data set and the factor alone, so that a job that was cut off finds its files again.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::OfflineError;
use crate::base::alike;
use crate::dataset::{Dataset, Split};

/// One picture of the data set and what comes of it. Paths are relative to the output folder, but for `rel_path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The picture, relative to the data set.
    pub rel_path: PathBuf,
    /// Its name for good: what its random numbers come from.
    pub id: u64,
    pub split: Split,
    pub class: String,
    /// Where it is copied to.
    pub copy: PathBuf,
    /// Where its variants go, the first first; none but for training pictures.
    pub variants: Vec<PathBuf>,
}

impl Source {
    /// Files that come of it.
    pub fn files(&self) -> usize {
        1 + self.variants.len()
    }

    /// All of them.
    pub fn outputs(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(&self.copy).chain(&self.variants).map(PathBuf::as_path)
    }
}

/// All sources, in the order of the data set.
pub(super) struct Plan {
    pub sources: Vec<Source>,
    /// Files that there will be if every picture can be read.
    pub files: usize,
    /// Pictures without a label.
    pub unlabelled: usize,
}

impl Plan {
    /// # Errors
    /// No labelled training picture; a class that can't be a folder, or two that would be one.
    pub fn new(dataset: &Dataset, factor: usize) -> Result<Self, OfflineError> {
        for class in &dataset.classes {
            let mut parts = Path::new(class).components();
            if !matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == OsStr::new(class))
            {
                return Err(OfflineError::ClassName(class.clone()));
            }
        }
        let mut names = Names::default();
        let mut sources = Vec::with_capacity(dataset.items.len());
        for item in &dataset.items {
            let Some(class) = item.class.and_then(|class| dataset.classes.get(class)) else { continue };
            let folder = Path::new(item.split.name()).join(class);
            let name = item.rel_path.file_name().unwrap_or_default();
            let copy = names.take(&folder, name);
            let (rel_path, id, split) = (item.rel_path.clone(), item.id.0, item.split);
            sources.push(Source { rel_path, id, split, class: class.clone(), copy, variants: Vec::new() });
        }
        if !sources.iter().any(|source| source.split == Split::Train) {
            return Err(OfflineError::NothingToDo(dataset.root.clone()));
        }
        let used: BTreeSet<&str> = sources.iter().map(|source| source.class.as_str()).collect();
        if let Some((one, other)) = alike(used) {
            return Err(OfflineError::SameFolder(one.to_owned(), other.to_owned()));
        }
        // Originals keep their names, so they come first.
        for source in sources.iter_mut().filter(|source| source.split == Split::Train) {
            let stem = source.copy.file_stem().unwrap_or_default().to_owned();
            let folder = source.copy.parent().unwrap_or(Path::new("")).to_owned();
            for number in 1..factor {
                let mut name = stem.clone();
                name.push(format!("_aug{number}.jpg"));
                source.variants.push(names.take(&folder, &name));
            }
        }
        let files = sources.iter().map(Source::files).sum();
        let unlabelled = dataset.items.len() - sources.len();
        Ok(Self { sources, files, unlabelled })
    }

    /// The folders that hold the files.
    pub fn folders(&self) -> BTreeSet<&Path> {
        self.sources.iter().filter_map(|source| source.copy.parent()).collect()
    }
}

/// Names that are given away, by folder. Names that differ in case alone count as the same, as they do on Windows and macOS.
#[derive(Default)]
struct Names {
    taken: HashSet<String>,
    /// Where counting goes on, so that many equal names do not take forever.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// `folder/name`, or `folder/stem_2.extension` and so on where that is taken.
    fn take(&mut self, folder: &Path, name: &OsStr) -> PathBuf {
        let wanted = folder.join(name);
        let key = |path: &Path| super::slashed(path).to_lowercase();
        if self.taken.insert(key(&wanted)) {
            return wanted;
        }
        let next = self.next.entry(key(&wanted)).or_insert(2);
        loop {
            let candidate = folder.join(numbered(name, *next));
            *next += 1;
            if self.taken.insert(key(&candidate)) {
                return candidate;
            }
        }
    }
}

fn numbered(name: &OsStr, number: usize) -> OsString {
    let path = Path::new(name);
    let mut numbered = path.file_stem().unwrap_or_default().to_owned();
    numbered.push(format!("_{number}"));
    if let Some(extension) = path.extension() {
        numbered.push(".");
        numbered.push(extension);
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetLayout, Item, item_id};

    fn dataset(files: &[(&str, Split, Option<usize>)]) -> Dataset {
        let items = files.iter().map(|(path, split, class)| {
            let rel_path = PathBuf::from(path);
            Item { id: item_id(&rel_path), rel_path, split: *split, class: *class, file_bytes: 1 }
        });
        let classes = vec!["ants".to_owned(), "bees".to_owned()];
        let (root, items) = ("/data".into(), items.collect());
        Dataset { root, layout: DatasetLayout::Splits, classes, items, issues: Vec::new() }
    }

    fn all_files(plan: &Plan) -> Vec<String> {
        plan.sources.iter().flat_map(Source::outputs).map(super::super::slashed).collect()
    }

    #[test]
    fn only_training_pictures_get_variants() {
        let data = dataset(&[
            ("train/ants/1.png", Split::Train, Some(0)),
            ("val/bees/2.jpg", Split::Val, Some(1)),
            ("test/bees/3.jpg", Split::Test, Some(1)),
            ("train/loose.jpg", Split::Train, None),
        ]);
        let plan = Plan::new(&data, 3).unwrap();
        let wanted =
            ["train/ants/1.png", "train/ants/1_aug1.jpg", "train/ants/1_aug2.jpg", "val/bees/2.jpg", "test/bees/3.jpg"];
        assert_eq!(all_files(&plan), wanted);
        assert_eq!((plan.files, plan.unlabelled), (5, 1));
    }

    #[test]
    fn names_that_would_meet_are_numbered_and_originals_keep_theirs() {
        let data = dataset(&[
            ("train/ants/1.jpg", Split::Train, Some(0)),
            ("train/ants/1.png", Split::Train, Some(0)),
            ("train/ants/1_AUG1.jpg", Split::Train, Some(0)),
            ("train/ants/deeper/1.jpg", Split::Train, Some(0)),
        ]);
        let files = all_files(&Plan::new(&data, 2).unwrap());
        let wanted = [
            "train/ants/1.jpg",
            "train/ants/1_aug1_2.jpg",
            "train/ants/1.png",
            "train/ants/1_aug1_3.jpg",
            "train/ants/1_AUG1.jpg",
            "train/ants/1_AUG1_aug1.jpg",
            "train/ants/1_2.jpg",
            "train/ants/1_2_aug1.jpg",
        ];
        assert_eq!(files, wanted);
    }

    #[test]
    fn a_class_that_is_no_folder_name_and_a_set_without_training_pictures_are_refused() {
        let mut data = dataset(&[("val/ants/1.jpg", Split::Val, Some(0))]);
        assert!(matches!(Plan::new(&data, 2), Err(OfflineError::NothingToDo(_))));
        for name in ["a/b", "..", "", "a/"] {
            name.clone_into(&mut data.classes[0]);
            assert!(matches!(Plan::new(&data, 2), Err(OfflineError::ClassName(_))), "{name}");
        }
    }

    #[test]
    fn classes_whose_folders_would_be_one_where_case_does_not_count_are_refused() {
        let files = [("train/ants/1.jpg", Split::Train, Some(0)), ("train/Ants/1.jpg", Split::Train, Some(1))];
        let mut data = dataset(&files);
        data.classes[1] = "Ants".to_owned();
        let refused = Plan::new(&data, 2).err();
        assert_eq!(refused, Some(OfflineError::SameFolder("Ants".to_owned(), "ants".to_owned())));
        // A class without pictures has no folder.
        data.items[1].class = Some(0);
        assert!(Plan::new(&data, 2).is_ok());
    }
}
