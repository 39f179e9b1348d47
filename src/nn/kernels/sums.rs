//! Sums over all pixels for each channel, in a fixed order.

use rayon::prelude::*;

/// Pixels that are summed in one piece. Part of the result: another value would round differently.
const PIXELS: usize = 512;

/// Calls `add` for each piece of rows (all slices cut alike, `channels` numbers a row) with `sums` accumulators a channel of its
/// own, and adds the pieces up in order. The accumulators of a piece are f32, their sum is f64.
pub fn sum_pieces<const INPUTS: usize>(
    inputs: [&[f32]; INPUTS],
    channels: usize,
    sums: usize,
    add: impl Fn([&[f32]; INPUTS], &mut [f32]) + Sync,
) -> Vec<f64> {
    let length = inputs.first().map_or(0, |input| input.len());
    let step = PIXELS * channels.max(1);
    let pieces: Vec<Vec<f32>> = (0..length.div_ceil(step))
        .into_par_iter()
        .map(|piece| {
            let range = piece * step..((piece + 1) * step).min(length);
            let mut accumulators = vec![0.0; sums * channels];
            add(inputs.map(|input| &input[range.clone()]), &mut accumulators);
            accumulators
        })
        .collect();
    let mut total = vec![0.0; sums * channels];
    for piece in &pieces {
        for (total, part) in total.iter_mut().zip(piece) {
            *total += f64::from(*part);
        }
    }
    total
}

/// Sum of each channel of `data` (pixels × channels).
pub fn channel_sums(data: &[f32], channels: usize) -> Vec<f32> {
    let total = sum_pieces([data], channels, 1, |[rows], sums| {
        for row in rows.chunks_exact(channels) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
    });
    total.into_iter().map(|sum| sum as f32).collect()
}
