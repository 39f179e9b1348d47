//! Where a data set's journal is, who may write to it, and opening it.
//!
//! The journal is `<data set>/.imago/labels.jsonl`, so that labels travel with the pictures. Where that can't be written it is
//! in a folder of the user's own; where both are there, the user's own lines are laid over those of the data set. A lock of
//! the operating system in each folder lets one process write; it goes away with the process, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::super::Dataset;
use super::journal::{Holding, JOURNAL_FILE, Journal, is_at};
use super::layer::{LabelLayer, LabelSummary};
use super::moved::follow;
use super::read::{Found, read};
use super::record::Record;
use super::replay::Labels;
use super::seen::SeenPictures;
use crate::base::{CancelToken, own_name};

/// Name of the file that is locked. Not the journal itself: on Windows a locked file could not even be read by others.
const LOCK_FILE: &str = "lock";

/// The two folders in which a data set's journal may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelPlaces {
    /// `<data set>/.imago`.
    pub in_dataset: PathBuf,
    /// Below the user's data folder.
    pub at_home: PathBuf,
}

impl LabelPlaces {
    /// The places of the data set at `root`, for a user whose own files are in `data_dir`.
    pub fn of(root: &Path, data_dir: &Path) -> Self {
        Self { in_dataset: root.join(".imago"), at_home: data_dir.join("labels").join(own_name(root)) }
    }

    /// The journal in the data set.
    pub fn in_dataset_file(&self) -> PathBuf {
        self.in_dataset.join(JOURNAL_FILE)
    }

    /// Whether the data set's folder is there.
    pub(super) fn has_dataset(&self) -> bool {
        self.in_dataset.parent().is_some_and(Path::is_dir)
    }

    /// The journal of the user's own.
    pub fn at_home_file(&self) -> PathBuf {
        self.at_home.join(JOURNAL_FILE)
    }
}

/// Why labels can't be had.
#[derive(Debug, Error)]
pub enum AccessError {
    /// There is a journal that can't be read.
    #[error("{}: the labels can't be read: {source}; make the file readable, or move it away to start afresh", path.display())]
    Unreadable {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Whether labels can be given.
#[derive(Debug)]
pub enum LabelAccess {
    /// Yes, into this journal.
    Writable(Journal),
    /// No; one sentence says why.
    ReadOnly(String),
}

/// The labels of a data set, ready for more.
#[derive(Debug)]
pub struct OpenedLabels {
    /// What the journal amounts to.
    pub labels: Labels,
    /// Whether there can be more.
    pub access: LabelAccess,
    /// What was passed over; sentences.
    pub problems: Vec<String>,
    /// Records to be written before the first action: files that were found again under another name. The labels know them
    /// already.
    pub bookkeeping: Vec<Record>,
}

/// The labels of a data set that is read again while its journal is held open.
#[derive(Debug)]
pub struct RereadLabels {
    /// What the journal amounts to.
    pub labels: Labels,
    /// What was passed over; sentences.
    pub problems: Vec<String>,
    /// Records to be taken in and written after those that came meanwhile: files that were found again under another name.
    pub bookkeeping: Vec<Record>,
    /// The pictures that the data set has or had, for [`Journal::set_seen`] once the bookkeeping is written.
    pub seen: SeenPictures,
}

/// A lock that this process holds on a folder.
#[derive(Debug)]
pub(super) struct FolderLock {
    pub folder: PathBuf,
    file: File,
}

/// Somebody else holds the lock.
#[derive(Debug)]
pub(super) struct Taken;

impl FolderLock {
    /// Takes the lock of a folder; `Ok(None)` where nothing can be locked (a read-only folder, a file system without locks).
    pub fn take(folder: &Path) -> Result<Option<Self>, Taken> {
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(LOCK_FILE));
        let Ok(file) = opened else { return Ok(None) };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { folder: folder.to_owned(), file })),
            Err(TryLockError::WouldBlock) => Err(Taken),
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }

    /// Whether the file that is locked is the one that others would lock.
    pub fn is_in_place(&self) -> bool {
        is_at(&self.file, &self.folder.join(LOCK_FILE)).unwrap_or(true)
    }
}

/// Opens the labels of a freshly scanned data set, to be added to where nobody else does so already. Nothing is written to the
/// data set.
///
/// # Errors
/// There is a journal that can't be read.
pub fn open_labels(
    dataset: &Dataset,
    places: &LabelPlaces,
    time_ms: u64,
    cancel: &CancelToken,
) -> Result<OpenedLabels, AccessError> {
    let locks = take_locks(places);
    let read = Both::read(places)?;
    let (mut labels, problems) = read.replay(&dataset.classes, places);
    let (moved, seen) = follow(dataset, &labels, seen_beside(places), time_ms, cancel);
    let bookkeeping: Vec<Record> = moved.into_iter().collect();
    for record in &bookkeeping {
        // Bookkeeping always makes sense.
        let _ = labels.apply(record);
    }
    let access = match locks {
        Ok(locks) => {
            // Once begun, the user's own journal goes on, so that what is in it stays last.
            let (path, found) = if read.at_home.bytes > 0 {
                (places.at_home_file(), &read.at_home)
            } else {
                (places.in_dataset_file(), &read.in_dataset)
            };
            if read.at_home.bytes == 0 && read.in_dataset.bytes > 0 && !can_be_written(&path) {
                let home = places.at_home_file();
                LabelAccess::Writable(Journal::new(places.clone(), home, &read.at_home, locks, seen))
            } else {
                LabelAccess::Writable(Journal::new(places.clone(), path, found, locks, seen))
            }
        }
        Err(Taken) => LabelAccess::ReadOnly(
            "Another window labels this data set. Labels can only be looked at here; close it there and read the folder \
             again (F5) to give some."
                .to_owned(),
        ),
    };
    Ok(OpenedLabels { labels, access, problems, bookkeeping })
}

