//! State of the Train workspace: the settings of the next run, the run that is under way or ended last, and earlier ones.

mod model;
mod run;

use std::path::{Path, PathBuf};

pub use model::{LayerLine, Layers, ModelSize, WeightsCheck, WeightsState};
pub use run::{RunPhase, RunView};

// What the settings are made of, so that panels need no other room.
use super::RunLine;
use crate::lang::t;
pub use crate::models::Arch;
pub use crate::nn::DeviceChoice;
use crate::train::{AugmentChoice, TrainConfig, WeightsChoice};

/// The lists below the curves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TrainTab {
    /// One line an epoch.
    #[default]
    Epochs,
    /// The layers of the model that is chosen.
    Layers,
    /// Earlier runs of this data set.
    Runs,
    /// Pictures that could not be read.
    Skipped,
}

/// How the Train workspace is looked at.
#[derive(Clone, Debug)]
pub struct TrainView {
    /// Curves are averaged; the dots stay where they are.
    pub smooth: bool,
    /// Single steps are shown as a faint line.
    pub steps: bool,
    /// The list below the curves.
    pub tab: TrainTab,
    /// Whether loss and accuracy were zoomed into.
    pub zoomed: [bool; 2],
    /// The epoch under the pointer, in the curves or in the table.
    pub hovered_epoch: Option<usize>,
}

impl Default for TrainView {
    fn default() -> Self {
        Self { smooth: false, steps: true, tab: TrainTab::Epochs, zoomed: [false; 2], hovered_epoch: None }
    }
}

/// Whether a device can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// Its self-test is running.
    Checking,
    /// It passed: what it is, and a note where something else than what was asked for would be used.
    Ready {
        /// `CPU · 2 threads`.
        label: String,
        /// Why it is not what was asked for.
        note: Option<String>,
    },
    /// It can't be used, and why.
    Unavailable(String),
}

/// A device that this build can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceLine {
    /// What is asked for.
    pub choice: DeviceChoice,
    /// Whether it works.
    pub state: DeviceState,
}

/// State of the Train workspace.
#[derive(Default)]
pub struct TrainState {
    /// Settings of the next run.
    pub config: TrainConfig,
    /// The run that is under way, or that ended last.
    pub run: Option<RunView>,
    /// Runs of the open data set as their folders tell them, newest first.
    pub past: Vec<RunView>,
    /// Whether the folders of the runs are being read.
    pub past_loading: bool,
    /// Folder of the run that is shown: one of this data set, or the one under way.
    pub viewed: Option<PathBuf>,
    /// The weights file that was chosen last; kept while the starter is chosen.
    pub weights_file: Option<PathBuf>,
    /// What is known of the weights file.
    pub weights: Option<WeightsCheck>,
    /// The layers of the model that is chosen.
    pub layers: Option<Layers>,
    /// How large each model is for the data set's number of classes.
    pub sizes: Vec<ModelSize>,
    /// Devices that this build can use.
    pub devices: Vec<DeviceLine>,
    /// Processor cores that may be used.
    pub cores: usize,
    /// Names of the augmentation presets.
    pub presets: Vec<String>,
    /// The last augmentation that was not a preset, so that one can go back to it.
    pub custom_augment: Option<AugmentChoice>,
    /// Why the open data set can't be trained on.
    pub dataset_problem: Option<String>,
    /// What is odd about the open data set without being a hindrance.
    pub dataset_warnings: Vec<String>,
    /// How it is looked at.
    pub view: TrainView,
    /// The run that ended last and has a model: Results and Predict look at it.
    pub last_trained: Option<Trained>,
}

/// A model, as far as it was trained: a run that is continued has another one afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trained {
    /// Folder of the run.
    pub dir: PathBuf,
    /// Epochs that are finished.
    pub epochs: usize,
}

impl Trained {
    /// The model of a run that is listed.
    pub fn of(run: &RunLine) -> Self {
        Self { dir: run.dir.clone(), epochs: run.epochs_done }
    }
}

