//! Convolution 3×3 with stride 1 by Winograd's F(4×4, 3×3): 36 multiplications for 16 outputs instead of 144.
//!
//! Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015 (arXiv 1509.09308). A tile of 6×6 inputs d becomes
//! Bᵀ·d·B, a kernel g becomes G·g·Gᵀ, their products summed over the channels are 36 matrix products, and Aᵀ·m·A are 4×4 outputs.
//! The gradients are the same maps transposed, so that they too need a quarter of the multiplications.
//!
//! All loops run over 16 channels at a time.

use std::ops::Range;

use super::lifting::{Lifting, PlanesMut};
use super::shape::ConvShape;
use super::vectorized::vectorized;

/// Outputs of a tile along one side.
const TILE: usize = 4;
/// Inputs of a tile along one side.
const REACH: usize = TILE + 2;
/// Numbers of a lifted tile.
const PLANES: usize = REACH * REACH;
/// Numbers of a kernel.
const TAPS: usize = 9;
/// Channels that are handled together.
const LANES: usize = 16;

/// As many channels side by side.
type Lanes = [f32; LANES];

/// A 3×3 convolution with stride 1.
#[derive(Clone, Copy, Debug)]
pub struct Winograd(ConvShape);

impl Winograd {
    /// For `shape`; `None` when it is not 3×3 with stride 1.
    pub fn new(shape: ConvShape) -> Option<Self> {
        (shape.kh == 3 && shape.kw == 3 && shape.stride == 1).then_some(Self(shape))
    }

    fn tiles(&self) -> usize {
        self.0.ow.div_ceil(TILE)
    }
}

impl Lifting for Winograd {
    fn shape(&self) -> &ConvShape {
        &self.0
    }

    fn planes(&self) -> usize {
        PLANES
    }

    fn width(&self) -> usize {
        self.0.c
    }

    fn strip(&self) -> usize {
        TILE
    }

    fn strip_rows(&self) -> usize {
        self.tiles()
    }

    fn direct(&self) -> bool {
        false
    }

    fn pack(&self, weight: &[f32], packed: PlanesMut<'_, '_>) {
        pack(&self.0, weight, packed);
    }

    fn unpack(&self, packed: &[&[f32]], weight: &mut [f32]) {
        unpack(&self.0, packed, weight);
    }

    fn lift_input(&self, x: &[f32], strip: usize, lifted: PlanesMut<'_, '_>) {
        lift_input(&self.0, x, strip, lifted);
    }

    fn land_output(&self, product: &[&[f32]], bias: Option<&[f32]>, out: &mut [f32]) {
        land_output(&self.0, product, bias, out);
    }

    fn lift_gradient(&self, dy: &[f32], lifted: PlanesMut<'_, '_>) {
        lift_gradient(&self.0, dy, lifted);
    }

    fn land_gradient(&self, product: &[&[f32]], strips: Range<usize>, rows: Range<usize>, dx: &mut [f32]) {
        land_gradient(&self.0, product, strips, rows, dx);
    }
}

/// The `count` numbers at `at`, the other lanes nought.
#[inline(always)]
fn load(from: &[f32], at: usize, count: usize) -> Lanes {
    let from = &from[at..at + count];
    match from.first_chunk::<LANES>() {
        Some(whole) => *whole,
        None => std::array::from_fn(|i| from.get(i).copied().unwrap_or(0.0)),
    }
}

/// Writes the first `count` lanes.
#[inline(always)]
fn store(to: &mut [f32], at: usize, lanes: &Lanes, count: usize) {
    let to = &mut to[at..at + count];
    match to.first_chunk_mut::<LANES>() {
        Some(whole) => *whole = *lanes,
        None => to.copy_from_slice(&lanes[..count]),
    }
}

/// The same expression for every lane.
#[inline(always)]
fn each<const N: usize, const M: usize>(input: [Lanes; N], f: impl Fn([f32; N]) -> [f32; M]) -> [Lanes; M] {
    let mut out = [[0.0; LANES]; M];
    for lane in 0..LANES {
        let result = f(std::array::from_fn(|i| input[i][lane]));
        for (out, result) in out.iter_mut().zip(result) {
            out[lane] = result;
        }
    }
    out
}

/// Bᵀ·d.
#[inline(always)]
fn bt([d0, d1, d2, d3, d4, d5]: [f32; 6]) -> [f32; 6] {
    let (a, b) = (d4 - 4.0 * d2, d3 - 4.0 * d1);
    let (c, e) = (d4 - d2, 2.0 * (d3 - d1));
    [4.0 * d0 - 5.0 * d2 + d4, a + b, a - b, c + e, c - e, 4.0 * d1 - 5.0 * d3 + d5]
}

