//! The stem and the basic blocks of a ResNet in training, each one operation on the CPU.
//!
//! As separate operations, a convolution's map would be written and read many times over: for its statistics, its normalisation,
//! its ReLU, the sum with the shortcut, and each of these again for the gradients, which Candle adds to a tensor of noughts
//! first. Here only the convolutions' own outputs are kept. What follows from them (normalised maps, gradients) is formed a few
//! rows at a time where it is needed; statistics are taken while a map is still in the cache.
//!
//! Elsewhere than on the CPU the same is composed of the layers' own operations.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};

use super::batch_norm::BatchNorm2d;
use super::conv::{Conv2d, into_slot};
use super::kernels::choose::{conv_measured, conv_measured_backward};
use super::kernels::conv::Input;
use super::kernels::norm::{Affine, Slopes};
use super::kernels::normed::{NormedGradient, add_relu, gate_and_sum, gate_own_and_sum};
use super::kernels::planes::Scratch;
use super::kernels::pool;
use super::kernels::shape::{ConvShape, PoolShape};
use super::maps::{MapLayout, Maps};
use super::pool::{PoolConfig, relu_max_pool};
use super::tensor_data::{floats, slice, tensor};

/// A convolution without bias and the BatchNorm behind it. Clones are the same layers.
#[derive(Clone, Debug)]
pub struct ConvNorm {
    /// The convolution.
    pub conv: Conv2d,
    /// Its BatchNorm.
    pub norm: BatchNorm2d,
}

impl ConvNorm {
    /// One after the other, in training mode; with `relu`, a ReLU behind them.
    ///
    /// # Errors
    /// When shapes do not fit, a batch is too small or the device fails.
    pub fn forward_train(&self, x: &Maps, relu: bool) -> Result<Maps> {
        self.norm.forward_train(&self.conv.forward(x, true)?, relu)
    }

    /// One after the other, in evaluation mode, without gradients; with `relu`, a ReLU behind them.
    ///
    /// # Errors
    /// When shapes do not fit or the device fails.
    pub fn forward_eval(&self, x: &Maps, relu: bool) -> Result<Maps> {
        self.norm.forward_eval(&self.conv.forward(x, false)?, relu)
    }

    /// Convolves `x` of `dims` (n, h, w, c), takes the statistics and moves the running ones.
    fn measure(&self, x: Input<'_>, dims: &[usize]) -> Result<Measured> {
        let shape = self.conv.shape(dims)?;
        let pixels = shape.n * shape.oh * shape.ow;
        let mut map = Scratch::take(pixels * shape.o);
        let (mean, variance) = conv_measured(&shape, x, &floats(self.conv.weight().var())?, &mut map);
        let deviation = self.norm.take_batch(&mean, &variance, pixels)?;
        let [weight, bias] = self.norm.params();
        let scale = floats(weight.var())?.iter().zip(&deviation).map(|(w, d)| w * d).collect();
        let shift = floats(bias.var())?.to_vec();
        Ok(Measured { shape, map, mean, deviation, scale, shift })
    }

    /// Leaves the parameters' gradients in their slots and adds the input's to `dx`. `g` is the gradient of the normalised map,
    /// `sums` are each channel's sums of g and of g · (map − mean).
    fn backward(
        &self,
        m: &Measured,
        x: Input<'_>,
        g: &[f32],
        sums: (&[f64], &[f64]),
        dx: Option<&mut [f32]>,
    ) -> Result<()> {
        let [weight, bias] = self.norm.params();
        let pixels = m.shape.n * m.shape.oh * m.shape.ow;
        let slopes = Slopes::new(sums, pixels, (&m.deviation, &floats(weight.var())?), true);
        let dy = NormedGradient { g, x: &m.map, mean: &m.mean, slopes: &slopes };
        let kernels = self.conv.weight();
        let dw = conv_measured_backward(&m.shape, x, &floats(kernels.var())?, dy, dx);
        into_slot(Some(kernels.slot()), Some(tensor(dw, kernels.var().dims())?))?;
        let dweight = sums.1.iter().zip(&m.deviation).map(|(sum, d)| (sum * f64::from(*d)) as f32).collect();
        let dbias = sums.0.iter().map(|sum| *sum as f32).collect();
        into_slot(Some(weight.slot()), Some(tensor(dweight, weight.var().dims())?))?;
        into_slot(Some(bias.slot()), Some(tensor(dbias, bias.var().dims())?))?;
        Ok(())
    }
}

