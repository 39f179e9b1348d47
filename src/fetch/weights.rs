//! A weights file: fetched, opened with the reader that training uses, and only then put in its place.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::transfer::{Asked, Phase, Progress, transfer};
use super::{Download, FetchError};
use crate::base::AppPaths;
use crate::models::{Arch, WeightsError, read_weights};

/// Where a weights file is kept.
pub fn place_of(download: &Download, paths: &AppPaths) -> PathBuf {
    paths.weights_dir().join(&download.file_name)
}

/// Whether it was fetched.
pub fn is_there(download: &Download, paths: &AppPaths) -> bool {
    place_of(download, paths).is_file()
}

/// Fetches a weights file into Imago's own folder. A file that is there with the right checksum is not fetched again.
///
/// # Errors
/// See [`FetchError`]; what came is kept where it can be gone on from.
pub fn get(
    download: &Download,
    paths: &AppPaths,
    asked: &Asked,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, FetchError> {
    let place = place_of(download, paths);
    if has_checksum(&place, download, asked, progress)? {
        return Ok(place);
    }
    let part = transfer(download, &place, asked, progress)?;
    if let Err(reason) = usable(part.path(), download) {
        part.discard();
        return Err(FetchError::NotUsable { title: download.title.clone(), reason });
    }
    part.finish()?;
    Ok(place)
}

/// Whether the file is there, and is the right one.
///
/// # Errors
/// When it can't be read, or was cancelled.
pub fn has_checksum(
    path: &Path,
    download: &Download,
    asked: &Asked,
    progress: &mut dyn FnMut(Progress),
) -> Result<bool, FetchError> {
    let Ok(mut file) = File::open(path) else { return Ok(false) };
    progress(Progress { phase: Phase::Checking, done: 0, total: download.bytes });
    let found = super::part::sha256(&mut file, &asked.cancel).map_err(|error| FetchError::write(path, &error))?;
    Ok(found.ok_or(FetchError::Cancelled)? == download.sha256)
}

/// Opens the file as training would.
fn usable(path: &Path, download: &Download) -> Result<(), String> {
    let weights = read_weights(path).map_err(|error| match error {
        WeightsError::File { reason, .. } => reason,
        WeightsError::NoResnet { found, .. } => format!("holds no ResNet: found {found}"),
    })?;
    match (weights.arch(), Arch::from_name(&download.name)) {
        (Some(found), Some(wanted)) if found == wanted => Ok(()),
        (Some(found), _) => Err(format!("holds a {}", found.name())),
        (None, _) => Err("holds a ResNet of another size".to_owned()),
    }
}
