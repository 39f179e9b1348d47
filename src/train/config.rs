//! What a run is to do: the recipe's values are the defaults.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::augment::Pipeline;
use crate::models::Arch;
use crate::nn::DeviceChoice;

/// Where a ResNet's starting weights come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightsChoice {
    /// The starter backbone that is built into the program (ResNet18 only).
    Starter,
    /// A safetensors file of the user's.
    File(PathBuf),
    /// Random initialisation from the seed.
    Random,
}

/// Which parameters learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainMode {
    /// All of them from random initialisation (the custom CNNs).
    Scratch,
    /// Only the last layer; the backbone stays in evaluation mode.
    Frozen,
    /// All of them, from pretrained weights; BatchNorm trains too.
    FineTune,
}

/// Which augmentation the training pictures get.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AugmentChoice {
    /// A preset by its name: `none`, `recipe`, `strong`, …
    Preset(String),
    /// A pipeline spelled out.
    Pipeline(Pipeline),
}

/// Everything that decides a run's figures, and where it runs. Stored as `config.toml` in the run's folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// The architecture.
    pub arch: Arch,
    /// Starting weights; ignored by the custom CNNs, which start from random ones.
    pub weights: WeightsChoice,
    /// Learn all parameters of a ResNet rather than its last layer alone.
    pub fine_tune: bool,
    /// Passes over the training pictures.
    pub epochs: usize,
    /// Pictures in one update.
    pub batch_size: usize,
    /// Learning rate of the first epoch.
    pub lr: f64,
    /// Momentum of SGD.
    pub momentum: f64,
    /// Epochs between two reductions of the learning rate.
    pub step_size: usize,
    /// Factor of each reduction.
    pub gamma: f64,
    /// L2 penalty, as PyTorch's SGD adds it to the gradient.
    pub weight_decay: f64,
    /// What the training pictures go through.
    pub augment: AugmentChoice,
    /// Seed of everything random.
    pub seed: u64,
    /// Where to compute.
    pub device: DeviceChoice,
    /// Threads to compute with; `None`: one for each core.
    pub threads: Option<usize>,
    /// Share of each class that becomes validation pictures where the folder has no split of its own.
    pub val_fraction: f64,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            arch: Arch::Resnet18,
            weights: WeightsChoice::Starter,
            fine_tune: false,
            epochs: 25,
            batch_size: 4,
            lr: 0.001,
            momentum: 0.9,
            step_size: 7,
            gamma: 0.1,
            weight_decay: 0.0,
            augment: AugmentChoice::Preset("recipe".to_owned()),
            seed: 0,
            device: DeviceChoice::Auto,
            threads: None,
            val_fraction: 0.2,
        }
    }
}

impl TrainConfig {
    /// Which parameters learn under this configuration.
    pub fn mode(&self) -> TrainMode {
        match (self.arch.is_resnet(), self.fine_tune) {
            (false, _) => TrainMode::Scratch,
            (true, false) => TrainMode::Frozen,
            (true, true) => TrainMode::FineTune,
        }
    }
}
