//! A trained model → predictions for files; evaluation of a split.
//!
//! Must not know: egui, the command line, how training works.

pub mod types;

pub use types::{ClassMetrics, Evaluation, ImageOutcome, Prediction};
