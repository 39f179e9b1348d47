//! A fully connected layer: y = x · wᵀ + b, with x (n, inputs), w (outputs, inputs), y (n, outputs).

use rayon::prelude::*;

use super::gemm::{Mat, Store, gemm};

/// Outputs that one thread computes at a time.
const OUTPUTS: usize = 32;

/// Inputs that one thread computes gradients for at a time.
const INPUTS: usize = 1024;

/// Sizes of the layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DenseShape {
    /// Pictures in the batch.
    pub n: usize,
    /// Numbers that go in for each.
    pub inputs: usize,
    /// Numbers that come out for each.
    pub outputs: usize,
}

/// The output, (n, outputs).
pub fn forward(s: DenseShape, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    // Computed as (outputs, n), so that a thread's share is one piece of memory; the result is small.
    let mut transposed = vec![0.0; s.outputs * s.n];
    if s.n > 0 {
        let pieces = transposed.par_chunks_mut(OUTPUTS * s.n).zip(weight.par_chunks(OUTPUTS * s.inputs.max(1)));
        pieces.for_each(|(out, weight)| {
            let outputs = out.len() / s.n;
            let (weight, x) = (Mat::rows(weight, s.inputs), Mat::columns(x, s.inputs));
            gemm((outputs, s.n, s.inputs), weight, x, out, s.n, Store::Set);
        });
    }
    let mut out = vec![0.0; s.n * s.outputs];
    for (i, row) in out.chunks_exact_mut(s.outputs.max(1)).enumerate() {
        for ((out, column), bias) in row.iter_mut().zip(transposed.chunks_exact(s.n)).zip(bias) {
            *out = column[i] + bias;
        }
    }
    out
}

/// Gradient of the input, (n, inputs): dy · w.
pub fn grad_input(s: DenseShape, dy: &[f32], weight: &[f32]) -> Vec<f32> {
    let blocks: Vec<Vec<f32>> = (0..s.inputs.div_ceil(INPUTS))
        .into_par_iter()
        .map(|block| {
            let first = block * INPUTS;
            let columns = INPUTS.min(s.inputs - first);
            let mut out = vec![0.0; s.n * columns];
            let weight = weight.get(first..).unwrap_or_default();
            gemm(
                (s.n, columns, s.outputs),
                Mat::rows(dy, s.outputs),
                Mat::rows(weight, s.inputs),
                &mut out,
                columns,
                Store::Set,
            );
            out
        })
        .collect();
    let mut dx = Vec::with_capacity(s.n * s.inputs);
    for row in 0..s.n {
        for block in &blocks {
            let columns = block.len() / s.n;
            dx.extend_from_slice(&block[row * columns..(row + 1) * columns]);
        }
    }
    dx
}

/// The weight's gradient, (outputs, inputs): dyᵀ · x.
pub fn grad_weight(s: DenseShape, x: &[f32], dy: &[f32]) -> Vec<f32> {
    let mut dw = vec![0.0; s.outputs * s.inputs];
    dw.par_chunks_mut(OUTPUTS * s.inputs.max(1)).enumerate().for_each(|(block, out)| {
        let outputs = out.len() / s.inputs.max(1);
        let dy = dy.get(block * OUTPUTS..).unwrap_or_default();
        gemm((outputs, s.inputs, s.n), Mat::columns(dy, s.outputs), Mat::rows(x, s.inputs), out, s.inputs, Store::Set);
    });
    dw
}
