//! A normalisation joined with what is around it, so that no map is written only to be read once: its gradient formed a few
//! rows at a time, the gate of a ReLU together with the sums that the gradient needs, and the end of a residual block.

use std::ops::Range;

use rayon::prelude::*;

use super::norm::{Affine, Slopes};
use super::vectorized::vectorized;

/// Pixels that a thread handles at a time, and that are summed in one piece. Part of the result: another value would round
/// differently.
const PIXELS: usize = 256;

/// A normalisation's gradient before it is formed: of what came out of it, and what went in.
#[derive(Clone, Copy)]
pub struct NormedGradient<'a> {
    /// Gradient of the output.
    pub g: &'a [f32],
    /// The input.
    pub x: &'a [f32],
    /// Each channel's mean.
    pub mean: &'a [f32],
    /// Factors.
    pub slopes: &'a Slopes,
}

impl NormedGradient<'_> {
    /// The part at `range` of the input's gradient.
    pub fn form(&self, range: Range<usize>, dx: &mut [f32]) {
        form_rows(&self.g[range.clone()], &self.x[range], self.mean, self.slopes, dx);
    }
}

vectorized! {
    fn form_rows(g: &[f32], x: &[f32], mean: &[f32], slopes: &Slopes, dx: &mut [f32]) {
        let channels = mean.len();
        let rows = dx.chunks_exact_mut(channels).zip(g.chunks_exact(channels)).zip(x.chunks_exact(channels));
        for ((dx, g), x) in rows {
            let numbers = mean.iter().zip(&slopes.scale).zip(&slopes.offset).zip(&slopes.slope);
            for (((dx, g), x), (((mean, scale), offset), slope)) in dx.iter_mut().zip(g).zip(x).zip(numbers) {
                *dx = scale * (g - offset - (x - mean) * slope);
            }
        }
    }
}

/// `g` = `dy` where `y` (the output of a ReLU) is positive, 0 elsewhere; and for each map of `x` whose normalisation that
/// gradient goes to, the sums of g · (x − mean). Returns the sums of g, then those of each map.
pub fn gate_and_sum<const MAPS: usize>(
    dy: &[f32],
    y: &[f32],
    maps: [(&[f32], &[f32]); MAPS],
    channels: usize,
    g: &mut [f32],
) -> Vec<Vec<f64>> {
    let step = PIXELS * channels.max(1);
    let pieces: Vec<Vec<f32>> = g
        .par_chunks_mut(step)
        .enumerate()
        .map(|(piece, g)| {
            let range = piece * step..piece * step + g.len();
            let mut sums = vec![0.0; (1 + MAPS) * channels];
            let (of_g, of_maps) = sums.split_at_mut(channels);
            gate_rows(&dy[range.clone()], &y[range.clone()], g, of_g);
            for ((x, mean), sums) in maps.iter().zip(of_maps.chunks_exact_mut(channels.max(1))) {
                sum_products(g, &x[range.clone()], mean, sums);
            }
            sums
        })
        .collect();
    add_up(&pieces, channels)
}

/// As [`gate_and_sum`] for a ReLU behind the normalisation of `x` itself, whose output is formed again; `g` is masked in place.
pub fn gate_own_and_sum(x: &[f32], affine: Affine<'_>, g: &mut [f32]) -> Vec<Vec<f64>> {
    let channels = affine.mean.len();
    let step = PIXELS * channels.max(1);
    let pieces: Vec<Vec<f32>> = g
        .par_chunks_mut(step)
        .zip(x.par_chunks(step))
        .map(|(g, x)| {
            let mut sums = vec![0.0; 2 * channels];
            let (of_g, of_map) = sums.split_at_mut(channels);
            gate_own_rows(x, affine, g, of_g, of_map);
            sums
        })
        .collect();
    add_up(&pieces, channels)
}

fn add_up(pieces: &[Vec<f32>], channels: usize) -> Vec<Vec<f64>> {
    let count = pieces.first().map_or(0, Vec::len);
    let mut total = vec![0.0_f64; count];
    for piece in pieces {
        total.iter_mut().zip(piece).for_each(|(total, part)| *total += f64::from(*part));
    }
    total.chunks(channels.max(1)).map(<[f64]>::to_vec).collect()
}

