//! Two-dimensional convolution as a Candle operation.
//!
//! On the CPU our kernels run ([`super::kernels::choose`] says which), on other devices Candle's `conv2d`.

use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};

use super::init::Init;
use super::kernels::choose::{Pass, conv_backward, conv_forward};
use super::kernels::conv::{ConvGrads, Wanted};
use super::kernels::shape::ConvShape;
use super::maps::{MapLayout, Maps};
use super::param::{GradSlot, Gradient, Param};
use super::tensor_data::{floats, slice, tensor};

/// Stride and padding, the same both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvConfig {
    /// Pixels from one output to the next.
    pub stride: usize,
    /// Noughts around the map.
    pub padding: usize,
}

impl Default for ConvConfig {
    fn default() -> Self {
        Self { stride: 1, padding: 0 }
    }
}

/// Convolution of `x` (n, c, h, w) with `weight` (o, c, kh, kw), plus `bias` (o): (n, o, oh, ow). All f32, contiguous or not,
/// the batch may be empty. Gradients flow to all three.
///
/// # Errors
/// When shapes do not fit or the device fails.
pub fn conv2d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, config: ConvConfig) -> Result<Tensor> {
    let slots = Slots::default();
    convolve(&Maps::from_nchw(x)?, weight, bias, config, slots)?.to_nchw()
}

/// A convolution with its parameters.
#[derive(Clone, Debug)]
pub struct Conv2d {
    weight: Param,
    bias: Option<Param>,
    config: ConvConfig,
}

impl Conv2d {
    /// Parameters `name.weight` and, with `bias` given, `name.bias`.
    pub fn new(weight: Param, bias: Option<Param>, config: ConvConfig) -> Self {
        Self { weight, bias, config }
    }

    /// A new layer of `inputs` → `outputs` channels and a square kernel, its weight (and bias, where it has one) drawn from
    /// `init`.
    ///
    /// # Errors
    /// When the device refuses the parameters.
    pub fn init(
        name: &str,
        (inputs, outputs, kernel): (usize, usize, usize),
        config: ConvConfig,
        (weight_init, bias_init): (Init, Option<Init>),
        (seed, device): (u64, &candle_core::Device),
    ) -> Result<Self> {
        let param = |leaf: &str, init: Init, shape: &[usize]| {
            let name = format!("{name}.{leaf}");
            let value = init.draw(shape, &name, seed, device)?;
            Param::new(name, &value)
        };
        Ok(Self {
            weight: param("weight", weight_init, &[outputs, inputs, kernel, kernel])?,
            bias: bias_init.map(|init| param("bias", init, &[outputs])).transpose()?,
            config,
        })
    }

    /// The layer's output; with `track`, gradients flow.
    ///
    /// # Errors
    /// When shapes do not fit or the device fails.
    pub fn forward(&self, x: &Maps, track: bool) -> Result<Maps> {
        let slots = Slots {
            weight: Some(self.weight.slot().clone()),
            bias: self.bias.as_ref().map(|bias| bias.slot().clone()),
        };
        let bias = self.bias.as_ref().map(|bias| bias.tensor(track));
        convolve(x, &self.weight.tensor(track), bias.as_ref(), self.config, slots)
    }

    /// The weight, (o, c, kh, kw).
    pub(super) fn weight(&self) -> &Param {
        &self.weight
    }

    /// The bias (o), where there is one.
    pub(super) fn bias(&self) -> Option<&Param> {
        self.bias.as_ref()
    }

    /// The sizes of this convolution of maps (n, h, w, c).
    ///
    /// # Errors
    /// When the maps do not fit.
    pub(super) fn shape(&self, x: &[usize]) -> Result<ConvShape> {
        ConvOp { config: self.config, pass: Pass::Normed, slots: Slots::default() }.shape(x, self.weight.var().dims())
    }

    /// Weight and bias.
    pub fn params(&self) -> impl Iterator<Item = &Param> {
        std::iter::once(&self.weight).chain(self.bias.as_ref())
    }
}

/// Where the parameters' gradients go; `None`: into Candle's store.
#[derive(Clone, Debug, Default)]
struct Slots {
    weight: Option<GradSlot>,
    bias: Option<GradSlot>,
}

