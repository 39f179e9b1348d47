//! The three transforms of F(4×4, 3×3), for the points 0, ±1, ±2 and infinity.
//!
//! With Lavin & Gray's matrices Bᵀ, G and Aᵀ, except that rows 1 and 2 of G and Bᵀ both change their sign, and G is multiplied
//! by 6 (a filter, transformed in both directions, by 36: it is divided by 36 when packed), which saves multiplications.
//!
//! Vectors are gathered in plain loops: what `std::array::from_fn` calls is not always inlined, and then every multiplication is
//! a call.
//!
//! Must not know: which tiles of which pictures there are, or the order of work.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::super::{Size, relu_of};
use super::{IN, OUT, POINTS, TAPS};
use crate::nn::simd::cpu::{mul_add, vectors, vectors_mut};

/// `Bᵀ x`: six inputs of a row or column.
#[inline(always)]
fn input_points<S: Simd>(simd: S, x: [S::f32s; IN]) -> [S::f32s; IN] {
    let number = |v: f32| simd.splat_f32s(v);
    let near_even = mul_add(simd, number(4.0), x[2], simd.neg_f32s(x[4]));
    let near_odd = mul_add(simd, number(4.0), x[1], simd.neg_f32s(x[3]));
    let far_even = simd.sub_f32s(x[4], x[2]);
    let far_odd = simd.sub_f32s(x[3], x[1]);
    [
        mul_add(simd, number(4.0), x[0], mul_add(simd, number(-5.0), x[2], x[4])),
        simd.add_f32s(near_even, near_odd),
        simd.sub_f32s(near_even, near_odd),
        mul_add(simd, number(2.0), far_odd, far_even),
        mul_add(simd, number(-2.0), far_odd, far_even),
        mul_add(simd, number(4.0), x[1], mul_add(simd, number(-5.0), x[3], x[5])),
    ]
}

/// `6 G g`: three weights of a row or column.
#[inline(always)]
fn filter_points<S: Simd>(simd: S, g: [S::f32s; 3]) -> [S::f32s; IN] {
    let number = |v: f32| simd.splat_f32s(v);
    let near = simd.add_f32s(g[0], g[2]);
    let far = mul_add(simd, number(0.25), g[0], g[2]);
    [
        simd.mul_f32s(number(1.5), g[0]),
        simd.add_f32s(near, g[1]),
        simd.sub_f32s(near, g[1]),
        mul_add(simd, number(0.5), g[1], far),
        mul_add(simd, number(-0.5), g[1], far),
        simd.mul_f32s(number(6.0), g[2]),
    ]
}

/// `Aᵀ m`: six products to four outputs.
#[inline(always)]
fn outputs<S: Simd>(simd: S, m: [S::f32s; IN]) -> [S::f32s; OUT] {
    let number = |v: f32| simd.splat_f32s(v);
    let (near_sum, near_difference) = (simd.add_f32s(m[1], m[2]), simd.sub_f32s(m[1], m[2]));
    let (far_sum, far_difference) = (simd.add_f32s(m[3], m[4]), simd.sub_f32s(m[3], m[4]));
    [
        simd.add_f32s(simd.add_f32s(m[0], near_sum), far_sum),
        mul_add(simd, number(2.0), far_difference, near_difference),
        mul_add(simd, number(4.0), far_sum, near_sum),
        simd.add_f32s(mul_add(simd, number(8.0), far_difference, near_difference), m[5]),
    ]
}

/// Transforms row `row` (of six) of the points of filters (input, tap, one panel) into `out` (column, input, one panel).
pub(super) struct FilterRow<'a> {
    pub plain: &'a [f32],
    pub row: usize,
    pub out: &'a mut [f32],
}

impl WithSimd for FilterRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        filter_row(simd, self.plain, self.row, self.out);
    }
}

/// The same, from within a kernel.
#[inline(always)]
pub(super) fn filter_row<S: Simd>(simd: S, plain: &[f32], row: usize, out: &mut [f32]) {
    match row {
        0 => filter_row_of::<S, 0>(simd, plain, out),
        1 => filter_row_of::<S, 1>(simd, plain, out),
        2 => filter_row_of::<S, 2>(simd, plain, out),
        3 => filter_row_of::<S, 3>(simd, plain, out),
        4 => filter_row_of::<S, 4>(simd, plain, out),
        _ => filter_row_of::<S, 5>(simd, plain, out),
    }
}

/// With the row a constant, so that what other rows need is not computed.
#[inline(always)]
fn filter_row_of<S: Simd, const ROW: usize>(simd: S, plain: &[f32], out: &mut [f32]) {
    let (plain, _) = vectors::<S>(plain).as_chunks::<{ 2 * TAPS }>();
    let inputs = plain.len();
    let (out, _) = vectors_mut::<S>(out).as_chunks_mut::<2>();
    let mut columns: [&mut [[S::f32s; 2]]; IN] = [&mut [], &mut [], &mut [], &mut [], &mut [], &mut []];
    for (column, out) in columns.iter_mut().zip(out.chunks_exact_mut(inputs)) {
        *column = out;
    }
    for (input, taps) in plain.iter().enumerate() {
        for half in 0..2 {
            let tap = |at: usize| taps[2 * at + half];
            let row = |column: [S::f32s; 3]| filter_points(simd, column)[ROW];
            let across = [row([tap(0), tap(3), tap(6)]), row([tap(1), tap(4), tap(7)]), row([tap(2), tap(5), tap(8)])];
            let points = filter_points(simd, across);
            for (column, point) in columns.iter_mut().zip(points) {
                column[input][half] = point;
            }
        }
    }
}

