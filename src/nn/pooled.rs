//! Convolutions with a ReLU and a max-pool behind each, all of them one operation on the CPU.
//!
//! As separate operations, Candle would add each gradient between them to a tensor of noughts, and every map would be a fresh
//! piece of memory. Here only the pooled maps and their winners are kept, in buffers that the next batch uses again; a
//! convolution's own output never exists as a whole.
//!
//! Elsewhere than on the CPU, and where windows overlap, the same is composed of the layers' own operations.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::conv::{Conv2d, into_slot};
use super::kernels::choose::{Pass, PooledShape, conv_pool_backward, conv_pool_forward};
use super::kernels::planes::Scratch;
use super::kernels::shape::PoolShape;
use super::maps::{MapLayout, Maps};
use super::pool::{PoolConfig, relu_max_pool};
use super::tensor_data::{floats, slice, tensor};

/// Numbers of a gradient that one thread sets to nought at a time.
const FILL: usize = 1 << 16;

/// `x` through each convolution, a ReLU and a max-pool; with `track`, gradients flow.
///
/// # Errors
/// When shapes do not fit or the device fails.
pub fn pooled_stages(x: &Maps, convs: &[Conv2d], pool: PoolConfig, track: bool) -> Result<Maps> {
    let side_by_side = pool.kernel == pool.stride && pool.padding == 0;
    match convs.first() {
        Some(first) if side_by_side && x.layout() == MapLayout::ChannelsLast => {
            let op = StagesOp { convs: convs.to_vec(), pool, track, saved: OnceLock::new() };
            // The weight is an argument only so that a gradient is asked for whatever `x` is.
            Ok(x.with(x.tensor().apply_op2(&first.weight().tensor(track), op)?))
        }
        _ => convs.iter().try_fold(x.clone(), |x, conv| relu_max_pool(&conv.forward(&x, track)?, pool)),
    }
}

struct StagesOp {
    convs: Vec<Conv2d>,
    pool: PoolConfig,
    track: bool,
    saved: OnceLock<Saved>,
}

/// What the backward pass needs beside the operation's input.
struct Saved {
    shapes: Vec<PooledShape>,
    /// Pooled maps, without the last.
    maps: Vec<Scratch>,
    winners: Vec<Vec<u8>>,
}

impl StagesOp {
    fn shape(&self, conv: &Conv2d, x: &[usize]) -> Result<PooledShape> {
        let s = conv.shape(x)?;
        let PoolConfig { kernel, stride, padding } = self.pool;
        let pool = PoolShape::new((s.n, s.oh, s.ow, s.o), kernel, stride, padding).map_err(candle_core::Error::wrap)?;
        match PooledShape::new(s, pool) {
            Some(shape) => Ok(shape),
            None => candle_core::bail!("a convolution can't be joined with a pooling whose windows overlap"),
        }
    }
}

impl CustomOp2 for StagesOp {
    fn name(&self) -> &'static str {
        "conv2d-relu-max-pool"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let pass = if self.track { Pass::Forward } else { Pass::Infer };
        let x = slice(s1, l1)?;
        let mut dims = l1.dims().to_vec();
        let mut saved = Saved { shapes: Vec::new(), maps: Vec::new(), winners: Vec::new() };
        let mut last = Vec::new();
        for (index, conv) in self.convs.iter().enumerate() {
            let s = self.shape(conv, &dims)?;
            let weight = floats(conv.weight().var())?;
            let bias = conv.bias().map(|bias| floats(bias.var())).transpose()?;
            let parameters = (&*weight, bias.as_deref());
            let mut winners = vec![0; s.output_len()];
            let input = saved.maps.last().map_or(x, |map| &**map);
            if index + 1 < self.convs.len() {
                let mut map = Scratch::take(s.output_len());
                conv_pool_forward(&s, pass, input, parameters, &mut map, &mut winners);
                if !self.track {
                    saved.maps.clear();
                }
                saved.maps.push(map);
            } else {
                last = vec![0.0; s.output_len()];
                conv_pool_forward(&s, pass, input, parameters, &mut last, &mut winners);
            }
            dims = s.output().to_vec();
            saved.shapes.push(s);
            saved.winners.push(winners);
        }
        if self.track {
            // The operation runs once for each node of the graph, so nothing can be there already.
            let _ = self.saved.set(saved);
        }
        Ok((CpuStorage::F32(last), Shape::from(dims)))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, _res: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(Saved { shapes, maps, winners }) = self.saved.get() else {
            candle_core::bail!("convolution: backward without forward");
        };
        let (x_numbers, dy) = (floats(x)?, dy.contiguous()?);
        let dy = floats(&dy)?;
        let mut gradient: Option<Scratch> = None;
        for (index, conv) in self.convs.iter().enumerate().rev() {
            let input = if index == 0 { &*x_numbers } else { &*maps[index - 1] };
            let mut dx = (index > 0 || x.track_op()).then(|| noughts(input.len()));
            let dy = gradient.as_deref().unwrap_or(&dy);
            let weight = conv.weight();
            let numbers = floats(weight.var())?;
            let grads = conv_pool_backward(&shapes[index], input, &numbers, (dy, &winners[index]), dx.as_deref_mut());
            for (param, gradient) in [(Some(weight), grads.weight), (conv.bias(), grads.bias)] {
                if let (Some(param), Some(gradient)) = (param, gradient) {
                    into_slot(Some(param.slot()), Some(tensor(gradient, param.var().dims())?))?;
                }
            }
            gradient = dx;
        }
        Ok((gradient.map(|dx| tensor(dx.to_vec(), x.dims())).transpose()?, None))
    }
}

