//! One picture from its file to the network's size.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

use super::{Job, PictureCache, Prepared, Purpose, Unreadable};
use crate::augment::Pipeline;
use crate::base::rng_for;
use crate::dataset::Dataset;
use crate::imaging::{self, Preprocess};

/// What the threads of the pool share.
pub(crate) struct Preparer {
    root: PathBuf,
    pictures: Vec<Picture>,
    pipeline: Pipeline,
    preprocess: Preprocess,
    seed: u64,
    cache: PictureCache,
}

struct Picture {
    rel_path: PathBuf,
    id: u64,
    /// `None` while unlabelled: such a picture is never in a plan.
    class: Option<usize>,
}

impl Preparer {
    /// Prepares pictures of `dataset`, keeping up to `budget_bytes` of them in memory.
    pub(crate) fn new(
        dataset: &Dataset,
        pipeline: Pipeline,
        preprocess: Preprocess,
        seed: u64,
        budget_bytes: usize,
    ) -> Self {
        let pictures = dataset
            .items
            .iter()
            .map(|item| Picture { rel_path: item.rel_path.clone(), id: item.id.0, class: item.class })
            .collect();
        let cache = PictureCache::new(budget_bytes);
        Self { root: dataset.root.clone(), pictures, pipeline, preprocess, seed, cache }
    }

    /// Like [`prepare`](Self::prepare); a decoder that panics over a strange file costs that file, not the run.
    pub(crate) fn prepare_caught(&self, job: Job) -> Result<Prepared, Unreadable> {
        catch_unwind(AssertUnwindSafe(|| self.prepare(job)))
            .unwrap_or_else(|_| Err(self.unreadable(job.item, "decoding it failed unexpectedly".to_owned())))
    }

    /// Decodes (or remembers) and transforms one picture.
    fn prepare(&self, job: Job) -> Result<Prepared, Unreadable> {
        let Some(picture) = self.pictures.get(job.item) else {
            return Err(self.unreadable(job.item, "it is not part of the data set".to_owned()));
        };
        let (id, Some(class)) = (picture.id, picture.class) else {
            return Err(self.unreadable(job.item, "it has no label".to_owned()));
        };
        let picture = match job.purpose {
            Purpose::Train { epoch } => {
                let decoded = self.remembered(job.item, 2 * job.item, imaging::decode_file)?;
                let mut rng = rng_for(self.seed, epoch as u64, id);
                Arc::new(self.pipeline.apply(&decoded, self.preprocess.crop, &mut rng))
            }
            // The transform is always the same: its small result is kept, not the decoded picture.
            Purpose::Validate => self.remembered(job.item, 2 * job.item + 1, |path| {
                imaging::decode_file(path).map(|decoded| imaging::val_transform(&decoded, &self.preprocess))
            })?,
        };
        Ok(Prepared { item: job.item, class, picture })
    }

    /// A picture from memory, or made by `load` and kept under `key` if there is room. An item's decoded picture and its
    /// validation crop have keys of their own, so that an item asked for in both ways gets each right.
    fn remembered(
        &self,
        item: usize,
        key: usize,
        load: impl FnOnce(&Path) -> Result<RgbImage, imaging::DecodeError>,
    ) -> Result<Arc<RgbImage>, Unreadable> {
        if let Some(kept) = self.cache.get(key) {
            return Ok(kept);
        }
        match load(&self.path_of(item)) {
            Ok(picture) => {
                let picture = Arc::new(picture);
                self.cache.offer(key, &picture);
                Ok(picture)
            }
            Err(error) => Err(self.unreadable(item, error.to_string())),
        }
    }

    fn path_of(&self, item: usize) -> PathBuf {
        self.pictures.get(item).map_or_else(|| self.root.clone(), |picture| self.root.join(&picture.rel_path))
    }

    fn unreadable(&self, item: usize, reason: String) -> Unreadable {
        Unreadable { item, path: self.path_of(item), reason }
    }
}
