//! State of the Results workspace: the runs of the data set, and one of them judged picture by picture.

use std::path::PathBuf;
use std::sync::Arc;

use super::project::Project;
use crate::dataset::{Item, Split};
use crate::predict::{Evaluation, ImageOutcome};

/// One run in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLine {
    /// Its folder.
    pub dir: PathBuf,
    /// `24 Nov 03:12 · resnet18`.
    pub title: String,
    /// What it was: model, mode, epochs, augmentation.
    pub detail: String,
    /// Best validation accuracy, 0 to 1; none before its first epoch.
    pub best_val_acc: Option<f64>,
    /// Epoch of it, counted from 1.
    pub best_epoch: Option<usize>,
    /// Epochs done.
    pub epochs_done: usize,
    /// Seconds of the whole run; none while it runs.
    pub total_secs: Option<f64>,
    /// Whether there is a model to judge.
    pub has_model: bool,
    /// Share of each class that it kept for validation, where the folders name no validation pictures.
    pub val_fraction: f64,
}

/// Which predictions are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Those that differ from the label.
    #[default]
    Wrong,
    /// Those that agree with it.
    Right,
    /// All.
    All,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultSort {
    /// Wrong ones first, the surest of them at the head.
    #[default]
    MostWrong,
    /// The smallest lead of the first class over the second at the head.
    LeastSure,
    /// By file name.
    Name,
}

/// A model judged on a split.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The run.
    pub dir: PathBuf,
    /// The pictures.
    pub split: Split,
    /// The figures.
    pub evaluation: Arc<Evaluation>,
}

/// State of the Results workspace.
pub struct ResultsState {
    /// The runs of the open data set, newest first.
    pub runs: Vec<RunLine>,
    /// The run that is shown.
    pub shown: Option<PathBuf>,
    /// The pictures it is judged on.
    pub split: Split,
    /// How far judging has come: pictures done, of how many.
    pub judging: Option<(usize, usize)>,
    /// Why the run could not be judged.
    pub error: Option<String>,
    /// Judging the run was stopped. It begins anew when it is asked for, and not before.
    pub stopped: bool,
    /// The figures.
    pub judged: Option<Judged>,
    /// The run beside it.
    pub compared: Option<PathBuf>,
    /// Its figures.
    pub compared_judged: Option<Judged>,
    /// Which predictions are shown.
    pub verdict: Verdict,
    /// Only those of this true class.
    pub class: Option<usize>,
    /// Only those of this cell of the confusion matrix: truth, predicted.
    pub cell: Option<(usize, usize)>,
    /// In which order.
    pub sort: ResultSort,
    /// The picture that is looked at closely: index into the outcomes.
    pub selected: Option<usize>,
}

impl Default for ResultsState {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            shown: None,
            split: Split::Val,
            judging: None,
            error: None,
            stopped: false,
            judged: None,
            compared: None,
            compared_judged: None,
            verdict: Verdict::default(),
            class: None,
            cell: None,
            sort: ResultSort::default(),
            selected: None,
        }
    }
}

impl ResultsState {
    /// The picture that is looked at closely, where it is one of the data set that is open.
    pub fn item<'a>(&self, project: &'a Project) -> Option<&'a Item> {
        project.item_at(&self.judged.as_ref()?.evaluation.outcomes.get(self.selected?)?.path)
    }

    /// Shows only pictures of this true class, or of all classes. What narrowed the list down to a few of them before does so
    /// no more.
    pub fn show_class(&mut self, class: Option<usize>) {
        self.class = class;
        self.cell = None;
        self.selected = None;
    }

    /// Shows the figures of a run. They may be of a model with fewer classes than the one before.
    pub fn show_figures(&mut self, judged: Judged) {
        self.class = self.class.filter(|class| *class < judged.evaluation.classes.len());
        self.judged = Some(judged);
    }

    /// Whether there are no figures of the run that is shown, and none to come.
    pub fn is_unjudged(&self) -> bool {
        self.judged.is_none() && self.judging.is_none()
    }

    /// Indices of the outcomes to show, in order.
    pub fn order(&self) -> Vec<usize> {
        let Some(judged) = &self.judged else { return Vec::new() };
        let outcomes = &judged.evaluation.outcomes;
        let mut order: Vec<usize> = (0..outcomes.len()).filter(|index| self.shows(&outcomes[*index])).collect();
        match self.sort {
            ResultSort::MostWrong => {
                order.sort_by(|a, b| wrongness(&outcomes[*b]).total_cmp(&wrongness(&outcomes[*a])));
            }
            ResultSort::LeastSure => order.sort_by(|a, b| lead(&outcomes[*a]).total_cmp(&lead(&outcomes[*b]))),
            ResultSort::Name => order.sort_by(|a, b| outcomes[*a].path.cmp(&outcomes[*b].path)),
        }
        order
    }

    fn shows(&self, outcome: &ImageOutcome) -> bool {
        if let Some((truth, predicted)) = self.cell {
            return outcome.truth == Some(truth)
                && outcome.result.as_ref().is_ok_and(|found| found.label() == predicted);
        }
        let fits = match (self.verdict, outcome.is_right()) {
            (Verdict::All, _) => true,
            (Verdict::Wrong, Some(right)) => !right,
            (Verdict::Right, Some(right)) => right,
            (_, None) => false,
        };
        fits && self.class.is_none_or(|class| outcome.truth == Some(class))
    }

    /// Counts of wrong and right predictions.
    pub fn counts(&self) -> (usize, usize) {
        let outcomes = self.judged.iter().flat_map(|judged| &judged.evaluation.outcomes);
        outcomes.fold((0, 0), |(wrong, right), outcome| match outcome.is_right() {
            Some(true) => (wrong, right + 1),
            Some(false) => (wrong + 1, right),
            None => (wrong, right),
        })
    }
}

