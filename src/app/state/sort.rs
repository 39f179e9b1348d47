//! State of the dialog that copies classified pictures into a folder for each class.

use std::path::{Path, PathBuf};

use super::{FolderChoice, JobId, NoticeLevel};

/// How the last job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortOutcome {
    /// It came to its end, or was stopped: what is copied is there.
    Done {
        /// Where the classes' folders are.
        folder: PathBuf,
        /// One of them, where there is one at all.
        class_folder: Option<PathBuf>,
        /// How well it went.
        level: NoticeLevel,
        /// What was copied, and what else is to be said of it.
        text: String,
        /// Pictures that could not be copied: file and reason.
        failed: Vec<String>,
    },
    /// Why it can't be done: one sentence.
    Failed(String),
}

/// State of the dialog.
#[derive(Clone, Debug, Default)]
pub struct SortState {
    /// Whether it is shown.
    pub open: bool,
    /// Where to.
    pub folder: FolderChoice,
    /// The job that runs.
    pub job: Option<JobId>,
    /// How the last one ended.
    pub outcome: Option<SortOutcome>,
}

impl SortState {
    /// Shows the dialog; without a folder one beside `other` is proposed.
    pub fn show(&mut self, other: Option<&Path>) {
        self.open = true;
        // How it ended is said once: there may be more pictures by now.
        self.outcome = None;
        if let Some(other) = other {
            self.folder.propose(other, "-sorted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialog_comes_up_with_a_folder_beside_the_other_one_and_without_what_is_over() {
        let mut sort = SortState { outcome: Some(SortOutcome::Failed("no".to_owned())), ..SortState::default() };
        sort.show(None);
        assert!(sort.open && sort.folder.is_empty() && sort.outcome.is_none());
        sort.show(Some(Path::new("/pictures/garden")));
        assert_eq!(sort.folder.path, Path::new("/pictures/garden-sorted"));
    }
}
