//! Batch normalisation (Ioffe and Szegedy, 2015) as PyTorch's `BatchNorm2d`.
//!
//! Training: the batch's mean and biased variance normalise; the running statistics move towards the batch's by the momentum,
//! with the unbiased variance. Evaluation: the running statistics normalise.

use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor, Var};

use super::conv::into_slot;
use super::init::Init;
use super::kernels::norm;
use super::maps::{MapLayout, Maps};
use super::param::{GradSlot, Param};
use super::tensor_data::{floats, slice, tensor};

/// PyTorch's defaults.
const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

/// A BatchNorm layer.
#[derive(Clone, Debug)]
pub struct BatchNorm2d {
    name: String,
    weight: Param,
    bias: Param,
    running_mean: Var,
    running_var: Var,
}

impl BatchNorm2d {
    /// A new layer: weight 1, bias 0, running mean 0, running variance 1.
    ///
    /// # Errors
    /// When the device refuses the parameters.
    pub fn init(name: &str, channels: usize, device: &Device) -> Result<Self> {
        let constant = |value: f32| Init::Constant(value).draw(&[channels], name, 0, device);
        Ok(Self {
            name: name.to_owned(),
            weight: Param::new(format!("{name}.weight"), &constant(1.0)?)?,
            bias: Param::new(format!("{name}.bias"), &constant(0.0)?)?,
            running_mean: Var::from_tensor(&constant(0.0)?)?,
            running_var: Var::from_tensor(&constant(1.0)?)?,
        })
    }

    /// Weight and bias.
    pub fn params(&self) -> [&Param; 2] {
        [&self.weight, &self.bias]
    }

    /// Takes the statistics of a batch of `count` values a channel: moves the running ones, and gives 1/√(variance + ε).
    ///
    /// # Errors
    /// When the batch has only one value a channel, which has no variance.
    pub(super) fn take_batch(&self, mean: &[f32], variance: &[f32], count: usize) -> Result<Vec<f32>> {
        let channels = [mean.len()];
        if count < 2 {
            candle_core::bail!("BatchNorm {} can't train on one value a channel: use larger batches", self.name);
        }
        let unbias = count as f64 / (count - 1) as f64;
        self.move_running(
            &tensor(mean.to_vec(), &channels)?,
            &tensor(variance.iter().map(|v| (f64::from(*v) * unbias) as f32).collect(), &channels)?,
        )?;
        Ok(deviations(variance))
    }

    /// Running mean and variance under PyTorch's names.
    pub fn buffers(&self) -> [(String, Var); 2] {
        [
            (format!("{}.running_mean", self.name), self.running_mean.clone()),
            (format!("{}.running_var", self.name), self.running_var.clone()),
        ]
    }

    /// Normalises with the batch's statistics, moves the running ones, then ReLU if `relu`. Gradients flow.
    ///
    /// # Errors
    /// When the batch has only one value a channel, which has no variance; when the device fails.
    pub fn forward_train(&self, x: &Maps, relu: bool) -> Result<Maps> {
        let (n, channels, h, w) = x.dims()?;
        let count = n * h * w;
        if count < 2 {
            candle_core::bail!("BatchNorm {} can't train on one value a channel: use larger batches", self.name);
        }
        let unbias = count as f64 / (count - 1) as f64;
        match x.layout() {
            MapLayout::ChannelsLast => {
                let (mean, variance) = norm::moments(&floats(x.tensor())?, channels);
                let deviation = self.take_batch(&mean, &variance, count)?;
                self.apply(x, mean, deviation, true, relu)
            }
            MapLayout::ChannelsFirst => {
                let mean = x.tensor().mean_keepdim((0, 2, 3))?;
                let centred = x.tensor().broadcast_sub(&mean)?;
                let variance = centred.sqr()?.mean_keepdim((0, 2, 3))?;
                let unbiased = (variance.detach().flatten_all()? * unbias)?;
                self.move_running(&mean.detach().flatten_all()?, &unbiased)?;
                let normed = centred.broadcast_div(&(variance + EPS)?.sqrt()?)?;
                self.finish(x, &normed, (self.weight.var(), self.bias.var()), relu)
            }
        }
    }

