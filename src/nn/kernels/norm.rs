//! BatchNorm (Ioffe and Szegedy, 2015) over pixels × channels, optionally with a ReLU behind it.

use rayon::prelude::*;

use super::sums::sum_pieces;
use super::vectorized::vectorized;

/// Pixels that a thread handles at a time.
const PIXELS: usize = 256;

/// Mean and biased variance of each channel, in two passes (the one-pass formula cancels).
pub fn moments(x: &[f32], channels: usize) -> (Vec<f32>, Vec<f32>) {
    let count = (x.len() / channels.max(1)).max(1) as f64;
    let sums = sum_pieces([x], channels, 1, |[rows], sums| {
        for row in rows.chunks_exact(channels) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
    });
    let mean: Vec<f32> = sums.iter().map(|sum| (sum / count) as f32).collect();
    let squares = sum_pieces([x], channels, 1, |[rows], sums| {
        for row in rows.chunks_exact(channels) {
            for ((sum, value), mean) in sums.iter_mut().zip(row).zip(&mean) {
                *sum += (value - mean) * (value - mean);
            }
        }
    });
    let variance = squares.iter().map(|sum| (sum / count) as f32).collect();
    (mean, variance)
}

/// The numbers of a normalisation: y = (x − mean) · scale + shift.
#[derive(Clone, Copy, Debug)]
pub struct Affine<'a> {
    /// Subtracted first.
    pub mean: &'a [f32],
    /// weight / √(variance + ε).
    pub scale: &'a [f32],
    /// The bias.
    pub shift: &'a [f32],
}

/// `out` = the normalised `x`, with `relu` cut at nought (NaN stays).
pub fn apply(x: &[f32], affine: Affine<'_>, relu: bool, out: &mut [f32]) {
    let step = PIXELS * affine.mean.len().max(1);
    out.par_chunks_mut(step).zip(x.par_chunks(step)).for_each(|(out, x)| apply_rows(x, affine, relu, out));
}

vectorized! {
    /// [`apply`] on the calling thread.
    pub fn apply_rows(x: &[f32], affine: Affine<'_>, relu: bool, out: &mut [f32]) {
        let channels = affine.mean.len();
        // The comparison that a number never fails, so that NaN stays.
        let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
        for (out, x) in out.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
            let numbers = affine.mean.iter().zip(affine.scale).zip(affine.shift);
            for ((out, x), ((mean, scale), shift)) in out.iter_mut().zip(x).zip(numbers) {
                let y = (x - mean) * scale + shift;
                *out = if y < floor { floor } else { y };
            }
        }
    }
}

vectorized! {
    /// Of rows × channels: each channel's mean, then the sum of squares about it, into `moments` (2 × channels).
    pub fn moments_of(rows: &[f32], channels: usize, moments: &mut [f32]) {
        let (means, squares) = moments.split_at_mut(channels);
        means.fill(0.0);
        squares.fill(0.0);
        let count = (rows.len() / channels) as f32;
        for row in rows.chunks_exact(channels) {
            for (mean, value) in means.iter_mut().zip(row) {
                *mean += value;
            }
        }
        for mean in means.iter_mut() {
            *mean /= count;
        }
        for row in rows.chunks_exact(channels) {
            for ((sum, value), mean) in squares.iter_mut().zip(row).zip(means.iter()) {
                *sum += (value - mean) * (value - mean);
            }
        }
    }
}

/// Mean and biased variance of each channel from those of pieces, `(pixels, moments)` as [`moments_of`] has them (Chan, Golub
/// and LeVeque, 1979), in the pieces' order.
pub fn join_moments<'a>(pieces: impl Iterator<Item = (usize, &'a [f32])>, channels: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut mean, mut squares, mut count) = (vec![0.0_f64; channels], vec![0.0_f64; channels], 0.0_f64);
    for (pixels, moments) in pieces.filter(|(pixels, _)| *pixels > 0) {
        let pixels = pixels as f64;
        let total = count + pixels;
        let (means, sums) = moments.split_at(channels);
        for ((mean, squares), (m, s)) in mean.iter_mut().zip(&mut squares).zip(means.iter().zip(sums)) {
            let step = f64::from(*m) - *mean;
            *mean += step * (pixels / total);
            *squares += f64::from(*s) + step * step * (count * pixels / total);
        }
        count = total;
    }
    let variance = squares.iter().map(|sum| (sum / count.max(1.0)) as f32).collect();
    (mean.iter().map(|mean| *mean as f32).collect(), variance)
}

