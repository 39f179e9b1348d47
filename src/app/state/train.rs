//! State of the Train workspace: the settings of the next run, and the run that is under way or was looked at last.

use std::path::PathBuf;

use crate::train::{History, StepRecord, TrainConfig};

/// Where a run stands.
#[derive(Clone, Debug, PartialEq)]
pub enum RunPhase {
    /// Data is being split, the model built.
    Starting,
    /// Learning.
    Training,
    /// Looking at the validation pictures: done, of how many.
    Validating {
        /// Pictures done.
        done: usize,
        /// Pictures in all.
        total: usize,
    },
    /// It waits.
    Paused,
    /// It was asked to stop and finishes its batch.
    Stopping,
    /// All epochs are done.
    Finished,
    /// Stopped on request; it can be continued.
    Stopped,
    /// It could not go on: why and what to do.
    Failed(String),
}

impl RunPhase {
    /// Whether a trainer is at work.
    pub fn is_running(&self) -> bool {
        !matches!(self, Self::Finished | Self::Stopped | Self::Failed(_))
    }
}

/// A run: under way, or loaded from its folder.
#[derive(Clone, Debug)]
pub struct RunView {
    /// Its folder.
    pub dir: PathBuf,
    /// What it was asked to do.
    pub config: TrainConfig,
    /// Its figures.
    pub history: History,
    /// Where it stands.
    pub phase: RunPhase,
    /// `CPU · 2 threads`.
    pub device: String,
    /// Why the device is not the one that was asked for.
    pub device_note: Option<String>,
    /// Training pictures.
    pub train_count: usize,
    /// Validation pictures.
    pub val_count: usize,
    /// Updates in an epoch.
    pub steps_per_epoch: usize,
    /// All parameters of the model.
    pub parameters: usize,
    /// Those that learn.
    pub trainable: usize,
    /// The newest step.
    pub last_step: Option<StepRecord>,
    /// Pictures that were skipped: which, why.
    pub skipped: Vec<(PathBuf, String)>,
    /// Seconds left as estimated from the epochs so far; `None` while nothing is known.
    pub eta_secs: Option<f64>,
}

impl RunView {
    /// Share of the whole run that is done, 0 to 1.
    pub fn fraction_done(&self) -> f32 {
        let epochs = self.config.epochs.max(1) as f32;
        let within = match (&self.phase, &self.last_step) {
            (RunPhase::Finished, _) => return 1.0,
            (RunPhase::Validating { done, total }, _) => 0.7 + 0.3 * *done as f32 / (*total).max(1) as f32,
            (_, Some(step)) if step.epoch > self.history.epochs.len() => {
                0.7 * step.step as f32 / step.steps_per_epoch.max(1) as f32
            }
            _ => 0.0,
        };
        ((self.history.epochs.len() as f32 + within) / epochs).min(1.0)
    }
}

/// State of the Train workspace.
#[derive(Default)]
pub struct TrainState {
    /// Settings of the next run.
    pub config: TrainConfig,
    /// The run that is shown.
    pub run: Option<RunView>,
    /// Folder of the run that finished last, for Results and Predict to take up.
    pub last_finished: Option<PathBuf>,
}

impl TrainState {
    /// Whether a trainer is at work.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.phase.is_running())
    }

    /// Whether the run that is shown was stopped before its end.
    pub fn can_continue(&self) -> bool {
        self.run.as_ref().is_some_and(|run| {
            matches!(run.phase, RunPhase::Stopped | RunPhase::Failed(_)) && !run.history.epochs.is_empty()
        })
    }
}
