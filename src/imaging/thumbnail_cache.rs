//! Thumbnails kept on disk, so that a folder that was looked at before is there at once.
//!
//! One small file a thumbnail, in 256 folders: several windows can write at the same time, a file is there as a whole or not
//! at all (written beside and renamed), and the ones not used for longest can go one by one. A file says in itself which
//! picture it is of (path, time of the last change, size) and has a checksum: whatever does not fit is decoded anew and
//! written over. Nothing here is worth an error: where the cache can't be read or written, pictures are decoded.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::{Thumbnail, decode_bytes};
use crate::base::stable_hash;

/// Begins every file; the digit is the version of all that follows.
const MAGIC: &[u8; 8] = b"IMGOTHM1";
/// Extension of the files.
const EXTENSION: &str = "thumb";
/// Good enough that no difference is seen at this size, a tenth of the bytes.
const QUALITY: u8 = 88;
/// A file that is used is marked so when its mark is older than this: reading costs no writing every time.
const MARK_AFTER: Duration = Duration::from_hours(24);

/// The thumbnails of one user, at most a number of bytes.
#[derive(Debug)]
pub struct ThumbnailCache {
    folder: PathBuf,
    most_bytes: u64,
    /// Bytes on disk as far as is known; none until the folder was looked through.
    bytes: AtomicU64,
    looked_through: Mutex<bool>,
}

impl ThumbnailCache {
    /// A cache in `folder` (made when something is first written) of at most about `most_bytes`.
    pub fn new(folder: PathBuf, most_bytes: u64) -> Self {
        Self { folder, most_bytes, bytes: AtomicU64::new(0), looked_through: Mutex::new(false) }
    }

    /// The thumbnail of the picture at `path` as the file is now, if there is one.
    pub fn get(&self, path: &Path, max_side: u32) -> Option<Thumbnail> {
        let key = key_of(path, max_side)?;
        let place = self.place_of(&key);
        let mut file = File::open(&place).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let thumbnail = read(&bytes, &key)?;
        mark_used(&file);
        Some(thumbnail)
    }

    /// Keeps a thumbnail. What fails is left out.
    pub fn put(&self, path: &Path, max_side: u32, thumbnail: &Thumbnail) {
        let (Some(key), Ok(mut looked_through)) = (key_of(path, max_side), self.looked_through.lock()) else { return };
        if !*looked_through {
            *looked_through = true;
            self.bytes.store(self.files().iter().map(|(_, _, bytes)| bytes).sum(), Ordering::Relaxed);
        }
        drop(looked_through);
        let Some(bytes) = written(&key, thumbnail) else { return };
        let place = self.place_of(&key);
        let Some(home) = place.parent() else { return };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(home)?;
            // Not forced to the disk: what a power cut takes is decoded anew.
            let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(home)?;
            file.write_all(&bytes)?;
            file.persist(&place)?;
            Ok(())
        };
        if write().is_ok() {
            let all = self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed) + bytes.len() as u64;
            if all > self.most_bytes {
                self.forget_oldest();
            }
        }
    }

    /// Removes all thumbnails; returns how many there were and their bytes. Nothing else in the folder is touched.
    pub fn clear(&self) -> (usize, u64) {
        let (mut count, mut freed) = (0, 0);
        for (path, _, bytes) in self.files() {
            if fs::remove_file(path).is_ok() {
                count += 1;
                freed += bytes;
            }
        }
        self.bytes.store(0, Ordering::Relaxed);
        (count, freed)
    }

    /// Removes the thumbnails not used for longest until an eighth of the room is free.
    fn forget_oldest(&self) {
        let Ok(_one_at_a_time) = self.looked_through.lock() else { return };
        let mut files = self.files();
        let mut all: u64 = files.iter().map(|(_, _, bytes)| bytes).sum();
        files.sort_by_key(|(_, used, _)| *used);
        for (path, _, bytes) in files {
            if all <= self.most_bytes / 8 * 7 {
                break;
            }
            if fs::remove_file(path).is_ok() {
                all -= bytes;
            }
        }
        self.bytes.store(all, Ordering::Relaxed);
    }

    /// All files that are ours: path, when last used, bytes. Parts that a crash left behind are among them.
    fn files(&self) -> Vec<(PathBuf, SystemTime, u64)> {
        let walk = walkdir::WalkDir::new(&self.folder).min_depth(2).max_depth(2).into_iter().filter_map(Result::ok);
        walk.filter(|entry| {
            let path = entry.path();
            path.extension().is_some_and(|end| end == EXTENSION)
                || entry.file_name().to_string_lossy().starts_with(".part-")
        })
        .filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((entry.into_path(), metadata.modified().unwrap_or(UNIX_EPOCH), metadata.len()))
        })
        .collect()
    }

    fn place_of(&self, key: &[u8]) -> PathBuf {
        let name = format!("{:016x}", stable_hash(key));
        self.folder.join(&name[..2]).join(format!("{}.{EXTENSION}", &name[2..]))
    }
}

