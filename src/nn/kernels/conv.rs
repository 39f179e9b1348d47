//! Drives a [`Lifting`]: cuts the work, shares it among threads and calls the matrix product; with a ReLU and a max-pool behind
//! the convolution on request, so that the map between them never exists as a whole.
//!
//! Within a group of strips (`cut`) every step is shared by all threads; groups follow one another. Each number of a
//! result is summed in one order.

use rayon::prelude::*;

pub use super::cut::Input;
use super::cut::{Cut, Group};
use super::gemm::Store;
use super::lifting::Lifting;
use super::norm;
use super::normed::NormedGradient;
use super::planes::{Planes, Scratch};
use super::pool;
use super::product::{Panels, add_transposed};
use super::shape::{ConvShape, PoolShape};
use super::sums::channel_sums;
use crate::nn::simd::Cpu;

/// Rows of a matrix product that one thread computes at a time.
const BLOCK_ROWS: usize = 192;
/// Products that are summed before they are added to the rest: the rounding errors of long sums grow with their length.
const PIECE: usize = 32;
/// Most columns of a single plane's weight gradient that one thread computes at a time.
const BLOCK_COLUMNS: usize = 48;
/// Rows of the input's gradient that one thread adds up at a time.
const GRADIENT_ROWS: usize = 4;
/// Rows of a lifted weight that one thread makes at a time, and kernels of a weight's gradient.
const PACK_ROWS: usize = 16;

/// Where the result of a forward pass goes.
pub enum Target<'a> {
    /// The map itself, n × oh × ow × o.
    Map(&'a mut [f32]),
    /// Through ReLU and a max-pool whose windows do not overlap: values and winners, n × pooled map.
    Pooled(&'a PoolShape, &'a mut [f32], &'a mut [u8]),
    /// The map, and mean and variance of its channels.
    Measured(&'a mut [f32], &'a mut (Vec<f32>, Vec<f32>)),
}

/// Where the output's gradient comes from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// The map's gradient itself.
    Map(&'a [f32]),
    /// The pooled map's gradient, and the winners of the forward pass.
    Pooled(&'a PoolShape, &'a [f32], &'a [u8]),
    /// The gradient behind a normalisation, from which the map's is formed a few rows at a time.
    Normed(NormedGradient<'a>),
}

impl Source<'_> {
    /// The gradient of strip number `strip`, counted over all pictures.
    fn strip<L: Lifting>(&self, cut: &Cut<'_, L>, strip: usize, map: &mut [f32]) {
        let (rows, row_len) = (cut.rows(&(strip..strip + 1)), cut.s.ow * cut.s.o);
        match self {
            Self::Map(dy) => map.copy_from_slice(&dy[rows.start * row_len..rows.end * row_len]),
            Self::Pooled(shape, dy, winners) => {
                expand_strip(cut, shape, (dy, winners), strip, map);
            }
            Self::Normed(gradient) => gradient.form(rows.start * row_len..rows.end * row_len, map),
        }
    }
}

/// What a backward pass is to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The input's gradient.
    pub input: bool,
    /// The weight's gradient.
    pub weight: bool,
    /// The bias's gradient.
    pub bias: bool,
}

/// Gradients of a convolution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConvGrads {
    /// (n, h, w, c).
    pub input: Option<Vec<f32>>,
    /// PyTorch's order (o, c, kh, kw).
    pub weight: Option<Vec<f32>>,
    /// (o).
    pub bias: Option<Vec<f32>>,
}