vectorized! {
    fn gate_rows(dy: &[f32], y: &[f32], g: &mut [f32], sums: &mut [f32]) {
        let channels = sums.len();
        let rows = g.chunks_exact_mut(channels).zip(dy.chunks_exact(channels)).zip(y.chunks_exact(channels));
        for ((g, dy), y) in rows {
            for (((g, dy), y), sum) in g.iter_mut().zip(dy).zip(y).zip(sums.iter_mut()) {
                *g = if *y > 0.0 { *dy } else { 0.0 };
                *sum += *g;
            }
        }
    }
}

vectorized! {
    fn sum_products(g: &[f32], x: &[f32], mean: &[f32], sums: &mut [f32]) {
        let channels = sums.len();
        for (g, x) in g.chunks_exact(channels).zip(x.chunks_exact(channels)) {
            for ((g, x), (mean, sum)) in g.iter().zip(x).zip(mean.iter().zip(sums.iter_mut())) {
                *sum += g * (x - mean);
            }
        }
    }
}

vectorized! {
    fn gate_own_rows(x: &[f32], affine: Affine<'_>, g: &mut [f32], sums: &mut [f32], products: &mut [f32]) {
        let channels = sums.len();
        for (g, x) in g.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
            let numbers = affine.mean.iter().zip(affine.scale).zip(affine.shift);
            let sums = sums.iter_mut().zip(products.iter_mut());
            for (((g, x), ((mean, scale), shift)), (sum, product)) in g.iter_mut().zip(x).zip(numbers).zip(sums) {
                let centred = x - mean;
                *g = if centred * scale + shift > 0.0 { *g } else { 0.0 };
                *sum += *g;
                *product += *g * centred;
            }
        }
    }
}

/// The end of a residual block: `out` = ReLU of the normalised `x` plus the shortcut, which is normalised as well where it has
/// numbers to be normalised with.
pub fn add_relu(x: &[f32], affine: Affine<'_>, shortcut: (&[f32], Option<Affine<'_>>), out: &mut [f32]) {
    let step = PIXELS * affine.mean.len().max(1);
    let (other, other_affine) = shortcut;
    let pieces = out.par_chunks_mut(step).zip(x.par_chunks(step)).zip(other.par_chunks(step));
    pieces.for_each(|((out, x), other)| match other_affine {
        Some(other_affine) => add_relu_rows(x, affine, other, other_affine, out),
        None => add_relu_plain_rows(x, affine, other, out),
    });
}

vectorized! {
    fn add_relu_rows(x: &[f32], affine: Affine<'_>, other: &[f32], other_affine: Affine<'_>, out: &mut [f32]) {
        let channels = affine.mean.len();
        let rows = out.chunks_exact_mut(channels).zip(x.chunks_exact(channels)).zip(other.chunks_exact(channels));
        for ((out, x), other) in rows {
            let numbers = affine.mean.iter().zip(affine.scale).zip(affine.shift);
            let others = other_affine.mean.iter().zip(other_affine.scale).zip(other_affine.shift);
            let values = out.iter_mut().zip(x).zip(other);
            for (((out, x), other), (((mean, scale), shift), ((m, s), b))) in values.zip(numbers.zip(others)) {
                let y = ((x - mean) * scale + shift) + ((other - m) * s + b);
                *out = if y < 0.0 { 0.0 } else { y };
            }
        }
    }
}

vectorized! {
    fn add_relu_plain_rows(x: &[f32], affine: Affine<'_>, other: &[f32], out: &mut [f32]) {
        let channels = affine.mean.len();
        let rows = out.chunks_exact_mut(channels).zip(x.chunks_exact(channels)).zip(other.chunks_exact(channels));
        for ((out, x), other) in rows {
            let numbers = affine.mean.iter().zip(affine.scale).zip(affine.shift);
            for (((out, x), other), ((mean, scale), shift)) in out.iter_mut().zip(x).zip(other).zip(numbers) {
                let y = ((x - mean) * scale + shift) + other;
                *out = if y < 0.0 { 0.0 } else { y };
            }
        }
    }
}
