//! Resizing equal to Pillow's `resize(…, BILINEAR)`, which widens its filter when it shrinks ("antialias") and works in
//! integers with a rounding after each of its two passes. fast_image_resize does the same with SIMD, within 1/255.

use std::cell::RefCell;

use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ImageView, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use super::MAX_PIXELS;

thread_local! {
    /// Keeps its buffers between pictures.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// Buffers above this many bytes aren't kept for the next picture.
const KEPT_BYTES: usize = 8 << 20;

/// A rectangle of whole pixels in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CropRect {
    /// Pixels left of it.
    pub left: u32,
    /// Pixels above it.
    pub top: u32,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// `img` at exactly `width`×`height` by Pillow's antialiased bilinear filter. Sizes below 1 count as 1.
pub fn resize(img: &RgbImage, width: u32, height: u32) -> RgbImage {
    let Some(source) = view(img) else { return RgbImage::new(width.max(1), height.max(1)) };
    convolve(&source, width, height, None)
}

/// torchvision's `Resize(shorter)`: the shorter side becomes `shorter`, the other `floor(shorter · long / short)`.
/// A strip so long that the result would break the limit of pixels is squeezed to fit it.
pub fn resize_shorter(img: &RgbImage, shorter: u32) -> RgbImage {
    let (width, height) = shorter_size(img.width(), img.height(), shorter);
    let most = (MAX_PIXELS / u64::from(shorter.max(1))).min(u64::from(u32::MAX)) as u32;
    resize(img, width.min(most), height.min(most))
}

/// torchvision's `resized_crop`: `area` of `img` at `size`×`size`. The filter sees nothing outside `area`. An area that
/// reaches beyond the picture is clipped to it.
pub fn resized_crop(img: &RgbImage, area: CropRect, size: u32) -> RgbImage {
    let left = area.left.min(img.width().saturating_sub(1));
    let top = area.top.min(img.height().saturating_sub(1));
    let width = area.width.clamp(1, (img.width() - left).max(1));
    let height = area.height.clamp(1, (img.height() - top).max(1));
    let cropped = view(img).and_then(|source| TypedCroppedImage::new(source, left, top, width, height).ok());
    let Some(source) = cropped else { return RgbImage::new(size.max(1), size.max(1)) };
    convolve(&source, size, size, None)
}

/// Size after torchvision's `Resize(shorter)`.
pub(super) fn shorter_size(width: u32, height: u32, shorter: u32) -> (u32, u32) {
    let long = |long: u32, short: u32| {
        (u64::from(shorter) * u64::from(long) / u64::from(short.max(1))).min(u64::from(u32::MAX)) as u32
    };
    if width <= height { (shorter, long(height, width)) } else { (long(width, height), shorter) }
}

/// The `(left, top, width, height)` part of `img`, in fractions of pixels, at `out`×`out`; the filter may look beyond it.
pub(super) fn resize_part(img: &RgbImage, part: (f64, f64, f64, f64), out: u32) -> RgbImage {
    let Some(source) = view(img) else { return RgbImage::new(out.max(1), out.max(1)) };
    convolve(&source, out, out, Some(part))
}

/// A view on the pixels; `None` for a picture without any.
fn view(img: &RgbImage) -> Option<TypedImageRef<'_, U8x3>> {
    if img.width() == 0 || img.height() == 0 {
        return None;
    }
    TypedImageRef::from_buffer(img.width(), img.height(), img.as_raw()).ok()
}

fn convolve(
    source: &impl ImageView<Pixel = U8x3>,
    width: u32,
    height: u32,
    part: Option<(f64, f64, f64, f64)>,
) -> RgbImage {
    let mut out = RgbImage::new(width.max(1), height.max(1));
    let (width, height) = out.dimensions();
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    if let Some((left, top, width, height)) = part {
        options = options.crop(left, top, width, height);
    }
    RESIZER.with_borrow_mut(|resizer| {
        if let Ok(mut target) = TypedImage::<U8x3>::from_buffer(width, height, out.as_mut()) {
            // Fails only on a part outside the picture, which the callers rule out.
            let done = resizer.resize_typed(source, &mut target, &options);
            debug_assert!(done.is_ok(), "{done:?}");
        }
        if resizer.size_of_internal_buffers() > KEPT_BYTES {
            resizer.reset_internal_buffers();
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_side_is_exact_and_the_longer_rounded_down() {
        assert_eq!(shorter_size(500, 375, 256), (341, 256));
        assert_eq!(shorter_size(375, 500, 256), (256, 341));
        assert_eq!(shorter_size(131, 97, 256), (345, 256));
        assert_eq!(resize_shorter(&RgbImage::new(131, 97), 256).dimensions(), (345, 256));
    }

    #[test]
    fn a_crop_beyond_the_picture_is_clipped() {
        let img = RgbImage::from_pixel(10, 8, image::Rgb([1, 2, 3]));
        let area = CropRect { left: 50, top: 4, width: 100, height: 0 };
        let out = resized_crop(&img, area, 16);
        assert!(out.pixels().all(|pixel| pixel.0 == [1, 2, 3]));
    }

    #[test]
    fn nothing_outside_the_crop_shows_inside() {
        let img = RgbImage::from_fn(64, 64, |x, y| {
            let inside = (16..48).contains(&x) && (16..48).contains(&y);
            image::Rgb(if inside { [200, 100, 50] } else { [0, 0, 0] })
        });
        let out = resized_crop(&img, CropRect { left: 16, top: 16, width: 32, height: 32 }, 20);
        assert!(out.pixels().all(|pixel| pixel.0 == [200, 100, 50]));
    }

    #[test]
    fn a_very_long_strip_does_not_eat_the_memory() {
        let out = resize_shorter(&RgbImage::new(100_000, 1), 256);
        assert_eq!(out.height(), 256);
        assert!(u64::from(out.width()) * 256 <= MAX_PIXELS);
    }
}
