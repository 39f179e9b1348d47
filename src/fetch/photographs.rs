//! A data set of photographs: fetched as an archive, unpacked into a new folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::archive::{Limits, unpack};
use super::transfer::{Asked, Phase, Progress, transfer};
use super::weights::has_checksum;
use super::{Download, FetchError};
use crate::base::AppPaths;

/// The folder of a data set where none is named.
pub fn folder_of(download: &Download, paths: &AppPaths) -> PathBuf {
    paths.photographs_dir().join(&download.title)
}

/// Where the archive is while it comes.
pub fn archive_of(download: &Download, paths: &AppPaths) -> PathBuf {
    paths.photographs_dir().join(&download.file_name)
}

/// Whether the folder holds a data set with a split of its own.
pub fn is_there(folder: &Path) -> bool {
    folder.join("train").is_dir() && folder.join("val").is_dir()
}

/// Whether a data set can be unpacked there.
///
/// # Errors
/// When the folder is there and not empty.
pub fn check_free(folder: &Path) -> Result<(), FetchError> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        return Err(FetchError::Taken { path: folder.to_owned() });
    }
    Ok(())
}

/// Fetches a data set and unpacks it into `folder`, which must be new or empty.
///
/// # Errors
/// See [`FetchError`]. The archive is kept until it is unpacked, so that a full disk does not cost another transfer.
pub fn get(
    download: &Download,
    folder: &Path,
    paths: &AppPaths,
    asked: &Asked,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    check_free(folder)?;
    let archive = archive_of(download, paths);
    if !has_checksum(&archive, download, asked, progress)? {
        transfer(download, &archive, asked, progress)?.finish()?;
    }
    let unpacked = unpack(&archive, folder, &Limits::default(), &asked.cancel, &mut |done, total| {
        progress(Progress { phase: Phase::Unpacking, done, total: Some(total) });
    });
    if matches!(unpacked, Ok(()) | Err(FetchError::Archive { .. })) {
        // Imago's own copy, and of no use any more.
        let _ = fs::remove_file(&archive);
    }
    unpacked
}
