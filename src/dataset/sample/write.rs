//! Writing the sample to a folder: all of it or nothing.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use rayon::prelude::*;
use thiserror::Error;

use super::scene::{Specimen, draw_scene};
use crate::base::CancelToken;

/// Training pictures of each class.
pub const TRAIN_EACH: usize = 120;

/// Validation pictures of each class.
pub const VAL_EACH: usize = 75;

const QUALITY: u8 = 88;

/// How the folder is called, but for its end, in which a sample is drawn before it is whole.
const ASIDE: &str = ".imago-sample-";

/// Pictures drawn between two reports of progress: enough to keep every core busy.
const AT_ONCE: usize = 12;

/// Why the sample was not written. What was there before is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SampleError {
    /// There is a file of that name.
    #[error("{}: this is a file; choose a new or an empty folder for the sample", .0.display())]
    NotAFolder(PathBuf),
    /// The folder has something in it.
    #[error("{}: this folder isn't empty; choose a new or an empty one for the sample", .0.display())]
    NotEmpty(PathBuf),
    /// A folder or file could not be made.
    #[error("{}: can't write there: {reason}; choose another folder or make room", path.display())]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// It was asked to stop.
    #[error("drawing the sample was cancelled")]
    Cancelled,
}

/// One picture to draw.
struct Job {
    kind: Specimen,
    /// Its number among all of its kind, training and validation.
    number: u64,
    rel_path: PathBuf,
}

/// Draws the sample into `dir`, which must be new or empty: `train/ants/ant_001.jpg` … and `val/…`, [`TRAIN_EACH`] and
/// [`VAL_EACH`] pictures of each class. The same seed gives the same pictures with any number of threads.
///
/// `progress` is told how many pictures are done and how many there are. The folders appear only when all is drawn; after an
/// error or a cancel nothing is left behind.
///
/// # Errors
/// [`SampleError`] when `dir` is not new or empty, can't be written to, or the job was cancelled.
pub fn write_sample(
    dir: &Path,
    seed: u64,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<(), SampleError> {
    write_jobs(dir, seed, &jobs(TRAIN_EACH, VAL_EACH), cancel, progress)
}

fn jobs(train_each: usize, val_each: usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    // By turns, so that a cut-off preview would show both.
    for index in 0..train_each + val_each {
        for (kind, stem) in [(Specimen::Ant, "ant"), (Specimen::Bee, "bee")] {
            let (split, number) = if index < train_each { ("train", index) } else { ("val", index - train_each) };
            let name = format!("{stem}_{:03}.jpg", number + 1);
            let rel_path = Path::new(split).join(kind.class()).join(name);
            jobs.push(Job { kind, number: index as u64, rel_path });
        }
    }
    jobs
}

fn write_jobs(
    dir: &Path,
    seed: u64,
    jobs: &[Job],
    cancel: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<(), SampleError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| SampleError::Write { path, reason: error.to_string() }
    };
    let is_new = prepare(dir)?;
    let mut draw = || {
        // Drawn aside in the folder itself (so that moving is only renaming), gone by itself unless all goes well.
        let aside = tempfile::Builder::new().prefix(ASIDE).tempdir_in(dir).map_err(failed(dir))?;
        for job in jobs {
            if let Some(folder) = aside.path().join(&job.rel_path).parent() {
                fs::create_dir_all(folder).map_err(failed(folder))?;
            }
        }
        progress(0, jobs.len());
        for (index, chunk) in jobs.chunks(AT_ONCE).enumerate() {
            if cancel.is_cancelled() {
                return Err(SampleError::Cancelled);
            }
            chunk.par_iter().try_for_each(|job| {
                let path = aside.path().join(&job.rel_path);
                write_picture(&path, job, seed).map_err(failed(&dir.join(&job.rel_path)))
            })?;
            progress(index * AT_ONCE + chunk.len(), jobs.len());
        }
        for split in ["train", "val"] {
            let (from, to) = (aside.path().join(split), dir.join(split));
            if from.is_dir() {
                fs::rename(&from, &to).map_err(failed(&to))?;
            }
        }
        drop(aside);
        sweep(dir);
        Ok(())
    };
    let outcome = draw();
    if outcome.is_err() && is_new {
        // Only the folder made here, and only while it is empty.
        let _ = fs::remove_dir(dir);
    }
    outcome
}

