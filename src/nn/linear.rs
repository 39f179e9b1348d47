//! Fully connected layers as Candle operations.

use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor};

use super::activation::{masked, relu};
use super::conv::into_slot;
use super::init::Init;
use super::kernels::dense::{self, DenseShape};
use super::kernels::sums::channel_sums;
use super::param::{GradSlot, Gradient, Param};
use super::tensor_data::{floats, slice, tensor};

/// A weight of at least this many numbers keeps its gradient as an outer product, so that the update can form it on the fly.
const LARGE: usize = 1 << 20;

/// y = `x` · `weight`ᵀ + `bias`: x (n, inputs), weight (outputs, inputs), bias (outputs), all f32. Gradients flow to all three.
///
/// # Errors
/// When shapes do not fit or the device fails.
pub fn linear(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    apply(x, weight, bias, false, None)
}

/// A fully connected layer with its parameters.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Param,
    bias: Param,
}

impl Linear {
    /// A new layer with PyTorch's default initialisation.
    ///
    /// # Errors
    /// When the device refuses the parameters.
    pub fn init(name: &str, inputs: usize, outputs: usize, seed: u64, device: &Device) -> Result<Self> {
        let param = |leaf: &str, shape: &[usize]| {
            let name = format!("{name}.{leaf}");
            let value = Init::UniformFanIn(inputs).draw(shape, &name, seed, device)?;
            Param::new(name, &value)
        };
        Ok(Self { weight: param("weight", &[outputs, inputs])?, bias: param("bias", &[outputs])? })
    }

    /// Weight and bias.
    pub fn params(&self) -> [&Param; 2] {
        [&self.weight, &self.bias]
    }

    /// The layer's output, through a ReLU if `relu`; with `track`, gradients flow to the parameters.
    ///
    /// # Errors
    /// When shapes do not fit or the device fails.
    pub fn forward(&self, x: &Tensor, relu: bool, track: bool) -> Result<Tensor> {
        let slots = Some([self.weight.slot().clone(), self.bias.slot().clone()]);
        apply(x, &self.weight.tensor(track), &self.bias.tensor(track), relu, slots)
    }
}

fn apply(x: &Tensor, weight: &Tensor, bias: &Tensor, with_relu: bool, slots: Option<[GradSlot; 2]>) -> Result<Tensor> {
    if x.device().is_cpu() {
        let op = DenseOp { relu: with_relu, slots };
        return x.contiguous()?.apply_op3(&weight.contiguous()?, &bias.contiguous()?, op);
    }
    let y = x.matmul(&weight.t()?)?.broadcast_add(bias)?;
    if with_relu { relu(&y) } else { Ok(y) }
}

/// `rows`ᵀ · `columns`: (batch, outputs) and (batch, inputs) to (outputs, inputs).
pub(super) fn outer_product(rows: &Tensor, columns: &Tensor) -> Result<Tensor> {
    if !rows.device().is_cpu() {
        return rows.t()?.contiguous()?.matmul(columns);
    }
    let (n, outputs) = rows.dims2()?;
    let (_, inputs) = columns.dims2()?;
    tensor(dense::grad_weight(DenseShape { n, inputs, outputs }, &floats(columns)?, &floats(rows)?), &[outputs, inputs])
}

struct DenseOp {
    relu: bool,
    slots: Option<[GradSlot; 2]>,
}

impl DenseOp {
    fn shape(x: &[usize], weight: &[usize], bias: &[usize]) -> Result<DenseShape> {
        match (x, weight, bias) {
            (&[n, inputs], &[outputs, columns], &[rows]) if inputs == columns && outputs == rows => {
                Ok(DenseShape { n, inputs, outputs })
            }
            _ => candle_core::bail!("a fully connected layer of weight {weight:?}, bias {bias:?} can't take {x:?}"),
        }
    }
}

impl CustomOp3 for DenseOp {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let s = Self::shape(l1.dims(), l2.dims(), l3.dims())?;
        let mut out = dense::forward(s, slice(s1, l1)?, slice(s2, l2)?, slice(s3, l3)?);
        if self.relu {
            // Not `max`: that would turn NaN into 0 and hide a diverged run.
            out.iter_mut().filter(|y| **y < 0.0).for_each(|y| *y = 0.0);
        }
        Ok((CpuStorage::F32(out), Shape::from((s.n, s.outputs))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        res: &Tensor,
        grad_res: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let s = Self::shape(x.dims(), weight.dims(), bias.dims())?;
        let dy = if self.relu { masked(grad_res, res)? } else { grad_res.contiguous()? };
        let dx = x.track_op().then(|| tensor(dense::grad_input(s, &floats(&dy)?, &floats(weight)?), x.dims()));
        let db = bias.track_op().then(|| tensor(channel_sums(&floats(&dy)?, s.outputs), bias.dims())).transpose()?;
        let [weight_slot, bias_slot] = self.slots.clone().map_or([None, None], |slots| slots.map(Some));
        let dw = match &weight_slot {
            _ if !weight.track_op() => None,
            Some(slot) if weight.elem_count() >= LARGE => {
                slot.add(Gradient::Outer { rows: dy.detach(), columns: x.detach() })?;
                None
            }
            slot => into_slot(slot.as_ref(), Some(outer_product(&dy, x)?))?,
        };
        Ok((dx.transpose()?, dw, into_slot(bias_slot.as_ref(), db)?))
    }
}
