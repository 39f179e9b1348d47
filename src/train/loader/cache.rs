//! Pictures kept in memory, so that later epochs need no decoding.
//!
//! Bounded in bytes, not in pictures. What was there first stays: an epoch visits every picture once, so anything that
//! drops the oldest would drop each picture just before it is needed again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;

/// Pictures by key, up to a number of bytes.
pub(crate) struct PictureCache {
    budget_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    pictures: HashMap<usize, Arc<RgbImage>>,
    bytes: usize,
}

impl PictureCache {
    /// An empty cache.
    pub(crate) fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, kept: Mutex::new(Kept::default()) }
    }

    /// The picture kept under `key`.
    pub(crate) fn get(&self, key: usize) -> Option<Arc<RgbImage>> {
        self.lock().pictures.get(&key).cloned()
    }

    /// Keeps `picture` if there is room. Nothing is ever made smaller to fit: that would change the figures.
    pub(crate) fn offer(&self, key: usize, picture: &Arc<RgbImage>) {
        let bytes = picture.as_raw().len();
        let mut kept = self.lock();
        if kept.bytes + bytes <= self.budget_bytes && !kept.pictures.contains_key(&key) {
            kept.bytes += bytes;
            kept.pictures.insert(key, Arc::clone(picture));
        }
    }

    /// A panic elsewhere leaves whole pictures behind: going on is safe.
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pictures_stay_and_the_budget_holds() {
        let cache = PictureCache::new(1000);
        let picture = Arc::new(RgbImage::new(10, 10));
        for key in 0..10 {
            cache.offer(key, &picture);
            cache.offer(key, &picture);
        }
        let kept: Vec<_> = (0..10).filter(|key| cache.get(*key).is_some()).collect();
        assert_eq!(kept, [0, 1, 2]);
        assert_eq!(cache.lock().bytes, 900);
    }
}
