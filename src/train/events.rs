//! What a trainer says, and what it can be told.

use std::path::PathBuf;

use super::history::{EpochRecord, StepRecord};

/// A picture that could not be read during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedFile {
    /// Which file.
    pub path: PathBuf,
    /// Why, in one sentence.
    pub reason: String,
}

/// What the trainer reports. Epoch and end events are never lost; steps are coalesced (the newest wins).
#[derive(Clone, Debug)]
pub enum Event {
    /// The data is split, the model built, the device chosen.
    Started {
        /// `CPU · 2 threads`, `CUDA · NVIDIA …`.
        device: String,
        /// Why the device is not the one that was asked for.
        device_note: Option<String>,
        /// Training pictures.
        train_count: usize,
        /// Validation pictures.
        val_count: usize,
        /// Updates in one epoch.
        steps_per_epoch: usize,
        /// All parameters.
        parameters: usize,
        /// Those that learn.
        trainable: usize,
        /// Epochs that an earlier, interrupted run already did (resume).
        resumed_from: usize,
        /// The run's folder.
        run_dir: PathBuf,
    },
    /// One update, or a few since the last such event.
    Step(StepRecord),
    /// How far the validation phase of an epoch has come.
    Validating {
        /// Counted from 1.
        epoch: usize,
        /// Pictures done.
        done: usize,
        /// Pictures in all.
        total: usize,
    },
    /// An epoch is over, and its checkpoint is on disk.
    Epoch(EpochRecord),
    /// A picture was skipped. Each is named once a run.
    Skipped(SkippedFile),
    /// The trainer waits until it is told to resume.
    Paused,
    /// It goes on.
    Resumed,
    /// All epochs are done; the best weights are in `model.safetensors`.
    Finished {
        /// Counted from 1.
        best_epoch: usize,
        /// Between 0 and 1.
        best_val_acc: f64,
        /// Seconds of the whole run, resumed parts included.
        total_secs: f64,
    },
    /// Stopped on request. What was finished can be resumed.
    Stopped {
        /// Epochs that are whole.
        epochs_done: usize,
    },
    /// It could not go on.
    Failed {
        /// What happened, to which file, what to do.
        message: String,
    },
}

/// What a trainer can be told while it runs. It listens between two batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Wait.
    Pause,
    /// Go on.
    Resume,
    /// End now, keeping the last finished epoch.
    Stop,
}
