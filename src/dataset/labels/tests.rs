//! Labels from end to end, in folders of their own: given, written, read back, undone, damaged, found again.

mod again;
mod damage;
mod export;
mod journal;
mod layer;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::base::CancelToken;
use crate::dataset::{Dataset, Item, ScanOptions, scan};

/// A data set on the disk, a home for the user's own files, and the labels opened on them.
pub(super) struct Bench {
    folder: tempfile::TempDir,
    /// As scanned, with the labels laid over.
    pub dataset: Dataset,
    pub layer: LabelLayer,
    pub journal: Option<Journal>,
    pub problems: Vec<String>,
    pub read_only: Option<String>,
}

/// 4 ants and 3 bees to learn from, 2 of each to validate; contents differ.
pub(super) fn bench() -> Bench {
    bench_of(&[("train/ants", 4), ("train/bees", 3), ("val/ants", 2), ("val/bees", 2)])
}

/// Folders below the data set, and how many pictures each has.
pub(super) fn bench_of(folders: &[(&str, usize)]) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    for (path, count) in folders {
        let path = folder.path().join("data").join(path);
        fs::create_dir_all(&path).unwrap();
        for number in 0..*count {
            let name = format!("{number}.jpg");
            fs::write(path.join(&name), format!("{} {name}", path.display())).unwrap();
        }
    }
    open_in(folder)
}

fn open_in(folder: tempfile::TempDir) -> Bench {
    let mut dataset = scanned(&folder.path().join("data"));
    let opened = open_labels(&dataset, &places(folder.path()), 1, &CancelToken::new()).unwrap();
    let layer = LabelLayer::new(&mut dataset, opened.labels, 0.2);
    let (journal, read_only) = match opened.access {
        LabelAccess::Writable(mut journal) => {
            // As the writer does at its beginning.
            journal.append(&opened.bookkeeping).unwrap();
            journal.keep_seen();
            (Some(journal), None)
        }
        LabelAccess::ReadOnly(why) => (None, Some(why)),
    };
    Bench { folder, dataset, layer, journal, problems: opened.problems, read_only }
}

pub(super) fn scanned(root: &Path) -> Dataset {
    scan(root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap()
}

pub(super) fn places(folder: &Path) -> LabelPlaces {
    LabelPlaces::of(&folder.join("data"), &folder.join("home"))
}

impl Bench {
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn places(&self) -> LabelPlaces {
        places(self.folder.path())
    }

    pub fn journal_file(&self) -> PathBuf {
        self.places().in_dataset_file()
    }

    /// Closed and opened again.
    pub fn reopened(mut self) -> Self {
        self.journal = None;
        open_in(self.folder)
    }

    /// Where a picture is, by its path.
    pub fn at(&self, path: &str) -> usize {
        let found = self.dataset.items.iter().position(|item| item.rel_path == Path::new(path));
        found.unwrap_or_else(|| panic!("{path} is not there"))
    }

    pub fn item(&self, path: &str) -> &Item {
        &self.dataset.items[self.at(path)]
    }

    /// Name of the class of a picture.
    pub fn class(&self, path: &str) -> Option<&str> {
        self.item(path).class.map(|class| self.dataset.classes[class].as_str())
    }

    /// Carries out an edit and writes it.
    pub fn act(&mut self, edit: Edit) -> Record {
        let record = self.layer.carry_out(&mut self.dataset, edit, 7).unwrap();
        self.write(&record);
        record
    }

    pub fn write(&mut self, record: &Record) {
        let mut records = vec![record.clone()];
        // What the writer does: hashes of the files.
        for record in &mut records {
            if let Action::Change { changes, .. } = &mut record.action {
                for change in changes {
                    change.hash =
                        ContentHash::of_file(&self.root().join(&change.file)).ok().map(|hash| hash.to_string());
                }
            }
        }
        self.journal.as_mut().expect("it can be written").append(&records).unwrap();
    }

    pub fn label(&mut self, paths: &[&str], class: &str) {
        let class = self.dataset.classes.iter().position(|name| name == class).expect("there is such a class");
        let positions: Vec<usize> = paths.iter().map(|path| self.at(path)).collect();
        let edit = self.layer.label(&self.dataset, &positions, Some(class)).expect("something changes");
        self.act(edit);
    }

    pub fn undo(&mut self) -> Option<String> {
        let (record, title) = self.layer.undo(&mut self.dataset, 8)?;
        self.write(&record);
        Some(title)
    }

    pub fn redo(&mut self) -> Option<String> {
        let (record, title) = self.layer.redo(&mut self.dataset, 9)?;
        self.write(&record);
        Some(title)
    }

    /// Everything that a person sees of the labels.
    pub fn seen(&self) -> (Dataset, Vec<Marks>, Vec<Option<ClassColor>>) {
        let marks = (0..self.dataset.items.len()).map(|position| self.layer.marks(position)).collect();
        (self.dataset.clone(), marks, self.layer.class_colors())
    }

    /// Every original file with its bytes.
    pub fn originals(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let walk = walkdir::WalkDir::new(self.root()).sort_by_file_name().into_iter().map(Result::unwrap);
        walk.filter(|entry| {
            entry.file_type().is_file() && !entry.path().components().any(|part| part.as_os_str() == ".imago")
        })
        .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
        .collect()
    }

    /// A bit of everything, in `count` actions.
    pub fn do_a_lot(&mut self, count: usize) {
        for number in 0..count {
            let len = self.dataset.items.len();
            let (first, second) = (number % len, (number * 5 + 2) % len);
            let edit = match number % 9 {
                0 => self.layer.label(
                    &self.dataset,
                    &[first],
                    Some((self.dataset.items[first].class.unwrap_or(0) + 1) % 2),
                ),
                1 => self.layer.label(&self.dataset, &[first, second], None),
                2 => self.layer.mark(&self.dataset, &[first], Mark::Unsure, !self.layer.marks(first).unsure),
                3 => self.layer.mark(&self.dataset, &[second], Mark::SetAside, !self.layer.marks(second).set_aside),
                4 => self.layer.move_to(&self.dataset, &[first, second], crate::dataset::Split::Test),
                5 => Edit::create_class(&self.dataset, &format!("class {number}")).ok(),
                6 => Edit::rename_class(&self.dataset, 1, &format!("renamed {number}")).ok(),
                7 => Edit::color_class(&self.layer, &self.dataset, 0, Some([number as u8, 2, 3])).ok(),
                _ if self.dataset.classes.len() > 3 => Edit::merge_classes(&self.dataset, 3, 0).ok(),
                _ => Edit::move_class(&self.dataset, 0, 1).ok(),
            };
            if let Some(edit) = edit {
                self.act(edit);
            }
        }
    }
}
