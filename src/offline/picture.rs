//! One picture of the data set → its copy and its variants.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::manifest::{Line, Origin};
use super::plan::Source;
use super::{EnlargeRequest, OfflineError};
use crate::base::{CancelToken, rng_for};
use crate::dataset::Split;
use crate::imaging::{MAX_FILE_BYTES, decode_bytes};

/// Hardly any trace of compression.
pub(super) const QUALITY: u8 = 95;

/// Beginning and end of the names of files that are not whole yet.
pub(super) const PART: (&str, &str) = (".imago-", ".part");

/// Why nothing came of a picture.
pub(super) enum Unmade {
    /// It can't be read; the rest goes on.
    Unreadable(String),
    /// It can't be written, or was cancelled.
    Failed(OfflineError),
}

/// Writes all files of `source`; the manifest's lines for them.
pub(super) fn make(request: &EnlargeRequest<'_>, source: &Source, cancel: &CancelToken) -> Result<Vec<Line>, Unmade> {
    if cancel.is_cancelled() {
        return Err(Unmade::Failed(OfflineError::Cancelled));
    }
    let bytes = read(&request.dataset.root.join(&source.rel_path)).map_err(Unmade::Unreadable)?;
    let (decoded, unreadable) = match (decode_bytes(&bytes), source.split) {
        (Ok(decoded), _) => (Some(decoded), None),
        (Err(error), Split::Train) => return Err(Unmade::Unreadable(error.reason())),
        // Held-out pictures are copied as they are, also where they can't be decoded; then it is said.
        (Err(error), Split::Val | Split::Test) => (None, Some(error.reason())),
    };
    let origin = Origin { source, seed: request.seed };
    let mut lines = Vec::with_capacity(source.files());
    put(&request.out.join(&source.copy), &bytes)?;
    lines.push(origin.copied(&bytes, unreadable.as_deref()));
    for (index, path) in source.variants.iter().enumerate() {
        let Some(decoded) = &decoded else { break };
        if cancel.is_cancelled() {
            return Err(Unmade::Failed(OfflineError::Cancelled));
        }
        let variant = index + 1;
        let mut rng = rng_for(request.seed, variant as u64, source.id);
        let (picture, trace) = request.pipeline.apply_traced(decoded, request.size, &mut rng);
        let whole = request.out.join(path);
        let bytes = encode(&picture).map_err(OfflineError::writing(&whole)).map_err(Unmade::Failed)?;
        put(&whole, &bytes)?;
        lines.push(origin.varied(path, variant, &bytes, &trace));
    }
    Ok(lines)
}

/// The bytes of a regular file; a pipe, which would wait forever, is refused before it is opened.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let problem = |error: io::Error| format!("the file can't be read: {error}");
    let metadata = fs::metadata(path).map_err(problem)?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(format!("the file is too large to be a picture ({} MB)", metadata.len() >> 20));
    }
    fs::read(path).map_err(problem)
}

fn encode(picture: &RgbImage) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture).map_err(|error| match error {
        image::ImageError::IoError(error) => error,
        other => io::Error::other(other.to_string()),
    })?;
    Ok(bytes)
}

/// Writes a file beside its place and renames it, so that a file with its final name is whole. Unlike
/// [`write_atomically`](crate::base::write_atomically) it does not wait for the disk a thousand times: that is done once at
/// the end, and until then the manifest's hashes tell whole files from others.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Unmade> {
    let write = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(PART.0).suffix(PART.1);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(OfflineError::writing(path)).map_err(Unmade::Failed)
}
