//! Max-pool, alone or behind a ReLU, and global average pooling, as Candle operations.
//!
//! Candle's own max-pool has a wrong gradient (a quarter of the true one for a 2×2 window, misplaced for odd sizes) and none at
//! all where windows overlap. On the CPU our kernel runs; elsewhere the windows are laid out by Candle's own operations and the
//! winner is picked by `gather`, whose gradient is right.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::kernels::pool;
use super::kernels::shape::PoolShape;
use super::maps::{MapLayout, Maps};
use super::tensor_data::{floats, slice, tensor};

/// A square window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Side of the window in pixels.
    pub kernel: usize,
    /// Pixels from one window to the next.
    pub stride: usize,
    /// Pixels around the map that never win.
    pub padding: usize,
}

impl PoolConfig {
    /// The custom networks': 2×2, side by side; an odd last row or column is dropped.
    pub const TWO: Self = Self { kernel: 2, stride: 2, padding: 0 };
    /// The ResNets': 3×3, every second pixel, padding 1.
    pub const RESNET: Self = Self { kernel: 3, stride: 2, padding: 1 };
}

/// Largest number of each window of `x` (n, c, h, w) f32.
///
/// # Errors
/// When the window does not fit or the device fails.
pub fn max_pool2d(x: &Tensor, config: PoolConfig) -> Result<Tensor> {
    pool_maps(&Maps::from_nchw(x)?, config, false)?.to_nchw()
}

/// ReLU and max-pool in one pass.
///
/// # Errors
/// When the window does not fit or the device fails.
pub fn relu_max_pool(x: &Maps, config: PoolConfig) -> Result<Maps> {
    pool_maps(x, config, true)
}

pub(super) fn pool_maps(x: &Maps, config: PoolConfig, relu: bool) -> Result<Maps> {
    let (n, c, h, w) = x.dims()?;
    let shape =
        PoolShape::new((n, h, w, c), config.kernel, config.stride, config.padding).map_err(candle_core::Error::wrap)?;
    let out = match x.layout() {
        MapLayout::ChannelsLast => x.tensor().apply_op1(PoolOp { shape, relu, winners: OnceLock::new() })?,
        MapLayout::ChannelsFirst => {
            let x = if relu { x.tensor().relu()? } else { x.tensor().clone() };
            pool_by_gather(&x, &shape)?
        }
    };
    Ok(x.with(out))
}

/// Mean over all pixels: (n, c).
///
/// # Errors
/// When the device fails.
pub fn global_average_pool(x: &Maps) -> Result<Tensor> {
    match x.layout() {
        MapLayout::ChannelsLast => x.tensor().mean((1, 2)),
        MapLayout::ChannelsFirst => x.tensor().mean((2, 3)),
    }
}

struct PoolOp {
    shape: PoolShape,
    relu: bool,
    winners: OnceLock<Vec<u8>>,
}

impl CustomOp1 for PoolOp {
    fn name(&self) -> &'static str {
        "max-pool"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let s = &self.shape;
        let mut out = vec![0.0; s.n * s.output_len()];
        let mut winners = vec![0; out.len()];
        pool::forward(s, slice(storage, layout)?, self.relu, &mut out, &mut winners);
        // The operation runs once for each node of the graph, so nothing can be there already.
        let _ = self.winners.set(winners);
        Ok((CpuStorage::F32(out), Shape::from((s.n, s.oh, s.ow, s.c))))
    }

    fn bwd(&self, arg: &Tensor, _res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        let Some(winners) = self.winners.get() else {
            candle_core::bail!("max-pool: backward without forward");
        };
        let mut dx = vec![0.0; arg.elem_count()];
        pool::backward(&self.shape, &floats(&grad_res.contiguous()?)?, winners, &mut dx);
        tensor(dx, arg.dims()).map(Some)
    }
}

/// Max-pool of `x` (n, c, h, w) by Candle's operations: the windows' pixels as a fifth dimension, then the winner of each.
fn pool_by_gather(x: &Tensor, s: &PoolShape) -> Result<Tensor> {
    let side = |out: usize| (out - 1) * s.stride + s.kernel;
    let x = padded(x, 2, s.padding, side(s.oh))?;
    let x = padded(&x, 3, s.padding, side(s.ow))?;
    let steps = |dim: usize, first: usize, count: usize| {
        Tensor::from_vec((0..count).map(|i| (first + i * s.stride) as u32).collect::<Vec<_>>(), count, x.device())
            .map(|index| (dim, index))
    };
    let mut places = Vec::with_capacity(s.kernel * s.kernel);
    for ky in 0..s.kernel {
        let (dim, rows) = steps(2, ky, s.oh)?;
        let rows = x.index_select(&rows, dim)?;
        for kx in 0..s.kernel {
            let (dim, columns) = steps(3, kx, s.ow)?;
            places.push(rows.index_select(&columns, dim)?);
        }
    }
    let windows = Tensor::stack(&places, 4)?;
    let winners = windows.detach().argmax_keepdim(4)?;
    windows.gather(&winners.contiguous()?, 4)?.squeeze(4)
}

/// `x` with `before` rows (columns) of numbers that never win in front, and cut or lengthened to `size`.
fn padded(x: &Tensor, dim: usize, before: usize, size: usize) -> Result<Tensor> {
    let have = x.dim(dim)?;
    let x = x.narrow(dim, 0, have.min(size - before.min(size)))?;
    let after = size - before - x.dim(dim)?;
    let block = |count: usize| {
        let mut dims = x.dims().to_vec();
        dims[dim] = count;
        Tensor::full(f32::MIN, dims, x.device())
    };
    let mut parts = Vec::new();
    if before > 0 {
        parts.push(block(before)?);
    }
    parts.push(x.clone());
    if after > 0 {
        parts.push(block(after)?);
    }
    Tensor::cat(&parts, dim)
}
