//! What a run is to do: the recipe's values are the defaults.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::TrainError;
use crate::augment::Pipeline;
use crate::models::Arch;
use crate::nn::{DeviceChoice, step_lr};

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
    /// Turbo: augmented views of each picture that are used over and over; `None`: a new one in every epoch. Only where the
    /// backbone is frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views: Option<usize>,
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
            views: None,
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

    /// The learning rate of `epoch`, counted from 1.
    pub fn lr_at(&self, epoch: usize) -> f64 {
        step_lr(self.lr, self.step_size, self.gamma, epoch.saturating_sub(1))
    }

    /// Threads to compute with: what was asked for, or one for each core that this process may use.
    pub fn thread_count(&self) -> usize {
        self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
    }

    /// The pipeline that the training pictures go through.
    ///
    /// # Errors
    /// There is no preset of that name.
    pub fn pipeline(&self) -> Result<Pipeline, TrainError> {
        match &self.augment {
            AugmentChoice::Pipeline(pipeline) => Ok(pipeline.clone()),
            AugmentChoice::Preset(name) => Pipeline::preset(name).ok_or_else(|| {
                let known = Pipeline::PRESETS.join(", ");
                TrainError::Config(format!("there is no augmentation called `{name}`; choose one of {known}"))
            }),
        }
    }

    /// Checks every number, so that a window, a file and a command line are held to the same limits.
    ///
    /// # Errors
    /// One sentence that names the first setting out of range, and the range.
    pub fn check(&self) -> Result<(), TrainError> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let wrong = |what: &str, range: &str, value: &dyn std::fmt::Display| {
            Err(TrainError::Config(format!("{what} must be {range}, not {value}")))
        };
        if !(1..=MAX_EPOCHS).contains(&self.epochs) {
            return wrong("the number of epochs", "between 1 and 100000", &self.epochs);
        }
        if !(1..=MAX_BATCH).contains(&self.batch_size) {
            return wrong("the batch size", "between 1 and 4096", &self.batch_size);
        }
        if !positive(self.lr) {
            return wrong("the learning rate", "greater than 0", &self.lr);
        }
        if !(0.0..1.0).contains(&self.momentum) {
            return wrong("the momentum", "at least 0 and below 1", &self.momentum);
        }
        if self.step_size == 0 {
            return wrong("the step size of the learning rate", "at least 1 epoch", &self.step_size);
        }
        if !positive(self.gamma) {
            return wrong("the factor of the learning rate (gamma)", "greater than 0", &self.gamma);
        }
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            return wrong("the weight decay", "0 or more", &self.weight_decay);
        }
        if !(self.val_fraction > 0.0 && self.val_fraction < 1.0) {
            return wrong("the validation share", "between 0 and 1", &self.val_fraction);
        }
        if let Some(threads) = self.threads
            && !(1..=MAX_THREADS).contains(&threads)
        {
            return wrong("the number of threads", "between 1 and 1024", &threads);
        }
        if self.arch == Arch::Resnet34 && self.weights == WeightsChoice::Starter {
            return Err(TrainError::Config(
                "the built-in starter weights are for resnet18: give resnet34 a file of its own".to_owned(),
            ));
        }
        let pipeline = self.pipeline()?;
        if let Some(views) = self.views {
            if !(1..=MAX_VIEWS).contains(&views) {
                return wrong("the number of views", "between 1 and 1000", &views);
            }
            if self.mode() != TrainMode::Frozen {
                return Err(TrainError::Config(
                    "views are for a resnet whose backbone is frozen: what learns as a whole has to see each picture anew"
                        .to_owned(),
                ));
            }
            if pipeline.batch.is_some() {
                return Err(TrainError::Config(
                    "views can't be combined with mixed pictures, which differ in every batch: choose one of the two"
                        .to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// What of this configuration decides a run's figures differently in `other`: names of settings, empty when a run of
    /// one can be continued under the other. More epochs, other threads and another device are no obstacle.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let mut names = Vec::new();
        let mut compare = |name, same: bool| {
            if !same {
                names.push(name);
            }
        };
        compare("model", self.arch == other.arch);
        compare("weights", !self.arch.is_resnet() || self.weights == other.weights);
        compare("fine-tune", self.mode() == other.mode());
        compare("batch-size", self.batch_size == other.batch_size);
        compare("lr", self.lr == other.lr);
        compare("momentum", self.momentum == other.momentum);
        compare("step-size", self.step_size == other.step_size);
        compare("gamma", self.gamma == other.gamma);
        compare("weight-decay", self.weight_decay == other.weight_decay);
        compare("augment", self.augment == other.augment);
        compare("views", self.views == other.views);
        compare("seed", self.seed == other.seed);
        compare("val-fraction", self.val_fraction == other.val_fraction);
        names
    }
}

/// Most epochs of a run.
const MAX_EPOCHS: usize = 100_000;
/// Largest batch.
const MAX_BATCH: usize = 4096;
/// Most views of a picture.
pub const MAX_VIEWS: usize = 1000;
/// Most threads.
const MAX_THREADS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_recipe_and_pass_the_check() {
        let config = TrainConfig::default();
        config.check().unwrap();
        assert_eq!((config.epochs, config.batch_size, config.lr, config.momentum), (25, 4, 0.001, 0.9));
        assert_eq!((config.step_size, config.gamma, config.mode()), (7, 0.1, TrainMode::Frozen));
    }

    #[test]
    fn a_configuration_survives_its_file() {
        let config = TrainConfig {
            weights: WeightsChoice::File("a b/c.safetensors".into()),
            augment: AugmentChoice::Preset("none".to_owned()),
            threads: Some(3),
            views: Some(4),
            lr: 0.1 + 0.2,
            ..TrainConfig::default()
        };
        let text = toml::to_string(&config).unwrap();
        assert_eq!(toml::from_str::<TrainConfig>(&text).unwrap(), config);
        let spelled_out = TrainConfig { augment: AugmentChoice::Pipeline(config.pipeline().unwrap()), ..config };
        let text = toml::to_string(&spelled_out).unwrap();
        assert_eq!(toml::from_str::<TrainConfig>(&text).unwrap(), spelled_out);
        let mixing = Pipeline { batch: Some(crate::augment::BatchMix::default()), ..Pipeline::default() };
        let mixing = TrainConfig { augment: AugmentChoice::Pipeline(mixing), views: None, ..spelled_out };
        let text = toml::to_string(&mixing).unwrap();
        assert!(text.contains("mix = \"mixup\""), "{text}");
        assert_eq!(toml::from_str::<TrainConfig>(&text).unwrap(), mixing);
    }

    #[test]
    fn a_setting_out_of_range_is_named() {
        let mixing = Pipeline { batch: Some(crate::augment::BatchMix::default()), ..Pipeline::default() };
        let mixing = AugmentChoice::Pipeline(mixing);
        let wrong = [
            (TrainConfig { epochs: 0, ..TrainConfig::default() }, "epochs"),
            (TrainConfig { batch_size: 0, ..TrainConfig::default() }, "batch size"),
            (TrainConfig { lr: f64::NAN, ..TrainConfig::default() }, "learning rate"),
            (TrainConfig { lr: -1.0, ..TrainConfig::default() }, "learning rate"),
            (TrainConfig { momentum: 1.0, ..TrainConfig::default() }, "momentum"),
            (TrainConfig { step_size: 0, ..TrainConfig::default() }, "step size"),
            (TrainConfig { gamma: f64::INFINITY, ..TrainConfig::default() }, "gamma"),
            (TrainConfig { weight_decay: -0.1, ..TrainConfig::default() }, "weight decay"),
            (TrainConfig { val_fraction: 1.0, ..TrainConfig::default() }, "validation share"),
            (TrainConfig { threads: Some(0), ..TrainConfig::default() }, "threads"),
            (TrainConfig { arch: Arch::Resnet34, ..TrainConfig::default() }, "starter"),
            (TrainConfig { augment: AugmentChoice::Preset("wild".into()), ..TrainConfig::default() }, "wild"),
            (TrainConfig { views: Some(0), ..TrainConfig::default() }, "views"),
            (TrainConfig { views: Some(3), fine_tune: true, ..TrainConfig::default() }, "frozen"),
            (TrainConfig { views: Some(3), arch: Arch::Cnn, ..TrainConfig::default() }, "frozen"),
            (TrainConfig { views: Some(3), augment: mixing, ..TrainConfig::default() }, "mixed"),
        ];
        for (config, named) in wrong {
            let message = config.check().unwrap_err().to_string();
            assert!(message.contains(named), "{message}");
        }
    }

    #[test]
    fn the_learning_rate_follows_the_reference_schedule() {
        let folder = std::env::var("IMAGO_REFERENCE").unwrap_or_else(|_| "tests/fixtures".to_owned());
        let text = std::fs::read_to_string(std::path::Path::new(&folder).join("schedule.json")).unwrap();
        let expected: Vec<f64> = serde_json::from_str(&text).unwrap();
        assert_eq!(expected.len(), 25);
        for (index, expected) in expected.iter().enumerate() {
            assert_eq!(TrainConfig::default().lr_at(index + 1), *expected, "epoch {}", index + 1);
        }
    }
}