/// A convolution's output and the numbers of its normalisation.
struct Measured {
    shape: ConvShape,
    map: Scratch,
    mean: Vec<f32>,
    deviation: Vec<f32>,
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl Measured {
    fn affine(&self) -> Affine<'_> {
        Affine { mean: &self.mean, scale: &self.scale, shift: &self.shift }
    }

    /// What goes into the next convolution.
    fn as_input(&self) -> Input<'_> {
        Input::Normed(&self.map, self.affine())
    }

    fn output(&self) -> [usize; 4] {
        [self.shape.n, self.shape.oh, self.shape.ow, self.shape.o]
    }
}

/// A stem in training mode: convolution, BatchNorm, ReLU, max-pool.
///
/// # Errors
/// When shapes do not fit, a batch is too small or the device fails.
pub fn stem_train(x: &Maps, part: &ConvNorm, pool: PoolConfig) -> Result<Maps> {
    match x.layout() {
        MapLayout::ChannelsLast => {
            let op = StemOp { part: part.clone(), pool, saved: OnceLock::new() };
            Ok(x.with(x.tensor().apply_op2(&part.conv.weight().tensor(true), op)?))
        }
        // The pool takes the ReLU with it.
        MapLayout::ChannelsFirst => relu_max_pool(&part.forward_train(x, false)?, pool),
    }
}

/// A basic block in training mode: ReLU(second(ReLU(first(x))) + shortcut(x)), the shortcut being `x` itself without layers of
/// its own.
///
/// # Errors
/// When shapes do not fit, a batch is too small or the device fails.
pub fn basic_block_train(x: &Maps, first: &ConvNorm, second: &ConvNorm, shortcut: Option<&ConvNorm>) -> Result<Maps> {
    match x.layout() {
        MapLayout::ChannelsLast => {
            let op = BlockOp {
                first: first.clone(),
                second: second.clone(),
                shortcut: shortcut.cloned(),
                saved: OnceLock::new(),
            };
            // The weight is an argument only so that a gradient is asked for whatever `x` is.
            Ok(x.with(x.tensor().apply_op2(&first.conv.weight().tensor(true), op)?))
        }
        MapLayout::ChannelsFirst => {
            let y = second.forward_train(&first.forward_train(x, true)?, false)?;
            match shortcut {
                Some(shortcut) => super::add_relu(&y, &shortcut.forward_train(x, false)?),
                None => super::add_relu(&y, x),
            }
        }
    }
}

struct StemOp {
    part: ConvNorm,
    pool: PoolConfig,
    saved: OnceLock<(Measured, Vec<u8>)>,
}

impl StemOp {
    fn pool_shape(&self, s: &ConvShape) -> Result<PoolShape> {
        let PoolConfig { kernel, stride, padding } = self.pool;
        PoolShape::new((s.n, s.oh, s.ow, s.o), kernel, stride, padding).map_err(candle_core::Error::wrap)
    }
}

impl CustomOp2 for StemOp {
    fn name(&self) -> &'static str {
        "resnet-stem"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let m = self.part.measure(Input::Map(slice(s1, l1)?), l1.dims())?;
        let shape = self.pool_shape(&m.shape)?;
        let mut out = vec![0.0; shape.n * shape.output_len()];
        let mut winners = vec![0; out.len()];
        pool::forward_normed(&shape, &m.map, m.affine(), &mut out, &mut winners);
        // The operation runs once for each node of the graph, so nothing can be there already.
        let _ = self.saved.set((m, winners));
        Ok((CpuStorage::F32(out), Shape::from((shape.n, shape.oh, shape.ow, shape.c))))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, _res: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some((m, winners)) = self.saved.get() else {
            candle_core::bail!("stem: backward without forward");
        };
        let mut g = Scratch::take(m.map.len());
        pool::backward(&self.pool_shape(&m.shape)?, &floats(&dy.contiguous()?)?, winners, &mut g);
        let sums = gate_own_and_sum(&m.map, m.affine(), &mut g);
        let mut dx = x.track_op().then(|| vec![0.0; x.elem_count()]);
        self.part.backward(m, Input::Map(&floats(x)?), &g, (&sums[0], &sums[1]), dx.as_deref_mut())?;
        Ok((dx.map(|dx| tensor(dx, x.dims())).transpose()?, None))
    }
}

