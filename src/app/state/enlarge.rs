//! State of the dialog that enlarges the data set offline.

use std::path::{Path, PathBuf};

use super::JobId;
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
        /// Pictures that could not be read: file and reason.
        skipped: Vec<String>,
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
    /// Where to: what stands in the field.
    pub folder_text: String,
    /// The same as a path; a chosen folder's name need not be text.
    pub folder: PathBuf,
    /// The job that runs.
    pub job: Option<JobId>,
    /// How the last one ended.
    pub outcome: Option<EnlargeOutcome>,
}

impl Default for EnlargeState {
    fn default() -> Self {
        Self { open: false, factor: 4, folder_text: String::new(), folder: PathBuf::new(), job: None, outcome: None }
    }
}

impl EnlargeState {
    /// Takes a folder.
    pub fn set_folder(&mut self, folder: PathBuf) {
        self.folder_text = folder.display().to_string();
        self.folder = folder;
        self.outcome = None;
    }

    /// Takes what was typed.
    pub fn typed(&mut self) {
        self.folder = PathBuf::from(self.folder_text.trim());
        self.outcome = None;
    }

    /// Shows the dialog; without a folder one beside the data set is proposed, whose name is not taken yet.
    pub fn show(&mut self, data: &Path) {
        self.open = true;
        if self.folder_text.is_empty()
            && let (Some(parent), Some(name)) = (data.parent(), data.file_name())
        {
            let mut proposed = name.to_owned();
            proposed.push("-enlarged");
            self.set_folder(parent.join(proposed));
        }
    }

    /// Another data set is open: the folder was meant for the one before.
    pub(in crate::app) fn forget_data(&mut self) {
        self.open = false;
        self.outcome = None;
        self.folder_text.clear();
        self.folder = PathBuf::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_beside_the_data_set_is_proposed_once() {
        let mut state = EnlargeState::default();
        state.show(Path::new("/pictures/ants"));
        assert_eq!(state.folder, Path::new("/pictures/ants-enlarged"));
        state.folder_text = " /elsewhere ".to_owned();
        state.typed();
        state.show(Path::new("/pictures/ants"));
        assert_eq!(state.folder, Path::new("/elsewhere"));
        state.forget_data();
        assert!(!state.open && state.folder_text.is_empty());
    }
}
