//! What learns: the whole network, or the last layer alone on the features of a frozen backbone.
//!
//! Both are fed the same way: pictures are first turned into the learner's *input* in groups (nothing for a whole network,
//! the backbone's features for a frozen one), then learned from in batches. Because the backbone is frozen, its groups may
//! be larger than the batches: the figures are the same, and the kernels run at full speed.
//!
//! Must not know: files of pictures, threads, events.

mod build;
mod frozen;
mod head;
mod whole;

use std::collections::HashMap;
use std::path::Path;

use candle_core::Tensor;

use super::error::TrainError;
use super::metrics::BatchOutcome;
use crate::models::model_file::{ModelFile, ModelFileError};
pub(crate) use build::{Source, build, model_error, spec};

/// SGD's settings but the learning rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SgdSettings {
    /// Share of the previous direction that is kept.
    pub(crate) momentum: f64,
    /// L2 penalty, added to the gradient.
    pub(crate) weight_decay: f64,
}

/// Something that learns from batches.
pub(crate) trait Learner: Send + Sync {
    /// Numbers of one picture's input.
    fn input_len(&self) -> usize;

    /// Pictures that are best turned into input together, for batches of `batch_size`: a multiple of it.
    fn group_size(&self, batch_size: usize) -> usize;

    /// Pictures that are best judged together.
    fn judge_size(&self) -> usize;

    /// Whether a picture's input is the same in every epoch and small, so that validation pictures need it only once.
    fn input_is_fixed(&self) -> bool;

    /// `count` normalised pictures, one after the other → their inputs, one after the other.
    fn input(&mut self, pixels: Vec<f32>, count: usize) -> Result<Vec<f32>, TrainError>;

    /// One update from a batch of inputs. When the loss is not finite, nothing is changed: the caller stops.
    fn learn(&mut self, input: &[f32], labels: &[u32], lr: f64) -> Result<BatchOutcome, TrainError>;

    /// Loss and right answers, learning nothing.
    fn judge(&self, input: &[f32], labels: &[u32]) -> Result<BatchOutcome, TrainError>;

    /// (all parameters, those that learn)
    fn parameter_counts(&self) -> (usize, usize);

    /// Everything that changes while learning, for a checkpoint.
    fn state(&self) -> Result<Vec<(String, Tensor)>, TrainError>;

    /// Takes up the state of a checkpoint.
    ///
    /// # Errors
    /// One sentence without the file's name: which tensor is missing or has another shape.
    fn load_state(&mut self, state: &HashMap<String, Tensor>) -> Result<(), String>;

    /// Writes the model as it is now.
    fn save_model(&self, path: &Path, about: &ModelFile) -> Result<(), TrainError>;
}

/// A model that could not be written is a file of the run like any other: the same advice.
fn save_error(path: &Path, error: ModelFileError) -> TrainError {
    match error {
        ModelFileError::Write { source, .. } => TrainError::writing(path, source),
        other => TrainError::Model(other.to_string()),
    }
}

/// Loss and right answers from logits, with the gradient of the mean loss with respect to the logits: softmax − one-hot,
/// over the batch's size. `logits` is (n, classes), and becomes the gradient.
fn cross_entropy_in_place(logits: &mut [f32], labels: &[u32]) -> BatchOutcome {
    let count = labels.len();
    let classes = logits.len() / count.max(1);
    let (mut loss_sum, mut right) = (0.0_f64, 0);
    for (row, &label) in logits.chunks_exact_mut(classes.max(1)).zip(labels) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // The first of equals, as PyTorch's max on the CPU.
        let predicted = row.iter().position(|logit| *logit == largest);
        right += usize::from(predicted == Some(label as usize));
        let mut sum = 0.0_f32;
        let own = row.get(label as usize).copied().unwrap_or(f32::NAN) - largest;
        for logit in row.iter_mut() {
            *logit = (*logit - largest).exp();
            sum += *logit;
        }
        loss_sum += f64::from(sum.ln() - own);
        for (class, value) in row.iter_mut().enumerate() {
            *value = (*value / sum - f32::from(u8::from(class == label as usize))) / count as f32;
        }
    }
    BatchOutcome { loss: loss_sum / count.max(1) as f64, right, count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cross_entropy_and_its_gradient_are_the_textbook_ones() {
        let mut logits = vec![1.0, 2.0, 3.0, 0.0, 0.0, 0.0];
        let outcome = cross_entropy_in_place(&mut logits, &[2, 1]);
        let first = -(3.0_f64.exp() / (1.0_f64.exp() + 2.0_f64.exp() + 3.0_f64.exp())).ln();
        assert!((outcome.loss - f64::midpoint(first, 3.0_f64.ln())).abs() < 1e-6);
        assert_eq!((outcome.right, outcome.count), (1, 2));
        assert!(logits.chunks(3).all(|row| row.iter().sum::<f32>().abs() < 1e-6));
        assert!((logits[4] - (1.0 / 3.0 - 1.0) / 2.0).abs() < 1e-6);
    }

    #[test]
    fn huge_logits_do_not_overflow_but_infinite_ones_show() {
        assert!(cross_entropy_in_place(&mut [1e30, -1e30], &[0]).loss.abs() < 1e-6);
        assert!(!cross_entropy_in_place(&mut [1e30, -1e30], &[1]).loss.is_nan());
        assert!(!cross_entropy_in_place(&mut [f32::INFINITY, 0.0], &[1]).loss.is_finite());
        assert!(!cross_entropy_in_place(&mut [f32::NAN, 0.0], &[1]).loss.is_finite());
    }
}
