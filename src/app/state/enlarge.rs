//! State of the dialog that enlarges the data set offline.

use std::path::{Path, PathBuf};

use super::{FolderChoice, JobId};
pub use crate::offline::FACTORS as ENLARGE_FACTORS;

/// How the last job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnlargeOutcome {
    /// All is written.
    Done {
        /// The new data set.
        folder: PathBuf,
        /// `976 training pictures (244 originals), 153 for validation and test`.
        summary: String,
        /// Training pictures that could not be read: file and reason.
        skipped: Vec<String>,
        /// Validation and test pictures that can't be read and were copied all the same: file and reason.
        unreadable: Vec<String>,
    },
    /// It was cancelled; the folder says that it is incomplete, and can be continued.
    Cancelled(PathBuf),
    /// Why it can't be done: one sentence.
    Failed(String),
}

/// State of the dialog.
#[derive(Clone, Debug)]
pub struct EnlargeState {
    /// Whether it is shown.
    pub open: bool,
    /// Training pictures afterwards for each one before.
    pub factor: usize,
    /// Where to.
    pub folder: FolderChoice,
    /// The job that runs.
    pub job: Option<JobId>,
    /// How the last one ended.
    pub outcome: Option<EnlargeOutcome>,
}

impl Default for EnlargeState {
    fn default() -> Self {
        Self { open: false, factor: 4, folder: FolderChoice::default(), job: None, outcome: None }
    }
}

impl EnlargeState {
    /// Shows the dialog; without a folder one beside the data set is proposed.
    pub fn show(&mut self, data: &Path) {
        self.open = true;
        self.folder.propose(data, "-enlarged");
    }

    /// Another data set is open: the folder was meant for the one before.
    pub(in crate::app) fn forget_data(&mut self) {
        self.open = false;
        self.outcome = None;
        self.folder = FolderChoice::default();
    }
}
