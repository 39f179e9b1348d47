//! What is remembered of a picture so that it can be compared with a hundred thousand others: 200 bytes instead of the
//! picture.
//!
//! How alike two pictures look is told by two hashes of the picture shrunk to 32×32 grey pixels. The *coarse* one (64 bits, the
//! signs of its low frequencies: pHash) is quick to look up and proposes candidates; the *fine* one (256 bits, whether each
//! point is brighter than its left neighbour: dHash) decides. The thresholds are measured on 397 photographs:
//! of copies encoded again, scaled down to a fifth, squashed or made brighter 99.5 % and more are within them, most of them far
//! within (coarse 2, fine 14); the two nearest different photographs of 78,606 pairs, mirror images included, differ in 12 bits
//! (with 119 of the fine hash) or in 58 of the fine hash (with 32).

use std::path::Path;

use image::imageops::flip_horizontal;
use image::{GrayImage, RgbImage, imageops};
use image_hasher::{FilterType, HashAlg, Hasher, HasherConfig};
use serde::{Deserialize, Serialize};

use crate::dataset::labels::ContentHash;
use crate::imaging::{capture_secs, decode_bytes, read_picture_bytes, resize};

/// Side of the shrunken picture that is hashed.
const SMALL: u32 = 32;

/// A picture shows nothing, or nothing to compare it by, when its most different spots differ by less than this, of 255.
const FLAT_BELOW: u8 = 10;

/// Two pictures look alike when their coarse hashes differ in at most this many of 64 bits…
pub(super) const COARSE_AT_MOST: u32 = 7;

/// …and their fine hashes in at most this many of 256.
pub(super) const FINE_AT_MOST: u32 = 32;

/// How a picture looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Look {
    /// Low frequencies.
    pub(super) coarse: u64,
    /// Brightness from point to point.
    pub(super) fine: [u64; 4],
}

impl Look {
    /// Bits that differ, of the coarse and of the fine hash.
    pub(super) fn distance(&self, other: &Self) -> (u32, u32) {
        let fine = self.fine.iter().zip(&other.fine).map(|(a, b)| (a ^ b).count_ones()).sum();
        ((self.coarse ^ other.coarse).count_ones(), fine)
    }

    /// Whether two pictures look alike.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let (coarse, fine) = self.distance(other);
        coarse <= COARSE_AT_MOST && fine <= FINE_AT_MOST
    }
}

/// What is remembered of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// What the file holds.
    pub content: u64,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// It shows nothing but one colour.
    pub blank: bool,
    /// How it looks, and how its mirror image looks; none where it has too little light and shade to tell.
    pub looks: Option<[Look; 2]>,
    /// When it was taken, by its camera's clock: seconds since 1970 as if that clock showed UTC.
    pub taken_secs: Option<i64>,
}

/// Makes fingerprints; one for each thread.
pub(super) struct Eye {
    coarse: Hasher<[u8; 8]>,
    fine: Hasher<[u8; 32]>,
}

impl Eye {
    pub fn new() -> Self {
        let coarse = HasherConfig::with_bytes_type::<[u8; 8]>().hash_size(8, 8).hash_alg(HashAlg::Median).preproc_dct();
        let fine = HasherConfig::with_bytes_type::<[u8; 32]>().hash_size(16, 16).hash_alg(HashAlg::Gradient);
        Self {
            coarse: coarse.resize_filter(FilterType::Triangle).to_hasher(),
            fine: fine.resize_filter(FilterType::Triangle).to_hasher(),
        }
    }

    /// Reads and decodes a picture.
    ///
    /// # Errors
    /// One sentence: why it can't be read.
    pub fn examine(&self, path: &Path) -> Result<Fingerprint, String> {
        let bytes = read_picture_bytes(path).map_err(|error| error.to_string())?;
        let picture = decode_bytes(&bytes).map_err(|error| error.to_string())?;
        let small = shrunk(&picture);
        Ok(Fingerprint {
            content: ContentHash::of_bytes(&bytes).hash,
            width: picture.width(),
            height: picture.height(),
            blank: is_blank(&small),
            looks: self.looks(&small),
            taken_secs: capture_secs(&bytes),
        })
    }

    /// How a picture and its mirror image look; none where it has too little light and shade to tell.
    pub fn looks(&self, small: &RgbImage) -> Option<[Look; 2]> {
        let small = imageops::grayscale(small);
        if range(small.pixels().map(|pixel| pixel.0[0])) < FLAT_BELOW {
            return None;
        }
        Some([self.look(&small), self.look(&flip_horizontal(&small))])
    }

    fn look(&self, small: &GrayImage) -> Look {
        let fine = self.fine.hash_image(small).into_inner();
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(fine.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Look { coarse: u64::from_le_bytes(self.coarse.hash_image(small).into_inner()), fine: words }
    }
}

/// The whole picture, small: what is compared.
pub(super) fn shrunk(picture: &RgbImage) -> RgbImage {
    resize(picture, SMALL, SMALL)
}

/// Whether no channel of colour tells one spot from another.
fn is_blank(small: &RgbImage) -> bool {
    (0..3).all(|channel| range(small.pixels().map(|pixel| pixel.0[channel])) < FLAT_BELOW)
}

fn range(values: impl Iterator<Item = u8>) -> u8 {
    let (low, high) = values.fold((u8::MAX, 0), |(low, high), value| (low.min(value), high.max(value)));
    high.saturating_sub(low)
}

#[cfg(test)]
mod tests;
