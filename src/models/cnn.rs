//! The custom networks: three convolutions, each with ReLU and a 2×2 max-pool, then a classifier.
//!
//! `cnn` is the recipe's: conv 3→64 (stride 2), 64→128, 128→256, all 3×3 without padding, so that 224 pixels become
//! 111→55→53→26→24→12; then 256·12·12→256→128→classes. `cnn-bn` has BatchNorm between each convolution and its ReLU; `cnn-gap`
//! replaces the three fully connected layers by global average pooling and one 256→classes layer.

use candle_core::{Device, Result, Tensor};

use super::{Arch, ForwardMode, ModelSpec};
use crate::nn::init::Init;
use crate::nn::pool::{PoolConfig, relu_max_pool};
use crate::nn::{BatchNorm2d, Conv2d, ConvConfig, Linear, Maps, Param, global_average_pool, pooled_stages};

/// Channels before and after each convolution.
pub(super) const CHANNELS: [usize; 4] = [3, 64, 128, 256];
/// Strides of the convolutions.
pub(super) const STRIDES: [usize; 3] = [2, 1, 1];
/// Side of the kernels.
pub(super) const KERNEL: usize = 3;
/// Side of the last map for pictures of 224×224.
pub(super) const LAST_SIDE: usize = 12;
/// Outputs of the two hidden fully connected layers.
pub(super) const HIDDEN: [usize; 2] = [256, 128];

/// One of the custom networks.
#[derive(Debug)]
pub(super) struct Cnn {
    stages: Vec<Stage>,
    classifier: Classifier,
}

#[derive(Debug)]
struct Stage {
    conv: Conv2d,
    norm: Option<BatchNorm2d>,
}

#[derive(Debug)]
enum Classifier {
    /// fc1, fc2, fc3 on the flattened map.
    Flat([Linear; 3]),
    /// fc on the map's mean.
    Average(Linear),
}

impl Cnn {
    pub(super) fn new(spec: &ModelSpec, seed: u64, device: &Device) -> Result<Self> {
        let mut stages = Vec::new();
        for (i, stride) in STRIDES.into_iter().enumerate() {
            let (inputs, outputs) = (CHANNELS[i], CHANNELS[i + 1]);
            let init = Init::UniformFanIn(inputs * KERNEL * KERNEL);
            let config = ConvConfig { stride, padding: 0 };
            let name = format!("conv{}", i + 1);
            let conv = Conv2d::init(&name, (inputs, outputs, KERNEL), config, (init, Some(init)), (seed, device))?;
            let with_norm = spec.arch == Arch::CnnBn;
            let norm = with_norm.then(|| BatchNorm2d::init(&format!("bn{}", i + 1), outputs, device)).transpose()?;
            stages.push(Stage { conv, norm });
        }
        let last = CHANNELS[3];
        let classifier = if spec.arch == Arch::CnnGap {
            Classifier::Average(Linear::init("fc", last, spec.classes, seed, device)?)
        } else {
            Classifier::Flat([
                Linear::init("fc1", last * LAST_SIDE * LAST_SIDE, HIDDEN[0], seed, device)?,
                Linear::init("fc2", HIDDEN[0], HIDDEN[1], seed, device)?,
                Linear::init("fc3", HIDDEN[1], spec.classes, seed, device)?,
            ])
        };
        Ok(Self { stages, classifier })
    }

    pub(super) fn forward(&self, x: &Tensor, mode: ForwardMode) -> Result<Tensor> {
        let map = self.maps(x, mode)?;
        self.classify(&map, mode == ForwardMode::Train)
    }

    /// The last map, (n, 256, 12, 12) for 224×224: after ReLU and pooling, exactly what the classifier sees.
    pub(super) fn maps(&self, x: &Tensor, mode: ForwardMode) -> Result<Maps> {
        let train = mode == ForwardMode::Train;
        let maps = Maps::from_nchw(x)?;
        if self.norms().next().is_none() {
            let convs: Vec<Conv2d> = self.stages.iter().map(|stage| stage.conv.clone()).collect();
            return pooled_stages(&maps, &convs, PoolConfig::TWO, train);
        }
        let mut maps = maps;
        for Stage { conv, norm } in &self.stages {
            maps = conv.forward(&maps, train)?;
            if let Some(norm) = norm {
                maps = if train { norm.forward_train(&maps, false)? } else { norm.forward_eval(&maps, false)? };
            }
            maps = relu_max_pool(&maps, PoolConfig::TWO)?;
        }
        Ok(maps)
    }

    pub(super) fn classify(&self, maps: &Maps, track: bool) -> Result<Tensor> {
        match &self.classifier {
            Classifier::Average(fc) => fc.forward(&global_average_pool(maps)?, false, track),
            Classifier::Flat([fc1, fc2, fc3]) => {
                let x = maps.to_nchw()?.flatten_from(1)?;
                let x = fc1.forward(&x, true, track)?;
                let x = fc2.forward(&x, true, track)?;
                fc3.forward(&x, false, track)
            }
        }
    }

    /// In PyTorch's order of definition: convolutions, fully connected layers, then BatchNorms.
    pub(super) fn params(&self) -> Vec<Param> {
        let convs = self.stages.iter().flat_map(|stage| stage.conv.params());
        let dense = match &self.classifier {
            Classifier::Flat(layers) => layers.as_slice(),
            Classifier::Average(fc) => std::slice::from_ref(fc),
        };
        let norms = self.norms().flat_map(BatchNorm2d::params);
        convs.chain(dense.iter().flat_map(Linear::params)).chain(norms).cloned().collect()
    }

    pub(super) fn norms(&self) -> impl Iterator<Item = &BatchNorm2d> {
        self.stages.iter().filter_map(|stage| stage.norm.as_ref())
    }
}
