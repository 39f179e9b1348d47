//! Which of the CPU's convolutions runs: decided here and nowhere else, by shape alone.

use super::conv::{self, ConvGrads, Input, Source, Target, Wanted};
use super::im2col::Im2col;
use super::normed::NormedGradient;
use super::shape::{ConvShape, PoolShape};
use super::transforms::{F2, F4};
use super::winograd::Winograd;

/// A way to convolve.
#[derive(Clone, Copy, Debug)]
pub enum ConvKernel {
    /// Patches and one matrix product: every shape.
    Im2col(Im2col),
    /// 4 multiplications for an output and channel instead of 9: 3×3 with stride 1 and enough channels.
    Winograd2(Winograd<2, 4, F2>),
    /// 2.25 multiplications for an output and channel, less exact.
    Winograd4(Winograd<4, 6, F4>),
}

/// What a convolution is computed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The output, of which gradients will be asked: rounding decides which way ReLU and max-pool go where it is a near thing.
    Forward,
    /// As `Forward`, of a convolution that is normalised: its outputs have a fixed size, and so have the errors' effects.
    Normed,
    /// The output alone: whatever error it has stays small.
    Infer,
    /// The gradients: whatever error they have stays small.
    Backward,
}

/// Channels on either side from which on Winograd's additions are worth their while.
const WINOGRAD_CHANNELS: usize = 48;

/// The kernel for `shape`, whose output is handled in strips of a multiple of `strip` rows (a pooling's window).
pub fn conv_kernel(shape: &ConvShape, strip: usize, pass: Pass) -> ConvKernel {
    let im2col = ConvKernel::Im2col(Im2col::new(*shape, strip));
    if shape.c < WINOGRAD_CHANNELS || shape.o < WINOGRAD_CHANNELS {
        return im2col;
    }
    let winograd = match pass {
        Pass::Forward if 2 % strip == 0 => Winograd::new(*shape).map(ConvKernel::Winograd2),
        Pass::Normed | Pass::Infer | Pass::Backward if 4 % strip == 0 => {
            Winograd::new(*shape).map(ConvKernel::Winograd4)
        }
        _ => None,
    };
    winograd.unwrap_or(im2col)
}

/// Convolution with a weight in PyTorch's order (o, c, kh, kw).
pub fn conv_forward(s: &ConvShape, pass: Pass, x: &[f32], weight: &[f32], bias: Option<&[f32]>) -> Vec<f32> {
    let mut out = vec![0.0; s.n * s.output_len()];
    run_forward(&conv_kernel(s, 1, pass), Input::Map(x), weight, bias, Target::Map(&mut out));
    out
}

/// Backward pass of [`conv_forward`] for the output's gradient `dy`.
pub fn conv_backward(s: &ConvShape, x: &[f32], weight: &[f32], dy: &[f32], wanted: Wanted) -> ConvGrads {
    run_backward(&conv_kernel(s, 1, Pass::Backward), Input::Map(x), weight, Source::Map(dy), wanted)
}

/// A convolution whose output will be normalised: its map into `out`, and mean and biased variance of its channels.
pub fn conv_measured(s: &ConvShape, x: Input<'_>, weight: &[f32], out: &mut [f32]) -> (Vec<f32>, Vec<f32>) {
    let mut moments = (vec![0.0; s.o], vec![0.0; s.o]);
    run_forward(&conv_kernel(s, 1, Pass::Normed), x, weight, None, Target::Measured(out, &mut moments));
    moments
}

/// Backward pass of [`conv_measured`]: the weight's gradient; the input's is added to `dx`, where there is one.
pub fn conv_measured_backward(
    s: &ConvShape,
    x: Input<'_>,
    weight: &[f32],
    dy: NormedGradient<'_>,
    dx: Option<&mut [f32]>,
) -> Vec<f32> {
    let wanted = Wanted { input: false, weight: true, bias: false };
    let dy = Source::Normed(dy);
    let grads = run_backward_onto(&conv_kernel(s, 1, Pass::Backward), x, weight, dy, wanted, dx);
    grads.weight.unwrap_or_default()
}

