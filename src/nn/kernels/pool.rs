//! Max-pool, with or without ReLU before it, in one pass. Which pixel of a window won is stored, for the backward pass.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::norm::{self, Affine};
use super::planes::Scratch;
use super::shape::PoolShape;
use super::sums::sum_pieces;
use super::vectorized::vectorized;
use crate::nn::simd::Cpu;
use crate::nn::simd::cpu::{vectors, vectors_mut};

/// Stands for "no pixel": the whole window was below nought, and ReLU stops the gradient.
pub const NOBODY: u8 = u8::MAX;

/// `out` = largest of each window (of nought and the window with `relu`); `winners` = its place in the window, row by row,
/// the first one where several are equal, as in PyTorch. NaN wins over every number.
pub fn forward(s: &PoolShape, x: &[f32], relu: bool, out: &mut [f32], winners: &mut [u8]) {
    if out.is_empty() {
        return;
    }
    let row = s.ow * s.c;
    let outputs = out.par_chunks_mut(row).zip(winners.par_chunks_mut(row)).enumerate();
    outputs.for_each(|(index, (out, winners))| {
        let x = &x[index / s.oh * s.input_len()..][..s.input_len()];
        Cpu::best().run(PoolRow { s, rows: (x, 0), oy: index % s.oh, relu, out, winners });
    });
}

/// As [`forward`] with ReLU, of a map that is normalised first, a few rows at a time.
pub fn forward_normed(s: &PoolShape, x: &[f32], affine: Affine<'_>, out: &mut [f32], winners: &mut [u8]) {
    if out.is_empty() {
        return;
    }
    let (row, x_row) = (s.ow * s.c, s.w * s.c);
    let outputs = out.par_chunks_mut(row).zip(winners.par_chunks_mut(row)).enumerate();
    outputs.for_each(|(index, (out, winners))| {
        let (picture, oy) = (index / s.oh, index % s.oh);
        let top = (oy * s.stride).saturating_sub(s.padding).min(s.h);
        let bottom = (oy * s.stride + s.kernel).saturating_sub(s.padding).clamp(top, s.h);
        let x = &x[picture * s.input_len()..][..s.input_len()];
        let mut rows = Scratch::take((bottom - top) * x_row);
        norm::apply_rows(&x[top * x_row..bottom * x_row], affine, false, &mut rows);
        Cpu::best().run(PoolRow { s, rows: (&rows, top), oy, relu: true, out, winners });
    });
}

/// Pools whole rows of windows that lie side by side, behind a ReLU: `x` is a multiple of the window's height × w × c.
pub fn forward_rows(s: &PoolShape, x: &[f32], out: &mut [f32], winners: &mut [u8]) {
    let row = s.ow * s.c;
    let band = PoolShape { h: s.kernel, ..*s };
    let rows = x.chunks_exact(s.kernel * s.w * s.c).zip(out.chunks_exact_mut(row)).zip(winners.chunks_exact_mut(row));
    for ((x, out), winners) in rows {
        Cpu::best().run(PoolRow { s: &band, rows: (x, 0), oy: 0, relu: true, out, winners });
    }
}

/// One row of windows: `rows` are the picture's rows and which one they begin with.
struct PoolRow<'a> {
    s: &'a PoolShape,
    rows: (&'a [f32], usize),
    oy: usize,
    relu: bool,
    out: &'a mut [f32],
    winners: &'a mut [u8],
}

