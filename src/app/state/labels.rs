//! State of labelling: the labels laid over the data set that is open, whether more can be given, and what is to be said of
//! the last action.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::project::Project;
use crate::dataset::labels::{LabelLayer, LabelSummary, Marks};
use crate::dataset::{Dataset, Item, ScanOptions, Split};
use crate::lang::t;

/// Which pictures are shown, by what a person said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LabelFilter {
    /// All.
    #[default]
    Any,
    /// Without a label, neither skipped nor set aside: what is left to do.
    Left,
    /// With another label than their folder's.
    Changed,
    /// Marked unsure.
    Unsure,
    /// Skipped.
    Skipped,
    /// Set aside.
    SetAside,
}

impl LabelFilter {
    /// All, as they are offered.
    pub const ALL: [Self; 6] = [Self::Any, Self::Left, Self::Changed, Self::Unsure, Self::Skipped, Self::SetAside];

    /// Its name in the list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Any => t!("All labels"),
            Self::Left => t!("Left to label"),
            Self::Changed => t!("Changed"),
            Self::Unsure => t!("Unsure"),
            Self::Skipped => t!("Skipped"),
            Self::SetAside => t!("Set aside"),
        }
    }

    /// Whether the picture at a position of the data set is shown.
    pub fn admits(self, project: &Project, position: usize, item: &Item) -> bool {
        let marks = || project.labels.marks(position);
        match self {
            Self::Any => true,
            Self::Left => item.class.is_none() && !marks().skip && !marks().set_aside,
            Self::Changed => project.is_changed(position),
            Self::Unsure => marks().unsure,
            Self::Skipped => marks().skip,
            Self::SetAside => marks().set_aside,
        }
    }
}

/// A name of a class that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassNaming {
    /// The class that gets it, and the split under which its line is; none: a new class.
    pub class: Option<(Split, usize)>,
    /// As typed so far.
    pub text: String,
    /// The text field has not had the focus yet.
    pub is_new: bool,
}

/// How it stands with writing labels down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LabelSaving {
    /// All is written, or about to be.
    #[default]
    Fine,
    /// Writing failed and is tried again: why.
    Retrying(String),
    /// Writing failed for good: why. No more labels are taken.
    Failed(String),
}

/// What would lose labels that could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeavingFor {
    /// Closing the window.
    Window,
    /// Closing the data set.
    CloseDataSet,
    /// Opening another folder.
    Open(PathBuf),
}

/// A question: labels can't be written, and something was asked for that loses them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// What was asked for.
    pub to: LeavingFor,
    /// Actions that are not written.
    pub unsaved: usize,
}

/// The labels of the data set that is open.
#[derive(Default)]
pub struct LabelView {
    /// None: they could not be read, or there are none to be had.
    pub layer: Option<LabelLayer>,
    /// Why no labels can be given.
    pub read_only: Option<String>,
    /// Whether labels get written down.
    pub saving: LabelSaving,
    /// Grows with every change.
    pub revision: u64,
    /// What the last action did, for a short notice, and the revision after it.
    pub said: Option<(String, u64)>,
    summary: LabelSummary,
    /// Training sees another data set than the one that is shown.
    training_differs: bool,
    for_training: OnceLock<Arc<Dataset>>,
}

impl LabelView {
    /// The labels laid over `dataset`.
    pub fn new(layer: LabelLayer, dataset: &Dataset) -> Self {
        Self {
            summary: layer.summary(dataset),
            training_differs: layer.training_differs(dataset),
            layer: Some(layer),
            ..Self::default()
        }
    }

    /// Marks of the picture at a position.
    pub fn marks(&self, position: usize) -> Marks {
        self.layer.as_ref().map(|layer| layer.marks(position)).unwrap_or_default()
    }

    /// How many pictures are labelled otherwise, unsure, set aside, left.
    pub fn summary(&self) -> &LabelSummary {
        &self.summary
    }

    /// Why no label can be given now, if none can.
    pub fn refusal(&self) -> Option<&str> {
        match (&self.saving, &self.read_only, &self.layer) {
            (LabelSaving::Failed(why), ..) | (_, Some(why), _) => Some(why),
            (.., None) => Some(t!("The labels of this data set can't be read, so none can be given.")),
            _ => None,
        }
    }
}

impl Project {
    /// Whether a picture has another label than its folder's.
    pub fn is_changed(&self, position: usize) -> bool {
        self.labels.layer.as_ref().is_some_and(|layer| layer.is_changed(&self.dataset, position))
    }

    /// The data set as training and evaluation see it: without pictures that are set aside and classes that have none.
    pub fn for_training(&self) -> Arc<Dataset> {
        // Not kept where nothing differs: a second owner would make the next label copy the whole data set.
        let Some(layer) = self.labels.layer.as_ref().filter(|_| self.labels.training_differs) else {
            return self.dataset.clone();
        };
        self.labels.for_training.get_or_init(|| Arc::new(layer.for_training(&self.dataset))).clone()
    }

    /// The same for a run that keeps this share of each class for validation. Where the folders name no validation pictures, those
    /// are others than with the usual share: what it learned from must not be taken for them.
    pub fn for_run(&self, val_fraction: f64) -> Arc<Dataset> {
        if val_fraction == ScanOptions::default().val_fraction || self.dataset.has_own_validation() {
            return self.for_training();
        }
        Arc::new(match &self.labels.layer {
            Some(layer) => layer.for_training_keeping(&self.dataset, val_fraction),
            None => Dataset::clone(&self.dataset).keeping(val_fraction),
        })
    }

    /// Changes labels; returns what `change` does. Counts, lists and what training sees are brought up to date.
    pub fn change_labels<T>(&mut self, change: impl FnOnce(&mut LabelLayer, &mut Dataset) -> T) -> Option<T> {
        let layer = self.labels.layer.as_mut()?;
        let dataset = Arc::make_mut(&mut self.dataset);
        let outcome = change(layer, dataset);
        self.labels.summary = layer.summary(dataset);
        self.labels.training_differs = layer.training_differs(dataset);
        self.labels.revision += 1;
        self.labels.for_training = OnceLock::new();
        Some(outcome)
    }
}