fn convolve(x: &Maps, weight: &Tensor, bias: Option<&Tensor>, config: ConvConfig, slots: Slots) -> Result<Maps> {
    let out = match x.layout() {
        MapLayout::ChannelsLast => {
            let op = ConvOp { config, pass: pass(weight.track_op() || x.tensor().track_op()), slots };
            let weight = weight.contiguous()?;
            match bias {
                Some(bias) => x.tensor().apply_op3(&weight, &bias.contiguous()?, op)?,
                None => x.tensor().apply_op2(&weight, op)?,
            }
        }
        MapLayout::ChannelsFirst => {
            let out = x.tensor().conv2d(weight, config.padding, config.stride, 1, 1)?;
            match bias {
                Some(bias) => out.broadcast_add(&bias.reshape((1, (), 1, 1))?)?,
                None => out,
            }
        }
    };
    Ok(x.with(out))
}

/// What the output is for.
fn pass(track: bool) -> Pass {
    if track { Pass::Forward } else { Pass::Infer }
}

/// The operation on (n, h, w, c) maps, (o, c, kh, kw) weights and, as `CustomOp3`, a bias.
struct ConvOp {
    config: ConvConfig,
    pass: Pass,
    slots: Slots,
}

impl ConvOp {
    fn shape(&self, x: &[usize], weight: &[usize]) -> Result<ConvShape> {
        match (x, weight) {
            (&[n, h, w, c], &[o, channels, kh, kw]) if c == channels => {
                ConvShape::new((n, h, w, c), (o, kh, kw), self.config.stride, self.config.padding)
                    .map_err(candle_core::Error::wrap)
            }
            _ => candle_core::bail!("a convolution's weight {weight:?} does not fit maps of {x:?} (n, h, w, c)"),
        }
    }

    fn forward(
        &self,
        (s1, l1): (&CpuStorage, &Layout),
        (s2, l2): (&CpuStorage, &Layout),
        bias: Option<(&CpuStorage, &Layout)>,
    ) -> Result<(CpuStorage, Shape)> {
        let s = self.shape(l1.dims(), l2.dims())?;
        let bias = bias.map(|(storage, layout)| slice(storage, layout)).transpose()?;
        if bias.is_some_and(|bias| bias.len() != s.o) {
            candle_core::bail!("a convolution to {} channels has a bias of another size", s.o);
        }
        let out = conv_forward(&s, self.pass, slice(s1, l1)?, slice(s2, l2)?, bias);
        Ok((CpuStorage::F32(out), Shape::from((s.n, s.oh, s.ow, s.o))))
    }

    fn backward(&self, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, dy: &Tensor) -> Result<[Option<Tensor>; 3]> {
        let s = self.shape(x.dims(), weight.dims())?;
        let dy = dy.contiguous()?;
        let grads = conv_backward(&s, &floats(x)?, &floats(weight)?, &floats(&dy)?, wanted(x, weight, bias));
        self.hand_on(grads, x, weight)
    }

    /// Gradients of parameters into their slots, the rest to Candle.
    fn hand_on(&self, grads: ConvGrads, x: &Tensor, weight: &Tensor) -> Result<[Option<Tensor>; 3]> {
        let ConvGrads { input, weight: dw, bias: db } = grads;
        let dw = dw.map(|dw| tensor(dw, weight.dims())).transpose()?;
        let db = db.map(|db| tensor(db, &weight.dims()[..1])).transpose()?;
        Ok([
            input.map(|dx| tensor(dx, x.dims())).transpose()?,
            into_slot(self.slots.weight.as_ref(), dw)?,
            into_slot(self.slots.bias.as_ref(), db)?,
        ])
    }
}

fn wanted(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Wanted {
    Wanted { input: x.track_op(), weight: weight.track_op(), bias: bias.is_some_and(Tensor::track_op) }
}

/// Leaves a parameter's gradient in its slot, or hands it on to Candle where there is none.
pub(super) fn into_slot(slot: Option<&GradSlot>, gradient: Option<Tensor>) -> Result<Option<Tensor>> {
    match (slot, gradient) {
        (Some(slot), Some(gradient)) => {
            slot.add(Gradient::Dense(gradient))?;
            Ok(None)
        }
        (_, gradient) => Ok(gradient),
    }
}

impl CustomOp2 for ConvOp {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        self.forward((s1, l1), (s2, l2), None)
    }

    fn bwd(&self, x: &Tensor, weight: &Tensor, _res: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let [dx, dw, _] = self.backward(x, weight, None, dy)?;
        Ok((dx, dw))
    }
}

impl CustomOp3 for ConvOp {
    fn name(&self) -> &'static str {
        "conv2d-bias"
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
        self.forward((s1, l1), (s2, l2), Some((s3, l3)))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _res: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [dx, dw, db] = self.backward(x, weight, Some(bias), dy)?;
        Ok((dx, dw, db))
    }
}