impl WithSimd for PoolRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { s, rows: (x, top), oy, relu, out, winners } = self;
        let y0 = oy * s.stride;
        let least = simd.splat_f32s(if relu { 0.0 } else { f32::NEG_INFINITY });
        // As wide as the numbers that they are chosen by; made narrow a row at a time.
        let mut wide = vec![0_u32; winners.len()];
        // The window's pixels inside the picture: their places in the window, and where they are.
        let mut pixels = Vec::with_capacity(s.kernel * s.kernel);
        for (ox, (out, wide)) in out.chunks_exact_mut(s.c).zip(wide.chunks_exact_mut(s.c)).enumerate() {
            let x0 = ox * s.stride;
            pixels.clear();
            for ky in 0..s.kernel {
                let Some(y) = (y0 + ky).checked_sub(s.padding).filter(|y| *y < s.h) else { continue };
                for kx in 0..s.kernel {
                    let Some(column) = (x0 + kx).checked_sub(s.padding).filter(|x| *x < s.w) else { continue };
                    pixels.push(((ky * s.kernel + kx) as u32, &x[((y - top) * s.w + column) * s.c..][..s.c]));
                }
            }
            let nobody = u32::from(if relu { NOBODY } else { first_inside(s, y0, x0) });
            let parts = out.chunks_mut(S::F32_LANES).zip(wide.chunks_mut(S::F32_LANES));
            for (part, (out, wide)) in parts.enumerate() {
                let channels = part * S::F32_LANES..part * S::F32_LANES + out.len();
                let mut best = least;
                let mut winner = simd.splat_u32s(nobody);
                for (place, pixel) in &pixels {
                    let value = load(simd, &pixel[channels.clone()]);
                    let nan = simd.not_m32s(simd.equal_f32s(value, value));
                    let wins = simd.or_m32s(simd.greater_than_f32s(value, best), nan);
                    best = simd.select_f32s(wins, value, best);
                    winner = simd.select_u32s(wins, simd.splat_u32s(*place), winner);
                }
                // Parts of a vector are slow to write, and the common channels are whole ones.
                let whole = (vectors_mut::<S>(out).first_mut(), S::as_mut_simd_u32s(wide).0.first_mut());
                if let (Some(out), Some(wide)) = whole {
                    (*out, *wide) = (best, winner);
                } else {
                    simd.partial_store_f32s(out, best);
                    simd.partial_store_u32s(wide, winner);
                }
            }
        }
        for (narrow, wide) in winners.iter_mut().zip(&wide) {
            *narrow = *wide as u8;
        }
    }
}

/// A vector, or the part of one that there is and noughts.
#[inline(always)]
fn load<S: Simd>(simd: S, from: &[f32]) -> S::f32s {
    match vectors::<S>(from).first() {
        Some(whole) => *whole,
        None => simd.partial_load_f32s(from),
    }
}

/// Channels whose gradients are spread together: winners as wide as the numbers, so that both fit vectors alike.
const LANES: usize = 16;

/// The numbers, the other lanes nought.
#[inline(always)]
fn lanes(from: &[f32]) -> [f32; LANES] {
    if let Some(whole) = from.first_chunk::<LANES>() {
        return *whole;
    }
    let mut lanes = [0.0; LANES];
    lanes[..from.len()].copy_from_slice(from);
    lanes
}

/// The window's first place inside the picture: the winner where all is −∞, which no comparison finds.
#[inline(always)]
fn first_inside(s: &PoolShape, y0: usize, x0: usize) -> u8 {
    (s.padding.saturating_sub(y0) * s.kernel + s.padding.saturating_sub(x0)) as u8
}

/// Gradient of the input: each window's gradient goes to its winner. `dx` is overwritten.
pub fn backward(s: &PoolShape, dy: &[f32], winners: &[u8], dx: &mut [f32]) {
    dx.fill(0.0);
    if dy.is_empty() {
        return;
    }
    let pictures = dy.par_chunks(s.output_len()).zip(winners.par_chunks(s.output_len()));
    dx.par_chunks_mut(s.input_len()).zip(pictures).for_each(|(dx, (dy, winners))| {
        for (pixel, (dy, winners)) in dy.chunks_exact(s.c).zip(winners.chunks_exact(s.c)).enumerate() {
            let (y0, x0) = (pixel / s.ow * s.stride, pixel % s.ow * s.stride);
            for (c, (gradient, winner)) in dy.iter().zip(winners).enumerate() {
                if *winner != NOBODY {
                    let (ky, kx) = (*winner as usize / s.kernel, *winner as usize % s.kernel);
                    let (y, x) = (y0 + ky - s.padding, x0 + kx - s.padding);
                    dx[(y * s.w + x) * s.c + c] += gradient;
                }
            }
        }
    });
}