/// 1 to 2 for wrong predictions (1 + how sure of the wrong class), 0 to 1 for right ones (1 − how sure): the surest mistakes
/// first, then the shakiest right answers.
fn wrongness(outcome: &ImageOutcome) -> f32 {
    let Ok(found) = &outcome.result else { return -1.0 };
    match outcome.is_right() {
        Some(false) => 1.0 + found.confidence(),
        _ => 1.0 - found.confidence(),
    }
}

/// Lead of the most probable class over the next one.
fn lead(outcome: &ImageOutcome) -> f32 {
    let Ok(found) = &outcome.result else { return f32::INFINITY };
    let ranked = found.ranked();
    let at = |index: usize| ranked.get(index).map_or(0.0, |(_, probability)| *probability);
    at(0) - at(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict::Prediction;

    fn outcome(name: &str, truth: usize, probabilities: [f32; 2]) -> ImageOutcome {
        let prediction = Prediction { probabilities: probabilities.to_vec(), millis: 1.0 };
        ImageOutcome { path: name.into(), truth: Some(truth), result: Ok(prediction) }
    }

    fn state() -> ResultsState {
        let outcomes = vec![
            outcome("a", 0, [0.9, 0.1]),
            outcome("b", 0, [0.3, 0.7]),
            outcome("c", 1, [0.95, 0.05]),
            outcome("d", 1, [0.45, 0.55]),
        ];
        let evaluation = Evaluation {
            classes: vec!["ants".into(), "bees".into()],
            outcomes,
            confusion: vec![vec![1, 1], vec![1, 1]],
            loss: 0.0,
            accuracy: 0.5,
            accuracy_interval: (0.2, 0.8),
            per_class: Vec::new(),
        };
        let judged = Judged { dir: "run".into(), split: Split::Val, evaluation: Arc::new(evaluation) };
        ResultsState { judged: Some(judged), ..ResultsState::default() }
    }

    #[test]
    fn the_surest_mistake_comes_first_and_filters_choose_what_they_say() {
        let mut state = state();
        assert_eq!(state.order(), [2, 1]);
        assert_eq!(state.counts(), (2, 2));
        state.verdict = Verdict::All;
        assert_eq!(state.order(), [2, 1, 3, 0]);
        state.sort = ResultSort::LeastSure;
        assert_eq!(state.order()[0], 3);
        state.class = Some(0);
        assert_eq!(state.order(), [1, 0]);
        state.cell = Some((1, 0));
        assert_eq!(state.order(), [2]);
    }

    #[test]
    fn a_class_that_is_chosen_is_shown_although_a_cell_of_the_matrix_was_chosen_before() {
        let mut state = state();
        state.verdict = Verdict::All;
        (state.cell, state.selected) = (Some((1, 0)), Some(2));
        state.show_class(Some(0));
        assert_eq!((state.order(), state.cell, state.selected), (vec![1, 0], None, None));
        // The same class again, which is no other choice and yet one.
        state.cell = Some((1, 0));
        state.show_class(Some(0));
        assert_eq!(state.order(), [1, 0]);
    }

    #[test]
    fn a_class_that_the_next_model_does_not_have_is_no_longer_asked_for() {
        let mut state = state();
        let judged = state.judged.clone().expect("it is judged");
        state.class = Some(1);
        state.show_figures(judged.clone());
        assert_eq!(state.class, Some(1));
        state.class = Some(2);
        state.show_figures(judged);
        assert_eq!((state.class, state.order().len()), (None, 2));
    }
}
