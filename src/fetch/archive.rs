//! Unpacking a zip that may be hostile: only `train/CLASS/FILE` and `val/CLASS/FILE` are taken, below one common folder or
//! none; anything that points elsewhere, pretends to be a link, is far larger than its packed form or appears twice ends it.
//! All goes into a folder under another name, which is renamed when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::result::ZipError;

use super::FetchError;
use crate::base::CancelToken;

/// The splits that are taken.
const SPLITS: [&str; 2] = ["train", "val"];

/// How much an archive may hold.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Entries.
    pub entries: usize,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// How many times larger than packed a file may be; photographs hardly are at all.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 20_000, bytes: 1 << 30, ratio: 100 }
    }
}

/// Unpacks `archive` into `folder`, which must not be there or be empty.
///
/// # Errors
/// [`FetchError::Archive`] when the archive is damaged or hostile, others when it can't be written or was cancelled; nothing is
/// left behind.
pub fn unpack(
    archive: &Path,
    folder: &Path,
    limits: &Limits,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), FetchError> {
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|error| FetchError::write(parent, &error))?;
    let unpacked = tempfile::Builder::new().prefix(".unpacking-").tempdir_in(parent);
    let unpacked = unpacked.map_err(|error| FetchError::write(parent, &error))?;
    let file = File::open(archive).map_err(|error| refused(format!("could not be read: {error}")))?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    if zip.len() > limits.entries {
        return Err(refused(format!("has {} entries, more than {}", zip.len(), limits.entries)));
    }
    if zip.has_overlapping_entries().map_err(damaged)? {
        return Err(refused("has entries that share the same bytes, as archives made to fill disks do"));
    }
    if zip.has_duplicate_names() {
        return Err(refused("holds two files of the same name"));
    }
    let places = places(&zip)?;
    let total = places.len() as u64;
    let mut left = limits.bytes;
    for (done, (index, place)) in places.into_iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(FetchError::Cancelled);
        }
        progress(done as u64, total);
        let path = unpacked.path().join(&place);
        let shown = place.display().to_string();
        let inside = path.parent().unwrap_or(unpacked.path());
        fs::create_dir_all(inside).map_err(|error| FetchError::write(inside, &error))?;
        left -= unpack_one(&mut zip, index, &path, &shown, left, limits)?;
    }
    for split in SPLITS {
        if !unpacked.path().join(split).is_dir() {
            return Err(refused(format!("holds no pictures in {split}/")));
        }
    }
    progress(total, total);
    readable_by_others(unpacked.path()).map_err(|error| FetchError::write(folder, &error))?;
    if folder.is_dir() {
        // Fails where it is not empty.
        fs::remove_dir(folder).map_err(|_| FetchError::Taken { path: folder.to_owned() })?;
    }
    fs::rename(unpacked.path(), folder).map_err(|error| FetchError::write(folder, &error))?;
    // It is not there any more under the name that would be removed.
    let _ = unpacked.keep();
    Ok(())
}

/// Where each entry that is taken goes, below the new folder.
fn places(zip: &ZipArchive<BufReader<File>>) -> Result<Vec<(usize, PathBuf)>, FetchError> {
    let mut root: Option<String> = None;
    let mut places = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if entry.is_symlink() {
            return Err(refused(format!("holds a link ({name})")));
        }
        if entry.encrypted() {
            return Err(refused(format!("is encrypted ({name})")));
        }
        let parts = safe_parts(&name)?;
        if entry.is_dir() {
            continue;
        }
        // With a common folder above the splits, or without.
        let (above, inside) = match parts.as_slice() {
            [split, class, file] if SPLITS.contains(split) => ("", [*split, *class, *file]),
            [above, split, class, file] if SPLITS.contains(split) => (*above, [*split, *class, *file]),
            // Rubbish of other systems (`__MACOSX/…`, `.DS_Store`) and whatever else lies about.
            _ => continue,
        };
        if above == "__MACOSX" {
            continue;
        }
        match &root {
            Some(root) if root != above => {
                return Err(refused(format!("holds more than one data set ({root}, {above})")));
            }
            Some(_) => {}
            None => root = Some(above.to_owned()),
        }
        places.push((index, inside.iter().collect()));
    }
    Ok(places)
}

/// The names in an entry's path, none of which leads out of the folder on any system.
fn safe_parts(name: &str) -> Result<Vec<&str>, FetchError> {
    let parts: Vec<&str> = name.strip_suffix('/').unwrap_or(name).split('/').collect();
    // `:` names drives and streams on Windows, where a backslash also separates.
    let is_safe = |part: &&str| {
        !part.is_empty()
            && *part != "."
            && *part != ".."
            && !part.contains(['\\', ':'])
            && !part.contains(char::is_control)
    };
    if name.len() > 1_000 || !parts.iter().all(is_safe) {
        let shown: String = name.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect();
        return Err(refused(format!("holds a file that would go elsewhere ({shown})")));
    }
    Ok(parts)
}

/// Unpacks one file; gives its size.
fn unpack_one(
    zip: &mut ZipArchive<BufReader<File>>,
    index: usize,
    path: &Path,
    shown: &str,
    left: u64,
    limits: &Limits,
) -> Result<u64, FetchError> {
    let entry = zip.by_index(index).map_err(damaged)?;
    let packed = entry.compressed_size();
    // Small files may be packed very well by chance.
    let most = left.min(packed.saturating_mul(limits.ratio).max(1 << 20));
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(refused(format!("holds the same file twice ({shown})")));
        }
        Err(error) => return Err(FetchError::write(path, &error)),
    };
    let mut reader = entry.take(most + 1);
    let mut bytes = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let count = match reader.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => count,
            // Also what the checksum of each file says at its end.
            Err(error) => return Err(refused(format!("is damaged ({shown}: {error})"))),
        };
        size += count as u64;
        if size > most {
            return Err(refused(format!("unpacks to far more than it should ({shown})")));
        }
        file.write_all(&bytes[..count]).map_err(|error| FetchError::write(path, &error))?;
    }
    Ok(size)
}

fn refused(reason: impl Into<String>) -> FetchError {
    FetchError::Archive { reason: reason.into() }
}

fn damaged(error: ZipError) -> FetchError {
    refused(format!("is damaged or no zip ({error})"))
}

/// Temporary folders are made for their owner alone; a finished data set gets the usual rights.
#[cfg(unix)]
fn readable_by_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn readable_by_others(_folder: &Path) -> io::Result<()> {
    Ok(())
}
