//! A network all of whose parameters learn.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{D, Tensor};

use super::{Learner, SgdSettings, Targets, save_error};
use crate::models::model_file::{self, ModelFile};
use crate::models::{ForwardMode, Model};
use crate::nn::{Sgd, SgdConfig, cross_entropy, soft_cross_entropy};
use crate::train::error::TrainError;
use crate::train::metrics::BatchOutcome;

/// Validation pictures that are judged together: more would only take memory.
const JUDGED_TOGETHER: usize = 8;

/// Prefixes of a checkpoint's tensors.
const MODEL_PREFIX: &str = "model.";
const MOMENTUM_PREFIX: &str = "momentum.";

/// A network with its optimiser.
pub(crate) struct WholeNetwork {
    model: Model,
    sgd: Sgd,
    /// Side of the network's input.
    crop: usize,
}

impl WholeNetwork {
    /// Learns all of `model`.
    pub(crate) fn new(model: Model, sgd: SgdSettings, crop: u32) -> Result<Self, TrainError> {
        let config = SgdConfig { momentum: sgd.momentum, weight_decay: sgd.weight_decay };
        let sgd = Sgd::new(model.params(), config)?;
        Ok(Self { model, sgd, crop: crop as usize })
    }

    fn forward(&self, input: &[f32], count: usize, mode: ForwardMode) -> Result<Tensor, TrainError> {
        let pictures = Tensor::from_slice(input, (count, 3, self.crop, self.crop), self.model.device())?;
        Ok(self.model.forward(&pictures, mode)?)
    }

    /// The loss, still able to give gradients, and what it comes to.
    fn outcome(&self, logits: &Tensor, targets: Targets<'_>) -> Result<(Tensor, BatchOutcome), TrainError> {
        let (labels, device) = (targets.labels, self.model.device());
        let loss = match targets.soft {
            Some(soft) => soft_cross_entropy(logits, &Tensor::from_slice(soft, logits.dims2()?, device)?)?,
            None => cross_entropy(logits, &Tensor::from_slice(labels, labels.len(), device)?)?,
        };
        let predicted: Vec<u32> = logits.argmax(D::Minus1)?.to_vec1()?;
        let right = predicted.iter().zip(labels).filter(|(predicted, label)| predicted == label).count();
        let value = f64::from(loss.to_scalar::<f32>()?);
        Ok((loss, BatchOutcome { loss: value, right, count: labels.len() }))
    }
}

impl Learner for WholeNetwork {
    fn input_len(&self) -> usize {
        3 * self.crop * self.crop
    }

    fn group_size(&self, batch_size: usize) -> usize {
        batch_size
    }

    fn judge_size(&self) -> usize {
        JUDGED_TOGETHER
    }

    fn input_is_fixed(&self) -> bool {
        false
    }

    fn input(&mut self, pixels: Vec<f32>, _count: usize) -> Result<Vec<f32>, TrainError> {
        Ok(pixels)
    }

    fn learn(&mut self, input: &[f32], targets: Targets<'_>, lr: f64) -> Result<BatchOutcome, TrainError> {
        let logits = self.forward(input, targets.labels.len(), ForwardMode::Train)?;
        let (loss, outcome) = self.outcome(&logits, targets)?;
        if outcome.loss.is_finite() {
            self.sgd.backward_step(&loss, lr)?;
        }
        Ok(outcome)
    }

    fn judge(&self, input: &[f32], labels: &[u32]) -> Result<BatchOutcome, TrainError> {
        let logits = self.forward(input, labels.len(), ForwardMode::Eval)?;
        Ok(self.outcome(&logits, Targets::hard(labels))?.1)
    }

    fn parameter_counts(&self) -> (usize, usize) {
        let count = self.model.parameters().iter().map(|(_, var)| var.elem_count()).sum();
        (count, count)
    }

    fn state(&self) -> Result<Vec<(String, Tensor)>, TrainError> {
        let variables = self.model.parameters().into_iter().chain(self.model.buffers());
        let mut state: Vec<_> =
            variables.map(|(name, var)| (format!("{MODEL_PREFIX}{name}"), var.as_detached_tensor())).collect();
        let momentum = self.sgd.state()?;
        state.extend(momentum.into_iter().map(|(name, tensor)| (format!("{MOMENTUM_PREFIX}{name}"), tensor)));
        Ok(state)
    }

    fn load_state(&mut self, state: &HashMap<String, Tensor>) -> Result<(), String> {
        let part = |prefix: &str| -> HashMap<String, Tensor> {
            let own = state.iter().filter_map(|(name, tensor)| Some((name.strip_prefix(prefix)?, tensor)));
            own.map(|(name, tensor)| (name.to_owned(), tensor.clone())).collect()
        };
        self.model.load_state_dict(&part(MODEL_PREFIX)).map_err(|error| error.to_string())?;
        self.sgd.load_state(&part(MOMENTUM_PREFIX)).map_err(|error| error.to_string())
    }

    fn save_model(&self, path: &Path, about: &ModelFile) -> Result<(), TrainError> {
        model_file::save_model(path, &self.model, about).map_err(|error| save_error(path, error))
    }
}
