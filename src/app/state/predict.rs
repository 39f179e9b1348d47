//! State of the Predict workspace.

use std::path::PathBuf;

use crate::predict::ImageOutcome;

/// The model that classifies.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelLine {
    /// Its file or its run's folder.
    pub path: PathBuf,
    /// `24 Nov 03:12 · resnet18`, or the file's name.
    pub title: String,
    /// Its classes.
    pub classes: Vec<String>,
}

/// Which outcomes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutcomeFilter {
    /// All of them.
    #[default]
    All,
    /// Those of this class.
    Class(usize),
    /// Those that could not be read.
    Failed,
}

/// State of the Predict workspace.
#[derive(Default)]
pub struct PredictState {
    /// The model that is loaded.
    pub model: Option<ModelLine>,
    /// A model is being loaded.
    pub loading: bool,
    /// Why the model that was asked for could not be loaded.
    pub model_error: Option<String>,
    /// One for each picture, in order of dropping.
    pub outcomes: Vec<ImageOutcome>,
    /// Pictures that were dropped and wait for a model.
    pub waiting: Vec<PathBuf>,
    /// Pictures being classified: done, of how many.
    pub classifying: Option<(usize, usize)>,
    /// Which are shown.
    pub filter: OutcomeFilter,
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

    /// Counts by class, and of those that could not be read.
    pub fn counts(&self) -> (Vec<usize>, usize) {
        let mut by_class = vec![0; self.model.as_ref().map_or(0, |model| model.classes.len())];
        let mut failed = 0;
        for outcome in &self.outcomes {
            match &outcome.result {
                Ok(found) => {
                    if let Some(count) = by_class.get_mut(found.label()) {
                        *count += 1;
                    }
                }
                Err(_) => failed += 1,
            }
        }
        (by_class, failed)
    }

    /// Indices of the outcomes to show, newest first.
    pub fn order(&self) -> Vec<usize> {
        let shows = |outcome: &ImageOutcome| match (self.filter, &outcome.result) {
            (OutcomeFilter::All, _) | (OutcomeFilter::Failed, Err(_)) => true,
            (OutcomeFilter::Class(class), Ok(found)) => found.label() == class,
            _ => false,
        };
        (0..self.outcomes.len()).rev().filter(|index| shows(&self.outcomes[*index])).collect()
    }
}