struct BlockOp {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
    saved: OnceLock<Saved>,
}

/// What a block's backward pass needs beside its input and output.
struct Saved {
    first: Measured,
    second: Measured,
    shortcut: Option<Measured>,
}

impl CustomOp2 for BlockOp {
    fn name(&self) -> &'static str {
        "resnet-block"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = slice(s1, l1)?;
        let first = self.first.measure(Input::Map(x), l1.dims())?;
        let second = self.second.measure(first.as_input(), &first.output())?;
        let shortcut = self.shortcut.as_ref().map(|part| part.measure(Input::Map(x), l1.dims())).transpose()?;
        let other = match &shortcut {
            Some(m) => (&*m.map, Some(m.affine())),
            None => (x, None),
        };
        if other.0.len() != second.map.len() {
            candle_core::bail!(
                "a residual block's branches differ: {} and {} numbers",
                second.map.len(),
                other.0.len()
            );
        }
        let mut out = vec![0.0; second.map.len()];
        add_relu(&second.map, second.affine(), other, &mut out);
        let shape = Shape::from(second.output().as_slice());
        let _ = self.saved.set(Saved { first, second, shortcut });
        Ok((CpuStorage::F32(out), shape))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, res: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(Saved { first, second, shortcut }) = self.saved.get() else {
            candle_core::bail!("residual block: backward without forward");
        };
        let dy = dy.contiguous()?;
        let (input, dy, y) = (floats(x)?, floats(&dy)?, floats(res)?);
        let channels = second.shape.o;
        let mut g = Scratch::take(dy.len());
        let maps = (&*second.map, &*second.mean);
        let sums = match shortcut {
            Some(m) => gate_and_sum(&dy, &y, [maps, (&m.map, &m.mean)], channels, &mut g),
            None => gate_and_sum(&dy, &y, [maps], channels, &mut g),
        };
        let mut between = Scratch::take(first.map.len());
        between.fill(0.0);
        self.second.backward(second, first.as_input(), &g, (&sums[0], &sums[1]), Some(&mut between))?;
        let inner = gate_own_and_sum(&first.map, first.affine(), &mut between);

        let mut dx = x.track_op().then(|| match shortcut {
            Some(_) => vec![0.0; input.len()],
            None => g.to_vec(),
        });
        self.first.backward(first, Input::Map(&input), &between, (&inner[0], &inner[1]), dx.as_deref_mut())?;
        if let (Some(part), Some(m)) = (&self.shortcut, shortcut) {
            part.backward(m, Input::Map(&input), &g, (&sums[0], &sums[2]), dx.as_deref_mut())?;
        }
        Ok((dx.map(|dx| tensor(dx, x.dims())).transpose()?, None))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use candle_core::{Device, Var};
    use proptest::prelude::*;

    use super::*;
    use crate::nn::activation::add_relu as add_relu_maps;
    use crate::nn::init::Init;
    use crate::nn::{ConvConfig, Param};

    fn conv_norm(name: &str, inputs: usize, outputs: usize, kernel: usize, stride: usize) -> ConvNorm {
        let device = &Device::Cpu;
        let config = ConvConfig { stride, padding: kernel / 2 };
        let init = (Init::KaimingNormalFanOut(outputs * kernel * kernel), None);
        let part = ConvNorm {
            conv: Conv2d::init(name, (inputs, outputs, kernel), config, init, (7, device)).unwrap(),
            norm: BatchNorm2d::init(name, outputs, device).unwrap(),
        };
        // Other numbers than 1 and 0, some of them negative.
        for (param, spread) in part.norm.params().into_iter().zip([2.0, 0.5]) {
            param.var().set(&noise(&[outputs], spread, param.name())).unwrap();
        }
        part
    }

    /// Numbers in ±`spread`.
    fn noise(dims: &[usize], spread: f64, name: &str) -> Tensor {
        (Init::UniformFanIn(1).draw(dims, name, 3, &Device::Cpu).unwrap() * spread).unwrap()
    }

    type Numbers = BTreeMap<String, Vec<f32>>;

