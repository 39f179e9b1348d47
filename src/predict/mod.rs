//! A trained model → predictions for files; evaluation of a split; export.
//!
//! ```text
//! predictor    the loaded model: files → outcomes, in batches, decoded in parallel
//! evaluation   outcomes of labelled pictures → confusion, precision, recall, F1, interval
//! files        which files a list of paths and folders stands for
//! csv_export   outcomes → a table
//! types        plain data, for everyone
//! ```
//!
//! Must not know: egui, the command line, how training works.

pub mod csv_export;
pub mod evaluation;
pub mod files;
pub mod predictor;
pub mod types;

pub use csv_export::{CsvTable, write_csv};
pub use evaluation::{judge_anew, summarise};
pub use files::{expand_paths, without_pictures};
pub use predictor::{PredictError, Predictor};
pub use types::{ClassMetrics, Evaluation, ImageOutcome, Prediction};
