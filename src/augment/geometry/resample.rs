//! Upright resampling: cutting, stretching, flipping and quarter turns, with Pillow's antialiased bilinear filter, so that a
//! crop alone gives what torchvision gives.

use std::borrow::Cow;
use std::cell::RefCell;

use fast_image_resize::images::{CroppedImage, Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{RgbImage, imageops};

use super::map::Map;
use crate::imaging::{self, CropRect};

thread_local! {
    /// The resizer keeps its buffer from picture to picture.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// The result of an upright map whose corners lie within the picture. `limit` (left, top, right, bottom) is the part of the
/// picture that the filter may read.
pub(super) fn upright<'a>(
    picture: &'a RgbImage,
    map: &Map,
    limit: [u32; 4],
    (width, height): (u32, u32),
) -> Cow<'a, RgbImage> {
    let [[a, b, c], [d, e, f], _] = map.0;
    let swapped = a == 0.0 && e == 0.0;
    // Along the picture's axes: the factor (negative: mirrored), the offset, and the result's length in pixels.
    let (along_x, along_y) = if swapped { ((b, c, height), (d, f, width)) } else { ((a, c, width), (e, f, height)) };
    let span = |(factor, offset, length): (f64, f64, u32)| {
        let far = offset + factor * f64::from(length);
        (whole(offset.min(far)), whole(offset.max(far)))
    };
    let ((left, right), (top, bottom)) = (span(along_x), span(along_y));
    let (mirror_x, mirror_y) = (along_x.0 < 0.0, along_y.0 < 0.0);
    let upright_size = if swapped { (height, width) } else { (width, height) };
    let part = if [left, top, right, bottom] == [0.0, 0.0, f64::from(picture.width()), f64::from(picture.height())]
        && upright_size == picture.dimensions()
    {
        Cow::Borrowed(picture)
    } else {
        Cow::Owned(stretch(picture, [left, top, right, bottom], limit, upright_size))
    };
    if !swapped && !mirror_x && !mirror_y {
        return part;
    }
    Cow::Owned(oriented(&part, swapped, mirror_x, mirror_y))
}

/// The box (left, top, right, bottom) of the picture at `width` × `height` pixels; the filter reads within `limit` only.
pub(super) fn stretch(
    picture: &RgbImage,
    [left, top, right, bottom]: [f64; 4],
    limit: [u32; 4],
    (width, height): (u32, u32),
) -> RgbImage {
    let (box_width, box_height) = (right - left, bottom - top);
    let aligned = left.fract() == 0.0 && top.fract() == 0.0;
    if [left, top, right, bottom] == limit.map(f64::from) && width == height {
        // The very function that the recipe's crop is defined by.
        let area = CropRect { left: limit[0], top: limit[1], width: limit[2] - limit[0], height: limit[3] - limit[1] };
        return imaging::resized_crop(picture, area, width);
    }
    if aligned && box_width == f64::from(width) && box_height == f64::from(height) {
        return imageops::crop_imm(picture, left as u32, top as u32, width, height).to_image();
    }
    let limit_width = limit[2] - limit[0];
    let limit_height = limit[3] - limit[1];
    let inner_left = (left - f64::from(limit[0])).clamp(0.0, f64::from(limit_width));
    let inner_top = (top - f64::from(limit[1])).clamp(0.0, f64::from(limit_height));
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).crop(
        inner_left,
        inner_top,
        box_width.min(f64::from(limit_width) - inner_left),
        box_height.min(f64::from(limit_height) - inner_top),
    );
    try_stretch(picture, limit, &options, (width, height)).unwrap_or_else(|| {
        // Cannot happen with a box inside the picture; a plain crop is then better than a panic.
        let part = imageops::crop_imm(picture, limit[0], limit[1], limit_width, limit_height).to_image();
        imageops::resize(&part, width, height, imageops::FilterType::Triangle)
    })
}

fn try_stretch(
    picture: &RgbImage,
    limit: [u32; 4],
    options: &ResizeOptions,
    (width, height): (u32, u32),
) -> Option<RgbImage> {
    let whole = ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3).ok()?;
    let view = CroppedImage::new(&whole, limit[0], limit[1], limit[2] - limit[0], limit[3] - limit[1]).ok()?;
    let mut out = Image::new(width, height, PixelType::U8x3);
    RESIZER.with_borrow_mut(|resizer| resizer.resize(&view, &mut out, options)).ok()?;
    RgbImage::from_raw(width, height, out.into_vec())
}

/// Composed maps carry rounding errors of their floating-point products; a place that was meant to be a whole pixel is one.
fn whole(x: f64) -> f64 {
    let rounded = x.round();
    if (x - rounded).abs() < 1e-6 { rounded } else { x }
}

/// Mirrors along the picture's axes, then swaps them.
fn oriented(part: &RgbImage, swapped: bool, mirror_x: bool, mirror_y: bool) -> RgbImage {
    let (w, h) = (part.width() as usize, part.height() as usize);
    let source = part.as_raw();
    let mut out = vec![0; source.len()];
    if swapped {
        // Result pixel (x, y) is the part's pixel (y, x), counted from the far side where that axis is mirrored.
        for (y, row) in out.chunks_exact_mut(3 * h).enumerate() {
            let column = if mirror_x { w - 1 - y } else { y };
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let line = if mirror_y { h - 1 - x } else { x };
                let at = 3 * (line * w + column);
                pixel.copy_from_slice(&source[at..at + 3]);
            }
        }
    } else {
        for (y, row) in out.chunks_exact_mut(3 * w).enumerate() {
            let line = if mirror_y { h - 1 - y } else { y };
            let from = &source[3 * line * w..3 * (line + 1) * w];
            if mirror_x {
                for (pixel, other) in row.chunks_exact_mut(3).zip(from.chunks_exact(3).rev()) {
                    pixel.copy_from_slice(other);
                }
            } else {
                row.copy_from_slice(from);
            }
        }
    }
    let (width, height) = if swapped { (h, w) } else { (w, h) };
    RgbImage::from_raw(width as u32, height as u32, out).unwrap_or_else(|| part.clone())
}