/// A convolution followed by ReLU and a max-pool.
#[derive(Clone, Copy, Debug)]
pub struct PooledShape {
    conv: ConvShape,
    pool: PoolShape,
}

impl PooledShape {
    /// The sizes of a convolution whose output is pooled; the pooling's sizes are those of the convolution's output.
    ///
    /// `None` when the windows overlap or are padded: then the map between them is needed as a whole.
    pub fn new(conv: ConvShape, pool: PoolShape) -> Option<Self> {
        let side_by_side = pool.kernel == pool.stride && pool.padding == 0;
        // Rows and columns that no window reaches are not even computed.
        let (oh, ow) = (pool.oh * pool.stride, pool.ow * pool.stride);
        side_by_side.then_some(Self { conv: ConvShape { oh, ow, ..conv }, pool: PoolShape { h: oh, w: ow, ..pool } })
    }

    /// Sizes of the pooled map, (n, h, w, c).
    pub fn output(&self) -> [usize; 4] {
        [self.pool.n, self.pool.oh, self.pool.ow, self.pool.c]
    }

    /// Numbers of the pooled map.
    pub fn output_len(&self) -> usize {
        self.pool.n * self.pool.output_len()
    }
}

/// Convolution, ReLU and max-pool: the pooled values into `out`, and into `winners` what the backward pass needs.
pub fn conv_pool_forward(
    s: &PooledShape,
    pass: Pass,
    x: &[f32],
    (weight, bias): (&[f32], Option<&[f32]>),
    out: &mut [f32],
    winners: &mut [u8],
) {
    let target = Target::Pooled(&s.pool, out, winners);
    run_forward(&conv_kernel(&s.conv, s.pool.kernel, pass), Input::Map(x), weight, bias, target);
}

/// Backward pass of [`conv_pool_forward`] for the pooled map's gradient `dy`: weight and bias; the input's gradient is added to
/// `dx`, where there is one.
pub fn conv_pool_backward(
    s: &PooledShape,
    x: &[f32],
    weight: &[f32],
    (dy, winners): (&[f32], &[u8]),
    dx: Option<&mut [f32]>,
) -> ConvGrads {
    let kernel = conv_kernel(&s.conv, s.pool.kernel, Pass::Backward);
    let wanted = Wanted { input: false, weight: true, bias: true };
    run_backward_onto(&kernel, Input::Map(x), weight, Source::Pooled(&s.pool, dy, winners), wanted, dx)
}

fn run_forward(kernel: &ConvKernel, x: Input<'_>, weight: &[f32], bias: Option<&[f32]>, target: Target<'_>) {
    match kernel {
        ConvKernel::Im2col(lifting) => conv::forward(lifting, x, weight, bias, target),
        ConvKernel::Winograd2(lifting) => conv::forward(lifting, x, weight, bias, target),
        ConvKernel::Winograd4(lifting) => conv::forward(lifting, x, weight, bias, target),
    }
}

fn run_backward(kernel: &ConvKernel, x: Input<'_>, weight: &[f32], dy: Source<'_>, wanted: Wanted) -> ConvGrads {
    match kernel {
        ConvKernel::Im2col(lifting) => conv::backward(lifting, x, weight, dy, wanted),
        ConvKernel::Winograd2(lifting) => conv::backward(lifting, x, weight, dy, wanted),
        ConvKernel::Winograd4(lifting) => conv::backward(lifting, x, weight, dy, wanted),
    }
}

fn run_backward_onto(
    kernel: &ConvKernel,
    x: Input<'_>,
    weight: &[f32],
    dy: Source<'_>,
    wanted: Wanted,
    dx: Option<&mut [f32]>,
) -> ConvGrads {
    match kernel {
        ConvKernel::Im2col(lifting) => conv::backward_onto(lifting, x, weight, dy, wanted, dx),
        ConvKernel::Winograd2(lifting) => conv::backward_onto(lifting, x, weight, dy, wanted, dx),
        ConvKernel::Winograd4(lifting) => conv::backward_onto(lifting, x, weight, dy, wanted, dx),
    }
}
