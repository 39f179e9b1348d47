//! Decoded originals, kept so that moving a slider decodes nothing. Bounded in bytes; the ones not used for longest go first.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;

use crate::dataset::ItemId;
use crate::imaging;

/// Bytes of decoded pictures kept at most.
const BYTES_KEPT: usize = 192 << 20;
/// Pixels of a kept picture at most. Larger ones are kept reduced: a crop of the recipe's smallest area still has more
/// pixels than the 224 × 224 that are made of it, so what is shown is the same to the eye.
const PIXELS_KEPT: u32 = 1_500_000;

#[derive(Default)]
struct Shelf {
    pictures: HashMap<ItemId, (Arc<RgbImage>, u64)>,
    bytes: usize,
    clock: u64,
    /// How often all was forgotten. What was begun before the last time belongs to other files and is not kept.
    epoch: u64,
}

/// The decoded originals, shared by the threads that make tiles.
#[derive(Default)]
pub(super) struct Originals(Mutex<Shelf>);

impl Originals {
    /// The original of `item`, decoded from `path` unless it is there already.
    ///
    /// # Errors
    /// One sentence when the file can't be read.
    pub(super) fn get(&self, item: ItemId, path: &Path) -> Result<Arc<RgbImage>, String> {
        self.get_by(item, || imaging::decode_file(path).map_err(|error| error.to_string()))
    }

    fn get_by(&self, item: ItemId, decode: impl FnOnce() -> Result<RgbImage, String>) -> Result<Arc<RgbImage>, String> {
        let epoch = {
            let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            shelf.clock += 1;
            let now = shelf.clock;
            if let Some((picture, last_used)) = shelf.pictures.get_mut(&item) {
                *last_used = now;
                return Ok(picture.clone());
            }
            shelf.epoch
        };
        // Decoded without the lock, so that threads do not wait for each other.
        let picture = Arc::new(reduced(decode()?));
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.epoch != epoch {
            return Ok(picture);
        }
        shelf.clock += 1;
        let now = shelf.clock;
        shelf.bytes += picture.as_raw().len();
        if let Some((twin, _)) = shelf.pictures.insert(item, (picture.clone(), now)) {
            shelf.bytes -= twin.as_raw().len();
        }
        shelf.forget_oldest(item);
        Ok(picture)
    }

    /// Forgets all of them (another data set is open, or files may have changed).
    pub(super) fn clear(&self) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shelf = Shelf { epoch: shelf.epoch + 1, ..Shelf::default() };
    }
}

impl Shelf {
    fn forget_oldest(&mut self, newest: ItemId) {
        while self.bytes > BYTES_KEPT {
            let oldest = self.pictures.iter().filter(|(item, _)| **item != newest).min_by_key(|(_, (_, used))| *used);
            let Some(item) = oldest.map(|(item, _)| *item) else { return };
            if let Some((picture, _)) = self.pictures.remove(&item) {
                self.bytes -= picture.as_raw().len();
            }
        }
    }
}

/// The picture as it is kept: one with very many pixels is made smaller.
pub(in crate::app) fn reduced(picture: RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let pixels = f64::from(width) * f64::from(height);
    if pixels <= f64::from(PIXELS_KEPT) {
        return picture;
    }
    let scale = (f64::from(PIXELS_KEPT) / pixels).sqrt();
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    imaging::resize(&picture, side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_picture_is_kept_reduced_in_the_same_shape_and_a_usual_one_as_it_is() {
        let small = reduced(RgbImage::new(500, 375));
        assert_eq!(small.dimensions(), (500, 375));
        let huge = reduced(RgbImage::new(3000, 1500));
        assert!(huge.width() * huge.height() <= PIXELS_KEPT + 3000);
        assert!((f64::from(huge.width()) / f64::from(huge.height()) - 2.0).abs() < 0.01);
    }

    #[test]
    fn a_file_is_decoded_once_and_one_that_is_gone_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        RgbImage::from_pixel(3, 2, image::Rgb([9, 8, 7])).save(&path).unwrap();
        let originals = Originals::default();
        let first = originals.get(ItemId(1), &path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(Arc::ptr_eq(&first, &originals.get(ItemId(1), &path).unwrap()));
        originals.clear();
        assert!(!originals.get(ItemId(1), &path).unwrap_err().is_empty());
    }

    #[test]
    fn a_picture_that_was_being_decoded_when_all_was_forgotten_is_not_kept() {
        let originals = Originals::default();
        let old = originals.get_by(ItemId(1), || {
            originals.clear();
            Ok(RgbImage::from_pixel(3, 2, image::Rgb([1; 3])))
        });
        assert_eq!(old.unwrap().get_pixel(0, 0), &image::Rgb([1; 3]));
        // The same name in another data set is another picture.
        let new = originals.get_by(ItemId(1), || Ok(RgbImage::from_pixel(3, 2, image::Rgb([2; 3]))));
        assert_eq!(new.unwrap().get_pixel(0, 0), &image::Rgb([2; 3]));
    }
}
