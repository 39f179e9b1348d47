//! State of the dialogs that take a data set out of Imago, and labels in.

use std::path::{Path, PathBuf};

use super::{FolderChoice, JobId};
use crate::dataset::labels::CsvImport;
use crate::dataset::{ExportMode, Split};

/// How the last export ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportOutcome {
    /// All is there.
    Done {
        /// The new data set.
        folder: PathBuf,
        /// `397 pictures copied`.
        summary: String,
        /// Pictures that got another name: where they were and what they are called now.
        renamed: Vec<String>,
    },
    /// It was stopped; nothing is left of it.
    Cancelled,
    /// Why it can't be done.
    Failed(String),
}

/// The dialog “Export as folders”.
#[derive(Clone, Debug)]
pub struct ExportState {
    /// Whether it is shown.
    pub open: bool,
    /// Copies or hard links.
    pub mode: ExportMode,
    /// Where to.
    pub folder: FolderChoice,
    /// The job that runs.
    pub job: Option<JobId>,
    /// How the last one ended.
    pub outcome: Option<ExportOutcome>,
}

impl Default for ExportState {
    fn default() -> Self {
        Self { open: false, mode: ExportMode::Copy, folder: FolderChoice::default(), job: None, outcome: None }
    }
}

impl ExportState {
    /// Shows the dialog; without a folder one beside the data set is proposed.
    pub fn show(&mut self, data: &Path) {
        self.open = true;
        self.folder.propose(data, "-exported");
    }
}

/// What a table of labels would change, to be looked at before it does.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelsPreview {
    /// The table.
    pub path: PathBuf,
    /// What it asks for.
    pub import: CsvImport,
    /// The scan and the revision of labels that it was compared with.
    pub of: (u64, u64),
}

/// Files that were dropped, to be copied into a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The only one of them, where it is a folder, which may be meant as a data set of its own.
    pub folder: Option<PathBuf>,
    /// Of which split.
    pub split: Split,
    /// Into which class.
    pub class: usize,
    /// What the first class is to be called, as typed so far, where there is none yet.
    pub new_class: String,
}

/// The dialogs' state.
#[derive(Clone, Debug, Default)]
pub struct TransferState {
    /// Export as folders.
    pub export: ExportState,
    /// A table of labels that was read.
    pub preview: Option<LabelsPreview>,
    /// Files that were dropped in the Data workspace.
    pub incoming: Option<Incoming>,
    /// Jobs that copy pictures into the data set; some may be over.
    pub imports: Vec<JobId>,
    /// Pictures that were copied, until the data set is read again.
    pub imported: Vec<ImportedInto>,
}

/// Pictures that were copied into a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedInto {
    /// The data set.
    pub root: PathBuf,
    /// The class's name.
    pub class: String,
    /// The split that they are for, where that is not their folder's.
    pub split: Option<Split>,
    /// The copies.
    pub pictures: Vec<PathBuf>,
    /// When they were there, in milliseconds since 1970: what is done to their labels after that is the user's.
    pub at_ms: u64,
}

impl TransferState {
    /// The classes are others, or in another order: `now` says where the class is that was at a place.
    pub fn follow_classes(&mut self, now: impl Fn(usize) -> Option<usize>) {
        if let Some(incoming) = &mut self.incoming {
            match now(incoming.class) {
                Some(class) => incoming.class = class,
                None => self.incoming = None,
            }
        }
    }
}
