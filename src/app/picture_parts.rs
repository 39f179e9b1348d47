//! Parts of large pictures with all their pixels: what is seen when a picture is looked at closely.
//!
//! No decoder decodes a part of a JPEG alone. The whole picture is decoded once and kept while parts of it are asked for, so
//! that moving the view cuts out another part and decodes nothing.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use image::RgbImage;

use super::state::Part;
use crate::imaging::{self, DecodeError, Thumbnail};

/// Pictures kept at most: two are looked at side by side.
const KEPT: usize = 2;
/// Bytes of a kept picture at most: 45 megapixels. Larger ones are decoded for every part.
const KEPT_BYTES: usize = 128 << 20;

/// A whole picture, and by what its file is taken to be the same one.
struct Original {
    path: Arc<Path>,
    stamp: Option<(u64, SystemTime)>,
    picture: Arc<RgbImage>,
}

/// The whole pictures of which parts are shown.
#[derive(Default)]
pub(super) struct Originals(Mutex<Vec<Original>>);

impl Originals {
    /// Cuts a part out of the picture at `path`; its longer side is at most `max_side`.
    ///
    /// # Errors
    /// The file can't be read.
    pub(super) fn cut(&self, path: &Arc<Path>, part: Part, max_side: u32) -> Result<Thumbnail, DecodeError> {
        let original = self.get(path)?;
        let (original_width, original_height) = original.dimensions();
        // A file that is another one now may be smaller; `crop_imm` keeps within the picture.
        let cut = image::imageops::crop_imm(&*original, part.x, part.y, part.width, part.height).to_image();
        let cut = if cut.width() == 0 || cut.height() == 0 { RgbImage::new(1, 1) } else { cut };
        Ok(Thumbnail { image: imaging::at_most(cut, max_side), original_width, original_height })
    }

    /// Lets them go: no parts are shown any more.
    pub(super) fn clear(&self) {
        // Where a thread is just decoding one, the next time.
        if let Ok(mut kept) = self.0.try_lock() {
            kept.clear();
        }
    }

    fn get(&self, path: &Arc<Path>) -> Result<Arc<RgbImage>, DecodeError> {
        let stamp = stamp_of(path);
        // Held while decoding: another thread that wants the same picture waits instead of decoding it as well.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.iter().find(|original| original.path == *path && original.stamp == stamp) {
            return Ok(found.picture.clone());
        }
        kept.retain(|original| original.path != *path);
        let picture = Arc::new(imaging::decode_file(path)?);
        if stamp.is_some() && picture.as_raw().len() <= KEPT_BYTES {
            kept.truncate(KEPT - 1);
            kept.insert(0, Original { path: path.clone(), stamp, picture: picture.clone() });
        }
        Ok(picture)
    }
}

fn stamp_of(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(x: u32, y: u32) -> image::Rgb<u8> {
        image::Rgb([(x % 251) as u8, (y % 241) as u8, ((x ^ y) % 7) as u8 * 30])
    }

    #[test]
    fn a_part_has_the_pixels_of_the_picture_and_follows_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path: Arc<Path> = folder.path().join("a.png").into();
        RgbImage::from_fn(300, 200, pattern).save(&path).unwrap();
        let originals = Originals::default();
        let part = Part { x: 120, y: 40, width: 64, height: 32 };
        let cut = originals.cut(&path, part, 64).unwrap();
        assert_eq!((cut.original_width, cut.original_height, cut.image.dimensions()), (300, 200, (64, 32)));
        assert!(cut.image.enumerate_pixels().all(|(x, y, pixel)| *pixel == pattern(120 + x, 40 + y)));
        assert_eq!(originals.cut(&path, part, 16).unwrap().image.dimensions(), (16, 8), "no more than is shown");
        RgbImage::from_pixel(150, 60, image::Rgb([9, 9, 9])).save(&path).unwrap();
        let cut = originals.cut(&path, part, 64).unwrap();
        assert_eq!(cut.image.dimensions(), (30, 20), "what is left of it");
        assert!(cut.image.pixels().all(|pixel| pixel.0 == [9, 9, 9]));
        RgbImage::new(10, 10).save(&path).unwrap();
        assert!(originals.cut(&path, part, 64).is_ok(), "nothing is left of it");
        std::fs::remove_file(&path).unwrap();
        assert!(originals.cut(&path, part, 64).is_err());
    }
}
