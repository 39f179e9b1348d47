//! Which learner a configuration asks for, from fresh weights or from a checkpoint.

use std::path::Path;

use candle_core::Device;

use super::frozen::FrozenBackbone;
use super::whole::WholeNetwork;
use super::{Learner, SgdSettings};
use crate::imaging::Preprocess;
use crate::models::model_file::load_model;
use crate::models::{Model, ModelError, ModelSpec, weights};
use crate::train::checkpoint::Checkpoint;
use crate::train::config::{TrainConfig, TrainMode, WeightsChoice};
use crate::train::error::TrainError;
use crate::train::run_folder::{CHECKPOINT_FILE, MODEL_FILE};

/// A run to be continued.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) checkpoint: &'a Checkpoint,
    pub(crate) run_dir: &'a Path,
}

/// The network that a configuration asks for.
pub(crate) fn spec(config: &TrainConfig, classes: usize) -> ModelSpec {
    ModelSpec { arch: config.arch, classes, widths: None }
}

/// Builds the learner.
///
/// # Errors
/// The weights can't be read or are those of another network; the checkpoint doesn't fit; the device refuses.
pub(crate) fn build(
    config: &TrainConfig,
    classes: usize,
    preprocess: &Preprocess,
    device: &Device,
    source: Option<Source<'_>>,
) -> Result<Box<dyn Learner>, TrainError> {
    let sgd = SgdSettings { momentum: config.momentum, weight_decay: config.weight_decay };
    let frozen = config.mode() == TrainMode::Frozen;
    let model = match source {
        // The backbone is the one of the saved model, whatever became of the weights file since.
        Some(source) if frozen => {
            let path = source.run_dir.join(MODEL_FILE);
            load_model(&path, device).map_err(|error| TrainError::Model(error.to_string()))?.0
        }
        // Every value comes from the checkpoint.
        Some(_) => Model::new(&spec(config, classes), config.seed, device)?,
        None => fresh(config, classes, device)?,
    };
    let mut learner: Box<dyn Learner> = if frozen {
        Box::new(FrozenBackbone::new(model, sgd, preprocess.crop)?)
    } else {
        Box::new(WholeNetwork::new(model, sgd, preprocess.crop)?)
    };
    if let Some(source) = source {
        learner.load_state(&source.checkpoint.tensors).map_err(|reason| TrainError::BadRunFile {
            path: source.run_dir.join(CHECKPOINT_FILE),
            reason: format!("{reason}; it does not belong to this run's model, start a new run"),
        })?;
    }
    Ok(learner)
}

fn fresh(config: &TrainConfig, classes: usize, device: &Device) -> Result<Model, TrainError> {
    let model = Model::new(&spec(config, classes), config.seed, device)?;
    if config.arch.is_resnet() {
        let weights = match &config.weights {
            WeightsChoice::Starter => Some(weights::starter()),
            WeightsChoice::File(path) => Some(weights::read_weights(path)),
            WeightsChoice::Random => None,
        };
        if let Some(weights) = weights {
            let weights = weights.map_err(|error| TrainError::Model(error.to_string()))?;
            model.load_backbone(&weights).map_err(|error| match &config.weights {
                WeightsChoice::File(path) => TrainError::Model(format!("{}: {error}", path.display())),
                _ => model_error(&error),
            })?;
        }
    }
    Ok(model)
}

/// A model's complaint as a run's.
pub(crate) fn model_error(error: &ModelError) -> TrainError {
    TrainError::Model(error.to_string())
}