fn noughts(len: usize) -> Scratch {
    let mut buffer = Scratch::take(len);
    buffer.par_chunks_mut(FILL).for_each(|piece| piece.fill(0.0));
    buffer
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use candle_core::{Device, Var};
    use proptest::prelude::*;

    use super::*;
    use crate::nn::ConvConfig;
    use crate::nn::init::Init;

    fn noise(dims: &[usize], name: &str) -> Tensor {
        Init::UniformFanIn(1).draw(dims, name, 3, &Device::Cpu).unwrap()
    }

    fn convs(channels: &[usize], stride: usize, with_bias: bool) -> Vec<Conv2d> {
        let one = |(i, pair): (usize, &[usize])| {
            let init = Init::UniformFanIn(pair[0] * 9);
            let config = ConvConfig { stride: if i == 0 { stride } else { 1 }, padding: 0 };
            let inits = (init, with_bias.then_some(init));
            Conv2d::init(&format!("conv{i}"), (pair[0], pair[1], 3), config, inits, (5, &Device::Cpu)).unwrap()
        };
        channels.windows(2).enumerate().map(one).collect()
    }

    /// Output and all gradients.
    fn everything(x: &Tensor, convs: &[Conv2d], run: impl Fn(&Maps) -> Result<Maps>) -> BTreeMap<String, Vec<f32>> {
        let x = Var::from_tensor(x).unwrap();
        let y = run(&Maps::from_nchw(&x).unwrap()).unwrap().to_nchw().unwrap();
        let store = (&y * noise(y.dims(), "loss")).unwrap().sum_all().unwrap().backward().unwrap();
        let numbers = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let mut all = BTreeMap::from([("y".to_owned(), numbers(&y))]);
        all.insert("dx".to_owned(), numbers(store.get(&x).unwrap()));
        for param in convs.iter().flat_map(Conv2d::params) {
            let gradient = param.slot().take().unwrap().to_tensor().unwrap();
            all.insert(param.name().to_owned(), numbers(&gradient));
        }
        all
    }

    fn check(n: usize, (h, w): (usize, usize), channels: &[usize], stride: usize, with_bias: bool) {
        let convs = convs(channels, stride, with_bias);
        let x = noise(&[n, channels[0], h, w], "x");
        let joined = everything(&x, &convs, |x| pooled_stages(x, &convs, PoolConfig::TWO, true));
        let apart = everything(&x, &convs, |x| {
            convs.iter().try_fold(x.clone(), |x, conv| relu_max_pool(&conv.forward(&x, true)?, PoolConfig::TWO))
        });
        assert_eq!(joined.keys().collect::<Vec<_>>(), apart.keys().collect::<Vec<_>>());
        for (name, expected) in &apart {
            let scale = expected.iter().fold(1e-3_f32, |scale, value| scale.max(value.abs()));
            for (a, b) in joined[name].iter().zip(expected) {
                assert!((a - b).abs() <= 1e-4 * scale, "{name}: {a} and {b} of {scale}");
            }
        }
        let inferred = pooled_stages(&Maps::from_nchw(&x).unwrap(), &convs, PoolConfig::TWO, false).unwrap();
        let inferred: Vec<f32> = inferred.to_nchw().unwrap().flatten_all().unwrap().to_vec1().unwrap();
        let scale = apart["y"].iter().fold(1e-3_f32, |scale, value| scale.max(value.abs()));
        assert!(inferred.iter().zip(&apart["y"]).all(|(a, b)| (a - b).abs() <= 1e-4 * scale));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn joined_stages_agree_with_their_layers_one_after_the_other(
            n in 0usize..4, h in 22usize..40, w in 22usize..40, c in 1usize..4, wider in 1usize..20, stride in 1usize..3,
            with_bias: bool,
        ) {
            let stages = if stride == 1 { vec![c, c + wider, 2 * wider, wider] } else { vec![c, c + wider, wider] };
            check(n, (h, w), &stages, stride, with_bias);
        }
    }

    #[test]
    fn stages_as_wide_as_the_custom_networks_agree_too() {
        check(3, (59, 63), &[3, 64, 96], 2, true);
    }
}
