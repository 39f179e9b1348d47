//! Feature maps between layers, and how they lie in memory.

use candle_core::{Result, Tensor};

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
