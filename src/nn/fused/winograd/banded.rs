//! Rows of tiles through all steps in one task, for wide pictures with few channels.
//!
//! Must not know: the arithmetic of the transforms.

use pulp::{Simd, WithSimd};

use super::super::workers::Workers;
use super::transform::{InputTile, OutputTile, copy_edge, input_tile, output_tile};
use super::{IN, Layer, OUT, POINTS, TAPS, Tiles, Winograd};
use crate::nn::simd::tile::product;
use crate::nn::simd::{LINE, Pool};

/// Tiles of a task: so that their transformed inputs (36 numbers per tile and channel) fit a core's second cache.
const TILES: usize = 28;

/// Convolves with transformed filters.
pub(super) fn run(conv: &Winograd, filters: &[f32], workers: Workers, pool: &Pool, layer: Layer<'_>, out: &mut [f32]) {
    let tiles = Tiles::of(layer.size);
    let rows = workers.share(tiles.down, TILES / tiles.across);
    let picture = layer.size.pixels();
    for (n, out) in out.chunks_exact_mut(picture * conv.outputs).enumerate() {
        let input = &layer.input[n * picture * conv.inputs..][..picture * conv.inputs];
        let residual = layer.residual.map(|all| &all[n * out.len()..][..out.len()]);
        let chunk = rows * OUT * layer.size.width * conv.outputs;
        workers.chunks(out, chunk, |i, out| {
            let residual = residual.map(|all| &all[i * chunk..][..out.len()]);
            let first = i * rows;
            let count = rows.min(tiles.down - first) * tiles.across;
            let point = (count * conv.inputs).next_multiple_of(LINE) + LINE;
            // An odd number of lines between points keeps 36 streams out of each other's way in the cache.
            let products = (count | 1) * conv.cpu.panel();
            let mut scratch = pool.lend(POINTS * (point + products) + POINTS * conv.inputs);
            let (points, rest) = scratch.split_at_mut(POINTS * point);
            let (products, patch) = rest.split_at_mut(POINTS * products);
            let layer = Layer { input, residual, ..layer };
            conv.cpu.run(Band { conv, filters, layer, tiles, first, count, points, products, patch, out });
        });
    }
}

struct Band<'a> {
    conv: &'a Winograd,
    filters: &'a [f32],
    /// Input: the whole picture; residual: the band.
    layer: Layer<'a>,
    tiles: Tiles,
    /// The first row of tiles.
    first: usize,
    /// Tiles in the band.
    count: usize,
    /// Transformed inputs: (point, tile, input).
    points: &'a mut [f32],
    /// Products of one panel: (point, tile, output in the panel).
    products: &'a mut [f32],
    /// A tile at the edge.
    patch: &'a mut [f32],
    out: &'a mut [f32],
}

impl WithSimd for Band<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { conv, layer, tiles, count, .. } = self;
        let (inputs, width) = (conv.inputs, 2 * S::F32_LANES);
        let point = self.points.len() / POINTS;
        for tile in 0..count {
            let (y, x) = ((self.first + tile / tiles.across) * OUT, (tile % tiles.across) * OUT);
            let into = Points { numbers: self.points, tile, depth: inputs, point };
            transform_at(simd, layer, inputs, (y, x), self.patch, into);
        }
        let product_stride = self.products.len() / POINTS;
        let rows = self.out.len() / (layer.size.width * conv.outputs);
        for (p, filters) in self.filters.chunks_exact(POINTS * inputs * width).enumerate() {
            for (i, filters) in filters.chunks_exact(inputs * width).enumerate() {
                product(simd, &self.points[i * point..], count, filters, &mut self.products[i * product_stride..]);
            }
            for tile in 0..count {
                let (y, x) = ((tile / tiles.across) * OUT, (tile % tiles.across) * OUT);
                let target = OutputTile {
                    bias: &conv.bias[p * width..][..width],
                    residual: layer.residual,
                    relu: layer.relu,
                    start: (y * layer.size.width + x) * conv.outputs + p * width,
                    pixel: conv.outputs,
                    row: layer.size.width * conv.outputs,
                    height: OUT.min(rows - y),
                    width: OUT.min(layer.size.width - x),
                };
                output_tile(simd, &self.products[tile * width..], product_stride, &target, self.out);
            }
        }
    }
}

/// Where a tile's points go: (piece of the channels, point, tile, channel in the piece).
pub(super) struct Points<'a> {
    pub numbers: &'a mut [f32],
    pub tile: usize,
    /// Channels of a piece.
    pub depth: usize,
    /// Numbers from a point to the next.
    pub point: usize,
}

/// Transforms the tile whose first output is at `(y, x)` of the (only) picture of `layer`.
#[inline(always)]
pub(super) fn transform_at<S: Simd>(
    simd: S,
    layer: Layer<'_>,
    channels: usize,
    (y, x): (usize, usize),
    patch: &mut [f32],
    into: Points<'_>,
) {
    const { assert!(IN * IN == POINTS && TAPS == 9) };
    let row = layer.size.width * channels;
    let inside = y >= 1 && x >= 1 && y - 1 + IN <= layer.size.height && x - 1 + IN <= layer.size.width;
    let tile = if inside {
        InputTile { pixels: &layer.input[(y - 1) * row + (x - 1) * channels..], row, channels }
    } else {
        copy_edge(layer.input, layer.size, channels, y as isize - 1, x as isize - 1, patch);
        InputTile { pixels: patch, row: IN * channels, channels }
    };
    for (piece, numbers) in into.numbers.chunks_mut(POINTS * into.point).enumerate() {
        let range = piece * into.depth..((piece + 1) * into.depth).min(channels);
        input_tile(simd, &tile, range, &mut numbers[into.tile * into.depth..], into.point);
    }
}
