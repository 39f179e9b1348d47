//! State of the Predict workspace.

use std::path::PathBuf;

use crate::predict::ImageOutcome;

/// The model that classifies.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelLine {
    /// Its file.
    pub path: PathBuf,
    /// `resnet18 · 24 Nov 03:12 · 0.954`.
    pub title: String,
    /// Its classes.
    pub classes: Vec<String>,
}

/// State of the Predict workspace.
#[derive(Default)]
pub struct PredictState {
    /// The model that is loaded.
    pub model: Option<ModelLine>,
    /// Why the model that was asked for could not be loaded.
    pub model_error: Option<String>,
    /// One for each picture, in order of dropping.
    pub outcomes: Vec<ImageOutcome>,
}

impl PredictState {
    /// Whether a model is loaded.
    pub fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// Whether there is something to save.
    pub fn has_outcomes(&self) -> bool {
        !self.outcomes.is_empty()
    }
}
