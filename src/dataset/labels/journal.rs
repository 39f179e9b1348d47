//! The file that only grows.
//!
//! [`Journal::append`] returns when the lines are on the disk: written, flushed, fsynced. Nothing in the file is ever
//! overwritten; only a torn end is cut off, after its bytes are put into a file beside.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::access::{FolderLock, LabelPlaces};
use super::read::Found;
use super::record::{Record, line_of};
use crate::base::write_atomically;

/// Name of the file, in either of its places.
pub(super) const JOURNAL_FILE: &str = "labels.jsonl";

/// Why records are not in the journal.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Writing failed; what was there before is still there. Trying again later may succeed.
    #[error("{}: the labels can't be written: {source}; make room on the disk or check its rights", path.display())]
    Write {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not as it was when it was read. Trying again does not help.
    #[error(
        "{}: another program changed the labels meanwhile; read the folder again (F5) to go on with what is there now",
        .0.display()
    )]
    Changed(PathBuf),
    /// Another window came first. Trying again does not help.
    #[error("{}: another Imago labels this data set; close it there, then read the folder again (F5)", .0.display())]
    Taken(PathBuf),
}

impl JournalError {
    /// Whether the same may succeed later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Write { .. })
    }
}

/// A journal that this process alone writes to.
#[derive(Debug)]
pub struct Journal {
    places: LabelPlaces,
    path: PathBuf,
    /// Made when something is first written, so that looking at a data set leaves no trace in it.
    file: Option<File>,
    /// Bytes in the file that stay.
    whole_bytes: u64,
    /// Bytes in the file when it was last looked at.
    bytes: u64,
    lacks_line_break: bool,
    /// Held until the journal is dropped.
    locks: Vec<FolderLock>,
}

impl Journal {
    /// A journal as it was found at one of its places, with the locks that were got.
    pub(super) fn new(places: LabelPlaces, path: PathBuf, found: &Found, locks: Vec<FolderLock>) -> Self {
        Self {
            places,
            path,
            file: None,
            whole_bytes: found.whole_bytes,
            bytes: found.bytes,
            lacks_line_break: found.lacks_line_break,
            locks,
        }
    }

    /// Where the lines go. May become the place of the user's own when the data set turns out to be read-only.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds records; on the disk when this returns.
    ///
    /// # Errors
    /// [`JournalError`]; none of the records is in the journal then.
    pub fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        if records.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for record in records {
            let line = line_of(record).map_err(|error| self.cannot_write(error.into()))?;
            text.push_str(&line);
        }
        let mut file = self.open()?;
        let outcome = self.write(&mut file, text.as_bytes());
        self.file = Some(file);
        outcome
    }

    fn write(&mut self, file: &mut File, text: &[u8]) -> Result<(), JournalError> {
        let length = file.metadata().map_err(|error| self.cannot_write(error))?.len();
        if length != self.bytes {
            return Err(JournalError::Changed(self.path.clone()));
        }
        if self.bytes > self.whole_bytes {
            self.keep_torn_end(file)?;
        }
        let mut write = || -> io::Result<()> {
            file.seek(SeekFrom::Start(self.whole_bytes))?;
            if self.lacks_line_break {
                file.write_all(b"\n")?;
            }
            file.write_all(text)?;
            file.sync_data()
        };
        if let Err(source) = write() {
            // Half of a line may be there already: away with it, so that another attempt begins where this one did. Where not
            // even that succeeds it is a torn end, to be cut off by the next attempt.
            if file.set_len(self.whole_bytes).is_ok() {
                self.bytes = self.whole_bytes;
            } else {
                self.bytes = file.metadata().map_or(self.bytes, |metadata| metadata.len());
            }
            return Err(self.cannot_write(source));
        }
        self.whole_bytes += text.len() as u64 + u64::from(self.lacks_line_break);
        self.lacks_line_break = false;
        self.bytes = self.whole_bytes;
        Ok(())
    }

    /// Puts the torn end into a file beside, then cuts it off.
    fn keep_torn_end(&mut self, file: &mut File) -> Result<(), JournalError> {
        let mut keep = || -> io::Result<()> {
            let mut torn = Vec::new();
            file.seek(SeekFrom::Start(self.whole_bytes))?;
            file.read_to_end(&mut torn)?;
            let beside = (0..).map(|number| self.path.with_file_name(format!("labels-torn-{number}.bin")));
            if let Some(free) = beside.take(100_000).find(|path| !path.exists()) {
                write_atomically(&free, |out| out.write_all(&torn))?;
            }
            file.set_len(self.whole_bytes)?;
            file.sync_all()
        };
        keep().map_err(|error| self.cannot_write(error))?;
        self.bytes = self.whole_bytes;
        Ok(())
    }

    /// The open file; at the first time it is made, in the data set where that can be.
    fn open(&mut self) -> Result<File, JournalError> {
        if let Some(file) = self.file.take() {
            return Ok(file);
        }
        match self.open_at(self.path.clone()) {
            // A read-only data set shows itself here at the latest; a journal that is there already stays where it is.
            Err(JournalError::Write { .. }) if self.bytes == 0 && self.path == self.places.in_dataset_file() => {
                let home = self.places.at_home_file();
                let file = self.open_at(home.clone())?;
                self.path = home;
                Ok(file)
            }
            other => other,
        }
    }

    fn open_at(&mut self, path: PathBuf) -> Result<File, JournalError> {
        let cannot = |source: io::Error| JournalError::Write { path: path.clone(), source };
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        fs::create_dir_all(&folder).map_err(cannot)?;
        if !self.locks.iter().any(|lock| lock.folder == folder) {
            let lock = FolderLock::take(&folder).map_err(|_| JournalError::Taken(path.clone()))?;
            self.locks.extend(lock);
        }
        let existed = path.exists();
        if existed != (self.bytes > 0) && !(existed && fs::metadata(&path).is_ok_and(|metadata| metadata.len() == 0)) {
            return Err(JournalError::Changed(path));
        }
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(cannot)?;
        if !existed {
            // The name itself must survive a power cut. Not every file system can promise that.
            for folder in [Some(folder.as_path()), folder.parent()].into_iter().flatten() {
                if let Ok(handle) = File::open(folder) {
                    let _ = handle.sync_all();
                }
            }
        }
        Ok(file)
    }

    fn cannot_write(&self, source: io::Error) -> JournalError {
        JournalError::Write { path: self.path.clone(), source }
    }
}
