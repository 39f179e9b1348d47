//! A ResNet's first layers in one pass: 7×7 convolution with stride 2, ReLU, 3×3 max pooling with stride 2.
//!
//! With three channels, the seven pixels of a kernel row are 21 consecutive numbers of an interleaved picture: the register
//! tile takes its rows straight from a padded copy of the picture. The convolution's output, the largest of the network, never
//! exists as a whole: three of its rows are kept, and pooled as soon as they are there. As adding a bias and ReLU are monotone,
//! they come after the maximum, on a quarter of the numbers.
//!
//! Must not know: the rest of the network.

use pulp::{Simd, WithSimd};

use super::workers::Workers;
use super::{Filter, Size, relu_of};
use crate::nn::simd::cpu::{Cpu, vectors, vectors_mut};
use crate::nn::simd::tile::{accumulate, groups, max_rows, rows_of, with_rows};
use crate::nn::simd::{Buffer, LINE, Pool};

const KERNEL: usize = 7;
const COLOURS: usize = 3;
/// Numbers in a kernel row.
const RUN: usize = KERNEL * COLOURS;
const PADDING: usize = 3;
/// Pooled rows a task has at most when pictures are shared: each task computes one row of the convolution twice.
const MOST_ROWS: usize = 64;

/// Convolution, ReLU and max pooling.
#[derive(Debug)]
pub struct Stem {
    cpu: Cpu,
    /// (panel of outputs, kernel row, number in it, output in the panel)
    weights: Buffer,
    bias: Buffer,
    outputs: usize,
}

impl Stem {
    /// Packs the filter for `cpu`. It must be 7×7 with three inputs, or nothing comes of it.
    pub fn new(cpu: Cpu, filter: &Filter) -> Option<Self> {
        if filter.kernel != KERNEL || filter.inputs != COLOURS {
            return None;
        }
        let panel = cpu.panel();
        let outputs = filter.outputs.next_multiple_of(panel);
        let mut weights = Buffer::zeros(outputs * KERNEL * RUN);
        for output in 0..filter.outputs {
            for tap in 0..KERNEL * KERNEL {
                for colour in 0..COLOURS {
                    let row = (output / panel) * KERNEL * RUN + tap * COLOURS + colour;
                    weights[row * panel + output % panel] = filter.weight(output, colour, tap);
                }
            }
        }
        Some(Self { cpu, weights, bias: filter.padded_bias(panel), outputs })
    }

    /// Size after convolution and pooling.
    pub fn output_size(size: Size) -> Size {
        let twice = convolved(size);
        Size { height: twice.height.div_ceil(2), width: twice.width.div_ceil(2) }
    }

    /// Padded output channels.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// One picture (3, height, width) to (height', width', outputs).
    ///
    /// # Panics
    /// When a slice is shorter than that.
    pub fn run(&self, workers: Workers, pool: &Pool, picture: &[f32], size: Size, out: &mut [f32]) {
        let pooled = Self::output_size(size);
        let share = workers.share(pooled.height, if workers.count() == 1 { usize::MAX } else { MOST_ROWS });
        workers.chunks(&mut out[..pooled.pixels() * self.outputs], share * pooled.width * self.outputs, |i, out| {
            let first = i * share;
            let last = first + out.len() / (pooled.width * self.outputs);
            let rows = Rows::needed(first, last, size);
            let mut padded = pool.lend(rows.inputs * row_len(size));
            interleave(picture, size, &rows, &mut padded);
            let row = convolved(size).width * self.outputs;
            let mut kept = pool.lend(3 * row);
            self.cpu.run(Task { stem: self, padded: &padded, kept: &mut kept, rows, size, first, out });
        });
    }
}

/// Size after the convolution.
fn convolved(size: Size) -> Size {
    // (n + 2·3 − 7) / 2 + 1
    Size { height: size.height.div_ceil(2), width: size.width.div_ceil(2) }
}

/// Numbers in a row of the padded picture; rows start on a cache line.
fn row_len(size: Size) -> usize {
    ((size.width + 2 * PADDING) * COLOURS).next_multiple_of(LINE)
}

/// Which rows a task needs.
struct Rows {
    /// First row of the convolution, and the one after the last.
    first: usize,
    end: usize,
    /// Rows of the padded picture for those.
    inputs: usize,
}

impl Rows {
    /// For pooled rows `first..last`.
    fn needed(first: usize, last: usize, size: Size) -> Self {
        let from = (2 * first).saturating_sub(1);
        let end = (2 * last).min(convolved(size).height);
        Self { first: from, end, inputs: 2 * end.saturating_sub(from + 1) + KERNEL }
    }
}