/// Convolution with a weight in PyTorch's order (o, c, kh, kw), added to `bias`.
pub fn forward<L: Lifting>(lifting: &L, x: Input<'_>, weight: &[f32], bias: Option<&[f32]>, mut target: Target<'_>) {
    let cut = Cut::new(lifting);
    let s = cut.s;
    if s.n * s.output_len() == 0 {
        return;
    }
    let packed = Panels::of(&pack(lifting, weight), Cpu::best());
    let row_len = s.ow * s.o;
    let mut moments = match &target {
        Target::Measured(..) => vec![0.0; s.n * cut.strips * 2 * s.o],
        _ => Vec::new(),
    };
    for group in cut.groups() {
        let left = cut.lift_input(&group, x);
        // A direct lifting's product is the map itself, another's has yet to land.
        let product = (!lifting.direct()).then(|| {
            let mut product = cut.planes(&group, s.o);
            multiply(|plane| left.plane(plane), lifting.width(), &packed, s.o, &mut product);
            product
        });
        let land = |index: usize, out: &mut [f32]| {
            if let Some(product) = &product {
                lifting.land_output(&cut.strip_of(product, index), bias, out);
            }
        };
        match &mut target {
            Target::Map(out) => {
                let out = cut.part_mut(&group, out, row_len);
                if lifting.direct() {
                    multiply_direct(&s, &left, &packed, bias, out);
                } else {
                    let strips = cut.split(&group, out, row_len);
                    strips.into_par_iter().enumerate().for_each(|(index, out)| land(index, out));
                }
            }
            Target::Measured(out, _) => {
                let out = cut.part_mut(&group, out, row_len);
                if lifting.direct() {
                    multiply_direct(&s, &left, &packed, bias, out);
                }
                let part = 2 * s.o;
                let moments = &mut moments[group.strips.start * part..group.strips.end * part];
                let strips = cut.split(&group, out, row_len);
                strips.into_par_iter().zip(moments.par_chunks_mut(part)).enumerate().for_each(
                    |(index, (out, moments))| {
                        land(index, out);
                        norm::moments_of(out, s.o, moments);
                    },
                );
            }
            Target::Pooled(shape, out, winners) => {
                if lifting.direct() {
                    let mut map = Scratch::take(cut.rows(&group.strips).len() * row_len);
                    multiply_direct(&s, &left, &packed, bias, &mut map);
                    let map: Vec<&[f32]> =
                        cut.split(&group, &mut map, row_len).into_iter().map(|strip| &*strip).collect();
                    pool_strips(&cut, &group, shape, out, winners, |index, pool| pool(map[index]));
                } else {
                    pool_strips(&cut, &group, shape, out, winners, |index, pool| {
                        let strip = group.strips.start + index;
                        let mut map = Scratch::take(cut.rows(&(strip..strip + 1)).len() * row_len);
                        land(index, &mut map);
                        pool(&map);
                    });
                }
            }
        }
    }
    if let Target::Measured(_, result) = target {
        let pieces = moments.chunks_exact(2 * s.o).enumerate();
        *result = norm::join_moments(pieces.map(|(strip, m)| (cut.rows(&(strip..strip + 1)).len() * s.ow, m)), s.o);
    }
}

/// Gradients for the output's gradient `dy`.
pub fn backward<L: Lifting>(lifting: &L, x: Input<'_>, weight: &[f32], dy: Source<'_>, wanted: Wanted) -> ConvGrads {
    let s = lifting.shape();
    let mut dx = wanted.input.then(|| vec![0.0; s.n * s.input_len()]);
    let grads = backward_onto(lifting, x, weight, dy, wanted, dx.as_deref_mut());
    ConvGrads { input: dx, ..grads }
}