/// What a thumbnail is of: the file as it is now, and the size asked for. None where the file is gone.
fn key_of(path: &Path, max_side: u32) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let mut key = path.as_os_str().as_encoded_bytes().to_vec();
    key.push(0);
    key.extend(changed.to_le_bytes());
    key.extend(metadata.len().to_le_bytes());
    key.extend(max_side.to_le_bytes());
    Some(key)
}

/// The last change of the thumbnail's own file says when it was last used.
fn mark_used(file: &File) {
    let now = SystemTime::now();
    let is_old = |time: SystemTime| now.duration_since(time).is_ok_and(|age| age > MARK_AFTER);
    if file.metadata().and_then(|metadata| metadata.modified()).is_ok_and(is_old) {
        // A folder that can't be written still serves.
        let _ = file.set_modified(now);
    }
}

/// Magic, checksum of what follows, length of the key, key, original size, JPEG.
fn written(key: &[u8], thumbnail: &Thumbnail) -> Option<Vec<u8>> {
    let mut rest = Vec::with_capacity(key.len() + (16 << 10));
    rest.extend((key.len() as u32).to_le_bytes());
    rest.extend(key);
    rest.extend(thumbnail.original_width.to_le_bytes());
    rest.extend(thumbnail.original_height.to_le_bytes());
    JpegEncoder::new_with_quality(&mut rest, QUALITY).encode_image(&thumbnail.image).ok()?;
    let mut bytes = Vec::with_capacity(rest.len() + 16);
    bytes.extend(MAGIC);
    bytes.extend(stable_hash(&rest).to_le_bytes());
    bytes.extend(rest);
    Some(bytes)
}

