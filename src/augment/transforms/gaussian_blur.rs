//! Blur with a Gaussian kernel.

use image::RgbImage;

use crate::augment::Border;
use crate::augment::canvas::Canvas;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// Blur with a Gaussian kernel that reaches three deviations, mirrored at the edges as in torchvision's `GaussianBlur`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianBlur {
    /// Standard deviation in pixels at this place in the pipeline, drawn evenly: 0 to 10.
    pub sigma: [f64; 2],
}

impl Default for GaussianBlur {
    fn default() -> Self {
        Self { sigma: [0.1, 2.0] }
    }
}

/// One half of the kernel, middle first, in 256ths that sum to 256 over the whole of it.
fn kernel(sigma: f64) -> Vec<u16> {
    let radius = (3.0 * sigma).ceil() as i32;
    let weights: Vec<f64> = (0..=radius).map(|i| (-0.5 * (f64::from(i) / sigma).powi(2)).exp()).collect();
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    let mut half: Vec<u16> = weights.iter().map(|weight| (weight / sum * 256.0).round() as u16).collect();
    while half.len() > 1 && half.last() == Some(&0) {
        half.pop();
    }
    // What rounding left over or took too much goes to the middle, the largest.
    let sides: u16 = 2 * half[1..].iter().sum::<u16>();
    half[0] = 256_u16.saturating_sub(sides);
    half
}

/// Blurs: rows, then columns, in 16-bit integers (255 · 256 + 128 < 2¹⁶), loops that the compiler turns into vector code.
pub(in crate::augment) fn blur(picture: &mut RgbImage, sigma: f64) {
    if sigma < 0.05 {
        return;
    }
    let half = kernel(sigma);
    let radius = half.len() - 1;
    if radius == 0 {
        return;
    }
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let samples = picture.as_flat_samples_mut().samples;
    let row_length = 3 * width;
    let mut sums = vec![0_u16; row_length];

    // Rows, each with its mirrored ends.
    let mut padded = vec![0_u8; 3 * (width + 2 * radius)];
    for row in samples.chunks_exact_mut(row_length) {
        padded[3 * radius..3 * radius + row_length].copy_from_slice(row);
        for i in 0..radius {
            for (to, from) in [(i, i as i64 - radius as i64), (radius + width + i, (width + i) as i64)] {
                let from = 3 * Border::Reflect.place(from, width as i64) as usize;
                padded[3 * to..3 * to + 3].copy_from_slice(&row[from..from + 3]);
            }
        }
        start(&mut sums, &padded[3 * radius..], half[0]);
        for (i, weight) in half.iter().enumerate().skip(1) {
            add(&mut sums, &padded[3 * (radius - i)..], &padded[3 * (radius + i)..], *weight);
        }
        end(&sums, row);
    }

    // Columns, a row of results at a time; rows above are still needed, so the result goes elsewhere.
    let mut result = vec![0_u8; samples.len()];
    let row_at = |y: i64| {
        let at = Border::Reflect.place(y, height as i64) as usize * row_length;
        &samples[at..at + row_length]
    };
    for (y, row) in result.chunks_exact_mut(row_length).enumerate() {
        let y = y as i64;
        start(&mut sums, row_at(y), half[0]);
        for (i, weight) in half.iter().enumerate().skip(1) {
            add(&mut sums, row_at(y - i as i64), row_at(y + i as i64), *weight);
        }
        end(&sums, row);
    }
    samples.copy_from_slice(&result);
}

fn start(sums: &mut [u16], middle: &[u8], weight: u16) {
    for (sum, value) in sums.iter_mut().zip(middle) {
        *sum = 128 + weight * u16::from(*value);
    }
}

fn add(sums: &mut [u16], before: &[u8], after: &[u8], weight: u16) {
    for ((sum, a), b) in sums.iter_mut().zip(before).zip(after) {
        *sum += weight * (u16::from(*a) + u16::from(*b));
    }
}

fn end(sums: &[u16], row: &mut [u8]) {
    for (value, sum) in row.iter_mut().zip(sums) {
        *value = (sum >> 8) as u8;
    }
}

impl Adjustable for GaussianBlur {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const SIGMA: ParamSpec = ParamSpec::range("sigma", "Radius", "px", (0.0, 10.0, 0.1, 1));
        vec![Param::range(SIGMA, &mut self.sigma)]
    }
}

impl Operation for GaussianBlur {
    fn about(&self) -> About {
        About {
            name: "gaussian-blur",
            title: "Gaussian blur",
            explain: "Makes the picture unsharp, as a lens out of focus does. The model learns to do with less detail and to \
                      trust larger shapes.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let sigma = between(self.sigma, rng);
        canvas.note("sigma", sigma);
        if sigma > 0.0 {
            blur(canvas.pixels(), sigma);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_sums_to_one() {
        for tenths in 1..=100 {
            let half = kernel(f64::from(tenths) / 10.0);
            assert_eq!(half[0] + 2 * half[1..].iter().sum::<u16>(), 256, "sigma {tenths}/10");
            assert!(half.windows(2).all(|pair| pair[0] + 4 >= pair[1]), "sigma {tenths}/10: {half:?}");
        }
    }

    #[test]
    fn an_even_picture_stays_as_it_is() {
        for value in [0, 77, 255] {
            let mut picture = RgbImage::from_pixel(9, 4, image::Rgb([value; 3]));
            blur(&mut picture, 2.3);
            assert!(picture.as_raw().iter().all(|v| *v == value));
        }
    }
}