    /// Normalises with the running statistics, then ReLU if `relu`. Nothing is changed; no gradient is kept.
    ///
    /// # Errors
    /// When the device fails.
    pub fn forward_eval(&self, x: &Maps, relu: bool) -> Result<Maps> {
        match x.layout() {
            MapLayout::ChannelsLast => {
                let (mean, variance) = (floats(&self.running_mean)?.to_vec(), floats(&self.running_var)?.to_vec());
                self.apply(x, mean, deviations(&variance), false, relu)
            }
            MapLayout::ChannelsFirst => {
                let row = |t: &Tensor| t.detach().reshape((1, (), 1, 1));
                let deviation = (row(&self.running_var)? + EPS)?.sqrt()?;
                let normed = x.tensor().broadcast_sub(&row(&self.running_mean)?)?.broadcast_div(&deviation)?;
                let (weight, bias) = (self.weight.tensor(false), self.bias.tensor(false));
                self.finish(x, &normed, (&weight, &bias), relu)
            }
        }
    }

    fn finish(&self, x: &Maps, normed: &Tensor, (weight, bias): (&Tensor, &Tensor), relu: bool) -> Result<Maps> {
        let row = |t: &Tensor| t.reshape((1, (), 1, 1));
        let y = normed.broadcast_mul(&row(weight)?)?.broadcast_add(&row(bias)?)?;
        Ok(x.with(if relu { y.relu()? } else { y }))
    }

    fn apply(&self, x: &Maps, mean: Vec<f32>, deviation: Vec<f32>, batch: bool, relu: bool) -> Result<Maps> {
        let op = NormOp { mean, deviation, batch, relu, slots: [self.weight.slot().clone(), self.bias.slot().clone()] };
        let out = x.tensor().apply_op3(&self.weight.tensor(batch), &self.bias.tensor(batch), op)?;
        Ok(x.with(out))
    }

    fn move_running(&self, mean: &Tensor, variance: &Tensor) -> Result<()> {
        let step = |running: &Var, batch: &Tensor| {
            let moved = ((running.as_detached_tensor() * (1.0 - MOMENTUM))? + (batch * MOMENTUM)?)?;
            running.set(&moved)
        };
        step(&self.running_mean, mean)?;
        step(&self.running_var, variance)
    }
}

/// 1/√(variance + ε).
fn deviations(variance: &[f32]) -> Vec<f32> {
    variance.iter().map(|v| (1.0 / (f64::from(*v) + EPS).sqrt()) as f32).collect()
}

/// The operation on (n, h, w, c) maps, weight and bias.
struct NormOp {
    mean: Vec<f32>,
    deviation: Vec<f32>,
    batch: bool,
    relu: bool,
    slots: [GradSlot; 2],
}

impl CustomOp3 for NormOp {
    fn name(&self) -> &'static str {
        "batch-norm"
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
        let (x, weight, bias) = (slice(s1, l1)?, slice(s2, l2)?, slice(s3, l3)?);
        let channels = self.mean.len();
        if l1.dims().last() != Some(&channels) || weight.len() != channels || bias.len() != channels {
            candle_core::bail!("BatchNorm of {channels} channels can't run on maps of {:?} (n, h, w, c)", l1.dims());
        }
        let scale: Vec<f32> = weight.iter().zip(&self.deviation).map(|(w, d)| w * d).collect();
        let mut out = vec![0.0; x.len()];
        norm::apply(x, norm::Affine { mean: &self.mean, scale: &scale, shift: bias }, self.relu, &mut out);
        Ok((CpuStorage::F32(out), l1.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        res: &Tensor,
        grad_res: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let dy = grad_res.contiguous()?;
        let y = self.relu.then(|| floats(res)).transpose()?;
        let grads = norm::backward(
            &floats(x)?,
            &floats(&dy)?,
            y.as_deref(),
            (&self.mean, &self.deviation, &*floats(weight)?),
            self.batch,
            x.track_op(),
        );
        let dw = weight.track_op().then(|| tensor(grads.weight, weight.dims())).transpose()?;
        let db = bias.track_op().then(|| tensor(grads.bias, bias.dims())).transpose()?;
        Ok((
            grads.input.map(|dx| tensor(dx, x.dims())).transpose()?,
            into_slot(Some(&self.slots[0]), dw)?,
            into_slot(Some(&self.slots[1]), db)?,
        ))
    }
}
