//! Why a run can't begin or go on: each is one sentence that names the file and what to do.

use std::path::{Path, PathBuf};

/// Why a run can't begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A setting makes no sense.
    #[error("{0}")]
    Config(String),
    /// The data set can't be trained on.
    #[error("{0}")]
    Data(String),
    /// Too many pictures of a split can't be read.
    #[error(
        "{unreadable} of the {total} {split} pictures can't be read, which is more than 20 %; the first is {path}: {reason}. \
         Repair or take out those pictures, then start again",
        path = .path.display()
    )]
    TooManyUnreadable {
        /// Pictures that can't be read so far.
        unreadable: usize,
        /// Pictures in the split.
        total: usize,
        /// `training` or `validation`.
        split: &'static str,
        /// The first of them.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of the run could not be written or read.
    #[error("{doing} {path} failed: {source}. {advice}", path = .path.display())]
    File {
        /// `writing`, `reading`, `creating`.
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
        /// What to do.
        advice: &'static str,
    },
    /// The output folder holds a run already.
    #[error("{path} already holds a run ({found}): continue it with --resume, or choose another output folder", path = .dir.display())]
    RunExists {
        /// The folder.
        dir: PathBuf,
        /// The file that gives it away.
        found: &'static str,
    },
    /// Somebody else trains in the output folder.
    #[error("{path}: another Imago is training in this folder; wait until it is done, or choose another output folder", path = .0.display())]
    InUse(PathBuf),
    /// There is no run to resume.
    #[error("{path} holds no run to resume: check the folder, or start without --resume", path = .0.display())]
    NoRun(PathBuf),
    /// A file of the run says something that can't be.
    #[error("{path} can't be used: {reason}", path = .path.display())]
    BadRunFile {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The run was made with other settings or another data set.
    #[error("{path} can't be continued: {reason}", path = .dir.display())]
    Mismatch {
        /// The run's folder.
        dir: PathBuf,
        /// What differs, and what to do.
        reason: String,
    },
    /// The loss became infinite or not a number.
    #[error(
        "the {phase} loss became {value} in epoch {epoch}{step}.{kept} Try a lower learning rate (it was {lr}), a larger \
         batch, or the cnn-bn model, whose normalisation keeps the numbers in range",
        kept = what_is_kept(*.epoch)
    )]
    NotFinite {
        /// `training` or `validation`.
        phase: &'static str,
        /// `NaN` or `inf`.
        value: f64,
        /// Counted from 1.
        epoch: usize,
        /// ` at step N`, or nothing.
        step: String,
        /// The learning rate at that time.
        lr: f64,
    },
    /// A model could not be built, or weights not loaded.
    #[error("{0}")]
    Model(String),
    /// The device can't be used.
    #[error("{0}")]
    Device(String),
    /// A computation failed.
    #[error("the computation failed: {0}. If memory ran out, try a smaller batch")]
    Compute(#[from] candle_core::Error),
    /// A thread could not be started.
    #[error("a thread could not be started: {0}. Close other programs, or ask for fewer threads")]
    Thread(String),
}

/// What there is of a run that fails in this epoch, counted from 1; nothing is said where there is nothing.
fn what_is_kept(epoch: usize) -> &'static str {
    if epoch > 1 { " The last finished epoch is kept." } else { "" }
}

impl TrainError {
    /// The error as it is said of a run without a whole epoch, of which nothing is left to go on with.
    pub(crate) fn with_nothing_kept(self) -> Self {
        match self {
            Self::File { doing: "writing", path, source, .. } => Self::File {
                doing: "writing",
                path,
                source,
                advice: "No epoch was finished, so nothing is kept: make room or check the rights, then start again",
            },
            other => other,
        }
    }

    /// A file of the run could not be written.
    pub(crate) fn writing(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            doing: "writing",
            path: path.to_path_buf(),
            source,
            advice: "What was saved before is intact: make room or check the rights, then continue with --resume",
        }
    }

    /// A file of the run could not be read.
    pub(crate) fn reading(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            doing: "reading",
            path: path.to_path_buf(),
            source,
            advice: "Check that it is there and may be read",
        }
    }

    /// The run's folder could not be made.
    pub(crate) fn creating(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            doing: "creating",
            path: path.to_path_buf(),
            source,
            advice: "Choose another output folder, one that you may write to",
        }
    }
}
