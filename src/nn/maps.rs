//! Feature maps between layers, and how they lie in memory.

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor};

use super::kernels::turn::{to_channels_first, to_channels_last};
use super::tensor_data::{floats, slice, tensor};

/// The order of dimensions in memory, which goes with whose kernels run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapLayout {
    /// (n, h, w, c): our CPU kernels. All channels of a pixel lie side by side, so that every inner loop runs over
    /// contiguous numbers whatever the picture's size.
    ChannelsLast,
    /// (n, c, h, w): Candle's own kernels, on GPUs.
    ChannelsFirst,
}

/// A batch of feature maps.
#[derive(Clone, Debug)]
pub struct Maps {
    tensor: Tensor,
    layout: MapLayout,
}

impl Maps {
    /// From PyTorch's order (n, c, h, w), contiguous or not. **Here it is decided whose kernels run**: ours on the CPU,
    /// Candle's elsewhere; everything downstream follows the layout.
    ///
    /// # Errors
    /// When the tensor does not have four dimensions.
    pub fn from_nchw(tensor: &Tensor) -> Result<Self> {
        let layout = if tensor.device().is_cpu() { MapLayout::ChannelsLast } else { MapLayout::ChannelsFirst };
        Self::from_nchw_as(tensor, layout)
    }

    /// As [`Maps::from_nchw`], for the kernels of a given layout (the tests run Candle's composition on the CPU this way).
    ///
    /// # Errors
    /// When the tensor does not have four dimensions.
    pub fn from_nchw_as(tensor: &Tensor, layout: MapLayout) -> Result<Self> {
        tensor.dims4()?;
        let tensor = match layout {
            MapLayout::ChannelsLast if turns_here(tensor) => tensor.contiguous()?.apply_op1(Turn { to_last: true })?,
            MapLayout::ChannelsLast => tensor.permute((0, 2, 3, 1))?.contiguous()?,
            MapLayout::ChannelsFirst => tensor.contiguous()?,
        };
        Ok(Self { tensor, layout })
    }

    /// In PyTorch's order (n, c, h, w), contiguous.
    ///
    /// # Errors
    /// When the copy fails.
    pub fn to_nchw(&self) -> Result<Tensor> {
        match self.layout {
            MapLayout::ChannelsLast if turns_here(&self.tensor) => {
                self.tensor.contiguous()?.apply_op1(Turn { to_last: false })
            }
            MapLayout::ChannelsLast => self.tensor.permute((0, 3, 1, 2))?.contiguous(),
            MapLayout::ChannelsFirst => self.tensor.contiguous(),
        }
    }

    /// (n, c, h, w), whatever the layout.
    ///
    /// # Errors
    /// Never for maps made by this room.
    pub fn dims(&self) -> Result<(usize, usize, usize, usize)> {
        let (a, b, c, d) = self.tensor.dims4()?;
        Ok(match self.layout {
            MapLayout::ChannelsLast => (a, d, b, c),
            MapLayout::ChannelsFirst => (a, b, c, d),
        })
    }

    /// The numbers as they lie.
    pub fn tensor(&self) -> &Tensor {
        &self.tensor
    }

    /// How they lie.
    pub fn layout(&self) -> MapLayout {
        self.layout
    }

    /// The same layout with other numbers.
    pub(crate) fn with(&self, tensor: Tensor) -> Self {
        Self { tensor, layout: self.layout }
    }
}

/// Whether our operation does it: Candle copies a permuted tensor number by number on one thread.
fn turns_here(tensor: &Tensor) -> bool {
    tensor.device().is_cpu() && tensor.dtype() == DType::F32
}

/// From (n, c, h, w) to (n, h, w, c), or back.
struct Turn {
    to_last: bool,
}

impl Turn {
    /// The numbers in the other order (of the other direction, for the gradient), and the dimensions that go with them.
    fn turn(&self, x: &[f32], dims: &[usize], back: bool) -> Result<(Vec<f32>, [usize; 4])> {
        let &[n, a, b, c] = dims else { candle_core::bail!("maps have four dimensions, not {}", dims.len()) };
        let mut out = vec![0.0; x.len()];
        if self.to_last == back {
            to_channels_first(x, c, a * b, &mut out);
            Ok((out, [n, c, a, b]))
        } else {
            to_channels_last(x, a, b * c, &mut out);
            Ok((out, [n, b, c, a]))
        }
    }
}

impl CustomOp1 for Turn {
    fn name(&self) -> &'static str {
        "turn"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (out, dims) = self.turn(slice(storage, layout)?, layout.dims(), false)?;
        Ok((CpuStorage::F32(out), Shape::from(dims.as_slice())))
    }

    fn bwd(&self, _arg: &Tensor, _res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        let grad = grad_res.contiguous()?;
        let (out, dims) = self.turn(&floats(&grad)?, grad.dims(), true)?;
        tensor(out, &dims).map(Some)
    }
}
