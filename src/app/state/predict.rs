//! State of the Predict workspace.

use std::collections::HashMap;
use std::path::PathBuf;

use super::SortState;
use crate::predict::{ImageOutcome, Prediction};

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
    /// One for each file, in the order in which they were dropped first. Changed by [`Self::take_in`] and [`Self::take_paths`].
    pub outcomes: Vec<ImageOutcome>,
    /// Pictures that were dropped and wait for a model.
    pub waiting: Vec<PathBuf>,
    /// Pictures being classified: done, of how many.
    pub classifying: Option<(usize, usize)>,
    /// Which are shown.
    pub filter: OutcomeFilter,
    /// The dialog that copies pictures into class folders.
    pub sort: SortState,
    /// Place in `outcomes` of each file: looked up once for each outcome, however many there are.
    place_of: HashMap<PathBuf, usize>,
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

    /// Whether the model says something of any picture.
    pub fn has_predictions(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.result.is_ok())
    }

    /// The pictures of which the model says something, whatever the filter shows, each with the class that it says.
    pub fn classified(&self) -> Vec<(PathBuf, usize)> {
        let label = |outcome: &ImageOutcome| outcome.result.as_ref().ok().map(Prediction::label);
        self.outcomes.iter().filter_map(|outcome| Some((outcome.path.clone(), label(outcome)?))).collect()
    }

    /// Takes outcomes in. That of a file that was looked at before replaces the older one and stays in its place, so that no
    /// picture counts twice.
    pub fn take_in(&mut self, outcomes: Vec<ImageOutcome>) {
        for outcome in outcomes {
            let place = self.place_of.get(&outcome.path).copied();
            let known = place.and_then(|place| self.outcomes.get_mut(place));
            if let Some(known) = known.filter(|known| known.path == outcome.path) {
                *known = outcome;
            } else {
                self.place_of.insert(outcome.path.clone(), self.outcomes.len());
                self.outcomes.push(outcome);
            }
        }
    }

    /// Empties the list. Returns the files that were in it, in order.
    pub fn take_paths(&mut self) -> Vec<PathBuf> {
        self.place_of.clear();
        self.outcomes.drain(..).map(|outcome| outcome.path).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, reason: &str) -> ImageOutcome {
        ImageOutcome { path: name.into(), truth: None, result: Err(reason.to_owned()) }
    }

    #[test]
    fn a_file_that_is_looked_at_again_counts_once_and_the_newer_outcome_is_the_one() {
        let mut predict = PredictState::default();
        predict.take_in(vec![outcome("a", "old"), outcome("b", "old")]);
        predict.take_in(vec![outcome("a", "new"), outcome("c", "new"), outcome("c", "newer")]);
        assert_eq!(predict.outcomes, [outcome("a", "new"), outcome("b", "old"), outcome("c", "newer")]);
        assert_eq!((predict.counts().1, predict.order()), (3, vec![2, 1, 0]));
        assert_eq!(predict.take_paths(), ["a", "b", "c"].map(PathBuf::from));
        predict.take_in(vec![outcome("c", "after all")]);
        assert_eq!(predict.outcomes, [outcome("c", "after all")]);
    }

    #[test]
    fn all_that_was_classified_is_sorted_whatever_the_filter_shows() {
        let found = |name: &str, probabilities: &[f32]| {
            let result = Ok(Prediction { probabilities: probabilities.to_vec(), millis: 1.0 });
            ImageOutcome { path: name.into(), truth: None, result }
        };
        let mut predict = PredictState { filter: OutcomeFilter::Failed, ..PredictState::default() };
        predict.take_in(vec![outcome("bad", "no picture")]);
        assert!(predict.has_outcomes() && !predict.has_predictions());
        predict.take_in(vec![found("a", &[0.2, 0.8]), found("b", &[0.9, 0.1])]);
        assert!(predict.has_predictions());
        assert_eq!(predict.classified(), [(PathBuf::from("a"), 1), (PathBuf::from("b"), 0)]);
    }
}
