//! The lock on a run's folder: while somebody trains in it, nobody else does.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::train::error::TrainError;

/// Locked by whoever trains. A file of its own, as on Windows nobody else can read a locked file, and those of a run are looked
/// at while it goes on. It goes with the lock; after a program that was killed it is still there, and means nothing.
const LOCK_FILE: &str = ".imago-training.lock";

/// Held while training.
#[derive(Debug)]
pub(super) struct RunLock {
    path: PathBuf,
    held: File,
}

impl RunLock {
    /// Takes the lock of a folder. None where nothing can be locked (a read-only folder, a file system without locks): whether a
    /// run can be written there shows soon enough.
    ///
    /// # Errors
    /// Somebody else trains there.
    pub(super) fn take(dir: &Path) -> Result<Option<Self>, TrainError> {
        let path = dir.join(LOCK_FILE);
        // More often than anybody can be met letting it go.
        for _ in 0..100 {
            let (file, is_new) = match open(&path) {
                Ok(opened) => opened,
                // Whoever held it has just taken it away.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(_) => return Ok(None),
            };
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => return Ok(Some(Self { path, held: file })),
                // Whoever held it has just taken the file away: others would lock another one.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(TrainError::InUse(dir.to_path_buf())),
                Err(TryLockError::Error(_)) => {
                    if is_new {
                        let _ = std::fs::remove_file(&path);
                    }
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// Says whether somebody trains in a folder, without changing anything.
    ///
    /// # Errors
    /// Somebody does.
    pub(super) fn check(dir: &Path) -> Result<(), TrainError> {
        let is_held =
            reopen(&dir.join(LOCK_FILE)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        if is_held { Err(TrainError::InUse(dir.to_path_buf())) } else { Ok(()) }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // While it is still held: whoever opens the name from now on makes a file of their own. Where the folder was deleted and
        // made anew meanwhile, the name is that of another's lock.
        if is_at(&self.held, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The lock's file, and whether it was made by this.
fn open(path: &Path) -> std::io::Result<(File, bool)> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok((reopen(path)?, false)),
        Err(error) => Err(error),
    }
}

/// Another user's file can only be read; that is enough for a lock.
fn reopen(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).open(path).or_else(|_| File::open(path))
}

/// Whether the file that is locked is the one that others would lock. Where the system can't tell, it is.
fn is_at(file: &File, path: &Path) -> bool {
    let held = file.try_clone().and_then(same_file::Handle::from_file);
    match (held, same_file::Handle::from_path(path)) {
        (Ok(held), Ok(there)) => held == there,
        (_, Err(error)) => error.kind() != ErrorKind::NotFound,
        (Err(_), Ok(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_once_and_free_again_afterwards_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        RunLock::check(folder.path()).unwrap();
        let lock = RunLock::take(folder.path()).unwrap().unwrap();
        for refused in [RunLock::take(folder.path()).map(|_| ()), RunLock::check(folder.path())] {
            let message = refused.unwrap_err().to_string();
            assert!(message.contains("another Imago") && message.contains(&folder.path().display().to_string()));
        }
        drop(lock);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        RunLock::check(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "looking left something");
    }

    #[test]
    fn the_file_of_a_program_that_was_killed_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(LOCK_FILE), "").unwrap();
        RunLock::check(folder.path()).unwrap();
        drop(RunLock::take(folder.path()).unwrap().unwrap());
        assert!(!folder.path().join(LOCK_FILE).exists());
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_lock_to_be_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert!(RunLock::take(&folder.path().join("missing")).unwrap().is_none());
    }
}
