//! Step by step over many tiles of several pictures, each step shared by all threads, for small pictures with many channels.
//!
//! Must not know: the arithmetic of the transforms.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::super::workers::Workers;
use super::banded::{Points, transform_at};
use super::transform::{OutputTile, filter_row, output_tile};
use super::{Filters, IN, Layer, OUT, POINTS, TAPS, Tiles, Winograd};
use crate::nn::simd::tile::{product, product_onto};
use crate::nn::simd::{LINE, Pool};

/// Tiles whose transformed inputs lie together: whole or nearly whole groups of rows of the register tile.
const BLOCK: usize = 24;
/// Tiles that go through the steps together, at least one picture: what lies between the steps has 36 numbers per tile and
/// channel, and should fit the last cache.
const TILES: usize = 96;

/// Inputs whose filters are transformed together, where they are not kept: six points of them fit a core's first cache or so.
const DEPTH: usize = 32;

/// Convolves all pictures.
pub(super) fn run(conv: &Winograd, workers: Workers, pool: &Pool, layer: Layer<'_>, out: &mut [f32]) {
    let tiles = Tiles::of(layer.size);
    let pictures = (TILES / tiles.count()).max(1);
    let (input, output) = (layer.size.pixels() * conv.inputs, layer.size.pixels() * conv.outputs);
    for (i, out) in out.chunks_mut(pictures * output).enumerate() {
        let count = out.len() / output;
        let layer = Layer {
            input: &layer.input[i * pictures * input..][..count * input],
            residual: layer.residual.map(|all| &all[i * pictures * output..][..out.len()]),
            ..layer
        };
        run_together(conv, workers, pool, layer, tiles, count * tiles.count(), out);
    }
}

fn run_together(
    conv: &Winograd,
    workers: Workers,
    pool: &Pool,
    layer: Layer<'_>,
    tiles: Tiles,
    count: usize,
    out: &mut [f32],
) {
    let width = conv.cpu.panel();
    // Step 1: inputs to points, (block of tiles, piece of the inputs, point, tile, input in the piece): what step 2 reads
    // together lies together. Between points lies one more line than their numbers need: 36 streams whose distance is a power
    // of two would fight for the same lines of the cache.
    let depth = match &conv.filters {
        Filters::Transformed(_) => conv.inputs,
        Filters::Plain(_) => DEPTH.min(conv.inputs),
    };
    let point = BLOCK * depth + LINE;
    let block = conv.inputs.div_ceil(depth) * POINTS * point;
    let mut points = pool.lend(count.div_ceil(BLOCK) * block);
    workers.chunks(&mut points, block, |i, points| {
        let mut patch = pool.lend(POINTS * conv.inputs);
        let first = i * BLOCK;
        conv.cpu.run(Inputs {
            conv,
            layer,
            tiles,
            first,
            count: BLOCK.min(count - first),
            depth,
            patch: &mut patch,
            points,
        });
    });
    // Step 2: products, (panel, point, tile, output in the panel).
    let stride = (count | 1) * width;
    let panels = conv.outputs / width;
    let mut products = pool.lend(panels * POINTS * stride);
    match &conv.filters {
        Filters::Transformed(all) => workers.chunks(&mut products, IN * stride, |i, products| {
            let len = IN * conv.inputs * width;
            let filters = &all[i * len..][..len];
            conv.cpu.run(Products { points: &points, point, row: i % IN, count, filters, products });
        }),
        // A task takes as many rows of a panel's points as leaves work for every thread: its filters are read once.
        Filters::Plain(all) => {
            let rows = [6, 3, 2].into_iter().find(|rows| panels * IN / rows >= workers.count()).unwrap_or(1);
            workers.chunks(&mut products, rows * IN * stride, |i, products| {
                let (panel, row) = (i * rows / IN, i * rows % IN);
                let plain = &all[panel * conv.inputs * TAPS * width..][..conv.inputs * TAPS * width];
                let mut filters = pool.lend(IN * DEPTH * width);
                conv.cpu.run(TransformAndProducts {
                    plain,
                    points: &points,
                    block,
                    point,
                    depth,
                    rows: row..row + rows,
                    count,
                    filters: &mut filters,
                    products,
                });
            });
        }
    }
    // Step 3: products to outputs; one task is a row of tiles of a picture.
    let picture = layer.size.pixels() * conv.outputs;
    let chunk = OUT * layer.size.width * conv.outputs;
    let finish = |n: usize, row: usize, out: &mut [f32]| {
        let residual = layer.residual.map(|all| &all[n * picture + row * chunk..][..out.len()]);
        let first = n * tiles.count() + row * tiles.across;
        conv.cpu.run(Outputs {
            conv,
            products: &products,
            stride,
            layer: Layer { residual, ..layer },
            first,
            across: tiles.across,
            out,
        });
    };
    if out.len() == picture {
        workers.chunks(out, chunk, |row, out| finish(0, row, out));
    } else {
        workers.chunks(out, picture, |n, out| {
            out.chunks_mut(chunk).enumerate().for_each(|(row, out)| finish(n, row, out));
        });
    }
}