/// As [`backward`]; the input's gradient is added to `dx`, if there is one, instead of returned.
pub fn backward_onto<L: Lifting>(
    lifting: &L,
    x: Input<'_>,
    weight: &[f32],
    dy: Source<'_>,
    wanted: Wanted,
    mut dx: Option<&mut [f32]>,
) -> ConvGrads {
    let cut = Cut::new(lifting);
    let s = cut.s;
    let (planes, width) = (lifting.planes(), lifting.width());
    let cpu = Cpu::best();
    let packed = dx.is_some().then(|| Panels::transposed(&pack(lifting, weight), cpu));
    let mut dw = wanted.weight.then(|| Planes::zeros(planes, width, s.o));
    let row_len = s.ow * s.o;
    let groups = if dx.is_some() || wanted.weight { cut.groups() } else { Vec::new() };
    for group in groups.into_iter().filter(|_| row_len > 0) {
        // What a direct lifting multiplies with: the gradient itself, or what its pooling leaves.
        let mut expanded = None;
        let direct: &[f32] = match dy {
            _ if !lifting.direct() => &[],
            Source::Map(dy) => cut.part(&group, dy, row_len),
            _ => {
                let map = expanded.insert(Scratch::take(cut.rows(&group.strips).len() * row_len));
                let strips = cut.split(&group, map, row_len);
                strips.into_par_iter().enumerate().for_each(|(index, map)| {
                    dy.strip(&cut, group.strips.start + index, map);
                });
                &*map
            }
        };
        let lifted = (!lifting.direct()).then(|| {
            let mut lifted = cut.planes(&group, s.o);
            let pieces = lifted.pieces_mut(lifting.strip_rows());
            pieces.into_par_iter().zip(group.strips.clone()).for_each(|(mut piece, strip)| {
                if let Source::Map(dy) = dy {
                    let strip = Group { strips: strip..strip + 1 };
                    lifting.lift_gradient(cut.part(&strip, dy, row_len), &mut piece);
                } else {
                    let mut map = Scratch::take(cut.rows(&(strip..strip + 1)).len() * row_len);
                    dy.strip(&cut, strip, &mut map);
                    lifting.lift_gradient(&map, &mut piece);
                }
            });
            lifted
        });
        let right = |plane: usize| lifted.as_ref().map_or(direct, |lifted| lifted.plane(plane));
        if let Some(dw) = &mut dw {
            let left = cut.lift_input(&group, x);
            // At least two tasks, unless there is but one column.
            let block = if planes == 1 { width.div_ceil(2).clamp(1, BLOCK_COLUMNS) } else { width };
            dw.blocks_mut(block).into_par_iter().for_each(|(plane, first, out)| {
                add_transposed(cpu, (left.plane(plane), width, first), right(plane), s.o, out);
            });
        }
        if let (Some(dx), Some(packed)) = (dx.as_deref_mut(), &packed) {
            let mut product = cut.planes(&group, width);
            multiply(right, s.o, packed, width, &mut product);
            land_gradient(&cut, &group, &product, dx);
        }
    }
    let dw = dw.map(|dw| {
        let mut weight = vec![0.0; s.weight_len()];
        unpack(lifting, &dw, &mut weight);
        weight
    });
    let db = wanted.bias.then(|| match dy {
        Source::Map(dy) => channel_sums(dy, s.o),
        Source::Pooled(_, dy, winners) => pool::channel_sums(dy, winners, s.o),
        // A bias before a normalisation with the batch's statistics has no effect.
        Source::Normed(_) => vec![0.0; s.o],
    });
    ConvGrads { input: None, weight: dw, bias: db }
}

fn pack<L: Lifting>(lifting: &L, weight: &[f32]) -> Planes {
    let mut packed = Planes::take(lifting.planes(), lifting.width(), lifting.shape().o);
    packed.pieces_mut(PACK_ROWS).into_par_iter().enumerate().for_each(|(index, mut piece)| {
        let first = index * PACK_ROWS;
        lifting.pack(weight, first..(first + PACK_ROWS).min(lifting.width()), &mut piece);
    });
    packed
}

fn unpack<L: Lifting>(lifting: &L, packed: &Planes, weight: &mut [f32]) {
    let s = lifting.shape();
    let packed = packed.rows(0..lifting.width());
    weight.par_chunks_mut(PACK_ROWS * s.patch()).enumerate().for_each(|(index, weight)| {
        let first = index * PACK_ROWS;
        lifting.unpack(&packed, first..(first + PACK_ROWS).min(s.o), weight);
    });
}

/// `product` (rows × n) = `left` (rows × k) · `right`, plane by plane.
fn multiply<'a>(left: impl Fn(usize) -> &'a [f32] + Sync, k: usize, right: &Panels, n: usize, product: &mut Planes) {
    product.blocks_mut(BLOCK_ROWS).into_par_iter().for_each(|(plane, first, out)| {
        let left = &left(plane)[first * k..][..out.len() / n.max(1) * k];
        right.multiply(left, plane, out, Store::Set, usize::MAX);
    });
}