/// B·v, the transpose of [`bt`].
#[inline(always)]
fn b([v0, v1, v2, v3, v4, v5]: [f32; 6]) -> [f32; 6] {
    let (s, d, p, q) = (v1 + v2, v1 - v2, v3 + v4, v3 - v4);
    [4.0 * v0, 4.0 * (v5 - d) - 2.0 * q, -5.0 * v0 - 4.0 * s - p, d + 2.0 * q - 5.0 * v5, v0 + s + p, v5]
}

/// Aᵀ·m.
#[inline(always)]
fn at([m0, m1, m2, m3, m4, m5]: [f32; 6]) -> [f32; 4] {
    let (s, d, p, q) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
    [m0 + s + p, d + 2.0 * q, s + 4.0 * p, d + 8.0 * q + m5]
}

/// A·y, the transpose of [`at`].
#[inline(always)]
fn a([y0, y1, y2, y3]: [f32; 4]) -> [f32; 6] {
    let (e, o) = (y0 + y2, y1 + y3);
    let (e2, o2) = (y0 + 4.0 * y2, 2.0 * y1 + 8.0 * y3);
    [y0, e + o, e - o, e2 + o2, e2 - o2, y3]
}

/// G·g.
#[inline(always)]
fn g([g0, g1, g2]: [f32; 3]) -> [f32; 6] {
    let outer = (g0 + g2) * (-1.0 / 6.0);
    let middle = g1 * (1.0 / 6.0);
    let (even, odd) = (g0 * (1.0 / 24.0) + g2 * (1.0 / 6.0), g1 * (1.0 / 12.0));
    [g0 * 0.25, outer - middle, outer + middle, even + odd, even - odd, g2]
}

/// Gᵀ·u, the transpose of [`g`].
#[inline(always)]
fn gt([u0, u1, u2, u3, u4, u5]: [f32; 6]) -> [f32; 3] {
    let (s, d, p, q) = (u1 + u2, u1 - u2, u3 + u4, u3 - u4);
    let common = s * (-1.0 / 6.0);
    [u0 * 0.25 + common + p * (1.0 / 24.0), d * (-1.0 / 6.0) + q * (1.0 / 12.0), common + p * (1.0 / 6.0) + u5]
}

/// Column `column` of a matrix of lanes.
#[inline(always)]
fn column<const N: usize, const M: usize>(rows: &[[Lanes; M]; N], column: usize) -> [Lanes; N] {
    std::array::from_fn(|i| rows[i][column])
}

