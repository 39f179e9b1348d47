//! Training: configuration, loader, trainer thread, events, schedule, metrics, history, checkpoints.
//!
//! Must not know: egui, the command line. Wakes whoever shows it through a closure.

pub mod config;
pub mod events;
pub mod history;

pub use config::{AugmentChoice, TrainConfig, TrainMode, WeightsChoice};
pub use events::{Control, Event, SkippedFile};
pub use history::{EpochRecord, History, StepRecord};
