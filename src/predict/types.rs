//! The plain data of predictions.

use std::path::PathBuf;

/// What a model says of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Softmax probabilities, one for each class of the model, in its order; they sum to 1.
    pub probabilities: Vec<f32>,
    /// Milliseconds that this picture took (its share of the batch), decoding included.
    pub millis: f32,
}

impl Prediction {
    /// Index of the most probable class.
    pub fn label(&self) -> usize {
        let mut best = 0;
        for (index, probability) in self.probabilities.iter().enumerate() {
            if *probability > self.probabilities[best] {
                best = index;
            }
        }
        best
    }

    /// Probability of the most probable class.
    pub fn confidence(&self) -> f32 {
        self.probabilities.get(self.label()).copied().unwrap_or(0.0)
    }

    /// Classes from the most to the least probable.
    pub fn ranked(&self) -> Vec<(usize, f32)> {
        let mut ranked: Vec<_> = self.probabilities.iter().copied().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }
}

/// One file's outcome: a prediction, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageOutcome {
    /// Which file.
    pub path: PathBuf,
    /// Index of the true class in the model's classes, where it is known.
    pub truth: Option<usize>,
    /// The prediction, or one sentence that says why the file could not be read.
    pub result: Result<Prediction, String>,
}

impl ImageOutcome {
    /// Whether prediction and truth agree; `None` where one of them is missing.
    pub fn is_right(&self) -> Option<bool> {
        Some(self.result.as_ref().ok()?.label() == self.truth?)
    }
}

/// Figures of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassMetrics {
    /// The class's name.
    pub class: String,
    /// Right among those predicted as this class; `None` when nothing was.
    pub precision: Option<f64>,
    /// Right among those that are this class; `None` when there are none.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
    /// Pictures that are this class.
    pub support: usize,
}

/// A model judged on labelled pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The model's classes.
    pub classes: Vec<String>,
    /// One for each picture, in the order they were given.
    pub outcomes: Vec<ImageOutcome>,
    /// `confusion[truth][predicted]` counts.
    pub confusion: Vec<Vec<usize>>,
    /// Mean cross-entropy over the readable pictures.
    pub loss: f64,
    /// Share of right answers, 0 to 1.
    pub accuracy: f64,
    /// 95 % Wilson interval of the accuracy.
    pub accuracy_interval: (f64, f64),
    /// By class.
    pub per_class: Vec<ClassMetrics>,
}
