//! The frozen backbone's convolutions, fast: no gradients, BatchNorm folded in, bias, residual and ReLU applied while the
//! numbers are still in registers.
//!
//! One layout throughout: pictures are (height, width, channels), channels padded with zeros to whole panels (two vectors of
//! the processor found at run time). One file per kernel:
//!
//! - [`stem`]: 7×7 with stride 2, its ReLU and its max pooling in one pass
//! - [`winograd`]: 3×3 with stride 1, with 2.25 instead of 9 multiplications per output
//! - [`direct`]: everything else
//! - [`pool`]: global average
//!
//! Every output is one fixed chain of operations: features depend neither on the number of threads nor on which pictures are
//! computed together. Must not know: architectures, state dictionaries, Candle.

pub mod direct;
pub mod pool;
pub mod stem;
pub mod winograd;
pub mod workers;

#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;

use pulp::Simd;

use super::simd::Buffer;
pub use super::simd::{Cpu, Pool};
pub use workers::Workers;

/// Height and width of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Size {
    /// Pixels of a picture.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }
}

/// A convolution's weights and bias with BatchNorm folded in, as PyTorch lays them out.
#[derive(Clone, Debug)]
pub struct Filter {
    /// (outputs, inputs, kernel, kernel)
    pub weights: Vec<f32>,
    /// (outputs)
    pub bias: Vec<f32>,
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output.
    pub outputs: usize,
    /// Side of the square kernel.
    pub kernel: usize,
}

impl Filter {
    fn weight(&self, output: usize, input: usize, tap: usize) -> f32 {
        self.weights[(output * self.inputs + input) * self.kernel * self.kernel + tap]
    }

    fn padded_bias(&self, panel: usize) -> Buffer {
        let mut bias = Buffer::zeros(self.outputs.next_multiple_of(panel));
        bias[..self.outputs].copy_from_slice(&self.bias);
        bias
    }
}

/// `max(x, 0)`; NaN stays NaN (x86 returns the second operand then).
#[inline(always)]
fn relu_of<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    simd.max_f32s(simd.splat_f32s(0.0), x)
}