/// Makes `dir` unless it is there; whether it was made.
fn prepare(dir: &Path) -> Result<bool, SampleError> {
    let failed = |error: io::Error| SampleError::Write { path: dir.to_owned(), reason: error.to_string() };
    match fs::read_dir(dir) {
        Ok(entries) => {
            for entry in entries {
                let name = entry.map_err(failed)?.file_name();
                // What file managers leave behind by themselves doesn't count, nor what we did when we were killed.
                let litter = ["Thumbs.db", ".DS_Store", "desktop.ini"].iter().any(|litter| name == *litter);
                if !litter && !is_aside(&name) {
                    return Err(SampleError::NotEmpty(dir.to_owned()));
                }
            }
            Ok(false)
        }
        Err(_) if dir.is_file() => Err(SampleError::NotAFolder(dir.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(failed)?;
            Ok(true)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Takes away what earlier drawings that were killed have left.
fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if is_aside(&entry.file_name()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_aside(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(ASIDE.as_bytes())
}

fn write_picture(path: &Path, job: &Job, seed: u64) -> io::Result<()> {
    let picture = draw_scene(job.kind, seed, job.number);
    let mut out = BufWriter::new(fs::File::create_new(path)?);
    let mut encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    encoder.encode_image(&picture).map_err(|error| match error {
        image::ImageError::IoError(error) => error,
        other => io::Error::other(other.to_string()),
    })?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ScanOptions, Split, scan};

    fn write_few(dir: &Path, cancel: &CancelToken) -> Result<Vec<(usize, usize)>, SampleError> {
        let mut seen = Vec::new();
        write_jobs(dir, 5, &jobs(3, 2), cancel, &mut |done, total| seen.push((done, total)))?;
        Ok(seen)
    }

    #[test]
    fn the_sample_scans_as_two_classes_with_both_splits() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("new/sample");
        let seen = write_few(&dir, &CancelToken::new()).unwrap();
        assert_eq!((seen.first(), seen.last()), (Some(&(0, 10)), Some(&(10, 10))));
        let dataset = scan(&dir, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
        assert_eq!(dataset.classes, ["ants", "bees"]);
        for class in [Some(0), Some(1)] {
            assert_eq!((dataset.count(Split::Train, class), dataset.count(Split::Val, class)), (3, 2));
        }
        assert!(dataset.issues.is_empty());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing but train and val is left");
        for item in &dataset.items {
            let picture = crate::imaging::decode_file(&dataset.path_of(item)).unwrap();
            assert!(picture.width().max(picture.height()) >= 320);
        }
        let first = fs::read(dir.join("train/ants/ant_001.jpg")).unwrap();
        let again = folder.path().join("again");
        write_few(&again, &CancelToken::new()).unwrap();
        assert_eq!(first, fs::read(again.join("train/ants/ant_001.jpg")).unwrap());
    }

    #[test]
    fn the_whole_sample_has_the_promised_counts() {
        let jobs = jobs(TRAIN_EACH, VAL_EACH);
        let count = |part: &str| jobs.iter().filter(|job| job.rel_path.starts_with(part)).count();
        assert_eq!(
            (count("train/ants"), count("train/bees"), count("val/ants"), count("val/bees")),
            (120, 120, 75, 75)
        );
    }

    #[test]
    fn a_folder_with_something_in_it_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mine = folder.path().join("mine.txt");
        fs::write(&mine, b"mine").unwrap();
        assert_eq!(write_few(folder.path(), &CancelToken::new()), Err(SampleError::NotEmpty(folder.path().into())));
        assert_eq!(write_few(&mine, &CancelToken::new()), Err(SampleError::NotAFolder(mine.clone())));
        assert_eq!(fs::read(&mine).unwrap(), b"mine");
    }

    #[test]
    fn what_a_drawing_that_was_killed_has_left_is_in_nobodys_way_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".imago-sample-abc/train/ants");
        fs::create_dir_all(&left).unwrap();
        fs::write(left.join("ant_001.jpg"), b"half").unwrap();
        write_few(folder.path(), &CancelToken::new()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing but train and val is left");
    }

    #[test]
    fn a_cancelled_sample_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let cancel = CancelToken::new();
        cancel.cancel();
        let dir = folder.path().join("new");
        assert_eq!(write_few(&dir, &cancel), Err(SampleError::Cancelled));
        assert!(!dir.exists());
        assert_eq!(write_few(folder.path(), &cancel), Err(SampleError::Cancelled));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
