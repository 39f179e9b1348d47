//! The part of a file that has come: `NAME.part` beside the file's place, and in `NAME.part.json` what it is a part of. A lock
//! keeps two Imagos from writing to the same one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::FetchError;
use crate::base::{CancelToken, write_atomically};

/// What a part is a part of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    /// The checksum of the whole.
    pub sha256: String,
    /// Where it was asked for.
    pub address: String,
    /// The server's mark of the version.
    pub etag: Option<String>,
}

/// A file that is coming.
pub(super) struct Part {
    file: File,
    target: PathBuf,
    path: PathBuf,
    length: u64,
    /// It came in more than one piece, which may be of different versions.
    pub(super) in_pieces: bool,
    pub(super) record: Record,
    _lock: Lock,
}

impl Part {
    /// Opens the part of the file that will be `target`, with checksum `sha256`, or begins one. The part of another version is
    /// thrown away.
    ///
    /// # Errors
    /// When it can't be written, or another Imago is writing it.
    pub(super) fn open(target: &Path, sha256: &str) -> Result<Self, FetchError> {
        let folder = target.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| FetchError::write(folder, &error))?;
        let lock = Lock::take(target)?;
        let path = with_end(target, ".part");
        let failed = |error: io::Error| FetchError::write(&path, &error);
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let recorded =
            fs::read(record_path(target)).ok().and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
        let record = recorded.filter(|record| record.sha256 == sha256);
        let is_ours = record.is_some();
        let record = record.unwrap_or(Record { sha256: sha256.to_owned(), ..Record::default() });
        let mut part =
            Self { file, target: target.to_owned(), path, length, in_pieces: length > 0, record, _lock: lock };
        if !is_ours && length > 0 {
            part.restart()?;
        }
        Ok(part)
    }

    /// Bytes that are there.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Throws away what is there.
    pub(super) fn restart(&mut self) -> Result<(), FetchError> {
        self.file.set_len(0).map_err(|error| FetchError::write(&self.path, &error))?;
        self.length = 0;
        self.in_pieces = false;
        self.record.etag = None;
        Ok(())
    }

    /// Notes where the next bytes come from, before they do.
    pub(super) fn note(&mut self, address: &str, etag: Option<&str>) -> Result<(), FetchError> {
        address.clone_into(&mut self.record.address);
        self.record.etag = etag.map(str::to_owned);
        let path = record_path(&self.target);
        let json = serde_json::to_vec(&self.record).unwrap_or_default();
        write_atomically(&path, |out| out.write_all(&json)).map_err(|error| FetchError::write(&path, &error))
    }

    /// Adds bytes at the end. What could be written before a failure counts.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let result = self.file.seek(SeekFrom::Start(self.length)).and_then(|_| self.file.write_all(bytes));
        if let Err(error) = result {
            self.length = self.file.metadata().map_or(self.length, |facts| facts.len());
            return Err(FetchError::write(&self.path, &error));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// The SHA-256 of what is there, in hexadecimal.
    pub(super) fn sha256(&mut self, cancel: &CancelToken) -> Result<String, FetchError> {
        let failed = |error: io::Error| FetchError::write(&self.path, &error);
        self.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        sha256(&mut self.file, cancel).map_err(failed)?.ok_or(FetchError::Cancelled)
    }

    /// Makes it the file that it was to be: on the disk for sure, then under its name.
    pub(super) fn finish(self) -> Result<(), FetchError> {
        self.file.sync_all().map_err(|error| FetchError::write(&self.path, &error))?;
        fs::rename(&self.path, &self.target).map_err(|error| FetchError::write(&self.target, &error))?;
        let _ = fs::remove_file(record_path(&self.target));
        // The rename is durable once the folder is; not every file system can say so.
        if let Some(folder) = self.target.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    /// Removes it: it is no part of what it should be.
    pub(super) fn discard(self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(record_path(&self.target));
    }
}

/// How many bytes of `target` with checksum `sha256` are there from an earlier attempt.
pub fn bytes_there(target: &Path, sha256: &str) -> u64 {
    let recorded = fs::read(record_path(target)).ok().and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
    if recorded.is_none_or(|record| record.sha256 != sha256) {
        return 0;
    }
    fs::metadata(with_end(target, ".part")).map_or(0, |facts| facts.len())
}

/// The SHA-256 of all that `file` gives, in hexadecimal; nothing when cancelled.
pub(super) fn sha256(file: &mut File, cancel: &CancelToken) -> io::Result<Option<String>> {
    let mut digest = Sha256::new();
    let mut bytes = vec![0; 1 << 18];
    loop {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        match file.read(&mut bytes)? {
            0 => break,
            count => digest.update(&bytes[..count]),
        }
    }
    Ok(Some(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn record_path(target: &Path) -> PathBuf {
    with_end(target, ".part.json")
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Held while a part is written. It is a file of its own: on Windows a locked file can't be read through another handle, and
/// parts are.
struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    fn take(target: &Path) -> Result<Self, FetchError> {
        let path = with_end(target, ".lock");
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| FetchError::write(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path }),
            Err(TryLockError::WouldBlock) => Err(FetchError::Busy { path: target.to_owned() }),
            // A file system without locks (some network drives): the checksum still guards what is used.
            Err(TryLockError::Error(error)) => {
                tracing::debug!("no lock on {}: {error}", path.display());
                Ok(Self { file, path })
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_gone_on_from_unless_it_is_of_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("made/on/the/way/w.bin");
        let mut part = Part::open(&target, "aa").unwrap();
        part.note("http://x", Some("\"1\"")).unwrap();
        part.append(b"abc").unwrap();
        drop(part);
        assert_eq!((bytes_there(&target, "aa"), bytes_there(&target, "bb")), (3, 0));
        let part = Part::open(&target, "aa").unwrap();
        assert_eq!((part.length(), part.record.etag.as_deref()), (3, Some("\"1\"")));
        drop(part);
        assert_eq!(Part::open(&target, "bb").unwrap().length(), 0);
    }

    #[test]
    fn a_part_is_written_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("w.bin");
        let part = Part::open(&target, "aa").unwrap();
        assert!(matches!(Part::open(&target, "aa"), Err(FetchError::Busy { .. })));
        drop(part);
        assert!(Part::open(&target, "aa").is_ok());
    }

    #[test]
    fn what_is_finished_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("w.bin");
        let mut part = Part::open(&target, "aa").unwrap();
        part.note("http://x", None).unwrap();
        part.append(b"abc").unwrap();
        let digest = part.sha256(&CancelToken::new()).unwrap();
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        part.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"abc");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_can_not_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), b"").unwrap();
        let Err(error) = Part::open(&folder.path().join("file/w.bin"), "aa") else { panic!("opened") };
        assert!(error.to_string().contains("file could not be written"), "{error}");
    }
}