/// The thumbnail in `bytes`, if it is whole and the one of `key`.
fn read(bytes: &[u8], key: &[u8]) -> Option<Thumbnail> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    if stable_hash(rest) != u64::from_le_bytes(*sum) {
        return None;
    }
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (found, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    if found != key {
        return None;
    }
    let (width, rest) = rest.split_first_chunk::<4>()?;
    let (height, jpeg) = rest.split_first_chunk::<4>()?;
    let image: RgbImage = decode_bytes(jpeg).ok()?;
    Some(Thumbnail { image, original_width: u32::from_le_bytes(*width), original_height: u32::from_le_bytes(*height) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::thumbnail_file;

    fn photo(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        RgbImage::from_fn(400, 300, |x, y| image::Rgb([(x / 2) as u8, (y / 2) as u8, 90])).save(&path).unwrap();
        path
    }

    fn cache(folder: &Path, most_bytes: u64) -> ThumbnailCache {
        ThumbnailCache::new(folder.join("cache"), most_bytes)
    }

    fn only_file(cache: &ThumbnailCache) -> PathBuf {
        let files = cache.files();
        assert_eq!(files.len(), 1);
        files[0].0.clone()
    }

    #[test]
    fn what_was_kept_is_there_again_and_looks_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = photo(folder.path(), "a.png");
        let cache = cache(folder.path(), 1 << 20);
        assert!(cache.get(&path, 192).is_none());
        let made = thumbnail_file(&path, 192).unwrap();
        cache.put(&path, 192, &made);
        let found = cache.get(&path, 192).unwrap();
        assert_eq!((found.original_width, found.original_height), (400, 300));
        assert_eq!(found.image.dimensions(), made.image.dimensions());
        let differences = found.image.as_raw().iter().zip(made.image.as_raw()).map(|(a, b)| a.abs_diff(*b));
        assert!(differences.max().unwrap() < 24);
        assert!(cache.get(&path, 128).is_none(), "another size is another thumbnail");
        assert!(cache.get(&folder.path().join("gone.png"), 192).is_none());
    }

    #[test]
    fn a_picture_that_changed_is_not_shown_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = photo(folder.path(), "a.png");
        let cache = cache(folder.path(), 1 << 20);
        cache.put(&path, 192, &thumbnail_file(&path, 192).unwrap());
        let later = SystemTime::now() + Duration::from_secs(5);
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert!(cache.get(&path, 192).is_none());
    }

    #[test]
    fn a_thumbnail_that_is_cut_or_damaged_anywhere_is_none_and_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = photo(folder.path(), "a.png");
        let cache = cache(folder.path(), 1 << 20);
        let made = thumbnail_file(&path, 64).unwrap();
        cache.put(&path, 64, &made);
        let file = only_file(&cache);
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x41;
            assert!(read(&damaged, &key_of(&path, 64).unwrap()).is_none(), "byte {at}");
            assert!(read(&whole[..at], &key_of(&path, 64).unwrap()).is_none(), "cut at {at}");
        }
        fs::write(&file, b"").unwrap();
        assert!(cache.get(&path, 64).is_none());
        cache.put(&path, 64, &made);
        assert!(cache.get(&path, 64).is_some());
    }

    #[test]
    fn the_ones_not_used_for_longest_go_first_and_the_bound_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let small = cache(folder.path(), 40_000);
        let paths: Vec<_> = (0..40).map(|number| photo(folder.path(), &format!("{number}.png"))).collect();
        let made = thumbnail_file(&paths[0], 192).unwrap();
        for (number, path) in paths.iter().enumerate() {
            small.put(path, 192, &made);
            // Files as old as a test can wish; the first stays in use.
            let age = if number == 0 { 0 } else { 10_000 - number as u64 };
            let place = small.place_of(&key_of(path, 192).unwrap());
            if let Ok(file) = File::options().write(true).open(place) {
                file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            }
            assert!(small.files().iter().map(|(_, _, bytes)| bytes).sum::<u64>() <= 40_000);
        }
        assert!(small.get(&paths[0], 192).is_some(), "what was used last stays");
        assert!(small.get(&paths[1], 192).is_none(), "what was not used for longest is gone");
        assert!(small.get(&paths[39], 192).is_some());
    }

    #[test]
    fn clearing_removes_thumbnails_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = photo(folder.path(), "a.png");
        let cache = cache(folder.path(), 1 << 20);
        cache.put(&path, 64, &thumbnail_file(&path, 64).unwrap());
        let other = only_file(&cache).with_file_name("notes.txt");
        fs::write(&other, b"mine").unwrap();
        let (count, bytes) = cache.clear();
        assert!(count == 1 && bytes > 100);
        assert!(cache.get(&path, 64).is_none() && other.exists() && path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_can_not_be_written_costs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = photo(folder.path(), "a.png");
        // A file where the folder should be: not even root can write there.
        fs::write(folder.path().join("cache"), b"in the way").unwrap();
        let cache = cache(folder.path(), 1 << 20);
        cache.put(&path, 64, &thumbnail_file(&path, 64).unwrap());
        assert!(cache.get(&path, 64).is_none());
        assert_eq!(cache.clear(), (0, 0));
    }
}
