//! Offline augmentation: a data set made larger on disk, once, instead of anew in every epoch.
//!
//! Each training picture is copied byte for byte and given `factor` − 1 variants; validation and test pictures are copied as
//! they are. The result is a data set like any other (`train/<class>/…`, `val/<class>/…`), for programs that cannot augment
//! while they train, and for looking at what a pipeline does.
//!
//! - Variant `k` of a picture is what epoch `k` of a training run with the same pipeline and seed sees of it. So it has the
//!   network's size, 224 × 224 unless asked otherwise: nothing is kept that training would not have looked at. Whoever
//!   wants to crop the variants again while training asks for larger ones.
//! - Variants are JPEG files of quality 95, a quarter of the size of PNG files of the same pictures.
//! - Mixing of pictures ([`BatchMix`](crate::augment::BatchMix)) is left out: a file in a class folder has one label.
//! - `manifest.jsonl` says where each file comes from and what was drawn; `augmentation.toml` holds the settings.
//! - `INCOMPLETE.txt` is there from the first file to the last. The same job goes on where it was cut off, and ends with the
//!   very same files.
//!
//! ```text
//! plan: names of all files ─→ folder: new, empty or to be continued ─→ picture: one source → its files (in parallel)
//!                                                                   ─→ manifest: one line a file
//! ```
//!
//! Must not know: tensors, training, the command line, the window. Never writes into the data set.

mod error;
mod folder;
mod manifest;
mod picture;
mod plan;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::augment::Pipeline;
use crate::base::CancelToken;
use crate::dataset::{Dataset, Split};

pub use error::OfflineError;
pub use folder::refuse_inside;
use folder::{OutFolder, Settings};
use manifest::Manifest;
use plan::Plan;

/// Side of the variants in pixels: what training sees.
pub const DEFAULT_SIZE: u32 = 224;

/// Smallest and largest side of the variants in pixels.
pub const SIZES: std::ops::RangeInclusive<u32> = 8..=4096;

/// How many times as many training pictures there may be afterwards.
pub const FACTORS: std::ops::RangeInclusive<usize> = 1..=1000;

/// Files between two reports of progress and two additions to the manifest.
const FILES_AT_ONCE: usize = 64;

/// What is to be made.
#[derive(Clone, Debug)]
pub struct EnlargeRequest<'a> {
    /// The data set; pictures without a label are left out.
    pub dataset: &'a Dataset,
    /// A new or empty folder outside of the data set, or one in which the same job was cut off.
    pub out: PathBuf,
    /// What the variants go through.
    pub pipeline: &'a Pipeline,
    /// Training pictures afterwards for each one before, the original included; see [`FACTORS`].
    pub factor: usize,
    /// Seed of everything random.
    pub seed: u64,
    /// Side of the variants in pixels; see [`SIZES`].
    pub size: u32,
}

/// A picture that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which file.
    pub path: PathBuf,
    /// Why, in one sentence.
    pub reason: String,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enlarged {
    /// Training pictures that were copied.
    pub originals: usize,
    /// Variants of them.
    pub variants: usize,
    /// Validation and test pictures that were copied.
    pub held_out: usize,
    /// Of all these, files that were there already from a job that was cut off.
    pub kept: usize,
    /// Pictures without a label, which were left out.
    pub unlabelled: usize,
    /// Training pictures that could not be read; neither they nor variants of them were written.
    pub skipped: Vec<Skipped>,
    /// Validation and test pictures that can't be read; they were copied as they are all the same.
    pub unreadable: Vec<Skipped>,
}

/// Writes the enlarged data set. `progress` is told how many files are done and how many there will be.
///
/// The same request gives the same files, whatever the number of threads and however often it was cut off.
///
/// # Errors
/// [`OfflineError`]: the request makes no sense; the folder may not be used; a file could not be written; it was cancelled. In
/// the last two cases the folder says that it is incomplete, and the same request goes on where it ended, unless nothing was begun
/// ([`OfflineError::NotBegun`]).
pub fn enlarge(
    request: &EnlargeRequest<'_>,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Enlarged, OfflineError> {
    check(request)?;
    refuse_inside(&request.out, &request.dataset.root)?;
    let plan = Plan::new(request.dataset, request.factor)?;
    let settings = Settings::of(request);
    let folder = OutFolder::open(&request.out, &settings, &request.dataset.root)?;
    let mut manifest = Manifest::reopen(&request.out)?;

    let kept: Vec<bool> = plan.sources.par_iter().map(|source| manifest.has_all(source, &request.out)).collect();
    let mut done = Enlarged { unlabelled: plan.unlabelled, ..Enlarged::default() };
    let mut waiting = Vec::new();
    for (source, kept) in plan.sources.iter().zip(kept) {
        if kept {
            done.count(source);
            done.kept += source.files();
            done.note_unreadable(source, &manifest, request.dataset);
        } else {
            manifest.forget(source);
            waiting.push(source);
        }
    }
    manifest.begin(&request.out)?;
    for class_folder in plan.folders() {
        folder.make(class_folder)?;
    }

    // Enough sources to keep every core busy, few enough that little is done again after a power cut.
    let at_once = (FILES_AT_ONCE / request.factor).max(rayon::current_num_threads());
    let total = plan.files;
    let mut files_done = done.kept;
    progress(files_done, total);
    for chunk in waiting.chunks(at_once) {
        // In the order of the plan; what was finished before a failure is kept.
        let made: Vec<_> = chunk.par_iter().map(|source| picture::make(request, source, cancel)).collect();
        let mut failed = None;
        for (source, made) in chunk.iter().zip(made) {
            match made {
                Ok(lines) => {
                    manifest.add(lines);
                    done.count(source);
                    done.note_unreadable(source, &manifest, request.dataset);
                }
                Err(picture::Unmade::Unreadable(reason)) => {
                    done.skipped.push(Skipped { path: request.dataset.root.join(&source.rel_path), reason });
                }
                Err(picture::Unmade::Failed(error)) => failed = failed.or(Some(error)),
            }
            files_done += source.files();
        }
        manifest.write_new(&request.out)?;
        if let Some(error) = failed {
            return Err(error);
        }
        progress(files_done, total);
    }
    if cancel.is_cancelled() {
        return Err(OfflineError::Cancelled);
    }
    manifest.finish(&request.out, &plan)?;
    folder.finish(&plan)?;
    Ok(done)
}

impl Enlarged {
    fn note_unreadable(&mut self, source: &plan::Source, manifest: &Manifest, dataset: &Dataset) {
        if let Some(reason) = manifest.unreadable(source) {
            let path = dataset.root.join(&source.rel_path);
            self.unreadable.push(Skipped { path, reason: reason.to_owned() });
        }
    }

    fn count(&mut self, source: &plan::Source) {
        if source.split == Split::Train {
            self.originals += 1;
            self.variants += source.variants.len();
        } else {
            self.held_out += 1;
        }
    }
}

fn check(request: &EnlargeRequest<'_>) -> Result<(), OfflineError> {
    if !FACTORS.contains(&request.factor) {
        return Err(OfflineError::Setting(format!(
            "the factor must be between {} and {}, not {}",
            FACTORS.start(),
            FACTORS.end(),
            request.factor
        )));
    }
    if !SIZES.contains(&request.size) {
        return Err(OfflineError::Setting(format!(
            "the size must be between {} and {} pixels, not {}",
            SIZES.start(),
            SIZES.end(),
            request.size
        )));
    }
    Ok(())
}

/// A path for people and for the manifest: `/` between the parts on every platform.
fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