fn can_be_written(path: &Path) -> bool {
    OpenOptions::new().append(true).open(path).is_ok()
}

/// The user's own folder is locked always, the data set's once there is something in it: looking leaves no trace.
fn take_locks(places: &LabelPlaces) -> Result<Vec<FolderLock>, Taken> {
    let mut locks = Vec::new();
    if fs::create_dir_all(&places.at_home).is_ok() {
        locks.extend(FolderLock::take(&places.at_home)?);
    }
    if places.in_dataset.is_dir() {
        locks.extend(FolderLock::take(&places.in_dataset)?);
    }
    Ok(locks)
}

/// Reads the labels of a freshly scanned data set, only to look at them. What was passed over is told in sentences.
///
/// # Errors
/// There is a journal that can't be read.
pub fn read_labels(
    dataset: &Dataset,
    places: &LabelPlaces,
    cancel: &CancelToken,
) -> Result<(Labels, Vec<String>), AccessError> {
    let (mut labels, problems) = Both::read(places)?.replay(&dataset.classes, places);
    if let (Some(moved), _) = follow(dataset, &labels, seen_beside(places), 0, cancel) {
        let _ = labels.apply(&moved);
    }
    Ok((labels, problems))
}

/// Reads the labels of a data set that was scanned again, while this process holds its journal: what is held counts, not what
/// became of the file's path.
///
/// # Errors
/// There is another journal that can't be read.
pub fn reread_labels(
    dataset: &Dataset,
    places: &LabelPlaces,
    holding: Holding,
    time_ms: u64,
    cancel: &CancelToken,
) -> Result<RereadLabels, AccessError> {
    let Holding { path, found, seen } = holding;
    let (in_dataset, at_home) = (places.in_dataset_file(), places.at_home_file());
    let both = if path == at_home {
        Both { in_dataset: read_one(in_dataset)?, at_home: found }
    } else {
        Both { in_dataset: found, at_home: read_one(at_home)? }
    };
    let (labels, problems) = both.replay(&dataset.classes, places);
    let (moved, seen) = follow(dataset, &labels, Some(seen), time_ms, cancel);
    Ok(RereadLabels { labels, problems, bookkeeping: moved.into_iter().collect(), seen })
}

/// The pictures that the lists beside the journals name; none where there is no list.
fn seen_beside(places: &LabelPlaces) -> Option<SeenPictures> {
    let lists = [places.in_dataset_file(), places.at_home_file()].map(|journal| SeenPictures::beside(&journal));
    lists.into_iter().flatten().reduce(|mut one, other| {
        one.add(other);
        one
    })
}

fn read_one(path: PathBuf) -> Result<Found, AccessError> {
    read(&path).map_err(|source| AccessError::Unreadable { path, source })
}

/// A data set with its labels laid over, for training and evaluation.
#[derive(Debug)]
pub struct LaidOver {
    /// Without the pictures that are set aside.
    pub dataset: Dataset,
    /// How many labels and marks come from the journal.
    pub summary: LabelSummary,
    /// What was passed over; sentences.
    pub problems: Vec<String>,
}

/// Lays the labels in the journal over a freshly scanned data set. Without a journal the data set is as it was.
///
/// # Errors
/// There is a journal that can't be read.
pub fn lay_over(
    dataset: Dataset,
    places: &LabelPlaces,
    val_fraction: f64,
    cancel: &CancelToken,
) -> Result<LaidOver, AccessError> {
    let (labels, problems) = read_labels(&dataset, places, cancel)?;
    if labels.is_untouched() {
        return Ok(LaidOver { dataset, summary: LabelSummary::default(), problems });
    }
    let mut dataset = dataset;
    let layer = LabelLayer::new(&mut dataset, labels, val_fraction);
    Ok(LaidOver { summary: layer.summary(&dataset), dataset: layer.for_training(&dataset), problems })
}

/// Both journals as they were found.
struct Both {
    in_dataset: Found,
    at_home: Found,
}

impl Both {
    fn read(places: &LabelPlaces) -> Result<Self, AccessError> {
        Ok(Self { in_dataset: read_one(places.in_dataset_file())?, at_home: read_one(places.at_home_file())? })
    }

    fn replay(&self, folder_classes: &[String], places: &LabelPlaces) -> (Labels, Vec<String>) {
        let mut labels = Labels::new(folder_classes);
        let mut problems = Vec::new();
        for (found, path) in [(&self.in_dataset, places.in_dataset_file()), (&self.at_home, places.at_home_file())] {
            let mut bad: Vec<(usize, String)> =
                found.bad_lines.iter().map(|line| (line.number, line.why.clone())).collect();
            for (number, record) in &found.records {
                if let Err(why) = labels.apply(record) {
                    bad.push((*number, why));
                }
            }
            bad.sort();
            if let Some((number, why)) = bad.first() {
                let path = path.display();
                problems.push(match bad.len() {
                    1 => format!("{path}: line {number} was passed over: {why}. All other labels are there."),
                    count => format!(
                        "{path}: {count} lines were passed over, the first is line {number}: {why}. All other labels are \
                         there."
                    ),
                });
            }
        }
        (labels, problems)
    }
}
