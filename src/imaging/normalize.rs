//! Pixels → numbers.

use image::RgbImage;

use super::Preprocess;

/// Writes `img` as three planes (red, green, blue) of `(x / 255 - mean) / std` into `out`: HWC bytes → CHW floats, as
/// torchvision's `ToTensor` and `Normalize`.
///
/// # Panics
/// When `out.len()` isn't `3 * width * height`: the caller's buffer has the wrong size, never the input.
pub fn normalize_into(img: &RgbImage, p: &Preprocess, out: &mut [f32]) {
    let pixels = img.width() as usize * img.height() as usize;
    assert_eq!(out.len(), 3 * pixels, "the buffer must hold 3 × width × height values");
    // 256 possible values a channel: computed once each, by the very formula.
    let tables: [[f32; 256]; 3] = std::array::from_fn(|channel| {
        std::array::from_fn(|value| (value as f32 / 255.0 - p.mean[channel]) / p.std[channel])
    });
    let (red, rest) = out.split_at_mut(pixels);
    let (green, blue) = rest.split_at_mut(pixels);
    let planes = red.iter_mut().zip(green).zip(blue);
    for (pixel, ((red, green), blue)) in img.as_raw().as_chunks::<3>().0.iter().zip(planes) {
        *red = tables[0][usize::from(pixel[0])];
        *green = tables[1][usize::from(pixel[1])];
        *blue = tables[2][usize::from(pixel[2])];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_become_planes_with_mean_zero_and_deviation_one() {
        let img = RgbImage::from_fn(2, 1, |x, _| image::Rgb([x as u8 * 255, 51, 0]));
        let p = Preprocess { mean: [0.5, 0.2, 0.0], std: [0.5, 1.0, 1.0], ..Preprocess::default() };
        let mut out = [9.0; 6];
        normalize_into(&img, &p, &mut out);
        assert_eq!(out, [-1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
