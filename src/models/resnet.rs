//! ResNet18 and ResNet34 (He et al., 2015, <https://arxiv.org/abs/1512.03385>), as torchvision builds them: 7×7 stride-2 stem,
//! 3×3 stride-2 max-pool, four stages of basic blocks, global average pooling, one fully connected layer. The stages' widths are
//! parameters. The stride of a block is in its first convolution.

use candle_core::{Device, Result, Tensor};

use super::{ForwardMode, ModelSpec};
use crate::nn::init::Init;
use crate::nn::pool::{PoolConfig, relu_max_pool};
use crate::nn::{
    BatchNorm2d, Conv2d, ConvConfig, ConvNorm, Linear, Maps, Param, add_relu, basic_block_train, global_average_pool,
    stem_train,
};

/// A residual network.
#[derive(Debug)]
pub(super) struct ResNet {
    stem: ConvNorm,
    blocks: Vec<Block>,
    fc: Linear,
}

/// A new convolution and its BatchNorm, under their names.
fn conv_norm(
    (conv, norm): (&str, &str),
    (inputs, outputs, kernel): (usize, usize, usize),
    stride: usize,
    (seed, device): (u64, &Device),
) -> Result<ConvNorm> {
    let init = Init::KaimingNormalFanOut(outputs * kernel * kernel);
    let config = ConvConfig { stride, padding: kernel / 2 };
    Ok(ConvNorm {
        conv: Conv2d::init(conv, (inputs, outputs, kernel), config, (init, None), (seed, device))?,
        norm: BatchNorm2d::init(norm, outputs, device)?,
    })
}

fn params_of(part: &ConvNorm) -> impl Iterator<Item = &Param> {
    part.conv.params().chain(part.norm.params())
}

/// A basic block: two 3×3 convolutions and a shortcut.
#[derive(Debug)]
struct Block {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
}

impl Block {
    fn forward(&self, x: &Maps, mode: ForwardMode) -> Result<Maps> {
        match mode {
            ForwardMode::Train => basic_block_train(x, &self.first, &self.second, self.shortcut.as_ref()),
            ForwardMode::Eval => {
                let y = self.second.forward_eval(&self.first.forward_eval(x, true)?, false)?;
                match &self.shortcut {
                    Some(shortcut) => add_relu(&y, &shortcut.forward_eval(x, false)?),
                    None => add_relu(&y, x),
                }
            }
        }
    }

    fn parts(&self) -> impl Iterator<Item = &ConvNorm> {
        [&self.first, &self.second].into_iter().chain(&self.shortcut)
    }
}

impl ResNet {
    pub(super) fn new(spec: &ModelSpec, seed: u64, device: &Device) -> Result<Self> {
        let origin = (seed, device);
        let widths = spec.resnet_widths();
        let stem = conv_norm(("conv1", "bn1"), (3, widths[0], 7), 2, origin)?;
        let mut blocks = Vec::new();
        let mut channels = widths[0];
        for (stage, (width, count)) in widths.into_iter().zip(spec.resnet_blocks()).enumerate() {
            for index in 0..count {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let name = format!("layer{}.{index}", stage + 1);
                let part = |conv: &str, norm: &str, inputs: usize, kernel: usize, stride: usize| {
                    let names = (format!("{name}.{conv}"), format!("{name}.{norm}"));
                    conv_norm((&names.0, &names.1), (inputs, width, kernel), stride, origin)
                };
                let shortcut = stride != 1 || channels != width;
                blocks.push(Block {
                    first: part("conv1", "bn1", channels, 3, stride)?,
                    second: part("conv2", "bn2", width, 3, 1)?,
                    shortcut: shortcut
                        .then(|| part("downsample.0", "downsample.1", channels, 1, stride))
                        .transpose()?,
                });
                channels = width;
            }
        }
        Ok(Self { stem, blocks, fc: Linear::init("fc", channels, spec.classes, seed, device)? })
    }

    pub(super) fn forward(&self, x: &Tensor, mode: ForwardMode) -> Result<Tensor> {
        self.head(&global_average_pool(&self.maps(x, mode)?)?, mode == ForwardMode::Train)
    }

    /// The last stage's output, (n, 512, 7, 7) for 224×224.
    pub(super) fn maps(&self, x: &Tensor, mode: ForwardMode) -> Result<Maps> {
        let pictures = Maps::from_nchw(x)?;
        let mut maps = match mode {
            ForwardMode::Train => stem_train(&pictures, &self.stem, PoolConfig::RESNET)?,
            // The pool takes the stem's ReLU with it.
            ForwardMode::Eval => relu_max_pool(&self.stem.forward_eval(&pictures, false)?, PoolConfig::RESNET)?,
        };
        for block in &self.blocks {
            maps = block.forward(&maps, mode)?;
        }
        Ok(maps)
    }

    pub(super) fn head(&self, features: &Tensor, track: bool) -> Result<Tensor> {
        self.fc.forward(features, false, track)
    }

    pub(super) fn head_params(&self) -> Vec<Param> {
        self.fc.params().into_iter().cloned().collect()
    }

    fn parts(&self) -> impl Iterator<Item = &ConvNorm> {
        std::iter::once(&self.stem).chain(self.blocks.iter().flat_map(Block::parts))
    }

    pub(super) fn params(&self) -> Vec<Param> {
        self.parts().flat_map(params_of).chain(self.fc.params()).cloned().collect()
    }

    pub(super) fn norms(&self) -> impl Iterator<Item = &BatchNorm2d> {
        self.parts().map(|part| &part.norm)
    }
}