/// A direct lifting's product, straight into the output.
fn multiply_direct(s: &ConvShape, left: &Planes, packed: &Panels, bias: Option<&[f32]>, out: &mut [f32]) {
    let patches = left.plane(0).par_chunks(BLOCK_ROWS * s.patch());
    out.par_chunks_mut(BLOCK_ROWS * s.o).zip(patches).for_each(|(out, patches)| {
        let store = match bias {
            Some(bias) => {
                out.chunks_exact_mut(s.o).for_each(|pixel| pixel.copy_from_slice(bias));
                Store::Add
            }
            None => Store::Set,
        };
        packed.multiply(patches, 0, out, store, PIECE);
    });
}

/// Pools the group's strips; `map(index, pool)` calls `pool` with the rows of strip number `index` of the group.
fn pool_strips<L: Lifting>(
    cut: &Cut<'_, L>,
    group: &Group,
    shape: &PoolShape,
    out: &mut [f32],
    winners: &mut [u8],
    map: impl Fn(usize, &mut dyn FnMut(&[f32])) + Sync,
) {
    let (rows, row_len) = (cut.rows(&group.strips), shape.ow * shape.c);
    let pooled = rows.start / shape.kernel * row_len..rows.end / shape.kernel * row_len;
    let split = |index: usize| {
        // Strips of a picture that does not divide evenly are shorter.
        let strip = group.strips.start + index;
        cut.rows(&(strip..strip + 1)).len() / shape.kernel * row_len
    };
    let lengths: Vec<usize> = (0..group.strips.len()).map(split).collect();
    let outs = split_lengths(&mut out[pooled.clone()], &lengths);
    let winners = split_lengths(&mut winners[pooled], &lengths);
    outs.into_par_iter().zip(winners).enumerate().for_each(|(index, (out, winners))| {
        map(index, &mut |rows| pool::forward_rows(shape, rows, out, winners));
    });
}

fn split_lengths<'b, T>(part: &'b mut [T], lengths: &[usize]) -> Vec<&'b mut [T]> {
    let mut rest = part;
    let pieces = lengths.iter().map(|length| {
        let (piece, tail) = std::mem::take(&mut rest).split_at_mut(*length);
        rest = tail;
        piece
    });
    pieces.collect()
}

/// The gradient of a strip of the map from that of the pooled map.
fn expand_strip<L: Lifting>(
    cut: &Cut<'_, L>,
    shape: &PoolShape,
    (dy, winners): (&[f32], &[u8]),
    strip: usize,
    map: &mut [f32],
) {
    let (rows, row_len) = (cut.rows(&(strip..strip + 1)), shape.ow * shape.c);
    let pooled = rows.start / shape.kernel * row_len..rows.end / shape.kernel * row_len;
    pool::expand_rows(shape, &dy[pooled.clone()], &winners[pooled], map);
}

/// Adds a group's lifted gradients to the pictures they belong to.
fn land_gradient<L: Lifting>(cut: &Cut<'_, L>, group: &Group, product: &Planes, dx: &mut [f32]) {
    let (s, lifting) = (&cut.s, cut.lifting);
    let (first, _) = cut.place(group.strips.start);
    let (last, _) = cut.place(group.strips.end - 1);
    let row = s.w * s.c;
    let pictures = dx[first * s.input_len()..(last + 1) * s.input_len()].par_chunks_mut(s.input_len()).enumerate();
    pictures.for_each(|(picture, dx)| {
        let start = (first + picture) * cut.strips;
        let strips = group.strips.start.max(start)..group.strips.end.min(start + cut.strips);
        let rows = lifting.strip_rows();
        let from = (strips.start - group.strips.start) * rows;
        let product = product.rows(from..from + strips.len() * rows);
        let strips = strips.start - start..strips.end - start;
        // The rows that these strips were computed from.
        let top = (strips.start * lifting.strip() * s.stride).saturating_sub(s.padding).min(s.h);
        let bottom = ((strips.end * lifting.strip() - 1) * s.stride + s.kh).saturating_sub(s.padding).min(s.h);
        let rows = &mut dx[top * row..bottom.max(top) * row];
        rows.par_chunks_mut(GRADIENT_ROWS * row).enumerate().for_each(|(chunk, dx)| {
            let top = top + chunk * GRADIENT_ROWS;
            lifting.land_gradient(&product, strips.clone(), top..top + dx.len() / row, dx);
        });
    });
}
