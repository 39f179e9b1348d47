//! Why a data set was not enlarged: each is one sentence that names the file and says what to do.

use std::path::{Path, PathBuf};

use super::folder::{INCOMPLETE_FILE, STATE_FILE};

/// Why a data set was not enlarged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfflineError {
    /// A number makes no sense.
    #[error("{0}")]
    Setting(String),
    /// There is nothing to enlarge.
    #[error(
        "{}: no labelled training pictures to enlarge; expected train/<class>/… or <class>/… with pictures",
        .0.display()
    )]
    NothingToDo(PathBuf),
    /// A class whose name can't be that of a folder.
    #[error("the class `{0}` can't be the name of a folder; rename it")]
    ClassName(String),
    /// Two classes that many systems would put into one folder.
    #[error(
        "the classes `{0}` and `{1}` differ only in case, and many systems take the two for one folder; rename one of them"
    )]
    SameFolder(String, String),
    /// Writing there would change the data set.
    #[error("{}: this is in the data set {}, which is never changed; choose a folder outside of it", out.display(), data.display())]
    InsideData {
        /// The folder that was asked for.
        out: PathBuf,
        /// The data set.
        data: PathBuf,
    },
    /// There is a file of that name.
    #[error("{}: this is a file; choose a new or an empty folder", .0.display())]
    NotAFolder(PathBuf),
    /// The folder holds something else.
    #[error("{}: this folder isn't empty; choose a new or an empty one", .0.display())]
    NotEmpty(PathBuf),
    /// The folder holds a finished job.
    #[error("{}: this folder already holds a data set that was enlarged to its end; choose a new or an empty one", .0.display())]
    Finished(PathBuf),
    /// The folder could not be made, or nothing be written to it: no job was begun.
    #[error("{}: can't write there: {reason}; choose another folder or make room", dir.display())]
    NotBegun {
        /// The folder.
        dir: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The folder holds another job.
    #[error(
        "{}: another job was cut off in this folder ({differences}): give the same settings and data set to go on with it, \
         or choose a new or an empty folder",
        dir.display()
    )]
    OtherJob {
        /// The folder.
        dir: PathBuf,
        /// What differs.
        differences: String,
    },
    /// The settings of a job that was cut off can't be read.
    #[error("{}: the settings of the job that was cut off here ({STATE_FILE}) can't be read: {reason}; choose a new folder", dir.display())]
    BadState {
        /// The folder.
        dir: PathBuf,
        /// What is wrong with them.
        reason: String,
    },
    /// A folder or file could not be made.
    #[error(
        "{}: can't write there: {reason}; make room or check the rights, then start again with the same settings to go on \
         (until then {INCOMPLETE_FILE} marks the folder)",
        path.display()
    )]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// It was asked to stop.
    #[error("enlarging was cancelled; the same command goes on where it ended")]
    Cancelled,
}

impl OfflineError {
    /// For `map_err` around what comes before there is anything to go on with in `dir`.
    pub(super) fn beginning(dir: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let dir = dir.to_owned();
        move |error| Self::NotBegun { dir, reason: error.to_string() }
    }

    /// For `map_err` around writing `path`.
    pub(super) fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Write { path, reason: error.to_string() }
    }
}