vectorized! {
    fn lift_input(s: &ConvShape, x: &[f32], strip: usize, lifted: &mut [&mut [f32]]) {
        let c = s.c;
        for tile in 0..s.ow.div_ceil(TILE) {
            // Pixel (i, j) of the tile, where it is inside the picture.
            let row = |i: usize| (strip * TILE + i).checked_sub(s.padding).filter(|y| *y < s.h);
            let pixel = |j: usize| (tile * TILE + j).checked_sub(s.padding).filter(|x| *x < s.w);
            for first in (0..c).step_by(LANES) {
                let count = LANES.min(c - first);
                let mut columns = [[[0.0; LANES]; REACH]; REACH];
                for (j, lifted) in columns.iter_mut().enumerate() {
                    let Some(px) = pixel(j) else { continue };
                    let d: [Lanes; REACH] = std::array::from_fn(|i| match row(i) {
                        Some(py) => load(x, (py * s.w + px) * c + first, count),
                        None => [0.0; LANES],
                    });
                    *lifted = each(d, bt);
                }
                for i in 0..REACH {
                    let row = each(column(&columns, i), bt);
                    for (j, lanes) in row.iter().enumerate() {
                        store(lifted[i * REACH + j], tile * c + first, lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn land_output(s: &ConvShape, product: &[&[f32]], bias: Option<&[f32]>, out: &mut [f32]) {
        let o = s.o;
        let rows = out.len() / (s.ow * o);
        for tile in 0..s.ow.div_ceil(TILE) {
            let columns_inside = TILE.min(s.ow - tile * TILE);
            for first in (0..o).step_by(LANES) {
                let count = LANES.min(o - first);
                let shift = bias.map_or([0.0; LANES], |bias| load(bias, first, count));
                let mut columns = [[[0.0; LANES]; TILE]; REACH];
                for (j, landed) in columns.iter_mut().enumerate() {
                    *landed = each(std::array::from_fn(|i| load(product[i * REACH + j], tile * o + first, count)), at);
                }
                for i in 0..rows.min(TILE) {
                    let row = each(column(&columns, i), at);
                    for (j, mut lanes) in row.into_iter().enumerate().take(columns_inside) {
                        lanes.iter_mut().zip(&shift).for_each(|(lane, shift)| *lane += shift);
                        store(out, (i * s.ow + tile * TILE + j) * o + first, &lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn lift_gradient(s: &ConvShape, dy: &[f32], lifted: &mut [&mut [f32]]) {
        let o = s.o;
        let rows = dy.len() / (s.ow * o);
        for tile in 0..s.ow.div_ceil(TILE) {
            let columns_inside = TILE.min(s.ow - tile * TILE);
            for first in (0..o).step_by(LANES) {
                let count = LANES.min(o - first);
                let mut columns = [[[0.0; LANES]; REACH]; TILE];
                for (j, lifted) in columns.iter_mut().enumerate().take(columns_inside) {
                    let y: [Lanes; TILE] = std::array::from_fn(|i| {
                        if i < rows { load(dy, (i * s.ow + tile * TILE + j) * o + first, count) } else { [0.0; LANES] }
                    });
                    *lifted = each(y, a);
                }
                for i in 0..REACH {
                    let row = each(column(&columns, i), a);
                    for (j, lanes) in row.iter().enumerate() {
                        store(lifted[i * REACH + j], tile * o + first, lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn land_gradient(s: &ConvShape, product: &[&[f32]], strips: Range<usize>, rows: Range<usize>, dx: &mut [f32]) {
        let c = s.c;
        let tiles = s.ow.div_ceil(TILE);
        for strip in strips.clone() {
            let top = strip * TILE;
            // The tile's rows that fall into `rows`.
            let inside = |i: usize| (top + i).checked_sub(s.padding).filter(|y| rows.contains(y));
            if !(0..REACH).any(|i| inside(i).is_some()) {
                continue;
            }
            for tile in 0..tiles {
                let offset = ((strip - strips.start) * tiles + tile) * c;
                let pixel = |j: usize| (tile * TILE + j).checked_sub(s.padding).filter(|x| *x < s.w);
                for first in (0..c).step_by(LANES) {
                    let count = LANES.min(c - first);
                    let mut columns = [[[0.0; LANES]; REACH]; REACH];
                    for (j, landed) in columns.iter_mut().enumerate() {
                        *landed = each(std::array::from_fn(|i| load(product[i * REACH + j], offset + first, count)), b);
                    }
                    for i in 0..REACH {
                        let Some(y) = inside(i) else { continue };
                        let row = each(column(&columns, i), b);
                        for (j, lanes) in row.iter().enumerate() {
                            let Some(px) = pixel(j) else { continue };
                            let at = ((y - rows.start) * s.w + px) * c + first;
                            let mut sum = load(dx, at, count);
                            sum.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += lane);
                            store(dx, at, &sum, count);
                        }
                    }
                }
            }
        }
    }
}

vectorized! {
    fn pack(s: &ConvShape, weight: &[f32], packed: &mut [&mut [f32]]) {
        let (o, taps) = (s.o, s.c * TAPS);
        for channel in 0..s.c {
            for first in (0..o).step_by(LANES) {
                let count = LANES.min(o - first);
                // Sixteen kernels of this channel, turned so that they lie side by side.
                let mut kernels = [[[0.0; LANES]; 3]; 3];
                for lane in 0..count {
                    let kernel = &weight[(first + lane) * taps + channel * TAPS..][..TAPS];
                    for (tap, value) in kernel.iter().enumerate() {
                        kernels[tap % 3][tap / 3][lane] = *value;
                    }
                }
                let columns: [[Lanes; REACH]; 3] = std::array::from_fn(|j| each(kernels[j], g));
                for i in 0..REACH {
                    let row = each(column(&columns, i), g);
                    for (j, lanes) in row.iter().enumerate() {
                        store(packed[i * REACH + j], channel * o + first, lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn unpack(s: &ConvShape, packed: &[&[f32]], weight: &mut [f32]) {
        let (o, taps) = (s.o, s.c * TAPS);
        for channel in 0..s.c {
            for first in (0..o).step_by(LANES) {
                let count = LANES.min(o - first);
                let columns: [[Lanes; 3]; REACH] = std::array::from_fn(|j| {
                    each(std::array::from_fn(|i| load(packed[i * REACH + j], channel * o + first, count)), gt)
                });
                let rows: [[Lanes; 3]; 3] = std::array::from_fn(|i| each(column(&columns, i), gt));
                for lane in 0..count {
                    let kernel = &mut weight[(first + lane) * taps + channel * TAPS..][..TAPS];
                    for (tap, value) in kernel.iter_mut().enumerate() {
                        *value = rows[tap / 3][tap % 3][lane];
                    }
                }
            }
        }
    }
}
