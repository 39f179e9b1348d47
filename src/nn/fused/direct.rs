//! Convolution straight from the picture: for kernels and strides that Winograd's trick is not for (3×3 with stride 2, 1×1).
//!
//! Pictures are (height, width, channels) with channels padded to whole panels. A pixel's channels under one tap of the kernel
//! are then one run of memory, so the register tile takes its rows from the picture itself: no im2col copy. A tap that hangs
//! over the border reads a row of zeros.
//!
//! Must not know: which layer of which network it is; BatchNorm (folded into weights and bias beforehand).

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::workers::Workers;
use super::{Filter, Size, relu_of};
use crate::nn::simd::Buffer;
use crate::nn::simd::cpu::{Cpu, vectors, vectors_mut};
use crate::nn::simd::tile::{accumulate, groups, max_rows, with_rows};

/// Output pixels of one task: enough to use a weight panel many times while it is in the cache.
const PIXELS: usize = 512;

/// Rows of a weight panel that are used for all pixels of a task before the next: they stay in a core's first cache.
const DEPTH: usize = 256;

/// A convolution with bias and, on request, ReLU.
#[derive(Debug)]
pub struct DirectConv {
    cpu: Cpu,
    /// (panel of outputs, tap, input channel, output in the panel)
    weights: Buffer,
    bias: Buffer,
    /// What a tap outside of the picture reads.
    zeros: Buffer,
    /// Padded channels.
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl DirectConv {
    /// Packs a filter for `cpu`.
    pub fn new(cpu: Cpu, filter: &Filter, stride: usize, padding: usize) -> Self {
        let panel = cpu.panel();
        let (inputs, outputs) = (filter.inputs.next_multiple_of(panel), filter.outputs.next_multiple_of(panel));
        let taps = filter.kernel * filter.kernel;
        let mut weights = Buffer::zeros(outputs * taps * inputs);
        for output in 0..filter.outputs {
            for input in 0..filter.inputs {
                for tap in 0..taps {
                    let row = ((output / panel) * taps + tap) * inputs + input;
                    weights[row * panel + output % panel] = filter.weight(output, input, tap);
                }
            }
        }
        let bias = filter.padded_bias(panel);
        Self {
            cpu,
            weights,
            bias,
            zeros: Buffer::zeros(inputs),
            inputs,
            outputs,
            kernel: filter.kernel,
            stride: stride.max(1),
            padding,
        }
    }

    /// Size of the output for an input of this size; nothing where the kernel does not fit.
    pub fn output_size(&self, size: Size) -> Size {
        let side = |n: usize| (n + 2 * self.padding).checked_sub(self.kernel).map_or(0, |n| n / self.stride + 1);
        Size { height: side(size.height), width: side(size.width) }
    }

    /// Padded input channels.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Padded output channels.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Convolves pictures (n, height, width, inputs) into `out` (n, height', width', outputs); n is what `out` has room for.
    ///
    /// # Panics
    /// When `input` holds fewer pictures than `out`.
    pub fn run(&self, workers: Workers, input: &[f32], size: Size, relu: bool, out: &mut [f32]) {
        let out_size = self.output_size(size);
        let pixels = out.len() / self.outputs;
        let share = workers.share(pixels, PIXELS);
        workers.chunks(out, share * self.outputs, |i, out| {
            let first = i * share;
            self.cpu.run(Task { conv: self, input, size, out_size, first, relu, out });
        });
    }
}

/// Where a pixel's window starts: its picture, and its upper left corner (which may lie outside).
#[derive(Clone, Copy)]
struct Window {
    picture: usize,
    top: isize,
    left: isize,
}

struct Task<'a> {
    conv: &'a DirectConv,
    input: &'a [f32],
    size: Size,
    out_size: Size,
    /// The first pixel, counted over all pictures.
    first: usize,
    relu: bool,
    out: &'a mut [f32],
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let conv = self.conv;
        let width = 2 * S::F32_LANES;
        let pixels = self.out.len() / conv.outputs;
        let per_picture = self.out_size.pixels();
        let windows: Vec<Window> = (self.first..self.first + pixels)
            .map(|pixel| {
                let (picture, pixel) = (pixel / per_picture, pixel % per_picture);
                let at = |n: usize| (n * conv.stride) as isize - conv.padding as isize;
                Window {
                    picture: picture * self.size.pixels(),
                    top: at(pixel / self.out_size.width),
                    left: at(pixel % self.out_size.width),
                }
            })
            .collect();
        let panel_len = conv.weights.len() / (conv.outputs / width);
        for (p, (weights, bias)) in conv.weights.chunks_exact(panel_len).zip(conv.bias.chunks_exact(width)).enumerate()
        {
            let taps = conv.kernel * conv.kernel;
            for part in groups(taps, (DEPTH / conv.inputs).max(1)) {
                let piece = Piece {
                    weights: &weights[part.start * conv.inputs * width..part.end * conv.inputs * width],
                    bias: (part.start == 0).then_some(bias),
                    relu: self.relu && part.end == taps,
                    taps: part,
                };
                for group in groups(pixels, max_rows::<S>()) {
                    let out = &mut self.out[group.start * conv.outputs + p * width..];
                    let windows = &windows[group.clone()];
                    with_rows!(group.len(), R => block::<S, R>(simd, conv, self.input, self.size, windows, &piece, out));
                }
            }
        }
    }
}

/// Some taps of a panel.
struct Piece<'a> {
    taps: Range<usize>,
    /// (tap, input channel, output in the panel)
    weights: &'a [f32],
    /// Where the sums start; else with what is in the output.
    bias: Option<&'a [f32]>,
    relu: bool,
}

/// `R` pixels by some taps of one panel of outputs.
#[inline(always)]
fn block<S: Simd, const R: usize>(
    simd: S,
    conv: &DirectConv,
    input: &[f32],
    size: Size,
    windows: &[Window],
    piece: &Piece<'_>,
    out: &mut [f32],
) {
    let width = 2 * S::F32_LANES;
    let mut sums = [[simd.splat_f32s(0.0); 2]; R];
    for (r, sums) in sums.iter_mut().enumerate() {
        let from = piece.bias.unwrap_or_else(|| &out[r * conv.outputs..][..width]);
        sums.copy_from_slice(vectors::<S>(from));
    }
    for (tap, weights) in piece.taps.clone().zip(piece.weights.chunks_exact(conv.inputs * width)) {
        let (down, right) = ((tap / conv.kernel) as isize, (tap % conv.kernel) as isize);
        let mut rows: [&[f32]; R] = [&conv.zeros; R];
        for (row, window) in rows.iter_mut().zip(windows) {
            let (y, x) = (window.top + down, window.left + right);
            if within(y, size.height) && within(x, size.width) {
                let pixel = window.picture + y as usize * size.width + x as usize;
                *row = &input[channels(pixel, conv.inputs)];
            }
        }
        accumulate::<S, R>(simd, &mut sums, rows, weights);
    }
    for (r, sums) in sums.iter().enumerate() {
        let out = vectors_mut::<S>(&mut out[r * conv.outputs..][..width]);
        for (out, &sum) in out.iter_mut().zip(sums) {
            *out = if piece.relu { relu_of(simd, sum) } else { sum };
        }
    }
}

#[inline(always)]
fn within(at: isize, len: usize) -> bool {
    (at as usize) < len
}

#[inline(always)]
fn channels(pixel: usize, count: usize) -> Range<usize> {
    pixel * count..(pixel + 1) * count
}
