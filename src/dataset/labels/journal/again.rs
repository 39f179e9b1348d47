//! Finding a journal again that is no longer at its path: it was deleted (`git clean`, a tidy person) or replaced (a program that
//! keeps folders in step), while this process held it open and knows all that was in it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::{Journal, JournalError, content, free_name};
use crate::base::write_atomically;

/// Whether an open file is the one at a path.
pub(in crate::dataset::labels) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = same_file::Handle::from_file(file.try_clone()?)?;
    match same_file::Handle::from_path(path) {
        Ok(there) => Ok(held == there),
        Err(error) if is_gone(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

impl Journal {
    /// The open file, or the one at the path that takes its place. On an error it stays open: what is in it is known nowhere
    /// else any more.
    pub(super) fn at_its_path(&mut self, file: File) -> Result<File, JournalError> {
        let outcome = match is_at(&file, &self.path) {
            Ok(true) => return Ok(file),
            Ok(false) => self.find_again(&file),
            Err(source) => Err(self.cannot_write(source)),
        };
        if outcome.is_err() {
            self.file = Some(file);
        }
        outcome
    }

    fn find_again(&mut self, held: &File) -> Result<File, JournalError> {
        let known = content(held, self.bytes).map_err(|error| self.cannot_write(error))?;
        match fs::read(&self.path) {
            Ok(there) if there == known => self.reopen(),
            Ok(there) if there.starts_with(&known) => Err(JournalError::Changed(self.path.clone())),
            Ok(_) => Err(self.keep_beside(&known)),
            Err(error) if is_gone(&error) => self.restore(&known),
            Err(error) => Err(self.cannot_write(error)),
        }
    }

    fn reopen(&self) -> Result<File, JournalError> {
        OpenOptions::new().read(true).write(true).open(&self.path).map_err(|error| self.cannot_write(error))
    }

    /// Writes the journal anew where it is gone, with all that was in it.
    fn restore(&mut self, known: &[u8]) -> Result<File, JournalError> {
        let folder = self.path.parent().map(Path::to_owned).unwrap_or_default();
        self.make_folder(&folder).map_err(|error| self.cannot_write(error))?;
        self.keep_locks()?;
        self.lock(&folder)?;
        write_atomically(&self.path, |out| out.write_all(known)).map_err(|error| self.cannot_write(error))?;
        self.is_seen_written = false;
        self.was_restored = true;
        self.reopen()
    }

    /// Keeps what was in the journal in a file beside the one that is in its place now.
    fn keep_beside(&self, known: &[u8]) -> JournalError {
        let Some(kept) = free_name(&self.path, "replaced", "jsonl") else {
            return JournalError::Changed(self.path.clone());
        };
        match write_atomically(&kept, |out| out.write_all(known)) {
            Ok(()) => JournalError::Replaced { path: self.path.clone(), kept },
            Err(source) => self.cannot_write(source),
        }
    }
}
