//! Convolution 3×3 with stride 1 by Winograd's method: a tile of inputs becomes as many numbers, one for each matrix product over
//! the channels, and their products become the outputs ([`super::transforms`] has the arithmetic).
//!
//! The gradients are the same maps transposed, so that they too need as few multiplications. All loops run over 16 channels at a
//! time.

use std::marker::PhantomData;
use std::ops::Range;

use super::lifting::{Lifting, PlanesMut};
use super::shape::ConvShape;
use super::transforms::Transform;
use super::vectorized::vectorized;

/// Numbers of a kernel.
const TAPS: usize = 9;
/// Channels that are handled together.
const LANES: usize = 16;

/// As many channels side by side.
type Lanes = [f32; LANES];

/// A 3×3 convolution with stride 1 in tiles of `OUT`×`OUT` outputs.
#[derive(Clone, Copy, Debug)]
pub struct Winograd<const OUT: usize, const IN: usize, T> {
    shape: ConvShape,
    transform: PhantomData<T>,
}

impl<const OUT: usize, const IN: usize, T: Transform<OUT, IN>> Winograd<OUT, IN, T> {
    /// For `shape`; `None` when it is not 3×3 with stride 1.
    pub fn new(shape: ConvShape) -> Option<Self> {
        (shape.kh == 3 && shape.kw == 3 && shape.stride == 1).then_some(Self { shape, transform: PhantomData })
    }
}

impl<const OUT: usize, const IN: usize, T: Transform<OUT, IN>> Lifting for Winograd<OUT, IN, T> {
    fn shape(&self) -> &ConvShape {
        &self.shape
    }

    fn planes(&self) -> usize {
        IN * IN
    }

    fn width(&self) -> usize {
        self.shape.c
    }

    fn strip(&self) -> usize {
        OUT
    }

    fn strip_rows(&self) -> usize {
        self.shape.ow.div_ceil(OUT)
    }

    fn direct(&self) -> bool {
        false
    }

    fn pack(&self, weight: &[f32], rows: Range<usize>, packed: PlanesMut<'_, '_>) {
        pack::<OUT, IN, T>(&self.shape, weight, rows, packed);
    }

    fn unpack(&self, packed: &[&[f32]], outputs: Range<usize>, weight: &mut [f32]) {
        unpack::<OUT, IN, T>(&self.shape, packed, outputs, weight);
    }

    fn lift_input(&self, x: &[f32], top: usize, strip: usize, lifted: PlanesMut<'_, '_>) {
        lift_input::<OUT, IN, T>(&self.shape, x, top, strip, lifted);
    }

    fn land_output(&self, product: &[&[f32]], bias: Option<&[f32]>, out: &mut [f32]) {
        land_output::<OUT, IN, T>(&self.shape, product, bias, out);
    }

    fn lift_gradient(&self, dy: &[f32], lifted: PlanesMut<'_, '_>) {
        lift_gradient::<OUT, IN, T>(&self.shape, dy, lifted);
    }

    fn land_gradient(&self, product: &[&[f32]], strips: Range<usize>, rows: Range<usize>, dx: &mut [f32]) {
        land_gradient::<OUT, IN, T>(&self.shape, product, strips, rows, dx);
    }
}

/// The `count` numbers at `at`, the other lanes nought.
#[inline(always)]
fn load(from: &[f32], at: usize, count: usize) -> Lanes {
    let from = &from[at..at + count];
    if let Some(whole) = from.first_chunk::<LANES>() {
        return *whole;
    }
    let mut lanes = [0.0; LANES];
    lanes[..count].copy_from_slice(from);
    lanes
}

