//! torchvision's validation transforms.

use image::RgbImage;

use super::Preprocess;
use super::resize::{resize_part, resize_shorter, shorter_size};

/// torchvision's `CenterCrop(size)`: the middle `size`×`size`; a picture that is smaller is padded with black first.
pub fn center_crop(img: &RgbImage, size: u32) -> RgbImage {
    let mut out = RgbImage::new(size, size);
    let (from_x, to_x, width) = centered(img.width(), size);
    let (from_y, to_y, height) = centered(img.height(), size);
    let source_row = img.width() as usize * 3;
    let target_row = size as usize * 3;
    let bytes = width as usize * 3;
    if bytes == 0 {
        return out;
    }
    let source = img.as_raw().chunks_exact(source_row).skip(from_y as usize).take(height as usize);
    let target = out.chunks_exact_mut(target_row).skip(to_y as usize);
    for (source, target) in source.zip(target) {
        let (from, to) = (from_x as usize * 3, to_x as usize * 3);
        target[to..to + bytes].copy_from_slice(&source[from..from + bytes]);
    }
    out
}

/// Resize of the shorter side, then the middle: what a network sees of `img`, `p.crop`×`p.crop`. Pixels that the crop would
/// throw away are not computed.
pub fn val_transform(img: &RgbImage, p: &Preprocess) -> RgbImage {
    let (width, height) = shorter_size(img.width(), img.height(), p.resize);
    if width < p.crop || height < p.crop || img.width() == 0 || img.height() == 0 {
        return center_crop(&resize_shorter(img, p.resize), p.crop);
    }
    resize_part(img, crop_in_original(img.width(), img.height(), p), p.crop)
}

/// The rectangle `(x, y, width, height)`, in pixels of a `width`×`height` picture, that [`val_transform`] shows the network.
pub fn val_crop_rect(width: u32, height: u32, p: &Preprocess) -> (f32, f32, f32, f32) {
    let (x, y, w, h) = crop_in_original(width, height, p);
    (x as f32, y as f32, w as f32, h as f32)
}

fn crop_in_original(width: u32, height: u32, p: &Preprocess) -> (f64, f64, f64, f64) {
    let (resized_width, resized_height) = shorter_size(width, height, p.resize);
    let axis = |original: u32, resized: u32| {
        let (from, _, length) = centered(resized, p.crop);
        let scale = f64::from(original) / f64::from(resized.max(1));
        let start = f64::from(from) * scale;
        (start, (f64::from(length) * scale).min(f64::from(original) - start))
    };
    let (x, w) = axis(width, resized_width);
    let (y, h) = axis(height, resized_height);
    (x, y, w, h)
}

/// Where the middle `size` of `length` pixels begins in the picture, where it goes in the result, and how many there are.
/// Halves are rounded as in torchvision: the crop's start to the even neighbour (Python's `round`), the padding down.
fn centered(length: u32, size: u32) -> (u32, u32, u32) {
    if length < size {
        return (0, (size - length) / 2, length);
    }
    let spare = length - size;
    let half = spare / 2;
    (if spare % 2 == 1 && half % 2 == 1 { half + 1 } else { half }, 0, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7]))
    }

    #[test]
    fn halves_are_rounded_to_even_as_python_does() {
        assert_eq!(centered(341, 224).0, 58, "117 / 2 = 58.5 → 58");
        assert_eq!(centered(343, 224).0, 60, "119 / 2 = 59.5 → 60");
        assert_eq!(centered(5, 8), (0, 1, 5));
    }

    #[test]
    fn a_centre_crop_takes_the_middle_and_pads_with_black() {
        let out = center_crop(&numbered(10, 6), 4);
        assert_eq!((out.get_pixel(0, 0).0, out.get_pixel(3, 3).0), ([3, 1, 7], [6, 4, 7]));
        let out = center_crop(&numbered(2, 10), 4);
        assert_eq!((out.get_pixel(0, 0).0, out.get_pixel(1, 0).0, out.get_pixel(3, 3).0), ([0; 3], [0, 3, 7], [0; 3]));
    }

    #[test]
    fn the_short_cut_gives_the_same_picture_as_resize_then_crop() {
        let p = Preprocess::default();
        for (width, height) in [(500, 375), (333, 500), (224, 300), (97, 131), (1000, 40), (256, 256), (2000, 1500)] {
            let img = RgbImage::from_fn(width, height, |x, y| {
                image::Rgb([(3 * x + 5 * y) as u8, (x * y / 7) as u8, (x ^ y) as u8])
            });
            let long = center_crop(&resize_shorter(&img, p.resize), p.crop);
            let short = val_transform(&img, &p);
            let worst = long.iter().zip(short.iter()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst <= Some(1), "{width}×{height}: {worst:?}");
        }
    }

    #[test]
    fn a_crop_larger_than_the_resized_picture_is_padded() {
        let p = Preprocess { resize: 20, crop: 30, ..Preprocess::default() };
        let out = val_transform(&numbered(40, 40), &p);
        assert_eq!(out.dimensions(), (30, 30));
        assert_eq!(out.get_pixel(0, 0).0, [0; 3]);
        assert_eq!(out.get_pixel(15, 15).0[2], 7);
    }

    #[test]
    fn the_overlay_shows_what_the_network_sees() {
        let (x, y, w, h) = val_crop_rect(512, 256, &Preprocess::default());
        assert_eq!((x, y, w, h), (144.0, 16.0, 224.0, 224.0));
        let (x, y, w, h) = val_crop_rect(500, 1000, &Preprocess::default());
        assert!((w - h).abs() < 1e-3 && (x - 31.25).abs() < 1e-3 && y > 250.0, "{x} {y} {w} {h}");
    }
}