/// Step 1 for one block of tiles.
struct Inputs<'a> {
    conv: &'a Winograd,
    layer: Layer<'a>,
    tiles: Tiles,
    /// The first tile, counted over all pictures.
    first: usize,
    count: usize,
    /// Inputs of a piece.
    depth: usize,
    patch: &'a mut [f32],
    points: &'a mut [f32],
}

impl WithSimd for Inputs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let inputs = self.conv.inputs;
        let picture = self.layer.size.pixels() * inputs;
        let depth = self.depth;
        let point = self.points.len() / (POINTS * inputs.div_ceil(depth));
        for tile in 0..self.count {
            let at = self.first + tile;
            let (n, at) = (at / self.tiles.count(), at % self.tiles.count());
            let (y, x) = ((at / self.tiles.across) * OUT, (at % self.tiles.across) * OUT);
            let layer = Layer { input: &self.layer.input[n * picture..][..picture], ..self.layer };
            let into = Points { numbers: self.points, tile, depth, point };
            transform_at(simd, layer, inputs, (y, x), self.patch, into);
        }
    }
}

/// Step 2 for a row of points of one panel.
struct Products<'a> {
    points: &'a [f32],
    /// Numbers from a point to the next.
    point: usize,
    row: usize,
    count: usize,
    /// (column, input, output in the panel)
    filters: &'a [f32],
    products: &'a mut [f32],
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = 2 * S::F32_LANES;
        let (filter, stride) = (self.filters.len() / IN, self.products.len() / IN);
        for column in 0..IN {
            let filters = &self.filters[column * filter..][..filter];
            let products = &mut self.products[column * stride..][..stride];
            for (i, points) in self.points.chunks_exact(POINTS * self.point).enumerate() {
                let points = &points[(self.row * IN + column) * self.point..];
                let first = i * BLOCK;
                product(simd, points, BLOCK.min(self.count - first), filters, &mut products[first * width..]);
            }
        }
    }
}

/// Step 2 for a few rows of points of one panel, when the filters have yet to be transformed: [`DEPTH`] inputs at a time, so
/// that they never leave the core's first caches.
struct TransformAndProducts<'a> {
    plain: &'a [f32],
    points: &'a [f32],
    /// Numbers from a block of tiles to the next, and from a point to the next.
    block: usize,
    point: usize,
    /// Inputs of a piece; the last one may have fewer, its rows are as long.
    depth: usize,
    rows: Range<usize>,
    count: usize,
    filters: &'a mut [f32],
    products: &'a mut [f32],
}

impl WithSimd for TransformAndProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { plain, points, block, point, depth, rows, count, filters, products } = self;
        let width = 2 * S::F32_LANES;
        let stride = products.len() / (rows.len() * IN);
        for (piece, plain) in plain.chunks(depth * TAPS * width).enumerate() {
            let filter = plain.len() / TAPS;
            for row in rows.clone() {
                let filters = &mut filters[..IN * filter];
                filter_row(simd, plain, row, filters);
                for (column, filters) in filters.chunks_exact(filter).enumerate() {
                    let products = &mut products[((row - rows.start) * IN + column) * stride..][..stride];
                    for (i, points) in points.chunks_exact(block).enumerate() {
                        let points = &points[(piece * POINTS + row * IN + column) * point..];
                        let (first, count) = (i * BLOCK, BLOCK.min(count - i * BLOCK));
                        let products = &mut products[first * width..];
                        product_onto(simd, (points, depth), count, filters, products, piece > 0);
                    }
                }
            }
        }
    }
}

/// Step 3 for a row of tiles.
struct Outputs<'a> {
    conv: &'a Winograd,
    products: &'a [f32],
    stride: usize,
    /// Residual: only these rows.
    layer: Layer<'a>,
    /// The first tile, counted over all pictures.
    first: usize,
    across: usize,
    out: &'a mut [f32],
}

impl WithSimd for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { conv, layer, stride, .. } = self;
        let width = 2 * S::F32_LANES;
        let rows = self.out.len() / (layer.size.width * conv.outputs);
        for (p, products) in self.products.chunks_exact(POINTS * stride).enumerate() {
            for tile in 0..self.across {
                let x = tile * OUT;
                let target = OutputTile {
                    bias: &conv.bias[p * width..][..width],
                    residual: layer.residual,
                    relu: layer.relu,
                    start: x * conv.outputs + p * width,
                    pixel: conv.outputs,
                    row: layer.size.width * conv.outputs,
                    height: OUT.min(rows),
                    width: OUT.min(layer.size.width - x),
                };
                output_tile(simd, &products[(self.first + tile) * width..], stride, &target, self.out);
            }
        }
    }
}
