//! The same layers written the plainest way, in f64: what tests compare the kernels with.

use super::{Filter, Size};

/// `n` numbers between −1 and 1, decided by `seed`.
pub(super) fn noise(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
        })
        .collect()
}

/// A filter of noise, scaled so that outputs are about as large as inputs.
pub(super) fn noise_filter(outputs: usize, inputs: usize, kernel: usize, seed: u64) -> Filter {
    let scale = (3.0 / (inputs * kernel * kernel).max(1) as f32).sqrt();
    let weights = noise(outputs * inputs * kernel * kernel, seed).into_iter().map(|w| w * scale).collect();
    Filter { weights, bias: noise(outputs, seed + 1), inputs, outputs, kernel }
}

/// (height, width, channels) with `padded` channels, the rest zero, from (channels, height, width).
pub(super) fn to_pixels(planes: &[f32], channels: usize, size: Size, padded: usize) -> Vec<f32> {
    let mut pixels = vec![0.0; size.pixels() * padded];
    for c in 0..channels {
        for at in 0..size.pixels() {
            pixels[at * padded + c] = planes[c * size.pixels() + at];
        }
    }
    pixels
}

/// Convolution of one (inputs, height, width) picture to (outputs, height', width').
pub(super) fn convolve(input: &[f32], size: Size, filter: &Filter, stride: usize, padding: usize) -> (Vec<f64>, Size) {
    let side = |n: usize| (n + 2 * padding).checked_sub(filter.kernel).map_or(0, |n| n / stride + 1);
    let out_size = Size { height: side(size.height), width: side(size.width) };
    let mut out = Vec::new();
    for output in 0..filter.outputs {
        for y in 0..out_size.height {
            for x in 0..out_size.width {
                let mut sum = f64::from(filter.bias[output]);
                for input_channel in 0..filter.inputs {
                    for tap in 0..filter.kernel * filter.kernel {
                        let (py, px) = (y * stride + tap / filter.kernel, x * stride + tap % filter.kernel);
                        if py >= padding && px >= padding && py - padding < size.height && px - padding < size.width {
                            let at = (input_channel * size.height + py - padding) * size.width + px - padding;
                            sum += f64::from(input[at]) * f64::from(filter.weight(output, input_channel, tap));
                        }
                    }
                }
                out.push(sum);
            }
        }
    }
    (out, out_size)
}

/// 3×3 max pooling with stride 2 and padding 1 of (channels, height, width).
pub(super) fn max_pool(input: &[f64], channels: usize, size: Size) -> (Vec<f64>, Size) {
    let out_size = Size { height: size.height.div_ceil(2), width: size.width.div_ceil(2) };
    let mut out = Vec::new();
    for c in 0..channels {
        for y in 0..out_size.height {
            for x in 0..out_size.width {
                let mut max = f64::NEG_INFINITY;
                for py in (2 * y).saturating_sub(1)..(2 * y + 2).min(size.height) {
                    for px in (2 * x).saturating_sub(1)..(2 * x + 2).min(size.width) {
                        max = max.max(input[(c * size.height + py) * size.width + px]);
                    }
                }
                out.push(max);
            }
        }
    }
    (out, out_size)
}

/// The largest difference between plain planes and computed pixels, with padding channels compared to zero.
pub(super) fn difference(planes: &[f64], channels: usize, size: Size, pixels: &[f32], padded: usize) -> f64 {
    let mut worst = 0.0f64;
    for at in 0..size.pixels() {
        for c in 0..padded {
            let want = if c < channels { planes[c * size.pixels() + at] } else { 0.0 };
            let error = (want - f64::from(pixels[at * padded + c])).abs();
            worst = if error.is_nan() { f64::INFINITY } else { worst.max(error) };
        }
    }
    worst
}
