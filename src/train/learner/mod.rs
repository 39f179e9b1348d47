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

/// What a batch of training pictures shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Targets<'a> {
    /// One class for each picture; of mixed pictures the one with the larger share. Right answers are counted against it.
    pub(crate) labels: &'a [u32],
    /// Of a mixed batch the share of each class, (n, classes): what the loss is computed with.
    pub(crate) soft: Option<&'a [f32]>,
}

impl<'a> Targets<'a> {
    /// Pictures of one class each.
    pub(crate) fn hard(labels: &'a [u32]) -> Self {
        Self { labels, soft: None }
    }
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
    fn learn(&mut self, input: &[f32], targets: Targets<'_>, lr: f64) -> Result<BatchOutcome, TrainError>;

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

/// Loss and right answers from logits, with the gradient of the mean loss with respect to the logits: softmax − target, over
/// the batch's size. `logits` is (n, classes), and becomes the gradient.
fn cross_entropy_in_place(logits: &mut [f32], targets: Targets<'_>) -> BatchOutcome {
    let count = targets.labels.len();
    let classes = (logits.len() / count.max(1)).max(1);
    let (mut loss_sum, mut right) = (0.0_f64, 0);
    for (index, (row, &label)) in logits.chunks_exact_mut(classes).zip(targets.labels).enumerate() {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // The first of equals, as PyTorch's max on the CPU.
        let predicted = row.iter().position(|logit| *logit == largest);
        right += usize::from(predicted == Some(label as usize));
        let soft = targets.soft.map(|soft| soft.get(index * classes..(index + 1) * classes).unwrap_or_default());
        let share = |class: usize| match soft {
            Some(soft) => soft.get(class).copied().unwrap_or(0.0),
            None => f32::from(u8::from(class == label as usize)),
        };
        // Mean of the logits weighed by the shares, less the largest. A class without a share does not count, so that its
        // logit may be as small as it likes.
        let own = match soft {
            Some(soft) => {
                let shares = soft.iter().zip(row.iter()).filter(|(share, _)| **share > 0.0);
                shares.map(|(share, logit)| share * (logit - largest)).sum()
            }
            None => row.get(label as usize).copied().unwrap_or(f32::NAN) - largest,
        };
        let mut sum = 0.0_f32;
        for logit in row.iter_mut() {
            *logit = (*logit - largest).exp();
            sum += *logit;
        }
        loss_sum += f64::from(sum.ln() - own);
        for (class, value) in row.iter_mut().enumerate() {
            *value = (*value / sum - share(class)) / count as f32;
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
        let outcome = cross_entropy_in_place(&mut logits, Targets::hard(&[2, 1]));
        let first = -(3.0_f64.exp() / (1.0_f64.exp() + 2.0_f64.exp() + 3.0_f64.exp())).ln();
        assert!((outcome.loss - f64::midpoint(first, 3.0_f64.ln())).abs() < 1e-6);
        assert_eq!((outcome.right, outcome.count), (1, 2));
        assert!(logits.chunks(3).all(|row| row.iter().sum::<f32>().abs() < 1e-6));
        assert!((logits[4] - (1.0 / 3.0 - 1.0) / 2.0).abs() < 1e-6);
    }

    #[test]
    fn the_soft_loss_is_that_of_the_library_and_its_gradient_that_of_automatic_differentiation() {
        use candle_core::{Device, Tensor, Var};
        let (values, soft) = ([1.0_f32, 2.0, 3.0, 0.5, -0.5, 0.0], [0.3_f32, 0.0, 0.7, 0.0, 1.0, 0.0]);
        let mut logits = values;
        let outcome = cross_entropy_in_place(&mut logits, Targets { labels: &[2, 1], soft: Some(&soft) });
        let wanted = crate::augment::soft_cross_entropy(&values, &soft, 3);
        assert!((outcome.loss - wanted).abs() < 1e-6, "{} {wanted}", outcome.loss);
        assert_eq!((outcome.right, outcome.count), (1, 2), "the second picture's answer is class 0");
        let var = Var::from_slice(&values, (2, 3), &Device::Cpu).unwrap();
        let loss = crate::nn::soft_cross_entropy(&var, &Tensor::from_slice(&soft, (2, 3), &Device::Cpu).unwrap());
        let gradient = loss.unwrap().backward().unwrap().get(&var).unwrap().flatten_all().unwrap();
        let gradient: Vec<f32> = gradient.to_vec1().unwrap();
        assert!(logits.iter().zip(gradient).all(|(a, b)| (a - b).abs() < 1e-6), "{logits:?}");
    }

    #[test]
    fn shares_of_one_and_nothing_are_the_same_as_labels() {
        let (mut hard, mut soft) = ([1.0_f32, 2.0, 3.0, 0.0, 0.5, 0.25], [1.0_f32, 2.0, 3.0, 0.0, 0.5, 0.25]);
        let labels = [2, 1];
        let one = cross_entropy_in_place(&mut hard, Targets::hard(&labels));
        let shares = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0];
        let other = cross_entropy_in_place(&mut soft, Targets { labels: &labels, soft: Some(&shares) });
        assert_eq!((one, hard), (other, soft));
        let far =
            cross_entropy_in_place(&mut [f32::NEG_INFINITY, 0.0], Targets { labels: &[1], soft: Some(&[0.0, 1.0]) });
        assert!(far.loss.abs() < 1e-6, "{}", far.loss);
    }

    #[test]
    fn huge_logits_do_not_overflow_but_infinite_ones_show() {
        assert!(cross_entropy_in_place(&mut [1e30, -1e30], Targets::hard(&[0])).loss.abs() < 1e-6);
        assert!(!cross_entropy_in_place(&mut [1e30, -1e30], Targets::hard(&[1])).loss.is_nan());
        assert!(!cross_entropy_in_place(&mut [f32::INFINITY, 0.0], Targets::hard(&[1])).loss.is_finite());
        assert!(!cross_entropy_in_place(&mut [f32::NAN, 0.0], Targets::hard(&[1])).loss.is_finite());
    }
}
