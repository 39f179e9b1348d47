//! A frozen ResNet18 or ResNet34 up to its pooled features, as fast as this machine's processor allows.
//!
//! Deep Residual Learning for Image Recognition (He et al., 2015), as torchvision builds it, in evaluation mode: BatchNorm is
//! folded into the convolutions. Equal to the plain network's features up to rounding (see the tests), and bit for bit the same
//! for any number of threads and whatever pictures are computed together. Runs in the rayon pool that it is called from.
//!
//! Must not know: the head, training, where the weights come from.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use thiserror::Error;

use super::{Arch, ModelSpec};
use crate::nn::fused::direct::DirectConv;
use crate::nn::fused::pool::global_average;
use crate::nn::fused::stem::Stem;
use crate::nn::fused::winograd::{Layer, Winograd};
use crate::nn::fused::{Cpu, Filter, Pool, Size, Workers};

/// BatchNorm's ε in torchvision's networks.
const EPSILON: f64 = 1e-5;
/// Channels of the four stages where the spec says nothing.
const WIDTHS: [usize; 4] = [64, 128, 256, 512];
/// Side of the pictures that [`FusedResnet::features`] takes.
const SIDE: usize = 224;
/// Pictures that go through the deep layers together: enough for large matrix products, few enough for little memory.
const GROUP: usize = 16;

/// Why a state dictionary or an input can't be used.
#[derive(Debug, Error)]
pub enum FusedError {
    /// Only ResNets have a backbone.
    #[error("the architecture {0} has no frozen backbone: choose resnet18 or resnet34")]
    NotResnet(&'static str),
    /// A tensor is not there.
    #[error("the weights lack {0}: choose a file made for this architecture")]
    Missing(String),
    /// A tensor has another shape.
    #[error(
        "{name} in the weights has shape {found:?} where {expected:?} is needed: choose a file made for this architecture"
    )]
    Shape {
        /// Its name.
        name: String,
        /// As it should be.
        expected: Vec<usize>,
        /// As it is.
        found: Vec<usize>,
    },
    /// Pictures of another size.
    #[error("{pictures} pictures of {height}×{width} need {expected} numbers, but there are {found}")]
    Input {
        /// How many pictures were announced.
        pictures: usize,
        /// Their height.
        height: usize,
        /// Their width.
        width: usize,
        /// Numbers they need.
        expected: usize,
        /// Numbers there are.
        found: usize,
    },
    /// Reading a tensor failed.
    #[error("the weights could not be read: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// A frozen backbone, packed for this machine's processor.
#[derive(Debug)]
pub struct FusedResnet {
    stem: Stem,
    /// Blocks that are computed picture by picture.
    wide: Vec<Block>,
    /// Blocks, after those, that are computed for a group of pictures.
    deep: Vec<Block>,
    /// Features of a picture.
    width: usize,
    cpu: Cpu,
    pool: Pool,
}

/// Two 3×3 convolutions and what is added to them.
#[derive(Debug)]
struct Block {
    first: First,
    second: Winograd,
    /// Of blocks that change the shape: a 1×1 convolution of the input. The input itself otherwise.
    shortcut: Option<DirectConv>,
}

#[derive(Debug)]
enum First {
    Same(Winograd),
    Half(DirectConv),
}

impl FusedResnet {
    /// Folds and packs the weights of `state_dict` (torchvision's names, f32; `fc` is not needed and other tensors are ignored).
    ///
    /// # Errors
    /// When `spec` is not a ResNet, or a tensor is missing or has another shape than the spec says.
    pub fn new(state_dict: &BTreeMap<String, Tensor>, spec: &ModelSpec) -> Result<Self, FusedError> {
        Self::for_cpu(Cpu::best(), state_dict, spec)
    }

    fn for_cpu(cpu: Cpu, state_dict: &BTreeMap<String, Tensor>, spec: &ModelSpec) -> Result<Self, FusedError> {
        let depths = match spec.arch {
            Arch::Resnet18 => [2, 2, 2, 2],
            Arch::Resnet34 => [3, 4, 6, 3],
            other => return Err(FusedError::NotResnet(other.name())),
        };
        let widths = spec.widths.unwrap_or(WIDTHS);
        let weights = Weights(state_dict);
        let filter = weights.filter("conv1", "bn1", widths[0], 3, 7)?;
        let stem = Stem::new(cpu, &filter).ok_or_else(|| FusedError::Missing("conv1.weight".to_owned()))?;
        let mut blocks = Vec::new();
        let mut inputs = widths[0];
        for (stage, (depth, outputs)) in depths.into_iter().zip(widths).enumerate() {
            for block in 0..depth {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                blocks.push(Block::new(
                    cpu,
                    &weights,
                    &format!("layer{}.{block}", stage + 1),
                    inputs,
                    outputs,
                    stride,
                )?);
                inputs = outputs;
            }
        }
        let wide = blocks.iter().position(|block| block.second.wants_groups()).unwrap_or(blocks.len());
        let deep = blocks.split_off(wide);
        Ok(Self { stem, wide: blocks, deep, width: widths[3], cpu, pool: Pool::default() })
    }