/// `N` times what `one` gives. (`std::array::from_fn` is not always inlined, and what is not inlined is compiled for the least
/// processor.)
#[inline(always)]
fn several<const N: usize>(one: impl Fn(usize) -> Lanes) -> [Lanes; N] {
    let mut all = [[0.0; LANES]; N];
    for (i, lanes) in all.iter_mut().enumerate() {
        *lanes = one(i);
    }
    all
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
        let mut values = [0.0; N];
        for (value, input) in values.iter_mut().zip(&input) {
            *value = input[lane];
        }
        let result = f(values);
        for (out, result) in out.iter_mut().zip(result) {
            out[lane] = result;
        }
    }
    out
}

/// Column `column` of a matrix of lanes.
#[inline(always)]
fn column<const N: usize, const M: usize>(rows: &[[Lanes; M]; N], column: usize) -> [Lanes; N] {
    several(|i| rows[i][column])
}

vectorized! {
    fn lift_input [const OUT: usize, const IN: usize, T: Transform<OUT, IN>] [OUT, IN, T] (s: &ConvShape, x: &[f32], top: usize, strip: usize, lifted: &mut [&mut [f32]]) {
        let c = s.c;
        // Filled anew for each tile: what is declared in the loop would be set to nought each time as well.
        let mut columns = [[[0.0; LANES]; IN]; IN];
        for tile in 0..s.ow.div_ceil(OUT) {
            // Pixel (i, j) of the tile, where it is inside the picture.
            let row = |i: usize| (strip * OUT + i).checked_sub(s.padding).filter(|y| *y < s.h);
            let pixel = |j: usize| (tile * OUT + j).checked_sub(s.padding).filter(|x| *x < s.w);
            for first in (0..c).step_by(LANES) {
                let count = LANES.min(c - first);
                for (j, lifted) in columns.iter_mut().enumerate() {
                    let Some(px) = pixel(j) else {
                        *lifted = [[0.0; LANES]; IN];
                        continue;
                    };
                    let d: [Lanes; IN] = several(|i| match row(i) {
                        Some(py) => load(x, ((py - top) * s.w + px) * c + first, count),
                        None => [0.0; LANES],
                    });
                    *lifted = each(d, T::bt);
                }
                for i in 0..IN {
                    let row = each(column(&columns, i), T::bt);
                    for (j, lanes) in row.iter().enumerate() {
                        store(lifted[i * IN + j], tile * c + first, lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn land_output [const OUT: usize, const IN: usize, T: Transform<OUT, IN>] [OUT, IN, T] (s: &ConvShape, product: &[&[f32]], bias: Option<&[f32]>, out: &mut [f32]) {
        let o = s.o;
        let rows = out.len() / (s.ow * o);
        let mut columns = [[[0.0; LANES]; OUT]; IN];
        for tile in 0..s.ow.div_ceil(OUT) {
            let columns_inside = OUT.min(s.ow - tile * OUT);
            for first in (0..o).step_by(LANES) {
                let count = LANES.min(o - first);
                let shift = bias.map_or([0.0; LANES], |bias| load(bias, first, count));
                for (j, landed) in columns.iter_mut().enumerate() {
                    *landed = each(several(|i| load(product[i * IN + j], tile * o + first, count)), T::at);
                }
                for i in 0..rows.min(OUT) {
                    let row = each(column(&columns, i), T::at);
                    for (j, mut lanes) in row.into_iter().enumerate().take(columns_inside) {
                        lanes.iter_mut().zip(&shift).for_each(|(lane, shift)| *lane += shift);
                        store(out, (i * s.ow + tile * OUT + j) * o + first, &lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn lift_gradient [const OUT: usize, const IN: usize, T: Transform<OUT, IN>] [OUT, IN, T] (s: &ConvShape, dy: &[f32], lifted: &mut [&mut [f32]]) {
        let o = s.o;
        let rows = dy.len() / (s.ow * o);
        let mut columns = [[[0.0; LANES]; IN]; OUT];
        for tile in 0..s.ow.div_ceil(OUT) {
            let columns_inside = OUT.min(s.ow - tile * OUT);
            for first in (0..o).step_by(LANES) {
                let count = LANES.min(o - first);
                for (j, lifted) in columns.iter_mut().enumerate() {
                    if j >= columns_inside {
                        *lifted = [[0.0; LANES]; IN];
                        continue;
                    }
                    let y: [Lanes; OUT] = several(|i| {
                        if i < rows { load(dy, (i * s.ow + tile * OUT + j) * o + first, count) } else { [0.0; LANES] }
                    });
                    *lifted = each(y, T::a);
                }
                for i in 0..IN {
                    let row = each(column(&columns, i), T::a);
                    for (j, lanes) in row.iter().enumerate() {
                        store(lifted[i * IN + j], tile * o + first, lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn land_gradient [const OUT: usize, const IN: usize, T: Transform<OUT, IN>] [OUT, IN, T] (s: &ConvShape, product: &[&[f32]], strips: Range<usize>, rows: Range<usize>, dx: &mut [f32]) {
        let c = s.c;
        let tiles = s.ow.div_ceil(OUT);
        let mut columns = [[[0.0; LANES]; IN]; IN];
        for strip in strips.clone() {
            let top = strip * OUT;
            // The tile's rows that fall into `rows`.
            let inside = |i: usize| (top + i).checked_sub(s.padding).filter(|y| rows.contains(y));
            if !(0..IN).any(|i| inside(i).is_some()) {
                continue;
            }
            for tile in 0..tiles {
                let offset = ((strip - strips.start) * tiles + tile) * c;
                let pixel = |j: usize| (tile * OUT + j).checked_sub(s.padding).filter(|x| *x < s.w);
                for first in (0..c).step_by(LANES) {
                    let count = LANES.min(c - first);
                    for (j, landed) in columns.iter_mut().enumerate() {
                        *landed = each(several(|i| load(product[i * IN + j], offset + first, count)), T::b);
                    }
                    for i in 0..IN {
                        let Some(y) = inside(i) else { continue };
                        let row = each(column(&columns, i), T::b);
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
    fn pack [const OUT: usize, const IN: usize, T: Transform<OUT, IN>] [OUT, IN, T] (s: &ConvShape, weight: &[f32], channels: Range<usize>, packed: &mut [&mut [f32]]) {
        let (o, taps) = (s.o, s.c * TAPS);
        for (row, channel) in channels.enumerate() {
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
                let mut columns = [[[0.0; LANES]; IN]; 3];
                for (columns, kernels) in columns.iter_mut().zip(kernels) {
                    *columns = each(kernels, T::g);
                }
                for i in 0..IN {
                    let points = each(column(&columns, i), T::g);
                    for (j, lanes) in points.iter().enumerate() {
                        store(packed[i * IN + j], row * o + first, lanes, count);
                    }
                }
            }
        }
    }
}

vectorized! {
    fn unpack [const OUT: usize, const IN: usize, T: Transform<OUT, IN>] [OUT, IN, T] (s: &ConvShape, packed: &[&[f32]], outputs: Range<usize>, weight: &mut [f32]) {
        let (o, taps) = (s.o, s.c * TAPS);
        for channel in 0..s.c {
            for first in outputs.clone().step_by(LANES) {
                let count = LANES.min(outputs.end - first);
                let mut columns = [[[0.0; LANES]; 3]; IN];
                for (j, columns) in columns.iter_mut().enumerate() {
                    *columns = each(several(|i| load(packed[i * IN + j], channel * o + first, count)), T::gt);
                }
                let mut rows = [[[0.0; LANES]; 3]; 3];
                for (i, rows) in rows.iter_mut().enumerate() {
                    *rows = each(column(&columns, i), T::gt);
                }
                for lane in 0..count {
                    let kernel = &mut weight[(first - outputs.start + lane) * taps + channel * TAPS..][..TAPS];
                    for (tap, value) in kernel.iter_mut().enumerate() {
                        *value = rows[tap / 3][tap % 3][lane];
                    }
                }
            }
        }
    }
}