vectorized! {
    /// The reverse of [`forward_rows`] for gradients: `map` (a multiple of the window's height × w × c) is overwritten.
    pub fn expand_rows(s: &PoolShape, dy: &[f32], winners: &[u8], map: &mut [f32]) {
        let row = s.ow * s.c;
        let rows = map.chunks_exact_mut(s.kernel * s.w * s.c).zip(dy.chunks_exact(row)).zip(winners.chunks_exact(row));
        for ((map, dy), winners) in rows {
            for (ox, (dy, winners)) in dy.chunks_exact(s.c).zip(winners.chunks_exact(s.c)).enumerate() {
                for first in (0..s.c).step_by(LANES) {
                    let count = LANES.min(s.c - first);
                    let dy = lanes(&dy[first..first + count]);
                    let mut winner = [u32::from(NOBODY); LANES];
                    for (wide, narrow) in winner.iter_mut().zip(&winners[first..first + count]) {
                        *wide = u32::from(*narrow);
                    }
                    for ky in 0..s.kernel {
                        for kx in 0..s.kernel {
                            let place = (ky * s.kernel + kx) as u32;
                            let mut through = [0.0; LANES];
                            for lane in 0..LANES {
                                through[lane] = if winner[lane] == place { dy[lane] } else { 0.0 };
                            }
                            let pixel = &mut map[(ky * s.w + ox * s.kernel + kx) * s.c + first..][..count];
                            match pixel.first_chunk_mut::<LANES>() {
                                Some(whole) => *whole = through,
                                None => pixel.copy_from_slice(&through[..count]),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Sum of each channel of the gradients that the ReLU before the pooling lets through.
pub fn channel_sums(dy: &[f32], winners: &[u8], channels: usize) -> Vec<f32> {
    // Winners of nobody carry no gradient; as numbers they select.
    let through: Vec<f32> = winners.par_iter().map(|winner| if *winner == NOBODY { 0.0 } else { 1.0 }).collect();
    let total = sum_pieces([dy, &through], channels, 1, |[dy, through], sums| {
        for (dy, through) in dy.chunks_exact(channels).zip(through.chunks_exact(channels)) {
            for ((sum, dy), through) in sums.iter_mut().zip(dy).zip(through) {
                *sum += if *through > 0.0 { *dy } else { 0.0 };
            }
        }
    });
    total.into_iter().map(|sum| sum as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::kernels::reference;

    /// Of windows with ties, NaN, −∞ and nothing above nought, with whole vectors and parts of one.
    #[test]
    fn every_instruction_set_pools_alike() {
        for c in 1..40 {
            let s = PoolShape::new((1, 3, 7, c), 3, 2, 1).unwrap();
            let number = |i: usize| match i % 11 {
                0 => f32::NAN,
                1 | 2 => f32::NEG_INFINITY,
                other => (i * 37 % 5) as f32 - other as f32,
            };
            let x: Vec<f32> = (0..s.input_len()).map(number).collect();
            for cpu in Cpu::all() {
                for relu in [false, true] {
                    let row = s.ow * c;
                    let run = |cpu: Cpu, oy: usize| {
                        let (mut out, mut winners) = (vec![0.0; row], vec![0; row]);
                        cpu.run(PoolRow { s: &s, rows: (&x, 0), oy, relu, out: &mut out, winners: &mut winners });
                        (out, winners)
                    };
                    for oy in 0..s.oh {
                        let (out, winners) = run(cpu, oy);
                        // The first set has no vectors.
                        let (plain, plain_winners) = run(Cpu::all()[0], oy);
                        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                        assert_eq!(bits(&out), bits(&plain), "{} with {c} channels", cpu.name());
                        assert_eq!(winners, plain_winners, "{} with {c} channels", cpu.name());
                        if !relu {
                            let (values, _) = reference::max_pool(&s, &x);
                            let expected = &values[oy * row..][..row];
                            // The definition says nothing of NaN.
                            assert!(out.iter().zip(expected).all(|(a, b)| a == b || a.is_nan()));
                        }
                    }
                }
            }
        }
    }
}