    /// Numbers in a picture's features (512 unless the spec says otherwise).
    pub fn width(&self) -> usize {
        self.width
    }

    /// Name of the instruction set that is used.
    pub fn instruction_set(&self) -> &'static str {
        self.cpu.name()
    }

    /// Bytes of working memory kept for the next call.
    pub fn workspace_bytes(&self) -> usize {
        self.pool.bytes()
    }

    /// Gives the working memory back; the next call takes it anew.
    pub fn release_workspace(&self) {
        self.pool.release();
    }

    /// Features of `n` normalised pictures (n, 3, 224, 224) into `out` (n, width), whose previous contents go.
    ///
    /// # Errors
    /// When `images` does not hold `n` pictures.
    pub fn features(&self, images: &[f32], n: usize, out: &mut Vec<f32>) -> Result<(), FusedError> {
        self.features_of_size(images, n, SIDE, SIDE, out)
    }

    /// The same for pictures (n, 3, height, width) of any size.
    ///
    /// # Errors
    /// When `images` does not hold `n` pictures, or they have no pixels.
    pub fn features_of_size(
        &self,
        images: &[f32],
        n: usize,
        height: usize,
        width: usize,
        out: &mut Vec<f32>,
    ) -> Result<(), FusedError> {
        out.clear();
        let size = Size { height, width };
        let picture = 3 * size.pixels();
        if n.checked_mul(picture) != Some(images.len()) || (n > 0 && picture == 0) {
            let expected = n.saturating_mul(picture);
            return Err(FusedError::Input { pictures: n, height, width, expected, found: images.len() });
        }
        if n > 0 {
            out.reserve(n * self.width);
            images.chunks(GROUP * picture).for_each(|group| self.group(group, size, out));
        }
        Ok(())
    }

    /// Appends the features of a few pictures.
    fn group(&self, images: &[f32], size: Size, out: &mut Vec<f32>) {
        let picture = 3 * size.pixels();
        let count = images.len() / picture;
        let workers = if Workers::All.count() == 1 { Workers::One } else { Workers::All };
        let (wide_size, wide_channels) = shape_after(&self.wide, (Stem::output_size(size), self.stem.outputs()));
        let wide = wide_size.pixels() * wide_channels;
        let mut maps = self.pool.lend(count * wide);
        // As many pictures as there are threads, each on one thread, as often as that comes out even; the rest one after the
        // other, each on all threads.
        let (alone, shared) = maps.split_at_mut(count / workers.count() * workers.count() * wide);
        let done = alone.len() / wide;
        workers.chunks(alone, wide, |i, out| self.wide(Workers::One, &images[i * picture..][..picture], size, out));
        for (i, out) in shared.chunks_exact_mut(wide).enumerate() {
            self.wide(workers, &images[(done + i) * picture..][..picture], size, out);
        }
        let (last_size, last_channels) = shape_after(&self.deep, (wide_size, wide_channels));
        if self.deep.is_empty() {
            global_average(&maps, last_size, last_channels, self.width, out);
        } else {
            let mut last = self.pool.lend(count * last_size.pixels() * last_channels);
            run_blocks(&self.deep, workers, &self.pool, &maps, count, wide_size, &mut last);
            global_average(&last, last_size, last_channels, self.width, out);
        }
    }

    /// Stem and wide blocks of one picture.
    fn wide(&self, workers: Workers, picture: &[f32], size: Size, out: &mut [f32]) {
        let stem_size = Stem::output_size(size);
        if self.wide.is_empty() {
            return self.stem.run(workers, &self.pool, picture, size, out);
        }
        let mut start = self.pool.lend(stem_size.pixels() * self.stem.outputs());
        self.stem.run(workers, &self.pool, picture, size, &mut start);
        run_blocks(&self.wide, workers, &self.pool, &start, 1, stem_size, out);
    }
}

/// Takes `n` pictures through `blocks` (at least one) into `out`.
fn run_blocks(
    blocks: &[Block],
    workers: Workers,
    pool: &Pool,
    input: &[f32],
    n: usize,
    mut size: Size,
    out: &mut [f32],
) {
    let Some((last, blocks)) = blocks.split_last() else { return };
    let mut held = None;
    for block in blocks {
        let (next_size, channels) = block.shape(size);
        let mut next = pool.lend(n * next_size.pixels() * channels);
        block.run(workers, pool, held.as_deref().unwrap_or(input), n, size, &mut next);
        held = Some(next);
        size = next_size;
    }
    last.run(workers, pool, held.as_deref().unwrap_or(input), n, size, out);
}