impl TrainState {
    /// Whether a trainer is at work.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.phase.is_running())
    }

    /// The run that is shown.
    pub fn shown(&self) -> Option<&RunView> {
        self.run_at(self.viewed.as_ref()?)
    }

    /// The run in this folder.
    pub fn run_at(&self, dir: &Path) -> Option<&RunView> {
        self.run.iter().chain(&self.past).find(|run| run.dir == dir)
    }

    /// Whether the run that is shown can be gone on with.
    pub fn can_continue(&self) -> bool {
        !self.is_running() && self.shown().is_some_and(RunView::can_continue)
    }

    /// The file that the next run starts from, if it does.
    pub fn chosen_weights_file(&self) -> Option<&Path> {
        match &self.config.weights {
            WeightsChoice::File(path) if self.config.arch.is_resnet() => Some(path),
            _ => None,
        }
    }

    /// What is known of the file that the next run starts from.
    pub fn weights_state(&self) -> Option<&WeightsState> {
        let path = self.chosen_weights_file()?;
        let check = self.weights.as_ref()?;
        (check.path == path && check.arch == self.config.arch).then_some(&check.state)
    }

    /// Why no run can be started with these settings, in one sentence; `None` when it can.
    pub fn start_problem(&self) -> Option<String> {
        if let Some(problem) = &self.dataset_problem {
            return Some(problem.clone());
        }
        if self.config.arch == Arch::Resnet34 && self.config.weights == WeightsChoice::Starter {
            return Some(t!("The built-in starter is a ResNet18. Choose a weights file for ResNet34.").to_owned());
        }
        match self.weights_state() {
            Some(WeightsState::Checking) => Some(t!("The weights file is still being checked.").to_owned()),
            Some(WeightsState::Wrong { message, .. }) => Some(message.clone()),
            Some(WeightsState::Fits { .. }) | None => None,
        }
    }

    /// Parameters of the model that is chosen: all, and those that learn.
    pub fn chosen_parameters(&self) -> Option<(usize, usize)> {
        let size = self.sizes.iter().find(|size| size.arch == self.config.arch)?;
        let is_frozen = self.config.arch.is_resnet() && !self.config.fine_tune;
        Some((size.total, if is_frozen { size.last_layer } else { size.total }))
    }
}

/// Whether all that decides how a model learns has the recipe's values. The model itself, the seed, the device and the
/// threads are not part of the recipe.
pub fn is_recipe(config: &TrainConfig) -> bool {
    let mut other = config.clone();
    reset_to_recipe(&mut other);
    other == *config
}

/// Gives all that decides how a model learns the recipe's values.
pub fn reset_to_recipe(config: &mut TrainConfig) {
    let recipe = TrainConfig::default();
    config.epochs = recipe.epochs;
    config.batch_size = recipe.batch_size;
    config.lr = recipe.lr;
    config.momentum = recipe.momentum;
    config.step_size = recipe.step_size;
    config.gamma = recipe.gamma;
    config.weight_decay = recipe.weight_decay;
    config.augment = recipe.augment;
    config.views = recipe.views;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipe_is_recognised_and_restored_whatever_the_model_and_the_seed() {
        let mut config = TrainConfig { arch: Arch::CnnGap, seed: 7, threads: Some(1), ..TrainConfig::default() };
        assert!(is_recipe(&config));
        config.lr = 0.01;
        config.augment = AugmentChoice::Preset("none".to_owned());
        assert!(!is_recipe(&config));
        reset_to_recipe(&mut config);
        assert!(is_recipe(&config));
        assert_eq!((config.arch, config.seed, config.threads), (Arch::CnnGap, 7, Some(1)));
    }

    #[test]
    fn resnet34_asks_for_a_file_and_a_wrong_file_is_named() {
        let mut state = TrainState::default();
        assert_eq!(state.start_problem(), None);
        state.config.arch = Arch::Resnet34;
        assert!(state.start_problem().unwrap().contains("ResNet34"));
        let path = PathBuf::from("/w.safetensors");
        state.config.weights = WeightsChoice::File(path.clone());
        state.weights = Some(WeightsCheck {
            path,
            arch: Arch::Resnet34,
            state: WeightsState::Wrong { message: "/w.safetensors is empty".to_owned(), fits: None },
        });
        assert!(state.start_problem().unwrap().contains("/w.safetensors"));
        // What is known of a file holds for one architecture.
        state.config.arch = Arch::Resnet18;
        assert_eq!(state.start_problem(), None);
    }
}
