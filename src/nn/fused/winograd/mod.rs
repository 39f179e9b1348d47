//! Convolution 3×3 with stride 1 and padding 1 by Winograd's F(4×4, 3×3): Lavin & Gray, "Fast Algorithms for Convolutional
//! Neural Networks", 2015 (arXiv 1509.09308).
//!
//! A tile of 6×6 inputs becomes 36 numbers per channel, and so does each filter; 36 matrix products over the channels (one per
//! number) make 36 numbers per output channel, which become 4×4 outputs: 36 multiplications instead of 144.
//!
//! Two ways to go about it, with the same operations on every number and hence the same results:
//!
//! - `banded`: wide pictures with few channels. A task takes a few rows of tiles through all steps; what lies between the
//!   steps stays in the core's cache. The filters are transformed once, when packed.
//! - `phased`: small pictures with many channels. Transformed filters would be four times as large as the filters, larger
//!   than any cache, and reading them would take longer than computing them anew. So a task takes one panel of outputs for
//!   many tiles (of several pictures together) and transforms its filters on the way.
//!
//! Must not know: which layer of which network it is; BatchNorm.

mod banded;
mod phased;
mod transform;

use super::workers::Workers;
use super::{Filter, Size};
use crate::nn::simd::Cpu;
use crate::nn::simd::{Buffer, Pool};

/// Outputs of a tile, in each direction.
const OUT: usize = 4;
/// Inputs of a tile, in each direction.
const IN: usize = 6;
/// Numbers of a transformed tile, and so matrix products.
const POINTS: usize = IN * IN;
/// Numbers of a filter.
const TAPS: usize = 9;

/// Transformed filters of up to so many bytes are kept; others are transformed each time.
const KEPT_BYTES: usize = 3 << 20;

/// How the filters are kept.
#[derive(Debug)]
enum Filters {
    /// Transformed: (panel of outputs, point, input, output in the panel).
    Transformed(Buffer),
    /// As they are, but for a factor of 1/36: (panel of outputs, input, tap, output in the panel).
    Plain(Buffer),
}

/// A 3×3 convolution with stride 1, padding 1, bias and, on request, residual and ReLU.
#[derive(Debug)]
pub struct Winograd {
    cpu: Cpu,
    filters: Filters,
    bias: Buffer,
    /// Padded channels.
    inputs: usize,
    outputs: usize,
}

/// What a layer is applied to.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// Pictures (n, height, width, inputs).
    pub input: &'a [f32],
    /// Height and width of input and output.
    pub size: Size,
    /// Added before ReLU: (n, height, width, outputs).
    pub residual: Option<&'a [f32]>,
    /// Whether ReLU is applied.
    pub relu: bool,
}

impl Winograd {
    /// Packs a filter for `cpu`. It must be 3×3, or nothing comes of it.
    pub fn new(cpu: Cpu, filter: &Filter) -> Option<Self> {
        let bytes = filter.inputs * filter.outputs * POINTS * size_of::<f32>();
        Self::keeping(cpu, filter, bytes <= KEPT_BYTES)
    }

    /// With transformed filters kept, or transformed each time.
    pub(super) fn keeping(cpu: Cpu, filter: &Filter, kept: bool) -> Option<Self> {
        if filter.kernel != 3 {
            return None;
        }
        let panel = cpu.panel();
        let (inputs, outputs) = (filter.inputs.next_multiple_of(panel), filter.outputs.next_multiple_of(panel));
        let mut plain = Buffer::zeros(outputs * inputs * TAPS);
        for output in 0..filter.outputs {
            for input in 0..filter.inputs {
                for tap in 0..TAPS {
                    let row = ((output / panel) * inputs + input) * TAPS + tap;
                    plain[row * panel + output % panel] = filter.weight(output, input, tap) / 36.0;
                }
            }
        }
        let filters = if kept {
            let mut transformed = Buffer::zeros(outputs * inputs * POINTS);
            let runs = transformed.chunks_exact_mut(IN * inputs * panel);
            for (i, run) in runs.enumerate() {
                let plain = &plain[(i / IN) * inputs * TAPS * panel..][..inputs * TAPS * panel];
                cpu.run(transform::FilterRow { plain, row: i % IN, out: run });
            }
            Filters::Transformed(transformed)
        } else {
            Filters::Plain(plain)
        };
        Some(Self { cpu, filters, bias: filter.padded_bias(panel), inputs, outputs })
    }

    /// Padded input channels.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Padded output channels.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Whether many pictures together are computed faster than one after the other.
    pub fn wants_groups(&self) -> bool {
        matches!(self.filters, Filters::Plain(_))
    }

    /// Convolves into `out` (n, height, width, outputs); n is what `out` has room for.
    ///
    /// # Panics
    /// When input or residual hold fewer pictures than `out`.
    pub fn run(&self, workers: Workers, pool: &Pool, layer: Layer<'_>, out: &mut [f32]) {
        if layer.size.pixels() == 0 || out.is_empty() {
            return;
        }
        match &self.filters {
            Filters::Transformed(filters) if workers == Workers::One => {
                banded::run(self, filters, workers, pool, layer, out);
            }
            _ => phased::run(self, workers, pool, layer, out),
        }
    }
}

/// Tiles that cover a picture.
#[derive(Clone, Copy)]
struct Tiles {
    down: usize,
    across: usize,
}

impl Tiles {
    fn of(size: Size) -> Self {
        Self { down: size.height.div_ceil(OUT), across: size.width.div_ceil(OUT) }
    }

    fn count(self) -> usize {
        self.down * self.across
    }
}