/// Copies rows of a (3, height, width) picture to (row, column, colour) with a border of zeros.
fn interleave(picture: &[f32], size: Size, rows: &Rows, padded: &mut [f32]) {
    let plane = size.pixels();
    for (i, row) in padded.chunks_exact_mut(row_len(size)).enumerate() {
        row.fill(0.0);
        // Row 0 of the copy is row 2·first − 3 of the picture.
        let Some(y) = (2 * rows.first + i).checked_sub(PADDING).filter(|&y| y < size.height) else { continue };
        let line = |colour: usize| &picture[colour * plane + y * size.width..][..size.width];
        let (pixels, _) = row[PADDING * COLOURS..].as_chunks_mut::<COLOURS>();
        for (((pixel, &r), &g), &b) in pixels.iter_mut().zip(line(0)).zip(line(1)).zip(line(2)) {
            *pixel = [r, g, b];
        }
    }
}

struct Task<'a> {
    stem: &'a Stem,
    padded: &'a [f32],
    /// The last three rows of the convolution; row y is at y mod 3.
    kept: &'a mut [f32],
    rows: Rows,
    size: Size,
    /// First pooled row.
    first: usize,
    out: &'a mut [f32],
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { stem, padded, kept, rows, size, first, out } = self;
        let columns = convolved(size).width;
        let row = columns * stem.outputs;
        let mut next = rows.first;
        for (i, out) in out.chunks_exact_mut(Stem::output_size(size).width * stem.outputs).enumerate() {
            let from = (2 * (first + i)).saturating_sub(1);
            let end = (2 * (first + i) + 2).min(rows.end);
            while next < end {
                let padded = &padded[2 * (next - rows.first) * row_len(size)..];
                convolve_row(simd, stem, padded, row_len(size), columns, &mut kept[(next % 3) * row..][..row]);
                next += 1;
            }
            pool_row(simd, stem, kept, from..end, columns, out);
        }
    }
}

/// One row of the convolution, without bias: (columns, outputs).
#[inline(always)]
fn convolve_row<S: Simd>(simd: S, stem: &Stem, padded: &[f32], stride: usize, columns: usize, out: &mut [f32]) {
    let width = 2 * S::F32_LANES;
    for (p, weights) in stem.weights.chunks_exact(KERNEL * RUN * width).enumerate() {
        for group in groups(columns, max_rows::<S>()) {
            let padded = &padded[group.start * 2 * COLOURS..];
            let out = &mut out[group.start * stem.outputs + p * width..];
            with_rows!(group.len(), R => convolve_block::<S, R>(simd, padded, stride, weights, out, stem.outputs));
        }
    }
}

/// `R` neighbouring outputs by one panel.
#[inline(always)]
fn convolve_block<S: Simd, const R: usize>(
    simd: S,
    padded: &[f32],
    stride: usize,
    weights: &[f32],
    out: &mut [f32],
    outputs: usize,
) {
    let width = 2 * S::F32_LANES;
    let mut sums = [[simd.splat_f32s(0.0); 2]; R];
    for (down, weights) in weights.chunks_exact(RUN * width).enumerate() {
        let padded = &padded[down * stride..];
        accumulate::<S, R>(simd, &mut sums, rows_of(padded, 2 * COLOURS, RUN), weights);
    }
    for (r, sums) in sums.iter().enumerate() {
        vectors_mut::<S>(&mut out[r * outputs..][..width]).copy_from_slice(sums);
    }
}

/// One pooled row from rows `rows` of the convolution, with bias and ReLU.
#[inline(always)]
fn pool_row<S: Simd>(
    simd: S,
    stem: &Stem,
    kept: &[f32],
    rows: std::ops::Range<usize>,
    columns: usize,
    out: &mut [f32],
) {
    let row = columns * stem.outputs;
    let bias = vectors::<S>(&stem.bias);
    for (x, out) in out.chunks_exact_mut(stem.outputs).enumerate() {
        let out = vectors_mut::<S>(out);
        let mut first = true;
        for y in rows.clone() {
            for column in (2 * x).saturating_sub(1)..(2 * x + 2).min(columns) {
                let from = vectors::<S>(&kept[(y % 3) * row + column * stem.outputs..][..stem.outputs]);
                if first {
                    out.copy_from_slice(from);
                    first = false;
                } else {
                    for (out, &from) in out.iter_mut().zip(from) {
                        *out = simd.max_f32s(*out, from);
                    }
                }
            }
        }
        for (out, &bias) in out.iter_mut().zip(bias) {
            *out = relu_of(simd, simd.add_f32s(*out, bias));
        }
    }
}