    /// Output, gradients of the input and of all parameters, and running statistics.
    fn everything(x: &Tensor, parts: &[ConvNorm], run: impl Fn(&Maps) -> Result<Maps>) -> Numbers {
        let x = Var::from_tensor(x).unwrap();
        let y = run(&Maps::from_nchw(&x).unwrap()).unwrap().to_nchw().unwrap();
        let weights = noise(y.dims(), 1.0, "loss");
        let loss = (&y * &weights).unwrap().sum_all().unwrap();
        let mut params: Vec<Param> =
            parts.iter().flat_map(|part| part.conv.params().chain(part.norm.params())).cloned().collect();
        let numbers = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let mut all = Numbers::new();
        // The input's gradient comes out of Candle's store.
        let store = loss.backward().unwrap();
        if let Some(dx) = store.get(&x) {
            all.insert("dx".to_owned(), numbers(dx));
        }
        for param in params.drain(..) {
            let found = match param.slot().take() {
                Some(gradient) => gradient.to_tensor().unwrap(),
                None => store.get(param.var()).unwrap().clone(),
            };
            all.insert(param.name().to_owned(), numbers(&found));
        }
        all.insert("y".to_owned(), numbers(&y));
        for (name, var) in parts.iter().flat_map(|part| part.norm.buffers()) {
            all.insert(name, numbers(&var));
        }
        all
    }

    fn assert_same(joined: &Numbers, apart: &Numbers) {
        assert_eq!(joined.keys().collect::<Vec<_>>(), apart.keys().collect::<Vec<_>>());
        for (name, expected) in apart {
            let scale = expected.iter().fold(1e-3_f32, |scale, value| scale.max(value.abs()));
            for (a, b) in joined[name].iter().zip(expected) {
                assert!((a - b).abs() <= 2e-4 * scale, "{name}: {a} and {b} of {scale}");
            }
        }
    }

    fn check_block(n: usize, (h, w): (usize, usize), (inputs, outputs): (usize, usize), stride: usize) {
        // Each side has its own layers, so that running statistics move once.
        let make = || {
            let mut parts = vec![conv_norm("a", inputs, outputs, 3, stride), conv_norm("b", outputs, outputs, 3, 1)];
            if stride != 1 || inputs != outputs {
                parts.push(conv_norm("c", inputs, outputs, 1, stride));
            }
            parts
        };
        let x = noise(&[n, inputs, h, w], 1.0, "x");
        let parts = make();
        let joined = everything(&x, &parts, |x| basic_block_train(x, &parts[0], &parts[1], parts.get(2)));
        let parts = make();
        let apart = everything(&x, &parts, |x| {
            let y = parts[1].forward_train(&parts[0].forward_train(x, true)?, false)?;
            match parts.get(2) {
                Some(shortcut) => add_relu_maps(&y, &shortcut.forward_train(x, false)?),
                None => add_relu_maps(&y, x),
            }
        });
        assert_same(&joined, &apart);
    }

    fn check_stem(n: usize, (h, w): (usize, usize), outputs: usize) {
        let x = noise(&[n, 3, h, w], 1.0, "x");
        let parts = [conv_norm("stem", 3, outputs, 7, 2)];
        let joined = everything(&x, &parts, |x| stem_train(x, &parts[0], PoolConfig::RESNET));
        let parts = [conv_norm("stem", 3, outputs, 7, 2)];
        let apart = everything(&x, &parts, |x| relu_max_pool(&parts[0].forward_train(x, false)?, PoolConfig::RESNET));
        assert_same(&joined, &apart);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn a_joined_block_agrees_with_its_layers_one_after_the_other(
            n in 2usize..4, h in 3usize..12, w in 3usize..12, c in 1usize..7, wider in 0usize..3, stride in 1usize..3,
        ) {
            check_block(n, (h, w), (c, c + wider), stride);
        }

        #[test]
        fn a_joined_stem_agrees_with_its_layers_one_after_the_other(
            n in 2usize..4, h in 8usize..24, w in 8usize..24, outputs in 1usize..7,
        ) {
            check_stem(n, (h, w), outputs);
        }
    }

    #[test]
    fn blocks_as_wide_as_a_resnets_agree_with_their_layers_one_after_the_other() {
        check_block(2, (15, 13), (64, 64), 1);
        check_block(3, (14, 14), (48, 96), 2);
        check_stem(2, (47, 61), 32);
    }
}