/// Size and padded channels after some blocks.
fn shape_after(blocks: &[Block], start: (Size, usize)) -> (Size, usize) {
    blocks.iter().fold(start, |(size, _), block| block.shape(size))
}

impl Block {
    fn new(
        cpu: Cpu,
        weights: &Weights<'_>,
        name: &str,
        inputs: usize,
        outputs: usize,
        stride: usize,
    ) -> Result<Self, FusedError> {
        let conv = |i: usize, inputs: usize| {
            weights.filter(&format!("{name}.conv{i}"), &format!("{name}.bn{i}"), outputs, inputs, 3)
        };
        let winograd = |i: usize, filter: &Filter| {
            Winograd::new(cpu, filter).ok_or_else(|| FusedError::Missing(format!("{name}.conv{i}.weight")))
        };
        let first = conv(1, inputs)?;
        let changes = stride != 1 || inputs != outputs;
        Ok(Self {
            first: if stride == 1 {
                First::Same(winograd(1, &first)?)
            } else {
                First::Half(DirectConv::new(cpu, &first, stride, 1))
            },
            second: winograd(2, &conv(2, outputs)?)?,
            shortcut: if changes {
                let filter = weights.filter(
                    &format!("{name}.downsample.0"),
                    &format!("{name}.downsample.1"),
                    outputs,
                    inputs,
                    1,
                )?;
                Some(DirectConv::new(cpu, &filter, stride, 0))
            } else {
                None
            },
        })
    }

    /// Size and padded channels of its output.
    fn shape(&self, size: Size) -> (Size, usize) {
        let size = match &self.first {
            First::Same(_) => size,
            First::Half(conv) => conv.output_size(size),
        };
        (size, self.second.outputs())
    }

    fn run(&self, workers: Workers, pool: &Pool, input: &[f32], n: usize, size: Size, out: &mut [f32]) {
        let (out_size, channels) = self.shape(size);
        let len = n * out_size.pixels() * channels;
        let mut middle = pool.lend(len);
        match &self.first {
            First::Same(conv) => {
                conv.run(workers, pool, Layer { input, size, residual: None, relu: true }, &mut middle);
            }
            First::Half(conv) => conv.run(workers, input, size, true, &mut middle),
        }
        let shortcut = self.shortcut.as_ref().map(|conv| {
            let mut shortcut = pool.lend(len);
            conv.run(workers, input, size, false, &mut shortcut);
            shortcut
        });
        let residual = Some(shortcut.as_deref().unwrap_or(input));
        self.second.run(workers, pool, Layer { input: &middle, size: out_size, residual, relu: true }, out);
    }
}

/// A state dictionary with torchvision's names.
struct Weights<'a>(&'a BTreeMap<String, Tensor>);

impl Weights<'_> {
    fn values(&self, name: String, shape: &[usize]) -> Result<Vec<f32>, FusedError> {
        let Some(tensor) = self.0.get(&name) else { return Err(FusedError::Missing(name)) };
        if tensor.dims() != shape {
            return Err(FusedError::Shape { name, expected: shape.to_vec(), found: tensor.dims().to_vec() });
        }
        Ok(tensor.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
    }

    /// A convolution (without bias of its own) followed by a BatchNorm in evaluation mode:
    /// `(conv(x) − mean) · weight / √(variance + ε) + bias`.
    fn filter(
        &self,
        conv: &str,
        norm: &str,
        outputs: usize,
        inputs: usize,
        kernel: usize,
    ) -> Result<Filter, FusedError> {
        let mut weights = self.values(format!("{conv}.weight"), &[outputs, inputs, kernel, kernel])?;
        let norm = |leaf: &str| self.values(format!("{norm}.{leaf}"), &[outputs]);
        let (gamma, beta, mean, variance) =
            (norm("weight")?, norm("bias")?, norm("running_mean")?, norm("running_var")?);
        let mut bias = Vec::with_capacity(outputs);
        for (output, weights) in weights.chunks_exact_mut((inputs * kernel * kernel).max(1)).enumerate() {
            let scale = f64::from(gamma[output]) / (f64::from(variance[output]) + EPSILON).sqrt();
            weights.iter_mut().for_each(|weight| *weight = (f64::from(*weight) * scale) as f32);
            bias.push((f64::from(beta[output]) - f64::from(mean[output]) * scale) as f32);
        }
        Ok(Filter { weights, bias, inputs, outputs, kernel })
    }
}

#[cfg(test)]
mod tests;
