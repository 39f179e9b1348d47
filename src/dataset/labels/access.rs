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
use super::journal::{JOURNAL_FILE, Journal};
use super::layer::{LabelLayer, LabelSummary};
use super::moved::find_moved;
use super::read::{Found, read};
use super::record::{Action, Record};
use super::replay::Labels;
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
    /// Records to be written before the first action: files that were found again under another name.
    pub bookkeeping: Vec<Record>,
}

/// A lock that this process holds on a folder.
#[derive(Debug)]
pub(super) struct FolderLock {
    pub folder: PathBuf,
    _file: File,
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
            Ok(()) => Ok(Some(Self { folder: folder.to_owned(), _file: file })),
            Err(TryLockError::WouldBlock) => Err(Taken),
            Err(TryLockError::Error(_)) => Ok(None),
        }
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
    let moved = find_moved(dataset, &labels, cancel);
    let mut bookkeeping = Vec::new();
    if !moved.is_empty() {
        let record = Record { seq: 0, time_ms, action: Action::Moved { files: moved } };
        // Bookkeeping always makes sense.
        let _ = labels.apply(&record);
        bookkeeping.push(record);
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
                LabelAccess::Writable(Journal::new(places.clone(), places.at_home_file(), &read.at_home, locks))
            } else {
                LabelAccess::Writable(Journal::new(places.clone(), path, found, locks))
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
    let files = find_moved(dataset, &labels, cancel);
    if !files.is_empty() {
        let _ = labels.apply(&Record { seq: 0, time_ms: 0, action: Action::Moved { files } });
    }
    Ok((labels, problems))
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
        let read = |path: PathBuf| read(&path).map_err(|source| AccessError::Unreadable { path, source });
        Ok(Self { in_dataset: read(places.in_dataset_file())?, at_home: read(places.at_home_file())? })
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
