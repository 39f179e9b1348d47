//! Small pictures for the grid.

use std::path::Path;

use image::RgbImage;

use super::{DecodeError, decode_file, resize};

/// A small version of a picture.
#[derive(Clone, Debug)]
pub struct Thumbnail {
    /// The small picture, upright; its longer side is at most what was asked for, and it is never enlarged.
    pub image: RgbImage,
    /// Width of the whole picture in pixels, upright.
    pub original_width: u32,
    /// Height of the whole picture in pixels, upright.
    pub original_height: u32,
}

/// Decodes `path` and shrinks it so that its longer side is at most `max_side` pixels.
///
/// # Errors
/// As [`decode_file`].
pub fn thumbnail_file(path: &Path, max_side: u32) -> Result<Thumbnail, DecodeError> {
    let picture = decode_file(path)?;
    let (original_width, original_height) = picture.dimensions();
    let image = at_most(picture, max_side);
    Ok(Thumbnail { image, original_width, original_height })
}

/// The picture, its longer side `max_side` pixels at most; never enlarged.
pub fn at_most(picture: RgbImage, max_side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= max_side {
        return picture;
    }
    let scaled = |side: u32| {
        ((f64::from(side) * f64::from(max_side) / f64::from(longer)).round() as u32).clamp(1, max_side.max(1))
    };
    resize(&picture, scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_keeps_the_proportions_and_is_never_enlarged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        RgbImage::new(400, 100).save(&path).unwrap();
        let small = thumbnail_file(&path, 128).unwrap();
        assert_eq!((small.image.dimensions(), small.original_width, small.original_height), ((128, 32), 400, 100));
        assert_eq!(thumbnail_file(&path, 1000).unwrap().image.dimensions(), (400, 100));
        RgbImage::new(3000, 1).save(&path).unwrap();
        assert_eq!(thumbnail_file(&path, 64).unwrap().image.dimensions(), (64, 1));
    }
}
