//! Training: configuration, loader, trainer thread, events, schedule, metrics, history, checkpoints.
//!
//! ```text
//! trainer        the handle and the thread: events out, controls in
//! run            the recipe's loop: both phases of each epoch, best weights, checkpoint, summary
//! loader/        pictures made ready ahead, in a fixed order, by a bounded pool
//! learner/       what learns: the whole network, or the head on a frozen backbone's features
//! mixing         mixup and CutMix of finished batches; order: that of the pictures in an epoch
//! run_folder/    the run on disk; checkpoint: the state to go on from
//! config, events, history      plain data, for everyone
//! ```
//!
//! Must not know: egui, the command line. Wakes whoever shows it through a closure.

pub mod config;
pub mod error;
pub mod events;
pub mod history;
pub mod run_folder;
pub mod trainer;

mod bad_pictures;
mod checkpoint;
mod controls;
mod event_port;
mod learner;
mod loader;
mod metrics;
mod mixing;
mod order;
mod preflight;
mod run;

pub use config::{AugmentChoice, TrainConfig, TrainMode, WeightsChoice};
pub use error::TrainError;
pub use event_port::Wake;
pub use events::{Control, Event, SkippedFile};
pub use history::{EpochRecord, History, StepRecord};
pub use order::epoch_order;
pub use run::has_ended;
pub use run_folder::{RunDataset, RunRecord, RunSummary, list_runs, load_run};
pub use trainer::{RunRequest, TrainerHandle, start};