/// What the gradient of a normalisation's input is made of: dx = scale · (g − offset − (x − mean) · slope).
#[derive(Clone, Debug)]
pub struct Slopes {
    /// weight / √(variance + ε).
    pub scale: Vec<f32>,
    /// mean(g).
    pub offset: Vec<f32>,
    /// mean(g · (x − mean)) / (variance + ε).
    pub slope: Vec<f32>,
}

impl Slopes {
    /// From each channel's sums of g and of g · (x − mean) over `count` pixels. Without `batch`, mean and variance did not come
    /// from x itself and pass no gradient on.
    pub fn new((g, gx): (&[f64], &[f64]), count: usize, (deviation, weight): (&[f32], &[f32]), batch: bool) -> Self {
        let count = count.max(1) as f64;
        let scale = weight.iter().zip(deviation).map(|(w, d)| w * d).collect();
        if !batch {
            return Self { scale, offset: vec![0.0; g.len()], slope: vec![0.0; g.len()] };
        }
        let slope = gx.iter().zip(deviation).map(|(sum, d)| (sum / count * f64::from(*d).powi(2)) as f32);
        Self { scale, offset: g.iter().map(|sum| (sum / count) as f32).collect(), slope: slope.collect() }
    }
}

/// Gradients of a normalisation with batch statistics.
#[derive(Clone, Debug)]
pub struct NormGrads {
    /// Of the input, where it was wanted.
    pub input: Option<Vec<f32>>,
    /// Of the weight.
    pub weight: Vec<f32>,
    /// Of the bias.
    pub bias: Vec<f32>,
}

/// Backward pass. `deviation` is 1/√(variance + ε); `batch` says that mean and variance came from `x` itself (training) rather
/// than from running statistics; `y` is the output where a ReLU followed, whose gradient is nought where `y` is.
pub fn backward(
    x: &[f32],
    dy: &[f32],
    y: Option<&[f32]>,
    (mean, deviation, weight): (&[f32], &[f32], &[f32]),
    batch: bool,
    want_input: bool,
) -> NormGrads {
    let channels = mean.len();
    // Without ReLU the gradient's own slice stands for the output; `masked` says whether to look at it.
    let (masked, y) = (y.is_some(), y.unwrap_or(dy));
    let gradient = move |dy: f32, y: f32| if masked && y <= 0.0 { 0.0 } else { dy };
    let sums = sum_pieces([x, dy, y], channels, 2, |[x, dy, y], sums| {
        let (bias, weight) = sums.split_at_mut(channels);
        let rows = x.chunks_exact(channels).zip(dy.chunks_exact(channels)).zip(y.chunks_exact(channels));
        for ((x, dy), y) in rows {
            let values = x.iter().zip(dy).zip(y).zip(mean);
            for ((((x, dy), y), mean), (bias, weight)) in values.zip(bias.iter_mut().zip(weight.iter_mut())) {
                let g = gradient(*dy, *y);
                *bias += g;
                *weight += g * (x - mean);
            }
        }
    });
    let (bias_sums, weight_sums) = sums.split_at(channels);
    let bias: Vec<f32> = bias_sums.iter().map(|sum| *sum as f32).collect();
    let weight_grad: Vec<f32> =
        weight_sums.iter().zip(deviation).map(|(sum, d)| (sum * f64::from(*d)) as f32).collect();
    let input = want_input.then(|| {
        let Slopes { scale, offset, slope } =
            Slopes::new((bias_sums, weight_sums), x.len() / channels.max(1), (deviation, weight), batch);
        let mut dx = vec![0.0; x.len()];
        let step = PIXELS * channels.max(1);
        let pieces = x.par_chunks(step).zip(dy.par_chunks(step)).zip(y.par_chunks(step));
        dx.par_chunks_mut(step).zip(pieces).for_each(|(dx, ((x, dy), y))| {
            let rows = x.chunks_exact(channels).zip(dy.chunks_exact(channels)).zip(y.chunks_exact(channels));
            for (dx, ((x, dy), y)) in dx.chunks_exact_mut(channels).zip(rows) {
                let numbers = mean.iter().zip(&scale).zip(&offset).zip(&slope);
                let values = x.iter().zip(dy).zip(y);
                for ((dx, ((x, dy), y)), (((mean, scale), offset), slope)) in dx.iter_mut().zip(values).zip(numbers) {
                    *dx = scale * (gradient(*dy, *y) - offset - (x - mean) * slope);
                }
            }
        });
        dx
    });
    NormGrads { input, weight: weight_grad, bias }
}