/// A tile of 6×6 pixels to be transformed.
pub(super) struct InputTile<'a> {
    /// Pixel (0, 0) of the tile and what follows it.
    pub pixels: &'a [f32],
    /// Numbers from a row of pixels to the next.
    pub row: usize,
    /// Channels of a pixel.
    pub channels: usize,
}

/// Transforms channels `channels` of a tile into `out[point · stride ..]` for each of the 36 points.
#[inline(always)]
pub(super) fn input_tile<S: Simd>(
    simd: S,
    tile: &InputTile<'_>,
    channels: Range<usize>,
    out: &mut [f32],
    stride: usize,
) {
    let lanes = S::F32_LANES;
    let pixel = tile.channels / lanes;
    let pixels = vectors::<S>(tile.pixels);
    let row = tile.row / lanes;
    let mut rows: [&[S::f32s]; IN] = [&[]; IN];
    for (y, out) in rows.iter_mut().enumerate() {
        *out = &pixels[y * row..][..IN * pixel];
    }
    let stride = stride / lanes;
    let (first, count) = (channels.start / lanes, channels.len() / lanes);
    let out = &mut vectors_mut::<S>(out)[..(POINTS - 1) * stride + count];
    for (channel, place) in (first..first + count).zip(0..) {
        let mut down = [[simd.splat_f32s(0.0); IN]; IN];
        for x in 0..IN {
            let mut column = [simd.splat_f32s(0.0); IN];
            for (value, row) in column.iter_mut().zip(&rows) {
                *value = row[x * pixel + channel];
            }
            let points = input_points(simd, column);
            for y in 0..IN {
                down[y][x] = points[y];
            }
        }
        for (y, down) in down.into_iter().enumerate() {
            for (x, point) in input_points(simd, down).into_iter().enumerate() {
                out[(y * IN + x) * stride + place] = point;
            }
        }
    }
}

/// Copies the tile with its upper left corner at (`top`, `left`), which may lie partly outside of the picture, to `patch`
/// (6, 6, channels) with zeros where there is no picture.
pub(super) fn copy_edge(picture: &[f32], size: Size, channels: usize, top: isize, left: isize, patch: &mut [f32]) {
    let inside = |at: isize, len: usize| usize::try_from(at).ok().filter(|&at| at < len);
    for (y, row) in patch.chunks_exact_mut(IN * channels).enumerate() {
        for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
            match (inside(top + y as isize, size.height), inside(left + x as isize, size.width)) {
                (Some(y), Some(x)) => pixel.copy_from_slice(&picture[(y * size.width + x) * channels..][..channels]),
                _ => pixel.fill(0.0),
            }
        }
    }
}

/// Where a tile's outputs go.
pub(super) struct OutputTile<'a> {
    /// The panel of the bias.
    pub bias: &'a [f32],
    /// Added before ReLU; laid out as the output.
    pub residual: Option<&'a [f32]>,
    pub relu: bool,
    /// Where in the output the tile's first pixel has this panel.
    pub start: usize,
    /// Numbers from a pixel to the next, and from a row to the next.
    pub pixel: usize,
    pub row: usize,
    /// Rows and columns that lie in the picture, 4 at most.
    pub height: usize,
    pub width: usize,
}

/// Transforms products `products[point · stride ..][..panel]` into the tile's outputs.
#[inline(always)]
pub(super) fn output_tile<S: Simd>(simd: S, products: &[f32], stride: usize, tile: &OutputTile<'_>, out: &mut [f32]) {
    let lanes = S::F32_LANES;
    let products = vectors::<S>(products);
    let stride = stride / lanes;
    let products = &products[..(POINTS - 1) * stride + 2];
    let bias = vectors::<S>(tile.bias);
    for half in 0..2 {
        let mut down = [[simd.splat_f32s(0.0); IN]; OUT];
        for x in 0..IN {
            let mut column = [simd.splat_f32s(0.0); IN];
            for (y, value) in column.iter_mut().enumerate() {
                *value = products[(y * IN + x) * stride + half];
            }
            let column = outputs(simd, column);
            for y in 0..OUT {
                down[y][x] = column[y];
            }
        }
        for (y, down) in down.into_iter().enumerate().take(tile.height) {
            for (x, value) in outputs(simd, down).into_iter().enumerate().take(tile.width) {
                let at = tile.start + y * tile.row + x * tile.pixel + half * lanes;
                let mut value = simd.add_f32s(value, bias[half]);
                if let Some(residual) = tile.residual {
                    value = simd.add_f32s(value, vectors::<S>(&residual[at..at + lanes])[0]);
                }
                if tile.relu {
                    value = relu_of(simd, value);
                }
                vectors_mut::<S>(&mut out[at..at + lanes])[0] = value;
            }
        }
    }
}
