//! The file that only grows.
//!
//! [`Journal::append`] returns when the lines are on the disk: written, flushed, fsynced. Nothing in the file is ever
//! overwritten; only a torn end is cut off, after its bytes are put into a file beside. Before anything is written it is made
//! sure that the file is still the one at its path: lines in a file that was deleted or replaced are lost lines.

mod again;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::access::{FolderLock, LabelPlaces};
use super::read::{Found, read, read_bytes};
use super::record::{Record, line_of};
use super::seen::SeenPictures;
use crate::base::write_atomically;

pub(super) use again::is_at;

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
    /// Another file is in the place of the journal. Trying again does not help.
    #[error(
        "{}: another program put other labels in the place of these, which are kept in {}; read the folder again (F5) to go on \
         with what is there now",
        path.display(),
        kept.display()
    )]
    Replaced {
        /// The journal.
        path: PathBuf,
        /// Where what was in it is now.
        kept: PathBuf,
    },
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
    /// Open from the beginning where there is a journal; else made when something is first written, so that looking at a data
    /// set leaves no trace in it.
    file: Option<File>,
    /// Bytes in the file that stay.
    whole_bytes: u64,
    /// Bytes in the file when it was last looked at.
    bytes: u64,
    lacks_line_break: bool,
    /// Held until the journal is dropped.
    locks: Vec<FolderLock>,
    seen: SeenPictures,
    is_seen_written: bool,
    /// It was gone and is there again since this was last asked.
    was_restored: bool,
}

/// What a journal holds, for whoever reads the data set again while it is being written to.
#[derive(Debug)]
pub struct Holding {
    pub(super) path: PathBuf,
    pub(super) found: Found,
    pub(super) seen: SeenPictures,
}

impl Journal {
    /// A journal as it was found at one of its places, with the locks that were got and the pictures that there are.
    pub(super) fn new(
        places: LabelPlaces,
        path: PathBuf,
        found: &Found,
        locks: Vec<FolderLock>,
        seen: SeenPictures,
    ) -> Self {
        let is_there = found.bytes > 0;
        Self {
            is_seen_written: SeenPictures::beside(&path).is_some_and(|written| written == seen),
            places,
            file: OpenOptions::new().read(true).write(true).open(&path).ok().filter(|_| is_there),
            path,
            whole_bytes: found.whole_bytes,
            bytes: found.bytes,
            lacks_line_break: found.lacks_line_break,
            locks,
            seen,
            was_restored: false,
        }
    }

    /// Where the lines go. May become the place of the user's own when the data set turns out to be read-only.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The pictures that the data set has or had, as they are known now. Written beside the journal, where there is one; what
    /// can't be written is tried again with the next record.
    pub fn set_seen(&mut self, seen: SeenPictures) {
        self.is_seen_written &= self.seen == seen;
        self.seen = seen;
        self.keep_seen();
    }

    /// Writes the list of pictures seen beside the journal, where there is one that is not known to have it.
    pub fn keep_seen(&mut self) {
        if self.bytes > 0 {
            self.write_seen();
        }
    }

    /// The list only helps to find renamed files again: that it can't be written is no reason not to label.
    fn write_seen(&mut self) {
        if !self.is_seen_written && self.path.parent().is_some_and(Path::is_dir) {
            self.is_seen_written = self.seen.write_beside(&self.path).is_ok();
        }
    }

    /// Whether the journal was gone and was written anew since this was last asked.
    pub fn take_restored(&mut self) -> bool {
        std::mem::take(&mut self.was_restored)
    }

    /// All that is in the journal, whatever became of its path, and what waits to be written: records, and the pictures seen.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn holding(&self, waiting: &[Record], seen: Option<&SeenPictures>) -> io::Result<Holding> {
        let mut found = match &self.file {
            Some(file) => read_bytes(&content(file, self.bytes)?),
            None => read(&self.path)?,
        };
        let after = found.records.last().map_or(0, |(number, _)| *number);
        found.records.extend(waiting.iter().zip(after + 1..).map(|(record, number)| (number, record.clone())));
        Ok(Holding { path: self.path.clone(), found, seen: seen.unwrap_or(&self.seen).clone() })
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
        self.keep_locks()?;
        let mut file = self.open()?;
        if self.bytes == 0 {
            // A journal is never without the list: what comes after it counts as new.
            self.write_seen();
        }
        let outcome = self.write(&mut file, text.as_bytes());
        self.file = Some(file);
        if outcome.is_ok() {
            self.write_seen();
        }
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
            if let Some(free) = free_name(&self.path, "torn", "bin") {
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
            return self.at_its_path(file);
        }
        match self.open_at(self.path.clone()) {
            // A read-only data set shows itself here at the latest; a journal that is there already stays where it is.
            Err(JournalError::Write { .. })
                if self.bytes == 0 && self.path == self.places.in_dataset_file() && self.places.has_dataset() =>
            {
                let home = self.places.at_home_file();
                let file = self.open_at(home.clone())?;
                self.path = home;
                self.is_seen_written = false;
                Ok(file)
            }
            other => other,
        }
    }

    fn open_at(&mut self, path: PathBuf) -> Result<File, JournalError> {
        let cannot = |source: io::Error| JournalError::Write { path: path.clone(), source };
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        self.make_folder(&folder).map_err(cannot)?;
        self.lock(&folder)?;
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

    /// Makes the folder of a journal. The data set's own folder is never made: where that is gone (a drive that was unplugged),
    /// labels wait until it is back.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        if folder != self.places.in_dataset {
            return fs::create_dir_all(folder);
        }
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            other => other,
        }
    }

    /// Takes the lock of a folder where it is not held yet.
    fn lock(&mut self, folder: &Path) -> Result<(), JournalError> {
        if !self.locks.iter().any(|lock| lock.folder == folder) {
            let lock = FolderLock::take(folder).map_err(|_| JournalError::Taken(self.path.clone()))?;
            self.locks.extend(lock);
        }
        Ok(())
    }

    /// Takes locks anew whose file was deleted or replaced: such a lock keeps nobody out.
    fn keep_locks(&mut self) -> Result<(), JournalError> {
        for lock in self.locks.iter_mut().filter(|lock| !lock.is_in_place() && lock.folder.is_dir()) {
            match FolderLock::take(&lock.folder) {
                Ok(Some(new)) => *lock = new,
                Ok(None) => {}
                Err(_) => return Err(JournalError::Taken(self.path.clone())),
            }
        }
        Ok(())
    }

    fn cannot_write(&self, source: io::Error) -> JournalError {
        JournalError::Write { path: self.path.clone(), source }
    }
}

/// The first `bytes` bytes of an open file.
fn content(mut file: &File, bytes: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(bytes).read_to_end(&mut content)?;
    Ok(content)
}

/// A name beside the journal that is not taken.
fn free_name(journal: &Path, what: &str, extension: &str) -> Option<PathBuf> {
    let mut names = (0..100_000).map(|number| journal.with_file_name(format!("labels-{what}-{number}.{extension}")));
    names.find(|path| !path.exists())
}
